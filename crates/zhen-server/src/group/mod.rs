//! Groups the changes of concurrent requests into shared commits.
//!
//! A commit costs the same for one document as for a thousand, and an index has one writer. Each
//! index that is written to has a thread that owns the writer; requests hand it their changes and
//! wait. While one commit runs, further requests queue up and share the next: no request waits for
//! a timer, and the more there are the better they share. An upload that never ends does not keep the
//! others waiting either: beside somebody who waits it goes on for as long as a commit takes, so that
//! half the time at most is spent on commits.
//!
//! The writer is given back when nothing has been written for a while, so that `zhen index` in
//! another process is not shut out by a server that is merely running.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use zhen_source::Document;

use crate::catalog::{Index, WriteError, Writer};
use crate::split::Place;

/// How long the writer is kept after the last change. Taking it again costs milliseconds; keeping
/// it keeps others out.
const KEEP_WRITER: Duration = Duration::from_millis(500);

/// Batches that may wait for the writer before uploads are held back.
const QUEUE: usize = 8;

/// Errors kept of one upload; the rest is counted.
const MAX_ERRORS: usize = 100;

/// A record of an upload that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct RecordError {
    /// Where it begins.
    #[serde(flatten)]
    pub(crate) place: Place,
    /// The id it gives itself, where that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// Why it was not taken.
    pub(crate) detail: String,
}

/// What became of an upload's records so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Records handed to the writer without complaint.
    pub(crate) accepted: u64,
    /// Records that were not.
    pub(crate) rejected: u64,
    /// The first [`MAX_ERRORS`] reasons.
    pub(crate) errors: Vec<RecordError>,
    /// Life of the writer that took the first record; a later life has lost it.
    life: Option<u64>,
    /// Why the index could not be written; nothing more of the upload is taken.
    failure: Option<WriteError>,
}

impl Report {
    /// Why the index could not be written, if it could not.
    pub(crate) fn failure(&self) -> Option<WriteError> {
        self.failure.clone()
    }

    /// Notes a record that was not taken.
    pub(crate) fn reject(&mut self, error: RecordError) {
        self.rejected += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }
}

/// A report that an upload and the writer's thread both write to.
pub(crate) type SharedReport = Arc<Mutex<Report>>;

/// Locks a report; a panic elsewhere leaves it as it was, which is still true.
pub(crate) fn lock(report: &SharedReport) -> std::sync::MutexGuard<'_, Report> {
    report.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread is asked to do.
enum Job {
    /// Add documents, each with the place of its record.
    Add { documents: Vec<(Place, Document)>, report: SharedReport },
    /// Delete a document.
    Delete { id: String, reply: oneshot::Sender<Result<bool, WriteError>> },
    /// Answer once everything of the upload is durable and searchable.
    Finish { report: SharedReport, reply: oneshot::Sender<Result<(), WriteError>> },
}

/// The way to one index's writer.
#[derive(Clone)]
pub(crate) struct GroupWriter {
    jobs: mpsc::Sender<Job>,
    index: Current,
}

/// The index that goes by the name now; another may take its place while the thread runs.
type Current = Arc<Mutex<Arc<dyn Index>>>;

fn gone() -> WriteError {
    WriteError::Failed("the server is shutting down".to_owned())
}

impl GroupWriter {
    /// Starts the thread of `index`. It ends, committing what is left, when the last clone of the
    /// returned value is dropped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(
        index: Arc<dyn Index>,
        name: &str,
    ) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let index = Arc::new(Mutex::new(index));
        let current = Arc::clone(&index);
        let runtime = Handle::current();
        let thread =
            std::thread::Builder::new().name(format!("write {name}")).spawn(move || {
                Thread {
                    index,
                    writer: None,
                    dirty: false,
                    life: 0,
                    lost_to: gone_wrong(),
                    commit_took: Duration::ZERO,
                }
                .run(queue, &runtime);
            })?;
        Ok((Self { jobs, index: current }, thread))
    }

    /// Says which index goes by the name now, for when the writer is taken next.
    pub(crate) fn follow(&self, index: &Arc<dyn Index>) {
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(index);
    }

    /// Hands documents over, waiting while too much is queued. What becomes of them is told by
    /// `report` and [`GroupWriter::finish`].
    ///
    /// # Errors
    /// When the thread has ended.
    pub(crate) async fn add(
        &self,
        documents: Vec<(Place, Document)>,
        report: &SharedReport,
    ) -> Result<(), WriteError> {
        let job = Job::Add { documents, report: Arc::clone(report) };
        self.jobs.send(job).await.map_err(|_| gone())
    }

    /// Waits until everything of the upload behind `report` is durable and searchable.
    ///
    /// # Errors
    /// When it could not be made so; some of it may be.
    pub(crate) async fn finish(&self, report: &SharedReport) -> Result<(), WriteError> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Finish { report: Arc::clone(report), reply };
        self.jobs.send(job).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Deletes a document durably; false where there is none.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub(crate) async fn delete(&self, id: String) -> Result<bool, WriteError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Delete { id, reply }).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Requests that wait for the next commit, each with what to tell it then.
#[derive(Default)]
struct Pending {
    finishes: Vec<(SharedReport, oneshot::Sender<Result<(), WriteError>>)>,
    deletes: Vec<Deletion>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// Jobs that were taken on meanwhile.
    passed: usize,
}

impl Pending {
    /// Notes that a job has been done, after which somebody may be waiting.
    fn note_job(&mut self) {
        if self.finishes.is_empty() && self.deletes.is_empty() {
            return;
        }
        self.since.get_or_insert_with(Instant::now);
        self.passed += 1;
    }

    /// Whether those who wait are served although there is more to do: everything that was queued
    /// when the first of them came has been, and as much time has gone by as a commit takes.
    fn is_overdue(&self, commit_took: Duration) -> bool {
        self.passed > QUEUE && self.since.is_some_and(|since| since.elapsed() >= commit_took)
    }
}

/// A deletion that waits for its commit.
struct Deletion {
    found: bool,
    /// Life of the writer that was told.
    life: u64,
    reply: oneshot::Sender<Result<bool, WriteError>>,
}

/// The state of a writer's thread.
struct Thread {
    index: Current,
    writer: Option<Box<dyn Writer>>,
    /// Whether there are changes since the last commit.
    dirty: bool,
    /// Grows whenever changes that were not committed are lost.
    life: u64,
    /// What those are told whose changes were lost last, when nothing failed before their eyes.
    lost_to: WriteError,
    /// How long the last commit took.
    commit_took: Duration,
}

impl Thread {
    fn run(mut self, mut queue: mpsc::Receiver<Job>, runtime: &Handle) {
        let mut pending = Pending::default();
        loop {
            let next = match queue.try_recv() {
                Ok(job) => Some(job),
                Err(mpsc::error::TryRecvError::Empty) => {
                    // Nothing queued: whoever waits is served now.
                    self.settle(&mut pending);
                    if self.writer.is_none() {
                        queue.blocking_recv()
                    } else {
                        let wait = async { tokio::time::timeout(KEEP_WRITER, queue.recv()).await };
                        match runtime.block_on(wait) {
                            Ok(job) => job,
                            Err(_) => {
                                self.release();
                                continue;
                            }
                        }
                    }
                }
                Err(mpsc::error::TryRecvError::Disconnected) => None,
            };
            match next {
                Some(job) => self.apply(job, &mut pending),
                None => break,
            }
            pending.note_job();
            if pending.is_overdue(self.commit_took) {
                self.settle(&mut pending);
            }
        }
        self.settle(&mut pending);
        self.release();
    }

    fn apply(&mut self, job: Job, pending: &mut Pending) {
        // Looked at before the changes are taken, so that they go where readers look for them.
        if self.writer.as_ref().is_some_and(|writer| !writer.is_current()) {
            self.lose(WriteError::replaced());
        }
        match job {
            Job::Add { documents, report } => {
                if let Err(error) = self.add(documents, &report) {
                    lock(&report).failure.get_or_insert(error);
                }
            }
            Job::Delete { id, reply } => {
                let result = self.with_writer(|writer| writer.delete(&id));
                match result {
                    Ok(found) => {
                        self.dirty |= found;
                        pending.deletes.push(Deletion { found, life: self.life, reply });
                    }
                    Err(error) => {
                        // A client that has gone away does not want to know.
                        let _ = reply.send(Err(error));
                    }
                }
            }
            Job::Finish { report, reply } => pending.finishes.push((report, reply)),
        }
    }

    /// Adds the documents of an upload that has not failed.
    fn add(
        &mut self,
        documents: Vec<(Place, Document)>,
        report: &SharedReport,
    ) -> Result<(), WriteError> {
        if lock(report).failure.is_some() {
            return Ok(());
        }
        let life = self.life;
        for (place, document) in documents {
            match self.with_writer(|writer| writer.add(document)) {
                Ok(()) => {
                    self.dirty = true;
                    let mut report = lock(report);
                    report.accepted += 1;
                    report.life.get_or_insert(life);
                }
                Err(WriteError::Record(detail)) => {
                    lock(report).reject(RecordError { place, id: None, detail });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Runs `work` on the writer, taking it first where needed and losing it on failure.
    fn with_writer<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Writer) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => {
                let index = Arc::clone(&self.index.lock().unwrap_or_else(PoisonError::into_inner));
                empty.insert(index.writer()?)
            }
        };
        let result = work(writer.as_mut());
        match &result {
            Ok(_) | Err(WriteError::Record(_)) => {}
            Err(error @ WriteError::Replaced(_)) => self.lose(error.clone()),
            Err(WriteError::Failed(_) | WriteError::Locked(_)) => self.lose(gone_wrong()),
        }
        result
    }

    /// Commits if there is anything to commit, and answers everybody who waits for that.
    fn settle(&mut self, pending: &mut Pending) {
        if pending.finishes.is_empty() && pending.deletes.is_empty() {
            return;
        }
        let began = Instant::now();
        let committed = self.commit();
        self.commit_took = began.elapsed();
        (pending.since, pending.passed) = (None, 0);
        // What was lost before this commit, or with it, belongs to an earlier life.
        for (report, reply) in pending.finishes.drain(..) {
            let report = lock(&report);
            let lost = report.life.is_some_and(|life| life != self.life);
            let answer = match (&report.failure, &committed) {
                (Some(error), _) => Err(error.clone()),
                (None, Err(error)) if lost => Err(error.clone()),
                (None, Ok(())) if lost => Err(self.lost_to.clone()),
                _ => Ok(()),
            };
            drop(report);
            let _ = reply.send(answer);
        }
        for Deletion { found, life, reply } in pending.deletes.drain(..) {
            let answer = match &committed {
                Err(error) if found => Err(error.clone()),
                _ if found && life != self.life => Err(self.lost_to.clone()),
                _ => Ok(found),
            };
            let _ = reply.send(answer);
        }
    }

    fn commit(&mut self) -> Result<(), WriteError> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        self.with_writer(|writer| writer.commit())
    }

    /// Gives the writer up with what it has not committed.
    fn lose(&mut self, why: WriteError) {
        if self.writer.take().is_some() {
            self.life += 1;
            self.dirty = false;
            self.lost_to = why;
        }
    }

    /// Gives the writer back. What an upload that is still under way, or was broken off, has added
    /// so far is committed: it has been counted as accepted.
    fn release(&mut self) {
        if self.commit().is_ok() {
            self.writer = None;
        }
    }
}

fn gone_wrong() -> WriteError {
    WriteError::Failed("the index could not be written; try again".to_owned())
}

#[cfg(test)]
mod tests;
