//! zhen, through the same crates as its binary.

use std::path::Path;

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Duplicates, Engine as _, IndexEngine, SearchRequest};
use zhen_source::Document;

use crate::Outcome;
use crate::about::locked_version;
use crate::engine::{Answer, Claim, Hit, MEMORY, Reading, Searcher, TOP, Way};

/// Most hits that one request may ask for.
const MOST: usize = 1_000;

const fn way(name: &'static str, snippets: bool, finds: &'static str) -> Way {
    Way { name, counts: true, snippets, lists: true, ranked: true, sampled: false, finds }
}

const WAYS: [Way; 4] = [
    way("exact", false, "exact"),
    way("exact, passages", true, "exact"),
    way("both languages", false, "all"),
    way("both languages, passages", true, "all"),
];

pub(crate) fn version() -> String {
    let engine = locked_version("tantivy");
    format!("zhen {} (over tantivy {engine})", locked_version("zhen-search"))
}

pub(crate) fn build(documents: Vec<Document>, dir: &Path, threads: usize) -> Outcome<()> {
    let options = IndexOptions { threads, memory: MEMORY, ..IndexOptions::new(dir) };
    let mut indexer = Indexer::open(options)?;
    indexer.index_documents(documents, &())?;
    indexer.close()?;
    Ok(())
}

pub(crate) struct Zhen(IndexEngine);

pub(crate) fn open(dir: &Path) -> Outcome<Zhen> {
    Ok(Zhen(IndexEngine::open(dir)?))
}

impl Searcher for Zhen {
    fn ways(&self) -> &'static [Way] {
        &WAYS
    }

    fn search(&self, way: usize, query: &str) -> Outcome<Answer> {
        let way = &WAYS[way];
        let usual = SearchRequest::default();
        let request = SearchRequest {
            query: query.to_owned(),
            limit: TOP,
            exact: way.finds == "exact",
            passages: if way.snippets { usual.passages } else { 0 },
            ..usual
        };
        let response = self.0.search(&request)?;
        let hits = response.hits.into_iter().map(|hit| Hit {
            id: hit.id,
            title: hit.title,
            score: f64::from(hit.score),
            snippets: hit.passages.into_iter().map(|passage| passage.text).collect(),
        });
        Ok(Answer { hits: hits.collect(), total: Some(response.total) })
    }

    fn claim(&self) -> Claim {
        Claim::Substrings(Reading::Folded)
    }

    fn folds_duplicates(&self) -> bool {
        true
    }

    fn containing(&self, text: &str) -> Outcome<Vec<String>> {
        let request = SearchRequest {
            query: format!("\"{text}\""),
            limit: MOST,
            exact: true,
            passages: 0,
            duplicates: Duplicates::Show,
            ..SearchRequest::default()
        };
        let response = self.0.search(&request)?;
        if response.total != response.hits.len() as u64 {
            let (hits, total) = (response.hits.len(), response.total);
            return Err(format!("{text}: {hits} hits shown of {total} that match").into());
        }
        Ok(response.hits.into_iter().map(|hit| hit.id).collect())
    }
}
