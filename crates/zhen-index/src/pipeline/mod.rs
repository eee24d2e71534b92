//! From sources to a writer, on several threads, in a fixed order.
//!
//! One thread finds sources, several read and analyse, and the calling thread hands what they made to
//! the writer. Documents reach the writer in the order of reading (files as they were found, then
//! records as they stand), whatever the number of threads: which of two documents with the same id
//! stays, and so every answer, depends on the input alone.

mod foreman;
mod shop;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_channel::unbounded;
use zhen_source::{Document, Entry};
use zhen_text::{Analyzer, UserDict};

use self::foreman::Foreman;
use self::shop::{Shop, walk};
use crate::budget::{Budget, Permit, Position, Split};
use crate::desk::Desk;
use crate::document::IndexDocument;
use crate::errors::IndexError;
use crate::files::FileEntry;
use crate::progress::{Progress, Summary};
use crate::reading::{FileOutcome, Limits, Problems};
use crate::writer::Writer;

/// What the walk found.
pub(crate) enum Found {
    /// A file to read.
    File(FileTask),
    /// A file that is as it was; with the reason if nothing of it is in the index.
    Unchanged { entry: Entry, skipped: Option<String> },
    /// A file or folder that cannot be taken.
    Problem { path: PathBuf, message: String },
    /// Documents that come from no file of their own.
    Feed(Feed),
}

/// A file to read, and what is known of it.
#[derive(Debug)]
pub(crate) struct FileTask {
    pub(crate) entry: Entry,
    pub(crate) known: Option<FileEntry>,
}

/// Takes a document and the file whose change removes it; `Break` when no more are wanted.
pub(crate) type FeedSink<'a> = dyn FnMut(Document, Option<String>) -> ControlFlow<()> + 'a;

/// Gives documents; tells in the end what was none.
pub(crate) type Feed = Box<dyn FnOnce(&mut FeedSink<'_>) -> Result<Problems, IndexError> + Send>;

/// What a run needs beside its writer.
pub(crate) struct Setup<'a> {
    pub(crate) split: Split,
    pub(crate) analyzer: &'a LazyAnalyzer,
    /// Commits in between come after this time; `None` for none at all.
    pub(crate) commit_every: Option<Duration>,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) limits: Limits,
    /// Name of the source while a feed is read.
    pub(crate) feed_name: &'a str,
}

/// An analyzer that loads its dictionary when the first document needs it: a run over unchanged
/// files has none.
pub(crate) struct LazyAnalyzer {
    dict: UserDict,
    loaded: OnceLock<Analyzer>,
}

impl LazyAnalyzer {
    pub(crate) fn new(dict: UserDict) -> Self {
        Self { dict, loaded: OnceLock::new() }
    }

    fn get(&self) -> &Analyzer {
        self.loaded.get_or_init(|| Analyzer::for_indexing(&self.dict))
    }
}

/// A source that was numbered in the order it was found.
struct Source {
    number: u64,
    kind: SourceKind,
}

enum SourceKind {
    File(Arc<FileTask>),
    Feed(Feed),
}

/// A document that was read.
struct RawDocument {
    position: Position,
    document: Document,
    source: Option<String>,
    file: Option<Arc<FileTask>>,
    permit: Permit,
}

/// What happened, told to the calling thread.
enum Event {
    Found { bytes: u64 },
    Walked,
    Unchanged { entry: Entry, skipped: Option<String> },
    Problem { path: PathBuf, message: String },
    Rejected { path: String, problems: Problems },
    Ordered { position: Position, item: Item },
}

/// What must be dealt with in order.
enum Item {
    Document {
        id: String,
        document: IndexDocument,
        file: Option<Arc<FileTask>>,
    },
    FileEnd {
        file: Arc<FileTask>,
        outcome: FileOutcome,
    },
    FeedEnd(Result<(), IndexError>),
    /// A document that could not be made; holds its place in the order.
    Gap,
}

/// Reads and indexes everything that `found` gives, committing from time to time, and leaves the last
/// part uncommitted. Adds to `summary`.
pub(crate) fn run(
    writer: &mut Writer,
    setup: &Setup<'_>,
    progress: &dyn Progress,
    found: impl Iterator<Item = Found> + Send,
    summary: &mut Summary,
) -> Result<(), IndexError> {
    let budget = Budget::new(setup.split.queue);
    let desk = Desk::new();
    let (events, received) = unbounded();
    let shop = Shop { setup, fields: writer.fields(), budget: &budget, desk: &desk };
    let result = std::thread::scope(|scope| {
        // When this thread leaves early, the others must be let go, or the scope waits for ever.
        let _guard = StopOnDrop { desk: &desk, budget: &budget };
        let walker_events = events.clone();
        scope.spawn(|| walk(found, setup.stop, &desk, walker_events));
        for _ in 0..setup.split.workers {
            let events = events.clone();
            let shop = &shop;
            scope.spawn(move || shop.work(&events));
        }
        drop(events);
        let mut foreman = Foreman::new(writer, setup, progress, &budget, summary);
        foreman.receive(&received)
    });
    summary.peak_queue = summary.peak_queue.max(budget.peak().0);
    result
}

struct StopOnDrop<'a> {
    desk: &'a Desk<Source, RawDocument>,
    budget: &'a Budget,
}

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.desk.stop();
        self.budget.close();
    }
}
