//! The map of lines of a record, decoded as far as it is asked for.

use super::{RecordError, broken, number};

/// Where lines of the body stood in the source; made by [`RecordRef::source_lines`](super::RecordRef::source_lines).
#[derive(Debug, Clone)]
pub struct SourceLines<'a> {
    /// Those after `last`.
    entries: LineEntries<'a>,
    /// The entry that holds for the line asked for last.
    last: Option<(u32, u32)>,
}

impl<'a> SourceLines<'a> {
    pub(super) fn of(entries: LineEntries<'a>) -> Self {
        Self { entries, last: None }
    }

    /// The source line (1-based) of line `body` (1-based) of the body, no smaller than the one before.
    ///
    /// # Errors
    /// [`RecordError`] when the map is cut short or does not ascend, as far as it is decoded.
    pub fn source_line(&mut self, body: u32) -> Result<u32, RecordError> {
        loop {
            let mut after = self.entries.clone();
            match after.next().transpose()? {
                Some(entry) if entry.0 <= body => self.last = Some(entry),
                _ => break,
            }
            self.entries = after;
        }
        Ok(self.last.map_or(body, |(first, source)| source.saturating_add(body - first)))
    }
}

/// The entries of a stored map of lines.
#[derive(Debug, Clone)]
pub(super) struct LineEntries<'a> {
    rest: &'a [u8],
    /// The line of the entry before.
    last: u32,
}

impl<'a> LineEntries<'a> {
    pub(super) fn of(lines: &'a [u8]) -> Self {
        Self { rest: lines, last: 0 }
    }

    fn line(&mut self) -> Result<u32, RecordError> {
        let line = u32::try_from(number(&mut self.rest)?).ok();
        line.ok_or(broken("a line number is too large"))
    }

    fn entry(&mut self) -> Result<(u32, u32), RecordError> {
        let (step, source) = (self.line()?, self.line()?);
        self.last = self
            .last
            .checked_add(step)
            .filter(|_| step > 0)
            .ok_or(broken("its line numbers do not ascend"))?;
        Ok((self.last, source))
    }
}

impl Iterator for LineEntries<'_> {
    type Item = Result<(u32, u32), RecordError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_err() {
            // Nothing can be read after it.
            self.rest = &[];
        }
        Some(entry)
    }
}
