//! Checking that an index is what was written, and that what was written is what its documents say.

use std::collections::BTreeMap;

use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, Term};
use zhen_text::{Analyzer, Tracks};

use crate::aliases::{self, HandMade};
use crate::duplicates::{DuplicateCounts, DuplicatesError};
use crate::errors::IndexError;
use crate::files::FileTable;
use crate::hash::hash64;
use crate::open::ZhenIndex;
use crate::record::RecordRef;
use crate::record_store::RecordStore;
use crate::schema::name;
use crate::vocabulary::{VOCABULARY_FILE, Vocabulary, VocabularyError};

/// Documents that are analysed again, spread over the index.
const SAMPLE: u64 = 200;

/// Most findings that are reported.
const MOST_FINDINGS: usize = 100;

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Files of the index whose checksum was compared.
    pub files: u64,
    /// Documents whose record was decoded.
    pub documents: u64,
    /// Documents that were analysed again and compared with the index.
    pub analysed: u64,
    /// What does not hold, in sentences; the first hundred.
    pub findings: Vec<String>,
    /// How many of the findings the next run of `zhen index` mends by itself.
    pub passing: u64,
    /// What is no damage, but should be known, in sentences.
    pub notes: Vec<String>,
}

impl Verification {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, finding: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Whether the next run of `zhen index` mends all that does not hold.
    pub fn is_passing(&self) -> bool {
        self.findings.len() as u64 == self.passing
    }
}

impl ZhenIndex {
    /// Checks the index: checksums of all files, the file table, the user dictionary and aliases, the
    /// vocabulary and the counts of near-duplicates where there are any, every record, and for a sample
    /// of documents that their terms stand in the index at their positions. Reads the whole index.
    ///
    /// # Errors
    /// When a part cannot be read at all; what is read and does not hold is a finding.
    pub fn verify(&self) -> Result<Verification, IndexError> {
        let mut report = Verification::default();
        let engine = || IndexError::engine("read", self.dir());

        let damaged = match self.tantivy().validate_checksum().map_err(engine()) {
            Ok(damaged) => damaged,
            Err(IndexError::Damaged { what, .. }) => {
                report.find(what);
                return Ok(report);
            }
            Err(error) => return Err(error),
        };
        report.files = self.tantivy().directory().list_managed_files().len() as u64;
        for file in &damaged {
            report.find(format!("{} is not as it was written", file.display()));
        }
        let manifest = self.current_manifest()?;
        let mut sound = |result: Result<(), IndexError>| match result {
            Err(IndexError::Damaged { what, .. }) => {
                report.find(what);
                Ok(())
            }
            other => other,
        };
        sound(self.file_table(&manifest).map(|_: FileTable| ()))?;
        sound(HandMade::load(self.dir(), &manifest).map(|_| ()))?;
        let dict = manifest.user_dict(self.dir());
        sound(dict.as_ref().map(|_| ()).map_err(clone_damage))?;
        report.files += manifest.sidecars().count() as u64;
        match Vocabulary::open(self.dir()) {
            Ok(_) => report.files += 1,
            // It is written after the commit, and a run may end between.
            Err(VocabularyError::Missing) if self.snapshot().map_err(engine())?.num_docs() > 0 => {
                report.notes.push(format!(
                    "{VOCABULARY_FILE} is missing, so words are not completed and pinyin finds less; \
                     the next `zhen index` makes it anew"
                ));
            }
            Err(VocabularyError::Missing) => {}
            Err(error) => {
                report.find(error.to_string());
                report.passing += 1;
            }
        }
        match DuplicateCounts::open(self.dir()) {
            Ok(_) => report.files += 1,
            // Without them searching takes a little longer.
            Err(DuplicatesError::Missing) => {}
            Err(error) => {
                report.find(error.to_string());
                report.passing += 1;
            }
        }
        let (true, Ok(dict)) = (damaged.is_empty(), dict) else {
            // What lies in damaged files says nothing more.
            return Ok(report);
        };

        let searcher = self.snapshot().map_err(engine())?;
        let analyzer = Analyzer::for_indexing(&dict);
        let step = (searcher.num_docs() / SAMPLE).max(1);
        for segment in searcher.segment_readers() {
            let store = RecordStore::open(segment).map_err(|error| engine()(error.into()))?;
            for (doc, record) in store.alive(segment) {
                let record = record.map_err(engine())?;
                let checked = record.get().map_err(|error| error.to_string()).and_then(|record| {
                    self.check_record(segment, doc, record)?;
                    if report.documents % step == 0 {
                        report.analysed += 1;
                        self.check_terms(segment, doc, record, &analyzer)?;
                    }
                    Ok(())
                });
                if let Err(finding) = checked {
                    let id = record.get().ok().and_then(|record| record.meta().ok());
                    let which = match id {
                        Some(meta) => format!("{:?}", meta.id),
                        None => {
                            format!("{doc} of segment {}", segment.segment_id().short_uuid_string())
                        }
                    };
                    report.find(format!("document {which}: {finding}"));
                }
                report.documents += 1;
            }
        }
        Ok(report)
    }

    /// Whether all parts of a record can be decoded and its id is the one it is found by.
    fn check_record(
        &self,
        segment: &SegmentReader,
        doc: DocId,
        record: RecordRef<'_>,
    ) -> Result<(), String> {
        let document = record.to_document().map_err(|error| error.to_string())?;
        let order =
            segment.fast_fields().u64(name::ORDER).map_err(|error| error.to_string())?.first(doc);
        if order != Some(hash64(document.id.as_bytes())) {
            return Err("its id is not the one it was indexed with".to_owned());
        }
        let term = Term::from_field_text(self.fields().id, &document.id);
        let found = segment
            .inverted_index(self.fields().id)
            .and_then(|inverted| Ok(inverted.read_postings(&term, IndexRecordOption::Basic)?))
            .map_err(|error| error.to_string())?;
        match found.map(|mut postings| seek(&mut postings, doc)) {
            Some(true) => Ok(()),
            _ => Err("its id does not find it".to_owned()),
        }
    }

    /// Whether the terms of a document, made again, stand in the index at their positions.
    fn check_terms(
        &self,
        segment: &SegmentReader,
        doc: DocId,
        record: RecordRef<'_>,
        analyzer: &Analyzer,
    ) -> Result<(), String> {
        let fields = self.fields();
        for (text, words, grams) in [
            (record.title(), fields.title_words, fields.title_grams),
            (record.body(), fields.body_words, fields.body_grams),
        ] {
            let mut tracks = Tracks::default();
            analyzer.tracks(text, &mut tracks);
            compare(segment, doc, words, &tracks.words, false)?;
            compare(segment, doc, grams, &tracks.grams, true)?;
        }
        for pair in aliases::terms(analyzer, [record.title(), record.body()]) {
            let term = Term::from_field_text(fields.aliases, &pair);
            let found = segment
                .inverted_index(fields.aliases)
                .and_then(|index| Ok(index.read_postings(&term, IndexRecordOption::Basic)?))
                .map_err(|error| error.to_string())?;
            if !found.is_some_and(|mut postings| seek(&mut postings, doc)) {
                return Err(format!("its pair of names {pair:?} does not find it"));
            }
        }
        Ok(())
    }
}

/// An error of the same kind, for those that are damage.
fn clone_damage(error: &IndexError) -> IndexError {
    match error {
        IndexError::Damaged { dir, what } => {
            IndexError::Damaged { dir: dir.clone(), what: what.clone() }
        }
        other => IndexError::Stream(other.to_string()),
    }
}

/// Moves postings to a document, or past where it would be; says whether it is there.
fn seek(postings: &mut impl DocSet, doc: DocId) -> bool {
    postings.doc() == doc || (postings.doc() < doc && postings.seek(doc) == doc)
}

/// Compares ready-made terms with what the index has for a document.
fn compare(
    segment: &SegmentReader,
    doc: DocId,
    field: Field,
    terms: &str,
    with_positions: bool,
) -> Result<(), String> {
    let field_name = segment.schema().get_field_name(field).to_owned();
    let mut expected: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (position, term) in (0..).zip(terms.split(' ').filter(|term| !term.is_empty())) {
        expected.entry(term).or_default().push(position);
    }
    let inverted = segment.inverted_index(field).map_err(|error| error.to_string())?;
    let option = match with_positions {
        true => IndexRecordOption::WithFreqsAndPositions,
        false => IndexRecordOption::WithFreqs,
    };
    let mut positions = Vec::new();
    for (text, expected) in expected {
        let term = Term::from_field_text(field, text);
        let postings = inverted.read_postings(&term, option).map_err(|error| error.to_string())?;
        let Some(mut postings) = postings else {
            return Err(format!("its term {text:?} is missing from {field_name}"));
        };
        if !seek(&mut postings, doc) {
            return Err(format!("its term {text:?} in {field_name} does not find it"));
        }
        let same = match with_positions {
            true => {
                postings.positions(&mut positions);
                positions == expected
            }
            false => postings.term_freq() as usize == expected.len(),
        };
        if !same {
            return Err(format!("its term {text:?} in {field_name} stands elsewhere"));
        }
    }
    Ok(())
}
