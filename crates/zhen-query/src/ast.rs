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

impl Span {
    /// The part of `source` that this span covers; empty where the span is not one of `source`.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }
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

impl Node {
    /// The nodes directly below this one, in the order of the query.
    #[must_use]
    pub fn children(&self) -> &[Node] {
        match &self.kind {
            NodeKind::And(children) | NodeKind::Or(children) => children,
            NodeKind::Not(child) => std::slice::from_ref(child),
            NodeKind::Text(_)
            | NodeKind::Phrase(_)
            | NodeKind::Prefix(_)
            | NodeKind::Fuzzy(..)
            | NodeKind::Field { .. } => &[],
        }
    }

    /// Calls `visit` for this node and every node below it, each before its children.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// Whether both trees mean the same, wherever they were typed.
    #[must_use]
    pub fn same_meaning(&self, other: &Node) -> bool {
        let same_children = || {
            let (ours, theirs) = (self.children(), other.children());
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| ours.same_meaning(theirs))
        };
        match (&self.kind, &other.kind) {
            (NodeKind::And(_), NodeKind::And(_))
            | (NodeKind::Or(_), NodeKind::Or(_))
            | (NodeKind::Not(_), NodeKind::Not(_)) => same_children(),
            (ours, theirs) => ours == theirs,
        }
    }

    /// The tree on one line, to look at: `(and "词典" (not (field lang "en")))`. Text stands in
    /// quotation marks, everything else in parentheses after its kind.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut out = String::new();
        self.write_outline(&mut out).expect("writing to a string does not fail");
        out
    }

    fn write_outline(&self, out: &mut String) -> fmt::Result {
        use fmt::Write;

        match &self.kind {
            NodeKind::Text(text) => return write!(out, "{text:?}"),
            NodeKind::Phrase(text) => return write!(out, "(phrase {text:?})"),
            NodeKind::Prefix(text) => return write!(out, "(prefix {text:?})"),
            NodeKind::Fuzzy(text, distance) => return write!(out, "(fuzzy {text:?} {distance})"),
            NodeKind::Field { name, value } => {
                return write!(out, "(field {name} {})", value.outline());
            }
            NodeKind::And(_) => out.push_str("(and"),
            NodeKind::Or(_) => out.push_str("(or"),
            NodeKind::Not(_) => out.push_str("(not"),
        }
        for child in self.children() {
            out.push(' ');
            child.write_outline(out)?;
        }
        out.push(')');
        Ok(())
    }
}

impl Value {
    /// As in [`Node::outline`].
    fn outline(&self) -> String {
        match self {
            Self::Word(word) => format!("{word:?}"),
            Self::Phrase(text) => format!("(phrase {text:?})"),
            Self::Prefix(text) => format!("(prefix {text:?})"),
            Self::Exists => "exists".to_owned(),
            Self::Range { from, to } => {
                let from = match from {
                    Bound::Open => "open".to_owned(),
                    Bound::Included(from) => format!(">={from:?}"),
                    Bound::Excluded(from) => format!(">{from:?}"),
                };
                let to = match to {
                    Bound::Open => "open".to_owned(),
                    Bound::Included(to) => format!("<={to:?}"),
                    Bound::Excluded(to) => format!("<{to:?}"),
                };
                format!("(range {from} {to})")
            }
        }
    }
}
