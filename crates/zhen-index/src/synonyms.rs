//! Synonyms of an index: rules that its owner wrote down, in a file beside the segments.
//!
//! They are for queries only, so changing them needs no commit and no writer: the file is replaced
//! as a whole, and the next search sees the new one.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use zhen_text::synonym::Synonyms;

use crate::durable;
use crate::errors::IndexError;

/// Name of the file in the index's folder.
const FILE: &str = "zhen-synonyms.txt";

/// Name of the file that is locked while the rules are changed.
const LOCK_FILE: &str = "zhen-synonyms.lock";

/// Where the rules of the index in `dir` stand, if it has any.
pub fn synonyms_file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// The rules of the index in `dir` as they were written; empty when there are none.
///
/// # Errors
/// [`IndexError::Io`] when the file cannot be read.
pub fn read_synonyms(dir: &Path) -> Result<String, IndexError> {
    let path = synonyms_file(dir);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(cause) => Err(IndexError::Io { doing: "read", path, cause }),
    }
}

/// Replaces the rules of the index in `dir`, wholly or not at all.
///
/// # Errors
/// [`IndexError::Options`] for text that holds something else than rules, [`IndexError::Io`] when
/// the file cannot be written.
pub fn write_synonyms(dir: &Path, text: &str) -> Result<(), IndexError> {
    change_synonyms(dir, |_| Ok::<_, IndexError>(text.to_owned())).map(|_| ())
}

/// Replaces the rules of the index in `dir` by what `change` makes of them, and gives those. Whoever
/// else changes them meanwhile waits, so that no change is lost.
///
/// # Errors
/// As [`write_synonyms`], and what `change` fails with; the rules are as they were then.
pub fn change_synonyms<E: From<IndexError>>(
    dir: &Path,
    change: impl FnOnce(String) -> Result<String, E>,
) -> Result<String, E> {
    // Not the writer's lock: rules may be changed while an index is written or watched.
    let lock_path = dir.join(LOCK_FILE);
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&lock_path);
    let lock = lock.map_err(IndexError::io("open", &lock_path))?;
    lock.lock().map_err(IndexError::io("lock", &lock_path))?;
    durable::remove_half_written(dir, |name| durable::is_half_written_of(name, FILE));
    let text = change(read_synonyms(dir)?)?;
    replace(dir, &text)?;
    Ok(text)
}

fn replace(dir: &Path, text: &str) -> Result<(), IndexError> {
    Synonyms::parse(text).map_err(|error| IndexError::Options(format!("synonyms: {error}")))?;
    let path = synonyms_file(dir);
    durable::write(&path, text.as_bytes()).map_err(|cause| IndexError::Io {
        doing: "write",
        path,
        cause,
    })
}
