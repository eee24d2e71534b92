//! `zhen explain`.

use std::io::Write as _;

use zhen_search::explain::{ExplainedWord, Tried};
use zhen_search::{Explanation, SearchRequest};

use super::{find_id, no_document, open_engine};
use crate::args::ExplainArgs;
use crate::failure::{Failure, Outcome};
use crate::output::hits::{Paths, via_name};
use crate::output::style::Palette;
use crate::output::table::{Align, Table};
use crate::output::text::one_line;
use crate::output::{Console, Told, grouped, tell};
use crate::settings::{Form, Settings};

/// Most other spellings named of a word.
const MOST_TRIED: usize = 6;

pub(crate) fn run(args: &ExplainArgs, settings: &Settings) -> Result<Outcome, Failure> {
    if args.query.trim().is_empty() {
        let message = "the query is empty, so there is nothing to explain; give one before the ID";
        return Err(Failure::Usage(message.to_owned()));
    }
    let engine = open_engine(settings)?;
    let request =
        SearchRequest { query: args.query.clone(), exact: args.exact, ..SearchRequest::default() };
    let explanation = match find_id(&engine, &args.id)? {
        Some(id) => engine.explain(&request, &id)?,
        None => None,
    };
    let Some(explanation) = explanation else {
        tell(settings, Told::Error, &no_document(&args.id));
        return Ok(Outcome::Nothing);
    };
    let mut console = Console::new(settings);
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => console.json(&explanation)?,
        Form::Person | Form::Lines => print(&mut console, &explanation, &args.query)?,
    }
    console.flush()?;
    Ok(Outcome::found(explanation.matches))
}

/// A readable account: the verdict, each word, what the score is made of.
fn print(console: &mut Console, explanation: &Explanation, query: &str) -> std::io::Result<()> {
    let palette = console.palette;
    let Palette { title, path, dim, good, error, label, .. } = palette;
    let paths = Paths::from_here();
    let name = one_line(paths.shorten(&explanation.id));
    writeln!(console, "{title}{}{title:#}", verdict(explanation, query))?;
    writeln!(console, "{path}{name}{path:#}  {dim}score {:.2}{dim:#}", explanation.score)?;
    if !explanation.words.is_empty() {
        writeln!(console, "\nwords")?;
        for word in &explanation.words {
            let (style, held) = if word.held { (good, "held") } else { (error, "missing") };
            let name = one_line(&word.word);
            writeln!(console, "  {style}{held:<7}{style:#}  {name}{dim}{}{dim:#}", account(word))?;
        }
    }
    if !explanation.conditions {
        writeln!(
            console,
            "\n{label}a phrase, filter or other condition of the query does not hold{label:#}"
        )?;
    }
    if !explanation.parts.is_empty() {
        writeln!(console, "\nwhat the score is made of")?;
        let mut table = Table::new([
            ("term", Align::Left),
            ("for", Align::Left),
            ("field", Align::Left),
            ("times here", Align::Right),
            ("documents", Align::Right),
            ("adds", Align::Right),
        ]);
        for part in &explanation.parts {
            table.row([
                part.term.clone(),
                match (&part.query, part.via) {
                    (Some(query), Some(via)) => format!("{} ({})", one_line(query), via_name(via)),
                    _ => "·".to_owned(),
                },
                part.field.clone(),
                grouped(part.frequency.into()),
                grouped(part.documents),
                format!("{:.3}", part.score),
            ]);
        }
        let table = table.render(2, &palette);
        write!(console, "{table}")?;
        if explanation.held_words > 0.0 {
            let held = explanation.words.iter().filter(|word| word.held).count();
            let words = match explanation.words.len() {
                all if all == held => "every word".to_owned(),
                all => format!("{held} of {all} words"),
            };
            writeln!(console, "  and {:.3} as it holds {words}", explanation.held_words)?;
        }
    }
    for note in &explanation.notes {
        writeln!(console, "{label}note:{label:#} {}", one_line(note))?;
    }
    Ok(())
}

/// As what a word was found, or in vain looked for.
fn account(word: &ExplainedWord) -> String {
    let others = |held: bool| -> Vec<String> {
        let tried = word.tried.iter().filter(|tried| tried.held == held);
        let named = tried.filter_map(|tried| Some((one_line(&tried.term), tried.via?)));
        named.take(MOST_TRIED).map(|(term, via)| format!("{term} ({})", via_name(via))).collect()
    };
    let as_typed = |tried: &&Tried| tried.via.is_none();
    if word.held {
        if word.tried.iter().any(|tried| tried.held && tried.via.is_none()) {
            return String::new();
        }
        return match others(true).as_slice() {
            [] => String::new(),
            others => format!("  as {}", others.join(", ")),
        };
    }
    let mut account = match word.tried.iter().filter(as_typed).map(|tried| tried.documents).max() {
        Some(0) | None => "  no document holds it as typed".to_owned(),
        Some(1) => "  1 document holds it".to_owned(),
        Some(documents) => format!("  {} documents hold it", grouped(documents)),
    };
    let others = others(false);
    if !others.is_empty() {
        account += &format!("; also looked for: {}", others.join(", "));
    }
    account
}

fn verdict(explanation: &Explanation, query: &str) -> String {
    let query = one_line(query);
    let missing = explanation.words.iter().filter(|word| !word.held).count();
    match (explanation.matches, explanation.conditions, missing) {
        (true, ..) => format!("matches {query}"),
        (false, false, _) => format!("does not match {query}: a condition does not hold"),
        (false, true, missing) if missing < explanation.words.len() => {
            format!(
                "holds some words of {query}, and matches where documents with some of them count"
            )
        }
        (false, true, _) if !explanation.parts.is_empty() => format!(
            "holds none of the words of {query}, and may match by what adds to its score where \
             documents with some of them count"
        ),
        (false, true, _) => format!("does not match {query}: it holds none of the words"),
    }
}

#[cfg(test)]
mod tests {
    use zhen_search::explain::ExplainedPart;

    use super::*;

    #[test]
    fn the_verdict_says_why() {
        let word = |held| ExplainedWord { word: "词典".to_owned(), held, tried: Vec::new() };
        let explanation = |matches, conditions, held: &[bool]| Explanation {
            id: String::new(),
            matches,
            score: 0.0,
            held_words: 0.0,
            words: held.iter().map(|&held| word(held)).collect(),
            conditions,
            parts: Vec::new(),
            notes: Vec::new(),
        };
        let verdict = |matches, conditions, held: &[bool]| {
            super::verdict(&explanation(matches, conditions, held), "词典")
        };
        assert_eq!(verdict(true, true, &[true]), "matches 词典");
        assert!(verdict(false, false, &[true]).contains("condition"));
        assert!(verdict(false, true, &[true, false]).contains("some words"));
        assert!(
            verdict(false, true, &[false, false]).starts_with("does not match 词典: it holds none")
        );
        // As c is of C++: it may be a hit all the same.
        let part = ExplainedPart {
            field: "body_words".to_owned(),
            term: "词".to_owned(),
            query: None,
            via: None,
            frequency: 1,
            documents: 1,
            score: 1.0,
        };
        let by_a_part = Explanation { parts: vec![part], ..explanation(false, true, &[false]) };
        assert!(super::verdict(&by_a_part, "词典").contains("may match"));
    }
}
