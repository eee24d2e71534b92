//! The best documents of a run: those with the highest scores, and of equal ones those that a hash of the
//! id puts first.

use std::cmp::Reverse;

use tantivy::DocAddress;
use tantivy::columnar::Column;

use crate::bm25::Score;

/// A ranked document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranked {
    pub(crate) score: Score,
    pub(crate) address: DocAddress,
}

/// The best so far, at most so many. The order of ties is read only where it decides, for each document's
/// stands somewhere else.
pub(crate) struct Best<'a> {
    /// The order of ties, by segment.
    orders: &'a [Column<u64>],
    most: usize,
    /// Up to twice as many as are asked for.
    found: Vec<Found>,
    /// Below this score nothing is taken any more.
    least: Score,
}

/// A document found, and its order once that was read.
#[derive(Clone, Copy)]
struct Found {
    ranked: Ranked,
    order: Option<u64>,
}

impl Found {
    /// The better of two is less; of those with the same score the order must have been read.
    fn key(&self) -> (Reverse<Score>, Option<u64>, DocAddress) {
        (Reverse(self.ranked.score), self.order, self.ranked.address)
    }

    fn read_order(&mut self, orders: &[Column<u64>]) {
        let DocAddress { segment_ord, doc_id } = self.ranked.address;
        let read = || orders[segment_ord as usize].first(doc_id).unwrap_or(0);
        self.order.get_or_insert_with(read);
    }
}

impl<'a> Best<'a> {
    pub(crate) fn new(orders: &'a [Column<u64>], most: usize) -> Self {
        let least = if most == 0 { Score::MAX } else { 0 };
        Self { orders, most, found: Vec::with_capacity(2 * most.min(512)), least }
    }

    /// The score below which nothing is taken any more.
    #[inline]
    pub(crate) fn least(&self) -> Score {
        self.least
    }

    #[inline]
    pub(crate) fn offer(&mut self, ranked: Ranked) {
        self.found.push(Found { ranked, order: None });
        if self.found.len() >= 2 * self.most {
            self.cut();
        }
    }

    /// Lets go of all beyond those asked for.
    fn cut(&mut self) {
        if let Some(last) = self.most.checked_sub(1)
            && last < self.found.len()
        {
            let by_score = |one: &Found| Reverse(one.ranked.score);
            let (_, worst, rest) = self.found.select_nth_unstable_by_key(last, by_score);
            self.least = worst.ranked.score;
            if rest.iter().any(|one| one.ranked.score == self.least) {
                self.read_orders(self.least);
                self.found.select_nth_unstable_by_key(last, Found::key);
            }
        }
        self.found.truncate(self.most);
    }

    /// Reads the order of those with this score.
    fn read_orders(&mut self, score: Score) {
        let tied = self.found.iter_mut().filter(|one| one.ranked.score == score);
        tied.for_each(|one| one.read_order(self.orders));
    }

    /// All, best first.
    pub(crate) fn into_sorted(mut self) -> Vec<Ranked> {
        self.cut();
        self.found.sort_unstable_by_key(|one| Reverse(one.ranked.score));
        for tied in self.found.chunk_by_mut(|a, b| a.ranked.score == b.ranked.score) {
            if tied.len() > 1 {
                tied.iter_mut().for_each(|one| one.read_order(self.orders));
                tied.sort_unstable_by_key(Found::key);
            }
        }
        self.found.into_iter().map(|one| one.ranked).collect()
    }
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{FAST, Schema};
    use tantivy::{Index, IndexWriter, TantivyDocument};

    use super::*;

    /// The orders of as many documents, no two alike.
    fn orders(documents: u64) -> Column<u64> {
        let mut schema = Schema::builder();
        let field = schema.add_u64_field("order", FAST);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for document in 0..documents {
            let mut added = TantivyDocument::default();
            added.add_u64(field, document * 7919 % documents);
            writer.add_document(added).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        searcher.segment_reader(0).fast_fields().u64("order").unwrap()
    }

    #[test]
    fn the_best_are_those_that_sorting_all_puts_first() {
        const DOCUMENTS: u32 = 1000;
        let orders = [orders(DOCUMENTS.into())];
        for scores in [1, 3, 40, 100_000] {
            let all = (0..DOCUMENTS).map(|doc| Ranked {
                score: doc.wrapping_mul(2_654_435_761) % scores,
                address: DocAddress::new(0, doc),
            });
            let mut sorted: Vec<Ranked> = all.clone().collect();
            sorted.sort_by_key(|one| (Reverse(one.score), orders[0].first(one.address.doc_id)));
            for most in [0, 1, 2, 7, 40, 600, 2000] {
                let mut best = Best::new(&orders, most);
                for ranked in all.clone() {
                    if ranked.score >= best.least() {
                        best.offer(ranked);
                    }
                }
                let expected = &sorted[..most.min(sorted.len())];
                assert_eq!(best.into_sorted(), expected);
            }
        }
    }
}
