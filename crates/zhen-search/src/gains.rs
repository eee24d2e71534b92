//! What documents gain by the words of the query that they hold, beside what each word adds.

use rustc_hash::FxHashMap;

use crate::bm25::Score;
use crate::plan::{Holds, Plan, ScoreTerm};

/// What a word counts that is held as typed, and one that is held by what stands for it.
const TYPED: u64 = 10;
const OTHERWISE: u64 = 9;

/// How many of the words a document holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// As typed.
    pub(crate) typed: usize,
    /// By what stands for them.
    pub(crate) otherwise: usize,
}

/// What documents gain by the words that they hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gains {
    /// How many words documents should hold.
    words: u64,
    /// What a document gains that holds the only word as typed: more than all that may stand for it can
    /// add, so that no other document comes before it.
    only: Score,
}

impl Gains {
    /// `most` says what each term of the plan adds at most.
    pub(crate) fn new(plan: &Plan, most: impl Iterator<Item = Score>) -> Self {
        let words = plan.groups.len();
        let mut gains = Self { words: words as u64, only: 0 };
        if words == 1 {
            // Of what competes for a word, the best counts.
            let mut slots: FxHashMap<usize, Score> = FxHashMap::default();
            let mut sum: Score = 0;
            let is_other = |term: &ScoreTerm| term.group.is_none() || term.holds() != Holds::Typed;
            let others = plan.terms.iter().zip(most).filter(|(term, _)| is_other(term));
            for (term, most) in others {
                match term.slot {
                    Some(slot) => {
                        let best = slots.entry(slot).or_default();
                        *best = most.max(*best);
                    }
                    None => sum = sum.saturating_add(most),
                }
            }
            sum = slots.into_values().fold(sum, Score::saturating_add);
            gains.only = gains.most(sum);
        }
        gains
    }

    /// What a document gains that has such a score: with all of the words as typed two thirds of it, with
    /// some of them as much less as the square of their share says.
    pub(crate) fn of(&self, score: Score, holding: Holding) -> Score {
        let words = TYPED * self.words.max(1);
        let held = TYPED * holding.typed as u64 + OTHERWISE * holding.otherwise as u64;
        let gain = (u64::from(score) * held * held * 2 / (3 * words * words)) as Score;
        let only = if holding.typed > 0 { self.only } else { 0 };
        gain.saturating_add(only)
    }

    /// What a document with such a score has at most with what it gains.
    fn most(&self, score: Score) -> Score {
        (score / 3).saturating_add(1).saturating_mul(5).saturating_add(self.only)
    }

    /// A score below which no document has so much with what it gains.
    #[inline]
    pub(crate) fn least(&self, with_gain: Score) -> Score {
        with_gain.saturating_sub(self.only) / 5 * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: u64) -> Gains {
        Gains { words, only: 0 }
    }

    #[test]
    fn a_document_gains_by_the_square_of_the_share_of_words_that_it_holds() {
        let holding = |typed, otherwise| Holding { typed, otherwise };
        let gains = [0, 1, 2, 3].map(|typed| of(3).of(900, holding(typed, 0)));
        assert_eq!(gains, [0, 66, 266, 600]);
        assert_eq!(of(3).of(900, holding(2, 1)), 560);
        assert_eq!(of(0).of(900, holding(0, 0)), 0);
        let most = of(4096).of(Score::MAX, holding(4096, 0));
        assert_eq!(most, (u64::from(Score::MAX) * 2 / 3) as Score);
    }

    #[test]
    fn no_document_has_more_than_the_most() {
        for score in [0, 1, 2, 3, 100, 101, Score::MAX] {
            let gain = of(1).of(score, Holding { typed: 1, otherwise: 0 });
            let with_gain = score.saturating_add(gain);
            assert!(of(1).most(score) >= with_gain && of(1).least(with_gain) <= score, "{score}");
        }
        assert!(of(1).least(2000) > 1000);
    }
}
