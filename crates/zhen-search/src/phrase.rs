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
    if let Some((offset, start)) = begun.filter(|_| !starts.is_empty()) {
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

/// Calls `visit` with the place in `starts` of each document that `postings`, of `count` documents, has
/// too, while `postings` stands there.
///
/// Cost: that of the shorter side. A prefix may begin very many terms that stand in few documents
/// each.
fn for_each_common<D: DocSet>(
    starts: &Starts,
    postings: &mut D,
    count: u32,
    mut visit: impl FnMut(usize, &mut D),
) {
    if (count as usize) < starts.len() {
        let mut from = 0;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            match starts[from..].binary_search_by_key(&doc, |(doc, _)| *doc) {
                Ok(at) => {
                    visit(from + at, postings);
                    from += at + 1;
                }
                Err(at) => from += at,
            }
            doc = postings.advance();
        }
        return;
    }
    for (at, (doc, _)) in starts.iter().enumerate() {
        if postings.doc() < *doc {
            postings.seek(*doc);
        }
        match postings.doc() {
            TERMINATED => break,
            found if found == *doc => visit(at, postings),
            _ => {}
        }
    }
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
        for_each_common(&starts, &mut postings, info.doc_freq, |at, postings| {
            postings.positions(&mut positions);
            let mut common = starts[at].1.clone();
            keep_common(&mut common, &positions, offset);
            kept[at].extend(common);
        });
        Ok(())
    })?;
    let all = starts.into_iter().zip(kept).map(|((doc, _), mut kept)| {
        kept.sort_unstable();
        (doc, kept)
    });
    Ok(all.filter(|(_, kept)| !kept.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tantivy::DocId;

    use super::*;

    /// Documents that count how often they are looked at.
    struct Looked {
        docs: Vec<DocId>,
        at: usize,
        looks: Cell<usize>,
    }

    impl DocSet for Looked {
        fn advance(&mut self) -> DocId {
            self.at += 1;
            self.doc()
        }

        fn doc(&self) -> DocId {
            self.looks.set(self.looks.get() + 1);
            self.docs.get(self.at).copied().unwrap_or(TERMINATED)
        }

        fn size_hint(&self) -> u32 {
            self.docs.len() as u32
        }
    }

    fn common(starts: &[DocId], docs: &[DocId]) -> (Vec<DocId>, usize) {
        let starts: Starts = starts.iter().map(|&doc| (doc, vec![0])).collect();
        let mut looked = Looked { docs: docs.to_vec(), at: 0, looks: Cell::new(0) };
        let mut found = Vec::new();
        for_each_common(&starts, &mut looked, docs.len() as u32, |at, looked| {
            assert_eq!(looked.docs[looked.at], starts[at].0);
            found.push(starts[at].0);
        });
        (found, looked.looks.get())
    }

    #[test]
    fn documents_in_common_are_found_from_either_side() {
        let (few, many) = ([0, 3, 8, 9], [1, 3, 4, 5, 6, 8, 10]);
        assert_eq!(common(&few, &many).0, [3, 8]);
        assert_eq!(common(&many, &few).0, [3, 8]);
        assert_eq!(common(&few, &few).0, few);
        assert!(common(&many, &[]).0.is_empty() && common(&[], &many).0.is_empty());
    }

    #[test]
    fn a_rare_term_is_looked_at_as_often_as_it_stands_somewhere() {
        let starts: Vec<_> = (0..100_000).collect();
        let (found, looks) = common(&starts, &[7, 99_999]);
        assert_eq!(found, [7, 99_999]);
        assert!(looks <= 10, "{looks} looks");
    }
}
