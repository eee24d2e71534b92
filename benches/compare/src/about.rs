//! What must be known of a run so that it can be made again. No name of a machine or a person, and
//! no path outside the project.

use std::path::Path;
use std::process::{Command, Stdio};

use time::OffsetDateTime;
use time::macros::format_description;
use zhen_eval::latency::processor;

use crate::Outcome;

/// The project's root.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Versions are told from what was compiled.
const LOCK: &str = include_str!("../Cargo.lock");

/// The version of a package in this workspace's lock file, the first when there are several.
///
/// # Panics
/// When there is none of that name: names stand in this package's sources.
pub(crate) fn locked_version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let version = LOCK
        .split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line == name))
        .find_map(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")));
    version.expect("the lock file names what was compiled").trim_matches('"')
}

/// Today's date where the results are named after it, `2024-05-21`, in universal time.
pub(crate) fn date() -> Outcome<String> {
    Ok(OffsetDateTime::now_utc().format(format_description!("[year]-[month]-[day]"))?)
}

/// Name and value of each fact about this machine and these sources.
pub(crate) fn facts() -> Outcome<Vec<(&'static str, String)>> {
    let time = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    Ok(vec![
        ("date", OffsetDateTime::now_utc().format(time)?),
        ("commit", commit()),
        ("command", command_line(std::env::args().skip(1))),
        ("processor", processor()),
        ("memory", memory()),
        ("system", system()),
        ("compiler", said_by("rustc", &["--version"]).unwrap_or_else(unknown)),
        ("load before", load()),
    ])
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// The state of the sources: the commit, and whether files that it holds were changed. Results are
/// no sources, and the lock file of this workspace follows what zhen's own crates depend on.
fn commit() -> String {
    let git = |args: &[&str]| said_by("git", &[&["-C", ROOT], args].concat());
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return unknown() };
    let changed = git(&[
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        ":/",
        ":(top,exclude)benches/results",
        ":(top,exclude)benches/compare/Cargo.lock",
    ]);
    if changed.is_some() { commit + "-dirty" } else { commit }
}

/// What a program says, without the white space around it; `None` where it fails or says nothing.
fn said_by(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

fn memory() -> String {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = info.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    });
    kib.map_or_else(unknown, |kib| format!("{:.0} GiB", kib / f64::from(1 << 20)))
}

fn system() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let text = format!("{} {} {}", std::env::consts::OS, release.trim(), std::env::consts::ARCH);
    text.replace("  ", " ")
}

/// How many processes wanted to run in the minute before: a run beside others is worth little.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).map_or_else(unknown, str::to_owned)
}

/// The command as one would type it, with absolute paths cut down to their last part.
fn command_line(args: impl Iterator<Item = String>) -> String {
    let mut line = "cargo xtask compare".to_owned();
    for arg in args {
        let (option, value) = match arg.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (format!("{option}="), value),
            _ => (String::new(), arg.as_str()),
        };
        let path = Path::new(value);
        let value = match path.file_name() {
            Some(name) if path.is_absolute() => format!("…/{}", name.to_string_lossy()),
            _ => value.to_owned(),
        };
        line.push_str(&format!(" {option}{value}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        for package in ["zhen-search", "tantivy", "tantivy-jieba", "jieba-rs", "rusqlite"] {
            let version = locked_version(package);
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{package} {version}");
        }
    }

    #[test]
    fn a_command_names_no_folder_of_this_machine() {
        let args = ["--limit", "20", "--corpus", "/home/somebody/a.jsonl", "--out=/home/x", "../b"];
        assert_eq!(
            command_line(args.map(str::to_owned).into_iter()),
            "cargo xtask compare --limit 20 --corpus …/a.jsonl --out=…/x ../b"
        );
    }

    #[test]
    fn facts_are_one_line_each() {
        for (name, value) in facts().unwrap() {
            assert!(!value.is_empty() && !value.contains('\n'), "{name}: {value}");
        }
    }
}
