//! Updating an index: only what has changed is read.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Done, Place};

/// A figure of the summary of a run.
#[track_caller]
fn figures(summary: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| summary[name].as_u64().unwrap_or_else(|| panic!("{summary}"))).collect()
}

fn place() -> Place {
    let place = Place::new();
    for n in 0..20 {
        place.write(&format!("docs/{}/{n}.txt", n % 3), format!("第{n}份文档，document {n}。"));
    }
    place.write(
        "docs/records.jsonl",
        "{\"id\": \"a\", \"body\": \"甲\"}\n{\"id\": \"b\", \"body\": \"乙\"}\n",
    );
    place
}

const FIGURES: [&str; 5] = ["read", "unchanged", "added", "updated", "removed"];

#[test]
fn a_second_run_reads_nothing() {
    let place = place();
    let first = place.json(&["index", "docs"]);
    assert_eq!(figures(&first, &FIGURES), [21, 0, 22, 0, 0]);
    let second = place.json(&["index", "docs"]);
    assert_eq!(figures(&second, &FIGURES), [0, 21, 0, 0, 0]);
    assert_eq!(second["documents"], 22);
    // Whatever way the folder is named.
    let third = place.json(&["index", "./docs/../docs", "docs/1"]);
    assert_eq!(figures(&third, &FIGURES), [0, 21, 0, 0, 0]);
}

#[test]
fn a_changed_file_is_the_only_one_updated() {
    let place = place();
    place.json(&["index", "docs"]);
    place.write("docs/1/4.txt", "第四份文档换了望远镜。");
    let summary = place.json(&["index", "docs"]);
    assert_eq!(figures(&summary, &FIGURES), [1, 20, 0, 1, 0]);
    assert_eq!(place.finds(&["望远镜"]), ["4.txt"]);
    assert_eq!(place.finds(&["\"document 4\""]), [""; 0]);
    // A record that leaves its file leaves the index.
    place.write("docs/records.jsonl", "{\"id\": \"b\", \"body\": \"丁\"}\n");
    let summary = place.json(&["index", "docs"]);
    assert_eq!(figures(&summary, &["read", "unchanged", "removed"]), [1, 20, 1]);
    assert_eq!(place.finds(&["甲"]), [""; 0]);
    assert_eq!(place.finds(&["丁"]), ["b"]);
}

#[test]
fn a_file_that_was_only_touched_is_not_indexed_again() {
    let place = place();
    place.json(&["index", "docs"]);
    let file = std::fs::File::options().write(true).open(place.path("docs/1/4.txt")).unwrap();
    let earlier = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    file.set_modified(earlier).unwrap();
    let summary = place.json(&["index", "docs"]);
    assert_eq!(figures(&summary, &["added", "updated", "removed", "unchanged"]), [0, 0, 0, 21]);
}

#[test]
fn a_file_that_is_gone_goes_when_pruning_is_asked_for() {
    let place = place();
    place.json(&["index", "docs"]);
    std::fs::remove_file(place.path("docs/1/4.txt")).unwrap();
    let summary = place.json(&["index", "docs"]);
    assert_eq!(figures(&summary, &["removed", "documents"]), [0, 22]);
    let summary = place.json(&["index", "--prune", "docs/2"]);
    assert_eq!(figures(&summary, &["removed", "documents"]), [0, 22]);
    let summary = place.json(&["index", "--prune", "docs"]);
    assert_eq!(figures(&summary, &["removed", "documents"]), [1, 21]);
    // A folder that is gone can be named, or none at all.
    std::fs::remove_dir_all(place.path("docs/2")).unwrap();
    let summary = place.json(&["index", "--prune", "docs/2"]);
    assert_eq!(figures(&summary, &["removed", "documents"]), [6, 15]);
    std::fs::remove_dir_all(place.path("docs/0")).unwrap();
    let summary = place.json(&["index", "--prune"]);
    assert_eq!(figures(&summary, &["removed", "documents"]), [7, 8]);
}

#[test]
fn ignored_hidden_and_excluded_files_are_left_out_until_asked_for() {
    let place = Place::new();
    place.write("docs/.gitignore", "ignored.txt\n");
    place.write("docs/.git/HEAD", "ref: refs/heads/main\n");
    for name in ["a.txt", "b.md", "ignored.txt", ".hidden.txt", "drafts/c.txt"] {
        place.write(&format!("docs/{name}"), "词典");
    }
    let finds = |args: &[&str]| {
        let _ = std::fs::remove_dir_all(place.path("index/default"));
        place.zhen(&[&["index", "docs"], args].concat()).expect_status(0);
        place.finds(&["词典"])
    };
    assert_eq!(finds(&[]), ["a.txt", "b.md", "c.txt"]);
    assert_eq!(finds(&["--no-ignore"]), ["a.txt", "b.md", "c.txt", "ignored.txt"]);
    assert_eq!(finds(&["--hidden"]), [".hidden.txt", "a.txt", "b.md", "c.txt"]);
    assert_eq!(finds(&["--include", "*.md"]), ["b.md"]);
    assert_eq!(finds(&["--exclude", "drafts/**"]), ["a.txt", "b.md"]);
    assert_eq!(finds(&["--exclude", "./drafts"]), ["a.txt", "b.md"]);
    let full = place.path("docs/drafts").to_string_lossy().into_owned();
    assert_eq!(finds(&["--exclude", &full]), ["a.txt", "b.md"]);
    let elsewhere = ["index", "docs", "--exclude", "/elsewhere/drafts"];
    place.zhen(&elsewhere).expect_error(&["/elsewhere/drafts", "write it relative"]);
}

#[test]
fn a_user_dictionary_stays_with_the_index() {
    let place = Place::new();
    place.write("docs/a.txt", "石墨烯锂电池很轻。");
    place.write("words.txt", "石墨烯锂电池 100000 n\n");
    let words = |args: &[&str]| place.json(args)["words"].to_string();
    assert!(!words(&["analyze", "石墨烯锂电池"]).contains("石墨烯锂电池"));
    place.zhen(&["index", "--dict", "words.txt", "docs"]).expect_status(0);
    assert!(words(&["analyze", "石墨烯锂电池"]).contains("石墨烯锂电池"));
    // Later runs need not name it, and keep it.
    place.write("docs/b.txt", "又一种石墨烯锂电池。");
    place.zhen(&["index", "docs"]).expect_status(0);
    assert_eq!(place.finds(&["石墨烯锂电池"]), ["a.txt", "b.txt"]);
    assert!(place.zhen(&["stats"]).out.contains("1 word"));
}

#[test]
fn rebuilding_needs_no_files_and_keeps_every_answer() {
    let place = place();
    place.zhen(&["index", "docs"]).expect_status(0);
    let before = place.search(&["文档 document", "-n", "100"])["hits"].clone();
    std::fs::remove_dir_all(place.path("docs")).unwrap();
    let summary = place.json(&["index", "--rebuild"]);
    assert_eq!(summary["documents"], 22);
    assert_eq!(place.search(&["文档 document", "-n", "100"])["hits"], before);
}

#[cfg(unix)]
#[test]
fn a_rebuild_that_is_interrupted_leaves_the_index_and_says_so() {
    let place = place();
    place.zhen(&["index", "docs"]).expect_status(0);
    // Where it is slow to start the signal comes too soon, elsewhere too late.
    for delay in (0..200).map(|step| Duration::from_millis(step * 5)) {
        let child = place.command(&["index", "--rebuild"]).spawn().unwrap();
        std::thread::sleep(delay);
        let mut kill = std::process::Command::new("kill");
        kill.args(["-INT", &child.id().to_string()]).status().unwrap();
        let done = Done::of(child);
        if done.status == 2 {
            let done = done.expect_error(&["stopped", "the index is as it was"]);
            assert_eq!(done.out, "");
            assert_eq!(place.search(&["文档 document"])["total"], 20);
            return;
        }
    }
    panic!("no signal came in time");
}

#[cfg(unix)]
#[test]
fn one_interrupt_ends_the_wait_for_standard_input() {
    let place = place();
    // Where it is slow to start the signal comes too soon.
    for delay in (0..200).map(|step| Duration::from_millis(step * 5)) {
        let mut child = place.command(&["index", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        std::thread::sleep(delay);
        let mut kill = std::process::Command::new("kill");
        kill.args(["-INT", &child.id().to_string()]).status().unwrap();
        let done = Done::of(child);
        drop(stdin);
        if done.status == 2 {
            assert!(done.err.contains("what was done is kept"), "{done:?}");
            return;
        }
    }
    panic!("no signal came in time");
}

#[cfg(unix)]
#[test]
fn watching_follows_changes_until_it_is_interrupted() {
    let place = place();
    let mut child =
        place.command(&["index", "--json", "--prune", "--watch", "docs"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["documents"], 22);
    place.write("docs/new.txt", "望远镜");
    while next()["documents"] != 23 {}
    assert_eq!(place.finds(&["望远镜"]), ["new.txt"]);
    std::fs::remove_file(place.path("docs/new.txt")).unwrap();
    while next()["documents"] != 22 {}
    assert_eq!(place.finds(&["望远镜"]), [""; 0]);
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let done = Done::of(child).expect_status(0);
    assert!(done.err.contains("watching for changes"), "{done:?}");
}

#[test]
fn pruning_sees_files_become_folders_and_folders_files() {
    let place = Place::with(&[("a/b.txt", "望远镜"), ("c.txt", "收音机")]);
    std::fs::remove_dir_all(place.path("docs/a")).unwrap();
    place.write("docs/a", "图书馆");
    std::fs::remove_file(place.path("docs/c.txt")).unwrap();
    place.write("docs/c.txt/d.txt", "词典");
    place.json(&["index", "--prune", "docs"]);
    assert_eq!(place.finds(&["望远镜"]), [""; 0]);
    assert_eq!(place.finds(&["收音机"]), [""; 0]);
    assert_eq!(place.finds(&["词典"]), ["d.txt"]);
}

#[test]
fn a_pattern_that_is_no_glob_is_refused_before_anything_is_created() {
    let place = Place::new();
    place.write("docs/a.txt", "望远镜");
    for args in [["--exclude", ""], ["--include", "["], ["--exclude", "a{b"]] {
        let error = place.zhen(&["index", "docs", args[0], args[1]]).expect_status(2).err;
        assert!(error.contains(&format!("{:?}", args[1])), "{error}");
        assert!(std::fs::read_dir(place.path("index")).unwrap().next().is_none());
    }
    place.zhen(&["index", "docs", "--include", "*.{txt,md}"]).expect_status(0);
}

#[test]
fn what_only_changes_an_index_creates_none() {
    let place = Place::with(&[("a.txt", "望远镜")]);
    for change in ["--rebuild", "--merge", "--prune"] {
        let error = place.zhen(&["index", "--index", "defualt", change]).expect_status(2).err;
        assert!(error.contains("there is no index"), "{error}");
        assert!(!place.path("index/defualt").exists(), "{change}");
        place.zhen(&["index", change]).expect_status(0);
    }
}
