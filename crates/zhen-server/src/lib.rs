//! HTTP API and the search page.
//!
//! [`serve`] answers requests on a [`Catalog`] of indexes until it is told to stop; [`run`] does
//! so on a runtime of its own until the process is interrupted. The API is described in
//! `docs/HTTP.md` and, for programs, at `/openapi.json`.
//!
//! The way of a request: `connection` bounds what a client may send and how slowly, on one of the
//! threads that drive connections (`loops`); `service` refuses what must not pass and logs the
//! rest, `routes` leads to a handler, the handler runs its search (`pool`) or hands its documents to
//! the index's writer (`group`). This is the only crate that knows warp.

mod access;
mod assets;
mod catalog;
mod compress;
mod config;
mod connection;
mod cors;
mod destination;
mod disk;
mod group;
mod handlers;
mod json;
mod log;
mod loops;
mod metrics;
mod params;
mod pool;
mod problem;
mod rate;
mod routes;
mod server;
mod service;
mod split;
mod state;
mod upload;
mod usage;

pub use access::{Access, KeyConfig};
pub use assets::PAGE_POLICY;
pub use catalog::{Catalog, CatalogError, Index, IndexStats, WriteError, Writer, check_name};
pub use config::{ConfigError, ENVIRONMENT, Limits, ServerConfig};
pub use disk::DiskCatalog;
pub use log::{LogSink, Notes, RequestRecord, no_log};
pub use problem::Kind;
pub use routes::{ROUTES, Route};
pub use server::{Hooks, ServeError, run, serve};
pub use usage::ProcessUsage;
