//! `cargo xtask compare`: the same documents and queries through zhen and other engines.
//!
//! The engines are compiled here and nowhere else: `benches/compare` is a workspace of its own.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Manifest of the workspace that holds the other engines, from the project's root.
pub(crate) const MANIFEST: &str = "benches/compare/Cargo.toml";

/// Variables that cargo sets for the program it runs, here for `xtask`. Build scripts below the other
/// engines look at them, and would build these anew whenever cargo is called otherwise.
const OF_XTASK: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// Builds and runs the comparison; it understands the arguments itself, and paths among them are
/// from where the command is typed.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--release", "--manifest-path"]);
    command.arg(root.join(MANIFEST)).arg("--").args(args);
    for (name, _) in env::vars_os() {
        if OF_XTASK.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    eprintln!("compiling the engines, which takes some minutes when anything has changed");
    match command.status()?.success() {
        true => Ok(()),
        false => Err(Failure::Failed("the comparison failed; see above".to_owned())),
    }
}
