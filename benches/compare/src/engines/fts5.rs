//! `SQLite` FTS5 with its trigram tokenizer: any substring of three characters or more is found
//! through the index, shorter ones by reading all text (`LIKE`).
//!
//! A query is its runs of letters and digits, all of which must stand in the document.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Row, ToSql, params_from_iter};
use zhen_source::Document;

use crate::Outcome;
use crate::about::locked_version;
use crate::engine::{Answer, Claim, Hit, MEMORY, Reading, Searcher, TOP, Way};
use crate::runs::runs;

/// Characters that the index needs.
const GRAM: usize = 3;
const FILE: &str = "fts5.db";

const fn way(name: &'static str, counts: bool, snippets: bool) -> Way {
    Way { name, counts, snippets, lists: true, ranked: true, sampled: false, finds: "index" }
}

const WAYS: [Way; 5] = [
    way("all runs by the index", false, false),
    way("all runs by the index", true, false),
    way("all runs by the index", true, true),
    Way {
        sampled: true,
        finds: "both",
        ..way("runs of 3 by the index, shorter ones by LIKE", true, false)
    },
    Way {
        ranked: false,
        sampled: true,
        finds: "scan",
        ..way("no run of 3: LIKE over all text", true, false)
    },
];

pub(crate) fn version() -> String {
    format!("SQLite {}, rusqlite {}", rusqlite::version(), locked_version("rusqlite"))
}

pub(crate) fn build(documents: Vec<Document>, dir: &Path) -> Outcome<()> {
    let mut database = Connection::open(dir.join(FILE))?;
    database.pragma_update(None, "cache_size", -((MEMORY >> 10) as i64))?;
    database.execute_batch(
        "CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, title, body, tokenize = 'trigram')",
    )?;
    let transaction = database.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO docs VALUES (?1, ?2, ?3)")?;
        for document in documents {
            insert.execute((document.id, document.title, document.body))?;
        }
    }
    // One tree instead of many, as FTS5's documentation advises for a table that is only read.
    transaction.execute("INSERT INTO docs(docs) VALUES ('optimize')", ())?;
    transaction.commit()?;
    Ok(())
}

pub(crate) struct Fts5(Mutex<Connection>);

pub(crate) fn open(dir: &Path) -> Outcome<Fts5> {
    let database = Connection::open_with_flags(dir.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // The other engines map their files into memory, too.
    database.pragma_update(None, "mmap_size", 1_i64 << 40)?;
    Ok(Fts5(Mutex::new(database)))
}

/// A query as FTS5 can take it.
struct Parts {
    /// The runs that the index can find, as an expression of FTS5; empty when there is none.
    expression: String,
    /// The others, as patterns for `LIKE`.
    patterns: Vec<String>,
}

impl Parts {
    fn of(query: &str) -> Self {
        let (long, short): (Vec<&str>, Vec<&str>) =
            runs(query).into_iter().partition(|run| run.chars().count() >= GRAM);
        let quoted: Vec<String> = long.iter().map(|run| format!("\"{run}\"")).collect();
        Self {
            expression: quoted.join(" AND "),
            // Runs hold no character that means something to `LIKE`.
            patterns: short.iter().map(|run| format!("%{run}%")).collect(),
        }
    }

    /// The kind of way that answers it; `None` when there is nothing to look for.
    fn answered_by(&self) -> Option<&'static str> {
        match (self.expression.is_empty(), self.patterns.is_empty()) {
            (false, true) => Some("index"),
            (false, false) => Some("both"),
            (true, false) => Some("scan"),
            (true, true) => None,
        }
    }

    fn parameters(&self) -> impl Iterator<Item = &dyn ToSql> {
        let expression = (!self.expression.is_empty()).then_some(&self.expression as &dyn ToSql);
        expression.into_iter().chain(self.patterns.iter().map(|pattern| pattern as &dyn ToSql))
    }

    /// The condition, with a parameter for the expression and for each pattern.
    fn condition(&self) -> String {
        let mut conditions = Vec::new();
        if !self.expression.is_empty() {
            conditions.push("docs MATCH ?".to_owned());
        }
        let first = conditions.len() + 1;
        for i in first..first + self.patterns.len() {
            conditions.push(format!("(title LIKE ?{i} OR body LIKE ?{i})"));
        }
        conditions.join(" AND ")
    }
}

fn hit(row: &Row<'_>, snippets: bool) -> rusqlite::Result<Hit> {
    // FTS5 ranks the best lowest.
    let score: f64 = row.get(2)?;
    let snippets = if snippets { vec![row.get(3)?] } else { Vec::new() };
    Ok(Hit { id: row.get(0)?, title: row.get(1)?, score: -score, snippets })
}

impl Searcher for Fts5 {
    fn ways(&self) -> &'static [Way] {
        &WAYS
    }

    fn answers(&self, way: usize, query: &str) -> bool {
        Parts::of(query).answered_by() == Some(WAYS[way].finds)
    }

    fn search(&self, way: usize, query: &str) -> Outcome<Answer> {
        let way = &WAYS[way];
        let parts = Parts::of(query);
        let condition = parts.condition();
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let snippet =
            if way.snippets { ", snippet(docs, 2, '<b>', '</b>', '…', 64)" } else { "" };
        let (score, order) = if way.ranked { ("rank", "ORDER BY rank") } else { ("0.0", "") };
        let select =
            format!("SELECT id, title, {score}{snippet} FROM docs WHERE {condition} {order}");
        if way.finds != "index" {
            // Each text is looked at only once, so that hits and their number come from one pass.
            let mut statement = database.prepare_cached(&select)?;
            let mut rows = statement.query(params_from_iter(parts.parameters()))?;
            let mut answer = Answer { hits: Vec::new(), total: Some(0) };
            while let Some(row) = rows.next()? {
                if answer.hits.len() < TOP {
                    answer.hits.push(hit(row, way.snippets)?);
                }
                answer.total = answer.total.map(|total| total + 1);
            }
            return Ok(answer);
        }
        let mut statement = database.prepare_cached(&format!("{select} LIMIT {TOP}"))?;
        let rows = statement
            .query_map(params_from_iter(parts.parameters()), |row| hit(row, way.snippets))?;
        let hits = rows.collect::<rusqlite::Result<_>>()?;
        let mut total = None;
        if way.counts {
            let count = format!("SELECT count(*) FROM docs WHERE {condition}");
            let mut statement = database.prepare_cached(&count)?;
            let found: i64 =
                statement.query_row(params_from_iter(parts.parameters()), |row| row.get(0))?;
            total = Some(found.unsigned_abs());
        }
        Ok(Answer { hits, total })
    }

    fn claim(&self) -> Claim {
        Claim::Substrings(Reading::Lowered)
    }

    fn containing(&self, text: &str) -> Outcome<Vec<String>> {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = database.prepare_cached("SELECT id FROM docs WHERE docs MATCH ?1")?;
        let rows = statement.query_map([format!("\"{text}\"")], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_goes_to_the_index_as_far_as_its_runs_are_long_enough() {
        let parts = Parts::of("中巴经济走廊 CPEC?");
        assert_eq!(parts.expression, "\"中巴经济走廊\" AND \"CPEC\"");
        assert_eq!(parts.answered_by(), Some("index"));
        let parts = Parts::of("词典 of \"dictionaries\"");
        assert_eq!(
            (parts.expression.as_str(), parts.answered_by()),
            ("\"dictionaries\"", Some("both"))
        );
        assert_eq!(parts.patterns, ["%词典%", "%of%"]);
        assert_eq!(Parts::of("词典").answered_by(), Some("scan"));
        assert_eq!(Parts::of("？").answered_by(), None);
    }

    #[test]
    fn short_runs_are_found_by_like_and_long_ones_by_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let document = |id: &str, body: &str| Document {
            id: id.into(),
            body: body.into(),
            ..Document::default()
        };
        let documents = vec![document("a", "安装简单方便"), document("b", "简单的 Dictionary")];
        build(documents, folder.path()).unwrap();
        let fts5 = open(folder.path()).unwrap();
        let ids = |query: &str| {
            let way = (0..WAYS.len()).find(|&way| fts5.answers(way, query)).unwrap();
            let answer = fts5.search(way, query).unwrap();
            answer.hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("装简单"), ["a"]);
        assert_eq!(ids("简单"), ["a", "b"]);
        assert_eq!(ids("简单 dictionary"), ["b"]);
        assert_eq!(fts5.containing("简单方").unwrap(), ["a"]);
        let answer = fts5.search(2, "简单方便").unwrap();
        assert_eq!(answer.total, Some(1));
        assert_eq!(answer.hits[0].snippets, ["安装<b>简单方便</b>"]);
    }
}
