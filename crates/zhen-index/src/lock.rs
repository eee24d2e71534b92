//! One writer at a time.
//!
//! The lock is the operating system's, on a file that also says who holds it; it vanishes with its
//! process, so a killed writer leaves nothing to clean up.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::errors::IndexError;
use crate::folder::Folder;

/// Name of the lock file within an index's folder.
pub(crate) const LOCK_FILE: &str = "zhen.lock";

/// Held while an index is written; dropping it lets the next writer in.
#[derive(Debug)]
pub struct WriterLock {
    // Closing the file releases the lock.
    _file: File,
    folder: Folder,
}

/// Who holds a lock.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    command: String,
    since: String,
}

impl WriterLock {
    /// Takes the lock of the index in `dir`, which must exist.
    ///
    /// # Errors
    /// [`IndexError::Locked`] naming the process that holds it, [`IndexError::Io`] when the lock
    /// file cannot be made.
    pub fn acquire(dir: &Path) -> Result<Self, IndexError> {
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(IndexError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(IndexError::Locked {
                    dir: dir.to_path_buf(),
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(IndexError::io("lock", &path)(error)),
        }
        let folder = Folder::of(&file, path.clone()).map_err(IndexError::io("read", &path))?;
        let holder =
            Holder { pid: std::process::id(), command: command(), since: crate::clock::now() };
        let text = serde_json::to_string(&holder).expect("a holder is plain data");
        (|| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())?;
            file.flush()
        })()
        .map_err(IndexError::io("write", &path))?;
        Ok(Self { _file: file, folder })
    }

    /// Where the lock was taken, to be looked at before anything is written there.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }
}

/// Who holds the lock, as far as the file tells; it may just be being written.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    // Windows refuses to read what another process has locked.
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok()) {
        Some(Holder { pid, command, since }) => format!("process {pid} ({command}, since {since})"),
        None => "another process".to_owned(),
    }
}

/// This process's command line, shortened.
fn command() -> String {
    const LONGEST: usize = 120;
    let mut args = std::env::args_os();
    let program = args.next().map(PathBuf::from);
    let program = program.as_deref().and_then(Path::file_name).unwrap_or_default();
    let mut command = program.to_string_lossy().into_owned();
    for arg in args {
        command.push(' ');
        command.push_str(&arg.to_string_lossy());
    }
    if command.chars().count() > LONGEST {
        command = command.chars().take(LONGEST - 1).collect();
        command.push('…');
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_writer_is_told_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let first = WriterLock::acquire(dir.path()).unwrap();
        let message = WriterLock::acquire(dir.path()).unwrap_err().to_string();
        let pid = std::process::id();
        assert!(message.contains(&format!("being written by process {pid} (")), "{message}");
        assert!(message.contains("wait for it or stop it"), "{message}");
        assert!(!message.contains('\n'), "{message}");
        drop(first);
        WriterLock::acquire(dir.path()).unwrap();
    }

    #[test]
    fn a_lock_file_left_behind_does_not_lock() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(LOCK_FILE), r#"{"pid": 1, "command": "#).unwrap();
        WriterLock::acquire(dir.path()).unwrap();
    }
}
