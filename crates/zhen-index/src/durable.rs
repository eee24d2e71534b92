//! Writing files so that a crash leaves either the old content or the new.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::manifest::{ALIASES_PREFIX, DICTIONARY_PREFIX, FILES_PREFIX};

/// Writes `content` to `path`: to a temporary file first, then renamed, with both the file and its
/// folder on disk before this returns.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let temporary = Path::new(&name);
    let result = (|| {
        let mut file = File::create(temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(temporary, path)
    })();
    if let Err(error) = result {
        // The first error tells what happened; a leftover is harmless and overwritten next time.
        let _ = std::fs::remove_file(temporary);
        return Err(error);
    }
    match path.parent() {
        Some(dir) => sync_dir(dir),
        None => Ok(()),
    }
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

/// Whether a name in an index's folder is that of a sidecar, or of one half written.
pub(crate) fn is_sidecar(name: &str) -> bool {
    [FILES_PREFIX, DICTIONARY_PREFIX, ALIASES_PREFIX].iter().any(|prefix| name.starts_with(prefix))
}
