//! The API over a real socket: every route, every error, what is kept from whom, and what holds
//! when clients misbehave. The engine behind it is in memory, see `support/memory.rs`.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // Helpers are part of the tests.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod assets;
mod docs;
mod documents;
mod errors;
mod hostile;
mod openapi;
mod operation;
mod search;
