//! JSON lines: one record a line, read as a stream.

use std::io::{self, BufRead};
use std::ops::ControlFlow;

use encoding_rs::Encoding;
use serde_json::Value;

use super::Output;
use crate::encoding::decode_line;
use crate::lines::{LineEnd, all_on_line, read_line};
use crate::record::{self, Origin};

/// Reads records until the stream ends, the receiver has enough or the stream fails.
///
/// A line that is no record is reported with its number, and so is one longer than `max_line` bytes,
/// which is passed over without being held. `hint` is the encoding of lines that are not UTF-8, if
/// known.
pub(crate) fn read(
    mut reader: impl BufRead,
    origin: Origin<'_>,
    max_line: usize,
    hint: Option<&'static Encoding>,
    out: &mut Output<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut buffer = Vec::new();
    let mut earlier = hint;
    let mut number = 0u32;
    loop {
        let end = read_line(&mut reader, &mut buffer, max_line)?;
        number = number.saturating_add(1);
        let line = match end {
            LineEnd::NoLine => return Ok(ControlFlow::Continue(())),
            LineEnd::Whole { .. } => buffer.as_slice(),
            LineEnd::TooLong => {
                out.problem(
                    number,
                    format!("the line is longer than {max_line} bytes; split the record"),
                );
                continue;
            }
        };
        let line =
            if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let (text, encoding, lossy) = decode_line(line, earlier);
        if encoding != encoding_rs::UTF_8 {
            earlier = Some(encoding);
        }
        out.note_encoding(encoding.name(), lossy);
        if read_record(&text, number, origin, out).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

fn read_record(
    text: &str,
    number: u32,
    origin: Origin<'_>,
    out: &mut Output<'_>,
) -> ControlFlow<()> {
    let document = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => record::document(object, origin, number),
        Ok(other) => {
            let found = record::type_name(&other);
            out.problem(number, format!("{found} is no record; an object is needed"));
            return ControlFlow::Continue(());
        }
        Err(error) => {
            let column = error.column();
            out.problem(number, format!("not valid JSON at column {column}: {}", cause(&error)));
            return ControlFlow::Continue(());
        }
    };
    match document {
        Ok(mut document) => {
            // Records of a stream have no file to open at a line; theirs are the body's own.
            if origin.path.is_some() {
                document.lines = all_on_line(&document.body, number);
            }
            out.emit(document)
        }
        Err(error) => {
            out.problem(number, error.to_string());
            ControlFlow::Continue(())
        }
    }
}

/// What the parser found, in words for people and without the place, which for one record of many is
/// misleading.
pub(super) fn cause(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "it ends before the record does".to_owned();
    }
    let text = error.to_string();
    let cause = text.rfind(" at line ").map_or(&*text, |end| &text[..end]);
    match cause {
        "expected ident" | "expected value" => {
            "a value is missing, misspelt or without quotation marks"
        }
        "key must be a string" => "the name of a field is without quotation marks",
        "trailing characters" => "something follows the record",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a text holds a line break or tab, which is written \\n or \\t"
        }
        other => other,
    }
    .to_owned()
}
