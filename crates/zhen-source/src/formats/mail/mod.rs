//! Mail: single messages (`.eml`) and files of them (`.mbox`).
//!
//! Both come with encodings of their own in each part, so they are read as bytes. Read by code of our
//! own, since the parsers at hand take the square of the time for some malformed headers, and forget
//! lines and undeclared encodings.

mod decode;
mod mime;

use std::io::{self, BufRead};
use std::ops::{ControlFlow, Range};

use serde_json::Value;

use super::{Output, html};
use crate::document::{Document, LineMap};
use crate::encoding::{self, decode_labelled};
use crate::lines::{
    BodyBuilder, LineCounter, LineEnd, normalise_line_ends, prefix, read_line, short_line,
};
use crate::record::normalise_lang;
use crate::time::normalise_time;
use mime::{Entity, Transfer};

/// Most parts within parts that are gone into.
const MOST_DEPTH: u32 = 16;

/// Whether a text begins with a header, as a message does.
pub(crate) fn is_message(head: &str) -> bool {
    let head = head.strip_prefix('>').unwrap_or(head);
    head.starts_with("From ") || mime::field_name(prefix(head, 80).as_bytes()).is_some()
}

/// Reads a message into `document`, which has its id and a title for want of a subject.
///
/// The subject is the title, the date the time. Sender and recipients are fields and the first lines
/// of the body, so that they are found by their names. Then come the parts that are text: of
/// alternatives the plain one, or HTML where there is no other; at the end the names of attached files.
/// What was not written as it is read (base64, HTML) stands, as a whole, where its part begins.
pub(crate) fn read(message: &[u8], first_line: u32, document: &mut Document, out: &mut Output<'_>) {
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    let mut start = message.len() - message.trim_ascii_start().len();
    if message[start..].starts_with(b"From ") || message[start..].starts_with(b">From ") {
        start = mime::lines(message, start..message.len()).next().map_or(start, |line| line.end);
    }
    let entity = Entity::cut(message, start..message.len());
    if let Some(subject) = entity.field("subject") {
        document.title = short_line(&subject);
    }
    document.time = entity.field("date").and_then(|date| time_of(&date));
    document.lang = entity.field("content-language").and_then(|lang| normalise_lang(&lang));
    let mut reader = Reader {
        message,
        lines: LineCounter::new(message, first_line),
        attachments: Vec::new(),
        out,
    };
    let mut body = BodyBuilder::with_capacity(message.len() / 2);
    let mut fields = [("From", "from"), ("To", "to"), ("Cc", "cc")]
        .map(|(label, name)| (label, name, entity.range_of(name)));
    fields.sort_by_key(|(.., range)| range.as_ref().map(|range| range.start));
    for (label, name, range) in fields {
        let (Some(range), addresses) = (range, entity.addresses(name)) else {
            continue;
        };
        if addresses.is_empty() {
            continue;
        }
        let line = reader.lines.line_at(range.start);
        body.push(&short_line(&format!("{label}: {}", addresses.join(", "))), line);
        body.end_line();
        let value = match addresses.len() {
            1 => addresses.into_iter().collect::<String>().into(),
            _ => Value::from(addresses),
        };
        document.extra.insert(name.to_owned(), value);
    }
    for piece in reader.pieces(&entity, 0) {
        if !body.is_empty() {
            body.end_line();
        }
        piece.append_to(&mut body);
    }
    let attachments = reader.attachments;
    if !attachments.is_empty() {
        if !body.is_empty() {
            body.end_line();
        }
        for (name, line) in &attachments {
            body.push(name, *line);
            body.end_line();
        }
        let names: Vec<String> = attachments.into_iter().map(|(name, _)| name).collect();
        document.extra.insert("attachments".to_owned(), names.into());
    }
    body.finish(document);
}

/// The date of a message. Programs put the name of the zone behind its offset.
fn time_of(date: &str) -> Option<String> {
    let end = date.find('(').unwrap_or(date.len());
    normalise_time(&date[..end])
}

/// The text of a part.
struct Piece {
    text: String,
    headings: Vec<Range<usize>>,
    /// To lines of the file.
    lines: LineMap,
}

impl Piece {
    fn append_to(&self, body: &mut BodyBuilder) {
        let start = body.len();
        for (number, line) in (1u32..).zip(self.text.trim_end().lines()) {
            body.push(line, self.lines.source_line(number));
            body.end_line();
        }
        for heading in &self.headings {
            body.mark_heading(start + heading.start..start + heading.end);
        }
    }
}

struct Reader<'m, 'o, 's> {
    message: &'m [u8],
    lines: LineCounter<'m>,
    /// Names of attached files with the lines where they begin.
    attachments: Vec<(String, u32)>,
    out: &'o mut Output<'s>,
}

impl Reader<'_, '_, '_> {
    /// The texts of a message or a part.
    fn pieces(&mut self, entity: &Entity<'_>, depth: u32) -> Vec<Piece> {
        let media_type = entity.media_type();
        let is_nested = depth < MOST_DEPTH && !entity.is_attachment();
        if let Some(kind) = media_type.strip_prefix("multipart/").filter(|_| is_nested)
            && let Some(boundary) = entity.parameter("content-type", "boundary")
        {
            let mut parts = entity.parts(&boundary).peekable();
            // Without any of its lines it is a text.
            if parts.peek().is_some() {
                let parts = parts.map(|range| {
                    let part = Entity::cut(self.message, range);
                    let is_plain = part.media_type() == "text/plain";
                    (is_plain, self.pieces(&part, depth + 1))
                });
                return match kind {
                    "alternative" => best(parts),
                    _ => parts.flat_map(|(_, pieces)| pieces).collect(),
                };
            }
        }
        let line = self.lines.line_at(entity.body.start);
        if media_type == "message/rfc822" && is_nested {
            let forwarded = Entity::cut(self.message, entity.body.clone());
            let subject = forwarded.field("subject").map(|subject| Piece {
                headings: Vec::new(),
                text: subject,
                lines: LineMap::starting_at(line),
            });
            let pieces = self.pieces(&forwarded, depth + 1);
            return subject.into_iter().chain(pieces).collect();
        }
        let is_text = matches!(media_type.as_str(), "text/plain" | "text/html" | "text")
            || media_type.starts_with("multipart/");
        match entity.file_name() {
            Some(name) => self.attachments.push((short_line(&name), line)),
            None if is_text && !entity.is_attachment() => {
                let is_html = media_type == "text/html";
                return self.text(entity, is_html, line).into_iter().collect();
            }
            None => {}
        }
        Vec::new()
    }

    /// A part that is text and begins in line `first`.
    fn text(&mut self, entity: &Entity<'_>, is_html: bool, first: u32) -> Option<Piece> {
        let (bytes, transfer) = entity.content();
        let label = entity.parameter("content-type", "charset");
        let label = label.or_else(|| {
            let declared = is_html.then(|| encoding::declared(&bytes)).flatten();
            declared.map(|encoding| encoding.name().to_owned())
        });
        let (text, encoding, lossy) = decode_labelled(&bytes, label.as_deref());
        self.out.note_encoding(encoding.name(), lossy);
        let text = normalise_line_ends(text.into_owned());
        let mut document = Document::default();
        if is_html {
            html::read(&text, &mut document);
        } else {
            document.body = text;
        }
        let body = document.body;
        if body.trim().is_empty() {
            return None;
        }
        let source = source_lines(entity.bytes(), transfer, first);
        let mut lines = LineMap::default();
        for (number, _) in (1u32..).zip(body.lines()) {
            // A line of the part, then one of the file.
            let of_part = document.lines.source_line(number);
            let at = usize::try_from(of_part).unwrap_or(usize::MAX) - 1;
            lines.push(number, source.get(at).or(source.last()).copied().unwrap_or(first));
        }
        Some(Piece { text: body, headings: document.headings, lines })
    }
}

/// The plain text among alternatives; the last and richest where none is.
fn best(parts: impl Iterator<Item = (bool, Vec<Piece>)>) -> Vec<Piece> {
    let mut best = (false, Vec::new());
    // All are gone through: each may have files attached.
    for (is_plain, pieces) in parts {
        if !best.0 && !pieces.is_empty() {
            best = (is_plain, pieces);
        }
    }
    best.1
}

/// The line of the file in which each line of a part begins, of which the first stands in `first`.
fn source_lines(bytes: &[u8], transfer: Transfer, first: u32) -> Vec<u32> {
    if transfer == Transfer::Base64 {
        return vec![first];
    }
    let mut begins = true;
    let mut starts = Vec::new();
    for (line, range) in (first..).zip(mime::lines(bytes, 0..bytes.len())) {
        if begins {
            starts.push(line);
        }
        begins = transfer == Transfer::Plain || !bytes[range].trim_ascii_end().ends_with(b"=");
    }
    starts
}

/// Reads a file of messages, each behind a line `From sender date` that follows an empty line.
///
/// A message longer than `most` bytes is reported and passed over without being held. `document` has
/// what is the same for all; ids are `path#line`.
pub(crate) fn read_mailbox(
    mut reader: impl BufRead,
    document: &Document,
    most: usize,
    out: &mut Output<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut line = Vec::new();
    let mut message = Vec::new();
    let (mut number, mut first) = (0u32, 1u32);
    let (mut after_empty, mut is_too_long) = (true, false);
    loop {
        let end = read_line(&mut reader, &mut line, most)?;
        let is_end = matches!(end, LineEnd::NoLine);
        number = number.saturating_add(1);
        if is_end || after_empty && is_separator(&line) {
            if is_too_long {
                out.problem(first, format!("the message is longer than {most} bytes"));
            } else if !message.trim_ascii().is_empty()
                && emit(&message, first, document, out).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
            if is_end {
                return Ok(ControlFlow::Continue(()));
            }
            message.clear();
            (first, is_too_long) = (number, false);
        }
        let is_cut = matches!(end, LineEnd::TooLong);
        after_empty = !is_cut && line.trim_ascii().is_empty();
        is_too_long |= is_cut || message.len() + line.len() >= most;
        if is_too_long {
            message = Vec::new();
            continue;
        }
        // `>From ` is what programs make of a line of text that begins with `From `.
        let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
        let is_quoted = quotes > 0 && line[quotes..].starts_with(b"From ");
        message.extend_from_slice(&line[usize::from(is_quoted)..]);
        message.push(b'\n');
    }
}

/// Whether a line is `From sender date`, with a time and a year, and not text that begins so.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let mut words = rest.split(u8::is_ascii_whitespace);
    let is_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let is_time =
        |word: &[u8]| word.contains(&b':') && word.split(|&byte| byte == b':').all(is_digits);
    words.clone().any(is_time) && words.any(|word| word.len() == 4 && is_digits(word))
}

fn emit(message: &[u8], first: u32, common: &Document, out: &mut Output<'_>) -> ControlFlow<()> {
    let mut document = Document { id: format!("{}#{first}", common.id), ..common.clone() };
    read(message, first, &mut document, out);
    if document.body.is_empty() && document.title == common.title {
        out.problem(first, "the message is empty".to_owned());
        return ControlFlow::Continue(());
    }
    out.emit(document)
}

#[cfg(test)]
mod tests;
