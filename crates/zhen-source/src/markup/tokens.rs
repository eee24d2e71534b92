//! Cutting markup into tags and text.

use std::borrow::Cow;

use super::entities;

/// How strictly names and syntax are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Names without regard to case, elements with raw text, `/>` without meaning.
    Html,
    /// HTML written as XML: as above, but `/>` closes an element.
    Xhtml,
    /// Names by their local part (`w:p` is `p`), no raw text.
    Xml,
}

/// A piece of markup. `at` is the byte offset of a text in the input.
#[derive(Debug)]
pub(crate) enum Token<'t> {
    /// Text, its character references not yet replaced.
    Text { raw: &'t str, at: usize },
    /// Text in which `&` means itself.
    Literal { text: &'t str, at: usize },
    /// A start tag. `closed`: the element ends here, as `<br/>` does.
    Start { name: Cow<'t, str>, attributes: Attributes<'t>, closed: bool },
    /// An end tag.
    End { name: Cow<'t, str> },
}

/// The attributes of a start tag, parsed when asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes<'t> {
    text: &'t str,
    at: usize,
}

/// An iterator over the tokens of a text. Comments, declarations and processing instructions are
/// left out. A search that fails (for a closing quote, a `-->`, …) is not made again, one for the end of
/// a tag not more than a few times, which keeps the whole linear whatever the input.
pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    /// The element whose raw text comes next.
    raw: Option<Raw>,
    missing: Missing,
}

/// What is known not to occur in the rest of the text.
#[derive(Default)]
struct Missing {
    tag_end: bool,
    /// How many tags were followed by no `>` but those in quoted values.
    unquoted_tag_end: u8,
    double_quote: bool,
    single_quote: bool,
    comment_end: bool,
    cdata_end: bool,
    instruction_end: bool,
    subset_end: bool,
    raw_end: [bool; RAW.len()],
}

/// Most tags for whose end the rest of the text is searched in vain. In what is markup at all there is
/// hardly one; after that the next `>` is the end of a tag, quoted or not.
const MOST_SWALLOWED: u8 = 16;

/// Index into [`RAW`].
type Raw = usize;

/// Elements of HTML whose content holds no tags.
const RAW: [&str; 7] = ["script", "style", "title", "textarea", "xmp", "iframe", "noframes"];

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self { text, at: 0, dialect, raw: None, missing: Missing::default() }
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The text up to the next tag; a `<` that begins none belongs to it.
    fn text(&mut self) -> Token<'t> {
        let start = self.at;
        let mut from = start;
        self.at = loop {
            match memchr::memchr(b'<', &self.bytes()[from..]) {
                Some(found) if self.begins_markup(from + found) && from + found > start => {
                    break from + found;
                }
                Some(found) => from += found + 1,
                None => break self.text.len(),
            }
        };
        Token::Text { raw: &self.text[start..self.at], at: start }
    }

    fn begins_markup(&self, at: usize) -> bool {
        if self.missing.tag_end {
            return false;
        }
        match self.bytes().get(at + 1) {
            Some(b'!' | b'?') => true,
            Some(b'/') => self.bytes().get(at + 2).is_some_and(|&b| self.begins_name(b)),
            Some(&b) => self.begins_name(b),
            None => false,
        }
    }

    fn begins_name(&self, byte: u8) -> bool {
        byte.is_ascii_alphabetic() || self.dialect == Dialect::Xml && (byte == b'_' || byte >= 0x80)
    }

    /// The end of the tag whose inside begins at `from`: the offset of its `>`, quoted values passed
    /// over.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        if self.missing.tag_end {
            return None;
        }
        let bytes = self.bytes();
        let mut at = from;
        loop {
            let outside = match self.missing.unquoted_tag_end {
                MOST_SWALLOWED.. => None,
                _ => memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]),
            };
            let Some(found) = outside else {
                // A value that swallows the rest is no value.
                let end = memchr::memchr(b'>', &bytes[from..]).map(|found| from + found);
                self.missing.tag_end = end.is_none();
                self.missing.unquoted_tag_end = self.missing.unquoted_tag_end.saturating_add(1);
                return end;
            };
            at += found;
            let quote = bytes[at];
            if quote == b'>' {
                return Some(at);
            }
            let begins_value = bytes[from..at].trim_ascii_end().ends_with(b"=");
            at += 1;
            let missing = match quote {
                b'"' => &mut self.missing.double_quote,
                _ => &mut self.missing.single_quote,
            };
            if begins_value && !*missing {
                match memchr::memchr(quote, &bytes[at..]) {
                    Some(end) => at += end + 1,
                    None => *missing = true,
                }
            }
        }
    }

    /// Passes over `<!…>` and `<?…>`; gives the text of a CDATA section.
    fn declaration(&mut self) -> Option<Token<'t>> {
        let at = self.at;
        let rest = &self.text[at..];
        if let Some(inside) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole comments.
            if inside.starts_with('>') || inside.starts_with("->") {
                self.at = at + 5 + usize::from(inside.starts_with('-'));
            } else {
                let end = find(inside, b"-->", &mut self.missing.comment_end);
                self.at = end.map_or_else(|| self.simple_end(), |end| at + 4 + end + 3);
            }
        } else if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            let start = at + 9;
            let Some(end) = find(inside, b"]]>", &mut self.missing.cdata_end) else {
                self.at = self.simple_end();
                return None;
            };
            self.at = start + end + 3;
            return Some(Token::Literal { text: &self.text[start..start + end], at: start });
        } else if rest.starts_with("<?") && self.dialect == Dialect::Xml {
            let end = find(rest, b"?>", &mut self.missing.instruction_end);
            self.at = end.map_or_else(|| self.simple_end(), |end| at + end + 2);
        } else {
            let end = self.simple_end();
            // A document type may hold declarations of its own between brackets.
            let subset = memchr::memchr(b'[', &self.bytes()[at..end]).is_some();
            let subset_end =
                if subset { find(rest, b"]>", &mut self.missing.subset_end) } else { None };
            self.at = subset_end.map_or(end, |end| at + end + 2);
        }
        None
    }

    /// Behind the next `>`, or the end of the text.
    fn simple_end(&self) -> usize {
        memchr::memchr(b'>', &self.bytes()[self.at..])
            .map_or(self.text.len(), |found| self.at + found + 1)
    }

    /// The tag at the current `<`; `None` when it turns out to be text.
    fn tag(&mut self) -> Option<Token<'t>> {
        let at = self.at;
        let is_end = self.bytes()[at + 1] == b'/';
        let name_start = at + 1 + usize::from(is_end);
        let end = self.tag_end(name_start)?;
        let inside = &self.text[name_start..end];
        let name_len = inside
            .bytes()
            .position(|b| b.is_ascii_whitespace() || b == b'/' || b == b'"')
            .unwrap_or(inside.len());
        let name = self.name(&inside[..name_len]);
        self.at = end + 1;
        if is_end {
            return Some(Token::End { name });
        }
        let closed = inside.ends_with('/') && self.dialect != Dialect::Html;
        if self.dialect != Dialect::Xml && !closed {
            self.raw = RAW.iter().position(|raw| *raw == name);
        }
        Some(Token::Start {
            name,
            attributes: Attributes { text: &inside[name_len..], at },
            closed,
        })
    }

    fn name(&self, name: &'t str) -> Cow<'t, str> {
        if self.dialect == Dialect::Xml {
            let local = name.rsplit(':').next().unwrap_or(name);
            return Cow::Borrowed(local);
        }
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }

    /// The content of a raw text element, up to its end tag.
    fn raw_text(&mut self, raw: Raw) -> Token<'t> {
        let start = self.at;
        self.at = match self.raw_end(raw) {
            Some(end) => end,
            // Without an end tag a title is one piece of text; the others swallow the rest, as in
            // a browser.
            None if RAW[raw] == "title" => memchr::memchr(b'<', &self.bytes()[start..])
                .map_or(self.text.len(), |found| start + found),
            None => self.text.len(),
        };
        let text = &self.text[start..self.at];
        match RAW[raw] {
            "title" | "textarea" => Token::Text { raw: text, at: start },
            _ => Token::Literal { text, at: start },
        }
    }

    fn raw_end(&mut self, raw: Raw) -> Option<usize> {
        if self.missing.raw_end[raw] {
            return None;
        }
        let name = RAW[raw].as_bytes();
        let bytes = self.bytes();
        let found = memchr::memmem::find_iter(&bytes[self.at..], b"</")
            .map(|found| self.at + found)
            .find(|found| {
                bytes[found + 2..]
                    .get(..name.len())
                    .is_some_and(|end| end.eq_ignore_ascii_case(name))
            });
        self.missing.raw_end[raw] = found.is_none();
        found
    }
}

/// Where `needle` stands in `text`, unless it is known to be missing; remembers when it is.
fn find(text: &str, needle: &[u8], missing: &mut bool) -> Option<usize> {
    if *missing {
        return None;
    }
    let found = memchr::memmem::find(text.as_bytes(), needle);
    *missing = found.is_none();
    found
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if let Some(raw) = self.raw.take() {
            let token = self.raw_text(raw);
            return Some(token);
        }
        while self.at < self.text.len() {
            if self.bytes()[self.at] != b'<' || !self.begins_markup(self.at) {
                return Some(self.text());
            }
            match self.bytes()[self.at + 1] {
                b'!' | b'?' => {
                    if let Some(token) = self.declaration() {
                        return Some(token);
                    }
                }
                _ => {
                    let token = self.tag();
                    return Some(token.unwrap_or_else(|| self.text()));
                }
            }
        }
        None
    }
}

impl<'t> Attributes<'t> {
    /// The byte offset of the tag in the input.
    pub(crate) fn at(self) -> usize {
        self.at
    }

    /// Names and raw values in order; the value of an attribute without one is empty.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let mut rest = self.text;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            // A stray `=` at the start belongs to the name, so that there is always progress.
            let name_len = rest
                .bytes()
                .skip(1)
                .position(|b| b.is_ascii_whitespace() || b == b'=' || b == b'/')
                .map_or(rest.len(), |at| at + 1);
            let name = &rest[..name_len];
            rest = rest[name_len..].trim_ascii_start();
            let Some(value) = rest.strip_prefix('=') else {
                return Some((name, ""));
            };
            let value = value.trim_ascii_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, after) = match quote {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => {
                    let end = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
                    value.split_at(end)
                }
            };
            rest = after;
            Some((name, value))
        })
    }

    /// The value of an attribute, references replaced; its name is compared without regard to case,
    /// and with its prefix (`xml:lang`).
    pub(crate) fn get(self, name: &str) -> Option<Cow<'t, str>> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| entities::decode(value))
    }

    /// The value of an attribute by the local part of its name (`w:val` is `val`).
    pub(crate) fn local(self, name: &str) -> Option<Cow<'t, str>> {
        self.iter()
            .find(|(found, _)| found.rsplit(':').next() == Some(name))
            .map(|(_, value)| entities::decode(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, dialect: Dialect) -> Vec<String> {
        Tokens::new(text, dialect)
            .map(|token| match token {
                Token::Text { raw, .. } => format!("T {raw}"),
                Token::Literal { text, .. } => format!("L {text}"),
                Token::Start { name, attributes, closed } => {
                    let list: Vec<_> =
                        attributes.iter().map(|(n, v)| format!(" {n}={v}")).collect();
                    format!("{} {name}{}", if closed { "C" } else { "S" }, list.concat())
                }
                Token::End { name } => format!("E {name}"),
            })
            .collect()
    }

    #[test]
    fn tags_and_text_are_cut() {
        assert_eq!(
            shown("<!DOCTYPE html><P class=a id='b c' x=\"d>e\" y>一<br/>二</P>", Dialect::Html),
            ["S p class=a id=b c x=d>e y=", "T 一", "S br", "T 二", "E p"]
        );
        assert_eq!(
            shown("<a><!-- <b> --><![CDATA[1 < 2 & 3]]></a>", Dialect::Xml),
            ["S a", "L 1 < 2 & 3", "E a"]
        );
        assert_eq!(shown("<w:p w:v='1'/>", Dialect::Xml), ["C p w:v=1"]);
        assert_eq!(
            shown("<script>if (a<b) '</div>'</script>x", Dialect::Html),
            ["S script", "L if (a<b) '</div>'", "E script", "T x"]
        );
        assert_eq!(
            shown("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", Dialect::Xml),
            ["C a"]
        );
    }

    #[test]
    fn broken_markup_is_text_or_is_cut_short() {
        assert_eq!(shown("a < b", Dialect::Html), ["T a < b"]);
        assert_eq!(shown("1<2", Dialect::Html), ["T 1<2"]);
        assert_eq!(shown("a <b", Dialect::Html), ["T a ", "T <b"]);
        assert_eq!(shown("<a href=\"x>y</a>", Dialect::Html), ["S a href=x", "T y", "E a"]);
        assert_eq!(shown("<!-- open <p>x</p>", Dialect::Html), ["T x", "E p"]);
        assert_eq!(shown("<title>open<p>x", Dialect::Html), ["S title", "T open", "S p", "T x"]);
        assert_eq!(shown("<!-->x", Dialect::Html), ["T x"]);
        assert_eq!(shown("<", Dialect::Html), ["T <"]);
        assert_eq!(shown("</", Dialect::Html), ["T </"]);
        assert_eq!(shown("<a =b ==c>", Dialect::Html), ["S a =b==c"]);
    }

    #[test]
    fn hostile_input_takes_linear_time() {
        // Each of these took hours with a search to the end of the text for every `<`.
        for piece in [
            "<a b=\"",
            "<a b='\"",
            "<a b=\">\" ",
            "<!--",
            "<![CDATA[",
            "<title>",
            "<",
            "<a ",
            "</a",
            "<?",
        ] {
            let text = piece.repeat(300_000);
            for dialect in [Dialect::Html, Dialect::Xml] {
                assert!(Tokens::new(&text, dialect).count() <= 1_200_000);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_losing_order(
            text in "([<>/!?='\" a-c中\\-\\[\\]]|<!--|-->|<title>|</title>|<script>|CDATA){0,60}"
        ) {
            for dialect in [Dialect::Html, Dialect::Xhtml, Dialect::Xml] {
                let mut last = 0;
                for token in Tokens::new(&text, dialect) {
                    let at = match token {
                        Token::Text { at, .. } | Token::Literal { at, .. } => at,
                        Token::Start { attributes, .. } => {
                            prop_assert!(attributes.iter().count() <= text.len());
                            continue;
                        }
                        Token::End { .. } => continue,
                    };
                    prop_assert!(at >= last);
                    last = at;
                }
            }
        }
    }
}
