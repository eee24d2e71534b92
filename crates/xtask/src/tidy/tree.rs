//! The project's files and packages, as git and cargo list them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::data::DataFile;
use super::dependencies::{Package, packages_of};
use crate::{Failure, compare};

/// The files of the project: those git tracks, and new ones that it does not ignore.
pub(crate) struct Tree {
    root: PathBuf,
    /// Paths from the root, with `/`, in order.
    files: Vec<String>,
}

impl Tree {
    /// Lists the files under `root`.
    pub(crate) fn open(root: &Path) -> Result<Self, Failure> {
        let mut git = Command::new("git");
        git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
        let listing = output(git.current_dir(root))?;
        let mut files: Vec<String> = listing
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        files.sort();
        files.dedup();
        files.retain(|file| root.join(file).is_file());
        Ok(Self { root: root.to_owned(), files })
    }

    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// Whether a file or folder of the project lies at `path`.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside =
            |file: &String| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        self.files.iter().any(|file| file == path || path.is_empty() || inside(file))
    }

    /// The file's text; `None` where it is gone or is no UTF-8.
    pub(crate) fn read_text(&self, path: &str) -> Result<Option<String>, Failure> {
        Ok(self.read(path)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// The file's bytes; `None` where it is gone.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::Failed(format!("{path} cannot be read: {error}"))),
        }
    }

    /// The files under `data/`, with their bytes.
    pub(crate) fn data_files(&self) -> Result<Vec<DataFile>, Failure> {
        let mut files = Vec::new();
        for path in self.files.iter().filter(|path| path.starts_with("data/")) {
            if let Some(bytes) = self.read(path)? {
                files.push(DataFile { path: path.clone(), bytes });
            }
        }
        Ok(files)
    }

    /// The packages of the workspace, and of the comparison's own.
    pub(crate) fn packages(&self) -> Result<Vec<Package>, Failure> {
        let mut packages = self.packages_of("Cargo.toml")?;
        packages.append(&mut self.packages_of(compare::MANIFEST)?);
        Ok(packages)
    }

    fn packages_of(&self, manifest: &str) -> Result<Vec<Package>, Failure> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]);
        command.arg(manifest);
        let json = output(command.current_dir(&self.root))?;
        let metadata = serde_json::from_slice(&json)
            .map_err(|error| Failure::Failed(format!("`cargo metadata` gave no JSON: {error}")))?;
        packages_of(&metadata, &self.root)
            .ok_or_else(|| Failure::Failed("`cargo metadata` gave no list of packages".to_owned()))
    }
}

/// What a program writes to standard output.
fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Failure::Failed(format!("`{name}` cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(Failure::Failed(format!("`{name}` failed ({})", output.status)));
    }
    Ok(output.stdout)
}
