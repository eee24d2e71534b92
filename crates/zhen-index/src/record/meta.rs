//! The metadata of a record.

use zhen_source::Document;

use super::{RecordError, SHORT, broken, number, text};
use crate::varint::put_varint;

/// Everything of a document but its title, headings, lines and body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordMeta {
    /// Identifier.
    pub id: String,
    /// Path, absent for a document of a stream.
    pub path: Option<String>,
    /// The file whose change or loss removes the document, where that is not `path`.
    pub source: Option<String>,
    /// Language tag, declared or detected.
    pub lang: Option<String>,
    /// Whether `lang` was detected, not declared.
    pub detected: bool,
    /// Format it was read from.
    pub kind: String,
    /// Web address.
    pub url: Option<String>,
    /// Point in time, as given.
    pub time: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// Every other field of the input record.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl RecordMeta {
    /// The file whose change or loss removes the document.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref().or(self.path.as_deref())
    }
}

/// The metadata of a document; see [`super::encode`].
pub(super) fn encode(document: &Document, lang: Option<&str>, source: Option<&str>) -> Vec<u8> {
    let mut meta = Vec::new();
    put_text(&mut meta, &document.id);
    put_optional(&mut meta, document.path.as_deref());
    put_optional(&mut meta, source.filter(|&source| document.path.as_deref() != Some(source)));
    put_optional(&mut meta, lang);
    put_varint(&mut meta, u64::from(lang.is_some() && document.lang.is_none()));
    put_text(&mut meta, &document.kind);
    put_optional(&mut meta, document.url.as_deref());
    put_optional(&mut meta, document.time.as_deref());
    put_varint(&mut meta, document.tags.len() as u64);
    document.tags.iter().for_each(|tag| put_text(&mut meta, tag));
    if !document.extra.is_empty() {
        let extra = serde_json::to_vec(&document.extra);
        meta.extend(extra.expect("strings and JSON values are always serialisable"));
    }
    meta
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(meta: &[u8]) -> Result<RecordMeta, RecordError> {
    let mut rest = meta;
    let rest = &mut rest;
    // In the order in which they were written.
    Ok(RecordMeta {
        id: take_text(rest)?,
        path: take_optional(rest)?,
        source: take_optional(rest)?,
        lang: take_optional(rest)?,
        detected: number(rest)? > 0,
        kind: take_text(rest)?,
        url: take_optional(rest)?,
        time: take_optional(rest)?,
        tags: {
            let tags = number(rest)?;
            (0..tags).map(|_| take_text(rest)).collect::<Result<_, _>>()?
        },
        extra: match *rest {
            [] => serde_json::Map::new(),
            json => serde_json::from_slice(json).map_err(|_| broken("its fields are not JSON"))?,
        },
    })
}

/// Appends a text and its length before it.
fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// The same for a text that may be absent: its length is one more, and 0 where it is.
fn put_optional(out: &mut Vec<u8>, text: Option<&str>) {
    put_varint(out, text.map_or(0, |text| text.len() as u64 + 1));
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

fn take_text(bytes: &mut &[u8]) -> Result<String, RecordError> {
    let length = number(bytes)?;
    take(bytes, length)
}

fn take_optional(bytes: &mut &[u8]) -> Result<Option<String>, RecordError> {
    match number(bytes)? {
        0 => Ok(None),
        more => take(bytes, more - 1).map(Some),
    }
}

fn take(bytes: &mut &[u8], length: u64) -> Result<String, RecordError> {
    let parts = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    let (taken, rest) = parts.ok_or(SHORT)?;
    *bytes = rest;
    text(taken).map(str::to_owned)
}
