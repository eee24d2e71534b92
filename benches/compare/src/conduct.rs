//! The run: all engines take turns, step by step, each in a process of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;

use crate::Outcome;
use crate::args::{Args, Step};
use crate::check::Check;
use crate::engine::Engine;
use crate::measure::{Indexing, Searching};
use crate::report::{EngineReport, Report};
use crate::{about, corpus};

/// An engine that takes longer than this to index, in seconds, does so only once.
const SLOW: f64 = 30.0;

/// Conducts the run and writes its results.
pub(crate) fn run(args: &Args) -> Outcome<()> {
    let mut facts = about::facts()?;
    let documents = corpus::documents(args)?;
    let queries = corpus::queries(args)?;
    facts.push(("documents", corpus::described(args, &documents)));
    facts.push(("queries", corpus::described_queries(args, &queries)));
    let queries = queries.len();
    drop(documents);

    let folder = tempfile::tempdir()?;
    let mut engines = Vec::new();
    let mut missing = Vec::new();
    for &engine in &args.engines {
        match engine.missing() {
            None => engines.push((engine, Vec::<Indexing>::new())),
            Some(why) => {
                eprintln!("skipped: {}: {why}", engine.name());
                missing.push((engine.name().to_owned(), why));
            }
        }
    }
    let dir = |engine: Engine| folder.path().join(engine.key());
    for round in 0..args.rounds.max(1) {
        for (engine, rounds) in &mut engines {
            if rounds.last().is_some_and(|last| last.seconds > SLOW || !engine.indexes()) {
                continue;
            }
            let dir = dir(*engine);
            if round > 0 {
                std::fs::remove_dir_all(&dir)?;
            }
            std::fs::create_dir(&dir)?;
            let figures: Indexing = child(args, Step::Index, *engine, &dir)?;
            eprintln!("    {:.2} s, {:.1} MB/s", figures.seconds, figures.throughput());
            rounds.push(figures);
        }
    }
    let mut checked: Vec<Vec<Check>> = Vec::new();
    for (engine, _) in &engines {
        checked.push(child(args, Step::Check, *engine, &dir(*engine))?);
    }
    let mut reports = Vec::new();
    for ((engine, rounds), checks) in engines.into_iter().zip(checked) {
        let searching: Searching = child(args, Step::Search, engine, &dir(engine))?;
        let version = engine.version()?;
        reports.push(EngineReport::new(engine, version, rounds, searching, checks));
    }
    let report = Report { facts, queries, engines: reports, missing };
    let out = args.out.clone().unwrap_or_else(|| {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../results")).to_path_buf()
    });
    std::fs::create_dir_all(&out)?;
    let name = format!("compare-{}", about::date()?);
    let markdown = report.markdown();
    std::fs::write(out.join(format!("{name}.md")), &markdown)?;
    std::fs::write(out.join(format!("{name}.json")), report.json()?)?;
    println!("{markdown}");
    eprintln!("written: {name}.md and {name}.json");
    Ok(())
}

/// Runs a step of an engine in a process of its own and reads what it says.
fn child<T: DeserializeOwned>(args: &Args, step: Step, engine: Engine, dir: &Path) -> Outcome<T> {
    eprintln!("==> {} {}", step.name(), engine.key());
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--step", step.name(), "--engine", engine.key(), "--dir"]).arg(dir);
    let paths = [("--corpus", &args.corpus), ("--queries", &args.queries)];
    for (option, path) in paths {
        if let Some(path) = path {
            command.arg(option).arg(path);
        }
    }
    let numbers = [("--limit", args.limit), ("--threads", args.threads)];
    for (option, number) in numbers {
        if let Some(number) = number {
            command.args([option, &number.to_string()]);
        }
    }
    command.args(["--repeat", &args.repeat.max(1).to_string()]);
    command.args(["--sample", &args.sample.max(1).to_string()]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        let (step, name) = (step.name(), engine.name());
        return Err(format!("the step `{step}` of {name} failed; see above").into());
    }
    // An engine may say things of its own before.
    let text = String::from_utf8(output.stdout)?;
    let last = text.trim_end().lines().next_back().unwrap_or_default();
    Ok(serde_json::from_str(last)?)
}
