//! Folding: what differs only in width, case, accents or script becomes the same text.
//!
//! Every character folds on its own, without looking at its neighbours (but for marks that
//! complete the character before them), so a run of text cut anywhere folds as it does in its
//! document. Simplified, traditional and variant Han characters fold to one representative;
//! characters that are not seen (joiners, direction marks) vanish.
//!
//! ```
//! use zhen_text::fold;
//! let folded = fold::fold("Ｃａｆé 詞典");
//! assert_eq!(folded.text(), "cafe 词典");
//! assert_eq!(&folded.original()[folded.original_range(5..11)], "詞典");
//! ```
//!
//! Cost: text that needs no folding is borrowed; other text is copied once, run by run: some 2 GB/s of
//! English, 700 MB/s of simplified and 300 MB/s of traditional Chinese.

use std::borrow::Cow;
use std::ops::Range;

use crate::utf8::{three_bytes, two_of_three_bytes};

/// Two-stage table of what each character folds to; built by `cargo xtask data fold`.
static TABLE: &[u8] = TABLE_IS;
/// The same where it is needed while compiling.
const TABLE_IS: &[u8] = include_bytes!("../../../data/variants/fold.bin");

const BLOCKS: usize = 0x1100;
const INDEX: usize = 4;
const PAGES: usize = INDEX + BLOCKS * 2;
const PAGE_BYTES: usize = 256 * 4;

/// What one character folds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Same,
    Delete,
    /// Joins the character before it, where the two have a joint form.
    Join(Joint),
    Char(char),
    Text(&'static str),
}

/// A mark that completes the character before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    Voice,
    HalfVoice,
    Jamo(char),
}

fn pool() -> &'static [u8] {
    let pages = u32::from_le_bytes([TABLE[0], TABLE[1], TABLE[2], TABLE[3]]) as usize;
    &TABLE[PAGES + pages * PAGE_BYTES..]
}

#[inline]
fn raw_entry(c: char) -> u32 {
    let code = c as usize;
    let at = INDEX + (code >> 8) * 2;
    let page = u16::from_le_bytes([TABLE[at], TABLE[at + 1]]) as usize;
    let at = PAGES + page * PAGE_BYTES + (code & 0xFF) * 4;
    u32::from_le_bytes([TABLE[at], TABLE[at + 1], TABLE[at + 2], TABLE[at + 3]])
}

/// Characters of the basic plane; by number, a bit each.
type Characters = [u64; 0x1_0000 / 64];

/// What a character of the basic plane folds to, as it stands in the table.
const fn entry_is(code: usize) -> u32 {
    let at = INDEX + (code >> 8) * 2;
    let page = TABLE_IS[at] as usize | (TABLE_IS[at + 1] as usize) << 8;
    let at = PAGES + page * PAGE_BYTES + (code & 0xFF) * 4;
    TABLE_IS[at] as u32
        | (TABLE_IS[at + 1] as u32) << 8
        | (TABLE_IS[at + 2] as u32) << 16
        | (TABLE_IS[at + 3] as u32) << 24
}

/// Which characters fold to something else. Mostly none does, and this is small enough to stay near the
/// processor.
static CHANGED: Characters = changed(true);

/// The same without [punctuation of full width](is_wide_punctuation).
static CHANGED_IN_UNITS: Characters = changed(false);

const fn changed(with_punctuation: bool) -> Characters {
    let mut changed = [0; 0x1_0000 / 64];
    let mut code = 0;
    while code < 0x1_0000 {
        if entry_is(code) != 0 && (with_punctuation || !is_wide_punctuation(code)) {
            changed[code / 64] |= 1 << (code % 64);
        }
        code += 1;
    }
    changed
}

/// Whether it is the full-width form of an ASCII character that separates units; `+` and `#` do not.
const fn is_wide_punctuation(code: usize) -> bool {
    matches!(code, 0xFF01..=0xFF0F | 0xFF1A..=0xFF20 | 0xFF3B..=0xFF40 | 0xFF5B..=0xFF5E)
        && !matches!(code, 0xFF03 | 0xFF0B)
}

/// Whether a character of the basic plane folds to something else; if only units count, punctuation of
/// full width does not.
#[inline]
fn is_changed<const UNITS: bool>(code: usize) -> bool {
    let changed = if UNITS { &CHANGED_IN_UNITS } else { &CHANGED };
    changed[code / 64] >> (code % 64) & 1 != 0
}

/// Whether the characters at byte `at` and after have three bytes each and fold to themselves.
#[inline]
fn two_unchanged<const UNITS: bool>(bytes: &[u8], at: usize) -> bool {
    let two = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    let codes = two.and_then(|eight| two_of_three_bytes(u64::from_be_bytes(*eight)));
    codes.is_some_and(|[first, second]| !is_changed::<UNITS>(first) & !is_changed::<UNITS>(second))
}

/// Where the run ends that starts at byte `at` of `text` and that folding leaves alone but for ASCII
/// capitals: at a character that folds to something else, or at the end.
#[inline]
fn run_end<const UNITS: bool>(text: &str, mut at: usize) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x80 {
            at += 1;
            while let Some(eight) = bytes[at..].first_chunk::<8>()
                && u64::from_ne_bytes(*eight) & HIGH == 0
            {
                at += 8;
            }
        } else if two_unchanged::<UNITS>(bytes, at) {
            at += 6;
        } else if let Some(code) = code_of_three_bytes(bytes, at) {
            if is_changed::<UNITS>(code) {
                return at;
            }
            at += 3;
        } else {
            let c = text[at..].chars().next().expect("at a character border, before the end");
            if raw_entry(c) != 0 {
                return at;
            }
            at += c.len_utf8();
        }
    }
    at
}

/// The number of the character at byte `at`, if it has three bytes.
#[inline]
fn code_of_three_bytes(bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..)?.first_chunk::<3>()?;
    (three[0] & 0xF0 == 0xE0).then(|| three_bytes(*three))
}

/// What characters of three bytes fold to, by number, where that is one of three bytes; otherwise zero. As
/// far as units count.
static THREE_FOR_THREE: [u16; 0x1_0000] = {
    let mut folded = [0; 0x1_0000];
    let mut code = 0x800;
    while code < 0x1_0000 {
        let entry = entry_is(code);
        if entry == 0 || is_wide_punctuation(code) {
            folded[code] = code as u16;
        } else if entry >= 0x800 && entry < 0x1_0000 {
            folded[code] = entry as u16;
        }
        code += 1;
    }
    folded
};

/// What a character of three bytes folds to, if that is one of three bytes.
#[inline]
fn three_for_three<const UNITS: bool>(code: usize) -> Option<char> {
    let folded = THREE_FOR_THREE[code % THREE_FOR_THREE.len()];
    if folded == 0 || !UNITS && is_wide_punctuation(code) {
        return None;
    }
    char::from_u32(u32::from(folded))
}

/// Appends what the characters from byte `at` on fold to, as long as that is as many bytes as before, and
/// some of them change; how far it came.
#[inline]
fn push_alike<const UNITS: bool>(text: &str, mut at: usize, out: &mut String) -> usize {
    /// Characters without a change after which runs are looked for again.
    const UNCHANGED: usize = 16;
    let mut unchanged = 0;
    while unchanged < UNCHANGED
        && let Some(code) = code_of_three_bytes(text.as_bytes(), at)
        && let Some(folded) = three_for_three::<UNITS>(code)
    {
        unchanged = if folded as usize == code { unchanged + 1 } else { 0 };
        out.push(folded);
        at += 3;
    }
    at
}

#[inline]
fn fold_of(c: char) -> Fold {
    match raw_entry(c) {
        0 => Fold::Same,
        entry => decode(c, entry),
    }
}

#[cold]
fn decode_special(c: char, entry: u32) -> Fold {
    match entry {
        1 => Fold::Delete,
        2 => Fold::Join(Joint::Voice),
        3 => Fold::Join(Joint::HalfVoice),
        4 => Fold::Join(Joint::Jamo(c)),
        _ => {
            let offset = (entry >> 8 & 0x7F_FFFF) as usize;
            let bytes = &pool()[offset..offset + (entry & 0xFF) as usize];
            Fold::Text(std::str::from_utf8(bytes).expect("the table's pool is UTF-8"))
        }
    }
}

#[inline]
fn decode(c: char, entry: u32) -> Fold {
    if entry > 4 && entry >> 31 == 0 {
        return char::from_u32(entry).map_or(Fold::Same, Fold::Char);
    }
    decode_special(c, entry)
}

/// The joint form of `before` and the mark, if there is one.
fn join(before: char, mark: Joint) -> Option<char> {
    const VOICED: &str =
        "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ";
    const HALF: &str = "はひふへほハヒフヘホ";
    let shifted = |by| char::from_u32(before as u32 + by);
    match mark {
        Joint::Voice if before == 'う' => Some('ゔ'),
        Joint::Voice if before == 'ウ' => Some('ヴ'),
        Joint::Voice if VOICED.contains(before) => shifted(1),
        Joint::HalfVoice if HALF.contains(before) => shifted(2),
        Joint::Jamo(c) => {
            let (code, mark) = (before as u32, c as u32);
            match (before, c) {
                ('\u{1100}'..='\u{1112}', '\u{1161}'..='\u{1175}') => {
                    char::from_u32(0xAC00 + ((code - 0x1100) * 21 + (mark - 0x1161)) * 28)
                }
                ('\u{AC00}'..='\u{D7A3}', '\u{11A8}'..='\u{11C2}') if (code - 0xAC00) % 28 == 0 => {
                    shifted(mark - 0x11A7)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Folded text with a map back to the original.
#[derive(Debug, Clone)]
pub struct Folded<'a> {
    original: &'a str,
    text: Cow<'a, str>,
    map: Vec<Step>,
}

/// From `folded` on, the folded text stands in the original from `original` on, byte for byte,
/// until the next step; within a `spread` step all bytes come from one original character.
#[derive(Debug, Clone, Copy)]
struct Step {
    folded: u32,
    original: u32,
    spread: bool,
}

impl<'a> Folded<'a> {
    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that was folded.
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// Whether folding changed nothing (and copied nothing).
    pub fn is_borrowed(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// The original bytes that `folded`, a range of bytes of the folded text, comes from; always on
    /// character borders. A part of what one original character became gives that character.
    /// Characters that vanished belong to what stands before them.
    pub fn original_range(&self, folded: Range<usize>) -> Range<usize> {
        self.ranges().original_range(folded)
    }

    /// The same for many ranges; quicker when they mostly ascend.
    pub fn ranges(&self) -> Ranges<'_> {
        Ranges { map: &self.map, length: self.original.len(), after: 0 }
    }
}

/// Finds where ranges of a folded text come from; made by [`Folded::ranges`].
#[derive(Debug, Clone)]
pub struct Ranges<'f> {
    map: &'f [Step],
    /// Of the original.
    length: usize,
    /// Number of the step after the last place asked for.
    after: usize,
}

impl Ranges<'_> {
    /// As [`Folded::original_range`].
    pub fn original_range(&mut self, folded: Range<usize>) -> Range<usize> {
        let start = self.locate(folded.start, false);
        let end = if folded.is_empty() { start } else { self.locate(folded.end, true) };
        start..end.max(start)
    }

    /// Moves to the step after `at`.
    fn seek(&mut self, at: usize) {
        /// Steps gone through one by one before a search among the rest.
        const NEAR: usize = 8;
        let is_before = |step: &Step| step.folded as usize <= at;
        if self.after > 0 && !is_before(&self.map[self.after - 1]) {
            self.after = self.map[..self.after].partition_point(is_before);
            return;
        }
        let rest = &self.map[self.after..];
        let near = rest.iter().take(NEAR).take_while(|step| is_before(step)).count();
        self.after += near;
        if near == NEAR {
            self.after += rest[NEAR..].partition_point(is_before);
        }
    }

    fn locate(&mut self, at: usize, end: bool) -> usize {
        self.seek(at);
        let Some(step) = self.after.checked_sub(1).map(|i| self.map[i]) else {
            return at.min(self.length);
        };
        let next = self.map.get(self.after).map_or(self.length, |s| s.original as usize);
        let beyond = at - step.folded as usize;
        match (step.spread, beyond) {
            (_, 0) => step.original as usize,
            (true, _) if end => next,
            (true, _) => step.original as usize,
            (false, _) => (step.original as usize + beyond).min(next),
        }
    }
}

/// Folds `text`, keeping a map back to it.
pub fn fold(text: &str) -> Folded<'_> {
    fold_with_map::<false>(text)
}

/// As [`fold`], for one who looks at nothing but the [units](crate::unit): the units are the same ones,
/// but punctuation of full width between them stays, of which there is more in Chinese than of all else
/// that folds.
pub fn fold_for_units(text: &str) -> Folded<'_> {
    fold_with_map::<true>(text)
}

fn fold_with_map<const UNITS: bool>(text: &str) -> Folded<'_> {
    let clean = unchanged_prefix::<UNITS>(text);
    if clean == text.len() {
        return Folded { original: text, text: Cow::Borrowed(text), map: Vec::new() };
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(&text[..clean]);
    let mut map = Mapper { steps: Vec::new(), shift: 0 };
    fold_rest::<true, UNITS>(text, clean, 0, &mut out, &mut map);
    Folded { original: text, text: Cow::Owned(out), map: map.steps }
}

/// Appends the folded form of `text` to `out`, without a map.
pub fn fold_into(text: &str, out: &mut String) {
    let clean = unchanged_prefix::<false>(text);
    let base = out.len();
    out.push_str(&text[..clean]);
    if clean < text.len() {
        out.reserve(text.len() - clean);
        let mut map = Mapper { steps: Vec::new(), shift: 0 };
        fold_rest::<false, false>(text, clean, base, out, &mut map);
    }
}

/// The folded form of `text`, without a map.
pub fn fold_to_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// The folded form of one character, if that is one character.
pub fn fold_char(c: char) -> Option<char> {
    match fold_of(c) {
        Fold::Same => Some(c),
        Fold::Char(c) => Some(c),
        _ => None,
    }
}

/// Length in bytes of a prefix that folding leaves alone, the longest but for what stands before the
/// first ASCII capital.
fn unchanged_prefix<const UNITS: bool>(text: &str) -> usize {
    let end = run_end::<UNITS>(text, 0);
    text.as_bytes()[..end].iter().position(u8::is_ascii_uppercase).unwrap_or(end)
}

struct Mapper {
    steps: Vec<Step>,
    /// Original offset minus folded offset, as last said.
    shift: i64,
}

impl Mapper {
    #[inline]
    fn step(&mut self, folded: usize, original: usize, spread: bool) {
        let shift = original as i64 - folded as i64;
        let after_spread = self.steps.last().is_some_and(|last| last.spread);
        if shift != self.shift || spread || after_spread {
            self.shift = shift;
            let step = Step { folded: folded as u32, original: original as u32, spread };
            self.steps.push(step);
        }
    }
}

/// Folds `text` from byte `at` on; what `out` holds before `base` is other text.
fn fold_rest<const MAP: bool, const UNITS: bool>(
    text: &str,
    mut at: usize,
    base: usize,
    out: &mut String,
    map: &mut Mapper,
) {
    debug_assert!(!MAP || base == 0, "a map is kept for a whole text only");
    let from = out.len();
    loop {
        let mut end = run_end::<UNITS>(text, at);
        if at < end {
            if MAP {
                map.step(out.len(), at, false);
            }
            out.push_str(&text[at..end]);
        }
        if let Some(code) = code_of_three_bytes(text.as_bytes(), end)
            && three_for_three::<UNITS>(code).is_some()
        {
            if MAP {
                map.step(out.len(), end, false);
            }
            end = push_alike::<UNITS>(text, end, out);
        }
        let Some(c) = text[end..].chars().next() else { break };
        at = end + c.len_utf8();
        match fold_of(c) {
            same_or_char @ (Fold::Same | Fold::Char(_)) => {
                if MAP {
                    map.step(out.len(), end, false);
                }
                out.push(if let Fold::Char(folded) = same_or_char { folded } else { c });
            }
            Fold::Text(folded) => {
                if MAP {
                    map.step(out.len(), end, true);
                }
                out.push_str(folded);
            }
            Fold::Delete => {}
            Fold::Join(mark) => {
                let before = out[base..].chars().next_back();
                if let Some(joint) = before.and_then(|before| join(before, mark)) {
                    out.pop();
                    out.push(joint);
                } else if let Joint::Jamo(c) = mark {
                    if MAP {
                        map.step(out.len(), end, false);
                    }
                    out.push(c);
                }
            }
        }
    }
    if MAP {
        map.step(out.len(), text.len(), false);
    }
    // All at once; nothing folds to a capital.
    out[from..].make_ascii_lowercase();
}

#[cfg(test)]
mod tests {
    //! 1. Folding twice is folding once.
    //! 2. A text folds as the concatenation of its parts, cut at any character border that no mark
    //!    completes.
    //! 3. Ranges map back to character borders of the original, non-decreasing, within it.
    //! 4. Text that needs no folding is borrowed.

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_accents_and_script_fold() {
        for (text, folded) in [
            ("ＡＢＣ１２３", "abc123"),
            ("Café Ångström", "cafe angstrom"),
            ("詞典 辭典 軟體", "词典 辞典 软体"),
            ("乾隆 乾", "干隆 干"),
            ("著名 看著 瞭解", "着名 看着 了解"),
            ("ﬁne ㎏ ①", "fine kg 1"),
            ("ｶﾞ が", "ガ が"),
            ("ガ", "ガ"),
            ("한국", "한국"),
            ("soft\u{AD}hyphen 软\u{200B}件", "softhyphen 软件"),
            ("Straße ŒUVRE", "strasse oeuvre"),
            ("cafe\u{301}", "cafe"),
            ("Foo™ 3½", "foo™ 3½"),
            ("İstanbul ΣΟΦΟΣ", "istanbul σοφοσ"),
        ] {
            assert_eq!(fold(text).text(), folded, "{text}");
            assert_eq!(fold_to_string(text), folded, "{text}");
        }
    }

    #[test]
    fn punctuation_of_full_width_separates_units_folded_or_not() {
        use crate::unit::units;
        let all = (0xFF00..0xFFF0).filter_map(char::from_u32);
        let texts = all.flat_map(|c| {
            [format!("a{c}b"), format!("中{c}文"), format!("{c}"), format!("９{c}{c}")]
        });
        for text in texts.chain(["中国，美国（Ｃ＋＋，Ｃ＃）：３．１４".to_owned()])
        {
            let units_of = |folded: Folded<'_>| -> Vec<_> {
                let units = units(folded.text());
                let unit = |unit: crate::unit::Unit| {
                    let text = folded.text()[unit.range.clone()].to_owned();
                    (text, unit.kind, unit.joined, folded.original_range(unit.range))
                };
                units.map(unit).collect()
            };
            assert_eq!(units_of(fold(&text)), units_of(fold_for_units(&text)), "{text}");
        }
        assert!(fold_for_units("简体，（中文）。").is_borrowed());
    }

    #[test]
    fn common_characters_of_their_own_stay_apart() {
        for (a, b) in [('像', '象'), ('座', '坐'), ('哩', '里'), ('画', '划'), ('覆', '复')]
        {
            assert_ne!(fold_char(a), fold_char(b), "{a} {b}");
        }
    }

    #[test]
    fn what_needs_no_folding_is_borrowed() {
        assert!(fold("简体 text, 123").is_borrowed());
        assert!(!fold("Text").is_borrowed());
    }

    #[test]
    fn parts_of_a_spread_character_map_to_the_whole() {
        let folded = fold("x㍿y");
        assert_eq!(folded.text(), "x株式会社y");
        assert_eq!(folded.original_range(4..10), 1..4);
        assert_eq!(folded.original_range(13..14), 4..5);
        assert_eq!(folded.original_range(0..14), 0..5);
    }

    #[test]
    fn what_vanished_belongs_to_what_stood_before_it() {
        let folded = fold("软\u{200B}件X");
        assert_eq!(folded.text(), "软件x");
        assert_eq!(folded.original_range(0..6), 0..9);
        assert_eq!(folded.original_range(3..6), 6..9);
        assert_eq!(folded.original_range(6..7), 9..10);
    }

    #[test]
    fn every_character_is_folded_to_its_end() {
        for c in '\0'..=char::MAX {
            let once = fold_to_string(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold_to_string(&once), once, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold_to_string(&text);
            prop_assert_eq!(fold_to_string(&once), once);
        }

        #[test]
        fn ranges_map_back_to_character_borders(text in "[a-zA-ZＡ-Ｚé詞典干㍿ﬁ①\u{200B}\u{301}ｶﾞ한 🎉]{0,30}") {
            let folded = fold(&text);
            let mut previous = 0;
            let borders = folded.text().char_indices().map(|(i, _)| i).chain([folded.text().len()]);
            let borders: Vec<_> = borders.collect();
            for pair in borders.windows(2) {
                let range = folded.original_range(pair[0]..pair[1]);
                prop_assert!(range.start >= previous && range.end <= text.len());
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                prop_assert!(!range.is_empty());
                previous = range.start;
                // What a character came from folds to something that holds it.
                let back = fold_to_string(&text[range]);
                prop_assert!(back.contains(&folded.text()[pair[0]..pair[1]]), "{:?}", back);
            }
        }

        #[test]
        fn parts_fold_alone_as_together(a in "[a-zA-ZＡ-Ｚ詞典乾干著㍿ﬁ① ]{0,20}", b in "[a-zA-ZＡ-Ｚ詞典乾干著㍿ﬁ① ]{0,20}") {
            let mut parts = fold_to_string(&a);
            fold_into(&b, &mut parts);
            prop_assert_eq!(parts, fold_to_string(&(a + &b)));
        }
    }
}
