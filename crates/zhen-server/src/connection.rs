//! Connections: accepting them, bounding them, ending them politely.
//!
//! `warp::serve` sets no bound on a request's head nor on the time it takes, so connections are run
//! here on hyper directly and only requests reach warp. A client can hold up nothing but itself:
//! the head and the pause between requests have a deadline, the body is timed by its reader, and an
//! answer that is not taken is given up by [`Guarded`].

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, Sleep};
use warp::filters::BoxedFilter;
use warp::http::{Request, StatusCode};

use crate::log::{Notes, RequestRecord};
use crate::loops::Loops;
use crate::problem::{Kind, MEDIA_TYPE, Problem};
use crate::service;
use crate::state::State;

/// Most header fields of a request; hyper keeps room for them on the stack.
const MAX_HEADERS: usize = 100;
/// How long a connection that is being closed may go on sending.
const LINGER: Duration = Duration::from_secs(1);
/// How much of that is read.
const LINGER_BYTES: usize = 1 << 20;
/// Descriptors left for indexes and the rest of the process.
const SPARE_DESCRIPTORS: u64 = 256;
/// How many connections are told at a time that there are too many. It is these descriptors that
/// they take; further ones are closed without a word.
const MOST_TURNED_AWAY: usize = 64;

/// Accepts connections until `shutdown` changes; then gives back what drives those that are open. Every
/// connection holds a clone of `alive`.
pub(crate) async fn accept(
    listener: TcpListener,
    state: Arc<State>,
    routes: BoxedFilter<(warp::reply::Response,)>,
    mut shutdown: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) -> Loops {
    let most = most_connections(state.config.limits.max_connections);
    let mut loops = Loops::new(&state.config);
    let turning_away = Arc::new(Semaphore::new(MOST_TURNED_AWAY));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = shutdown.changed() => return loops,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(_) => {
                // Out of descriptors, or the client was gone already: let others finish.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let (state, routes) = (Arc::clone(&state), routes.clone());
        let (shutdown, alive) = (shutdown.clone(), alive.clone());
        if state.metrics.open_connections() >= most {
            state.metrics.refused_connection();
            let Ok(permit) = Arc::clone(&turning_away).try_acquire_owned() else { continue };
            tokio::spawn(async move {
                let (_alive, _permit) = (alive, permit);
                turn_away(stream, peer, &state).await;
            });
            continue;
        }
        let Ok(stream) = stream.into_std() else { continue };
        // Counted here: the thread that drives it may come to it after many more.
        let open = state.metrics.connection();
        loops.drive(async move {
            let (_alive, _open) = (alive, open);
            // From here on it wakes the thread that drives it.
            if let Ok(stream) = TcpStream::from_std(stream) {
                serve(stream, peer, &state, routes, shutdown).await;
            }
        });
    }
}

/// How many connections can be open, with descriptors to spare.
fn most_connections(configured: usize) -> u64 {
    let configured = configured as u64;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let wanted = configured + SPARE_DESCRIPTORS;
        let most = limit.maximum.unwrap_or(u64::MAX);
        if limit.current.is_some_and(|current| current < wanted) {
            let raised = Rlimit { current: Some(wanted.min(most)), maximum: limit.maximum };
            // Where it cannot be raised, fewer connections are taken.
            let _ = setrlimit(Resource::Nofile, raised);
        }
        let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let fits = current.saturating_sub(SPARE_DESCRIPTORS).max(current / 2).max(1);
        configured.min(fits)
    }
    #[cfg(not(unix))]
    configured
}

/// Runs one connection to its end.
async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    state: &Arc<State>,
    routes: BoxedFilter<(warp::reply::Response,)>,
    mut shutdown: watch::Receiver<bool>,
) {
    // Answers are written in one piece; waiting for more only costs time. Not vital.
    let _ = stream.set_nodelay(true);
    let limits = &state.config.limits;
    let turns = Arc::new(Turns::default());
    let guarded = Guarded::new(stream, Arc::clone(&turns), limits.write_timeout());
    let service = {
        let state = Arc::clone(state);
        let routes = warp::service(routes);
        service_fn(move |request: Request<Incoming>| {
            turns.asked.fetch_add(1, Ordering::AcqRel);
            let turns = Arc::clone(&turns);
            let answer = service::answer(Arc::clone(&state), routes.clone(), request, peer);
            Box::pin(async move {
                let answer = answer.await;
                turns.answered.fetch_add(1, Ordering::AcqRel);
                Ok::<_, std::convert::Infallible>(answer)
            })
        })
    };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout())
        .max_headers(MAX_HEADERS)
        .max_header_size(limits.max_header_bytes)
        .max_buf_size(limits.max_header_bytes)
        // A client that has nothing more to ask may say so and still wait for its answer.
        .half_close(true)
        .serve_connection(TokioIo::new(guarded), service);
    let result = loop {
        tokio::select! {
            result = std::future::poll_fn(|cx| connection.poll_without_shutdown(cx)) => {
                break result;
            }
            _ = shutdown.changed() => Pin::new(&mut connection).graceful_shutdown(),
        }
    };
    let parts = connection.into_parts();
    let guarded = parts.io.into_inner();
    let idle = guarded.is_idle();
    let mut stream = guarded.stream;
    if idle && let Some(problem) = unanswered(&result, &guarded.held, &parts.read_buf, limits) {
        state.metrics.answered("none", problem.kind.status().as_u16(), Duration::ZERO);
        refuse(&mut stream, peer, state, problem).await;
    }
    linger(stream).await;
}

/// What to say to a connection whose last request never reached a route: hyper's own answer is a
/// bare status line (`held`), or nothing at all for a head of which `unread` is all that arrived in
/// time. Silence between requests is no request.
fn unanswered(
    result: &hyper::Result<()>,
    held: &[u8],
    unread: &[u8],
    limits: &crate::config::Limits,
) -> Option<Problem> {
    let status = held
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| StatusCode::from_bytes(code).ok());
    let begun = !unread.trim_ascii().is_empty();
    match (status, result) {
        (Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE), _) => Some(Problem::new(
            Kind::HeadersTooLarge,
            format!(
                "the request's head may be at most {} bytes and {MAX_HEADERS} header fields",
                limits.max_header_bytes
            ),
        )),
        (Some(StatusCode::URI_TOO_LONG), _) => Some(Problem::new(
            Kind::UriTooLong,
            format!("the request target may be at most {} bytes", limits.max_uri_bytes),
        )),
        (Some(_), _) => Some(no_http()),
        (None, Err(error)) if error.is_parse() && begun => Some(no_http()),
        (None, Err(error)) if error.is_timeout() && begun => {
            Some(Problem::new(Kind::RequestTimeout, "the request's head did not arrive in time"))
        }
        _ => None,
    }
}

fn no_http() -> Problem {
    Problem::new(Kind::BadRequest, "this is no HTTP/1.1 request")
}

/// Answers what did not become a request, and logs that.
async fn refuse(stream: &mut TcpStream, peer: SocketAddr, state: &State, problem: Problem) {
    let id = service::new_request_id();
    let status = problem.kind.status();
    let body = problem.body(Some(&id));
    let answer = raw(&problem, &id, &body);
    (state.log)(&RequestRecord {
        time: service::now(),
        request_id: id,
        peer: peer.ip().to_canonical().to_string(),
        method: String::new(),
        path: String::new(),
        route: "none",
        status: status.as_u16(),
        took_us: 0,
        bytes: body.len() as u64,
        key: None,
        notes: Notes {
            error: status.is_server_error().then_some(problem.detail),
            ..Notes::default()
        },
    });
    // A client that does not even take this has lost nothing.
    let _ = tokio::time::timeout(LINGER, stream.write_all(&answer)).await;
}

/// The bytes of an answer that closes the connection.
fn raw(problem: &Problem, id: &str, body: &[u8]) -> Vec<u8> {
    let status = problem.kind.status();
    let retry = match problem.retry_after {
        Some(seconds) => format!("retry-after: {seconds}\r\n"),
        None => String::new(),
    };
    let mut answer = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nx-request-id: {id}\r\n{retry}connection: close\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        body.len(),
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// Says that there are too many connections.
async fn turn_away(mut stream: TcpStream, peer: SocketAddr, state: &State) {
    let problem =
        Problem::new(Kind::Unavailable, "too many connections are open; try again").retry_after(1);
    refuse(&mut stream, peer, state, problem).await;
    linger(stream).await;
}

/// Ends our side, then reads what the client is still sending, for a moment: closing at once would
/// make the client's system drop the answer unread.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let drain = async {
        let mut buffer = [0; 4096];
        let mut left = LINGER_BYTES;
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(n) => left = left.saturating_sub(n),
            }
        }
    };
    let _ = tokio::time::timeout(LINGER, drain).await;
}

/// How many requests of a connection have reached a route, and how many of those have their answer.
#[derive(Default)]
struct Turns {
    asked: AtomicU64,
    answered: AtomicU64,
}

/// A client's stream that gives up on a client which takes nothing, and that holds back what is
/// written while no request is under way, because only hyper's own word on what is no request can be
/// (see [`unanswered`]).
struct Guarded {
    stream: TcpStream,
    turns: Arc<Turns>,
    /// Answers that are with the client.
    sent: u64,
    held: Vec<u8>,
    timeout: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Guarded {
    fn new(stream: TcpStream, turns: Arc<Turns>, timeout: Duration) -> Self {
        Self { stream, turns, sent: 0, held: Vec::new(), timeout, stalled: None }
    }

    /// Whether every request that reached a route has been answered.
    fn is_idle(&self) -> bool {
        self.turns.asked.load(Ordering::Acquire) == self.sent
    }

    /// Passes on what a write came to, minding the clock.
    fn timed<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let deadline = Instant::now() + self.timeout;
        let sleep =
            self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        match sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_idle() {
            self.held.extend_from_slice(data);
            return Poll::Ready(Ok(data.len()));
        }
        let outcome = Pin::new(&mut self.stream).poll_write(cx, data);
        self.timed(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_idle() {
            for part in parts {
                self.held.extend_from_slice(part);
            }
            return Poll::Ready(Ok(parts.iter().map(|part| part.len()).sum()));
        }
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.timed(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is left to write. Answers are wholly in memory, and hyper takes head and body of one
        // together: those that have been given to it have been written.
        self.sent = self.turns.answered.load(Ordering::Acquire);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
