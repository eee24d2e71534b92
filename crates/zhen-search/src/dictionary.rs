//! Term dictionaries walked as the graphs that they are.
//!
//! tantivy's stream follows every branch of a dictionary before it asks an automaton whether anything
//! may come of it, and keeps what it would need to go on from there. Looking for words near another,
//! nearly all branches lead nowhere; here these are not followed, in a fifth of the time.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use tantivy::directory::{CompositeFile, FileSlice, OwnedBytes};
use tantivy::index::SegmentComponent;
use tantivy::schema::Field;
use tantivy::{HasLen, Searcher, SegmentReader};
use tantivy_fst::Automaton as _;
use tantivy_fst::raw::{Fst, Node};

use crate::fuzzy::Distance;

/// The dictionaries of one field in the segments of one commit, opened when first asked for.
pub(crate) struct Dictionaries {
    field: Field,
    of: OnceLock<Vec<Option<Fst<OwnedBytes>>>>,
}

impl Dictionaries {
    pub(crate) fn new(field: Field) -> Self {
        Self { field, of: OnceLock::new() }
    }

    /// The terms of any segment that are near, ascending.
    ///
    /// # Errors
    /// When a dictionary cannot be read.
    pub(crate) fn near(
        &self,
        searcher: &Searcher,
        near: &Distance,
    ) -> tantivy::Result<BTreeSet<Vec<u8>>> {
        let mut terms = BTreeSet::new();
        for (segment, graph) in self.in_segments(searcher) {
            match graph {
                Some(graph) => {
                    let ways = vec![None; near.states()];
                    let mut walk = Walk { graph, near, ways, term: Vec::new(), terms: &mut terms };
                    walk.from(&graph.root(), near.start());
                }
                None => stream(segment, self.field, near, &mut terms)?,
            }
        }
        Ok(terms)
    }

    /// Whether a term of any segment begins with `start`, or is it.
    ///
    /// # Errors
    /// When a dictionary cannot be read.
    pub(crate) fn begins(&self, searcher: &Searcher, start: &str) -> tantivy::Result<bool> {
        for (segment, graph) in self.in_segments(searcher) {
            let begins = match graph {
                Some(graph) => is_path(graph, start),
                None => {
                    let index = segment.inverted_index(self.field)?;
                    let mut terms = index.terms().range().ge(start).into_stream()?;
                    terms.advance() && terms.key().starts_with(start.as_bytes())
                }
            };
            if begins {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn in_segments<'a>(
        &'a self,
        searcher: &'a Searcher,
    ) -> impl Iterator<Item = (&'a SegmentReader, &'a Option<Fst<OwnedBytes>>)> {
        let graphs = self.of.get_or_init(|| open(searcher, self.field));
        searcher.segment_readers().iter().zip(graphs)
    }
}

/// Whether bytes lead somewhere in a graph. Every path ends at a term, but in a graph without any.
fn is_path(graph: &Fst<OwnedBytes>, bytes: &str) -> bool {
    let step = |node: Node<'_>, byte: u8| {
        let at = node.find_input(byte)?;
        Some(graph.node(node.transition_addr(at)))
    };
    !graph.is_empty() && bytes.bytes().try_fold(graph.root(), step).is_some()
}

/// The near terms of a segment by tantivy's means.
fn stream(
    segment: &SegmentReader,
    field: Field,
    near: &Distance,
    terms: &mut BTreeSet<Vec<u8>>,
) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let mut stream = index.terms().search(near).into_stream()?;
    while stream.advance() {
        terms.insert(stream.key().to_owned());
    }
    Ok(())
}

/// The graphs of the searcher's segments; `None` where one cannot be had, such as when the segment has
/// been merged away since.
fn open(searcher: &Searcher, field: Field) -> Vec<Option<Fst<OwnedBytes>>> {
    let segments = searcher.index().searchable_segments().unwrap_or_default();
    let graph = |reader: &SegmentReader| {
        let segment = segments.iter().find(|segment| segment.id() == reader.segment_id())?;
        let file = segment.open_read(SegmentComponent::Terms).ok()?;
        graph(CompositeFile::open(&file).ok()?.open_read(field)?)
    };
    searcher.segment_readers().iter().map(graph).collect()
}

/// tantivy's numbers for a dictionary that is such a graph, and for the layout of its file.
const GRAPH: u32 = 1;
const LAYOUT: u32 = 1;

/// The graph of a dictionary as tantivy writes it: the graph, what is known of its terms, the length of
/// that in eight bytes, and the two numbers in four bytes each.
fn graph(file: FileSlice) -> Option<Fst<OwnedBytes>> {
    const TAIL: usize = 16;
    if file.len() < TAIL {
        return None;
    }
    let (rest, tail) = file.split_from_end(TAIL);
    let tail = tail.read_bytes().ok()?;
    let (known, numbers) = tail.split_first_chunk::<8>()?;
    let (layout, kind) = numbers.split_first_chunk::<4>()?;
    let kind = kind.first_chunk::<4>()?;
    if u32::from_le_bytes(*layout) != LAYOUT || u32::from_le_bytes(*kind) != GRAPH {
        return None;
    }
    let known = usize::try_from(u64::from_le_bytes(*known)).ok()?;
    let length = rest.len().checked_sub(known)?;
    Fst::new(rest.slice_to(length).read_bytes().ok()?).ok()
}

struct Walk<'a> {
    graph: &'a Fst<OwnedBytes>,
    near: &'a Distance,
    /// The ways on from each state that has been looked at.
    ways: Vec<Option<Ways>>,
    term: Vec<u8>,
    terms: &'a mut BTreeSet<Vec<u8>>,
}

/// The bytes that lead on from a state.
#[derive(Clone, Copy)]
enum Ways {
    /// Only so many of these, as in most states: when no edit is left, the word itself goes on.
    Few([u8; Self::FEW], usize),
    /// More.
    Many,
}

impl Ways {
    const FEW: usize = 4;

    fn from(near: &Distance, state: u32) -> Self {
        let (mut few, mut count) = ([0; Self::FEW], 0);
        for byte in near.bytes().filter(|&byte| near.can_match(&near.accept(&state, byte))) {
            let Some(next) = few.get_mut(count) else { return Self::Many };
            *next = byte;
            count += 1;
        }
        Self::Few(few, count)
    }
}

impl Walk<'_> {
    /// Goes on from a node to all that may be near; as deep as the longest term that is.
    fn from(&mut self, node: &Node<'_>, state: u32) {
        if node.is_final() && self.near.is_match(&state) {
            self.terms.insert(self.term.clone());
        }
        let near = self.near;
        match *self.ways[state as usize].get_or_insert_with(|| Ways::from(near, state)) {
            // To seek some is much cheaper than to read all transitions.
            Ways::Few(bytes, count) => {
                for &byte in &bytes[..count] {
                    if let Some(at) = node.find_input(byte) {
                        self.step(byte, node.transition_addr(at), near.accept(&state, byte));
                    }
                }
            }
            Ways::Many => {
                for transition in node.transitions() {
                    let next = near.accept(&state, transition.inp);
                    if near.can_match(&next) {
                        self.step(transition.inp, transition.addr, next);
                    }
                }
            }
        }
    }

    fn step(&mut self, byte: u8, address: usize, state: u32) {
        self.term.push(byte);
        self.from(&self.graph.node(address), state);
        self.term.pop();
    }
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{STRING, Schema};
    use tantivy::{Index, IndexWriter, TantivyDocument};

    use super::*;

    #[test]
    fn walking_finds_what_tantivys_stream_finds() {
        let mut schema = Schema::builder();
        schema.add_text_field("other", STRING);
        let field = schema.add_text_field("words", STRING);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for words in [
            ["search", "searches", "sear", "serach", "research", "sea", "搜索", "a1"],
            ["starch", "march", "searchable", "search", "seerch", "s", "", "zearch"],
        ] {
            for word in words {
                let mut document = TantivyDocument::default();
                document.add_text(field, word);
                writer.add_document(document).unwrap();
            }
            writer.commit().unwrap();
        }
        let searcher = index.reader().unwrap().searcher();
        let graphs = open(&searcher, field);
        assert!(graphs.len() > 1 && graphs.iter().all(Option::is_some));
        let dictionaries = Dictionaries::new(field);
        for word in ["search", "serch", "sarch", "a", "sea", "unlike", "搜"] {
            for edits in 0..=2 {
                let near = Distance::of_letters(word, edits);
                let mut expected = BTreeSet::new();
                for segment in searcher.segment_readers() {
                    stream(segment, field, &near, &mut expected).unwrap();
                }
                assert_eq!(dictionaries.near(&searcher, &near).unwrap(), expected, "{word}");
            }
        }
        for (start, expected) in [
            ("", true),
            ("sear", true),
            ("zearch", true),
            ("搜", true),
            ("seas", false),
            ("b", false),
        ] {
            assert_eq!(dictionaries.begins(&searcher, start).unwrap(), expected, "{start}");
        }
        let near = dictionaries.near(&searcher, &Distance::of_letters("search", 1)).unwrap();
        let near: Vec<_> = near.iter().map(|word| String::from_utf8_lossy(word)).collect();
        assert_eq!(near, ["search", "seerch", "serach", "starch", "zearch"]);
    }

    #[test]
    fn what_is_no_dictionary_gives_no_graph() {
        for bytes in [vec![], vec![0; 15], vec![0xff; 16], vec![1; 40]] {
            assert!(graph(FileSlice::from(bytes)).is_none());
        }
    }
}
