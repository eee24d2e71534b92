//! Latin words that are pinyin find the Chinese that is read so. Only the query is read, never a
//! document, so homophones do not find one another.
//!
//! A word of the query is read as pinyin when it can be, and when it is neither a common word of the
//! index nor a word of English. Words of the vocabulary that are read so come first; then several
//! words that together are, where they stand in a document one after another; then words that only
//! begin so. Initials come last, when nothing else is known of what was typed.

use std::ops::Range;

use rustc_hash::FxHashMap;
use zhen_index::vocabulary::{Entry, Fit, Vocabulary};
use zhen_text::fold::fold_to_string;
use zhen_text::pinyin::{self, CharReadings, Input, Part, PartKind, Pinyin, Reading, Syllable};
use zhen_text::unit::is_han;
use zhen_text::{QueryWord, WordKind};

use super::{Asked, Candidate, Expansion, Holdings};
use crate::api::Via;
use crate::function_words;
use crate::weights;

/// Most Latin words of a query that are looked at.
const MOST_WORDS: usize = 32;
/// So many syllables one after another, each a word, are pinyin as it is written apart.
const ROW: usize = 3;
/// Most adjacent words that are read together.
const MOST_TOGETHER: usize = 8;
/// A word of more than one in so many documents is common.
const COMMON: u64 = 1_000;
/// Most words of one reading that are searched for.
const MOST_CANDIDATES: usize = 6;
/// Most words that only begin with a reading.
const MOST_BEGUN: usize = 4;
/// What is so many times rarer than the likeliest word of a reading is not meant.
const HARDLY_MEANT: u64 = 500;
/// Fewest and most letters that are taken for initials.
const INITIALS: Range<usize> = 2..13;
/// Fewest characters of several words that are given by initials.
const SEQUENCE_OF_INITIALS: usize = 5;
/// Most initials of one of them.
const WORD_OF_INITIALS: usize = 4;
/// Most sequences of words searched for that have the initials typed.
const MOST_SEQUENCES_OF_INITIALS: usize = 2;
/// Longest input that is read as several words, in letters.
const LONGEST_SEQUENCE: usize = 60;
/// Most ways to have read the letters so far that are gone on with.
const BEAM: usize = 12;
/// Most pairs of characters looked up for one query.
const MOST_PAIRS: usize = 2_000;
/// Most sequences of words looked for in the documents for one query.
const MOST_SOUGHT: usize = 32;

/// Chinese for words whose pinyin is spelled out; the last syllable may be begun only.
pub(super) fn find_spelled(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    if asked.of_kind(WordKind::Latin).is_empty() {
        return;
    }
    let mut pairs = Pairs::new(asked);
    let mut spelled = Spelled::default();
    Found::new(asked, found, Held::Read).each_range(|words| {
        let several = words.len() > 1;
        let in_row = several && words.iter().all(|word| word.is_in_row && !word.is_in_phrase);
        // Syllables may each be a word of English, or common, and together be a word: ban gong.
        let together = several
            && !words.iter().any(|word| word.is_pinyin || word.is_in_phrase)
            && !words.iter().all(|word| function_words::is_one(&asked.words[word.number].text));
        let may_be = together || words.iter().any(|word| word.is_pinyin);
        if !may_be || !spelled.may_be(asked, words) {
            return None;
        }
        let input = Input::new(text_of(asked, words), asked.confused)?;
        if input.spelling().is_none_or(|kind| kind == PartKind::Initial) {
            return None;
        }
        let vocabulary = asked.holdings.vocabulary.get()?;
        let mut candidates = whole(vocabulary, &input);
        let is_english = || words.iter().all(|word| asked.is_english(word.number));
        if candidates.is_empty() && (!together || in_row && !is_english()) {
            let spelled = |at| vocabulary.spelled_from(&input, at, BEAM);
            candidates = sequences(input.letters().len(), spelled, &mut pairs);
        }
        let mut weight = weights::PINYIN;
        if candidates.is_empty() && !together {
            candidates = begun(vocabulary, &input);
            weight = weights::PINYIN_BEGUN;
        }
        if pinyin::is_marked(text_of(asked, words)) {
            weight *= weights::PINYIN_MARKED;
        } else if in_row {
            // It stands for each of the words: or documents with some of them, as they are, came first.
            weight *= (words.len() as f32).sqrt();
        } else if words.iter().any(|word| word.is_held) {
            weight = weight.min(weights::PINYIN_BESIDE_WORD);
        }
        Some((weight, candidates))
    });
}

/// How far words are spelled out by themselves, by number.
#[derive(Default)]
struct Spelled {
    known: FxHashMap<usize, Option<PartKind>>,
}

impl Spelled {
    /// Whether words may be spelled out together: a syllable does not go on from word to word.
    fn may_be(&mut self, asked: &Asked<'_>, words: &[Typed]) -> bool {
        let Some((last, before)) = words.split_last() else { return false };
        self.least_typed(asked, last).is_some_and(|kind| kind < PartKind::Initial)
            && before.iter().all(|word| self.least_typed(asked, word) == Some(PartKind::Full))
    }

    fn least_typed(&mut self, asked: &Asked<'_>, word: &Typed) -> Option<PartKind> {
        *self.known.entry(word.number).or_insert_with(|| {
            Input::new(&asked.words[word.number].text, asked.confused)?.spelling()
        })
    }
}

/// Chinese for words that nothing else explains: initials, or some syllables by their initial.
pub(super) fn find_abbreviated(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    if asked.of_kind(WordKind::Latin).is_empty() {
        return;
    }
    let mut pairs = Pairs::new(asked);
    Found::new(asked, found, Held::Left).each_range(|words| {
        if words.iter().any(|word| !word.is_pinyin) {
            return None;
        }
        let input = Input::new(text_of(asked, words), asked.confused)?;
        let readings = input.readings();
        if readings.is_empty() || !INITIALS.contains(&readings[0].parts.len()) {
            return None;
        }
        let vocabulary = asked.holdings.vocabulary.get()?;
        let mut entries = vocabulary.read_as(&input, true, Fit::Whole, MOST_BEGUN);
        let only_initials = readings[0].parts.iter().all(|part| part.kind == PartKind::Initial);
        if only_initials && words.len() == 1 {
            // More precise than the search by syllables, which gives up among very many words.
            entries.extend(vocabulary.with_initials(input.letters(), Fit::Whole, MOST_BEGUN));
            if entries.is_empty() && input.letters().len() > INITIALS.start {
                entries = vocabulary.with_initials(input.letters(), Fit::Begun, MOST_BEGUN);
            }
        }
        entries.sort_by_key(|entry| entry.rank);
        let mut candidates = texts(&entries, MOST_BEGUN);
        if candidates.is_empty() {
            candidates = abbreviated(vocabulary, &input, &readings[0], &mut pairs);
        }
        Some((weights::PINYIN_BEGUN, candidates))
    });
}

/// Words that, one after another, are spelled out and then given by their initials, or by initials
/// only, and stand so in a document. Few initials are those of something in any text, so there must
/// be some.
fn abbreviated(
    vocabulary: &Vocabulary,
    input: &Input,
    reading: &Reading,
    pairs: &mut Pairs<'_>,
) -> Vec<String> {
    if reading.parts.len() < SEQUENCE_OF_INITIALS {
        return Vec::new();
    }
    let is_initial = |part: &&Part| part.kind == PartKind::Initial && part.typed.len() == 1;
    let initials = reading.parts.iter().rev().take_while(is_initial).count();
    let length = input.letters().len();
    let spelled = length - initials;
    let words = |at: usize| {
        if at < spelled {
            let mut words = vocabulary.spelled_from(input, at, BEAM);
            words.retain(|(to, _)| *to <= spelled);
            return words;
        }
        let ends = (at + 2..=length).take(WORD_OF_INITIALS - 1);
        let found =
            |to: usize| vocabulary.with_initials(&input.letters()[at..to], Fit::Whole, 2 * BEAM);
        ends.map(|to| (to, found(to))).collect()
    };
    let mut found = sequences(length, words, pairs);
    found.truncate(MOST_SEQUENCES_OF_INITIALS);
    found
}

/// A Latin word of the query.
#[derive(Clone, Copy)]
struct Typed {
    /// Its number among the words of the query.
    number: usize,
    /// Whether it may be pinyin: no common word, no word of English, and not explained otherwise; or typed
    /// with tone marks.
    is_pinyin: bool,
    /// Whether a document holds it as it is.
    is_held: bool,
    /// Whether something else explains it together with the words beside it.
    is_in_phrase: bool,
    /// Whether it is one of at least [`ROW`] syllables one after another.
    is_in_row: bool,
}

/// Whether words that documents hold as they are may be pinyin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Read,
    Left,
}

/// Adds what is found for ranges of words.
struct Found<'a, 'q> {
    held: Held,
    asked: &'a Asked<'q>,
    found: &'a mut Vec<Expansion>,
    explained: Vec<usize>,
    /// Those that are explained together with others.
    in_phrases: Vec<usize>,
}

impl<'a, 'q> Found<'a, 'q> {
    fn new(asked: &'a Asked<'q>, found: &'a mut Vec<Expansion>, held: Held) -> Self {
        let explains = |expansion: &&Expansion| match (expansion.via, expansion.words.as_slice()) {
            (Via::Pinyin, _) => expansion.whole,
            (Via::Translation, [word]) => asked.is_english(*word),
            _ => {
                let best = expansion.candidates.first().map_or("", |candidate| &candidate.text);
                expansion.whole && !is_spelled_by_sound(best, asked.typed(&expansion.words))
            }
        };
        let explaining = found.iter().filter(explains);
        let explained = explaining.flat_map(|expansion| expansion.words.iter().copied()).collect();
        let phrases = found.iter().filter(|expansion| expansion.whole && expansion.words.len() > 1);
        let in_phrases = phrases.flat_map(|expansion| expansion.words.iter().copied()).collect();
        Self { held, asked, found, explained, in_phrases }
    }

    /// Tries every range of adjacent words, the longest first, until one gives something.
    fn each_range(&mut self, mut read: impl FnMut(&[Typed]) -> Option<(f32, Vec<String>)>) {
        for run in self.runs() {
            let mut from = 0;
            while from < run.len() {
                let longest = run.len().min(from + MOST_TOGETHER);
                let reading = (from + 1..=longest).rev().find_map(|to| {
                    let (weight, texts) = read(&run[from..to])?;
                    (!texts.is_empty()).then_some((to, weight, texts))
                });
                let Some((to, weight, texts)) = reading else {
                    from += 1;
                    continue;
                };
                let candidates = texts.into_iter().zip(0_u8..).map(|(text, place)| {
                    Candidate::new(text, weight * 0.9_f32.powi(i32::from(place)))
                });
                let words = run[from..to].iter().map(|word| word.number).collect();
                self.found.push(Expansion::new(words, Via::Pinyin, candidates.collect()));
                from = to;
            }
        }
    }

    /// The Latin words of the query, those together that stand together.
    fn runs(&self) -> Vec<Vec<Typed>> {
        let mut runs: Vec<Vec<Typed>> = Vec::new();
        let mut before: Option<&QueryWord> = None;
        let numbered = self.asked.words.iter().enumerate();
        let latin = numbered.filter(|(_, word)| word.kind == WordKind::Latin);
        for (number, word) in latin.take(MOST_WORDS) {
            let between = before
                .and_then(|before| self.asked.folded.get(before.folded.end..word.folded.start));
            let joined = between
                .is_some_and(|gap| gap.chars().all(|c| matches!(c, ' ' | '\'' | '’' | '-' | '·')));
            let typed = self.typed(number, word);
            match runs.last_mut().filter(|_| joined) {
                Some(run) => run.push(typed),
                None => runs.push(vec![typed]),
            }
            before = Some(word);
        }
        for run in &mut runs {
            let is_syllable =
                |word: &Typed| Syllable::new(&self.asked.words[word.number].text).is_some();
            for row in run.chunk_by_mut(|one, next| is_syllable(one) == is_syllable(next)) {
                let is_row = row.len() >= ROW && is_syllable(&row[0]);
                row.iter_mut().for_each(|word| word.is_in_row = is_row);
            }
        }
        runs
    }

    fn typed(&self, number: usize, word: &QueryWord) -> Typed {
        let holdings = self.asked.holdings;
        let documents = holdings.documents(&word.text);
        let is_common = documents > holdings.terms.searcher().num_docs() / COMMON;
        let is_held = documents > 0;
        let is_left = is_held && self.held == Held::Left;
        let is_explained = is_common || is_left || self.explained.contains(&number);
        let is_marked = pinyin::is_marked(self.asked.typed(&[number]));
        let is_pinyin = !self.asked.is_part(number)
            && (is_marked || !is_explained && !self.asked.is_english(number));
        let is_in_phrase = self.in_phrases.contains(&number);
        Typed { number, is_pinyin, is_held, is_in_phrase, is_in_row: false }
    }
}

/// Whether what was typed begins as a Chinese text is read, or is how some of its characters are, as the
/// given name of 陈希同 is. The lexicon compares stems, so that the rest may differ.
pub(super) fn is_spelled_by_sound(text: &str, typed: &str) -> bool {
    let Some(letters) = pinyin::letters(typed) else { return false };
    let chars = Pinyin::builtin().readings(text);
    let begins = chars.first().is_some_and(|first| {
        first.syllables.iter().any(|syllable| letters.starts_with(syllable.text()))
    });
    begins || (1..chars.len()).any(|from| are_read(&chars[from..], &letters))
}

/// Whether the first of some characters are read as all the letters.
fn are_read(chars: &[CharReadings], letters: &str) -> bool {
    letters.is_empty()
        || chars.split_first().is_some_and(|(first, rest)| {
            let after = |syllable: &Syllable| letters.strip_prefix(syllable.text());
            first.syllables.iter().filter_map(after).any(|after| are_read(rest, after))
        })
}

/// From the first to the last of some words: as typed with tone marks and ü, else folded.
fn text_of<'a>(asked: &'a Asked<'_>, words: &[Typed]) -> &'a str {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return "" };
    let typed = asked.typed(&[first.number, last.number]);
    match pinyin::is_marked(typed) {
        true => typed,
        false => {
            let start = asked.words[first.number].folded.start;
            &asked.folded[start..asked.words[last.number].folded.end]
        }
    }
}

/// Words that are read as was typed.
fn whole(vocabulary: &Vocabulary, input: &Input) -> Vec<String> {
    let mut entries = vocabulary.read_as(input, false, Fit::Whole, 4 * MOST_CANDIDATES);
    entries.retain(|entry| is_word(entry));
    let most = entries.iter().map(|entry| entry.count).max().unwrap_or_default();
    entries.retain(|entry| entry.count.saturating_mul(HARDLY_MEANT) >= most);
    texts(&entries, MOST_CANDIDATES)
}

/// Words whose reading begins as was typed.
fn begun(vocabulary: &Vocabulary, input: &Input) -> Vec<String> {
    let entries = vocabulary.read_as(input, false, Fit::Begun, 4 * MOST_BEGUN);
    texts(&entries, MOST_BEGUN)
}

/// Whether it has more than one character: a single one is read like very many others.
fn is_word(entry: &Entry<'_>) -> bool {
    entry.text.chars().nth(1).is_some()
}

fn texts(entries: &[Entry<'_>], most: usize) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| is_word(entry)) {
        let text = fold_to_string(entry.text);
        if texts.len() < most && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// A way to have read the letters so far.
#[derive(Clone)]
struct Partial {
    text: String,
    /// Logarithm of how likely its words are.
    likely: f64,
    words: usize,
    /// Whether one of its words has more than one character.
    has_word: bool,
}

/// Words that, one after another, are read as was typed and stand so in a document: `words_at` gives
/// those that some of the letters from a place on stand for, by the place where they end. The likeliest
/// ways to have read some of the letters are gone on with; two words may follow each other where
/// the last character of one and the first of the other do in some document.
fn sequences<'v>(
    length: usize,
    words_at: impl Fn(usize) -> Vec<(usize, Vec<Entry<'v>>)>,
    pairs: &mut Pairs<'_>,
) -> Vec<String> {
    if length > LONGEST_SEQUENCE {
        return Vec::new();
    }
    let documents = pairs.holdings.terms.searcher().num_docs().max(1) as f64;
    let mut reached: Vec<Vec<Partial>> = vec![Vec::new(); length + 1];
    reached[0].push(Partial { text: String::new(), likely: 0.0, words: 0, has_word: false });
    for at in 0..length {
        let mut here = std::mem::take(&mut reached[at]);
        if here.is_empty() {
            continue;
        }
        best_first(&mut here);
        here.truncate(BEAM);
        for (to, entries) in words_at(at) {
            for entry in entries.iter().filter(|entry| entry.text.chars().all(is_han)) {
                let text = fold_to_string(entry.text);
                let Some(first) = text.chars().next() else { continue };
                let likely = (entry.count as f64 / documents).min(1.0).ln();
                for partial in &here {
                    let last = partial.text.chars().next_back();
                    if last.is_none_or(|last| pairs.stand(last, first)) {
                        reached[to].push(Partial {
                            text: format!("{}{text}", partial.text),
                            likely: partial.likely + likely,
                            words: partial.words + 1,
                            has_word: partial.has_word || is_word(entry),
                        });
                    }
                }
            }
        }
    }
    let mut ends = std::mem::take(&mut reached[length]);
    ends.retain(|partial| partial.words > 1 && partial.has_word);
    best_first(&mut ends);
    let mut found = Vec::new();
    for text in ends.into_iter().map(|partial| partial.text) {
        if pairs.sought >= MOST_SOUGHT || found.len() >= MOST_BEGUN {
            break;
        }
        pairs.sought += 1;
        if pairs.holdings.stand(&text) {
            found.push(text);
        }
    }
    found
}

fn best_first(partials: &mut Vec<Partial>) {
    partials.sort_by(|a, b| b.likely.total_cmp(&a.likely).then_with(|| a.text.cmp(&b.text)));
    partials.dedup_by(|worse, better| worse.text == better.text);
}

/// Which characters follow each other in some document; and how much was looked up for one query.
struct Pairs<'a> {
    holdings: Holdings<'a>,
    known: FxHashMap<(char, char), bool>,
    /// Sequences looked for so far.
    sought: usize,
}

impl<'a> Pairs<'a> {
    fn new(asked: &Asked<'a>) -> Self {
        Self { holdings: asked.holdings, known: FxHashMap::default(), sought: 0 }
    }

    fn stand(&mut self, first: char, second: char) -> bool {
        if let Some(&known) = self.known.get(&(first, second)) {
            return known;
        }
        if self.known.len() >= MOST_PAIRS {
            return false;
        }
        let stand = self.holdings.holds_gram(&format!("{first}{second}"));
        self.known.insert((first, second), stand);
        stand
    }
}
