//! OpenDocument: texts, tables and presentations.

use super::{Archive, Container, end_line, push_inline, tokens};
use crate::error::SkipReason;
use crate::lines::BodyBuilder;
use crate::markup::entities;
use crate::markup::tokens::{Attributes, Token};

/// What was deleted while changes were recorded, and what says how a word is read.
const LEFT_OUT: &[&str] = &["tracked-changes", "ruby-text"];

/// Reads the paragraphs, each a line, with its notes and comments in lines behind it. Of tables on their own
/// a row is a line, with tabs between its cells, and the name of each a heading; of presentations the titles
/// of slides are headings.
pub(super) fn read(
    archive: &mut Archive,
    container: Container,
    body: &mut BodyBuilder,
) -> Result<(), SkipReason> {
    let text = archive.needed("content.xml")?;
    let mut reader = Reader {
        body,
        notes: BodyBuilder::default(),
        note: None,
        is_sheet: container == Container::Ods,
        open: 0,
        start: 0,
        in_title: false,
        in_cell: false,
        sheet_name: None,
    };
    for token in tokens(&text, LEFT_OUT) {
        match token {
            Token::Start { name, attributes, closed } => reader.start(&name, attributes, closed),
            Token::End { name } => reader.end(&name),
            Token::Text { raw, .. } if reader.open > 0 => {
                push_inline(reader.out(), &entities::decode(raw));
            }
            _ => {}
        }
    }
    reader.end_notes();
    Ok(())
}

struct Reader<'b> {
    body: &'b mut BodyBuilder,
    /// Notes of the paragraph that is open.
    notes: BodyBuilder,
    /// The note that is open within a paragraph.
    note: Option<Note>,
    is_sheet: bool,
    /// Open paragraphs and headings of the note or, outside of one, of the body: a text box within a
    /// paragraph has paragraphs of its own.
    open: u32,
    start: usize,
    /// Whether a slide's title is open.
    in_title: bool,
    /// Whether the cell that is open has text.
    in_cell: bool,
    /// Name of the table, until its first cell with text.
    sheet_name: Option<String>,
}

/// A note or comment within a paragraph.
struct Note {
    element: String,
    /// Paragraphs that are open around it.
    around: u32,
}

impl Reader<'_> {
    /// Where text belongs.
    fn out(&mut self) -> &mut BodyBuilder {
        match self.note {
            Some(_) => &mut self.notes,
            None => self.body,
        }
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>, closed: bool) {
        match name {
            "p" | "h" if !closed => {
                if self.is_sheet {
                    self.begin_in_cell();
                } else if self.open > 0 {
                    end_line(self.out());
                }
                self.open += 1;
                if self.note.is_none() {
                    self.start = self.body.len();
                }
            }
            "note" | "annotation"
                if !closed && !self.is_sheet && self.open > 0 && self.note.is_none() =>
            {
                let around = std::mem::take(&mut self.open);
                self.note = Some(Note { element: name.to_owned(), around });
            }
            "tab" if self.open > 0 => self.out().push("\t", 1),
            "line-break" if self.is_sheet => push_inline(self.body, " "),
            "line-break" => end_line(self.out()),
            "s" if self.open > 0 => {
                let count = attributes.local("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.out().push(&" ".repeat(usize::min(count, 80)), 1);
            }
            "frame" if !closed => {
                self.in_title = attributes.get("presentation:class").as_deref() == Some("title");
            }
            "table" if self.is_sheet => {
                self.sheet_name = attributes.local("name").map(|name| name.into_owned());
            }
            "table-cell" => self.in_cell = false,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                let is_heading = (name == "h" || self.in_title) && self.note.is_none();
                if is_heading && self.start <= self.body.len() {
                    self.body.mark_heading(self.start..self.body.len());
                }
                self.open = self.open.saturating_sub(1);
                if !self.is_sheet {
                    end_line(self.out());
                }
                if self.open == 0 && self.note.is_none() && !self.notes.is_empty() {
                    self.end_notes();
                }
            }
            "frame" => self.in_title = false,
            "table-row" => end_line(self.body),
            _ => {
                if let Some(note) = self.note.take_if(|note| note.element == name) {
                    end_line(&mut self.notes);
                    self.open = note.around;
                }
            }
        }
    }

    /// Ends the line and puts the notes collected behind it.
    fn end_notes(&mut self) {
        end_line(self.body);
        let notes = std::mem::take(&mut self.notes);
        for line in notes.body().lines() {
            self.body.push(line, 1);
            self.body.end_line();
        }
    }

    /// Puts what belongs before the text of a cell.
    fn begin_in_cell(&mut self) {
        if let Some(name) = self.sheet_name.take() {
            super::push_heading_line(self.body, &name);
        }
        if !self.body.at_line_start() {
            self.body.push(if self.in_cell { " " } else { "\t" }, 1);
        }
        self.in_cell = true;
    }
}
