//! Runs searches: so many at once, so many waiting, each until its deadline.
//!
//! While searches are short, each runs where its request was read: to wake another thread and to be
//! woken by it takes a tenth of a millisecond, which is much of a short search. Where the last ones
//! were not, they run off the event loop, so that the deadline is kept whatever they do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
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
    pace: Arc<Pace>,
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
            pace: Arc::new(Pace::new()),
        }
    }

    /// Runs `work`: where it is called while searches are short, otherwise on the blocking pool.
    ///
    /// Work that outlives its deadline cannot be stopped. It keeps its place among those that run
    /// at once, so that late searches slow the server down rather than pile up; and where it runs in
    /// the caller's thread, it is answered late rather than given up.
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
        let pace = Arc::clone(&self.pace);
        let work = move || {
            let _permit = permit;
            let began = Instant::now();
            let result = work();
            pace.took(began.elapsed());
            result
        };
        if self.pace.is_short() {
            return catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(unforeseen()));
        }
        let task = tokio::task::spawn_blocking(work);
        match tokio::time::timeout_at(deadline, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(unforeseen()),
            Err(_) => Err(self.too_late()),
        }
    }

    fn too_late(&self) -> Problem {
        let detail = format!("no answer within {} ms; ask for less", self.timeout.as_millis());
        Problem::new(Kind::Deadline, detail).retry_after(1)
    }
}

fn unforeseen() -> Problem {
    Problem::new(Kind::Internal, "the search failed in a way nobody foresaw")
}

/// Tells from what the last searches took whether the next one is likely to be short.
#[derive(Debug)]
struct Pace {
    started: Instant,
    /// Until when the next search may be long, in microseconds from the start.
    wary_until: AtomicU64,
}

impl Pace {
    /// Longest time that a thread which drives connections is held up willingly.
    const SHORT: Duration = Duration::from_millis(10);
    /// After a longer search the next ones are taken for long for so many times what it took, so that
    /// threads are held up unwillingly for a hundredth of the time at most.
    const WARY: u32 = 100;
    /// No search has been short yet: the first may have to open the index.
    const UNKNOWN: u64 = u64::MAX;

    fn new() -> Self {
        Self { started: Instant::now(), wary_until: AtomicU64::new(Self::UNKNOWN) }
    }

    fn is_short(&self) -> bool {
        micros(self.started.elapsed()) >= self.wary_until.load(Ordering::Relaxed)
    }

    /// Learns from what a search took.
    fn took(&self, time: Duration) {
        let is_short = time <= Self::SHORT;
        let until = |known: u64| match (known == Self::UNKNOWN, is_short) {
            (true, true) => Some(0),
            (false, false) => Some(known.max(micros(self.started.elapsed() + time * Self::WARY))),
            (true, false) | (false, true) => None,
        };
        let _ = self.wary_until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, until);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
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
        // In the thread of the event loop, too.
        pool.pace.wary_until.store(0, Ordering::Relaxed);
        let problem = pool.run::<(), _>(|| panic!("on purpose")).await.unwrap_err();
        assert_eq!(problem.kind, Kind::Internal);
        assert_eq!(pool.run(|| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn searches_run_where_they_are_asked_for_until_one_is_long() {
        let pool = pool(60_000, 1, 1);
        let here = std::thread::current().id();
        let runs_here =
            async || pool.run(|| Ok(std::thread::current().id())).await.unwrap() == here;
        assert!(!runs_here().await, "nothing is known of the first");
        pool.pace.wary_until.store(0, Ordering::Relaxed);
        assert!(runs_here().await);
        pool.pace.took(Duration::from_secs(60));
        assert!(!runs_here().await);
    }

    #[test]
    fn a_long_search_is_remembered_for_a_hundred_times_what_it_took() {
        let pace = Pace::new();
        assert!(!pace.is_short(), "nothing is known yet");
        pace.took(Duration::from_secs(36));
        assert!(!pace.is_short(), "it may have had to open the index");
        pace.took(Duration::from_millis(1));
        assert!(pace.is_short());
        pace.took(Duration::from_secs(36));
        let hour = 3_600_000_000;
        let until = pace.wary_until.load(Ordering::Relaxed);
        assert!(until >= hour);
        for shorter in [1, 20] {
            pace.took(Duration::from_millis(shorter));
            assert_eq!(pace.wary_until.load(Ordering::Relaxed), until, "{shorter} ms");
        }
        pace.took(Duration::from_secs(360));
        assert!(pace.wary_until.load(Ordering::Relaxed) >= 10 * hour);
    }
}
