//! Words of a query, as the lexicon looks them up: in which forms, and how well a phrase of the dictionary
//! fits them.

use super::{is_function_word, key};

/// Strength of a translation of the word's dictionary form, when the word is an inflected form.
const LEMMA: f32 = 0.6;
/// Strength of a translation of another word with the same stem.
const SAME_STEM: f32 = 0.3;
/// Where to look when an abbreviation is written with points or is too like another word.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("e.u", &["european", "union"]),
    ("u.k", &["united", "kingdom"]),
    ("u.n", &["united", "nations"]),
    ("u.s", &["united", "states"]),
    ("u.s.a", &["united", "states"]),
    ("usa", &["united", "states"]),
];

/// A word of a query, ready to be looked up.
pub(super) struct Word {
    pub(super) text: String,
    lemmas: Vec<String>,
    /// Keys of the word and its lemmas, without repetition; the word's own first.
    pub(super) keys: Vec<String>,
    pub(super) is_function_word: bool,
    /// Which of the words given it is or is a part of.
    pub(super) place: usize,
}

impl Word {
    pub(super) fn new(text: &str, place: usize) -> Self {
        let lemmas = key::lemmas(text);
        let mut keys = vec![key::of(text)];
        for lemma in &lemmas {
            let key = key::of(lemma);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let is_function_word = is_function_word(text);
        Self { text: text.to_owned(), lemmas, keys, is_function_word, place }
    }

    /// The words that a word with signs is made of.
    pub(super) fn all_of(text: &str, place: usize) -> Vec<Self> {
        if !text.contains(char::is_alphabetic) {
            return Vec::new();
        }
        let whole = text.trim_matches(|c: char| !c.is_alphanumeric());
        let whole = ["'s", "’s"].iter().find_map(|s| whole.strip_suffix(s)).unwrap_or(whole);
        if let Some((_, meant)) = ABBREVIATIONS.iter().find(|(short, _)| *short == whole) {
            return meant.iter().map(|word| Self::new(word, place)).collect();
        }
        // A lone s is what is left of a possessive whose apostrophe has been cut off.
        let is_word = |word: &&str| !word.is_empty() && *word != "s";
        let words = whole.split(|c: char| !c.is_alphanumeric() && c != '\'');
        words.filter(is_word).map(|word| Self::new(&word.replace('\'', ""), place)).collect()
    }
}

/// How well the words of a query are those of a phrase as it is written in the dictionary, and whether
/// they mean the same. A *charger* may be who charges, but *butter* is nobody who buts: what ends so only
/// hints at the shorter word where it has an entry of its own, and so does a word of the same stem.
pub(super) fn fit(phrase: &str, words: &[Word]) -> (f32, bool) {
    let (mut fit, mut means_same) = (1.0f32, true);
    let mut written = phrase.split(' ');
    for word in words {
        let written = written.next().unwrap_or_default();
        if written == word.text {
            continue;
        }
        let is_lemma = word.lemmas.iter().any(|lemma| lemma == written);
        means_same &= is_lemma && !is_function_word(written) && !key::is_agent(&word.text)
            || !key::is_agent(written) && key::lemmas(written).contains(&word.text);
        fit = fit.min(if is_lemma { LEMMA } else { SAME_STEM });
    }
    (fit, means_same)
}

/// The keys of a phrase: each word in each of its forms, but no more than some dozens in all.
pub(super) fn keys_of(phrase: &[Word]) -> Vec<String> {
    const MOST: usize = 32;
    let mut keys = vec![String::new()];
    for (i, word) in phrase.iter().enumerate() {
        let mut longer = Vec::with_capacity(keys.len());
        for start in &keys {
            for key in &word.keys {
                if longer.len() < MOST {
                    let separator = if i > 0 { " " } else { "" };
                    longer.push([start, separator, key].concat());
                }
            }
        }
        keys = longer;
    }
    keys
}
