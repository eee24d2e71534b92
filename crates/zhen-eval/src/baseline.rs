//! What to compare with: a TREC run, or the records of an earlier evaluation.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::EvalError;
use crate::evaluate::Evaluation;
use crate::measure::Measure;
use crate::run::Run;
use crate::set::EvalSet;
use crate::summary::EvalRecord;
use crate::text_file;

/// An earlier result, read from a file.
#[derive(Debug, Clone)]
pub enum Baseline {
    /// Rankings; query ids must be those of the set.
    Run(Run),
    /// Scores of each query, by set.
    Records(BTreeMap<String, EvalRecord>),
}

impl Baseline {
    /// Reads a TREC run, or JSON lines of [`EvalRecord`] with the scores of each query; which of
    /// the two is seen from the first character.
    ///
    /// # Errors
    /// [`EvalError`] with file and line.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let mend = "name a TREC run, or what an evaluation printed as JSON";
        let text = text_file::read(path, mend)?;
        if !text.trim_start().starts_with('{') {
            return Run::parse(&text, path).map(Self::Run);
        }
        let mut records = BTreeMap::new();
        for (number, line) in text_file::lines(&text) {
            let record: EvalRecord = serde_json::from_str(line)
                .map_err(|error| EvalError::line(path, number, error.to_string(), mend))?;
            if record.by_query.is_empty() {
                let problem = format!("the record of set {} has no scores by query", record.set);
                return Err(EvalError::line(path, number, problem, mend));
            }
            records.insert(record.set.clone(), record);
        }
        Ok(Self::Records(records))
    }

    /// The baseline's scores on `set`; `None` when it has nothing to say about it.
    #[must_use]
    pub fn on(&self, set: &EvalSet, measures: &[Measure]) -> Option<Evaluation> {
        match self {
            Self::Records(records) => records.get(&set.name).map(EvalRecord::to_evaluation),
            Self::Run(run) => set
                .queries
                .iter()
                .any(|query| run.ranking(&query.id).is_some())
                .then(|| set.evaluate(run, measures)),
        }
    }
}
