//! What each route does.

pub(crate) mod assets;
pub(crate) mod documents;
pub(crate) mod operation;
pub(crate) mod search;

use serde::Serialize;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

use crate::log::Notes;
use crate::params::{self, Params};
use crate::problem::{Kind, Problem};
use crate::routes;
use crate::state::State;

/// A JSON answer.
///
/// # Errors
/// 500 for a value that does not serialise, such as a score that is no number.
fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::new(Kind::Internal, format!("the answer is no JSON: {error}")))?;
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The index that is meant by a query string without other parameters.
///
/// # Errors
/// 400 for other parameters.
fn index_named(state: &State, query: &str) -> Result<String, Problem> {
    let params = Params::parse(query, &params::INDEX)?;
    Ok(state.index_name(params.filled("index").map(str::to_owned)))
}

/// The answer to a request, be it a problem, with what the log is to hold about it.
fn noted(notes: Notes, outcome: Result<Response, Problem>) -> Response {
    let mut response = routes::answer(outcome);
    response.extensions_mut().insert(notes);
    response
}
