//! What Taiwan, Hong Kong and the mainland call by different names finds each other.

use zhen_text::regional::{Origin, Regional};

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::weights;

/// The words of other regions.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    for occurrence in Regional::builtin().find_in(asked.folded) {
        let words = asked.words_in(&occurrence.range);
        let (Some(&first), Some(&last)) = (words.first(), words.last()) else { continue };
        // The name may be a part of the words that it stands in: 網路安全 is 网络安全.
        let before = &asked.folded[asked.words[first].folded.start
            ..occurrence.range.start.max(asked.words[first].folded.start)];
        let end = asked.words[last].folded.end;
        let after = &asked.folded[occurrence.range.end.min(end)..end];
        for (origin, via, weight) in [
            (Origin::Script, Via::Variant, weights::VARIANT),
            (Origin::Taiwan, Via::Synonym, weights::SYNONYM),
            (Origin::HongKong, Via::Synonym, weights::SYNONYM),
        ] {
            let synonyms = occurrence.synonyms.iter().filter(|synonym| synonym.origin == origin);
            let candidates: Vec<_> = synonyms
                .map(|synonym| Candidate::new(format!("{before}{}{after}", synonym.text), weight))
                .collect();
            if !candidates.is_empty() {
                found.push(Expansion::new(words.clone(), via, candidates));
            }
        }
    }
}
