//! How likely a decoding is text that somebody wrote.
//!
//! Bytes of one encoding are often valid in another: nearly every Big5 text is valid GB18030, where
//! it reads as rare characters. So every decoding is given the logarithm of a probability, summed
//! over its characters under a crude unigram model of Chinese with English, and the largest wins.
//! The sum, not the mean: all candidates explain the same bytes, and one that needs more characters
//! for them has to pay for each.

use std::sync::OnceLock;

use super::common::{HANGUL, HANS, HANT};

/// Cost in bits of a common character by its rank: `(first rank above, bits)`. The bits are the
/// negative binary logarithm of the mean probability of a character in that band of ranks.
const BANDS: [(usize, u8); 5] = [(100, 8), (300, 10), (600, 11), (1000, 12), (1500, 13)];
/// Bits of a character of the Unified Ideographs block that is not among the common ones.
const RARE_HAN: u8 = 17;
/// Bits of a replacement character, which stands for bytes that are invalid.
const INVALID: u32 = 60;

const HAN_START: u32 = 0x4E00;
const HAN_END: u32 = 0x9FFF;
const HANGUL_START: u32 = 0xAC00;
const HANGUL_END: u32 = 0xD7A3;

struct Model {
    han: Box<[u8]>,
    hangul: Box<[u8]>,
}

fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| {
        let mut han = vec![RARE_HAN; (HAN_END - HAN_START + 1) as usize].into_boxed_slice();
        for list in [HANS, HANT] {
            let mut band = 0;
            for (rank, character) in list.chars().enumerate() {
                while rank >= BANDS[band].0 {
                    band += 1;
                }
                let cost = &mut han[(u32::from(character) - HAN_START) as usize];
                *cost = (*cost).min(BANDS[band].1);
            }
        }
        let mut hangul = vec![15; (HANGUL_END - HANGUL_START + 1) as usize].into_boxed_slice();
        for character in HANGUL.chars() {
            hangul[(u32::from(character) - HANGUL_START) as usize] = 8;
        }
        Model { han, hangul }
    })
}

/// The negative logarithm, in bits, of how probable `text` is; smaller is better.
pub(super) fn cost(text: &str) -> u64 {
    let model = model();
    // ASCII costs the same whatever the candidate, and where bytes that look like ASCII are trail
    // bytes of a wrong decoding, that decoding pays with a rare character.
    let mut total = 0;
    let mut after_letter = false;
    for character in text.chars() {
        total += u64::from(bits(model, character));
        if after_letter {
            match u32::from(character) {
                // An accented letter is at home within a word of ASCII letters, …
                0xC0..=0x24F => total -= 3,
                // … a Chinese character is not.
                HAN_START..=HAN_END => total += 3,
                _ => {}
            }
        }
        after_letter = character.is_ascii_lowercase();
    }
    total
}

fn bits(model: &Model, character: char) -> u32 {
    let code = u32::from(character);
    match code {
        0x09 | 0x0A | 0x0D => 5,
        0x00..=0x1F | 0x7F => 22,
        0x20 => 4,
        // Letters are likelier than other signs, which is what trail bytes of two-byte encodings
        // turn into when they are read alone.
        0x30..=0x39 | 0x41..=0x5A | 0x61..=0x7A => 5,
        0x21..=0x7E => 7,
        // C1 controls do not occur in text.
        0x80..=0x9F => 24,
        // No-break space, signs, letters with accents of Western Europe.
        0xA0 | 0xA7 | 0xA9 | 0xAB | 0xB0 | 0xB7 | 0xBB => 10,
        // The byte FF, which no UTF-8 has, is hardly ever a y with diaeresis.
        0xFF => INVALID + 10,
        0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0xFE => 9,
        0xA1..=0xBF | 0xD7 | 0xF7 => 13,
        // Letters of Central Europe, Greek, Cyrillic and the like.
        0x100..=0x17F => 10,
        0x370..=0x3FF => 9,
        0x400..=0x45F => 8,
        0x460..=0x4FF => 14,
        0x5D0..=0x5EA | 0x620..=0x64A | 0xE01..=0xE5B => 8,
        // Curly quotes, dashes, ellipsis, bullet.
        0x2013 | 0x2014 | 0x2018 | 0x2019 | 0x201C | 0x201D | 0x2022 | 0x2026 => 9,
        0x2000..=0x2BFF => 14,
        // 、。「」『』《》 and their like are on every page; 〇 too.
        0x3000..=0x3002 | 0x3007..=0x3011 | 0x3014 | 0x3015 => 8,
        0x3003..=0x303F => 15,
        0x3041..=0x3093 => 9,
        0x30A1..=0x30F6 | 0x30FB | 0x30FC => 9,
        0x3094..=0x30FF => 13,
        // Bopomofo and enclosed signs.
        0x3100..=0x312F => 14,
        0x3130..=0x33FF => 18,
        HAN_START..=HAN_END => u32::from(model.han[(code - HAN_START) as usize]),
        HANGUL_START..=HANGUL_END => u32::from(model.hangul[(code - HANGUL_START) as usize]),
        0xFF01 | 0xFF08 | 0xFF09 | 0xFF0C | 0xFF1A | 0xFF1B | 0xFF1F => 8,
        0xFF10..=0xFF19 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A => 12,
        0xFF02..=0xFF60 | 0xFFE0..=0xFFE6 => 14,
        // Half-width katakana: single bytes of a wrong Shift_JIS reading.
        0xFF61..=0xFF9F => 13,
        0xFFFD => INVALID,
        // Private use stands for what an encoding leaves unassigned.
        0xE000..=0xF8FF => 26,
        0x3400..=0x4DBF => 20,
        0x1F300..=0x1FAFF => 16,
        _ => 20,
    }
}

/// Share of characters that Chinese text consists of: ideographs, their punctuation, full-width
/// forms, printable ASCII. 0 to 1.
pub(super) fn chinese_share(text: &str) -> f64 {
    let mut all = 0u64;
    let mut chinese = 0u64;
    for character in text.chars() {
        all += 1;
        let code = u32::from(character);
        if matches!(code, HAN_START..=HAN_END | 0x3000..=0x303F | 0xFF00..=0xFFEF | 0x0A | 0x0D | 0x20..=0x7E)
        {
            chinese += 1;
        }
    }
    if all == 0 { 0.0 } else { chinese as f64 / all as f64 }
}

/// Share of characters that speak against the text being text at all: invalid bytes, private use,
/// C1 controls. 0 to 1; one or two of them never count, as any text can be cut short.
pub(super) fn garbage_share(text: &str) -> f64 {
    let mut all = 0u64;
    let mut bad = 0u64;
    for character in text.chars() {
        all += 1;
        let code = u32::from(character);
        if matches!(code, 0xFFFD | 0xE000..=0xF8FF | 0x80..=0x9F) {
            bad += 1;
        }
    }
    if bad <= 2 { 0.0 } else { bad as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_free_of_repetition_and_of_one_script_each() {
        for list in [HANS, HANT] {
            assert_eq!(list.chars().count(), 1500);
            let unique: std::collections::HashSet<char> = list.chars().collect();
            assert_eq!(unique.len(), 1500);
            assert!(list.chars().all(|c| (HAN_START..=HAN_END).contains(&u32::from(c))));
        }
        assert!(HANGUL.chars().all(|c| (HANGUL_START..=HANGUL_END).contains(&u32::from(c))));
    }

    #[test]
    fn real_text_is_cheaper_than_its_misreading() {
        let text = "中国和巴基斯坦的关系";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        let (misread, _, _) = encoding_rs::BIG5.decode(&bytes);
        assert!(cost(text) < cost(&misread));
    }
}
