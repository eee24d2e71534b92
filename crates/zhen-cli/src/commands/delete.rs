//! `zhen delete`.

use std::io::Write as _;

use serde_json::json;
use zhen_index::{IndexOptions, Indexer, ZhenIndex};

use super::{find_id, no_document, open_engine, with_other_indexes};
use crate::args::DeleteArgs;
use crate::failure::{Failure, Outcome};
use crate::output::{Console, Told, count, tell};
use crate::settings::{Form, Settings};

pub(crate) fn run(args: &DeleteArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let dir = settings.index_dir()?;
    // Opening for writing would create an index.
    ZhenIndex::open(&dir).map_err(with_other_indexes)?;
    let engine = open_engine(settings)?;
    let mut ids = Vec::new();
    for typed in &args.ids {
        match find_id(&engine, typed)? {
            Some(id) => ids.push(id),
            None => tell(settings, Told::Note, &no_document(typed)),
        }
    }
    if ids.is_empty() {
        return Ok(Outcome::Nothing);
    }
    let mut indexer = Indexer::open(IndexOptions::new(dir))?;
    let summary = indexer.delete(&ids)?;
    indexer.close()?;
    let mut console = Console::new(settings);
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => {
            console.json(&json!({"removed": summary.removed, "documents": summary.documents}))?;
        }
        Form::Person | Form::Lines => writeln!(
            console,
            "{} removed, {} left",
            count(summary.removed, "document", "documents"),
            count(summary.documents, "document", "documents"),
        )?,
    }
    console.flush()?;
    Ok(Outcome::found(summary.removed > 0))
}
