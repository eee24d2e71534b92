//! What an index holds as of its last commit, for the one who writes.

use std::sync::Arc;

use tantivy::{DocAddress, InvertedIndexReader, ReloadPolicy, Searcher, Term};

use crate::errors::IndexError;
use crate::living::living;
use crate::open::ZhenIndex;
use crate::schema::name;

/// The committed documents, for looking up whether an id is among them.
pub(super) struct Committed {
    pub(super) searcher: Searcher,
    id: tantivy::schema::Field,
    /// For each segment: its ids, and its place among the searcher's segments.
    readers: Vec<(Arc<InvertedIndexReader>, u32)>,
}

impl Committed {
    /// As of the last commit.
    pub(super) fn read(index: &ZhenIndex) -> Result<Self, IndexError> {
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

    /// Takes note that all documents are being removed.
    pub(super) fn forget(&mut self) {
        self.readers.clear();
    }

    /// The document that is not deleted and has the id.
    pub(super) fn find(&self, term: &Term) -> tantivy::Result<Option<DocAddress>> {
        debug_assert_eq!(term.field(), self.id);
        for (reader, ord) in &self.readers {
            let Some(info) = reader.get_term_info(term)? else { continue };
            let segment = self.searcher.segment_reader(*ord);
            if let Some(doc) = living(segment, reader, &info)?.next() {
                return Ok(Some(DocAddress::new(*ord, doc)));
            }
        }
        Ok(None)
    }

    /// Path of the file that a document came from, if it came from one.
    pub(super) fn source(&self, document: DocAddress) -> tantivy::Result<Option<String>> {
        let segment = self.searcher.segment_reader(document.segment_ord);
        let Some(sources) = segment.fast_fields().str(name::SOURCE)? else { return Ok(None) };
        let Some(ord) = sources.term_ords(document.doc_id).next() else { return Ok(None) };
        let mut path = String::new();
        Ok(sources.ord_to_str(ord, &mut path)?.then_some(path))
    }
}
