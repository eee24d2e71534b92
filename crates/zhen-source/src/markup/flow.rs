//! Laying out the text of markup: which pieces stand on one line, and where a word ends.

use crate::document::Document;
use crate::lines::{BodyBuilder, LineCounter};

use super::entities;

/// What separates two pieces of text, weakest first. Of several in a row the strongest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// Nothing: the pieces are one word.
    None,
    /// A space.
    Space,
    /// A tab, between the cells of a table.
    Cell,
    /// A line break: of the source, or of a block element.
    Line,
    /// An empty line.
    Paragraph,
}

/// Collects text into a body. A line break in the source is one in the body, so that each line of
/// the body stands on one line of the source; other white space collapses as in a browser.
pub(crate) struct Flow<'t> {
    builder: BodyBuilder,
    counter: LineCounter<'t>,
    gap: Gap,
    /// Source line of the last piece that was written.
    last_line: u32,
    heading: Heading,
}

enum Heading {
    Outside,
    /// Begun, no text yet.
    Begun,
    /// Text since this byte of the body.
    Since(usize),
}

impl<'t> Flow<'t> {
    /// A flow for the markup `source`.
    pub(crate) fn new(source: &'t str) -> Self {
        Self {
            builder: BodyBuilder::with_capacity(source.len() / 2),
            counter: LineCounter::new(source, 1),
            gap: Gap::None,
            last_line: 1,
            heading: Heading::Outside,
        }
    }

    /// Says that what follows is apart from what was.
    pub(crate) fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Adds text that stands at byte `at` of the source; character references are replaced.
    pub(crate) fn text(&mut self, raw: &str, at: usize) {
        self.pieces(raw, at, |flow, piece, line| {
            flow.words(&entities::decode(piece), line);
        });
    }

    /// The same for text in which `&` means itself.
    pub(crate) fn literal(&mut self, text: &str, at: usize) {
        self.pieces(text, at, |flow, piece, line| flow.words(piece, line));
    }

    fn pieces(&mut self, raw: &str, at: usize, mut add: impl FnMut(&mut Self, &str, u32)) {
        let first = self.counter.line_at(at);
        let mut line = first;
        for piece in raw.split('\n') {
            if line != first {
                self.gap(Gap::Line);
            }
            add(self, piece, line);
            line = line.saturating_add(1);
        }
    }

    fn words(&mut self, text: &str, line: u32) {
        if text.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.gap(Gap::Space);
        }
        let mut words = text.split_ascii_whitespace();
        if let Some(word) = words.next() {
            self.write(word, line);
            for word in words {
                self.builder.push(" ", line);
                self.builder.push(word, line);
            }
            if text.ends_with(|c: char| c.is_ascii_whitespace()) {
                self.gap(Gap::Space);
            }
        }
    }

    /// Adds preformatted text: its spaces and line breaks are kept.
    pub(crate) fn preformatted(&mut self, raw: &str, at: usize) {
        let first = self.counter.line_at(at);
        // A line break right behind the start tag is none.
        let skipped = usize::from(self.gap >= Gap::Line && raw.starts_with('\n'));
        for (number, piece) in raw.split('\n').enumerate() {
            let line = first.saturating_add(u32::try_from(number).unwrap_or(u32::MAX));
            if number > skipped && !self.builder.is_empty() {
                self.close_gap(line);
                self.builder.end_line();
            }
            let piece = entities::decode(piece);
            // A reference to a line break breaks the line of the body without one in the source.
            for (number, part) in piece.split('\n').enumerate() {
                if number > 0 {
                    self.builder.end_line();
                }
                let part = part.trim_end_matches('\r');
                if !part.is_empty() {
                    self.write(part, line);
                }
            }
        }
    }

    /// Adds a word, after what separates it from the last.
    fn write(&mut self, word: &str, line: u32) {
        self.close_gap(line);
        if matches!(self.heading, Heading::Begun) {
            self.heading = Heading::Since(self.builder.len());
        }
        self.builder.push(word, line);
        self.last_line = line;
    }

    fn close_gap(&mut self, line: u32) {
        let mut gap = std::mem::replace(&mut self.gap, Gap::None);
        if self.builder.is_empty() {
            return;
        }
        if matches!(gap, Gap::Space | Gap::Cell) && line != self.last_line {
            // The break was hidden in a tag; the line of the body still is one of the source.
            gap = Gap::Line;
        }
        let body = self.builder.body();
        let breaks = if body.ends_with("\n\n") { 2 } else { usize::from(body.ends_with('\n')) };
        match gap {
            Gap::None => {}
            Gap::Space if breaks == 0 => self.builder.push(" ", line),
            Gap::Cell if breaks == 0 => self.builder.push("\t", line),
            Gap::Space | Gap::Cell => {}
            Gap::Line => (breaks..1).for_each(|_| self.builder.end_line()),
            Gap::Paragraph => (breaks..2).for_each(|_| self.builder.end_line()),
        }
    }

    /// Begins a heading.
    pub(crate) fn begin_heading(&mut self) {
        self.end_heading();
        self.gap(Gap::Paragraph);
        self.heading = Heading::Begun;
    }

    /// Ends the heading that is open, if one is, and gives its text.
    pub(crate) fn end_heading(&mut self) -> Option<&str> {
        self.gap(Gap::Paragraph);
        match std::mem::replace(&mut self.heading, Heading::Outside) {
            Heading::Since(start) => {
                let range = start..self.builder.len();
                self.builder.mark_heading(range.clone());
                Some(&self.builder.body()[range])
            }
            Heading::Outside | Heading::Begun => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.builder.is_empty()
    }

    /// Bytes of text so far.
    pub(crate) fn len(&self) -> usize {
        self.builder.len()
    }

    /// Hands the text over.
    pub(crate) fn finish(mut self, document: &mut Document) {
        self.end_heading();
        if !self.builder.is_empty() && !self.builder.at_line_start() {
            self.builder.end_line();
        }
        self.builder.finish(document);
    }
}
