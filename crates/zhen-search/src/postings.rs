//! Where the documents of a term come from: postings of the index, or a list made for the query
//! (a phrase's documents, the union of the words with a prefix).

use std::sync::Arc;

use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocAddress, DocId, InvertedIndexReader, Searcher};
use zhen_index::living;

use crate::bits::Bits;

/// Documents, ascending, and how often each holds something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct List {
    docs: Vec<DocId>,
    frequencies: Vec<u32>,
}

impl List {
    pub(crate) fn with_capacity(documents: usize) -> Self {
        Self { docs: Vec::with_capacity(documents), frequencies: Vec::with_capacity(documents) }
    }

    /// Adds a document beyond all that are there.
    pub(crate) fn push(&mut self, doc: DocId, frequency: u32) {
        self.docs.push(doc);
        self.frequencies.push(frequency);
    }

    pub(crate) fn docs(&self) -> &[DocId] {
        &self.docs
    }

    /// What it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        (self.docs.capacity() + self.frequencies.capacity()) * size_of::<u32>()
    }
}

/// The documents of one term in one segment.
pub(crate) enum Source {
    /// Nothing.
    Empty,
    /// Postings of the index, read block by block.
    Postings(Box<BlockSegmentPostings>),
    /// Made for the query, and shared with whoever else asks for it.
    List(Arc<List>),
}

impl Source {
    /// Whether it is known to have no documents.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::List(list) => list.docs.is_empty(),
            Self::Postings(_) => false,
        }
    }

    /// Calls `visit` for every document with its frequency.
    pub(crate) fn for_each(self, mut visit: impl FnMut(DocId, u32)) {
        match self {
            Self::Empty => {}
            Self::List(list) => {
                list.docs.iter().zip(&list.frequencies).for_each(|(&doc, &tf)| visit(doc, tf));
            }
            Self::Postings(mut postings) => for_each(&mut postings, visit),
        }
    }
}

/// A position within a [`Source`], moving forward.
pub(crate) struct Cursor {
    source: Source,
    at: usize,
}

impl Cursor {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, at: 0 }
    }

    pub(crate) fn into_source(self) -> Source {
        self.source
    }

    /// Passes over the documents before `start`.
    #[inline]
    pub(crate) fn skip_to(&mut self, start: DocId) {
        match &mut self.source {
            Source::Empty => {}
            Source::List(list) => {
                if list.docs.get(self.at).is_some_and(|&doc| doc < start) {
                    self.at += list.docs[self.at..].partition_point(|&doc| doc < start);
                }
            }
            Source::Postings(postings) => {
                let docs = postings.docs();
                match (docs.get(self.at), docs.last()) {
                    (Some(&doc), _) if doc >= start => {}
                    (_, Some(&last)) if last >= start => {
                        self.at += docs[self.at..].partition_point(|&doc| doc < start);
                    }
                    // Past the last block.
                    (None, None) => {}
                    _ => self.at = postings.seek(start),
                }
            }
        }
    }

    /// How often `doc` holds it, if it does; passes over the documents before `doc`.
    #[inline]
    pub(crate) fn frequency_in(&mut self, doc: DocId) -> Option<u32> {
        self.skip_to(doc);
        match &self.source {
            Source::Empty => None,
            Source::List(list) => {
                let here = list.docs.get(self.at) == Some(&doc);
                here.then(|| list.frequencies[self.at])
            }
            Source::Postings(postings) => {
                let here = postings.docs().get(self.at) == Some(&doc);
                here.then(|| postings.freqs()[self.at])
            }
        }
    }

    /// Some of the next documents before `end`, with their frequencies, and passes over them; `None` when
    /// there are no more.
    #[inline]
    pub(crate) fn next_before(&mut self, end: DocId) -> Option<(&[DocId], &[u32])> {
        let from = self.at;
        let (docs, frequencies) = match &mut self.source {
            Source::Empty => return None,
            Source::List(list) => (&list.docs[from..], &list.frequencies[from..]),
            Source::Postings(postings) => {
                if self.at == postings.docs().len() {
                    postings.advance();
                    self.at = 0;
                }
                (&postings.docs()[self.at..], &postings.freqs()[self.at..])
            }
        };
        let count = match docs.last() {
            Some(&last) if last < end => docs.len(),
            _ => docs.partition_point(|&doc| doc < end),
        };
        self.at += count;
        (count > 0).then(|| (&docs[..count], &frequencies[..count]))
    }
}

/// The document with an id, `field` being that of ids.
pub(crate) fn find(
    searcher: &Searcher,
    field: Field,
    id: &str,
) -> tantivy::Result<Option<DocAddress>> {
    let term = Term::from_field_text(field, id);
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(field)?;
        let Some(info) = index.get_term_info(&term)? else { continue };
        if let Some(doc) = living(segment, &index, &info)?.next() {
            return Ok(Some(DocAddress::new(ord, doc)));
        }
    }
    Ok(None)
}

/// The set of documents of a source.
pub(crate) fn to_bits(source: Source, len: u32) -> Bits {
    let mut bits = Bits::none(len);
    source.for_each(|doc, _| bits.insert(doc));
    bits
}

/// The documents that hold any of several terms of a segment with `len` documents, and how often they
/// hold one of these.
pub(crate) fn unite(
    index: &InvertedIndexReader,
    terms: &[TermInfo],
    len: u32,
) -> std::io::Result<List> {
    /// Where one document in so many holds a term, counting beats sorting.
    const DENSE: u64 = 16;
    let expected: u64 = terms.iter().map(|info| u64::from(info.doc_freq)).sum();
    let visit_all = |visit: &mut dyn FnMut(DocId, u32)| -> std::io::Result<()> {
        let mut postings = None;
        for info in terms {
            let postings = reopen(&mut postings, index, info, IndexRecordOption::WithFreqs)?;
            for_each(postings, &mut *visit);
        }
        Ok(())
    };
    if expected * DENSE > u64::from(len) {
        let mut counts = vec![0_u32; len as usize];
        visit_all(&mut |doc, tf| counts[doc as usize] += tf)?;
        let mut list = List::default();
        for (doc, count) in (0..).zip(counts).filter(|&(_, count)| count > 0) {
            list.push(doc, count);
        }
        return Ok(list);
    }
    let mut all: Vec<(DocId, u32)> = Vec::with_capacity(expected as usize);
    visit_all(&mut |doc, tf| all.push((doc, tf)))?;
    all.sort_unstable_by_key(|&(doc, _)| doc);
    let mut list = List::with_capacity(all.len());
    for same in all.chunk_by(|a, b| a.0 == b.0) {
        list.push(same[0].0, same.iter().map(|(_, tf)| tf).sum());
    }
    Ok(list)
}

/// The postings of a term, in the place of those of another term of the same field if there are any.
pub(crate) fn reopen<'p>(
    place: &'p mut Option<BlockSegmentPostings>,
    index: &InvertedIndexReader,
    term: &TermInfo,
    option: IndexRecordOption,
) -> std::io::Result<&'p mut BlockSegmentPostings> {
    Ok(match place {
        Some(postings) => {
            index.reset_block_postings_from_terminfo(term, postings)?;
            postings
        }
        none => none.insert(index.read_block_postings_from_terminfo(term, option)?),
    })
}

/// Calls `visit` for every document from the first block on, with its frequency.
fn for_each(postings: &mut BlockSegmentPostings, mut visit: impl FnMut(DocId, u32)) {
    loop {
        let docs = postings.docs();
        if docs.is_empty() {
            return;
        }
        for (&doc, &tf) in docs.iter().zip(postings.freqs()) {
            visit(doc, tf);
        }
        postings.advance();
    }
}
