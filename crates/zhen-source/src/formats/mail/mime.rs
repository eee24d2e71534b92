//! Cutting a message into header fields, parts and parameters (RFC 5322, 2045, 2046, 2231).
//!
//! Everything goes forward once through the bytes it is about, so that no message takes more than
//! linear time but for the depth of parts within parts, which is limited.

use std::borrow::Cow;
use std::ops::Range;

use super::decode;
use crate::encoding::decode_labelled;
use crate::formats::percent_decode;
use crate::lines::one_line;

/// A message or a part of one, as ranges of the whole message.
pub(super) struct Entity<'m> {
    message: &'m [u8],
    pub(super) head: Range<usize>,
    pub(super) body: Range<usize>,
}

impl<'m> Entity<'m> {
    /// Cuts `range` of `message` behind its header: at an empty line, or before the first line that
    /// cannot belong to a header.
    pub(super) fn cut(message: &'m [u8], range: Range<usize>) -> Self {
        let mut at = range.start;
        for line in lines(message, range.clone()) {
            if message[line.clone()].trim_ascii().is_empty() {
                at = line.end;
                break;
            }
            let is_header = matches!(message[line.start], b' ' | b'\t')
                || field_name(&message[line.clone()]).is_some();
            if !is_header {
                break;
            }
            at = line.end;
        }
        Self { message, head: range.start..at, body: at..range.end }
    }

    pub(super) fn bytes(&self) -> &'m [u8] {
        &self.message[self.body.clone()]
    }

    /// Where the value of the first field called `name` stands, in lower case: all its lines.
    pub(super) fn range_of(&self, name: &str) -> Option<Range<usize>> {
        let mut value: Option<Range<usize>> = None;
        for line in lines(self.message, self.head.clone()) {
            let bytes = &self.message[line.clone()];
            match &mut value {
                Some(value) if bytes.starts_with(b" ") || bytes.starts_with(b"\t") => {
                    value.end = line.end;
                }
                Some(_) => break,
                None => {
                    if let Some(found) = field_name(bytes)
                        && found.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
                    {
                        value = Some(line.start + found.len() + 1..line.end);
                    }
                }
            }
        }
        value
    }

    fn raw(&self, name: &str) -> Option<&'m [u8]> {
        self.range_of(name).map(|range| &self.message[range])
    }

    /// A field as text on one line; `None` where it is missing or empty.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let text = one_line(&decode::words(self.raw(name)?));
        (!text.is_empty()).then_some(text)
    }

    /// The addresses of a field, each as it is written: `李雷 <li@example.com>`.
    pub(super) fn addresses(&self, name: &str) -> Vec<String> {
        let Some(raw) = self.raw(name) else {
            return Vec::new();
        };
        let (mut quoted, mut depth, mut escaped) = (false, 0u32, false);
        // No encoding of more than a byte a character has a comma within one.
        raw.split(|&byte| {
            match byte {
                _ if escaped => {}
                b'"' => quoted = !quoted,
                b'<' | b'(' if !quoted => depth += 1,
                b'>' | b')' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
            byte == b',' && !quoted && depth == 0
        })
        .map(|address| one_line(&decode::words(address)).replace('"', ""))
        .filter(|address| !address.is_empty())
        .collect()
    }

    /// The media type in lower case; plain text where none is given.
    pub(super) fn media_type(&self) -> String {
        let Some(raw) = self.raw("content-type") else {
            return "text/plain".to_owned();
        };
        let end = memchr::memchr(b';', raw).unwrap_or(raw.len());
        String::from_utf8_lossy(raw[..end].trim_ascii()).to_ascii_lowercase()
    }

    /// A parameter of a field, as `charset` is one of `content-type`.
    pub(super) fn parameter(&self, field: &str, name: &str) -> Option<String> {
        parameter(self.raw(field)?, name)
    }

    pub(super) fn is_attachment(&self) -> bool {
        self.raw("content-disposition").is_some_and(|value| {
            let value = value.trim_ascii_start();
            value.get(..10).is_some_and(|start| start.eq_ignore_ascii_case(b"attachment"))
        })
    }

    /// The name of the file that the part is.
    pub(super) fn file_name(&self) -> Option<String> {
        let name = self
            .parameter("content-disposition", "filename")
            .or_else(|| self.parameter("content-type", "name"))?;
        let name = one_line(&name);
        (!name.is_empty()).then_some(name)
    }

    /// The content without its transfer encoding, and whether that kept its lines: one in
    /// quoted-printable may go on in the next.
    pub(super) fn content(&self) -> (Cow<'m, [u8]>, Transfer) {
        let encoding = self.raw("content-transfer-encoding").unwrap_or_default().trim_ascii();
        if encoding.eq_ignore_ascii_case(b"base64") {
            (decode::base64(self.bytes()).into(), Transfer::Base64)
        } else if encoding.eq_ignore_ascii_case(b"quoted-printable") {
            (decode::quoted_printable(self.bytes()).into(), Transfer::QuotedPrintable)
        } else {
            (self.bytes().into(), Transfer::Plain)
        }
    }

    /// The parts between the lines of a boundary; none where no such line stands. The last may lack its
    /// end.
    pub(super) fn parts(&self, boundary: &str) -> impl Iterator<Item = Range<usize>> {
        let (message, end) = (self.message, self.body.end);
        let mut borders = lines(message, self.body.clone()).filter_map(move |line| {
            let rest = message[line.clone()].strip_prefix(b"--")?;
            let rest = rest.strip_prefix(boundary.as_bytes())?;
            let (is_last, rest) =
                rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
            rest.trim_ascii().is_empty().then_some((line, is_last))
        });
        let mut start = borders.next().filter(|&(_, is_last)| !is_last).map(|(line, _)| line.end);
        std::iter::from_fn(move || {
            let from = start.take()?;
            let Some((line, is_last)) = borders.next() else {
                return Some(from..end);
            };
            start = (!is_last).then_some(line.end);
            Some(from..line.start)
        })
    }
}

/// How the bytes of a part are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The lines of `range` with their line ends.
pub(super) fn lines(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    std::iter::from_fn(move || {
        (at < range.end).then(|| {
            let start = at;
            at = memchr::memchr(b'\n', &bytes[at..range.end]).map_or(range.end, |end| at + end + 1);
            start..at
        })
    })
}

/// The name of the header field that begins a line, up to its colon.
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let name = &line[..memchr::memchr(b':', line)?];
    let is_name = |name: &[u8]| !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name(name.trim_ascii_end()).then_some(name)
}

/// The parameter `name` of a field's value, its pieces (`name*0`, `name*1*`) put together.
fn parameter(value: &[u8], name: &str) -> Option<String> {
    let mut pieces: Vec<(u32, bool, Vec<u8>)> = Vec::new();
    for (key, value) in parameters(value) {
        let Some(rest) = key
            .get(..name.len())
            .filter(|start| start.eq_ignore_ascii_case(name.as_bytes()))
            .map(|_| &key[name.len()..])
        else {
            continue;
        };
        let (number, is_encoded) = match rest.strip_suffix(b"*") {
            Some(number) => (number, true),
            None => (rest, false),
        };
        let number = match number.strip_prefix(b"*") {
            Some(digits) => std::str::from_utf8(digits).ok().and_then(|n| n.parse().ok()),
            None if number.is_empty() => Some(0),
            None => None,
        };
        pieces.extend(number.map(|number| (number, is_encoded, value)));
    }
    pieces.sort_by_key(|&(number, ..)| number);
    pieces.dedup_by_key(|&mut (number, ..)| number);
    let (_, is_encoded, first) = pieces.first()?;
    if !is_encoded && pieces.len() == 1 {
        // Against the standard, and common.
        return Some(decode::words(first));
    }
    let mut charset = None;
    let mut bytes = Vec::new();
    for (number, is_encoded, value) in &pieces {
        let mut value = value.as_slice();
        if *is_encoded && *number == 0 {
            // charset'language'value
            let mut marks = value.splitn(3, |&byte| byte == b'\'');
            if let (Some(label), Some(_), Some(rest)) = (marks.next(), marks.next(), marks.next()) {
                charset = Some(String::from_utf8_lossy(label).into_owned());
                value = rest;
            }
        }
        if *is_encoded {
            bytes.extend(percent_decode(value));
        } else {
            bytes.extend_from_slice(value);
        }
    }
    Some(decode_labelled(&bytes, charset.as_deref()).0.into_owned())
}

/// The parameters behind the first `;`: names, and values without quotes.
fn parameters(value: &[u8]) -> impl Iterator<Item = (&[u8], Vec<u8>)> {
    let mut rest = memchr::memchr(b';', value).map_or(&value[..0], |at| &value[at + 1..]);
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest)?;
        // What has no `=` is no parameter.
        let name = rest[..equals].rsplit(|&byte| byte == b';').next()?.trim_ascii();
        rest = rest[equals + 1..].trim_ascii_start();
        let mut text = Vec::new();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let mut escaped = false;
            let mut end = quoted.len();
            for (at, &byte) in quoted.iter().enumerate() {
                if byte == b'"' && !escaped {
                    end = at + 1;
                    break;
                }
                escaped = byte == b'\\' && !escaped;
                if !escaped && !matches!(byte, b'\r' | b'\n') {
                    text.push(byte);
                }
            }
            rest = &quoted[end..];
            rest = memchr::memchr(b';', rest).map_or(&rest[..0], |at| &rest[at + 1..]);
        } else {
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            text.extend_from_slice(rest[..end].trim_ascii());
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        Some((name, text))
    })
}
