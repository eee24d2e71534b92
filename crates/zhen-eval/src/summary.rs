//! What an evaluation comes to: a record for programs, tables for people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evaluate::{Evaluation, QueryScores};
use crate::measure::{Measure, to_f64};
use crate::paired::MeasureComparison;
use crate::table::{Align, Table};

/// The scores of one set as one line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvalRecord {
    /// Name of the set.
    pub set: String,
    /// Queries in the mean.
    pub queries: usize,
    /// Queries left out because no document is judged relevant to them.
    pub left_out: usize,
    /// Queries in the mean without any answer.
    pub unanswered: usize,
    /// Mean of each measure.
    pub measures: BTreeMap<Measure, f64>,
    /// Scores by query id; left out of the line when empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_query: BTreeMap<String, BTreeMap<Measure, f64>>,
}

impl EvalRecord {
    /// The record of an evaluation, with the scores of each query where `by_query` is set.
    #[must_use]
    pub fn new(set: impl Into<String>, evaluation: &Evaluation, by_query: bool) -> Self {
        let zip = |scores: &[f64]| -> BTreeMap<Measure, f64> {
            evaluation.measures.iter().copied().zip(scores.iter().copied()).collect()
        };
        let queries = evaluation.queries.iter().filter(|_| by_query);
        Self {
            set: set.into(),
            queries: evaluation.queries.len(),
            left_out: evaluation.left_out,
            unanswered: evaluation.unanswered,
            measures: zip(&evaluation.means()),
            by_query: queries.map(|query| (query.query.clone(), zip(&query.scores))).collect(),
        }
    }

    /// The record as one line of JSON, without a line feed.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, strings and maps with string keys")
    }

    /// The evaluation that the record was made of, as far as it holds the scores of each query.
    #[must_use]
    pub fn to_evaluation(&self) -> Evaluation {
        let measures: Vec<Measure> = self.measures.keys().copied().collect();
        let scores = |by_measure: &BTreeMap<Measure, f64>| {
            measures.iter().map(|measure| by_measure.get(measure).copied().unwrap_or(0.0)).collect()
        };
        let queries = self
            .by_query
            .iter()
            .map(|(query, by_measure)| QueryScores {
                query: query.clone(),
                scores: scores(by_measure),
            })
            .collect();
        Evaluation { queries, measures, left_out: self.left_out, unanswered: self.unanswered }
    }
}

/// A table of sets and measures; with several sets, their mean in the last row.
#[must_use]
pub fn relevance_table<'a>(sets: impl IntoIterator<Item = (&'a str, &'a Evaluation)>) -> String {
    let sets: Vec<(&str, &Evaluation)> = sets.into_iter().collect();
    let measures = sets.first().map(|(_, first)| first.measures.clone()).unwrap_or_default();
    let fixed = [("set", Align::Left), ("queries", Align::Right), ("left out", Align::Right)];
    let columns = fixed
        .into_iter()
        .map(|(name, align)| (name.to_owned(), align))
        .chain(measures.iter().map(|measure| (measure.to_string(), Align::Right)));
    let mut table = Table::new(columns);
    let mut sums = vec![0.0; measures.len()];
    for (name, evaluation) in &sets {
        let means = evaluation.means();
        let mut row = vec![
            (*name).to_owned(),
            evaluation.queries.len().to_string(),
            evaluation.left_out.to_string(),
        ];
        row.extend(means.iter().map(|mean| format!("{mean:.4}")));
        table.row(row);
        for (sum, mean) in sums.iter_mut().zip(means) {
            *sum += mean;
        }
    }
    if sets.len() > 1 {
        let mut row = vec!["mean of sets".to_owned(), String::new(), String::new()];
        row.extend(sums.iter().map(|sum| format!("{:.4}", sum / to_f64(sets.len()))));
        table.row(row);
    }
    table.render()
}

/// A table of comparisons with a baseline, a row for each set and measure.
#[must_use]
pub fn comparison_table<'a>(
    sets: impl IntoIterator<Item = (&'a str, &'a [MeasureComparison])>,
) -> String {
    let mut table = Table::new([
        ("set", Align::Left),
        ("measure", Align::Left),
        ("baseline", Align::Right),
        ("now", Align::Right),
        ("difference", Align::Right),
        ("better", Align::Right),
        ("same", Align::Right),
        ("worse", Align::Right),
        ("p", Align::Right),
    ]);
    for (name, comparisons) in sets {
        for MeasureComparison { measure, result } in comparisons {
            table.row([
                name.to_owned(),
                measure.to_string(),
                format!("{:.4}", result.baseline),
                format!("{:.4}", result.now),
                format!("{:+.4}", result.difference),
                result.wins.to_string(),
                result.ties.to_string(),
                result.losses.to_string(),
                format!("{:.4}", result.p_value),
            ]);
        }
    }
    table.render()
}
