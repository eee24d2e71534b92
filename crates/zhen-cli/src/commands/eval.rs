//! `zhen eval`.

use std::collections::{BTreeSet, HashSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use zhen_eval::{
    Baseline, EvalRecord, EvalSet, Evaluation, Measure, MeasureComparison, RankedDoc, Run,
    comparison_table,
};
use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Duplicates, Engine, IndexEngine, SearchRequest};

use crate::args::EvalArgs;
use crate::failure::{Failure, Outcome};
use crate::output::progress::Shown;
use crate::output::table::{Align, Table};
use crate::output::{Console, Told, count, grouped, tell};
use crate::settings::{Form, Settings};
use crate::stop;

/// Hits asked for a query.
const DEPTH: usize = 100;

/// What came out for one set.
struct SetResult {
    name: String,
    evaluation: Evaluation,
    /// How it compares with the baseline, where that answers queries of the set.
    comparison: Option<Vec<MeasureComparison>>,
    /// Mean time of a query.
    mean: Duration,
}

impl SetResult {
    fn compared(&self) -> Option<(&str, &[MeasureComparison])> {
        Some((&self.name, self.comparison.as_deref()?))
    }
}

/// A line of JSON: the record, and what comparing it came to. Reads as a record.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    record: EvalRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a [MeasureComparison]>,
}

pub(crate) fn run(args: &EvalArgs, settings: &Settings) -> Result<Outcome, Failure> {
    // Sets and baselines are all read first, so that a misspelt one does not cost the others' time.
    let mut sets = args.sets.iter().map(|dir| EvalSet::read(dir)).collect::<Result<Vec<_>, _>>()?;
    tell_apart(&mut sets);
    let runs = args.run_out.as_deref().map(|path| runs(path, &sets)).transpose()?;
    let baselines = read_baselines(args.baseline.as_deref(), &sets)?;
    let mut console = Console::of_work(settings);
    let mut results = Vec::new();
    for (at, (set, baseline)) in sets.into_iter().zip(baselines).enumerate() {
        let (run, mean) = search_set(&set, settings)?;
        if let Some(path) = runs.as_ref().and_then(|runs| runs.get(at)) {
            run.write(path, DEPTH)?;
        }
        let evaluation = set.evaluate(&run, &Measure::USUAL);
        let comparison = baseline
            .and_then(|baseline| baseline.on(&set, &Measure::USUAL))
            .map(|baseline| evaluation.compare(&baseline));
        if console.form == Form::Json && !settings.is_quiet() {
            let record = EvalRecord::new(&set.name, &evaluation, true);
            console.json(&Line { record, comparison: comparison.as_deref() })?;
            console.flush()?;
        }
        results.push(SetResult { name: set.name, evaluation, comparison, mean });
    }
    let compared: Vec<_> = results.iter().filter_map(SetResult::compared).collect();
    if console.form != Form::Json && !settings.is_quiet() {
        let table = table(&results).render(0, &console.palette);
        write!(console, "{table}")?;
        if !compared.is_empty() {
            write!(console, "\n{}", comparison_table(compared.iter().copied()))?;
        }
    }
    console.flush()?;
    for result in &results {
        tell_gaps(result, settings);
    }
    match &args.baseline {
        Some(path) if compared.is_empty() => Err(Failure::Usage(format!(
            "the baseline {} answers no query of these sets; name a run of the same sets",
            path.display()
        ))),
        _ => Ok(Outcome::Found),
    }
}

/// Gives sets of one name names of their own: `news`, `news-2`.
fn tell_apart(sets: &mut [EvalSet]) {
    let mut taken: HashSet<String> = sets.iter().map(|set| set.name.clone()).collect();
    let mut met = HashSet::new();
    for set in sets {
        if met.insert(set.name.clone()) {
            continue;
        }
        let numbered = (2u32..).map(|number| format!("{}-{number}", set.name));
        let free = numbered.skip_while(|name| taken.contains(name)).take(1);
        set.name = free.collect();
        taken.insert(set.name.clone());
        met.insert(set.name.clone());
    }
}

/// Where the run of each set goes: the file as given, or for several sets a file named after the set
/// in the folder as given, which is made here.
fn runs(path: &Path, sets: &[EvalSet]) -> Result<Vec<PathBuf>, Failure> {
    if let [_] = sets {
        return Ok(vec![path.to_path_buf()]);
    }
    std::fs::create_dir_all(path).map_err(|cause| Failure::File {
        doing: "make the folder",
        path: path.to_path_buf(),
        cause,
        mend: "the runs of several sets need a folder of their own; name another",
    })?;
    Ok(sets.iter().map(|set| path_of_set(path, &set.name)).collect())
}

/// The baseline of each set: of the file named after the set where a folder is given, else of the
/// file as given.
fn read_baselines(path: Option<&Path>, sets: &[EvalSet]) -> Result<Vec<Option<Baseline>>, Failure> {
    let Some(path) = path else { return Ok(sets.iter().map(|_| None).collect()) };
    if path.is_dir() {
        let read = sets
            .iter()
            .map(|set| Ok::<_, Failure>(Some(Baseline::read(&path_of_set(path, &set.name))?)));
        return read.collect();
    }
    let whole = Baseline::read(path)?;
    Ok(sets.iter().map(|_| Some(whole.clone())).collect())
}

/// In the folder `runs`, the run of the set `cmrc` is `cmrc.run`.
fn path_of_set(folder: &Path, set: &str) -> PathBuf {
    folder.join(format!("{set}.run"))
}

/// Indexes a set in a temporary place and asks its queries. Gives the answers and the mean time of
/// a query.
fn search_set(set: &EvalSet, settings: &Settings) -> Result<(Run, Duration), Failure> {
    let place = tempfile::Builder::new().prefix("zhen-eval-").tempdir();
    let place = place.map_err(|cause| Failure::File {
        doing: "make a folder in",
        path: std::env::temp_dir(),
        cause,
        mend: "make room there, or set TMPDIR to another folder",
    })?;
    let mut options = IndexOptions::new(place.path().join("index"));
    options.stop = stop::on_interrupt();
    let stop = std::sync::Arc::clone(&options.stop);
    let dir = options.dir.clone();
    let mut indexer = Indexer::open(options)?;
    let shown = Shown::new(settings);
    let summary = indexer.index_paths(&[set.corpus_path()], &shown);
    let problems = shown.finish();
    let summary = summary?;
    indexer.close()?;
    if summary.stopped {
        return Err(Failure::Interrupted);
    }
    if problems.count > 0 {
        let first = problems.first.first().map(|(_, message)| message.as_str()).unwrap_or_default();
        let number = count(problems.count, "record was", "records were");
        tell(settings, Told::Note, &format!("{}: {number} not taken: {first}", set.name));
    }

    let engine = IndexEngine::open(&dir)?;
    let bar = match settings.bar {
        true => {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            ProgressBar::with_draw_target(Some(set.queries.len() as u64), target)
        }
        false => ProgressBar::hidden(),
    };
    let mut run = Run::new("zhen");
    let mut spent = Duration::ZERO;
    for query in &set.queries {
        if stop.load(std::sync::atomic::Ordering::SeqCst) {
            bar.finish_and_clear();
            return Err(Failure::Interrupted);
        }
        let request = SearchRequest {
            query: query.text.clone(),
            limit: DEPTH,
            passages: 0,
            // Judgements are of documents, each for itself.
            duplicates: Duplicates::Show,
            ..SearchRequest::default()
        };
        let begun = Instant::now();
        let response = engine.search(&request)?;
        spent += begun.elapsed();
        let hits = response.hits.into_iter();
        run.insert(&query.id, hits.map(|hit| RankedDoc::new(hit.id, hit.score.into())).collect())?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    tell_missing(set, &engine, settings)?;
    let queries = u32::try_from(set.queries.len().max(1)).unwrap_or(u32::MAX);
    Ok((run, spent / queries))
}

/// Says which relevant documents no query can find, because the set does not hold them.
fn tell_missing(set: &EvalSet, engine: &IndexEngine, settings: &Settings) -> Result<(), Failure> {
    let judged = set.qrels.iter().flat_map(|(_, judged)| judged);
    let relevant: BTreeSet<&str> =
        judged.filter(|(_, grade)| **grade > 0).map(|(id, _)| id.as_str()).collect();
    let mut missing = Vec::new();
    for id in relevant {
        if engine.document(id)?.is_none() {
            missing.push(id);
        }
    }
    if let Some(first) = missing.first() {
        let documents =
            count(missing.len() as u64, "relevant document is", "relevant documents are");
        let message = format!(
            "{}: {documents} not in corpus.jsonl and count as not found: `{first}`",
            set.name
        );
        tell(settings, Told::Note, &message);
    }
    Ok(())
}

/// A row for each set; with several, their mean in the last.
fn table(results: &[SetResult]) -> Table {
    let measures = Measure::USUAL.map(|measure| measure.to_string());
    let [a, b, c, d] = measures.each_ref().map(|name| (name.as_str(), Align::Right));
    let ends = [("queries", Align::Right), ("ms/query", Align::Right)];
    let mut table = Table::new([("set", Align::Left), a, b, c, d, ends[0], ends[1]]);
    let mut sums = [0.0; Measure::USUAL.len()];
    for result in results {
        let means = result.evaluation.means();
        let mean = |at: usize| means.get(at).copied().unwrap_or_default();
        (0..sums.len()).for_each(|at| sums[at] += mean(at));
        table.row([
            result.name.clone(),
            format!("{:.4}", mean(0)),
            format!("{:.4}", mean(1)),
            format!("{:.4}", mean(2)),
            format!("{:.4}", mean(3)),
            grouped(result.evaluation.queries.len() as u64),
            format!("{:.2}", result.mean.as_secs_f64() * 1e3),
        ]);
    }
    if results.len() > 1 {
        let [a, b, c, d] = sums.map(|sum| format!("{:.4}", sum / results.len() as f64));
        table.row(["mean of sets".to_owned(), a, b, c, d, String::new(), String::new()]);
    }
    table
}

/// Says what the means leave out.
fn tell_gaps(result: &SetResult, settings: &Settings) {
    let SetResult { name, evaluation, .. } = result;
    if evaluation.left_out > 0 {
        let left_out = count(evaluation.left_out as u64, "query has", "queries have");
        let message = format!("{name}: {left_out} no relevant document, and no part in the mean");
        tell(settings, Told::Note, &message);
    }
    if evaluation.unanswered > 0 {
        let unanswered = count(evaluation.unanswered as u64, "query", "queries");
        tell(settings, Told::Note, &format!("{name}: {unanswered} without any answer count 0"));
    }
}
