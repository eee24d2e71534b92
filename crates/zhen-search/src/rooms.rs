//! Room that a search leaves to those after it: a search opens many postings, of which each takes more than
//! a kilobyte, and its windows take 200.

use tantivy::InvertedIndexReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};

use crate::postings::Source;
use crate::window::Window;

/// It is boxed, for to move it is to copy it.
type Room = Box<BlockSegmentPostings>;

/// The rooms of one search.
#[derive(Default)]
pub(crate) struct Rooms {
    /// By number of the field: what is read of the terms of a field is the same.
    postings: Vec<Vec<Room>>,
    window: Option<Box<Window>>,
}

impl Rooms {
    /// Most postings that are kept of a field.
    const MOST: usize = 128;

    /// The postings of a term of a field of which `index` is the one in a segment, with frequencies.
    pub(crate) fn open(
        &mut self,
        field: Field,
        index: &InvertedIndexReader,
        term: &TermInfo,
    ) -> std::io::Result<Source> {
        Ok(Source::Postings(match self.of(field).pop() {
            Some(mut postings) => {
                index.reset_block_postings_from_terminfo(term, &mut postings)?;
                postings
            }
            None => {
                let option = IndexRecordOption::WithFreqs;
                Box::new(index.read_block_postings_from_terminfo(term, option)?)
            }
        }))
    }

    /// Keeps the room of what was opened of a field.
    pub(crate) fn close(&mut self, field: Field, source: Source) {
        let rooms = self.of(field);
        if let Source::Postings(room) = source
            && rooms.len() < Self::MOST
        {
            rooms.push(room);
        }
    }

    /// A window for a query of so many groups.
    pub(crate) fn window(&mut self, groups: usize) -> Box<Window> {
        let mut window = self.window.take().unwrap_or_else(|| Box::new(Window::new()));
        window.regroup(groups);
        window
    }

    /// Keeps the room of a window.
    pub(crate) fn close_window(&mut self, window: Box<Window>) {
        self.window = Some(window);
    }

    fn of(&mut self, field: Field) -> &mut Vec<Room> {
        let at = field.field_id() as usize;
        if self.postings.len() <= at {
            self.postings.resize_with(at + 1, Vec::new);
        }
        &mut self.postings[at]
    }
}
