//! What the tests of this crate share.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};
use zhen_index::{IndexOptions, Indexer, LEAST_MEMORY, Summary, ZhenIndex, read_record};

/// A folder for an index and a folder of files to index.
pub(crate) struct Place {
    _root: tempfile::TempDir,
    pub(crate) index: PathBuf,
    pub(crate) files: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (index, files) = (root.path().join("ix"), root.path().join("files"));
        fs::create_dir(&files).unwrap();
        Self { _root: root, index, files }
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a file and gives it a time of change that differs from any it had.
    pub(crate) fn rewrite(&self, name: &str, content: &str, seconds: u64) -> PathBuf {
        let path = self.write(name, content);
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    }

    pub(crate) fn options(&self) -> IndexOptions {
        IndexOptions { memory: LEAST_MEMORY, threads: 2, ..IndexOptions::new(&self.index) }
    }

    pub(crate) fn indexer(&self) -> Indexer {
        Indexer::open(self.options()).unwrap()
    }

    /// Indexes the folder of files.
    pub(crate) fn run(&self) -> Summary {
        self.run_with(self.options())
    }

    pub(crate) fn run_with(&self, options: IndexOptions) -> Summary {
        let mut indexer = Indexer::open(options).unwrap();
        let summary = indexer.index_paths(std::slice::from_ref(&self.files), &()).unwrap();
        indexer.close().unwrap();
        summary
    }

    pub(crate) fn open(&self) -> ZhenIndex {
        ZhenIndex::open(&self.index).unwrap()
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.open().tantivy().reader().unwrap().searcher()
    }

    /// Ids of all documents, sorted.
    pub(crate) fn ids(&self) -> Vec<String> {
        let searcher = self.searcher();
        let mut ids: Vec<String> =
            documents(&searcher).into_iter().map(|address| id(&searcher, address)).collect();
        ids.sort();
        ids
    }

    /// Names of the files of all documents, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let prefix = format!("{}/", zhen_source::path_id(&self.files));
        let ids = self.ids();
        let mut names: Vec<_> =
            ids.iter().map(|id| id.strip_prefix(&prefix).unwrap_or(id).to_owned()).collect();
        names.sort();
        names
    }

    /// Bodies of the documents that have a term in a field.
    pub(crate) fn found(&self, field: Field, term: &str) -> Vec<String> {
        let searcher = self.searcher();
        let mut bodies: Vec<String> = matches(&searcher, field, term)
            .into_iter()
            .map(|address| {
                let record = read_record(&searcher, address).unwrap();
                record.get().unwrap().body().to_owned()
            })
            .collect();
        bodies.sort();
        bodies
    }

    /// Asserts that `verify` says of a derived file, which is damaged, that the next run makes it anew, and
    /// that this is so: `whole` is what it was.
    pub(crate) fn assert_made_anew(&self, file: &Path, whole: &[u8]) {
        let report = self.open().verify().unwrap();
        assert_eq!(report.mend, Some(zhen_index::Mend::NextRun));
        let findings = report.findings;
        assert!(findings.len() == 1 && findings[0].contains("zhen index"), "{findings:?}");
        assert_eq!(self.run().read, 0, "nothing else changed");
        assert_eq!(fs::read(file).unwrap(), whole);
    }

    /// Asserts that `verify` finds nothing.
    pub(crate) fn assert_sound(&self) {
        let report = self.open().verify().unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!(report.documents, self.searcher().num_docs());
    }
}

pub(crate) fn id(searcher: &Searcher, address: DocAddress) -> String {
    let record = read_record(searcher, address).unwrap();
    record.get().unwrap().meta().unwrap().id
}

/// All documents that are not deleted.
pub(crate) fn documents(searcher: &Searcher) -> Vec<DocAddress> {
    let segments = searcher.segment_readers().iter().zip(0..);
    segments
        .flat_map(|(segment, ord)| {
            segment.doc_ids_alive().map(move |doc| DocAddress::new(ord, doc)).collect::<Vec<_>>()
        })
        .collect()
}

/// Documents, not deleted, that have a term in a field.
pub(crate) fn matches(searcher: &Searcher, field: Field, term: &str) -> Vec<DocAddress> {
    let term = Term::from_field_text(field, term);
    let mut found = Vec::new();
    for (segment, ord) in searcher.segment_readers().iter().zip(0..) {
        let inverted = segment.inverted_index(field).unwrap();
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic).unwrap()
        else {
            continue;
        };
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if !segment.is_deleted(doc) {
                found.push(DocAddress::new(ord, doc));
            }
            doc = postings.advance();
        }
    }
    found
}

/// For each term of a field, the number of documents and of occurrences.
pub(crate) fn term_statistics(searcher: &Searcher, field: Field) -> BTreeMap<String, (u64, u64)> {
    let mut statistics: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field).unwrap();
        let mut terms = inverted.terms().stream().unwrap();
        while terms.advance() {
            let text = String::from_utf8(terms.key().to_vec()).unwrap();
            let mut postings = inverted
                .read_postings_from_terminfo(terms.value(), IndexRecordOption::WithFreqs)
                .unwrap();
            let entry = statistics.entry(text).or_default();
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    entry.0 += 1;
                    entry.1 += u64::from(tantivy::postings::Postings::term_freq(&postings));
                }
                doc = postings.advance();
            }
        }
    }
    statistics
}

/// A text that differs for each number, in both languages.
pub(crate) fn text(number: u64) -> String {
    const HAN: &[char] = &[
        '中', '国', '经', '济', '走', '廊', '软', '件', '安', '装', '简', '单', '词', '典', '法',
        '律', '研', '究', '生', '命', '起', '源', '数', '据', '库', '搜', '索', '引', '擎', '文',
    ];
    const LATIN: &[&str] = &["search", "engine", "running", "index", "C++", "T恤", "term", "data"];
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below
    };
    let mut text = format!("number{number} ");
    for _ in 0..40 {
        for _ in 0..next(9) {
            text.push(HAN[next(HAN.len())]);
        }
        text.push_str(["，", " ", "\n"][next(3)]);
        text.push_str(LATIN[next(LATIN.len())]);
        text.push(' ');
    }
    text
}

/// A JSON line.
pub(crate) fn line(id: &str, body: &str) -> String {
    format!("{}\n", serde_json::json!({"id": id, "body": body}))
}

/// Bytes of a file, and of what stands in a folder, by name.
pub(crate) fn snapshot(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|e| (e.file_name().to_string_lossy().into_owned(), fs::read(e.path()).unwrap()))
        .collect()
}
