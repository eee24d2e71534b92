//! What the command line and the environment mean together.

use std::env;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use zhen_index::{IndexError, location};

use crate::args::{ColorWhen, GlobalArgs};
use crate::output::hits::shell_quoted;

/// Names the index when `--index` does not.
const INDEX_VARIABLE: &str = "ZHEN_INDEX";

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Nothing but errors.
    Quiet,
    /// What was asked for.
    Normal,
    /// Details too.
    Verbose,
}

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A person at a terminal.
    Person,
    /// A program that reads lines.
    Lines,
    /// A program that reads JSON.
    Json,
}

/// What holds for a command whatever it does.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Name or folder of the index, where one was given.
    index: Option<String>,
    /// Whether that was by option, not by variable.
    index_by_option: bool,
    pub(crate) form: Form,
    pub(crate) verbosity: Verbosity,
    /// Whether standard output is coloured.
    pub(crate) color_out: bool,
    /// Whether what is printed as for a person is coloured, wherever it goes.
    pub(crate) color_pretty: bool,
    /// Whether standard error is coloured.
    pub(crate) color_err: bool,
    /// Whether standard error is a terminal, so that a progress bar can be drawn.
    pub(crate) bar: bool,
}

impl Settings {
    /// Resolves the options against the process's environment and streams.
    pub(crate) fn of_process(global: &GlobalArgs) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self::resolve(global, out, err, |name| env::var_os(name))
    }

    fn resolve(
        global: &GlobalArgs,
        out_terminal: bool,
        err_terminal: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        // An empty variable counts as unset.
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let dumb = set("TERM").is_some_and(|value| value == "dumb");
        let color = |terminal| match global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto if set("NO_COLOR").is_some() => false,
            ColorWhen::Auto => forced || terminal && !dumb,
        };
        let index = global.index.clone().or_else(|| {
            // A name that is no Unicode still names a folder; the worst is that it is not found.
            set(INDEX_VARIABLE).map(|value| value.to_string_lossy().into_owned())
        });
        Self {
            index,
            index_by_option: global.index.is_some(),
            form: match (global.json, out_terminal) {
                (true, _) => Form::Json,
                (false, true) => Form::Person,
                (false, false) => Form::Lines,
            },
            verbosity: match (global.quiet, global.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
            color_out: color(out_terminal),
            color_err: color(err_terminal),
            color_pretty: color(true),
            bar: err_terminal && !dumb && !global.quiet,
        }
    }

    /// The same without a progress bar.
    pub(crate) fn without_bar(&self) -> Self {
        Self { bar: false, ..self.clone() }
    }

    /// Name or folder of the index.
    pub(crate) fn index_name(&self) -> &str {
        self.index.as_deref().unwrap_or(location::DEFAULT_NAME)
    }

    /// The folder of the index.
    pub(crate) fn index_dir(&self) -> Result<PathBuf, IndexError> {
        match &self.index {
            Some(name_or_dir) => location::resolve(name_or_dir),
            None => location::named(location::DEFAULT_NAME),
        }
    }

    /// How a command for the same index begins: `zhen search`, with the index where one was named.
    pub(crate) fn command(&self, name: &str) -> String {
        match &self.index {
            Some(index) => format!("zhen {name} --index {}", shell_quoted(index)),
            None => format!("zhen {name}"),
        }
    }

    /// Whether the index was named by option.
    pub(crate) fn names_index_by_option(&self) -> bool {
        self.index_by_option
    }

    /// Whether the index was named, by option or variable.
    pub(crate) fn names_index(&self) -> bool {
        self.index.is_some()
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOBAL: GlobalArgs = GlobalArgs {
        index: None,
        json: false,
        color: ColorWhen::Auto,
        verbose: false,
        quiet: false,
    };

    fn colored(color: ColorWhen, terminal: bool, variables: &[(&str, &str)]) -> bool {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        let global = GlobalArgs { color, ..GLOBAL };
        Settings::resolve(&global, terminal, terminal, variable).color_out
    }

    #[test]
    fn colours_go_to_terminals_unless_told_otherwise() {
        use ColorWhen::{Always, Auto, Never};
        assert!(colored(Auto, true, &[]));
        assert!(!colored(Auto, false, &[]));
        assert!(!colored(Auto, true, &[("NO_COLOR", "1")]));
        assert!(colored(Auto, true, &[("NO_COLOR", "")]));
        assert!(colored(Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colored(Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colored(Auto, true, &[("TERM", "dumb")]));
        assert!(colored(Always, false, &[("NO_COLOR", "1")]));
        assert!(!colored(Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn the_option_names_the_index_before_the_variable_does() {
        let index = |option: Option<&str>, variable: &str| {
            let global = GlobalArgs { index: option.map(str::to_owned), ..GLOBAL };
            let variable = |name: &str| (name == INDEX_VARIABLE).then(|| OsString::from(variable));
            Settings::resolve(&global, false, false, variable).index
        };
        assert_eq!(index(Some("a"), "b").as_deref(), Some("a"));
        assert_eq!(index(None, "b").as_deref(), Some("b"));
        assert_eq!(index(None, ""), None);
    }

    #[test]
    fn json_is_asked_for_and_a_terminal_gets_what_people_read() {
        let form = |json, terminal| {
            Settings::resolve(&GlobalArgs { json, ..GLOBAL }, terminal, terminal, |_| None).form
        };
        assert_eq!(form(true, true), Form::Json);
        assert_eq!(form(false, true), Form::Person);
        assert_eq!(form(false, false), Form::Lines);
    }
}
