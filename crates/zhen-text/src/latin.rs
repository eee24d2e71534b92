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

/// Whether a folded word differs from its stem by the ending of a form alone (*runs*, *running*), not by
/// one that makes another word of it (*government*).
pub fn is_inflected(word: &str, stem: &str) -> bool {
    let same = word.bytes().zip(stem.bytes()).take_while(|(a, b)| a == b).count();
    let ending = &word[same..];
    // Run-n-ing.
    let doubled = ending.strip_prefix(|c| stem.ends_with(c)).unwrap_or(ending);
    let endings = [
        "", "d", "e", "ed", "er", "ers", "es", "est", "ied", "ier", "ies", "iest", "ing", "ings",
        "ly", "r", "rs", "s", "st", "y",
    ];
    // Of -y the stem has -i.
    same + 1 >= stem.len() && (endings.contains(&ending) || endings.contains(&doubled))
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
/// inside (camelCase, getHTTPResponse, HTTPServer), and of letters that are followed by digits
/// (iPhone15), and with where each begins, in bytes of `original`. A part is ASCII, so that it is as
/// long there. Parts of one letter are not worth a term; a small one at the beginning is given together
/// with what follows it, which is a part too: iphone and phone.
pub fn for_each_camel_part(original: &str, mut emit: impl FnMut(usize, &str)) {
    let bytes = original.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let word = &bytes[at..at + alphanumeric(&bytes[at..]).count()];
        let begins = at;
        at += word.len();
        if word.len() > LONGEST_COMPOUND || !changes_inside(word) {
            continue;
        }
        let mut start = 0;
        while start < word.len() {
            emit_part(word, start, |part| emit(begins + start, part));
            start = part_end(word, start);
        }
    }
}

/// Calls `emit` with the part that begins at byte `at` of `original`, if one does: as if of those of
/// [`for_each_camel_part`] only that one were looked at.
pub fn camel_part_at(original: &str, at: usize, emit: impl FnOnce(&str)) {
    let (before, after) = original.as_bytes().split_at(at);
    // The longest word that has parts, and one byte more.
    let before = alphanumeric(before.iter().rev()).take(LONGEST_COMPOUND + 1).count();
    let after = alphanumeric(after).take(LONGEST_COMPOUND + 1).count();
    let word = &original.as_bytes()[at - before..at + after];
    let begins = after > 0 && (before == 0 || part_begins(word, before));
    if begins && word.len() <= LONGEST_COMPOUND && changes_inside(word) {
        emit_part(word, before, emit);
    }
}

/// The letters and digits of ASCII with which `bytes` begin.
#[inline]
fn alphanumeric<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> impl Iterator<Item = &'a u8> {
    bytes.into_iter().take_while(|b| b.is_ascii_alphanumeric())
}

/// Where the part of a word ends that begins at `start`.
#[inline]
fn part_end(word: &[u8], start: usize) -> usize {
    (start + 1..word.len()).find(|&i| part_begins(word, i)).unwrap_or(word.len())
}

/// Calls `emit` with the part of a word that begins at `start`, in lower case, if it is worth it.
#[inline]
fn emit_part(word: &[u8], start: usize, emit: impl FnOnce(&str)) {
    let mut end = part_end(word, start);
    if end == 1 && word[0].is_ascii_lowercase() && end < word.len() {
        end = part_end(word, end);
    }
    let mut lower = [0_u8; LONGEST_COMPOUND];
    let size = end - start;
    if size > 1 && size < word.len() {
        lower[..size].copy_from_slice(&word[start..end]);
        lower[..size].make_ascii_lowercase();
        if let Ok(text) = std::str::from_utf8(&lower[..size]) {
            emit(text);
        }
    }
}

#[inline]
fn changes_inside(word: &[u8]) -> bool {
    (1..word.len()).any(|i| {
        let digits_begin = word[i - 1].is_ascii_alphabetic() && word[i].is_ascii_digit();
        digits_begin || case_changes(word, i)
    })
}

#[inline]
fn part_begins(word: &[u8], i: usize) -> bool {
    case_changes(word, i) || word[i - 1].is_ascii_alphabetic() != word[i].is_ascii_alphabetic()
}

/// Whether the letter at `i` begins a part: a capital after a small letter, or after capitals and before
/// small letters, of which there are two, as URLs is one word.
#[inline]
fn case_changes(word: &[u8], i: usize) -> bool {
    let is_lower = |at: usize| word.get(at).is_some_and(u8::is_ascii_lowercase);
    word[i].is_ascii_uppercase()
        && (is_lower(i - 1)
            || word[i - 1].is_ascii_uppercase() && is_lower(i + 1) && is_lower(i + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            parts("camelCase getHTTPResponse iPhone15 iPhone"),
            "camel case get http response iphone phone 15 phone"
        );
        assert_eq!(parts("HTTPServer getURLs xAxis2"), "http server get urls xaxis axis");
        assert_eq!(parts("plain WORDS Capital 5G B12x URLs"), "12");
        assert_eq!(parts("中文camelCase中文"), "camel case");
    }

    proptest! {
        #[test]
        fn a_part_is_told_from_where_it_begins(
            text in "([a-c]{0,3}|[A-C]{0,3}|[0-2]{0,2}|[a-zA-Z0-9]{60,70}|[ é中-]){0,12}"
        ) {
            let mut parts = Vec::new();
            for_each_camel_part(&text, |at, part| parts.push((at, part.to_owned())));
            let mut told = Vec::new();
            for at in (0..text.len()).filter(|&at| text.is_char_boundary(at)) {
                camel_part_at(&text, at, |part| told.push((at, part.to_owned())));
            }
            prop_assert_eq!(told, parts);
        }
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
