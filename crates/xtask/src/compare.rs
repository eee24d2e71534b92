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

/// Builds and runs the comparison; it understands the arguments itself, and paths among them are
/// from where the command is typed.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(root.join(MANIFEST))
        .arg("--")
        .args(args)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure::Failed("the comparison failed; see above".to_owned())),
    }
}
