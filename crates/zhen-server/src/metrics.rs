//! What the server counts, in the text format that Prometheus scrapes (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::catalog::IndexStats;
use crate::usage::ProcessUsage;

/// Upper bounds of the latency histogram's buckets, in microseconds, with their labels in seconds.
const BUCKETS: [(u64, &str); 14] = [
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// Latency of one route.
#[derive(Debug, Default, Clone)]
struct Histogram {
    /// Answers in each bucket alone; the last is beyond all bounds.
    buckets: [u64; BUCKETS.len() + 1],
    sum_us: u64,
}

/// Counters of one server.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: Instant,
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    latency: Mutex<BTreeMap<&'static str, Histogram>>,
    searches: AtomicU64,
    zero_hits: AtomicU64,
    hits: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
    deleted: AtomicU64,
    connections: Arc<AtomicU64>,
    refused_connections: AtomicU64,
    in_flight: Arc<AtomicU64>,
}

/// Counts one thing that is under way until it is dropped.
#[derive(Debug)]
pub(crate) struct Gauge(Arc<AtomicU64>);

impl Gauge {
    fn of(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counters at zero.
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            requests: Mutex::default(),
            latency: Mutex::default(),
            searches: AtomicU64::new(0),
            zero_hits: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            deleted: AtomicU64::new(0),
            connections: Arc::default(),
            refused_connections: AtomicU64::new(0),
            in_flight: Arc::default(),
        }
    }

    /// Counts an answer of `route` after `took`.
    pub(crate) fn answered(&self, route: &'static str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route, status)).or_default() += 1;
        drop(requests);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = latency.entry(route).or_default();
        histogram.buckets[BUCKETS.partition_point(|&(bound, _)| bound < us)] += 1;
        histogram.sum_us = histogram.sum_us.saturating_add(us);
    }

    /// Counts a search that found `total` documents.
    pub(crate) fn searched(&self, total: u64) {
        self.searches.fetch_add(1, Ordering::Relaxed);
        self.hits.fetch_add(total, Ordering::Relaxed);
        if total == 0 {
            self.zero_hits.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts the records of an upload.
    pub(crate) fn uploaded(&self, accepted: u64, rejected: u64) {
        self.accepted.fetch_add(accepted, Ordering::Relaxed);
        self.rejected.fetch_add(rejected, Ordering::Relaxed);
    }

    /// Counts a deleted document.
    pub(crate) fn deleted(&self) {
        self.deleted.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that was turned away.
    pub(crate) fn refused_connection(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an open connection.
    pub(crate) fn connection(&self) -> Gauge {
        Gauge::of(&self.connections)
    }

    /// Counts a request under way.
    pub(crate) fn request(&self) -> Gauge {
        Gauge::of(&self.in_flight)
    }

    /// Open connections.
    pub(crate) fn open_connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Time since the server was started.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Everything as text; `indexes` are the figures of those indexes that could be read.
    pub(crate) fn render(&self, indexes: &[(String, IndexStats)]) -> String {
        let mut page = Page(String::with_capacity(8 << 10));
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        page.head("zhen_http_requests_total", "counter", "Answers by route and status code.");
        for ((route, status), count) in requests {
            let labels = format!("route=\"{route}\",status=\"{status}\"");
            page.sample("zhen_http_requests_total", &labels, count);
        }
        self.render_latency(&mut page);
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = [
            ("zhen_searches_total", "Searches answered.", load(&self.searches)),
            ("zhen_zero_hit_searches_total", "Searches that found nothing.", load(&self.zero_hits)),
            ("zhen_hits_total", "Documents found, over all searches.", load(&self.hits)),
            ("zhen_records_accepted_total", "Records taken from uploads.", load(&self.accepted)),
            ("zhen_records_rejected_total", "Records refused in uploads.", load(&self.rejected)),
            ("zhen_documents_deleted_total", "Documents deleted.", load(&self.deleted)),
            (
                "zhen_connections_refused_total",
                "Connections turned away because too many were open.",
                load(&self.refused_connections),
            ),
        ];
        for (name, help, value) in counters {
            page.head(name, "counter", help);
            page.sample(name, "", value);
        }
        let mut gauges = vec![
            ("zhen_connections", "Open connections.", load(&self.connections)),
            ("zhen_http_requests_in_flight", "Requests under way.", load(&self.in_flight)),
            ("zhen_uptime_seconds", "Time since the start.", self.uptime().as_secs()),
        ];
        if let Some(usage) = ProcessUsage::read() {
            gauges.extend([
                (
                    "process_resident_memory_bytes",
                    "Memory in use, mapped index files included.",
                    usage.resident,
                ),
                (
                    "zhen_anonymous_memory_bytes",
                    "Memory in use beyond mapped files.",
                    usage.anonymous,
                ),
                (
                    "zhen_peak_memory_bytes",
                    "Most memory ever in use, mapped index files included.",
                    usage.peak,
                ),
            ]);
            page.head("process_cpu_seconds_total", "counter", "Processor time, user and system.");
            let seconds = usage.cpu.as_secs_f64();
            page.line(format_args!("process_cpu_seconds_total {seconds}"));
        }
        for (name, help, value) in gauges {
            page.head(name, "gauge", help);
            page.sample(name, "", value);
        }
        type Figure = fn(&IndexStats) -> u64;
        let figures: [(&str, &str, &str, Figure); 4] = [
            ("zhen_index_documents", "gauge", "Documents in the index.", |s| s.documents),
            ("zhen_index_size_bytes", "gauge", "Bytes on disk.", |s| s.size_bytes),
            ("zhen_index_segments", "gauge", "Segments.", |s| s.segments),
            ("zhen_index_commit", "counter", "Number of the last commit.", |s| s.commit),
        ];
        for (name, kind, help, figure) in figures {
            page.head(name, kind, help);
            for (index, stats) in indexes {
                page.sample(name, &format!("index=\"{}\"", escape(index)), figure(stats));
            }
        }
        page.0
    }

    fn render_latency(&self, page: &mut Page) {
        const NAME: &str = "zhen_http_request_duration_seconds";
        let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner).clone();
        page.head(NAME, "histogram", "Time from a request's head to its answer's head.");
        for (route, histogram) in latency {
            let mut below = 0;
            let labels = BUCKETS.iter().map(|&(_, label)| label).chain(["+Inf"]);
            for (label, count) in labels.zip(histogram.buckets) {
                below += count;
                let labels = format!("route=\"{route}\",le=\"{label}\"");
                page.sample("zhen_http_request_duration_seconds_bucket", &labels, below);
            }
            let sum = Duration::from_micros(histogram.sum_us).as_secs_f64();
            page.line(format_args!("{NAME}_sum{{route=\"{route}\"}} {sum}"));
            page.line(format_args!("{NAME}_count{{route=\"{route}\"}} {below}"));
        }
    }
}

/// A page of metrics.
struct Page(String);

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("writing to a string does not fail");
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &str, value: u64) {
        match labels {
            "" => self.line(format_args!("{name} {value}")),
            _ => self.line(format_args!("{name}{{{labels}}} {value}")),
        }
    }
}

/// Escapes a label's value.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_with_everything() {
        let metrics = Metrics::new();
        for us in [100, 250, 251, 99_999_999] {
            metrics.answered("search", 200, Duration::from_micros(us));
        }
        let page = metrics.render(&[]);
        let bucket = |le: &str| {
            let start = format!(
                "zhen_http_request_duration_seconds_bucket{{route=\"search\",le=\"{le}\"}} "
            );
            page.lines().find_map(|l| l.strip_prefix(&start)).unwrap().parse::<u64>().unwrap()
        };
        assert_eq!(
            (bucket("0.00025"), bucket("0.0005"), bucket("10"), bucket("+Inf")),
            (2, 3, 3, 4)
        );
        assert!(page.contains("zhen_http_request_duration_seconds_count{route=\"search\"} 4\n"));
        assert!(page.contains("zhen_http_requests_total{route=\"search\",status=\"200\"} 4\n"));
    }

    #[test]
    fn every_sample_belongs_to_a_metric_that_is_described() {
        let metrics = Metrics::new();
        metrics.answered("stats", 404, Duration::ZERO);
        metrics.searched(0);
        metrics.searched(3);
        let page = metrics.render(&[("a\"b".to_owned(), IndexStats::default())]);
        for line in page.lines().filter(|l| !l.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix))
                .unwrap_or(name);
            assert!(page.contains(&format!("# TYPE {base} ")), "{line}");
            assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
        }
        let usage = ProcessUsage::read().is_some();
        for name in ["process_cpu_seconds_total", "zhen_peak_memory_bytes"] {
            assert_eq!(page.contains(&format!("\n{name} ")), usage, "{name}");
        }
        assert!(page.contains("zhen_zero_hit_searches_total 1\n"));
        assert!(page.contains("zhen_hits_total 3\n"));
        assert!(page.contains("zhen_index_documents{index=\"a\\\"b\"} 0\n"));
    }

    #[test]
    fn what_is_under_way_is_counted_until_it_ends() {
        let metrics = Metrics::new();
        let open = metrics.connection();
        assert_eq!(metrics.open_connections(), 1);
        drop(open);
        assert_eq!(metrics.open_connections(), 0);
    }
}
