//! Measures of a ranking against judgements.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{EvalError, shown};
use crate::qrels::Judgements;
use crate::run::RankedDoc;

/// A measure with its depth: only the first `k` documents of a ranking count.
///
/// Written `nDCG@10`, `MRR@10`, `recall@100`; read in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Measure {
    /// Normalised discounted cumulated gain, 0 to 1 (Järvelin and Kekäläinen, "Cumulated
    /// gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002), in the form of `trec_eval`:
    /// the gain of a document is its grade (not 2^grade − 1; grades below 0 count as 0), divided by
    /// the base-2 logarithm of its rank plus one, from the first rank on; the sum is divided by
    /// that of the best possible order of all judged documents.
    Ndcg(usize),
    /// 1 / rank of the first relevant document (grade 1 or more), 0 when there is none: the mean
    /// over queries is the mean reciprocal rank (Voorhees, TREC-8 question answering track, 1999).
    Mrr(usize),
    /// Relevant documents found, of all relevant documents, 0 to 1.
    Recall(usize),
}

impl Measure {
    /// What `zhen eval` shows: nDCG@10, MRR@10, recall@10 and recall@100.
    pub const USUAL: [Self; 4] =
        [Self::Ndcg(10), Self::Mrr(10), Self::Recall(10), Self::Recall(100)];

    /// How many documents of a ranking it looks at.
    #[must_use]
    pub fn depth(self) -> usize {
        match self {
            Self::Ndcg(k) | Self::Mrr(k) | Self::Recall(k) => k,
        }
    }

    /// The measure of one ranking, 0 to 1; `None` when no document is judged relevant, because
    /// every ranking would be as good.
    ///
    /// A document that stands twice in the ranking counts where it stands first.
    #[must_use]
    pub fn score(self, ranking: &[RankedDoc], judgements: &Judgements) -> Option<f64> {
        let mut ideal: Vec<u32> = judgements.values().map(|&grade| gain(grade)).collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        let relevant = ideal.iter().filter(|&&gain| gain > 0).count();
        if relevant == 0 {
            return None;
        }
        let mut seen = HashSet::new();
        let gains: Vec<u32> = ranking
            .iter()
            .take(self.depth())
            .map(|document| {
                let first = seen.insert(document.id.as_str());
                let grade = judgements.get(&document.id).copied().unwrap_or(0);
                if first { gain(grade) } else { 0 }
            })
            .collect();
        let found = gains.iter().filter(|&&gain| gain > 0).count();
        Some(match self {
            Self::Ndcg(k) => {
                ideal.truncate(k);
                discounted(&gains) / discounted(&ideal)
            }
            Self::Mrr(_) => {
                gains.iter().position(|&gain| gain > 0).map_or(0.0, |index| 1.0 / to_f64(index + 1))
            }
            Self::Recall(_) => to_f64(found) / to_f64(relevant),
        })
    }
}

fn gain(grade: i32) -> u32 {
    u32::try_from(grade).unwrap_or(0)
}

/// Sum of the gains, each divided by log2(rank + 1).
fn discounted(gains: &[u32]) -> f64 {
    let gained =
        gains.iter().enumerate().map(|(at, &gain)| f64::from(gain) / to_f64(at + 2).log2());
    // Not `sum`, whose empty sum is the negative zero.
    gained.fold(0.0, |sum, gain| sum + gain)
}

/// A count as a float; counts here are far below 2^53.
pub(crate) fn to_f64(count: usize) -> f64 {
    count as f64
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ndcg(k) => write!(f, "nDCG@{k}"),
            Self::Mrr(k) => write!(f, "MRR@{k}"),
            Self::Recall(k) => write!(f, "recall@{k}"),
        }
    }
}

impl FromStr for Measure {
    type Err = EvalError;

    fn from_str(text: &str) -> Result<Self, EvalError> {
        let read = || {
            let (name, depth) = text.split_once('@')?;
            let depth = depth.parse().ok().filter(|&depth| depth > 0)?;
            match name.to_ascii_lowercase().as_str() {
                "ndcg" => Some(Self::Ndcg(depth)),
                "mrr" => Some(Self::Mrr(depth)),
                "recall" => Some(Self::Recall(depth)),
                _ => None,
            }
        };
        read().ok_or_else(|| {
            EvalError::value(
                "measure",
                format!("{} is unknown", shown(text)),
                "there are nDCG@K, MRR@K and recall@K, with K from 1",
            )
        })
    }
}

impl TryFrom<String> for Measure {
    type Error = EvalError;

    fn try_from(text: String) -> Result<Self, EvalError> {
        text.parse()
    }
}

impl From<Measure> for String {
    fn from(measure: Measure) -> Self {
        measure.to_string()
    }
}
