//! What is compared of a document.

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};
use zhen_text::signature::{Signature, WORDS};

use crate::schema::name;

/// What is compared of a document to tell whether another one is nearly the same.
#[derive(Debug, Clone, Copy)]
pub enum Looks {
    /// A sample of its text.
    Signed(Signature),
    /// Of a short text a hash of the folded title and body.
    Short(u64),
    /// Of no text, nothing.
    Nothing,
}

impl Looks {
    /// Whether the two documents are near duplicates.
    pub fn is_near(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Signed(one), Self::Signed(other)) => one.is_near(other),
            (Self::Short(one), Self::Short(other)) => one == other,
            _ => false,
        }
    }

    /// Numbers of which near duplicates share one.
    pub fn bands(&self) -> impl Iterator<Item = u64> {
        let (signature, content) = match self {
            Self::Signed(signature) => (Some(signature), None),
            Self::Short(content) => (None, Some(*content)),
            Self::Nothing => (None, None),
        };
        signature.into_iter().flat_map(Signature::bands).chain(content)
    }
}

/// What tells how the documents of one segment look.
pub struct LooksColumns {
    content: Column<u64>,
    signature: Column<u64>,
}

impl LooksColumns {
    /// Those of a segment.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        // A segment in which no document has a value has no column.
        let column = |name| {
            let column = segment.fast_fields().column_opt::<u64>(name)?;
            let empty = || Column::build_empty_column(segment.max_doc());
            tantivy::Result::Ok(column.unwrap_or_else(empty))
        };
        Ok(Self { content: column(name::CONTENT)?, signature: column(name::SIGNATURE)? })
    }

    /// How a document looks.
    pub fn of(&self, doc: DocId) -> Looks {
        let mut words = [0; WORDS];
        match self.signature_of(doc) {
            Some(start) => {
                self.signature.values.get_range(start, &mut words);
                Looks::Signed(Signature::from_words(words))
            }
            None => self.content.first(doc).map_or(Looks::Nothing, Looks::Short),
        }
    }

    /// Where the signature of a document begins among the values.
    fn signature_of(&self, doc: DocId) -> Option<u64> {
        let rows = self.signature.index.value_row_ids(doc);
        (rows.len() == WORDS).then_some(u64::from(rows.start))
    }

    /// Whether a document looks nearly as another, `looks`. Reads no more than it needs to: most
    /// documents that share a band do so by chance.
    pub fn is_near(&self, doc: DocId, looks: &Looks) -> bool {
        let Looks::Signed(signature) = looks else { return self.of(doc).is_near(looks) };
        let Some(start) = self.signature_of(doc) else { return false };
        let mut words = [0; WORDS];
        let (first, rest) = words.split_at_mut(WORDS / 2);
        self.signature.values.get_range(start, first);
        signature.may_be_near(first) && {
            self.signature.values.get_range(start + first.len() as u64, rest);
            signature.is_near(&Signature::from_words(words))
        }
    }
}
