//! Numbers and dates find what says the same in another notation or language, and only that: the
//! index holds numbers by value beside the words.

use std::ops::Range;

use tantivy::schema::Field;
use zhen_text::lexicon::Lexicon;
use zhen_text::{WordKind, unit, value_term};

use super::Asked;
use crate::api::Via;
use crate::passage::Pattern;
use crate::plan::{Origin, Plan};
use crate::weights;

/// Adds the values of the numbers in the query.
pub(super) fn add(asked: &Asked<'_>, plan: &mut Plan) {
    let fields = asked.holdings.fields;
    for number in asked.numbers {
        let words = asked.words_in(&number.range);
        // 3km, 三年 are more than a 3; of 五千元 most is the number, and 三十六计 is something else.
        let small = asked.folded[number.range.clone()].chars().nth(1).is_none();
        let is_within = |&word: &usize| {
            let word = &asked.words[word].folded;
            number.range.start <= word.start && word.end <= number.range.end
        };
        let is_most = |&word: &usize| {
            let word = &asked.words[word];
            // 万人 of 20万人 is no word of its own.
            let goes_on = || number.range.start < word.folded.start;
            let is_more = || goes_on() || !Lexicon::builtin().knows(&word.text);
            word.kind != WordKind::Latin && !small && is_more()
        };
        let is_whole = words.iter().all(is_within);
        let is_covered = |word: &usize| is_within(word) || is_most(word);
        let groups = match words.iter().all(is_covered) {
            true => asked.groups_of(&words),
            false => Vec::new(),
        };
        let term = value_term(number.value);
        let road = plan.road(asked.typed(&words), Via::Number);
        let count = (words.len() as f32).sqrt();
        let fields =
            [(fields.body_words, weights::BODY_WORD), (fields.title_words, weights::TITLE_WORD)];
        let origins = Origin::terms(fields.map(|(field, _)| field), term);
        let first = plan.terms.len();
        for (origin, (_, boost)) in origins.iter().zip(fields) {
            let slot = plan.slot();
            let boost = boost * weights::NUMBER * count;
            plan.compete(slot, road, origin, boost, &groups);
        }
        if !groups.is_empty() && is_whole {
            plan.doubt(&groups);
            weaken(asked, &words, number.range.clone(), plan);
        }
        for term in &mut plan.terms[first..] {
            // The 10 of 10GB finds nothing by itself.
            term.piece = groups.is_empty();
            // The same number of something else is less than 五千元.
            term.doubtful = !is_whole;
        }
        plan.patterns.push(Pattern {
            via: Via::Number,
            origins: origins.to_vec(),
            ..Pattern::value(asked.typed(&words), number.value)
        });
    }
}

/// Lets the words of a number count less as they are typed: the same digits are of another number too,
/// as 100 of 100万.
fn weaken(asked: &Asked<'_>, words: &[usize], range: Range<usize>, plan: &mut Plan) {
    let fields = asked.holdings.fields;
    let mut weaken = |fields: [Field; 2], term: &str| {
        fields.iter().for_each(|&field| plan.weaken(field, term, weights::DIGITS));
    };
    for term in words.iter().filter_map(|&word| asked.words[word].term.as_ref()) {
        weaken([fields.body_words, fields.title_words], term);
    }
    let mut grams = String::new();
    unit::grams(&asked.folded[range], &mut grams);
    for gram in grams.split_terminator(' ') {
        weaken([fields.body_grams, fields.title_grams], gram);
    }
}
