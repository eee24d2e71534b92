//! `cargo xtask promise`: promise 1 over a whole corpus, in release mode.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// Samples compared unless told.
const SAMPLES: &str = "20000";

/// Runs the promise's test over the corpus given.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let mut corpus = None;
    let mut samples = SAMPLES.to_owned();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || {
            let value = args.next().cloned();
            value.ok_or_else(|| Failure::Usage(format!("`{arg}` wants a value")))
        };
        match arg.as_str() {
            "--corpus" => corpus = Some(PathBuf::from(value()?)),
            "--samples" => samples = value()?,
            other => return Err(Failure::Usage(format!("`promise` does not know `{other}`"))),
        }
    }
    let corpus =
        corpus.ok_or_else(|| Failure::Usage("`promise` wants --corpus FILE".to_owned()))?;
    let corpus = std::path::absolute(&corpus)?;
    if !corpus.is_file() {
        return Err(Failure::Failed(format!("there is no file {}", corpus.display())));
    }
    if samples.parse::<usize>().is_err() {
        return Err(Failure::Usage(format!("--samples wants a number, not `{samples}`")));
    }
    let status = Command::new(env!("CARGO"))
        .args(["test", "--release", "--package", "zhen-search", "--test", "promise"])
        .args(["--", "--nocapture"])
        .current_dir(root)
        .env("ZHEN_PROMISE_CORPUS", corpus)
        .env("ZHEN_PROMISE_SAMPLES", samples)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure::Failed("the promise is not kept; see above".to_owned())),
    }
}
