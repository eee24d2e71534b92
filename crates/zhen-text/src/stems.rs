//! Stems of the words that texts repeat, without a search in memory for each.

use std::cell::RefCell;

use crate::latin;

/// Longest word that is remembered, in bytes.
const LONGEST: usize = 16;
/// How many words are remembered, a power of two; in half a megabyte, which stays in the processor's
/// caches.
const REMEMBERED: usize = 1 << 14;
/// Longest end of a stem that is not of its word.
const LONGEST_END: usize = 4;

/// A word and its stem: the word's first bytes and an end.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Padded with zero bytes, which no word holds.
    word: u128,
    kept: u8,
    end: [u8; LONGEST_END],
    ends: u8,
}

thread_local! {
    static KNOWN: RefCell<Vec<Known>> = RefCell::new(vec![Known::default(); REMEMBERED]);
}

/// Appends the stem of a folded word to `out`: what [`latin::stem_into`] does.
pub(crate) fn stem_into(word: &str, out: &mut String) {
    let bytes = word.as_bytes();
    if bytes.len() > LONGEST || bytes.contains(&0) {
        return latin::stem_into(word, out);
    }
    let mut padded = [0; LONGEST];
    padded[..bytes.len()].copy_from_slice(bytes);
    let key = u128::from_le_bytes(padded);
    // Fibonacci hashing; Knuth, TAOCP 3, 6.4.
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(23);
    let mixed = (folded ^ (folded >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let place = (mixed >> (64 - REMEMBERED.trailing_zeros())) as usize;
    KNOWN.with_borrow_mut(|known| {
        let known = &mut known[place];
        if known.word == key && key != 0 {
            out.push_str(&word[..usize::from(known.kept)]);
            out.extend(known.end[..usize::from(known.ends)].iter().map(|&b| char::from(b)));
            return;
        }
        let start = out.len();
        latin::stem_into(word, out);
        let stem = &out[start..];
        let same = word.bytes().zip(stem.bytes()).take_while(|(a, b)| a == b).count();
        let (Some(end), true) = (stem.get(same..), word.is_char_boundary(same)) else { return };
        if end.is_ascii() && end.len() <= LONGEST_END {
            let mut of_stem = [0; LONGEST_END];
            of_stem[..end.len()].copy_from_slice(end.as_bytes());
            *known = Known { word: key, kept: same as u8, end: of_stem, ends: end.len() as u8 };
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_remembered_stem_is_the_stem(
            words in prop::collection::vec("[a-z]{1,5}(ies|ing|ed|s|y|ational|)|[a-z0-9é词]{0,18}", 1..60)
        ) {
            for word in words.iter().chain(&words) {
                let (mut remembered, mut anew) = ("x".to_owned(), "x".to_owned());
                stem_into(word, &mut remembered);
                latin::stem_into(word, &mut anew);
                prop_assert_eq!(&remembered, &anew);
            }
        }
    }
}
