//! Is one run better than another, or is it chance?

use serde::Serialize;

use crate::measure::{Measure, to_f64};
use crate::random::SplitMix64;

/// Differences below this are ties: scores are sums of a few fractions.
const TIE: f64 = 1e-9;
/// Random sign patterns tried when there are too many to try all.
const SAMPLES: usize = 10_000;
/// Up to this many queries that differ, all 2^n sign patterns are tried.
const EXACT_UP_TO: usize = 13;
const SEED: u64 = 0x007A_6865_6E00_0001;

/// A comparison of two lists of scores of the same queries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Paired {
    /// Queries compared.
    pub queries: usize,
    /// Mean of the baseline.
    pub baseline: f64,
    /// Mean of the run that is compared with it.
    pub now: f64,
    /// `now - baseline`.
    pub difference: f64,
    /// Queries that became better.
    pub wins: usize,
    /// Queries that stayed the same (within 1e-9).
    pub ties: usize,
    /// Queries that became worse.
    pub losses: usize,
    /// Two-sided p-value of the randomization test: how often chance alone gives a difference at
    /// least as large. 1 when nothing differs.
    pub p_value: f64,
}

/// [`Paired`] for one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeasureComparison {
    /// The measure.
    pub measure: Measure,
    /// What came out.
    #[serde(flatten)]
    pub result: Paired,
}

/// Compares scores of the same queries in the same order; what one list has more is left out.
///
/// The test is Fisher's randomization test on the mean difference (as recommended by Smucker,
/// Allan and Carterette, "A comparison of statistical significance tests for information retrieval
/// evaluation", CIKM 2007): if the runs were alike, each query's two scores could as well be
/// swapped. With up to 13 queries that differ all swaps are tried, otherwise 10,000 random ones
/// with a fixed seed, counting the observed one among them. Takes time proportional to queries ×
/// swaps.
#[must_use]
pub fn paired(baseline: &[f64], now: &[f64]) -> Paired {
    let differences: Vec<f64> = baseline.iter().zip(now).map(|(base, now)| now - base).collect();
    let queries = differences.len();
    let count = to_f64(queries.max(1));
    let mean = |scores: &[f64]| scores.iter().take(queries).sum::<f64>() / count;
    let wins = differences.iter().filter(|&&difference| difference > TIE).count();
    let losses = differences.iter().filter(|&&difference| difference < -TIE).count();
    let (baseline, now) = (mean(baseline), mean(now));
    let differing: Vec<f64> =
        differences.into_iter().filter(|difference| difference.abs() > TIE).collect();
    Paired {
        queries,
        baseline,
        now,
        difference: now - baseline,
        wins,
        ties: queries - wins - losses,
        losses,
        p_value: randomization_test(&differing),
    }
}

fn randomization_test(differences: &[f64]) -> f64 {
    let observed = differences.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order differ by rounding.
    let at_least = |sum: f64| sum.abs() >= observed - TIE;
    if differences.len() <= EXACT_UP_TO {
        let patterns = 1u64 << differences.len();
        let extreme = (0..patterns)
            .filter(|&pattern| at_least(signed_sum(differences, std::iter::repeat(pattern))))
            .count();
        return to_f64(extreme) / patterns as f64;
    }
    let mut random = SplitMix64::new(SEED);
    let extreme = (0..SAMPLES)
        .filter(|_| at_least(signed_sum(differences, std::iter::repeat_with(|| random.next_u64()))))
        .count();
    to_f64(extreme + 1) / to_f64(SAMPLES + 1)
}

/// The sum of the differences, the sign of each decided by one bit; 64 differences a word.
fn signed_sum(differences: &[f64], mut words: impl Iterator<Item = u64>) -> f64 {
    let mut sum = 0.0;
    for chunk in differences.chunks(64) {
        let word = words.next().unwrap_or(0);
        for (bit, difference) in chunk.iter().enumerate() {
            sum += if word >> bit & 1 == 1 { -difference } else { *difference };
        }
    }
    sum
}
