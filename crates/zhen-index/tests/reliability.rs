//! Properties of reliability:
//! 1. The index depends on the input alone, not on the number of threads.
//! 2. A writer that dies at any moment loses nothing that was committed.
//! 3. An error leaves the index as of its last commit.
//! 4. Documents on their way take no more memory than they may.
//! 5. Merging changes no answer.
//! 6. A writer writes into the folder that it opened and into no other.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Place, documents, id, line, term_statistics, text};
use zhen_index::{IndexOptions, Indexer, ZhenIndex, read_record};
use zhen_source::Document;

/// All that an index says, but for how it is cut into segments.
#[derive(Debug, PartialEq)]
struct Content {
    /// By id: record, norms of the text fields.
    documents: BTreeMap<String, (zhen_index::Record, Vec<u32>)>,
    /// By field and term: documents, occurrences.
    terms: Vec<BTreeMap<String, (u64, u64)>>,
    tokens: Vec<u64>,
}

fn content(index: &ZhenIndex) -> Content {
    let searcher = index.tantivy().reader().unwrap().searcher();
    let f = index.fields();
    let fields = [f.title_words, f.heading_words, f.body_words, f.title_grams, f.body_grams];
    let norms = |address: tantivy::DocAddress| {
        let segment = searcher.segment_reader(address.segment_ord);
        fields
            .iter()
            .map(|&field| segment.get_fieldnorms_reader(field).unwrap().fieldnorm(address.doc_id))
            .collect()
    };
    Content {
        documents: documents(&searcher)
            .into_iter()
            .map(|address| {
                let record = read_record(&searcher, address).unwrap();
                (id(&searcher, address), (record, norms(address)))
            })
            .collect(),
        terms: fields
            .iter()
            .chain([&f.id, &f.source, &f.path, &f.lang, &f.kind, &f.tags])
            .map(|&field| term_statistics(&searcher, field))
            .collect(),
        tokens: fields
            .iter()
            .map(|&field| {
                let segments = searcher.segment_readers().iter();
                segments.map(|s| s.inverted_index(field).unwrap().total_num_tokens()).sum()
            })
            .collect(),
    }
}

fn write_corpus(place: &Place) {
    for file in 0..12 {
        let lines: String =
            (0..25).map(|n| line(&format!("{file}:{n}"), &text(file * 100 + n))).collect();
        place.write(&format!("{file:02}.jsonl"), lines);
    }
    for file in 0..40 {
        let body = format!("# 标题 {file}\n\n{}\n\n## Heading\n\n{}", text(file), text(file + 7));
        place.write(&format!("md/{file}.md"), body);
    }
}

#[test]
fn the_number_of_threads_does_not_show_in_the_index() {
    let contents: Vec<Content> = [1, 2, 7]
        .into_iter()
        .map(|threads| {
            let mut place = Place::new();
            // The same paths for all, so that ids are the same.
            place.files = std::env::temp_dir().join("zhen-index-test-threads");
            write_corpus(&place);
            place.run_with(IndexOptions { threads, ..place.options() });
            place.assert_sound();
            content(&place.open())
        })
        .collect();
    assert_eq!(contents[0].documents.len(), 340);
    assert!(contents[0].terms[2].len() > 100);
    assert!(contents[0] == contents[1], "1 and 2 threads differ");
    assert!(contents[0] == contents[2], "1 and 7 threads differ");
}

#[test]
fn merging_into_one_segment_changes_nothing_but_the_number_of_segments() {
    let place = Place::new();
    let mut indexer = place.indexer();
    for batch in 0..3 {
        let lines: String =
            (0..30).map(|n| line(&format!("{batch}-{n}"), &text(batch * 30 + n))).collect();
        indexer.index_stream(std::io::Cursor::new(lines), &()).unwrap();
    }
    let before = content(&place.open());
    assert!(place.searcher().segment_readers().len() > 1);
    indexer.merge().unwrap();
    indexer.close().unwrap();
    assert_eq!(place.searcher().segment_readers().len(), 1);
    assert!(content(&place.open()) == before);
    let stats = place.open().stats().unwrap();
    assert_eq!((stats.documents, stats.deleted, stats.segments.len()), (90, 0, 1));
    place.assert_sound();
}

#[test]
fn few_deleted_documents_leave_no_trace_in_the_statistics() {
    let place = Place::new();
    let mut indexer = place.indexer();
    let lines = |from: u64, to: u64| -> String {
        (from..to).map(|n| line(&n.to_string(), &text(n))).collect()
    };
    indexer.index_stream(std::io::Cursor::new(lines(0, 40)), &()).unwrap();
    let ids: Vec<String> = (10..20).map(|n: u64| n.to_string()).collect();
    indexer.delete(&ids).unwrap();
    indexer.close().unwrap();
    let searcher = place.searcher();
    let total: u32 = searcher.segment_readers().iter().map(|segment| segment.max_doc()).sum();
    assert_eq!((searcher.num_docs(), total), (30, 30));
}

/// Documents without end.
fn endless() -> impl Iterator<Item = Document> + Send {
    (0..).map(|n: u64| Document {
        id: n.to_string(),
        body: text(n % 50),
        kind: "text".into(),
        ..Document::default()
    })
}

const CHILD: &str = "ZHEN_TEST_CHILD_INDEX";

/// Not a test of its own: writes without end when started by the one below.
#[test]
fn child_that_writes_without_end() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let options = IndexOptions {
        commit_every: Duration::from_millis(50),
        threads: 2,
        memory: zhen_index::LEAST_MEMORY,
        ..IndexOptions::new(dir)
    };
    let mut indexer = Indexer::open(options).unwrap();
    indexer.index_documents(endless(), &()).unwrap();
}

#[test]
fn a_writer_killed_at_any_moment_loses_nothing_that_was_committed() {
    let place = Place::new();
    let mut committed = 0;
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_writes_without_end", "--nocapture"])
            .env(CHILD, &place.index)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let generation = loop {
            // Half-made indexes must never be seen as anything but missing.
            match ZhenIndex::open(&place.index) {
                Ok(index) if index.manifest().generation > committed + 1 => {
                    break index.manifest().generation;
                }
                Ok(_) | Err(zhen_index::IndexError::Missing { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "the child commits nothing");
            std::thread::sleep(Duration::from_millis(10));
        };
        let least = place.searcher().num_docs();
        child.kill().unwrap();
        child.wait().unwrap();

        let index = place.open();
        assert!(index.manifest().generation >= generation, "round {round}");
        assert!(place.searcher().num_docs() >= least, "round {round}");
        place.assert_sound();
        committed = index.manifest().generation;
    }
    // The lock died with its holder, and leftovers go with the next commit.
    let mut indexer = place.indexer();
    indexer.index_stream(std::io::Cursor::new(line("new", "新的")), &()).unwrap();
    indexer.merge().unwrap();
    indexer.close().unwrap();
    place.assert_sound();
    let segments = place.searcher().segment_readers().len();
    let stores = common::snapshot(&place.index).keys().filter(|n| n.ends_with(".store")).count();
    assert_eq!((segments, stores), (1, 1), "files of dead segments are gone");
}

#[test]
fn what_a_writer_left_beyond_its_last_commit_goes_when_the_next_one_opens() {
    let place = Place::new();
    let mut indexer = place.indexer();
    indexer.index_stream(std::io::Cursor::new(line("1", "一")), &()).unwrap();
    indexer.close().unwrap();
    // A file of a segment is noted before it is written.
    let managed = place.index.join(".managed.json");
    let mut noted: Vec<String> = serde_json::from_slice(&std::fs::read(&managed).unwrap()).unwrap();
    let left = format!("{}.store", "0".repeat(32));
    noted.push(left.clone());
    std::fs::write(&managed, serde_json::to_vec(&noted).unwrap()).unwrap();
    std::fs::write(place.index.join(&left), "half of a segment").unwrap();

    place.indexer().close().unwrap();
    assert!(!place.index.join(&left).exists());
    assert_eq!(place.ids(), ["1"]);
    place.assert_sound();
}

#[test]
fn a_stream_that_fails_leaves_the_index_as_it_was() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is dead"))
        }
    }
    let place = Place::new();
    let mut indexer = place.indexer();
    indexer.index_stream(std::io::Cursor::new(line("1", "一")), &()).unwrap();
    let error = indexer.index_stream(Failing, &()).unwrap_err().to_string();
    assert!(error.contains("the line is dead"), "{error}");
    assert_eq!(place.ids(), ["1"]);
    // The indexer goes on from the last commit.
    indexer.index_stream(std::io::Cursor::new(line("2", "二")), &()).unwrap();
    assert_eq!(place.ids(), ["1", "2"]);
}

#[test]
fn a_writer_dropped_before_its_commit_changes_nothing() {
    let place = Place::new();
    place.indexer().close().unwrap();
    let options = place.options();
    let stop = options.stop.clone();
    let mut indexer = Indexer::open(options).unwrap();
    let before = common::snapshot(&place.index);
    // A rebuild that is stopped must not show.
    indexer.index_stream(std::io::Cursor::new(line("1", "一")), &()).unwrap();
    drop(indexer);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let options = IndexOptions { stop, ..place.options() };
    let (indexer, summary) = Indexer::rebuild(options, &()).unwrap();
    assert!(summary.stopped);
    drop(indexer);
    assert_eq!(place.ids(), ["1"]);
    assert_ne!(common::snapshot(&place.index), before);
    place.assert_sound();
}

#[test]
fn documents_on_their_way_stay_within_their_share_of_the_memory() {
    let place = Place::new();
    let body = "数据 data ".repeat(25_000);
    let documents: Vec<Document> = (0..60)
        .map(|n| Document { id: n.to_string(), body: body.clone(), ..Document::default() })
        .collect();
    let text_bytes = 60 * body.len();
    let mut indexer = place.indexer();
    let summary = indexer.index_documents(documents, &()).unwrap();
    // A share of 15 % of the least memory, and one document more.
    let share = zhen_index::LEAST_MEMORY / 100 * 15;
    assert!(text_bytes * 4 > 3 * share, "the test is too small to mean anything");
    assert!(summary.peak_queue > share / 2, "{}", summary.peak_queue);
    assert!(summary.peak_queue <= share + 8 * body.len(), "{} of {share}", summary.peak_queue);
    assert_eq!(summary.documents, 60);
}

#[test]
fn stats_count_what_is_there() {
    let place = Place::new();
    place.write("a.txt", "安装简单，搜索引擎");
    place.write("b.md", "# Title\n\nrunning");
    place.write("c.txt", "");
    place.run();
    let stats = place.open().stats().unwrap();
    assert_eq!((stats.documents, stats.deleted), (2, 0));
    assert_eq!((stats.files, stats.files_skipped), (3, 1));
    assert_eq!(stats.languages, [("en".to_owned(), 1), ("zh-Hans".to_owned(), 1)]);
    assert_eq!(stats.kinds, [("markdown".to_owned(), 1), ("text".to_owned(), 1)]);
    assert_eq!(stats.parts.values().sum::<u64>(), stats.bytes);
    let may_be_empty = ["title_words", "heading_words", "aliases"];
    let holds = |field: &zhen_index::stats::FieldStats| field.terms > 0;
    assert!(stats.fields.iter().all(|f| holds(f) || may_be_empty.contains(&f.name.as_str())));
}

#[cfg(unix)] // Elsewhere a folder in which a file is open cannot be moved.
#[test]
fn a_folder_that_takes_the_place_of_the_one_opened_is_not_written() {
    let place = Place::new();
    let named =
        |id: &str| [Document { id: id.into(), body: "海底捞针".into(), ..Default::default() }];
    let mut indexer = place.indexer();
    indexer.index_documents(named("committed"), &()).unwrap();
    let at = |name: &str| place.files.with_file_name(name);
    let old = at("old");
    std::fs::rename(&place.index, &old).unwrap();
    let mut fresh = place.indexer();
    fresh.index_documents(named("fresh"), &()).unwrap();
    fresh.close().unwrap();
    let files = || {
        let entries = std::fs::read_dir(&place.index).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (std::fs::read(&path).unwrap(), path))
            .collect();
        files.sort_by(|a, b| a.1.cmp(&b.1));
        files
    };
    let before = files();
    let opened = indexer.folder().unwrap();
    assert!(!opened.is_same());
    let refused = indexer.index_documents(named("late"), &()).unwrap_err();
    assert!(matches!(refused, zhen_index::IndexError::Moved { .. }), "{refused}");
    assert!(files() == before, "nothing was written there");
    // The next call begins with the folder that is there now.
    indexer.index_documents(named("again"), &()).unwrap();
    indexer.close().unwrap();
    assert_eq!(place.ids(), ["again", "fresh"]);
    assert!(place.open().verify().unwrap().findings.is_empty());
    std::fs::rename(&place.index, at("new")).unwrap();
    std::fs::rename(&old, &place.index).unwrap();
    assert_eq!(place.ids(), ["committed"]);
    assert!(place.open().verify().unwrap().findings.is_empty());
}
