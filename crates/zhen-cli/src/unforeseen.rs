//! Panics: one line that says what to do, instead of a trace of the stack.
//!
//! What reads a damaged index may panic where no check could be afforded, so a panic is no sure sign of
//! a mistake in the program.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use crate::FAILED;
use crate::output::{Told, tell};
use crate::settings::Settings;

/// Tells of panics in every thread from now on, with the trace only where `RUST_BACKTRACE` asks for it.
pub(crate) fn tell_of_panics(settings: &Settings) {
    let settings = settings.clone();
    let with_trace = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            with_trace(info);
        }
        let at = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let payload = info.payload();
        let formatted = payload.downcast_ref::<String>().map(String::as_str);
        let what = formatted.or_else(|| payload.downcast_ref::<&str>().copied());
        let text = sentence(what, at.as_deref());
        tell(&settings, Told::Error, &text);
    }));
}

fn sentence(what: Option<&str>, at: Option<&str>) -> String {
    format!(
        "this was not foreseen: {} ({}); the index may be damaged, check it with `zhen verify`, and \
         if it is sound, please report this line",
        what.unwrap_or("no message"),
        at.unwrap_or("nobody knows where"),
    )
}

/// The exit status of `work`, that of an error when it panics.
pub(crate) fn exit_status(work: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitCode::from(FAILED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_line_that_says_what_to_do_and_an_error_to_the_shell() {
        let line = sentence(Some("index out of bounds"), Some("vint.rs:51"));
        assert!(line.contains("index out of bounds (vint.rs:51)") && line.contains("zhen verify"));
        assert_eq!(line.lines().count(), 1);
        let status = exit_status(|| panic!("on purpose"));
        assert_eq!(format!("{status:?}"), format!("{:?}", ExitCode::from(FAILED)));
    }
}
