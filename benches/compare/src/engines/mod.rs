//! The engines, one file each: how it is set up, and nothing else.

pub(crate) mod fts5;
pub(crate) mod ripgrep;
pub(crate) mod seekstorm;
pub(crate) mod tantivy;
pub(crate) mod zhen;

use crate::engine::Way;

const fn way(name: &'static str, counts: bool, snippets: bool, finds: &'static str) -> Way {
    Way { name, counts, snippets, lists: true, ranked: true, sampled: false, finds }
}

/// The ways of an index of words.
const WORD_WAYS: [Way; 4] = [
    way("any word", false, false, "any"),
    way("any word", true, false, "any"),
    way("all words", true, false, "all"),
    way("any word", true, true, "any"),
];
/// Of these, the one that counts the documents with any word.
const ANY_WORD: usize = 1;
