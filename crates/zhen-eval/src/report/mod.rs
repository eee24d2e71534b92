//! The latency report: one HTML file that needs nothing else.
//!
//! No script, no font, no image from elsewhere; plots are inline SVG, colours follow the reader's
//! light or dark setting. Every figure of a plot also stands in a table. Everything that comes from
//! a record is escaped, and the page forbids scripts by its own policy.

mod page;
mod plot;
mod scale;

use std::fmt::Write as _;

use crate::latency::{
    Mode, QueryClass, QueryRecord, RunComparison, RunRecord, Verdict, compare, counted,
    counterpart, format_ns,
};
use page::{Cell, escape, page, table};
use plot::{Plot, RangeRow, Series, line_plot, range_plot};

/// Characters shown of a query.
const QUERY_CHARS: usize = 120;
/// Slowest queries shown for each run.
const SLOWEST: usize = 10;
/// Queries with changed hits shown for each comparison.
const CHANGES: usize = 20;

/// The report on some runs, as the text of an HTML file. Where there is a `baseline`, each run is
/// compared with its [`counterpart`] of that.
///
/// ```
/// let page = zhen_eval::report::html(&[], &[]);
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("no runs"));
/// ```
#[must_use]
pub fn html(baseline: &[RunRecord], runs: &[RunRecord]) -> String {
    let mut body = String::from("<h1>Query latency</h1>\n");
    if runs.is_empty() {
        body.push_str("<p>There are no runs to show.</p>\n");
        return page("Query latency", &body);
    }
    let all: Vec<&RunRecord> = baseline.iter().chain(runs).collect();
    body.push_str(&overview(&all));
    body.push_str(&comparisons(baseline, runs));
    body.push_str(&latency_curves(&all));
    if all.len() > 1 {
        body.push_str(&throughput(baseline, runs));
    }
    body.push_str(&classes(&all));
    body.push_str(&slowest(&all));
    body.push_str(&about(&all));
    page("Query latency", &body)
}

fn overview(runs: &[&RunRecord]) -> String {
    let rows: Vec<Vec<Cell>> = runs
        .iter()
        .map(|run| {
            let latency = &run.latency;
            let figures = [
                latency.mean_ns,
                latency.p50_ns,
                latency.p90_ns,
                latency.p99_ns,
                latency.p999_ns,
                latency.max_ns,
            ];
            let mut row = vec![
                Cell::text(&run.label),
                Cell::text(&run.mode.to_string()),
                Cell::number(run.requests),
                Cell::number(run.errors + run.unsent),
                Cell::number(format!("{:.0}", run.throughput)),
            ];
            row.extend(figures.map(|ns| Cell::number(format_ns(ns))));
            row
        })
        .collect();
    let header = [
        "run",
        "measured",
        "requests",
        "failed or unsent",
        "answers/s",
        "mean",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "max",
    ];
    let mut out = table(&header, &rows);
    for run in runs.iter().filter(|run| !run.failures.is_empty()) {
        let failures: Vec<String> = run
            .failures
            .iter()
            .map(|failure| format!("{} ({})", escape(&failure.message), failure.count))
            .collect();
        let label = escape(&run.label);
        writeln!(
            out,
            "<p class=\"warn\"><bdi>{label}</bdi>: requests failed, so its figures are those of the \
             others. {}</p>",
            failures.join("; ")
        )
        .expect("writing to a string does not fail");
    }
    out
}

fn latency_curves(runs: &[&RunRecord]) -> String {
    let nines = |quantile: f64| -(1.0 - quantile).log10();
    let series: Vec<Series> = runs
        .iter()
        .map(|run| Series {
            name: run.label.clone(),
            points: run
                .curve
                .iter()
                .filter(|point| (0.0..1.0).contains(&point.quantile))
                .map(|point| (nines(point.quantile), point.ns as f64))
                .collect(),
            dots: Vec::new(),
        })
        .collect();
    let farthest = series.iter().flat_map(|line| &line.points).map(|&(x, _)| x);
    let end = farthest.fold(1.0, f64::max).ceil();
    let ticks = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999"];
    let x_ticks = ticks
        .iter()
        .enumerate()
        .map(|(nines, label)| (nines as f64, format!("{label} %")))
        .filter(|&(nines, _)| nines <= end)
        .collect();
    let plot = Plot {
        title: "Latency curve",
        caption: "Share of the requests (across) that took at most so long (up). A line that stays \
                  low to the right has no slow requests.",
        x_label: "share of requests",
        x_range: (0.0, end),
        x_ticks,
        series,
    };
    line_plot(&plot)
}

fn throughput(baseline: &[RunRecord], runs: &[RunRecord]) -> String {
    let series = |name: &str, runs: &[RunRecord], latency: fn(&RunRecord) -> u64| {
        let mut by_throughput: Vec<&RunRecord> = runs.iter().collect();
        by_throughput.sort_by(|a, b| a.throughput.total_cmp(&b.throughput));
        Series {
            name: name.to_owned(),
            points: by_throughput
                .iter()
                .filter(|run| matches!(run.mode, Mode::Open { .. }))
                .map(|run| (run.throughput, latency(run) as f64))
                .collect(),
            dots: by_throughput
                .iter()
                .map(|run| (run.throughput, latency(run) as f64, run.label.clone()))
                .collect(),
        }
    };
    let mut all = vec![
        series("p50", runs, |run| run.latency.p50_ns),
        series("p99", runs, |run| run.latency.p99_ns),
    ];
    if !baseline.is_empty() {
        all.push(series("p50, baseline", baseline, |run| run.latency.p50_ns));
        all.push(series("p99, baseline", baseline, |run| run.latency.p99_ns));
    }
    let most = baseline.iter().chain(runs).map(|run| run.throughput).fold(0.0, f64::max);
    let (end, x_ticks) = scale::linear_ticks(most);
    let plot = Plot {
        title: "Throughput against latency",
        caption: "Each dot is a run: its answers a second (across), its median and 99th percentile \
                  (up). Lines join the runs at fixed rates.",
        x_label: "answers/s",
        x_range: (0.0, end),
        x_ticks,
        series: all,
    };
    line_plot(&plot)
}

fn comparisons(baseline: &[RunRecord], runs: &[RunRecord]) -> String {
    let mut out = String::new();
    for run in runs {
        let Some(recorded) = counterpart(baseline, run) else { continue };
        let label = escape(&recorded.label);
        out.push_str(&format!("<h2>Compared with <bdi>{label}</bdi></h2>\n"));
        out.push_str(&comparison(&compare(recorded, run)));
    }
    out
}

fn comparison(result: &RunComparison) -> String {
    let (class, word) = match &result.verdict {
        Verdict::Faster => ("good", "faster"),
        Verdict::Slower => ("bad", "slower"),
        Verdict::WithinNoise => ("even", "no difference beyond noise"),
        Verdict::NotComparable(_) => ("even", "not comparable"),
    };
    let percent = |ratio: f64| format!("{:+.1} %", (ratio - 1.0) * 100.0);
    let mut out = format!(
        "<h3><bdi>{}</bdi>: <span class=\"{class}\">{word}</span></h3>\n",
        escape(&result.now)
    );
    if let Verdict::NotComparable(reason) = &result.verdict {
        out.push_str(&format!("<p>No comparison: {}.</p>\n", escape(reason)));
    } else {
        out.push_str(&format!(
            "<p>Time a query: {} (95 % interval {} to {}, noise ±{:.1} %), over {}.</p>\n",
            percent(result.ratio),
            percent(result.interval[0]),
            percent(result.interval[1]),
            result.noise * 100.0,
            counted(result.queries)
        ));
    }
    if result.hit_changes.is_empty() {
        out.push_str("<p>All queries in both runs have the same number of hits.</p>\n");
        return out;
    }
    out.push_str(&format!(
        "<p class=\"warn\">Another number of hits for {}; explain this before believing \
         any speed.</p>\n",
        counted(result.hit_changes.len())
    ));
    let rows: Vec<Vec<Cell>> = result
        .hit_changes
        .iter()
        .take(CHANGES)
        .map(|change| {
            let [recorded, now] = change.shown().map(Cell::number);
            vec![Cell::text(&shortened(&change.query)), recorded, now]
        })
        .collect();
    out.push_str(&table(&["query", "recorded", "now"], &rows));
    out
}

fn classes(runs: &[&RunRecord]) -> String {
    let mut rows = Vec::new();
    let mut ranges = Vec::new();
    for class in QueryClass::ALL {
        for (index, run) in runs.iter().enumerate() {
            let Some(summary) = run.classes.iter().find(|summary| summary.class == class) else {
                continue;
            };
            let latency = &summary.latency;
            rows.push(vec![
                Cell::text(class.name()),
                Cell::text(&run.label),
                Cell::number(summary.queries),
                Cell::number(latency.count),
                Cell::number(format_ns(latency.p50_ns)),
                Cell::number(format_ns(latency.p90_ns)),
                Cell::number(format_ns(latency.p99_ns)),
                Cell::number(format_ns(latency.max_ns)),
            ]);
            ranges.push(RangeRow {
                group: class.name(),
                name: run.label.clone(),
                series: index,
                from: latency.p50_ns as f64,
                to: latency.p99_ns as f64,
            });
        }
    }
    let names: Vec<&str> = runs.iter().map(|run| run.label.as_str()).collect();
    let plot = range_plot(
        "By class of query",
        "From the median (dot) to the 99th percentile (bar) of each class.",
        &names,
        &ranges,
    );
    let header = ["class", "run", "queries", "requests", "p50", "p90", "p99", "max"];
    plot + &table(&header, &rows)
}

fn slowest(runs: &[&RunRecord]) -> String {
    let mut out = String::from("<h2>Slowest queries</h2>\n");
    for run in runs {
        let mut queries: Vec<&QueryRecord> =
            run.queries.iter().filter(|query| query.samples > 0).collect();
        queries.sort_by(|a, b| b.median_ns.cmp(&a.median_ns).then_with(|| a.text.cmp(&b.text)));
        let rows: Vec<Vec<Cell>> = queries
            .iter()
            .take(SLOWEST)
            .map(|query| {
                vec![
                    Cell::text(&shortened(&query.text)),
                    Cell::text(query.class.name()),
                    Cell::number(query.hits.unwrap_or(0)),
                    Cell::number(format_ns(query.median_ns)),
                ]
            })
            .collect();
        out.push_str(&format!("<h3><bdi>{}</bdi></h3>\n", escape(&run.label)));
        out.push_str(&table(&["query", "class", "hits", "median"], &rows));
    }
    out
}

fn shortened(query: &str) -> String {
    let cut = query.chars().nth(QUERY_CHARS).map(|_| '…');
    query.chars().take(QUERY_CHARS).chain(cut).collect()
}

/// Facts about the runs: one that all runs share stands once.
fn about(runs: &[&RunRecord]) -> String {
    let mut facts: Vec<(String, String, Vec<&str>)> = Vec::new();
    for run in runs {
        let usage = run.usage.map(|usage| {
            let memory = format!("{:.1} MB", usage.peak_bytes as f64 / 1e6);
            [("processor time", format_ns(usage.cpu_ns)), ("peak memory", memory)]
        });
        let usage = usage.into_iter().flatten();
        let about = run.about.iter().map(|(name, value)| (name.as_str(), value.clone()));
        for (name, value) in about.chain(usage) {
            match facts.iter_mut().find(|fact| fact.0 == name && fact.1 == value) {
                Some((_, _, labels)) => labels.push(&run.label),
                None => facts.push((name.to_owned(), value, vec![&run.label])),
            }
        }
    }
    if facts.is_empty() {
        return String::new();
    }
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    let rows: Vec<Vec<Cell>> = facts
        .iter()
        .map(|(name, value, labels)| {
            let of = if labels.len() == runs.len() { "all".to_owned() } else { labels.join(", ") };
            vec![Cell::text(name), Cell::text(value), Cell::text(&of)]
        })
        .collect();
    format!("<h2>About the runs</h2>\n{}", table(&["", "", "runs"], &rows))
}
