//! `cargo xtask test`: everything that must hold before a change lands, cheapest first.
//!
//! The steps stop at the first that fails. The last step is the test runner, and nothing is
//! printed after it, so that its own summary closes the output.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::browser::{self, Browser};
use crate::{Failure, compare, only_known, tidy};

/// Tests that take long carry this in their name; `--fast` leaves them out.
const SLOW: &str = "slow_";

/// One thing to do: a check of our own, or a program to run.
enum Step {
    Tidy,
    Cargo { args: &'static [&'static str], env: &'static [(&'static str, &'static str)] },
}

impl Step {
    const fn cargo(args: &'static [&'static str]) -> Self {
        Self::Cargo { args, env: &[] }
    }

    /// The step as one would type it.
    fn command_line(&self) -> String {
        match self {
            Self::Tidy => "cargo xtask tidy".to_owned(),
            Self::Cargo { args, env } => {
                let mut line = String::new();
                for (key, value) in *env {
                    line += &format!("{key}='{value}' ");
                }
                line += "cargo";
                for arg in *args {
                    line += &if arg.contains(['(', ' ']) {
                        format!(" '{arg}'")
                    } else {
                        format!(" {arg}")
                    };
                }
                line
            }
        }
    }

    fn run(&self, root: &Path, browser: Option<&Browser>) -> Result<(), Failure> {
        let Self::Cargo { args, env } = self else { return tidy::check_and_report(root) };
        let mut command = cargo(root);
        command.args(*args).envs(env.iter().copied());
        if let Some(browser) = browser {
            command.env(browser::CHROMIUM, &browser.chromium);
            command.env(browser::CHROMEDRIVER, &browser.chromedriver);
        }
        let status = command.stdin(Stdio::null()).status().map_err(|error| {
            Failure::Failed(format!("`{}` cannot be started: {error}", self.command_line()))
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Failed(format!("`{}` failed ({status})", self.command_line())))
    }
}

/// What `cargo xtask test` does, in order.
///
/// `cargo nextest` runs no documentation tests, so they go first when it runs the others; `cargo
/// test` runs both, but its last summary would then be that of one crate's documentation, so the
/// order is the same there.
fn steps(fast: bool, nextest: bool) -> Vec<Step> {
    let mut steps = vec![
        Step::Tidy,
        Step::cargo(&["fmt", "--all", "--check"]),
        // A workspace of its own; its engines are compiled when they are compared.
        Step::cargo(&["fmt", "--manifest-path", compare::MANIFEST, "--check"]),
        Step::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ];
    if !fast {
        steps.push(Step::Cargo {
            args: &["doc", "--workspace", "--no-deps"],
            env: &[("RUSTDOCFLAGS", "-D warnings")],
        });
        steps.push(Step::cargo(&["test", "--workspace", "--doc"]));
    }
    steps.push(match (nextest, fast) {
        (true, false) => Step::cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]),
        (true, true) => Step::cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "-E",
            "not test(slow_)",
        ]),
        (false, false) => {
            Step::cargo(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"])
        }
        (false, true) => Step::cargo(&[
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--",
            "--skip",
            SLOW,
        ]),
    });
    steps
}

/// Runs all steps, or with `--fast` those that are quick.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    only_known("test", args, &["--fast"])?;
    let fast = args.iter().any(|arg| arg == "--fast");

    let browser = if fast { browser::find() } else { browser::find_or_install() };
    match &browser {
        Ok(browser) => eprintln!("page tests use {}", browser.chromium.display()),
        Err(missing) => eprintln!("page tests will be skipped: {missing}"),
    }

    let steps = steps(fast, has_nextest(root));
    let mut last: Option<Duration> = None;
    for (number, step) in (1..).zip(&steps) {
        if let Some(took) = last {
            eprintln!("    took {:.1} s", took.as_secs_f64());
        }
        eprintln!("==> [{number}/{}] {}", steps.len(), step.command_line());
        let started = Instant::now();
        step.run(root, browser.as_ref().ok()).map_err(|failure| {
            Failure::Failed(format!("step {number} of {}: {failure}", steps.len()))
        })?;
        last = Some(started.elapsed());
    }
    Ok(())
}

/// The cargo that runs us, at the root of the workspace.
fn cargo(root: &Path) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

fn has_nextest(root: &Path) -> bool {
    let mut probe = cargo(root);
    probe.args(["nextest", "--version"]).stdin(Stdio::null());
    probe.stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::{SLOW, Step, steps};

    fn lines(fast: bool, nextest: bool) -> Vec<String> {
        steps(fast, nextest).iter().map(Step::command_line).collect()
    }

    #[test]
    fn the_whole_run_is_in_the_promised_order_and_ends_with_the_test_runner() {
        assert_eq!(
            lines(false, true),
            [
                "cargo xtask tidy",
                "cargo fmt --all --check",
                "cargo fmt --manifest-path benches/compare/Cargo.toml --check",
                "cargo clippy --workspace --all-targets -- -D warnings",
                "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps",
                "cargo test --workspace --doc",
                "cargo nextest run --workspace --no-fail-fast",
            ]
        );
        let plain = lines(false, false);
        assert_eq!(
            plain.last().unwrap(),
            "cargo test --workspace --no-fail-fast --lib --bins --tests"
        );
    }

    #[test]
    fn a_fast_run_leaves_out_documentation_and_slow_tests() {
        for nextest in [true, false] {
            let fast = lines(true, nextest);
            assert!(!fast.iter().any(|line| line.contains(" doc ") || line.contains("--doc")));
            assert!(fast.last().unwrap().contains(SLOW));
        }
        assert!(lines(true, true).last().unwrap().ends_with("-E 'not test(slow_)'"));
    }
}
