//! `cargo xtask compare`: the same documents and queries through zhen and through other engines, in
//! one run on one machine. What is compared, how each engine is set up and what cannot be compared
//! stands in `README.md` beside this package.
//!
//! This process only conducts: each engine indexes, is checked and is measured in processes of its
//! own, so that memory is told for each by itself and no engine profits from another's caches but
//! the system's. A child writes its figures to standard output as JSON.

mod about;
mod args;
mod check;
mod conduct;
mod corpus;
mod engine;
mod engines;
mod measure;
mod report;
mod runs;
mod truth;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Step};

/// What can go wrong ends the run with one message.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.step {
        None => conduct::run(&args),
        Some(step) => child(&args, step),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One step of one engine.
fn child(args: &Args, step: Step) -> Outcome<()> {
    let engine = args.engine.ok_or("a step is of one engine")?;
    let dir = args.dir.as_deref().ok_or("a step has a folder")?;
    let documents = || corpus::documents(args);
    let json = match step {
        Step::Index => serde_json::to_string(&measure::index(engine, documents()?, dir, args)?)?,
        Step::Check => {
            let searcher = engine.open(dir)?;
            let checks = check::check(&*searcher, &documents()?, &corpus::queries(args)?)?;
            serde_json::to_string(&checks)?
        }
        Step::Search => {
            let searcher = engine.open(dir)?;
            serde_json::to_string(&measure::search(&*searcher, &corpus::queries(args)?, args)?)?
        }
    };
    println!("{json}");
    Ok(())
}
