//! Latency of a list of queries: load, histograms, records, comparison.
//!
//! A run is measured with [`closed_loop`] (N connections, each waits for its answer) or
//! [`open_loop`] (requests at a fixed rate, latency from the intended start), both of which give a
//! [`RunRecord`]: percentiles, classes, and for each query its median and number of hits. Records
//! are JSON; [`compare`] sets two against each other, and [`check_hits`] finds answers that have
//! changed, because a fast wrong answer is no progress.
//!
//! ```
//! use zhen_eval::latency::{ClosedLoop, closed_loop, check_hits};
//!
//! let queries = ["词典".to_owned(), "free trade agreement".to_owned()];
//! let hits = |query: &str| query.chars().count() as u64;
//! let record = closed_loop("example", &queries, &ClosedLoop::new(1, 1, 3)?, &hits);
//! assert_eq!(record.requests, 6);
//! assert!(check_hits(&record, &record).is_empty());
//! # Ok::<(), zhen_eval::EvalError>(())
//! ```

mod class;
mod clock;
mod compare;
mod histogram;
mod load;
mod machine;
mod queries;
mod record;
mod text;

pub(crate) use compare::counted;

pub use class::QueryClass;
pub use clock::{Clock, SystemClock};
pub use compare::{HitChange, RunComparison, Verdict, check_hits, compare, counterpart};
pub use histogram::{CurvePoint, LatencyHistogram, LatencySummary};
pub use load::{
    ClosedLoop, Fallible, MOST_REQUESTS, OpenLoop, Target, closed_loop, closed_loop_with,
    open_loop, open_loop_with,
};
pub use machine::processor;
pub use queries::read_queries;
pub use record::{ClassSummary, FailureCount, Mode, QueryRecord, RunRecord, Usage};
pub use text::{format_ns, latency_table};
