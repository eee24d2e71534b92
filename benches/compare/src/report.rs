//! The results, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};
use zhen_eval::latency::format_ns;

use crate::Outcome;
use crate::check::Check;
use crate::engine::{Engine, TOP};
use crate::measure::{Asking, Indexing, Searching};

/// Everything that came out of a run.
pub(crate) struct Report {
    /// Name and value of what must be known to make it again.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Queries in all.
    pub(crate) queries: usize,
    /// In the order of the command line.
    pub(crate) engines: Vec<EngineReport>,
    /// Engines that could not take part, and why.
    pub(crate) missing: Vec<(String, String)>,
}

/// What came out for an engine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct EngineReport {
    key: &'static str,
    name: &'static str,
    version: String,
    /// Whether it has an index at all.
    indexes: bool,
    stores: &'static str,
    /// The round with the median time.
    indexing: Option<Indexing>,
    /// Each round's time in seconds.
    rounds: Vec<f64>,
    searching: Searching,
    checks: Vec<Check>,
}

impl EngineReport {
    pub(crate) fn new(
        engine: Engine,
        version: String,
        mut rounds: Vec<Indexing>,
        searching: Searching,
        checks: Vec<Check>,
    ) -> Self {
        let seconds = rounds.iter().map(|round| round.seconds).collect();
        // Memory and size are the most of all rounds: which segments are merged when differs.
        let peak_bytes = rounds.iter().filter_map(|round| round.peak_bytes).max();
        let disk_bytes = rounds.iter().map(|round| round.disk_bytes).max().unwrap_or_default();
        rounds.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let median = rounds.get(rounds.len().saturating_sub(1) / 2).cloned();
        Self {
            key: engine.key(),
            name: engine.name(),
            version,
            indexes: engine.indexes(),
            stores: engine.stores(),
            indexing: median.map(|median| Indexing { peak_bytes, disk_bytes, ..median }),
            rounds: seconds,
            searching,
            checks,
        }
    }
}

const NONE: &str = "–";

impl Report {
    /// All figures.
    pub(crate) fn json(&self) -> Outcome<String> {
        let text =
            |(name, value): &(&str, String)| ((*name).to_owned(), Value::from(value.clone()));
        let facts: Map<String, Value> = self.facts.iter().map(text).collect();
        let missing: Map<String, Value> =
            self.missing.iter().map(|(name, why)| (name.clone(), why.clone().into())).collect();
        let all = json!({
            "about": facts,
            "queries": self.queries,
            "engines": self.engines,
            "missing": missing,
        });
        Ok(serde_json::to_string_pretty(&all)? + "\n")
    }

    /// The tables.
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::from("# zhen and other engines\n\n");
        out += "What is compared, how each engine is set up and what cannot be compared stands in \
                [benches/compare](../compare/README.md). All figures of this page come from one \
                run; those of different pages may come from different machines.\n\n";
        let facts =
            self.facts.iter().map(|(name, value)| [(*name).to_owned(), format!("`{value}`")]);
        out += &table(&["about", ""], facts);
        out += "\n## Indexing\n\n";
        out += &table(
            &[
                "engine",
                "threads",
                "time",
                "MB/s",
                "rounds",
                "memory",
                "index",
                "of the text",
                "text stored",
            ],
            self.engines.iter().filter_map(indexing_row),
        );
        out += "\nTime is from the first document, which is in memory already, until everything is \
                committed and merged; of several rounds the median. Memory is the most that was \
                resident beyond the program and the documents before the start, files mapped into \
                memory included. MB are millions of bytes, of titles and bodies in UTF-8.\n";
        out += "\n## Searching\n\n";
        out += &table(
            &[
                "engine",
                "way",
                "number of hits",
                "snippets",
                "asked",
                "with hits",
                "p50",
                "p90",
                "p99",
                "max",
                "mean",
                "hits in all",
            ],
            self.engines.iter().flat_map(|engine| {
                let row = |asking| searching_row(engine.name, asking, self.queries);
                engine.searching.ways.iter().map(row)
            }),
        );
        write!(
            out,
            "\nOne thread, in the process of the engine, top {TOP} with id, title and score, all \
             files in the system's cache. *Asked* is how many of the {} queries: an engine is not \
             asked what it cannot answer, and what is slow gets a sample, once each. *Number of \
             hits* says whether the engine also tells how many documents match, which keeps it \
             from leaving out what cannot come among the best.\n",
            self.queries
        )
        .expect("a string can be written to");
        out += "\n## Memory while searching\n\n";
        out += &table(
            &["engine", "most resident", "at the end, not of files"],
            self.engines.iter().map(|engine| {
                let searching = &engine.searching;
                [
                    engine.name.to_owned(),
                    megabytes(searching.peak_bytes),
                    megabytes(searching.anonymous_bytes),
                ]
            }),
        );
        out += "\n## What was checked\n\n";
        out += "The run fails when one of these does not hold, or when a query has not the same \
                number of hits each time it is asked.\n\n";
        out += &table(
            &["engine", "what holds", "cases", "hits"],
            self.engines.iter().flat_map(|engine| {
                engine.checks.iter().map(|check| {
                    let (cases, hits) = (check.cases.to_string(), check.hits.to_string());
                    [engine.name.to_owned(), check.what.clone(), cases, hits]
                })
            }),
        );
        out += "\n## Versions\n\n";
        for engine in &self.engines {
            out += &format!("- {}: {}\n", engine.name, engine.version);
        }
        for (name, why) in &self.missing {
            out += &format!("- {name}: skipped, {why}\n");
        }
        out
    }
}

fn indexing_row(engine: &EngineReport) -> Option<[String; 9]> {
    let indexing = engine.indexing.as_ref().filter(|_| engine.indexes)?;
    Some([
        engine.name.to_owned(),
        indexing.threads.to_string(),
        format!("{:.2} s", indexing.seconds),
        format!("{:.1}", indexing.throughput()),
        engine.rounds.iter().map(|seconds| format!("{seconds:.2}")).collect::<Vec<_>>().join(", "),
        megabytes(indexing.memory()),
        megabytes(Some(indexing.disk_bytes)),
        format!("{:.2}", indexing.disk_bytes as f64 / indexing.raw_bytes as f64),
        engine.stores.to_owned(),
    ])
}

fn searching_row(engine: &str, asking: &Asking, queries: usize) -> [String; 12] {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let latency = &asking.latency;
    let figure = |ns: u64| if asking.asked == 0 { NONE.to_owned() } else { format_ns(ns) };
    let asked = match (asking.asked, asking.answerable) {
        (asked, all) if asked == queries => format!("{all}"),
        (asked, all) if asked == all => format!("{all} of {queries}"),
        (asked, all) => format!("{asked} of {all} of {queries}"),
    };
    [
        engine.to_owned(),
        asking.way.clone(),
        yes(asking.counts),
        yes(asking.snippets),
        asked,
        asking.with_hits.to_string(),
        figure(latency.p50_ns),
        figure(latency.p90_ns),
        figure(latency.p99_ns),
        figure(latency.max_ns),
        figure(latency.mean_ns),
        asking.hits.map_or(NONE.to_owned(), |hits| hits.to_string()),
    ]
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or(NONE.to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6))
}

/// A table in Markdown; the first column holds words, and so does every column with a letter first
/// in all of its cells.
fn table<const N: usize>(
    columns: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    let is_number = |column: usize| {
        column > 0
            && rows.iter().all(|row| {
                row[column].starts_with(|c: char| c.is_ascii_digit()) || row[column] == NONE
            })
    };
    let mut out = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        out.push('|');
        for cell in cells {
            // A bar within a cell would end it.
            out.push_str(&format!(" {} |", cell.replace('|', "\\|")));
        }
        out.push('\n');
    };
    line(&mut columns.iter().map(|column| (*column).to_owned()));
    line(&mut (0..N).map(|column| if is_number(column) { "--:" } else { "---" }.to_owned()));
    for row in &rows {
        line(&mut row.iter().cloned());
    }
    out
}

#[cfg(test)]
mod tests {
    use zhen_eval::latency::LatencySummary;

    use super::*;

    fn indexing(seconds: f64, peak: u64) -> Indexing {
        Indexing {
            documents: 2,
            raw_bytes: 10_000_000,
            threads: 2,
            seconds,
            held_bytes: Some(1_000_000),
            peak_bytes: Some(peak),
            disk_bytes: 14_000_000,
        }
    }

    fn asking(asked: usize, answerable: usize, hits: Option<u64>) -> Asking {
        let latency =
            LatencySummary { count: 9, p50_ns: 1_500, max_ns: 2_000_000, ..Default::default() };
        Asking {
            way: "any|word".to_owned(),
            counts: hits.is_some(),
            snippets: false,
            answerable,
            asked,
            passes: 1,
            with_hits: 3,
            hits,
            latency,
            classes: Vec::new(),
        }
    }

    fn report() -> Report {
        let searching = Searching {
            ways: vec![asking(4, 4, Some(7)), asking(2, 3, None), asking(0, 0, None)],
            peak_bytes: Some(1),
            anonymous_bytes: None,
        };
        let check = Check { what: "it holds".to_owned(), cases: 5, hits: 6 };
        let rounds = vec![indexing(3.0, 9_000_000), indexing(1.0, 5_000_000), indexing(2.0, 1)];
        let engine =
            EngineReport::new(Engine::Zhen, "1.2.3".to_owned(), rounds, searching, vec![check]);
        Report {
            facts: vec![("date", "2024-05-21".to_owned())],
            queries: 4,
            engines: vec![engine],
            missing: vec![("ripgrep".to_owned(), "not installed".to_owned())],
        }
    }

    #[test]
    fn the_median_round_counts_with_the_most_memory_of_all() {
        let report = report();
        let row = indexing_row(&report.engines[0]).unwrap();
        assert_eq!(
            row[2..8].join(" / "),
            "2.00 s / 5.0 / 3.00, 1.00, 2.00 / 8.0 MB / 14.0 MB / 1.40"
        );
    }

    #[test]
    fn a_row_says_how_many_of_which_queries_were_asked() {
        let row = |asked, answerable| searching_row("e", &asking(asked, answerable, None), 4);
        assert_eq!(row(4, 4)[4], "4");
        assert_eq!(row(3, 3)[4], "3 of 4");
        assert_eq!(row(2, 3)[4], "2 of 3 of 4");
        assert_eq!(row(0, 0)[6], NONE);
        assert_eq!(row(4, 4)[6..8], ["1.50 µs", "0 ns"]);
    }

    #[test]
    fn tables_have_as_many_cells_in_each_line_and_numbers_to_the_right() {
        let rows = [["a".to_owned(), "1 ms".to_owned()], ["b|c".to_owned(), NONE.to_owned()]];
        assert_eq!(
            table(&["name", "time"], rows),
            "| name | time |\n| --- | --: |\n| a | 1 ms |\n| b\\|c | – |\n"
        );
    }

    #[test]
    fn what_was_skipped_is_said() {
        let markdown = report().markdown();
        assert!(markdown.contains("- ripgrep: skipped, not installed"));
        assert!(markdown.contains("| date | `2024-05-21` |"));
    }

    #[test]
    fn the_record_holds_all_figures() {
        let record: Value = serde_json::from_str(&report().json().unwrap()).unwrap();
        assert_eq!(record["about"]["date"], "2024-05-21");
        assert_eq!(record["engines"][0]["rounds"], json!([3.0, 1.0, 2.0]));
        assert_eq!(record["engines"][0]["searching"]["ways"][0]["latency"]["p50_ns"], 1_500);
        assert_eq!(record["missing"]["ripgrep"], "not installed");
    }
}
