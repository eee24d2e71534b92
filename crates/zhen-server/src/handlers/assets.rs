//! The page, its parts, the widget and the OpenAPI document.

use std::sync::Arc;

use warp::http::HeaderMap;
use warp::path::FullPath;
use warp::reply::Response;

use crate::problem::{Kind, Problem};
use crate::state::State;

/// `GET` of `/`, `/zhen-search.js`, `/openapi.json` and `/assets/{file}`.
pub(crate) async fn get(
    state: Arc<State>,
    path: FullPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match state.assets.find(path.as_str()) {
        Some(asset) => Ok(asset.respond(&headers, state.config.compression)),
        None => Err(Problem::new(Kind::NotFound, "there is nothing at this path")),
    }
}
