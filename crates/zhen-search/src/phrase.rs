//! Phrases on grams: the documents in which quoted text stands.
//!
//! A gram has one position for each unit of the text, so units that follow each other have
//! positions that do, however the text was segmented.

use tantivy::postings::{BlockSegmentPostings, Postings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, InvertedIndexReader, TERMINATED};
use zhen_text::unit::GramPattern;

use crate::postings::{List, reopen, unite};
use crate::terms::Terms;

/// With fewer documents than this a term's postings are one block.
const BLOCK: u32 = 128;

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
            let mut list = List::default();
            let source = terms.open(field, segment, &*terms.places(field, gram)?)?;
            source.for_each(|doc, tf| list.push(doc, tf));
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

fn consecutive(
    terms: &Terms<'_>,
    segment: usize,
    field: Field,
    phrase: &[GramPattern],
) -> tantivy::Result<List> {
    let mut known = Vec::with_capacity(phrase.len());
    let mut begun = None;
    for (offset, pattern) in phrase.iter().enumerate() {
        match pattern {
            GramPattern::Is(gram) => {
                let here = terms.places(field, gram)?;
                if here.segment(segment).is_none() {
                    return Ok(List::default());
                }
                known.push((offset as u32, here));
            }
            GramPattern::Begins(start) => begun = Some((offset as u32, start)),
        }
    }
    let mut grams: Vec<(u32, &TermInfo)> = Vec::with_capacity(known.len());
    grams.extend(known.iter().filter_map(|(offset, here)| Some((*offset, here.segment(segment)?))));
    // Nothing is read before all are known to stand there, and the rarest first.
    grams.sort_by_key(|(_, info)| info.doc_freq);
    let index = terms.index(field, segment)?;
    let docs = holding_all(index, &grams)?;
    if docs.is_empty() {
        return Ok(List::default());
    }
    let mut matches = Matches::of_all(docs, index, &grams)?;
    if let (Some((offset, start)), Some((rarest, _))) = (begun, grams.first())
        && !matches.docs.is_empty()
    {
        matches = going_on(index, &matches, distance(*rarest, offset), start)?;
    }
    Ok(matches.into_list())
}

/// The documents that hold all grams, wherever. Positions are dear and read only of these: often the
/// rarest two have no document in common.
fn holding_all(
    index: &InvertedIndexReader,
    grams: &[(u32, &TermInfo)],
) -> tantivy::Result<Vec<DocId>> {
    let mut docs = Vec::new();
    let mut place = None;
    for (number, (_, info)) in grams.iter().enumerate() {
        let postings = reopen(&mut place, index, info, IndexRecordOption::Basic)?;
        if number == 0 {
            docs.reserve_exact(info.doc_freq as usize);
            while !postings.docs().is_empty() {
                docs.extend_from_slice(postings.docs());
                postings.advance();
            }
        } else {
            keep_held(&mut docs, postings);
        }
        if docs.is_empty() {
            break;
        }
    }
    Ok(docs)
}

/// Keeps the documents that `postings` have too.
fn keep_held(docs: &mut Vec<DocId>, postings: &mut BlockSegmentPostings) {
    let mut at = 0;
    docs.retain(|&doc| {
        if postings.docs().last().is_some_and(|&last| last < doc) {
            at = postings.seek(doc);
        }
        let rest = postings.docs().get(at..).unwrap_or_default();
        at += rest.iter().take_while(|&&other| other < doc).count();
        postings.docs().get(at) == Some(&doc)
    });
}

/// Documents and, of each, the positions of the rarest gram at which what was matched so far stands.
#[derive(Default)]
struct Matches {
    docs: Vec<DocId>,
    /// Where the positions of each document end among all.
    ends: Vec<usize>,
    positions: Vec<u32>,
}

impl Matches {
    /// Where the grams, each at its offset within the phrase, follow each other in some of the documents,
    /// which hold them all.
    fn of_all(
        docs: Vec<DocId>,
        index: &InvertedIndexReader,
        grams: &[(u32, &TermInfo)],
    ) -> tantivy::Result<Self> {
        let mut matches = Self { ends: vec![0; docs.len()], docs, positions: Vec::new() };
        let Some(((rarest, info), others)) = grams.split_first() else { return Ok(matches) };
        let option = IndexRecordOption::WithFreqsAndPositions;
        let mut postings = index.read_postings_from_terminfo(info, option)?;
        for (doc, end) in matches.docs.iter().zip(&mut matches.ends) {
            postings.seek(*doc);
            postings.append_positions_with_offset(0, &mut matches.positions);
            *end = matches.positions.len();
        }
        let mut here = Vec::new();
        for (offset, info) in others {
            let mut postings = index.read_postings_from_terminfo(info, option)?;
            let distance = distance(*rarest, *offset);
            matches.keep(|doc, positions| {
                postings.seek(doc);
                postings.positions(&mut here);
                keep_common(positions, &here, distance)
            });
        }
        Ok(matches)
    }

    /// The positions of the document at this place.
    fn in_document(&self, at: usize) -> &[u32] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.positions[start..self.ends[at]]
    }

    /// Keeps of each document's positions as many as `count` says that it has moved to the front, and the
    /// documents that have any left.
    fn keep(&mut self, mut count: impl FnMut(DocId, &mut [u32]) -> usize) {
        let (mut documents, mut positions, mut start) = (0, 0, 0);
        for at in 0..self.docs.len() {
            let end = self.ends[at];
            if start == end {
                continue;
            }
            let kept = count(self.docs[at], &mut self.positions[start..end]);
            self.positions.copy_within(start..start + kept, positions);
            start = end;
            if kept > 0 {
                positions += kept;
                (self.docs[documents], self.ends[documents]) = (self.docs[at], positions);
                documents += 1;
            }
        }
        self.docs.truncate(documents);
        self.ends.truncate(documents);
        self.positions.truncate(positions);
    }

    /// The documents that have any, and how many.
    fn into_list(self) -> List {
        let mut list = List::with_capacity(self.docs.len());
        let mut start = 0;
        for (doc, end) in self.docs.into_iter().zip(self.ends) {
            if end > start {
                list.push(doc, (end - start) as u32);
            }
            start = end;
        }
        list
    }
}

/// How far the position of one gram is from that of another.
fn distance(from: u32, to: u32) -> i32 {
    to as i32 - from as i32
}

/// Moves those of `positions` to the front that have another at a distance among `others`, and says how
/// many; both ascend.
fn keep_common(positions: &mut [u32], others: &[u32], distance: i32) -> usize {
    let (mut at, mut kept) = (0, 0);
    for place in 0..positions.len() {
        let Some(wanted) = positions[place].checked_add_signed(distance) else { continue };
        while others.get(at).is_some_and(|&other| other < wanted) {
            at += 1;
        }
        if others.get(at) == Some(&wanted) {
            positions[kept] = positions[place];
            kept += 1;
        }
    }
    kept
}

/// Calls `visit` with the place in `docs` of each document that `postings`, of `count` documents, has
/// too, while `postings` stands there.
///
/// Cost: that of the shorter side. A prefix may begin very many terms that stand in few documents
/// each.
fn for_each_common<D: DocSet>(
    docs: &[DocId],
    postings: &mut D,
    count: u32,
    mut visit: impl FnMut(usize, &mut D),
) {
    if (count as usize) < docs.len() {
        let mut from = 0;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            match docs[from..].binary_search(&doc) {
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
    for (at, doc) in docs.iter().enumerate() {
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

/// The matches that have a gram beginning with `start` at a distance.
fn going_on(
    index: &InvertedIndexReader,
    matches: &Matches,
    distance: i32,
    start: &str,
) -> tantivy::Result<Matches> {
    let mut kept: Vec<Vec<u32>> = vec![Vec::new(); matches.docs.len()];
    let (mut here, mut common) = (Vec::new(), Vec::new());
    let mut place = None;
    for_each_term_with_prefix(index, start, |_, info| {
        // Most of very many terms stand in few documents, and in none of these.
        if info.doc_freq < BLOCK {
            let postings = reopen(&mut place, index, info, IndexRecordOption::Basic)?;
            if !postings.docs().iter().any(|doc| matches.docs.binary_search(doc).is_ok()) {
                return Ok(());
            }
        }
        let option = IndexRecordOption::WithFreqsAndPositions;
        let mut postings = index.read_postings_from_terminfo(info, option)?;
        for_each_common(&matches.docs, &mut postings, info.doc_freq, |at, postings| {
            postings.positions(&mut here);
            common.clear();
            common.extend_from_slice(matches.in_document(at));
            let count = keep_common(&mut common, &here, distance);
            kept[at].extend_from_slice(&common[..count]);
        });
        Ok(())
    })?;
    let mut going_on = Matches::default();
    for (doc, mut kept) in matches.docs.iter().zip(kept) {
        kept.sort_unstable();
        going_on.docs.push(*doc);
        going_on.positions.append(&mut kept);
        going_on.ends.push(going_on.positions.len());
    }
    Ok(going_on)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use GramPattern::{Begins, Is};
    use tantivy::schema::{STORED, Schema, TEXT};
    use tantivy::{Index, IndexWriter, TantivyDocument};

    use super::*;
    use crate::terms::Known;

    /// Words that stand nowhere near each other in any order that could be told beforehand.
    fn words(document: u32) -> impl Iterator<Item = &'static str> {
        let mut state = document.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let few = document.is_multiple_of(7);
        let numbers = std::iter::repeat_with(next).take(3 + document as usize % 30);
        numbers.map(move |number| match number % 11 {
            0 if few => "rare",
            0..=3 => "a",
            4..=6 => "ab",
            7..=8 => "abc",
            _ => "b",
        })
    }

    /// How often the grams follow each other in each document, by trying every place.
    fn tried(documents: u32, phrase: &[GramPattern]) -> List {
        let fits = |(word, pattern): (&&str, &GramPattern)| match pattern {
            Is(gram) => word == gram,
            Begins(start) => word.starts_with(start),
        };
        let mut list = List::default();
        for document in 0..documents {
            let words: Vec<&str> = words(document).collect();
            let windows = words.windows(phrase.len());
            let count = windows.filter(|window| window.iter().zip(phrase).all(fits)).count();
            if count > 0 {
                list.push(document, count as u32);
            }
        }
        list
    }

    #[test]
    fn a_phrase_stands_where_trying_every_place_finds_it() {
        const DOCUMENTS: u32 = 700;
        let mut schema = Schema::builder();
        let field = schema.add_text_field("grams", TEXT | STORED);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for document in 0..DOCUMENTS {
            let mut added = TantivyDocument::default();
            added.add_text(field, words(document).collect::<Vec<_>>().join(" "));
            writer.add_document(added).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        assert_eq!(searcher.segment_readers().len(), 1);
        let known = Known::new(searcher.schema());
        let terms = Terms::new(&searcher, &known);
        let grams = ["a", "ab", "abc", "b", "rare", "nowhere"];
        let is = |gram: &&str| Is((*gram).to_owned());
        let mut phrases = vec![vec![]];
        for _ in 0..3 {
            let longer = |phrase: &Vec<GramPattern>| {
                let phrase = phrase.clone();
                grams.iter().map(move |gram| [phrase.as_slice(), &[is(gram)]].concat())
            };
            phrases = phrases.iter().flat_map(longer).collect();
            for phrase in &phrases {
                let found = documents(&terms, 0, field, phrase).unwrap();
                assert_eq!(found, tried(DOCUMENTS, phrase), "{phrase:?}");
                for start in ["a", "ab", "c"] {
                    let phrase = [phrase.as_slice(), &[Begins(start.to_owned())]].concat();
                    let found = documents(&terms, 0, field, &phrase).unwrap();
                    assert_eq!(found, tried(DOCUMENTS, &phrase), "{phrase:?}");
                }
            }
        }
    }

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
        let mut looked = Looked { docs: docs.to_vec(), at: 0, looks: Cell::new(0) };
        let mut found = Vec::new();
        for_each_common(starts, &mut looked, docs.len() as u32, |at, looked| {
            assert_eq!(looked.docs[looked.at], starts[at]);
            found.push(starts[at]);
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
