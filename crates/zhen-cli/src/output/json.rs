//! JSON that is safe to show.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use super::text::visible;

/// Escapes, beside what JSON must escape, every other character that [`visible`] replaces.
pub(super) struct Tame;

impl Formatter for Tame {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        // All of them lie in the basic plane, and so take one escape.
        for (at, c) in fragment.char_indices().filter(|&(_, c)| visible(c) != c) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            write!(writer, "\\u{:04x}", u32::from(c))?;
            written = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::{Serializer, Value};

    use super::*;

    #[test]
    fn json_on_a_terminal_says_the_same_without_control_characters() {
        let text = "词典\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\n\"\u{2028}𠀀";
        let mut out = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut out, Tame)).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.chars().any(|c| visible(c) != c || c == '\n'), "{out:?}");
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), Value::from(text));
    }
}
