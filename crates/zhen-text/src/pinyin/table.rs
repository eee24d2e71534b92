//! The tables of readings as bytes, and reading them without opening them.
//!
//! All are written by `cargo xtask data pinyin`. Numbers are little-endian; *string* and *sorted
//! records* are those of [`crate::lexicon::table`].
//!
//! - `readings.bin`: the lengths in bytes, `u32` each, of three parts; then the parts.
//!   1. Sorted records, one a syllable: the syllable, a string; `u16` length and text of the
//!      characters that are read so, the most frequent first.
//!   2. For each character, in order: `u32` code point, [`MOST_READINGS`] `u16` numbers of
//!      syllables, the most likely first, filled up with `u16::MAX`.
//!   3. Sorted records, one a word that is not read as its characters usually are: the word, a
//!      string; for each Han character a byte, which of its readings.
//! - `words.fst`: syllables joined by [`SEPARATOR`] → offset in `words.bin`.
//! - `words.bin`: a varint number of words; each a string and a byte of [frequency](frequency_byte),
//!   the most frequent first.

use crate::lexicon::table::{Cursor, SortedRecords};

/// Most readings of a character.
pub const MOST_READINGS: usize = 4;
/// Separates the syllables of a key.
pub const SEPARATOR: char = '\'';
/// Bytes of a character's record.
const CHAR_RECORD: usize = 4 + 2 * MOST_READINGS;
/// Bytes of the lengths.
const HEAD: usize = 12;

static READINGS: &[u8] = include_bytes!("../../../../data/pinyin/readings.bin");
pub(super) static WORDS: &[u8] = include_bytes!("../../../../data/pinyin/words.fst");
pub(super) static WORD_RECORDS: &[u8] = include_bytes!("../../../../data/pinyin/words.bin");

/// The byte for how often a word occurs: eight steps in a doubling.
pub fn frequency_byte(count: u64) -> u8 {
    (((count + 1) as f32).log2() * 8.0).round() as u8
}

fn part(number: usize) -> &'static [u8] {
    let length = |number: usize| match READINGS.get(number * 4..number * 4 + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as usize,
        _ => 0,
    };
    let start = HEAD + (0..number).map(length).sum::<usize>();
    READINGS.get(start..start + length(number)).unwrap_or_default()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..at + 2) {
        Some(&[a, b]) => u16::from_le_bytes([a, b]),
        _ => u16::MAX,
    }
}

pub(super) fn syllables() -> SortedRecords {
    SortedRecords { bytes: part(0) }
}

pub(super) fn exceptions() -> SortedRecords {
    SortedRecords { bytes: part(2) }
}

/// The characters of a syllable.
pub(super) fn chars_of(syllable: usize) -> &'static str {
    let mut record: Cursor = syllables().record(syllable);
    record.string();
    let length = u16::from_le_bytes([record.byte(), record.byte()]);
    record.text(usize::from(length))
}

/// The numbers of the syllables of a character, the most likely first.
pub(super) fn readings_of(c: char) -> impl Iterator<Item = u16> {
    let chars = part(1);
    let code = |number: usize| match chars.get(number * CHAR_RECORD..number * CHAR_RECORD + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => u32::MAX,
    };
    let (mut low, mut high) = (0, chars.len() / CHAR_RECORD);
    while low < high {
        let middle = (low + high) / 2;
        if code(middle) < c as u32 { low = middle + 1 } else { high = middle }
    }
    let known = code(low) == c as u32;
    let numbers = (0..MOST_READINGS).filter(move |_| known);
    numbers.map(move |n| u16_at(chars, low * CHAR_RECORD + 4 + n * 2)).filter(|&n| n != u16::MAX)
}
