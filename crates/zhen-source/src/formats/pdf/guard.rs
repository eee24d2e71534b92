//! What is looked for before a file is given to the reader of objects.

use std::collections::HashSet;

/// Lengths that are no numbers; a file that is merely damaged has a few at most.
const MOST_ODD_LENGTHS: usize = 16;

/// Whether the lengths of streams that stand elsewhere in the file are numbers there.
///
/// To find a length that is itself a stream, its length must be found before, and so on: the reader of
/// objects goes that way by recursion, anew from each stream.
pub(super) fn has_sound_lengths(file: &[u8]) -> bool {
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
