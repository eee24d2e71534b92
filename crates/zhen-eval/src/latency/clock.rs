//! Time, as the load generator sees it.

use std::thread;
use std::time::{Duration, Instant};

/// A clock that only goes forward. Tests bring one of their own, so that no test waits.
pub trait Clock: Sync {
    /// Time since the clock began.
    fn now(&self) -> Duration;

    /// Returns at `at` or as soon after it as possible; at once when it has passed.
    fn sleep_until(&self, at: Duration);
}

/// The system's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

/// A sleeping thread wakes up late by about this much; the rest is spent yielding.
const WAKE_UP: Duration = Duration::from_micros(120);

impl SystemClock {
    /// A clock that begins now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep_until(&self, at: Duration) {
        loop {
            let left = at.saturating_sub(self.now());
            if left.is_zero() {
                return;
            }
            if left > WAKE_UP {
                thread::sleep(left - WAKE_UP);
            } else {
                thread::yield_now();
            }
        }
    }
}
