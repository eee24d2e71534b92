//! A tree back to query text.

use std::fmt;

use crate::ast::{Bound, Node, NodeKind, Value};
use crate::chars::{MEASURES, Source, narrow};
use crate::field::is_operator_at;
use crate::parse::{parse, parse_with};
use crate::quotes::{is_quotation_mark, quote};

/// Stands for text of which nothing can be searched.
const NOTHING: &str = ".";

impl Node {
    /// Query text that [`parse`] reads as this tree again.
    ///
    /// A tree that came from [`parse`] is printed so that the same tree comes back (spans aside).
    /// Where text holds characters of the query language that were read as text only because of
    /// what stood around them (a lone `(`, an `OR` with nothing after it), they are left out or
    /// made lower case: punctuation and case carry no meaning in text. A tree built by hand comes
    /// back as parsing would have built it: no `And` directly in an `And`, none with one child,
    /// values that are no single word as phrases.
    ///
    /// ```
    /// let parsed = zhen_query::parse("（数据库 OR 資料庫） －lang：en time:[2023 TO *]");
    /// let root = parsed.root.expect("something was asked");
    /// assert_eq!(root.to_query(), "(数据库 OR 資料庫) -lang:en time:>=2023");
    /// ```
    #[must_use]
    pub fn to_query(&self) -> String {
        self.to_query_with(&|_| true)
    }

    /// [`Node::to_query`] for [`parse_with`] and the same `is_field`.
    #[must_use]
    pub fn to_query_with(&self, is_field: &dyn Fn(&str) -> bool) -> String {
        let tree = flat(self);
        let as_typed = Printer { is_field, plain_text: false }.print(&tree);
        let reads_back =
            parse_with(&as_typed, is_field).root.is_some_and(|again| again.same_meaning(&tree));
        if reads_back { as_typed } else { Printer { is_field, plain_text: true }.print(&tree) }
    }
}

/// [`Node::to_query`].
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_query())
    }
}

/// The tree as parsing would have built it: no `And` directly in an `And`, no `Or` in an `Or`, and
/// one child stands for itself.
fn flat(node: &Node) -> Node {
    let is_and = matches!(node.kind, NodeKind::And(_));
    let kind = match &node.kind {
        NodeKind::Not(child) => NodeKind::Not(Box::new(flat(child))),
        NodeKind::And(children) | NodeKind::Or(children) => {
            let mut flattened = Vec::with_capacity(children.len());
            for child in children.iter().map(flat) {
                match child.kind {
                    NodeKind::And(inner) if is_and => flattened.extend(inner),
                    NodeKind::Or(inner) if !is_and => flattened.extend(inner),
                    kind => flattened.push(Node { kind, ..child }),
                }
            }
            match flattened.len() {
                0 => NodeKind::Text(NOTHING.to_owned()),
                1 => return flattened.remove(0),
                _ if is_and => NodeKind::And(flattened),
                _ => NodeKind::Or(flattened),
            }
        }
        NodeKind::Field { name, value } => {
            NodeKind::Field { name: name.clone(), value: not_blank(value.clone()) }
        }
        leaf => leaf.clone(),
    };
    Node { span: node.span, kind }
}

/// A value that can be written: blank text cannot.
fn not_blank(value: Value) -> Value {
    let bound = |bound: Bound| match bound {
        Bound::Included(limit) | Bound::Excluded(limit) if limit.trim().is_empty() => Bound::Open,
        bound => bound,
    };
    match value {
        Value::Word(text) | Value::Phrase(text) | Value::Prefix(text) if text.trim().is_empty() => {
            Value::Phrase(NOTHING.to_owned())
        }
        Value::Range { from, to } => match (bound(from), bound(to)) {
            (Bound::Open, Bound::Open) => Value::Exists,
            (from, to) => Value::Range { from, to },
        },
        value => value,
    }
}

/// Prints trees that are [`flat`].
struct Printer<'a> {
    is_field: &'a dyn Fn(&str) -> bool,
    /// Whether text loses what could be read as an operator.
    plain_text: bool,
}

impl Printer<'_> {
    fn print(&self, node: &Node) -> String {
        match &node.kind {
            NodeKind::Text(text) => self.text(text),
            NodeKind::Phrase(text) => self.phrase(text),
            NodeKind::Prefix(text) => self.marked(text, "*", NodeKind::Prefix),
            NodeKind::Fuzzy(text, 1) => self.marked(text, "~", |text| NodeKind::Fuzzy(text, 1)),
            NodeKind::Fuzzy(text, _) => self.marked(text, "~2", |text| NodeKind::Fuzzy(text, 2)),
            NodeKind::Field { name, value } => {
                format!("{name}:{}", right_side(name, value, self.plain_text))
            }
            NodeKind::And(children) => self.conjunction(children),
            NodeKind::Or(children) => self.alternatives(children),
            NodeKind::Not(child) => self.negation(child),
        }
    }

    /// Two texts in a row need the operator between them, or they would be one.
    fn conjunction(&self, children: &[Node]) -> String {
        let mut out = String::new();
        let mut after_text = false;
        for child in children {
            let is_text = matches!(child.kind, NodeKind::Text(_));
            if !out.is_empty() {
                out.push_str(if after_text && is_text { " AND " } else { " " });
            }
            let printed = self.print(child);
            let groups = matches!(child.kind, NodeKind::Or(_));
            out.push_str(&if groups { parenthesized(&printed) } else { printed });
            after_text = is_text;
        }
        out
    }

    fn alternatives(&self, children: &[Node]) -> String {
        let parts: Vec<String> = children.iter().map(|child| self.print(child)).collect();
        parts.join(" OR ")
    }

    fn negation(&self, child: &Node) -> String {
        let printed = self.print(child);
        let binds_one_word = match &child.kind {
            NodeKind::Text(_) => {
                !printed.chars().any(|c| c.is_whitespace() || "()（）".contains(c))
            }
            NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => false,
            _ => true,
        };
        if !binds_one_word {
            return format!("-{}", parenthesized(&printed));
        }
        let first = printed.chars().next().unwrap_or(' ');
        // A minus before anything but a word or a quotation mark would be text, and before a measure.
        let is_measure = first.is_ascii_digit() && printed.contains(MEASURES);
        if first.is_alphanumeric() && !is_measure || first == '"' {
            format!("-{printed}")
        } else {
            format!("NOT {printed}")
        }
    }

    fn phrase(&self, text: &str) -> String {
        if text.trim().is_empty() { NOTHING.to_owned() } else { quote(text) }
    }

    /// `text` with `mark` where that reads as `kind` again, otherwise the bare text.
    fn marked(&self, text: &str, mark: &str, kind: fn(String) -> NodeKind) -> String {
        let written = format!("{text}{mark}");
        let root = parse_with(&written, self.is_field).root;
        let reads_back = root.is_some_and(|root| root.kind == kind(text.to_owned()));
        if reads_back { written } else { self.plain(text) }
    }

    fn text(&self, text: &str) -> String {
        if self.plain_text { self.plain(text) } else { text.to_owned() }
    }

    /// `text` without anything that the parser could take for more than text, wherever it stands.
    fn plain(&self, text: &str) -> String {
        let words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || is_bracket(c))
            .filter(|word| !word.is_empty())
            .map(|word| self.plain_word(word))
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() { NOTHING.to_owned() } else { words.join(" ") }
    }

    fn plain_word(&self, word: &str) -> String {
        if let Some(plain) = self.kept_or_lowered(word) {
            return plain;
        }
        let bare = word
            .chars()
            .map(narrow)
            .collect::<String>()
            .replace(['*', '~'], " ")
            // A colon before white space belongs to no field.
            .replace(':', ": ");
        let parts: Vec<String> = bare
            .split_whitespace()
            .filter_map(|part| self.kept_or_lowered(part.trim_start_matches('-')))
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(" ")
    }

    /// An operator in lower case, or a word that is read as text wherever it stands.
    fn kept_or_lowered(&self, word: &str) -> Option<String> {
        let source = Source::new(word);
        if is_operator_at(&source, 0, source.len()) {
            let letters = source.chars.iter().filter(|c| c.is_ascii_alphabetic());
            return Some(letters.collect::<String>().to_ascii_lowercase());
        }
        let parsed = parse_with(word, self.is_field);
        let is_text = parsed.root.is_some_and(|root| root.kind == NodeKind::Text(word.to_owned()));
        // A note says that more words could make something else of it: `f:[a` waits for `TO b]`.
        // Only a name with nothing after its colon is sure to stay text.
        let first_colon = source.chars.iter().position(|&c| c == ':');
        let stays_text = parsed.notes.is_empty() || first_colon == Some(source.len() - 1);
        (is_text && stays_text).then(|| word.to_owned())
    }
}

fn parenthesized(inner: &str) -> String {
    format!("({inner})")
}

/// Whether `c` is a parenthesis or a quotation mark: what pairs with others far away.
fn is_bracket(c: char) -> bool {
    matches!(narrow(c), '(' | ')') || is_quotation_mark(narrow(c))
}

/// Whether `word` disturbs no pairing around it: no quotation mark, parentheses balanced.
fn is_self_contained(word: &str) -> bool {
    let mut open = 0usize;
    word.chars().map(narrow).all(|c| {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return false,
            ')' => open -= 1,
            _ => return !is_quotation_mark(c),
        }
        true
    }) && open == 0
}

/// What stands after the colon.
fn right_side(name: &str, value: &Value, self_contained: bool) -> String {
    let reads_back = |written: &str| {
        let root = parse(&format!("{name}:{written}")).root;
        let again = match &root {
            Some(Node { kind: NodeKind::Field { value, .. }, .. }) => Some(value),
            _ => None,
        };
        again == Some(value) && (!self_contained || is_self_contained(written))
    };
    match value {
        Value::Exists => "*".to_owned(),
        Value::Word(word) if reads_back(word) => word.clone(),
        Value::Prefix(start) if reads_back(&format!("{start}*")) => format!("{start}*"),
        Value::Word(text) | Value::Phrase(text) | Value::Prefix(text) => quote(text),
        Value::Range { from, to } => match (from, to) {
            (Bound::Open, Bound::Open) => "*".to_owned(),
            (Bound::Included(from), Bound::Open) => format!(">={}", limit(from)),
            (Bound::Excluded(from), Bound::Open) => format!(">{}", limit(from)),
            (Bound::Open, Bound::Included(to)) => format!("<={}", limit(to)),
            (Bound::Open, Bound::Excluded(to)) => format!("<{}", limit(to)),
            (Bound::Included(from), Bound::Included(to))
                if is_self_contained(from)
                    && is_self_contained(to)
                    && reads_back(&format!("{from}..{to}")) =>
            {
                format!("{from}..{to}")
            }
            (
                Bound::Included(from) | Bound::Excluded(from),
                Bound::Included(to) | Bound::Excluded(to),
            ) => {
                let open = if matches!(value, Value::Range { from: Bound::Included(_), .. }) {
                    '['
                } else {
                    '{'
                };
                let close = if matches!(value, Value::Range { to: Bound::Included(_), .. }) {
                    ']'
                } else {
                    '}'
                };
                format!("{open}{} TO {}{close}", limit(from), limit(to))
            }
        },
    }
}

/// A limit of a range, in quotation marks where it is no plain word.
fn limit(limit: &str) -> String {
    let plain = limit.chars().any(char::is_alphanumeric)
        && limit.chars().all(|c| c.is_alphanumeric() || "-+.:/_".contains(c));
    if plain { limit.to_owned() } else { quote(limit) }
}
