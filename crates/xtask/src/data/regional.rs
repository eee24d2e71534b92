//! Words that differ between the mainland, Taiwan and Hong Kong, from OpenCC's phrase tables and a list of
//! our own.
//! `zhen_text::regional` tells the layout.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;
use zhen_text::lexicon::table::{push_string, push_varint};
use zhen_text::regional::Origin;

const FOLDER: &str = "data/variants/regional";

/// More words, by a list of our own.
const MORE: &str = "more.txt";

const TABLES: &[(&str, Origin)] = &[
    ("TWPhrases.txt", Origin::Taiwan),
    ("TWPhrasesRev.txt", Origin::Taiwan),
    ("HKPhrases.txt", Origin::HongKong),
    ("HKPhrasesRev.txt", Origin::HongKong),
    // 計畫 is 计划, though 畫 alone is 画.
    ("TSPhrases.txt", Origin::Script),
];

/// Writes the tables. A pair is kept when its sides still differ after folding; either finds the
/// other; and so do what Taiwan and what Hong Kong call one thing, which the mainland's word joins.
/// Single characters are left out: they stand in too many other words.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let mut words = BTreeMap::<String, BTreeMap<String, Origin>>::new();
    for (table, origin) in TABLES {
        for (from, to) in super::opencc(root, table)? {
            for to in to {
                let (a, b) = (fold_to_string(&from), fold_to_string(&to));
                let long = |word: &str| word.chars().nth(1).is_some();
                if a != b && long(&a) && long(&b) {
                    words.entry(a.clone()).or_default().entry(b.clone()).or_insert(*origin);
                    words.entry(b).or_default().entry(a).or_insert(*origin);
                }
            }
        }
    }
    for (a, b, origin) in more(&std::fs::read_to_string(root.join(FOLDER).join(MORE))?)? {
        words.entry(a.clone()).or_default().entry(b.clone()).or_insert(origin);
        words.entry(b).or_default().entry(a).or_insert(origin);
    }
    let of = |others: &BTreeMap<String, Origin>, wanted| -> Vec<String> {
        others
            .iter()
            .filter(|(_, origin)| **origin == wanted)
            .map(|(word, _)| word.clone())
            .collect()
    };
    for others in words.clone().values() {
        for a in of(others, Origin::Taiwan) {
            for b in of(others, Origin::HongKong).into_iter().filter(|b| *b != a) {
                words.entry(a.clone()).or_default().entry(b.clone()).or_insert(Origin::HongKong);
                words.entry(b).or_default().entry(a.clone()).or_insert(Origin::HongKong);
            }
        }
    }
    let mut keys = fst::MapBuilder::memory();
    let mut records = Vec::new();
    for (word, others) in &words {
        keys.insert(word, records.len() as u64).map_err(io::Error::other)?;
        push_varint(&mut records, u32::try_from(others.len()).map_err(io::Error::other)?);
        let in_order: BTreeSet<(Origin, &str)> =
            others.iter().map(|(other, origin)| (*origin, other.as_str())).collect();
        for (origin, other) in in_order {
            push_string(&mut records, other);
            records.push(origin as u8);
        }
    }
    let keys = keys.into_inner().map_err(io::Error::other)?;
    super::write(root, &format!("{FOLDER}/words.fst"), &keys)?;
    super::write(root, &format!("{FOLDER}/words.bin"), &records)
}

/// The pairs of a list of which each line has the words of the mainland, of Taiwan and of Hong Kong, parted
/// by `|`, folded; where they differ.
fn more(list: &str) -> io::Result<Vec<(String, String, Origin)>> {
    let mut pairs = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words: Vec<(String, Origin)> = Vec::new();
        let columns = [Origin::Taiwan, Origin::Taiwan, Origin::HongKong];
        for (column, origin) in line.split('|').zip(columns) {
            for word in column.split_whitespace().map(fold_to_string) {
                if words.iter().all(|(known, _)| *known != word) {
                    words.push((word, origin));
                }
            }
        }
        if words.len() < 2 || words.iter().any(|(word, _)| word.chars().nth(1).is_none()) {
            return Err(io::Error::other(format!("{FOLDER}/{MORE}: no words that differ: {line}")));
        }
        for (i, (a, of_a)) in words.iter().enumerate() {
            for (b, of_b) in &words[i + 1..] {
                pairs.push((a.clone(), b.clone(), *of_a.max(of_b)));
            }
        }
    }
    Ok(pairs)
}
