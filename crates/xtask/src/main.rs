//! What developers run: `cargo xtask COMMAND`.
//!
//! One module a command; each has a `run` that takes the root of the workspace and the arguments
//! after the command's name. A failure is one message, printed here.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program does")]

mod browser;
mod compare;
mod data;
mod figures;
mod promise;
mod test;
mod tidy;

use std::env;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
What developers of zhen run.

Usage: cargo xtask COMMAND [OPTIONS]

Commands:
  test [--fast]     everything that must hold before a change lands: tidy, format, clippy,
                    documentation, all tests; --fast leaves out the slow ones
  compare [OPTIONS] the same documents and queries through zhen and other engines, into
                    benches/results; `cargo xtask compare --help` lists the options
  data [TABLE…]     builds the static tables under data/ from their sources: fold, jieba,
                    lexicon, pinyin, regional
  promise --corpus FILE [--samples N]
                    what stands in quotes is found and nothing else, over a whole corpus (JSON
                    lines, .zst too), against a plain scan; 20000 samples unless told
  figures [--corpus FILE] [--large FILE] [--queries FOLDER] [--output FOLDER] [--repeat N]
                    the figures to reach, measured on the release build: indexing, searching,
                    serving, starting, growing; written to benches/results
  tidy              the architecture's invariants, checked by program
  help              this text

Exit status: 0 when all is well, 1 when something failed, 2 when the command was not understood.";

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood.
    Usage(String),
    /// Something that had to hold does not, or could not be found out.
    Failed(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => write!(f, "{message}; `cargo xtask help` lists what there is"),
            Self::Failed(message) => f.write_str(message),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            match failure {
                Failure::Usage(_) => ExitCode::from(2),
                Failure::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn run(args: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = args.split_first() else {
        return Err(Failure::Usage("no command given".to_owned()));
    };
    // The comparison knows its options itself.
    let is_help = |arg: &String| arg == "-h" || arg == "--help";
    if command != "compare" && rest.iter().any(is_help) {
        println!("{HELP}");
        return Ok(());
    }
    match command.as_str() {
        "compare" => compare::run(&root()?, rest),
        "data" => data::run(&root()?, rest),
        "figures" => figures::run(&root()?, rest),
        "promise" => promise::run(&root()?, rest),
        "test" => test::run(&root()?, rest),
        "tidy" => tidy::run(&root()?, rest),
        "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Failure::Usage(format!("there is no command `{other}`"))),
    }
}

/// The root of the workspace: two folders above this crate's, which cargo names at run time, so
/// that a moved or copied clone works without a rebuild.
fn root() -> Result<PathBuf, Failure> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .ok_or_else(|| Failure::Usage("run this through cargo: `cargo xtask …`".to_owned()))?;
    let root = Path::new(&manifest).ancestors().nth(2);
    root.map(Path::to_owned)
        .ok_or_else(|| Failure::Failed("the xtask crate does not lie in crates/xtask".to_owned()))
}

/// Refuses arguments that a command does not know.
pub(crate) fn only_known(command: &str, args: &[String], known: &[&str]) -> Result<(), Failure> {
    match args.iter().find(|arg| !known.contains(&arg.as_str())) {
        Some(arg) => Err(Failure::Usage(format!("`{command}` does not know `{arg}`"))),
        None => Ok(()),
    }
}
