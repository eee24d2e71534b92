//! The search library: plan, run, rank, passages, explain.
//!
//! [`SearchRequest`] and [`SearchResponse`] are what the terminal, HTTP and other programs share;
//! they know nothing of the index's engine.

pub mod api;
mod best;
mod bits;
mod bm25;
mod dictionary;
mod document;
mod duplicates;
pub mod engine;
mod expand;
pub mod explain;
mod facets;
mod filter;
mod function_words;
mod fuzzy;
mod gains;
pub mod limits;
mod moment;
mod number;
mod passage;
mod phrase;
mod plan;
mod planner;
mod postings;
mod proposal;
mod rank;
mod rarity;
mod recent;
mod rooms;
mod sort;
mod state;
mod suggest;
mod terms;
mod texts;
mod vocabulary;
mod wanted;
mod weights;
mod window;

pub use api::{
    Duplicates, Engine, Facet, Hit, Lang, Matched, Passage, SearchError, SearchRequest,
    SearchResponse, Sort, Suggestion, Via,
};
pub use engine::IndexEngine;
pub use explain::Explanation;
