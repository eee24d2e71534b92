//! `zhen synonyms`.

use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::json;
use zhen_index::{ZhenIndex, change_synonyms, read_synonyms};
use zhen_text::synonym::{LONGEST, Synonyms, rule_of, sides_of};

use super::with_other_indexes;
use crate::args::{SynonymsAction, SynonymsArgs};
use crate::failure::{Failure, Outcome};
use crate::output::{Console, Told, tell, text};
use crate::settings::{Form, Settings};

pub(crate) fn run(args: &SynonymsArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let dir = settings.index_dir()?;
    ZhenIndex::open(&dir).map_err(with_other_indexes)?;
    match &args.action {
        None => list(&dir, settings),
        Some(SynonymsAction::Add { rules }) => change(&dir, settings, |mut known| {
            for rule in rules {
                // By itself, so that what is wrong is not said of a line that nobody typed.
                Synonyms::parse(rule).map_err(|error| {
                    Failure::Usage(format!("the rule {rule:?} cannot be added: {}", error.what))
                })?;
                if !holds(&known, rule) {
                    if !known.is_empty() && !known.ends_with('\n') {
                        known.push('\n');
                    }
                    known.push_str(rule.trim());
                    known.push('\n');
                }
            }
            Ok(known)
        }),
        Some(SynonymsAction::Remove { rules }) => change(&dir, settings, |known| {
            if let Some(missing) = rules.iter().find(|rule| !holds(&known, rule)) {
                return Err(Failure::Usage(format!(
                    "there is no rule {missing:?}; `zhen synonyms` lists those there are"
                )));
            }
            let kept = known.lines().filter(|line| !rules.iter().any(|rule| same(line, rule)));
            Ok(kept.flat_map(|line| [line, "\n"]).collect())
        }),
        Some(SynonymsAction::Load { file }) => {
            let rules = read(file)?;
            change(&dir, settings, |_| Ok(rules))
        }
    }
}

fn same(line: &str, rule: &str) -> bool {
    rule_of(line).is_some_and(|line| Some(line) == rule_of(rule))
}

fn holds(rules: &str, rule: &str) -> bool {
    rules.lines().any(|line| same(line, rule))
}

/// The rules of a file. More than can be rules is not read.
fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let most = LONGEST as u64 + 1;
    let read = match file == Path::new("-") {
        true => std::io::stdin().lock().take(most).read_to_string(&mut text),
        false => std::fs::File::open(file).and_then(|f| f.take(most).read_to_string(&mut text)),
    };
    read.map_err(|cause| Failure::File {
        doing: "read the synonyms",
        path: file.to_path_buf(),
        cause,
        mend: "name a UTF-8 text with one rule a line, as in `car, automobile, 汽车`",
    })?;
    // Editors on Windows begin a file with a byte order mark, which is no part of the first rule.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Replaces the rules by what `change` makes of them, and says how many there are.
fn change(
    dir: &Path,
    settings: &Settings,
    change: impl FnOnce(String) -> Result<String, Failure>,
) -> Result<Outcome, Failure> {
    let rules = change_synonyms(dir, change)?;
    let count = rules.lines().filter_map(rule_of).count();
    let rules = if count == 1 { "rule" } else { "rules" };
    tell(settings, Told::Note, &format!("the index has {count} {rules} for synonyms"));
    Ok(Outcome::Found)
}

fn list(dir: &Path, settings: &Settings) -> Result<Outcome, Failure> {
    let known = read_synonyms(dir)?;
    let rules: Vec<&str> = known.lines().filter_map(rule_of).collect();
    let outcome = Outcome::found(!rules.is_empty());
    if settings.is_quiet() {
        return Ok(outcome);
    }
    let mut console = Console::new(settings);
    match console.form {
        Form::Json => {
            for rule in &rules {
                let (words, find) = sides_of(rule);
                console.json(&json!({"words": words, "find": find}))?;
            }
        }
        Form::Person if rules.is_empty() => {
            let dim = console.palette.dim;
            writeln!(
                console,
                "{dim}the index has no synonyms; `{} add 'A, B'` adds some{dim:#}",
                settings.command("synonyms")
            )?;
        }
        Form::Lines | Form::Person => {
            for rule in &rules {
                writeln!(console, "{}", text::one_line(rule))?;
            }
        }
    }
    console.flush()?;
    Ok(outcome)
}
