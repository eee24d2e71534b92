//! Times as they are written into an index.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The present moment in UTC to the second, RFC 3339.
pub(crate) fn now() -> String {
    OffsetDateTime::now_utc()
        .replace_nanosecond(0)
        .ok()
        .and_then(|now| now.format(&Rfc3339).ok())
        .unwrap_or_default()
}
