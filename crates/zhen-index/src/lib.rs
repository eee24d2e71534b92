//! The indexer: schema, manifest, writing, updating.
//!
//! An index is a folder: tantivy's segments, the file table, and a manifest in the payload of the
//! last commit. [`ZhenIndex`] opens it for reading.

mod clock;
mod durable;
pub mod errors;
pub mod hash;
pub mod location;
pub mod lock;
pub mod manifest;
pub mod open;
pub mod record;
pub mod schema;
mod shim;

pub use errors::IndexError;
pub use manifest::{FORMAT_VERSION, Manifest};
pub use open::ZhenIndex;
pub use record::{Record, RecordError, RecordMeta, RecordRef, read_record};
pub use schema::Fields;
