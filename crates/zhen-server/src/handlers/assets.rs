//! The page, its parts, the widget and the OpenAPI document.

use std::sync::Arc;

use warp::http::HeaderMap;
use warp::path::FullPath;
use warp::reply::Response;

use crate::params::{self, Params};
use crate::problem::{Kind, Problem};
use crate::state::State;

/// `GET` of `/`, `/zhen-search.js`, `/openapi.json` and `/assets/{file}`.
pub(crate) async fn get(
    state: Arc<State>,
    path: FullPath,
    query: String,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // The page reads its own parameters, and its parts may be given any.
    if path.as_str() == "/openapi.json" {
        Params::parse(&query, &params::NONE)?;
    }
    match state.assets.find(path.as_str()) {
        Some(asset) => Ok(asset.respond(&headers, state.config.compression)),
        None => Err(Problem::new(Kind::NotFound, "there is nothing at this path")),
    }
}
