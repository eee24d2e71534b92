//! JSON files: records, or any other JSON as the text of its strings.

use std::ops::{ControlFlow, Range};

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::Output;
use super::json_lines::cause;
use super::json_scan::{elements, members, skip_space, strings, value_end};
use crate::document::{Document, LineMap};
use crate::lines::{BodyBuilder, LineCounter};
use crate::record::{self, Origin, is_body_field};

/// What the JSON text of a file turned out to be.
pub(crate) enum Shape {
    /// Records, which were handed out.
    Records,
    /// One value that is no record.
    Other,
    /// Several values one after the other: JSON lines under another name.
    Several,
}

/// Hands out the records of `text` when it is one record or an array of records.
pub(crate) fn read_records(text: &str, origin: Origin<'_>, out: &mut Output<'_>) -> Shape {
    let start = skip_space(text, 0);
    let end = match value_end(text, start) {
        Ok(end) => end,
        Err(error) => {
            // What stands before the damage is taken; the records of an array report it themselves.
            if !is_array_of_records(text, start) {
                let line = LineCounter::new(text, 1).line_at(error.at);
                out.problem(line, error.to_string());
                return Shape::Other;
            }
            text.len()
        }
    };
    let next = text.as_bytes().get(skip_space(text, end));
    if matches!(text.as_bytes()[start], b'{' | b'[') && matches!(next, Some(b'{' | b'[')) {
        return Shape::Several;
    }
    match text.as_bytes().get(start) {
        Some(b'{') if is_record(text, start) => {
            let origin = Origin { whole: true, ..origin };
            let line = LineCounter::new(text, 1).line_at(start);
            // There is no second document to hold back.
            let _ = read_record(text, start..end, origin, line, out);
            Shape::Records
        }
        Some(b'[') if is_array_of_records(text, start) => {
            let _ = read_array(text, start, origin, out);
            Shape::Records
        }
        _ => Shape::Other,
    }
}

/// Hands out the records of the array at `start`. Elements that are no records are reported.
pub(crate) fn read_array(
    text: &str,
    start: usize,
    origin: Origin<'_>,
    out: &mut Output<'_>,
) -> ControlFlow<()> {
    let mut lines = LineCounter::new(text, 1);
    // The line of the last record, and how many documents were handed out before that line.
    let (mut last, mut before) = (0, 0);
    for element in elements(text, start) {
        match element {
            Ok(range) => {
                let line = lines.line_at(range.start);
                if line != last {
                    (last, before) = (line, out.report.documents);
                }
                let nth = u32::try_from(out.report.documents - before + 1).unwrap_or(u32::MAX);
                read_record(text, range, Origin { nth, ..origin }, line, out)?;
            }
            Err(error) => {
                let line = LineCounter::new(text, 1).line_at(error.at);
                out.problem(line, error.to_string());
            }
        }
    }
    ControlFlow::Continue(())
}

/// Whether an array begins at `start` and its first element is a record.
fn is_array_of_records(text: &str, start: usize) -> bool {
    text.as_bytes().get(start) == Some(&b'[')
        && matches!(elements(text, start).next(), Some(Ok(first)) if is_record(text, first.start))
}

/// Whether the value at `start` is an object with a body, or one with a title and nothing nested:
/// many a configuration has a title among other things.
fn is_record(text: &str, start: usize) -> bool {
    if text.as_bytes().get(start) != Some(&b'{') {
        return false;
    }
    let mut has_title = false;
    let mut has_nested = false;
    for member in members(text, start) {
        let Ok((key, range)) = member else {
            return false;
        };
        let first = text.as_bytes()[range.start];
        if is_body_field(&key) && matches!(first, b'"' | b'[') {
            return true;
        }
        has_title |= key == "title" && first == b'"';
        has_nested |= first == b'{' || first == b'[' && text[range].contains('{');
    }
    has_title && !has_nested
}

fn read_record(
    text: &str,
    range: Range<usize>,
    origin: Origin<'_>,
    line: u32,
    out: &mut Output<'_>,
) -> ControlFlow<()> {
    let object: Map<String, Value> = match serde_json::from_str(&text[range.clone()]) {
        Ok(Value::Object(object)) => object,
        Ok(other) => {
            out.problem(
                line,
                format!("{} is no record; an object is needed", record::type_name(&other)),
            );
            return ControlFlow::Continue(());
        }
        Err(error) => {
            // The parser counts from the start of the element.
            let line =
                line.saturating_add(u32::try_from(error.line()).unwrap_or(1).saturating_sub(1));
            out.problem(line, format!("not valid JSON: {}", cause(&error)));
            return ControlFlow::Continue(());
        }
    };
    match record::document(object, origin, line) {
        Ok(mut document) => {
            document.lines = body_lines(text, range.start, &document, line);
            out.emit(document)
        }
        Err(error) => {
            out.problem(line, error.to_string());
            ControlFlow::Continue(())
        }
    }
}

/// Where the body's lines stood: each string of the body field, or of the other fields where there is
/// none, is one source line.
fn body_lines(text: &str, start: usize, document: &Document, line: u32) -> LineMap {
    let mut map = LineMap::default();
    let mut counter = LineCounter::new(&text[start..], line);
    // The last one counts where a key comes twice, and `body` before its other names.
    let mut field: Option<Range<usize>> = None;
    let mut others = Vec::new();
    for (key, range) in members(text, start).flatten() {
        let is_value = text.as_bytes()[range.start] != b'n';
        if key == "body" && is_value {
            field = Some(range);
            break;
        }
        if document.extra.contains_key(key.as_ref()) {
            others.push(range);
        } else if is_body_field(&key) && is_value {
            field = Some(range);
        }
    }
    let is_joined = field.is_none();
    let mut body_line = 1u32;
    for range in field.map_or(others, |field| vec![field]) {
        for (at, string) in strings(text, range) {
            if is_joined && string.trim().is_empty() {
                continue;
            }
            let source = counter.line_at(at - start);
            for _ in 0..=memchr::memchr_iter(b'\n', string.as_bytes()).count() {
                map.push(body_line, source);
                body_line = body_line.saturating_add(1);
            }
        }
    }
    map
}

/// Any JSON as text: its strings (not the keys), one a line, each with its line. Where there is none, it
/// is told whether it is JSON at all.
pub(crate) fn read_strings(text: &str, document: &mut Document, out: &mut Output<'_>) {
    let mut lines = LineCounter::new(text, 1);
    let mut body = BodyBuilder::with_capacity(text.len() / 2);
    for (at, string) in strings(text, 0..text.len()) {
        if !string.trim().is_empty() {
            body.push_lines_at(&string, lines.line_at(at));
        }
    }
    body.finish(document);
    if document.body.is_empty()
        && out.report.problem_count == 0
        && let Err(error) = serde_json::from_str::<IgnoredAny>(text)
    {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        out.problem(line, format!("not valid JSON: {}", cause(&error)));
    }
}
