//! Properties of opening:
//! 1. A folder that holds no index, another's, or an index of another version, says so with what was
//!    found and the command that mends it, and is left as it was.
//! 2. A damaged index is told as damaged, never as empty, and never panics.
//! 3. One writer at a time; the second is told who the first is.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::fs;
use std::path::Path;

use common::{Place, line, text};
use zhen_index::{IndexError, IndexOptions, Indexer, Mend, ZhenIndex};
use zhen_text::UserDict;

fn refusal(dir: &Path) -> String {
    let message = ZhenIndex::open(dir).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    assert!(message.contains(&dir.display().to_string()), "{message}");
    message
}

#[test]
fn a_missing_and_an_empty_folder_hold_no_index_and_can_become_one() {
    let place = Place::new();
    let message = refusal(&place.index);
    assert!(message.contains("there is no index"), "{message}");
    assert!(message.contains("zhen index --index"), "{message}");
    fs::create_dir(&place.index).unwrap();
    assert!(refusal(&place.index).contains("there is no index"));
    place.indexer().close().unwrap();
    assert_eq!(place.searcher().num_docs(), 0);
    place.assert_sound();
}

#[test]
fn a_folder_of_other_things_is_refused_and_left_as_it_was() {
    let place = Place::new();
    place.write("信.txt", "a letter");
    let before = common::snapshot(&place.files);
    let message = refusal(&place.files);
    assert!(message.contains("is no index") && message.contains("信.txt"), "{message}");
    let options = IndexOptions { dir: place.files.clone(), ..place.options() };
    assert!(matches!(Indexer::open(options), Err(IndexError::NoIndex { .. })));
    assert_eq!(common::snapshot(&place.files), before);
    let file = place.files.join("信.txt");
    assert!(refusal(&file).contains("a file, not a folder"));
}

#[test]
fn a_tantivy_index_of_another_program_is_refused_and_left_as_it_was() {
    use tantivy::schema::{Schema, TEXT};
    let place = Place::new();
    let mut schema = Schema::builder();
    schema.add_text_field("text", TEXT);
    fs::create_dir(&place.index).unwrap();
    let index = tantivy::Index::create_in_dir(&place.index, schema.build()).unwrap();
    for payload in [None, Some("my payload"), Some("{\"other\": 1}")] {
        let mut writer: tantivy::IndexWriter =
            index.writer_with_num_threads(1, 15_000_000).unwrap();
        let mut commit = writer.prepare_commit().unwrap();
        if let Some(payload) = payload {
            commit.set_payload(payload);
        }
        commit.commit().unwrap();
        drop(writer);
        let before = common::snapshot(&place.index);
        assert!(refusal(&place.index).contains("another program"));
        assert!(matches!(Indexer::open(place.options()), Err(IndexError::NoIndex { .. })));
        assert_eq!(common::snapshot(&place.index), before);
    }
}

/// Replaces text in `meta.json`.
fn edit_meta(dir: &Path, from: &str, to: &str) {
    let path = dir.join("meta.json");
    let meta = fs::read_to_string(&path).unwrap();
    assert!(meta.contains(from), "{from} in {meta}");
    fs::write(path, meta.replacen(from, to, 1)).unwrap();
}

#[test]
fn an_index_of_another_format_version_is_refused_with_both_versions() {
    let place = Place::new();
    place.indexer().close().unwrap();
    let present = format!(r#"\"format\":{},"#, zhen_index::FORMAT_VERSION);
    edit_meta(&place.index, &present, r#"\"format\":77,"#);
    let message = refusal(&place.index);
    let expected = format!("format version 77, this program reads {}", zhen_index::FORMAT_VERSION);
    assert!(message.contains(&expected), "{message}");
    assert!(matches!(Indexer::open(place.options()), Err(IndexError::Format { .. })));
}

#[test]
fn an_index_of_another_analysis_is_refused_until_it_is_rebuilt() {
    let place = Place::new();
    place.write("a.txt", "安装简单");
    place.run();
    let present = format!(r#"\"analysis\":{},"#, zhen_text::ANALYSIS_VERSION);
    edit_meta(&place.index, &present, r#"\"analysis\":0,"#);
    let message = refusal(&place.index);
    assert!(message.contains("analysis version 0") && message.contains("--rebuild"), "{message}");
    assert!(matches!(Indexer::open(place.options()), Err(IndexError::Analysis { .. })));

    let (indexer, summary) = Indexer::rebuild(place.options(), &()).unwrap();
    indexer.close().unwrap();
    assert_eq!((summary.updated, summary.documents), (1, 1));
    assert_eq!(place.names(), ["a.txt"]);
    let second = place.run();
    assert_eq!((second.read, second.unchanged), (0, 1), "the file table is kept");
    place.assert_sound();
}

#[test]
fn another_user_dictionary_asks_for_a_rebuild_and_none_keeps_the_index_s_own() {
    let place = Place::new();
    let body = "石墨烯电池技术";
    place.write("a.jsonl", line("1", body));
    let dict = UserDict::parse("墨烯电 100000 n").unwrap();
    let with =
        |dict: Option<&UserDict>| IndexOptions { user_dict: dict.cloned(), ..place.options() };
    place.run();
    let words = place.open().fields().body_words;
    assert_eq!(place.found(words, "墨烯电"), [""; 0]);

    let Err(error) = Indexer::open(with(Some(&dict))) else { panic!("it must be refused") };
    assert!(error.to_string().contains("no user dictionary"), "{error}");
    assert!(error.to_string().contains("--rebuild"), "{error}");
    let (indexer, _) = Indexer::rebuild(with(Some(&dict)), &()).unwrap();
    indexer.close().unwrap();
    assert_eq!(place.found(words, "墨烯电"), [body]);
    let stored = place.open().manifest().user_dict(&place.index).unwrap();
    assert_eq!(stored.checksum(), dict.checksum());

    // Later runs use the words without being told them.
    place.write("b.jsonl", line("2", body));
    place.run();
    assert_eq!(place.found(words, "墨烯电"), [body, body]);
    place.assert_sound();
}

#[test]
fn a_long_user_dictionary_has_a_file_of_its_own_and_survives_commits() {
    let place = Place::new();
    let source: String = (0..8000).map(|n| format!("词{n}条 {} n\n", 5 + n % 7)).collect();
    let dict = UserDict::parse(&source).unwrap();
    assert!(dict.source().len() > 64 << 10);
    place.write("a.txt", "一");
    place.run_with(IndexOptions { user_dict: Some(dict.clone()), ..place.options() });
    place.write("b.txt", "二");
    place.run();
    let manifest = place.open().manifest().clone();
    assert_eq!(manifest.user_dict(&place.index).unwrap().checksum(), dict.checksum());
    assert!(manifest.user_dictionary.as_ref().unwrap().text.is_none());
    place.assert_sound();

    // Who has read what another commit has just replaced is given its successor.
    let options = IndexOptions { user_dict: Some(UserDict::default()), ..place.options() };
    Indexer::rebuild(options, &()).unwrap().0.close().unwrap();
    assert!(manifest.user_dict(&place.index).is_err(), "it is gone");
    assert!(place.open().user_dict(&manifest).unwrap().is_empty());
}

#[test]
fn a_damaged_index_is_told_as_damaged_and_never_panics() {
    let place = Place::new();
    for n in 0..30 {
        place.write(&format!("{n}.txt"), text(n));
    }
    place.run();
    place.assert_sound();
    let whole = common::snapshot(&place.index);
    let mut noticed = 0;
    for (name, content) in &whole {
        if name.ends_with(".lock") || name.starts_with('.') || content.is_empty() {
            continue;
        }
        let path = place.index.join(name);
        let mut flipped = content.clone();
        flipped[content.len() / 2] ^= 0x20;
        let changes =
            [None, Some(content[..content.len() / 2].to_vec()), Some(Vec::new()), Some(flipped)];
        for (kind, changed) in changes.into_iter().enumerate() {
            let is_derived =
                ["zhen-vocabulary.bin", "zhen-duplicates.bin"].contains(&name.as_str());
            if changed.is_none() && is_derived {
                // A run that ended early has none either; nothing is lost with it.
                continue;
            }
            match &changed {
                None => fs::remove_file(&path).unwrap(),
                Some(changed) => fs::write(&path, changed).unwrap(),
            }
            let verified = ZhenIndex::open(&place.index).and_then(|index| index.verify());
            let found = match &verified {
                Ok(report) => report.findings.join("; "),
                Err(error) => error.to_string(),
            };
            assert!(!found.is_empty(), "change {kind} of {name} was not noticed");
            noticed += 1;
            fs::write(&path, content).unwrap();
        }
    }
    assert!(noticed > 20, "{noticed}");
    place.assert_sound();
}

#[test]
fn files_are_checked_whatever_the_engines_own_list_says_of_them() {
    let place = Place::new();
    place.write("a.txt", "一部词典");
    place.run();
    fs::write(place.index.join(".managed.json"), "[]").unwrap();
    place.assert_sound();
    for extension in ["idx", "pos", "term", "fieldnorm", "fast", "store"] {
        let whole = common::snapshot(&place.index);
        let (name, content) =
            whole.iter().find(|(name, _)| name.ends_with(&format!(".{extension}"))).unwrap();
        for length in [content.len() / 2, 5, 0] {
            fs::write(place.index.join(name), &content[..length]).unwrap();
            let report = place.open().verify().unwrap();
            assert_eq!(report.findings, [format!("{name} is not as it was written")]);
            assert_eq!(report.mend, Some(Mend::NewIndex));
        }
        fs::write(place.index.join(name), content).unwrap();
    }
}

#[test]
fn a_number_of_documents_that_is_not_that_of_the_files_is_found() {
    let place = Place::new();
    for name in ["a.txt", "b.txt", "c.txt"] {
        place.write(name, "一部词典");
    }
    place.run();
    let meta = fs::read_to_string(place.index.join("meta.json")).unwrap();
    for wrong in [2, 4, 1000] {
        let changed = meta.replace("\"max_doc\": 3", &format!("\"max_doc\": {wrong}"));
        let changed = changed.replace("\"max_doc\":3", &format!("\"max_doc\":{wrong}"));
        assert_ne!(changed, meta);
        fs::write(place.index.join("meta.json"), changed).unwrap();
        let findings = place.open().verify().unwrap().findings;
        assert!(findings[0].contains("holds 3 documents"), "{wrong}: {findings:?}");
    }
}

#[test]
fn synonyms_that_cannot_be_used_are_found_and_nothing_else_is_wrong() {
    let place = Place::new();
    place.write("a.txt", "一部词典");
    place.run();
    for rules in [&b"\xff\xfe\0"[..], b"alone"] {
        fs::write(place.index.join("zhen-synonyms.txt"), rules).unwrap();
        let report = place.open().verify().unwrap();
        assert!(report.findings[0].contains("synonyms"), "{report:?}");
        assert_eq!((report.findings.len(), report.mend), (1, Some(Mend::Synonyms)));
    }
}

#[test]
fn a_lost_file_table_stops_the_writer_with_the_reason() {
    let place = Place::new();
    place.write("a.txt", "一");
    place.run();
    let table = place.open().manifest().files.clone().unwrap().name;
    fs::remove_file(place.index.join(&table)).unwrap();
    let Err(error) = Indexer::open(place.options()) else { panic!("it must be refused") };
    assert!(error.to_string().contains(&format!("{table} is missing")), "{error}");
    // Searching needs no file table.
    assert_eq!(place.searcher().num_docs(), 1);
}

#[test]
fn the_second_writer_is_told_who_the_first_is() {
    let place = Place::new();
    let first = place.indexer();
    let Err(error) = Indexer::open(place.options()) else { panic!("it must be refused") };
    let message = error.to_string();
    assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
    assert!(message.contains("wait for it or stop it"), "{message}");
    drop(first);
    place.indexer().close().unwrap();
}

#[test]
fn impossible_options_are_refused_with_what_is_possible() {
    let place = Place::new();
    let Err(error) = Indexer::open(IndexOptions { memory: 1 << 20, ..place.options() }) else {
        panic!("it must be refused")
    };
    assert_eq!(error.to_string(), "1 MiB of memory are too few; give at least 128");
    assert!(Indexer::open(IndexOptions { threads: 0, ..place.options() }).is_err());
    assert!(!place.index.exists());
}

#[cfg(unix)]
#[test]
fn an_index_that_cannot_be_written_to_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("a.txt", "本地 search");
    place.run();
    let set = |file: u32, folder: u32| {
        for entry in fs::read_dir(&place.index).unwrap() {
            let path = entry.unwrap().path();
            fs::set_permissions(path, fs::Permissions::from_mode(file)).unwrap();
        }
        fs::set_permissions(&place.index, fs::Permissions::from_mode(folder)).unwrap();
    };
    let _ = fs::remove_file(place.index.join(".tantivy-meta.lock"));
    set(0o444, 0o555);
    let index = place.open();
    assert_eq!(index.stats().unwrap().documents, 1);
    assert_eq!(index.verify().unwrap().findings, Vec::<String>::new());
    assert_eq!(place.ids().len(), 1);
    set(0o644, 0o755);
}

#[test]
fn what_the_system_refuses_is_not_called_damage() {
    use std::io;
    use tantivy::TantivyError;
    use tantivy::directory::error::{LockError, OpenReadError};
    let dir = Path::new("ix");
    let refused = |code| std::sync::Arc::new(io::Error::from_raw_os_error(code));
    let lock = TantivyError::LockFailure(LockError::IoError(refused(13)), None);
    let message = IndexError::opening(dir, lock).to_string();
    assert!(message.starts_with("cannot take the lock of the index ix: "), "{message}");
    let read = OpenReadError::wrap_io_error(io::Error::from_raw_os_error(13), "a.term".into());
    let message = IndexError::opening(dir, read.into()).to_string();
    assert!(message.starts_with("cannot read "), "{message}");
    let busy = TantivyError::LockFailure(LockError::LockBusy, None);
    assert!(matches!(IndexError::opening(dir, busy), IndexError::Locked { .. }));
    let cut = OpenReadError::wrap_io_error(io::ErrorKind::UnexpectedEof.into(), "a.term".into());
    assert!(matches!(IndexError::opening(dir, cut.into()), IndexError::Damaged { .. }));
}

#[test]
fn what_a_killed_writer_left_half_written_goes_with_the_next_run() {
    let place = Place::new();
    place.run();
    let left = place.index.join("zhen-vocabulary.bin.1-0.tmp");
    fs::write(&left, "half").unwrap();
    place.run();
    assert!(!left.exists());
}

#[test]
fn synonyms_left_half_written_go_with_the_next_change() {
    let place = Place::new();
    place.run();
    let left = place.index.join("zhen-synonyms.txt.1-0.tmp");
    fs::write(&left, "half").unwrap();
    place.run();
    assert!(left.exists(), "somebody may be writing it");
    zhen_index::write_synonyms(&place.index, "a, b").unwrap();
    assert!(!left.exists());
}
