//! A bar for work that only counts, so that drawing costs the work nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::one_line;
use crate::settings::Settings;

/// Time between two looks at the counter: seldom enough to be no load beside a measurement.
const LOOK: Duration = Duration::from_millis(200);
const KNOWN: &str = "{bar:24} {percent:>3}%  {msg}  {human_pos} of {human_len} requests";
const UNKNOWN: &str = "{spinner} {msg}  {human_pos} requests";

/// Runs `work` while a bar on standard error, where that is a terminal, shows how far `counter` has
/// come towards `total`. A thread of its own looks at the counter.
pub(crate) fn watched<T>(
    settings: &Settings,
    message: &str,
    counter: &AtomicU64,
    total: Option<u64>,
    work: impl FnOnce() -> T,
) -> T {
    if !settings.bar {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let drawer = scope.spawn(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(total, target);
            let template = if total.is_some() { KNOWN } else { UNKNOWN };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar.set_message(one_line(message));
            while !done.load(Ordering::Acquire) {
                bar.set_position(counter.load(Ordering::Relaxed));
                bar.tick();
                thread::park_timeout(LOOK);
            }
            bar.finish_and_clear();
        });
        // The drawer ends however the work ends, or the scope would wait for it for ever.
        let ended = Ended { done: &done, drawer: drawer.thread() };
        let result = work();
        drop(ended);
        result
    })
}

/// Tells the drawer that the work has ended, when dropped.
struct Ended<'a> {
    done: &'a AtomicBool,
    drawer: &'a thread::Thread,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        self.drawer.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_of_the_bar_are_sound() {
        assert!(ProgressStyle::with_template(KNOWN).is_ok());
        assert!(ProgressStyle::with_template(UNKNOWN).is_ok());
    }
}
