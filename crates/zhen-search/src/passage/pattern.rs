//! What is looked for in the documents shown.

use tantivy::DocAddress;
use tantivy::schema::Field;
use zhen_text::number::NumberValue;

use crate::api::Via;
use crate::plan::Origin;

/// Something to look for in a document.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// The word as typed.
    pub(crate) query: String,
    /// What is looked for, folded.
    pub(crate) text: String,
    /// A Latin word also matches by its stem.
    pub(crate) stem: Option<String>,
    /// What a match is called.
    pub(crate) via: Via,
    /// How much a passage gains by it.
    pub(crate) weight: f32,
    /// A document that holds a pattern of a word is not searched for those of higher rank: parts of
    /// a word count only where the word itself is missing.
    pub(crate) rank: u8,
    pub(crate) mode: Mode,
    /// Where documents that hold it come from; empty when that is not known.
    pub(crate) origins: Vec<Origin>,
    /// Those of the documents to be searched that hold it; `None` when that is not known.
    pub(crate) holders: Option<Vec<DocAddress>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Whole,
    /// The last word may go on.
    Prefix,
    /// One word, at most so many edits away.
    Fuzzy(u8),
    /// A number or date of this value.
    Value(NumberValue),
}

impl Pattern {
    /// The rank of what is shown only of a document that shows nothing else.
    const LAST: u8 = u8::MAX;

    /// A word or phrase; `text` is folded.
    pub(crate) fn new(query: &str, text: &str, weight: f32) -> Self {
        Self {
            query: query.to_owned(),
            text: text.to_owned(),
            stem: None,
            via: Via::Exact,
            weight,
            rank: 0,
            mode: Mode::Whole,
            origins: Vec::new(),
            holders: None,
        }
    }

    /// A term of some fields that is shown only of a document that shows nothing else.
    pub(crate) fn last(query: &str, folded: &str, fields: [Field; 2]) -> Self {
        let origins = Origin::terms(fields, folded).to_vec();
        Self { rank: Self::LAST, origins, ..Self::new(query, folded, 0.3) }
    }

    pub(super) fn is_last(&self) -> bool {
        self.rank == Self::LAST
    }

    /// Words that begin with `folded`.
    pub(crate) fn prefix(query: &str, folded: &str) -> Self {
        Self { via: Via::Prefix, mode: Mode::Prefix, ..Self::new(query, folded, 1.0) }
    }

    /// Words at most `edits` edits from `folded`.
    pub(crate) fn fuzzy(query: &str, folded: &str, edits: u8) -> Self {
        Self { via: Via::Typo, mode: Mode::Fuzzy(edits), ..Self::new(query, folded, 1.0) }
    }

    /// Numbers and dates that say `value`, however they are written.
    pub(crate) fn value(query: &str, value: NumberValue) -> Self {
        Self { via: Via::Number, mode: Mode::Value(value), ..Self::new(query, "", 1.0) }
    }
}
