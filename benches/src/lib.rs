//! What the benchmarks work on: documents and queries of `../shared` where it lies beside the
//! project, else the samples and a few queries of the project's own. Which it is stands in the
//! benchmark's output, for the figures of the two cannot be compared.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use zhen_index::{IndexOptions, Indexer};
use zhen_search::IndexEngine;
use zhen_source::Document;

/// Queries where `../shared` is not there: one of each kind.
const QUERIES: [&str; 7] = [
    "词典",
    "中巴经济走廊",
    "\"安装简单方便\"",
    "free trade agreement",
    "维生素A",
    "zhongba jingji",
    "图书馆的开放时间是什么时候？",
];

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path)
}

/// Up to `most` documents, long and short, in both languages.
///
/// # Panics
/// When neither the corpus nor the samples can be read: there is nothing to measure then.
pub fn documents(most: usize) -> Vec<Document> {
    match std::fs::File::open(beside("corpus/bilingual.jsonl.zst")) {
        Ok(file) => {
            let decoder = zstd::stream::read::Decoder::new(file).expect("the corpus is zstd");
            let lines = std::io::BufReader::new(decoder).lines().take(most);
            lines.map(|line| document(&line.expect("the corpus can be read"))).collect()
        }
        Err(_) => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/samples");
            let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
                .expect("the samples are part of the project")
                .map(|entry| entry.expect("the samples can be read").path())
                .collect();
            names.sort();
            let texts = names.iter().filter_map(|name| {
                Some((name.display().to_string(), std::fs::read_to_string(name).ok()?))
            });
            texts
                .take(most)
                .map(|(id, body)| Document { id, body, ..Document::default() })
                .collect()
        }
    }
}

fn document(line: &str) -> Document {
    let record: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON lines");
    let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
    Document { id: text("id"), title: text("title"), body: text("body"), ..Document::default() }
}

/// The queries of one file of `../shared/queries` (`zh`, `en` or `mixed`), else a few.
pub fn queries(name: &str) -> Vec<String> {
    match std::fs::read_to_string(beside(&format!("queries/{name}.txt"))) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => QUERIES.iter().map(|query| (*query).to_owned()).collect(),
    }
}

/// An index of [`documents`], and the folder that holds it.
///
/// # Panics
/// When it cannot be written.
pub fn index(most: usize) -> (tempfile::TempDir, IndexEngine) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut indexer = Indexer::open(IndexOptions::new(folder.path())).expect("a new index");
    indexer.index_documents(documents(most), &()).expect("documents can be indexed");
    indexer.close().expect("an index can be closed");
    let engine = IndexEngine::open(folder.path()).expect("the index was just written");
    (folder, engine)
}
