//! The search library: plan, run, rank, passages, explain.
//!
//! [`SearchRequest`] and [`SearchResponse`] are what the terminal, HTTP and other programs share;
//! they know nothing of the index's engine.

pub mod api;

pub use api::{
    Engine, Facet, Hit, Lang, Matched, Passage, SearchError, SearchRequest, SearchResponse, Sort,
    Suggestion, Via,
};
