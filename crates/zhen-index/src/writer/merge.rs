//! Merging segments, in the background or at once.

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy};

use super::{Committed, Writer};
use crate::durable;
use crate::errors::IndexError;

/// Segments with fewer documents than this are merged together first.
const SMALL_SEGMENT: u32 = 10_000;
/// So many segments of like size are merged into one.
const SEGMENTS_PER_MERGE: usize = 4;
/// A segment with a larger share of deleted documents is rewritten when it is merged next.
const DELETED_BEFORE_MERGE: f32 = 0.2;

/// A merge in the background.
pub(super) struct Merging {
    segments: Vec<SegmentId>,
    result: Receiver<tantivy::Result<()>>,
}

impl Writer {
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
        if let Err(error) = result.unwrap_or_else(|()| Err(lost())) {
            // A commit meanwhile may have removed the last document of a segment, and the segment.
            let metas = self.segment_metas()?;
            let is_there = |id: &SegmentId| metas.iter().any(|meta| meta.id() == *id);
            if segments.iter().all(is_there) {
                return Err(self.engine_error("merged")(error));
            }
        }
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
}
