//! Escape sequences of roff.

use std::cell::Cell;
use std::collections::HashMap;

/// Strings that a page defines (`.ds`), and the usual ones.
pub(super) struct Strings {
    texts: HashMap<String, String>,
    /// Bytes by which strings may still make the page longer.
    room: Cell<usize>,
}

impl Default for Strings {
    fn default() -> Self {
        let usual = [
            ("Aq", "'"),
            ("lq", "“"),
            ("rq", "”"),
            ("L\"", "“"),
            ("R\"", "”"),
            ("C'", "'"),
            ("C`", "`"),
            ("--", "-"),
            ("R", "®"),
            ("Tm", "™"),
            ("S", ""),
        ];
        let texts = usual.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        Self { texts, room: Cell::new(Self::MOST_ADDED) }
    }
}

impl Strings {
    /// Most strings kept: a page defines a handful.
    const MOST: usize = 1000;
    /// Longest string, in bytes, as defined and as what it stands for: strings of strings grow fast.
    const LONGEST: usize = 1000;
    /// Most bytes by which strings make a page longer than it is written. Strings that are used
    /// often, such as quotation marks, are shorter than their names.
    const MOST_ADDED: usize = 1 << 20;

    /// Defines a string; its value is taken as the text it stands for now. One that is too long
    /// is not defined.
    pub(super) fn define(&mut self, name: &str, value: &str) {
        if self.texts.len() >= Self::MOST || value.len() > Self::LONGEST {
            return;
        }
        let text = self.text(value);
        if text.len() <= Self::LONGEST {
            self.texts.insert(name.to_owned(), text);
        }
    }

    /// Prints a string for which `written` bytes stand in the page, unless the page has grown too long.
    fn print(&self, name: &str, written: usize, out: &mut String) {
        let Some(text) = self.texts.get(name) else { return };
        if let Some(room) = self.room.get().checked_sub(text.len().saturating_sub(written)) {
            self.room.set(room);
            out.push_str(text);
        }
    }

    /// The text of a line: escapes replaced by what they print.
    pub(super) fn text(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            rest = self.escape(&rest[at + 1..], &mut out);
        }
        out.push_str(rest);
        out
    }

    /// Prints the escape behind a backslash and gives what follows it.
    fn escape<'t>(&self, text: &'t str, out: &mut String) -> &'t str {
        let mut characters = text.chars();
        let Some(kind) = characters.next() else {
            return "";
        };
        let rest = characters.as_str();
        match kind {
            // A comment: nothing of the line is left.
            '"' | '#' => "",
            'e' | '\\' => {
                out.push('\\');
                rest
            }
            '-' => {
                out.push('-');
                rest
            }
            '\'' | '`' | '.' => {
                out.push(kind);
                rest
            }
            ' ' | '~' | '0' => {
                out.push(' ');
                rest
            }
            't' => {
                out.push('\t');
                rest
            }
            // Marks of layout.
            '&' | '|' | '^' | '/' | ',' | '!' | '?' | ':' | '%' | 'c' | 'd' | 'u' | 'r' | 'p'
            | 'a' | ')' | '{' | '}' => rest,
            // Fonts, colours, sizes, registers: named, and not printed.
            'f' | 'F' | 'm' | 'M' | 'g' | 'k' | 'Y' | 'V' | '$' => name(rest).1,
            'n' => name(rest.strip_prefix(['+', '-']).unwrap_or(rest)).1,
            's' => size(rest),
            '*' => {
                let (name, after) = name(rest);
                self.print(name, "\\*".len() + rest.len() - after.len(), out);
                after
            }
            '(' | '[' => {
                let (name, rest) = name(text);
                out.push_str(&special(name));
                rest
            }
            'C' | 'N' => {
                let (argument, rest) = delimited(rest);
                match argument.parse().ok().and_then(char::from_u32) {
                    Some(character) if kind == 'N' => out.push(character),
                    _ => out.push_str(&special(argument)),
                }
                rest
            }
            'o' => {
                let (argument, rest) = delimited(rest);
                out.push_str(argument);
                rest
            }
            // Movements, lines, widths, conditions: an argument between delimiters.
            'w' | 'h' | 'v' | 'l' | 'L' | 'D' | 'x' | 'X' | 'Z' | 'A' | 'B' | 'b' | 'R' | 'H'
            | 'S' => delimited(rest).1,
            'z' => rest,
            other => {
                out.push(other);
                rest
            }
        }
    }
}

/// A name of one character, of two behind `(`, or between brackets; and what follows it.
fn name(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').unwrap_or((rest, ""));
    }
    let (skip, length) = if text.starts_with('(') { (1, 2) } else { (0, 1) };
    let rest = &text[skip..];
    let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
    rest.split_at(end)
}

/// An argument between two of the same character; and what follows it.
fn delimited(text: &str) -> (&str, &str) {
    let mut characters = text.chars();
    let Some(delimiter) = characters.next() else {
        return ("", "");
    };
    let rest = characters.as_str();
    rest.split_once(delimiter).unwrap_or(("", rest))
}

/// Passes over the argument of `\s`: `+1`, `-2`, `0`, `10`, `(12`, `[+14]`, `'9'`.
fn size(text: &str) -> &str {
    if text.starts_with('[') || text.starts_with('(') {
        return name(text).1;
    }
    if text.starts_with('\'') {
        return delimited(text).1;
    }
    let signed = text.strip_prefix(['+', '-']);
    let digits = signed.unwrap_or(text);
    if digits.starts_with('(') || digits.starts_with('[') {
        return name(digits).1;
    }
    // Sizes from 10 to 39 have two digits.
    let two = signed.is_none() && digits.starts_with(['1', '2', '3']);
    let count = digits.bytes().take(if two { 2 } else { 1 }).take_while(u8::is_ascii_digit).count();
    &digits[count..]
}

/// The character with a name in roff (groff_char(7)); nothing for a name unknown.
fn special(name: &str) -> String {
    if let Some(code) = name.strip_prefix('u') {
        let codes = code.split('_').map(|code| {
            let digits = (4..=6).contains(&code.len()).then_some(code)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        });
        if let Some(text) = codes.collect::<Option<String>>() {
            return text;
        }
    }
    if let Some(code) = name.strip_prefix("char") {
        return code.parse().ok().and_then(char::from_u32).map(String::from).unwrap_or_default();
    }
    let text = match name {
        "aq" => "'",
        "dq" => "\"",
        "lq" => "“",
        "rq" => "”",
        "oq" => "‘",
        "cq" => "’",
        "ga" => "`",
        "ha" => "^",
        "ti" => "~",
        "rs" => "\\",
        "em" => "—",
        "en" => "–",
        "hy" => "-",
        "mi" => "−",
        "bu" => "•",
        "ci" => "○",
        "sq" => "□",
        "co" => "©",
        "rg" => "®",
        "tm" => "™",
        "de" => "°",
        "mu" => "×",
        "di" => "÷",
        "pl" => "+",
        "eq" => "=",
        "+-" => "±",
        "<=" => "≤",
        ">=" => "≥",
        "!=" => "≠",
        "==" => "≡",
        "ap" => "∼",
        "if" => "∞",
        "->" => "→",
        "<-" => "←",
        "ua" => "↑",
        "da" => "↓",
        "12" => "½",
        "14" => "¼",
        "34" => "¾",
        "sc" => "§",
        "ps" => "¶",
        "dg" => "†",
        "dd" => "‡",
        "ct" => "¢",
        "Po" => "£",
        "Ye" => "¥",
        "Eu" | "eu" => "€",
        "la" => "⟨",
        "ra" => "⟩",
        "lB" => "[",
        "rB" => "]",
        "lC" => "{",
        "rC" => "}",
        "ba" | "or" => "|",
        "br" => "│",
        "sl" => "/",
        "ul" => "_",
        "at" => "@",
        "sh" => "#",
        "Do" => "$",
        "Fo" => "«",
        "Fc" => "»",
        "ss" => "ß",
        "*a" => "α",
        "*b" => "β",
        "*g" => "γ",
        "*d" => "δ",
        "*e" => "ε",
        "*l" => "λ",
        "*m" => "μ",
        "*p" => "π",
        "*s" => "σ",
        "*w" => "ω",
        "*D" => "Δ",
        "*S" => "Σ",
        "*W" => "Ω",
        _ => return accented(name).unwrap_or_default(),
    };
    text.to_owned()
}

/// `:u` is u with diaeresis, and so on: accent, then letter.
fn accented(name: &str) -> Option<String> {
    let mut characters = name.chars();
    let (accent, letter) = (characters.next()?, characters.next()?);
    if characters.next().is_some() || !letter.is_ascii_alphabetic() {
        return None;
    }
    let table = match accent {
        ':' => "aäeëiïoöuüyÿAÄEËIÏOÖUÜ",
        '\'' => "aáeéiíoóuúyýAÁEÉIÍOÓUÚYÝcćCĆ",
        '`' => "aàeèiìoòuùAÀEÈIÌOÒUÙ",
        '^' => "aâeêiîoôuûAÂEÊIÎOÔUÛ",
        '~' => "aãnñoõAÃNÑOÕ",
        ',' => "cçCÇ",
        'o' => "aåAÅ",
        'v' => "sšSŠzžZŽcčCČ",
        '/' => "oøOØ",
        _ => return None,
    };
    let mut pairs = table.chars();
    while let (Some(plain), Some(with)) = (pairs.next(), pairs.next()) {
        if plain == letter {
            return Some(with.to_string());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_print_what_they_print() {
        let strings = Strings::default();
        for (from, to) in [
            (r"\fBls\fR \- 列出 \fIfiles\fP", "ls - 列出 files"),
            (r"\f(CWcode\f[R] \*(Aqx\*(Aq", "code 'x'"),
            (r"a\&.b \e \(co \[em] \[u4E2D]", "a.b \\ © — 中"),
            (r#"text \" comment"#, "text "),
            (r"\s-1SMALL\s0 \s+2x\s10y\s[14]z", "SMALL xyz"),
            (r"\h'2n'x\w'abc'u", "xu"),
            (r"\n(.g\nx\n[ab]end", "end"),
            (r"\(:u\('e \N'65' \C'bu'", "üé A •"),
            (r"trailing \", "trailing "),
            (r"\zo\o'ab'", "oab"),
        ] {
            assert_eq!(strings.text(from), to, "{from}");
        }
    }

    #[test]
    fn strings_are_defined_once_and_used() {
        let mut strings = Strings::default();
        strings.define("zz", r"中\-文");
        assert_eq!(strings.text(r"\*(zz!"), "中-文!");
    }

    #[test]
    fn strings_of_strings_do_not_grow_beyond_bounds() {
        let mut strings = Strings::default();
        strings.define("a", &"A".repeat(900));
        strings.define("b", &r"\*a".repeat(300));
        strings.define("c", &r"\*b".repeat(300));
        let line = r"\*a\*b\*c".repeat(1000);
        let printed: usize = (0..100).map(|_| strings.text(&line).len()).sum();
        assert!(printed <= Strings::MOST_ADDED + 100 * line.len(), "{printed} bytes");
        // Strings that are no longer than what stands for them are always printed.
        assert_eq!(strings.text(r"\*(lqx\*(rq"), "“x”");
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in "[\\\\(\\[\\]'a-z0-9*+中\" -]{0,40}") {
            let _ = Strings::default().text(&line);
        }
    }
}
