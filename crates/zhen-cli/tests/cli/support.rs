//! A folder to work in, and the binary to run there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A folder with files, in which zhen runs; its index lies in `./index/default`.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("zhen-test-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("index")).unwrap();
        Self { folder }
    }

    /// A place with a folder `docs` of these files, indexed.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (name, content) in files {
            place.write(&format!("docs/{name}"), content);
        }
        place.zhen(&["index", "docs"]).expect_status(0);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhen"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path().join("data-home"))
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in ["ZHEN_INDEX", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs zhen and waits for it.
    pub(crate) fn zhen(&self, args: &[&str]) -> Done {
        Done::of(self.command(args).spawn().unwrap())
    }

    /// Runs zhen with standard input, and with an output that nobody reads.
    pub(crate) fn zhen_unread(&self, args: &[&str], input: &str) -> Done {
        self.write("input", input);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let input = std::fs::File::open(self.path("input")).unwrap();
        Done::of(self.command(args).stdin(input).stdout(writer).spawn().unwrap())
    }

    /// Runs zhen with standard input.
    pub(crate) fn zhen_reading(&self, args: &[&str], input: impl AsRef<[u8]>) -> Done {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may have ended already, with an error that the test looks at.
        let _ = stdin.write_all(input.as_ref());
        drop(stdin);
        Done::of(child)
    }

    /// The answer to a search as JSON.
    pub(crate) fn search(&self, args: &[&str]) -> Value {
        let args = [&["search", "--json"], args].concat();
        let done = self.zhen(&args);
        assert!(done.status < 2, "{args:?}: {done:?}");
        serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {done:?}"))
    }

    /// File names, or ids, of the hits, sorted.
    pub(crate) fn finds(&self, args: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = hits(&self.search(args)).iter().map(name).collect();
        names.sort();
        names
    }

    /// What is highlighted in the passages of the only hit.
    pub(crate) fn highlighted(&self, args: &[&str]) -> Vec<String> {
        let response = self.search(args);
        let [hit] = hits(&response) else { panic!("one hit expected: {response}") };
        highlights(hit)
    }

    /// The last line that a command prints with `--json`.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let done = self.zhen(&[args, &["--json"]].concat());
        let last = done.out.lines().last().unwrap_or_else(|| panic!("{args:?}: {done:?}"));
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {done:?}"))
    }
}

impl Done {
    pub(crate) fn of(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn expect_status(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Checks that the command failed with one line on standard error that holds all of `parts`.
    #[track_caller]
    pub(crate) fn expect_error(self, parts: &[&str]) -> Self {
        let this = self.expect_status(2);
        assert_eq!(this.err.lines().count(), 1, "{this:?}");
        assert!(this.err.starts_with("zhen: "), "{this:?}");
        for part in parts {
            assert!(this.err.contains(part), "{part:?} is missing: {this:?}");
        }
        assert!(!this.err.contains("panicked"), "{this:?}");
        this
    }
}

pub(crate) fn hits(response: &Value) -> &[Value] {
    response["hits"].as_array().expect("a response has hits")
}

/// The file name of a hit, or its id.
pub(crate) fn name(hit: &Value) -> String {
    let id = hit["id"].as_str().unwrap();
    match hit["path"].as_str() {
        Some(path) if path == id => Path::new(path).file_name().unwrap().to_str().unwrap().into(),
        _ => id.to_owned(),
    }
}

/// What is highlighted in the passages of a hit.
pub(crate) fn highlights(hit: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for passage in hit["passages"].as_array().unwrap() {
        let text: Vec<char> = passage["text"].as_str().unwrap().chars().collect();
        for range in passage["highlights"].as_array().unwrap() {
            let at = |end: usize| usize::try_from(range[end].as_u64().unwrap()).unwrap();
            out.push(text[at(0)..at(1)].iter().collect());
        }
    }
    out
}

/// How words of the query were found, as `(query, term, via)`.
pub(crate) fn matched(hit: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let matched = hit["matched"].as_array().unwrap().iter();
    matched.map(|m| (text(&m["query"]), text(&m["term"]), text(&m["via"]))).collect()
}
