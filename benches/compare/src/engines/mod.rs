//! The engines, one file each: how it is set up, and nothing else.

pub(crate) mod fts5;
pub(crate) mod ripgrep;
pub(crate) mod seekstorm;
pub(crate) mod tantivy;
pub(crate) mod zhen;
