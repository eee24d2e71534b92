//! Writing only into the folder that was locked.
//!
//! A folder is named by its path, and while a writer is at work the path may come to name another
//! folder: an index built elsewhere is moved into the place of the old one. The lock file tells: as
//! long as the path leads to the file that was locked, the folder is the one that was opened. All that
//! tantivy writes on behalf of a writer, merges in the background included, goes through
//! [`InPlace`], which asks before each file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr,
};

use crate::directory::Files;

/// The folder that a writer opened, told by its lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    number: FileNumber,
}

/// What tells a file from all others that are there: device and number.
pub(crate) type FileNumber = (u64, u64);

#[cfg(unix)]
pub(crate) fn number(metadata: &std::fs::Metadata) -> FileNumber {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// Elsewhere a folder in which a file is open cannot be moved.
#[cfg(not(unix))]
pub(crate) fn number(_: &std::fs::Metadata) -> FileNumber {
    (0, 0)
}

impl Folder {
    /// That of the open file `file`, which `path` led to.
    pub(crate) fn of(file: &File, path: PathBuf) -> io::Result<Self> {
        Ok(Self { path, number: number(&file.metadata()?) })
    }

    /// Whether the path still leads to this folder. (While the lock file is open no other file has its
    /// number.) One call to the system.
    pub fn is_same(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|metadata| number(&metadata) == self.number)
    }

    fn check(&self) -> io::Result<()> {
        match self.is_same() {
            true => Ok(()),
            false => Err(io::Error::other("the folder is not the one that was opened for writing")),
        }
    }
}

/// A folder that refuses to be written once its path leads to another one.
#[derive(Debug, Clone)]
pub(crate) struct InPlace {
    inner: Files,
    folder: Folder,
}

impl InPlace {
    /// Of a folder in which a writer holds the lock.
    pub(crate) fn new(inner: Files, folder: Folder) -> Self {
        Self { inner, folder }
    }
}

impl Directory for InPlace {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.folder.check().map_err(|error| DeleteError::IoError {
            io_error: Arc::new(error),
            filepath: path.to_owned(),
        })?;
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.folder
            .check()
            .map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))?;
        self.inner.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.folder.check()?;
        self.inner.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(watch_callback)
    }
}
