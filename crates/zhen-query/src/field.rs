//! The right side of `field:value`, and where a field name may stand.

use crate::ast::{Bound, Value};
use crate::chars::{Source, is_han};
use crate::quotes::{Pairs, undouble};

/// A longer run before a colon is no field name.
const MAX_NAME_CHARS: usize = 64;

/// What stands after the colon of something that looks like a field.
pub(crate) enum Right {
    /// A value that ends before `end`.
    Value { value: Value, end: usize },
    /// A parenthesis that groups values.
    Group,
    /// White space: the name stands alone.
    Nothing,
    /// Looks like a range or comparison, but is not a whole one.
    Malformed,
    /// Nothing that a condition could hold: `http://`, `std::vec`, `x:=5`, `C:\x`, `:)`.
    Implausible,
}

/// The index of the colon when a field name begins at `start`: a letter, `_` or Han character,
/// then also digits, `.` and `-`, but these last two not directly before the colon.
pub(crate) fn name_end(source: &Source<'_>, start: usize) -> Option<usize> {
    let starts_name = |c: char| c.is_ascii_alphabetic() || c == '_' || is_han(c);
    if !starts_name(source.at(start)) {
        return None;
    }
    let continues = |c: char| starts_name(c) || c.is_ascii_digit() || matches!(c, '.' | '-');
    let end = (start..start + MAX_NAME_CHARS + 1).find(|&index| !continues(source.at(index)))?;
    let whole = !matches!(source.at(end - 1), '.' | '-');
    (whole && source.at(end) == ':').then_some(end)
}

/// Whether `name` can be typed as a field name, as [`crate::parse`] reads one: a letter `A`–`Z`,
/// `_` or Han character, then also digits, `.` and `-` (these two not at the end), at most 64
/// characters.
///
/// ```
/// assert!(zhen_query::is_field_name("meta.author-2") && zhen_query::is_field_name("作者"));
/// assert!(!zhen_query::is_field_name("2nd") && !zhen_query::is_field_name("two words"));
/// ```
#[must_use]
pub fn is_field_name(name: &str) -> bool {
    let with_colon = format!("{name}:");
    let source = Source::new(&with_colon);
    name_end(&source, 0) == Some(source.len() - 1)
}

/// Reads the value that begins at `start`, directly after the colon of a field or inside
/// `field:(…)`. `is_letter` says that the name is a single Latin letter, as that of a drive is.
pub(crate) fn right_side(
    source: &Source<'_>,
    pairs: &Pairs,
    start: usize,
    is_letter: bool,
) -> Right {
    if let Some(close) = pairs.phrase(start) {
        return Right::Value { value: Value::Phrase(phrase(source, start, close)), end: close + 1 };
    }
    match source.at(start) {
        c if c.is_whitespace() => Right::Nothing,
        ':' | '=' => Right::Implausible,
        '/' if source.at(start + 1) == '/' => Right::Implausible,
        '/' | '\\' if is_letter => Right::Implausible,
        '(' if pairs.paren(start).is_some() => Right::Group,
        '[' | '{' => bracketed(source, pairs, start),
        '<' | '>' | '≤' | '≥' => comparison(source, pairs, start),
        _ => word(source, start, word_end(source, pairs, start)),
    }
}

/// Whether the name that begins at `start` and ends before `colon` is a single Latin letter.
pub(crate) fn is_letter(source: &Source<'_>, start: usize, colon: usize) -> bool {
    colon - start == 1 && source.at(start).is_ascii_alphabetic()
}

/// What stands between the quotation marks at `open` and `close`.
pub(crate) fn phrase(source: &Source<'_>, open: usize, close: usize) -> String {
    undouble(source.slice(open + 1, close), source.at(open))
}

/// Where the word ends that begins at `start`: at white space, a phrase or a parenthesis. A
/// parenthesis directly after a character, with neither white space nor a phrase before its
/// partner, belongs to the word, as in `computed()` and `Go_(game)`.
pub(crate) fn word_end(source: &Source<'_>, pairs: &Pairs, start: usize) -> usize {
    let mut index = start;
    while index < source.len() {
        if source.at(index).is_whitespace() || pairs.phrase(index).is_some() {
            break;
        }
        match pairs.paren(index) {
            Some(mate)
                if mate > index
                    && index > start
                    && pairs.unbroken(index, mate)
                    && !is_operator_at(source, start, index) =>
            {
                index = mate + 1;
            }
            Some(_) => break,
            None => index += 1,
        }
    }
    index
}

/// Whether the characters are `AND`, `OR`, `NOT`, `&&` or `||` and nothing else.
pub(crate) fn is_operator_at(source: &Source<'_>, start: usize, end: usize) -> bool {
    ["AND", "OR", "NOT", "&&", "||"].iter().any(|operator| source.is(start, end, operator))
}

/// Whether a word works on others where such stand beside it: `AND`, `OR`, `NOT`, `&&` or `||`, also in full
/// width.
///
/// ```
/// assert!(zhen_query::is_operator("OR") && !zhen_query::is_operator("or"));
/// ```
#[must_use]
pub fn is_operator(word: &str) -> bool {
    let source = Source::new(word);
    is_operator_at(&source, 0, source.len())
}

/// A value without quotation marks: `*`, `a..b`, `pre*` or a plain word.
fn word(source: &Source<'_>, start: usize, end: usize) -> Right {
    if source.is(start, end, "*") {
        return Right::Value { value: Value::Exists, end };
    }
    if source.is(start, end, "..") {
        return Right::Malformed;
    }
    if !source.has_word(start, end) {
        return Right::Implausible;
    }
    let value = dotted_range(source, start, end).unwrap_or_else(|| {
        if is_prefix(source, start, end) {
            Value::Prefix(source.slice(start, end - 1).to_owned())
        } else {
            Value::Word(source.slice(start, end).to_owned())
        }
    });
    Right::Value { value, end }
}

/// Whether the characters are a word and, last and only there, `*`.
pub(crate) fn is_prefix(source: &Source<'_>, start: usize, end: usize) -> bool {
    let stars = source.chars[start..end].iter().filter(|&&c| c == '*').count();
    stars == 1 && source.at(end - 1) == '*' && source.has_word(start, end)
}

/// `a..b`, `a..` or `..b`. More dots than two, or dots beside a slash (`../x`), make no range.
fn dotted_range(source: &Source<'_>, start: usize, end: usize) -> Option<Value> {
    let dots = (start..end.saturating_sub(1))
        .find(|&index| source.at(index) == '.' && source.at(index + 1) == '.')?;
    let after = dots + 2;
    let blocks = |c: char| matches!(c, '.' | '/' | '\\');
    let blocked = after < end && blocks(source.at(after))
        || dots > start && blocks(source.at(dots - 1))
        || (after..end.saturating_sub(1))
            .any(|index| source.at(index) == '.' && source.at(index + 1) == '.');
    if blocked {
        return None;
    }
    let bound = |from: usize, to: usize| {
        if from == to {
            Some(Bound::Open)
        } else if source.has_word(from, to) {
            Some(Bound::Included(source.slice(from, to).to_owned()))
        } else {
            None
        }
    };
    Some(Value::Range { from: bound(start, dots)?, to: bound(after, end)? })
}

/// `>a`, `>=a`, `<a`, `<=a`, with `a` a word or a phrase.
fn comparison(source: &Source<'_>, pairs: &Pairs, start: usize) -> Right {
    let (or_equal, operand) = match (source.at(start), source.at(start + 1)) {
        ('≤' | '≥', _) => (true, start + 1),
        (_, '=') => (true, start + 2),
        _ => (false, start + 1),
    };
    let (limit, end) = if let Some(close) = pairs.phrase(operand) {
        (phrase(source, operand, close), close + 1)
    } else {
        let end = word_end(source, pairs, operand);
        if operand >= end || !source.has_word(operand, end) {
            return Right::Malformed;
        }
        (source.slice(operand, end).to_owned(), end)
    };
    let bound = if or_equal { Bound::Included(limit) } else { Bound::Excluded(limit) };
    let value = match source.at(start) {
        '<' | '≤' => Value::Range { from: Bound::Open, to: bound },
        _ => Value::Range { from: bound, to: Bound::Open },
    };
    Right::Value { value, end }
}

/// `[a TO b]`, `{a TO b}` and the mixed forms; `*` leaves an end open.
fn bracketed(source: &Source<'_>, pairs: &Pairs, start: usize) -> Right {
    let read = || -> Option<(Value, usize)> {
        let (from, end) = bracket_bound(source, pairs, skip_space(source, start + 1))?;
        let to_word = skip_space(source, end);
        let is_to = to_word > end
            && (source.at(to_word).eq_ignore_ascii_case(&'t'))
            && (source.at(to_word + 1).eq_ignore_ascii_case(&'o'));
        let second = skip_space(source, to_word + 2);
        if !is_to || second == to_word + 2 {
            return None;
        }
        let (to, end) = bracket_bound(source, pairs, second)?;
        let close = skip_space(source, end);
        let bound = |limit: Option<String>, included: bool| match limit {
            None => Bound::Open,
            Some(limit) if included => Bound::Included(limit),
            Some(limit) => Bound::Excluded(limit),
        };
        let to = match source.at(close) {
            ']' => bound(to, true),
            '}' => bound(to, false),
            _ => return None,
        };
        let value = match (bound(from, source.at(start) == '['), to) {
            (Bound::Open, Bound::Open) => Value::Exists,
            (from, to) => Value::Range { from, to },
        };
        Some((value, close + 1))
    };
    match read() {
        Some((value, end)) => Right::Value { value, end },
        None => Right::Malformed,
    }
}

/// One end of a bracketed range: a phrase, `*` (`None`), or characters up to white space or `]`,
/// `}`; and where it ends.
fn bracket_bound(
    source: &Source<'_>,
    pairs: &Pairs,
    start: usize,
) -> Option<(Option<String>, usize)> {
    if let Some(close) = pairs.phrase(start) {
        return Some((Some(phrase(source, start, close)), close + 1));
    }
    let ends = |index: usize| {
        let c = source.at(index);
        c.is_whitespace()
            || matches!(c, '[' | ']' | '{' | '}')
            || pairs.phrase(index).is_some()
            || pairs.paren(index).is_some()
    };
    let end = (start..=source.len()).find(|&index| ends(index))?;
    if source.is(start, end, "*") {
        return Some((None, end));
    }
    source.has_word(start, end).then(|| (Some(source.slice(start, end).to_owned()), end))
}

fn skip_space(source: &Source<'_>, start: usize) -> usize {
    (start..source.len()).find(|&index| !source.at(index).is_whitespace()).unwrap_or(source.len())
}
