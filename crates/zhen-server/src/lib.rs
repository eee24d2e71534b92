//! HTTP API and the search page.
