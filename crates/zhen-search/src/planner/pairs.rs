//! Units that follow each other: they score, and two characters may be found where no word is.

use std::ops::Range;

use rustc_hash::FxHashSet;
use zhen_text::unit::{self, Kind, Unit};
use zhen_text::{QueryText, QueryWord, WordKind};

use super::{Planner, is_ideographs};
use crate::passage::Pattern;
use crate::plan::Plan;
use crate::weights;

/// Most pairs of Latin words of a text that count as such: of a pasted page the first ones say enough, and
/// each costs a phrase.
const MOST_WORD_PAIRS: usize = 16;

/// So many Latin words and fewer are short enough that a document may hold the whole text as it is typed:
/// *out of memory*.
const SHORT: usize = 5;

impl Planner<'_> {
    /// Every two adjacent ideographs of the text, across words too, a word beside an ideograph, and two
    /// words that follow each other and are both wanted (`wanted_at` says where such begin), if not both
    /// stand in what is wanted together anyway; and a short text of Latin words as a whole.
    pub(super) fn pairs(
        &self,
        folded: &str,
        wanted_at: &FxHashSet<usize>,
        together: &[Range<usize>],
        plan: &mut Plan,
    ) {
        let mut grams = String::new();
        unit::grams(folded, &mut grams);
        for gram in grams.split_terminator(' ') {
            if gram.chars().count() == 2 && !gram.is_ascii() && is_ideographs(gram) {
                plan.add(self.fields.body_grams, gram, weights::BODY_BIGRAM, None);
                plan.add(self.fields.title_grams, gram, weights::TITLE_BIGRAM, None);
            }
        }
        let units: Vec<Unit> = unit::units(folded).collect();
        let mut of_words = 0;
        for (i, pair) in units.windows(2).enumerate() {
            let (start, border) = (pair[0].range.start, pair[1].range.start);
            if together.iter().any(|run| run.contains(&start) && run.contains(&border)) {
                continue;
            }
            let touches = pair[0].range.end == border;
            let is_wanted = |unit: &Unit| wanted_at.contains(&unit.range.start);
            let bigram = [weights::BODY_BIGRAM, weights::TITLE_BIGRAM];
            let (end, boosts) = match [pair[0].kind, pair[1].kind] {
                [Kind::Han, Kind::Word] if touches => (pair[1].range.end, bigram),
                // With the ideograph after it, as the two are one gram.
                [Kind::Word, Kind::Han] if touches => match units.get(i + 2) {
                    Some(next) if next.joined && next.kind == Kind::Han => (next.range.end, bigram),
                    _ => (pair[1].range.end, bigram),
                },
                [Kind::Word, Kind::Word]
                    if of_words < MOST_WORD_PAIRS && pair.iter().all(is_wanted) =>
                {
                    of_words += 1;
                    (pair[1].range.end, [weights::BODY_WORD_PAIR, weights::TITLE_WORD_PAIR])
                }
                _ => continue,
            };
            let origins = self.standing(&folded[start..end], plan);
            plan.add_origins(&origins, boosts, None);
        }
        // Of ideographs the pairs say it.
        let is_word = |unit: &Unit| unit.kind == Kind::Word;
        if (2..=SHORT).contains(&units.len()) && units.iter().all(is_word) {
            let origins = self.standing(folded, plan);
            plan.add_origins(&origins, [weights::BODY_PHRASE, weights::TITLE_PHRASE], None);
        }
    }

    /// What is said by two characters that are no word: on the border between two words a document may hold
    /// them and none of the words, as where it is cut otherwise; of function words, which
    /// `says_little` tells, they say nothing.
    pub(super) fn borders(
        &self,
        text: &str,
        query: &QueryText,
        says_little: &[bool],
        plan: &mut Plan,
    ) {
        let fields = [self.fields.body_grams, self.fields.title_grams];
        let only_scores = |plan: &mut Plan, pair: &str| {
            fields.iter().for_each(|&field| plan.only_scores(field, pair));
        };
        let mut before: Option<(&QueryWord, bool)> = None;
        for (word, &is_function) in query.words.iter().zip(says_little) {
            if word.kind != WordKind::Han {
                continue;
            }
            if is_function {
                let pairs = word.text.char_indices().zip(word.text.char_indices().skip(1));
                pairs.for_each(|((from, _), (at, c))| {
                    only_scores(plan, &word.text[from..at + c.len_utf8()])
                });
            }
            let (last, was_function) = match before.replace((word, is_function)) {
                Some(before) if before.0.folded.end == word.folded.start => before,
                _ => continue,
            };
            let folded = &query.folded[border(&query.folded, &last.folded, &word.folded)];
            if is_function || was_function {
                only_scores(plan, folded);
                continue;
            }
            let typed = &text[border(text, &last.original, &word.original)];
            plan.add_pattern(Pattern::last(typed, folded, fields));
        }
    }
}

/// From the last character of a word to the first of the next.
fn border(text: &str, before: &Range<usize>, after: &Range<usize>) -> Range<usize> {
    let last = text[before.clone()].chars().next_back().map_or(0, char::len_utf8);
    let first = text[after.clone()].chars().next().map_or(0, char::len_utf8);
    before.end - last..after.start + first
}
