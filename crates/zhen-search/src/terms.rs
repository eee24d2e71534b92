//! What the index holds of terms. The words of a query, their pieces and what else may stand for them
//! are often the same; during one search each term is looked up once, in all segments together.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};

use crate::bm25::{Saturation, Saturations};

/// How many terms of a field a search looks up, about.
const EXPECTED: usize = 28;

/// The terms of one commit, for one search.
pub(crate) struct Terms<'a> {
    searcher: &'a Searcher,
    saturations: &'a Saturations,
    /// By number of the field.
    fields: Vec<OnceCell<OfField>>,
}

struct OfField {
    /// By segment.
    indexes: Vec<Arc<InvertedIndexReader>>,
    /// How many terms are known is bounded by the length of a query and of what expands it.
    known: RefCell<FxHashMap<Box<str>, Rc<Places>>>,
}

/// Where a term stands.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// In how many documents of all segments, deleted ones included.
    pub(crate) documents: u64,
    first: Option<TermInfo>,
    /// By segment after the first; empty when it stands in none of them.
    others: Vec<Option<TermInfo>>,
}

impl Places {
    fn look_up(indexes: &[Arc<InvertedIndexReader>], term: &str) -> tantivy::Result<Self> {
        let mut places = Self::default();
        for (segment, index) in indexes.iter().enumerate() {
            let Some(info) = index.terms().get(term)? else { continue };
            places.documents += u64::from(info.doc_freq);
            match segment.checked_sub(1) {
                None => places.first = Some(info),
                Some(other) => {
                    places.others.resize_with(indexes.len() - 1, || None);
                    places.others[other] = Some(info);
                }
            }
        }
        Ok(places)
    }

    /// What a segment knows of the term, if it stands there.
    pub(crate) fn segment(&self, segment: usize) -> Option<&TermInfo> {
        match segment.checked_sub(1) {
            None => self.first.as_ref(),
            Some(other) => self.others.get(other)?.as_ref(),
        }
    }
}

impl<'a> Terms<'a> {
    /// The terms of the commit that `searcher` and `saturations` are of.
    pub(crate) fn new(searcher: &'a Searcher, saturations: &'a Saturations) -> Self {
        let fields = searcher.schema().fields().map(|_| OnceCell::new());
        Self { searcher, saturations, fields: fields.collect() }
    }

    pub(crate) fn searcher(&self) -> &'a Searcher {
        self.searcher
    }

    pub(crate) fn segments(&self) -> &'a [SegmentReader] {
        self.searcher.segment_readers()
    }

    fn field(&self, field: Field) -> tantivy::Result<&OfField> {
        let cell = &self.fields[field.field_id() as usize];
        if let Some(known) = cell.get() {
            return Ok(known);
        }
        let indexes = self.segments().iter().map(|segment| segment.inverted_index(field));
        let indexes = indexes.collect::<tantivy::Result<_>>()?;
        let known = FxHashMap::with_capacity_and_hasher(EXPECTED, FxBuildHasher);
        Ok(cell.get_or_init(|| OfField { indexes, known: RefCell::new(known) }))
    }

    /// The index of `field` in a segment.
    pub(crate) fn index(
        &self,
        field: Field,
        segment: usize,
    ) -> tantivy::Result<&InvertedIndexReader> {
        Ok(&self.field(field)?.indexes[segment])
    }

    /// How documents gain by the terms of `field`.
    pub(crate) fn saturation(&self, field: Field) -> tantivy::Result<&'a Saturation> {
        self.saturations.of(field, || {
            let tokens = self.field(field)?.indexes.iter().map(|index| index.total_num_tokens());
            let tokens: u64 = tokens.sum();
            Ok(tokens as f32 / self.documents().max(1) as f32)
        })
    }

    /// How many documents there are, deleted ones included.
    pub(crate) fn documents(&self) -> u64 {
        self.segments().iter().map(|segment| u64::from(segment.max_doc())).sum()
    }

    /// Where `term` stands in `field`.
    pub(crate) fn places(&self, field: Field, term: &str) -> tantivy::Result<Rc<Places>> {
        let OfField { indexes, known } = self.field(field)?;
        if let Some(places) = known.borrow().get(term) {
            return Ok(Rc::clone(places));
        }
        let places = Rc::new(Places::look_up(indexes, term)?);
        known.borrow_mut().insert(term.into(), Rc::clone(&places));
        Ok(places)
    }

    /// In how many documents `term` stands in `field`, deleted ones included. It is not remembered, for
    /// terms of which hundreds are tried.
    pub(crate) fn documents_with(&self, field: Field, term: &str) -> tantivy::Result<u64> {
        let OfField { indexes, known } = self.field(field)?;
        if let Some(places) = known.borrow().get(term) {
            return Ok(places.documents);
        }
        Ok(Places::look_up(indexes, term)?.documents)
    }
}
