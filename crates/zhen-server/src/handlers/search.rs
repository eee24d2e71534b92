//! Searching and suggesting.

use std::sync::Arc;

use bytes::Buf;
use futures_util::Stream;
use serde::Serialize;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;
use zhen_search::{SearchRequest, Suggestion};

use super::{json, noted};
use crate::log::Notes;
use crate::params::{self, Params};
use crate::problem::{Kind, Problem};
use crate::state::State;
use crate::upload::{self, TimedBody};

/// `GET /api/v1/search`.
pub(crate) async fn get(state: Arc<State>, query: String) -> Result<Response, Problem> {
    let (index, request) = Params::parse(&query, &params::SEARCH)?.search()?;
    run(state, index, request).await
}

/// `POST /api/v1/search`: the same with the parameters in a JSON body.
pub(crate) async fn post<S, B, E>(
    state: Arc<State>,
    query: String,
    headers: HeaderMap,
    body: S,
) -> Result<Response, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    Params::parse(&query, &params::NONE)?;
    let kind = upload::media_type(&headers)?;
    if kind != "application/json" {
        let detail = format!("{kind:?} is not read; send application/json");
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    let limits = &state.config.limits;
    let most = limits.max_search_body_bytes as u64;
    upload::check_length(&headers, most)?;
    let body = TimedBody::new(body, limits, most).all().await?;
    let (index, request) = Params::parse_body(&body, &params::SEARCH)?.search()?;
    run(state, index, request).await
}

async fn run(
    state: Arc<State>,
    index: Option<String>,
    request: SearchRequest,
) -> Result<Response, Problem> {
    let name = state.index_name(index);
    let mut notes = Notes {
        query: state.config.log_queries.then(|| request.query.clone()),
        ..Notes::of_index(&name)
    };
    // Turned into bytes where it was found.
    let first_page = request.offset == 0;
    let search = move |index: &dyn crate::catalog::Index| {
        let answer = index.engine().search(&request)?;
        Ok((answer.total, json(StatusCode::OK, &answer)?))
    };
    let outcome = state.with_index(name, search).await.map(|(total, response)| {
        notes.total = Some(total);
        if first_page {
            state.metrics.searched(total);
        }
        response
    });
    Ok(noted(notes, outcome))
}

/// The answer of `GET /api/v1/suggest`.
#[derive(Serialize)]
struct Suggestions {
    query: String,
    suggestions: Vec<Suggestion>,
}

/// `GET /api/v1/suggest`.
pub(crate) async fn suggest(state: Arc<State>, query: String) -> Result<Response, Problem> {
    let (index, prefix, limit) = Params::parse(&query, &params::SUGGEST)?.suggest()?;
    let name = state.index_name(index);
    let mut notes =
        Notes { query: state.config.log_queries.then(|| prefix.clone()), ..Notes::of_index(&name) };
    let suggest = move |index: &dyn crate::catalog::Index| {
        let suggestions = index.engine().suggest(&prefix, limit)?;
        let total = suggestions.len() as u64;
        Ok((total, json(StatusCode::OK, &Suggestions { query: prefix, suggestions })?))
    };
    let outcome = state.with_index(name, suggest).await.map(|(total, response)| {
        notes.total = Some(total);
        response
    });
    Ok(noted(notes, outcome))
}
