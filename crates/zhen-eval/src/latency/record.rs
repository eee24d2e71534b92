//! What is kept of a measured run.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::EvalError;
use crate::latency::class::QueryClass;
use crate::latency::histogram::{CurvePoint, LatencyHistogram, LatencySummary};
use crate::text_file;

/// Version of the record's form.
const FORMAT: u32 = 1;
/// At most this many different messages of failed requests are kept; the last stands for the rest.
const MAX_MESSAGES: usize = 5;
/// The message that stands for all beyond [`MAX_MESSAGES`].
const OTHER: &str = "other messages";

/// How a run was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "loop", rename_all = "snake_case")]
pub enum Mode {
    /// Each connection waits for its answer.
    Closed {
        /// Threads that asked.
        connections: usize,
        /// Measured rounds over all queries.
        passes: usize,
    },
    /// Requests at a fixed rate.
    Open {
        /// Requests a second.
        rate: f64,
        /// Threads that asked.
        workers: usize,
    },
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { connections: 1, .. } => f.write_str("closed loop, 1 connection"),
            Self::Closed { connections, .. } => write!(f, "closed loop, {connections} connections"),
            Self::Open { rate, .. } => write!(f, "open loop, {rate} requests/s"),
        }
    }
}

/// What the measured process used; filled in by who can ask the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in nanoseconds, user and system.
    pub cpu_ns: u64,
    /// Largest resident memory in bytes.
    pub peak_bytes: u64,
}

/// Latencies of one class of queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassSummary {
    /// The class.
    pub class: QueryClass,
    /// Queries in it.
    pub queries: u64,
    /// Their latencies.
    pub latency: LatencySummary,
}

/// How often requests failed with one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureCount {
    /// What the target said.
    pub message: String,
    /// How often.
    pub count: u64,
}

/// What came out for one query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRecord {
    /// The query.
    pub text: String,
    /// Its class.
    pub class: QueryClass,
    /// Hits of its first answer; `None` when it never got one.
    pub hits: Option<u64>,
    /// Whether every answer had that many hits.
    pub steady: bool,
    /// Answers measured.
    pub samples: u64,
    /// Median latency in nanoseconds.
    pub median_ns: u64,
    /// Medians of the earlier and the later half of its answers, from which [`super::compare`]
    /// learns how noisy the run was; `None` with fewer than two answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halves_ns: Option<[u64; 2]>,
}

/// A measured run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this form.
    pub format: u32,
    /// Name of the run.
    pub label: String,
    /// Whatever else should be known: date, commit, processor, command, index.
    #[serde(default)]
    pub about: BTreeMap<String, String>,
    /// How it was measured.
    pub mode: Mode,
    /// From the first request to the last answer, in nanoseconds.
    pub wall_ns: u64,
    /// Requests sent, failed ones included.
    pub requests: u64,
    /// Requests that failed; their latencies count nowhere.
    pub errors: u64,
    /// Why they failed: the first five different messages, then one entry for all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureCount>,
    /// Requests that were due but never sent because the target could not keep up; open loop only.
    #[serde(default)]
    pub unsent: u64,
    /// Answers a second.
    pub throughput: f64,
    /// Latencies of all answers: in an open loop from the moment each request was due.
    pub latency: LatencySummary,
    /// Latencies from sending to answer; in a closed loop the same.
    pub service: LatencySummary,
    /// The latency curve.
    pub curve: Vec<CurvePoint>,
    /// By class, in the order of [`QueryClass::ALL`]; classes without an answer are left out.
    pub classes: Vec<ClassSummary>,
    /// What the measured process used, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// By query, in the order of the list.
    pub queries: Vec<QueryRecord>,
}

impl RunRecord {
    /// The record as JSON, one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, strings and maps with string keys")
    }

    /// Reads the records of a file that [`RunRecord::write`] has written; at least one.
    ///
    /// # Errors
    /// [`EvalError`] when the file cannot be read, holds no record, or one of another format
    /// version.
    pub fn read(path: &Path) -> Result<Vec<Self>, EvalError> {
        const MEND: &str = "name a record that `zhen bench` has written, or measure it again";
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }

        let text = text_file::read(path, MEND)?;
        let mut records = Vec::new();
        for (number, line) in text_file::lines(&text) {
            let broken = |error: serde_json::Error| {
                EvalError::line(path, number, format!("this is no record: {error}"), MEND)
            };
            let version: Version = serde_json::from_str(line).map_err(broken)?;
            if version.format != FORMAT {
                let problem = format!("format {} instead of {FORMAT}", version.format);
                return Err(EvalError::line(path, number, problem, MEND));
            }
            records.push(serde_json::from_str(line).map_err(broken)?);
        }
        if records.is_empty() {
            return Err(EvalError::file(path, "there is no record in it", MEND));
        }
        Ok(records)
    }

    /// Writes records as JSON, one a line.
    ///
    /// # Errors
    /// [`EvalError::Write`].
    pub fn write(records: &[Self], path: &Path) -> Result<(), EvalError> {
        let text: String = records.iter().map(|record| record.to_json() + "\n").collect();
        fs::write(path, text).map_err(|source| EvalError::Write { path: path.to_owned(), source })
    }
}

/// One answered or failed request.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Index of the query.
    pub(crate) query: usize,
    /// When it was due.
    pub(crate) start: Duration,
    /// From `start` to the answer.
    pub(crate) latency: Duration,
    /// From sending to the answer.
    pub(crate) service: Duration,
    /// Hits, or why there are none.
    pub(crate) answer: Result<u64, String>,
}

/// Puts the samples of a run together.
pub(crate) fn assemble(
    label: &str,
    queries: &[String],
    mode: Mode,
    mut samples: Vec<Sample>,
    wall: Duration,
    unsent: u64,
) -> RunRecord {
    samples.sort_by_key(|sample| sample.start);
    let mut all = LatencyHistogram::new();
    let mut service = LatencyHistogram::new();
    let mut latencies: Vec<Vec<u64>> = vec![Vec::new(); queries.len()];
    let mut hits: Vec<Option<u64>> = vec![None; queries.len()];
    let mut steady = vec![true; queries.len()];
    let mut errors = 0;
    let mut failures: Vec<FailureCount> = Vec::new();
    for sample in &samples {
        match &sample.answer {
            Ok(count) => {
                let first = *hits[sample.query].get_or_insert(*count);
                steady[sample.query] &= first == *count;
                all.record(sample.latency);
                service.record(sample.service);
                latencies[sample.query].push(nanoseconds(sample.latency));
            }
            Err(message) => {
                errors += 1;
                count_failure(&mut failures, message);
            }
        }
    }
    let classes: Vec<QueryClass> = queries.iter().map(|query| QueryClass::of(query)).collect();
    let answered = all.count();
    RunRecord {
        format: FORMAT,
        label: label.to_owned(),
        about: BTreeMap::new(),
        mode,
        wall_ns: nanoseconds(wall),
        requests: samples.len() as u64,
        errors,
        failures,
        unsent,
        throughput: throughput(answered, wall),
        latency: all.summary(),
        service: service.summary(),
        curve: all.curve(),
        classes: by_class(&classes, &latencies),
        usage: None,
        queries: queries
            .iter()
            .enumerate()
            .map(|(index, text)| QueryRecord {
                text: text.clone(),
                class: classes[index],
                hits: hits[index],
                steady: steady[index],
                samples: latencies[index].len() as u64,
                median_ns: median(&latencies[index]),
                halves_ns: halves(&latencies[index]),
            })
            .collect(),
    }
}

fn count_failure(failures: &mut Vec<FailureCount>, message: &str) {
    if let Some(known) = failures.iter_mut().find(|failure| failure.message == message) {
        known.count += 1;
    } else if failures.len() < MAX_MESSAGES {
        failures.push(FailureCount { message: message.to_owned(), count: 1 });
    } else if failures.len() == MAX_MESSAGES {
        failures.push(FailureCount { message: OTHER.to_owned(), count: 1 });
    } else if let Some(others) = failures.last_mut() {
        others.count += 1;
    }
}

fn by_class(classes: &[QueryClass], latencies: &[Vec<u64>]) -> Vec<ClassSummary> {
    let mut summaries = Vec::new();
    for class in QueryClass::ALL {
        let mut histogram = LatencyHistogram::new();
        let mut queries = 0;
        for (_, latencies) in classes.iter().zip(latencies).filter(|(of, _)| **of == class) {
            queries += u64::from(!latencies.is_empty());
            latencies.iter().for_each(|&ns| histogram.record_ns(ns));
        }
        if queries > 0 {
            summaries.push(ClassSummary { class, queries, latency: histogram.summary() });
        }
    }
    summaries
}

/// Answers a second, to three decimals; 0 for no time at all.
fn throughput(answered: u64, wall: Duration) -> f64 {
    let rate = answered as f64 / wall.as_secs_f64();
    if rate.is_finite() { (rate * 1e3).round() / 1e3 } else { 0.0 }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The middle value, or the mean of the two middle ones; 0 of nothing.
fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    match sorted.len() {
        0 => 0,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => sorted[even / 2 - 1].midpoint(sorted[even / 2]),
    }
}

/// Medians of the earlier and the later half; the middle one of an odd number is in neither.
fn halves(values: &[u64]) -> Option<[u64; 2]> {
    let half = values.len() / 2;
    (half > 0).then(|| [median(&values[..half]), median(&values[values.len() - half..])])
}

#[cfg(test)]
mod tests {
    use super::{halves, median};

    #[test]
    fn medians_are_the_middle() {
        assert_eq!(median(&[]), 0);
        assert_eq!(median(&[7]), 7);
        assert_eq!(median(&[9, 1, 5]), 5);
        assert_eq!(median(&[4, 1, 8, 6]), 5);
        assert_eq!(halves(&[3]), None);
        assert_eq!(halves(&[1, 100, 5]), Some([1, 5]));
        assert_eq!(halves(&[1, 3, 10, 30]), Some([2, 20]));
    }
}
