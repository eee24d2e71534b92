//! What is derived from a commit after it, and lies in files of its own beside the index: when such a file
//! still speaks of what the index holds. A run may end before they are written, so nothing needs them.

use crate::duplicates::DUPLICATES_FILE;
use crate::vocabulary::VOCABULARY_FILE;

/// Names of the files.
pub(crate) const DERIVED_FILES: [&str; 2] = [VOCABULARY_FILE, DUPLICATES_FILE];

/// With at most so many documents all is made anew after every run that changed any: that takes some
/// milliseconds.
const SMALL: u64 = 1_000;
/// With more, after one of so many documents has changed.
const CHANGED_PART: u64 = 20;

/// The state of the index that something was derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Number of the commit.
    pub generation: u64,
    /// Documents added and replaced until then.
    pub changes: u64,
    /// Documents there were.
    pub documents: u64,
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
