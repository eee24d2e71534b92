//! Finding the parts of JSON text and the places where they stand.
//!
//! A parser that builds values forgets on which line a string stood. This scanner finds members,
//! elements and strings with their offsets, without recursion, and is lenient: what is taken as a
//! record is parsed strictly afterwards.

use std::borrow::Cow;
use std::ops::Range;

/// Text that ends or breaks off where JSON cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON: {expected} expected")]
pub(crate) struct ScanError {
    /// Byte offset of the trouble.
    pub(crate) at: usize,
    /// What should have stood there.
    pub(crate) expected: &'static str,
}

/// The offset of the first byte at or after `at` that is not white space.
pub(crate) fn skip_space(text: &str, at: usize) -> usize {
    text.as_bytes()[at..]
        .iter()
        .position(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t'))
        .map_or(text.len(), |more| at + more)
}

/// The offset behind the string whose opening quote stands at `at`.
fn string_end(text: &str, at: usize) -> Result<usize, ScanError> {
    let bytes = text.as_bytes();
    let mut from = at + 1;
    while let Some(rest) = bytes.get(from..) {
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest[found] == b'"' => return Ok(from + found + 1),
            Some(found) => from += found + 2,
            None => break,
        }
    }
    Err(ScanError { at, expected: "a closing quote" })
}

/// The offset behind the value that begins at `at`.
pub(crate) fn value_end(text: &str, at: usize) -> Result<usize, ScanError> {
    let bytes = text.as_bytes();
    let mut at = at;
    let start = at;
    let mut depth = 0usize;
    loop {
        match bytes.get(at) {
            Some(b'"') => at = string_end(text, at)?,
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
            }
            Some(b'}' | b']') if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            Some(b'}' | b']' | b',' | b':') if depth == 0 => {
                return Err(ScanError { at, expected: "a value" });
            }
            Some(_) if depth == 0 => return Ok(scalar_end(bytes, at)),
            Some(_) => at += 1,
            None => {
                return Err(ScanError {
                    at: start,
                    expected: if depth > 0 { "a closing bracket" } else { "a value" },
                });
            }
        }
        if depth == 0 {
            return Ok(at);
        }
    }
}

fn scalar_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|b| {
            matches!(b, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[') || b.is_ascii_whitespace()
        })
        .map_or(bytes.len(), |more| at + more.max(1))
}

/// The elements of the array that begins at `at`, as byte ranges. After an error nothing follows.
pub(crate) fn elements(
    text: &str,
    at: usize,
) -> impl Iterator<Item = Result<Range<usize>, ScanError>> + '_ {
    let mut parts = Parts::new(text, at, b']');
    std::iter::from_fn(move || {
        parts.next_with(|parts| {
            let start = parts.at;
            let end = value_end(parts.text, start)?;
            Ok((start..end, end))
        })
    })
}

/// The members of the object that begins at `at`: key, and value as byte range. After an error
/// nothing follows.
pub(crate) fn members(
    text: &str,
    at: usize,
) -> impl Iterator<Item = Result<(Cow<'_, str>, Range<usize>), ScanError>> + '_ {
    let mut parts = Parts::new(text, at, b'}');
    std::iter::from_fn(move || {
        parts.next_with(|parts| {
            let start = parts.at;
            if parts.text.as_bytes()[start] != b'"' {
                return Err(ScanError { at: start, expected: "a key" });
            }
            let end = string_end(parts.text, start)?;
            let key = unescape(&parts.text[start + 1..end - 1]);
            let colon = skip_space(parts.text, end);
            if parts.text.as_bytes().get(colon) != Some(&b':') {
                return Err(ScanError { at: colon, expected: "a colon" });
            }
            let value = skip_space(parts.text, colon + 1);
            let value_end = value_end(parts.text, value)?;
            Ok(((key, value..value_end), value_end))
        })
    })
}

/// Progress through the parts of an array or object.
struct Parts<'t> {
    text: &'t str,
    at: usize,
    close: u8,
    first: bool,
    done: bool,
}

impl<'t> Parts<'t> {
    fn new(text: &'t str, open: usize, close: u8) -> Self {
        Self { text, at: open + 1, close, first: true, done: false }
    }

    /// The next part, which `take` reads at `self.at`; it says where the part ends.
    fn next_with<T>(
        &mut self,
        take: impl FnOnce(&Self) -> Result<(T, usize), ScanError>,
    ) -> Option<Result<T, ScanError>> {
        if self.done {
            return None;
        }
        self.at = skip_space(self.text, self.at);
        let mut byte = self.text.as_bytes().get(self.at).copied();
        if byte == Some(b',') && !self.first {
            self.at = skip_space(self.text, self.at + 1);
            byte = self.text.as_bytes().get(self.at).copied();
        } else if !self.first && byte != Some(self.close) {
            byte = None;
        }
        self.first = false;
        let result = match byte {
            // A comma before the bracket is forgiven.
            Some(byte) if byte == self.close => {
                self.done = true;
                return None;
            }
            Some(_) => take(self),
            None => Err(ScanError {
                at: self.at,
                expected: if self.close == b']' { "a comma or ]" } else { "a comma or }" },
            }),
        };
        match result {
            Ok((part, end)) => {
                self.at = end;
                Some(Ok(part))
            }
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

/// What closes the string, the arrays and the objects that are open at the end of `text`, which was cut
/// off. Brackets that do not match are taken as they come.
pub(crate) fn closing(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut at = 0;
    let mut string = "";
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => match string_end(text, at) {
                Ok(end) => {
                    at = end;
                    continue;
                }
                Err(_) => {
                    let backslashes = bytes.iter().rev().take_while(|&&b| b == b'\\').count();
                    // An escape that is cut becomes a backslash.
                    string = if backslashes % 2 == 1 { "\\\"" } else { "\"" };
                    break;
                }
            },
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => drop(open.pop()),
            _ => {}
        }
        at += 1;
    }
    string.chars().chain(open.into_iter().rev()).collect()
}

/// Every string that is a value, in order, with the offset of its opening quote. An unclosed string
/// ends them.
pub(crate) fn strings(
    text: &str,
    range: Range<usize>,
) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut at = range.start;
    let text = &text[..range.end];
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr(b'"', &text.as_bytes()[at..])?;
            let end = string_end(text, start).ok()?;
            at = end;
            // A string before a colon is a key.
            if text.as_bytes().get(skip_space(text, end)) != Some(&b':') {
                return Some((start, unescape(&text[start + 1..end - 1])));
            }
        }
    })
}

/// The string that the inside of a JSON string stands for. What no escape means stays; halves of
/// surrogate pairs become U+FFFD.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    out.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(escape) = rest.strip_prefix('\\') {
        let used = match escape.as_bytes().first() {
            Some(b'n') => push_one(&mut out, '\n'),
            Some(b't') => push_one(&mut out, '\t'),
            Some(b'r') => push_one(&mut out, '\r'),
            Some(b'b') => push_one(&mut out, '\u{8}'),
            Some(b'f') => push_one(&mut out, '\u{c}'),
            Some(&byte @ (b'"' | b'\\' | b'/')) => push_one(&mut out, char::from(byte)),
            Some(b'u') => unicode_escape(escape, &mut out),
            _ => {
                out.push('\\');
                0
            }
        };
        rest = &escape[used..];
        let next = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

fn push_one(out: &mut String, character: char) -> usize {
    out.push(character);
    1
}

/// Reads `uXXXX`, with its second half where it is the first of a surrogate pair.
fn unicode_escape(text: &str, out: &mut String) -> usize {
    let unit = |text: &str| -> Option<u16> {
        let digits = text.strip_prefix('u')?.get(..4)?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(text) else {
        out.push('\\');
        return 0;
    };
    let second = text[5..].strip_prefix('\\').and_then(unit);
    if let Some(second) = second
        && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
        && character.len_utf16() == 2
    {
        out.push(character);
        return 11;
    }
    out.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
    5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_found_where_they_stand() {
        let text = r#" [1, {"a": [2]}, "x,]", ] "#;
        let found: Vec<_> = elements(text, 1).map(|r| r.map(|r| &text[r])).collect();
        assert_eq!(found, [Ok("1"), Ok(r#"{"a": [2]}"#), Ok(r#""x,]""#)]);
        let text = r#"{"键": "值", "b\n" : {"c": 1}}"#;
        let found: Vec<_> =
            members(text, 0).map(|m| m.map(|(k, r)| (k.into_owned(), &text[r]))).collect();
        assert_eq!(found, [Ok(("键".into(), "\"值\"")), Ok(("b\n".into(), "{\"c\": 1}"))]);
        let found: Vec<_> = strings(text, 0..text.len()).map(|(_, s)| s.into_owned()).collect();
        assert_eq!(found, ["值"]);
    }

    #[test]
    fn trouble_is_said_once_and_with_its_place() {
        for (text, good) in
            [("[1, 2", 2), ("[1 2]", 1), ("[\"a", 0), ("[", 0), ("[,]", 0), ("[1,,2]", 1)]
        {
            let found: Vec<_> = elements(text, 0).collect();
            assert_eq!(found.len(), good + 1, "{text}: {found:?}");
            assert!(found[good].is_err() && found[..good].iter().all(Result::is_ok));
        }
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape(r#"a\n\t\"\\\/\u4e2d\ud83d\ude00"#), "a\n\t\"\\/中😀");
        assert_eq!(unescape(r"\ud83dx\u12\q\"), "\u{FFFD}x\\u12\\q\\");
    }

    proptest! {
        #[test]
        fn any_text_is_scanned(text in "[\\[\\]{}:,\"\\\\u0-9a中 ]{0,60}") {
            for at in [0, text.len()] {
                if text.is_char_boundary(at) && at < text.len() {
                    prop_assert!(elements(&text, at).count() <= text.len() + 1);
                    prop_assert!(members(&text, at).count() <= text.len() + 1);
                }
            }
            prop_assert!(strings(&text, 0..text.len()).count() <= text.len());
            let _ = unescape(&text);
        }

        #[test]
        fn strings_are_unescaped_as_the_parser_does(text in "\\PC{0,30}[\n\t\"\\\\]{0,3}") {
            let json = serde_json::to_string(&text).expect("a string can be written");
            prop_assert_eq!(unescape(&json[1..json.len() - 1]), text);
        }
    }
}
