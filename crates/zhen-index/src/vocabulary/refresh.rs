//! When the vocabulary is made anew.

use std::path::Path;

use tantivy::Searcher;

use crate::derived::is_current;
use crate::durable;
use crate::errors::IndexError;
use crate::schema::Fields;

use super::{Origin, VOCABULARY_FILE, Vocabulary, build, gather};

/// Makes the vocabulary of the index in `dir` anew if it is missing, damaged, or too old for the
/// state `now`, of which `searcher` is a view. Says whether it did.
///
/// # Errors
/// When the index cannot be read or the file not written; the old vocabulary stays then.
pub(crate) fn refresh(
    dir: &Path,
    searcher: &Searcher,
    fields: &Fields,
    now: Origin,
) -> Result<bool, IndexError> {
    let is_current = Vocabulary::open(dir).is_ok_and(|known| is_current(known.origin(), now));
    if is_current {
        return Ok(false);
    }
    let drafts = gather::gather(searcher, fields).map_err(IndexError::engine("read", dir))?;
    let path = dir.join(VOCABULARY_FILE);
    durable::write(&path, &build::build(now, drafts)).map_err(IndexError::io("write", &path))?;
    Ok(true)
}
