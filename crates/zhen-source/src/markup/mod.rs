//! Tags and text: what HTML and XML formats are read with.
//!
//! This is no conforming parser and builds no tree. It has to get the text out of whatever people
//! call HTML, in one pass, in time linear in the input, and without ever giving up.

pub(crate) mod entities;
pub(crate) mod flow;
pub(crate) mod tokens;
