//! The lexicon's tables as bytes: how they are laid out, and reading them without opening them.
//!
//! All three are written by `cargo xtask data lexicon`. Numbers are little-endian; `varint` is
//! LEB128; a *string* is one byte of length and that many bytes of UTF-8.
//!
//! - `keys.fst`: [key](super::key) of an English phrase → offset of its record in `english.bin`.
//! - `english.bin`: records. A record is a varint number of groups; each group a string, the
//!   phrase as it is written in the dictionary, a varint number of translations and for each a
//!   varint Chinese word and a byte of [strength](strength_byte); then a varint number of related words
//!   and for each a varint Chinese word and a byte of [share](share_byte).
//! - `chinese.bin`: `u32` number of words; for each, `u32` offset of its record, in the order of
//!   the words; records. A record is the word, a string; then a varint number of translations and
//!   for each a varint offset of a phrase in `english.bin` and a byte of share.
//!
//! A damaged table gives wrong or no translations, never a panic.

use std::cmp::Ordering;

/// Steps of [`strength`] in a doubling.
const STEPS: f32 = 8.0;
/// The power of two that strength 0 stands for.
const LOWEST: f32 = -20.0;

/// The byte for how strongly a translation is borne out: a positive number on a scale of its own.
pub fn strength_byte(strength: f32) -> u8 {
    // A float to integer cast saturates, which is what is wanted at both ends.
    ((strength.max(f32::MIN_POSITIVE).log2() - LOWEST) * STEPS).round() as u8
}

/// The inverse of [`strength_byte`], up to rounding.
pub(super) fn strength(byte: u8) -> f32 {
    (f32::from(byte) / STEPS + LOWEST).exp2()
}

/// The byte for a weight from 0 to 1.
pub fn share_byte(share: f32) -> u8 {
    (share * 255.0).round() as u8
}

/// The inverse of [`share_byte`], up to rounding.
pub(super) fn share(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// Appends a varint.
pub fn push_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a string.
///
/// # Panics
/// When it is longer than 255 bytes.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(u8::try_from(text.len()).expect("a phrase is at most 255 bytes"));
    out.extend_from_slice(text.as_bytes());
}

/// Reads forward through bytes; past the end everything is zero or empty.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    bytes: &'static [u8],
}

impl Cursor {
    pub(crate) fn at(bytes: &'static [u8], offset: usize) -> Self {
        Self { bytes: bytes.get(offset..).unwrap_or_default() }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        first
    }

    pub(crate) fn varint(&mut self) -> usize {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte();
            value |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    /// A number of things of at least two bytes each, so never more than there can be.
    pub(crate) fn count(&mut self) -> usize {
        self.varint().min(self.bytes.len() / 2)
    }

    pub(crate) fn string(&mut self) -> &'static str {
        std::str::from_utf8(self.string_bytes()).unwrap_or_default()
    }

    /// The bytes of what [`Cursor::string`] reads, which need not be text where the data is damaged.
    fn string_bytes(&mut self) -> &'static [u8] {
        let length = usize::from(self.byte());
        self.take(length)
    }

    /// Text of so many bytes.
    pub(crate) fn text(&mut self, length: usize) -> &'static str {
        std::str::from_utf8(self.take(length)).unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'static [u8] {
        let (taken, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }
}

/// Records that begin with a word, in the order of the words: `chinese.bin`.
#[derive(Clone, Copy)]
pub(crate) struct SortedRecords {
    pub(crate) bytes: &'static [u8],
}

impl SortedRecords {
    pub(crate) fn len(self) -> usize {
        (self.u32(0) as usize).min(self.bytes.len() / 4)
    }

    /// The reader of the record of the word with this number.
    pub(crate) fn record(self, number: usize) -> Cursor {
        let offset =
            if number < self.len() { self.u32(4 + number * 4) as usize } else { usize::MAX };
        Cursor::at(self.bytes, offset)
    }

    pub(crate) fn word(self, number: usize) -> &'static str {
        self.record(number).string()
    }

    /// The number of a word, or where it would have to stand.
    pub(crate) fn find(self, word: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            // As bytes are ordered, so is text.
            match self.record(middle).string_bytes().cmp(word.as_bytes()) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    fn u32(self, at: usize) -> u32 {
        match self.bytes.get(at..at + 4) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    //! 1. What is written is read.
    //! 2. Damage is read without a panic, in bounded time.

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(value in 0u32.., text in "\\PC{0,20}") {
            let mut out = Vec::new();
            push_varint(&mut out, value);
            push_string(&mut out, &text);
            let mut cursor = Cursor::at(out.leak(), 0);
            prop_assert_eq!(cursor.varint(), value as usize);
            prop_assert_eq!(cursor.string(), text);
            prop_assert_eq!((cursor.byte(), cursor.varint(), cursor.string()), (0, 0, ""));
        }

        #[test]
        fn strength_survives_within_a_step(value in 1e-5f32..500.0) {
            let read = strength(strength_byte(value));
            prop_assert!((read / value).log2().abs() <= 0.5 / STEPS + 1e-3);
        }

        #[test]
        fn damage_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let words = SortedRecords { bytes: bytes.leak() };
            let _ = words.find("中国");
            let mut record = words.record(0);
            for _ in 0..record.count() {
                record.varint();
            }
        }
    }
}
