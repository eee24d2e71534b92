//! Words of one language find those of the other, through the bundled lexicon: phrases, and with less
//! weight the words they are made of.

use std::ops::Range;

use zhen_text::WordKind;
use zhen_text::lexicon::{self, Lexicon};

use super::{Asked, Candidate, Expansion, best_known, is_single};
use crate::api::Via;
use crate::function_words;
use crate::wanted::{is_single_han, is_unit};
use crate::weights;

/// Most translations and hints of one word or phrase. The more are looked for, the longer a search takes,
/// and the last find next to nothing.
const MOST: usize = 8;

/// Translations of the words.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let lexicon = Lexicon::builtin();
    let weight = asked.weight_of_translations();
    let part_weight = weights::TRANSLATED_PART * weight;
    let latin = asked.of_kind(WordKind::Latin);
    let spelled: Vec<&str> = latin.iter().map(|&i| asked.words[i].text.as_str()).collect();
    let mut to_chinese = |words: Range<usize>, weight| {
        let translations = lexicon.to_chinese(&spelled[words.clone()]);
        for translated in &translations {
            let words = &latin[words.clone()][translated.words.clone()];
            if let &[word] = words {
                // Known already where it comes again.
                let _ = asked.meanings[word].set(best_known(translated));
            }
            if !asked.groups_of(words).is_empty() {
                found.push(expansion(words.to_vec(), true, weight, &translated.candidates));
            }
        }
        translations
    };
    for phrase in to_chinese(0..latin.len(), weight) {
        if phrase.words.len() > 1 {
            // Food safety is 食安, and more often 食品 and 安全.
            for at in phrase.words {
                to_chinese(at..at + 1, part_weight);
            }
        }
    }
    // Two of two days is a word.
    let is_long = |range: &Range<usize>| asked.folded[range.clone()].chars().nth(1).is_some();
    let ranges = asked.numbers.iter().map(|number| &number.range).filter(|&range| is_long(range));
    let of_numbers: Vec<usize> = ranges.flat_map(|range| asked.words_in(range)).collect();
    let is_free = |term: &&Range<usize>| !of_numbers.iter().any(|i| term.contains(i));
    let terms: Vec<&Range<usize>> = asked.terms.iter().filter(is_free).collect();
    for (i, word) in asked.words.iter().enumerate() {
        // 元 after a number is no element.
        let unwanted = asked.groups[i].is_none()
            || asked.is_part(i)
            || is_single_han(word) && is_unit(asked.words, i)
            || function_words::is_one(&word.text);
        if word.kind != WordKind::Han || unwanted {
            continue;
        }
        // What a number is made of says nothing by itself.
        let is_number = of_numbers.contains(&i);
        let in_term = terms.iter().any(|term| term.contains(&i));
        let weight = if in_term { part_weight } else { weight };
        for part in lexicon.to_english_parts(&word.text) {
            // A document that holds one part of a word does not hold the word.
            let whole = part.range.len() == word.text.len();
            if whole || !is_number {
                found.push(expansion(vec![i], whole, weight, &part.candidates));
            }
        }
        for part in word.parts.iter().filter(|_| !is_number) {
            let candidates = lexicon.to_english(part);
            found.push(expansion(vec![i], false, part_weight, &candidates));
        }
    }
    for term in terms {
        let words: Vec<usize> = (*term).clone().collect();
        if words.iter().any(|&i| asked.groups[i].is_some()) {
            let text: String = words.iter().map(|&i| asked.words[i].text.as_str()).collect();
            found.push(expansion(words, true, weight, &lexicon.to_english(&text)));
        }
    }
}

fn expansion(
    words: Vec<usize>,
    whole: bool,
    weight: f32,
    candidates: &[lexicon::Candidate],
) -> Expansion {
    let candidates = candidates.iter().take(MOST).enumerate().map(|(place, candidate)| Candidate {
        // Most single ideographs stand in words that mean something else: 行 for *bank*.
        hints: candidate.related || place > 0 && is_single(candidate.text),
        doubtful: place > 0,
        ..Candidate::new(candidate.text.to_owned(), weight * candidate.weight)
    });
    Expansion { words, via: Via::Translation, whole, loose: true, candidates: candidates.collect() }
}
