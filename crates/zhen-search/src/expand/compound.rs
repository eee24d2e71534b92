//! Compounds written as one word, with a hyphen, or apart: wifi and Wi-Fi; login, log-in and log in;
//! 10GB and 10 GB.
//!
//! Only what documents hold is taken for a way of writing. Two words that are one elsewhere are known by
//! a single look-up. Where a word is to be parted no dictionary says: a hyphen there in some document
//! does; or, of a word that hardly any document holds and of one with digits, that two words of documents
//! follow each other.

use std::ops::Range;

use tantivy::schema::Field;
use zhen_text::{WordKind, latin};

use super::{Asked, Candidate, Expansion, Holdings};
use crate::api::Via;
use crate::function_words;
use crate::terms::FindingKind;
use crate::weights;

/// Most Latin words of a query that are looked at.
const MOST_WORDS: usize = 32;
/// Most ways to part one word that are searched for.
const MOST_WAYS: usize = 4;
/// Letters and digits of a compound.
const LENGTH: Range<usize> = 3..25;
/// A word that fewer documents hold may be one that others write apart.
const FEW: u64 = 5;

/// The other ways of writing that documents hold.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let mut latin = asked.of_kind(WordKind::Latin);
    latin.truncate(MOST_WORDS);
    let mut add = |words: &[usize], candidates: Vec<Candidate>| {
        if !candidates.is_empty() {
            found.push(Expansion::new(words.to_vec(), Via::Variant, candidates));
        }
    };
    for words in latin.windows(2) {
        add(words, joined(asked, words).into_iter().collect());
    }
    for word in latin.chunks(1) {
        add(word, apart(asked, word));
    }
}

/// Two words as one.
fn joined(asked: &Asked<'_>, words: &[usize]) -> Option<Candidate> {
    let &[first, second] = words else { return None };
    let pieces = [first, second].map(|word| asked.words[word].text.as_str());
    let is_piece = |piece: &str| piece.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let text = pieces.concat();
    let is_asked = LENGTH.contains(&text.len())
        && pieces.into_iter().all(is_piece)
        && !text.bytes().all(|byte| byte.is_ascii_digit())
        && follow(asked, first, second)
        && !asked.groups_of(words).is_empty();
    (is_asked && asked.holdings.holds_word(&latin::stem(&text)))
        .then(|| Candidate::new(text, weights::VARIANT))
}

/// Whether two words may be one: they stand apart, and the first is no function word, as in *a way*; or
/// a hyphen makes just the two of them a compound, which *day-to-day* is not.
fn follow(asked: &Asked<'_>, first: usize, second: usize) -> bool {
    let (first, second) = (&asked.words[first], &asked.words[second]);
    let compounds = asked.words.iter().filter(|word| word.kind == WordKind::Compound);
    let mut around = compounds
        .map(|compound| &compound.folded)
        .filter(|compound| compound.start < second.folded.end && first.folded.start < compound.end);
    match asked.folded.get(first.folded.end..second.folded.start) {
        Some("-") => around.all(|one| *one == (first.folded.start..second.folded.end)),
        Some(gap) if !gap.is_empty() && gap.trim().is_empty() => {
            !function_words::is_one(&first.text) && around.next().is_none()
        }
        _ => false,
    }
}

/// The ways in which documents write a word as two.
fn apart(asked: &Asked<'_>, words: &[usize]) -> Vec<Candidate> {
    let word = &asked.words[words[0]].text;
    if !LENGTH.contains(&word.len())
        || function_words::is_one(word)
        || asked.groups_of(words).is_empty()
    {
        return Vec::new();
    }
    let holdings = asked.holdings;
    let ways = holdings.terms.finding(FindingKind::Apart, word, || {
        let mut ways = hyphenated(holdings, word);
        if ways.is_empty() {
            ways = beside_each_other(holdings, word);
        }
        // A t-shirt; but on-line, and not all that is *on line*.
        let written = |(left, right)| match function_words::is_one(left) {
            true => format!("{left}-{right}"),
            false => format!("{left} {right}"),
        };
        ways.into_iter().take(MOST_WAYS).map(written).collect()
    });
    let candidate = |way: &String| Candidate {
        is_word: way.contains('-'),
        ..Candidate::new(way.clone(), weights::VARIANT)
    };
    ways.iter().map(candidate).collect()
}

/// The pieces of a word between which documents have a hyphen, the most usual first.
fn hyphenated<'w>(holdings: Holdings<'_>, word: &'w str) -> Vec<(&'w str, &'w str)> {
    let fields = [holdings.fields.body_words, holdings.fields.title_words];
    let mut text = String::new();
    let mut ways: Vec<(u64, (&str, &str))> = Vec::new();
    for (left, right) in pieces(word) {
        text.clear();
        text.extend([left, "-", right]);
        let documents = count(holdings, fields, &text);
        if documents > 0 {
            ways.push((documents, (left, right)));
        }
    }
    ways.sort_by_key(|(documents, _)| std::cmp::Reverse(*documents));
    ways.into_iter().map(|(_, way)| way).collect()
}

/// The pieces of a word with digits, or of one that hardly any document holds, that follow each other in
/// some document as words.
fn beside_each_other<'w>(holdings: Holdings<'_>, word: &'w str) -> Vec<(&'w str, &'w str)> {
    let fields = [holdings.fields.body_grams, holdings.fields.title_grams];
    let documents = count(holdings, fields, word);
    let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
    if documents >= FEW && !has_digits {
        return Vec::new();
    }
    let is_word = |piece: &str| {
        let is_long = piece.len() > 1 || piece.bytes().all(|byte| byte.is_ascii_digit());
        is_long && count(holdings, fields, piece) > 0
    };
    // Justin is hardly *just in*; but login, where no document holds it, may be *log in*.
    let may_be = |left: &str, right: &str| {
        !function_words::is_one(left) && (documents == 0 || !function_words::is_one(right))
    };
    let are_words = |&(left, right): &(&str, &str)| {
        may_be(left, right)
            && is_word(left)
            && is_word(right)
            && holdings.stand(&format!("{left} {right}"))
    };
    pieces(word).filter(are_words).collect()
}

/// In how many documents a term stands in some fields. It is not remembered, as most pieces of a word are
/// none.
fn count(holdings: Holdings<'_>, fields: [Field; 2], term: &str) -> u64 {
    let documents = |field| holdings.terms.documents_with(field, term).unwrap_or_default();
    fields.into_iter().map(documents).sum()
}

/// Every two pieces that a word of letters is made of; of one with digits, only where letters and digits
/// meet.
fn pieces(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let bytes = word.as_bytes();
    let is_plain = bytes.iter().all(u8::is_ascii_alphanumeric);
    let has_digits = bytes.iter().any(u8::is_ascii_digit);
    let parts = move |&at: &usize| {
        !has_digits || bytes[at - 1].is_ascii_digit() != bytes[at].is_ascii_digit()
    };
    let ends = if is_plain { 1..word.len() } else { 0..0 };
    ends.filter(parts).map(|at| word.split_at(at))
}
