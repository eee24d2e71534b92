//! What the server asks of the indexes behind it: find one by name, search it, write to it.
//!
//! The server knows no index format. [`crate::DiskCatalog`] connects it to `zhen-index` and
//! `zhen-search`; tests connect it to an engine in memory.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use zhen_search::Engine;
use zhen_source::Document;

/// The indexes that a server offers, by name.
///
/// Every method may block (on a disk, for example); the server calls those that take long off its
/// event loop.
pub trait Catalog: Send + Sync + 'static {
    /// The index that is meant when a request names none.
    fn default_index(&self) -> &str;

    /// Names of the indexes there are, sorted. Includes those that another process has just made.
    ///
    /// # Errors
    /// [`CatalogError::Failed`] when the place of the indexes cannot be read.
    fn names(&self) -> Result<Vec<String>, CatalogError>;

    /// Opens the index `name`, or gives the one that is already open.
    ///
    /// # Errors
    /// [`CatalogError::NotFound`] for a name without an index, [`CatalogError::Failed`] when it
    /// cannot be read.
    fn open(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError>;

    /// Opens the index `name`, making an empty one where there is none.
    ///
    /// # Errors
    /// [`CatalogError::BadName`] for a name no index may have, [`CatalogError::Busy`] while another
    /// process makes it, [`CatalogError::Failed`] when it cannot be made or read.
    fn open_or_create(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError>;
}

/// One index: its engine, its writer, its figures.
pub trait Index: Send + Sync + 'static {
    /// Answers searches; follows commits by itself.
    fn engine(&self) -> &dyn Engine;

    /// Takes the index's one writer. What was added and not committed when it is dropped may be
    /// lost, or may not.
    ///
    /// # Errors
    /// [`WriteError::Locked`] when another process, or another part of this one, has it.
    fn writer(&self) -> Result<Box<dyn Writer>, WriteError>;

    /// Figures about the index as last committed.
    ///
    /// # Errors
    /// [`CatalogError::Failed`] when the index cannot be read.
    fn stats(&self) -> Result<IndexStats, CatalogError>;
}

/// Changes an index. All changes since the last commit become durable and searchable together.
pub trait Writer: Send {
    /// Adds a document, or replaces the one with the same id.
    ///
    /// # Errors
    /// [`WriteError::Record`] for a document that cannot be indexed (the writer goes on), anything
    /// else when the index cannot be written.
    fn add(&mut self, document: Document) -> Result<(), WriteError>;

    /// Removes the document `id`; false where there is none.
    ///
    /// # Errors
    /// When the index cannot be written.
    fn delete(&mut self, id: &str) -> Result<bool, WriteError>;

    /// Makes everything so far durable and searchable: after it returns, a search sees it.
    ///
    /// # Errors
    /// When the index cannot be written; the changes since the last commit are then lost.
    fn commit(&mut self) -> Result<(), WriteError>;

    /// Whether this still writes the index that goes by its name, and not one whose place another has
    /// taken meanwhile.
    fn is_current(&self) -> bool {
        true
    }
}

/// Figures about one index.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IndexStats {
    /// Documents that can be found.
    pub documents: u64,
    /// Bytes on disk.
    pub size_bytes: u64,
    /// Segments.
    pub segments: u64,
    /// Number of the last commit; grows with each.
    pub commit: u64,
    /// Anything else the index tells about itself.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Why an index could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is no index of that name.
    #[error("there is no index named {name:?}; GET /api/v1/indexes lists those there are")]
    NotFound {
        /// The name asked for.
        name: String,
    },
    /// A name that no index may have.
    #[error("{0}")]
    BadName(String),
    /// Another process is just making the index; says which.
    #[error("{0}")]
    Busy(String),
    /// The index cannot be read or made.
    #[error("{0}")]
    Failed(String),
}

/// Why a change was not made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// Somebody else is writing; says who.
    #[error("{0}")]
    Locked(String),
    /// Another index has taken the place of the one that was being written; the changes were dropped
    /// and belong into that one.
    #[error("{0}")]
    Replaced(String),
    /// The record is not one that can be indexed.
    #[error("{0}")]
    Record(String),
    /// The index could not be written.
    #[error("{0}")]
    Failed(String),
}

/// Longest name of an index, in bytes: what a file system takes for the name of a folder.
const MAX_NAME_BYTES: usize = 255;

/// Whether `name` may be an index's name: 1 to 64 of `a-z A-Z 0-9 _ - .` or letters beyond ASCII, in
/// 255 bytes, not beginning with a dot or a hyphen. Such a name is one path component on every system.
///
/// # Errors
/// A sentence that says what a name may be.
pub fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = name.chars().count();
    let fits = (1..=64).contains(&length) && name.len() <= MAX_NAME_BYTES;
    if fits && !name.starts_with(['.', '-']) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(format!(
        "{name:?} cannot be the name of an index: 1 to 64 letters, digits, `_`, `-` or `.` \
         in {MAX_NAME_BYTES} bytes, not beginning with `.` or `-`"
    ))
}

/// Longest id of a document, in bytes: it must fit the path of a request that reads the document.
pub(crate) const MAX_ID_BYTES: usize = 4_096;

/// Whether a document of this id can be asked for.
///
/// # Errors
/// A sentence that says what is wrong with the id.
pub(crate) fn check_id(id: &str) -> Result<(), String> {
    match id {
        // In the path of an address they are no names.
        "." | ".." => Err(format!("the id cannot be `{id}`")),
        _ if id.len() > MAX_ID_BYTES => {
            Err(format!("the id may have at most {MAX_ID_BYTES} bytes"))
        }
        _ => Ok(()),
    }
}

impl WriteError {
    /// Says that what was sent must be sent again, to the index that stands there now.
    pub(crate) fn replaced() -> Self {
        let detail =
            "another index took the place of the one that was being written; send it again";
        Self::Replaced(detail.to_owned())
    }
}

impl From<CatalogError> for crate::problem::Problem {
    fn from(error: CatalogError) -> Self {
        use crate::problem::Kind;
        let kind = match error {
            CatalogError::NotFound { .. } => Kind::NotFound,
            CatalogError::BadName(_) => Kind::Unprocessable,
            CatalogError::Busy(_) => {
                return Self::new(Kind::Unavailable, error.to_string()).retry_after(1);
            }
            CatalogError::Failed(_) => Kind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<WriteError> for crate::problem::Problem {
    fn from(error: WriteError) -> Self {
        use crate::problem::Kind;
        match error {
            WriteError::Locked(detail) | WriteError::Replaced(detail) => {
                Self::new(Kind::Unavailable, detail).retry_after(1)
            }
            WriteError::Record(detail) => Self::new(Kind::Unprocessable, detail),
            WriteError::Failed(detail) => Self::new(Kind::Internal, detail),
        }
    }
}
