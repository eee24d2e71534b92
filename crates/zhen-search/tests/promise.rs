//! Promise 1: any run of text that stands in a document finds it in quotes, and no document in
//! which it does not stand.
//!
//! Runs are cut from real documents at random places, some converted between the scripts, and what
//! the engine finds is compared with a plain scan of all documents. The scan has rules of its own,
//! written from `docs/QUERY.md`: it shares folding with the engine and nothing else.
//!
//! `cargo xtask promise` runs it over a whole corpus.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that fails should panic")]

use std::collections::{HashMap, HashSet};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Duplicates, Engine as _, IndexEngine, SearchRequest};
use zhen_source::Document;

/// Hits whose ids are compared; beyond these, their number is.
const COMPARED: usize = 100;

/// A repeatable source of chance (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (zhen_text::hash::mix(self.0) % n.max(1) as u64) as usize
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Ideograph,
    Hangul,
    Word,
    Sign,
    Space,
    Mark,
}

fn sort(c: char) -> Sort {
    match c {
        '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' => Sort::Hangul,
        '\u{3005}'
        | '\u{3007}'
        | '\u{303B}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309D}'..='\u{309F}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3105}'..='\u{312F}' => Sort::Ideograph,
        c if c.is_whitespace() => Sort::Space,
        c if c.is_alphanumeric() => Sort::Word,
        _ => Sort::Mark,
    }
}

/// The text as one string in which a quoted text stands exactly when its own string does: `|` goes
/// before every unit that is not an ideograph directly after another, and after every word.
fn plain(text: &str) -> String {
    let folded = zhen_text::fold::fold_to_string(text);
    let mut out = String::with_capacity(folded.len() + folded.len() / 4);
    // What separates the next ideograph from the last one.
    let (mut last, mut apart, mut run) = (Sort::Mark, true, 0);
    for c in folded.chars() {
        let kind = sort(c);
        match kind {
            Sort::Word => {
                if last != Sort::Word || run == 64 {
                    out.push('|');
                    run = 0;
                }
                run += 1;
                out.push(c);
            }
            Sort::Mark if (c == '+' || c == '#') && matches!(last, Sort::Word | Sort::Sign) => {
                out.push('|');
                out.push(c);
                apart = true;
                last = Sort::Sign;
                continue;
            }
            Sort::Ideograph | Sort::Hangul => {
                if apart {
                    out.push('|');
                }
                out.push(c);
                apart = false;
            }
            Sort::Space if last == Sort::Hangul => apart = true,
            Sort::Space if last == Sort::Ideograph => {
                // As if it were not there; but what was Latin before ends.
                continue;
            }
            Sort::Space | Sort::Mark | Sort::Sign => apart = true,
        }
        if kind == Sort::Word {
            apart = true;
        }
        last = kind;
    }
    out.push('|');
    out
}

/// What to look for in [`plain`] texts: the string of the quoted text, without the bar that says
/// that its first ideograph comes first, and the bar that says that its last comes last.
fn wanted(text: &str) -> Option<String> {
    let plain = plain(text);
    let plain = plain.trim_matches('|');
    let first = plain.chars().next()?;
    let last = plain.chars().next_back()?;
    let open =
        |c: char| if sort(c) == Sort::Ideograph || sort(c) == Sort::Hangul { "" } else { "|" };
    Some(format!("{}{plain}{}", open(first), open(last)))
}

/// A run of 1 to 12 characters that cuts no Latin word.
fn cut(text: &str, chance: &mut Chance) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut start = chance.below(chars.len());
    let mut end = (start + 1 + chance.below(12)).min(chars.len());
    let word = |i: usize| {
        chars
            .get(i)
            .is_some_and(|&c| sort(c) == Sort::Word || !c.is_ascii() && sort(c) == Sort::Mark)
    };
    while start > 0 && word(start - 1) && word(start) {
        start -= 1;
    }
    while end < chars.len() && word(end - 1) && word(end) {
        end += 1;
    }
    let run: String = chars[start..end].iter().collect();
    // Words so long that they are cut are found by their pieces from the start on only.
    (run.chars().count() <= 48).then_some(run)
}

/// Conversion between the scripts by OpenCC's tables: longest phrase first, then character.
struct Conversion(HashMap<String, String>);

impl Conversion {
    fn load(phrases: &str, characters: &str) -> Self {
        let mut table = HashMap::new();
        for name in [phrases, characters] {
            let path = root().join("data/variants/opencc").join(name);
            let text = std::fs::read_to_string(path).unwrap();
            for (from, to) in text.lines().filter_map(|line| line.split_once('\t')) {
                let to = to.split(' ').next().unwrap();
                table.entry(from.to_owned()).or_insert_with(|| to.to_owned());
            }
        }
        Self(table)
    }

    fn convert(&self, text: &str, phrases: bool) -> String {
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        while at < chars.len() {
            let longest = if phrases { 8 } else { 1 };
            let found = (1..=longest.min(chars.len() - at)).rev().find_map(|n| {
                let key: String = chars[at..at + n].iter().collect();
                self.0.get(&key).map(|to| (n, to.as_str()))
            });
            match found {
                Some((n, to)) => {
                    out.push_str(to);
                    at += n;
                }
                None => {
                    out.push(chars[at]);
                    at += 1;
                }
            }
        }
        out
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn documents(corpus: &Path, most: usize) -> Vec<Document> {
    let file = std::fs::File::open(corpus).unwrap();
    let reader: Box<dyn std::io::Read> = if corpus.extension().is_some_and(|e| e == "zst") {
        Box::new(zstd::stream::read::Decoder::new(file).unwrap())
    } else {
        Box::new(file)
    };
    let lines = std::io::BufReader::new(reader).lines().take(most);
    lines
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
            Document {
                id: text("id"),
                title: text("title"),
                body: text("body"),
                ..Document::default()
            }
        })
        .collect()
}

struct Report {
    samples: usize,
    converted: usize,
    found: u64,
}

/// Compares the engine with the scan.
fn keep_promise(corpus: &Path, most: usize, samples: usize) -> Report {
    let documents = documents(corpus, most);
    let folder = tempfile::tempdir().unwrap();
    let mut indexer = Indexer::open(IndexOptions::new(folder.path())).unwrap();
    indexer.index_documents(documents.clone(), &()).unwrap();
    indexer.close().unwrap();
    let engine = IndexEngine::open(folder.path()).unwrap();
    // Titles and bodies one after another, with what belongs to whom.
    let mut all = String::new();
    let mut ends = Vec::new();
    for (i, document) in documents.iter().enumerate() {
        for text in [&document.title, &document.body] {
            all.push('\n');
            all.push_str(&plain(text));
            ends.push((all.len(), i));
        }
    }
    let conversions = [
        Conversion::load("STPhrases.txt", "STCharacters.txt"),
        Conversion::load("TSPhrases.txt", "TSCharacters.txt"),
    ];
    let mut chance = Chance(20_240_521);
    let mut report = Report { samples: 0, converted: 0, found: 0 };
    while report.samples < samples {
        let at = chance.below(documents.len());
        let Some(run) = cut(&documents[at].body, &mut chance) else { continue };
        let Some(mut wanted_text) = wanted(&run) else { continue };
        // Every other sample is searched in the other script, character by character or by phrases.
        let mut quoted = run.clone();
        if !report.samples.is_multiple_of(2) {
            let kind = chance.below(4);
            let converted = conversions[kind / 2].convert(&run, !kind.is_multiple_of(2));
            // A phrase table may choose another word (象 → 像); that is no longer the same text.
            if kind.is_multiple_of(2) || wanted(&converted).as_ref() == Some(&wanted_text) {
                quoted = converted;
                report.converted += usize::from(quoted != run);
                wanted_text = wanted(&quoted).unwrap();
            }
        }
        let mut expected: Vec<usize> =
            memchr::memmem::find_iter(all.as_bytes(), wanted_text.as_bytes())
                .map(|offset| ends[ends.partition_point(|&(end, _)| end <= offset)].1)
                .collect();
        expected.dedup();
        let query = zhen_query::quote(&quoted);
        let request = SearchRequest {
            query: query.clone(),
            limit: COMPARED,
            passages: 0,
            // Every document must be seen.
            duplicates: Duplicates::Show,
            ..Default::default()
        };
        let response = engine.search(&request).unwrap();
        assert!(
            expected.contains(&at),
            "{query} was cut from {} and the scan misses it",
            documents[at].id
        );
        let ids: HashSet<&str> = expected.iter().map(|&i| documents[i].id.as_str()).collect();
        for hit in &response.hits {
            assert!(ids.contains(hit.id.as_str()), "{query} ({wanted_text}) finds {}", hit.id);
        }
        if response.total != expected.len() as u64 {
            let deep = SearchRequest { limit: 1_000, ..request };
            let found = engine.search(&deep).unwrap();
            let found: HashSet<&str> = found.hits.iter().map(|hit| hit.id.as_str()).collect();
            let missed: Vec<_> = ids.difference(&found).take(5).collect();
            panic!(
                "{query} ({wanted_text}) finds {} of {}; missed {missed:?}",
                response.total,
                ids.len()
            );
        }
        report.samples += 1;
        report.found += response.total;
    }
    report
}

#[test]
fn quoted_text_finds_exactly_the_documents_in_which_it_stands() {
    let corpus = std::env::var_os("ZHEN_PROMISE_CORPUS").map(PathBuf::from);
    let samples = std::env::var("ZHEN_PROMISE_SAMPLES").ok().and_then(|n| n.parse().ok());
    let given = corpus.is_some();
    let corpus = corpus.unwrap_or_else(|| root().join("../shared/corpus/bilingual.jsonl.zst"));
    if !corpus.exists() {
        assert!(!given, "there is no corpus at {}", corpus.display());
        println!("skipped: ../shared/corpus/bilingual.jsonl.zst is absent");
        return;
    }
    let most = if given { usize::MAX } else { 1_500 };
    let report = keep_promise(&corpus, most, samples.unwrap_or(600));
    println!(
        "recall and precision 100 %: {} samples, {} of them converted, {} documents found",
        report.samples, report.converted, report.found
    );
}
