//! Requests and responses, and the trait that answers one with the other.

use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRequest {
    /// The query as typed, in the language of `docs/QUERY.md`.
    pub query: String,
    /// How many hits to return, 0 to 1,000; 10 unless told.
    pub limit: usize,
    /// How many hits to pass over first; `offset + limit` is at most 10,000.
    pub offset: usize,
    /// A condition that narrows the hits without touching their order, in the query language.
    pub filter: Option<String>,
    /// Order; by score unless told.
    pub sort: Option<Sort>,
    /// Fields to count values of, over all matching documents.
    pub facets: Vec<String>,
    /// Only documents in this language, and no translations from the other.
    pub lang: Option<Lang>,
    /// Script, width, case and accents still fold; no stems, translations, aliases, synonyms,
    /// pinyin or typos.
    pub exact: bool,
    /// Whether pinyin that is often confused counts as one: zh and z, ch and c, sh and s, -n and
    /// -ng, l and n.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fuzzy_pinyin: bool,
    /// Passages a hit, 0 to 20; 3 unless told.
    pub passages: usize,
    /// What becomes of near-duplicates; folded unless told.
    pub duplicates: Duplicates,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: String::new(),
            limit: 10,
            offset: 0,
            filter: None,
            sort: None,
            facets: Vec::new(),
            lang: None,
            exact: false,
            fuzzy_pinyin: false,
            passages: 3,
            duplicates: Duplicates::Fold,
        }
    }
}

/// A language to keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese in either script.
    Zh,
    /// English.
    En,
}

/// What becomes of documents whose text is nearly that of a better hit: in the other script, another
/// width or layout, or with a few edits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// They are left out, and counted at the better hit. What has an order of its own (`sort`), what a
    /// filter alone lists and what a condition `duplicates:ID` asks for is shown in full.
    #[default]
    Fold,
    /// They are hits like all others, and not counted.
    Show,
}

/// Order by a field: `FIELD` ascending or `FIELD:desc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// Field name: `time`, `path` or any metadata field; one that no document has is an error.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// What is answered; serialises to the document of the contract.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// The query as typed.
    pub query: String,
    /// Time taken, in microseconds.
    pub took_us: u64,
    /// Number of documents that match, whatever the limit.
    pub total: u64,
    /// Whether documents that hold only some of the words count too.
    pub relaxed: bool,
    /// A corrected query, where documents hold all its words and none does those of the query as typed.
    pub did_you_mean: Option<String>,
    /// What in the query could not be read as meant, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The hits asked for, best first.
    pub hits: Vec<Hit>,
    /// For each field asked for, its values and their counts, most frequent first.
    pub facets: std::collections::BTreeMap<String, Vec<Facet>>,
}

/// A document that matches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Document id.
    pub id: String,
    /// Title, empty where it has none.
    pub title: String,
    /// Path of its file; null for a document that came from a stream.
    pub path: Option<String>,
    /// Language tag: as declared, otherwise as detected.
    pub lang: Option<String>,
    /// Score, larger is better; only comparable within one response.
    pub score: f32,
    /// How many other documents of the index are nearly the same, matching or not, at most 10,000; 0
    /// when near-duplicates are shown.
    pub duplicates: u32,
    /// Web address, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Point in time in RFC 3339, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Format it was read from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Best passages, in the order they stand in the document.
    pub passages: Vec<Passage>,
    /// Highlights of the title, as those of a passage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub title_highlights: Vec<[usize; 2]>,
    /// Which word of the query was found as which term, and how; of the title alone where no passages
    /// were asked for.
    pub matched: Vec<Matched>,
}

/// A piece of a document's original text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Line of the source (from 1) on which `text` begins.
    pub line: u32,
    /// Cut from the original, never from a converted form.
    pub text: String,
    /// Half-open ranges of Unicode scalar values within `text`, ascending and disjoint.
    pub highlights: Vec<[usize; 2]>,
}

/// A word of the query and what it was found as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// The word as typed.
    pub query: String,
    /// As it stands in the document.
    pub term: String,
    /// By which road.
    pub via: Via,
}

/// How a word of the query led to a term of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// The same characters, after folding case and width.
    Exact,
    /// The same word in the other script or a variant spelling of it.
    Variant,
    /// Another inflection of the word.
    Stem,
    /// The lexicon's translation.
    Translation,
    /// A pair learned from the documents' own text, or added by the user.
    Alias,
    /// Its pinyin.
    Pinyin,
    /// A likely slip of the keyboard.
    Typo,
    /// The same number in another notation.
    Number,
    /// A synonym.
    Synonym,
    /// A longer word that begins so.
    Prefix,
}

/// A value of a facet and its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// Documents that have it.
    pub count: u64,
}

/// A completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The completed text: a word, a title or a name of the index, after the words that were typed
    /// before the last one.
    pub text: String,
    /// How it follows from what was typed: as its beginning (or all of it), its pinyin, or with a
    /// slip of the keyboard.
    pub via: Via,
    /// Documents that hold the word that was completed; of a title or name those that hold it as
    /// such. As of the newest vocabulary, which may lag behind a large index by a twentieth of its
    /// documents.
    pub count: u64,
}

/// Answers requests. An engine follows commits by itself: each call sees the newest one.
pub trait Engine: Send + Sync {
    /// Runs a search.
    ///
    /// # Errors
    /// [`SearchError::Invalid`] for a request outside its limits, [`SearchError::Engine`] when the
    /// index cannot be read. What a user types as a query is never an error.
    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError>;

    /// The whole document with the given id as a JSON object (the input record's fields, with
    /// `body`), or `None`.
    ///
    /// # Errors
    /// [`SearchError::Engine`] when the index cannot be read.
    fn document(&self, id: &str) -> Result<Option<serde_json::Value>, SearchError>;

    /// Completions of `prefix`, best first, at most `limit`.
    ///
    /// # Errors
    /// [`SearchError::Invalid`] for a limit too large, [`SearchError::Engine`] when the index cannot be read.
    fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError>;
}

/// Why a search was not answered.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The request is outside its limits; the caller can mend it.
    #[error("{0}")]
    Invalid(String),
    /// The index could not be read.
    #[error("{0}")]
    Engine(String),
}
