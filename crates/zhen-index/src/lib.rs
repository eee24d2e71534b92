//! The indexer: schema, manifest, writing, updating.
