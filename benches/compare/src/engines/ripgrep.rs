//! ripgrep over the raw text: no index, the whole text is read for each query, in a process of its
//! own. The text is one file with one document a line, read by one thread.
//!
//! A query is its longest run of letters and digits, without regard to case: a scanner for one text
//! cannot ask for several words at once.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zhen_source::Document;

use crate::Outcome;
use crate::engine::{Answer, Claim, Reading, Searcher, Way};
use crate::runs::longest;

const PROGRAM: &str = "rg";
const TEXT: &str = "text.txt";
const IDS: &str = "ids.json";

const WAYS: [Way; 1] = [Way {
    name: "longest run, whole process",
    counts: true,
    lists: false,
    snippets: false,
    ranked: false,
    sampled: true,
    finds: "run",
}];

/// The first line of what `rg --version` says.
pub(crate) fn version() -> Outcome<String> {
    let output = Command::new(PROGRAM)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{PROGRAM}` cannot be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next().ok_or_else(|| format!("`{PROGRAM}` names no version"))?;
    Ok(line.to_owned())
}

/// Writes the text out; a line break within a document becomes a space.
pub(crate) fn build(documents: &[Document], dir: &Path) -> Outcome<()> {
    let mut text = BufWriter::new(File::create(dir.join(TEXT))?);
    for document in documents {
        let line = format!("{}\t{}", document.title, document.body).replace(['\n', '\r'], " ");
        writeln!(text, "{line}")?;
    }
    text.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    let ids: Vec<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    serde_json::to_writer(BufWriter::new(File::create(dir.join(IDS))?), &ids)?;
    Ok(())
}

pub(crate) struct Ripgrep {
    text: PathBuf,
    /// Ids by line.
    ids: Vec<String>,
}

pub(crate) fn open(dir: &Path) -> Outcome<Ripgrep> {
    let ids = serde_json::from_slice(&std::fs::read(dir.join(IDS))?)?;
    Ok(Ripgrep { text: dir.join(TEXT), ids })
}

impl Ripgrep {
    /// What `rg` writes when it looks for `text`.
    fn run(&self, options: &[&str], text: &str) -> Outcome<String> {
        let output = Command::new(PROGRAM)
            .args(["--no-config", "--color=never", "--threads=1", "--text"])
            .args(["--fixed-strings", "--ignore-case"])
            .args(options)
            .args(["--regexp", text, "--"])
            .arg(&self.text)
            .stdin(Stdio::null())
            .output()?;
        // 1 says that nothing was found.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Searcher for Ripgrep {
    fn ways(&self) -> &'static [Way] {
        &WAYS
    }

    fn answers(&self, _way: usize, query: &str) -> bool {
        longest(query).is_some()
    }

    fn search(&self, _way: usize, query: &str) -> Outcome<Answer> {
        let run = longest(query).ok_or("there is nothing to look for")?;
        let count = self.run(&["--count"], run)?;
        // Nothing is written when nothing is found.
        let total = if count.is_empty() { 0 } else { count.trim().parse()? };
        Ok(Answer { hits: Vec::new(), total: Some(total) })
    }

    fn claim(&self) -> Claim {
        Claim::Substrings(Reading::Lowered)
    }

    fn containing(&self, text: &str) -> Outcome<Vec<String>> {
        let mut ids = Vec::new();
        for line in self.run(&["--line-number", "--only-matching"], text)?.lines() {
            let (number, _) = line.split_once(':').ok_or("`rg` gives no line numbers")?;
            let id = number.parse::<usize>()?.checked_sub(1).and_then(|line| self.ids.get(line));
            let id = id.ok_or("`rg` names a line that is not there")?;
            if ids.last() != Some(id) {
                ids.push(id.clone());
            }
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_is_a_line_whatever_line_breaks_are_in_it() {
        if let Err(missing) = version() {
            println!("skipped: {missing}");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let document = |id: &str, body: &str| Document {
            id: id.into(),
            title: "t".into(),
            body: body.into(),
            ..Document::default()
        };
        let documents =
            [document("a", "一\n安装简单，安装简单"), document("b", "二"), document("c", "装简单")];
        build(&documents, folder.path()).unwrap();
        let rg = open(folder.path()).unwrap();
        assert_eq!(rg.containing("装简单").unwrap(), ["a", "c"]);
        assert_eq!(rg.search(0, "装简单？").unwrap().total, Some(2));
        assert_eq!(rg.search(0, "没有").unwrap().total, Some(0));
        assert!(!rg.answers(0, "？"));
    }
}
