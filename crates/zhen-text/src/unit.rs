//! Units: what a quoted text is compared by. A unit is a Han character, a kana, a Hangul
//! syllable or a character of another script written without spaces; or a maximal run of letters
//! and digits; or one `+` or `#` directly after a letter or digit (C++, C#).
//!
//! Everything else is white space or punctuation. White space between two characters of the first
//! kind does not count, so a line break inside a Chinese sentence changes nothing (between Hangul
//! it does, for Korean writes its word borders); punctuation between them separates. See
//! `docs/QUERY.md`.

use std::ops::Range;

/// Longest run of letters and digits that is one unit, in characters; longer runs are cut.
pub const LONGEST_WORD: usize = 64;

/// What kind of unit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Han character.
    Han,
    /// A character of another script that is written without spaces (kana, Hangul, Thai, …).
    Syllable,
    /// A run of letters and digits.
    Word,
    /// `+` or `#` directly after a letter, a digit or another sign.
    Sign,
}

impl Kind {
    /// Whether it is a single character that forms bigrams with its neighbours.
    #[inline]
    pub fn is_ideo(self) -> bool {
        matches!(self, Kind::Han | Kind::Syllable)
    }
}

/// A unit of a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its bytes in the folded text.
    pub range: Range<usize>,
    /// Its kind.
    pub kind: Kind,
    /// Whether it and the unit before it are ideographs with nothing but white space between.
    pub joined: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Han,
    Syllable,
    Hangul,
    Word,
    Sign,
    Space,
    Other,
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Other; 128];
    let mut b = 0;
    while b < 128 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() {
            table[b] = Class::Word;
        } else if byte.is_ascii_whitespace() || byte == 0x0B {
            table[b] = Class::Space;
        } else if byte == b'+' || byte == b'#' {
            table[b] = Class::Sign;
        }
        b += 1;
    }
    table
};

#[inline]
fn class(c: char) -> Class {
    match c as u32 {
        0x4E00..=0x9FFF => Class::Han,
        code @ 0..0x80 => ASCII[code as usize],
        0x80..0x530 => latin(c),
        code if is_common_punctuation(code) => Class::Other,
        _ => class_of_rest(c),
    }
}

/// Whether it is punctuation of Chinese texts: after ideographs the most frequent in them, and told here
/// without the tables of all characters.
#[inline]
const fn is_common_punctuation(code: u32) -> bool {
    matches!(
        code,
        0x2010..=0x2027 | 0x3001..=0x3004 | 0x3008..=0x3020 | 0xFF01..=0xFF0F | 0xFF1A..=0xFF20
    )
}

fn latin(c: char) -> Class {
    if c.is_alphanumeric() {
        Class::Word
    } else if c.is_whitespace() {
        Class::Space
    } else {
        Class::Other
    }
}

fn class_of_rest(c: char) -> Class {
    match c as u32 {
        0x3400..=0x4DBF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF | 0x3005 | 0x3007 | 0x303B => {
            Class::Han
        }
        0x3041..=0x3096
        | 0x309D..=0x309F
        | 0x30A1..=0x30FA
        | 0x30FC..=0x30FF
        | 0x31F0..=0x31FF
        | 0x3105..=0x312F => Class::Syllable,
        0xAC00..=0xD7A3 | 0x1100..=0x11FF | 0x3131..=0x318E => Class::Hangul,
        // Thai, Lao, Myanmar, Khmer: letters and their vowel signs and tone marks.
        0xE01..=0xE3A | 0xE40..=0xE4E | 0xE81..=0xECD | 0x1000..=0x103F | 0x1780..=0x17D3 => {
            Class::Syllable
        }
        // Hebrew points, Arabic vowel marks, and the signs of the Indic scripts are parts of words.
        0x591..=0x5BD | 0x64B..=0x65F | 0x670 => Class::Word,
        0x900..=0xD7F if !matches!(c, '\u{964}' | '\u{965}' | '\u{970}') => Class::Word,
        _ => latin(c),
    }
}

/// Whether `c` is a Han character: an ideograph, or a sign that stands for one (々, 〇).
#[inline]
pub fn is_han(c: char) -> bool {
    class(c) == Class::Han
}

/// Units of a folded text, in order. Linear, without allocation.
pub fn units(folded: &str) -> Units<'_> {
    Units { text: folded, at: 0, before: Before::Nothing }
}

/// Whether a unit of a folded text begins at the character that stands at `at`, in bytes; `None` when
/// that cannot be told, as in the middle of a very long run of letters, and for a sign, which is a
/// unit only after a word. A few bytes before `at` are looked at, so that one need not take a text
/// from its beginning.
///
/// ```
/// use zhen_text::unit::begins;
/// assert_eq!(begins("全文search", 3), Some(true));
/// assert_eq!(begins("全文search", 6), Some(true));
/// assert_eq!(begins("全文search", 7), Some(false));
/// assert_eq!(begins("全文, search", 6), Some(false));
/// ```
pub fn begins(folded: &str, at: usize) -> Option<bool> {
    match class(folded[at..].chars().next()?) {
        Class::Han | Class::Syllable | Class::Hangul => Some(true),
        Class::Space | Class::Other => Some(false),
        Class::Sign => None,
        Class::Word => {
            let byte_before = at.checked_sub(1).map(|before| folded.as_bytes()[before]);
            if byte_before.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()) {
                return Some(true);
            }
            let before = folded[..at].chars().rev().take(LONGEST_WORD);
            let count = before.take_while(|&c| class(c) == Class::Word).count();
            (count < LONGEST_WORD).then_some(count == 0)
        }
    }
}

/// Iterator of [`units`].
#[derive(Debug, Clone)]
pub struct Units<'a> {
    text: &'a str,
    at: usize,
    before: Before,
}

/// What stands before the current character, as far as it matters to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Ideo { hangul: bool, spaced: bool },
    Word,
}

impl Iterator for Units<'_> {
    type Item = Unit;

    #[inline]
    fn next(&mut self) -> Option<Unit> {
        loop {
            let start = self.at;
            let c = self.text[start..].chars().next()?;
            self.at += c.len_utf8();
            let class = class(c);
            match class {
                Class::Han | Class::Syllable | Class::Hangul => {
                    let hangul = class == Class::Hangul;
                    let joined = match self.before {
                        Before::Ideo { spaced: true, hangul: other } => !hangul && !other,
                        Before::Ideo { .. } => true,
                        _ => false,
                    };
                    self.before = Before::Ideo { hangul, spaced: false };
                    let kind = if class == Class::Han { Kind::Han } else { Kind::Syllable };
                    return Some(Unit { range: start..self.at, kind, joined });
                }
                Class::Word => {
                    self.at = start + word_length(&self.text[start..]);
                    self.before = Before::Word;
                    return Some(Unit { range: start..self.at, kind: Kind::Word, joined: false });
                }
                Class::Sign if self.before == Before::Word => {
                    return Some(Unit { range: start..self.at, kind: Kind::Sign, joined: false });
                }
                Class::Space => {
                    self.before = match self.before {
                        Before::Ideo { hangul, .. } => Before::Ideo { hangul, spaced: true },
                        _ => Before::Nothing,
                    };
                }
                Class::Sign | Class::Other => self.before = Before::Nothing,
            }
        }
    }
}

/// Length in bytes of the word at the start of `text`.
#[inline]
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ascii = bytes.iter().take(LONGEST_WORD).take_while(|b| b.is_ascii_alphanumeric()).count();
    if ascii == LONGEST_WORD || bytes.get(ascii).is_none_or(|b| b.is_ascii()) {
        return ascii;
    }
    let mut chars = text.char_indices().take(LONGEST_WORD + 1);
    let mut count = 0;
    chars
        .find(|&(_, c)| {
            count += 1;
            count > LONGEST_WORD || class(c) != Class::Word
        })
        .map_or(text.len(), |(end, _)| end)
}

/// Appends the grams of a folded text to `out`, each followed by a space: one gram a unit, so that
/// a gram's ordinal is its unit's. An ideograph's gram is itself and the next ideograph when that
/// is joined to it, otherwise itself alone; any other unit's gram is the unit.
pub fn grams(folded: &str, out: &mut String) {
    let mut pending: Option<Range<usize>> = None;
    for unit in units(folded) {
        gram(folded, &mut pending, &unit, out);
    }
    finish_grams(folded, pending, out);
}

/// The step of [`grams`] for one unit; `pending` is the ideograph whose gram is not yet decided.
#[inline]
pub(crate) fn gram(
    folded: &str,
    pending: &mut Option<Range<usize>>,
    unit: &Unit,
    out: &mut String,
) {
    if let Some(first) = pending.take() {
        if unit.joined && first.end == unit.range.start {
            out.push_str(&folded[first.start..unit.range.end]);
        } else {
            out.push_str(&folded[first]);
            if unit.joined {
                out.push_str(&folded[unit.range.clone()]);
            }
        }
        out.push(' ');
    }
    if unit.kind.is_ideo() {
        *pending = Some(unit.range.clone());
    } else {
        out.push_str(&folded[unit.range.clone()]);
        out.push(' ');
    }
}

pub(crate) fn finish_grams(folded: &str, pending: Option<Range<usize>>, out: &mut String) {
    if let Some(last) = pending {
        out.push_str(&folded[last]);
        out.push(' ');
    }
}

/// What stands at one position of a quoted text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GramPattern {
    /// This gram.
    Is(String),
    /// Any gram that begins so: the last ideograph of a quoted text may go on in a document.
    Begins(String),
}

/// The grams that a document must hold one after another for the quoted, folded text to stand in
/// it; empty when the text has no unit.
///
/// ```
/// use zhen_text::unit::{GramPattern::{Begins, Is}, phrase};
/// assert_eq!(phrase("中国 ok"), [Is("中国".into()), Is("国".into()), Is("ok".into())]);
/// assert_eq!(phrase("ok 中国"), [Is("ok".into()), Is("中国".into())]);
/// assert_eq!(phrase("国"), [Begins("国".into())]);
/// ```
pub fn phrase(folded: &str) -> Vec<GramPattern> {
    let mut out = Vec::new();
    // The ideograph whose gram is not yet decided.
    let mut pending: Option<Unit> = None;
    for unit in units(folded) {
        if let Some(first) = pending.take() {
            let mut gram = folded[first.range].to_owned();
            if unit.joined {
                gram.push_str(&folded[unit.range.clone()]);
            }
            out.push(GramPattern::Is(gram));
        }
        if unit.kind.is_ideo() {
            pending = Some(unit);
        } else {
            out.push(GramPattern::Is(folded[unit.range].to_owned()));
        }
    }
    // A joined last character is held by the bigram before it; whatever follows, its own gram begins
    // with it.
    if let Some(last) = pending.filter(|last| !last.joined) {
        out.push(GramPattern::Begins(folded[last.range].to_owned()));
    }
    out
}

#[cfg(test)]
mod tests {
    //! 1. Units are on character borders, ascending, disjoint.
    //! 2. There are as many grams as units.
    //! 3. A text's grams hold the phrase of every run of its units (the promise, on one document).

    use proptest::prelude::*;

    use super::*;
    use crate::fold::fold_to_string;

    fn grams_of(text: &str) -> Vec<String> {
        let mut out = String::new();
        grams(&fold_to_string(text), &mut out);
        out.split_terminator(' ').map(str::to_owned).collect()
    }

    /// Whether the phrase stands in the grams, by trying every position.
    fn stands(grams: &[String], phrase: &[GramPattern]) -> bool {
        let fits = |(gram, pattern): (&String, &GramPattern)| match pattern {
            GramPattern::Is(wanted) => gram == wanted,
            GramPattern::Begins(start) => gram.starts_with(start.as_str()),
        };
        grams.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(fits))
    }

    #[test]
    fn common_punctuation_is_what_it_is_by_the_tables() {
        for code in (0..0x1_0000).filter(|&code| is_common_punctuation(code)) {
            let c = char::from_u32(code).unwrap();
            assert_eq!(class_of_rest(c), Class::Other, "{c}");
        }
    }

    #[test]
    fn grams_are_bigrams_words_and_signs() {
        for (text, expected) in [
            ("安装简单", "安装|装简|简单|单"),
            ("安装\n简单", "安装|装简|简单|单"),
            ("中国，美国", "中国|国|美国|国"),
            ("C++ 和 C#", "c|+|+|和|c|#"),
            ("T恤 5G网络", "t|恤|5g|网络|络"),
            ("user_name a+b", "user|name|a|+|b"),
            ("+86 #1", "86|1"),
            ("日本の東京", "日本|本の|の东|东京|京"),
            ("한국 사람", "한국|국|사람|람"),
            ("3.14 don't", "3|14|don|t"),
            ("。，", ""),
        ] {
            assert_eq!(grams_of(text).join("|"), expected, "{text}");
        }
    }

    #[test]
    fn long_words_are_cut() {
        let grams = grams_of(&"x".repeat(150));
        assert_eq!(grams.iter().map(String::len).collect::<Vec<_>>(), [64, 64, 22]);
    }

    proptest! {
        #[test]
        fn units_are_in_order_and_as_many_as_grams(text in "\\PC{0,60}") {
            let folded = fold_to_string(&text);
            let mut end = 0;
            let mut count = 0;
            for unit in units(&folded) {
                prop_assert!(unit.range.start >= end && !unit.range.is_empty());
                prop_assert!(folded.is_char_boundary(unit.range.start) && folded.is_char_boundary(unit.range.end));
                end = unit.range.end;
                count += 1;
            }
            let mut out = String::new();
            grams(&folded, &mut out);
            prop_assert_eq!(out.split_terminator(' ').count(), count);
        }

        #[test]
        fn every_run_of_units_stands_in_its_document(
            text in "[安装简單中国詞のア한a-cX0-2 ,。+#\n-]{1,40}", from in 0usize..40, length in 1usize..13
        ) {
            let folded = fold_to_string(&text);
            let all: Vec<_> = units(&folded).collect();
            let from = from % all.len().max(1);
            let Some(cut) = all.get(from..(from + length).min(all.len())).filter(|cut| !cut.is_empty()) else {
                return Ok(());
            };
            let run = &folded[cut[0].range.start..cut[cut.len() - 1].range.end];
            let phrase = phrase(run);
            if phrase.is_empty() {
                // A sign alone is no unit, for nothing stands before it.
                prop_assert_eq!(cut[0].kind, Kind::Sign);
                return Ok(());
            }
            prop_assert!(stands(&grams_of(&text), &phrase), "{:?} in {:?}", run, grams_of(&text));
        }
    }
}
