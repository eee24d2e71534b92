//! The writer: the one who changes an index.
//!
//! It keeps together what must change together: tantivy's documents, the file table and the
//! manifest. Everything before a commit can be rolled back, everything after it is durable.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use rustc_hash::FxHashSet;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{
    IndexWriterOptions, LogMergePolicy, MergeCandidate, MergePolicy, NoMergePolicy, UserOperation,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{
    DocSet, Index, IndexSettings, IndexWriter, InvertedIndexReader, ReloadPolicy, Searcher,
    TERMINATED, Term,
};
use zhen_text::UserDict;

use crate::aliases::HandMade;
use crate::budget::Split;
use crate::document::IndexDocument;
use crate::durable;
use crate::errors::IndexError;
use crate::files::{FileEntry, FileTable, remove_stale_sidecars};
use crate::hash::hash64;
use crate::lock::WriterLock;
use crate::manifest::Manifest;
use crate::open::ZhenIndex;
use crate::schema::{Fields, schema};
use crate::vocabulary::{self, Origin};

/// After this many documents a commit is due whatever the time: it bounds the memory that knowing
/// the ids of uncommitted documents takes (some 16 bytes each).
pub(crate) const MOST_UNCOMMITTED: usize = 1_000_000;

/// Segments with fewer documents than this are merged together first.
const SMALL_SEGMENT: u32 = 10_000;
/// So many segments of like size are merged into one.
const SEGMENTS_PER_MERGE: usize = 8;
/// A segment with a larger share of deleted documents is rewritten when it is merged next.
const DELETED_BEFORE_MERGE: f32 = 0.2;

/// An index opened for writing. Dropping it forgets what was not committed.
pub(crate) struct Writer {
    index: ZhenIndex,
    manifest: Manifest,
    table: TableHandle,
    table_changed: bool,
    documents_changed: bool,
    manifest_changed: bool,
    engine: Engine,
    /// The committed documents, as of the last commit.
    committed: Committed,
    /// Hashes of the ids added since then.
    uncommitted: FxHashSet<u64>,
    counts: Counts,
    merging: Option<Merging>,
    // Last, so that it is released when everything else is closed.
    _lock: WriterLock,
}

/// A merge in the background.
struct Merging {
    segments: Vec<SegmentId>,
    result: Receiver<tantivy::Result<()>>,
}

/// What a writer did since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Documents whose id was not in the index.
    pub(crate) added: u64,
    /// Documents that replaced one of the same id.
    pub(crate) updated: u64,
}

type Engine = IndexWriter<IndexDocument>;

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
        let index = match ZhenIndex::open_any_analysis(dir) {
            Err(IndexError::Missing { .. }) => {
                create(dir, split)?;
                ZhenIndex::open_any_analysis(dir)?
            }
            opened => opened?,
        };
        let manifest = index.manifest().clone();
        remove_stale_sidecars(dir, &manifest);
        let table = FileTable::load(dir, &manifest)?;
        let engine = open_engine(&index, split)?;
        let committed = Committed::read(&index)?;
        Ok(Self {
            index,
            manifest,
            table: TableHandle(Arc::new(RwLock::new(table))),
            table_changed: false,
            documents_changed: false,
            manifest_changed: false,
            engine,
            committed,
            uncommitted: FxHashSet::default(),
            counts: Counts::default(),
            merging: None,
            _lock: lock,
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        self.index.dir()
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
        self.uncommitted.len()
    }

    /// Adds a document, replacing one of the same id.
    pub(crate) fn add(&mut self, id: &str, mut document: IndexDocument) -> Result<(), IndexError> {
        let term = Term::from_field_text(self.fields().id, id);
        self.documents_changed = true;
        document.deliver();
        let new = self.uncommitted.insert(hash64(id.as_bytes()));
        let replaces = !new || self.committed.holds(&term).map_err(self.engine_error("read"))?;
        let result = if replaces {
            self.counts.updated += 1;
            self.engine.run([UserOperation::Delete(term), UserOperation::Add(document)])
        } else {
            self.counts.added += 1;
            self.engine.add_document(document)
        };
        result.map(|_| ()).map_err(|error| self.cause_of(error))
    }

    /// Removes the documents that came from a file. Its entry in the table stays.
    pub(crate) fn remove_source(&mut self, path: &str) {
        self.documents_changed = true;
        self.engine.delete_term(Term::from_field_text(self.fields().source, path));
    }

    /// Removes the document with an id; says whether there was one.
    pub(crate) fn remove_id(&mut self, id: &str) -> Result<bool, IndexError> {
        let term = Term::from_field_text(self.fields().id, id);
        let known = self.uncommitted.contains(&hash64(id.as_bytes()))
            || self.committed.holds(&term).map_err(self.engine_error("read"))?;
        if known {
            self.documents_changed = true;
            self.engine.delete_term(term);
        }
        Ok(known)
    }

    /// Removes all documents; the file table stays.
    pub(crate) fn remove_all(&mut self) -> Result<(), IndexError> {
        self.engine.delete_all_documents().map_err(self.engine_error("written"))?;
        self.committed.readers.clear();
        self.documents_changed = true;
        Ok(())
    }

    /// Replaces what the user says of pairs of names.
    pub(crate) fn set_aliases(&mut self, hand_made: &HandMade) -> Result<(), IndexError> {
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

    /// Forgets a file and removes its documents; says how many those were.
    pub(crate) fn forget_file(&mut self, path: &str) -> u64 {
        let removed = self.table.write().remove(path);
        let Some(entry) = removed else { return 0 };
        self.table_changed = true;
        if entry.documents > 0 {
            self.remove_source(path);
        }
        entry.documents
    }

    /// Takes up a user dictionary and the present analysis: for an index without documents, or one
    /// whose documents are all being added again.
    pub(crate) fn set_analysis(&mut self, dict: &UserDict) -> Result<(), IndexError> {
        let dir = self.dir().to_path_buf();
        self.manifest.set_user_dict(&dir, dict)?;
        self.manifest.analysis = zhen_text::ANALYSIS_VERSION;
        Ok(())
    }

    /// Makes everything so far durable and visible, in one step.
    pub(crate) fn commit(&mut self) -> Result<(), IndexError> {
        let mut manifest = self.manifest.clone();
        manifest.generation += 1;
        manifest.changes += self.uncommitted.len() as u64;
        manifest.committed = crate::clock::now();
        env!("CARGO_PKG_VERSION").clone_into(&mut manifest.version);
        if self.table_changed {
            manifest.files =
                self.table.read(|table| table.save(self.dir(), manifest.generation))?;
        }
        let payload = manifest.to_payload();
        let result = self.engine.prepare_commit().and_then(|mut prepared| {
            prepared.set_payload(&payload);
            prepared.commit()
        });
        if let Err(error) = result {
            return Err(self.engine_error("written")(error));
        }
        // tantivy syncs what it renames, but not the folder after the last renaming.
        durable::sync_dir(self.dir()).map_err(IndexError::io("sync", self.dir()))?;
        remove_stale_sidecars(self.dir(), &manifest);
        self.manifest = manifest;
        self.table_changed = false;
        self.documents_changed = false;
        self.manifest_changed = false;
        self.uncommitted.clear();
        self.committed = Committed::read(&self.index)?;
        self.merge_in_background()
    }

    /// Makes the vocabulary anew where it no longer speaks of what is committed.
    pub(crate) fn refresh_vocabulary(&self) -> Result<(), IndexError> {
        let now = Origin {
            generation: self.manifest.generation,
            changes: self.manifest.changes,
            documents: self.committed_documents(),
        };
        vocabulary::refresh(self.dir(), self.searcher(), &self.fields(), now).map(|_| ())
    }

    /// Starts a merge in the background where the number of segments asks for one. (The engine's own
    /// merging is switched off: it would start whenever it likes, and get in the way of ours.)
    pub(crate) fn merge_in_background(&mut self) -> Result<(), IndexError> {
        if let Some(Merging { result, .. }) = &self.merging {
            match result.try_recv() {
                Err(TryRecvError::Empty) => return Ok(()),
                finished => self.merged(finished.map_err(|_| ()))?,
            }
        }
        let metas = self.segment_metas()?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_layer_size(SMALL_SEGMENT);
        policy.set_min_num_segments(SEGMENTS_PER_MERGE);
        policy.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
        let candidate = policy.compute_merge_candidates(&metas).into_iter().next();
        if let Some(MergeCandidate(segments)) = candidate {
            let future = self.engine.merge(&segments);
            let (sender, result) = bounded(1);
            std::thread::spawn(move || {
                let _ = sender.send(future.wait().map(|_| ()));
            });
            self.merging = Some(Merging { segments, result });
        }
        Ok(())
    }

    /// Waits for the merge in the background, if there is one.
    pub(crate) fn finish_merging(&mut self) -> Result<(), IndexError> {
        match &self.merging {
            Some(Merging { result, .. }) => {
                let finished = result.recv();
                self.merged(finished.map_err(|_| ()))
            }
            None => Ok(()),
        }
    }

    /// Takes up the result of the merge in the background.
    fn merged(&mut self, result: Result<tantivy::Result<()>, ()>) -> Result<(), IndexError> {
        let Some(Merging { segments, .. }) = self.merging.take() else { return Ok(()) };
        let lost = || {
            let what = format!("the thread that merged {} segments is gone", segments.len());
            tantivy::TantivyError::ErrorInThread(what)
        };
        result.unwrap_or_else(|()| Err(lost())).map_err(self.engine_error("merged"))?;
        durable::sync_dir(self.dir()).map_err(IndexError::io("sync", self.dir()))?;
        self.committed = Committed::read(&self.index)?;
        Ok(())
    }

    /// Merges all segments into one, which also drops what is left of deleted documents.
    pub(crate) fn merge_all(&mut self) -> Result<(), IndexError> {
        self.finish_merging()?;
        let metas = self.segment_metas()?;
        let needed = metas.len() > 1 || metas.iter().any(SegmentMeta::has_deletes);
        let ids: Vec<_> = metas.iter().map(SegmentMeta::id).collect();
        // Files are garbage only when nobody holds the segment they belong to.
        drop(metas);
        if needed {
            self.merge(&ids)?;
        }
        self.engine.garbage_collect_files().wait().map(|_| ()).map_err(self.engine_error("cleaned"))
    }

    /// Rewrites segments that hold deleted documents, as long as that costs no more than `most`
    /// documents copied: deleted documents still count in the statistics of ranking.
    pub(crate) fn purge_deleted(&mut self, most: u64) -> Result<(), IndexError> {
        self.finish_merging()?;
        let mut with_deletes = self.segment_metas()?;
        with_deletes.retain(SegmentMeta::has_deletes);
        with_deletes.sort_by_key(SegmentMeta::num_docs);
        let mut copied = 0;
        let ids: Vec<_> = with_deletes
            .into_iter()
            .take_while(|segment| {
                copied += u64::from(segment.num_docs());
                copied <= most
            })
            .map(|segment| segment.id())
            .collect();
        if ids.is_empty() { Ok(()) } else { self.merge(&ids) }
    }

    fn segment_metas(&self) -> Result<Vec<SegmentMeta>, IndexError> {
        self.index.tantivy().searchable_segment_metas().map_err(self.engine_error("read"))
    }

    fn merge(&mut self, ids: &[SegmentId]) -> Result<(), IndexError> {
        self.engine.merge(ids).wait().map_err(self.engine_error("merged"))?;
        durable::sync_dir(self.dir()).map_err(IndexError::io("sync", self.dir()))?;
        self.committed = Committed::read(&self.index)?;
        Ok(())
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

    /// tantivy reports that a thread of its own failed, and gives the reason (a full disk, say) only
    /// to who joins that thread, which preparing a commit does.
    fn cause_of(&mut self, error: tantivy::TantivyError) -> IndexError {
        let cause = match self.engine.prepare_commit() {
            Err(cause) => cause,
            Ok(_) => error,
        };
        self.engine_error("written")(cause)
    }
}

/// The committed documents, for looking up whether an id is among them.
struct Committed {
    searcher: Searcher,
    id: tantivy::schema::Field,
    /// For each segment: its ids, and its place among the searcher's segments.
    readers: Vec<(Arc<InvertedIndexReader>, u32)>,
}

impl Committed {
    fn read(index: &ZhenIndex) -> Result<Self, IndexError> {
        let id = index.fields().id;
        (|| {
            let reader = index
                .tantivy()
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .doc_store_cache_num_blocks(8)
                .try_into()?;
            let searcher = reader.searcher();
            let readers = searcher
                .segment_readers()
                .iter()
                .zip(0..)
                .map(|(segment, ord)| Ok((segment.inverted_index(id)?, ord)))
                .collect::<tantivy::Result<_>>()?;
            Ok(Self { searcher, id, readers })
        })()
        .map_err(IndexError::engine("read", index.dir()))
    }

    /// Whether a document that is not deleted has the id.
    fn holds(&self, term: &Term) -> tantivy::Result<bool> {
        debug_assert_eq!(term.field(), self.id);
        for (reader, ord) in &self.readers {
            let Some(info) = reader.get_term_info(term)? else { continue };
            let segment = self.searcher.segment_reader(*ord);
            let mut postings =
                reader.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    return Ok(true);
                }
                doc = postings.advance();
            }
        }
        Ok(false)
    }
}

/// How the documents themselves are stored.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: tantivy::store::Compressor::Lz4,
        docstore_blocksize: 16 << 10,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Creates an index without documents in a folder that has none, and commits its manifest.
fn create(dir: &Path, split: &Split) -> Result<(), IndexError> {
    (|| {
        let (schema, _) = schema();
        let directory = tantivy::directory::MmapDirectory::open(dir)?;
        let index = match Index::exists(&directory)? {
            // Left by a process that was killed right here.
            true => Index::open(directory)?,
            false => Index::builder().schema(schema).settings(settings()).create_in_dir(dir)?,
        };
        crate::open::register_tokenizer(&index);
        let mut engine: Engine = index.writer_with_options(engine_options(split))?;
        let mut prepared = engine.prepare_commit()?;
        prepared.set_payload(&Manifest::new(crate::clock::now()).to_payload());
        prepared.commit()?;
        engine.wait_merging_threads()
    })()
    .map_err(IndexError::engine("created", dir))?;
    durable::sync_dir(dir).map_err(IndexError::io("sync", dir))
}

fn open_engine(index: &ZhenIndex, split: &Split) -> Result<Engine, IndexError> {
    let engine: Engine = index
        .tantivy()
        .writer_with_options(engine_options(split))
        .map_err(IndexError::engine("written", index.dir()))?;
    engine.set_merge_policy(Box::new(NoMergePolicy));
    Ok(engine)
}

fn engine_options(split: &Split) -> IndexWriterOptions {
    IndexWriterOptions::builder()
        .num_worker_threads(split.engine_threads)
        .memory_budget_per_thread(split.arena)
        .num_merge_threads(1)
        .build()
}
