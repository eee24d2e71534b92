//! Figures: indexing and searching.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use zhen_eval::latency::{ClassSummary, ClosedLoop, Fallible, LatencySummary, closed_loop};
use zhen_server::ProcessUsage;
use zhen_source::Document;

use crate::Outcome;
use crate::args::Args;
use crate::corpus::raw_bytes;
use crate::engine::{Engine, Searcher};
use crate::runs::spread;

/// What indexing took, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Indexing {
    /// Documents.
    pub(crate) documents: usize,
    /// Bytes of their titles and bodies.
    pub(crate) raw_bytes: u64,
    /// Threads that indexed.
    pub(crate) threads: usize,
    /// From the first document to everything committed and merged.
    pub(crate) seconds: f64,
    /// Resident memory before, most of it the documents.
    pub(crate) held_bytes: Option<u64>,
    /// The most resident memory, mapped files included.
    pub(crate) peak_bytes: Option<u64>,
    /// Size of all files of the index.
    pub(crate) disk_bytes: u64,
}

impl Indexing {
    /// Megabytes of text a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.raw_bytes as f64 / 1e6 / self.seconds
    }

    /// The most memory beyond what was resident before.
    pub(crate) fn memory(&self) -> Option<u64> {
        Some(self.peak_bytes?.saturating_sub(self.held_bytes?))
    }
}

/// Indexes the documents in `dir`, which must be empty. They are in memory before the clock starts,
/// and each engine takes them over and gives them up as it sees fit.
pub(crate) fn index(
    engine: Engine,
    documents: Vec<Document>,
    dir: &Path,
    args: &Args,
) -> Outcome<Indexing> {
    let (count, bytes) = (documents.len(), raw_bytes(&documents));
    let before = ProcessUsage::read();
    let start = Instant::now();
    engine.build(documents, dir, args.threads())?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Indexing {
        documents: count,
        raw_bytes: bytes,
        threads: engine.threads(args.threads()),
        seconds,
        held_bytes: before.map(|usage| usage.resident),
        peak_bytes: ProcessUsage::read().map(|usage| usage.peak),
        disk_bytes: size_of(dir)?,
    })
}

/// Bytes of all files below a folder.
fn size_of(dir: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { size_of(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

/// What asking an engine in one way took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asking {
    /// The way, as shown to people.
    pub(crate) way: String,
    /// Whether it counts the documents that match.
    pub(crate) counts: bool,
    /// Whether it gives pieces of the text.
    pub(crate) snippets: bool,
    /// Queries that it could answer.
    pub(crate) answerable: usize,
    /// Queries that it was asked: all that it could answer, or a sample.
    pub(crate) asked: usize,
    /// How often each was asked.
    pub(crate) passes: usize,
    /// Queries with at least one hit.
    pub(crate) with_hits: usize,
    /// Sum of the numbers of hits over all queries, where it counts them.
    pub(crate) hits: Option<u64>,
    /// Latencies.
    pub(crate) latency: LatencySummary,
    /// Latencies by class of query.
    pub(crate) classes: Vec<ClassSummary>,
}

/// What asking an engine took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Searching {
    /// In each of its ways.
    pub(crate) ways: Vec<Asking>,
    /// The most resident memory, mapped files included.
    pub(crate) peak_bytes: Option<u64>,
    /// Memory at the end that is not backed by a file.
    pub(crate) anonymous_bytes: Option<u64>,
}

/// Asks the queries in each way, one after another in one thread.
///
/// # Errors
/// When a search fails, or a query has not the same number of hits each time.
pub(crate) fn search(
    searcher: &dyn Searcher,
    queries: &[String],
    args: &Args,
) -> Outcome<Searching> {
    let mut ways = Vec::new();
    for (number, way) in searcher.ways().iter().enumerate() {
        let answerable: Vec<&String> =
            queries.iter().filter(|query| searcher.answers(number, query)).collect();
        let most = if way.sampled { args.sample } else { usize::MAX };
        let asked: Vec<String> = spread(&answerable, most).map(|query| (*query).clone()).collect();
        let (warm_up, passes) = if way.sampled { (0, 1) } else { (1, args.repeat) };
        let target = Fallible(|query: &str| {
            let answer = searcher.search(number, query).map_err(|error| error.to_string())?;
            let answer = black_box(answer);
            Ok(answer.total.unwrap_or(answer.hits.len() as u64))
        });
        let record = closed_loop(way.name, &asked, &ClosedLoop::new(1, warm_up, passes)?, &target);
        if let Some(failure) = record.failures.first() {
            return Err(format!("{}: {}", way.name, failure.message).into());
        }
        if let Some(query) = record.queries.iter().find(|query| !query.steady) {
            let text = &query.text;
            return Err(format!("{}: the hits of “{text}” differ each time", way.name).into());
        }
        let hits = record.queries.iter().filter_map(|query| query.hits);
        ways.push(Asking {
            way: way.name.to_owned(),
            counts: way.counts,
            snippets: way.snippets,
            answerable: answerable.len(),
            asked: asked.len(),
            passes,
            with_hits: hits.clone().filter(|&hits| hits > 0).count(),
            hits: way.counts.then(|| hits.sum()),
            latency: record.latency,
            classes: record.classes,
        });
    }
    let usage = ProcessUsage::read();
    Ok(Searching {
        ways,
        peak_bytes: usage.map(|usage| usage.peak),
        anonymous_bytes: usage.map(|usage| usage.anonymous),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use clap::Parser as _;

    use super::*;
    use crate::engine::{Answer, Claim, Way};

    /// Finds one document more each time, or always as many.
    struct Made {
        restless: bool,
        asked: AtomicU64,
    }

    impl Searcher for Made {
        fn ways(&self) -> &'static [Way] {
            const WAY: Way = Way {
                name: "made up",
                counts: true,
                lists: false,
                snippets: false,
                ranked: false,
                sampled: false,
                finds: "all",
            };
            &[WAY, Way { sampled: true, ..WAY }]
        }

        fn answers(&self, _way: usize, query: &str) -> bool {
            query != "？"
        }

        fn search(&self, _way: usize, query: &str) -> Outcome<Answer> {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed);
            let total = if self.restless { asked } else { query.len() as u64 };
            Ok(Answer { hits: Vec::new(), total: Some(total) })
        }

        fn claim(&self) -> Claim {
            Claim::Words
        }

        fn containing(&self, _text: &str) -> Outcome<Vec<String>> {
            Ok(Vec::new())
        }
    }

    fn run(restless: bool) -> Outcome<Searching> {
        let args = Args::parse_from(["compare", "--repeat", "3", "--sample", "1"]);
        let queries = ["词典", "a", "？"].map(str::to_owned);
        search(&Made { restless, asked: AtomicU64::new(0) }, &queries, &args)
    }

    #[test]
    fn queries_that_a_way_cannot_answer_are_counted_and_not_asked() {
        let ways = run(false).unwrap().ways;
        let shape = |asking: &Asking| (asking.answerable, asking.asked, asking.passes);
        assert_eq!(shape(&ways[0]), (2, 2, 3));
        assert_eq!(ways[0].latency.count, 6);
        assert_eq!((ways[0].hits, ways[0].with_hits), (Some(7), 2));
        assert_eq!(shape(&ways[1]), (2, 1, 1));
    }

    #[test]
    fn an_engine_whose_hits_change_fails_the_run() {
        assert!(run(true).unwrap_err().to_string().contains("differ each time"));
    }

    #[test]
    fn the_size_of_a_folder_counts_all_below_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b"), "12345").unwrap();
        fs::write(folder.path().join("c"), "1").unwrap();
        assert_eq!(size_of(folder.path()).unwrap(), 6);
    }
}
