use super::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zhen_search::{Engine, SearchError, SearchRequest, SearchResponse, Suggestion};

use crate::catalog::{CatalogError, IndexStats};

/// An index that only counts.
#[derive(Default)]
struct Counting {
    committed: Arc<AtomicU64>,
    commits: Arc<AtomicU64>,
    writers: Arc<AtomicU64>,
    fail_commit: Arc<AtomicBool>,
    /// Set once another index stands in the place of this one.
    replaced: Arc<AtomicBool>,
    /// Held while a commit runs.
    gate: Arc<Mutex<()>>,
    /// Where the next batch of an upload that never ends is queued as soon as one is taken.
    endless: Arc<Mutex<Option<mpsc::Sender<Job>>>>,
}

struct CountingWriter {
    added: u64,
    index: Counting,
}

impl Counting {
    fn share(&self) -> Self {
        Self {
            committed: Arc::clone(&self.committed),
            commits: Arc::clone(&self.commits),
            writers: Arc::clone(&self.writers),
            fail_commit: Arc::clone(&self.fail_commit),
            replaced: Arc::clone(&self.replaced),
            gate: Arc::clone(&self.gate),
            endless: Arc::clone(&self.endless),
        }
    }
}

impl Engine for Counting {
    fn search(&self, _: &SearchRequest) -> Result<SearchResponse, SearchError> {
        Ok(SearchResponse::default())
    }
    fn document(&self, _: &str) -> Result<Option<serde_json::Value>, SearchError> {
        Ok(None)
    }
    fn suggest(&self, _: &str, _: usize) -> Result<Vec<Suggestion>, SearchError> {
        Ok(Vec::new())
    }
}

impl Index for Counting {
    fn engine(&self) -> &dyn Engine {
        self
    }
    fn writer(&self) -> Result<Box<dyn Writer>, WriteError> {
        self.writers.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(CountingWriter { added: 0, index: self.share() }))
    }
    fn stats(&self) -> Result<IndexStats, CatalogError> {
        Ok(IndexStats::default())
    }
}

impl Writer for CountingWriter {
    fn add(&mut self, document: Document) -> Result<(), WriteError> {
        if document.body.is_empty() {
            return Err(WriteError::Record("a record needs a body".to_owned()));
        }
        self.added += 1;
        if let Some(jobs) = &*self.index.endless.lock().unwrap() {
            let _ = jobs.try_send(batch(&SharedReport::default()));
        }
        Ok(())
    }
    fn delete(&mut self, id: &str) -> Result<bool, WriteError> {
        Ok(id == "there")
    }
    fn is_current(&self) -> bool {
        !self.index.replaced.load(Ordering::SeqCst)
    }
    fn commit(&mut self) -> Result<(), WriteError> {
        let _gate = self.index.gate.lock().unwrap();
        if self.index.fail_commit.load(Ordering::SeqCst) {
            return Err(WriteError::Failed("no space left".to_owned()));
        }
        self.index.committed.fetch_add(std::mem::take(&mut self.added), Ordering::SeqCst);
        self.index.commits.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn batch(report: &SharedReport) -> Job {
    Job::Add { documents: vec![(at(1), document())], report: Arc::clone(report) }
}

fn at(line: u64) -> Place {
    Place { line, record: None }
}

fn document() -> Document {
    Document { body: "词典".to_owned(), ..Document::default() }
}

#[test]
fn requests_that_come_during_a_commit_share_the_next_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let index = Counting::default();
    let gate = Arc::clone(&index.gate);
    let (committed, commits) = (Arc::clone(&index.committed), Arc::clone(&index.commits));
    let (group, thread) = {
        let _guard = runtime.enter();
        GroupWriter::start(Arc::new(index), "test").unwrap()
    };
    // No commit can end before all four uploads have been queued: the first commit takes those
    // that came before it, the second all others.
    let held = gate.lock().unwrap();
    let answers: Vec<_> = (0..QUEUE / 2)
        .map(|_| {
            let report = SharedReport::default();
            let (reply, answer) = oneshot::channel();
            let documents = vec![(at(1), document())];
            let add = Job::Add { documents, report: Arc::clone(&report) };
            group.jobs.blocking_send(add).unwrap();
            group.jobs.blocking_send(Job::Finish { report, reply }).unwrap();
            answer
        })
        .collect();
    drop(held);
    for answer in answers {
        answer.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(committed.load(Ordering::SeqCst), 4);
    assert!(commits.load(Ordering::SeqCst) <= 2);
    drop(group);
    thread.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_means_committed_and_a_failed_commit_is_no_answer() {
    let index = Counting::default();
    let (fail, committed) = (Arc::clone(&index.fail_commit), Arc::clone(&index.committed));
    let (group, thread) = GroupWriter::start(Arc::new(index), "test").unwrap();
    let report = SharedReport::default();
    group.add(vec![(at(1), document()), (at(2), Document::default())], &report).await.unwrap();
    group.finish(&report).await.unwrap();
    assert_eq!(committed.load(Ordering::SeqCst), 1);
    let taken = {
        let report = lock(&report);
        (report.accepted, report.rejected, report.errors[0].place)
    };
    assert_eq!(taken, (1, 1, at(2)));

    fail.store(true, Ordering::SeqCst);
    let report = SharedReport::default();
    group.add(vec![(at(1), document())], &report).await.unwrap();
    let error = group.finish(&report).await.unwrap_err();
    assert!(error.to_string().contains("no space left"));
    assert!(group.delete("there".to_owned()).await.is_err());

    fail.store(false, Ordering::SeqCst);
    assert!(group.finish(&report).await.is_err(), "what was lost stays lost");
    assert!(group.delete("there".to_owned()).await.unwrap());
    assert!(!group.delete("absent".to_owned()).await.unwrap());
    drop(group);
    thread.join().unwrap();
    assert_eq!(committed.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_an_exchange_goes_to_the_index_that_stands_there_now() {
    let (old, new) = (Counting::default(), Counting::default());
    let (was_replaced, into_old) = (Arc::clone(&old.replaced), Arc::clone(&old.committed));
    let into_new = Arc::clone(&new.committed);
    let new: Arc<dyn Index> = Arc::new(new);
    let (group, thread) = GroupWriter::start(Arc::new(old), "test").unwrap();
    let first = SharedReport::default();
    group.add(vec![(at(1), document())], &first).await.unwrap();
    group.finish(&first).await.unwrap();
    // The writer is still held. One upload has begun, another comes after the exchange.
    let halfway = SharedReport::default();
    group.add(vec![(at(1), document()), (at(2), document())], &halfway).await.unwrap();
    while lock(&halfway).accepted < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    was_replaced.store(true, Ordering::SeqCst);
    group.follow(&new);
    let later = SharedReport::default();
    group.add(vec![(at(1), document())], &later).await.unwrap();
    group.finish(&later).await.unwrap();
    assert_eq!(into_new.load(Ordering::SeqCst), 1);
    let error = group.finish(&halfway).await.unwrap_err();
    assert!(matches!(error, WriteError::Replaced(_)), "{error}");
    drop(group);
    thread.join().unwrap();
    assert_eq!((into_old.load(Ordering::SeqCst), into_new.load(Ordering::SeqCst)), (1, 1));
}

#[test]
fn an_upload_that_never_ends_keeps_nobody_waiting() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let index = Counting::default();
    let endless = Arc::clone(&index.endless);
    let (group, thread) = {
        let _guard = runtime.enter();
        GroupWriter::start(Arc::new(index), "test").unwrap()
    };
    *endless.lock().unwrap() = Some(group.jobs.clone());
    group.jobs.blocking_send(batch(&SharedReport::default())).unwrap();
    // From here on the queue is never empty.
    let report = SharedReport::default();
    let (reply, answer) = oneshot::channel();
    group.jobs.blocking_send(batch(&report)).unwrap();
    group.jobs.blocking_send(Job::Finish { report, reply }).unwrap();
    answer.blocking_recv().unwrap().unwrap();
    *endless.lock().unwrap() = None;
    drop(group);
    thread.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_writer_is_given_back_and_taken_again() {
    let index = Counting::default();
    let (writers, committed) = (Arc::clone(&index.writers), Arc::clone(&index.committed));
    let (group, thread) = GroupWriter::start(Arc::new(index), "test").unwrap();
    let report = SharedReport::default();
    group.add(vec![(at(1), document())], &report).await.unwrap();
    while committed.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    group.add(vec![(at(2), document())], &report).await.unwrap();
    group.finish(&report).await.unwrap();
    assert_eq!(committed.load(Ordering::SeqCst), 2);
    assert!(writers.load(Ordering::SeqCst) >= 1);
    drop(group);
    thread.join().unwrap();
}
