//! Latencies as people read them.

use crate::latency::histogram::LatencySummary;
use crate::latency::record::RunRecord;
use crate::table::{Align, Table};

/// A duration with three significant digits in the unit that suits it: `412 µs`, `3.10 ms`.
#[must_use]
pub fn format_ns(ns: u64) -> String {
    let ns = ns as f64;
    let (value, unit) = match ns {
        ns if ns < 1e3 => return format!("{ns} ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    match value {
        value if value < 9.995 => format!("{value:.2} {unit}"),
        value if value < 99.95 => format!("{value:.1} {unit}"),
        value => format!("{value:.0} {unit}"),
    }
}

/// A table for a terminal: for each run a row for all queries, then one for each class. A single run
/// is not named, and failed requests have a column where there are any.
#[must_use]
pub fn latency_table(runs: &[RunRecord]) -> String {
    let named = runs.len() > 1;
    let failed = runs.iter().any(|run| run.errors > 0);
    let columns = [
        ("run", Align::Left, named),
        ("queries", Align::Left, true),
        ("requests", Align::Right, true),
        ("failed", Align::Right, failed),
        ("per second", Align::Right, true),
        ("p50", Align::Right, true),
        ("p90", Align::Right, true),
        ("p99", Align::Right, true),
        ("p99.9", Align::Right, true),
        ("max", Align::Right, true),
    ];
    let shown = columns.iter().filter(|(_, _, shown)| *shown);
    let mut table = Table::new(shown.map(|&(name, align, _)| (name, align)));
    let mut add = |cells: Vec<String>| {
        let cells = cells.into_iter().zip(&columns).filter(|(_, (_, _, shown))| *shown);
        table.row(cells.map(|(cell, _)| cell));
    };
    for run in runs {
        let mut row = vec![
            run.label.clone(),
            format!("all {}", run.queries.len()),
            run.requests.to_string(),
            run.errors.to_string(),
            format!("{:.0}", run.throughput),
        ];
        row.extend(figures(&run.latency));
        add(row);
        for class in &run.classes {
            let mut row = vec![
                String::new(),
                format!("{} {}", class.queries, class.class),
                class.latency.count.to_string(),
                String::new(),
                String::new(),
            ];
            row.extend(figures(&class.latency));
            add(row);
        }
    }
    table.render()
}

/// p50, p90, p99, p99.9 and the maximum.
pub(crate) fn figures(latency: &LatencySummary) -> [String; 5] {
    [latency.p50_ns, latency.p90_ns, latency.p99_ns, latency.p999_ns, latency.max_ns].map(format_ns)
}
