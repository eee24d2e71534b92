//! What can go wrong while reading sources, and how to mend it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a source could not be read at all.
///
/// The text of an error is one line: what was wrong, where, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path given by the user does not exist.
    #[error("{}: no such file or folder; check the spelling and the current folder", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The operating system refused an operation.
    #[error("{}: cannot {action}: {cause}; check the device and try again", path.display())]
    Io {
        /// What was being read.
        path: PathBuf,
        /// What was tried, as a verb with its object: `read the file`.
        action: &'static str,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// A file that is left out for a known reason.
    #[error("{}: skipped: {reason}; {}", path.display(), reason.hint())]
    Skipped {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: SkipReason,
    },
    /// An include or exclude pattern that is no glob.
    #[error("pattern {pattern:?} is not valid: {cause}; patterns look like *.md or docs/**")]
    BadPattern {
        /// The pattern as it was given.
        pattern: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A walk met a loop of links or another obstacle that belongs to no single file.
    #[error("{}: cannot walk: {cause}; exclude the folder or mend it", path.display())]
    Walk {
        /// Where the walk stood.
        path: PathBuf,
        /// What happened.
        cause: String,
    },
}

impl SourceError {
    /// An error of the system at `path`: reasons that are well known become [`SkipReason`]s.
    pub(crate) fn from_io(path: &Path, action: &'static str, cause: io::Error) -> Self {
        let path = path.to_path_buf();
        match cause.kind() {
            io::ErrorKind::NotFound => Self::Skipped { path, reason: SkipReason::Vanished },
            io::ErrorKind::PermissionDenied => {
                Self::Skipped { path, reason: SkipReason::Permission }
            }
            _ => Self::Io { path, action, cause },
        }
    }

    /// The path the error is about; `None` for a pattern.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::NotFound { path }
            | Self::Io { path, .. }
            | Self::Skipped { path, .. }
            | Self::Walk { path, .. } => Some(path),
            Self::BadPattern { .. } => None,
        }
    }

    /// The reason, when the file was skipped for one.
    pub fn skip_reason(&self) -> Option<&SkipReason> {
        match self {
            Self::Skipped { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

/// Why a file is left out. Summaries count files by [`SkipReason::label`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// Not text. Holds what it looks like, where that is known.
    #[error("binary{}", .0.map(|what| format!(": {what}")).unwrap_or_default())]
    Binary(Option<&'static str>),
    /// A document format that is recognised and cannot be read.
    #[error("binary: {0} is not supported")]
    Unsupported(&'static str),
    /// Larger than allowed.
    #[error("{size} bytes are more than the limit of {limit}")]
    TooLarge {
        /// Size of the file in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Compressed data that unpacks to more than allowed.
    #[error("it unpacks to more than the limit of {limit} bytes")]
    Bomb {
        /// The limit in bytes.
        limit: u64,
    },
    /// No text in it.
    #[error("empty")]
    Empty,
    /// It was there when the folder was listed and is gone now.
    #[error("it is no longer there")]
    Vanished,
    /// The system forbids reading it.
    #[error("permission denied")]
    Permission,
    /// Neither a file nor a folder: a pipe, a socket, a device.
    #[error("not a regular file")]
    NotAFile,
    /// It can be read with a password only.
    #[error("encrypted with a password")]
    Encrypted,
    /// Compressed data or a container that is damaged.
    #[error("damaged: {0}")]
    Damaged(String),
}

impl SkipReason {
    /// One word for counting.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Binary(_) => "binary",
            Self::Unsupported(_) => "unsupported",
            Self::TooLarge { .. } => "too large",
            Self::Bomb { .. } => "unpacks too large",
            Self::Empty => "empty",
            Self::Vanished => "vanished",
            Self::Permission => "permission denied",
            Self::NotAFile => "not a file",
            Self::Encrypted => "encrypted",
            Self::Damaged(_) => "damaged",
        }
    }

    /// How to mend it, as a clause.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Binary(_) => "only text and document formats are indexed",
            Self::Unsupported(_) => "convert it to text, HTML, PDF or docx first",
            Self::TooLarge { .. } => "raise the size limit or split the file",
            Self::Bomb { .. } => "unpack it by hand or raise the limit",
            Self::Empty => "nothing to index",
            Self::Vanished => "run again if it comes back",
            Self::Permission => "make it readable or run as its owner",
            Self::NotAFile => "send its content to standard input instead",
            Self::Encrypted => "save it without a password",
            Self::Damaged(_) => "restore the file from its source",
        }
    }
}
