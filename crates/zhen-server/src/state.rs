//! What all requests of a server share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::Semaphore;

use crate::access::Keys;
use crate::assets::Assets;
use crate::catalog::{Catalog, Index};
use crate::config::ServerConfig;
use crate::cors::Cors;
use crate::group::GroupWriter;
use crate::log::LogSink;
use crate::metrics::Metrics;
use crate::pool::SearchPool;
use crate::problem::{Kind, Problem};
use crate::rate::RateLimit;

/// Shared by every request.
pub(crate) struct State {
    pub(crate) config: ServerConfig,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) keys: Keys,
    pub(crate) cors: Cors,
    pub(crate) rate: Option<RateLimit>,
    pub(crate) pool: SearchPool,
    pub(crate) uploads: Semaphore,
    pub(crate) metrics: Metrics,
    pub(crate) assets: Assets,
    pub(crate) log: LogSink,
    /// Set once the default index has been there: from then on it is missed.
    pub(crate) had_default: AtomicBool,
    writers: Mutex<Writers>,
}

/// The threads that write, by index name.
#[derive(Default)]
struct Writers {
    open: HashMap<String, (GroupWriter, JoinHandle<()>)>,
    closed: bool,
}

impl State {
    /// The state of a new server; the configuration has passed its check.
    pub(crate) fn new(config: ServerConfig, catalog: Arc<dyn Catalog>, log: LogSink) -> Self {
        Self {
            keys: Keys::new(&config),
            cors: Cors::new(&config),
            rate: RateLimit::new(&config.limits),
            pool: SearchPool::new(&config.limits),
            uploads: Semaphore::new(config.limits.max_concurrent_uploads),
            metrics: Metrics::new(),
            assets: Assets::new(),
            had_default: AtomicBool::new(false),
            writers: Mutex::default(),
            config,
            catalog,
            log,
        }
    }

    /// The name of the index a request means.
    pub(crate) fn index_name(&self, asked: Option<String>) -> String {
        asked.unwrap_or_else(|| self.catalog.default_index().to_owned())
    }

    /// Runs `work` on the index `name`, in the search pool.
    ///
    /// # Errors
    /// Those of the catalog, of the pool and of `work`.
    pub(crate) async fn with_index<T, F>(
        self: &Arc<Self>,
        name: String,
        work: F,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Index) -> Result<T, Problem> + Send + 'static,
    {
        let state = Arc::clone(self);
        let work = move || {
            let index = state.catalog.open(&name)?;
            if name == state.catalog.default_index() {
                state.had_default.store(true, Ordering::Relaxed);
            }
            work(index.as_ref())
        };
        self.pool.run(work).await
    }

    /// The writer of `index`, started where it is not running.
    ///
    /// # Errors
    /// 503 when the server is shutting down, 500 when no thread can be started.
    pub(crate) fn writer(
        &self,
        name: &str,
        index: &Arc<dyn Index>,
    ) -> Result<GroupWriter, Problem> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        if writers.closed {
            return Err(Problem::new(Kind::Unavailable, "the server is shutting down"));
        }
        if let Some((writer, _)) = writers.open.get(name) {
            writer.follow(index);
            return Ok(writer.clone());
        }
        let (writer, thread) = GroupWriter::start(Arc::clone(index), name).map_err(|error| {
            Problem::new(Kind::Internal, format!("no thread for writing: {error}"))
        })?;
        writers.open.insert(name.to_owned(), (writer.clone(), thread));
        Ok(writer)
    }

    /// Takes no more writes, and gives the threads that are still committing.
    pub(crate) fn close_writers(&self) -> Vec<JoinHandle<()>> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.closed = true;
        writers.open.drain().map(|(_, (_, thread))| thread).collect()
    }
}
