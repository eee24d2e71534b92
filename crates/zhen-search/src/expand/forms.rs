//! English words in forms that stemming does not join: irregular ones, and the spellings of both sides
//! of the Atlantic.

use zhen_text::lexicon::forms;
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
        let irregular = forms::irregular(&word.text).into_iter().map(str::to_owned).collect();
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
