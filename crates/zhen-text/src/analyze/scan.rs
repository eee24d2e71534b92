//! What folded text is made of: units, compounds, runs of Han characters.

use std::ops::Range;

use crate::latin;
use crate::unit::{Kind, Unit, units};

/// Longest run of Han text that is cut as one, in bytes; bounds memory and time on text without
/// punctuation.
const LONGEST_BLOCK: usize = 6 * 1024;

/// What a scan finds; ranges are of the folded text.
pub(super) trait Sink {
    /// Whether what stands between two ideographs parts words.
    fn parts(&self, between: &str) -> bool;
    fn unit(&mut self, unit: &Unit);
    fn compound(&mut self, range: Range<usize>);
    /// A run of Han characters and the letters and digits directly beside them. `text` is the run
    /// without white space; `starts` gives the folded offset of every byte of it, unless the run
    /// holds no white space and begins at `start`.
    fn han(&mut self, text: &str, start: usize, starts: Option<&[u32]>);
    /// A run of joined ideographs that are not Han.
    fn syllables(&mut self, range: Range<usize>);
}

pub(super) fn scan(folded: &str, sink: &mut impl Sink) {
    let mut compound = Compound::default();
    let mut block = Block::default();
    let mut syllables: Option<Range<usize>> = None;
    for unit in units(folded) {
        let touches = |end: usize| end == unit.range.start;
        match unit.kind {
            Kind::Han | Kind::Word => {
                let is_joined = || unit.joined && unit.kind == Kind::Han;
                let space = || &folded[block.range.end..unit.range.start];
                let goes_on = touches(block.range.end) || (is_joined() && !sink.parts(space()));
                if !goes_on || block.length(&unit) > LONGEST_BLOCK {
                    block.finish(folded, sink);
                }
                block.push(&unit);
            }
            // What stands on either side of it is no word: 中の国 is not 中国.
            Kind::Syllable => block.finish(folded, sink),
            Kind::Sign => {}
        }
        let goes_on = |run: &Range<usize>| {
            let space = || &folded[run.end..unit.range.start];
            unit.joined && (touches(run.end) || !sink.parts(space()))
        };
        match (&mut syllables, unit.kind) {
            (Some(run), Kind::Syllable) if goes_on(run) => run.end = unit.range.end,
            (run, kind) => {
                if let Some(range) = run.take() {
                    sink.syllables(range);
                }
                *run = (kind == Kind::Syllable).then(|| unit.range.clone());
            }
        }
        match unit.kind {
            Kind::Word => {
                if !compound.takes(folded, &unit) {
                    compound.finish(folded, sink);
                    compound.begin(folded, &unit);
                }
            }
            Kind::Sign => compound.sign(&unit),
            Kind::Han | Kind::Syllable => {}
        }
        sink.unit(&unit);
    }
    block.finish(folded, sink);
    compound.finish(folded, sink);
    if let Some(range) = syllables {
        sink.syllables(range);
    }
}

/// A run of Latin words joined by single signs.
#[derive(Default)]
struct Compound {
    range: Range<usize>,
    words: usize,
    /// Whether a sign makes even a single word more than itself: `.net`, `c++`.
    signed: bool,
}

impl Compound {
    fn takes(&mut self, folded: &str, word: &Unit) -> bool {
        let bytes = folded.as_bytes();
        let takes = self.words > 0
            && (word.range.start == self.range.end
                || word.range.start == self.range.end + 1 && latin::joins(bytes[self.range.end]));
        if takes {
            self.range.end = word.range.end;
            self.words += 1;
        }
        takes
    }

    fn begin(&mut self, folded: &str, word: &Unit) {
        let bytes = folded.as_bytes();
        let start = word.range.start;
        // `.net`, but not the end of `foo.net` or of a sentence without a space.
        let dotted = start > 0
            && bytes[start - 1] == b'.'
            && (start == 1 || bytes[start - 2] >= 0x80 || bytes[start - 2].is_ascii_whitespace())
            && bytes[start].is_ascii_alphabetic();
        *self =
            Self { range: start - usize::from(dotted)..word.range.end, words: 1, signed: dotted };
    }

    fn sign(&mut self, sign: &Unit) {
        if self.words > 0 && sign.range.start == self.range.end {
            self.range.end = sign.range.end;
            self.signed = true;
        }
    }

    fn finish(&mut self, folded: &str, sink: &mut impl Sink) {
        let text = &folded[self.range.clone()];
        if (self.words > 1 || self.signed) && latin::is_compound(text) {
            sink.compound(self.range.clone());
        }
        *self = Self::default();
    }
}

/// A run of Han characters and the words directly beside them.
#[derive(Default)]
struct Block {
    range: Range<usize>,
    han: bool,
    /// Whether white space stands within.
    spaced: bool,
    units: Vec<Range<usize>>,
}

impl Block {
    fn length(&self, next: &Unit) -> usize {
        next.range.end - self.range.start
    }

    fn push(&mut self, unit: &Unit) {
        if self.range.is_empty() {
            self.range = unit.range.clone();
        }
        if unit.range.start > self.range.end {
            self.spaced = true;
        }
        self.range.end = unit.range.end;
        self.han |= unit.kind == Kind::Han;
        self.units.push(unit.range.clone());
    }

    fn finish(&mut self, folded: &str, sink: &mut impl Sink) {
        if self.han {
            if self.spaced {
                let text: String = self.units.iter().map(|unit| &folded[unit.clone()]).collect();
                let starts: Vec<u32> =
                    self.units.iter().cloned().flatten().map(|at| at as u32).collect();
                sink.han(&text, self.range.start, Some(&starts));
            } else {
                sink.han(&folded[self.range.clone()], self.range.start, None);
            }
        }
        self.range = 0..0;
        self.han = false;
        self.spaced = false;
        self.units.clear();
    }
}
