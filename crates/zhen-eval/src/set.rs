//! An evaluation set: documents, queries and judgements in one folder.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{EvalError, shown};
use crate::evaluate::{Evaluation, evaluate};
use crate::measure::Measure;
use crate::qrels::Qrels;
use crate::run::Run;
use crate::text_file;

const CORPUS: &str = "corpus.jsonl";
const QUERIES: &str = "queries.tsv";
const QRELS: &str = "qrels.tsv";

/// A query of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its id, without white space.
    pub id: String,
    /// What is asked.
    pub text: String,
}

/// The queries and judgements of a set; its documents are read one by one with
/// [`EvalSet::documents`].
#[derive(Debug, Clone)]
pub struct EvalSet {
    /// Name of the folder.
    pub name: String,
    /// The folder.
    pub dir: PathBuf,
    /// In the order of the file.
    pub queries: Vec<Query>,
    /// Judgements of these queries.
    pub qrels: Qrels,
    /// Judged queries that `queries.tsv` does not ask; their judgements are not in `qrels`.
    pub unasked: usize,
}

impl EvalSet {
    /// Reads a folder with `corpus.jsonl`, `queries.tsv` (`qid<TAB>text`) and `qrels.tsv`
    /// (`qid 0 docid grade`). Of the corpus only the presence is checked.
    ///
    /// # Errors
    /// [`EvalError`] with file and line.
    pub fn read(dir: &Path) -> Result<Self, EvalError> {
        let whole = format!("a set is a folder with {CORPUS}, {QUERIES} and {QRELS}");
        let queries_path = dir.join(QUERIES);
        let queries = parse_queries(&text_file::read(&queries_path, &whole)?, &queries_path)?;
        let mut qrels = Qrels::read(&dir.join(QRELS))?;
        let asked: HashSet<&str> = queries.iter().map(|query| query.id.as_str()).collect();
        let unasked = qrels.retain(|query| asked.contains(query));
        if qrels.is_empty() {
            return Err(EvalError::file(
                &dir.join(QRELS),
                format!("no query of {QUERIES} has a judgement"),
                "use the same query ids in both files",
            ));
        }
        if !qrels.iter().any(|(_, judged)| judged.values().any(|&grade| grade > 0)) {
            return Err(EvalError::file(
                &dir.join(QRELS),
                format!("no document is relevant to a query of {QUERIES}"),
                "give those that are a grade above 0",
            ));
        }
        let corpus = dir.join(CORPUS);
        if let Err(source) = File::open(&corpus) {
            return Err(EvalError::Read { path: corpus, source, mend: whole });
        }
        let name = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, dir: dir.to_owned(), queries, qrels, unasked })
    }

    /// Where the documents are: JSON lines, as `zhen index` takes them.
    #[must_use]
    pub fn corpus_path(&self) -> PathBuf {
        self.dir.join(CORPUS)
    }

    /// The documents, read as they are asked for.
    ///
    /// # Errors
    /// [`EvalError::Read`] when the file cannot be opened; each item can fail on its own.
    pub fn documents(&self) -> Result<Documents, EvalError> {
        let path = self.corpus_path();
        match File::open(&path) {
            Ok(file) => Ok(Documents { reader: BufReader::new(file), path, line: 0 }),
            Err(source) => Err(EvalError::Read {
                path,
                source,
                mend: format!("a set has its documents in {CORPUS}"),
            }),
        }
    }

    /// Scores a run on this set.
    #[must_use]
    pub fn evaluate(&self, run: &Run, measures: &[Measure]) -> Evaluation {
        let mut evaluation = evaluate(&self.qrels, run, measures);
        evaluation.left_out = self.queries.len() - evaluation.queries.len();
        evaluation
    }
}

fn parse_queries(text: &str, path: &Path) -> Result<Vec<Query>, EvalError> {
    const FORM: &str = "write the query id, a tab and the text";
    let mut queries = Vec::new();
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, line) in text_file::lines(text) {
        let Some((id, text)) = line.split_once('\t') else {
            let problem = format!("no tab in {}", shown(line));
            return Err(EvalError::line(path, number, problem, FORM));
        };
        let (id, text) = (id.trim(), text.trim());
        if id.is_empty() || id.contains(char::is_whitespace) || text.is_empty() {
            let problem = format!("{} has no id, an id with white space, or no text", shown(line));
            return Err(EvalError::line(path, number, problem, FORM));
        }
        if let Some(first) = lines.insert(id, number) {
            let problem = format!("query id {} is also on line {first}", shown(id));
            return Err(EvalError::line(path, number, problem, "give each query an id of its own"));
        }
        queries.push(Query { id: id.to_owned(), text: text.to_owned() });
    }
    if queries.is_empty() {
        return Err(EvalError::file(path, "no queries", FORM));
    }
    Ok(queries)
}

/// A document of a set. Fields beyond these are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CorpusDocument {
    /// Its id, which the judgements name.
    pub id: String,
    /// Title; empty where there is none.
    #[serde(default)]
    pub title: String,
    /// Text; empty where there is none.
    #[serde(default)]
    pub body: String,
    /// Language tag, where one is given.
    #[serde(default)]
    pub lang: Option<String>,
}

/// Iterator over the documents of a set, in the order of the file.
#[derive(Debug)]
pub struct Documents {
    reader: BufReader<File>,
    path: PathBuf,
    line: usize,
}

impl Iterator for Documents {
    type Item = Result<CorpusDocument, EvalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut bytes = Vec::new();
            self.line += 1;
            match self.reader.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(source) => {
                    return Some(Err(EvalError::Read {
                        path: self.path.clone(),
                        source,
                        mend: "check the disk and try again".to_owned(),
                    }));
                }
            }
            let start = if self.line == 1 && bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let line = bytes[start..].trim_ascii();
            if line.is_empty() {
                continue;
            }
            return Some(serde_json::from_slice(line).map_err(|error| {
                let problem = format!("{error} in {}", shown(&String::from_utf8_lossy(line)));
                let mend = "write one JSON object a line, with at least an id and a body";
                EvalError::line(&self.path, self.line, problem, mend)
            }));
        }
    }
}
