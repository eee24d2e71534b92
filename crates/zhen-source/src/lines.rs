//! Building a body line by line while remembering where each line stood.

use std::io::{self, BufRead};
use std::ops::Range;

use crate::document::{Document, LineMap};

/// Converts `\r\n` to `\n`. In a text without any `\n` a lone `\r` is the line end (classic Mac OS);
/// elsewhere it is left as it is, so that lines count as other tools count them.
pub(crate) fn normalise_line_ends(text: String) -> String {
    let bytes = text.as_bytes();
    if memchr::memchr(b'\r', bytes).is_none() {
        return text;
    }
    if memchr::memchr(b'\n', bytes).is_none() {
        return text.replace('\r', "\n");
    }
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    for at in memchr::memmem::find_iter(bytes, b"\r\n") {
        out.push_str(&text[start..at]);
        start = at + 1;
    }
    out.push_str(&text[start..]);
    out
}

/// The lines of `text` with their byte ranges, line ends not included.
pub(crate) fn line_ranges(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        match memchr::memchr(b'\n', &text.as_bytes()[start..]) {
            Some(at) => {
                let line = start..start + at;
                start += at + 1;
                Some(line)
            }
            None => {
                done = true;
                (start < text.len()).then_some(start..text.len())
            }
        }
    })
}

/// What [`read_line`] found.
pub(crate) enum LineEnd {
    /// The end of the stream.
    NoLine,
    /// A line, in the buffer; `ended` when a `\n` stood behind it.
    Whole { ended: bool },
    /// A line that is too long; the stream stands behind it.
    TooLong,
}

/// Reads to the next `\n`, which is not put into `buffer`. A line longer than `max` bytes is consumed,
/// but not kept.
pub(crate) fn read_line(
    reader: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    max: usize,
) -> io::Result<LineEnd> {
    buffer.clear();
    let (mut any, mut too_long, mut ended) = (false, false, false);
    while !ended {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            break;
        }
        any = true;
        let end = memchr::memchr(b'\n', available);
        let piece = &available[..end.unwrap_or(available.len())];
        if too_long || buffer.len() + piece.len() > max {
            too_long = true;
            *buffer = Vec::new();
        } else {
            buffer.extend_from_slice(piece);
        }
        let used = end.map_or(available.len(), |end| end + 1);
        reader.consume(used);
        ended = end.is_some();
    }
    Ok(match (any, too_long) {
        (false, _) => LineEnd::NoLine,
        (true, true) => LineEnd::TooLong,
        (true, false) => LineEnd::Whole { ended },
    })
}

/// Counts lines while a scanner moves forward: each byte is looked at once.
#[derive(Debug, Clone)]
pub(crate) struct LineCounter<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
}

impl<'t> LineCounter<'t> {
    /// A counter at the start of `text`, whose first line has number `first`.
    pub(crate) fn new(text: &'t (impl AsRef<[u8]> + ?Sized), first: u32) -> Self {
        Self { text: text.as_ref(), at: 0, line: first }
    }

    /// The line (as numbered from the first) of byte `offset`, which must not be smaller than any
    /// asked for before.
    pub(crate) fn line_at(&mut self, offset: usize) -> u32 {
        debug_assert!(offset >= self.at);
        let end = offset.min(self.text.len());
        if end > self.at {
            let breaks = memchr::memchr_iter(b'\n', &self.text[self.at..end]).count();
            self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            self.at = end;
        }
        self.line
    }
}

/// A body under construction: lines, their source lines and headings.
#[derive(Debug, Default)]
pub(crate) struct BodyBuilder {
    body: String,
    lines: LineMap,
    headings: Vec<Range<usize>>,
    /// Lines finished so far; the line being written has this number plus one.
    finished: u32,
}

impl BodyBuilder {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { body: String::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Length of the body so far, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    pub(crate) fn at_line_start(&self) -> bool {
        self.body.is_empty() || self.body.ends_with('\n')
    }

    /// Appends text without line breaks to the current line. `source` (1-based) is the source line
    /// it stands in; it counts for the first piece of each line.
    pub(crate) fn push(&mut self, text: &str, source: u32) {
        debug_assert!(!text.contains('\n'));
        if text.is_empty() {
            return;
        }
        if self.at_line_start() {
            self.lines.push(self.finished.saturating_add(1), source);
        }
        self.body.push_str(text);
    }

    /// Ends the current line.
    pub(crate) fn end_line(&mut self) {
        self.body.push('\n');
        self.finished = self.finished.saturating_add(1);
    }

    /// Appends whole lines that all stand in source line `source`, as the lines of one JSON string
    /// do.
    pub(crate) fn push_lines_at(&mut self, text: &str, source: u32) {
        for line in text.split('\n') {
            self.push(line.strip_suffix('\r').unwrap_or(line), source);
            self.end_line();
        }
    }

    /// Marks a byte range of the body as heading, white space at its ends left out.
    /// Ranges must come in order; one that is empty or reaches into the last is dropped.
    pub(crate) fn mark_heading(&mut self, range: Range<usize>) {
        push_heading(&mut self.headings, &self.body, range);
    }

    /// Hands the body over to a document.
    pub(crate) fn finish(self, document: &mut Document) {
        document.body = self.body;
        document.lines = self.lines;
        document.headings = self.headings;
    }
}

/// Adds `range` of `body`, trimmed, to `headings` unless it is empty or overlaps the last one.
pub(crate) fn push_heading(headings: &mut Vec<Range<usize>>, body: &str, range: Range<usize>) {
    let text = &body[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    if start < end && headings.last().is_none_or(|last| last.end <= start) {
        headings.push(start..end);
    }
}

/// The map in which every line of `body` stands on line `source`, as in a record on one line.
pub(crate) fn all_on_line(body: &str, source: u32) -> LineMap {
    let mut map = LineMap::default();
    let lines = memchr::memchr_iter(b'\n', body.as_bytes()).count();
    for line in 0..=u32::try_from(lines).unwrap_or(u32::MAX - 1) {
        map.push(line + 1, source);
    }
    map
}

/// Collapses every run of white space, line breaks included, to one space: for titles.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(256));
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The same for text of any length, of which no title needs more than the start.
pub(crate) fn short_line(text: &str) -> String {
    const LONGEST: usize = 4096;
    one_line(prefix(text, LONGEST))
}

/// The first `bytes` bytes of `text`, fewer where a character would be cut.
pub(crate) fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_newlines() {
        for (from, to) in [
            ("一\r\n二\r\n", "一\n二\n"),
            ("一\r二", "一\n二"),
            ("a\nb\rc\r\n", "a\nb\rc\n"),
            ("\r\n\r\n", "\n\n"),
            ("plain", "plain"),
        ] {
            assert_eq!(normalise_line_ends(from.to_owned()), to);
        }
    }

    #[test]
    fn line_ranges_cover_the_text() {
        let text = "一\n\nthree";
        let lines: Vec<_> = line_ranges(text).map(|r| &text[r]).collect();
        assert_eq!(lines, ["一", "", "three"]);
        assert_eq!(line_ranges("").count(), 0);
        assert_eq!(line_ranges("a\n").count(), 1);
    }

    #[test]
    fn the_builder_maps_each_line() {
        let mut builder = BodyBuilder::default();
        builder.push("标题", 3);
        builder.end_line();
        builder.push("text ", 7);
        builder.push("more", 8);
        builder.end_line();
        builder.push_lines_at("x\ny", 20);
        let mut document = Document::default();
        builder.finish(&mut document);
        assert_eq!(document.body, "标题\ntext more\nx\ny\n");
        let lines: Vec<_> = (1..=4).map(|n| document.lines.source_line(n)).collect();
        assert_eq!(lines, [3, 7, 20, 20]);
    }
}
