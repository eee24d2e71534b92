//! Axes: where ticks stand and what they say.

use crate::latency::format_ns;

/// A logarithmic axis of latencies that covers all values given, with ticks at 1, 2 and 5 of each
/// decade, or only at 1 where that would be too many.
pub(crate) struct LogAxis {
    low: f64,
    high: f64,
}

impl LogAxis {
    /// Covers the positive values in nanoseconds; a decade around 1 µs where there are none.
    pub(crate) fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let positive = values.into_iter().filter(|&value| value.is_finite() && value >= 1.0);
        let (low, high) =
            positive.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        if high == 0.0 {
            return Self { low: 3.0, high: 4.0 };
        }
        let steps = [1.0, 2.0, 5.0, 10.0];
        let decade = |value: f64| 10f64.powf(value.log10().floor());
        let below = steps.iter().rev().map(|step| step * decade(low)).find(|&tick| tick <= low);
        let above = steps.iter().map(|step| step * decade(high)).find(|&tick| tick >= high);
        let (low, mut high) = (below.unwrap_or(low), above.unwrap_or(high));
        if high <= low {
            high = low * 2.0;
        }
        Self { low: low.log10(), high: high.log10() }
    }

    /// Where a value stands, 0 to 1.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let value = value.max(1.0).log10();
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Places of the ticks and their labels.
    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        let many = self.high - self.low > 3.5;
        let steps: &[u64] = if many { &[1] } else { &[1, 2, 5] };
        let mut ticks = Vec::new();
        for exponent in self.low.floor() as u32..=self.high.ceil() as u32 {
            for step in steps {
                let value = step.saturating_mul(10u64.saturating_pow(exponent));
                let log = (value as f64).log10();
                if log >= self.low - 1e-9 && log <= self.high + 1e-9 {
                    ticks.push((self.place(value as f64), round(value)));
                }
            }
        }
        ticks
    }
}

/// `5 ms` rather than `5.00 ms`: ticks are whole numbers.
fn round(ns: u64) -> String {
    let (number, unit) = match ns {
        ns if ns < 1_000 => (ns, "ns"),
        ns if ns < 1_000_000 => (ns / 1_000, "µs"),
        ns if ns < 1_000_000_000 => (ns / 1_000_000, "ms"),
        ns => (ns / 1_000_000_000, "s"),
    };
    if number >= 1_000 { format_ns(ns) } else { format!("{number} {unit}") }
}

/// The end of a linear axis from 0 that covers `most`, and its ticks.
pub(crate) fn linear_ticks(most: f64) -> (f64, Vec<(f64, String)>) {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let decade = 10f64.powf(most.log10().floor());
    let step = [0.2, 0.5, 1.0, 2.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| most / step <= 6.0)
        .unwrap_or(decade * 2.0);
    let count = (most / step).ceil() as usize;
    let ticks = (0..=count)
        .map(|number| {
            let value = number as f64 * step;
            let digits = if step >= 1.0 { 0 } else { 2 };
            (value, format!("{value:.digits$}"))
        })
        .collect();
    (count as f64 * step, ticks)
}

#[cfg(test)]
mod tests {
    use super::{LogAxis, linear_ticks};

    #[test]
    fn a_latency_axis_covers_its_values_with_round_ticks() {
        let axis = LogAxis::new([1_300.0, 4_800_000.0]);
        assert_eq!(axis.place(1_000.0), 0.0);
        assert_eq!(axis.place(5_000_000.0), 1.0);
        let labels: Vec<String> = axis.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["1 µs", "10 µs", "100 µs", "1 ms"]);
        let near = LogAxis::new([150_000.0, 160_000.0]);
        let labels: Vec<String> = near.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["100 µs", "200 µs"]);
    }

    #[test]
    fn strange_values_still_give_an_axis() {
        for values in [vec![], vec![0.0], vec![f64::NAN, f64::INFINITY], vec![5.0, 5.0], vec![1e19]]
        {
            let axis = LogAxis::new(values.clone());
            assert!(!axis.ticks().is_empty(), "{values:?}");
            assert!((0.0..=1.0).contains(&axis.place(5.0)));
        }
    }

    #[test]
    fn a_throughput_axis_ends_on_a_round_number() {
        let (end, ticks) = linear_ticks(3_210.0);
        assert_eq!(end, 4_000.0);
        assert_eq!(ticks.last().map(|(_, label)| label.as_str()), Some("4000"));
        assert!(ticks.len() <= 8);
        assert_eq!(linear_ticks(f64::NAN).0, 1.0);
        assert_eq!(linear_ticks(0.0).0, 1.0);
    }
}
