//! The desk: where work lies between those who find it and those who do it.
//!
//! Two kinds of work lie on it: sources to read, in order, and documents to analyse. Whoever is free
//! takes a document first, so that what has been read does not pile up. A reader that finds the desk
//! full analyses its document itself; with that, one large file keeps all threads as busy as a
//! thousand small ones do.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Most sources that lie on the desk; the walk waits then.
const MOST_SOURCES: usize = 1024;

/// Most documents that lie on the desk.
const MOST_DOCUMENTS: usize = 64;

/// What to do next.
#[derive(Debug)]
pub(crate) enum Work<S, D> {
    /// Read a source, and call [`Desk::reading_done`] after.
    Read(S),
    /// Analyse a document.
    Analyse(D),
    /// Everything is done.
    Nothing,
}

/// Sources `S` and documents `D` waiting to be worked on.
#[derive(Debug)]
pub(crate) struct Desk<S, D> {
    state: Mutex<State<S, D>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<S, D> {
    sources: VecDeque<S>,
    documents: VecDeque<D>,
    /// Sources being read: these may bring more documents.
    reading: usize,
    /// No more sources come.
    complete: bool,
    /// Nothing is to be done any more.
    stopped: bool,
}

impl<S, D> Desk<S, D> {
    pub(crate) fn new() -> Self {
        let state = State {
            sources: VecDeque::new(),
            documents: VecDeque::new(),
            reading: 0,
            complete: false,
            stopped: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// A panic elsewhere leaves the queues whole: each change is one push or pop.
    fn lock(&self) -> MutexGuard<'_, State<S, D>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<S, D>>) -> MutexGuard<'a, State<S, D>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Lays a source on the desk, waiting while that is full; false when work has stopped.
    pub(crate) fn put_source(&self, source: S) -> bool {
        let mut state = self.lock();
        while state.sources.len() >= MOST_SOURCES && !state.stopped {
            state = self.wait(state);
        }
        if state.stopped {
            return false;
        }
        state.sources.push_back(source);
        self.changed.notify_all();
        true
    }

    /// Says that no more sources come.
    pub(crate) fn complete(&self) {
        self.lock().complete = true;
        self.changed.notify_all();
    }

    /// Lays a document on the desk, or gives it back when that is full.
    pub(crate) fn put_document(&self, document: D) -> Result<(), D> {
        let mut state = self.lock();
        if state.documents.len() >= MOST_DOCUMENTS {
            return Err(document);
        }
        state.documents.push_back(document);
        self.changed.notify_all();
        Ok(())
    }

    /// Takes a document, if one lies there.
    pub(crate) fn take_document(&self) -> Option<D> {
        self.lock().documents.pop_front()
    }

    /// Takes what is to be done next, waiting for it.
    pub(crate) fn take(&self) -> Work<S, D> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return Work::Nothing;
            }
            if let Some(document) = state.documents.pop_front() {
                return Work::Analyse(document);
            }
            if let Some(source) = state.sources.pop_front() {
                state.reading += 1;
                // The walk may be waiting for a free place.
                self.changed.notify_all();
                return Work::Read(source);
            }
            if state.complete && state.reading == 0 {
                return Work::Nothing;
            }
            state = self.wait(state);
        }
    }

    /// Says that a source taken for reading brings no more documents.
    pub(crate) fn reading_done(&self) {
        self.lock().reading -= 1;
        self.changed.notify_all();
    }

    /// Ends all work; what lies on the desk is dropped.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.sources.clear();
        state.documents.clear();
        drop(state);
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_go_before_sources_and_work_ends_when_reading_has() {
        let desk: Desk<&str, &str> = Desk::new();
        assert!(desk.put_source("a"));
        assert!(desk.put_source("b"));
        desk.complete();
        assert!(matches!(desk.take(), Work::Read("a")));
        desk.put_document("a1").unwrap();
        assert!(matches!(desk.take(), Work::Analyse("a1")));
        assert!(matches!(desk.take(), Work::Read("b")));
        desk.reading_done();
        desk.put_document("b1").unwrap();
        desk.reading_done();
        assert!(matches!(desk.take(), Work::Analyse("b1")));
        assert!(matches!(desk.take(), Work::Nothing));
    }

    #[test]
    fn a_full_desk_gives_documents_back() {
        let desk: Desk<(), usize> = Desk::new();
        for document in 0..MOST_DOCUMENTS {
            desk.put_document(document).unwrap();
        }
        assert_eq!(desk.put_document(7), Err(7));
        assert_eq!(desk.take_document(), Some(0));
        assert_eq!(desk.put_document(7), Ok(()));
    }

    #[test]
    fn stopping_ends_everything() {
        let desk: Desk<u8, u8> = Desk::new();
        assert!(desk.put_source(1));
        desk.put_document(2).unwrap();
        desk.stop();
        assert!(desk.is_stopped());
        assert!(matches!(desk.take(), Work::Nothing));
        assert!(!desk.put_source(3));
        assert_eq!(desk.take_document(), None);
    }
}
