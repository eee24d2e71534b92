//! Cutting: what of a text is shown around a place in it.

use std::ops::Range;

/// Longest passage, in columns of a terminal (a Han character takes two).
const LONGEST: usize = 200;

fn columns(c: char) -> usize {
    if (c as u32) < 0x1100 { 1 } else { 2 }
}

/// Whether a character ends a sentence; `rest` is the text after it.
fn ends_sentence(c: char, rest: &str) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '…')
        || matches!(c, '.' | '!' | '?' | ';') && rest.chars().next().is_none_or(char::is_whitespace)
}

/// How many bytes the characters with which a text begins have that end no sentence and are told from
/// their first bytes, which is most; as many as there is `room` for, which becomes less.
fn plain_length(bytes: &[u8], room: &mut usize) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (length, columns) = match byte {
            b'.' | b'!' | b'?' | b';' => break,
            0..0x80 => (1, 1),
            // From U+4000 to U+EFFF.
            0xE4..=0xEE => (3, 2),
            _ => break,
        };
        if columns > *room {
            break;
        }
        *room -= columns;
        at += length;
    }
    at
}

/// How many bytes at the start of `text` take at most so many columns.
fn length_of(text: &str, most: usize) -> usize {
    let mut room = most;
    let fits = |&(_, c): &(usize, char)| {
        let fits = columns(c) <= room;
        room = room.saturating_sub(columns(c));
        fits
    };
    text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8())
}

/// The line around `hit`, or of a long line the sentences around it, at most [`LONGEST`] columns.
pub(super) fn passage_around(body: &str, hit: &Range<usize>) -> Range<usize> {
    let bytes = body.as_bytes();
    // White space within it may be of any length; no character takes more columns than bytes.
    let hit = match hit.len() > LONGEST {
        true => hit.start..hit.start + length_of(&body[hit.clone()], LONGEST),
        false => hit.clone(),
    };
    let line_start = memchr::memrchr(b'\n', &bytes[..hit.start]).map_or(0, |at| at + 1);
    let line_end =
        memchr::memchr(b'\n', &bytes[hit.start..]).map_or(body.len(), |at| hit.start + at);
    // A line of at most so many bytes fits whatever it holds.
    if line_end - line_start <= LONGEST {
        return trim(body, line_start..line_end.max(hit.end));
    }
    // Back to the start of the sentence, but not more than a third of the room.
    let mut start = hit.start;
    let mut room = LONGEST / 3;
    for (at, c) in body[line_start..hit.start].char_indices().rev() {
        if ends_sentence(c, &body[start..]) || columns(c) > room {
            break;
        }
        room -= columns(c);
        start = line_start + at;
    }
    if room < 2 {
        start = word_border(body, start, hit.start);
    }
    // Forward while whole sentences fit; a sentence that does not is cut.
    let mut room = LONGEST - (LONGEST / 3 - room);
    let mut end = start;
    let mut whole = None;
    let line = &body[..line_end.max(hit.end)];
    loop {
        let plain = plain_length(&bytes[end..line.len()], &mut room);
        end += plain;
        let Some(c) = line[end..].chars().next() else { break };
        if columns(c) > room && end >= hit.end {
            break;
        }
        room = room.saturating_sub(columns(c));
        end += c.len_utf8();
        if end >= hit.end && ends_sentence(c, &line[end..]) {
            whole = Some(end);
        }
    }
    let reached_end = end >= line_end;
    match whole {
        // Most of the room is used, or the rest is a started sentence.
        Some(whole) if !reached_end && (whole - start) * 2 > (end - start) => {
            trim(body, start..whole)
        }
        _ => trim(body, start..end),
    }
}

/// Moves a cut that fell into a Latin word to the next word, but not beyond `limit`.
fn word_border(body: &str, at: usize, limit: usize) -> usize {
    let inside = body[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    if !inside {
        return at;
    }
    let rest = &body[at..limit];
    rest.find(|c: char| !c.is_ascii_alphanumeric()).map_or(at, |skip| at + skip)
}

fn trim(body: &str, range: Range<usize>) -> Range<usize> {
    let text = &body[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

/// Whether it is plain, without cutting it, that the passage around `hit` ends before the place `next`.
pub(super) fn ends_before(body: &str, hit: &Range<usize>, next: usize) -> bool {
    /// Bytes of a column, at most.
    const OF_COLUMN: usize = 3;
    next >= hit.end
        && (next - hit.start >= LONGEST * OF_COLUMN
            || memchr::memchr(b'\n', &body.as_bytes()[hit.start..next]).is_some())
}

#[cfg(test)]
mod tests {
    //! 1. A passage holds its hit, on character borders, and begins no earlier than that of a hit before.
    //! 2. What is said to lie beyond a passage does.

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn passages_hold_their_hits_and_begin_in_their_order(
            text in "([a-z]{1,80}|[安装简单]{1,90}|[กขक]{1,99}|𠀀|[。！？；…]|[.!?;] ?| |é|\\n){1,40}"
        ) {
            let places = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
            let hits: Vec<_> = places.map(|(at, c)| at..at + c.len_utf8()).collect();
            let mut before = 0;
            for (i, hit) in hits.iter().enumerate() {
                let passage = passage_around(&text, hit);
                prop_assert!(passage.start <= hit.start && hit.end <= passage.end);
                prop_assert!(text.get(passage.clone()).is_some());
                prop_assert!(before <= passage.start);
                before = passage.start;
                for next in &hits[i..] {
                    prop_assert!(!ends_before(&text, hit, next.start) || passage.end <= next.start);
                }
            }
        }
    }
}
