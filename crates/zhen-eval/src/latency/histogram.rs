//! Latencies over many orders of magnitude in little memory.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// The longest latency told apart; longer ones count as this.
const LONGEST_NS: u64 = 3_600_000_000_000;
/// Values keep three significant digits: an error of at most 0.1 %.
const DIGITS: u8 = 3;

/// A histogram of latencies from 1 ns to one hour, with an error of at most 0.1 % (an HDR
/// histogram; Tene, hdrhistogram.org). About 270 kB, whatever the number of values.
#[derive(Debug, Clone)]
pub struct LatencyHistogram(Histogram<u64>);

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl LatencyHistogram {
    /// An empty histogram.
    #[must_use]
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_NS, DIGITS);
        Self(histogram.expect("1 ns to one hour with three digits are valid bounds"))
    }

    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        self.record_ns(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Counts one latency in nanoseconds.
    pub fn record_ns(&mut self, ns: u64) {
        self.0.saturating_record(ns.max(1));
    }

    /// Number of latencies counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency in nanoseconds that a share `quantile` (0 to 1) of all stays at or below; 0 when
    /// empty.
    #[must_use]
    pub fn quantile_ns(&self, quantile: f64) -> u64 {
        if self.0.is_empty() { 0 } else { self.0.value_at_quantile(quantile).min(self.0.max()) }
    }

    /// The figures that are shown.
    #[must_use]
    pub fn summary(&self) -> LatencySummary {
        LatencySummary {
            count: self.count(),
            mean_ns: self.0.mean().round() as u64,
            p50_ns: self.quantile_ns(0.5),
            p90_ns: self.quantile_ns(0.9),
            p99_ns: self.quantile_ns(0.99),
            p999_ns: self.quantile_ns(0.999),
            max_ns: if self.0.is_empty() { 0 } else { self.0.max() },
        }
    }

    /// The latency curve for a plot whose horizontal axis counts nines: quantiles ever closer to
    /// 1, up to the last one that the number of values can tell from the maximum.
    #[must_use]
    pub fn curve(&self) -> Vec<CurvePoint> {
        let point = |quantile: f64| {
            // Nine decimals are enough for a billion requests, and are read as they are written.
            let quantile = (quantile * 1e9).round() / 1e9;
            CurvePoint { quantile, ns: self.quantile_ns(quantile) }
        };
        let mut curve = Vec::new();
        if self.0.is_empty() {
            return curve;
        }
        let mut rest = 1.0_f64;
        while rest * self.count() as f64 >= 1.0 {
            // Ten points for each nine.
            curve.push(point(1.0 - rest));
            rest /= 10.0_f64.powf(0.1);
        }
        curve
    }
}

/// Figures of a histogram, in nanoseconds; all 0 when it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LatencySummary {
    /// Number of latencies.
    pub count: u64,
    /// Arithmetic mean.
    pub mean_ns: u64,
    /// Median.
    pub p50_ns: u64,
    /// 90 % take at most this.
    pub p90_ns: u64,
    /// 99 % take at most this.
    pub p99_ns: u64,
    /// 99.9 % take at most this.
    pub p999_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

/// A point of the latency curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Share of the requests, 0 to 1.
    pub quantile: f64,
    /// They took at most this many nanoseconds.
    pub ns: u64,
}
