//! Near-duplicates: what is compared of documents, and how many each of them has.
//!
//! Whether two documents are near duplicates is told by what they [look](Looks) like. To find those of
//! one document takes a look-up for each band of its signature; as every hit shown says how many it
//! has, all are counted once after a run of the indexer, into a [file](DuplicateCounts) beside the
//! index. It speaks of some segments and of nothing else, so no search can take it for what it is not;
//! where it is missing, damaged or of other segments, near-duplicates are counted when they are asked
//! for.

mod counting;
mod looks;
mod table;

use std::path::Path;

use tantivy::Searcher;

pub use looks::{Looks, LooksColumns};
pub use table::{DUPLICATES_FILE, DuplicateCounts, DuplicatesError};

use crate::derived::{Origin, is_current};
use crate::durable;
use crate::errors::IndexError;

/// Most near-duplicates of one document that are counted.
pub const MOST_COUNTED: u32 = 10_000;

/// Counts near-duplicates anew where what is known in `dir` is missing, or of other segments and enough
/// has changed since; `searcher` is a view of the state `now`.
///
/// # Errors
/// When the index cannot be read or the file not written.
pub(crate) fn refresh(dir: &Path, searcher: &Searcher, now: Origin) -> Result<(), IndexError> {
    if DuplicateCounts::open(dir).is_ok_and(|known| will_do(&known, searcher, now)) {
        return Ok(());
    }
    let counts = counting::count(searcher).map_err(IndexError::engine("read", dir))?;
    let path = dir.join(DUPLICATES_FILE);
    match counts {
        Some(counts) => {
            let table = DuplicateCounts::new(now, searcher, counts);
            durable::write(&path, &table.encode()).map_err(IndexError::io("write", &path))
        }
        // Nobody is misled by what is left there, but it would be read in vain.
        None => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(IndexError::io("remove", &path)(error))
            }
            _ => Ok(()),
        },
    }
}

/// Whether counts are of the documents of `searcher`, or not worth being made anew yet.
fn will_do(known: &DuplicateCounts, searcher: &Searcher, now: Origin) -> bool {
    let made = known.origin();
    let is_merely_merged = (made.changes, made.documents) == (now.changes, now.documents);
    known.is_of(searcher) || !is_merely_merged && is_current(made, now)
}
