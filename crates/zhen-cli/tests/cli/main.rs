//! The binary as its users meet it: what they type, what they read, the exit status.
//!
//! Every test has a folder of its own, with the index in it, and no variables of the caller's
//! environment that zhen looks at.

#![allow(clippy::unwrap_used, reason = "a test ends where its own preparations fail")]

mod aliases;
mod bad_input;
mod bench;
mod bilingual;
mod complaints;
mod demo;
mod encodings;
mod eval;
mod forms;
mod help;
mod inside;
mod pdf;
mod promise;
mod readme;
mod serve;
mod support;
mod synonyms;
mod terminal;
mod updating;
