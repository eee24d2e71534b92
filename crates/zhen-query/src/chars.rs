//! Which characters mean what: width twins, Han characters, and the query as an array of both.

use crate::ast::Span;

/// The half-width twin of a full-width or small-form character, otherwise the character itself.
///
/// Input methods for Chinese type `：（）－“＊～` where another keyboard types `:()-"*~`; the
/// language reads both alike. Only the reading is narrowed: text stays as it was typed.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).expect("U+0021 to U+007E are characters")
        }
        '\u{FE63}' | '\u{2212}' => '-',
        '\u{FE55}' | '\u{2236}' => ':',
        '\u{FE59}' => '(',
        '\u{FE5A}' => ')',
        '\u{FE61}' => '*',
        '\u{301C}' => '~',
        '\u{FE64}' => '<',
        '\u{FE65}' => '>',
        '\u{FE66}' => '=',
        '\u{FE60}' => '&',
        _ => c,
    }
}

/// Whether `c` is a Han character (the CJK ideograph blocks, with 々 and 〇).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{20000}'..='\u{3FFFD}'
        | '\u{F900}'..='\u{FAFF}'
        | '々'
        | '〇')
}

/// A query as narrowed characters, with the byte at which each begins.
///
/// The parser works on character indexes, so that no index is ever inside a character; only
/// [`Source::span`] and [`Source::slice`] go back to bytes.
pub(crate) struct Source<'a> {
    /// The query as typed.
    pub(crate) text: &'a str,
    /// Its characters, narrowed.
    pub(crate) chars: Vec<char>,
    /// Byte offset of each character, and the length of the text at the end.
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut chars = Vec::with_capacity(text.len());
        let mut starts = Vec::with_capacity(text.len() + 1);
        for (start, c) in text.char_indices() {
            chars.push(narrow(c));
            starts.push(start);
        }
        starts.push(text.len());
        Self { text, chars, starts }
    }

    /// Number of characters.
    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The narrowed character at `index`; a space past the end, which ends every word.
    pub(crate) fn at(&self, index: usize) -> char {
        self.chars.get(index).copied().unwrap_or(' ')
    }

    /// Byte range of the characters `start..end`.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span { start: self.starts[start], end: self.starts[end] }
    }

    /// The characters `start..end` as typed.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a str {
        &self.text[self.starts[start]..self.starts[end]]
    }

    /// Whether the characters `start..end` are, after narrowing, exactly `expected`.
    pub(crate) fn is(&self, start: usize, end: usize, expected: &str) -> bool {
        self.chars[start..end].iter().copied().eq(expected.chars())
    }

    /// Whether any of the characters `start..end` is a letter or a digit of any script.
    pub(crate) fn has_word(&self, start: usize, end: usize) -> bool {
        self.chars[start..end].iter().any(|c| c.is_alphanumeric())
    }
}

/// What after a number makes it a measure that may be below zero: -20℃, -3%.
pub(crate) const MEASURES: [char; 6] = ['°', '℃', '℉', '%', '‰', '度'];
