//! From sources to a writer, on several threads, in a fixed order.
//!
//! One thread finds sources, several read and analyse, and the calling thread hands what they made to
//! the writer. Documents reach the writer in the order of reading (files as they were found, then
//! records as they stand), whatever the number of threads: which of two documents with the same id
//! stays, and so every answer, depends on the input alone.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use rustc_hash::FxBuildHasher;
use zhen_source::{Document, Entry};
use zhen_text::{Analyzer, UserDict};

use crate::budget::{Admission, Budget, Permit, Position, Split};
use crate::desk::{Desk, Work};
use crate::document::{IndexDocument, LONGEST_ID, estimate, prepare};
use crate::errors::IndexError;
use crate::files::FileEntry;
use crate::progress::{Progress, Status, Summary};
use crate::reading::{self, FileOutcome, Limits, Problems};
use crate::schema::Fields;
use crate::writer::{MOST_UNCOMMITTED, Writer};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

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

/// Numbers what was found and lays it on the desk.
fn walk(
    found: impl Iterator<Item = Found>,
    stop: &AtomicBool,
    desk: &Desk<Source, RawDocument>,
    events: Sender<Event>,
) {
    let mut number = 0;
    for item in found {
        if stop.load(Ordering::Relaxed) || desk.is_stopped() {
            break;
        }
        let kind = match item {
            Found::File(task) => {
                let _ = events.send(Event::Found { bytes: task.entry.size });
                SourceKind::File(Arc::new(task))
            }
            Found::Feed(feed) => SourceKind::Feed(feed),
            Found::Unchanged { entry, skipped } => {
                let _ = events.send(Event::Unchanged { entry, skipped });
                continue;
            }
            Found::Problem { path, message } => {
                let _ = events.send(Event::Problem { path, message });
                continue;
            }
        };
        if !desk.put_source(Source { number, kind }) {
            break;
        }
        number += 1;
    }
    let _ = events.send(Event::Walked);
    desk.complete();
}

/// What all workers share.
struct Shop<'a> {
    setup: &'a Setup<'a>,
    fields: Fields,
    budget: &'a Arc<Budget>,
    desk: &'a Desk<Source, RawDocument>,
}

impl Shop<'_> {
    /// Does what lies on the desk until all is done. (Sending fails only when the calling thread has
    /// given up; then the desk is stopped too.)
    fn work(&self, events: &Sender<Event>) {
        loop {
            match self.desk.take() {
                Work::Analyse(raw) => self.analyse(raw, events),
                Work::Read(source) => {
                    self.read(source, events);
                    self.desk.reading_done();
                }
                Work::Nothing => return,
            }
        }
    }

    fn read(&self, source: Source, events: &Sender<Event>) {
        let mut position = Position { file: source.number, document: 0 };
        let stopped = self.setup.stop.load(Ordering::Relaxed);
        let item = match source.kind {
            SourceKind::File(file) if stopped => {
                Item::FileEnd { file, outcome: FileOutcome::Interrupted }
            }
            SourceKind::Feed(_) if stopped => Item::FeedEnd(Ok(())),
            SourceKind::File(file) => {
                let outcome = self.read_file(&file, &mut position, events);
                Item::FileEnd { file, outcome }
            }
            SourceKind::Feed(feed) => {
                let mut sink =
                    |document, source| self.take_in(document, None, source, &mut position, events);
                Item::FeedEnd(feed(&mut sink).map(|problems| {
                    self.report(self.setup.feed_name.to_owned(), problems, events);
                }))
            }
        };
        let _ = events.send(Event::Ordered { position, item });
    }

    fn read_file(
        &self,
        file: &Arc<FileTask>,
        position: &mut Position,
        events: &Sender<Event>,
    ) -> FileOutcome {
        // Room for the file itself, at most a quarter of all so that documents find theirs.
        let most = self.setup.split.queue / 4;
        let bytes = self.setup.limits.memory(&file.entry);
        let bytes = usize::try_from(bytes).map_or(most, |bytes| bytes.min(most));
        let Some(_room) = self.wait_for_room(bytes, *position, events) else {
            return FileOutcome::Interrupted;
        };
        let mut sink = |document| self.take_in(document, Some(file), None, position, events);
        let known = file.known.as_ref();
        let (outcome, problems) = reading::read(&file.entry, known, self.setup.limits, &mut sink);
        self.report(file.entry.id.clone(), problems, events);
        outcome
    }

    fn report(&self, path: String, problems: Problems, events: &Sender<Event>) {
        if !problems.messages.is_empty() {
            let _ = events.send(Event::Rejected { path, problems });
        }
    }

    /// Waits for room in the budget, helping out meanwhile; `None` when the run ends.
    fn wait_for_room(
        &self,
        bytes: usize,
        position: Position,
        events: &Sender<Event>,
    ) -> Option<Permit> {
        let mut admission = self.budget.try_admit(bytes, position);
        loop {
            match admission {
                Admission::Granted(permit) => return Some(permit),
                Admission::Closed => return None,
                Admission::Full => {}
            }
            admission = match self.desk.take_document() {
                Some(raw) => {
                    self.analyse(raw, events);
                    self.budget.try_admit(bytes, position)
                }
                None => self.budget.admit_or_wait(bytes, position),
            };
        }
    }

    /// Takes a document that was just read: waits for room, helping out meanwhile, and passes it on.
    fn take_in(
        &self,
        document: Document,
        file: Option<&Arc<FileTask>>,
        source: Option<String>,
        position: &mut Position,
        events: &Sender<Event>,
    ) -> ControlFlow<()> {
        if self.setup.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let Some(permit) = self.wait_for_room(estimate(&document), *position, events) else {
            return ControlFlow::Break(());
        };
        let source = source.or_else(|| file.map(|file| file.entry.id.clone()));
        let file = file.cloned();
        let raw = RawDocument { position: *position, document, source, file, permit };
        position.document += 1;
        if let Err(raw) = self.desk.put_document(raw) {
            self.analyse(raw, events);
        }
        ControlFlow::Continue(())
    }

    fn analyse(&self, raw: RawDocument, events: &Sender<Event>) {
        let RawDocument { position, document, source, file, permit } = raw;
        let id = document.id.clone();
        let item = if id.is_empty() || id.len() > LONGEST_ID {
            let path = source.unwrap_or_else(|| self.setup.feed_name.to_owned());
            let message =
                format!("a record's id has {} bytes; it must have 1 to {LONGEST_ID}", id.len());
            self.report(path, Problems { messages: vec![message], rejected: 1 }, events);
            Item::Gap
        } else {
            let analyzer = self.setup.analyzer.get();
            let document = prepare(analyzer, &self.fields, document, source.as_deref(), permit);
            Item::Document { id, document, file }
        };
        let _ = events.send(Event::Ordered { position, item });
    }
}

/// Deals with events on the calling thread: puts items in order and hands them to the writer.
struct Foreman<'a> {
    writer: &'a mut Writer,
    setup: &'a Setup<'a>,
    progress: &'a dyn Progress,
    budget: &'a Budget,
    summary: &'a mut Summary,
    /// Items that came before their turn.
    early: HashMap<Position, Item, FxBuildHasher>,
    next: Position,
    /// Documents of the present file that were taken.
    taken: u64,
    /// The file of which some documents were taken and whose end has not come.
    open_file: Option<String>,
    status: Status<'static>,
    current: String,
    started: Instant,
    told: Instant,
    committed: Instant,
}

impl<'a> Foreman<'a> {
    fn new(
        writer: &'a mut Writer,
        setup: &'a Setup<'a>,
        progress: &'a dyn Progress,
        budget: &'a Budget,
        summary: &'a mut Summary,
    ) -> Self {
        let now = Instant::now();
        Self {
            writer,
            setup,
            progress,
            budget,
            summary,
            early: HashMap::default(),
            next: Position::default(),
            taken: 0,
            open_file: None,
            status: Status::default(),
            current: String::new(),
            started: now,
            told: now,
            committed: now,
        }
    }

    fn receive(&mut self, events: &Receiver<Event>) -> Result<(), IndexError> {
        loop {
            match events.recv_timeout(TELL_EVERY) {
                Ok(event) => self.handle(event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.told.elapsed() >= TELL_EVERY {
                self.tell();
            }
        }
        self.tell();
        debug_assert!(self.early.is_empty(), "every position was filled");
        self.summary.stopped |= self.setup.stop.load(Ordering::Relaxed);
        Ok(())
    }

    fn tell(&mut self) {
        self.told = Instant::now();
        let status = Status { elapsed: self.started.elapsed(), ..self.status };
        self.progress.update(&Status { current: &self.current, ..status });
    }

    fn handle(&mut self, event: Event) -> Result<(), IndexError> {
        match event {
            Event::Found { bytes } => {
                self.status.files += 1;
                self.status.bytes += bytes;
            }
            Event::Walked => self.status.walked = true,
            Event::Unchanged { entry, skipped } => {
                self.status.files += 1;
                self.status.files_done += 1;
                self.status.bytes += entry.size;
                self.status.bytes_done += entry.size;
                match skipped {
                    None => self.summary.unchanged += 1,
                    Some(reason) => self.summary.skipped.push((entry.path, reason)),
                }
            }
            Event::Problem { path, message } => self.skip(path, message),
            Event::Rejected { path, problems } => {
                self.summary.rejected += problems.rejected;
                for message in &problems.messages {
                    self.progress.problem(&path, message);
                }
            }
            Event::Ordered { position, item } => {
                if position != self.next {
                    self.early.insert(position, item);
                    return Ok(());
                }
                self.apply(item)?;
                while let Some(item) = self.early.remove(&self.next) {
                    self.apply(item)?;
                }
                self.budget.set_next(self.next);
            }
        }
        Ok(())
    }

    fn skip(&mut self, path: PathBuf, reason: String) {
        self.progress.problem(&path.to_string_lossy(), &reason);
        self.summary.skipped.push((path, reason));
    }

    /// Deals with the item whose turn it is.
    fn apply(&mut self, item: Item) -> Result<(), IndexError> {
        match item {
            Item::Document { id, document, file } => {
                if let Some(file) = file
                    && self.open_file.is_none()
                {
                    self.begin(&file);
                }
                self.writer.add(&id, document)?;
                self.taken += 1;
                self.status.documents += 1;
                self.next.document += 1;
            }
            Item::Gap => self.next.document += 1,
            Item::FileEnd { file, outcome } => {
                self.finish(&file, outcome);
                self.next = Position { file: self.next.file + 1, document: 0 };
            }
            Item::FeedEnd(result) => {
                result?;
                self.next = Position { file: self.next.file + 1, document: 0 };
            }
        }
        let due = self.setup.commit_every.is_some_and(|every| {
            self.committed.elapsed() >= every || self.writer.uncommitted() >= MOST_UNCOMMITTED
        });
        if due && self.writer.uncommitted() > 0 {
            self.mark_unfinished();
            self.writer.commit()?;
            self.committed = Instant::now();
        }
        Ok(())
    }

    /// The first document of a file is about to be added: those of its earlier state go.
    fn begin(&mut self, file: &FileTask) {
        self.current.clone_from(&file.entry.id);
        self.open_file = Some(file.entry.id.clone());
        self.taken = 0;
        if file.known.as_ref().is_some_and(|known| known.documents > 0) {
            self.writer.remove_source(&file.entry.id);
        }
    }

    /// A commit in the middle of a file must say that the file is to be read again.
    fn mark_unfinished(&mut self) {
        if let Some(path) = &self.open_file {
            self.writer.set_file(path, FileEntry::unfinished(self.taken));
        }
    }

    fn finish(&mut self, file: &FileTask, outcome: FileOutcome) {
        let began = self.open_file.take().is_some();
        if !began {
            self.taken = 0;
            self.current.clone_from(&file.entry.id);
        }
        self.status.files_done += 1;
        self.status.bytes_done += file.entry.size;
        let path = &file.entry.id;
        match outcome {
            FileOutcome::Same(entry) => {
                self.summary.read += 1;
                match entry.skipped.clone() {
                    None => self.summary.unchanged += 1,
                    Some(reason) => self.summary.skipped.push((file.entry.path.clone(), reason)),
                }
                self.writer.set_file(path, entry);
            }
            FileOutcome::Read(entry) => {
                self.summary.read += 1;
                self.summary.bytes += file.entry.size;
                let had = file.known.as_ref().map_or(0, |known| known.documents);
                if !began && had > 0 {
                    self.writer.remove_source(path);
                }
                if let Some(reason) = entry.skipped.clone() {
                    self.skip(file.entry.path.clone(), reason);
                }
                self.writer.set_file(path, FileEntry { documents: self.taken, ..entry });
            }
            FileOutcome::Broken(message) => {
                self.summary.read += 1;
                self.summary.bytes += file.entry.size;
                self.writer.set_file(path, FileEntry::unfinished(self.taken));
                self.skip(file.entry.path.clone(), message);
            }
            FileOutcome::Interrupted if began => {
                self.writer.set_file(path, FileEntry::unfinished(self.taken));
            }
            FileOutcome::Interrupted => {}
            FileOutcome::Failed(message) => self.skip(file.entry.path.clone(), message),
        }
    }
}
