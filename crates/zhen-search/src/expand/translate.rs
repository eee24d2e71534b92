//! Words of one language find those of the other, through the bundled lexicon: phrases, and with less
//! weight the words they are made of.

use std::ops::Range;

use zhen_text::WordKind;
use zhen_text::lexicon::{self, Lexicon};

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::function_words;
use crate::weights;

/// Translations of the words.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let lexicon = Lexicon::builtin();
    let latin = asked.of_kind(WordKind::Latin);
    let spelled: Vec<&str> = latin.iter().map(|&i| asked.words[i].text.as_str()).collect();
    let mut to_chinese = |words: Range<usize>, part| {
        let translations = lexicon.to_chinese(&spelled[words.clone()]);
        for translated in &translations {
            let words = latin[words.clone()][translated.words.clone()].to_vec();
            if !asked.groups_of(&words).is_empty() {
                found.push(expansion(words, true, part, &translated.candidates));
            }
        }
        translations
    };
    for phrase in to_chinese(0..latin.len(), 1.0) {
        if phrase.words.len() > 1 {
            // Food safety is 食安, and more often 食品 and 安全.
            for at in phrase.words {
                to_chinese(at..at + 1, weights::TRANSLATED_PART);
            }
        }
    }
    for (i, word) in asked.words.iter().enumerate() {
        let unwanted = asked.groups[i].is_none() || function_words::is_one(&word.text);
        if word.kind != WordKind::Han || unwanted {
            continue;
        }
        for part in lexicon.to_english_parts(&word.text) {
            // A document that holds one part of a word does not hold the word.
            let whole = part.range.len() == word.text.len();
            found.push(expansion(vec![i], whole, 1.0, &part.candidates));
        }
        for part in &word.parts {
            let candidates = lexicon.to_english(part);
            found.push(expansion(vec![i], false, weights::TRANSLATED_PART, &candidates));
        }
    }
}

fn expansion(
    words: Vec<usize>,
    whole: bool,
    part: f32,
    candidates: &[lexicon::Candidate],
) -> Expansion {
    let candidates = candidates.iter().map(|candidate| Candidate {
        text: candidate.text.to_owned(),
        weight: weights::TRANSLATION * candidate.weight * part,
    });
    Expansion { words, via: Via::Translation, whole, loose: true, candidates: candidates.collect() }
}
