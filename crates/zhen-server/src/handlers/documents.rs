//! Adding, reading and deleting documents.

use std::sync::Arc;

use bytes::Buf;
use futures_util::Stream;
use serde::Serialize;
use serde_json::{Map, Value};
use warp::http::{HeaderMap, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use super::{index_named, json, noted};
use crate::catalog::Index;
use crate::destination::Destination;
use crate::group::{RecordError, SharedReport, lock};
use crate::log::Notes;
use crate::params;
use crate::problem::{Kind, Problem};
use crate::state::State;
use crate::upload::{self, Stopped, TimedBody};

/// What became of an upload.
#[derive(Serialize)]
struct Outcome {
    index: String,
    accepted: u64,
    rejected: u64,
    errors: Vec<RecordError>,
    took_us: u64,
}

impl Outcome {
    fn of(index: String, report: &SharedReport, took_us: u64) -> Self {
        let report = lock(report);
        let mut errors = report.errors.clone();
        errors.sort_by_key(|error| error.place);
        Self { index, accepted: report.accepted, rejected: report.rejected, errors, took_us }
    }

    /// The figures that go into a problem document.
    fn figures(&self) -> Map<String, Value> {
        let mut figures = Map::new();
        figures.insert("accepted".to_owned(), self.accepted.into());
        figures.insert("rejected".to_owned(), self.rejected.into());
        let errors = self.errors.iter().map(|e| serde_json::json!(e)).collect();
        figures.insert("errors".to_owned(), Value::Array(errors));
        figures
    }
}

/// `POST /api/v1/documents`.
pub(crate) async fn add<S, B, E>(
    state: Arc<State>,
    query: String,
    headers: HeaderMap,
    body: S,
) -> Result<Response, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let name = index_named(&state, &query)?;
    let mut notes = Notes::of_index(&name);
    let outcome = take(&state, name, &headers, body, &mut notes.total).await;
    Ok(noted(notes, outcome))
}

/// Takes an upload into the index `name`; `taken` says how many records it was, however it ends.
async fn take<S, B, E>(
    state: &Arc<State>,
    name: String,
    headers: &HeaderMap,
    body: S,
    taken: &mut Option<u64>,
) -> Result<Response, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let limits = &state.config.limits;
    let shape = upload::accept(headers, limits)?;
    let _permit = state.uploads.try_acquire().map_err(|_| {
        Problem::new(Kind::Unavailable, "too many uploads are under way; try again shortly")
            .retry_after(1)
    })?;
    let mut destination = Destination::of(state, &name).await?;
    let body = TimedBody::new(body, limits, limits.max_upload_bytes);
    let report = SharedReport::default();
    let most = limits.max_record_bytes;
    let received = upload::receive(body, shape, most, &mut destination, &report).await;

    let took = received.as_ref().map_or(0, |took| u64::try_from(took.as_micros()).unwrap_or(0));
    let outcome = Outcome::of(name, &report, took);
    *taken = Some(outcome.accepted);
    match received {
        Err(Stopped::Open(problem)) => Err(problem),
        Err(Stopped::Write(error)) => Err(error.into()),
        Err(Stopped::Body(problem)) => {
            state.metrics.uploaded(outcome.accepted, outcome.rejected);
            Err(problem.with_upload(outcome.figures()))
        }
        Ok(_) => {
            state.metrics.uploaded(outcome.accepted, outcome.rejected);
            if outcome.accepted == 0 && outcome.rejected > 0 {
                let detail = "none of the records could be taken; `errors` says why";
                return Err(
                    Problem::new(Kind::Unprocessable, detail).with_upload(outcome.figures())
                );
            }
            json(StatusCode::OK, &outcome)
        }
    }
}

/// `GET /api/v1/documents/{id}`.
pub(crate) async fn get(
    state: Arc<State>,
    path: FullPath,
    query: String,
) -> Result<Response, Problem> {
    let name = index_named(&state, &query)?;
    let id = document_id(path.as_str())?;
    let notes = Notes::of_index(&name);
    let read = move |index: &dyn Index| match index.engine().document(&id)? {
        Some(document) => json(StatusCode::OK, &document),
        None => Err(no_document(&id)),
    };
    Ok(noted(notes, state.with_index(name, read).await))
}

/// What `DELETE` answers.
#[derive(Serialize)]
struct Deleted {
    index: String,
    id: String,
    deleted: bool,
}

/// `DELETE /api/v1/documents/{id}`.
pub(crate) async fn delete(
    state: Arc<State>,
    path: FullPath,
    query: String,
) -> Result<Response, Problem> {
    let name = index_named(&state, &query)?;
    let id = document_id(path.as_str())?;
    let notes = Notes::of_index(&name);
    let outcome = remove(&state, name, id).await;
    let total = outcome.is_ok().then_some(1);
    Ok(noted(Notes { total, ..notes }, outcome))
}

async fn remove(state: &Arc<State>, name: String, id: String) -> Result<Response, Problem> {
    let index = {
        let (state, name) = (Arc::clone(state), name.clone());
        tokio::task::spawn_blocking(move || state.catalog.open(&name))
            .await
            .map_err(|_| Problem::new(Kind::Internal, "opening the index failed"))??
    };
    if !state.writer(&name, &index)?.delete(id.clone()).await? {
        return Err(no_document(&id));
    }
    state.metrics.deleted();
    json(StatusCode::OK, &Deleted { index: name, id, deleted: true })
}

fn document_id(path: &str) -> Result<String, Problem> {
    let id = path.strip_prefix("/api/v1/documents/").unwrap_or_default();
    if id.is_empty() {
        return Err(Problem::new(Kind::NotFound, "a document's id is missing after /documents/"));
    }
    params::decode_path(id)
}

fn no_document(id: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("there is no document with the id {id:?}"))
}
