//! `zhen aliases`.

use std::io::Write as _;

use serde::Serialize;
use serde_json::json;
use zhen_index::{IndexOptions, Indexer, ListedAlias, ZhenIndex};

use super::with_other_indexes;
use crate::args::{AliasArgs, AliasesArgs, AliasesCommand};
use crate::failure::{Failure, Outcome};
use crate::output::table::{Align, Table};
use crate::output::{Console, Told, grouped, tell, text};
use crate::settings::{Form, Settings};

#[derive(Serialize)]
struct Line<'a> {
    alias: &'a str,
    name: &'a str,
    documents: u64,
    hand_made: bool,
    evidence: Option<&'a str>,
}

pub(crate) fn run(args: &AliasesArgs, settings: &Settings) -> Result<Outcome, Failure> {
    match &args.change {
        None => list(args, settings),
        Some(AliasesCommand::Add(pair)) => change(pair, Change::Add, settings),
        Some(AliasesCommand::Remove(pair)) => change(pair, Change::Remove, settings),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    Remove,
}

fn change(pair: &AliasArgs, change: Change, settings: &Settings) -> Result<Outcome, Failure> {
    let dir = settings.index_dir()?;
    // Opening for writing would create an index.
    ZhenIndex::open(&dir).map_err(with_other_indexes)?;
    let AliasArgs { name, other } = pair;
    let mut indexer = Indexer::open(IndexOptions::new(dir))?;
    let changed = match change {
        Change::Add => indexer.add_alias(name, other)?,
        Change::Remove => indexer.remove_alias(name, other)?,
    };
    indexer.close()?;
    if change == Change::Remove && !changed {
        let why = format!(
            "{name:?} and {other:?} are no pair; `{} {}` lists the pairs of a name",
            settings.command("aliases"),
            crate::output::hits::shell_quoted(name)
        );
        tell(settings, Told::Note, &why);
        return Ok(Outcome::Nothing);
    }
    let mut console = Console::new(settings);
    let (name, other) = (text::one_line(name), text::one_line(other));
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => console.json(&json!({"name": name, "other": other, "changed": changed}))?,
        Form::Person | Form::Lines => match (change, changed) {
            (Change::Add, true) => writeln!(console, "{name} and {other} find each other")?,
            (Change::Add, false) => writeln!(console, "{name} and {other} were added before")?,
            (Change::Remove, _) => writeln!(console, "{name} and {other} no longer do")?,
        },
    }
    console.flush()?;
    Ok(Outcome::Found)
}

fn list(args: &AliasesArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let index = ZhenIndex::open(&settings.index_dir()?).map_err(with_other_indexes)?;
    let prefix = args.prefix.join(" ");
    let pairs = index.aliases(&prefix, args.limit)?;
    let outcome = Outcome::found(!pairs.is_empty());
    if settings.is_quiet() {
        return Ok(outcome);
    }
    let mut console = Console::new(settings);
    match console.form {
        Form::Json => pairs.iter().try_for_each(|pair| console.json(&line(pair)))?,
        Form::Lines => {
            for ListedAlias { alias, name, documents, .. } in &pairs {
                let (alias, name) = (text::one_line(alias), text::one_line(name));
                writeln!(console, "{alias}\t{name}\t{documents}")?;
            }
        }
        Form::Person if pairs.is_empty() => {
            let dim = console.palette.dim;
            match prefix.trim() {
                "" => {
                    writeln!(console, "{dim}no document says that two names mean the same{dim:#}")?
                }
                prefix => writeln!(
                    console,
                    "{dim}no name that begins with {} has another{dim:#}",
                    text::one_line(prefix)
                )?,
            }
        }
        Form::Person => {
            let headings = [
                ("name", Align::Left),
                ("also", Align::Left),
                ("documents", Align::Right),
                ("such as", Align::Left),
            ];
            let mut table = Table::new(headings);
            for pair in &pairs {
                let evidence = match (&pair.evidence, pair.hand_made) {
                    (_, true) => "added by hand".to_owned(),
                    (Some(evidence), false) => evidence.id.clone(),
                    (None, false) => String::new(),
                };
                let documents = grouped(pair.documents);
                table.row([pair.alias.clone(), pair.name.clone(), documents, evidence]);
            }
            write!(console, "{}", table.render(0, &console.palette))?;
        }
    }
    console.flush()?;
    Ok(outcome)
}

fn line(pair: &ListedAlias) -> Line<'_> {
    Line {
        alias: &pair.alias,
        name: &pair.name,
        documents: pair.documents,
        hand_made: pair.hand_made,
        evidence: pair.evidence.as_ref().map(|evidence| evidence.id.as_str()),
    }
}
