//! Properties of updating:
//! 1. A second run over unchanged files reads none of them.
//! 2. A changed file replaces exactly its own documents; a touched one changes nothing.
//! 3. The same id replaces, within a run and across runs; the last one in order stays.
//! 4. Pruning removes the documents of files that are gone, below the given paths only.
//! 5. What cannot be read is told, and the rest is taken.
//! 6. What a stream has brought is committed in time, even if it brings nothing more.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{Place, line, text};
use zhen_index::{IndexOptions, Indexer, ZhenIndex};

#[test]
fn a_second_run_reads_no_unchanged_file() {
    let place = Place::new();
    for name in ["a.txt", "b.md", "子/词典.txt"] {
        place.write(name, format!("{name} 安装简单 easy"));
    }
    let first = place.run();
    assert_eq!((first.added, first.read, first.documents), (3, 3, 3));
    assert_eq!(place.names(), ["a.txt", "b.md", "子/词典.txt"]);
    let before = common::snapshot(&place.index);

    let second = place.run();
    assert_eq!((second.read, second.unchanged), (0, 3));
    assert_eq!((second.added, second.updated, second.removed, second.documents), (0, 0, 0, 3));
    let mut after = common::snapshot(&place.index);
    after.insert("zhen.lock".into(), before["zhen.lock"].clone());
    assert_eq!(before, after, "nothing was committed");
    place.assert_sound();
}

#[test]
fn a_file_that_was_only_touched_is_looked_into_once_and_indexed_no_more() {
    let place = Place::new();
    place.rewrite("a.txt", "正文", 1_000_000_000);
    place.run();
    place.rewrite("a.txt", "正文", 1_100_000_000);
    let touched = place.run();
    assert_eq!((touched.read, touched.unchanged, touched.updated), (1, 1, 0));
    let again = place.run();
    assert_eq!((again.read, again.unchanged), (0, 1));
}

#[test]
fn a_changed_file_replaces_its_documents_and_no_others() {
    let place = Place::new();
    let lines = |bodies: &[(&str, &str)]| -> String {
        bodies.iter().map(|(id, body)| line(id, body)).collect()
    };
    place.rewrite("a.jsonl", &lines(&[("1", "alpha"), ("2", "beta"), ("3", "gamma")]), 1);
    place.rewrite("b.txt", "delta", 1);
    place.run();
    place.rewrite("a.jsonl", &lines(&[("2", "beta two"), ("4", "epsilon")]), 2);
    let summary = place.run();
    assert_eq!((summary.read, summary.unchanged), (1, 1));
    assert_eq!((summary.added, summary.updated, summary.removed), (1, 1, 2));
    assert_eq!(place.names(), ["2", "4", "b.txt"]);
    let grams = place.open().fields().body_grams;
    assert_eq!(place.found(grams, "alpha"), [""; 0]);
    assert_eq!(place.found(grams, "two"), ["beta two"]);
    assert_eq!(place.found(grams, "delta"), ["delta"]);
    place.assert_sound();
}

#[test]
fn of_one_id_the_last_document_stays_whatever_the_number_of_threads() {
    for threads in [1, 2, 5] {
        let place = Place::new();
        for file in ["a", "b", "c"] {
            let lines: String = (0..50)
                .map(|n| line(&format!("id{}", n % 10), &format!("{file}{n} {}", text(n))))
                .collect();
            place.write(&format!("{file}.jsonl"), lines);
        }
        let options = zhen_index::IndexOptions { threads, ..place.options() };
        let summary = place.run_with(options);
        assert_eq!((summary.added, summary.updated, summary.documents), (10, 140, 10));
        let grams = place.open().fields().body_grams;
        for n in 0..10 {
            let found = place.found(grams, &format!("c{}", 40 + n));
            assert_eq!(found, [format!("c{} {}", 40 + n, text(40 + n))]);
        }
        assert_eq!(place.ids().len(), 10);
        place.assert_sound();
    }
}

#[test]
fn records_that_replace_those_of_another_file_are_counted() {
    let place = Place::new();
    let lines = |ids: &[&str]| ids.iter().map(|id| line(id, &text(id.len() as u64))).collect();
    let write = |name: &str, ids: &[&str], seconds| {
        let lines: String = lines(ids);
        place.rewrite(name, &lines, seconds);
    };
    write("a.jsonl", &["one", "two", "three", "three"], 1);
    write("b.jsonl", &["two", "three", "four"], 1);
    place.write("c.txt", "一份文件");
    let summary = place.run();
    assert_eq!((summary.added, summary.updated, summary.replaced), (5, 3, 2));
    let (id, file) = summary.first_replaced.unwrap();
    assert!(id == "two" && file.ends_with("/b.jsonl"), "{id} {file}");

    // Of files that were committed before; a file may replace its own.
    place.rewrite("c.txt", "一份新的文件", 2);
    write("a.jsonl", &["one", "two"], 2);
    let summary = place.run();
    assert_eq!((summary.updated, summary.replaced), (3, 1));
    assert!(summary.first_replaced.unwrap().1.ends_with("/a.jsonl"));

    // A record that moves from one file to another replaces nothing that is still there.
    write("a.jsonl", &["two"], 3);
    write("b.jsonl", &["one", "four"], 3);
    let summary = place.run();
    assert_eq!((summary.replaced, summary.first_replaced), (0, None));
    assert_eq!(place.ids().len(), 4);
    place.assert_sound();
}

#[test]
fn documents_of_a_stream_replace_each_other_by_id() {
    let place = Place::new();
    let mut indexer = place.indexer();
    let stream = line("x", "first") + &line("y", "other") + "no json\n" + &line("x", "second");
    let summary = indexer.index_stream(std::io::Cursor::new(stream), &()).unwrap();
    assert_eq!((summary.added, summary.updated, summary.rejected), (2, 1, 1));
    let summary = indexer.index_stream(std::io::Cursor::new(line("y", "其他")), &()).unwrap();
    assert_eq!((summary.added, summary.updated, summary.documents), (0, 1, 2));
    let grams = place.open().fields().body_grams;
    assert_eq!(place.found(grams, "first"), [""; 0]);
    assert_eq!(place.found(grams, "second"), ["second"]);
    assert_eq!(place.found(grams, "其他"), ["其他"]);
    indexer.close().unwrap();
    place.assert_sound();
}

#[test]
fn deleting_removes_what_is_there_and_passes_over_what_is_not() {
    let place = Place::new();
    let mut indexer = place.indexer();
    let stream: String = (0..5).map(|n| line(&n.to_string(), &text(n))).collect();
    indexer.index_stream(std::io::Cursor::new(stream), &()).unwrap();
    let ids = ["1", "3", "none"].map(str::to_owned);
    assert_eq!(indexer.delete(&ids).unwrap().removed, 2);
    assert_eq!(indexer.delete(&ids).unwrap().removed, 0);
    indexer.close().unwrap();
    assert_eq!(place.ids(), ["0", "2", "4"]);
}

#[test]
fn pruning_removes_documents_of_missing_files_below_the_given_paths_only() {
    let place = Place::new();
    for name in ["one/a.txt", "one/b.txt", "one/more/c.txt", "onerous/d.txt", "two/e.txt"] {
        place.write(name, name);
    }
    place.run();
    for name in ["one/b.txt", "one/more/c.txt", "onerous/d.txt", "two/e.txt"] {
        fs::remove_file(place.files.join(name)).unwrap();
    }
    assert_eq!(place.run().removed, 0, "nothing is pruned unasked");
    let mut indexer = place.indexer();
    assert_eq!(indexer.prune(&[place.files.join("one")]).unwrap().removed, 2);
    assert_eq!(place.names(), ["one/a.txt", "onerous/d.txt", "two/e.txt"]);
    assert_eq!(indexer.prune(&[]).unwrap().removed, 2);
    assert_eq!(place.names(), ["one/a.txt"]);
    drop(indexer);

    place.write("one/b.txt", "is back");
    fs::remove_file(place.files.join("one/a.txt")).unwrap();
    let options = zhen_index::IndexOptions { prune: true, ..place.options() };
    let summary = place.run_with(options);
    assert_eq!((summary.added, summary.removed), (1, 1));
    assert_eq!(place.names(), ["one/b.txt"]);
    place.assert_sound();
}

#[test]
fn pruning_brings_back_records_that_those_of_a_missing_file_had_replaced() {
    let place = Place::new();
    let write = |name: &str, ids: &[&str]| {
        let lines: String = ids.iter().map(|id| line(id, &format!("{name} {id}"))).collect();
        place.write(name, lines);
    };
    write("a.jsonl", &["one", "two"]);
    write("b.jsonl", &["one", "three"]);
    write("c.jsonl", &["one", "two"]);
    write("d.jsonl", &["four"]);
    let options = || IndexOptions { prune: true, ..place.options() };
    assert_eq!(place.run_with(options()).documents, 4);
    let grams = place.open().fields().body_grams;
    let held = || ["one", "two"].map(|id| place.found(grams, id).concat());
    assert_eq!(held(), ["c.jsonl one", "c.jsonl two"]);

    // The last of those that are left stays.
    fs::remove_file(place.files.join("c.jsonl")).unwrap();
    let summary = place.run_with(options());
    assert_eq!((summary.documents, summary.unchanged, summary.removed), (4, 3, 0));
    assert_eq!(held(), ["b.jsonl one", "a.jsonl two"]);
    fs::remove_file(place.files.join("b.jsonl")).unwrap();
    let summary = place.run_with(options());
    assert_eq!((summary.documents, summary.removed), (3, 1));
    assert_eq!(held(), ["a.jsonl one", "a.jsonl two"]);
    assert_eq!(place.run_with(options()).read, 0);
    place.assert_sound();
}

#[cfg(unix)]
#[test]
fn pruning_keeps_what_is_there_however_its_name_is_spelled() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let names: [&[u8]; 4] = [b"100%\xFF.txt", b"50%.txt", b"%FF.txt", b"\xE9%41.txt"];
    for name in names {
        fs::write(place.files.join(std::ffi::OsStr::from_bytes(name)), "text").unwrap();
    }
    let options = || zhen_index::IndexOptions { prune: true, ..place.options() };
    let first = place.run_with(options());
    assert_eq!((first.added, first.removed), (4, 0));
    let second = place.run_with(options());
    assert_eq!((second.unchanged, second.removed), (4, 0));
    for name in names {
        fs::remove_file(place.files.join(std::ffi::OsStr::from_bytes(name))).unwrap();
    }
    assert_eq!(place.run_with(options()).removed, 4);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_taken() {
    let place = Place::new();
    place.write("good.txt", "好 good");
    place.write("empty.txt", "");
    place.write("binary.bin", [0_u8, 159, 146, 150, 0, 1, 2, 3].repeat(64));
    place.write("lines.jsonl", line("1", "one") + "{broken\n" + &line("2", "two"));
    let mut indexer = place.indexer();
    let missing = place.files.join("missing");
    let summary = indexer.index_paths(&[place.files.clone(), missing.clone()], &()).unwrap();
    assert_eq!((summary.added, summary.rejected), (3, 1));
    let skipped = |summary: &zhen_index::Summary| -> Vec<String> {
        let mut skipped: Vec<String> = summary
            .skipped
            .iter()
            .map(|(path, reason)| {
                format!("{}: {reason}", path.file_name().unwrap().to_string_lossy())
            })
            .collect();
        skipped.sort();
        skipped
    };
    let told = skipped(&summary);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("binary.bin: binary"), "{told:?}");
    assert_eq!(
        told[1..],
        ["empty.txt: empty; nothing to index", "missing: no such file or folder"]
    );

    let again = indexer.index_paths(std::slice::from_ref(&place.files), &()).unwrap();
    assert_eq!((again.read, again.unchanged), (0, 2), "skipped files are not read again either");
    assert_eq!(skipped(&again)[..2], told[..2], "and are told again");
}

#[test]
fn a_file_that_loses_its_text_loses_its_document() {
    let place = Place::new();
    place.rewrite("a.txt", "正文", 1);
    place.run();
    place.rewrite("a.txt", "", 2);
    let summary = place.run();
    assert_eq!((summary.removed, summary.documents, summary.skipped.len()), (1, 0, 1));
    place.rewrite("a.txt", "回来了", 3);
    assert_eq!(place.run().added, 1);
    place.assert_sound();
}

#[cfg(unix)]
#[test]
fn a_file_that_vanishes_while_indexing_keeps_its_documents_and_is_told() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    place.rewrite("a.txt", "旧文", 1);
    place.rewrite("b.txt", "stays", 1);
    place.run();
    // A link that leads nowhere when it is opened is what a vanished file looks like to the reader.
    let a = place.files.join("a.txt");
    fs::remove_file(&a).unwrap();
    symlink(place.files.join("nowhere"), &a).unwrap();
    let mut indexer = place.indexer();
    let summary = indexer.index_paths(&[a.clone(), place.files.clone()], &()).unwrap();
    assert_eq!(summary.documents, 2, "{summary:?}");
    assert!(summary.skipped.iter().any(|(path, _)| *path == a), "{:?}", summary.skipped);
    assert_eq!(place.names(), ["a.txt", "b.txt"]);
}

#[cfg(unix)]
#[test]
fn pruning_takes_links_for_files_only_where_the_walk_does() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    for name in ["a.txt", "b.txt", "c.txt", "sub/d.txt", "away/d.txt"] {
        place.write(name, name);
    }
    place.run();
    let at = |name: &str| place.files.join(name);
    for (name, target) in [("a.txt", "nowhere"), ("b.txt", "away/d.txt"), ("c.txt", "away/d.txt")] {
        fs::remove_file(at(name)).unwrap();
        symlink(at(target), at(name)).unwrap();
    }
    fs::remove_dir_all(at("sub")).unwrap();
    symlink(at("away"), at("sub")).unwrap();
    let prune = |options: zhen_index::IndexOptions, paths: &[std::path::PathBuf]| {
        Indexer::open(options).unwrap().prune(paths).unwrap().removed
    };
    // Links may have been given themselves, but where they lead nowhere they are no file.
    assert_eq!(prune(place.options(), &[]), 1);
    let mut follow = place.options();
    follow.walk.follow_links = true;
    assert_eq!(prune(follow, std::slice::from_ref(&place.files)), 0);
    assert_eq!(prune(place.options(), &[place.files.clone(), at("c.txt")]), 2);
    assert_eq!(place.names(), ["away/d.txt", "c.txt"]);
}

#[test]
fn a_run_asked_to_stop_commits_what_it_did_and_the_next_takes_up_the_rest() {
    use std::sync::atomic::Ordering;
    struct StopSoon(std::sync::Arc<std::sync::atomic::AtomicBool>);
    impl zhen_index::Progress for StopSoon {
        fn problem(&self, _: &str, _: &str) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let place = Place::new();
    // The first file tells of a problem, which stops the run somewhere within the rest.
    place.write("a.jsonl", "no json\n");
    for file in 0..40 {
        let lines: String =
            (0..20).map(|n| line(&format!("{file}-{n}"), &text(file * 20 + n))).collect();
        place.write(&format!("f{file:02}.jsonl"), lines);
    }
    let options = place.options();
    let stop = StopSoon(options.stop.clone());
    let mut indexer = Indexer::open(options).unwrap();
    let first = indexer.index_paths(std::slice::from_ref(&place.files), &stop).unwrap();
    drop(indexer);
    assert!(first.stopped);
    place.assert_sound();
    let second = place.run();
    assert!(!second.stopped);
    assert_eq!(second.documents, 800);
    assert_eq!(place.ids().len(), 800);
    place.assert_sound();
}

#[test]
fn files_of_an_index_are_never_indexed() {
    let place = Place::new();
    place.write("a.txt", "text");
    let options = zhen_index::IndexOptions { dir: place.files.join("ix"), ..place.options() };
    let mut indexer = Indexer::open(options).unwrap();
    let paths = [place.files.clone()];
    indexer.index_paths(&paths, &()).unwrap();
    let summary = indexer.index_paths(&paths, &()).unwrap();
    assert_eq!((summary.unchanged, summary.skipped), (1, vec![]));
    // Seen from another index too.
    let summary = place.run();
    assert_eq!((summary.added, summary.skipped), (1, vec![]));
}

/// A stream that brings a record, and then nothing before that is in the index.
struct Waiting {
    record: Option<Vec<u8>>,
    index: PathBuf,
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if let Some(record) = self.record.take() {
            buffer[..record.len()].copy_from_slice(&record);
            return Ok(record.len());
        }
        let documents = || {
            let index = ZhenIndex::open(&self.index).ok()?;
            Some(index.tantivy().reader().ok()?.searcher().num_docs())
        };
        let begun = Instant::now();
        while documents() != Some(1) {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(std::io::Error::other("nothing was committed"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(0)
    }
}

#[test]
fn what_a_stream_has_brought_is_committed_while_it_brings_nothing() {
    for threads in [1, 2] {
        let place = Place::new();
        let commit_every = Duration::from_millis(300);
        let options = IndexOptions { threads, commit_every, ..place.options() };
        let mut indexer = Indexer::open(options).unwrap();
        let record = Some(line("a", "词典").into_bytes());
        let stream = Waiting { record, index: place.index.clone() };
        let summary = indexer.index_stream(stream, &()).unwrap();
        assert_eq!((summary.added, summary.rejected), (1, 0));
        indexer.close().unwrap();
    }
}
