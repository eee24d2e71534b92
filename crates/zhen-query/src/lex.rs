//! A query to tokens. Every doubt is settled here, so that the parser after it cannot fail: what
//! cannot be an operator at its place has become a [`TokenKind::Word`], and a note says so.

use crate::ast::{Span, Value};
use crate::chars::{MEASURES, Source};
use crate::field::{self, Right, is_letter, is_prefix, name_end, right_side, word_end};
use crate::notes::{Notes, excerpt};
use crate::quotes::{Pairs, is_quotation_mark};

/// A tree has at most this many nodes; what follows in the query is read as text.
pub const MAX_NODES: usize = 1_024;

/// A piece of the query.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// First character, by index.
    pub(crate) start: usize,
    /// One past the last character.
    pub(crate) end: usize,
    /// For a parenthesis: the index of the other token.
    pub(crate) partner: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// Text, and whatever was not read as meant.
    Word,
    Phrase(String),
    Prefix(String),
    Fuzzy(String, u8),
    Field {
        name: String,
        value: Value,
    },
    /// A value inside `field:(…)`.
    FieldValue(Value),
    Open,
    /// `field:(`.
    FieldOpen(String),
    Close,
    And,
    Or,
    Not,
}

/// Cuts `source` into tokens that the parser can read without looking back.
pub(crate) fn lex(
    source: &Source<'_>,
    is_field: &dyn Fn(&str) -> bool,
    notes: &mut Notes,
) -> Vec<Token> {
    let pairs = Pairs::new(source, notes);
    let mut lexer =
        Lexer { source, pairs, is_field, notes, tokens: Vec::new(), open: Vec::new(), group: None };
    lexer.run();
    let mut tokens = lexer.tokens;
    keep_within_limit(source, &mut tokens, notes);
    settle_operators(source, &mut tokens, notes);
    tokens
}

struct Lexer<'a, 'n> {
    source: &'a Source<'a>,
    pairs: Pairs,
    is_field: &'a dyn Fn(&str) -> bool,
    notes: &'n mut Notes,
    tokens: Vec<Token>,
    /// Tokens of the parentheses still open.
    open: Vec<usize>,
    /// Inside `field:(…)`.
    group: Option<Group>,
}

/// Where `field:(…)` ends, by character index, and whether the field is a single letter.
#[derive(Clone, Copy)]
struct Group {
    end: usize,
    is_letter: bool,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        let mut index = 0;
        while index < self.source.len() {
            if self.group.is_some_and(|group| index >= group.end) {
                self.group = None;
            }
            index = if self.source.at(index).is_whitespace() {
                index + 1
            } else if let Some(mate) = self.pairs.paren(index) {
                if mate > index { self.open_paren(index) } else { self.close_paren(index) }
            } else if let Some(group) = self.group {
                self.in_group(index, group)
            } else if let Some(close) = self.pairs.phrase(index) {
                self.phrase(index, close)
            } else {
                self.word_like(index)
            };
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) -> usize {
        self.tokens.push(Token { kind, start, end, partner: 0 });
        end
    }

    fn note(&mut self, start: usize, end: usize, message: String) {
        self.notes.add(self.source.span(start, end), message);
    }

    fn open_paren(&mut self, index: usize) -> usize {
        self.open.push(self.tokens.len());
        self.push(TokenKind::Open, index, index + 1)
    }

    fn close_paren(&mut self, index: usize) -> usize {
        let at = self.tokens.len();
        let Some(opener) = self.open.pop() else {
            // Pairs only holds balanced parentheses, yet a wrong one would be no more than text.
            return self.push(TokenKind::Word, index, index + 1);
        };
        if opener + 1 == at {
            // Nothing inside: `()` is text, and so is the field name before it.
            let named = matches!(self.tokens[opener].kind, TokenKind::FieldOpen(_));
            self.tokens[opener].kind = TokenKind::Word;
            self.tokens[opener].end = index + 1;
            if named {
                let start = self.tokens[opener].start;
                let seen = excerpt(self.source.slice(start, index + 1));
                self.note(start, index + 1, format!("{seen} holds no value; it was read as text."));
            }
            return index + 1;
        }
        self.tokens[opener].partner = at;
        let end = self.push(TokenKind::Close, index, index + 1);
        self.tokens[at].partner = opener;
        end
    }

    fn phrase(&mut self, open: usize, close: usize) -> usize {
        let content = field::phrase(self.source, open, close);
        let end = self.push(TokenKind::Phrase(content), open, close + 1);
        if matches!(self.source.at(end), '~' | '*') {
            let mark = self.source.slice(end, end + 1);
            self.note(
                open,
                end + 1,
                format!("{mark} means nothing after a phrase; it was read as text."),
            );
        }
        end
    }

    /// Whether a word begins here: at the start, after white space, or after a parenthesis.
    fn is_fresh(&self, index: usize) -> bool {
        index == 0
            || self.source.at(index - 1).is_whitespace()
            || self.pairs.paren(index - 1).is_some_and(|mate| mate > index - 1)
    }

    /// Whether a group ends directly before `index`: parentheses with more than words inside, so
    /// that `f(x)-1` and `(a OR)-b` hold none.
    fn is_after_group(&self, index: usize) -> bool {
        let Some((close, before)) = self.tokens.split_last() else { return false };
        if close.kind != TokenKind::Close || close.end != index {
            return false;
        }
        if matches!(before[close.partner].kind, TokenKind::FieldOpen(_)) {
            return true;
        }
        let inside = &before[close.partner + 1..];
        inside.iter().enumerate().any(|(at, token)| match token.kind {
            TokenKind::Word | TokenKind::Open | TokenKind::Close => false,
            TokenKind::And | TokenKind::Or => at > 0 && at + 1 < inside.len(),
            TokenKind::Not => at + 1 < inside.len(),
            _ => true,
        })
    }

    /// Whether the `-` at `index` excludes what follows. It stands at the start of a word, or
    /// directly after a group, and directly before a word, so that `well-known`, `a - b`, `--help`
    /// and `-=` hold none; nor does `-20℃`.
    fn is_minus(&self, index: usize) -> bool {
        let may_stand = || self.is_fresh(index) || self.is_after_group(index);
        if self.source.at(index) != '-' || !may_stand() {
            return false;
        }
        let next = index + 1;
        let c = self.source.at(next);
        c.is_alphanumeric() && !self.is_measured(next)
            || matches!(c, '《' | '〈' | '【')
            || self.pairs.phrase(next).is_some()
            || self.pairs.paren(next).is_some_and(|mate| mate > next)
            || matches!(c, '.' | '_' | '@' | '#' | '$')
                && self.source.at(next + 1).is_alphanumeric()
    }

    /// Whether a number with a sign of degrees or parts begins at `index`: before it a minus is one of
    /// arithmetic.
    fn is_measured(&self, index: usize) -> bool {
        let is_digit = |at: usize| self.source.at(at).is_ascii_digit();
        let mut end = index;
        while is_digit(end) || end > index && self.source.at(end) == '.' && is_digit(end + 1) {
            end += 1;
        }
        end > index && MEASURES.contains(&self.source.at(end))
    }

    /// A token that begins with neither a parenthesis nor a phrase, outside `field:(…)`.
    fn word_like(&mut self, index: usize) -> usize {
        if self.is_minus(index) {
            return self.push(TokenKind::Not, index, index + 1);
        }
        let after_minus =
            self.tokens.last().is_some_and(|last| last.kind == TokenKind::Not && last.end == index);
        if let Some(colon) = name_end(self.source, index) {
            let condition = (after_minus || self.is_fresh(index))
                .then(|| self.condition(index, colon))
                .flatten();
            // Once refused as a field, the whole of it is text: no `*` or `~` is read from it.
            return condition.unwrap_or_else(|| {
                let end = word_end(self.source, &self.pairs, index);
                self.push(TokenKind::Word, index, end)
            });
        }
        let end = word_end(self.source, &self.pairs, index);
        let kind = if after_minus { None } else { self.operator(index, end) };
        let kind = kind.unwrap_or_else(|| self.word_kind(index, end));
        self.push(kind, index, end)
    }

    fn operator(&self, start: usize, end: usize) -> Option<TokenKind> {
        let is = |name: &str| self.source.is(start, end, name);
        if is("AND") || is("&&") {
            Some(TokenKind::And)
        } else if is("OR") || is("||") {
            Some(TokenKind::Or)
        } else if is("NOT") {
            Some(TokenKind::Not)
        } else {
            None
        }
    }

    /// `field:value`, where the text from `start` on is one; `None` where it is text.
    fn condition(&mut self, start: usize, colon: usize) -> Option<usize> {
        let right =
            right_side(self.source, &self.pairs, colon + 1, is_letter(self.source, start, colon));
        if matches!(right, Right::Implausible) {
            return None;
        }
        let name: String = self.source.chars[start..colon].iter().collect();
        let whole_end = word_end(self.source, &self.pairs, start);
        let seen = || excerpt(self.source.slice(start, whole_end.max(colon + 1)));
        // A full-width colon is how Chinese prose and titles write one; it deserves no remark.
        let typed_as_query = self.source.slice(colon, colon + 1) == ":";
        if !(self.is_field)(&name) {
            if typed_as_query && !matches!(right, Right::Nothing) {
                let message = format!("There is no field `{name}`; {} was read as text.", seen());
                self.note(start, whole_end, message);
            }
            return None;
        }
        match right {
            Right::Value { value, end } => {
                self.note_on_value(&value, start, end);
                Some(self.push(TokenKind::Field { name, value }, start, end))
            }
            Right::Group => {
                let is_letter = is_letter(self.source, start, colon);
                self.group = self.pairs.paren(colon + 1).map(|end| Group { end, is_letter });
                self.open.push(self.tokens.len());
                Some(self.push(TokenKind::FieldOpen(name), start, colon + 2))
            }
            Right::Nothing if !typed_as_query => None,
            Right::Nothing => {
                let message = format!(
                    "The value of `{name}` must follow its colon directly; {} was read as text.",
                    seen()
                );
                self.note(start, colon + 1, message);
                None
            }
            Right::Malformed => {
                let message = format!(
                    "{} is no range (`{name}:[a TO b]`, `{name}:a..b` and `{name}:>=a` are); it was read as text.",
                    seen()
                );
                self.note(start, whole_end.max(colon + 1), message);
                None
            }
            Right::Implausible => None,
        }
    }

    /// A token inside `field:(…)` that is no parenthesis.
    fn in_group(&mut self, index: usize, group: Group) -> usize {
        if self.is_minus(index) {
            return self.push(TokenKind::Not, index, index + 1);
        }
        if self.pairs.phrase(index).is_none() {
            let end = word_end(self.source, &self.pairs, index);
            if let Some(kind) = self.operator(index, end) {
                return self.push(kind, index, end);
            }
        }
        let right = right_side(self.source, &self.pairs, index, group.is_letter);
        if let Right::Value { value, end } = right {
            self.note_on_value(&value, index, end);
            return self.push(TokenKind::FieldValue(value), index, end);
        }
        let end = word_end(self.source, &self.pairs, index);
        if matches!(right, Right::Malformed) {
            let seen = excerpt(self.source.slice(index, end));
            self.note(index, end, format!("{seen} is no range; it was read as text."));
        }
        self.push(TokenKind::Word, index, end)
    }

    fn note_on_value(&mut self, value: &Value, start: usize, end: usize) {
        if let Value::Word(word) = value
            && word.ends_with(['~', '～'])
        {
            let message =
                format!("`~` means nothing in a field; {} was taken as it is.", excerpt(word));
            self.note(start, end, message);
        }
    }

    /// What a word is that is neither operator nor condition.
    fn word_kind(&mut self, start: usize, end: usize) -> TokenKind {
        let source = self.source;
        if is_prefix(source, start, end) && is_one_word(source, start, end - 1) {
            return TokenKind::Prefix(source.slice(start, end - 1).to_owned());
        }
        if let Some((base_end, distance)) = fuzzy(source, start, end) {
            let base = source.slice(start, base_end).to_owned();
            if distance == 0 {
                let seen = excerpt(source.slice(start, end));
                self.note(start, end, format!("{seen} allows no edit; it was read as text."));
                return TokenKind::Word;
            }
            if distance > 2 {
                let seen = excerpt(source.slice(start, end));
                self.note(
                    start,
                    end,
                    format!("{seen}: at most 2 edits are possible; 2 were used."),
                );
            }
            return TokenKind::Fuzzy(base, distance.min(2));
        }
        let star = source.chars[start..end].iter().position(|&c| c == '*').map(|at| start + at);
        if let Some(star) = star {
            let only = !source.chars[star + 1..end].contains(&'*');
            let joins_letters = source.at(star + 1).is_alphabetic()
                && (star == start || source.at(star - 1).is_alphabetic());
            if only && joins_letters {
                let seen = excerpt(source.slice(start, end));
                self.note(
                    start,
                    end,
                    format!("`*` is only read at the end of a word; {seen} was read as text."),
                );
            }
        }
        TokenKind::Word
    }
}

/// For `word~` and `word~N`: where the word ends, and the distance.
fn fuzzy(source: &Source<'_>, start: usize, end: usize) -> Option<(usize, u8)> {
    let tilde = (start..end).find(|&index| source.at(index) == '~')?;
    let distance = match end - tilde {
        1 => 1,
        2 => u8::try_from(source.at(end - 1).to_digit(10)?).ok()?,
        _ => return None,
    };
    let ends_word = tilde > start
        && (source.at(tilde - 1).is_alphanumeric() || matches!(source.at(tilde - 1), '+' | '#'));
    let plain = !source.chars[start..tilde].contains(&'*') && is_one_word(source, start, tilde);
    (ends_word && plain).then_some((tilde, distance))
}

/// Whether the characters hold nothing that would make more than a word of them: `f(x)*`,
/// `12:3*` and, directly after a phrase, `-x*` are text.
fn is_one_word(source: &Source<'_>, start: usize, end: usize) -> bool {
    let joins = |&c: &char| matches!(c, '(' | ')' | ':') || is_quotation_mark(c);
    source.at(start) != '-' && !source.chars[start..end].iter().any(joins)
}

/// Turns tokens beyond [`MAX_NODES`] into text.
///
/// Each token is charged the most nodes it can cause: itself, the text after it, and the `And` or
/// `Or` that then holds both.
fn keep_within_limit(source: &Source<'_>, tokens: &mut [Token], notes: &mut Notes) {
    // The first text and an `Or` around everything.
    let mut spent = 3;
    let mut at = 0;
    while at < tokens.len() {
        let inside = tokens[at].partner.saturating_sub(at);
        spent += match tokens[at].kind {
            TokenKind::Word | TokenKind::Close => 0,
            TokenKind::Or => 1,
            TokenKind::And => 2,
            TokenKind::Phrase(_)
            | TokenKind::Prefix(_)
            | TokenKind::Fuzzy(..)
            | TokenKind::Field { .. }
            | TokenKind::FieldValue(_) => 3,
            TokenKind::Not | TokenKind::Open => 4,
            TokenKind::FieldOpen(_) => 4 + 3 * inside,
        };
        if spent > MAX_NODES {
            break;
        }
        at += if matches!(tokens[at].kind, TokenKind::FieldOpen(_)) { inside } else { 1 };
    }
    if at == tokens.len() {
        return;
    }
    let span = Span { end: source.text.len(), ..source.span(tokens[at].start, tokens[at].end) };
    notes.add(
        span,
        format!("The query has too many parts (more than {MAX_NODES}); from here on it was read as text."),
    );
    for token in &mut tokens[at..] {
        let closes_kept = token.kind == TokenKind::Close && token.partner < at;
        if !closes_kept {
            token.kind = TokenKind::Word;
        }
    }
}

/// Turns operators with nothing to work on into text.
fn settle_operators(source: &Source<'_>, tokens: &mut [Token], notes: &mut Notes) {
    let mut dangling: Vec<usize> = Vec::new();
    // From the right: does an operand begin after this token?
    let mut follows = false;
    for index in (0..tokens.len()).rev() {
        match tokens[index].kind {
            TokenKind::And | TokenKind::Or => {
                if follows {
                    follows = false;
                } else {
                    tokens[index].kind = TokenKind::Word;
                    dangling.push(index);
                    follows = true;
                }
            }
            TokenKind::Not => {
                let doubled = tokens.get(index + 1).is_some_and(|next| next.kind == TokenKind::Not);
                if !follows || doubled {
                    tokens[index].kind = TokenKind::Word;
                    dangling.push(index);
                }
                follows = true;
            }
            TokenKind::Close => follows = false,
            _ => follows = true,
        }
    }
    // From the left: did one end before this token?
    let mut precedes = false;
    for (index, token) in tokens.iter_mut().enumerate() {
        match token.kind {
            TokenKind::And | TokenKind::Or if !precedes => {
                token.kind = TokenKind::Word;
                dangling.push(index);
                precedes = true;
            }
            TokenKind::And
            | TokenKind::Or
            | TokenKind::Not
            | TokenKind::Open
            | TokenKind::FieldOpen(_) => precedes = false,
            _ => precedes = true,
        }
    }
    for index in dangling {
        let (start, end) = (tokens[index].start, tokens[index].end);
        let seen = excerpt(source.slice(start, end));
        notes.add(
            source.span(start, end),
            format!("The operator {seen} has nothing to work on; it was read as text."),
        );
    }
}
