//! What the bilingual layer promises, on the sample documents: what is found by which road, and
//! what is not found.

use std::collections::BTreeMap;

use crate::support::{Place, hits, name};

/// By file, what was found there and how.
type Found = BTreeMap<String, Vec<(String, String)>>;

fn samples() -> Place {
    let place = Place::new();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/samples");
    place.zhen(&["index", samples]).expect_status(0);
    place
}

fn found(place: &Place, args: &[&str]) -> Found {
    let mut found = Found::new();
    for hit in hits(&place.search(&[args, &["-n", "100"]].concat())) {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let matched = hit["matched"].as_array().unwrap().iter();
        found
            .entry(name(hit))
            .or_default()
            .extend(matched.map(|way| (text(&way["term"]), text(&way["via"]))));
    }
    found
}

#[track_caller]
fn expect(found: &Found, file: &str, term: &str, via: &str) {
    let ways = found.get(file).unwrap_or_else(|| panic!("{file} is not found: {found:?}"));
    assert!(ways.contains(&(term.to_owned(), via.to_owned())), "{file}: {ways:?}");
}

#[test]
fn english_finds_chinese_and_chinese_finds_english() {
    let place = samples();
    let agreement = found(&place, &["free trade agreement"]);
    expect(&agreement, "trade-agreements.zh-Hans.rst", "自由贸易协定", "translation");
    expect(&agreement, "trade-agreements.zh-Hans.rst", "贸易", "translation");
    let software = found(&place, &["軟體"]);
    expect(&software, "install-guide.zh-Hant.md", "軟體", "exact");
    expect(&software, "install-guide.zh-Hans.md", "软件", "synonym");
    expect(&software, "install-guide.en.md", "software", "translation");
    let exact = found(&place, &["--exact", "軟體"]);
    assert!(exact.contains_key("install-guide.zh-Hant.md"));
    assert!(!exact.contains_key("install-guide.zh-Hans.md"), "{exact:?}");
    assert!(!exact.contains_key("install-guide.en.md"), "{exact:?}");
    let quoted = found(&place, &["\"軟體\""]);
    assert!(!quoted.contains_key("install-guide.en.md"), "quoted text stands for itself");
}

#[test]
fn an_abbreviation_finds_the_name_that_a_document_gives_it() {
    let place = samples();
    expect(&found(&place, &["CPEC"]), "china-pakistan-relations.txt", "中巴经济走廊", "alias");
}

#[test]
fn an_amount_is_found_in_the_other_notation() {
    let place = samples();
    let billions = found(&place, &["25.4 billion"]);
    expect(&billions, "china-pakistan-relations.txt", "254 亿", "number");
    expect(&billions, "city-6", "254 亿", "number");
    let yi = found(&place, &["254亿"]);
    expect(&yi, "trade-corridor.en.txt", "25,400,000,000", "number");
    expect(&found(&place, &["一百万"]), "contract.zh-Hans.txt", "1,000,000", "number");
}

#[test]
fn pinyin_finds_what_is_read_so_and_no_homophone_of_what_is_written() {
    let place = samples();
    expect(&found(&place, &["zhongba"]), "china-pakistan-relations.txt", "中巴", "pinyin");
    assert_eq!(found(&place, &["--exact", "zhongba"]), Found::new());
    // 景点 and 经典 are both read jingdian.
    let spots = found(&place, &["景点"]);
    assert!(spots.contains_key("scenic-spots.zh-Hans.md"), "{spots:?}");
    assert!(!spots.contains_key("classics.zh-Hant.txt"), "{spots:?}");
}

#[test]
fn slips_find_what_was_meant_and_propose_it() {
    let place = samples();
    let library = found(&place, &["libary"]);
    expect(&library, "two-libraries.gb18030.txt", "libraries", "typo");
    expect(&found(&place, &["侧试"]), "programming.zh-Hans.md", "测试", "typo");
    assert_eq!(place.search(&["libary"])["did_you_mean"], "library");
    assert_eq!(place.search(&["侧试"])["did_you_mean"], "测试");
    assert_eq!(place.search(&["--exact", "libary"])["total"], 0);
}

#[test]
fn the_notice_in_both_scripts_and_revised_is_one_hit() {
    let place = samples();
    let response = place.search(&["图书馆 延长开放时间"]);
    let notices: Vec<_> =
        hits(&response).iter().filter(|hit| name(hit).starts_with("notice-library")).collect();
    assert_eq!(notices.len(), 1, "{response}");
    assert_eq!(notices[0]["duplicates"], 2);
    let id = notices[0]["id"].as_str().unwrap();
    let alike = ["notice-library-revised.zh-Hans.txt", "notice-library.zh-Hans.txt"];
    let listed = place.finds(&[&format!("duplicates:\"{id}\"")]);
    assert_eq!(listed[..2], alike, "{listed:?}");
    assert_eq!(listed.len(), 3, "{listed:?}");
}
