//! The `zhen` command.
//!
//! The command line as typed (`args`) and the environment become [`settings`]; a command of
//! [`commands`] makes requests of them, calls the libraries, and prints through [`output`]. No other
//! crate prints or decides an exit status.

mod args;
mod commands;
mod failure;
mod output;
mod samples;
mod settings;
mod standard_input;
mod stop;
mod unforeseen;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::failure::Outcome;
use crate::output::{Told, tell};
use crate::settings::Settings;

/// Exit status after an error, as grep's.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let cli = match args::Cli::try_parse_from(&typed) {
        Ok(cli) => cli,
        Err(error) => return usage::explain(&error, &typed),
    };
    let settings = Settings::of_process(&cli.global);
    unforeseen::tell_of_panics(&settings);
    unforeseen::exit_status(|| run(cli.command, &settings))
}

fn run(command: args::Command, settings: &Settings) -> ExitCode {
    match commands::run(command, settings) {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::FAILURE,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            tell(settings, Told::Error, &failure.to_string());
            ExitCode::from(FAILED)
        }
    }
}
