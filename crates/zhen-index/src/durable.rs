//! Writing files so that a crash leaves either the old content or the new.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::derived::DERIVED_FILES;
use crate::manifest::{ALIASES_PREFIX, DICTIONARY_PREFIX, FILES_PREFIX};
use crate::open::META_FILE;

/// How the name of a file ends that is still being written, or whose writer was killed.
const HALF_WRITTEN: &str = ".tmp";

/// Writes `content` to `path`: to a temporary file first, then renamed, with both the file and its
/// folder on disk before this returns.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content)?;
    match path.parent() {
        Some(dir) => sync_dir(dir),
        None => Ok(()),
    }
}

/// As [`write`], but a crash soon after this returned may still leave the old content.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    /// Tells apart what the threads of this process write.
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{number}{HALF_WRITTEN}", std::process::id()));
    let temporary = Path::new(&name);
    let result = (|| {
        let mut file = File::create(temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(temporary, path)
    })();
    if result.is_err() {
        // The first error tells what happened; a leftover is harmless, the next writer of the file removes it.
        let _ = std::fs::remove_file(temporary);
    }
    result
}

/// Puts the names in a folder on disk, which syncing a file in it does not.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    // Elsewhere a folder cannot be opened as a file, and renaming is journalled.
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Whether a name in an index's folder is that of a sidecar.
pub(crate) fn is_sidecar(name: &str) -> bool {
    [FILES_PREFIX, DICTIONARY_PREFIX, ALIASES_PREFIX].iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a name in an index's folder is that of a file that is half written and that only who holds
/// the writer's lock writes.
pub(crate) fn is_half_written(name: &str) -> bool {
    let mut ours = DERIVED_FILES.into_iter().chain([META_FILE, MANAGED_FILE]);
    ours.any(|file| is_half_written_of(name, file))
        || name.ends_with(HALF_WRITTEN) && is_sidecar(name)
}

/// Whether a name is that of `file` half written.
pub(crate) fn is_half_written_of(name: &str, file: &str) -> bool {
    name.ends_with(HALF_WRITTEN) && name.starts_with(file)
}

/// Removes what writers that were killed left half written, by its names; for who holds the lock under
/// which it is written and has not begun to write. Failing to is harmless, so it is not reported.
pub(crate) fn remove_half_written(dir: &Path, is_one: impl Fn(&str) -> bool) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(&is_one) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// tantivy's list of the files it wrote.
const MANAGED_FILE: &str = ".managed.json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_write_one_file_at_once_leave_what_one_of_them_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("zhen-test");
        let contents = [1u8, 2, 3, 4].map(|byte| vec![byte; 1 << 16]);
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..8).for_each(|_| write(&path, content).unwrap()));
            }
        });
        assert!(contents.contains(&std::fs::read(&path).unwrap()));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn what_is_half_written_is_known_by_its_name() {
        for name in ["zhen-vocabulary.bin.12-0.tmp", "meta.json.7-3.tmp", ".managed.json.7-4.tmp"] {
            assert!(is_half_written(name), "{name}");
        }
        for name in ["zhen-vocabulary.bin", "meta.json", "zhen-synonyms.txt.1-0.tmp", "notes.tmp"] {
            assert!(!is_half_written(name), "{name}");
        }
    }
}
