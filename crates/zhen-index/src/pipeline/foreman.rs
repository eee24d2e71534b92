//! The calling thread's part: what was made goes to the writer, in order.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use rustc_hash::FxBuildHasher;

use super::{Event, FileTask, Item, Setup};
use crate::budget::{Budget, Position};
use crate::errors::IndexError;
use crate::files::FileEntry;
use crate::progress::{Progress, Status, Summary};
use crate::reading::FileOutcome;
use crate::writer::{MOST_UNCOMMITTED, Writer};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Deals with events on the calling thread: puts items in order and hands them to the writer.
pub(super) struct Foreman<'a> {
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
    pub(super) fn new(
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

    pub(super) fn receive(&mut self, events: &Receiver<Event>) -> Result<(), IndexError> {
        loop {
            match events.recv_timeout(TELL_EVERY) {
                Ok(event) => self.handle(event)?,
                // A stream that brings nothing for a while must not keep what it brought.
                Err(RecvTimeoutError::Timeout) => self.commit_if_due()?,
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
                if self.writer.add(&id, document)? {
                    self.summary.replaced += 1;
                    let file = || (id, self.current.clone());
                    self.summary.first_replaced.get_or_insert_with(file);
                }
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
        self.commit_if_due()
    }

    fn commit_if_due(&mut self) -> Result<(), IndexError> {
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
