//! The folder of an index as the engine below sees it.
//!
//! It differs in two things from the engine's own way. Reading takes a lock, and that lock is a file
//! that is opened for writing; where the folder cannot be written to, nobody can write the index
//! either, so there is nothing to be locked out. And small files are written under the rights that
//! the process gives to all files, not to its own user alone, so that who may read a segment may
//! read the list of segments too.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{
    DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError,
};
use tantivy::directory::{
    DirectoryLock, FileHandle, FileSlice, Lock, META_LOCK, MmapDirectory, WatchCallback,
    WatchHandle, WritePtr,
};
use tantivy::{Directory, TantivyError};

use crate::durable;

/// A folder of files that are mapped into memory.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    files: MmapDirectory,
    path: PathBuf,
}

impl Files {
    /// The folder at `path`, which must exist.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { files: MmapDirectory::open(path)?, path: path.to_path_buf() })
    }

    /// The lock of those who only read, where its file cannot be opened for writing: shared with
    /// other such readers, and none at all where there is no file.
    fn lock_unwritable(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let failed = |error: io::Error| LockError::IoError(Arc::new(error));
        match File::open(self.path.join(&lock.filepath)) {
            Ok(file) => {
                // Some file systems have no locks on files opened for reading.
                let _ = file.lock_shared();
                Ok(DirectoryLock::from(Box::new(file)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(DirectoryLock::from(Box::new(())))
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// Whether an error says that something may not be written.
fn is_unwritable(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

impl Directory for Files {
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.files.acquire_lock(lock) {
            Err(LockError::IoError(error))
                if lock.filepath == META_LOCK.filepath && is_unwritable(&error) =>
            {
                self.lock_unwritable(lock)
            }
            taken => taken,
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        durable::replace(&self.path.join(path), data)
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn open_read(&self, path: &Path) -> Result<FileSlice, OpenReadError> {
        self.files.open_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn watch(&self, callback: WatchCallback) -> Result<WatchHandle, TantivyError> {
        self.files.watch(callback)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_to_is_locked_by_nobody_or_shared() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Files::open(dir.path()).unwrap();
        folder.lock_unwritable(&META_LOCK).unwrap();
        std::fs::write(dir.path().join(&META_LOCK.filepath), "").unwrap();
        let first = folder.lock_unwritable(&META_LOCK).unwrap();
        let second = folder.lock_unwritable(&META_LOCK).unwrap();
        drop((first, second));
        assert!(is_unwritable(&ErrorKind::ReadOnlyFilesystem.into()));
        assert!(is_unwritable(&ErrorKind::PermissionDenied.into()));
        assert!(!is_unwritable(&ErrorKind::StorageFull.into()));
    }

    #[test]
    fn small_files_are_as_readable_as_any_other() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777
        };
        std::fs::write(dir.path().join("usual"), "").unwrap();
        let folder = Files::open(dir.path()).unwrap();
        folder.atomic_write(Path::new("meta.json"), b"{}").unwrap();
        assert_eq!(mode("meta.json"), mode("usual"));
        assert_eq!(folder.atomic_read(Path::new("meta.json")).unwrap(), b"{}");
    }
}
