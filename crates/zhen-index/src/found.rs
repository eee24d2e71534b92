//! What indexing files and folders finds to do.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use zhen_source::{Entry, SkipReason, SourceError, walk};

use crate::indexer::IndexOptions;
use crate::lock::LOCK_FILE;
use crate::pipeline::{FileTask, Found};
use crate::reading::{self, Limits};
use crate::writer::TableHandle;

/// The files of `paths` and the folders among them, each with what the file table knows of it; those of
/// indexes are left out.
pub(crate) fn found(
    paths: &[PathBuf],
    options: &IndexOptions,
    limits: Limits,
    table: TableHandle,
) -> impl Iterator<Item = Found> + Send + use<> {
    let mut walk_options = options.walk.clone();
    walk_options.exclude_dirs.push(options.dir.clone());
    walk_options.max_file_bytes = u64::MAX;
    let mut folders = IndexFolders::default();
    walk(paths, &walk_options)
        .filter(move |item| match item {
            Ok(entry) => !folders.holds(&entry.path),
            Err(_) => true,
        })
        .map(move |item| match item.and_then(|entry| within(entry, limits)) {
            Ok(entry) => {
                let known = table.read(|table| table.get(&entry.id).cloned());
                match known {
                    Some(known) if known.is_current(entry.size, entry.modified_ns) => {
                        Found::Unchanged { entry, skipped: known.skipped }
                    }
                    known => Found::File(FileTask { entry, known }),
                }
            }
            Err(error) => Found::Problem {
                path: error.path().map(Path::to_path_buf).unwrap_or_default(),
                message: reading::reason(&error, limits),
            },
        })
}

/// Tells files that belong to an index, this one or another, which nobody wants to search.
#[derive(Default)]
struct IndexFolders {
    known: HashMap<PathBuf, bool>,
}

impl IndexFolders {
    fn holds(&mut self, path: &Path) -> bool {
        let Some(folder) = path.parent() else { return false };
        if let Some(&known) = self.known.get(folder) {
            return known;
        }
        let is_index =
            folder.join(LOCK_FILE).is_file() && folder.join(crate::open::META_FILE).is_file();
        // Files come folder by folder; a few are enough to remember.
        if self.known.len() > 64 {
            self.known.clear();
        }
        self.known.insert(folder.to_path_buf(), is_index);
        is_index
    }
}

/// Refuses a file that is one document and too large for it.
fn within(entry: Entry, limits: Limits) -> Result<Entry, SourceError> {
    if entry.size > limits.text && !reading::is_stream_of_records(&entry.id) {
        let reason = SkipReason::TooLarge { size: entry.size, limit: limits.text };
        return Err(SourceError::Skipped { path: entry.path, reason });
    }
    Ok(entry)
}
