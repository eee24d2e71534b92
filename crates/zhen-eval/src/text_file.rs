//! Lines of a text file with their numbers, tolerant of what editors leave behind.

use std::fs;
use std::path::Path;

use crate::error::EvalError;

/// The whole file as UTF-8, without a byte order mark.
pub(crate) fn read(path: &Path, mend: &str) -> Result<String, EvalError> {
    let bytes = fs::read(path).map_err(|source| EvalError::Read {
        path: path.to_owned(),
        source,
        mend: mend.to_owned(),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        EvalError::line(path, line, "not UTF-8", "save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// Lines that are not blank, with their numbers from 1, without their line ends.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// The columns of a TREC file: separated by any white space.
pub(crate) fn columns<const N: usize>(line: &str) -> Result<[&str; N], usize> {
    let all: Vec<&str> = line.split_whitespace().collect();
    <[&str; N]>::try_from(all).map_err(|all| all.len())
}
