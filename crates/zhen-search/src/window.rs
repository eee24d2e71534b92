//! Windows of documents: within one, every term adds its part to an array of scores, and group by group
//! bits say which words a document holds.

use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use crate::bits::Bits;
use crate::bm25::{Saturation, Score, Weight};
use crate::gains::Holding;
use crate::plan::Holds;
use crate::postings::Cursor;

/// Documents in a window.
const WINDOW: u32 = 16_384;
/// The same in words of 64 documents.
pub(crate) const WINDOW_WORDS: usize = WINDOW as usize / 64;

/// Where the windows of a segment begin, without those of which the mask leaves nothing.
pub(crate) fn starts(len: u32, mask: Option<&Bits>) -> impl Iterator<Item = DocId> {
    let all = (0..len).step_by(WINDOW as usize);
    all.filter(move |&start| mask.is_none_or(|mask| !is_empty(mask, start)))
}

fn is_empty(mask: &Bits, start: DocId) -> bool {
    let first = start as usize / 64;
    (first..first + WINDOW_WORDS).all(|i| mask.word(i) == 0)
}

/// A set of documents of a window, a bit each.
type WindowBits = [u64; WINDOW_WORDS];

/// Where a document stands in the window that begins at `start`. It is one of that window; that the
/// remainder is taken only spares the checks of what is looked up by it.
#[inline]
fn place(doc: DocId, start: DocId) -> usize {
    (doc - start) as usize % WINDOW as usize
}

/// Puts documents of the window that begins at `start` into a set.
#[inline]
fn mark(set: &mut WindowBits, docs: &[DocId], start: DocId) {
    for &doc in docs {
        let at = place(doc, start);
        set[at / 64] |= 1 << (at % 64);
    }
}

/// Scores and bits of a window of documents.
pub(crate) struct Window {
    pub(crate) scores: Scores,
    /// The documents that match with some of the words, after [`Window::find_matches`].
    pub(crate) any: WindowBits,
    /// The documents that hold every word, after the same.
    pub(crate) strict: WindowBits,
    groups: Vec<Held>,
    /// Its first document, and the one after its last.
    start: DocId,
    end: DocId,
}

/// The documents of a window that hold a word.
#[derive(Clone, Copy)]
struct Held {
    typed: WindowBits,
    otherwise: WindowBits,
    perhaps: WindowBits,
}

impl Held {
    const NOWHERE: Self =
        Self { typed: [0; WINDOW_WORDS], otherwise: [0; WINDOW_WORDS], perhaps: [0; WINDOW_WORDS] };

    fn of(&mut self, holds: Holds) -> &mut WindowBits {
        match holds {
            Holds::Typed => &mut self.typed,
            Holds::Otherwise => &mut self.otherwise,
            Holds::Perhaps => &mut self.perhaps,
        }
    }
}

impl Window {
    pub(crate) fn new() -> Self {
        Self {
            scores: Scores::new(),
            any: [0; WINDOW_WORDS],
            strict: [0; WINDOW_WORDS],
            groups: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    /// From now on it is for a query of so many groups.
    pub(crate) fn regroup(&mut self, groups: usize) {
        /// More is not kept for queries that do not need it.
        const USUAL: usize = 32;
        self.groups.resize(groups, Held::NOWHERE);
        self.groups.shrink_to(USUAL);
        self.scores.rest();
    }

    /// Moves to the documents from `start` on of a segment that has `len`, with nothing known of them.
    pub(crate) fn begin(&mut self, start: DocId, len: u32) {
        (self.start, self.end) = (start, (start + WINDOW).min(len));
        self.scores.sums.fill(0);
        self.any.fill(0);
        self.groups.fill(Held::NOWHERE);
    }

    /// Whether each word has a term in the segment.
    pub(crate) fn each_group_has_one(&self, cursors: &[TermCursor<'_>]) -> bool {
        (0..self.groups.len()).all(|group| cursors.iter().any(|c| c.group == Some(group)))
    }

    /// How many of the words a document holds, given by its word of 64 documents and the bit there.
    pub(crate) fn holding(&self, word: usize, bit: u32) -> Holding {
        let mut holding = Holding::default();
        let is_in = |set: u64| set >> bit & 1 != 0;
        for group in &self.groups {
            if is_in(group.typed[word]) {
                holding.typed += 1;
            } else if is_in(group.otherwise[word] | group.perhaps[word]) {
                holding.otherwise += 1;
            }
        }
        holding
    }

    /// Finds which documents that are not masked out hold some of the words, and which every one; how
    /// many surely hold every one.
    pub(crate) fn find_matches(&mut self, mask: Option<&Bits>) -> u64 {
        let Self { any, strict: all, groups, start, .. } = self;
        let first = *start as usize / 64;
        let masked: WindowBits =
            std::array::from_fn(|i| mask.map_or(u64::MAX, |mask| mask.word(first + i)));
        let mut surely = masked;
        *all = masked;
        // Group by group, for then several words are combined at once.
        for group in groups {
            for i in 0..WINDOW_WORDS {
                let sure = group.typed[i] | group.otherwise[i];
                let held = sure | group.perhaps[i];
                any[i] |= held;
                all[i] &= held;
                surely[i] &= sure;
            }
        }
        any.iter_mut().zip(masked).for_each(|(any, masked)| *any &= masked);
        surely.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The scores of a window's documents. Of the terms of a slot only the best one of each document counts.
pub(crate) struct Scores {
    sums: Box<[Score; WINDOW as usize]>,
    rivals: Box<[Rival; WINDOW as usize]>,
    /// Number of the slot whose terms compete now.
    slot: u32,
}

/// What the best of a slot's terms has added to a document.
#[derive(Clone, Copy)]
struct Rival {
    slot: u32,
    best: Score,
}

impl Scores {
    fn new() -> Self {
        let none = Rival { slot: 0, best: 0 };
        Self {
            sums: Box::new([0; WINDOW as usize]),
            rivals: Box::new([none; WINDOW as usize]),
            slot: 0,
        }
    }

    /// The scores of the 64 documents of a word of bits.
    pub(crate) fn of_word(&self, word: usize) -> &[Score] {
        &self.sums[word * 64..(word + 1) * 64]
    }

    /// Makes the slots begin anew before their numbers run out.
    fn rest(&mut self) {
        if self.slot > u32::MAX / 2 {
            self.slot = 0;
            self.rivals.fill(Rival { slot: 0, best: 0 });
        }
    }

    /// From now on the terms of another slot compete.
    pub(crate) fn next_slot(&mut self) {
        self.slot += 1;
    }

    /// Adds a term's part to the score of a document.
    #[inline]
    fn add(&mut self, at: usize, score: Score) {
        self.sums[at] = self.sums[at].saturating_add(score);
    }

    /// Adds only that by which it is better than the best one of its slot so far.
    #[inline]
    fn compete(&mut self, at: usize, score: Score) {
        let rival = &mut self.rivals[at];
        let best = if rival.slot == self.slot { rival.best } else { 0 };
        *rival = Rival { slot: self.slot, best: best.max(score) };
        self.add(at, score.saturating_sub(best));
    }
}

/// A term of a segment, moving forward from window to window.
pub(crate) struct TermCursor<'a> {
    pub(crate) field: Field,
    pub(crate) cursor: Cursor,
    pub(crate) scorer: Scorer<'a>,
    pub(crate) group: Option<usize>,
    pub(crate) holds: Holds,
    pub(crate) selecting: bool,
    pub(crate) slot: Option<usize>,
}

/// What a term adds to the score of a segment's documents.
pub(crate) struct Scorer<'a> {
    pub(crate) weight: Weight,
    pub(crate) saturation: &'a Saturation,
    pub(crate) norms: FieldNormReader,
}

impl Scorer<'_> {
    #[inline]
    fn score(&self, doc: DocId, tf: u32) -> Score {
        self.weight.score(tf, self.norms.fieldnorm_id(doc), self.saturation)
    }
}

impl TermCursor<'_> {
    /// Says which documents of the window hold its word, and adds to the scores of all that hold the
    /// term.
    pub(crate) fn add(&mut self, window: &mut Window) {
        let Window { scores, any, groups, start, end, .. } = window;
        let mut marks = match self.group {
            Some(group) => Some(groups[group].of(self.holds)),
            None => self.selecting.then_some(any),
        };
        let Self { cursor, scorer, slot, .. } = self;
        let competes = slot.is_some();
        // Of a word that scores by its pieces it only counts who holds it.
        let scores_nothing = scorer.weight.most() == 0;
        cursor.skip_to(*start);
        // What is the same for all documents is decided outside of the loops over them.
        while let Some((docs, frequencies)) = cursor.next_before(*end) {
            if let Some(marks) = &mut marks {
                mark(marks, docs, *start);
            }
            if scores_nothing {
                continue;
            }
            let scored = docs.iter().zip(frequencies);
            let scored = scored.map(|(&doc, &tf)| (place(doc, *start), scorer.score(doc, tf)));
            match competes {
                true => scored.for_each(|(at, score)| scores.compete(at, score)),
                false => scored.for_each(|(at, score)| scores.add(at, score)),
            }
        }
    }

    /// Says only which documents of the window hold its word, if it is a term of one.
    pub(crate) fn mark(&mut self, window: &mut Window) {
        let Some(group) = self.group else { return };
        let marks = window.groups[group].of(self.holds);
        self.cursor.skip_to(window.start);
        while let Some((docs, _)) = self.cursor.next_before(window.end) {
            mark(marks, docs, window.start);
        }
    }
}
