//! Filters: the same language, held to the letter.
//!
//! A query comes from a person and is always answered; a filter comes from a program or a flag,
//! and one that is not what it seems would silently show the wrong documents. So a filter is made
//! of conditions on fields only, and whatever else is found is an error that says how to mend it.

use std::fmt;

use crate::ast::{Node, NodeKind, Span};
use crate::notes::excerpt;
use crate::parse::parse;

/// What a filter may consist of.
const ALLOWED: &str = "conditions such as field:value, field:\"two words\", field:pre*, field:*, \
     field:a..b and field:>=a, joined by AND, OR, NOT, - and parentheses";
/// Shown where nothing nearer to what was typed can be proposed.
const EXAMPLE: &str = "lang:zh AND time:2023..2024";

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// The part of the filter that cannot be read, in bytes.
    pub span: Span,
    /// Its first character, counted from 1.
    pub column: usize,
    /// What was seen there and why it does not do, as the end of a sentence.
    pub problem: String,
    /// What may stand in a filter.
    pub allowed: &'static str,
    /// A filter that can be read; close to what was typed, where that can be guessed.
    pub example: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "filter, character {}: {}; a filter is made of {}; for example: {}",
            self.column, self.problem, self.allowed, self.example
        )
    }
}

impl std::error::Error for FilterError {}

/// Reads a filter. The names of fields are not checked; each [`NodeKind::Field`] of the tree has
/// its span for whoever knows them.
///
/// # Errors
/// [`FilterError`] for the first thing that is not a condition on a field: bare text, a phrase,
/// an operator without operands, a parenthesis or quotation mark without partner, nothing at all.
///
/// ```
/// assert!(zhen_query::parse_filter("lang:zh (time:2023.. OR tags:law)").is_ok());
/// let error = zhen_query::parse_filter("lang:zh year>=2020").unwrap_err();
/// assert_eq!((error.column, error.example.as_str()), (9, "year:>=2020"));
/// ```
pub fn parse_filter(filter: &str) -> Result<Node, FilterError> {
    let parsed = parse(filter);
    let error = |span: Span, problem: String, example: Option<String>| FilterError {
        span,
        column: filter[..span.start].chars().count() + 1,
        problem,
        allowed: ALLOWED,
        example: example.unwrap_or_else(|| EXAMPLE.to_owned()),
    };
    let Some(root) = parsed.root else {
        return Err(error(Span::default(), "there is nothing in it".to_owned(), None));
    };
    let mut no_condition: Option<&Node> = None;
    root.walk(&mut |node| {
        let is_condition =
            !node.children().is_empty() || matches!(node.kind, NodeKind::Field { .. });
        if !is_condition && no_condition.is_none() {
            no_condition = Some(node);
        }
    });
    // A note is nearer to the cause than the text that came of it.
    if let Some(note) = parsed.notes.first()
        && no_condition.is_none_or(|node| note.span.start <= node.span.end)
    {
        // What was done about it is of no interest here: nothing was.
        let problem =
            note.message.rsplit_once("; ").map_or(note.message.as_str(), |(seen, _)| seen);
        return Err(error(note.span, problem.to_owned(), joined(filter, note.span)));
    }
    if let Some(node) = no_condition {
        let (seen, example) = explain(node, node.span.of(filter));
        return Err(error(node.span, seen, example));
    }
    Ok(root)
}

/// What is wrong with a leaf that is no condition, and a proposal.
fn explain(leaf: &Node, typed: &str) -> (String, Option<String>) {
    let seen = excerpt(typed);
    let NodeKind::Text(text) = &leaf.kind else {
        let proposal = Some(format!("title:{}", leaf.to_query()));
        return (format!("{seen} names no field"), proposal.filter(|text| is_condition(text)));
    };
    let first = text.split_whitespace().next().unwrap_or_default();
    if let Some(operator) =
        ["and", "or", "not"].iter().find(|name| first.eq_ignore_ascii_case(name))
    {
        let upper = operator.to_uppercase();
        return (
            format!("{seen} is not upper case; operators are written AND, OR and NOT"),
            Some(format!("lang:zh {upper} tags:law")),
        );
    }
    let three_words: String = text.split_whitespace().take(3).collect();
    let proposal = repaired(first).or_else(|| repaired(&three_words));
    (format!("{seen} is no condition on a field"), proposal)
}

/// `lang: zh` without its white space, where `span` is `lang:`.
fn joined(filter: &str, span: Span) -> Option<String> {
    let name = span.of(filter);
    let value = filter[span.end..].split_whitespace().next()?;
    let proposal = format!("{name}{value}");
    (name.ends_with(':') && is_condition(&proposal)).then_some(proposal)
}

fn is_condition(text: &str) -> bool {
    let parsed = parse(text);
    parsed.notes.is_empty()
        && parsed.root.is_some_and(|root| matches!(root.kind, NodeKind::Field { .. }))
}

/// `year>=2020` and `lang=zh` as conditions.
fn repaired(word: &str) -> Option<String> {
    let at = word.find(['=', '<', '>', '≤', '≥'])?;
    let (name, right) = word.split_at(at);
    let right = right.trim_start_matches('=');
    let proposal = format!("{}:{right}", name.trim_end_matches([':', '!']));
    is_condition(&proposal).then_some(proposal)
}
