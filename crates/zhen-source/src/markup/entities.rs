//! Character references: `&amp;`, `&#20013;`, `&#x4e2d;`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Named character references of the HTML standard (section 13.5), each line a name and the code
/// points it stands for in hexadecimal.
const NAMES: &str = include_str!("entities.txt");

/// Longest name in the table.
const LONGEST_NAME: usize = 32;

/// Names that old pages write without the semicolon.
const WITHOUT_SEMICOLON: [&str; 8] = ["amp", "lt", "gt", "quot", "nbsp", "copy", "reg", "shy"];

fn names() -> &'static HashMap<&'static str, String> {
    static TABLE: OnceLock<HashMap<&'static str, String>> = OnceLock::new();
    TABLE.get_or_init(|| {
        NAMES
            .lines()
            .filter_map(|line| {
                let (name, codes) = line.split_once(' ')?;
                let text = codes
                    .split('+')
                    .filter_map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?))
                    .collect();
                Some((name, text))
            })
            .collect()
    })
}

/// Replaces character references by what they stand for. What is no reference stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let used = reference(after, &mut out);
        if used == 0 {
            out.push('&');
        }
        rest = &after[used..];
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// Writes what the reference at the start of `text` (behind its `&`) stands for, and says how many
/// bytes it took: 0 when there is none.
fn reference(text: &str, out: &mut String) -> usize {
    if let Some(number) = text.strip_prefix('#') {
        return numeric(number, out).map_or(0, |used| used + 1);
    }
    let name_len = text.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let name = &text[..name_len];
    let closed = text[name_len..].starts_with(';');
    if !closed && !WITHOUT_SEMICOLON.contains(&name) {
        return 0;
    }
    match names().get(name) {
        Some(value) => {
            out.push_str(value);
            name_len + usize::from(closed)
        }
        None => 0,
    }
}

fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let (radix, prefix) = match text.strip_prefix(['x', 'X']) {
        Some(_) => (16, 1),
        None => (10, 0),
    };
    let digits = text[prefix..].bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    // A number too large is no character's, like many that are not.
    let code = u32::from_str_radix(&text[prefix..prefix + digits], radix).unwrap_or(u32::MAX);
    let end = prefix + digits;
    out.push(character(code));
    Some(end + usize::from(text[end..].starts_with(';')))
}

/// The character with a number, as browsers read it: 0x80 to 0x9F mean windows-1252, and what is no
/// character is U+FFFD.
fn character(code: u32) -> char {
    match code {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9F => {
            let byte = [u8::try_from(code).unwrap_or(b'?')];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn references_are_replaced() {
        for (from, to) in [
            ("a &amp; b", "a & b"),
            ("&lt;b&gt;", "<b>"),
            ("&#20013;&#x6587;", "中文"),
            ("&hellip;&ldquo;词&rdquo;&mdash;", "…“词”—"),
            ("&copy 2024 &nbsp", "© 2024 \u{A0}"),
            ("AT&T &unknown; &", "AT&T &unknown; &"),
            ("&#150;&#0;&#xD800;&#99999999999;", "–\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("&#;&#x;&;", "&#;&#x;&;"),
            ("plain 中文", "plain 中文"),
            ("&NotEqualTilde;", "≂̸"),
        ] {
            assert_eq!(decode(from), to, "{from}");
        }
    }

    #[test]
    fn the_table_is_complete_and_no_name_is_longer_than_looked_for() {
        assert_eq!(names().len(), 2125);
        assert!(names().keys().all(|name| name.len() <= LONGEST_NAME));
        assert!(names().values().all(|value| !value.is_empty()));
    }

    proptest! {
        #[test]
        fn any_text_is_decoded(text in "[&#x;a-z0-9中 ]{0,40}|\\PC{0,40}") {
            let _ = decode(&text);
        }
    }
}
