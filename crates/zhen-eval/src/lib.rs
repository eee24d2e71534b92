//! Relevance measures and latency histograms.
