//! A document as a whole, as it is given to who asks for one.

use zhen_index::{Record, RecordError, RecordRef};

use crate::api::SearchError;

/// Fields of a document that mean something here. What a record itself keeps under such a name (a
/// `kind` of its own, or a `time` that is none) never takes their place, but is found in [`OWN`].
const BUILT_IN: [&str; 11] =
    ["id", "title", "body", "lang", "path", "url", "time", "tags", "kind", "lines", OWN];
/// The field of a document that holds what a record keeps under the name of another.
const OWN: &str = "own";

/// The fields of a document as JSON.
///
/// # Errors
/// [`SearchError::Engine`] for a record that is damaged.
pub(crate) fn document(record: &Record) -> Result<serde_json::Value, SearchError> {
    let record = part(record)?;
    let meta = record.meta().map_err(unreadable)?;
    let mut out = serde_json::Map::new();
    let mut put = |key: &str, value: serde_json::Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("id", meta.id.into());
    put("title", record.title().into());
    put("body", record.body().into());
    put("lang", meta.lang.into());
    put("path", meta.path.into());
    put("url", meta.url.into());
    put("time", meta.time.into());
    if !meta.tags.is_empty() {
        put("tags", meta.tags.into());
    }
    put("kind", meta.kind.into());
    // Passages name lines of the source; whoever shows the body needs to know where those are.
    let lines = record.lines().map_err(unreadable)?;
    if !lines.is_identity() {
        put("lines", lines.entries().iter().map(|&(body, source)| vec![body, source]).collect());
    }
    // What a record calls by a name that means something here stands apart.
    let is_own = |(name, _): &(String, _)| !BUILT_IN.contains(&name.as_str());
    let (own, apart): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
        meta.extra.into_iter().partition(is_own);
    out.extend(own);
    if !apart.is_empty() {
        out.insert(OWN.to_owned(), apart.into());
    }
    Ok(out.into())
}

/// What a record holds.
pub(crate) fn part(record: &Record) -> Result<RecordRef<'_>, SearchError> {
    record.get().map_err(unreadable)
}

/// What is said of a record that cannot be read.
pub(crate) fn unreadable(error: RecordError) -> SearchError {
    SearchError::Engine(error.to_string())
}
