//! Tables: CSV and TSV, one document a row, read as a stream.

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::ops::ControlFlow;

use encoding_rs::Encoding;
use serde_json::{Map, Number, Value};

use super::Output;
use crate::document::LineMap;
use crate::encoding::decode_line;
use crate::lines::{LineEnd, normalise_line_ends, read_line};
use crate::record::{self, Origin, is_body_field};

/// Columns with these names, in any case, are the contract's fields.
const FIELDS: [&str; 9] = ["id", "title", "body", "text", "content", "lang", "url", "time", "tags"];

/// The character between the fields, by how often each candidate stands in the first line of `head`
/// outside quotes.
pub(crate) fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0u32), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(entry) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte) {
                    entry.1 += 1;
                }
            }
        }
    }
    // The first of the most frequent.
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

/// Most fields of a row: as many as a spreadsheet has columns. Each takes many times the memory of a
/// delimiter.
const MOST_FIELDS: usize = 16_384;

/// Reads rows until the stream ends, the receiver has enough or the stream fails. The first row names
/// the columns; one that seems to hold values is a document too, for nobody wrote a header.
///
/// A row longer than `max_row` bytes is reported and passed over without being held; the next begins
/// with the line behind what was read of it.
pub(crate) fn read(
    reader: impl BufRead,
    delimiter: u8,
    origin: Origin<'_>,
    max_row: usize,
    hint: Option<&'static Encoding>,
    out: &mut Output<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut rows = Rows::new(reader, delimiter, max_row);
    let mut table: Option<Table> = None;
    let mut earlier = hint;
    while let Some(line) = rows.advance()? {
        if let Some(trouble) = rows.trouble {
            out.problem(line, trouble.message(max_row));
            if trouble != Trouble::Unclosed {
                continue;
            }
        }
        let mut cells = Vec::with_capacity(rows.cells.len());
        for field in &rows.cells {
            let field = if line == 1 && cells.is_empty() {
                field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field)
            } else {
                field
            };
            let (text, encoding, lossy) = decode_line(field, earlier);
            if encoding != encoding_rs::UTF_8 {
                earlier = Some(encoding);
            }
            out.note_encoding(encoding.name(), lossy);
            cells.push(text.into_owned());
        }
        // Excel writes its separator into a line of its own.
        if table.is_none() && cells.first().is_some_and(|cell| cell.starts_with("sep=")) {
            continue;
        }
        let is_row = table.is_some() || Table::is_row(&cells);
        let table = table.get_or_insert_with(|| Table::new(cells.clone()));
        if !is_row {
            continue;
        }
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let (fields, lines) = table.record(cells, line);
        match record::document(fields, origin, line) {
            Ok(mut document) => {
                if origin.path.is_some() {
                    document.lines = lines;
                }
                if out.emit(document).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Err(error) => out.problem(line, error.to_string()),
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Cuts a stream into rows by RFC 4180, and knows the line each begins on: lines within quotes, empty
/// lines and both kinds of line end are counted as an editor counts them. A quote within a field that
/// does not begin with one means itself.
struct Rows<R> {
    reader: R,
    delimiter: u8,
    /// The lines read so far.
    lines: u32,
    buffer: Vec<u8>,
    /// The fields of the row.
    cells: Vec<Vec<u8>>,
    /// Most bytes of a row.
    max_row: usize,
    /// What is wrong with the row.
    trouble: Option<Trouble>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The stream ended within quotes.
    Unclosed,
    TooLong,
    TooManyFields,
}

impl Trouble {
    fn message(self, max_row: usize) -> String {
        match self {
            Self::Unclosed => {
                "a quote that opens in this row is never closed; the rest was taken as one field"
                    .to_owned()
            }
            Self::TooLong => format!(
                "the row is longer than {max_row} bytes; split it, or close the quote that opens in it"
            ),
            Self::TooManyFields => {
                format!("the row has more than {MOST_FIELDS} fields; split it")
            }
        }
    }
}

/// Where in a field the cutting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// Behind a quote within quotes: their end, or the first half of a doubled one.
    Quote,
}

impl<R: BufRead> Rows<R> {
    fn new(reader: R, delimiter: u8, max_row: usize) -> Self {
        let (buffer, cells) = (Vec::new(), Vec::new());
        Self { reader, delimiter, lines: 0, buffer, cells, max_row, trouble: None }
    }

    /// Reads the next row into `self.cells` and gives its first line; `None` at the end. Of a row that
    /// is too large no cells are kept.
    fn advance(&mut self) -> io::Result<Option<u32>> {
        self.cells.clear();
        let mut first = None;
        let mut field = Vec::new();
        let mut place = Place::Start;
        let mut room = self.max_row;
        self.trouble = None;
        loop {
            let end = read_line(&mut self.reader, &mut self.buffer, room)?;
            if matches!(end, LineEnd::NoLine) {
                break;
            }
            self.lines = self.lines.saturating_add(1);
            let LineEnd::Whole { ended } = end else {
                return Ok(self.refuse(first, Trouble::TooLong));
            };
            let line = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
            if first.is_none() && line.is_empty() {
                continue;
            }
            first.get_or_insert(self.lines);
            if !cut(line, self.delimiter, &mut place, &mut field, &mut self.cells) {
                return Ok(self.refuse(first, Trouble::TooManyFields));
            }
            if place != Place::Quoted {
                break;
            }
            if ended {
                field.push(b'\n');
            }
            // The line end counts too, or empty lines would cost nothing.
            match room.checked_sub(self.buffer.len() + 1) {
                Some(left) => room = left,
                None => return Ok(self.refuse(first, Trouble::TooLong)),
            }
        }
        self.trouble = (place == Place::Quoted).then_some(Trouble::Unclosed);
        if first.is_some() {
            self.cells.push(field);
        }
        Ok(first)
    }

    /// Gives up a row that began on line `first`, or on the last that was read.
    fn refuse(&mut self, first: Option<u32>, trouble: Trouble) -> Option<u32> {
        self.cells.clear();
        self.trouble = Some(trouble);
        first.or(Some(self.lines))
    }
}

/// Cuts one line; the last field stays open in `field`. Says whether there was room for all fields.
fn cut(
    line: &[u8],
    delimiter: u8,
    place: &mut Place,
    field: &mut Vec<u8>,
    cells: &mut Vec<Vec<u8>>,
) -> bool {
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        if cells.len() >= MOST_FIELDS {
            return false;
        }
        rest = after;
        *place = match (*place, byte) {
            (Place::Start, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Quoted, _) => {
                let length = memchr::memchr(b'"', after).unwrap_or(after.len());
                field.push(byte);
                field.extend_from_slice(&after[..length]);
                rest = &after[length..];
                Place::Quoted
            }
            (Place::Quote, b'"') => {
                field.push(b'"');
                Place::Quoted
            }
            (_, byte) if byte == delimiter => {
                cells.push(std::mem::take(field));
                Place::Start
            }
            (Place::Start | Place::Plain | Place::Quote, _) => {
                let length = memchr::memchr(delimiter, after).unwrap_or(after.len());
                field.push(byte);
                field.extend_from_slice(&after[..length]);
                rest = &after[length..];
                Place::Plain
            }
        };
    }
    true
}

/// What the header says.
struct Table {
    /// Name of each column; contract fields in lower case.
    names: Vec<String>,
    /// The same names.
    taken: HashSet<String>,
    /// The column of the body, unless the body is all columns that are no contract fields.
    body: Option<usize>,
}

impl Table {
    fn new(header: Vec<String>) -> Self {
        let mut names: Vec<String> = Vec::with_capacity(header.len());
        let mut taken = HashSet::new();
        for (index, cell) in header.into_iter().enumerate() {
            let cell = cell.trim().to_owned();
            let lower = cell.to_ascii_lowercase();
            let name = if FIELDS.contains(&lower.as_str()) { lower } else { cell };
            // A name that is missing or taken is replaced by the column's number.
            let name = match name.is_empty() || taken.contains(&name) {
                true => column_name(index, &taken),
                false => name,
            };
            taken.insert(name.clone());
            names.push(name);
        }
        let body = names
            .iter()
            .position(|name| name == "body")
            .or_else(|| names.iter().position(|name| is_body_field(name)));
        Self { names, taken, body }
    }

    /// Whether a first row may be one like the others: it names no field of the contract, and has a
    /// number, a date or the like, which are seldom names.
    fn is_row(cells: &[String]) -> bool {
        let is_field = |cell: &String| FIELDS.contains(&&*cell.trim().to_ascii_lowercase());
        !cells.iter().any(is_field) && cells.iter().any(|cell| is_measure(cell))
    }

    /// The row as a record, and where the lines of its body stood. Cells beyond the header belong to the
    /// body. `line` is the row's first.
    fn record(&self, cells: Vec<String>, line: u32) -> (Map<String, Value>, LineMap) {
        let mut record = Map::new();
        let mut joined = String::new();
        let mut lines = LineMap::default();
        let mut body_line = 1u32;
        let mut source = line;
        for (index, cell) in cells.into_iter().enumerate() {
            let breaks = memchr::memchr_iter(b'\n', cell.as_bytes()).count();
            let cell = normalise_line_ends(cell);
            let name = self.names.get(index);
            let is_field = name.is_some_and(|name| FIELDS.contains(&name.as_str()));
            let is_body = match self.body {
                Some(body) => body == index || name.is_none(),
                None => !is_field,
            };
            if is_body && !cell.trim().is_empty() {
                lines.push(body_line, source);
                if !joined.is_empty() {
                    joined.push('\n');
                }
                joined.push_str(&cell);
                let added = memchr::memchr_iter(b'\n', cell.as_bytes()).count() + 1;
                body_line = body_line.saturating_add(u32::try_from(added).unwrap_or(u32::MAX));
            }
            source = source.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            if cell.is_empty() {
                continue;
            }
            let value = if is_field { Value::String(cell) } else { typed(cell) };
            record.insert(name.cloned().unwrap_or_else(|| column_name(index, &self.taken)), value);
        }
        if !joined.is_empty() {
            let name = self.body.map_or("body", |body| &self.names[body]);
            record.insert(name.to_owned(), Value::String(joined));
        }
        (record, lines)
    }
}

/// The name of a column that has none of its own, which no other has.
fn column_name(index: usize, taken: &HashSet<String>) -> String {
    let mut name = format!("column_{}", index + 1);
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// Whether a cell holds a number, a telephone number, a date or a time and nothing else.
fn is_measure(cell: &str) -> bool {
    let is_sign = |c: char| c.is_whitespace() || "+-()/.,:%年月日时分秒".contains(c);
    cell.contains(|c: char| c.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || is_sign(c))
}

/// A number where the cell is written as JSON writes one, else the text.
fn typed(cell: String) -> Value {
    const MOST_DIGITS: usize = 15;
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    if plain
        && digits <= MOST_DIGITS
        && let Ok(number) = serde_json::from_str::<Number>(&cell)
    {
        return Value::Number(number);
    }
    Value::String(cell)
}
