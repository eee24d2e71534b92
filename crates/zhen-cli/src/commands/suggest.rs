//! `zhen suggest`.

use std::io::Write as _;

use zhen_search::Engine as _;

use super::open_engine;
use crate::args::SuggestArgs;
use crate::failure::{Failure, Outcome};
use crate::output::hits::via_name;
use crate::output::table::{Align, Table};
use crate::output::{Console, Told, grouped, tell, text};
use crate::settings::{Form, Settings};

pub(crate) fn run(args: &SuggestArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let engine = open_engine(settings)?;
    let suggestions = engine.suggest(&args.prefix.join(" "), args.limit)?;
    let outcome = Outcome::found(!suggestions.is_empty());
    if let Some(error) = engine.missing_vocabulary()? {
        tell(settings, Told::Note, &format!("nothing can be completed: {error}"));
    }
    if settings.is_quiet() {
        return Ok(outcome);
    }
    let mut console = Console::new(settings);
    match console.form {
        Form::Json => suggestions.iter().try_for_each(|suggestion| console.json(suggestion))?,
        Form::Lines => {
            for suggestion in &suggestions {
                writeln!(console, "{}", text::one_line(&suggestion.text))?;
            }
        }
        Form::Person if suggestions.is_empty() => {
            let dim = console.palette.dim;
            writeln!(console, "{dim}nothing in the index completes this{dim:#}")?;
        }
        Form::Person => {
            let headings =
                [("", Align::Left), ("documents", Align::Right), ("found as", Align::Left)];
            let mut table = Table::new(headings);
            for suggestion in &suggestions {
                table.row([
                    suggestion.text.clone(),
                    grouped(suggestion.count),
                    via_name(suggestion.via).to_owned(),
                ]);
            }
            let table = table.render(0, &console.palette);
            write!(console, "{table}")?;
        }
    }
    console.flush()?;
    Ok(outcome)
}
