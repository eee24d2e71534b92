//! What can be wrong with the files of an evaluation, and how to mend it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a set, a run or a record could not be used. Every message is one line that says where, what
/// was wrong, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A file could not be read.
    #[error("{}: {source}; {mend}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// What to do.
        mend: String,
    },
    /// A file could not be written.
    #[error("{}: {source}; choose a place that can be written to", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a file is not what it should be.
    #[error("{}, line {line}: {problem}; {mend}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What was seen.
        problem: String,
        /// What to do.
        mend: String,
    },
    /// A file as a whole is not what it should be.
    #[error("{}: {problem}; {mend}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was seen.
        problem: String,
        /// What to do.
        mend: String,
    },
    /// A value given by the caller is outside its range.
    #[error("{what}: {problem}; {mend}")]
    Value {
        /// Which value.
        what: &'static str,
        /// What was seen.
        problem: String,
        /// What to do.
        mend: String,
    },
}

impl EvalError {
    pub(crate) fn line(
        path: &Path,
        line: usize,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::Line { path: path.to_owned(), line, problem: problem.into(), mend: mend.into() }
    }

    pub(crate) fn file(path: &Path, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), problem: problem.into(), mend: mend.into() }
    }

    pub(crate) fn value(
        what: &'static str,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::Value { what, problem: problem.into(), mend: mend.into() }
    }
}

/// At most this many characters of a line are shown in a message.
const SHOWN_CHARS: usize = 40;

/// A piece of a file in backquotes, on one line and not too long.
pub(crate) fn shown(text: &str) -> String {
    let cut = text.chars().nth(SHOWN_CHARS).map(|_| '…');
    let start = text.chars().take(SHOWN_CHARS);
    let plain: String = start.chain(cut).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("`{plain}`")
}
