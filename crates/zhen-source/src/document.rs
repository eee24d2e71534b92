//! The document: what every format is read into, and what the indexer takes.

use serde::{Deserialize, Serialize};

/// One searchable document, read from a file, a record of a file, or a stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Identifier, unique in an index; a document with a known id replaces the old one.
    /// A whole file's id is its path; a record without `id` gets a stable hash of its content.
    pub id: String,
    /// Title, empty where the source has none.
    pub title: String,
    /// The text that is searched and shown: original characters (decoded to UTF-8), with `\n`
    /// line ends; never folded or converted.
    pub body: String,
    /// Byte ranges of headings within `body`, ascending and disjoint.
    pub headings: Vec<std::ops::Range<usize>>,
    /// BCP 47 language tag as the source declares it (`zh-Hans`, `en`); `None` where it does not.
    pub lang: Option<String>,
    /// Path of the file it came from, as an absolute path with `/`; `None` for a stream.
    pub path: Option<String>,
    /// Web address, where the source gives one.
    pub url: Option<String>,
    /// Point in time in RFC 3339, where the source gives one.
    pub time: Option<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Format it was read from: `text`, `markdown`, `html`, `json`, `jsonl`, `csv`, `rst`,
    /// `subtitle`, `pdf`, …
    pub kind: String,
    /// Every other field of the source record; can be filtered and sorted on.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// Where each line of `body` stood in the source.
    pub lines: LineMap,
}

/// Maps lines of a document's body to lines of its source file. Lines count from 1.
///
/// Most documents are their file's text, line for line: that is the empty map, which costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMap {
    /// `(first body line, its source line)`, ascending in the first; body lines after an entry
    /// follow on one by one until the next entry. Empty means identity.
    entries: Vec<(u32, u32)>,
}

impl LineMap {
    /// The map in which body line 1 stood at `source` (1-based) and the rest follow on.
    pub fn starting_at(source: u32) -> Self {
        let mut map = Self::default();
        map.push(1, source);
        map
    }

    /// Says that `body` (1-based, larger than any said before) stood at source line `source`.
    /// What already follows from the entries so far is not stored.
    pub fn push(&mut self, body: u32, source: u32) {
        if self.source_line(body) != source {
            self.entries.push((body, source));
        }
    }

    /// The source line (1-based) of line `body` (1-based) of the body.
    pub fn source_line(&self, body: u32) -> u32 {
        match self.entries.partition_point(|&(first, _)| first <= body) {
            0 => body,
            n => {
                let (first, source) = self.entries[n - 1];
                source + (body - first)
            }
        }
    }

    /// Whether every body line is the source line of the same number.
    pub fn is_identity(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, for storing: `(first body line, its source line)`.
    pub fn entries(&self) -> &[(u32, u32)] {
        &self.entries
    }

    /// The map with the given entries, which must ascend in their first number.
    pub fn from_entries(entries: Vec<(u32, u32)>) -> Self {
        debug_assert!(entries.windows(2).all(|w| w[0].0 < w[1].0));
        Self { entries }
    }
}
