//! Latin words: stems, and what a word written as one is made of.

use std::cell::RefCell;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

/// Longest compound kept whole, in bytes.
const LONGEST_COMPOUND: usize = 64;

/// Most stems remembered by a thread.
const REMEMBERED: usize = 1 << 16;

thread_local! {
    static STEMS: RefCell<FxHashMap<Box<str>, Box<str>>> = RefCell::default();
}

/// Appends the English stem of a folded word to `out`. Words with anything but the letters a to z,
/// and words of fewer than three letters, stay as they are.
///
/// Source of the algorithm: Snowball's English stemmer (Porter2).
pub fn stem_into(word: &str, out: &mut String) {
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        out.push_str(word);
        return;
    }
    STEMS.with_borrow_mut(|stems| {
        if let Some(stem) = stems.get(word) {
            out.push_str(stem);
            return;
        }
        let stem = Stemmer::new(Algorithm::English).stem(word).into_owned();
        out.push_str(&stem);
        if stems.len() >= REMEMBERED {
            stems.clear();
        }
        stems.insert(word.into(), stem.into());
    });
}

/// The English stem of a folded word; see [`stem_into`].
pub fn stem(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    stem_into(word, &mut out);
    out
}

/// Whether a folded word has the stem; see [`stem_into`].
pub fn has_stem(word: &str, stem: &str) -> bool {
    let known = STEMS.with_borrow(|stems| stems.get(word).map(|known| **known == *stem));
    known.unwrap_or_else(|| self::stem(word) == stem)
}

/// Whether `byte` may join two words into a compound: user_name, node.js, GPT-4o, a@b.c, TCP/IP.
pub(crate) fn joins(byte: u8) -> bool {
    matches!(
        byte,
        b'-' | b'_' | b'.' | b'@' | b'/' | b':' | b'\'' | b'&' | b'~' | b'+' | b'#' | b','
    )
}

/// Whether a compound is worth a term of its own: not too long, and more than words with an
/// apostrophe or slash between.
pub(crate) fn is_compound(text: &str) -> bool {
    let joint = |b: &u8| joins(*b) && !matches!(b, b'\'' | b'/' | b',' | b'&');
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.');
    text.len() <= LONGEST_COMPOUND && (text.as_bytes().iter().any(joint) || number(text))
}

/// Calls `emit` with the lower-case parts of every word of `original` whose letters change case
/// inside (camelCase, getHTTPResponse, iPhone), and of letters that are followed by two or more digits
/// (iPhone15), and with where each begins, in bytes of `original`. A part is ASCII, so that it is as
/// long there. Parts of one letter are not worth a term.
pub fn for_each_camel_part(original: &str, mut emit: impl FnMut(usize, &str)) {
    let bytes = original.as_bytes();
    let mut part = [0u8; LONGEST_COMPOUND];
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        let length = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = &rest[..length];
        let begins = at;
        at += length;
        if length > LONGEST_COMPOUND || !changes_inside(word) {
            continue;
        }
        let mut start = 0;
        for i in 1..=length {
            if i == length || part_begins(word, i) {
                let size = i - start;
                if size > 1 && size < length {
                    part[..size].copy_from_slice(&word[start..i]);
                    part[..size].make_ascii_lowercase();
                    if let Ok(text) = std::str::from_utf8(&part[..size]) {
                        emit(begins + start, text);
                    }
                }
                start = i;
            }
        }
    }
}

#[inline]
fn changes_inside(word: &[u8]) -> bool {
    let mut kinds = word.windows(2);
    kinds.any(|w| {
        w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()
            || w[0].is_ascii_alphabetic() && w[1].is_ascii_digit()
    })
}

fn part_begins(word: &[u8], i: usize) -> bool {
    let (before, here) = (word[i - 1], word[i]);
    let next_is_lower = word.get(i + 1).is_some_and(u8::is_ascii_lowercase);
    before.is_ascii_lowercase() && here.is_ascii_uppercase()
        || before.is_ascii_uppercase() && here.is_ascii_uppercase() && next_is_lower
        || before.is_ascii_alphabetic() != here.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_share_a_stem() {
        for words in [["running", "runs", "run"], ["connection", "connected", "connecting"]] {
            assert!(words.iter().all(|w| stem(w) == stem(words[0])), "{words:?}");
        }
        assert_eq!(stem("gpt4"), "gpt4");
    }

    #[test]
    fn camel_case_is_found_by_its_parts() {
        let parts = |text| {
            let mut out = Vec::new();
            for_each_camel_part(text, |at, part| {
                assert_eq!(text[at..at + part.len()].to_ascii_lowercase(), part);
                out.push(part.to_owned());
            });
            out.join(" ")
        };
        assert_eq!(
            parts("camelCase getHTTPResponse iPhone15"),
            "camel case get http response phone 15"
        );
        assert_eq!(parts("plain WORDS Capital 5G B12x"), "12");
        assert_eq!(parts("中文camelCase中文"), "camel case");
    }

    #[test]
    fn compounds_are_words_joined_by_signs() {
        for text in
            ["gpt-4o", "node.js", "user_name", "a@b.c", "2024-05-21", "3.14", "1,000", "c++"]
        {
            assert!(is_compound(text), "{text}");
        }
        for text in ["don't", "and/or", "r&d"] {
            assert!(!is_compound(text), "{text}");
        }
    }
}
