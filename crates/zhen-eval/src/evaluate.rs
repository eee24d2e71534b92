//! Scores of a run, by query and in the mean.

use crate::measure::{Measure, to_f64};
use crate::paired::{MeasureComparison, paired};
use crate::qrels::Qrels;
use crate::run::Run;

/// The scores of one query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryScores {
    /// Query id.
    pub query: String,
    /// One score for each measure, in the order of [`Evaluation::measures`].
    pub scores: Vec<f64>,
}

/// The scores of a run on a set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// What was measured.
    pub measures: Vec<Measure>,
    /// Queries with at least one relevant document, by id.
    pub queries: Vec<QueryScores>,
    /// Queries left out of the mean because no document is relevant to them, or none is judged.
    pub left_out: usize,
    /// Queries in the mean for which the run has no ranking; they score 0.
    pub unanswered: usize,
}

/// Scores every query that has a relevant document.
///
/// Queries without one are left out, as `trec_eval` does. A query that the run does not answer
/// counts with 0 (`trec_eval -c`), so that leaving out hard queries never looks better.
#[must_use]
pub fn evaluate(qrels: &Qrels, run: &Run, measures: &[Measure]) -> Evaluation {
    let mut evaluation = Evaluation { measures: measures.to_vec(), ..Evaluation::default() };
    for (query, judgements) in qrels.iter() {
        let ranking = run.ranking(query);
        let scores: Option<Vec<f64>> = measures
            .iter()
            .map(|measure| measure.score(ranking.unwrap_or_default(), judgements))
            .collect();
        let has_relevant = judgements.values().any(|&grade| grade > 0);
        match scores {
            Some(scores) if has_relevant => {
                evaluation.unanswered += usize::from(ranking.is_none());
                evaluation.queries.push(QueryScores { query: query.to_owned(), scores });
            }
            _ => evaluation.left_out += 1,
        }
    }
    evaluation
}

impl Evaluation {
    /// The mean of each measure over [`Evaluation::queries`]; 0 where there are none.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        let count = to_f64(self.queries.len().max(1));
        (0..self.measures.len())
            .map(|index| {
                self.queries.iter().fold(0.0, |sum, query| sum + query.scores[index]) / count
            })
            .collect()
    }

    /// Compares each measure that both have, over the queries that both have.
    #[must_use]
    pub fn compare(&self, baseline: &Self) -> Vec<MeasureComparison> {
        let mut comparisons = Vec::new();
        for (index, &measure) in self.measures.iter().enumerate() {
            let Some(base_index) = baseline.measures.iter().position(|&base| base == measure)
            else {
                continue;
            };
            let (mut before, mut now) = (Vec::new(), Vec::new());
            for query in &self.queries {
                // Both lists are sorted by query id.
                let found = baseline.queries.binary_search_by(|base| base.query.cmp(&query.query));
                if let Ok(found) = found {
                    before.push(baseline.queries[found].scores[base_index]);
                    now.push(query.scores[index]);
                }
            }
            comparisons.push(MeasureComparison { measure, result: paired(&before, &now) });
        }
        comparisons
    }
}
