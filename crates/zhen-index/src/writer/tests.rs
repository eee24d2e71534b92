//! 1. Of the documents with one id, the last one given is there after a commit, wherever the earlier
//!    ones are: committed, in a finished segment, or in the one in the making.
//! 2. What was removed is gone, and what was added after that is there.

use std::collections::BTreeMap;

use super::*;
use crate::budget::{Admission, Budget, Position};
use crate::document::prepare;
use crate::record_store::RecordStore;

/// A writer whose segments are finished after every document, or only by commits.
fn writer(dir: &Path, segment_each: bool) -> Writer {
    let builder = if segment_each { 1 } else { usize::MAX };
    let split = Split { workers: 1, builders: 2, builder, queue: usize::MAX };
    Writer::open(dir, &split).unwrap()
}

fn add(writer: &mut Writer, id: &str, source: &str, body: &str) {
    let analyzer = zhen_text::Analyzer::for_queries(&UserDict::default());
    let budget = Budget::new(usize::MAX);
    let Admission::Granted(permit) = budget.try_admit(0, Position::default()) else {
        panic!("the budget has no limit")
    };
    let document = zhen_source::Document {
        id: id.to_owned(),
        body: body.to_owned(),
        ..zhen_source::Document::default()
    };
    let document = prepare(&analyzer, &writer.fields(), document, Some(source), permit);
    writer.add(id, document).unwrap();
    writer.builders.wait();
}

/// The committed documents: what each id stands for.
fn held(writer: &Writer) -> BTreeMap<String, String> {
    let mut held = BTreeMap::new();
    for segment in writer.searcher().segment_readers() {
        let store = RecordStore::open(segment).unwrap();
        for (_, record) in store.alive(segment) {
            let record = record.unwrap();
            let record = record.get().unwrap();
            let known = held.insert(record.meta().unwrap().id, record.body().to_owned());
            assert_eq!(known, None, "an id is there once");
        }
    }
    held
}

fn expect(writer: &Writer, expected: &[(&str, &str)]) {
    let expected = expected.iter().map(|&(id, body)| (id.to_owned(), body.to_owned()));
    assert_eq!(held(writer), expected.collect());
}

#[test]
fn the_last_document_of_an_id_stays_wherever_the_others_are() {
    for segment_each in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path(), segment_each);
        for (id, body) in [("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("a", "3")] {
            add(&mut writer, id, "f", body);
        }
        assert_eq!(writer.counts(), Counts { added: 3, updated: 2 });
        writer.commit().unwrap();
        expect(&writer, &[("a", "3"), ("b", "1"), ("c", "1")]);
        for (id, body) in [("b", "2"), ("d", "1"), ("b", "3"), ("d", "2")] {
            add(&mut writer, id, "f", body);
        }
        assert_eq!(writer.counts(), Counts { added: 4, updated: 5 });
        writer.commit().unwrap();
        expect(&writer, &[("a", "3"), ("b", "3"), ("c", "1"), ("d", "2")]);
        writer.merge_all().unwrap();
        add(&mut writer, "c", "f", "2");
        writer.commit().unwrap();
        expect(&writer, &[("a", "3"), ("b", "3"), ("c", "2"), ("d", "2")]);
        writer.close().unwrap();
    }
}

#[test]
fn what_was_removed_is_gone_and_what_came_after_is_there() {
    for segment_each in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path(), segment_each);
        add(&mut writer, "a", "f", "1");
        add(&mut writer, "b", "g", "1");
        assert!(writer.remove_id("a").unwrap());
        assert!(!writer.remove_id("a").unwrap());
        assert!(!writer.remove_id("z").unwrap());
        add(&mut writer, "c", "f", "1");
        writer.remove_source("f");
        add(&mut writer, "d", "f", "1");
        add(&mut writer, "a", "g", "2");
        writer.commit().unwrap();
        expect(&writer, &[("a", "2"), ("b", "1"), ("d", "1")]);

        writer.remove_source("g");
        add(&mut writer, "a", "f", "3");
        writer.commit().unwrap();
        expect(&writer, &[("a", "3"), ("d", "1")]);

        add(&mut writer, "e", "f", "1");
        writer.remove_all().unwrap();
        add(&mut writer, "a", "f", "4");
        writer.commit().unwrap();
        expect(&writer, &[("a", "4")]);
        writer.close().unwrap();
    }
}

#[test]
fn what_was_not_committed_is_forgotten() {
    for segment_each in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut first = writer(folder.path(), segment_each);
        add(&mut first, "a", "f", "1");
        first.commit().unwrap();
        add(&mut first, "a", "f", "2");
        add(&mut first, "b", "f", "1");
        drop(first);
        let mut second = writer(folder.path(), segment_each);
        expect(&second, &[("a", "1")]);
        add(&mut second, "b", "f", "2");
        second.commit().unwrap();
        expect(&second, &[("a", "1"), ("b", "2")]);
        second.close().unwrap();
    }
}
