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

mod folded;
mod table;

use std::borrow::Cow;

use self::folded::Mapper;
pub use self::folded::{Folded, Ranges};
use self::table::{Fold, Joint, fold_of, is_changed, is_changed_bit, join, three_for_three};
use crate::utf8;

/// Folds `text`, keeping a map back to it.
pub fn fold(text: &str) -> Folded<'_> {
    fold_with_map::<false>(text, |at| run_end::<false>(text, at))
}

/// As [`fold`], for one who looks at nothing but the [units](crate::unit): the units are the same ones,
/// but punctuation of full width between them stays, of which there is more in Chinese than of all else
/// that folds.
pub fn fold_for_units(text: &str) -> Folded<'_> {
    fold_with_map::<true>(text, |at| run_end::<true>(text, at))
}

/// The lengths in bytes of the runs of `text` that [`fold_for_units`] leaves alone but for ASCII capitals,
/// in order; some may be empty.
///
/// ```
/// use zhen_text::fold;
/// let text = "Some text, 一部詞典";
/// let runs = fold::unchanged_runs(text);
/// assert_eq!(runs, ["Some text, 一部".len(), 0]);
/// let folded = fold::fold_for_units_by(text, runs).unwrap();
/// assert_eq!(folded.text(), "some text, 一部词典");
/// ```
pub fn unchanged_runs(text: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut at = 0;
    loop {
        let end = run_end::<true>(text, at);
        lengths.push(end - at);
        let Some(c) = text[end..].chars().next() else { return lengths };
        at = fold_alike::<true>(text, end, |_| {});
        if at == end {
            at += c.len_utf8();
        }
    }
}

/// As [`fold_for_units`], but the text is not looked through for what changes: `runs` are its
/// [unchanged runs](unchanged_runs). `None` when they do not divide it on borders of its characters; runs
/// of another text that do divide this one give a text that is not folded as it should be.
pub fn fold_for_units_by(text: &str, runs: impl IntoIterator<Item = usize>) -> Option<Folded<'_>> {
    let mut runs = runs.into_iter();
    let mut fits = true;
    let folded = fold_with_map::<true>(text, |at| {
        let end = runs.next().and_then(|length| at.checked_add(length));
        let end = end.filter(|&end| text.is_char_boundary(end));
        fits &= end.is_some();
        end.unwrap_or(text.len())
    });
    (fits && runs.next().is_none()).then_some(folded)
}

/// Folds a text, of which `run_end` says where the run ends that starts at a byte.
#[inline]
fn fold_with_map<const UNITS: bool>(
    text: &str,
    mut run_end: impl FnMut(usize) -> usize,
) -> Folded<'_> {
    let end = run_end(0);
    if end == text.len() && !has_capital(text) {
        return Folded { original: text, text: Cow::Borrowed(text), map: Vec::new() };
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut map = Mapper::default();
    fold_runs::<true, UNITS>(text, end, run_end, &mut out, &mut map);
    Folded { original: text, text: Cow::Owned(out), map: map.steps }
}

/// Appends the folded form of `text` to `out`, without a map.
pub fn fold_into(text: &str, out: &mut String) {
    out.reserve(text.len());
    let run_end = |at| run_end::<false>(text, at);
    fold_runs::<false, false>(text, run_end(0), run_end, out, &mut Mapper::default());
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

/// Whether an ASCII capital stands in a text.
fn has_capital(text: &str) -> bool {
    /// As many bytes are compared at once.
    const BLOCK: usize = 64;
    let among =
        |bytes: &[u8]| bytes.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase());
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    blocks.iter().any(|block| among(block)) || among(rest)
}

/// Where the run ends that starts at byte `at` of `text` and that folding leaves alone but for ASCII
/// capitals: at a character that folds to something else, or at the end.
#[inline]
fn run_end<const UNITS: bool>(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x80 {
            at += ascii_length(&bytes[at..]);
        } else if byte & 0xF0 == 0xE0 {
            while bytes.get(at..).is_some_and(four_unchanged::<UNITS>) {
                at += 12;
            }
            while let Some(three) = three_bytes(bytes, at) {
                if is_changed::<UNITS>(three) {
                    return at;
                }
                at += 3;
            }
        } else {
            let c = text[at..].chars().next().expect("at a character border, before the end");
            if fold_of(c) != Fold::Same {
                return at;
            }
            at += c.len_utf8();
        }
    }
    at
}

/// How many bytes of ASCII the bytes begin with.
#[inline]
fn ascii_length(bytes: &[u8]) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    // Among Chinese these are few, and all of them are seen at once.
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        let high = u64::from_le_bytes(*eight) & HIGH;
        if high != 0 {
            return at + high.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// Whether the bytes begin with four characters of three bytes that fold to themselves.
#[inline]
fn four_unchanged<const UNITS: bool>(bytes: &[u8]) -> bool {
    /// The bits of two characters of three bytes that say that they have as many.
    const FIRST: u64 = 0x0000_F000_00F0;
    const THREE: u64 = 0x0000_E000_00E0;
    let Some(bytes) = bytes.first_chunk::<14>() else { return false };
    let eight = |at: usize| bytes[at..].first_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b));
    let (two, other_two) = (eight(0), eight(6));
    if two & FIRST != THREE || other_two & FIRST != THREE {
        return false;
    }
    let changed =
        |bytes: u64| is_changed_bit::<UNITS>(bytes) | is_changed_bit::<UNITS>(bytes >> 24);
    (changed(two) | changed(other_two)) & 1 == 0
}

/// The character at byte `at`, if it has three bytes.
#[inline]
fn three_bytes(bytes: &[u8], at: usize) -> Option<[u8; 3]> {
    let three = bytes.get(at..)?.first_chunk::<3>()?;
    (three[0] & 0xF0 == 0xE0).then_some(*three)
}

/// The number of the character at byte `at`, if it has three bytes.
#[inline]
fn code_of_three_bytes(bytes: &[u8], at: usize) -> Option<usize> {
    three_bytes(bytes, at).map(utf8::three_bytes)
}

/// Calls `each` with what the characters from byte `at` on fold to, as long as that is as many bytes as
/// before, and some of them change; how far it came.
#[inline]
fn fold_alike<const UNITS: bool>(text: &str, mut at: usize, mut each: impl FnMut(char)) -> usize {
    /// Characters without a change after which runs are looked for again.
    const UNCHANGED: usize = 16;
    let mut unchanged = 0;
    while unchanged < UNCHANGED
        && let Some(code) = code_of_three_bytes(text.as_bytes(), at)
        && let Some(folded) = three_for_three::<UNITS>(code)
    {
        unchanged = if folded as usize == code { unchanged + 1 } else { 0 };
        each(folded);
        at += 3;
    }
    at
}

/// Appends the folded form of `text` to `out`; its first run ends at byte `end`, and where others end says
/// `run_end`. With `MAP` a map is made, with `UNITS` only units count.
#[inline]
fn fold_runs<const MAP: bool, const UNITS: bool>(
    text: &str,
    mut end: usize,
    mut run_end: impl FnMut(usize) -> usize,
    out: &mut String,
    map: &mut Mapper,
) {
    let base = out.len();
    debug_assert!(!MAP || base == 0, "a map is kept for a whole text only");
    let mut at = 0;
    loop {
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
            at = fold_alike::<UNITS>(text, end, |c| out.push(c));
            end = run_end(at);
            continue;
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
        end = run_end(at);
    }
    if MAP {
        map.step(out.len(), text.len(), false);
    }
    // All at once; nothing folds to a capital.
    out[base..].make_ascii_lowercase();
}

#[cfg(test)]
mod tests {
    //! 1. Folding twice is folding once.
    //! 2. A text folds as the concatenation of its parts, cut at any character border that no mark
    //!    completes.
    //! 3. Ranges map back to character borders of the original, non-decreasing, within it.
    //! 4. Text that needs no folding is borrowed.
    //! 5. Folding for units gives the same units from the same places.
    //! 6. Known runs give what looking for them gives; others, no panic.

    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;
    use crate::unit;

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

    /// The units of a folded text, each with where it comes from.
    fn units_of(folded: &Folded<'_>) -> Vec<(String, unit::Kind, bool, Range<usize>)> {
        let units = unit::units(folded.text());
        let with_origin = |unit: unit::Unit| {
            let text = folded.text()[unit.range.clone()].to_owned();
            (text, unit.kind, unit.joined, folded.original_range(unit.range))
        };
        units.map(with_origin).collect()
    }

    #[test]
    fn punctuation_of_full_width_separates_units_folded_or_not() {
        let all = (0xFF00..0xFFF0).filter_map(char::from_u32);
        let around =
            |c| [format!("a{c}b"), format!("中{c}文"), format!("{c}"), format!("９{c}{c}")];
        for text in all.flat_map(around) {
            assert_eq!(units_of(&fold(&text)), units_of(&fold_for_units(&text)), "{text}");
        }
        assert!(fold_for_units("简体，（中文）。").is_borrowed());
        let after_a_change = fold_for_units("詞典里的这一句话比十六个字还要长一些，是不是");
        assert!(after_a_change.text().ends_with("一些，是不是"));
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
        fn units_are_the_same_with_and_without_punctuation_folded(
            text in "[詞典簡體中文，（。＋か\u{3099}㍿ﬁ\u{200B}Ａa ]{0,80}",
        ) {
            prop_assert_eq!(units_of(&fold(&text)), units_of(&fold_for_units(&text)));
        }

        #[test]
        fn known_runs_give_what_looking_for_them_gives(
            text in "([詞典簡體中文，（。＋か\u{3099}㍿ﬁ\u{200B}Ａa ]|[a-zA-Z简体中文]{12,30}|é|🎉){0,40}",
            others in proptest::collection::vec(0_usize..20, 0..8),
        ) {
            let looked_for = fold_for_units(&text);
            let runs = unchanged_runs(&text);
            let folded = fold_for_units_by(&text, runs.iter().copied()).unwrap();
            prop_assert_eq!(folded.text(), looked_for.text());
            prop_assert_eq!(folded.is_borrowed(), looked_for.is_borrowed());
            prop_assert_eq!(&folded.map, &looked_for.map);
            let longer = runs.iter().copied().chain([0]);
            prop_assert!(fold_for_units_by(&text, longer).is_none());
            prop_assert!(fold_for_units_by(&text, runs[..runs.len() - 1].iter().copied()).is_none());
            let _ = fold_for_units_by(&text, others);
        }

        #[test]
        fn long_runs_fold_character_by_character(
            text in "[詞典简体中文]{0,8}[简体，]{12,40}[詞典。、ＡＢ㍿]{0,8}",
        ) {
            let each: String = text.chars().map(|c| fold_to_string(&c.to_string())).collect();
            prop_assert_eq!(fold_to_string(&text), each);
        }

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
        fn parts_fold_alone_as_together(
            a in "[a-zA-ZＡ-Ｚ詞典乾干著㍿ﬁ①\u{AD} ]{0,20}",
            b in "[a-zA-ZＡ-Ｚ詞典乾干著㍿ﬁ①\u{AD} ]{0,20}",
        ) {
            let mut parts = fold_to_string(&a);
            fold_into(&b, &mut parts);
            let both = a.clone() + &b;
            prop_assert_eq!(&parts, &fold_to_string(&both));
            let folded = fold(&both);
            let of_b = folded.folded_range(a.len()..both.len());
            prop_assert_eq!(&folded.text()[of_b], fold_to_string(&b));
        }
    }
}
