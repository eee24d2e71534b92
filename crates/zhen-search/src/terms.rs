//! What the index holds of terms. The words of queries, their pieces and what else may stand for them are
//! often the same, most of all while a query is typed letter by letter; what was looked up lately, in all
//! segments together, is known to later searches of the same commit.

use std::cell::{OnceCell, RefCell};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tantivy::columnar::Column;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::TermInfo;
use tantivy::schema::{Field, Schema};
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};
use zhen_index::schema::name;

use crate::bits::Bits;
use crate::bm25::{Saturation, Saturations};
use crate::plan::ListSpec;
use crate::postings::{List, Source};
use crate::recent::Recent;
use crate::rooms::Rooms;
use crate::window::Window;

/// Room for the terms of a field that were looked up lately, in bytes.
const TERMS_ROOM: usize = 4 << 20;
/// Room for the lists that were made lately, in bytes.
const LISTS_ROOM: usize = 8 << 20;
/// Room for what was found out of words, in bytes.
const FINDINGS_ROOM: usize = 1 << 20;
/// What a term that is known takes beside its content, about, in bytes.
const TERM: usize = 256;
/// What a text takes beside its content.
const TEXT: usize = 40;
/// What a list takes beside its documents, its key with it.
const LIST: usize = 512;

/// Most searches at the same time whose room is kept.
const MOST_ROOMS: usize = 16;

/// What is known of the terms of one commit, learned from its searches.
pub(crate) struct Known {
    saturations: Saturations,
    /// The order of ties, by segment.
    orders: OnceLock<Vec<Column<u64>>>,
    /// The documents that are not deleted, by segment; `None` where none is.
    living: OnceLock<Vec<Option<Bits>>>,
    /// Where terms stand, by number of the field.
    places: Vec<Recent<Box<str>, Arc<Places>>>,
    /// Lists made for queries.
    lists: Recent<ListSpec, Lists>,
    /// What was found out of words that queries ask for.
    findings: Recent<(FindingKind, Box<str>), Finding>,
    /// Those of searches that are over.
    rooms: Mutex<Vec<Rooms>>,
}

/// What is to be found out of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FindingKind {
    /// Which words of the index it may be a slip for, where it is Latin.
    Meant,
    /// The same, where it is Chinese.
    MeantInChinese,
    /// How documents write it as two.
    Apart,
    /// How documents write it in Chinese, if it is a name.
    SoundsInChinese,
    /// How documents write it in Latin letters, if it is a name.
    SoundsInLatin,
}

/// What was found out of a word: words of the index.
pub(crate) type Finding = Arc<[String]>;

/// A list for each segment.
pub(crate) type Lists = Arc<[Arc<List>]>;

impl Known {
    /// Nothing yet.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self {
            saturations: Saturations::new(schema),
            orders: OnceLock::new(),
            living: OnceLock::new(),
            places: schema.fields().map(|_| Recent::new(TERMS_ROOM)).collect(),
            lists: Recent::new(LISTS_ROOM),
            findings: Recent::new(FINDINGS_ROOM),
            rooms: Mutex::default(),
        }
    }
}

/// The terms of one commit, for one search.
pub(crate) struct Terms<'a> {
    searcher: &'a Searcher,
    known: &'a Known,
    /// The index of each field in each segment, by number of the field.
    indexes: Vec<OnceCell<Vec<Arc<InvertedIndexReader>>>>,
    rooms: RefCell<Rooms>,
}

impl Drop for Terms<'_> {
    fn drop(&mut self) {
        let mut rooms = self.known.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() < MOST_ROOMS {
            rooms.push(self.rooms.take());
        }
    }
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
    /// The terms of the commit that `searcher` and `known` are of.
    pub(crate) fn new(searcher: &'a Searcher, known: &'a Known) -> Self {
        let indexes = searcher.schema().fields().map(|_| OnceCell::new());
        let rooms = known.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let rooms = RefCell::new(rooms.unwrap_or_default());
        Self { searcher, known, indexes: indexes.collect(), rooms }
    }

    pub(crate) fn searcher(&self) -> &'a Searcher {
        self.searcher
    }

    pub(crate) fn segments(&self) -> &'a [SegmentReader] {
        self.searcher.segment_readers()
    }

    fn indexes(&self, field: Field) -> tantivy::Result<&[Arc<InvertedIndexReader>]> {
        let cell = &self.indexes[field.field_id() as usize];
        if let Some(known) = cell.get() {
            return Ok(known);
        }
        let indexes = self.segments().iter().map(|segment| segment.inverted_index(field));
        let indexes = indexes.collect::<tantivy::Result<_>>()?;
        Ok(cell.get_or_init(|| indexes))
    }

    /// The index of `field` in a segment.
    pub(crate) fn index(
        &self,
        field: Field,
        segment: usize,
    ) -> tantivy::Result<&InvertedIndexReader> {
        Ok(&self.indexes(field)?[segment])
    }

    /// The documents of a term of `field` in a segment, which `places` are of.
    pub(crate) fn open(
        &self,
        field: Field,
        segment: usize,
        places: &Places,
    ) -> tantivy::Result<Source> {
        let Some(info) = places.segment(segment) else { return Ok(Source::Empty) };
        Ok(self.rooms.borrow_mut().open(field, self.index(field, segment)?, info)?)
    }

    /// Lets others use the room of what was opened of `field`.
    pub(crate) fn close(&self, field: Field, source: Source) {
        self.rooms.borrow_mut().close(field, source);
    }

    /// A window for a query of so many groups.
    pub(crate) fn window(&self, groups: usize) -> Box<Window> {
        self.rooms.borrow_mut().window(groups)
    }

    /// Lets others use the room of a window.
    pub(crate) fn close_window(&self, window: Box<Window>) {
        self.rooms.borrow_mut().close_window(window);
    }

    /// How documents gain by the terms of `field`.
    pub(crate) fn saturation(&self, field: Field) -> tantivy::Result<&'a Saturation> {
        self.known.saturations.of(field, || self.average_length(field))
    }

    /// The order of documents with the same score, by segment.
    pub(crate) fn orders(&self) -> tantivy::Result<&'a [Column<u64>]> {
        if let Some(known) = self.known.orders.get() {
            return Ok(known);
        }
        let columns = self.segments().iter().map(|segment| segment.fast_fields().u64(name::ORDER));
        let columns = columns.collect::<tantivy::Result<_>>()?;
        Ok(self.known.orders.get_or_init(|| columns))
    }

    /// The documents of a segment that are not deleted; `None` where none is.
    pub(crate) fn living(&self, segment: usize) -> Option<&'a Bits> {
        let living = self.known.living.get_or_init(|| self.segments().iter().map(living).collect());
        living[segment].as_ref()
    }

    /// The mean length of `field` in the documents that are not deleted, as their norms tell it: a merge
    /// leaves it as it is. (How many terms a segment has is estimated when it is merged without deleted
    /// documents.) A norm stands for the lengths from its own up to that of the next, and counts as the
    /// one in the middle.
    fn average_length(&self, field: Field) -> tantivy::Result<f32> {
        let lengths: [u64; 256] = std::array::from_fn(|id| {
            let [first, next] = [id, id + 1]
                .map(|id| FieldNormReader::id_to_fieldnorm(u8::try_from(id).unwrap_or(u8::MAX)));
            u64::midpoint(first.into(), next.saturating_sub(1).max(first).into())
        });
        let (mut terms, mut documents) = (0_u64, 0_u64);
        for segment in self.segments() {
            let norms = segment.get_fieldnorms_reader(field)?;
            let length = |doc| lengths[norms.fieldnorm_id(doc) as usize];
            terms += match segment.alive_bitset() {
                Some(alive) => alive.iter_alive().map(length).sum::<u64>(),
                None => (0..segment.max_doc()).map(length).sum(),
            };
            documents += u64::from(segment.num_docs());
        }
        Ok(terms as f32 / documents.max(1) as f32)
    }

    /// How many documents there are, deleted ones included.
    pub(crate) fn documents(&self) -> u64 {
        self.segments().iter().map(|segment| u64::from(segment.max_doc())).sum()
    }

    /// Where `term` stands in `field`.
    pub(crate) fn places(&self, field: Field, term: &str) -> tantivy::Result<Arc<Places>> {
        let known = self.known_places(field);
        if let Some(places) = known.get(term) {
            return Ok(places);
        }
        let places = Arc::new(Places::look_up(self.indexes(field)?, term)?);
        let others = size_of_val(places.others.as_slice());
        known.put(term.into(), Arc::clone(&places), TERM + term.len() + others);
        Ok(places)
    }

    /// In how many documents `term` stands in `field`, deleted ones included. It is not remembered, for
    /// terms of which hundreds are tried.
    pub(crate) fn documents_with(&self, field: Field, term: &str) -> tantivy::Result<u64> {
        if let Some(places) = self.known_places(field).get(term) {
            return Ok(places.documents);
        }
        Ok(Places::look_up(self.indexes(field)?, term)?.documents)
    }

    fn known_places(&self, field: Field) -> &'a Recent<Box<str>, Arc<Places>> {
        &self.known.places[field.field_id() as usize]
    }

    /// What is to be found out of a word, by `find` unless it is known. Only what depends on the word and
    /// the commit alone may be kept so.
    pub(crate) fn finding(
        &self,
        kind: FindingKind,
        word: &str,
        find: impl FnOnce() -> Vec<String>,
    ) -> Finding {
        let key = (kind, Box::from(word));
        if let Some(known) = self.known.findings.get(&key) {
            return known;
        }
        let found: Finding = find().into();
        let bytes = TERM + word.len() + found.iter().map(|one| TEXT + one.len()).sum::<usize>();
        self.known.findings.put(key, Arc::clone(&found), bytes);
        found
    }

    /// The lists of the segments, each made by `make` unless they are known.
    pub(crate) fn lists(
        &self,
        spec: &ListSpec,
        make: impl Fn(usize) -> tantivy::Result<List>,
    ) -> tantivy::Result<Lists> {
        let known = &self.known.lists;
        if let Some(lists) = known.get(spec) {
            return Ok(lists);
        }
        let lists = (0..self.segments().len()).map(|segment| make(segment).map(Arc::new));
        let lists: Lists = lists.collect::<tantivy::Result<_>>()?;
        let bytes = lists.iter().map(|list| LIST + list.bytes()).sum();
        known.put(spec.clone(), Arc::clone(&lists), bytes);
        Ok(lists)
    }
}

fn living(segment: &SegmentReader) -> Option<Bits> {
    let alive = segment.alive_bitset()?;
    let mut bits = Bits::none(segment.max_doc());
    alive.iter_alive().for_each(|doc| bits.insert(doc));
    Some(bits)
}
