//! The threads that find, read and analyse.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;
use zhen_source::Document;

use super::{Event, FileTask, Found, Item, RawDocument, Setup, Source, SourceKind};
use crate::budget::{Admission, Budget, Permit, Position};
use crate::desk::{Desk, Work};
use crate::document::{LONGEST_ID, estimate, prepare};
use crate::reading::{self, FileOutcome, Problems};
use crate::schema::Fields;

/// Numbers what was found and lays it on the desk.
pub(super) fn walk(
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
pub(super) struct Shop<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) fields: Fields,
    pub(super) budget: &'a Arc<Budget>,
    pub(super) desk: &'a Desk<Source, RawDocument>,
}

impl Shop<'_> {
    /// Does what lies on the desk until all is done. (Sending fails only when the calling thread has
    /// given up; then the desk is stopped too.)
    pub(super) fn work(&self, events: &Sender<Event>) {
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
        let Setup { limits, stop, .. } = *self.setup;
        let (outcome, problems) = reading::read(&file.entry, known, limits, stop, &mut sink);
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
        // What a thread that works alone lays on the desk lies there until the source has ended.
        let left = match self.setup.split.workers {
            1 => Err(raw),
            _ => self.desk.put_document(raw),
        };
        if let Err(raw) = left {
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
