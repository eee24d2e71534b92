//! Tokens to a tree, by recursive descent. The lexer has bounded depth and size and left only
//! operators that have operands, so every rule here yields a node.

use crate::ast::{Node, NodeKind, Parsed, Span, Value};
use crate::chars::Source;
use crate::field::is_operator_at;
use crate::lex::{Token, TokenKind, lex};
use crate::notes::Notes;

/// Reads a query; see `docs/QUERY.md` for the language.
///
/// Never fails: what cannot be read as an operator becomes text, and [`Parsed::notes`] says so.
/// Every name that [can be](crate::is_field_name) a field is taken for one; where the fields are
/// known, [`parse_with`] keeps `localhost:8080` text. Takes time linear in the length, at most
/// [`MAX_NODES`](crate::MAX_NODES) nodes and [`MAX_DEPTH`](crate::MAX_DEPTH) nested parentheses.
///
/// ```
/// let parsed = zhen_query::parse("数据库 \"full text\" -lang:en");
/// let root = parsed.root.expect("something was asked");
/// assert_eq!(root.outline(), r#"(and "数据库" (phrase "full text") (not (field lang "en")))"#);
/// assert!(parsed.notes.is_empty());
/// ```
#[must_use]
pub fn parse(query: &str) -> Parsed {
    parse_with(query, &|_| true)
}

/// [`parse`], with only those names taken for fields that `is_field` accepts. It is given the
/// name as typed, in half-width characters.
///
/// ```
/// let is_field = |name: &str| name == "lang";
/// let parsed = zhen_query::parse_with("localhost:8080 lang:zh", &is_field);
/// let root = parsed.root.expect("something was asked");
/// assert_eq!(root.outline(), r#"(and "localhost:8080" (field lang "zh"))"#);
/// ```
#[must_use]
pub fn parse_with(query: &str, is_field: &dyn Fn(&str) -> bool) -> Parsed {
    let source = Source::new(query);
    let mut notes = Notes::default();
    let tokens = lex(&source, is_field, &mut notes);
    let text_only = find_text_only(&tokens);
    let mut parser = Parser { source: &source, tokens: &tokens, text_only, at: 0, field: None };
    let root = parser.alternatives();
    Parsed { source: query.to_owned(), root, notes: notes.finish() }
}

/// For each [`TokenKind::Open`]: whether there is nothing but text up to its partner. Such
/// parentheses group nothing, so that `总裁(董事长)` and `Call Operator (C)` stay text.
fn find_text_only(tokens: &[Token]) -> Vec<bool> {
    let mut text_only = vec![false; tokens.len()];
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_text = match token.kind {
            TokenKind::Open => {
                open.push((index, true));
                continue;
            }
            TokenKind::FieldOpen(_) => {
                open.push((index, false));
                continue;
            }
            TokenKind::Close => match open.pop() {
                Some((opener, true)) => {
                    text_only[opener] = true;
                    true
                }
                _ => false,
            },
            TokenKind::Word => true,
            _ => false,
        };
        if let Some((_, so_far)) = open.last_mut() {
            *so_far &= is_text;
        }
    }
    text_only
}

struct Parser<'a> {
    source: &'a Source<'a>,
    tokens: &'a [Token],
    text_only: Vec<bool>,
    at: usize,
    /// Inside `field:(…)`: the field.
    field: Option<&'a str>,
}

impl<'a> Parser<'a> {
    /// `a OR b OR …`, up to a closing parenthesis or the end.
    fn alternatives(&mut self) -> Option<Node> {
        let mut children = Vec::new();
        loop {
            match self.conjunction() {
                // The parentheses of `(a OR b) OR c` change nothing.
                Some(Node { kind: NodeKind::Or(inner), .. }) => children.extend(inner),
                Some(node) => children.push(node),
                None => {}
            }
            if !self.next_is(&TokenKind::Or) {
                break;
            }
            self.at += 1;
        }
        join(children, NodeKind::Or)
    }

    /// `a b AND c …`, up to an OR, a closing parenthesis or the end.
    fn conjunction(&mut self) -> Option<Node> {
        let mut children = Vec::new();
        let mut text: Option<(usize, usize)> = None;
        while let Some(token) = self.tokens.get(self.at) {
            if matches!(token.kind, TokenKind::Or | TokenKind::Close) {
                break;
            }
            if let Some(last) = self.text_piece() {
                text = Some((text.map_or(self.at, |(first, _)| first), last));
                self.at = last + 1;
                continue;
            }
            children.extend(text.take().map(|run| self.text(run)));
            match self.operand() {
                Some(Node { kind: NodeKind::And(inner), .. }) => children.extend(inner),
                Some(node) => children.push(node),
                None => {}
            }
        }
        children.extend(text.map(|run| self.text(run)));
        join(children, NodeKind::And)
    }

    /// The last token of the piece of text that begins here, if one does.
    fn text_piece(&self) -> Option<usize> {
        let token = self.tokens.get(self.at)?;
        match token.kind {
            TokenKind::Word if self.field.is_none() => Some(self.at),
            TokenKind::Open if self.field.is_none() && self.text_only[self.at] => {
                Some(token.partner)
            }
            _ => None,
        }
    }

    /// One operand with its NOT, or nothing for an AND (which only ends a run of text).
    fn operand(&mut self) -> Option<Node> {
        let token = self.tokens.get(self.at)?;
        let span = self.source.span(token.start, token.end);
        if let Some(last) = self.text_piece() {
            let run = (self.at, last);
            self.at = last + 1;
            return Some(self.text(run));
        }
        self.at += 1;
        let kind = match &token.kind {
            TokenKind::And => return None,
            TokenKind::Not => {
                let child = self.operand()?;
                let span = Span { start: span.start, end: child.span.end };
                return Some(Node { span, kind: NodeKind::Not(Box::new(child)) });
            }
            TokenKind::Open => return self.group(token),
            TokenKind::FieldOpen(name) => {
                self.field = Some(name);
                let group = self.group(token);
                self.field = None;
                return group;
            }
            TokenKind::Phrase(text) => NodeKind::Phrase(text.clone()),
            TokenKind::Prefix(text) => NodeKind::Prefix(text.clone()),
            TokenKind::Fuzzy(text, distance) => NodeKind::Fuzzy(text.clone(), *distance),
            TokenKind::Field { name, value } => {
                NodeKind::Field { name: name.clone(), value: value.clone() }
            }
            TokenKind::FieldValue(value) => self.in_field(value.clone()),
            // Only reached inside `field:(…)`; elsewhere words are pieces of text.
            TokenKind::Word | TokenKind::Or | TokenKind::Close => {
                let typed = self.source.slice(token.start, token.end).to_owned();
                let was_operator = is_operator_at(self.source, token.start, token.end);
                let plain = was_operator && self.source.has_word(token.start, token.end);
                self.in_field(if plain { Value::Word(typed) } else { Value::Phrase(typed) })
            }
        };
        Some(Node { span, kind })
    }

    fn in_field(&self, value: Value) -> NodeKind {
        NodeKind::Field { name: self.field.unwrap_or_default().to_owned(), value }
    }

    /// What stands in parentheses. A group of several parts spans its parentheses too.
    fn group(&mut self, open: &Token) -> Option<Node> {
        let inner = self.alternatives();
        let close = self.tokens.get(open.partner).map_or(open.end, |close| close.end);
        self.at = open.partner + 1;
        let whole = self.source.span(open.start, close);
        inner.map(|node| match node.kind {
            NodeKind::And(_) | NodeKind::Or(_) => Node { span: whole, ..node },
            _ => node,
        })
    }

    /// Text of the tokens from the first to the last, exactly as typed. Parentheses around all of
    /// it are left out.
    fn text(&self, (mut first, mut last): (usize, usize)) -> Node {
        while self.tokens[first].kind == TokenKind::Open && self.tokens[first].partner == last {
            first += 1;
            last -= 1;
        }
        let (start, end) = (self.tokens[first].start, self.tokens[last].end);
        Node {
            span: self.source.span(start, end),
            kind: NodeKind::Text(self.source.slice(start, end).to_owned()),
        }
    }

    fn next_is(&self, kind: &TokenKind) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == *kind)
    }
}

/// Several children under one node; one child stays itself.
fn join(mut children: Vec<Node>, kind: fn(Vec<Node>) -> NodeKind) -> Option<Node> {
    if children.len() < 2 {
        return children.pop();
    }
    let span = Span { start: children[0].span.start, end: children[children.len() - 1].span.end };
    Some(Node { span, kind: kind(children) })
}
