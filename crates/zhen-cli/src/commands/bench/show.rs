//! What is said about runs.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::Serialize;
use zhen_eval::latency::{HitChange, RunComparison, RunRecord, format_ns, latency_table};

use super::about::REQUEST;
use super::searcher::{MEND_GONE, mend_status};
use crate::output::style::Palette;
use crate::output::table::{Align, Table};
use crate::output::text::{one_line, truncate};
use crate::output::{Console, Told, bytes, count, grouped, tell};
use crate::settings::Settings;

/// Queries with changed hits that are listed without being asked for all.
const CHANGES: usize = 10;
/// Columns for a query in that list.
const QUERY_COLUMNS: usize = 60;

/// A line of JSON: the record, and what comparing it came to. Reads as a record.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    #[serde(flatten)]
    pub(super) record: &'a RunRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<&'a RunComparison>,
}

/// Prints what is measured, with what.
pub(super) fn header(console: &mut Console, facts: &BTreeMap<String, String>) -> io::Result<()> {
    let palette = console.palette;
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    for name in ["index", "searched", "queries", REQUEST, "version", "processor"] {
        if let Some(value) = facts.get(name) {
            table.row([name.to_owned(), value.clone()]);
        }
    }
    writeln!(console, "{}", table.render(0, &palette))
}

/// Says on standard error what makes the figures doubtful from the start.
pub(super) fn tell_doubts(
    facts: &BTreeMap<String, String>,
    baseline: &[RunRecord],
    settings: &Settings,
) {
    if cfg!(debug_assertions) {
        let message = "this is a development build, many times slower than one made with --release";
        tell(settings, Told::Note, message);
    }
    let recorded = baseline.iter().find_map(|record| record.about.get(REQUEST));
    if let (Some(recorded), Some(now)) = (recorded, facts.get(REQUEST))
        && recorded != now
    {
        let message = format!("the baseline asked otherwise: {recorded}; now {now}");
        tell(settings, Told::Note, &message);
    }
}

/// Prints the runs, and how they compare.
pub(super) fn results(
    console: &mut Console,
    records: &[RunRecord],
    comparisons: &[RunComparison],
    all: bool,
) -> io::Result<()> {
    write!(console, "{}", latency_table(records))?;
    let lines: Vec<String> = records.iter().filter_map(usage).collect();
    if !lines.is_empty() {
        writeln!(console)?;
    }
    for line in lines {
        writeln!(console, "{}", one_line(&line))?;
    }
    for comparison in comparisons {
        writeln!(console, "\n{}", one_line(&comparison.to_string()))?;
        changes(console, &comparison.hit_changes, all)?;
    }
    Ok(())
}

/// Processor time and memory of a run.
fn usage(record: &RunRecord) -> Option<String> {
    let usage = record.usage?;
    let each = format_ns(usage.cpu_ns / record.requests.max(1));
    Some(format!(
        "{}: processor time {}, {each} a request; peak memory {}",
        record.label,
        format_ns(usage.cpu_ns),
        bytes(usage.peak_bytes)
    ))
}

/// Lists queries that have other hits than recorded.
fn changes(console: &mut Console, changes: &[HitChange], all: bool) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let palette: Palette = console.palette;
    let shown = if all { changes.len() } else { CHANGES };
    let mut table =
        Table::new([("query", Align::Left), ("recorded", Align::Right), ("now", Align::Right)]);
    for change in changes.iter().take(shown) {
        let [recorded, now] = change.shown();
        table.row([truncate(&one_line(&change.query), QUERY_COLUMNS), recorded, now]);
    }
    write!(console, "{}", table.render(2, &palette))?;
    match changes.len().saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(console, "  and {more} more; -v lists them all"),
    }
}

/// Says on standard error what the figures leave out.
pub(super) fn tell_gaps(records: &[RunRecord], settings: &Settings) {
    for record in records {
        if record.unsent > 0 {
            let unsent = count(record.unsent, "request was", "requests were");
            let message =
                format!("{}: {unsent} due and never sent; that rate is out of reach", record.label);
            tell(settings, Told::Note, &message);
        }
        let mut unsteady = record.queries.iter().filter(|query| !query.steady);
        if let Some(first) = unsteady.next() {
            let queries = count(1 + unsteady.count() as u64, "query", "queries");
            let message = format!(
                "{}: hits of {queries} changed while measured, first of `{}`; was the index written?",
                record.label, first.text
            );
            tell(settings, Told::Note, &message);
        }
    }
}

/// Why a run with failed requests is no run; `is_gone` where the server is there no more.
pub(super) fn failed(record: &RunRecord, is_gone: bool) -> String {
    let reasons: Vec<String> = record
        .failures
        .iter()
        .map(|failure| format!("{} ({})", failure.message, count(failure.count, "time", "times")))
        .collect();
    let status = record.failures.iter().find_map(|failure| failure.message.get(..3)?.parse().ok());
    format!(
        "{}: {} of {} failed, so this is no valid run: {}; {}",
        record.label,
        grouped(record.errors),
        count(record.requests, "request", "requests"),
        reasons.join(", "),
        if is_gone { MEND_GONE } else { mend_status(status.unwrap_or_default()) }
    )
}
