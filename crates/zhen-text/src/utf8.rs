//! Characters of three bytes, which ideographs are, by their numbers: without the checks of text that
//! is known to be UTF-8.

/// The number of a character of which `bytes` are the three of its UTF-8 form, without a check.
#[inline]
pub(crate) fn three_bytes([a, b, c]: [u8; 3]) -> usize {
    (a as usize & 0x0F) << 12 | (b as usize & 0x3F) << 6 | c as usize & 0x3F
}
