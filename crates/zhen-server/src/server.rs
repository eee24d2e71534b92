//! Starting and stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::catalog::Catalog;
use crate::config::{ConfigError, ServerConfig};
use crate::connection;
use crate::log::{LogSink, no_log};
use crate::routes;
use crate::state::State;

/// What the caller of [`serve`] wants to hear.
pub struct Hooks {
    /// Called once with the address that is listened on, which tells the port where 0 was asked for.
    pub on_bound: Box<dyn FnOnce(SocketAddr) + Send>,
    /// Called with a record of every answer.
    pub log: LogSink,
    /// Called once when the end begins, which may take a while.
    pub on_stopping: Box<dyn FnOnce() + Send>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { on_bound: Box::new(|_| {}), log: no_log(), on_stopping: Box::new(|| {}) }
    }
}

/// Why serving did not begin or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}{}", bind_hint(.source))]
    Bind {
        /// The address asked for.
        addr: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system does not give threads or signals.
    #[error("cannot start the server: {0}")]
    Start(#[source] std::io::Error),
    /// Requests were still under way when the time for finishing them was over.
    #[error("{connections} connections were cut off when the time to finish was over")]
    CutOff {
        /// How many.
        connections: u64,
    },
}

fn bind_hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "; is zhen running already? `--addr` takes another port",
        std::io::ErrorKind::PermissionDenied => "; ports below 1024 need privileges",
        _ => "",
    }
}

/// Serves until `shutdown` completes, then finishes what is under way.
///
/// Must be called within a tokio runtime with I/O and time enabled. Returns once every answer has
/// been sent and every accepted change is committed, or after
/// [`crate::Limits::shutdown_timeout_ms`].
///
/// # Errors
/// See [`ServeError`]; nothing is listened on before the configuration has passed its check.
pub async fn serve(
    config: ServerConfig,
    catalog: Arc<dyn Catalog>,
    hooks: Hooks,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let bind_error = |source| ServeError::Bind { addr: config.addr.clone(), source };
    let addresses: Vec<SocketAddr> =
        tokio::net::lookup_host(&config.addr).await.map_err(bind_error)?.collect();
    config.check(&addresses)?;
    let listener = TcpListener::bind(&addresses[..]).await.map_err(bind_error)?;
    let bound = listener.local_addr().map_err(bind_error)?;

    let patience = config.limits.shutdown_timeout();
    let state = Arc::new(State::new(config, catalog, hooks.log));
    let routes = routes::filters(&state);
    let (stop, stopping) = watch::channel(false);
    let (alive, mut all_gone) = mpsc::channel(1);
    let accepting =
        tokio::spawn(connection::accept(listener, Arc::clone(&state), routes, stopping, alive));
    (hooks.on_bound)(bound);

    shutdown.await;
    (hooks.on_stopping)();
    // Nobody listening any more means that everything has ended already.
    let _ = stop.send(true);
    // What is under way needs its threads until it is done or its time is over.
    let _loops = accepting.await;
    let deadline = tokio::time::Instant::now() + patience;
    let finished = tokio::time::timeout_at(deadline, all_gone.recv()).await.is_ok();
    let cut_off = state.metrics.open_connections();

    // The writers commit what they hold and end; their index is whole whenever they do not.
    let threads = state.close_writers();
    let join = tokio::task::spawn_blocking(move || {
        for thread in threads {
            // A panic in the writer has been told to those who waited for it.
            let _ = thread.join();
        }
    });
    let _ = tokio::time::timeout_at(deadline + Duration::from_secs(1), join).await;
    match finished {
        true => Ok(()),
        false => Err(ServeError::CutOff { connections: cut_off }),
    }
}

/// Exit status of a process that SIGINT ended, as shells report it.
const INTERRUPTED: i32 = 130;

/// Serves on a runtime of its own until the process is interrupted (SIGINT), asked to end (SIGTERM) or
/// loses its terminal (SIGHUP, unless that is ignored). Asked again, the process ends at once: what was
/// not committed is lost, what was stays.
///
/// # Errors
/// See [`ServeError`].
pub fn run(
    config: ServerConfig,
    catalog: Arc<dyn Catalog>,
    hooks: Hooks,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    let result = runtime.block_on(async {
        let interrupted = interrupted().map_err(ServeError::Start)?;
        serve(config, catalog, hooks, interrupted).await
    });
    // A search past its deadline must not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

/// Completes when the process is asked to end; asked again, it ends.
fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    let mut requests = Requests::new()?;
    Ok(async move {
        requests.next().await;
        tokio::spawn(async move {
            requests.next().await;
            std::process::exit(INTERRUPTED);
        });
    })
}

/// What asks the process to end.
#[cfg(unix)]
struct Requests(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Requests {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !outlives_terminal() {
            kinds.push(SignalKind::hangup());
        }
        kinds.into_iter().map(signal).collect::<Result<_, _>>().map(Self)
    }

    async fn next(&mut self) {
        let each = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures_util::future::select_all(each).await;
    }
}

/// Whether SIGHUP is ignored, as `nohup` has it, which taking it would undo. Where that cannot be told
/// the signal keeps its meaning.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let ignored = |status: String| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        // The first signal is SIGHUP.
        Some(u64::from_str_radix(mask.trim(), 16).ok()? & 1 == 1)
    };
    std::fs::read_to_string("/proc/self/status").ok().and_then(ignored).unwrap_or(true)
}

/// What asks the process to end.
#[cfg(not(unix))]
struct Requests;

#[cfg(not(unix))]
impl Requests {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without signals the process ends with its console.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
