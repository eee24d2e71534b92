//! The words of a query, and what each is searched as.

use std::ops::Range;

use super::scan::{Sink, scan};
use crate::fold;
use crate::latin;
use crate::segment::Segmenter;
use crate::unit::{self, Kind, Unit, units};

/// A query text, analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    /// The folded text.
    pub folded: String,
    /// Its words, in order; a compound comes before the words it is made of.
    pub words: Vec<QueryWord>,
    /// Whether its ideographs stand apart from each other, so that spaces part no words.
    pub set_apart: bool,
}

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A word with Han characters.
    Han,
    /// A run of kana, Hangul or another script without spaces: grams only.
    Syllables,
    /// A Latin word or a number.
    Latin,
    /// Latin words joined by signs; its words follow it, each on its own.
    Compound,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    /// Its bytes in the query text as typed.
    pub original: Range<usize>,
    /// Its bytes in the folded query text.
    pub folded: Range<usize>,
    /// Its kind.
    pub kind: WordKind,
    /// The word as a term of the words track (a stem for a Latin word); `None` for kinds that have
    /// none.
    pub term: Option<String>,
    /// Shorter terms of the words track that stand within it: dictionary words within a Han word,
    /// parts of a camelCase word.
    pub parts: Vec<String>,
    /// The folded text without white space, which is what a document must hold.
    pub text: String,
}

/// Analyses a query text.
pub(super) fn analyze(text: &str, segmenter: &Segmenter) -> QueryText {
    let folded = fold::fold(text);
    let mut sink = QuerySink {
        folded: folded.text(),
        segmenter,
        words: Vec::new(),
        set_apart: is_set_apart(folded.text()),
    };
    scan(folded.text(), &mut sink);
    let set_apart = sink.set_apart;
    let mut words = sink.words;
    words.sort_by_key(|word| (word.folded.start, std::cmp::Reverse(word.folded.end)));
    for word in &mut words {
        word.original = folded.original_range(word.folded.clone());
        let original = &text[word.original.clone()];
        latin::for_each_camel_part(original, |_, part| word.parts.push(latin::stem(part)));
    }
    QueryText { folded: folded.text().to_owned(), words, set_apart }
}

/// Whether the ideographs of a text stand apart from each other, as in 中 国 人 民, so that spaces part no
/// words: three of them in a row.
fn is_set_apart(folded: &str) -> bool {
    let mut alone = 0;
    let mut end = usize::MAX;
    for unit in units(folded) {
        let touches = unit.range.start == end;
        end = unit.range.end;
        alone = match (unit.kind, touches) {
            (Kind::Han, false) if unit.joined || alone == 0 => alone + 1,
            (Kind::Han, false) => 1,
            _ => 0,
        };
        if alone == 3 && !folded[end..].starts_with(unit::is_han) {
            return true;
        }
    }
    false
}

/// Collects a query's words.
struct QuerySink<'a> {
    folded: &'a str,
    segmenter: &'a Segmenter,
    words: Vec<QueryWord>,
    set_apart: bool,
}

impl QuerySink<'_> {
    fn push(&mut self, kind: WordKind, folded: Range<usize>, text: &str, term: Option<String>) {
        let text = text.to_owned();
        self.words.push(QueryWord { original: 0..0, folded, kind, term, parts: Vec::new(), text });
    }
}

impl Sink for QuerySink<'_> {
    /// Who types a space means two words. A line that is broken was pasted.
    fn parts(&self, between: &str) -> bool {
        let is_typed = |c: char| c.is_whitespace() && !matches!(c, '\n' | '\r');
        !self.set_apart && between.chars().all(is_typed)
    }

    fn unit(&mut self, unit: &Unit) {
        if unit.kind == Kind::Word {
            let text = &self.folded[unit.range.clone()];
            self.push(WordKind::Latin, unit.range.clone(), text, Some(latin::stem(text)));
        }
    }

    fn compound(&mut self, range: Range<usize>) {
        let text = &self.folded[range.clone()];
        self.push(WordKind::Compound, range, text, Some(text.to_owned()));
    }

    fn han(&mut self, text: &str, start: usize, starts: Option<&[u32]>) {
        let at = |i: usize| starts.map_or(start + i, |starts| starts[i] as usize);
        let mut parts = Vec::new();
        let segmenter = self.segmenter;
        segmenter.for_each_word(text, |word| {
            if word.text.is_ascii() {
            } else if !word.whole {
                parts.push(word.text.to_owned());
            } else {
                let folded = at(word.start)..at(word.start + word.text.len() - 1) + 1;
                self.push(WordKind::Han, folded, word.text, Some(word.text.to_owned()));
                let last = self.words.last_mut().expect("a word was just pushed");
                last.parts = std::mem::take(&mut parts);
            }
        });
    }

    fn syllables(&mut self, range: Range<usize>) {
        let text: String = self.folded[range.clone()].split_whitespace().collect();
        self.push(WordKind::Syllables, range, &text, None);
    }
}
