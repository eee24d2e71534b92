//! Runs searches off the event loop: so many at once, so many waiting, each until its deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::config::Limits;
use crate::problem::{Kind, Problem};

/// Bounds the searches of a server.
#[derive(Debug)]
pub(crate) struct SearchPool {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
    timeout: Duration,
}

/// Counts one waiting search until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl SearchPool {
    /// A pool with the given limits.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.concurrent_searches())),
            waiting: AtomicUsize::new(0),
            max_waiting: limits.max_waiting_searches,
            timeout: limits.search_timeout(),
        }
    }

    /// Runs `work` on the blocking pool.
    ///
    /// Work that outlives its deadline cannot be stopped; it keeps its place among those that run
    /// at once, so that late searches slow the server down rather than pile up.
    ///
    /// # Errors
    /// 503 when too many wait or the deadline passes, 500 when `work` panics, and what `work` gives.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Problem> + Send + 'static,
    {
        let deadline = Instant::now() + self.timeout;
        let permit = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.max_waiting {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    return Err(Problem::new(
                        Kind::Unavailable,
                        "too many searches are waiting already; try again shortly",
                    )
                    .retry_after(1));
                }
                let _waiting = Waiting(&self.waiting);
                let acquire = Arc::clone(&self.permits).acquire_owned();
                match tokio::time::timeout_at(deadline, acquire).await {
                    Ok(Ok(permit)) => permit,
                    Ok(Err(_)) | Err(_) => return Err(self.too_late()),
                }
            }
        };
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        match tokio::time::timeout_at(deadline, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                Err(Problem::new(Kind::Internal, "the search failed in a way nobody foresaw"))
            }
            Err(_) => Err(self.too_late()),
        }
    }

    fn too_late(&self) -> Problem {
        let detail = format!("no answer within {} ms; ask for less", self.timeout.as_millis());
        Problem::new(Kind::Deadline, detail).retry_after(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn pool(timeout_ms: u64, at_once: usize, waiting: usize) -> SearchPool {
        SearchPool::new(&Limits {
            search_timeout_ms: timeout_ms,
            max_concurrent_searches: at_once,
            max_waiting_searches: waiting,
            ..Limits::default()
        })
    }

    #[tokio::test]
    async fn work_that_never_ends_is_answered_at_the_deadline() {
        let (release, wait) = mpsc::channel::<()>();
        let pool = pool(20, 1, 1);
        let problem = pool
            .run(move || {
                let _ = wait.recv();
                Ok(())
            })
            .await
            .unwrap_err();
        assert_eq!(problem.kind, Kind::Deadline);
        drop(release);
    }

    #[tokio::test]
    async fn no_more_wait_than_may_and_the_rest_hear_so_at_once() {
        let (release, wait) = mpsc::channel::<()>();
        let pool = Arc::new(pool(60_000, 1, 0));
        let (started, running) = tokio::sync::oneshot::channel();
        let busy = Arc::clone(&pool);
        let first = tokio::spawn(async move {
            busy.run(move || {
                let _ = started.send(());
                let _ = wait.recv();
                Ok(1)
            })
            .await
        });
        running.await.unwrap();
        let problem = pool.run(|| Ok(2)).await.unwrap_err();
        assert_eq!((problem.kind, problem.retry_after), (Kind::Unavailable, Some(1)));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(pool.run(|| Ok(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_panic_is_a_server_error_and_the_pool_lives_on() {
        let pool = pool(60_000, 1, 1);
        let problem = pool.run::<(), _>(|| panic!("on purpose")).await.unwrap_err();
        assert_eq!(problem.kind, Kind::Internal);
        assert_eq!(pool.run(|| Ok(7)).await.unwrap(), 7);
    }
}
