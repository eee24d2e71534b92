//! Ending a long command by Ctrl-C.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// Exit status of a process that SIGINT ended, as shells report it.
const INTERRUPTED: i32 = 130;

/// A flag that Ctrl-C (or a request to terminate) sets, so that a run can end in order. A second
/// Ctrl-C ends the process at once: what was not committed is lost, what was stays.
pub(crate) fn on_interrupt() -> Arc<AtomicBool> {
    static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        // Without a handler Ctrl-C ends the process at once, which harms no index.
        let _ = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(INTERRUPTED);
            }
            say();
        });
        stop
    });
    Arc::clone(&STOP)
}

/// Tells a person why it takes a moment; that it cannot be said is no matter.
pub(crate) fn say() {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let _ = writeln!(err, "\nzhen: stopping; Ctrl-C again ends it at once");
    }
}
