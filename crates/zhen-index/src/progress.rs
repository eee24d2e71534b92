//! What a run tells while it goes on, and what it comes to in the end.

use std::path::PathBuf;
use std::time::Duration;

/// Told about a run while it goes on; all calls come from the thread that started the run.
pub trait Progress {
    /// Called some ten times a second, and once at the end.
    fn update(&self, status: &Status<'_>) {
        let _ = status;
    }

    /// A file or record that could not be taken, with the reason; the run goes on.
    fn problem(&self, path: &str, message: &str) {
        let _ = (path, message);
    }
}

/// Tells nobody.
impl Progress for () {}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Status<'a> {
    /// Files found so far.
    pub files: u64,
    /// Files dealt with, unchanged ones included.
    pub files_done: u64,
    /// Bytes of the files found so far.
    pub bytes: u64,
    /// Bytes of the files dealt with.
    pub bytes_done: u64,
    /// Documents taken in.
    pub documents: u64,
    /// Whether all files have been found, so that `files` and `bytes` are final.
    pub walked: bool,
    /// The file, or other source, that was last begun; empty before the first.
    pub current: &'a str,
    /// Time since the run began.
    pub elapsed: Duration,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Documents whose id was not in the index.
    pub added: u64,
    /// Documents that replaced one of the same id.
    pub updated: u64,
    /// Those of them whose records replaced one of another file.
    pub replaced: u64,
    /// The first of these: its id, and the file that it is in now.
    pub first_replaced: Option<(String, String)>,
    /// Files not looked into because size and time, or after a look the content, were as before.
    pub unchanged: u64,
    /// Documents that are gone: deleted, pruned, or no longer in their file.
    pub removed: u64,
    /// Files whose content was opened.
    pub read: u64,
    /// Files of which nothing was taken, with the reason; known ones of earlier runs included.
    pub skipped: Vec<(PathBuf, String)>,
    /// Records of which nothing was taken, within files that were.
    pub rejected: u64,
    /// Documents in the index after the run.
    pub documents: u64,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Time taken.
    pub elapsed: Duration,
    /// Whether the run was asked to end before it was done; what it had done is committed.
    pub stopped: bool,
    /// Most bytes of documents that were on their way at once.
    pub peak_queue: usize,
}
