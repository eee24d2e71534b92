//! English words in forms that stemming does not join: irregular ones, and the spellings of both sides
//! of the Atlantic.

use std::borrow::Cow;

use zhen_text::lexicon::{Lexicon, forms, same_stem};
use zhen_text::{WordKind, latin};

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::function_words;
use crate::weights;

/// The other forms that documents hold of each Latin word.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    for number in asked.of_kind(WordKind::Latin) {
        let word = &asked.words[number];
        if function_words::is_one(&word.text) {
            continue;
        }
        let is_held = |form: &str| {
            let stem = latin::stem(form);
            word.term.as_ref() != Some(&stem) && asked.holdings.holds_word(&stem)
        };
        let irregular = forms::irregular(&word.text).into_iter().map(str::to_owned);
        let irregular: Vec<String> = irregular.chain(other_number(&word.text)).collect();
        for (via, mut forms) in
            [(Via::Stem, irregular), (Via::Variant, forms::spellings(&word.text))]
        {
            forms.retain(|form| is_held(form));
            if forms.is_empty() {
                continue;
            }
            let candidates = forms.into_iter().map(|text| Candidate::new(text, weights::VARIANT));
            found.push(Expansion::new(vec![number], via, candidates.collect()));
        }
    }
}

/// An abbreviation in the plural for one in the singular and the other way round, GPUs and GPU, PDFs and PDF:
/// the stemmer takes no -s from what has no vowel before the last letter of the singular. Not of words that
/// end so: bus, gas.
fn other_number(word: &str) -> Option<String> {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let is_short = |one: &str| {
        let before_last = one.char_indices().last().map_or("", |(last, _)| &one[..last]);
        one.len() > 1
            && one.bytes().all(|b| b.is_ascii_lowercase())
            && !before_last.contains(is_vowel)
    };
    let (one, many) = match word.strip_suffix('s') {
        Some(one) => (one.to_owned(), word.to_owned()),
        None => (word.to_owned(), format!("{word}s")),
    };
    if !is_short(&one) || one.ends_with('s') {
        return None;
    }
    let lexicon = Lexicon::builtin();
    let best = |word: &str| lexicon.to_chinese(&[word]).first().and_then(super::best_known);
    if lexicon.spells(&many) && best(&one) != best(&many) {
        return None;
    }
    Some(if word == many { one } else { many })
}

/// The candidates, and the other forms of those whose stem words of other meanings have too.
pub(super) fn of_all(candidates: &[Candidate]) -> Cow<'_, [Candidate]> {
    if candidates.iter().all(|candidate| same_stem::forms(&candidate.text).is_none()) {
        return Cow::Borrowed(candidates);
    }
    let mut all = Vec::new();
    for candidate in candidates {
        all.push(candidate.clone());
        let forms = same_stem::forms(&candidate.text).unwrap_or_default().iter();
        // University and universities, but not organize for organization.
        let begins =
            candidate.text.get(..candidate.text.len().saturating_sub(1)).unwrap_or_default();
        let others = forms.filter(|form| **form != candidate.text && form.starts_with(begins));
        all.extend(others.map(|form| Candidate { text: (*form).to_owned(), ..candidate.clone() }));
    }
    Cow::Owned(all)
}
