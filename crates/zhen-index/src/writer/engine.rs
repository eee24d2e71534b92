//! tantivy's writer, and making an index that it can open.

use std::path::Path;

use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::{Index, IndexSettings, IndexWriter};

use crate::directory::Files;
use crate::document::IndexDocument;
use crate::durable;
use crate::errors::IndexError;
use crate::manifest::Manifest;
use crate::open::ZhenIndex;
use crate::schema::schema;

/// tantivy's writer, for commits, removals and merges; documents reach it as whole segments.
pub(super) type Engine = IndexWriter<IndexDocument>;

/// How the documents themselves are stored: each is compressed by itself ([`crate::record`]). Blocks are
/// small because a hit needs one document, and a block is copied whole.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: tantivy::store::Compressor::None,
        docstore_blocksize: 2 << 10,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Creates an index without documents in a folder that has none, and commits its manifest.
pub(super) fn create(dir: &Path) -> Result<(), IndexError> {
    (|| {
        let (schema, _) = schema();
        let directory = Files::open(dir)?;
        let index = match Index::exists(&directory)? {
            // Left by a process that was killed right here.
            true => Index::open(directory)?,
            false => Index::create(directory, schema, settings())?,
        };
        crate::open::register_tokenizer(&index);
        let mut engine: Engine = index.writer_with_options(engine_options())?;
        let mut prepared = engine.prepare_commit()?;
        prepared.set_payload(&Manifest::new(crate::clock::now()).to_payload());
        prepared.commit()?;
        engine.wait_merging_threads()
    })()
    .map_err(IndexError::engine("created", dir))?;
    durable::sync_dir(dir).map_err(IndexError::io("sync", dir))
}

/// The engine of an index; nobody else may write it.
pub(super) fn open(index: &ZhenIndex) -> Result<Engine, IndexError> {
    let engine: Engine = index
        .tantivy()
        .writer_with_options(engine_options())
        .map_err(IndexError::engine("written", index.dir()))?;
    engine.set_merge_policy(Box::new(NoMergePolicy));
    Ok(engine)
}

/// tantivy's writer gets no documents, so the least will do.
fn engine_options() -> IndexWriterOptions {
    IndexWriterOptions::builder().num_worker_threads(1).num_merge_threads(1).build()
}
