//! One module a command: options to library requests, answers to [`crate::output`].

mod aliases;
mod analyze;
mod bench;
mod completions;
mod delete;
mod demo;
mod doc;
mod eval;
mod explain;
mod index;
mod search;
mod serve;
mod stats;
mod suggest;
mod synonyms;
mod terms;
mod verify;

use std::ffi::OsStr;
use std::path::Path;

use zhen_index::{IndexError, location};
use zhen_search::{Engine, IndexEngine};

use crate::args::Command;
use crate::failure::{Failure, Outcome};
use crate::settings::Settings;

/// Runs a command.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Outcome, Failure> {
    match command {
        Command::Search(args) => search::run(&args, settings),
        Command::Index(args) => index::run(&args, settings),
        Command::Demo(args) => demo::run(&args, settings),
        Command::Suggest(args) => suggest::run(&args, settings),
        Command::Serve(args) => serve::run(&args, settings),
        Command::Eval(args) => eval::run(&args, settings),
        Command::Bench(args) => bench::run(&args, settings),
        Command::Analyze(args) => analyze::run(&args, settings),
        Command::Explain(args) => explain::run(&args, settings),
        Command::Doc(args) => doc::run(&args, settings),
        Command::Delete(args) => delete::run(&args, settings),
        Command::Stats(_) => stats::run(settings),
        Command::Verify(_) => verify::run(settings),
        Command::Terms(args) => terms::run(&args, settings),
        Command::Synonyms(args) => synonyms::run(&args, settings),
        Command::Aliases(args) => aliases::run(&args, settings),
        Command::Completions(args) => completions::run(&args, settings),
    }
}

/// Opens the index for searching.
fn open_engine(settings: &Settings) -> Result<IndexEngine, Failure> {
    IndexEngine::open(&settings.index_dir()?).map_err(with_other_indexes)
}

/// Adds the names of the indexes there are to the message that there is none.
fn with_other_indexes(error: IndexError) -> Failure {
    if !matches!(error, IndexError::Missing { .. }) {
        return error.into();
    }
    // Looking for others is a courtesy; that it fails is no second error.
    let known = location::list().unwrap_or_default();
    let names: Vec<String> = known.into_iter().map(|index| index.name).collect();
    match names.is_empty() {
        true => error.into(),
        false => Failure::OtherIndexes { cause: error, names },
    }
}

/// The id of the document that the user means: the id itself, else that of the file so named.
/// `None` when there is neither.
fn find_id(engine: &dyn Engine, typed: &OsStr) -> Result<Option<String>, Failure> {
    let of_file = zhen_source::path_id(Path::new(typed));
    for id in typed.to_str().into_iter().chain([of_file.as_str()]) {
        if engine.document(id)?.is_some() {
            return Ok(Some(id.to_owned()));
        }
    }
    Ok(None)
}

/// What is said when a document is not there.
fn no_document(id: &OsStr) -> String {
    format!(
        "there is no document {:?} in the index; `zhen search` shows paths, and `zhen search --json` ids",
        id.to_string_lossy(),
    )
}
