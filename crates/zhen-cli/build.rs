//! Lists the sample documents, so that `zhen demo` has them wherever it runs.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Files of the samples' folder that are about the samples.
const NO_SAMPLES: [&str; 2] = ["README.md", "SHA256SUMS"];

fn main() {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../data/samples");
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(&folder)
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
