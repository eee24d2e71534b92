//! The stored form of a document.
//!
//! A record is one run of bytes: a header of lengths, the title, the metadata, and to the end,
//! compressed where that makes it shorter, the *rest*: the ranges of headings, the map of lines, the
//! lengths of the runs of the body that folding leaves alone, and the body. Metadata are texts with their lengths before them, and last the fields of the input record that
//! mean nothing here, as JSON. A list of hits needs no more than title and metadata, which lie as they are; showing a passage
//! needs the body and a few lines of the map. So each part is decoded only when asked for.
//!
//! The rest is an LZ4 block (<https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md>).

mod lines;
mod meta;

use std::cell::OnceCell;
use std::iter;
use std::ops::Range;

use tantivy::directory::OwnedBytes;
use zhen_source::{Document, LineMap};
use zhen_text::fold::{self, Folded};

use self::lines::LineEntries;
pub use self::lines::SourceLines;
pub use self::meta::RecordMeta;
use crate::varint::{put_varint, take_varint};

/// First byte of every record.
const LAYOUT: u8 = 3;
/// An LZ4 block of so many bytes holds at most so many times as many.
const MOST_RATIO: usize = 255;

/// A stored document that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored document cannot be decoded: {what}; run `zhen verify`")]
pub struct RecordError {
    what: &'static str,
}

pub(crate) const fn broken(what: &'static str) -> RecordError {
    RecordError { what }
}

/// Encodes a document. `lang` is its language as declared or detected, `source` the file whose
/// change or loss removes it.
pub fn encode(document: &Document, lang: Option<&str>, source: Option<&str>) -> Vec<u8> {
    let meta = meta::encode(document, lang, source);
    // Both lists ascend, so differences keep them short.
    let mut headings = Vec::new();
    let mut last = 0;
    for range in &document.headings {
        put_varint(&mut headings, (range.start - last) as u64);
        put_varint(&mut headings, (range.end - range.start) as u64);
        last = range.end;
    }
    let mut lines = Vec::new();
    let mut last = 0;
    for &(body, source) in document.lines.entries() {
        put_varint(&mut lines, u64::from(body - last));
        put_varint(&mut lines, u64::from(source));
        last = body;
    }
    let mut unchanged = Vec::new();
    for length in fold::unchanged_runs(&document.body) {
        put_varint(&mut unchanged, length as u64);
    }

    let title = document.title.as_bytes();
    let rest = [&headings, &lines, &unchanged, document.body.as_bytes()];
    let mut record = Vec::with_capacity(1 + 6 * 5 + title.len() + meta.len());
    record.push(LAYOUT);
    for part in [title, &meta].iter().chain(&rest) {
        put_varint(&mut record, part.len() as u64);
    }
    record.extend_from_slice(title);
    record.extend_from_slice(&meta);
    let rest = rest.concat();
    let compressed = lz4_flex::block::compress(&rest);
    record.extend_from_slice(if compressed.len() < rest.len() { &compressed } else { &rest });
    record
}

/// A record that owns its bytes, or its part of a block of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    bytes: OwnedBytes,
    /// Headings, lines, unchanged runs and body, where they were compressed and have been asked for.
    rest: OnceCell<Vec<u8>>,
}

impl From<Vec<u8>> for Record {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(OwnedBytes::new(bytes))
    }
}

impl Record {
    pub(crate) fn new(bytes: OwnedBytes) -> Self {
        Self { bytes, rest: OnceCell::new() }
    }

    /// Title and metadata, which cost no decompression.
    ///
    /// # Errors
    /// [`RecordError`] when the bytes are no record.
    pub fn head(&self) -> Result<RecordHead<'_>, RecordError> {
        Ok(Parts::of(&self.bytes)?.head)
    }

    /// All of it; decompresses the body at the first call.
    ///
    /// # Errors
    /// [`RecordError`] when the bytes are no record.
    pub fn get(&self) -> Result<RecordRef<'_>, RecordError> {
        let Parts { head, rest, lengths } = Parts::of(&self.bytes)?;
        let rest = match lengths.iter().try_fold(0_usize, |sum, &length| sum.checked_add(length)) {
            Some(length) if length == rest.len() => rest,
            Some(length) if length / MOST_RATIO <= rest.len() => match self.rest.get() {
                Some(rest) => rest,
                None => {
                    let rest = decompress(rest, length)?;
                    self.rest.get_or_init(|| rest)
                }
            },
            _ => return Err(broken("its body is longer than it can be")),
        };
        let [headings, lines, unchanged, _] = lengths;
        let (headings, rest) = rest.split_at_checked(headings).ok_or(SHORT)?;
        let (lines, rest) = rest.split_at_checked(lines).ok_or(SHORT)?;
        let (unchanged, body) = rest.split_at_checked(unchanged).ok_or(SHORT)?;
        Ok(RecordRef { head, headings, lines, unchanged, body: text(body)? })
    }
}

const SHORT: RecordError = broken("it is shorter than its header says");

/// A record with its header decoded.
struct Parts<'a> {
    head: RecordHead<'a>,
    /// As it is stored.
    rest: &'a [u8],
    /// The lengths of its parts: headings, lines, unchanged runs, body.
    lengths: [usize; 4],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let (&layout, mut rest) = bytes.split_first().ok_or(broken("it is empty"))?;
        if layout != LAYOUT {
            return Err(broken("its layout is unknown"));
        }
        let mut length =
            || usize::try_from(number(&mut rest)?).map_err(|_| broken("a length is too large"));
        let [title, meta] = [length()?, length()?];
        let lengths = [length()?, length()?, length()?, length()?];
        let (title, rest) = rest.split_at_checked(title).ok_or(SHORT)?;
        let (meta, rest) = rest.split_at_checked(meta).ok_or(SHORT)?;
        Ok(Self { head: RecordHead { title: text(title)?, meta }, rest, lengths })
    }
}

/// What was compressed and is so many bytes long.
fn decompress(compressed: &[u8], length: usize) -> Result<Vec<u8>, RecordError> {
    lz4_flex::block::decompress(compressed, length)
        .ok()
        .filter(|rest| rest.len() == length)
        .ok_or(broken("its body cannot be decompressed"))
}

fn text(bytes: &[u8]) -> Result<&str, RecordError> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| broken("its text is not UTF-8"))
}

/// What of a record is not compressed.
#[derive(Debug, Clone, Copy)]
pub struct RecordHead<'a> {
    title: &'a str,
    meta: &'a [u8],
}

impl<'a> RecordHead<'a> {
    /// The title, empty where there is none.
    pub fn title(&self) -> &'a str {
        self.title
    }

    /// The metadata, parsed at each call.
    ///
    /// # Errors
    /// [`RecordError`] when it is not as it was written.
    pub fn meta(&self) -> Result<RecordMeta, RecordError> {
        meta::decode(self.meta)
    }
}

/// A record with its parts decompressed and its text known to be UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef<'a> {
    head: RecordHead<'a>,
    headings: &'a [u8],
    lines: &'a [u8],
    unchanged: &'a [u8],
    body: &'a str,
}

impl<'a> RecordRef<'a> {
    /// The title, empty where there is none.
    pub fn title(&self) -> &'a str {
        self.head.title
    }

    /// The body as it was read: never folded or converted.
    pub fn body(&self) -> &'a str {
        self.body
    }

    /// The body [folded for units](fold::fold_for_units), without looking for what changes.
    ///
    /// # Errors
    /// [`RecordError`] when what is known of it is not of this body.
    pub fn folded_body(&self) -> Result<Folded<'a>, RecordError> {
        let mut rest = self.unchanged;
        let runs = iter::from_fn(|| usize::try_from(take_varint(&mut rest)?).ok());
        let folded = fold::fold_for_units_by(self.body, runs).filter(|_| rest.is_empty());
        folded.ok_or(broken("what folding leaves alone does not fit its body"))
    }

    /// The metadata, parsed at each call.
    ///
    /// # Errors
    /// [`RecordError`] when it is not as it was written.
    pub fn meta(&self) -> Result<RecordMeta, RecordError> {
        self.head.meta()
    }

    /// Byte ranges of headings within the body, ascending and disjoint.
    ///
    /// # Errors
    /// [`RecordError`] when the ranges are not ones of the body.
    pub fn headings(&self) -> Result<Vec<Range<usize>>, RecordError> {
        let mut rest = self.headings;
        let mut headings = Vec::new();
        let mut last = 0_usize;
        while !rest.is_empty() {
            let mut step = || {
                let step = usize::try_from(number(&mut rest)?).ok();
                step.ok_or(broken("a heading is too long"))
            };
            let outside = broken("a heading lies outside its body");
            let start = last.checked_add(step()?).ok_or(outside.clone())?;
            let end = start.checked_add(step()?).ok_or(outside.clone())?;
            if self.body.get(start..end).is_none() {
                return Err(outside);
            }
            headings.push(start..end);
            last = end;
        }
        Ok(headings)
    }

    /// Where each line of the body stood in the source.
    ///
    /// # Errors
    /// [`RecordError`] when the map is cut short or does not ascend.
    pub fn lines(&self) -> Result<LineMap, RecordError> {
        self.line_entries().collect::<Result<_, _>>().map(LineMap::from_entries)
    }

    /// The same for a few lines, asked for in ascending order: the map is decoded no further than they
    /// need.
    pub fn source_lines(&self) -> SourceLines<'a> {
        SourceLines::of(self.line_entries())
    }

    fn line_entries(&self) -> LineEntries<'a> {
        LineEntries::of(self.lines)
    }

    /// The whole document, as it was before it was indexed (with a detected language left out).
    ///
    /// # Errors
    /// [`RecordError`] when a part cannot be decoded.
    pub fn to_document(&self) -> Result<Document, RecordError> {
        let meta = self.meta()?;
        Ok(Document {
            title: self.title().to_owned(),
            body: self.body.to_owned(),
            headings: self.headings()?,
            lines: self.lines()?,
            id: meta.id,
            lang: meta.lang.filter(|_| !meta.detected),
            path: meta.path,
            url: meta.url,
            time: meta.time,
            tags: meta.tags,
            kind: meta.kind,
            extra: meta.extra,
        })
    }
}

#[inline]
fn number(bytes: &mut &[u8]) -> Result<u64, RecordError> {
    take_varint(bytes).ok_or(broken("a number is cut short or too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Document {
        let body = "一 标题\n正文 text\nHeading\n尾".to_owned();
        let second = body.find("Heading").unwrap();
        Document {
            id: "库:1".into(),
            title: "词典 dictionary".into(),
            headings: vec![0.."一 标题".len(), second..second + 7],
            body,
            lang: Some("zh-Hans".into()),
            path: Some("/文档/a.md".into()),
            url: Some("https://example.org/".into()),
            time: Some("2024-05-21T00:00:00Z".into()),
            tags: vec!["笔记".into(), "x".into()],
            kind: "markdown".into(),
            extra: serde_json::from_str(r#"{"price": 3.5, "nested": {"a": [1, null]}}"#).unwrap(),
            lines: LineMap::from_entries(vec![(1, 5), (3, 9), (300, 70_000)]),
        }
    }

    #[test]
    fn a_record_gives_back_the_document() {
        for (lang, source) in [
            (Some("zh-Hans"), None),
            (Some("zh-Hans"), Some("/文档/a.md")),
            (Some("zh-Hans"), Some("/archive.gz")),
        ] {
            let bytes = encode(&sample(), lang, source);
            let record = Record::from(bytes);
            let record = record.get().unwrap();
            assert_eq!(record.to_document().unwrap(), sample());
            assert_eq!(record.title(), sample().title);
            assert_eq!(record.body(), sample().body);
            assert_eq!(record.meta().unwrap().source(), source.or(Some("/文档/a.md")));
        }
    }

    #[test]
    fn lines_asked_for_one_by_one_are_those_of_the_map() {
        for entries in [vec![], vec![(1, 5), (3, 9), (300, 70_000)], vec![(2, 1), (4, 4)]] {
            let lines = LineMap::from_entries(entries);
            let bytes = encode(&Document { lines, ..sample() }, None, None);
            let record = Record::from(bytes);
            let record = record.get().unwrap();
            let lines = record.lines().unwrap();
            for step in [1, 2, 7] {
                let mut one_by_one = record.source_lines();
                for line in (1..400).step_by(step) {
                    let line_there = one_by_one.source_line(line).unwrap();
                    assert_eq!(line_there, lines.source_line(line));
                    assert_eq!(one_by_one.source_line(line).unwrap(), line_there);
                }
            }
        }
    }

    #[test]
    fn a_detected_language_is_known_as_such() {
        let mut document = sample();
        document.lang = None;
        let bytes = encode(&document, Some("ja"), None);
        let record = Record::from(bytes);
        let record = record.get().unwrap();
        assert_eq!(record.meta().unwrap().lang.as_deref(), Some("ja"));
        assert!(record.meta().unwrap().detected);
        assert_eq!(record.to_document().unwrap(), document);
    }

    #[test]
    fn a_record_knows_what_folding_leaves_alone() {
        for body in
            ["", "Plain text, 简体", "一部詞典，Ｃａｆé", &"臺灣 Some English. ".repeat(300)]
        {
            let document = Document { body: body.to_owned(), ..Document::default() };
            let record = Record::from(encode(&document, None, None));
            let record = record.get().unwrap();
            let (known, looked_for) = (record.folded_body().unwrap(), fold::fold_for_units(body));
            assert_eq!(known.text(), looked_for.text());
            for (at, c) in known.text().char_indices() {
                let range = at..at + c.len_utf8();
                assert_eq!(known.original_range(range.clone()), looked_for.original_range(range));
            }
        }
    }

    #[test]
    fn an_empty_document_is_a_record_too() {
        let document = Document { id: "x".into(), ..Document::default() };
        let bytes = encode(&document, None, None);
        assert_eq!(Record::from(bytes).get().unwrap().to_document().unwrap(), document);
    }

    #[test]
    fn a_body_is_compressed_where_that_makes_it_shorter() {
        for body in ["", "短", &"全文搜索 full text ".repeat(500), &"词".repeat(100_000)] {
            let document = Document { body: body.to_owned(), ..sample() };
            let document = Document { headings: Vec::new(), ..document };
            let bytes = encode(&document, Some("zh-Hans"), None);
            assert!(bytes.len() < 400 + body.len() / 10, "{}", bytes.len());
            let record = Record::from(bytes);
            assert_eq!(record.head().unwrap().title(), document.title);
            assert_eq!(record.head().unwrap().meta().unwrap().id, document.id);
            assert!(record.rest.get().is_none(), "nothing was decompressed for that");
            assert_eq!(record.get().unwrap().to_document().unwrap(), document);
            assert_eq!(record.get().unwrap().body(), body);
        }
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        let read = |bytes: &[u8]| {
            let record = Record::from(bytes.to_vec());
            let head = record.head().and_then(|head| head.meta()).map(|_| ());
            let document = record.get().and_then(|record| {
                record.folded_body()?;
                record.to_document()
            });
            head.and(document)
        };
        let long = Document { body: sample().body.repeat(50), ..sample() };
        for document in [sample(), long] {
            let bytes = encode(&document, Some("zh-Hans"), None);
            assert_eq!(read(&bytes), Ok(document));
            for length in 0..bytes.len() {
                assert!(read(&bytes[..length]).is_err(), "{length}");
            }
            for position in 0..bytes.len() {
                for flip in [0x01, 0x40, 0x80, 0xff] {
                    let mut bytes = bytes.clone();
                    bytes[position] ^= flip;
                    let _ = read(&bytes);
                }
            }
        }
        assert!(read(&[]).is_err());
        assert!(read(&[9, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(read(&[LAYOUT, 0xff, 0xff, 0xff]).is_err());
        // A body of an exabyte is not waited for.
        assert!(
            read(&[LAYOUT, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).is_err()
        );
    }
}
