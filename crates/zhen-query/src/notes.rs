//! What is told to the user about a query that was not read as it may have been meant.

use crate::ast::{Note, Span};

/// At most this many notes are kept; a query made of stray brackets needs no thousand of them.
const MAX_NOTES: usize = 16;
/// At most this many characters of the query are quoted in a note.
const EXCERPT_CHARS: usize = 32;

/// Collects notes; keeps the first ones by place.
#[derive(Default)]
pub(crate) struct Notes {
    notes: Vec<Note>,
}

impl Notes {
    pub(crate) fn add(&mut self, span: Span, message: String) {
        self.notes.push(Note { span, message });
    }

    /// The notes in the order of the query, cut to a readable number.
    pub(crate) fn finish(mut self) -> Vec<Note> {
        self.notes.sort_by_key(|note| (note.span.start, note.span.end));
        if self.notes.len() > MAX_NOTES {
            let rest = self.notes.len() - (MAX_NOTES - 1);
            let last = self.notes[self.notes.len() - 1].span.end;
            self.notes.truncate(MAX_NOTES - 1);
            let start = self.notes[self.notes.len() - 1].span.start;
            self.notes.push(Note {
                span: Span { start, end: last },
                message: format!("{rest} more places were read as text."),
            });
        }
        self.notes
    }
}

/// `text` in backquotes on one line, shortened when long.
pub(crate) fn excerpt(text: &str) -> String {
    let shown = text.chars().take(EXCERPT_CHARS).map(|c| if c.is_control() { ' ' } else { c });
    let cut = text.chars().nth(EXCERPT_CHARS).map(|_| '…');
    format!("`{}`", shown.chain(cut).collect::<String>())
}
