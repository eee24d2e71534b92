//! Micro benchmarks and comparisons.
