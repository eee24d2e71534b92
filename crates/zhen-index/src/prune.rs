//! Forgetting files that are gone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use zhen_source::{normalise_path, path_id, path_of_id};

use crate::writer::Writer;

/// Forgets the files below `paths` (all files, when there are none) that do not exist or, unless links
/// are followed, that a link leads to. Gives the paths of files that are to be read again, for records of
/// theirs may have been replaced by those of a file that is gone.
pub(crate) fn forget_missing(
    writer: &mut Writer,
    paths: &[PathBuf],
    follow_links: bool,
) -> HashSet<String> {
    let roots: Vec<(String, PathBuf)> =
        paths.iter().map(|path| (path_id(path), normalise_path(path))).collect();
    let is_below = |path: &str, root: &str| match path.strip_prefix(root) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || root.ends_with('/'),
        None => false,
    };
    let is_gone = |id: &str| {
        let above: Vec<&Path> = roots
            .iter()
            .filter(|(root, _)| is_below(id, root))
            .map(|(_, root)| root.as_path())
            .collect();
        if above.is_empty() && !roots.is_empty() {
            return false;
        }
        let Some(path) = existing(id) else { return true };
        // How a file came in is not known: without roots, it may have been by a link that was given.
        !follow_links && !above.is_empty() && above.iter().all(|root| has_link(root, &path))
    };
    let missing: Vec<String> = writer.table_handle().read(|table| {
        table.iter().map(|(path, _)| path).filter(|path| is_gone(path)).map(str::to_owned).collect()
    });
    missing.iter().flat_map(|path| writer.forget_file(path)).collect()
}

/// The path of the file with this identity, if it exists. One that cannot be looked at counts as
/// existing; a folder is no file, nor is a link that leads nowhere, and below a file there is none.
fn existing(id: &str) -> Option<PathBuf> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let is_there = |path: &PathBuf| match std::fs::metadata(path) {
        Ok(found) => !found.is_dir(),
        Err(error) => !matches!(error.kind(), NotFound | NotADirectory),
    };
    Some(path_of_id(id)).filter(is_there)
}

/// Whether a link stands on the way from `root`, which may be one itself, to `path`.
fn has_link(root: &Path, path: &Path) -> bool {
    path.ancestors().take_while(|&at| at != root).any(Path::is_symlink)
}
