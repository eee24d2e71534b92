//! What Taiwan, Hong Kong and the mainland call by different names finds each other.

use std::ops::Range;

use zhen_text::WordKind;
use zhen_text::regional::{Occurrence, Origin, Regional};

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::weights;

/// Where words differ, how that is called, and what it counts.
const ORIGINS: [(Origin, Via, f32); 3] = [
    (Origin::Script, Via::Variant, weights::VARIANT),
    (Origin::Taiwan, Via::Synonym, weights::SYNONYM),
    (Origin::HongKong, Via::Synonym, weights::SYNONYM),
];

/// The words of other regions.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let occurrences = Regional::builtin().find_in(asked.folded);
    let mut rest = occurrences.as_slice();
    while let Some(first) = rest.first() {
        let words = term_with(asked, asked.words_in(&first.range));
        let (Some(&from), Some(&to)) = (words.first(), words.last()) else {
            rest = &rest[1..];
            continue;
        };
        // The name may be a part of the words that it stands in: 網路安全 is 网络安全.
        let range = asked.words[from].folded.start..asked.words[to].folded.end;
        let within = rest.iter().take_while(|one| one.range.start < range.end).count();
        let (here, after) = rest.split_at(within.max(1));
        rest = after;
        for (origin, via, weight) in ORIGINS {
            let texts = said(asked.folded, &range, here, origin);
            let candidates: Vec<_> =
                texts.into_iter().map(|text| Candidate::new(text, weight)).collect();
            if !candidates.is_empty() {
                found.push(Expansion::new(words.clone(), via, candidates));
            }
        }
    }
}

/// Words, and those that are wanted together with them, of which they are but a part.
fn term_with(asked: &Asked<'_>, words: Vec<usize>) -> Vec<usize> {
    let group = words.iter().find_map(|&word| asked.groups[word]);
    if group.is_none() || !asked.groups_of(&words).is_empty() {
        return words;
    }
    let is_of_term =
        |&word: &usize| asked.groups[word] == group && asked.words[word].kind != WordKind::Compound;
    (0..asked.words.len()).filter(is_of_term).collect()
}

/// How a part of a text is said elsewhere: with each other word for the one occurrence in it, or with the
/// first other word for each of several.
fn said(text: &str, range: &Range<usize>, here: &[Occurrence], origin: Origin) -> Vec<String> {
    let others = |one: &Occurrence| {
        let synonyms = one.synonyms.iter().filter(|synonym| synonym.origin == origin);
        synonyms.map(|synonym| synonym.text).collect::<Vec<_>>()
    };
    let replaced = |which: &[(&Range<usize>, &str)]| {
        let (mut out, mut at) = (String::new(), range.start);
        for (place, other) in which {
            out.push_str(text.get(at..place.start).unwrap_or_default());
            out.push_str(other);
            at = place.end;
        }
        out + text.get(at..range.end).unwrap_or_default()
    };
    match here {
        [one] => others(one).into_iter().map(|other| replaced(&[(&one.range, other)])).collect(),
        several => {
            let firsts: Vec<_> = several
                .iter()
                .filter_map(|one| Some((&one.range, *others(one).first()?)))
                .collect();
            if firsts.is_empty() { Vec::new() } else { vec![replaced(&firsts)] }
        }
    }
}
