//! What operators and their programs ask for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use super::{index_named, json, noted};
use crate::catalog::{CatalogError, Index, IndexStats};
use crate::log::Notes;
use crate::params::{self, Params};
use crate::problem::{Kind, Problem};
use crate::state::State;
use crate::usage::ProcessUsage;

/// The answer of `/healthz` and `/readyz`.
#[derive(Serialize)]
struct Status {
    status: &'static str,
}

/// `GET /healthz`: the process runs and its event loop turns.
pub(crate) async fn health(_: Arc<State>, query: String) -> Result<Response, Problem> {
    Params::parse(&query, &params::NONE)?;
    json(StatusCode::OK, &Status { status: "ok" })
}

/// `GET /readyz`: requests will be answered. 503 when the indexes cannot be read, and when the
/// default index is gone. (Where there has been none yet, an upload makes it.)
pub(crate) async fn ready(state: Arc<State>, query: String) -> Result<Response, Problem> {
    Params::parse(&query, &params::NONE)?;
    let shared = Arc::clone(&state);
    let look = move || {
        shared.catalog.names()?;
        match shared.catalog.open(shared.catalog.default_index()) {
            // Looking for a document that nobody has turns to the newest commit as a search does.
            Ok(index) => {
                index.engine().document("")?;
                shared.had_default.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(CatalogError::NotFound { .. }) if !shared.had_default.load(Ordering::Relaxed) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    };
    let ready = state.pool.run(look).await;
    ready.map_err(|problem| Problem::new(Kind::Unavailable, problem.detail).retry_after(1))?;
    json(StatusCode::OK, &Status { status: "ready" })
}

/// The answer of `GET /api/v1/stats`.
#[derive(Serialize)]
struct Stats {
    index: String,
    #[serde(flatten)]
    stats: IndexStats,
    server: ServerStats,
}

#[derive(Serialize)]
struct ServerStats {
    version: &'static str,
    uptime_seconds: u64,
    connections: u64,
    resident_bytes: Option<u64>,
    anonymous_bytes: Option<u64>,
}

/// `GET /api/v1/stats`.
pub(crate) async fn stats(state: Arc<State>, query: String) -> Result<Response, Problem> {
    let name = index_named(&state, &query)?;
    let notes = Notes::of_index(&name);
    let stats = state.with_index(name.clone(), |index: &dyn Index| Ok(index.stats()?)).await;
    let answer = |stats| {
        let server = server_stats(&state);
        json(StatusCode::OK, &Stats { index: name, stats, server })
    };
    Ok(noted(notes, stats.and_then(answer)))
}

fn server_stats(state: &State) -> ServerStats {
    let usage = ProcessUsage::read();
    ServerStats {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.metrics.uptime().as_secs(),
        connections: state.metrics.open_connections(),
        resident_bytes: usage.map(|usage| usage.resident),
        anonymous_bytes: usage.map(|usage| usage.anonymous),
    }
}

/// The answer of `GET /api/v1/indexes`.
#[derive(Serialize)]
struct Indexes {
    default: String,
    indexes: Vec<String>,
}

/// `GET /api/v1/indexes`.
pub(crate) async fn indexes(state: Arc<State>, query: String) -> Result<Response, Problem> {
    Params::parse(&query, &params::NONE)?;
    let shared = Arc::clone(&state);
    let indexes = state.pool.run(move || Ok(shared.catalog.names()?)).await?;
    let default = state.catalog.default_index().to_owned();
    json(StatusCode::OK, &Indexes { default, indexes })
}

/// `GET /metrics`.
pub(crate) async fn metrics(state: Arc<State>, query: String) -> Result<Response, Problem> {
    Params::parse(&query, &params::NONE)?;
    let shared = Arc::clone(&state);
    let read = move || {
        let mut indexes = Vec::new();
        // An index that cannot be read has no figures; the rest of the page must not suffer.
        for name in shared.catalog.names().unwrap_or_default() {
            if let Ok(stats) = shared.catalog.open(&name).and_then(|index| index.stats()) {
                indexes.push((name, stats));
            }
        }
        Ok(shared.metrics.render(&indexes))
    };
    let page = state.pool.run(read).await?;
    let mut response = Response::new(page.into());
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
