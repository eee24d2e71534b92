//! The threads that build segments.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tantivy::{DocId, Index, SegmentMeta, TantivyError};

use crate::document::IndexDocument;
use crate::schema::Fields;
use crate::segment::SegmentBuilder;

/// Where a document went: the thread, and its number in the segment that is in the making there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    thread: u32,
    number: DocId,
}

/// A segment that was written, and is not part of the index yet. Its files stay as long as this does.
pub(super) struct Built {
    pub(super) meta: SegmentMeta,
    /// The documents of it that were taken back.
    pub(super) taken_back: Vec<DocId>,
}

/// Threads that each build a segment at a time.
pub(super) struct Builders {
    threads: Vec<Thread>,
    /// Bytes of memory that each may take.
    share: usize,
    /// Tells the threads that nothing they were given matters any more.
    given_up: Arc<AtomicBool>,
}

struct Thread {
    orders: Option<Sender<Order>>,
    results: Receiver<tantivy::Result<SegmentMeta>>,
    /// Bytes of memory that it takes, as it last said.
    memory: Arc<AtomicUsize>,
    /// Documents given to it since it last finished a segment, and their bytes.
    documents: DocId,
    bytes: usize,
    taken_back: Vec<DocId>,
    handle: Option<JoinHandle<()>>,
}

/// What a thread is asked to do. What it is sent is bounded by the permits of the documents.
enum Order {
    Add(Box<IndexDocument>),
    Finish,
}

impl Builders {
    /// Starts `count` threads that take `share` bytes each.
    pub(super) fn start(index: &Index, fields: Fields, count: usize, share: usize) -> Self {
        let given_up = Arc::new(AtomicBool::new(false));
        let threads = (0..count)
            .map(|_| {
                let (orders, receiver) = unbounded();
                let (sender, results) = unbounded();
                let memory = Arc::new(AtomicUsize::new(0));
                let (index, told, given_up) =
                    (index.clone(), Arc::clone(&memory), Arc::clone(&given_up));
                let handle = std::thread::spawn(move || {
                    let new = || SegmentBuilder::new(&index, fields);
                    let orders = receiver.iter().take_while(|_| !given_up.load(Ordering::Relaxed));
                    build(new, orders, &sender, &told);
                });
                Thread {
                    orders: Some(orders),
                    results,
                    memory,
                    documents: 0,
                    bytes: 0,
                    taken_back: Vec::new(),
                    handle: Some(handle),
                }
            })
            .collect();
        Self { threads, share, given_up }
    }

    /// Gives a document to the thread that has been given least.
    pub(super) fn add(&mut self, document: IndexDocument) -> Result<Place, TantivyError> {
        let least = self.threads.iter().enumerate().min_by_key(|(_, thread)| thread.bytes);
        let (number, _) = least.expect("there is at least one thread");
        let thread = &mut self.threads[number];
        let place = Place { thread: number as u32, number: thread.documents };
        thread.documents += 1;
        thread.bytes += document.bytes();
        thread.send(Order::Add(Box::new(document)))?;
        Ok(place)
    }

    /// Takes a document back that is in a segment in the making.
    pub(super) fn take_back(&mut self, place: Place) {
        self.threads[place.thread as usize].taken_back.push(place.number);
    }

    /// Whether a thread has used up its share, or failed: time to finish the segments. `more` are bytes
    /// that the caller takes on account of the documents in them.
    pub(super) fn is_full(&self, more: usize) -> bool {
        let share = self.share.saturating_sub(more / self.threads.len());
        self.threads.iter().any(|thread| thread.memory.load(Ordering::Relaxed) >= share)
    }

    /// Waits until all threads that were given documents have said how much memory these take.
    #[cfg(test)]
    pub(super) fn wait(&self) {
        let waits =
            |thread: &Thread| thread.documents > 0 && thread.memory.load(Ordering::Relaxed) == 0;
        while self.threads.iter().any(waits) {
            std::thread::yield_now();
        }
    }

    /// Finishes all segments in the making, side by side.
    pub(super) fn finish(&mut self) -> Result<Vec<Built>, TantivyError> {
        let mut busy = Vec::new();
        for thread in self.threads.iter_mut().filter(|thread| thread.documents > 0) {
            thread.documents = 0;
            thread.bytes = 0;
            thread.send(Order::Finish)?;
            busy.push(thread);
        }
        let mut built = Vec::new();
        for thread in busy {
            let taken_back = std::mem::take(&mut thread.taken_back);
            let meta = thread.results.recv().map_err(|_| gone())?;
            built.push(meta.map(|meta| Built { meta, taken_back }));
        }
        built.into_iter().collect()
    }
}

impl Thread {
    fn send(&self, order: Order) -> Result<(), TantivyError> {
        let orders = self.orders.as_ref().ok_or_else(gone)?;
        orders.send(order).map_err(|_| gone())
    }
}

fn gone() -> TantivyError {
    TantivyError::ErrorInThread("a thread that builds segments is gone".to_owned())
}

impl Drop for Builders {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
        for thread in &mut self.threads {
            thread.orders = None;
        }
        for thread in &mut self.threads {
            // A panic there has been noticed as a closed channel.
            let _ = thread.handle.take().map(JoinHandle::join);
        }
    }
}

/// The life of a thread.
fn build(
    new: impl Fn() -> tantivy::Result<SegmentBuilder>,
    orders: impl Iterator<Item = Order>,
    results: &Sender<tantivy::Result<SegmentMeta>>,
    memory: &AtomicUsize,
) {
    let mut builder: Option<SegmentBuilder> = None;
    // After a failure, nothing more is done until the segment is asked for.
    let mut failure: Option<TantivyError> = None;
    for order in orders {
        match order {
            Order::Finish => {
                let result = match (failure.take(), builder.take()) {
                    (Some(error), _) => Err(error),
                    (None, Some(builder)) => builder.finish(),
                    (None, None) => Err(gone()),
                };
                memory.store(0, Ordering::Relaxed);
                if results.send(result).is_err() {
                    return;
                }
            }
            Order::Add(_) if failure.is_some() => {}
            Order::Add(document) => {
                let added = builder.take().map_or_else(&new, Ok).and_then(|mut with| {
                    with.add(*document)?;
                    Ok(with)
                });
                match added {
                    Ok(with) => {
                        memory.store(with.memory(), Ordering::Relaxed);
                        builder = Some(with);
                    }
                    Err(error) => {
                        failure = Some(error);
                        memory.store(usize::MAX, Ordering::Relaxed);
                    }
                }
            }
        }
    }
}
