//! What is indexed and what is asked.

use std::path::{Path, PathBuf};

use zhen_eval::latency::read_queries;
use zhen_source::Document;

use crate::Outcome;
use crate::args::Args;

/// The documents that the command line names.
pub(crate) fn documents(args: &Args) -> Outcome<Vec<Document>> {
    let path = args.corpus.clone().unwrap_or_else(benches::corpus);
    let documents = benches::read_documents(&path, args.limit.unwrap_or(usize::MAX))
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if documents.is_empty() {
        return Err(format!("there is no document in {}", path.display()).into());
    }
    Ok(documents)
}

/// Bytes of text: titles and bodies in UTF-8, without the JSON around them.
pub(crate) fn raw_bytes(documents: &[Document]) -> u64 {
    documents.iter().map(|document| (document.title.len() + document.body.len()) as u64).sum()
}

/// The queries that the command line names, each once, in the order of files and lines.
pub(crate) fn queries(args: &Args) -> Outcome<Vec<String>> {
    let Some(folder) = query_folder(args) else {
        return Ok(benches::QUERIES.map(str::to_owned).to_vec());
    };
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut queries = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for file in files {
        queries.extend(read_queries(&file)?.into_iter().filter(|query| seen.insert(query.clone())));
    }
    if queries.is_empty() {
        return Err(format!("there is no query in {}", folder.display()).into());
    }
    Ok(queries)
}

fn query_folder(args: &Args) -> Option<PathBuf> {
    args.queries.clone().or_else(benches::query_folder)
}

/// The documents in words, without the path of this machine.
pub(crate) fn described(args: &Args, documents: &[Document]) -> String {
    let path = args.corpus.clone().unwrap_or_else(benches::corpus);
    let part = if args.limit.is_some_and(|limit| limit == documents.len()) { "first " } else { "" };
    format!(
        "{}: {part}{} documents, {:.1} MB of titles and bodies",
        name(&path),
        documents.len(),
        raw_bytes(documents) as f64 / 1e6
    )
}

/// The queries in words.
pub(crate) fn described_queries(args: &Args, queries: &[String]) -> String {
    let place = query_folder(args).map_or("a few of the project's own".to_owned(), |path| {
        format!("all files of the folder {}", name(&path))
    });
    format!("{} different ones, {place}", queries.len())
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn args(more: &[&str]) -> Args {
        Args::parse_from(std::iter::once("compare").chain(more.iter().copied()))
    }

    #[test]
    fn all_files_of_a_folder_are_asked_and_each_query_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.txt"), "two\n词典\n").unwrap();
        std::fs::write(folder.path().join("a.txt"), "词典\none\n").unwrap();
        std::fs::write(folder.path().join("README.md"), "not a query\n").unwrap();
        let args = args(&["--queries", folder.path().to_str().unwrap()]);
        assert_eq!(queries(&args).unwrap(), ["词典", "one", "two"]);
    }

    #[test]
    fn a_description_names_no_folder_of_this_machine() {
        let args = args(&["--corpus", "/somebody/home/corpus.jsonl", "--limit", "1"]);
        let document = Document { title: "词".into(), body: "ab".into(), ..Document::default() };
        assert_eq!(
            described(&args, &[document]),
            "corpus.jsonl: first 1 documents, 0.0 MB of titles and bodies"
        );
    }
}
