//! Finding files: what lies below the paths a user gives.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use crate::error::{SkipReason, SourceError};

/// Largest file that is read unless told otherwise: 512 MiB.
pub const DEFAULT_MAX_FILE_BYTES: u64 = 512 << 20;

/// Folders in which version control systems keep their own data; never walked.
const VCS_FOLDERS: [&str; 8] = [".git", ".hg", ".svn", ".bzr", ".jj", ".pijul", "_darcs", "CVS"];

/// What a walk takes and what it leaves out. A file that is itself given as a path is always taken.
#[derive(Debug, Clone)]
pub struct WalkOptions {
    /// Take files and folders whose name starts with a dot. Default: no.
    pub hidden: bool,
    /// Leave out what `.gitignore`, `.ignore` and `.git/info/exclude` name. Default: yes.
    pub ignore_files: bool,
    /// Globs, relative to the path given, of files to take; empty means all. One without a slash
    /// within holds at any depth; `./` before one ties it to the path. An absolute one must lie below
    /// a path given.
    pub include: Vec<String>,
    /// Globs of files and folders to leave out, written as those of `include`.
    pub exclude: Vec<String>,
    /// Folders never entered, as absolute or relative paths: index folders for example.
    pub exclude_dirs: Vec<PathBuf>,
    /// Files larger than this, in bytes, are reported as too large. Default: 512 MiB.
    pub max_file_bytes: u64,
    /// Follow symbolic links found on the way; a loop is reported and not entered. Links given as a
    /// path are always followed. Default: no.
    pub follow_links: bool,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            hidden: false,
            ignore_files: true,
            include: Vec::new(),
            exclude: Vec::new(),
            exclude_dirs: Vec::new(),
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            follow_links: false,
        }
    }
}

impl WalkOptions {
    /// Looks at the patterns before `paths` are walked: a walk reports the first bad one and takes
    /// nothing.
    ///
    /// # Errors
    /// [`SourceError::BadPattern`] for a pattern that is no glob, or is absolute and below none of
    /// `paths`.
    pub fn check<P: AsRef<Path>>(&self, paths: &[P]) -> Result<(), SourceError> {
        let roots: Vec<PathBuf> = paths.iter().map(|path| normalise_path(path.as_ref())).collect();
        for pattern in self.include.iter().chain(&self.exclude) {
            if is_absolute(pattern) && roots.iter().all(|root| tied(pattern, root).is_none()) {
                return Err(SourceError::BadPattern {
                    pattern: pattern.clone(),
                    cause: "it is absolute and below none of the paths; write it relative to one"
                        .to_owned(),
                });
            }
        }
        globs(Path::new(""), self).map(drop)
    }
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where to open it.
    pub path: PathBuf,
    /// Its identity: see [`path_id`].
    pub id: String,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change in nanoseconds since 1970-01-01T00:00:00Z (before: negative); 0 where
    /// the file system keeps none. Covers the years 1678 to 2261.
    pub modified_ns: i64,
}

impl Entry {
    /// The entry of one file, as a walk over it would give it.
    ///
    /// # Errors
    /// When the file is missing, no regular file or not accessible.
    pub fn of_file(path: &Path) -> Result<Self, SourceError> {
        let metadata = std::fs::metadata(path)
            .map_err(|cause| SourceError::from_io(path, "look at the file", cause))?;
        if !metadata.is_file() {
            return Err(SourceError::Skipped {
                path: path.to_path_buf(),
                reason: SkipReason::NotAFile,
            });
        }
        Ok(Self::new(normalise_path(path), &metadata))
    }

    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Self { id: path_id(&path), path, size: metadata.len(), modified_ns: modified_ns(metadata) }
    }
}

fn modified_ns(metadata: &Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else {
        return 0;
    };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

/// The absolute form of `path` without `.` and `..`, from its text alone: links are not resolved, so
/// that a file that is gone keeps its identity. Only where `..` follows a link does it lead from where
/// that leads.
pub fn normalise_path(path: &Path) -> PathBuf {
    // `absolute` fails only for an empty path or when there is no current folder.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if out.is_symlink()
                    && let Ok(real) = out.canonicalize()
                {
                    out = real;
                }
                // The parent of the root is the root.
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The identity of a file: its absolute normalised path with `/` between the parts, as text.
/// Bytes of a name that are not UTF-8 are written as `%XX`, and in such a name a `%` as `%25`.
pub fn path_id(path: &Path) -> String {
    let path = normalise_path(path);
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut id = String::with_capacity(bytes.len());
    for name in bytes.split_inclusive(|&byte| byte == b'/') {
        match std::str::from_utf8(name) {
            Ok(name) => id.push_str(name),
            Err(_) => spell_bytes(name, &mut id),
        }
    }
    if std::path::MAIN_SEPARATOR != '/' {
        id = id.replace(std::path::MAIN_SEPARATOR, "/");
    }
    id
}

fn spell_bytes(name: &[u8], id: &mut String) {
    for chunk in name.utf8_chunks() {
        id.push_str(&chunk.valid().replace('%', "%25"));
        chunk.invalid().iter().for_each(|byte| id.push_str(&format!("%{byte:02X}")));
    }
}

/// The file whose identity, or the end of it below the current folder, is `id`: the reverse of
/// [`path_id`]. Where a name may be meant as it stands or as one that is not UTF-8, the one that is
/// there is.
pub fn path_of_id(id: &str) -> PathBuf {
    let as_it_stands = PathBuf::from(id);
    if !id.contains('%') || as_it_stands.symlink_metadata().is_ok() {
        return as_it_stands;
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let names: Vec<Vec<u8>> = id.split('/').map(unspelled).collect();
        std::ffi::OsString::from_vec(names.join(&b'/')).into()
    }
    #[cfg(not(unix))]
    as_it_stands
}

/// The bytes of a name that [`spell_bytes`] spelled; of any other its own.
#[cfg(unix)]
fn unspelled(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut parts = name.split('%');
    out.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                out.extend(part[2..].bytes());
            }
            None => return name.into(),
        }
    }
    if std::str::from_utf8(&out).is_ok() { name.into() } else { out }
}

/// Walks `paths`, each a file or a folder.
///
/// Entries come sorted: the paths given first, then component by component below each, and none
/// comes twice even where the paths overlap. What cannot be listed or read is an `Err` item, and the
/// walk goes on after it. A path that does not exist is [`SourceError::NotFound`].
///
/// # Errors
/// What is wrong with a pattern of `options` is the one item of the walk: see [`WalkOptions::check`].
pub fn walk<P: AsRef<Path>>(
    paths: &[P],
    options: &WalkOptions,
) -> impl Iterator<Item = Result<Entry, SourceError>> + use<P> {
    let mut roots: Vec<(PathBuf, PathBuf)> = paths
        .iter()
        .map(|path| (normalise_path(path.as_ref()), path.as_ref().to_path_buf()))
        .collect();
    let refused = options.check(paths).err();
    if refused.is_some() {
        roots.clear();
    }
    roots.sort();
    roots.dedup_by(|a, b| a.0 == b.0);
    let overlapping = roots.len() > 1;
    let options = Arc::new(options.clone());
    let mut seen = HashSet::new();
    let found = roots
        .into_iter()
        .flat_map(move |(root, given)| walk_root(root, given, &options))
        .filter(move |item| match item {
            Ok(entry) if overlapping => seen.insert(entry.path.clone()),
            _ => true,
        });
    refused.into_iter().map(Err).chain(found)
}

type Items = Box<dyn Iterator<Item = Result<Entry, SourceError>> + Send>;

fn one(item: Result<Entry, SourceError>) -> Items {
    Box::new(std::iter::once(item))
}

fn walk_root(root: PathBuf, given: PathBuf, options: &Arc<WalkOptions>) -> Items {
    let metadata = match std::fs::metadata(&root) {
        Ok(metadata) => metadata,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            return one(Err(SourceError::NotFound { path: given }));
        }
        Err(cause) => return one(Err(SourceError::from_io(&given, "look at it", cause))),
    };
    if metadata.is_file() {
        return one(within_limit(Entry::new(root, &metadata), options));
    }
    if !metadata.is_dir() {
        return one(Err(SourceError::Skipped { path: given, reason: SkipReason::NotAFile }));
    }
    match folder(&root, options) {
        Ok(entries) => entries,
        Err(error) => one(Err(error)),
    }
}

fn within_limit(entry: Entry, options: &WalkOptions) -> Result<Entry, SourceError> {
    if entry.size > options.max_file_bytes {
        return Err(SourceError::Skipped {
            path: entry.path,
            reason: SkipReason::TooLarge { size: entry.size, limit: options.max_file_bytes },
        });
    }
    Ok(entry)
}

fn folder(root: &Path, options: &Arc<WalkOptions>) -> Result<Items, SourceError> {
    let globs = globs(root, options)?;
    let excluded: Vec<PathBuf> =
        options.exclude_dirs.iter().map(|dir| normalise_path(dir)).collect();
    if excluded.iter().any(|dir| root.starts_with(dir)) {
        return Ok(Box::new(std::iter::empty()));
    }
    // Without a repository around it, a .gitignore above the given folder speaks of something else:
    // many a home folder has one that ignores everything.
    let in_repository = root.ancestors().any(|dir| dir.join(".git").exists());
    let walk = WalkBuilder::new(root)
        .hidden(!options.hidden)
        .ignore(options.ignore_files)
        .git_ignore(options.ignore_files)
        .git_exclude(options.ignore_files)
        .git_global(false)
        .parents(options.ignore_files && in_repository)
        .require_git(false)
        .follow_links(options.follow_links)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            if entry.depth() > 0 && is_dir {
                let is_vcs = VCS_FOLDERS.iter().any(|&name| entry.file_name() == name);
                if is_vcs || excluded.iter().any(|dir| entry.path() == dir) {
                    return false;
                }
            }
            entry.depth() == 0 || !globs.matched(entry.path(), is_dir).is_ignore()
        })
        .build();
    let root = root.to_path_buf();
    let options = Arc::clone(options);
    Ok(Box::new(walk.filter_map(move |item| match item {
        Ok(entry) => {
            // With links followed this is the type of what the link points to.
            if !entry.file_type()?.is_file() {
                return None;
            }
            Some(match entry.metadata() {
                Ok(metadata) => within_limit(Entry::new(entry.into_path(), &metadata), &options),
                Err(error) => Err(from_ignore(entry.path(), error)),
            })
        }
        Err(error) => Some(Err(from_ignore(&root, error))),
    })))
}

/// The include and exclude globs as one matcher. (The walker's own overrides are not used: there an
/// included pattern would also bring back what ignore files leave out.)
fn globs(root: &Path, options: &WalkOptions) -> Result<Override, SourceError> {
    let mut builder = OverrideBuilder::new(root);
    let bad = |pattern: &str, error: &dyn std::fmt::Display| SourceError::BadPattern {
        pattern: pattern.to_owned(),
        cause: error.to_string(),
    };
    let included = options.include.iter().map(|glob| (glob, ""));
    let excluded = options.exclude.iter().map(|glob| (glob, "!"));
    for (given, sign) in included.chain(excluded) {
        let glob = tied(given, root).unwrap_or(Cow::Borrowed(given));
        if glob.is_empty() {
            return Err(bad(given, &"it is empty"));
        }
        builder.add(&format!("{sign}{glob}")).map_err(|error| bad(given, &error))?;
    }
    builder.build().map_err(|error| bad("", &error))
}

fn is_absolute(pattern: &str) -> bool {
    Path::new(pattern).has_root()
}

/// A pattern as it is matched below `root`, where a slash before it ties it to `root`; `None` for an
/// absolute one of another place.
fn tied<'p>(pattern: &'p str, root: &Path) -> Option<Cow<'p, str>> {
    if let Some(mut rest) = pattern.strip_prefix("./") {
        while let Some(more) = rest.strip_prefix("./") {
            rest = more;
        }
        return Some(if rest.is_empty() { "".into() } else { format!("/{rest}").into() });
    }
    if !is_absolute(pattern) {
        return Some(pattern.into());
    }
    let rest = pattern.strip_prefix(root.to_str()?.trim_end_matches('/'))?;
    (rest.starts_with('/') && rest.len() > 1).then(|| rest.into())
}

fn from_ignore(at: &Path, error: ignore::Error) -> SourceError {
    let path = error_path(&error).unwrap_or(at).to_path_buf();
    let text = error.to_string();
    match error.into_io_error() {
        Some(cause) => SourceError::from_io(&path, "list the folder", cause),
        None => SourceError::Walk { path, cause: text },
    }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => {
            error_path(err)
        }
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn names_that_are_not_utf_8_are_told_apart_and_lead_back_to_their_files() {
        let path = |name: &[u8]| Path::new("/zhen-nowhere").join(OsStr::from_bytes(name));
        let names: [&[u8]; 5] = [b"a\xFF", b"\xFF%FF", b"\xFF\xFF", b"%41\xFF/b%FF", b"\xFF%25"];
        let ids = names.map(|name| path_id(&path(name)));
        for (name, id) in names.iter().zip(&ids) {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
            if !id.contains('b') {
                assert_eq!(path_of_id(id), path(name), "{id}");
            }
        }
        assert_eq!(ids[1], "/zhen-nowhere/%FF%25FF");
        // In a name that is UTF-8 nothing is spelled otherwise.
        for name in ["100%", "a%20b", "%41", "%E4%B8%AD", "词典"] {
            let id = path_id(&path(name.as_bytes()));
            assert!(id.ends_with(name), "{id}");
            assert_eq!(path_of_id(&id), path(name.as_bytes()));
        }
    }

    #[test]
    fn a_file_that_is_called_as_another_is_spelled_is_meant_where_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a%FF.txt");
        std::fs::write(&path, "x").unwrap();
        assert_eq!(path_of_id(&path_id(&path)), path);
    }
}
