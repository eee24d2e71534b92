//! Removing documents by id or file, and only those that were there before.
//!
//! A document that is replaced and the one that replaces it have the same id, and segments are built
//! apart from tantivy's order of operations, so a removal must say which segments it is for: those of
//! earlier *epochs*. All segments that are built between two removals that matter are of one epoch;
//! what the index held before is of epoch 0. A document that was replaced before its segment was
//! complete is named by its number.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::index::SegmentId;
use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// The epochs of all segments that a writer has built.
#[derive(Debug, Clone, Default)]
pub(super) struct Epochs(Arc<RwLock<HashMap<SegmentId, u32>>>);

impl Epochs {
    /// Notes the epoch of a segment that was built.
    pub(super) fn insert(&self, segment: SegmentId, epoch: u32) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(segment, epoch);
    }

    /// The epoch of a segment; 0 for one that was there before, or that was merged from committed
    /// ones.
    fn of(&self, segment: SegmentId) -> u32 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&segment).copied().unwrap_or(0)
    }
}

/// What is to be removed.
#[derive(Debug, Clone, Default)]
pub(super) struct Removals {
    /// Documents with a term, in segments of epochs before a given one.
    terms: BTreeSet<(Term, u32)>,
    /// Documents of a segment, by number.
    numbers: HashMap<SegmentId, Vec<DocId>>,
}

impl Removals {
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.numbers.is_empty()
    }

    /// Removes the documents with a term from the segments of epochs before `epoch`.
    pub(super) fn add_term(&mut self, term: Term, epoch: u32) {
        debug_assert!(epoch > 0);
        self.terms.insert((term, epoch));
    }

    /// Whether documents with a term are removed from what was committed.
    pub(super) fn hold(&self, term: &Term) -> bool {
        let after = self.terms.range((term.clone(), 0)..);
        after.map(|(removed, _)| removed).next() == Some(term)
    }

    /// Removes documents of a segment, by number.
    pub(super) fn add_numbers(&mut self, segment: SegmentId, numbers: Vec<DocId>) {
        if !numbers.is_empty() {
            self.numbers.insert(segment, numbers);
        }
    }

    /// As what tantivy takes removals.
    pub(super) fn into_query(self, epochs: Epochs) -> Box<dyn Query> {
        Box::new(Removal { removals: Arc::new(self), epochs })
    }
}

#[derive(Debug, Clone)]
struct Removal {
    removals: Arc<Removals>,
    epochs: Epochs,
}

impl Removal {
    /// The documents of a segment that are to be removed.
    fn documents(&self, segment: &SegmentReader) -> tantivy::Result<BitSet> {
        let epoch = self.epochs.of(segment.segment_id());
        let mut documents = BitSet::with_max_value(segment.max_doc());
        for &number in self.removals.numbers.get(&segment.segment_id()).into_iter().flatten() {
            documents.insert(number);
        }
        for (term, before) in &self.removals.terms {
            if epoch >= *before {
                continue;
            }
            let inverted = segment.inverted_index(term.field())?;
            let Some(mut postings) = inverted.read_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            let mut document = postings.doc();
            while document != TERMINATED {
                documents.insert(document);
                document = postings.advance();
            }
        }
        Ok(documents)
    }
}

impl Query for Removal {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Removal {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let documents = BitSetDocSet::from(self.documents(segment)?);
        Ok(Box::new(ConstScorer::new(documents, boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("a removal has no score".to_owned()))
    }
}
