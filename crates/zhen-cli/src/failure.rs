//! Why a command failed, and what that is to the shell.

use std::io;
use std::path::PathBuf;

use zhen_eval::EvalError;
use zhen_index::IndexError;
use zhen_search::SearchError;
use zhen_server::ServeError;

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What was asked for is there; exit status 0.
    Found,
    /// It is not; exit status 1.
    Nothing,
}

impl Outcome {
    pub(crate) fn found(found: bool) -> Self {
        if found { Self::Found } else { Self::Nothing }
    }
}

/// Why a command failed. The text of each is one line: what, where, how to mend it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Eval(#[from] EvalError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Standard output could not be written; a broken pipe is dealt with in `main`.
    #[error("cannot write the output: {0}; check the disk or the program that reads it")]
    Output(#[from] io::Error),
    /// A file that the command line names could not be used.
    #[error("cannot {doing} {}: {cause}; {mend}", .path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        #[source]
        cause: io::Error,
        mend: &'static str,
    },
    /// What was asked for does not go.
    #[error("{0}")]
    Usage(String),
    /// There was no index, and others are known.
    #[error("{cause}; indexes there are: {}", .names.join(", "))]
    OtherIndexes {
        #[source]
        cause: IndexError,
        names: Vec<String>,
    },
    /// The user ended the run.
    #[error("stopped before the end; what was done is kept, run the command again to go on")]
    Stopped,
    /// The user ended a rebuild, which is one commit.
    #[error("stopped before the end; the index is as it was, run the command again to rebuild it")]
    NotRebuilt,
    /// A stream had content, and no record was taken of it.
    #[error(
        "no record of standard input was taken; write a JSON object with a body or title on each line"
    )]
    NoRecord,
    /// Files were named, and nothing was taken of any.
    #[error(
        "nothing was indexed of what was named; mend what was said above (with -v of each file), or \
         name other files"
    )]
    NoFile,
    /// The user ended something of which nothing is kept.
    #[error("stopped before the end")]
    Interrupted,
}

impl Failure {
    /// Whether the reader of the output went away, which is its right.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
