//! What every engine must be able to do.

use std::fmt;
use std::path::Path;

use clap::ValueEnum;
use zhen_source::Document;

use crate::Outcome;
use crate::engines::{fts5, ripgrep, seekstorm, tantivy, zhen};

/// Hits asked for.
pub(crate) const TOP: usize = 10;
/// Memory that an engine may take for indexing, where it can be told.
pub(crate) const MEMORY: usize = zhen_index::DEFAULT_MEMORY;

/// An engine under comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// This project.
    Zhen,
    /// tantivy with a small tokenizer of jieba-rs.
    Tantivy,
    /// tantivy with the tokenizer of the crate tantivy-jieba.
    TantivyJieba,
    /// `SeekStorm` with its Chinese tokenizer.
    #[value(name = "seekstorm")]
    SeekStorm,
    /// `SQLite` FTS5, trigrams.
    Fts5,
    /// The program `rg` over the raw text.
    Ripgrep,
}

impl Engine {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 6] =
        [Self::Zhen, Self::Tantivy, Self::TantivyJieba, Self::SeekStorm, Self::Fts5, Self::Ripgrep];

    /// Its name on the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Zhen => "zhen",
            Self::Tantivy => "tantivy",
            Self::TantivyJieba => "tantivy-jieba",
            Self::SeekStorm => "seekstorm",
            Self::Fts5 => "fts5",
            Self::Ripgrep => "ripgrep",
        }
    }

    /// Its name as shown to people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zhen => "zhen",
            Self::Tantivy => "tantivy, one jieba-rs field",
            Self::TantivyJieba => "tantivy, crate tantivy-jieba",
            Self::SeekStorm => "SeekStorm, Chinese",
            Self::Fts5 => "SQLite FTS5 trigram",
            Self::Ripgrep => "ripgrep",
        }
    }

    /// Version and what belongs to it.
    pub(crate) fn version(self) -> Outcome<String> {
        Ok(match self {
            Self::Zhen => zhen::version(),
            Self::Tantivy => tantivy::Flavour::Plain.version(),
            Self::TantivyJieba => tantivy::Flavour::Published.version(),
            Self::SeekStorm => seekstorm::version(),
            Self::Fts5 => fts5::version(),
            Self::Ripgrep => ripgrep::version()?,
        })
    }

    /// Why it cannot take part here; `None` when it can.
    pub(crate) fn missing(self) -> Option<String> {
        match self {
            Self::Ripgrep => ripgrep::version().err().map(|error| error.to_string()),
            _ => None,
        }
    }

    /// Whether it has an index at all.
    pub(crate) fn indexes(self) -> bool {
        self != Self::Ripgrep
    }

    /// Threads with which it indexes when it may take `threads`.
    pub(crate) fn threads(self, threads: usize) -> usize {
        match self {
            Self::Zhen | Self::Tantivy | Self::TantivyJieba => threads,
            Self::SeekStorm => seekstorm::SHARDS,
            Self::Fts5 | Self::Ripgrep => 1,
        }
    }

    /// Whether the text can be had back from the index.
    pub(crate) fn stores(self) -> &'static str {
        match self {
            Self::Zhen => "yes, all fields",
            Self::Tantivy | Self::TantivyJieba | Self::SeekStorm | Self::Fts5 => "yes",
            Self::Ripgrep => "it is the text",
        }
    }

    /// Indexes the documents in an empty folder; when it returns, they are committed.
    pub(crate) fn build(self, documents: Vec<Document>, dir: &Path, threads: usize) -> Outcome<()> {
        match self {
            Self::Zhen => zhen::build(documents, dir, threads),
            Self::Tantivy => tantivy::build(tantivy::Flavour::Plain, documents, dir, threads),
            Self::TantivyJieba => {
                tantivy::build(tantivy::Flavour::Published, documents, dir, threads)
            }
            Self::SeekStorm => seekstorm::build(documents, dir),
            Self::Fts5 => fts5::build(documents, dir),
            Self::Ripgrep => ripgrep::build(&documents, dir),
        }
    }

    /// Opens what [`Engine::build`] has written.
    pub(crate) fn open(self, dir: &Path) -> Outcome<Box<dyn Searcher>> {
        Ok(match self {
            Self::Zhen => Box::new(zhen::open(dir)?),
            Self::Tantivy => Box::new(tantivy::open(tantivy::Flavour::Plain, dir)?),
            Self::TantivyJieba => Box::new(tantivy::open(tantivy::Flavour::Published, dir)?),
            Self::SeekStorm => Box::new(seekstorm::open(dir)?),
            Self::Fts5 => Box::new(fts5::open(dir)?),
            Self::Ripgrep => Box::new(ripgrep::open(dir)?),
        })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A way of asking an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    /// As shown to people.
    pub(crate) name: &'static str,
    /// Whether it says how many documents match.
    pub(crate) counts: bool,
    /// Whether it names the hits, rather than only counting them.
    pub(crate) lists: bool,
    /// Whether it gives pieces of the text with what matched.
    pub(crate) snippets: bool,
    /// Whether the best hits come first.
    pub(crate) ranked: bool,
    /// Whether it is so slow that it gets a sample of the queries.
    pub(crate) sampled: bool,
    /// Ways with the same name here find the same documents.
    pub(crate) finds: &'static str,
}

/// A hit as it would be shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// The document.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// Larger is better.
    pub(crate) score: f64,
    /// Pieces of its text.
    pub(crate) snippets: Vec<String>,
}

/// What a query is answered with.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answer {
    /// The first hits, at most [`TOP`].
    pub(crate) hits: Vec<Hit>,
    /// Documents that match, where the way counts them.
    pub(crate) total: Option<u64>,
}

/// What an engine claims to find, which is what it is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// All documents in which a text stands.
    Substrings(Reading),
    /// Documents with the words of a query, as it cuts them.
    Words,
}

/// When a text counts as standing in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// In lower case, character by character.
    Lowered,
    /// In zhen's folding (script, width, case, accents), white space between Chinese not counted.
    Folded,
}

/// An index opened for searching.
pub(crate) trait Searcher: Sync {
    /// The ways in which it can be asked.
    fn ways(&self) -> &'static [Way];

    /// Whether a way can answer a query at all.
    fn answers(&self, _way: usize, _query: &str) -> bool {
        true
    }

    /// Answers a query; `way` is an index into [`Searcher::ways`].
    fn search(&self, way: usize, query: &str) -> Outcome<Answer>;

    /// What it is held to.
    fn claim(&self) -> Claim;

    /// Whether near-duplicates of a hit are not shown, though they are counted.
    fn folds_duplicates(&self) -> bool {
        false
    }

    /// Ids of all documents in which `text` stands; asked only of those that claim to know.
    fn containing(&self, _text: &str) -> Outcome<Vec<String>> {
        Err("an index of words does not know substrings".into())
    }

    /// The way in which a document counts that has any word of the query, for those that claim to
    /// find words.
    fn any_word(&self) -> usize {
        0
    }
}
