//! jieba's dictionary and our list of mixed words, folded, as a static map from word to frequency.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Frequency of a word of our own list of mixed words: that of most mixed words of jieba's.
const MIXED: u64 = 3;

/// Writes `data/lexicon/jieba/words.fst`: folded word → frequency. Words that fold alike have
/// their frequencies added. The empty key holds the sum of all frequencies, so that a query's
/// scope of the dictionary can be weighed without reading the rest.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let mut words = BTreeMap::<String, u64>::new();
    for (word, frequency) in entries()? {
        *words.entry(zhen_text::fold::fold_to_string(word)).or_default() += frequency;
    }
    let mixed = std::fs::read_to_string(root.join("data/lexicon/mixed/words.txt"))?;
    for word in mixed.lines().filter(|line| !line.starts_with('#')) {
        words.entry(zhen_text::fold::fold_to_string(word)).or_insert(MIXED);
    }
    words.insert(String::new(), words.values().sum());
    let mut builder = fst::MapBuilder::memory();
    for (word, frequency) in &words {
        builder.insert(word, *frequency).map_err(io::Error::other)?;
    }
    let bytes = builder.into_inner().map_err(io::Error::other)?;
    super::write(root, "data/lexicon/jieba/words.fst", &bytes)
}

/// How often each character stands in words of the dictionary, weighed by their frequencies.
pub(crate) fn char_frequencies() -> io::Result<HashMap<char, u64>> {
    let mut out = HashMap::new();
    for (word, frequency) in entries()? {
        for c in word.chars() {
            *out.entry(c).or_default() += frequency;
        }
    }
    Ok(out)
}

/// `(word, frequency)` of every line of the dictionary that the `jieba-rs` crate carries.
pub(crate) fn entries() -> io::Result<impl Iterator<Item = (&'static str, u64)>> {
    Ok(dictionary()?.lines().filter_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        Some((columns.next()?, columns.next()?.parse().ok()?))
    }))
}

fn dictionary() -> io::Result<&'static str> {
    static TEXT: OnceLock<String> = OnceLock::new();
    if let Some(text) = TEXT.get() {
        return Ok(text);
    }
    let output = Command::new(env!("CARGO")).args(["metadata", "--format-version=1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "jieba-rs")
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| io::Error::other("cargo metadata names no package jieba-rs"))?;
    let text = std::fs::read_to_string(Path::new(manifest).with_file_name("src/data/dict.txt"))?;
    Ok(TEXT.get_or_init(|| text))
}
