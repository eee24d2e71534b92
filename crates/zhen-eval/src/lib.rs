//! How good and how fast: relevance measures over judged sets, and latency of a list of queries.
//!
//! Nothing here knows the engine. Relevance needs a [`Run`] (rankings by query), latency a
//! [`Target`](latency::Target) (a function from query to number of hits); both come from outside.
//! Nothing here prints: tables, JSON lines and the HTML report are returned as strings.
//!
//! ```
//! use zhen_eval::{Measure, Qrels, RankedDoc, Run, evaluate};
//!
//! let qrels = Qrels::parse("q1 0 中文 1\nq1 0 english 1\n", "qrels.tsv".as_ref())?;
//! let mut run = Run::new("example");
//! run.insert("q1", vec![RankedDoc::new("other", 2.0), RankedDoc::new("中文", 1.0)])?;
//! let evaluation = evaluate(&qrels, &run, &[Measure::Mrr(10), Measure::Recall(10)]);
//! assert_eq!(evaluation.means(), [0.5, 0.5]);
//! # Ok::<(), zhen_eval::EvalError>(())
//! ```

mod baseline;
mod error;
mod evaluate;
pub mod latency;
mod measure;
mod paired;
mod qrels;
mod random;
pub mod report;
mod run;
mod set;
mod summary;
mod table;
mod text_file;

pub use baseline::Baseline;
pub use error::EvalError;
pub use evaluate::{Evaluation, QueryScores, evaluate};
pub use measure::Measure;
pub use paired::{MeasureComparison, Paired, paired};
pub use qrels::{Judgements, Qrels};
pub use run::{RankedDoc, Run};
pub use set::{CorpusDocument, Documents, EvalSet, Query};
pub use summary::{EvalRecord, comparison_table, relevance_table};
pub use table::{Align, Table};
