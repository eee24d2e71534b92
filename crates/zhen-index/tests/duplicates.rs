//! The counts of near-duplicates follow the index.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::fs;

use common::Place;
use zhen_index::duplicates::{DUPLICATES_FILE, DuplicatesError};
use zhen_index::{DuplicateCounts, IndexOptions};

const NOTICE: &str =
    "市图书馆将于七月一日起延长开放时间，周末也开放至晚上十点，欢迎各位读者前来阅览。";

/// The counts of all documents, in order of their number; `None` when there are none of this commit.
fn counts(place: &Place) -> Option<Vec<u32>> {
    let searcher = place.searcher();
    let counts = DuplicateCounts::open(&place.index).unwrap();
    let documents = common::documents(&searcher);
    let mut counts: Vec<u32> = counts
        .is_of(&searcher)
        .then(|| documents.into_iter().map(|address| counts.of(address).unwrap()).collect())?;
    counts.sort_unstable();
    Some(counts)
}

#[test]
fn near_duplicates_are_counted_after_each_run_that_changed_something() {
    let place = Place::new();
    place.write("a.txt", NOTICE);
    place.write("b.txt", "一部词典");
    place.run();
    assert_eq!(counts(&place), Some(vec![0, 0]));
    place.write("c.txt", NOTICE.replace("周末", "週末"));
    place.write("d.txt", "一部詞典");
    place.write("e.txt", format!("{NOTICE}\n"));
    place.run();
    // Titles are those of the files, and short texts are the same when their titles are too.
    assert_eq!(counts(&place), Some(vec![0, 0, 2, 2, 2]));
    fs::remove_file(place.files.join("a.txt")).unwrap();
    place.run_with(IndexOptions { prune: true, ..place.options() });
    assert_eq!(counts(&place), Some(vec![0, 0, 1, 1]));
    let mut indexer = place.indexer();
    indexer.merge().unwrap();
    indexer.close().unwrap();
    assert_eq!(counts(&place), Some(vec![0, 0, 1, 1]), "of the segment that they became");
    place.assert_sound();
}

#[test]
fn missing_or_damaged_counts_are_made_anew_by_the_next_run() {
    let place = Place::new();
    place.write("a.txt", NOTICE);
    place.write("b.txt", NOTICE);
    place.run();
    let file = place.index.join(DUPLICATES_FILE);
    let whole = fs::read(&file).unwrap();
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    place.run();
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written, "nothing has changed");
    for damaged in [&whole[1..], b"", &whole.repeat(2)] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(DuplicateCounts::open(&place.index), Err(DuplicatesError::Damaged));
        place.assert_made_anew(&file, &whole);
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(DuplicateCounts::open(&place.index), Err(DuplicatesError::Missing));
    place.assert_sound();
    place.run();
    assert_eq!(fs::read(&file).unwrap(), whole);
}
