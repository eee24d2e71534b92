//! Words of one language find those of the other, through the bundled lexicon.
//!
//! The translations of a word compete: a document's best one counts, however many it holds. Phrases
//! are translated before the words they are made of.

use zhen_text::lexicon::{Candidate, Lexicon};
use zhen_text::unit::{self, GramPattern};
use zhen_text::{QueryWord, WordKind, latin};

use crate::api::Via;
use crate::function_words;
use crate::passage::Pattern;
use crate::plan::{ListKind, Origin, Plan, Planner};
use crate::weights;

/// Most translations tried of one word.
const MOST: usize = 16;

/// Adds the translations of `words`, the words of `text`, each with its group.
pub(crate) fn add(
    planner: &Planner<'_>,
    text: &str,
    words: &[QueryWord],
    groups: &[Option<usize>],
    plan: &mut Plan,
) {
    let lexicon = Lexicon::builtin();
    let latin: Vec<usize> =
        (0..words.len()).filter(|&i| words[i].kind == WordKind::Latin).collect();
    let spelled: Vec<&str> = latin.iter().map(|&i| words[i].text.as_str()).collect();
    for translated in lexicon.to_chinese(&spelled) {
        let of = &latin[translated.words.clone()];
        let (Some(&first), Some(&last)) = (of.first(), of.last()) else { continue };
        let typed = &text[words[first].original.start..words[last].original.end];
        let groups: Vec<usize> = of.iter().filter_map(|&i| groups[i]).collect();
        if !groups.is_empty() {
            let count = of.len() as f32;
            compete(planner, typed, &translated.candidates, count, &groups, plan);
        }
    }
    for (word, group) in words.iter().zip(groups) {
        let Some(group) = *group else { continue };
        if word.kind != WordKind::Han || function_words::is_one(&word.text) {
            continue;
        }
        let typed = &text[word.original.clone()];
        for part in lexicon.to_english_parts(&word.text) {
            // A document that holds one part of a word does not hold the word.
            let whole = part.range.len() == word.text.len();
            let groups: &[usize] = if whole { &[group] } else { &[] };
            compete(planner, typed, &part.candidates, 1.0, groups, plan);
        }
        for part in &word.parts {
            compete(planner, typed, &lexicon.to_english(part), weights::TRANSLATED_PART, &[], plan);
        }
    }
}

/// Lets the candidates stand for the word as typed, which counts for `count` words.
fn compete(
    planner: &Planner<'_>,
    typed: &str,
    candidates: &[Candidate],
    count: f32,
    groups: &[usize],
    plan: &mut Plan,
) {
    let (body, title) = (plan.slot(), plan.slot());
    for candidate in candidates.iter().take(MOST) {
        let boost = weights::TRANSLATION * candidate.weight * count.sqrt();
        let origins = standing(planner, candidate.text, plan);
        for (origin, slot, boost) in [
            (&origins[0], body, boost * weights::BODY_WORD),
            (&origins[1], title, boost * weights::TITLE_WORD),
        ] {
            plan.compete(slot, origin.clone(), boost, groups.first().copied());
            for &group in groups.iter().skip(1) {
                plan.compete(slot, origin.clone(), 0.0, Some(group));
            }
        }
        let single = !candidate.text.contains(' ');
        if !single {
            // A document may hold the words of a translation in other forms or another order.
            for word in candidate.text.split(' ').filter(|word| !function_words::is_one(word)) {
                let origin = Origin::Term(planner.fields.body_words, latin::stem(word));
                plan.compete(body, origin, boost * weights::LOOSE_TRANSLATION, None);
            }
        }
        plan.patterns.push(Pattern {
            via: Via::Translation,
            stem: (single && candidate.text.is_ascii()).then(|| latin::stem(candidate.text)),
            ..Pattern::new(typed, candidate.text, 0.8 * candidate.weight)
        });
    }
}

/// Where a translation stands, in the body and in the title.
fn standing(planner: &Planner<'_>, translation: &str, plan: &mut Plan) -> [Origin; 2] {
    let f = planner.fields;
    let phrase = unit::phrase(translation);
    match phrase.as_slice() {
        // One Latin word: in any inflection. One Han character: as a word, or it would be found in
        // half of all words.
        [GramPattern::Is(word)] if word.is_ascii() => {
            [f.body_words, f.title_words].map(|field| Origin::Term(field, latin::stem(word)))
        }
        [GramPattern::Begins(word)] => {
            [f.body_words, f.title_words].map(|field| Origin::Term(field, word.clone()))
        }
        [GramPattern::Is(gram)] => {
            [f.body_grams, f.title_grams].map(|field| Origin::Term(field, gram.clone()))
        }
        _ => [f.body_grams, f.title_grams]
            .map(|field| plan.list(field, ListKind::Phrase(phrase.clone()))),
    }
}
