//! Load: closed loop and open loop.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::EvalError;
use crate::latency::clock::{Clock, SystemClock};
use crate::latency::record::{Mode, RunRecord, Sample, assemble};
use crate::random::SplitMix64;

const SEED: u64 = 0x007A_6865_6E00_0002;
/// More requests than this are not kept in memory: a run has at most so many.
pub const MOST_REQUESTS: u64 = 50_000_000;
/// Passes in orders of their own; after these the same orders come again.
const ORDERS: usize = 64;

/// What is measured: something that answers a query with a number of hits.
///
/// Any `Fn(&str) -> u64` that can be called from several threads is one; for answers that can fail
/// there is [`Fallible`].
pub trait Target: Sync {
    /// Answers `query`.
    ///
    /// # Errors
    /// One sentence; the request is counted as failed and its latency as no latency.
    fn ask(&self, query: &str) -> Result<u64, String>;

    /// Called once in a run, when warming up is over and measuring is about to begin.
    fn begin(&self) {}

    /// Asked before each request: whether the run should end here, before its time.
    fn is_stopped(&self) -> bool {
        false
    }
}

impl<F: Fn(&str) -> u64 + Sync> Target for F {
    fn ask(&self, query: &str) -> Result<u64, String> {
        Ok(self(query))
    }
}

/// A target whose answers can fail, such as a server's.
#[derive(Debug, Clone, Copy)]
pub struct Fallible<F>(pub F);

impl<F: Fn(&str) -> Result<u64, String> + Sync> Target for Fallible<F> {
    fn ask(&self, query: &str) -> Result<u64, String> {
        (self.0)(query)
    }
}

/// A number of connections, each of which asks its next query when it has its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLoop {
    connections: usize,
    warm_up_passes: usize,
    end: End,
}

/// When a closed loop ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After so many passes.
    Passes(usize),
    /// With the first answer after so long.
    Duration(Duration),
}

impl ClosedLoop {
    /// `connections` (1 to 1,024) threads that share `passes` (from 1) rounds over all queries,
    /// after `warm_up_passes` rounds that are not measured. Whatever the rounds, the run ends after
    /// [`MOST_REQUESTS`].
    ///
    /// # Errors
    /// [`EvalError::Value`] for a number out of its range.
    pub fn new(
        connections: usize,
        warm_up_passes: usize,
        passes: usize,
    ) -> Result<Self, EvalError> {
        check_threads("connections", connections)?;
        if passes == 0 {
            return Err(EvalError::value("passes", "0", "measure at least one pass"));
        }
        Ok(Self { connections, warm_up_passes, end: End::Passes(passes) })
    }

    /// The same for a time instead of a number of passes: each thread ends with its first answer
    /// after `duration`, in the middle of a pass or not.
    ///
    /// # Errors
    /// [`EvalError::Value`] for a number out of its range.
    pub fn lasting(
        connections: usize,
        warm_up_passes: usize,
        duration: Duration,
    ) -> Result<Self, EvalError> {
        check_threads("connections", connections)?;
        if duration.is_zero() {
            return Err(EvalError::value("duration", "0", "measure for some time"));
        }
        Ok(Self { connections, warm_up_passes, end: End::Duration(duration) })
    }

    /// Requests over `queries`, as far as their number is known.
    fn requests(&self, queries: usize) -> usize {
        let most = usize::try_from(MOST_REQUESTS).unwrap_or(usize::MAX);
        match self.end {
            End::Passes(passes) => queries.saturating_mul(passes).min(most),
            End::Duration(_) if queries == 0 => 0,
            End::Duration(_) => most,
        }
    }
}

/// Requests at a fixed rate, whether or not earlier ones have been answered.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLoop {
    rate: f64,
    duration: Duration,
    workers: usize,
    warm_up_passes: usize,
}

impl OpenLoop {
    /// `rate` requests a second for `duration`, sent by `workers` (1 to 1,024) threads, after
    /// `warm_up_passes` rounds over all queries that are not measured. There must be enough
    /// workers for the requests that wait at the same time; a request that finds none starts late,
    /// and its lateness counts.
    ///
    /// # Errors
    /// [`EvalError::Value`] when the rate is no positive number, the duration gives no request or
    /// more than 50 million, or the number of workers is out of its range.
    pub fn new(
        rate: f64,
        duration: Duration,
        workers: usize,
        warm_up_passes: usize,
    ) -> Result<Self, EvalError> {
        check_threads("workers", workers)?;
        let requests = rate * duration.as_secs_f64();
        if !(rate.is_finite() && rate > 0.0 && (1.0..=MOST_REQUESTS as f64).contains(&requests)) {
            return Err(EvalError::value(
                "rate",
                format!("{rate} requests a second for {} s", duration.as_secs_f64()),
                "choose a positive rate and a duration that give 1 to 50,000,000 requests",
            ));
        }
        Ok(Self { rate, duration, workers, warm_up_passes })
    }

    fn requests(&self) -> u64 {
        (self.rate * self.duration.as_secs_f64()).floor() as u64
    }
}

fn check_threads(what: &'static str, count: usize) -> Result<(), EvalError> {
    if (1..=1_024).contains(&count) {
        return Ok(());
    }
    Err(EvalError::value(what, count.to_string(), "choose 1 to 1,024"))
}

/// Measures a closed loop with the system's clock. An empty list of queries gives an empty record.
///
/// Each pass asks all queries in an order of its own (shuffled with a fixed seed), so that no query
/// always profits from the one before it.
#[must_use]
pub fn closed_loop(
    label: &str,
    queries: &[String],
    options: &ClosedLoop,
    target: &impl Target,
) -> RunRecord {
    closed_loop_with(label, queries, options, target, &SystemClock::start())
}

/// [`closed_loop`] with another clock.
#[must_use]
pub fn closed_loop_with(
    label: &str,
    queries: &[String],
    options: &ClosedLoop,
    target: &impl Target,
    clock: &impl Clock,
) -> RunRecord {
    let mut random = SplitMix64::new(SEED);
    warm_up(queries, options.warm_up_passes, options.connections, target, &mut random);
    let requests = options.requests(queries.len());
    let order = Order::new(queries.len(), requests, &mut random);
    target.begin();
    let begin = clock.now();
    let end = match options.end {
        End::Passes(_) => Duration::MAX,
        End::Duration(duration) => begin.saturating_add(duration),
    };
    let next = AtomicUsize::new(0);
    let samples = in_threads(options.connections, || {
        let mut samples = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let start = clock.now();
            if number >= requests || start >= end || target.is_stopped() {
                return samples;
            }
            let query = order.at(number);
            let answer = target.ask(&queries[query]);
            let took = clock.now().saturating_sub(start);
            samples.push(Sample { query, start, latency: took, service: took, answer });
        }
    });
    let wall = clock.now().saturating_sub(begin);
    let passes = match options.end {
        End::Passes(passes) => passes,
        End::Duration(_) => samples.len() / queries.len().max(1),
    };
    let mode = Mode::Closed { connections: options.connections, passes };
    assemble(label, queries, mode, samples, wall, 0)
}

/// Measures an open loop with the system's clock. An empty list of queries gives an empty record.
///
/// The latency of a request is counted from the moment at which it was due, not from the moment at
/// which it was sent: when the target stalls, the requests that had to wait for it show the stall
/// (what a closed loop hides is Gil Tene's "coordinated omission"). The time from sending to answer
/// is kept as [`RunRecord::service`]. Sending ends at twice the planned duration; what was due but
/// never sent is counted in [`RunRecord::unsent`].
#[must_use]
pub fn open_loop(
    label: &str,
    queries: &[String],
    options: &OpenLoop,
    target: &impl Target,
) -> RunRecord {
    open_loop_with(label, queries, options, target, &SystemClock::start())
}

/// [`open_loop`] with another clock.
#[must_use]
pub fn open_loop_with(
    label: &str,
    queries: &[String],
    options: &OpenLoop,
    target: &impl Target,
    clock: &impl Clock,
) -> RunRecord {
    let mut random = SplitMix64::new(SEED);
    warm_up(queries, options.warm_up_passes, options.workers, target, &mut random);
    let mode = Mode::Open { rate: options.rate, workers: options.workers };
    if queries.is_empty() {
        return assemble(label, queries, mode, Vec::new(), Duration::ZERO, 0);
    }
    let requests = options.requests();
    let order = Order::new(queries.len(), queries.len(), &mut random);
    target.begin();
    let begin = clock.now();
    let give_up = begin + options.duration * 2;
    let next = AtomicU64::new(0);
    let samples = in_threads(options.workers, || {
        let mut samples = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                return samples;
            }
            let due = begin + Duration::from_secs_f64(number as f64 / options.rate);
            clock.sleep_until(due);
            let sent = clock.now();
            if sent >= give_up || target.is_stopped() {
                return samples;
            }
            let query = order.at(usize::try_from(number).unwrap_or(usize::MAX));
            let answer = target.ask(&queries[query]);
            let done = clock.now();
            samples.push(Sample {
                query,
                start: due,
                latency: done.saturating_sub(due),
                service: done.saturating_sub(sent),
                answer,
            });
        }
    });
    let wall = clock.now().saturating_sub(begin);
    let unsent = requests - samples.len() as u64;
    assemble(label, queries, mode, samples, wall, unsent)
}

/// In which order queries are asked: pass after pass over all of them, each shuffled anew.
struct Order(Vec<usize>);

impl Order {
    /// An order for `requests` requests over `queries` queries.
    fn new(queries: usize, requests: usize, random: &mut SplitMix64) -> Self {
        let passes = requests.div_ceil(queries.max(1)).min(ORDERS);
        let mut order = Vec::with_capacity(queries * passes);
        for _ in 0..passes {
            let mut pass: Vec<usize> = (0..queries).collect();
            random.shuffle(&mut pass);
            order.append(&mut pass);
        }
        Self(order)
    }

    /// The query of a request. The order must not be empty.
    fn at(&self, request: usize) -> usize {
        self.0[request % self.0.len()]
    }
}

/// Asks without measuring: caches fill, and threads and connections exist.
fn warm_up(
    queries: &[String],
    passes: usize,
    threads: usize,
    target: &impl Target,
    random: &mut SplitMix64,
) {
    let requests = queries.len().saturating_mul(passes);
    if requests == 0 {
        return;
    }
    let order = Order::new(queries.len(), requests, random);
    let next = AtomicUsize::new(0);
    in_threads(threads, || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests || target.is_stopped() {
                return Vec::<()>::new();
            }
            // An answer that fails here fails again where it is counted.
            let _ = target.ask(&queries[order.at(number)]);
        }
    });
}

/// Runs `work` in `count` threads and puts together what they give. One is the caller's own, so
/// that a single connection measures no other thread's start.
fn in_threads<T: Send>(count: usize, work: impl Fn() -> Vec<T> + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let others: Vec<_> = (1..count).map(|_| scope.spawn(&work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(mut part) => all.append(&mut part),
                // The target panicked; so does the measurement, as it would with one thread.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}
