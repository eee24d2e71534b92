//! The writer: the one who changes an index.
//!
//! It keeps together what must change together: tantivy's documents, the file table and the
//! manifest. Everything before a commit can be rolled back, everything after it is durable.

mod builders;
mod committed;
mod engine;
mod merge;
mod removal;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::{DocAddress, Searcher, Term};
use zhen_text::UserDict;

use self::builders::{Builders, Built, Place};
use self::committed::Committed;
use self::engine::Engine;
use self::merge::Merging;
use self::removal::{Epochs, Removals};
use crate::aliases::HandMade;
use crate::budget::Split;
use crate::derived::Origin;
use crate::document::IndexDocument;
use crate::duplicates;
use crate::durable;
use crate::errors::IndexError;
use crate::files::{FileEntry, FileTable, remove_stale_sidecars};
use crate::folder::Folder;
use crate::hash::{hash64, hash128};
use crate::lock::WriterLock;
use crate::manifest::Manifest;
use crate::open::ZhenIndex;
use crate::schema::Fields;
use crate::vocabulary;

/// After this many documents a commit is due whatever the time: it bounds the memory that knowing
/// the ids of uncommitted documents takes (some 40 bytes each).
pub(crate) const MOST_UNCOMMITTED: usize = 1_000_000;

/// An index opened for writing. Dropping it forgets what was not committed.
pub(crate) struct Writer {
    index: ZhenIndex,
    manifest: Manifest,
    table: TableHandle,
    table_changed: bool,
    documents_changed: bool,
    manifest_changed: bool,
    engine: Engine,
    builders: Builders,
    /// The committed documents, as of the last commit.
    committed: Committed,
    /// The documents of the segments in the making, by a hash of their id.
    present: FxHashMap<u128, Present>,
    /// Hashes of the files that these came from.
    sources: FxHashSet<u64>,
    /// The documents of finished segments that are not committed, by a hash of their id: hashes of the
    /// files that they came from.
    finished: FxHashMap<u64, Option<u64>>,
    /// Hashes of the files that had documents of one id, since the last commit.
    sharing: FxHashSet<u64>,
    /// The epoch of the segments in the making, from 1; see [`removal`].
    epoch: u32,
    epochs: Epochs,
    removals: Removals,
    counts: Counts,
    merging: Option<Merging>,
    // Last, so that it is released when everything else is closed.
    lock: WriterLock,
}

/// A document of a segment in the making.
struct Present {
    place: Place,
    /// Hash of the file that it came from.
    source: Option<u64>,
}

/// A document that was removed.
enum Removed {
    /// With the hash of the file that it came from.
    Uncommitted(Option<u64>),
    Committed(DocAddress),
}

/// What a writer did since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Documents whose id was not in the index.
    pub(crate) added: u64,
    /// Documents that replaced one of the same id.
    pub(crate) updated: u64,
}

/// The file table, shared between the writer and the walk that looks files up in it.
#[derive(Clone)]
pub(crate) struct TableHandle(Arc<RwLock<FileTable>>);

impl TableHandle {
    /// Looks into the table. (Each change of it is one call, so a panic leaves it whole.)
    pub(crate) fn read<T>(&self, look: impl FnOnce(&FileTable) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self) -> RwLockWriteGuard<'_, FileTable> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Opens the index in `dir` for writing; creates it where there is none.
    pub(crate) fn open(dir: &Path, split: &Split) -> Result<Self, IndexError> {
        // A folder of something else is refused before a lock file is put into it.
        match ZhenIndex::open_any_analysis(dir) {
            Ok(_) => {}
            Err(IndexError::Missing { .. }) => {
                std::fs::create_dir_all(dir).map_err(IndexError::io("create", dir))?;
            }
            Err(error) => return Err(error),
        }
        let lock = WriterLock::acquire(dir)?;
        durable::remove_half_written(dir, durable::is_half_written);
        let index = match ZhenIndex::open_in_place(dir, lock.folder()) {
            Err(IndexError::Missing { .. }) => {
                engine::create(dir)?;
                ZhenIndex::open_in_place(dir, lock.folder())?
            }
            opened => opened?,
        };
        let manifest = index.manifest().clone();
        check_folder(&lock, dir)?;
        remove_stale_sidecars(dir, &manifest);
        let table = FileTable::load(dir, &manifest)?;
        let engine = engine::open(&index)?;
        // What a writer that failed or was killed has written beyond its last commit is no part of
        // the index. Failing to remove it is harmless: the next commit tries again.
        let _ = engine.garbage_collect_files().wait();
        let Split { builders, builder, .. } = *split;
        let builders = Builders::start(index.tantivy(), index.fields(), builders, builder);
        let committed = Committed::read(&index)?;
        Ok(Self {
            index,
            manifest,
            table: TableHandle(Arc::new(RwLock::new(table))),
            table_changed: false,
            documents_changed: false,
            manifest_changed: false,
            engine,
            builders,
            committed,
            present: FxHashMap::default(),
            sources: FxHashSet::default(),
            finished: FxHashMap::default(),
            sharing: FxHashSet::default(),
            epoch: 1,
            epochs: Epochs::default(),
            removals: Removals::default(),
            counts: Counts::default(),
            merging: None,
            lock,
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        self.index.dir()
    }

    /// Where the index was opened.
    pub(crate) fn folder(&self) -> &Folder {
        self.lock.folder()
    }

    /// Refuses to go on in another folder than the one that was opened.
    fn check_folder(&self) -> Result<(), IndexError> {
        check_folder(&self.lock, self.dir())
    }

    pub(crate) fn fields(&self) -> Fields {
        self.index.fields()
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The file table, for looking up while a run changes it.
    pub(crate) fn table_handle(&self) -> TableHandle {
        self.table.clone()
    }

    /// Whether there is anything to commit.
    pub(crate) fn has_changes(&self) -> bool {
        self.documents_changed || self.table_changed || self.manifest_changed
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Number of documents as of the last commit.
    pub(crate) fn committed_documents(&self) -> u64 {
        self.committed.searcher.num_docs()
    }

    /// The committed documents.
    pub(crate) fn searcher(&self) -> &Searcher {
        &self.committed.searcher
    }

    /// Number of documents added since the last commit.
    pub(crate) fn uncommitted(&self) -> usize {
        self.present.len() + self.finished.len()
    }

    /// Adds a document, replacing one of the same id; says whether that one came from another file.
    pub(crate) fn add(
        &mut self,
        id: &str,
        mut document: IndexDocument,
    ) -> Result<bool, IndexError> {
        self.documents_changed = true;
        let known = self.present.capacity() * size_of::<(u128, Present)>();
        if self.builders.is_full(known) {
            self.finish_segments()?;
        }
        let removed = self.remove(id)?;
        match removed {
            Some(_) => self.counts.updated += 1,
            None => self.counts.added += 1,
        }
        let path = document.text(self.fields().source);
        let source = path.map(|path| hash64(path.as_bytes()));
        // A file that is one document has its path for an id.
        let other = match (removed, source) {
            (Some(removed), Some(source)) if path != Some(id) => {
                self.source_still_there(removed)?.filter(|&other| other != source)
            }
            _ => None,
        };
        if let Some(other) = other {
            self.sharing.extend(source.into_iter().chain([other]));
        }
        self.sources.extend(source);
        document.deliver();
        let place = self.builders.add(document).map_err(self.engine_error("written"))?;
        self.present.insert(hash128(id.as_bytes()), Present { place, source });
        Ok(other.is_some())
    }

    /// The hash of the file that a removed document came from; `None` where the document would not be there
    /// any more.
    fn source_still_there(&self, removed: Removed) -> Result<Option<u64>, IndexError> {
        match removed {
            Removed::Uncommitted(source) => Ok(source),
            Removed::Committed(address) => {
                let source = self.committed.source(address).map_err(self.engine_error("read"))?;
                let is_there = |source: &String| {
                    let term = Term::from_field_text(self.fields().source, source);
                    !self.removals.hold(&term)
                };
                Ok(source.filter(is_there).map(|source| hash64(source.as_bytes())))
            }
        }
    }

    /// Removes the documents that came from a file. Its entry in the table stays.
    pub(crate) fn remove_source(&mut self, path: &str) {
        self.documents_changed = true;
        let hash = hash64(path.as_bytes());
        if self.sources.remove(&hash) {
            let Self { present, builders, .. } = self;
            present.retain(|_, document| {
                let other = document.source != Some(hash);
                if !other {
                    builders.take_back(document.place);
                }
                other
            });
        }
        self.removals.add_term(Term::from_field_text(self.fields().source, path), self.epoch);
    }

    /// Removes the document with an id; says whether there was one.
    pub(crate) fn remove_id(&mut self, id: &str) -> Result<bool, IndexError> {
        let known = self.remove(id)?.is_some();
        self.documents_changed |= known;
        Ok(known)
    }

    fn remove(&mut self, id: &str) -> Result<Option<Removed>, IndexError> {
        if let Some(Present { place, source }) = self.present.remove(&hash128(id.as_bytes())) {
            self.builders.take_back(place);
            // What was there before it was removed when it was added.
            return Ok(Some(Removed::Uncommitted(source)));
        }
        let term = Term::from_field_text(self.fields().id, id);
        let removed = match self.finished.remove(&finished_hash(hash128(id.as_bytes()))) {
            Some(source) => Some(Removed::Uncommitted(source)),
            None => {
                let found = self.committed.find(&term).map_err(self.engine_error("read"))?;
                found.map(Removed::Committed)
            }
        };
        if removed.is_some() {
            self.removals.add_term(term, self.epoch);
        }
        Ok(removed)
    }

    /// Removes all documents; the file table stays.
    pub(crate) fn remove_all(&mut self) -> Result<(), IndexError> {
        // A merge would find its segments gone.
        self.finish_merging()?;
        // Those in the making are finished and never given to the engine.
        self.builders.finish().map_err(self.engine_error("written"))?;
        self.engine.delete_all_documents().map_err(self.engine_error("written"))?;
        self.present.clear();
        self.sources.clear();
        self.finished.clear();
        self.sharing.clear();
        self.removals = Removals::default();
        self.committed.forget();
        self.documents_changed = true;
        Ok(())
    }

    /// Finishes the segments in the making and gives them to the engine, uncommitted.
    fn finish_segments(&mut self) -> Result<(), IndexError> {
        let built = self.builders.finish().map_err(self.engine_error("written"))?;
        for Built { meta, taken_back } in built {
            self.epochs.insert(meta.id(), self.epoch);
            self.removals.add_numbers(meta.id(), taken_back);
            self.engine.add_segment(meta).map_err(self.engine_error("written"))?;
        }
        let present = self.present.drain();
        self.finished.extend(present.map(|(hash, it)| (finished_hash(hash), it.source)));
        self.sources.clear();
        self.epoch += 1;
        Ok(())
    }

    /// Replaces what the user says of pairs of names.
    pub(crate) fn set_aliases(&mut self, hand_made: &HandMade) -> Result<(), IndexError> {
        self.check_folder()?;
        self.manifest.aliases = hand_made.save(self.dir())?;
        self.manifest_changed = true;
        Ok(())
    }

    /// Sets what is known of a file.
    pub(crate) fn set_file(&mut self, path: &str, entry: FileEntry) {
        let mut table = self.table.write();
        if table.get(path) != Some(&entry) {
            table.insert(path, entry);
            self.table_changed = true;
        }
    }

    /// Forgets a file and removes its documents. Where another file had documents of the same ids, all files
    /// that share any are to be read again; gives the paths of these.
    pub(crate) fn forget_file(&mut self, path: &str) -> Vec<String> {
        let removed = self.table.write().remove(path);
        let Some(entry) = removed else { return Vec::new() };
        self.table_changed = true;
        if entry.documents > 0 {
            self.remove_source(path);
        }
        match entry.shares_ids {
            true => self.table.write().reread_shared(),
            false => Vec::new(),
        }
    }

    /// Takes up a user dictionary and the present analysis: for an index without documents, or one
    /// whose documents are all being added again.
    pub(crate) fn set_analysis(&mut self, dict: &UserDict) -> Result<(), IndexError> {
        self.check_folder()?;
        let dir = self.dir().to_path_buf();
        self.manifest.set_user_dict(&dir, dict)?;
        self.manifest.analysis = zhen_text::ANALYSIS_VERSION;
        Ok(())
    }

    /// Makes everything so far durable and visible, in one step.
    pub(crate) fn commit(&mut self) -> Result<(), IndexError> {
        self.check_folder()?;
        let mut manifest = self.manifest.clone();
        manifest.generation += 1;
        manifest.changes += self.uncommitted() as u64;
        manifest.committed = crate::clock::now();
        env!("CARGO_PKG_VERSION").clone_into(&mut manifest.version);
        if !self.sharing.is_empty() {
            self.table.write().share_ids(&std::mem::take(&mut self.sharing));
            self.table_changed = true;
        }
        if self.table_changed {
            manifest.files =
                self.table.read(|table| table.save(self.dir(), manifest.generation))?;
        }
        self.finish_segments()?;
        if !self.removals.is_empty() {
            let removals = std::mem::take(&mut self.removals).into_query(self.epochs.clone());
            self.engine.delete_query(removals).map_err(self.engine_error("written"))?;
        }
        let payload = manifest.to_payload();
        let result = self.engine.prepare_commit().and_then(|mut prepared| {
            prepared.set_payload(&payload);
            prepared.commit()
        });
        result.map_err(self.engine_error("written"))?;
        // tantivy syncs what it renames, but not the folder after the last renaming.
        durable::sync_dir(self.dir()).map_err(IndexError::io("sync", self.dir()))?;
        remove_stale_sidecars(self.dir(), &manifest);
        self.manifest = manifest;
        self.table_changed = false;
        self.documents_changed = false;
        self.manifest_changed = false;
        self.finished.clear();
        self.committed = Committed::read(&self.index)?;
        self.merge_in_background()
    }

    /// Makes anew what is derived from a commit, the vocabulary and the counts of near-duplicates, where
    /// it no longer speaks of what is committed; waits for a merge in the background, which would take the
    /// segments away that it speaks of.
    pub(crate) fn refresh_derived(&mut self) -> Result<(), IndexError> {
        self.check_folder()?;
        self.finish_merging()?;
        let now = Origin {
            generation: self.manifest.generation,
            changes: self.manifest.changes,
            documents: self.committed_documents(),
        };
        vocabulary::refresh(self.dir(), self.searcher(), &self.fields(), now)?;
        duplicates::refresh(self.dir(), self.searcher(), now)
    }

    /// Waits for the merge in the background and closes the index.
    pub(crate) fn close(mut self) -> Result<(), IndexError> {
        self.finish_merging()?;
        let Self { index, engine, committed, .. } = self;
        drop(committed);
        engine.wait_merging_threads().map_err(IndexError::engine("merged", index.dir()))
    }

    /// For `map_err`.
    fn engine_error(
        &self,
        doing: &'static str,
    ) -> impl FnOnce(tantivy::TantivyError) -> IndexError + use<> {
        let dir: PathBuf = self.dir().to_path_buf();
        move |error| IndexError::engine(doing, &dir)(error)
    }
}

fn check_folder(lock: &WriterLock, dir: &Path) -> Result<(), IndexError> {
    match lock.folder().is_same() {
        true => Ok(()),
        false => Err(IndexError::Moved { dir: dir.to_path_buf() }),
    }
}

/// What is kept of the hash of an id once its segment is finished.
fn finished_hash(id: u128) -> u64 {
    id as u64
}
