//! `cargo xtask data`: builds the static tables under `data/` from their sources.

mod cedict;
mod fold;
mod jieba;
mod lexicon;
mod pinyin;
mod regional;
mod sounds;

use std::io;
use std::path::Path;

use crate::Failure;

/// Builds the tables named, or all of them: the folding table first, for the others are folded.
pub(crate) fn run(root: &Path, only: &[String]) -> Result<(), Failure> {
    type Step = (&'static str, fn(&Path) -> io::Result<()>);
    const STEPS: &[Step] = &[
        ("fold", fold::run),
        ("jieba", jieba::run),
        ("lexicon", lexicon::run),
        ("pinyin", pinyin::run),
        ("regional", regional::run),
        ("sounds", sounds::run),
    ];
    if let Some(name) = only.iter().find(|name| STEPS.iter().all(|(known, _)| known != name)) {
        let known: Vec<_> = STEPS.iter().map(|(name, _)| *name).collect();
        return Err(Failure::Usage(format!("no table {name:?}; there are {}", known.join(", "))));
    }
    for (name, step) in STEPS {
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            step(root)?;
        }
    }
    Ok(())
}

/// The entries of an OpenCC table: what is converted, and its conversions, first choice first.
fn opencc(root: &Path, table: &str) -> io::Result<Vec<(String, Vec<String>)>> {
    let path = root.join("data/variants/opencc").join(table);
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let entries = lines.filter_map(|line| line.split_once('\t'));
    Ok(entries
        .map(|(from, to)| (from.to_owned(), to.split_whitespace().map(str::to_owned).collect()))
        .filter(|(_, to): &(_, Vec<_>)| !to.is_empty())
        .collect())
}

fn write(root: &Path, file: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().expect("a file has a folder"))?;
    std::fs::write(&path, bytes)?;
    println!("{file}: {} bytes", bytes.len());
    Ok(())
}
