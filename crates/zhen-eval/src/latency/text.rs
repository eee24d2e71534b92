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

/// A table for a terminal: for each run a row for all queries, then one for each class.
#[must_use]
pub fn latency_table(runs: &[RunRecord]) -> String {
    let mut table = Table::new([
        ("run", Align::Left),
        ("queries", Align::Left),
        ("requests", Align::Right),
        ("failed", Align::Right),
        ("per second", Align::Right),
        ("p50", Align::Right),
        ("p90", Align::Right),
        ("p99", Align::Right),
        ("p99.9", Align::Right),
        ("max", Align::Right),
    ]);
    for run in runs {
        let mut row = vec![
            run.label.clone(),
            format!("all {}", run.queries.len()),
            run.requests.to_string(),
            run.errors.to_string(),
            format!("{:.0}", run.throughput),
        ];
        row.extend(figures(&run.latency));
        table.row(row);
        for class in &run.classes {
            let mut row = vec![
                String::new(),
                format!("{} {}", class.queries, class.class),
                class.latency.count.to_string(),
                String::new(),
                String::new(),
            ];
            row.extend(figures(&class.latency));
            table.row(row);
        }
    }
    table.render()
}

/// p50, p90, p99, p99.9 and the maximum.
pub(crate) fn figures(latency: &LatencySummary) -> [String; 5] {
    [latency.p50_ns, latency.p90_ns, latency.p99_ns, latency.p999_ns, latency.max_ns].map(format_ns)
}
