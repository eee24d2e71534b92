//! Slips of the keyboard: a Latin word some edits from one of the index, a Chinese word written with
//! a character that sounds or looks like the right one. Only what the index does not hold is taken
//! for a slip, and of its own words only.

use std::cmp::Reverse;

use zhen_text::lexicon::Lexicon;
use zhen_text::spell::{self, candidates_zh};
use zhen_text::{WordKind, latin};

use super::{Asked, Candidate, Expansion, Holdings};
use crate::api::Via;
use crate::function_words;
use crate::fuzzy::Distance;
use crate::terms::{Finding, FindingKind};
use crate::weights;

/// Most words looked after in one query.
const MOST_WORDS: usize = 8;
/// Most words of the index taken for one that was meant.
const MOST_MEANT: usize = 3;
/// Longest Latin word looked after, in bytes.
const LONGEST: usize = 40;
/// Meanings of a word by which it is the same as another, the most usual first.
const MOST_MEANINGS: usize = 4;
/// Most Han characters taken together where a word was broken up by a wrong one.
const MOST_TOGETHER: usize = 4;

/// What may have been meant by words that the index does not hold.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let explained = |but: Option<Via>| -> Vec<usize> {
        let whole = found.iter().filter(|one| one.whole && Some(one.via) != but);
        whole.flat_map(|one| one.words.iter().copied()).collect()
    };
    // English is translated by its stem, which a slip may have too.
    let (explained, explained_surely) = (explained(None), explained(Some(Via::Translation)));
    let mut left = MOST_WORDS;
    let mut unknown = |folded: &str| {
        let held = || asked.holdings.documents(folded) > 0 || asked.holdings.stand(folded);
        let unknown = left > 0 && !held();
        left -= usize::from(unknown);
        unknown
    };
    for (i, word) in asked.words.iter().enumerate() {
        if word.kind != WordKind::Latin
            || explained_surely.contains(&i)
            || asked.is_part(i)
            || word.text.len() > LONGEST
            || !word.text.bytes().all(|byte| byte.is_ascii_alphabetic())
            || spell::allowed_distance(&word.text) == 0
            || !unknown(&word.text)
        {
            continue;
        }
        let Some(stem) = word.term.as_deref() else { continue };
        let is_known = explained.contains(&i) || asked.holdings.holds_word(stem);
        if is_known
            && (latin::is_inflected(&word.text, stem) || Lexicon::builtin().spells(&word.text))
        {
            continue;
        }
        // Goverment has the stem of governess; but what has the same stem is no slip for it.
        let meant = meant(asked.holdings, &word.text);
        if !(is_known && meant.iter().any(|meant| latin::has_stem(meant, stem))) {
            found.extend(expansion(vec![i], &meant));
        }
    }
    let numbers = asked.numbers.iter().flat_map(|number| asked.words_in(&number.range));
    let numbers: Vec<usize> = numbers.collect();
    let mut put_right = Vec::new();
    for words in chinese(asked) {
        let text: String = words.iter().map(|&i| asked.words[i].text.as_str()).collect();
        let is_meant = |i: &usize| {
            numbers.contains(i) || explained.contains(i) && !is_broken_up(asked, &words)
        };
        let is_put_right = |i: &usize| put_right.contains(i);
        if words.iter().any(is_put_right) {
            continue;
        }
        if words.iter().any(is_meant) {
            if let &[word] = words.as_slice()
                && !explained_surely.contains(&word)
                && !numbers.contains(&word)
                && unknown(&text)
            {
                found.extend(other_writing(asked.holdings, word, &text));
            }
            continue;
        }
        if !unknown(&text) {
            continue;
        }
        if let Some(meant) = expansion(words, &meant_in_chinese(asked.holdings, &text)) {
            put_right.extend(meant.words.iter().copied());
            found.push(meant);
        }
    }
}

/// As what else a Chinese word may be written that no document holds, and that is no slip, for it has a meaning:
/// words of the index that sound or look like it and mean the same, as 账号 for 帐号, and no 经典 for 景点.
fn other_writing(holdings: Holdings<'_>, word: usize, text: &str) -> Option<Expansion> {
    let lexicon = Lexicon::builtin();
    let english = lexicon.to_english(text);
    let means_it = |other: &str| {
        let others = lexicon.to_english(other);
        let usual = || others.iter().take(MOST_MEANINGS).filter(|one| !one.related);
        let mut own = english.iter().take(MOST_MEANINGS).filter(|one| !one.related);
        own.any(|one| usual().any(|other| other.text == one.text))
    };
    let meant = meant_in_chinese(holdings, text);
    let candidates = meant.iter().filter(|meant| means_it(meant));
    let candidates: Vec<_> =
        candidates.map(|meant| Candidate::new(meant.clone(), weights::VARIANT)).collect();
    (!candidates.is_empty()).then(|| Expansion::new(vec![word], Via::Variant, candidates))
}

/// Whether some words may be a longer one that a wrong character broke up: then what one of them means, as
/// 诸葛 of 诸葛谅, says nothing.
fn is_broken_up(asked: &Asked<'_>, words: &[usize]) -> bool {
    let texts = || words.iter().map(|&i| asked.words[i].text.as_str());
    words.len() > 1
        && texts().map(|text| text.chars().count()).sum::<usize>() > 2
        && !texts().any(function_words::is_one)
}

fn expansion(words: Vec<usize>, meant: &[String]) -> Option<Expansion> {
    let candidates: Vec<_> = meant
        .iter()
        .zip(1..)
        .map(|(text, place)| Candidate::new(text.clone(), weights::TYPO / place as f32))
        .collect();
    (!candidates.is_empty()).then(|| Expansion::new(words, Via::Typo, candidates))
}

/// Neighbours that may be one word broken up by a slip, and the Chinese words that may be slips by themselves.
fn chinese(asked: &Asked<'_>) -> Vec<Vec<usize>> {
    let han = asked.of_kind(WordKind::Han);
    let length = |i: usize| asked.words[i].text.chars().count();
    let mut out: Vec<Vec<usize>> = Vec::new();
    for pair in han.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let adjacent = asked.words[a].folded.end == asked.words[b].folded.start;
        // A wrong character may make another word: 人工只能 for 人工智能.
        let broken = length(a) == 1 || length(b) == 1 || length(a) == 2 && length(b) == 2;
        if adjacent && broken && length(a) + length(b) <= MOST_TOGETHER {
            out.push(vec![a, b]);
        }
    }
    // What covers more characters is likelier meant: in 二插树 it is 二叉树, not 茶树.
    out.sort_by_key(|pair| Reverse(pair.iter().map(|&i| length(i)).sum::<usize>()));
    out.extend(han.iter().filter(|&&i| length(i) >= 2).map(|&i| vec![i]));
    out
}

/// The words of the index that a Latin word may be a slip for: the fewest edits away, and of those
/// the most frequent.
fn meant(holdings: Holdings<'_>, word: &str) -> Finding {
    holdings.terms.finding(FindingKind::Meant, word, || {
        let mut found =
            (1..=spell::allowed_distance(word)).map(|edits| near(holdings, word, edits));
        found.find(|near| !near.is_empty()).unwrap_or_default()
    })
}

/// The words of the index that a Chinese word may be a slip for, the likeliest first.
fn meant_in_chinese(holdings: Holdings<'_>, text: &str) -> Finding {
    let (terms, field) = (holdings.terms, holdings.fields.body_words);
    terms.finding(FindingKind::MeantInChinese, text, || {
        let known = |word: &str| terms.documents_with(field, word).ok().filter(|&n| n > 0);
        let meant = candidates_zh(text, &known);
        let best = meant.first().map_or(0, |best| best.known);
        // What occurs far more rarely than the likeliest one is hardly meant.
        let meant = meant.into_iter().filter(|one| one.known * 10 >= best);
        meant.map(|one| one.text).take(MOST_MEANT).collect()
    })
}

fn near(holdings: Holdings<'_>, word: &str, edits: u8) -> Vec<String> {
    let distance = Distance::of_letters(word, edits);
    let found = holdings.spellings.near(holdings.terms.searcher(), &distance);
    let words = found.unwrap_or_default().into_iter();
    let counted = words.filter_map(|word| String::from_utf8(word).ok()).map(|word| {
        let documents = holdings.terms.documents_with(holdings.fields.body_grams, &word);
        (word, documents.unwrap_or_default())
    });
    let mut near: Vec<(String, u64)> = counted.collect();
    near.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    near.truncate(MOST_MEANT);
    near.into_iter().map(|(word, _)| word).collect()
}
