//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::engine::Engine;

/// The same documents and queries through zhen and through other engines.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask compare")]
pub(crate) struct Args {
    /// Documents: a file of JSON lines, .zst too, or a folder [default: the corpus of ../shared,
    /// else the samples]
    #[arg(long, value_name = "PATH")]
    pub(crate) corpus: Option<PathBuf>,
    /// Folder of text files with one query a line [default: ../shared/queries, else a few queries]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) queries: Option<PathBuf>,
    /// At most so many documents
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Engines, in the order in which they take turns
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_values_t = Engine::ALL)]
    pub(crate) engines: Vec<Engine>,
    /// Measured passes over the queries, after one to warm up
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) repeat: usize,
    /// Queries asked, once each, of what is too slow for all of them
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) sample: usize,
    /// How often each engine indexes, in turns; the median counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Threads for those engines that can be told [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Folder for the results [default: benches/results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,

    /// What a child process does.
    #[arg(long, hide = true)]
    pub(crate) step: Option<Step>,
    /// The engine of a child process.
    #[arg(long, hide = true)]
    pub(crate) engine: Option<Engine>,
    /// Where that engine's index lies.
    #[arg(long, hide = true)]
    pub(crate) dir: Option<PathBuf>,
}

impl Args {
    /// Threads for those engines that can be told.
    pub(crate) fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.unwrap_or_else(all).max(1)
    }
}

/// What a child process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Indexes the documents.
    Index,
    /// Compares what is found with what stands in the documents.
    Check,
    /// Asks the queries.
    Search,
}

impl Step {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Check => "check",
            Self::Search => "search",
        }
    }
}
