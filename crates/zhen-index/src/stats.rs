//! What an index holds, in numbers.

use std::collections::BTreeMap;

use tantivy::schema::Field;
use tantivy::{ReloadPolicy, Searcher};

use crate::duplicates::DUPLICATES_FILE;
use crate::errors::IndexError;
use crate::files::FileTable;
use crate::living::living;
use crate::manifest::Manifest;
use crate::open::ZhenIndex;
use crate::vocabulary::Vocabulary;

/// What an index holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// What it was made with, and when.
    pub manifest: Manifest,
    /// Documents that can be found.
    pub documents: u64,
    /// Documents that were deleted and still take room.
    pub deleted: u64,
    /// Its segments, largest first.
    pub segments: Vec<SegmentStats>,
    /// Bytes on disk, sidecars included.
    pub bytes: u64,
    /// Bytes on disk by part: `terms`, `postings`, `positions`, `norms`, `columns`, `records`,
    /// `deletes`, `files`, `vocabulary`, `duplicates`.
    pub parts: BTreeMap<&'static str, u64>,
    /// Words, titles and names that can be completed and read as pinyin; `None` when the
    /// vocabulary is missing or damaged.
    pub vocabulary: Option<u64>,
    /// Its text fields and what they hold.
    pub fields: Vec<FieldStats>,
    /// Documents by language tag, most frequent first.
    pub languages: Vec<(String, u64)>,
    /// Documents by format, most frequent first.
    pub kinds: Vec<(String, u64)>,
    /// Source files known.
    pub files: u64,
    /// Source files of which nothing could be taken.
    pub files_skipped: u64,
}

/// A segment in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentStats {
    /// Its name, the stem of its files.
    pub id: String,
    /// Documents that can be found.
    pub documents: u64,
    /// Documents that were deleted.
    pub deleted: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// A field in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldStats {
    /// Its name.
    pub name: String,
    /// Distinct terms, counted in each segment, so that a term in two segments counts twice.
    pub terms: u64,
    /// All terms of all documents, deleted ones included.
    pub tokens: u64,
    /// Bytes of its terms, postings, positions and norms.
    pub bytes: u64,
}

impl ZhenIndex {
    /// Counts what the index holds. Costs reading the term lists of languages and formats, and going
    /// through the documents of each where some are deleted.
    ///
    /// # Errors
    /// When a part of the index cannot be read.
    pub fn stats(&self) -> Result<Stats, IndexError> {
        let manifest = self.current_manifest()?;
        let files = self.file_table(&manifest)?;
        self.count(manifest, &files).map_err(IndexError::engine("read", self.dir()))
    }

    /// The file table of a manifest, or of its successor where that has just replaced it.
    pub(crate) fn file_table(&self, manifest: &Manifest) -> Result<FileTable, IndexError> {
        self.load_sidecar(manifest, FileTable::load)
    }

    /// A searcher over the last commit that does not follow later ones.
    pub(crate) fn snapshot(&self) -> tantivy::Result<Searcher> {
        let builder = self.tantivy().reader_builder().reload_policy(ReloadPolicy::Manual);
        Ok(builder.try_into()?.searcher())
    }

    fn count(&self, manifest: Manifest, files: &FileTable) -> tantivy::Result<Stats> {
        let searcher = self.snapshot()?;
        let fields = self.fields();
        let mut parts = BTreeMap::from([("files", 0)]);
        for sidecar in manifest.sidecars() {
            *parts.entry("files").or_default() += sidecar.bytes;
        }
        let vocabulary = Vocabulary::open(self.dir()).ok();
        parts.extend(vocabulary.as_ref().map(|vocabulary| ("vocabulary", vocabulary.bytes())));
        let duplicates = std::fs::metadata(self.dir().join(DUPLICATES_FILE));
        parts.extend(duplicates.ok().map(|file| ("duplicates", file.len())));
        let mut segments = Vec::new();
        let mut by_field: BTreeMap<String, u64> = BTreeMap::new();
        for reader in searcher.segment_readers() {
            let usage = reader.space_usage()?;
            for (part, bytes) in [
                ("terms", usage.termdict().total()),
                ("postings", usage.postings().total()),
                ("positions", usage.positions().total()),
                ("norms", usage.fieldnorms().total()),
                ("columns", usage.fast_fields().total()),
                ("records", usage.store().total()),
                ("deletes", usage.deletes()),
            ] {
                *parts.entry(part).or_default() += bytes.get_bytes();
            }
            for part in [usage.termdict(), usage.postings(), usage.positions(), usage.fieldnorms()]
            {
                for field in part.fields() {
                    *by_field.entry(field.field_name().to_owned()).or_default() +=
                        field.total().get_bytes();
                }
            }
            segments.push(SegmentStats {
                id: reader.segment_id().uuid_string(),
                documents: u64::from(reader.num_docs()),
                deleted: u64::from(reader.num_deleted_docs()),
                bytes: usage.total().get_bytes(),
            });
        }
        segments.sort_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.id.cmp(&b.id)));
        let mut counted = Vec::new();
        for field in [
            fields.title_words,
            fields.heading_words,
            fields.body_words,
            fields.title_grams,
            fields.body_grams,
            fields.aliases,
        ] {
            let (mut terms, mut tokens) = (0, 0);
            for reader in searcher.segment_readers() {
                let inverted = reader.inverted_index(field)?;
                terms += inverted.terms().num_terms() as u64;
                tokens += inverted.total_num_tokens();
            }
            let name = searcher.schema().get_field_name(field).to_owned();
            let bytes = by_field.get(&name).copied().unwrap_or_default();
            counted.push(FieldStats { name, terms, tokens, bytes });
        }
        Ok(Stats {
            documents: searcher.num_docs(),
            deleted: segments.iter().map(|segment| segment.deleted).sum(),
            segments,
            bytes: parts.values().sum(),
            parts,
            vocabulary: vocabulary.map(|vocabulary| vocabulary.len()),
            fields: counted,
            languages: values(&searcher, fields.lang)?,
            kinds: values(&searcher, fields.kind)?,
            files: files.len() as u64,
            files_skipped: files.iter().filter(|(_, entry)| entry.skipped.is_some()).count() as u64,
            manifest,
        })
    }
}

/// The values of a field of whole strings with the number of documents that have each, most
/// frequent first.
fn values(searcher: &Searcher, field: Field) -> tantivy::Result<Vec<(String, u64)>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(field)?;
        let mut terms = inverted.terms().stream()?;
        while terms.advance() {
            let documents = match reader.has_deletes() {
                false => u64::from(terms.value().doc_freq),
                true => living(reader, &inverted, terms.value())?.count() as u64,
            };
            if documents > 0 {
                let value = String::from_utf8_lossy(terms.key()).into_owned();
                *counts.entry(value).or_default() += documents;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(counts)
}
