//! The vocabulary follows the index.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::fs;

use common::Place;
use zhen_index::Vocabulary;
use zhen_index::vocabulary::{EntryKind, VocabularyError};

const FILE: &str = "zhen-vocabulary.bin";

fn holds(place: &Place, word: &str) -> bool {
    Vocabulary::open(&place.index).unwrap().find(word).is_some()
}

#[test]
fn words_come_and_go_with_the_documents_that_hold_them() {
    let place = Place::new();
    place.write("a.txt", "中巴经济走廊");
    place.write("b.txt", "一部词典");
    place.run();
    assert!(holds(&place, "走廊") && holds(&place, "词典"));
    place.write("b.txt", "一部小说");
    place.run();
    assert!(holds(&place, "走廊") && holds(&place, "小说") && !holds(&place, "词典"));
    fs::remove_file(place.files.join("a.txt")).unwrap();
    let options = zhen_index::IndexOptions { prune: true, ..place.options() };
    place.run_with(options);
    assert!(!holds(&place, "走廊"));
    let (indexer, _) = zhen_index::Indexer::rebuild(place.options(), &()).unwrap();
    indexer.close().unwrap();
    assert!(holds(&place, "小说") && !holds(&place, "走廊"));
    place.assert_sound();
}

#[test]
fn a_missing_or_damaged_vocabulary_is_made_anew_by_the_next_run() {
    let place = Place::new();
    place.write("a.txt", "一部词典");
    place.run();
    let file = place.index.join(FILE);
    let whole = fs::read(&file).unwrap();
    for damaged in [whole[..whole.len() - 1].to_vec(), Vec::new(), whole.repeat(2)] {
        fs::write(&file, damaged).unwrap();
        assert!(matches!(Vocabulary::open(&place.index), Err(VocabularyError::Damaged(_))));
        assert_eq!(place.open().stats().unwrap().vocabulary, None);
        place.assert_made_anew(&file, &whole);
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(Vocabulary::open(&place.index).unwrap_err(), VocabularyError::Missing);
    let report = place.open().verify().unwrap();
    assert!(report.is_sound() && report.notes[0].contains("zhen index"), "{report:?}");
    place.run();
    assert_eq!(place.open().verify().unwrap().notes, Vec::<String>::new());
    assert_eq!(fs::read(&file).unwrap(), whole);
    assert!(place.open().stats().unwrap().vocabulary.unwrap() > 1);
    place.assert_sound();
}

#[test]
fn a_run_that_changes_nothing_leaves_it_alone() {
    let place = Place::new();
    place.write("a.txt", "一部词典");
    place.run();
    let file = place.index.join(FILE);
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    place.run();
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
}

#[test]
fn titles_headings_and_names_are_entries() {
    let place = Place::new();
    place.write("a.md", "# 中巴经济走廊：概况\n\n## Free trade\n\n见《红楼梦》。\n");
    place.run();
    let vocabulary = Vocabulary::open(&place.index).unwrap();
    for text in ["中巴经济走廊", "free trade", "红楼梦"] {
        assert_eq!(vocabulary.find(text).map(|entry| entry.count), Some(1), "{text}");
    }
    assert_eq!(vocabulary.find("free trade").unwrap().text, "Free trade");
}

#[test]
fn names_that_mean_the_same_are_entries() {
    let place = Place::new();
    place.write("a.txt", "共同启动了中巴经济走廊(CPEC)。");
    place.write("b.txt", "A free trade agreement (FTA) and 中巴經濟走廊（CPEC）。");
    place.run();
    let vocabulary = Vocabulary::open(&place.index).unwrap();
    let entry = |text| {
        let found = vocabulary.find(text).unwrap();
        (found.text.to_owned(), found.count, found.kind)
    };
    assert_eq!(entry("中巴经济走廊"), ("中巴经济走廊".to_owned(), 2, EntryKind::Name));
    assert_eq!(
        entry("free trade agreement"),
        ("free trade agreement".to_owned(), 1, EntryKind::Name)
    );
    assert_eq!(entry("cpec").2, EntryKind::Word, "one word is a word of the index");
}
