//! The file table: what is known of each source file, so that an unchanged one is not read again.
//!
//! It is a sidecar of the index, written whole before each commit that changes it; the manifest in
//! the commit's payload names it, so the two are never of different states.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashSet;

use crate::durable;
use crate::errors::IndexError;
use crate::hash::hash64;
use crate::manifest::{FILES_PREFIX, Manifest, Sidecar};
use crate::varint::{put_varint, take_varint};

/// First bytes of a file table; behind them stands its layout's version.
const MAGIC: &[u8; 3] = b"ZFT";
const VERSION: u8 = 2;
/// The layout that did not know which files share ids.
const WITHOUT_SHARED: u8 = 1;

/// What is known of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Size in bytes when it was read.
    pub size: u64,
    /// Time of its last change in nanoseconds since 1970, as the file system gave it.
    pub modified_ns: i64,
    /// XXH3 of its content.
    pub hash: u128,
    /// Number of documents that came from it.
    pub documents: u64,
    /// Why nothing (or not all) of it was indexed, where that follows from its content.
    pub skipped: Option<String>,
    /// Whether another file had a document of the same id, of which the one that was read last is in the
    /// index.
    pub shares_ids: bool,
}

impl FileEntry {
    /// The entry of a file whose documents are in the index and whose state is not known: the next
    /// run reads it, whatever its size and time.
    pub(crate) fn unfinished(documents: u64) -> Self {
        Self {
            size: u64::MAX,
            modified_ns: i64::MIN,
            hash: 0,
            documents,
            skipped: None,
            shares_ids: false,
        }
    }

    /// Whether a file of this size and time need not be read again.
    pub(crate) fn is_current(&self, size: u64, modified_ns: i64) -> bool {
        // 0 stands for a file system that keeps no times.
        self.size == size && self.modified_ns == modified_ns && modified_ns != 0
    }
}

/// The entries of all source files, by identity (absolute path with `/`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTable {
    entries: BTreeMap<Box<str>, FileEntry>,
}

impl FileTable {
    /// The table that a manifest names; the empty one where it names none.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when the sidecar is missing or altered.
    pub fn load(dir: &Path, manifest: &Manifest) -> Result<Self, IndexError> {
        let Some(sidecar) = &manifest.files else { return Ok(Self::default()) };
        let bytes = sidecar.read(dir)?;
        Self::decode(&bytes).ok_or_else(|| IndexError::Damaged {
            dir: dir.to_path_buf(),
            what: format!("{} cannot be decoded", sidecar.name),
        })
    }

    /// Writes the table as the sidecar of commit number `generation`; `None` for an empty one.
    pub(crate) fn save(&self, dir: &Path, generation: u64) -> Result<Option<Sidecar>, IndexError> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        Sidecar::write(dir, format!("{FILES_PREFIX}{generation}.bin"), &self.encode()).map(Some)
    }

    /// The entry of a file.
    pub fn get(&self, path: &str) -> Option<&FileEntry> {
        self.entries.get(path)
    }

    /// All entries, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FileEntry)> {
        self.entries.iter().map(|(path, entry)| (&**path, entry))
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no file is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets or replaces an entry. A file that shared ids is taken to do so still.
    pub(crate) fn insert(&mut self, path: &str, entry: FileEntry) {
        match self.entries.get_mut(path) {
            Some(old) => {
                *old = FileEntry { shares_ids: entry.shares_ids || old.shares_ids, ..entry }
            }
            None => {
                self.entries.insert(path.into(), entry);
            }
        }
    }

    /// Notes that the files with these hashes of their paths share ids.
    pub(crate) fn share_ids(&mut self, files: &FxHashSet<u64>) {
        for (path, entry) in &mut self.entries {
            entry.shares_ids |= files.contains(&hash64(path.as_bytes()));
        }
    }

    /// Lets all files that share ids be read again, and gives their paths.
    pub(crate) fn reread_shared(&mut self) -> Vec<String> {
        let mut shared = Vec::new();
        for (path, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.shares_ids) {
            *entry = FileEntry::unfinished(entry.documents);
            shared.push(path.to_string());
        }
        shared
    }

    /// Forgets a file.
    pub(crate) fn remove(&mut self, path: &str) -> Option<FileEntry> {
        self.entries.remove(path)
    }

    /// Bytes of memory that the table takes, roughly.
    pub(crate) fn memory(&self) -> usize {
        let paths: usize = self.entries.keys().map(|path| path.len()).sum();
        paths + self.entries.len() * (size_of::<(Box<str>, FileEntry)>() * 3 / 2 + 16)
    }

    /// Sorted paths differ little from one to the next, so each is stored as how much it shares
    /// with the one before and the rest.
    fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        put_varint(&mut out, self.entries.len() as u64);
        let mut last: &[u8] = b"";
        for (path, entry) in &self.entries {
            let path = path.as_bytes();
            let shared = path.iter().zip(last).take_while(|(a, b)| a == b).count();
            put_varint(&mut out, shared as u64);
            put_bytes(&mut out, &path[shared..]);
            put_varint(&mut out, entry.size);
            out.extend_from_slice(&entry.modified_ns.to_le_bytes());
            out.extend_from_slice(&entry.hash.to_le_bytes());
            put_varint(&mut out, entry.documents);
            // No reason is stored as the empty one.
            put_bytes(&mut out, entry.skipped.as_deref().unwrap_or_default().as_bytes());
            out.push(entry.shares_ids.into());
            last = path;
        }
        out
    }

    /// `None` for bytes that are no table.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (&version, mut rest) = bytes.strip_prefix(MAGIC)?.split_first()?;
        if !matches!(version, WITHOUT_SHARED | VERSION) {
            return None;
        }
        let count = take_varint(&mut rest)?;
        let mut entries = BTreeMap::new();
        let mut path = Vec::new();
        for _ in 0..count {
            let shared = usize::try_from(take_varint(&mut rest)?).ok()?;
            path.truncate(shared);
            path.extend_from_slice(take_bytes(&mut rest)?);
            let size = take_varint(&mut rest)?;
            let (modified_ns, after) = rest.split_first_chunk()?;
            let (hash, after) = after.split_first_chunk()?;
            rest = after;
            let documents = take_varint(&mut rest)?;
            let skipped = std::str::from_utf8(take_bytes(&mut rest)?).ok()?;
            let shares_ids = version != WITHOUT_SHARED && take_varint(&mut rest)? != 0;
            let entry = FileEntry {
                size,
                modified_ns: i64::from_le_bytes(*modified_ns),
                hash: u128::from_le_bytes(*hash),
                documents,
                skipped: (!skipped.is_empty()).then(|| skipped.to_owned()),
                shares_ids,
            };
            entries.insert(std::str::from_utf8(&path).ok()?.into(), entry);
        }
        rest.is_empty().then_some(Self { entries })
    }
}

/// Removes sidecars that no longer belong to the index: those of earlier commits, and those of
/// commits that never happened. Failing to is harmless, so it is not reported.
pub(crate) fn remove_stale_sidecars(dir: &Path, manifest: &Manifest) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let kept: Vec<&str> = manifest.sidecars().map(|sidecar| &*sidecar.name).collect();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if durable::is_sidecar(name) && !kept.contains(&name) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_varint(rest)?).ok()?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> FileTable {
        let mut table = FileTable::default();
        let entry = |n: u64, skipped: Option<&str>| FileEntry {
            size: n * 1000,
            modified_ns: -5 + n as i64 * 1_700_000_000_000_000_000,
            hash: u128::from(n) << 64 | 7,
            documents: n,
            skipped: skipped.map(str::to_owned),
            shares_ids: n == 2,
        };
        table.insert("/文档/a.md", entry(1, None));
        table.insert("/文档/词典.md", entry(2, None));
        table.insert("/文档/词曲.md", entry(3, None));
        table.insert("/x", entry(0, Some("binary")));
        table.insert("/y", FileEntry::unfinished(12));
        table
    }

    #[test]
    fn a_table_survives_encoding() {
        for table in [sample(), FileTable::default()] {
            assert_eq!(FileTable::decode(&table.encode()), Some(table));
        }
    }

    #[test]
    fn a_table_of_the_layout_before_is_read() {
        let mut table = FileTable::default();
        table.insert(
            "/x",
            FileEntry { shares_ids: false, ..sample().get("/文档/a.md").unwrap().clone() },
        );
        let mut bytes = table.encode();
        bytes[MAGIC.len()] = WITHOUT_SHARED;
        // The mark stands last.
        bytes.pop();
        assert_eq!(FileTable::decode(&bytes), Some(table));
        bytes[MAGIC.len()] = VERSION + 1;
        assert_eq!(FileTable::decode(&bytes), None);
    }

    #[test]
    fn damaged_bytes_are_no_table_and_no_panic() {
        let bytes = sample().encode();
        for length in 0..bytes.len() {
            assert_eq!(FileTable::decode(&bytes[..length]), None, "cut at {length}");
        }
        for position in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[position] ^= 0xff;
            let _ = FileTable::decode(&bytes);
        }
    }

    #[test]
    fn only_the_same_size_and_time_are_current() {
        let entry = sample().get("/文档/a.md").unwrap().clone();
        assert!(entry.is_current(entry.size, entry.modified_ns));
        assert!(!entry.is_current(entry.size + 1, entry.modified_ns));
        assert!(!entry.is_current(entry.size, entry.modified_ns + 1));
        let timeless = FileEntry { modified_ns: 0, ..entry };
        assert!(!timeless.is_current(timeless.size, 0), "no times are kept there");
    }
}
