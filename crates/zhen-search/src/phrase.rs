//! Phrases on grams: the documents in which quoted text stands.
//!
//! A gram has one position for each unit of the text, so units that follow each other have
//! positions that do, however the text was segmented.

use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, TERMINATED};
use zhen_text::unit::GramPattern;

use crate::postings::{List, Source, unite};
use crate::terms::{Places, Terms};

/// The documents of a segment in whose `field` the grams of `phrase` follow each other, and how
/// often they do. Empty for an empty phrase.
///
/// Cost: the shortest posting list is walked, the others are sought in it; a last gram that is only
/// begun costs one list for each way it may go on, each sought only in what the others left.
pub(crate) fn documents(
    terms: &Terms<'_>,
    segment: usize,
    field: Field,
    phrase: &[GramPattern],
) -> tantivy::Result<List> {
    match phrase {
        [] => Ok(List::default()),
        [GramPattern::Is(gram)] => {
            let places = terms.places(field, gram)?;
            let mut list = List::default();
            if let Some(info) = places.segment(segment) {
                let source = Source::open(terms.index(field, segment)?, info)?;
                source.for_each(|doc, tf| list.push(doc, tf));
            }
            Ok(list)
        }
        [GramPattern::Begins(start)] => beginning(terms, segment, field, start),
        _ => consecutive(terms, segment, field, phrase),
    }
}

/// Calls `visit` with every term of the index that begins with `start`.
pub(crate) fn for_each_term_with_prefix(
    index: &InvertedIndexReader,
    start: &str,
    mut visit: impl FnMut(&[u8], &tantivy::postings::TermInfo) -> tantivy::Result<()>,
) -> tantivy::Result<()> {
    let mut terms = index.terms().range().ge(start.as_bytes()).into_stream()?;
    while terms.advance() && terms.key().starts_with(start.as_bytes()) {
        visit(terms.key(), terms.value())?;
    }
    Ok(())
}

/// The documents of a segment with a gram that begins with `start`.
pub(crate) fn beginning(
    terms: &Terms<'_>,
    segment: usize,
    field: Field,
    start: &str,
) -> tantivy::Result<List> {
    let index = terms.index(field, segment)?;
    let mut begun = Vec::new();
    for_each_term_with_prefix(index, start, |_, info| {
        begun.push(info.clone());
        Ok(())
    })?;
    Ok(unite(index, &begun, terms.segments()[segment].max_doc())?)
}

/// A document and the positions at which what was matched so far begins.
type Starts = Vec<(u32, Vec<u32>)>;

fn consecutive(
    terms: &Terms<'_>,
    segment: usize,
    field: Field,
    phrase: &[GramPattern],
) -> tantivy::Result<List> {
    let mut places = Vec::with_capacity(phrase.len());
    let mut begun = None;
    for (offset, pattern) in phrase.iter().enumerate() {
        match pattern {
            GramPattern::Is(gram) => {
                let here = terms.places(field, gram)?;
                if here.segment(segment).is_none() {
                    return Ok(List::default());
                }
                places.push((offset as u32, here));
            }
            GramPattern::Begins(start) => begun = Some((offset as u32, start)),
        }
    }
    // Nothing is read before all are known to stand there, and the rarest first.
    let index = terms.index(field, segment)?;
    let rarity = |places: &Places| places.segment(segment).map_or(0, |info| info.doc_freq);
    places.sort_by_key(|(_, here)| rarity(here));
    let mut exact = Vec::with_capacity(places.len());
    for (offset, here) in &places {
        let Some(info) = here.segment(segment) else { return Ok(List::default()) };
        exact.push(Lazy { offset: *offset, index, info, postings: None });
    }
    let mut starts = intersect(&mut exact)?;
    if let Some((offset, start)) = begun {
        starts = going_on(index, starts, offset, start)?;
    }
    let mut list = List::default();
    starts.into_iter().for_each(|(doc, starts)| list.push(doc, starts.len() as u32));
    Ok(list)
}

/// The postings of a gram, opened when they are first asked for: often the rarest two have no document
/// in common.
struct Lazy<'a> {
    /// Place of the gram within the phrase.
    offset: u32,
    index: &'a InvertedIndexReader,
    info: &'a TermInfo,
    postings: Option<SegmentPostings>,
}

impl Lazy<'_> {
    fn open(&mut self) -> tantivy::Result<&mut SegmentPostings> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        Ok(match &mut self.postings {
            Some(postings) => postings,
            none => none.insert(self.index.read_postings_from_terminfo(self.info, option)?),
        })
    }
}

/// Documents that hold all grams at consecutive positions.
fn intersect(exact: &mut [Lazy<'_>]) -> tantivy::Result<Starts> {
    let mut out = Vec::new();
    let mut positions = Vec::new();
    let Some((first, rest)) = exact.split_first_mut() else { return Ok(out) };
    let offset = first.offset;
    let first = first.open()?;
    let mut doc = first.doc();
    'documents: while doc != TERMINATED {
        for other in rest.iter_mut() {
            let postings = other.open()?;
            if postings.doc() < doc {
                postings.seek(doc);
            }
            match postings.doc() {
                TERMINATED => break 'documents,
                found if found > doc => {
                    doc = first.seek(found);
                    continue 'documents;
                }
                _ => {}
            }
        }
        first.positions(&mut positions);
        let mut starts: Vec<u32> = positions.iter().filter_map(|p| p.checked_sub(offset)).collect();
        for other in rest.iter_mut() {
            if starts.is_empty() {
                break;
            }
            other.open()?.positions(&mut positions);
            keep_common(&mut starts, &positions, other.offset);
        }
        if !starts.is_empty() {
            out.push((doc, starts));
        }
        doc = first.advance();
    }
    Ok(out)
}

/// Keeps of `starts` those that have `start + offset` among `positions`; both ascend.
fn keep_common(starts: &mut Vec<u32>, positions: &[u32], offset: u32) {
    let mut at = 0;
    starts.retain(|start| {
        while positions.get(at).is_some_and(|&p| p < start + offset) {
            at += 1;
        }
        positions.get(at) == Some(&(start + offset))
    });
}

/// Keeps the starts that are followed, at `offset`, by a gram beginning with `start`.
fn going_on(
    index: &InvertedIndexReader,
    starts: Starts,
    offset: u32,
    start: &str,
) -> tantivy::Result<Starts> {
    let mut kept: Vec<Vec<u32>> = vec![Vec::new(); starts.len()];
    let mut positions = Vec::new();
    for_each_term_with_prefix(index, start, |_, info| {
        let option = IndexRecordOption::WithFreqsAndPositions;
        let mut postings = index.read_postings_from_terminfo(info, option)?;
        for ((doc, begins), kept) in starts.iter().zip(&mut kept) {
            if postings.doc() < *doc {
                postings.seek(*doc);
            }
            if postings.doc() == TERMINATED {
                break;
            }
            if postings.doc() == *doc {
                postings.positions(&mut positions);
                let mut common = begins.clone();
                keep_common(&mut common, &positions, offset);
                kept.extend(common);
            }
        }
        Ok(())
    })?;
    let all = starts.into_iter().zip(kept).map(|((doc, _), mut kept)| {
        kept.sort_unstable();
        (doc, kept)
    });
    Ok(all.filter(|(_, kept)| !kept.is_empty()).collect())
}
