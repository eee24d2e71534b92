//! Rankings in TREC form.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::{EvalError, shown};
use crate::text_file;

const FORM: &str = "write `qid Q0 docid rank score tag`, separated by spaces or tabs";

/// A document at its place in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedDoc {
    /// Document id.
    pub id: String,
    /// Larger is better.
    pub score: f64,
}

impl RankedDoc {
    /// A document with its score.
    #[must_use]
    pub fn new(id: impl Into<String>, score: f64) -> Self {
        Self { id: id.into(), score }
    }
}

/// What an engine answered to each query of a set, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Name of the run, the last column of its file.
    pub tag: String,
    rankings: BTreeMap<String, Vec<RankedDoc>>,
}

impl Run {
    /// A run without answers yet.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self { tag: tag.into(), rankings: BTreeMap::new() }
    }

    /// Adds the ranking of a query, best first; its order counts, not the scores.
    ///
    /// # Errors
    /// [`EvalError::Value`] when an id is empty or holds white space (a TREC file could not say
    /// it), a document stands twice in the ranking, a score is not finite, or the query already
    /// has a ranking.
    pub fn insert(&mut self, query: &str, ranking: Vec<RankedDoc>) -> Result<(), EvalError> {
        check_id("query id", query)?;
        let mut seen = HashSet::new();
        for document in &ranking {
            check_id("document id", &document.id)?;
            if !document.score.is_finite() {
                return Err(EvalError::value(
                    "score",
                    format!("{} of document {}", document.score, shown(&document.id)),
                    "scores must be finite numbers",
                ));
            }
            if !seen.insert(document.id.as_str()) {
                return Err(EvalError::value(
                    "ranking",
                    format!("document {} twice for query {}", shown(&document.id), shown(query)),
                    "a ranking holds each document once",
                ));
            }
        }
        if self.rankings.insert(query.to_owned(), ranking).is_some() {
            return Err(EvalError::value(
                "query id",
                format!("{} has two rankings", shown(query)),
                "ask each query once",
            ));
        }
        Ok(())
    }

    /// The ranking of a query; `None` when the run has none.
    #[must_use]
    pub fn ranking(&self, query: &str) -> Option<&[RankedDoc]> {
        self.rankings.get(query).map(Vec::as_slice)
    }

    /// Number of queries with a ranking.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rankings.len()
    }

    /// Whether no query has a ranking.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rankings.is_empty()
    }

    /// Reads `qid Q0 docid rank score tag` lines.
    ///
    /// A ranking's order is that of its scores, as in `trec_eval`. Documents with equal scores keep
    /// the order of their ranks, so that a run that was written reads as the same ranking;
    /// `trec_eval` orders those by document id instead, and its figures can differ there.
    ///
    /// # Errors
    /// [`EvalError`] with file and line: a file that cannot be read, a line without six columns, a
    /// rank or score that is no number, a document twice for one query.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let text = text_file::read(path, "name a file that `--run-out` has written")?;
        Self::parse(&text, path)
    }

    /// [`Run::read`] of text at hand; `path` only serves messages.
    ///
    /// # Errors
    /// As [`Run::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, EvalError> {
        let mut run = Self::new("");
        let mut ranked: BTreeMap<&str, Vec<(u64, RankedDoc)>> = BTreeMap::new();
        let mut seen: HashSet<(&str, &str)> = HashSet::new();
        for (number, line) in text_file::lines(text) {
            let [query, _, document, rank, score, tag] =
                text_file::columns(line).map_err(|count| {
                    let problem = format!("{count} columns instead of 6 in {}", shown(line));
                    EvalError::line(path, number, problem, FORM)
                })?;
            let rank: u64 = rank.parse().map_err(|_| {
                let problem = format!("the rank {} is no whole number", shown(rank));
                EvalError::line(path, number, problem, FORM)
            })?;
            let score = score.parse().ok().filter(|score: &f64| score.is_finite());
            let score = score.ok_or_else(|| {
                let problem = format!("the score in {} is no finite number", shown(line));
                EvalError::line(path, number, problem, FORM)
            })?;
            if !seen.insert((query, document)) {
                let problem =
                    format!("document {} stands twice for query {}", shown(document), shown(query));
                return Err(EvalError::line(path, number, problem, "keep one of the two lines"));
            }
            if run.tag.is_empty() {
                run.tag = tag.to_owned();
            }
            ranked.entry(query).or_default().push((rank, RankedDoc::new(document, score)));
        }
        for (query, mut ranking) in ranked {
            ranking.sort_by(|(a_rank, a), (b_rank, b)| {
                b.score.total_cmp(&a.score).then(a_rank.cmp(b_rank))
            });
            let ranking = ranking.into_iter().map(|(_, document)| document).collect();
            run.rankings.insert(query.to_owned(), ranking);
        }
        Ok(run)
    }

    /// The run as the lines of a TREC file, queries by id, at most `depth` documents each.
    #[must_use]
    pub fn to_trec(&self, depth: usize) -> String {
        let tag = if self.tag.is_empty() { "run" } else { &self.tag };
        let tag: String = tag.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
        let mut out = String::new();
        for (query, ranking) in &self.rankings {
            for (index, RankedDoc { id, score }) in ranking.iter().take(depth).enumerate() {
                writeln!(out, "{query} Q0 {id} {} {score} {tag}", index + 1)
                    .expect("writing to a string does not fail");
            }
        }
        out
    }

    /// Writes [`Run::to_trec`] to a file.
    ///
    /// # Errors
    /// [`EvalError::Write`].
    pub fn write(&self, path: &Path, depth: usize) -> Result<(), EvalError> {
        fs::write(path, self.to_trec(depth))
            .map_err(|source| EvalError::Write { path: path.to_owned(), source })
    }
}

fn check_id(what: &'static str, id: &str) -> Result<(), EvalError> {
    if id.is_empty() || id.contains(char::is_whitespace) {
        return Err(EvalError::value(
            what,
            format!("{} is empty or holds white space", shown(id)),
            "columns of a TREC file are separated by white space, so ids must have none",
        ));
    }
    Ok(())
}
