//! What the benchmarks work on: documents and queries of `../shared` where it lies beside the
//! project, else the samples and a few queries of the project's own.
//!
//! The figures of the two cannot be compared. [`corpus`] and [`query_folder`] say which it is; the
//! micro benchmarks do not tell, `cargo xtask compare` writes it into its results.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use zhen_index::{IndexOptions, Indexer};
use zhen_search::IndexEngine;
use zhen_source::{Document, FileReport, ReadOptions, WalkOptions, read_file, read_stream, walk};

/// Queries where `../shared` is not there: one of each kind.
pub const QUERIES: [&str; 7] = [
    "词典",
    "中巴经济走廊",
    "\"安装简单方便\"",
    "free trade agreement",
    "维生素A",
    "zhongba jingji",
    "图书馆的开放时间是什么时候？",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn beside(path: &str) -> Option<PathBuf> {
    Some(root().join("../shared").join(path)).filter(|path| path.exists())
}

/// Where the documents come from: the corpus of `../shared`, else the folder of the samples.
#[must_use]
pub fn corpus() -> PathBuf {
    beside("corpus/bilingual.jsonl.zst").unwrap_or_else(|| root().join("data/samples"))
}

/// The folder of `../shared` with files of queries; `None` where it is absent.
#[must_use]
pub fn query_folder() -> Option<PathBuf> {
    beside("queries")
}

/// Up to `most` documents of [`corpus`], long and short, in both languages.
///
/// # Panics
/// When neither the corpus nor the samples can be read: there is nothing to measure then.
#[must_use]
pub fn documents(most: usize) -> Vec<Document> {
    read_documents(&corpus(), most).expect("the corpus, or else the samples, can be read")
}

/// The first `most` documents of a file of JSON lines, which may be compressed, or of all files of a
/// folder in the order of their paths.
///
/// # Errors
/// When something cannot be read, or only in part: what is measured must be what was named.
pub fn read_documents(path: &Path, most: usize) -> io::Result<Vec<Document>> {
    let mut documents = Vec::new();
    let options = ReadOptions::default();
    let mut take = |document| {
        documents.push(document);
        if documents.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    if most == 0 {
        return Ok(documents);
    }
    if !path.is_dir() {
        let file = std::fs::File::open(path)?;
        whole(read_stream(file, &options, &mut take).map_err(io::Error::other)?)?;
        return Ok(documents);
    }
    for entry in walk(&[path], &WalkOptions::default()) {
        let entry = entry.map_err(io::Error::other)?;
        let report = read_file(&entry.path, &options, &mut take).map_err(io::Error::other)?;
        if whole(report)? {
            break;
        }
    }
    Ok(documents)
}

/// Whether the receiver had enough; an error where a part could not be read.
fn whole(report: FileReport) -> io::Result<bool> {
    match report.problems.first() {
        Some(problem) => Err(io::Error::other(problem.to_string())),
        None => Ok(report.stopped),
    }
}

/// The queries of one file of `../shared/queries` (`zh`, `en` or `mixed`), else a few.
#[must_use]
pub fn queries(name: &str) -> Vec<String> {
    match beside(&format!("queries/{name}.txt")).map(std::fs::read_to_string) {
        Some(Ok(text)) => text.lines().map(str::to_owned).collect(),
        _ => QUERIES.iter().map(|query| (*query).to_owned()).collect(),
    }
}

/// An index of [`documents`], and the folder that holds it.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn index(most: usize) -> (tempfile::TempDir, IndexEngine) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut indexer = Indexer::open(IndexOptions::new(folder.path())).expect("a new index");
    indexer.index_documents(documents(most), &()).expect("documents can be indexed");
    indexer.close().expect("an index can be closed");
    let engine = IndexEngine::open(folder.path()).expect("the index was just written");
    (folder, engine)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

    use super::{read_documents, root};

    #[test]
    fn a_file_of_records_is_read_up_to_the_number_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(
            &path,
            "{\"id\":\"a\",\"title\":\"词\",\"body\":\"典\"}\n{\"body\":\"b\"}\n",
        )
        .unwrap();
        let all = read_documents(&path, 10).unwrap();
        assert_eq!((all.len(), all[0].id.as_str(), all[0].title.as_str()), (2, "a", "词"));
        assert_eq!(read_documents(&path, 1).unwrap(), all[..1]);
        assert_eq!(read_documents(&path, 0).unwrap(), []);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_not_left_out_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"body\":\"a\"}\n{\"body\":\n").unwrap();
        assert!(read_documents(&path, 10).unwrap_err().to_string().contains("line 2"));
        assert!(read_documents(&folder.path().join("missing"), 10).is_err());
    }

    #[test]
    fn the_samples_can_be_read_whole() {
        let documents = read_documents(&root().join("data/samples"), usize::MAX).unwrap();
        assert!(documents.len() > 30);
    }
}
