//! Folded text, and the way back from it to the original.

use std::borrow::Cow;
use std::ops::Range;

/// Folded text with a map back to the original.
#[derive(Debug, Clone)]
pub struct Folded<'a> {
    pub(super) original: &'a str,
    pub(super) text: Cow<'a, str>,
    pub(super) map: Vec<Step>,
}

/// From `folded` on, the folded text stands in the original from `original` on, byte for byte,
/// until the next step; within a `spread` step all bytes come from one original character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    folded: u32,
    original: u32,
    spread: bool,
}

impl<'a> Folded<'a> {
    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that was folded.
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// Whether folding changed nothing (and copied nothing).
    pub fn is_borrowed(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// The original bytes that `folded`, a range of bytes of the folded text, comes from; always on
    /// character borders. A part of what one original character became gives that character.
    /// Characters that vanished belong to what stands before them.
    pub fn original_range(&self, folded: Range<usize>) -> Range<usize> {
        self.ranges().original_range(folded)
    }

    /// The same for many ranges; quicker when they mostly ascend.
    pub fn ranges(&self) -> Ranges<'_> {
        Ranges { map: &self.map, length: self.original.len(), after: 0 }
    }

    /// The folded bytes that `original`, a range of bytes of the original on character borders, became.
    pub fn folded_range(&self, original: Range<usize>) -> Range<usize> {
        let place = |original: usize| {
            let after = self.map.partition_point(|step| step.original as usize <= original);
            let next = self.map.get(after).map_or(self.text.len(), |next| next.folded as usize);
            match after.checked_sub(1).map(|i| self.map[i]) {
                None => original.min(next),
                Some(step) => match original - step.original as usize {
                    0 => step.folded as usize,
                    _ if step.spread => next,
                    beyond => (step.folded as usize + beyond).min(next),
                },
            }
        };
        place(original.start)..place(original.end)
    }
}

/// Finds where ranges of a folded text come from; made by [`Folded::ranges`].
#[derive(Debug, Clone)]
pub struct Ranges<'f> {
    map: &'f [Step],
    /// Of the original.
    length: usize,
    /// Number of the step after the last place asked for.
    after: usize,
}

impl Ranges<'_> {
    /// As [`Folded::original_range`].
    pub fn original_range(&mut self, folded: Range<usize>) -> Range<usize> {
        let start = self.locate(folded.start, false);
        let end = if folded.is_empty() { start } else { self.locate(folded.end, true) };
        start..end.max(start)
    }

    /// Moves to the step after `at`.
    fn seek(&mut self, at: usize) {
        /// Steps gone through one by one before a search among the rest.
        const NEAR: usize = 8;
        let is_before = |step: &Step| step.folded as usize <= at;
        if self.after > 0 && !is_before(&self.map[self.after - 1]) {
            self.after = self.map[..self.after].partition_point(is_before);
            return;
        }
        let rest = &self.map[self.after..];
        let near = rest.iter().take(NEAR).take_while(|step| is_before(step)).count();
        self.after += near;
        if near == NEAR {
            self.after += rest[NEAR..].partition_point(is_before);
        }
    }

    fn locate(&mut self, at: usize, end: bool) -> usize {
        self.seek(at);
        let Some(step) = self.after.checked_sub(1).map(|i| self.map[i]) else {
            return at.min(self.length);
        };
        let next = self.map.get(self.after).map_or(self.length, |s| s.original as usize);
        let beyond = at - step.folded as usize;
        match (step.spread, beyond) {
            (_, 0) => step.original as usize,
            (true, _) if end => next,
            (true, _) => step.original as usize,
            (false, _) => (step.original as usize + beyond).min(next),
        }
    }
}

/// Makes the map while text is folded.
#[derive(Default)]
pub(super) struct Mapper {
    pub(super) steps: Vec<Step>,
    /// Original offset minus folded offset, as last said.
    shift: i64,
}

impl Mapper {
    #[inline]
    /// From here on the folded text stands in the original from `original` on.
    pub(super) fn step(&mut self, folded: usize, original: usize, spread: bool) {
        let shift = original as i64 - folded as i64;
        let after_spread = self.steps.last().is_some_and(|last| last.spread);
        if shift != self.shift || spread || after_spread {
            self.shift = shift;
            let step = Step { folded: folded as u32, original: original as u32, spread };
            self.steps.push(step);
        }
    }
}
