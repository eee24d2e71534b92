//! Pairs of names that a text itself says mean the same: a name and what stands for it.
//!
//! Authors who use an abbreviation, or a word of the other language, say once what it stands for:
//! 自由贸易协定 (FTA), World Health Organization（WHO，世界卫生组织）, 北京大学（以下简称北大）. Such
//! pairs are read off the text around brackets, and around *also known as* and 又称.
//!
//! ```
//! use zhen_text::{Analyzer, UserDict, alias};
//!
//! let analyzer = Analyzer::for_queries(&UserDict::default());
//! let mut found = Vec::new();
//! alias::mine(&analyzer, "两国签署了自由贸易协定 (FTA)。", &mut |pair| found.push(pair));
//! assert_eq!((found[0].name.as_str(), found[0].alias.as_str()), ("自由贸易协定", "FTA"));
//! ```
//!
//! # What is hard
//! What stands in the brackets has a beginning and an end; the name before them has only an end.
//! Where it begins is decided by what the two have in common, each kind of pair in its own way:
//!
//! | pair | in common | module |
//! | --- | --- | --- |
//! | Latin name, acronym | initials: Schwartz and Hearst (2003), stricter | `acronym` |
//! | Chinese name, Chinese abbreviation | characters in the same order | `abbreviation` |
//! | Chinese name, acronym | initials of the translations of its words | `align` |
//! | Chinese name, Latin gloss | translations of its words | `align` |
//!
//! Where they have too little in common, the pair is taken only if the author marked where the name
//! begins: by quotation marks, or a line that begins with it. Everything else is left alone: a wrong
//! pair finds wrong documents for as long as it is in the index, and a missed one is often said again
//! elsewhere.
//!
//! # Cost
//! Only text around brackets (and few keywords) is looked at, and only brackets whose content may be
//! a name are looked at closely. The words of Chinese text are cut in a window of some thirty
//! characters before the bracket.

use memchr::{memchr2_iter, memmem};

use crate::analyze::Analyzer;
use crate::fold;
use crate::lexicon::Lexicon;
use crate::one_line;
use crate::unit::{Kind, units};

mod abbreviation;
mod acronym;
mod align;
mod bracket;
mod called;
mod name;
mod square;

/// Longest text of either side of a pair, in bytes as written.
pub const LONGEST_NAME: usize = 120;

/// Most pairs taken from one text: a list of abbreviations has some hundreds.
pub const MOST_PAIRS: usize = 2_000;

/// Two names that a text says mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    /// The name as written.
    pub name: String,
    /// What stands for it, or what it is called elsewhere, as written.
    pub alias: String,
}

/// What the miner asks while it looks at a text.
struct Miner<'a> {
    analyzer: &'a Analyzer,
    lexicon: Lexicon,
}

/// Calls `emit` with every pair that `text` states: those around brackets in the order they stand, then
/// those around square ones, and those of each keyword. The same pair comes again each time it is stated. At
/// most [`MOST_PAIRS`].
pub fn mine(analyzer: &Analyzer, text: &str, emit: &mut dyn FnMut(Pair)) {
    let miner = Miner { analyzer, lexicon: Lexicon::builtin() };
    let mut left = MOST_PAIRS;
    let mut take = |name: &str, alias: &str| {
        if left == 0 || name.len() > LONGEST_NAME || alias.len() > LONGEST_NAME {
            return;
        }
        let (here, there) = (key(name), key(alias));
        if !here.is_empty() && !there.is_empty() && here != there {
            left -= 1;
            emit(Pair { name: one_line(name), alias: one_line(alias) });
        }
    };
    let bytes = text.as_bytes();
    // `(`, or the first byte of a full-width bracket.
    for at in memchr2_iter(b'(', b'\xEF', bytes) {
        if bytes[at] == b'(' || text[at..].starts_with('（') {
            miner.at_bracket(text, at, &mut take);
        }
    }
    for bracket in square::OPENING {
        for at in memmem::find_iter(bytes, bracket) {
            miner.at_square_bracket(text, at, &mut take);
        }
    }
    for keyword in called::KEYWORDS {
        for at in memmem::find_iter(bytes, keyword) {
            miner.called(text, at, keyword, &mut take);
        }
    }
}

/// A name as it is compared and looked up: folded, its units separated by single spaces except where
/// ideographs follow each other. Signs (C++) stay with their word.
///
/// ```
/// use zhen_text::alias::key;
/// assert_eq!(key("Machine-Learning"), "machine learning");
/// assert_eq!(key("中巴經濟 走廊"), "中巴经济走廊");
/// assert_eq!(key("卡拉ＯＫ"), "卡拉 ok");
/// ```
pub fn key(name: &str) -> String {
    key_of_folded(fold::fold(name).text())
}

/// [`key`] of text that is folded already.
pub fn key_of_folded(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut before = None;
    for unit in units(folded) {
        let together = match before {
            None => true,
            Some(before) => {
                unit.kind == Kind::Sign || (unit.kind.is_ideo() && Kind::is_ideo(before))
            }
        };
        if !together {
            out.push(' ');
        }
        out.push_str(&folded[unit.range.clone()]);
        before = Some(unit.kind);
    }
    out
}

#[cfg(test)]
mod tests;
