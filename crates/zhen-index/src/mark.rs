//! Telling that a file was replaced without reading it.

use std::path::Path;
use std::time::SystemTime;

/// Tells a file from what it was before: its time, length and number. Two files that take each
/// other's place within one tick of the file system's clock may have the same mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMark(Option<(SystemTime, u64, u64)>);

impl FileMark {
    /// That of the file now; files that are not there have one mark.
    pub fn of(path: &Path) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok();
        Self(metadata.and_then(|m| {
            #[cfg(unix)]
            let inode = m.ino();
            #[cfg(not(unix))]
            let inode = 0;
            Some((m.modified().ok()?, m.len(), inode))
        }))
    }
}
