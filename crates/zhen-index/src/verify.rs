//! Checking that an index is what was written, and that what was written is what its documents say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tantivy::index::SegmentComponent;
use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, Term};
use zhen_text::fold;
use zhen_text::synonym::Synonyms;
use zhen_text::{Analyzer, Tracks};

use crate::aliases;
use crate::duplicates::{DuplicateCounts, DuplicatesError};
use crate::errors::{IndexError, not_as_written};
use crate::files::FileTable;
use crate::hash::hash64;
use crate::open::ZhenIndex;
use crate::record::RecordRef;
use crate::record_store::RecordStore;
use crate::schema::name;
use crate::synonyms::read_synonyms;
use crate::vocabulary::{VOCABULARY_FILE, Vocabulary, VocabularyError};

/// Documents that are analysed again, spread over the index.
const SAMPLE: u64 = 200;

/// The files that every segment has.
const COMPONENTS: [SegmentComponent; 6] = [
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::Terms,
    SegmentComponent::FieldNorms,
    SegmentComponent::FastFields,
    SegmentComponent::Store,
];

/// The end of every file: two numbers of four bytes.
const LEAST_LENGTH: u64 = 8;

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
    /// What mends all that does not hold; `None` where everything holds.
    pub mend: Option<Mend>,
    /// What is no damage, but should be known, in sentences.
    pub notes: Vec<String>,
}

/// What mends an index, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// Other synonyms: `zhen synonyms load`.
    Synonyms,
    /// The next run of `zhen index`, which makes anew what is derived.
    NextRun,
    /// A new index.
    NewIndex,
}

impl Verification {
    /// Whether everything holds.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, finding: String, mend: Mend) {
        self.mend = self.mend.max(Some(mend));
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }
}

impl ZhenIndex {
    /// Checks the index: checksums of all files of its segments and how many documents they hold, the
    /// file table, the user dictionary and aliases, the synonyms, the vocabulary and the counts of
    /// near-duplicates where there are any, every record, and for a sample of documents that their terms
    /// stand in the index at their positions. Reads the whole index.
    ///
    /// # Errors
    /// When a part cannot be read at all; what is read and does not hold is a finding.
    pub fn verify(&self) -> Result<Verification, IndexError> {
        let mut report = Verification::default();
        let engine = || IndexError::engine("read", self.dir());

        self.check_files(self.segment_files()?, &mut report)?;
        let readable = report.is_sound();
        let manifest = self.current_manifest()?;
        let mut sound = |result: Result<(), IndexError>| match result {
            Err(IndexError::Damaged { what, .. }) => {
                report.find(what, Mend::NewIndex);
                Ok(())
            }
            other => other,
        };
        sound(self.file_table(&manifest).map(|_: FileTable| ()))?;
        sound(self.hand_made_aliases(&manifest).map(|_| ()))?;
        let dict = self.user_dict(&manifest);
        sound(dict.as_ref().map(|_| ()).map_err(clone_damage))?;
        report.files += manifest.sidecars().count() as u64;
        let rules = read_synonyms(self.dir()).map_err(|error| error.to_string());
        let rules = rules.and_then(|rules| Synonyms::parse(&rules).map_err(|e| e.to_string()));
        if let Err(error) = rules {
            let finding = format!("the synonyms cannot be used: {error}");
            report.find(finding, Mend::Synonyms);
        }
        match Vocabulary::open(self.dir()) {
            Ok(_) => report.files += 1,
            // It is written after the commit, and a run may end between.
            Err(VocabularyError::Missing) if readable && self.holds_documents()? => {
                report.notes.push(format!(
                    "{VOCABULARY_FILE} is missing, so words are not completed and pinyin finds less; \
                     the next `zhen index` makes it anew"
                ));
            }
            Err(VocabularyError::Missing) => {}
            Err(error) => {
                report.find(error.to_string(), Mend::NextRun);
            }
        }
        match DuplicateCounts::open(self.dir()) {
            Ok(_) => report.files += 1,
            // Without them searching takes a little longer.
            Err(DuplicatesError::Missing) => {}
            Err(error) => {
                report.find(error.to_string(), Mend::NextRun);
            }
        }
        let (true, Ok(dict)) = (readable, dict) else {
            // What lies in damaged files says nothing more.
            return Ok(report);
        };

        let searcher = self.snapshot().map_err(engine())?;
        let analyzer = Analyzer::for_indexing(&dict);
        let step = (searcher.num_docs() / SAMPLE).max(1);
        for segment in searcher.segment_readers() {
            let number = self.documents_in(segment)?;
            if number != segment.max_doc() {
                let name = segment.segment_id().short_uuid_string();
                let finding = format!(
                    "segment {name} holds {number} documents, and meta.json says {}",
                    segment.max_doc(),
                );
                report.find(finding, Mend::NewIndex);
                continue;
            }
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
                    report.find(format!("document {which}: {finding}"), Mend::NewIndex);
                }
                report.documents += 1;
            }
        }
        Ok(report)
    }

    /// The files of the segments that the last commit names.
    fn segment_files(&self) -> Result<BTreeSet<PathBuf>, IndexError> {
        let segments = self.tantivy().searchable_segment_metas();
        let segments = segments.map_err(IndexError::engine("read", self.dir()))?;
        let files = segments.iter().flat_map(|segment| {
            let deletes = segment.has_deletes().then_some(SegmentComponent::Delete);
            let components = COMPONENTS.into_iter().chain(deletes);
            components.map(|component| segment.relative_path(component))
        });
        Ok(files.collect())
    }

    /// Compares the checksums of files of segments. What a commit has replaced meanwhile may be gone:
    /// nothing is said of it, and its successors are checked too.
    fn check_files(
        &self,
        mut named: BTreeSet<PathBuf>,
        report: &mut Verification,
    ) -> Result<(), IndexError> {
        let mut checked: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
        loop {
            let mut unsound = false;
            for file in named {
                let finding = match checked.remove(&file) {
                    Some(known) => known,
                    None => self.check_file(&file)?,
                };
                unsound |= finding.is_some();
                checked.insert(file, finding);
            }
            if !unsound {
                break;
            }
            named = self.segment_files()?;
            checked.retain(|file, _| named.contains(file));
            if checked.len() == named.len() {
                break;
            }
        }
        report.files += checked.len() as u64;
        for finding in checked.into_values().flatten() {
            report.find(finding, Mend::NewIndex);
        }
        Ok(())
    }

    /// What is wrong with a file, by its checksum.
    fn check_file(&self, file: &Path) -> Result<Option<String>, IndexError> {
        // Of less than its footer's end the engine cannot make an error.
        let length = std::fs::metadata(self.dir().join(file)).map(|file| file.len());
        if length.is_ok_and(|length| length < LEAST_LENGTH) {
            return Ok(Some(not_as_written(file)));
        }
        let checked = self.tantivy().directory().validate_checksum(file);
        match checked.map_err(|error| IndexError::engine("read", self.dir())(error.into())) {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(not_as_written(file))),
            Err(IndexError::Damaged { what, .. }) => Ok(Some(what)),
            Err(error) => Err(error),
        }
    }

    fn holds_documents(&self) -> Result<bool, IndexError> {
        let searcher = self.snapshot().map_err(IndexError::engine("read", self.dir()))?;
        Ok(searcher.num_docs() > 0)
    }

    /// How many documents, deleted ones too, a segment has by what stands in its own files.
    fn documents_in(&self, segment: &SegmentReader) -> Result<u32, IndexError> {
        // Every document has a place in the order.
        let order = segment.fast_fields().u64(name::ORDER);
        Ok(order.map_err(IndexError::engine("read", self.dir()))?.num_docs())
    }

    /// Whether all parts of a record can be decoded and its id is the one it is found by.
    fn check_record(
        &self,
        segment: &SegmentReader,
        doc: DocId,
        record: RecordRef<'_>,
    ) -> Result<(), String> {
        let document = record.to_document().map_err(|error| error.to_string())?;
        let folded = record.folded_body().map_err(|error| error.to_string())?;
        if folded.text() != fold::fold_for_units(&document.body).text() {
            return Err("what it says that folding leaves alone is not what does".to_owned());
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IndexOptions, Indexer};

    #[test]
    fn files_that_a_merge_took_away_meanwhile_are_no_damage() {
        let dir = tempfile::tempdir().unwrap();
        let mut indexer = Indexer::open(IndexOptions::new(dir.path())).unwrap();
        for id in ["a", "b"] {
            let document = zhen_source::Document { id: id.to_owned(), ..Default::default() };
            indexer.index_documents([document], &()).unwrap();
        }
        let index = ZhenIndex::open(dir.path()).unwrap();
        let before = index.segment_files().unwrap();
        indexer.merge().unwrap();
        indexer.close().unwrap();
        let now = index.segment_files().unwrap();
        assert!(before.iter().any(|file| !dir.path().join(file).exists()));

        let mut report = Verification::default();
        index.check_files(before, &mut report).unwrap();
        assert_eq!((report.findings, report.files), (vec![], now.len() as u64));

        // What is named and missing is.
        let file = now.first().unwrap();
        std::fs::remove_file(dir.path().join(file)).unwrap();
        let mut report = Verification::default();
        index.check_files(now.clone(), &mut report).unwrap();
        assert_eq!((report.findings.len(), report.mend), (1, Some(Mend::NewIndex)));
    }
}
