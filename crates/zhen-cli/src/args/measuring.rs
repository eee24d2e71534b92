//! Measuring: `zhen eval`, `zhen bench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{parse_duration, parse_rate};

/// Measure relevance on judged sets: nDCG@10, MRR@10, recall@10, recall@100
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen eval --set sets/cmrc2018-zh sets/cranfield-en
  zhen eval --set sets/cmrc2018-zh --run-out before.run
  zhen eval --set sets/cmrc2018-zh --baseline before.run

A set is a folder with corpus.jsonl, queries.tsv (`qid<TAB>text`) and qrels.tsv (`qid 0 docid
grade`). It is indexed in a temporary place; no index of yours is touched.")]
pub(crate) struct EvalArgs {
    /// Folders of judged sets
    #[arg(long = "set", value_name = "DIR", required = true, num_args = 1..)]
    pub(crate) sets: Vec<PathBuf>,
    /// Write the run in TREC's format, 100 hits a query; for several sets make a folder of such files
    #[arg(long, value_name = "FILE")]
    pub(crate) run_out: Option<PathBuf>,
    /// Compare with a run written earlier; for several sets with a folder of such files
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

/// Measure latency and throughput of a list of queries, in process or over HTTP
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen --index notes bench --queries queries.txt
  zhen bench --queries zh.txt en.txt --passages 0 --output before.json
  zhen bench --queries zh.txt en.txt --passages 0 --baseline before.json
  zhen bench --queries zh.txt --connections 4 --duration 30s
  zhen bench --queries zh.txt --url http://127.0.0.1:7700 --rate 500,1000,2000 --html report.html

One connection after the other's answer (a closed loop) shows how long a search takes; requests at a
fixed rate (--rate, an open loop) show how long people wait, for each is timed from the moment it was
due. A server's key is read from ZHEN_SEARCH_KEY. docs/TUNING.md says how to measure well.

Exit status: 0, 1 when hits differ from the baseline's, 2 after an error or when requests failed.")]
pub(crate) struct BenchArgs {
    /// Files of queries, one a line
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) queries: Vec<PathBuf>,
    /// Ask a running server instead of opening the index; `--index` then names one of the server's
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Requests under way at the same time [default: 1; with --rate at most 64]
    #[arg(long, value_name = "N", help_heading = "Load")]
    pub(crate) connections: Option<usize>,
    /// Send so many requests a second, whether or not they are answered (several with commas)
    #[arg(long, value_name = "Q/S", value_delimiter = ',', value_parser = parse_rate,
        help_heading = "Load")]
    pub(crate) rate: Vec<f64>,
    /// Measure for so long, such as 500ms, 10s or 2m [default with --rate: 10s for each]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = "Load")]
    pub(crate) duration: Option<Duration>,
    /// Ask all queries so many times [default: 10]
    #[arg(long, value_name = "N", conflicts_with_all = ["duration", "rate"],
        help_heading = "Load")]
    pub(crate) repeat: Option<usize>,
    /// Before measuring, ask all queries so many times
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Load")]
    pub(crate) warm_up: usize,
    /// Documents a search, 0 to 1000
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, help_heading = "Searches")]
    pub(crate) limit: usize,
    /// Passages a document, 0 to 20 [default: 3]
    #[arg(long, value_name = "N", help_heading = "Searches")]
    pub(crate) passages: Option<usize>,
    /// As `zhen search --exact`
    #[arg(long, help_heading = "Searches")]
    pub(crate) exact: bool,
    /// As `zhen search --filter`
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, help_heading = "Searches")]
    pub(crate) filter: Option<String>,
    /// Name of the run in tables and plots [default: how it was measured]
    #[arg(long, value_name = "NAME", help_heading = "Results")]
    pub(crate) label: Option<String>,
    /// Write the record, JSON with a line for each rate, which can be a baseline
    #[arg(short, long, value_name = "FILE", help_heading = "Results")]
    pub(crate) output: Option<PathBuf>,
    /// Write a report with plots, a web page in one file
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) html: Option<PathBuf>,
    /// Compare with a record: hits query by query, then time
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) baseline: Option<PathBuf>,
}
