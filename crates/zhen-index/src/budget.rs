//! The memory budget: how it is split, and the account of documents on their way.
//!
//! Documents between reading and their segment hold a [`Permit`] for their bytes. A reader that finds
//! no room waits until earlier documents have been taken in. Documents must reach the writer in order,
//! so the one that all others wait for is let in as soon as nothing is left that a segment could take
//! in; together with the fact that one document is let in when there is nothing else, this is why the
//! account never deadlocks. It may be exceeded by that document, and by as much as documents turn out
//! larger, once analysed, than they were estimated at ([`Permit::resize`] does not wait).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::errors::IndexError;

/// Memory budget unless told otherwise: 512 MiB.
pub const DEFAULT_MEMORY: usize = 512 << 20;

/// Smallest memory budget: 128 MiB.
pub const LEAST_MEMORY: usize = 128 << 20;

/// Most threads that read and analyse: each takes memory that no account covers, and starting them
/// takes time.
pub const MOST_THREADS: usize = 1024;

/// Smallest share of a thread that builds segments.
const LEAST_BUILDER: usize = 32 << 20;

/// How the memory budget is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    /// Threads that read and analyse.
    pub(crate) workers: usize,
    /// Threads that build segments.
    pub(crate) builders: usize,
    /// Bytes of the segment in the making of each.
    pub(crate) builder: usize,
    /// Bytes of documents on their way.
    pub(crate) queue: usize,
}

impl Split {
    /// Splits `memory` bytes for `threads` threads. What segments and queue leave is for what no
    /// account covers: the dictionary, writing out and merging segments, and the allocator's slack.
    pub(crate) fn of(memory: usize, threads: usize) -> Result<Self, IndexError> {
        if memory < LEAST_MEMORY {
            return Err(IndexError::Options(format!(
                "{} MiB of memory are too few; give at least {}",
                memory >> 20,
                LEAST_MEMORY >> 20
            )));
        }
        if threads == 0 {
            return Err(IndexError::Options("0 threads do no work; give at least 1".to_owned()));
        }
        if threads > MOST_THREADS {
            return Err(IndexError::Options(format!(
                "{threads} threads are too many; give at most {MOST_THREADS}"
            )));
        }
        let queue = memory / 100 * QUEUE_PERCENT;
        let enough = queue.min(threads * QUEUE_PER_WORKER);
        let building = memory / 100 * BUILDING_PERCENT + (queue - enough) / 2;
        // Analysing a document takes longer than putting it into a segment, and segments are better
        // few and large.
        let builders = threads.div_ceil(4).min(building / LEAST_BUILDER).max(1);
        Ok(Self { workers: threads, builders, builder: building / builders, queue: enough })
    }
}

/// Share of the budget that is segments in the making, and half of what the queue leaves of its own.
const BUILDING_PERCENT: usize = 45;
/// Share of the budget that is documents on their way.
const QUEUE_PERCENT: usize = 15;
/// Most bytes of documents on their way for each worker. What has piled up when the last document is
/// analysed is put into segments by fewer threads than there are.
const QUEUE_PER_WORKER: usize = 12 << 20;

/// Position of a document in the order of reading: its file's number, and its own in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Position {
    pub(crate) file: u64,
    pub(crate) document: u64,
}

/// The account of bytes on their way.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    /// The part of `used` that was handed to who builds segments, which frees it in time.
    delivered: usize,
    /// Largest `used` ever was.
    peak: usize,
    /// Largest single permit ever.
    largest: usize,
    /// What the writer waits for.
    next: Position,
    closed: bool,
    waiting: usize,
}

/// What a request for room came to.
#[derive(Debug)]
pub(crate) enum Admission {
    Granted(Permit),
    /// There is no room now.
    Full,
    /// The run ends early.
    Closed,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, state: Mutex::default(), changed: Condvar::new() })
    }

    /// The state is plain numbers, which a panic elsewhere cannot leave half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for room without waiting.
    pub(crate) fn try_admit(self: &Arc<Self>, bytes: usize, position: Position) -> Admission {
        self.admit_now(&mut self.lock(), bytes, position)
    }

    fn admit_now(
        self: &Arc<Self>,
        state: &mut State,
        bytes: usize,
        position: Position,
    ) -> Admission {
        if state.closed {
            return Admission::Closed;
        }
        let fits = state.used.saturating_add(bytes) <= self.limit;
        let will_free = state.delivered > 0 || position > state.next;
        if !fits && state.used > 0 && will_free {
            return Admission::Full;
        }
        self.take(state, bytes);
        Admission::Granted(Permit { bytes, delivered: false, budget: Arc::clone(self) })
    }

    fn take(&self, state: &mut State, bytes: usize) {
        state.used += bytes;
        state.peak = state.peak.max(state.used);
        state.largest = state.largest.max(bytes);
    }

    /// Asks for room and, where there is none, waits a while for something to change.
    pub(crate) fn admit_or_wait(self: &Arc<Self>, bytes: usize, position: Position) -> Admission {
        let mut state = self.lock();
        match self.admit_now(&mut state, bytes, position) {
            Admission::Full => {}
            decided => return decided,
        }
        state.waiting += 1;
        // A missed wake-up costs this long, never for ever.
        let patience = std::time::Duration::from_millis(20);
        let (mut state, _) =
            self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        self.admit_now(&mut state, bytes, position)
    }

    /// Says what the writer waits for now.
    pub(crate) fn set_next(&self, next: Position) {
        let mut state = self.lock();
        state.next = next;
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Lets nobody in any more, and wakes who waits.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// The most bytes that were ever on their way at once, and the largest document's.
    pub(crate) fn peak(&self) -> (usize, usize) {
        let state = self.lock();
        (state.peak, state.largest)
    }
}

/// Room for some bytes, given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    bytes: usize,
    delivered: bool,
    budget: Arc<Budget>,
}

impl Permit {
    /// Corrects the number of bytes to what it turned out to be.
    pub(crate) fn resize(&mut self, bytes: usize) {
        let budget = &self.budget;
        let mut state = budget.lock();
        debug_assert!(!self.delivered, "what was handed on does not change");
        state.used -= self.bytes;
        budget.take(&mut state, bytes);
        if bytes < self.bytes && state.waiting > 0 {
            budget.changed.notify_all();
        }
        self.bytes = bytes;
    }

    /// Notes that the bytes are about to be handed to who builds segments.
    pub(crate) fn deliver(&mut self) {
        if !std::mem::replace(&mut self.delivered, true) {
            self.budget.lock().delivered += self.bytes;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let budget = &self.budget;
        let mut state = budget.lock();
        state.used -= self.bytes;
        if self.delivered {
            state.delivered -= self.bytes;
        }
        if state.waiting > 0 {
            budget.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: u64, document: u64) -> Position {
        Position { file, document }
    }

    fn granted(admission: Admission) -> Permit {
        match admission {
            Admission::Granted(permit) => permit,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_parts_stay_within_the_whole_for_any_number_of_threads() {
        for memory in [LEAST_MEMORY, DEFAULT_MEMORY, 8 << 30] {
            for threads in [1, 2, 3, 8, 64, 1000, MOST_THREADS] {
                let split = Split::of(memory, threads).unwrap();
                assert_eq!(split.workers, threads);
                assert!(split.builder >= LEAST_BUILDER);
                assert!(split.builder * split.builders + split.queue <= memory * 6 / 10);
            }
        }
        assert!(Split::of(LEAST_MEMORY - 1, 1).is_err());
        assert!(Split::of(DEFAULT_MEMORY, 0).is_err());
        assert!(Split::of(DEFAULT_MEMORY, MOST_THREADS + 1).is_err());
        assert!(Split::of(usize::MAX, usize::MAX).is_err());
    }

    #[test]
    fn what_does_not_fit_waits_unless_all_wait_for_it() {
        let budget = Budget::new(100);
        let first = granted(budget.try_admit(80, at(0, 0)));
        assert!(matches!(budget.try_admit(30, at(0, 1)), Admission::Full));
        budget.set_next(at(0, 1));
        let second = granted(budget.try_admit(30, at(0, 1)));
        assert!(matches!(budget.try_admit(1, at(0, 2)), Admission::Full));
        drop(first);
        granted(budget.try_admit(1, at(0, 2)));
        drop(second);
        assert_eq!(budget.peak(), (110, 80));
    }

    #[test]
    fn one_document_larger_than_the_budget_is_let_in_alone() {
        let budget = Budget::new(100);
        budget.set_next(at(0, 0));
        let huge = granted(budget.try_admit(1000, at(5, 0)));
        assert!(matches!(budget.try_admit(1, at(5, 1)), Admission::Full));
        drop(huge);
        granted(budget.try_admit(1, at(5, 1)));
    }

    #[test]
    fn a_closed_account_lets_nobody_in() {
        let budget = Budget::new(100);
        budget.close();
        assert!(matches!(budget.try_admit(1, at(0, 0)), Admission::Closed));
        assert!(matches!(budget.admit_or_wait(1, at(0, 0)), Admission::Closed));
    }

    #[test]
    fn a_permit_counts_what_it_was_corrected_to() {
        let budget = Budget::new(100);
        let mut permit = granted(budget.try_admit(100, at(0, 1)));
        permit.resize(10);
        granted(budget.try_admit(90, at(0, 2)));
        permit.resize(100);
        assert!(matches!(budget.try_admit(1, at(0, 3)), Admission::Full));
    }
}
