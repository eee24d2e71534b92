//! Files and streams to documents: walking folders, detecting encodings, reading formats.
//!
//! Nothing here knows how a document is analysed or indexed.

pub mod document;

pub use document::{Document, LineMap};
