//! The indexer: schema, manifest, writing, updating.
//!
//! An index is a folder: tantivy's segments, the file table, and a manifest in the payload of the
//! last commit. [`ZhenIndex`] opens it for reading.

pub mod aliases;
mod at_once;
mod budget;
mod clock;
mod derived;
mod desk;
mod directory;
mod document;
pub mod duplicates;
mod durable;
pub mod errors;
pub mod files;
mod folder;
mod found;
pub mod hash;
mod indexer;
mod living;
pub mod location;
pub mod lock;
pub mod manifest;
mod mark;
pub mod open;
mod pipeline;
mod progress;
mod prune;
mod reading;
pub mod record;
mod record_store;
pub mod schema;
mod segment;
pub mod stats;
mod synonyms;
pub mod terms;
mod varint;
pub mod verify;
pub mod vocabulary;
mod watch;
mod writer;

pub use aliases::{Aliases, HandMade, ListedAlias, Verdict};
pub use budget::{DEFAULT_MEMORY, LEAST_MEMORY, MOST_THREADS};
pub use duplicates::{DuplicateCounts, Looks, LooksColumns};
pub use errors::IndexError;
pub use files::{FileEntry, FileTable};
pub use folder::Folder;
pub use indexer::{IndexOptions, Indexer};
pub use living::living;
pub use manifest::{FORMAT_VERSION, Manifest};
pub use mark::FileMark;
pub use open::ZhenIndex;
pub use progress::{Progress, Status, Summary};
pub use record::{Record, RecordError, RecordHead, RecordMeta, RecordRef};
pub use record_store::{RecordStore, read_record};
pub use schema::Fields;
pub use stats::Stats;
pub use synonyms::{change_synonyms, read_synonyms, synonyms_file, write_synonyms};
pub use verify::{Mend, Verification};
pub use vocabulary::{Vocabulary, VocabularyError, VocabularyFile};
