//! Characters of three bytes, which ideographs are, by their numbers: without the checks of text that
//! is known to be UTF-8.

/// The number of a character of which `bytes` are the three of its UTF-8 form, without a check.
#[inline]
pub(crate) fn three_bytes([a, b, c]: [u8; 3]) -> usize {
    (a as usize & 0x0F) << 12 | (b as usize & 0x3F) << 6 | c as usize & 0x3F
}

/// The numbers of the first two characters of `bytes`, of which the first stands in the highest eight
/// bits, if both have three bytes in UTF-8.
#[inline]
pub(crate) fn two_of_three_bytes(bytes: u64) -> Option<[usize; 2]> {
    const FIRST: u64 = 0xF000_00F0_0000_0000;
    const THREE: u64 = 0xE000_00E0_0000_0000;
    let code =
        |bytes: u64| (bytes >> 44 & 0xF000 | bytes >> 42 & 0x0FC0 | bytes >> 40 & 0x003F) as usize;
    (bytes & FIRST == THREE).then(|| [code(bytes), code(bytes << 24)])
}
