//! What can go wrong, each in one line: what is wrong, where, and what mends it.

use std::path::{Path, PathBuf};

/// Why an index could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The folder does not exist, or is empty.
    #[error("there is no index at {}; create it with `zhen index --index {} PATH…`", .dir.display(), quoted(.dir))]
    Missing {
        /// Folder that was looked into.
        dir: PathBuf,
    },
    /// The folder holds something that is no index.
    #[error("{} is no index: {found}; choose another folder with `--index`", .dir.display())]
    NoIndex {
        /// Folder that was looked into.
        dir: PathBuf,
        /// What it holds instead.
        found: String,
    },
    /// The index was written in a format that this program does not read.
    #[error(
        "the index {} has format version {found}, this program reads {expected}; \
         move it away and run `zhen index --index {} PATH…`", .dir.display(), quoted(.dir)
    )]
    Format {
        /// Folder of the index.
        dir: PathBuf,
        /// Version found.
        found: String,
        /// Version this program reads and writes.
        expected: u32,
    },
    /// The index holds terms that this program's analysis does not make.
    #[error(
        "the index {} was analysed with {found}, this program uses {expected}; \
         run `zhen index --index {} --rebuild`", .dir.display(), quoted(.dir)
    )]
    Analysis {
        /// Folder of the index.
        dir: PathBuf,
        /// What the index was made with.
        found: String,
        /// What this program, with the dictionary given, makes.
        expected: String,
    },
    /// A file of the index is missing, cut short or altered.
    #[error(
        "the index {} is damaged: {what}; move it away and run `zhen index --index {} PATH…`",
        .dir.display(), quoted(.dir)
    )]
    Damaged {
        /// Folder of the index.
        dir: PathBuf,
        /// What does not hold.
        what: String,
    },
    /// Another process is writing the index.
    #[error(
        "the index {} is being written by {holder}; wait for it or stop it", .dir.display()
    )]
    Locked {
        /// Folder of the index.
        dir: PathBuf,
        /// Process, command and start, as far as known.
        holder: String,
    },
    /// The folder was moved away from under the writer, or another took its place.
    #[error(
        "the folder {} is not the one that was opened for writing: another took its place; \
         what was not committed by then was dropped, and it must be written again", .dir.display()
    )]
    Moved {
        /// Folder of the index.
        dir: PathBuf,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}: {cause}{}", .path.display(), remedy(.cause))]
    Io {
        /// What was tried, as in "read".
        doing: &'static str,
        /// File or folder it was tried on.
        path: PathBuf,
        /// The system's answer.
        #[source]
        cause: std::io::Error,
    },
    /// The engine below failed.
    #[error("the index {} cannot be {doing}: {cause}; check it with `zhen verify`", .dir.display())]
    Engine {
        /// Folder of the index.
        dir: PathBuf,
        /// What was tried, as in "read".
        doing: &'static str,
        /// The engine's answer.
        #[source]
        cause: tantivy::TantivyError,
    },
    /// Changes of files cannot be followed.
    #[error(
        "cannot watch {}: {cause}; watch fewer folders, or raise the system's limit on watches",
        .path.display()
    )]
    Watch {
        /// File or folder that was to be watched.
        path: PathBuf,
        /// The system's answer.
        #[source]
        cause: notify::Error,
    },
    /// A stored document cannot be decoded.
    #[error(transparent)]
    Record(#[from] crate::record::RecordError),
    /// The name given for an index cannot be one.
    #[error("{name:?} cannot name an index: {why}")]
    Name {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An option is outside its limits.
    #[error("{0}")]
    Options(String),
    /// The stream of records could not be read.
    #[error("cannot read the records: {0}")]
    Stream(String),
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    shell_quoted(&path.to_string_lossy())
}

/// Text as a shell takes it for one word that is no option: as it is where nothing in it is special,
/// else in single quotes.
pub fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-+=./:,@%".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What mends an error of the system, with what parts it from the error, where that can be said.
pub fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::PermissionDenied => "; mend its rights, or run as a user who has them",
        Kind::StorageFull | Kind::QuotaExceeded => "; make room on the disk and run it again",
        Kind::ReadOnlyFilesystem => "; choose another place with `--index`",
        _ => "",
    }
}

/// What is said of a file whose content is not what was written.
pub(crate) fn not_as_written(file: &Path) -> String {
    format!("{} is not as it was written", file.display())
}

impl IndexError {
    /// For `map_err`: an I/O error with what was done to which path.
    pub(crate) fn io(
        doing: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::Io { doing, path: path.as_ref().to_path_buf(), cause }
    }

    /// For `map_err`: the engine's error with what was done to which index. What means damage, or
    /// that somebody else is writing, is told as such.
    pub fn engine(doing: &'static str, dir: &Path) -> impl FnOnce(tantivy::TantivyError) -> Self {
        move |cause| {
            if let Some(refused) = Self::refused(dir, &cause) {
                return refused;
            }
            let dir = dir.to_path_buf();
            match damage(&cause) {
                Some(what) => Self::Damaged { dir, what },
                None => Self::Engine { dir, doing, cause },
            }
        }
    }

    /// The engine's error when it opened the index in `dir`: damage, unless somebody else holds the
    /// index or the system refused a file.
    pub fn opening(dir: &Path, cause: tantivy::TantivyError) -> Self {
        Self::refused(dir, &cause).unwrap_or_else(|| Self::Damaged {
            dir: dir.to_path_buf(),
            what: damage(&cause).unwrap_or_else(|| cause.to_string()),
        })
    }

    /// What an error of the engine is that says nothing about the index itself.
    fn refused(dir: &Path, cause: &tantivy::TantivyError) -> Option<Self> {
        use tantivy::TantivyError as Engine;
        use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};
        let io = |doing, path: Option<&Path>, error: &std::io::Error| {
            // What the system did not say was found in the file's content.
            let cause = std::io::Error::from_raw_os_error(system_code(error)?);
            let path = path.map_or_else(|| dir.to_path_buf(), |path| dir.join(path));
            Some(Self::Io { doing, path, cause })
        };
        match cause {
            Engine::LockFailure(LockError::LockBusy, _) => {
                Some(Self::Locked { dir: dir.to_path_buf(), holder: "another program".to_owned() })
            }
            Engine::LockFailure(LockError::IoError(error), _) => {
                io("take the lock of the index", None, error)
            }
            Engine::OpenReadError(OpenReadError::IoError { io_error, filepath }) => {
                io("read", Some(filepath), io_error)
            }
            Engine::IoError(error) => io("read or write", None, error),
            Engine::OpenWriteError(OpenWriteError::IoError { io_error, filepath }) => {
                io("write", Some(filepath), io_error)
            }
            _ => None,
        }
    }
}

/// The system's number of an error, also where the engine has wrapped it in one of its own.
fn system_code(error: &std::io::Error) -> Option<i32> {
    error.raw_os_error().or_else(|| match error.get_ref()?.downcast_ref()? {
        tantivy_fst::Error::Io(inner) => system_code(inner),
        tantivy_fst::Error::Fst(_) => None,
    })
}

/// What is wrong with a file of the index, by an error of the engine that the system has no part in.
fn damage(cause: &tantivy::TantivyError) -> Option<String> {
    use tantivy::TantivyError as Engine;
    use tantivy::directory::error::OpenReadError;
    Some(match cause {
        Engine::OpenReadError(OpenReadError::FileDoesNotExist(file)) => {
            format!("{} is missing", file.display())
        }
        Engine::OpenReadError(OpenReadError::IoError { filepath, .. }) => not_as_written(filepath),
        // The file has no other way out of the error: Data corruption (in file `"meta.json"`): …
        Engine::DataCorruption(what) if format!("{what:?}").contains("(in file `\"") => {
            let text = format!("{what:?}");
            not_as_written(Path::new(text.split('"').nth(1).unwrap_or_default()))
        }
        Engine::OpenReadError(OpenReadError::IncompatibleIndex(_))
        | Engine::IncompatibleIndex(_)
        | Engine::DataCorruption(_)
        | Engine::DeserializeError(_)
        | Engine::IoError(_) => {
            "a file is not as it was written, `zhen verify` says which".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_of_damaged_files_is_damage_in_plain_words() {
        use std::io::{Error, ErrorKind};
        use tantivy::TantivyError as Engine;
        use tantivy::directory::error::OpenReadError;
        let footer = Error::new(ErrorKind::InvalidData, "Footer magic byte mismatch");
        let errors = [
            Engine::from(Error::from(ErrorKind::UnexpectedEof)),
            OpenReadError::wrap_io_error(footer, "a.idx".into()).into(),
            OpenReadError::FileDoesNotExist("a.idx".into()).into(),
            tantivy::error::DataCorruption::comment_only("a comment").into(),
            tantivy::error::DataCorruption::new("a.idx".into(), "a comment".into()).into(),
        ];
        for error in errors {
            let said = IndexError::engine("read", Path::new("ix"))(error.clone());
            assert!(matches!(said, IndexError::Damaged { .. }), "{said}");
            let opening = IndexError::opening(Path::new("ix"), error);
            assert_eq!(opening.to_string(), said.to_string());
            let said = said.to_string();
            assert!(said.contains("move it away") && !said.contains("Footer"), "{said}");
            assert!(said.contains("a.idx") || said.contains("zhen verify"), "{said}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_refuses_is_told_with_what_mends_it() {
        let denied = std::io::Error::from_raw_os_error(13);
        let said = IndexError::engine("read", Path::new("ix"))(denied.into()).to_string();
        assert!(said.starts_with("cannot read or write ix: ") && said.contains("rights"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn a_full_disk_is_no_damage_where_a_dictionary_is_written_either() {
        let full = tantivy_fst::Error::Io(std::io::Error::from_raw_os_error(28));
        let wrapped = std::io::Error::other(full);
        let said = IndexError::engine("written", Path::new("ix"))(wrapped.into()).to_string();
        assert!(said.contains("make room on the disk"), "{said}");
    }

    #[test]
    fn commands_in_messages_can_be_pasted() {
        let message = |dir: &str| IndexError::Missing { dir: dir.into() }.to_string();
        assert!(message("ix/词典").ends_with("`zhen index --index ix/词典 PATH…`"));
        assert!(message("my ix").ends_with("`zhen index --index 'my ix' PATH…`"));
        assert!(message("it's").ends_with(r"`zhen index --index 'it'\''s' PATH…`"));
    }
}
