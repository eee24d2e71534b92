//! How well signatures tell near-duplicates from other texts, measured on generated variants of real
//! texts: in the other script, in full width, broken into other lines, with edits; against different
//! texts, many of them of the same subject.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that fails should panic")]

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use zhen_text::signature::Signature;

/// Texts of `cranfield-en` that are the abstract of one report twice, with small edits.
const SAME_REPORTS: [(usize, usize); 3] = [(178, 187), (181, 1_210), (1_273, 1_318)];

fn shared(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let text = std::fs::read_to_string(root.join(path)).ok();
    if text.is_none() {
        println!("skipped: ../shared/{path} is absent");
    }
    text
}

fn bodies(set: &str) -> Option<Vec<String>> {
    let corpus = shared(&format!("eval/{set}/corpus.jsonl"))?;
    let body = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["body"].as_str().unwrap_or_default().to_owned()
    };
    Some(corpus.lines().map(body).collect())
}

fn signature(text: &str) -> Option<Signature> {
    let mut grams = String::new();
    zhen_text::unit::grams(zhen_text::fold::fold(text).text(), &mut grams);
    Signature::of_grams(&grams)
}

/// A repeatable source of chance (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (zhen_text::hash::mix(self.0) % n.max(1) as u64) as usize
    }
}

/// Replaces, drops or adds a character at so many places of a hundred.
fn edited(text: &str, percent: usize, chance: &mut Chance) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for &c in &chars {
        let other = chars[chance.below(chars.len())];
        if chance.below(100) >= percent {
            out.push(c);
            continue;
        }
        match chance.below(3) {
            0 => out.push(other),
            1 => {}
            _ => out.extend([c, other]),
        }
    }
    out
}

fn widened(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap(),
        ' ' => '\u{3000}',
        c => c,
    };
    text.chars().map(wide).collect()
}

/// With line breaks and blanks where they change nothing: between ideographs, and doubled between
/// words.
fn respaced(text: &str, chance: &mut Chance) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' => out.push_str([" ", "  ", "\n"][chance.below(3)]),
            c if zhen_text::unit::is_han(c) && chance.below(20) == 0 => out.extend([c, '\n']),
            c => out.push(c),
        }
    }
    out
}

/// What share of the variants is near its original: by the signature, and by signature and a band in
/// common, which is what an index finds.
fn recall(texts: &[String], mut variant: impl FnMut(&str) -> String) -> (f64, f64) {
    let (mut near, mut found, mut all) = (0u32, 0u32, 0u32);
    for text in texts {
        let Some(one) = signature(text) else { continue };
        let Some(other) = signature(&variant(text)) else { continue };
        all += 1;
        if one.is_near(&other) {
            near += 1;
            let bands: HashSet<u64> = one.bands().collect();
            found += u32::from(other.bands().any(|band| bands.contains(&band)));
        }
    }
    assert!(all > 100, "too few texts");
    (f64::from(near) / f64::from(all), f64::from(found) / f64::from(all))
}

/// Pairs that are taken for near-duplicates.
fn near_pairs(texts: &[String]) -> Vec<(usize, usize)> {
    let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
    let mut by_band: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut pairs = HashSet::new();
    for (i, one) in signatures.iter().enumerate() {
        let Some(one) = one else { continue };
        for band in one.bands() {
            let others = by_band.entry(band).or_default();
            for &j in others.iter() {
                if signatures[j].is_some_and(|other| one.is_near(&other)) {
                    pairs.insert((j, i));
                }
            }
            others.push(i);
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn variants_are_near_duplicates_and_other_texts_are_not() {
    let (Some(chinese), Some(english)) = (bodies("cmrc2018-zh"), bodies("cranfield-en")) else {
        return;
    };
    let Some(table) = shared("resources/opencc/STCharacters.txt") else { return };
    let traditional: HashMap<char, char> = table
        .lines()
        .filter_map(|line| {
            let (from, to) = line.split_once('\t')?;
            Some((from.chars().next()?, to.chars().next()?))
        })
        .collect();
    let converted =
        |text: &str| text.chars().map(|c| traditional.get(&c).copied().unwrap_or(c)).collect();
    let mut chance = Chance(1);
    let report = |what: &str, (near, found): (f64, f64), least: f64| {
        println!("{what}: near {near:.4}, found through a band {found:.4}");
        assert!(found >= least, "{what}: {found}");
    };
    report("Chinese, other script", recall(&chinese, converted), 1.0);
    report("Chinese, full width", recall(&chinese, widened), 1.0);
    report("English, full width", recall(&english, widened), 1.0);
    report("Chinese, other lines", recall(&chinese, |t| respaced(t, &mut chance)), 1.0);
    report("English, other lines", recall(&english, |t| respaced(t, &mut chance)), 1.0);
    for (percent, zh, en) in [(1, 0.99, 0.99), (2, 0.99, 0.99), (3, 0.99, 0.93)] {
        for (what, texts, least) in [("Chinese", &chinese, zh), ("English", &english, en)] {
            let found = recall(texts, |text| edited(text, percent, &mut chance));
            report(&format!("{what}, {percent} % edits"), found, least);
        }
    }
    for (what, texts, same) in
        [("Chinese", &chinese, &[][..]), ("English", &english, &SAME_REPORTS[..])]
    {
        let mut near = near_pairs(texts);
        println!("{what}: of {} texts, pairs that are near: {near:?}", texts.len());
        assert!(same.iter().all(|pair| near.contains(pair)), "{what}: {near:?}");
        near.retain(|pair| !same.contains(pair));
        assert!(near.len() * 1_000 <= texts.len(), "{what}: {near:?}");
    }
}
