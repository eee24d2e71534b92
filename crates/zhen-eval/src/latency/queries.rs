//! Lists of queries.

use std::path::Path;

use crate::error::EvalError;
use crate::text_file;

/// Reads a list of queries: UTF-8, one a line, without the white space around it. Blank lines are
/// passed over; nothing else has a meaning of its own, since a query may begin with any character.
///
/// # Errors
/// [`EvalError`] when the file cannot be read, is not UTF-8, or holds no query.
pub fn read_queries(path: &Path) -> Result<Vec<String>, EvalError> {
    const MEND: &str = "name a text file with one query a line";
    let text = text_file::read(path, MEND)?;
    let queries: Vec<String> =
        text_file::lines(&text).map(|(_, line)| line.trim().to_owned()).collect();
    if queries.is_empty() {
        return Err(EvalError::file(path, "there is no query in it", MEND));
    }
    Ok(queries)
}
