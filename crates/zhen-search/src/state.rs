//! What a search works on: the newest commit, and how to tell that there is a newer one.

use std::path::Path;
use std::sync::Arc;

use tantivy::{IndexReader, Searcher, TantivyError};
use zhen_index::duplicates::DUPLICATES_FILE;
use zhen_index::{
    DuplicateCounts, FileMark, HandMade, IndexError, LooksColumns, RecordStore, ZhenIndex,
    read_synonyms, synonyms_file,
};
use zhen_text::Analyzer;
use zhen_text::synonym::Synonyms;

use crate::dictionary::Dictionaries;
use crate::terms::Known;

/// What one search works on: one commit, whatever is written meanwhile.
pub(crate) struct State {
    pub(crate) commit: Arc<Commit>,
    /// How many near-duplicates its documents have, where they were counted.
    pub(crate) counts: Option<DuplicateCounts>,
    pub(crate) analyzer: Analyzer,
    pub(crate) dict: u64,
    pub(crate) synonyms: Synonyms,
    /// Why there are no synonyms although there should be.
    pub(crate) problem: Option<String>,
    /// Number of the commit.
    pub(crate) generation: u64,
    pub(crate) mark: Mark,
    pub(crate) hand_made: HandMade,
}

/// The documents of one commit, and what its searches have learned of them.
pub(crate) struct Commit {
    pub(crate) searcher: Searcher,
    /// The stored documents of each segment.
    pub(crate) records: Vec<RecordStore>,
    /// How the documents of each segment look.
    pub(crate) looks: Vec<LooksColumns>,
    pub(crate) known: Known,
    /// The words that documents hold as they stand.
    pub(crate) spellings: Dictionaries,
    /// The names that documents say mean the same, each with the other.
    pub(crate) names: Dictionaries,
}

impl Commit {
    fn read(index: &ZhenIndex, searcher: Searcher) -> Result<Self, IndexError> {
        let segments = searcher.segment_readers().iter();
        let damaged = |error: TantivyError| IndexError::opening(index.dir(), error);
        let records = segments.clone().map(RecordStore::open);
        let records = records.collect::<Result<_, _>>().map_err(|error| damaged(error.into()))?;
        let looks = segments.map(LooksColumns::open).collect::<Result<_, _>>().map_err(damaged)?;
        Ok(Self {
            known: Known::new(searcher.schema()),
            searcher,
            records,
            looks,
            spellings: Dictionaries::new(index.fields().body_grams),
            names: Dictionaries::new(index.fields().aliases),
        })
    }

    /// Whether it holds the documents of `searcher`.
    fn is_of(&self, searcher: &Searcher) -> bool {
        self.searcher.generation().segments() == searcher.generation().segments()
    }
}

impl State {
    /// Whether this is what there is now. Once the documents of the commit are counted, nothing that is
    /// counted later is of it.
    pub(crate) fn is_current(&self, index: &ZhenIndex) -> bool {
        let Mark { commit, synonyms, counts } = &self.mark;
        *commit == Mark::of_commit(index)
            && *synonyms == Mark::of_synonyms(index)
            && (self.counts.is_some() || *counts == Mark::of_counts(index))
    }

    /// The commit at which `reader` is and which has this mark. What `known` has need not be made
    /// again.
    pub(crate) fn read(
        index: &ZhenIndex,
        reader: &IndexReader,
        mark: Mark,
        known: Option<&Self>,
    ) -> Result<Self, IndexError> {
        let manifest = index.current_manifest()?;
        let dict = index.user_dict(&manifest)?;
        let analyzer = match known.filter(|known| known.dict == dict.checksum()) {
            Some(known) => known.analyzer.clone(),
            None => Analyzer::for_queries(&dict),
        };
        let (synonyms, problem) = synonyms(index.dir());
        let searcher = reader.searcher();
        // Only what is beside the commit may have changed.
        let known = known.filter(|known| known.generation == manifest.generation);
        let commit = match known.filter(|known| known.commit.is_of(&searcher)) {
            Some(known) => Arc::clone(&known.commit),
            None => Arc::new(Commit::read(index, searcher)?),
        };
        let counts = DuplicateCounts::open(index.dir()).ok();
        Ok(Self {
            counts: counts.filter(|counts| counts.is_of(&commit.searcher)),
            commit,
            analyzer,
            dict: dict.checksum(),
            synonyms,
            problem,
            generation: manifest.generation,
            mark,
            hand_made: index.hand_made_aliases(&manifest)?,
        })
    }
}

/// Tells commits, and what is beside them, apart without reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    commit: FileMark,
    synonyms: FileMark,
    /// Counted after the commit.
    counts: FileMark,
}

impl Mark {
    /// As the files of the index are now.
    pub(crate) fn of(index: &ZhenIndex) -> Self {
        Self {
            commit: Self::of_commit(index),
            synonyms: Self::of_synonyms(index),
            counts: Self::of_counts(index),
        }
    }

    fn of_commit(index: &ZhenIndex) -> FileMark {
        FileMark::of(&index.dir().join("meta.json"))
    }

    fn of_synonyms(index: &ZhenIndex) -> FileMark {
        FileMark::of(&synonyms_file(index.dir()))
    }

    fn of_counts(index: &ZhenIndex) -> FileMark {
        FileMark::of(&index.dir().join(DUPLICATES_FILE))
    }
}

/// The synonyms of the index in `dir`; what is wrong with them is said and keeps nobody from
/// searching.
fn synonyms(dir: &Path) -> (Synonyms, Option<String>) {
    let text = read_synonyms(dir).map_err(|error| error.to_string());
    match text.and_then(|text| Synonyms::parse(&text).map_err(|error| error.to_string())) {
        Ok(synonyms) => (synonyms, None),
        Err(error) => {
            let note = format!(
                "the synonyms of the index were not used: {error}; replace them with `zhen synonyms load FILE`"
            );
            (Synonyms::default(), Some(note))
        }
    }
}

#[cfg(test)]
mod tests {
    use zhen_index::{IndexOptions, Indexer, write_synonyms};
    use zhen_source::Document;

    use super::*;

    #[test]
    fn what_was_learned_of_a_commit_is_kept_until_there_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let mut indexer = Indexer::open(IndexOptions::new(dir.path())).unwrap();
        let mut add = |id: &str| {
            let document = Document { id: id.to_owned(), ..Document::default() };
            indexer.index_documents([document], &()).unwrap();
        };
        add("a");
        let index = ZhenIndex::open(dir.path()).unwrap();
        let reader = index.tantivy().reader().unwrap();
        let read = |known: Option<&State>| {
            reader.reload().unwrap();
            State::read(&index, &reader, Mark::of(&index), known).unwrap()
        };
        let first = read(None);
        write_synonyms(dir.path(), "a, b").unwrap();
        assert!(!first.is_current(&index));
        let with_synonyms = read(Some(&first));
        assert!(Arc::ptr_eq(&first.commit, &with_synonyms.commit));
        add("b");
        let second = read(Some(&with_synonyms));
        assert!(!Arc::ptr_eq(&first.commit, &second.commit));
        assert_eq!(second.commit.searcher.num_docs(), 2);
    }
}
