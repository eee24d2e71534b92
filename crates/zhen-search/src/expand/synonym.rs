//! Synonyms that the index's owner wrote down.

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::weights;

/// What the rules say of the words.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    for occurrence in asked.synonyms.find_in(asked.folded) {
        let mut words = asked.words_in(&occurrence.range);
        // Last, for what was typed ends with the signs.
        words.extend(asked.signed_in(&occurrence.range));
        // A rule for a part of a word says nothing of the word.
        let covers = |&word: &usize| {
            let word = &asked.words[word].folded;
            occurrence.range.start <= word.start && word.end <= occurrence.range.end
        };
        if words.is_empty() || !words.iter().all(covers) {
            continue;
        }
        let synonyms = occurrence.synonyms.into_iter();
        let candidates = synonyms.map(|text| Candidate::new(text, weights::SYNONYM));
        found.push(Expansion::new(words, Via::Synonym, candidates.collect()));
    }
}
