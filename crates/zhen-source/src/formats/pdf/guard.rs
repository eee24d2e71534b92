//! What is looked for before a file is given to the reader of objects.

use std::collections::HashSet;

use crate::formats::hex_byte;

/// Lengths that are no numbers; a file that is merely damaged has a few at most.
const MOST_ODD_LENGTHS: usize = 16;

/// Whether the lengths of streams that stand elsewhere in the file are numbers there.
///
/// To find a length that is itself a stream, its length must be found before, and so on: the reader of
/// objects goes that way by recursion, anew from each stream.
pub(super) fn has_sound_lengths(file: &[u8]) -> bool {
    // No program writes the name so, but one that means harm.
    if memchr::memchr_iter(b'#', file).any(|at| is_length_in_disguise(file, at)) {
        return false;
    }
    let lengths = memchr::memmem::find_iter(file, b"/Length");
    let referred: HashSet<&[u8]> = lengths.filter_map(|at| reference(&file[at + 7..])).collect();
    if referred.len() <= MOST_ODD_LENGTHS {
        return true;
    }
    let is_odd = |&at: &usize| {
        file[at + 3..].trim_ascii_start().starts_with(b"<<")
            && number_before(&file[..at]).is_some_and(|number| referred.contains(number))
    };
    memchr::memmem::find_iter(file, b"obj").filter(is_odd).nth(MOST_ODD_LENGTHS).is_none()
}

/// Whether the name around the escape at `at` is `Length`, as `/L#65ngth` is.
fn is_length_in_disguise(file: &[u8], at: usize) -> bool {
    const NAME: &[u8] = b"Length";
    let start = at.saturating_sub(3 * NAME.len());
    let Some(slash) = memchr::memrchr(b'/', &file[start..at]) else {
        return false;
    };
    let mut rest = &file[start + slash + 1..];
    for &letter in NAME {
        let (byte, length) = match rest {
            [b'#', digits @ ..] => (hex_byte(digits), 3),
            _ => (rest.first().copied(), 1),
        };
        if byte != Some(letter) {
            return false;
        }
        rest = &rest[length..];
    }
    true
}

/// The number of the object that `12 0 R` at the start of `text` refers to.
fn reference(text: &[u8]) -> Option<&[u8]> {
    let (number, rest) = digits(text.trim_ascii_start())?;
    let (_, rest) = digits(rest.trim_ascii_start())?;
    rest.trim_ascii_start().starts_with(b"R").then_some(number)
}

fn digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (length > 0).then(|| text.split_at(length))
}

/// The number of the object that `12 0` at the end of `text` begins.
fn number_before(text: &[u8]) -> Option<&[u8]> {
    let last = |text: &'_ [u8]| text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.trim_ascii_end();
    let generation = last(text);
    let text = text[..text.len() - generation].trim_ascii_end();
    let number = last(text);
    (generation > 0 && number > 0).then(|| &text[text.len() - number..])
}

#[cfg(test)]
mod tests {
    use super::has_sound_lengths;

    #[test]
    fn lengths_that_lead_to_streams_are_found() {
        let file = |target: &str| -> Vec<u8> {
            let object = |at: usize| format!("{at} 0 obj <</Length {} 0\nR>> stream", at + 1);
            let streams: String = (1..40).map(object).collect();
            format!("{streams} 40 0 obj {target} endobj").into_bytes()
        };
        assert!(!has_sound_lengths(&file("7")));
        // Each is a number, but for a few in a file that is damaged.
        let lengths: String = (1..40)
            .map(|at| format!("{at} 0 obj <</Length {} 0 R>> {} 0 obj 7 ", at + 50, at + 50))
            .collect();
        assert!(has_sound_lengths(lengths.as_bytes()));
        assert!(has_sound_lengths(b"1 0 obj <</Length 2 0 R>> stream 2 0 obj <</Length 3 0 R>>"));
    }

    #[test]
    fn a_name_that_hides_is_no_sound_one() {
        for name in ["/L#65ngth", "/#4c#65#6E#67#74#68", "/Lengt#68"] {
            assert!(!has_sound_lengths(format!("<<{name} 1 0 R>>").as_bytes()), "{name}");
        }
        for text in ["/A#20B", "/Lengt#69", "#", "/Leng#7", "Length#65"] {
            assert!(has_sound_lengths(text.as_bytes()), "{text}");
        }
    }
}
