//! Terms of documents to postings.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use super::files::Files;
use super::terms::{Sorted, Terms};

/// Occurrences that are distributed at once; 8 bytes each, so that they stay in the processor's
/// outer cache.
const AT_ONCE: usize = 1 << 20;
/// Batches that are ready before they can be written.
const AHEAD: usize = 1;

/// Numbers that a page has room for; a longer document has a page of its own.
const PAGE: usize = 1 << 18;

/// The terms of one text field, document by document: a run of numbers, in which a term's position
/// is its place in its document.
pub(super) struct Log {
    /// In pages, as one array would have to be copied to grow.
    pages: Vec<Page>,
    with_positions: bool,
}

/// The runs of some documents.
#[derive(Default)]
struct Page {
    numbers: Vec<u32>,
    /// For each document, where its run ends.
    ends: Vec<usize>,
}

impl Page {
    fn runs(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.numbers[start..end])
    }

    fn memory(&self) -> usize {
        self.numbers.capacity() * size_of::<u32>() + self.ends.capacity() * size_of::<usize>()
    }
}

impl Log {
    pub(super) fn new(with_positions: bool) -> Self {
        Self { pages: vec![Page::default()], with_positions }
    }

    /// Adds the next document.
    pub(super) fn push(&mut self, terms: &mut Terms, text: &str) {
        let most = memchr::memchr_iter(b' ', text.as_bytes()).count() + 1;
        let page = self.last();
        if page.numbers.len() + most > page.numbers.capacity() {
            page.ends.shrink_to_fit();
            let numbers = Vec::with_capacity(most.max(PAGE));
            self.pages.push(Page { numbers, ends: Vec::new() });
        }
        let page = self.last();
        terms.number_all(text, |number| page.numbers.push(number));
        page.ends.push(page.numbers.len());
    }

    fn last(&mut self) -> &mut Page {
        self.pages.last_mut().expect("there is always a page")
    }

    /// Bytes of memory taken.
    pub(super) fn memory(&self) -> usize {
        self.pages.iter().map(Page::memory).sum()
    }

    /// The run of each document.
    fn runs(&self) -> impl Iterator<Item = &[u32]> {
        self.pages.iter().flat_map(Page::runs)
    }

    /// Number of terms of each document, as it is stored.
    pub(super) fn norms(&self) -> Vec<u8> {
        let id = |run: &[u32]| {
            FieldNormReader::fieldnorm_to_id(u32::try_from(run.len()).unwrap_or(u32::MAX))
        };
        self.runs().map(id).collect()
    }

    /// Writes the field. `sorted` are all terms in the order of their bytes. A field without terms is
    /// written too: for one that its files do not have, tantivy's reader builds an empty dictionary, and
    /// in doing so fills a megabyte of memory, which is much of a search in a new process.
    pub(super) fn write(
        mut self,
        field: Field,
        terms: &Terms,
        sorted: &[Sorted],
        norms: Option<FieldNormReader>,
        files: &mut Files,
    ) -> tantivy::Result<()> {
        let total: u64 = self.pages.iter().map(|page| page.numbers.len() as u64).sum();
        let counts = self.rank(terms, sorted);
        let mut out = files.field(field, total, norms)?;
        // One thread goes through the documents again and again, the other writes.
        std::thread::scope(|scope| {
            let (ready, batches) = crossbeam_channel::bounded(AHEAD);
            let (log, counts) = (&self, &counts);
            scope.spawn(move || {
                for batch in (Batches { log, counts, first: 0 }) {
                    if ready.send(batch).is_err() {
                        return;
                    }
                }
            });
            let mut deltas = Vec::new();
            for Batch { first, occurrences } in batches {
                let mut rest = &occurrences[..];
                let mut rank = first;
                while !rest.is_empty() {
                    let (mine, after) = rest.split_at(counts[rank] as usize);
                    rest = after;
                    rank += 1;
                    if mine.is_empty() {
                        continue;
                    }
                    let documents = mine.chunk_by(|a, b| a.document == b.document);
                    let count = documents.clone().count() as u32;
                    sorted[rank - 1].with_bytes(terms, |term| out.new_term(term, count, true))?;
                    for occurrences in documents {
                        deltas.clear();
                        if self.with_positions {
                            let mut before = 0;
                            deltas.extend(occurrences.iter().map(|occurrence| {
                                let delta = occurrence.position - before;
                                before = occurrence.position;
                                delta
                            }));
                        }
                        out.write_doc(occurrences[0].document, occurrences.len() as u32, &deltas);
                    }
                    out.close_term()?;
                }
            }
            Ok::<(), std::io::Error>(())
        })?;
        out.close()?;
        Ok(())
    }

    /// Numbers become ranks, so that the rest goes through the terms in order. Returns how often each
    /// rank occurs.
    fn rank(&mut self, terms: &Terms, sorted: &[Sorted]) -> Vec<u32> {
        let mut rank_of = vec![0_u32; terms.len()];
        for (rank, term) in (0..).zip(sorted) {
            rank_of[term.number as usize] = rank;
        }
        let mut counts = vec![0_u32; terms.len()];
        for number in self.pages.iter_mut().flat_map(|page| &mut page.numbers) {
            *number = rank_of[*number as usize];
            counts[*number as usize] += 1;
        }
        counts
    }

    /// The occurrences of the terms whose ranks have a place in `next` from rank `first` on: it says
    /// for each where its next one goes.
    fn distribute(&self, first: usize, next: &mut [u32], size: usize) -> Vec<Occurrence> {
        let mut occurrences = vec![Occurrence::default(); size];
        let first = first as u32;
        for (document, run) in (0..).zip(self.runs()) {
            for (position, &rank) in (0..).zip(run) {
                // Ranks below the first wrap to large numbers.
                if let Some(next) = next.get_mut(rank.wrapping_sub(first) as usize) {
                    occurrences[*next as usize] = Occurrence { document, position };
                    *next += 1;
                }
            }
        }
        occurrences
    }
}

/// The occurrences of all terms by rank, as many ranks at once as fit; at least one.
struct Batches<'a> {
    log: &'a Log,
    counts: &'a [u32],
    first: usize,
}

/// The occurrences of some terms: those of each together, in the order of the documents.
struct Batch {
    /// Rank of the first term.
    first: usize,
    occurrences: Vec<Occurrence>,
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let first = self.first;
        let mut starts: Vec<u32> = Vec::new();
        let mut size = 0_usize;
        for &count in &self.counts[first..] {
            if size > 0 && size + count as usize > AT_ONCE {
                break;
            }
            starts.push(size as u32);
            size += count as usize;
        }
        self.first += starts.len();
        (size > 0)
            .then(|| Batch { first, occurrences: self.log.distribute(first, &mut starts, size) })
    }
}

/// Where a term stands.
#[derive(Debug, Clone, Copy, Default)]
struct Occurrence {
    document: u32,
    position: u32,
}
