//! `cargo xtask tidy`: the invariants of `docs/ARCHITECTURE.md`, checked by program.
//!
//! Each check is a function from what it looks at to a list of [`Violation`]s, so that it can be
//! tested on made-up input; only [`tree`] reads files and runs programs.

mod data;
mod dependencies;
mod links;
mod locks;
mod sources;
mod tree;
mod words;

use std::fmt;
use std::path::Path;

use crate::{Failure, only_known};
use tree::Tree;

/// A place where the project is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// Path from the root of the workspace, with `/`.
    path: String,
    /// Line, from 1.
    line: usize,
    /// Which rule.
    rule: &'static str,
    /// What is wrong and how to mend it.
    mend: String,
    weight: Weight,
}

/// Whether a violation fails the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Error,
    Warning,
}

impl Violation {
    fn new(path: &str, line: usize, rule: &'static str, mend: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, mend: mend.into(), weight: Weight::Error }
    }

    fn warning(path: &str, line: usize, rule: &'static str, mend: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::new(path, line, rule, mend) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Error => "",
            Weight::Warning => "warning: ",
        };
        write!(f, "{}:{}: {}: {weight}{}", self.path, self.line, self.rule, self.mend)
    }
}

/// The command: no arguments.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    only_known("tidy", args, &[])?;
    check_and_report(root)
}

/// Checks everything and prints the violations, one a line.
pub(crate) fn check_and_report(root: &Path) -> Result<(), Failure> {
    let mut violations = check(root)?;
    violations.sort();
    for violation in &violations {
        eprintln!("{violation}");
    }
    match violations.iter().filter(|violation| violation.weight == Weight::Error).count() {
        0 => Ok(()),
        1 => Err(Failure::Failed("tidy found 1 violation, listed above".to_owned())),
        n => Err(Failure::Failed(format!("tidy found {n} violations, listed above"))),
    }
}

fn check(root: &Path) -> Result<Vec<Violation>, Failure> {
    let tree = Tree::open(root)?;
    let mut violations = dependencies::check(&tree.packages()?);

    let fields = match tree.read_text(sources::SCHEMA)? {
        Some(schema) => sources::field_names(&schema),
        None => Vec::new(),
    };
    for path in tree.files() {
        if let Some(text) = tree.read_text(path)? {
            if path.ends_with(".rs") {
                violations.extend(sources::check(path, &text, &fields));
            }
            if links::concerns(path) {
                violations.extend(links::check(path, &text, |target| tree.exists(target)));
            }
            if words::concerns(path) {
                violations.extend(words::check(path, &text));
            }
        }
    }
    let read = |path| Ok::<_, Failure>(tree.read_text(path)?.unwrap_or_default());
    let decisions = read(dependencies::DECISIONS)?;
    violations.extend(dependencies::explained(&read(dependencies::MANIFEST)?, &decisions));
    violations.extend(locks::check(&read(locks::SHIPPED)?, &read(locks::COMPARED)?));
    violations.extend(data::check(&tree.data_files()?));
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::Violation;

    #[test]
    fn a_violation_reads_as_path_line_rule_mend() {
        let error = Violation::new("a/b.rs", 3, "size", "split it");
        assert_eq!(error.to_string(), "a/b.rs:3: size: split it");
        let warning = Violation::warning("a/b.rs", 3, "size", "think of splitting it");
        assert_eq!(warning.to_string(), "a/b.rs:3: size: warning: think of splitting it");
    }
}
