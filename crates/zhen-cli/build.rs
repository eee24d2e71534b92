//! Lists the sample documents, so that `zhen demo` has them wherever it runs, and names the state of
//! the sources, so that `zhen bench` can say what was measured.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Files of the samples' folder that are about the samples.
const NO_SAMPLES: [&str; 2] = ["README.md", "SHA256SUMS"];

fn main() {
    let folder = variable("CARGO_MANIFEST_DIR");
    list_samples(&Path::new(&folder).join("../../data/samples"));
    // A development build is not worth measuring, and must not be linked again at each commit.
    if variable("PROFILE") == "release" {
        name_commit(&Path::new(&folder).join("../.."));
    }
}

/// What cargo tells a build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// Sets `ZHEN_COMMIT` for the compiler: the commit, marked where the sources differ from it.
/// Nothing is set where there is no git or no repository, as in an unpacked archive.
fn name_commit(root: &Path) {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(args).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    // Found anew when a commit is made or checked out, and when sources change.
    for path in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", path]) {
            println!("cargo::rerun-if-changed={}", root.join(path).display());
        }
    }
    for path in ["crates", "data", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    if let Some(commit) = git(&["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]) {
        println!("cargo::rustc-env=ZHEN_COMMIT={commit}");
    }
}

/// Writes a table of the sample documents for the program to include.
fn list_samples(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be listed").file_name())
        .filter_map(|name| name.into_string().ok())
        .filter(|name| !name.starts_with('.') && !NO_SAMPLES.contains(&name.as_str()))
        .collect();
    names.sort();
    let mut table = String::from("&[\n");
    for name in names {
        let path = folder.join(&name);
        writeln!(table, "    ({name:?}, include_bytes!({path:?})),")
            .expect("a string can be written to");
    }
    table.push_str("]\n");
    let out = Path::new(&variable("OUT_DIR")).join("samples.rs");
    fs::write(&out, table)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", out.display()));
}
