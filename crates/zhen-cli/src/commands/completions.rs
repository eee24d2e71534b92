//! `zhen completions`.

use std::io::Write as _;

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::failure::{Failure, Outcome};
use crate::output::Console;
use crate::settings::Settings;

pub(crate) fn run(args: &CompletionsArgs, settings: &Settings) -> Result<Outcome, Failure> {
    // Made in memory first: the generator panics when its output cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "zhen", &mut script);
    let mut console = Console::new(settings);
    console.write_all(&script)?;
    console.flush()?;
    Ok(Outcome::Found)
}
