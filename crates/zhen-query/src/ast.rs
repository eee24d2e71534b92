//! The syntax tree.

use std::fmt;

/// Half-open range of bytes in the query as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A parsed query.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The query as typed.
    pub source: String,
    /// Its meaning; `None` when nothing was asked (an empty query, or only white space).
    pub root: Option<Node>,
    /// What could not be read as meant and was searched as text instead.
    pub notes: Vec<Note>,
}

/// Something worth telling the user about the query; never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The part of the query it is about.
    pub span: Span,
    /// One sentence: what was seen, and what was done with it.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A node of the tree, with the part of the query that it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where in the query it was typed.
    pub span: Span,
    /// What it means.
    pub kind: NodeKind,
}

/// What a node means.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Bare text without operators: one or more words, still to be segmented. All words between
    /// two operators are one node, so that segmentation sees them in context.
    Text(String),
    /// Text in quotes: its units follow each other in the document.
    Phrase(String),
    /// `prefix*`: a word that begins so.
    Prefix(String),
    /// `word~` or `word~2`: a word at most that many edits away (1 or 2).
    Fuzzy(String, u8),
    /// `field:value`: a condition on a field.
    Field {
        /// Field name as typed, for example `lang` or `author`.
        name: String,
        /// What the field must hold.
        value: Value,
    },
    /// Every child holds. Bare text beside a phrase or a field also makes an `And`.
    And(Vec<Node>),
    /// At least one child holds.
    Or(Vec<Node>),
    /// The child does not hold. The root is never only a `Not` by accident of parsing: `-a` alone
    /// means every document without `a`.
    Not(Box<Node>),
}

/// The right side of `field:value`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `field:word`.
    Word(String),
    /// `field:"some words"`.
    Phrase(String),
    /// `field:pre*`.
    Prefix(String),
    /// `field:*`: the field is there.
    Exists,
    /// `field:a..b`, `field:>=a`, `field:<b`, `field:[a TO b]`.
    Range {
        /// Lower end.
        from: Bound,
        /// Upper end.
        to: Bound,
    },
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// No limit on this side.
    Open,
    /// The limit itself is inside.
    Included(String),
    /// The limit itself is outside.
    Excluded(String),
}
