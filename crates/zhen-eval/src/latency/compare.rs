//! Is this run faster than that one, or is it noise?

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use crate::latency::record::{Mode, QueryRecord, RunRecord};
use crate::measure::to_f64;
use crate::random::SplitMix64;

/// Resamples of the bootstrap.
const RESAMPLES: usize = 2_000;
/// Share of the resamples outside the interval, half at each end.
const OUTSIDE: f64 = 0.05;
/// A difference below this is never called one, however quiet the runs were.
const SMALLEST_NOISE: f64 = 0.01;
const SEED: u64 = 0x007A_6865_6E00_0003;

/// What a comparison comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval lies below the noise.
    Faster,
    /// The interval lies above the noise.
    Slower,
    /// The interval reaches into the noise.
    WithinNoise,
    /// The runs cannot be set against each other; why.
    NotComparable(String),
}

/// Two runs set against each other, by the medians of the queries that both answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunComparison {
    /// Name of the run compared with.
    pub baseline: String,
    /// Name of the run compared.
    pub now: String,
    /// Queries compared.
    pub queries: usize,
    /// Geometric mean of the ratios of medians, `now` / `baseline`: 0.8 takes a fifth less time.
    pub ratio: f64,
    /// The 95 % interval of `ratio`.
    pub interval: [f64; 2],
    /// Ratios from `1 / (1 + noise)` to `1 + noise` are noise: how far the earlier and the later
    /// half of either run differ from each other, at least 0.01.
    pub noise: f64,
    /// What follows.
    pub verdict: Verdict,
    /// Queries whose numbers of hits differ; a verdict on speed means little before these are
    /// explained.
    pub hit_changes: Vec<HitChange>,
}

/// A query that two runs answered with different numbers of hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HitChange {
    /// The query.
    pub query: String,
    /// Hits in the recorded run; `None` where it got no answer.
    pub recorded: Option<u64>,
    /// Hits of the first answer now; `None` where it got no answer.
    pub now: Option<u64>,
    /// Whether every answer now had that many hits.
    pub steady: bool,
}

impl HitChange {
    /// The hits recorded and those now, as they are shown.
    #[must_use]
    pub fn shown(&self) -> [String; 2] {
        let hits = |hits: Option<u64>| hits.map_or("no answer".to_owned(), |hits| hits.to_string());
        let more = if self.steady { "" } else { " and others" };
        [hits(self.recorded), hits(self.now) + more]
    }
}

/// Compares two runs of the same queries in the same mode.
///
/// For each query the ratio of the two medians is taken, and of all ratios the geometric mean. Its
/// 95 % interval comes from 2,000 resamples of the queries (percentile bootstrap; Efron and
/// Tibshirani, "An Introduction to the Bootstrap", 1993) with a fixed seed. That interval knows
/// nothing of a machine that was busier during one of the runs; therefore each run is also compared
/// with itself, its earlier half with its later one, and a difference within that noise is not
/// called one.
#[must_use]
pub fn compare(baseline: &RunRecord, now: &RunRecord) -> RunComparison {
    let by_text = index(baseline);
    let ratios: Vec<f64> = now
        .queries
        .iter()
        .filter_map(|query| {
            let before = by_text.get(query.text.as_str())?;
            (before.median_ns > 0 && query.median_ns > 0)
                .then(|| (query.median_ns as f64 / before.median_ns as f64).ln())
        })
        .collect();
    let (ratio, [low, high]) = bootstrap(&ratios);
    let drifts = [drift(baseline), drift(now)];
    let noise = drifts.iter().flatten().fold(SMALLEST_NOISE, |noise, drift| noise.max(*drift));
    let verdict = if let Some(reason) = mismatch(baseline.mode, now.mode) {
        Verdict::NotComparable(reason)
    } else if ratios.is_empty() {
        Verdict::NotComparable("they have no answered query in common".to_owned())
    } else if drifts.contains(&None) {
        let reason = "a run that asks no query twice does not tell its noise; measure for longer";
        Verdict::NotComparable(reason.to_owned())
    } else if high < 1.0 / (1.0 + noise) {
        Verdict::Faster
    } else if low > 1.0 + noise {
        Verdict::Slower
    } else {
        Verdict::WithinNoise
    };
    RunComparison {
        baseline: baseline.label.clone(),
        now: now.label.clone(),
        queries: ratios.len(),
        ratio,
        interval: [low, high],
        noise,
        verdict,
        hit_changes: check_hits(baseline, now),
    }
}

/// The run that `run` is to be compared with: the first of `baseline` that was measured in the same
/// way, else its first one, whose hits can still be compared. `None` when there is none at all.
#[must_use]
pub fn counterpart<'a>(baseline: &'a [RunRecord], run: &RunRecord) -> Option<&'a RunRecord> {
    let alike = baseline.iter().find(|recorded| mismatch(recorded.mode, run.mode).is_none());
    alike.or_else(|| baseline.first())
}

/// The queries that both runs asked and that now have another number of hits, in the order of
/// `now`; also those whose hits changed within `now`. A run at a low rate may end before it has
/// asked all of its queries; those left over are passed over.
#[must_use]
pub fn check_hits(recorded: &RunRecord, now: &RunRecord) -> Vec<HitChange> {
    let by_text = index(recorded);
    now.queries
        .iter()
        .filter_map(|query| {
            let before = by_text.get(query.text.as_str())?;
            if is_unasked(recorded, before) || is_unasked(now, query) {
                return None;
            }
            (before.hits != query.hits || !query.steady).then(|| HitChange {
                query: query.text.clone(),
                recorded: before.hits,
                now: query.hits,
                steady: query.steady,
            })
        })
        .collect()
}

/// Whether a query of a run was never asked; where requests failed, it may have been.
fn is_unasked(run: &RunRecord, query: &QueryRecord) -> bool {
    query.hits.is_none() && run.errors == 0
}

fn index(record: &RunRecord) -> HashMap<&str, &QueryRecord> {
    record.queries.iter().map(|query| (query.text.as_str(), query)).collect()
}

fn mismatch(baseline: Mode, now: Mode) -> Option<String> {
    let same = match (baseline, now) {
        (Mode::Closed { connections: before, .. }, Mode::Closed { connections: after, .. }) => {
            before == after
        }
        (Mode::Open { rate: before, .. }, Mode::Open { rate: after, .. }) => before == after,
        _ => false,
    };
    (!same).then(|| format!("they were measured differently ({baseline}; {now})"))
}

/// How far the later half of a run differs from the earlier one, as a share; `None` where no query was
/// answered twice.
fn drift(record: &RunRecord) -> Option<f64> {
    let logs: Vec<f64> = record
        .queries
        .iter()
        .filter_map(|query| query.halves_ns)
        .filter(|[earlier, later]| *earlier > 0 && *later > 0)
        .map(|[earlier, later]| (later as f64 / earlier as f64).ln())
        .collect();
    (!logs.is_empty()).then(|| mean(&logs).abs().exp() - 1.0)
}

/// The geometric mean of ratios given as logarithms, and its interval.
fn bootstrap(logs: &[f64]) -> (f64, [f64; 2]) {
    if logs.is_empty() {
        return (1.0, [1.0, 1.0]);
    }
    let mut random = SplitMix64::new(SEED);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sum: f64 = (0..logs.len()).map(|_| logs[random.below(logs.len())]).sum();
            sum / to_f64(logs.len())
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let end = (to_f64(RESAMPLES) * OUTSIDE / 2.0) as usize;
    (mean(logs).exp(), [means[end].exp(), means[RESAMPLES - 1 - end].exp()])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / to_f64(values.len())
}

/// `1 query`, `2 queries`.
pub(crate) fn counted(queries: usize) -> String {
    if queries == 1 { "1 query".to_owned() } else { format!("{queries} queries") }
}

impl fmt::Display for RunComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval.map(|end| (end - 1.0) * 100.0);
        let change = (self.ratio - 1.0) * 100.0;
        let figures = format!(
            "{change:+.1} % time a query (95 % interval {low:+.1} to {high:+.1} %, noise ±{:.1} %, {})",
            self.noise * 100.0,
            counted(self.queries)
        );
        match &self.verdict {
            Verdict::Faster => {
                write!(f, "{} is faster than {}: {figures}", self.now, self.baseline)?
            }
            Verdict::Slower => {
                write!(f, "{} is slower than {}: {figures}", self.now, self.baseline)?
            }
            Verdict::WithinNoise => {
                write!(
                    f,
                    "{} and {} do not differ beyond noise: {figures}",
                    self.now, self.baseline
                )?;
            }
            Verdict::NotComparable(reason) => {
                write!(f, "{} and {} cannot be compared: {reason}", self.now, self.baseline)?;
            }
        }
        if let Some(first) = self.hit_changes.first() {
            let [recorded, now] = first.shown();
            write!(
                f,
                "; hits changed for {}, first `{}` from {recorded} to {now}",
                counted(self.hit_changes.len()),
                first.query,
            )?;
        }
        Ok(())
    }
}
