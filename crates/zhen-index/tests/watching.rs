//! Changes are taken up while watching.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use common::Place;
use zhen_index::{IndexOptions, Indexer, Summary};

/// A thread that watches, and what each of its batches came to.
struct Watching {
    batches: Receiver<Summary>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watching {
    fn of(place: &Place, paths: Vec<PathBuf>) -> Self {
        let options = IndexOptions { prune: true, ..place.options() };
        let (sender, batches) = channel();
        let stop = options.stop.clone();
        let thread = std::thread::spawn(move || {
            let mut indexer = Indexer::open(options).unwrap();
            indexer
                .watch(&paths, &(), &mut |batch| match sender.send(batch.unwrap()) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                })
                .unwrap();
            indexer.close().unwrap();
        });
        Self { batches, stop, thread }
    }

    /// Ends it, which must not have failed.
    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

#[test]
fn a_new_a_changed_and_a_removed_file_are_taken_up_while_watching() {
    let place = Place::new();
    place.write("a.txt", "旧的 old");
    let watching = Watching::of(&place, vec![place.files.clone()]);
    let patience = Duration::from_secs(60);
    let first = watching.batches.recv_timeout(patience).unwrap();
    assert_eq!((first.added, first.documents), (1, 1));

    // Several batches may be needed; each is waited for until the state is reached.
    let wait_for = |wanted: &[&str]| loop {
        if place.names() == wanted {
            return;
        }
        watching.batches.recv_timeout(patience).expect("the change is taken up");
    };
    place.write("b.txt", "新的 new");
    wait_for(&["a.txt", "b.txt"]);
    std::fs::remove_file(place.files.join("a.txt")).unwrap();
    wait_for(&["b.txt"]);
    let grams = place.open().fields().body_grams;
    place.write("b.txt", "changed 又变了");
    while place.found(grams, "changed").is_empty() {
        watching.batches.recv_timeout(patience).expect("the change is taken up");
    }
    watching.end();
    place.assert_sound();
}

/// Watches `paths`, does each of `changes` once the last is taken up, and waits until the files indexed
/// are `wanted` and `word` is found.
fn watch_through(
    place: &Place,
    paths: Vec<PathBuf>,
    changes: &[&dyn Fn()],
    wanted: &[&str],
    word: &str,
) {
    let watching = Watching::of(place, paths);
    let patience = Duration::from_secs(20);
    watching.batches.recv_timeout(patience).unwrap();
    for change in changes {
        change();
        watching.batches.recv_timeout(patience).expect("the change is taken up");
    }
    let grams = place.open().fields().body_grams;
    while place.names() != wanted || place.found(grams, word).is_empty() {
        watching.batches.recv_timeout(patience).expect("the change is taken up");
    }
    watching.end();
}

#[test]
fn a_watched_file_that_is_saved_by_another_in_its_place_is_followed() {
    let place = Place::new();
    let file = place.write("a.txt", "first");
    let save = |content: &'static str| {
        let (place, file) = (&place, &file);
        move || {
            let new = place.write("a.tmp", content);
            std::fs::rename(new, file).unwrap();
        }
    };
    let paths = vec![file.clone()];
    watch_through(&place, paths, &[&save("second"), &save("third third")], &["a.txt"], "third");
}

#[test]
fn a_watched_folder_that_is_replaced_is_followed() {
    let place = Place::new();
    place.write("docs/a.txt", "first");
    let docs = place.files.join("docs");
    let replace = || {
        std::fs::remove_dir_all(&docs).unwrap();
        place.write("docs/b.txt", "second");
    };
    let add = || drop(place.write("docs/c.txt", "third"));
    watch_through(
        &place,
        vec![docs.clone()],
        &[&replace, &add],
        &["docs/b.txt", "docs/c.txt"],
        "third",
    );
}

#[test]
fn a_watched_folder_that_is_gone_is_waited_for() {
    let place = Place::new();
    place.write("docs/a.txt", "first");
    let (docs, away) = (place.files.join("docs"), place.files.join("away"));
    let go = || std::fs::rename(&docs, &away).unwrap();
    let come = || drop(place.write("docs/b.txt", "second"));
    let add = || drop(place.write("docs/c.txt", "third"));
    watch_through(
        &place,
        vec![docs.clone()],
        &[&go, &come, &add],
        &["docs/b.txt", "docs/c.txt"],
        "third",
    );
}

#[test]
fn a_path_that_cannot_be_watched_is_told() {
    let place = Place::new();
    let mut indexer = place.indexer();
    let paths = [place.files.join("missing")];
    let error =
        indexer.watch(&paths, &(), &mut |_| ControlFlow::Break(())).unwrap_err().to_string();
    assert!(error.contains("cannot watch") && error.contains("missing"), "{error}");
}
