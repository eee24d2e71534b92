//! What is said about a command line that cannot be understood.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;

use clap::error::ErrorKind;

use crate::args::Cli;
use crate::output::text::one_line;

/// Prints help or version where those were asked for, else one line about the mistake in `args`.
pub(crate) fn explain(error: &clap::Error, args: &[OsString]) -> ExitCode {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked_for || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // That nobody reads it is no matter.
        let _ = error.print();
    } else {
        let line = one_line_of(&error.to_string(), args);
        let _ = writeln!(std::io::stderr().lock(), "zhen: {line}");
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// clap's paragraphs as one line: what is wrong, the tip if there is one, where to read on.
fn one_line_of(message: &str, args: &[OsString]) -> String {
    let mut parts = Vec::new();
    for paragraph in message.split("\n\n").map(one_line) {
        if let Some(wrong) = paragraph.strip_prefix("error: ") {
            parts.push(wrong.to_owned());
        } else if let Some(tip) = paragraph.trim_start().strip_prefix("tip: ") {
            parts.push(tip.to_owned());
        }
    }
    let commands = Cli::command();
    let mut typed = args.iter().skip(1);
    let command = typed.find_map(|arg| Some(commands.find_subcommand(arg)?.get_name()));
    parts.push(match command {
        Some(command) => format!("see `zhen {command} --help`"),
        None => "see `zhen --help`".to_owned(),
    });
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn line(args: &[&str]) -> String {
        let typed: Vec<OsString> = args.iter().map(Into::into).collect();
        one_line_of(&Cli::try_parse_from(args).unwrap_err().to_string(), &typed)
    }

    #[test]
    fn a_mistake_in_the_command_line_is_one_line_with_where_to_read_on() {
        assert_eq!(
            line(&["zhen", "complettions", "x"]),
            "unrecognized subcommand 'complettions'; a similar subcommand exists: 'completions'; \
             see `zhen --help`"
        );
        assert_eq!(
            line(&["zhen", "search"]),
            "the following required arguments were not provided: <QUERY>...; see `zhen search --help`"
        );
        assert_eq!(
            line(&["zhen", "search", "x", "--sort", "time:down"]),
            "invalid value 'time:down' for '--sort <FIELD[:desc]>': write FIELD, FIELD:asc or \
             FIELD:desc; see `zhen search --help`"
        );
        for args in
            [&["zhen", "search", "x", "--lang", "de"][..], &["zhen", "index", "--memory", "x"]]
        {
            assert!(!line(args).contains('\n'));
        }
    }
}
