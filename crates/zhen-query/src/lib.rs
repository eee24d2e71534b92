//! The query language: what a user types to a schema-free syntax tree.
//!
//! Parsing never fails: what cannot be read as an operator is searched as text, and reported in
//! [`Parsed::notes`]. Nothing here knows which fields an index has or how text is analysed.

pub mod ast;

pub use ast::{Bound, Node, NodeKind, Note, Parsed, Span, Value};
