//! `zhen bench`.
//!
//! `searcher` is what answers, in this process or over HTTP (`client`); the load comes from
//! `zhen_eval::latency`; `about` says what a run was measured with, `show` prints it.

mod about;
mod client;
mod searcher;
mod show;

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use zhen_eval::latency::{
    ClosedLoop, MOST_REQUESTS, OpenLoop, RunComparison, RunRecord, closed_loop, compare,
    counterpart, open_loop, read_queries,
};
use zhen_eval::report;
use zhen_search::SearchRequest;

use self::client::Client;
use self::searcher::{InProcess, MEND_GONE, Measured, Remote, Searcher};
use super::open_engine;
use crate::args::BenchArgs;
use crate::failure::{Failure, Outcome};
use crate::output::{Console, ticker};
use crate::settings::{Form, Settings};
use crate::stop;

/// Holds the API key for a server.
const KEY_VARIABLE: &str = "ZHEN_SEARCH_KEY";
/// Passes over all queries unless told.
const USUAL_REPEAT: usize = 10;
/// How long each rate is kept up unless told.
const USUAL_DURATION: Duration = Duration::from_secs(10);
/// Requests that may be under way at the same time at a fixed rate, unless told.
const USUAL_WORKERS: usize = 64;

/// One measurement of a command.
struct Step {
    label: String,
    load: Load,
    /// Requests of it, those for warming up included, where that is known.
    total: Option<u64>,
}

enum Load {
    Closed(ClosedLoop),
    Open(OpenLoop),
}

pub(crate) fn run(args: &BenchArgs, settings: &Settings) -> Result<Outcome, Failure> {
    // Whatever can be wrong is looked for before anything is measured.
    let mut queries = Vec::new();
    for file in &args.queries {
        queries.extend(read_queries(file)?);
    }
    let steps = steps(args, queries.len())?;
    let baseline = match &args.baseline {
        Some(path) => read_baseline(path, &queries)?,
        None => Vec::new(),
    };
    [&args.output, &args.html].into_iter().flatten().try_for_each(|path| check_writable(path))?;
    let request = SearchRequest {
        limit: args.limit,
        passages: args.passages.unwrap_or(SearchRequest::default().passages),
        exact: args.exact,
        filter: args.filter.clone(),
        ..SearchRequest::default()
    };
    let searcher = searcher(args, &request, settings)?;
    let index = searcher.index()?;
    let first = queries.first().map_or("", String::as_str);
    searcher.hits(first).map_err(|message| {
        Failure::Usage(format!("{}: the first query failed: {message}", searcher.place()))
    })?;

    let facts = about::facts(args, &request, queries.len(), &index, &searcher.place());
    let mut console = Console::of_work(settings);
    let shows = !settings.is_quiet();
    if shows && console.form != Form::Json {
        show::header(&mut console, &facts)?;
        console.flush()?;
    }
    show::tell_doubts(&facts, &baseline, settings);
    let stop = stop::on_interrupt();
    let mut records = Vec::new();
    let mut comparisons = Vec::new();
    for step in &steps {
        let measured = Measured::new(searcher.as_ref(), &stop);
        let mut record =
            ticker::watched(settings, &step.label, measured.asked(), step.total, || {
                match &step.load {
                    Load::Closed(load) => closed_loop(&step.label, &queries, load, &measured),
                    Load::Open(load) => open_loop(&step.label, &queries, load, &measured),
                }
            });
        if stop.load(Ordering::SeqCst) {
            return Err(Failure::Interrupted);
        }
        if record.requests == 0 && searcher.is_gone() {
            // It went while warming up, of which nothing is recorded.
            if records.is_empty() {
                return Err(gone(searcher.as_ref()));
            }
            break;
        }
        record.usage = measured.usage();
        record.about.clone_from(&facts);
        let comparison = counterpart(&baseline, &record).map(|other| compare(other, &record));
        if shows && console.form == Form::Json {
            console.json(&show::Line { record: &record, comparison: comparison.as_ref() })?;
            console.flush()?;
        }
        records.push(record);
        comparisons.extend(comparison);
        if searcher.is_gone() {
            break;
        }
    }
    write(args, &baseline, &records)?;
    if shows && console.form != Form::Json {
        show::results(&mut console, &records, &comparisons, settings.is_verbose())?;
    }
    console.flush()?;
    judge(&records, &comparisons, searcher.as_ref(), settings)
}

/// What is to be measured, in order.
fn steps(args: &BenchArgs, queries: usize) -> Result<Vec<Step>, Failure> {
    let warm_up = queries.saturating_mul(args.warm_up) as u64;
    if args.rate.is_empty() {
        let connections = args.connections.unwrap_or(1);
        let usual = match connections {
            1 => "1 connection".to_owned(),
            connections => format!("{connections} connections"),
        };
        let label = args.label.clone().unwrap_or(usual);
        let (load, total) = match args.duration {
            Some(duration) => (ClosedLoop::lasting(connections, args.warm_up, duration)?, None),
            None => {
                let repeat = args.repeat.unwrap_or(USUAL_REPEAT);
                let total = queries.saturating_mul(repeat) as u64;
                if total > MOST_REQUESTS {
                    let message =
                        format!("--repeat {repeat} asks for too many requests; choose fewer");
                    return Err(Failure::Usage(message));
                }
                let load = ClosedLoop::new(connections, args.warm_up, repeat)?;
                (load, Some(total.saturating_add(warm_up)))
            }
        };
        return Ok(vec![Step { label, load: Load::Closed(load), total }]);
    }
    let workers = args.connections.unwrap_or(USUAL_WORKERS);
    let duration = args.duration.unwrap_or(USUAL_DURATION);
    let step = |&rate: &f64| {
        let load = OpenLoop::new(rate, duration, workers, args.warm_up)?;
        let label = match &args.label {
            Some(label) if args.rate.len() > 1 => format!("{label} {rate}/s"),
            Some(label) => label.clone(),
            None => format!("{rate}/s"),
        };
        let total = (rate * duration.as_secs_f64()) as u64 + warm_up;
        Ok(Step { label, load: Load::Open(load), total: Some(total) })
    };
    args.rate.iter().map(step).collect()
}

/// Reads a recorded run of at least some of the same queries. Its name says that it is one.
fn read_baseline(path: &Path, queries: &[String]) -> Result<Vec<RunRecord>, Failure> {
    let mut baseline = RunRecord::read(path)?;
    let bad = |what: &str, mend: &str| {
        Err(Failure::Usage(format!("the baseline {} {what}; {mend}", path.display())))
    };
    let asked = |record: &RunRecord| record.queries.iter().any(|old| queries.contains(&old.text));
    if !baseline.iter().any(asked) {
        return bad("has none of these queries", "name a record of the same queries");
    }
    if baseline.iter().any(|record| record.errors > 0) {
        return bad("has failed requests", "record it again");
    }
    for record in &mut baseline {
        record.label.push_str(" (baseline)");
    }
    Ok(baseline)
}

/// Fails for a file that could not be written after all the measuring.
fn check_writable(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let problem = if path.is_dir() {
        "is a folder; name a file in it"
    } else if folder.is_some_and(|folder| !folder.is_dir()) {
        "lies in a folder that is not there; make it first"
    } else {
        return Ok(());
    };
    Err(Failure::Usage(format!("{} {problem}", path.display())))
}

fn searcher(
    args: &BenchArgs,
    request: &SearchRequest,
    settings: &Settings,
) -> Result<Box<dyn Searcher>, Failure> {
    let Some(url) = &args.url else {
        let engine = open_engine(settings)?;
        return Ok(Box::new(InProcess::new(engine, request.clone(), settings.index_name())));
    };
    let key = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.trim().is_empty());
    let client = Client::new(url, key.as_deref().map(str::trim)).map_err(Failure::Usage)?;
    // The variable names an index of this machine.
    let index = settings.names_index_by_option().then(|| settings.index_name());
    Ok(Box::new(Remote::new(client, url, request.clone(), index)))
}

fn write(args: &BenchArgs, baseline: &[RunRecord], records: &[RunRecord]) -> Result<(), Failure> {
    if let Some(path) = &args.output {
        RunRecord::write(records, path)?;
    }
    if let Some(path) = &args.html {
        let page = report::html(baseline, records);
        std::fs::write(path, page).map_err(|cause| Failure::File {
            doing: "write the report",
            path: path.clone(),
            cause,
            mend: "choose a place that can be written to",
        })?;
    }
    Ok(())
}

/// What the runs are worth: an error when requests failed, nothing good when hits have changed.
fn judge(
    records: &[RunRecord],
    comparisons: &[RunComparison],
    searcher: &dyn Searcher,
    settings: &Settings,
) -> Result<Outcome, Failure> {
    if !searcher.is_gone() {
        show::tell_gaps(records, settings);
    }
    match records.iter().find(|record| record.errors > 0) {
        Some(record) => Err(Failure::Usage(show::failed(record, searcher.is_gone()))),
        None if searcher.is_gone() => Err(gone(searcher)),
        None => Ok(Outcome::found(comparisons.iter().all(|one| one.hit_changes.is_empty()))),
    }
}

/// What is said of a server that ended between the requests of two runs.
fn gone(searcher: &dyn Searcher) -> Failure {
    Failure::Usage(format!("the server {} is gone; {MEND_GONE}", searcher.place()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn steps_of(options: &[&str]) -> Result<Vec<(String, Option<u64>)>, String> {
        let args = [&["zhen", "bench", "--queries", "q.txt"], options].concat();
        let Command::Bench(args) = Cli::try_parse_from(args).unwrap().command else {
            panic!("another command");
        };
        let steps = steps(&args, 100).map_err(|failure| failure.to_string())?;
        Ok(steps.into_iter().map(|step| (step.label, step.total)).collect())
    }

    #[test]
    fn options_say_what_is_measured() {
        let one = |label: &str, total| Ok(vec![(label.to_owned(), total)]);
        assert_eq!(steps_of(&[]), one("1 connection", Some(1_100)));
        let options = ["--connections", "4", "--repeat", "2", "--warm-up", "0"];
        assert_eq!(steps_of(&options), one("4 connections", Some(200)));
        assert_eq!(steps_of(&["--duration", "1s", "--label", "now"]), one("now", None));
        assert_eq!(steps_of(&["--rate", "50"]), one("50/s", Some(600)));
        let steps = steps_of(&["--rate", "50,0.5", "--duration", "2s", "--label", "now"]).unwrap();
        let steps: Vec<_> = steps.iter().map(|(label, total)| (label.as_str(), *total)).collect();
        assert_eq!(steps, [("now 50/s", Some(200)), ("now 0.5/s", Some(101))]);
    }

    #[test]
    fn what_cannot_be_measured_is_refused_first() {
        for (options, what) in [
            (&["--connections", "0"][..], "connections"),
            (&["--connections", "100000", "--rate", "5"], "workers"),
            (&["--repeat", "0"], "passes"),
            (&["--repeat", "1000000"], "too many"),
            (&["--rate", "1e9"], "rate"),
        ] {
            let error = steps_of(options).unwrap_err();
            assert!(error.contains(what), "{options:?}: {error}");
        }
    }
}
