//! The manifest: what an index was made with.
//!
//! It travels as JSON in the payload of every commit, so that it changes with the documents in one
//! atomic step and can never speak of another state than the one it stands beside.

use std::path::Path;

use serde::{Deserialize, Serialize};
use zhen_text::UserDict;

use crate::errors::IndexError;
use crate::hash::hash64;

/// Version of everything an index consists of: schema, records, manifest, sidecars.
pub const FORMAT_VERSION: u32 = 5;

/// User dictionaries up to this many bytes stand in the manifest itself.
const INLINE_DICTIONARY: usize = 64 << 10;

/// What an index was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`] at the time of writing.
    pub format: u32,
    /// Version of the analysis that made the terms.
    pub analysis: u32,
    /// Version of the program that wrote last.
    pub version: String,
    /// When the index was created, RFC 3339.
    pub created: String,
    /// When this state was committed, RFC 3339.
    pub committed: String,
    /// Number of commits so far; names the sidecars.
    pub generation: u64,
    /// Documents added and replaced so far.
    #[serde(default)]
    pub changes: u64,
    /// The user's words, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_dictionary: Option<DictionaryEntry>,
    /// The table of source files, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Sidecar>,
    /// Pairs of names added or removed by hand, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Sidecar>,
}

/// The user dictionary in a manifest: its text, or where that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryEntry {
    /// [`UserDict::checksum`] in hexadecimal.
    pub checksum: String,
    /// The text, if it is short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file that holds the text, if it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Sidecar>,
}

/// A file in the index's folder that belongs to one state of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// File name.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// XXH3 of the content, in hexadecimal.
    pub checksum: String,
}

/// The payload: one key, so that another program's payload is not taken for a manifest.
#[derive(Serialize, Deserialize)]
struct Payload<M> {
    zhen: M,
}

impl Manifest {
    /// The manifest of an index that is about to be created.
    pub(crate) fn new(created: String) -> Self {
        Self {
            format: FORMAT_VERSION,
            analysis: zhen_text::ANALYSIS_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            committed: created.clone(),
            created,
            generation: 0,
            changes: 0,
            user_dictionary: None,
            files: None,
            aliases: None,
        }
    }

    /// As the payload of a commit.
    pub(crate) fn to_payload(&self) -> String {
        serde_json::to_string(&Payload { zhen: self }).expect("a manifest is plain data")
    }

    /// From the payload of the last commit of the index in `dir`.
    pub(crate) fn from_payload(dir: &Path, payload: &str) -> Result<Self, IndexError> {
        /// What every version of the manifest has.
        #[derive(Deserialize)]
        struct Version {
            format: serde_json::Value,
        }
        let Ok(Payload { zhen: Version { format } }) = serde_json::from_str(payload) else {
            return Err(IndexError::NoIndex {
                dir: dir.to_path_buf(),
                found: "it holds a tantivy index of another program".to_owned(),
            });
        };
        if format != FORMAT_VERSION {
            return Err(IndexError::Format {
                dir: dir.to_path_buf(),
                found: format.to_string(),
                expected: FORMAT_VERSION,
            });
        }
        let payload: Payload<Self> = serde_json::from_str(payload).map_err(|error| {
            let what = format!("its manifest cannot be read ({error})");
            IndexError::Damaged { dir: dir.to_path_buf(), what }
        })?;
        Ok(payload.zhen)
    }

    /// The user dictionary, read from its sidecar where it stands there.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when it is missing or not the one the index was made with.
    pub fn user_dict(&self, dir: &Path) -> Result<UserDict, IndexError> {
        let Some(entry) = &self.user_dictionary else { return Ok(UserDict::default()) };
        let damaged = |what: String| IndexError::Damaged { dir: dir.to_path_buf(), what };
        let text = match (&entry.text, &entry.file) {
            (Some(text), _) => text.clone(),
            (None, Some(sidecar)) => String::from_utf8(sidecar.read(dir)?)
                .map_err(|_| damaged(format!("{} is not UTF-8", sidecar.name)))?,
            (None, None) => return Err(damaged("its user dictionary is missing".to_owned())),
        };
        let dict = UserDict::parse(&text)
            .map_err(|error| damaged(format!("its user dictionary cannot be read ({error})")))?;
        if hex(dict.checksum()) != entry.checksum {
            return Err(damaged("its user dictionary is not the one it was made with".to_owned()));
        }
        Ok(dict)
    }

    /// Checksum of the user dictionary; that of the empty one where there is none.
    pub fn user_dict_checksum(&self) -> String {
        match &self.user_dictionary {
            Some(entry) => entry.checksum.clone(),
            None => hex(UserDict::default().checksum()),
        }
    }

    /// Takes up a user dictionary; a long one is written to a sidecar named after its content.
    pub(crate) fn set_user_dict(&mut self, dir: &Path, dict: &UserDict) -> Result<(), IndexError> {
        let text = dict.source();
        self.user_dictionary = if dict.checksum() == UserDict::default().checksum() {
            None
        } else {
            let checksum = hex(dict.checksum());
            let short = text.len() <= INLINE_DICTIONARY;
            let file = match short {
                true => None,
                false => Some(Sidecar::write(
                    dir,
                    format!("{DICTIONARY_PREFIX}{}.txt", hex(hash64(text.as_bytes()))),
                    text.as_bytes(),
                )?),
            };
            Some(DictionaryEntry { checksum, text: short.then(|| text.to_owned()), file })
        };
        Ok(())
    }

    /// Names of all sidecars this manifest speaks of.
    pub(crate) fn sidecars(&self) -> impl Iterator<Item = &Sidecar> {
        let dictionary = self.user_dictionary.as_ref().and_then(|entry| entry.file.as_ref());
        self.files.iter().chain(&self.aliases).chain(dictionary)
    }
}

/// Sidecars of file tables begin with this.
pub(crate) const FILES_PREFIX: &str = "zhen-files-";
/// Sidecars of hand-made aliases begin with this.
pub(crate) const ALIASES_PREFIX: &str = "zhen-aliases-";
/// Sidecars of user dictionaries begin with this.
pub(crate) const DICTIONARY_PREFIX: &str = "zhen-words-";

impl Sidecar {
    /// Writes a file into `dir` so that it is wholly there, on disk, before this returns.
    pub(crate) fn write(dir: &Path, name: String, content: &[u8]) -> Result<Self, IndexError> {
        let path = dir.join(&name);
        crate::durable::write(&path, content).map_err(IndexError::io("write", &path))?;
        Ok(Self { name, bytes: content.len() as u64, checksum: hex(hash64(content)) })
    }

    /// Reads the file and checks its length and checksum.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when it is missing or altered, [`IndexError::Io`] when it cannot
    /// be read.
    pub fn read(&self, dir: &Path) -> Result<Vec<u8>, IndexError> {
        let path = dir.join(&self.name);
        let damaged =
            |what: &str| IndexError::Damaged { dir: dir.to_path_buf(), what: what.to_owned() };
        let content = match std::fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(damaged(&format!("{} is missing", self.name)));
            }
            Err(error) => return Err(IndexError::io("read", &path)(error)),
        };
        if content.len() as u64 != self.bytes || hex(hash64(&content)) != self.checksum {
            return Err(damaged(&format!("{} is not as it was written", self.name)));
        }
        Ok(content)
    }
}

/// A 64-bit number in sixteen hexadecimal digits: JSON numbers lose precision in many readers.
pub(crate) fn hex(number: u64) -> String {
    format!("{number:016x}")
}
