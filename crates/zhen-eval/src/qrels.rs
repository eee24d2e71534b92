//! Relevance judgements in TREC form.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{EvalError, shown};
use crate::text_file;

const FORM: &str = "write `qid 0 docid grade`, separated by spaces or tabs";

/// The judgements of one query: document id to grade. 0 and below mean not relevant.
pub type Judgements = BTreeMap<String, i32>;

/// The judgements of a set, by query id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qrels {
    by_query: BTreeMap<String, Judgements>,
}

impl Qrels {
    /// Reads `qid 0 docid grade` lines; the second column is not used, as in `trec_eval`.
    ///
    /// # Errors
    /// [`EvalError`] with file and line: a file that cannot be read, a line without four columns,
    /// a grade that is no whole number, two different grades for one document.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let text = text_file::read(path, "a set has its judgements in qrels.tsv")?;
        Self::parse(&text, path)
    }

    /// [`Qrels::read`] of text at hand; `path` only serves messages.
    ///
    /// # Errors
    /// As [`Qrels::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, EvalError> {
        let mut qrels = Self::default();
        for (number, line) in text_file::lines(text) {
            let [query, _, document, grade] = text_file::columns(line).map_err(|count| {
                let problem = format!("{count} columns instead of 4 in {}", shown(line));
                EvalError::line(path, number, problem, FORM)
            })?;
            let grade: i32 = grade.parse().map_err(|_| {
                let problem = format!("the grade {} is no whole number", shown(grade));
                EvalError::line(path, number, problem, FORM)
            })?;
            let judgements = qrels.by_query.entry(query.to_owned()).or_default();
            if let Some(before) = judgements.insert(document.to_owned(), grade)
                && before != grade
            {
                let problem = format!(
                    "document {} has grade {grade} for query {}, and {before} on an earlier line",
                    shown(document),
                    shown(query)
                );
                return Err(EvalError::line(path, number, problem, "keep one of the two lines"));
            }
        }
        Ok(qrels)
    }

    /// Judges one document for one query, replacing an earlier judgement.
    pub fn insert(&mut self, query: &str, document: &str, grade: i32) {
        self.by_query.entry(query.to_owned()).or_default().insert(document.to_owned(), grade);
    }

    /// The judgements of a query, if there are any.
    #[must_use]
    pub fn of(&self, query: &str) -> Option<&Judgements> {
        self.by_query.get(query)
    }

    /// Queries and their judgements, by query id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Judgements)> {
        self.by_query.iter().map(|(query, judgements)| (query.as_str(), judgements))
    }

    /// Number of judged queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_query.len()
    }

    /// Whether nothing is judged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_query.is_empty()
    }

    /// Keeps only the queries for which `keep` holds, and says how many went.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) -> usize {
        let before = self.by_query.len();
        self.by_query.retain(|query, _| keep(query));
        before - self.by_query.len()
    }
}
