//! Finds the browser and driver that the page tests need, and on Debian as root installs them.
//!
//! Tests learn of them by the two environment variables here, and skip visibly without.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the browser for the page tests; set it to use another one than `chromium` on the path.
pub(crate) const CHROMIUM: &str = "ZHEN_TEST_CHROMIUM";
/// Names the driver for the page tests; set it to use another one than `chromedriver` on the path.
pub(crate) const CHROMEDRIVER: &str = "ZHEN_TEST_CHROMEDRIVER";

const INSTALL: &str = "apt-get install -y chromium chromium-driver";

/// A browser and its driver.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

/// The browser and driver that are there.
///
/// # Errors
/// One sentence: what is missing, and how to get it.
pub(crate) fn find() -> Result<Browser, String> {
    let programs = env::var_os("PATH").map_or_else(Vec::new, |path| {
        env::split_paths(&path).chain([PathBuf::from("/usr/bin")]).collect()
    });
    find_among(
        |variable| env::var_os(variable).map(PathBuf::from),
        |name| programs.iter().map(|folder| folder.join(name)).find(|program| program.is_file()),
    )
}

/// As [`find`], after installing what is missing where that is possible.
///
/// # Errors
/// One sentence: what is missing, and how to get it.
pub(crate) fn find_or_install() -> Result<Browser, String> {
    find().or_else(|missing| {
        if !can_install() {
            return Err(missing);
        }
        eprintln!("{missing}");
        eprintln!("==> apt-get update && {INSTALL}");
        install()?;
        find()
    })
}

fn find_among(
    variable: impl Fn(&str) -> Option<PathBuf>,
    on_path: impl Fn(&str) -> Option<PathBuf>,
) -> Result<Browser, String> {
    let chromium = variable(CHROMIUM).or_else(|| on_path("chromium"));
    let chromedriver = variable(CHROMEDRIVER).or_else(|| on_path("chromedriver"));
    let missing = match (chromium, chromedriver) {
        (Some(chromium), Some(chromedriver)) => return Ok(Browser { chromium, chromedriver }),
        (None, Some(_)) => "chromium is missing",
        (Some(_), None) => "chromedriver is missing",
        (None, None) => "chromium and chromedriver are missing",
    };
    Err(format!(
        "{missing}: on Debian run `{INSTALL}` as root, elsewhere install Chromium and ChromeDriver \
         of the same version and put both on the PATH or name them in {CHROMIUM} and {CHROMEDRIVER}"
    ))
}

/// Whether this is a Debian-like system and we are its root.
fn can_install() -> bool {
    let root = Command::new("id").arg("-u").output();
    let root = root.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && Path::new("/usr/bin/apt-get").is_file()
}

fn install() -> Result<(), String> {
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "chromium", "chromium-driver"])
}

/// Runs `apt-get`, whose chatter goes to standard error with ours.
fn apt_get(args: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command.arg("--quiet").args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    let line = format!("apt-get {}", args.join(" "));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed ({status})")),
        Err(error) => Err(format!("`{line}` cannot be started: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Browser, CHROMIUM, find_among};

    fn program(name: &str) -> Option<PathBuf> {
        Some(PathBuf::from(format!("/programs/{name}")))
    }

    #[test]
    fn a_named_browser_goes_before_the_one_on_the_path() {
        let found = find_among(|name| (name == CHROMIUM).then(|| "/my/browser".into()), program);
        let expected = Browser {
            chromium: "/my/browser".into(),
            chromedriver: "/programs/chromedriver".into(),
        };
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn what_is_missing_is_named_with_the_command_that_installs_it() {
        let only_browser = |name: &str| program(name).filter(|_| name == "chromium");
        let missing = find_among(|_| None, only_browser).unwrap_err();
        assert!(missing.starts_with("chromedriver is missing"), "{missing}");
        assert!(missing.contains("apt-get install -y chromium chromium-driver"), "{missing}");
        let both = find_among(|_| None, |_| None).unwrap_err();
        assert!(both.starts_with("chromium and chromedriver are missing"), "{both}");
    }
}
