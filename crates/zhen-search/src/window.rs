//! Windows of documents: within one, every term adds its part to an array of scores, and group by group
//! bits say which words a document holds.

use std::ops::Range;

use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;

use crate::bits::{Bits, ones};
use crate::bm25::{Score, Weight};
use crate::postings::Cursor;

/// Documents in a window.
const WINDOW: u32 = 4096;
/// The same in words of 64 documents.
pub(crate) const WINDOW_WORDS: usize = WINDOW as usize / 64;

/// A term is sought document by document where it has this many times more documents than are asked
/// for, and gone through where it has not.
const SOUGHT: u64 = 4;

/// Where the windows of a segment begin, without those of which the mask leaves nothing.
pub(crate) fn starts(len: u32, mask: Option<&Bits>) -> impl Iterator<Item = DocId> {
    let all = (0..len).step_by(WINDOW as usize);
    all.filter(move |&start| mask.is_none_or(|mask| !is_empty(mask, start)))
}

fn is_empty(mask: &Bits, start: DocId) -> bool {
    let first = start as usize / 64;
    (first..first + WINDOW_WORDS).all(|i| mask.word(i) == 0)
}

/// Scores and bits of a window of documents.
pub(crate) struct Window {
    pub(crate) scores: Box<[Score; WINDOW as usize]>,
    /// The documents that match with some of the words.
    pub(crate) any: [u64; WINDOW_WORDS],
    /// The documents that hold every word, after [`Window::find_strict`].
    pub(crate) strict: [u64; WINDOW_WORDS],
    groups: Vec<[u64; WINDOW_WORDS]>,
    /// The best score so far of the terms that compete, and which documents have one.
    rivals: Box<[Score; WINDOW as usize]>,
    rivalled: [u64; WINDOW_WORDS],
    /// What was gathered: documents, and how often each holds the term.
    gathered: Vec<(DocId, u32)>,
    /// Its first document, the one after its last, and how many the segment has.
    start: DocId,
    end: DocId,
    len: u32,
}

impl Window {
    pub(crate) fn new(groups: usize) -> Self {
        Self {
            scores: Box::new([0; WINDOW as usize]),
            any: [0; WINDOW_WORDS],
            strict: [0; WINDOW_WORDS],
            groups: vec![[0; WINDOW_WORDS]; groups],
            rivals: Box::new([0; WINDOW as usize]),
            rivalled: [0; WINDOW_WORDS],
            gathered: Vec::new(),
            start: 0,
            end: 0,
            len: 0,
        }
    }

    /// Moves to the documents from `start` on of a segment that has `len`, with nothing known of them.
    pub(crate) fn begin(&mut self, start: DocId, len: u32) {
        (self.start, self.end, self.len) = (start, (start + WINDOW).min(len), len);
        self.scores.fill(0);
        self.any.fill(0);
        self.groups.iter_mut().for_each(|group| group.fill(0));
        self.gathered.clear();
    }

    /// Whether each word has a term in the segment.
    pub(crate) fn each_group_has_one(&self, cursors: &[TermCursor<'_>]) -> bool {
        (0..self.groups.len()).all(|group| cursors.iter().any(|c| c.group == Some(group)))
    }

    /// Finds which documents hold every word and are not masked out; how many.
    pub(crate) fn find_strict(&mut self, mask: Option<&Bits>) -> u64 {
        let mut count = 0;
        for i in 0..WINDOW_WORDS {
            let masked = mask.map_or(u64::MAX, |mask| mask.word(self.start as usize / 64 + i));
            let all = self.groups.iter().fold(masked, |all, group| all & group[i]);
            self.strict[i] = all;
            count += u64::from(all.count_ones());
        }
        count
    }

    #[inline]
    fn is_strict(&self, at: usize) -> bool {
        self.strict[at / 64] >> (at % 64) & 1 != 0
    }

    /// Adds a term's part to the score of a document, or lets it compete.
    #[inline]
    fn score(&mut self, at: usize, score: Score, competes: bool) {
        if competes {
            self.rivals[at] = self.rivals[at].max(score);
            self.rivalled[at / 64] |= 1 << (at % 64);
        } else {
            self.scores[at] = self.scores[at].saturating_add(score);
        }
    }

    /// Adds the winners to the scores.
    pub(crate) fn settle(&mut self) {
        for (i, bits) in self.rivalled.iter_mut().enumerate() {
            for bit in ones(*bits) {
                let at = i * 64 + bit as usize;
                self.scores[at] = self.scores[at].saturating_add(self.rivals[at]);
                self.rivals[at] = 0;
            }
            *bits = 0;
        }
    }
}

/// A term of a segment, moving forward from window to window.
pub(crate) struct TermCursor<'a> {
    pub(crate) cursor: Cursor,
    /// In how many documents of the whole index it stands.
    pub(crate) df: u64,
    pub(crate) weight: &'a Weight,
    pub(crate) norms: FieldNormReader,
    pub(crate) group: Option<usize>,
    pub(crate) selecting: bool,
    pub(crate) slot: Option<usize>,
    /// What it has gathered in this window.
    pub(crate) gathered: Range<usize>,
}

impl TermCursor<'_> {
    /// Says which documents of the window hold its word, and adds to the scores of all that hold the
    /// term.
    pub(crate) fn add(&mut self, window: &mut Window) {
        let Self { cursor, weight, norms, group, selecting, slot, .. } = self;
        let start = window.start;
        let competes = slot.is_some();
        cursor.skip_to(start);
        cursor.advance_to(window.end, |doc, tf| {
            let at = (doc - start) as usize;
            window.score(at, weight.score(tf, norms.fieldnorm_id(doc)), competes);
            let (word, bit) = (at / 64, 1 << (at % 64));
            if let Some(group) = *group {
                window.groups[group][word] |= bit;
                window.any[word] |= bit;
            } else if *selecting {
                window.any[word] |= bit;
            }
        });
    }

    /// Says which documents of the window hold its word, if it is a term of one, and remembers how often
    /// they hold it.
    pub(crate) fn gather(&mut self, window: &mut Window) {
        let Some(group) = self.group else { return };
        let Window { groups, gathered, start, end, .. } = window;
        let group = &mut groups[group];
        let from = gathered.len();
        self.cursor.skip_to(*start);
        self.cursor.advance_to(*end, |doc, tf| {
            let at = (doc - *start) as usize;
            group[at / 64] |= 1 << (at % 64);
            gathered.push((doc, tf));
        });
        self.gathered = from..gathered.len();
    }

    /// Adds to the scores of the documents that hold every word, after [`TermCursor::gather`].
    pub(crate) fn add_to_strict(&mut self, window: &mut Window) {
        let Self { cursor, df, weight, norms, group, slot, gathered, .. } = self;
        let Window { start, end, len, .. } = *window;
        let competes = slot.is_some();
        let score = |doc: DocId, tf| weight.score(tf, norms.fieldnorm_id(doc));
        if group.is_some() {
            for i in gathered.clone() {
                let (doc, tf) = window.gathered[i];
                let at = (doc - start) as usize;
                if window.is_strict(at) {
                    window.score(at, score(doc, tf), competes);
                }
            }
            return;
        }
        let strict: u64 = window.strict.iter().map(|word| u64::from(word.count_ones())).sum();
        let here = *df * u64::from(end - start) / u64::from(len.max(1));
        cursor.skip_to(start);
        if here < strict * SOUGHT {
            cursor.advance_to(end, |doc, tf| {
                let at = (doc - start) as usize;
                if window.is_strict(at) {
                    window.score(at, score(doc, tf), competes);
                }
            });
            return;
        }
        for i in 0..WINDOW_WORDS {
            for bit in ones(window.strict[i]) {
                let at = i * 64 + bit as usize;
                let doc = start + at as u32;
                if let Some(tf) = cursor.frequency_in(doc) {
                    window.score(at, score(doc, tf), competes);
                }
            }
        }
    }
}
