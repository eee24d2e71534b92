//! The query language: what a user types to a schema-free syntax tree.
//!
//! Parsing never fails: what cannot be read as an operator is searched as text, and reported in
//! [`Parsed::notes`]. Nothing here knows which fields an index has or how text is analysed;
//! [`parse_with`] asks its caller about names. [`parse_filter`] reads the same language strictly,
//! for programs. `docs/QUERY.md` describes the language to its users.
//!
//! ```
//! let parsed = zhen_query::parse("“全文检索” (engine OR 引擎) -tags:draft");
//! let root = parsed.root.expect("something was asked");
//! assert_eq!(
//!     root.outline(),
//!     r#"(and (phrase "全文检索") (or "engine" "引擎") (not (field tags "draft")))"#
//! );
//! ```
//!
//! How it works: quotation marks and parentheses are paired first (`quotes`), then the query is
//! cut into tokens of which only those that can do their work remain operators (`lex`, `field`),
//! so that the descent to a tree (`parse`) has nothing left to refuse. Quirks worth knowing:
//!
//! - `NOT` and `-` bind one word; `AND` and a plain space bind tighter than `OR`.
//! - All words between two operators are one [`NodeKind::Text`], exactly as typed. Parentheses
//!   with nothing but text in them group nothing and belong to that text.
//! - A parenthesis glued to a word with no white space inside belongs to the word: `computed()`.

pub mod ast;
mod chars;
mod field;
mod filter;
mod lex;
mod notes;
mod parse;
mod print;
mod quotes;

pub use ast::{Bound, Node, NodeKind, Note, Parsed, Span, Value};
pub use field::{is_field_name, is_operator};
pub use filter::{FilterError, parse_filter};
pub use lex::MAX_NODES;
pub use parse::{parse, parse_with};
pub use quotes::{MAX_DEPTH, quote};
