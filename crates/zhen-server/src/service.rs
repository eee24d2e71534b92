//! What happens to every request before and after its route: identification, refusals, access,
//! compression, headers, log.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tower_service::Service;
use warp::http::{HeaderMap, HeaderValue, Method, Request, Response, header};

use crate::compress::{self, Coding, Effort};
use crate::log::{Notes, RequestRecord};
use crate::problem::{Kind, Problem};
use crate::rate::Client;
use crate::routes::{self, Found};
use crate::state::State;

/// Answers longer than this, in bytes, are compressed off the event loop.
const COMPRESS_INLINE: usize = 32 << 10;

/// Where the id of a request stands, in requests and in answers.
const REQUEST_ID: &str = "x-request-id";

/// Answers one request.
pub(crate) async fn answer<S>(
    state: Arc<State>,
    mut routes: S,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>>
where
    S: Service<Request<Incoming>, Response = warp::reply::Response, Error = Infallible>,
{
    let started = Instant::now();
    let _under_way = state.metrics.request();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let coding = match state.config.compression {
        true => Coding::negotiate(request.headers().get(header::ACCEPT_ENCODING)),
        false => None,
    };
    let mut route = "none";
    let mut key = None;
    let outcome = match admit(&state, &request, peer, &mut route, &mut key) {
        Ok(Admitted::Go) => {
            let mut request = request;
            if method == Method::HEAD {
                // The body is left out on the way to the socket.
                *request.method_mut() = Method::GET;
            }
            match routes.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Ok(Admitted::Answer(response)) => response,
        Err(problem) => routes::answer(Err(problem)),
    };
    let (response, mut notes) = complete(outcome, &id, coding).await;
    let mut response = response;
    decorate(&state, &mut response, &id, origin.as_ref());

    let status = response.status().as_u16();
    let took = started.elapsed();
    state.metrics.answered(route, status, took);
    if status < 500 {
        notes.error = None;
    }
    (state.log)(&RequestRecord {
        time: now(),
        request_id: id,
        peer: peer.ip().to_canonical().to_string(),
        method: method.to_string(),
        path,
        route,
        status,
        took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        bytes: response.body().size_hint_exact(),
        key,
        notes,
    });
    response
}

/// The length of a body that is wholly in memory.
trait ExactLength {
    fn size_hint_exact(&self) -> u64;
}

impl ExactLength for Full<Bytes> {
    fn size_hint_exact(&self) -> u64 {
        hyper::body::Body::size_hint(self).exact().unwrap_or(0)
    }
}

/// What is decided before a route runs.
enum Admitted {
    /// The route may run.
    Go,
    /// This is the answer.
    Answer(warp::reply::Response),
}

fn admit(
    state: &State,
    request: &Request<Incoming>,
    peer: SocketAddr,
    route: &mut &'static str,
    key: &mut Option<String>,
) -> Result<Admitted, Problem> {
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let most = state.config.limits.max_uri_bytes;
    let length = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > most {
        let detail = format!(
            "the request target is {length} bytes long, at most {most} are read; \
             send a long query with POST /api/v1/search"
        );
        return Err(Problem::new(Kind::UriTooLong, detail));
    }
    state.cors.check_host(request.version(), headers)?;
    let found = match routes::find(method, uri.path()) {
        Found::Route(found) => found,
        Found::OtherMethods(allow) if *method == Method::OPTIONS => {
            return Ok(Admitted::Answer(state.cors.preflight(&allow, headers)));
        }
        Found::OtherMethods(allow) => return Err(Problem::method_not_allowed(method, allow)),
        Found::Nothing => {
            return Err(Problem::new(Kind::NotFound, "there is nothing at this path"));
        }
    };
    *route = found.name;
    state.cors.check_page(found.access, headers)?;
    let caller = state.keys.caller(headers);
    // What everybody may have costs nothing: probes, and the files that the page consists of.
    if let Some(rate) = &state.rate
        && found.access > crate::access::Access::Public
    {
        let client = match caller.as_ref().ok().and_then(|caller| caller.key.clone()) {
            Some(key) => Client::Key(key),
            None => Client::address(peer.ip()),
        };
        rate.take(client, Instant::now())?;
    }
    if found.access > crate::access::Access::Public {
        let caller = caller?;
        key.clone_from(&caller.key);
        caller.require(found.access)?;
    }
    Ok(Admitted::Go)
}

/// Turns a problem into its document, and compresses what is worth it.
async fn complete(
    response: warp::reply::Response,
    id: &str,
    coding: Option<Coding>,
) -> (Response<Full<Bytes>>, Notes) {
    let (mut parts, body) = response.into_parts();
    let mut notes: Notes = parts.extensions.remove().unwrap_or_default();
    let body = match parts.extensions.remove::<Problem>() {
        Some(problem) => {
            notes.error = Some(problem.detail.clone());
            let (answer, body) = problem.respond(Some(id)).into_parts();
            parts = answer;
            body
        }
        None => body,
    };
    // Bodies are made in memory, collecting one does not wait and cannot fail.
    let mut body = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let ready_made = parts.headers.contains_key(header::CONTENT_ENCODING)
        || parts.headers.contains_key(header::ETAG);
    if !ready_made && compress::worthwhile(parts.headers.get(header::CONTENT_TYPE), body.len()) {
        parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(coding) = coding
            && let Some(compressed) = encode(coding, body.clone()).await
        {
            body = compressed;
            parts.headers.insert(header::CONTENT_ENCODING, coding.name());
        }
    }
    (Response::from_parts(parts, Full::new(body)), notes)
}

async fn encode(coding: Coding, body: Bytes) -> Option<Bytes> {
    if body.len() <= COMPRESS_INLINE {
        return coding.encode(&body, Effort::EachTime).ok();
    }
    let task = tokio::task::spawn_blocking(move || coding.encode(&body, Effort::EachTime));
    task.await.ok()?.ok()
}

/// Adds the headers that every answer has.
fn decorate(
    state: &State,
    response: &mut Response<Full<Bytes>>,
    id: &str,
    origin: Option<&HeaderValue>,
) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
    if !headers.contains_key("cross-origin-resource-policy") {
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    }
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        state.cors.decorate(origin, headers);
    }
}

/// The client's id of the request where it is short and plain, otherwise a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    match headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(plain) {
        Some(id) => id.to_owned(),
        None => new_request_id(),
    }
}

/// A number that no other request of this process has, behind one that other processes hardly have.
pub(crate) fn new_request_id() -> String {
    static PROCESS: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        let mut random = [0; 4];
        // Without random numbers ids of different runs may coincide, which only the log would show.
        let _ = getrandom::fill(&mut random);
        u32::from_ne_bytes(random)
    });
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{:06x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// This moment in RFC 3339.
pub(crate) fn now() -> String {
    time::OffsetDateTime::now_utc()
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default()
}
