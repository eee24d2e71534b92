//! How much one request may ask for.

use crate::api::{SearchError, SearchRequest};

/// Most hits of one answer.
pub const MOST_HITS: usize = 1_000;
/// Deepest hit that can be paged to.
pub const DEEPEST_HIT: usize = 10_000;
/// Most passages of one hit.
pub const MOST_PASSAGES: usize = 20;
/// Most completions of one answer.
pub const MOST_SUGGESTIONS: usize = 100;
/// Longest query, in scalar values; what follows is not searched, and reported.
pub const LONGEST_QUERY: usize = 4_096;

/// Refuses a request that asks for more.
///
/// # Errors
/// [`SearchError::Invalid`], with what is too much.
pub(crate) fn check(request: &SearchRequest) -> Result<(), SearchError> {
    let invalid = |message: String| Err(SearchError::Invalid(message));
    if request.limit > MOST_HITS {
        return invalid(format!(
            "limit is {}, at most {MOST_HITS} hits can be asked for at once; page with offset",
            request.limit
        ));
    }
    if request.offset.saturating_add(request.limit) > DEEPEST_HIT {
        return invalid(format!(
            "offset and limit reach beyond hit {DEEPEST_HIT}; narrow the query or add a filter"
        ));
    }
    if request.passages > MOST_PASSAGES {
        return invalid(format!(
            "passages is {}, at most {MOST_PASSAGES} can be shown of a hit",
            request.passages
        ));
    }
    Ok(())
}
