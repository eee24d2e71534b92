//! When the vocabulary is made anew.

use std::path::Path;

use tantivy::Searcher;

use crate::durable;
use crate::errors::IndexError;
use crate::schema::Fields;

use super::{Origin, VOCABULARY_FILE, Vocabulary, build, gather};

/// With at most so many documents it is made after every run that changed any: that takes some
/// milliseconds.
const SMALL: u64 = 1_000;
/// With more, after one of so many documents has changed.
const CHANGED_PART: u64 = 20;

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

/// Whether what was derived from the state `made` will do for the state `now`.
pub(crate) fn is_current(made: Origin, now: Origin) -> bool {
    if made.generation > now.generation || made.changes > now.changes {
        // Of another index that lay here.
        return false;
    }
    let brought = now.changes - made.changes;
    // Those that were replaced count twice, which only makes it sooner.
    let gone = (made.documents + brought).saturating_sub(now.documents);
    match brought + gone {
        0 => true,
        changed => now.documents > SMALL && changed < now.documents / CHANGED_PART,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_indexes_are_followed_at_once_and_large_ones_when_a_twentieth_has_changed() {
        let at = |changes, documents| Origin { generation: 1, changes, documents };
        assert!(is_current(at(5, 5), at(5, 5)));
        assert!(!is_current(at(5, 5), at(6, 6)));
        assert!(!is_current(at(5, 5), at(5, 4)), "one is gone");
        assert!(is_current(at(10_000, 10_000), at(10_400, 10_400)));
        assert!(!is_current(at(10_000, 10_000), at(10_600, 10_600)));
        assert!(!is_current(at(10_000, 10_000), at(10_000, 9_000)));
        assert!(!is_current(at(10_000, 10_000), at(3, 3)), "another index");
    }
}
