//! Where indexes live, and what a name given on the command line means.

use std::env;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::errors::IndexError;
use crate::open::META_FILE;

/// Name of the index that is meant when none is named.
pub const DEFAULT_NAME: &str = "default";

/// Folder that, where it exists in the working directory, holds indexes with bare names.
const LOCAL_FOLDER: &str = "index";

/// An index that was found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIndex {
    /// Bare name, which [`resolve`] turns into `dir`.
    pub name: String,
    /// Folder of the index.
    pub dir: PathBuf,
}

/// The folder that `name_or_dir` means: a value with a path separator is that folder, a bare name as
/// [`named`] says. Only where there is no index of that name, and the working directory has a folder
/// so called that is one, that folder is meant.
///
/// # Errors
/// [`IndexError::Name`] for an empty name, and as [`named`].
pub fn resolve(name_or_dir: &str) -> Result<PathBuf, IndexError> {
    resolve_in(name_or_dir, Path::new(""), data_dir().as_deref())
}

/// The folder of the index with a bare name: under `./index/` when that exists, else under the
/// platform's data folder, whatever else is called so in the working directory.
///
/// # Errors
/// [`IndexError::Name`] for what is no bare name, and when no data folder is known.
pub fn named(name: &str) -> Result<PathBuf, IndexError> {
    named_in(name, Path::new(""), data_dir().as_deref())
}

/// [`resolve`] with the working directory and the data folder given.
fn resolve_in(value: &str, work: &Path, data: Option<&Path>) -> Result<PathBuf, IndexError> {
    let unusable = |why| IndexError::Name { name: value.to_owned(), why };
    if value.is_empty() {
        return Err(unusable("it is empty"));
    }
    if value.contains('\0') {
        return Err(unusable("it holds a zero byte"));
    }
    let local = work.join(value);
    if !is_bare(value) {
        return Ok(local);
    }
    let named = named_in(value, work, data);
    let is_taken = named.as_ref().is_ok_and(|dir| is_index(dir));
    if !is_taken && is_index(&local) { Ok(local) } else { named }
}

/// [`named`] with the working directory and the data folder given.
fn named_in(name: &str, work: &Path, data: Option<&Path>) -> Result<PathBuf, IndexError> {
    let unusable = |why| IndexError::Name { name: name.to_owned(), why };
    let folder = bare_folder(work, data)
        .ok_or_else(|| unusable("no data folder is known; give a folder, as in ./NAME"))?;
    resolve_within(&folder, name)
}

/// Whether the folder `dir` holds an index, of this or another program.
fn is_index(dir: &Path) -> bool {
    dir.join(META_FILE).is_file()
}

/// All indexes that a bare name finds, by name.
///
/// # Errors
/// [`IndexError::Io`] when the folder that holds them cannot be read; one that is missing holds
/// none.
pub fn list() -> Result<Vec<KnownIndex>, IndexError> {
    list_in(Path::new(""), data_dir().as_deref())
}

/// [`list`] with the working directory and the data folder given.
fn list_in(work: &Path, data: Option<&Path>) -> Result<Vec<KnownIndex>, IndexError> {
    bare_folder(work, data).map_or_else(|| Ok(Vec::new()), |folder| list_within(&folder))
}

/// All indexes within `home`, by name.
///
/// # Errors
/// [`IndexError::Io`] when `home` cannot be read; one that is missing holds none.
pub fn list_within(home: &Path) -> Result<Vec<KnownIndex>, IndexError> {
    let entries = match std::fs::read_dir(home) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(IndexError::io("read", home)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let dir = entry.map_err(IndexError::io("read", home))?.path();
        let name = dir.file_name().and_then(OsStr::to_str).map(str::to_owned);
        if let Some(name) = name
            && is_index(&dir)
        {
            found.push(KnownIndex { name, dir });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether `value` is a name rather than a path.
fn is_bare(value: &str) -> bool {
    let mut components = Path::new(value).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
        && !value.ends_with(std::path::is_separator)
        && !value.contains('\0')
}

/// The folder of the index `name` within `home`, and nowhere else.
///
/// # Errors
/// [`IndexError::Name`] for a name that is a path rather than a name.
pub fn resolve_within(home: &Path, name: &str) -> Result<PathBuf, IndexError> {
    if is_bare(name) {
        return Ok(home.join(name));
    }
    Err(IndexError::Name { name: name.to_owned(), why: "it is a path" })
}

/// The folder in which bare names live.
fn bare_folder(work: &Path, data: Option<&Path>) -> Option<PathBuf> {
    let local = work.join(LOCAL_FOLDER);
    if local.is_dir() { Some(local) } else { data.map(Path::to_path_buf) }
}

/// The platform's folder for this program's data, whether or not it exists.
fn data_dir() -> Option<PathBuf> {
    // An empty variable counts as unset (XDG Base Directory Specification, "$XDG_DATA_HOME").
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return variable("LOCALAPPDATA").map(|dir| dir.join("zhen"));
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Application Support/zhen"));
    }
    variable("XDG_DATA_HOME")
        .filter(|dir| dir.is_absolute())
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|dir| dir.join("zhen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lives_under_index_when_that_exists_else_in_the_data_folder() {
        let work = tempfile::tempdir().unwrap();
        let (work, data) = (work.path(), Path::new("/data/zhen"));
        let resolve = |value| resolve_in(value, work, Some(data)).unwrap();
        assert_eq!(resolve("笔记"), data.join("笔记"));
        std::fs::create_dir(work.join("index")).unwrap();
        assert_eq!(resolve("笔记"), work.join("index/笔记"));
        assert_eq!(resolve(DEFAULT_NAME), work.join("index/default"));
    }

    #[test]
    fn a_value_with_a_separator_is_that_folder() {
        let work = tempfile::tempdir().unwrap();
        let work = work.path();
        let resolve = |value| resolve_in(value, work, Some(Path::new("/data/zhen"))).unwrap();
        assert_eq!(resolve("./there"), work.join("./there"));
        assert_eq!(resolve("there/"), work.join("there/"));
        assert_eq!(resolve("a/b"), work.join("a/b"));
        assert_eq!(resolve("."), work.join("."));
        assert_eq!(resolve("/abs"), Path::new("/abs"));
    }

    #[test]
    fn a_folder_called_as_an_index_is_meant_only_where_it_is_one_and_there_is_no_other() {
        let work = tempfile::tempdir().unwrap();
        let work = work.path();
        let data = work.join("data");
        let index = |dir: &str| {
            std::fs::create_dir_all(work.join(dir)).unwrap();
            std::fs::write(work.join(dir).join(META_FILE), "{}").unwrap();
        };
        let resolve = |value| resolve_in(value, work, Some(&data)).unwrap();
        std::fs::create_dir(work.join("notes")).unwrap();
        assert_eq!(resolve("notes"), data.join("notes"));
        index("notes");
        assert_eq!(resolve("notes"), work.join("notes"));
        assert_eq!(resolve_in("notes", work, None).unwrap(), work.join("notes"));
        assert_eq!(named_in("notes", work, Some(&data)).unwrap(), data.join("notes"));
        index("data/notes");
        assert_eq!(resolve("notes"), data.join("notes"));
    }

    #[test]
    fn what_cannot_be_a_name_is_refused_with_the_reason() {
        let refuse = |value, data| {
            resolve_in(value, Path::new("/nowhere-at-all"), data).unwrap_err().to_string()
        };
        assert!(refuse("", None).contains("empty"));
        assert!(refuse("a\0b", None).contains("zero byte"));
        assert!(refuse("a", None).contains("./NAME"));
    }

    #[test]
    fn only_folders_that_hold_an_index_are_listed() {
        let work = tempfile::tempdir().unwrap();
        let work = work.path();
        assert_eq!(list_in(work, None).unwrap(), []);
        assert_eq!(list_in(work, Some(&work.join("none"))).unwrap(), []);
        for name in ["b", "a", "other"] {
            std::fs::create_dir_all(work.join("index").join(name)).unwrap();
        }
        for name in ["b", "a"] {
            std::fs::write(work.join("index").join(name).join("meta.json"), "{}").unwrap();
        }
        let names: Vec<_> = list_in(work, None).unwrap().into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
