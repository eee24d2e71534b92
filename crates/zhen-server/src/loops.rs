//! Threads that drive connections, each with an event loop of its own.
//!
//! A connection stays with the thread it was given to. A search that runs there (see [`crate::pool`])
//! holds up the other connections of that thread for a moment, never all of them, and never what
//! accepts new ones.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use crate::config::ServerConfig;

/// The threads; they end when this is dropped, each as soon as its loop comes to turn.
pub(crate) struct Loops {
    most: usize,
    most_blocking: usize,
    started: Vec<Loop>,
}

struct Loop {
    handle: Handle,
    /// Held by each connection that is driven here, too.
    driven: Arc<()>,
    /// The thread ends when this is dropped.
    _until: oneshot::Sender<()>,
}

impl Loops {
    /// None yet; at most as many will be started as `config` says.
    pub(crate) fn new(config: &ServerConfig) -> Self {
        Self {
            most: config.event_threads(),
            // Searches are bounded by their own limit; the rest is uploads and compression.
            most_blocking: config.limits.concurrent_searches() + 32,
            started: Vec::new(),
        }
    }

    /// Drives `connection` to its end on the thread that has the fewest, a new one if all have some.
    /// Where the system gives no thread at all, the caller's event loop drives it.
    pub(crate) fn drive(&mut self, connection: impl Future<Output = ()> + Send + 'static) {
        if self.started.len() < self.most
            && self.idlest().is_none_or(|one| one.connections() > 0)
            && let Ok(new) = Loop::start(self.most_blocking)
        {
            self.started.push(new);
        }
        match self.idlest() {
            Some(idlest) => {
                let counted = Arc::clone(&idlest.driven);
                idlest.handle.spawn(async move {
                    let _counted = counted;
                    connection.await;
                });
            }
            None => {
                tokio::spawn(connection);
            }
        }
    }

    fn idlest(&self) -> Option<&Loop> {
        self.started.iter().min_by_key(|one| one.connections())
    }
}

impl Loop {
    fn start(most_blocking: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .max_blocking_threads(most_blocking)
            .thread_name("zhen-work")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let (until, dropped) = oneshot::channel::<()>();
        thread::Builder::new().name("zhen-http".to_owned()).spawn(move || {
            // That the sender is gone is all there is to hear.
            let _ = runtime.block_on(dropped);
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, driven: Arc::new(()), _until: until })
    }

    fn connections(&self) -> usize {
        Arc::strong_count(&self.driven) - 1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tokio::sync::mpsc;

    use super::*;

    fn loops(event_threads: usize) -> Loops {
        Loops::new(&ServerConfig { event_threads, ..ServerConfig::default() })
    }

    #[tokio::test]
    async fn connections_are_spread_over_the_threads_and_end_with_them() {
        let mut loops = loops(2);
        let (running, mut runs) = mpsc::unbounded_channel();
        for _ in 0..4 {
            let running = running.clone();
            loops.drive(async move {
                let _ = running.send(thread::current().id());
                std::future::pending().await
            });
        }
        drop(running);
        let mut threads = HashSet::new();
        for _ in 0..4 {
            threads.insert(runs.recv().await.unwrap());
        }
        assert_eq!(threads.len(), 2);
        assert!(!threads.contains(&thread::current().id()));
        assert_eq!(loops.started.iter().map(Loop::connections).collect::<Vec<_>>(), [2, 2]);
        drop(loops);
        assert_eq!(runs.recv().await, None, "what was under way is dropped");
    }

    #[tokio::test]
    async fn a_thread_whose_connections_have_ended_takes_the_next() {
        let mut loops = loops(8);
        for _ in 0..3 {
            let (ended, end) = oneshot::channel::<()>();
            loops.drive(async move { drop(ended) });
            assert!(end.await.is_err());
            while loops.started[0].connections() > 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(loops.started.len(), 1);
    }
}
