//! Opening an index for reading.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tantivy::Index;
use tantivy::directory::Directory;
use zhen_text::UserDict;

use crate::derived::DERIVED_FILES;
use crate::directory::Files;
use crate::durable;
use crate::errors::IndexError;
use crate::folder::{Folder, InPlace};
use crate::lock::LOCK_FILE;
use crate::manifest::{FORMAT_VERSION, Manifest};
use crate::schema::{Fields, TERMS_TOKENIZER, TermsTokenizer, schema};

/// tantivy's file that names the segments, schema and payload of the last commit.
pub(crate) const META_FILE: &str = "meta.json";

/// An index opened for reading. Opening costs a few small files and no dictionary; readers made
/// from [`ZhenIndex::tantivy`] follow later commits by themselves.
#[derive(Debug, Clone)]
pub struct ZhenIndex {
    dir: PathBuf,
    index: Index,
    fields: Fields,
    manifest: Manifest,
}

impl ZhenIndex {
    /// Opens the index in the folder `dir`.
    ///
    /// # Errors
    /// [`IndexError::Missing`], [`IndexError::NoIndex`], [`IndexError::Format`],
    /// [`IndexError::Analysis`] or [`IndexError::Damaged`], each with the command that mends it.
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        let this = Self::open_any_analysis(dir)?;
        if this.manifest.analysis != zhen_text::ANALYSIS_VERSION {
            return Err(IndexError::Analysis {
                dir: dir.to_path_buf(),
                found: format!("analysis version {}", this.manifest.analysis),
                expected: format!("version {}", zhen_text::ANALYSIS_VERSION),
            });
        }
        Ok(this)
    }

    /// Opens the index whatever analysis made its terms: for looking at its state and rebuilding.
    pub(crate) fn open_any_analysis(dir: &Path) -> Result<Self, IndexError> {
        Self::open_through(dir, |directory| directory.into())
    }

    /// As [`ZhenIndex::open_any_analysis`], to be written as long as the folder is at its place.
    pub(crate) fn open_in_place(dir: &Path, folder: &Folder) -> Result<Self, IndexError> {
        Self::open_through(dir, |directory| InPlace::new(directory, folder.clone()).into())
    }

    fn open_through(
        dir: &Path,
        through: impl FnOnce(Files) -> Box<dyn Directory>,
    ) -> Result<Self, IndexError> {
        let manifest = read_manifest(dir)?;
        let directory = Files::open(dir)
            .map_err(|error| damaged(dir, &format!("the folder cannot be opened ({error})")))?;
        let index =
            Index::open(through(directory)).map_err(|error| IndexError::opening(dir, error))?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return Err(IndexError::Format {
                dir: dir.to_path_buf(),
                found: format!("{} with other fields", manifest.format),
                expected: FORMAT_VERSION,
            });
        }
        register_tokenizer(&index);
        Ok(Self { dir: dir.to_path_buf(), index, fields, manifest })
    }

    /// The engine's index, for making readers and searchers.
    pub fn tantivy(&self) -> &Index {
        &self.index
    }

    /// Handles of all fields.
    pub fn fields(&self) -> Fields {
        self.fields
    }

    /// What the index was made with, as of when it was opened.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What the index was made with, as of the last commit: reads one small file.
    ///
    /// # Errors
    /// As [`ZhenIndex::open`].
    pub fn current_manifest(&self) -> Result<Manifest, IndexError> {
        read_manifest(&self.dir)
    }

    /// What `load` makes of a sidecar that a manifest names, or its successor where another commit has
    /// just replaced it.
    pub(crate) fn load_sidecar<T>(
        &self,
        manifest: &Manifest,
        load: impl Fn(&Path, &Manifest) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        match load(&self.dir, manifest) {
            Err(error @ IndexError::Damaged { .. }) => {
                let newer = self.current_manifest()?;
                if newer.generation == manifest.generation {
                    return Err(error);
                }
                load(&self.dir, &newer)
            }
            loaded => loaded,
        }
    }

    /// The user dictionary, as of the commit of a manifest.
    ///
    /// # Errors
    /// As [`Manifest::user_dict`] and [`ZhenIndex::current_manifest`].
    pub fn user_dict(&self, manifest: &Manifest) -> Result<UserDict, IndexError> {
        self.load_sidecar(manifest, |dir, manifest| manifest.user_dict(dir))
    }

    /// The folder of the index.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Teaches an index the tokenizer of its text fields.
pub(crate) fn register_tokenizer(index: &Index) {
    index.tokenizers().register(TERMS_TOKENIZER, TermsTokenizer::default());
}

fn damaged(dir: &Path, what: &str) -> IndexError {
    IndexError::Damaged { dir: dir.to_path_buf(), what: what.to_owned() }
}

/// The parts of tantivy's `meta.json` that tell whose index it is.
#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    payload: Option<String>,
    #[serde(default)]
    segments: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    schema: serde_json::Value,
}

/// Reads the manifest of the last commit, telling apart what else a folder may hold.
fn read_manifest(dir: &Path) -> Result<Manifest, IndexError> {
    let missing = || IndexError::Missing { dir: dir.to_path_buf() };
    let no_index =
        |found: &str| IndexError::NoIndex { dir: dir.to_path_buf(), found: found.to_owned() };
    let meta_path = dir.join(META_FILE);
    let meta = match std::fs::read(&meta_path) {
        Ok(meta) => meta,
        Err(error) => {
            return Err(match std::fs::metadata(dir) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => missing(),
                Err(error) => IndexError::io("open", dir)(error),
                Ok(metadata) if !metadata.is_dir() => no_index("it is a file, not a folder"),
                Ok(_) if error.kind() != std::io::ErrorKind::NotFound => {
                    IndexError::io("read", &meta_path)(error)
                }
                Ok(_) => what_else(dir)?,
            });
        }
    };
    let Ok(meta) = serde_json::from_slice::<Meta>(&meta) else {
        // Our own files beside it tell that this was an index.
        return Err(match std::fs::exists(dir.join(LOCK_FILE)) {
            Ok(true) => damaged(dir, "meta.json is not as it was written"),
            _ => no_index("its meta.json is not one of an index"),
        });
    };
    match meta.payload {
        Some(payload) => Manifest::from_payload(dir, &payload),
        // Killed between creating the folder's files and the first commit.
        None if meta.segments.is_empty() && is_ours(&meta.schema) => Err(missing()),
        None => Err(no_index("it holds a tantivy index of another program")),
    }
}

/// Whether a schema as it stands in `meta.json` is that of the present format version.
fn is_ours(found: &serde_json::Value) -> bool {
    let (expected, _) = schema();
    serde_json::to_value(expected).is_ok_and(|expected| expected == *found)
}

/// What a folder without `meta.json` is.
fn what_else(dir: &Path) -> Result<IndexError, IndexError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(IndexError::io("read", dir))? {
        let entry = entry.map_err(IndexError::io("read", dir))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    // An index that is just being created, or whose creator was killed, has a lock and tantivy's
    // hidden files.
    if names.iter().any(|name| name == LOCK_FILE) {
        names.retain(|name| {
            name != LOCK_FILE && !name.starts_with('.') && !durable::is_half_written(name)
        });
    }
    let ours = |name: &String| {
        name.starts_with(crate::manifest::FILES_PREFIX) || DERIVED_FILES.contains(&name.as_str())
    };
    if names.iter().any(ours) {
        return Ok(damaged(dir, "meta.json is missing"));
    }
    names.sort();
    Ok(match names.first() {
        None => IndexError::Missing { dir: dir.to_path_buf() },
        Some(first) => IndexError::NoIndex {
            dir: dir.to_path_buf(),
            found: match names.len() - 1 {
                0 => format!("it holds {first:?} and no meta.json"),
                others => format!("it holds {first:?}, {others} others and no meta.json"),
            },
        },
    })
}
