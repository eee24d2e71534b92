//! The lexicon's tables, written of pairs.

use std::collections::{BTreeMap, HashMap, HashSet};

use zhen_text::lexicon::table::{push_string, push_varint, share_byte, strength_byte};
use zhen_text::lexicon::{MOST_RELATED, MOST_TRANSLATIONS, RELATED, is_function_word, key};

use super::{Dictionary, LEAST_DICE, Pair};

/// Longest English phrase given for a Chinese word, in words, when there are shorter ones.
const LONGEST_TO_ENGLISH: usize = 4;
/// Weights towards English are flattened by this.
const FLATTENING_TO_ENGLISH: f32 = 0.5;

/// The tables' bytes; their layout is told in `zhen_text::lexicon::table`.
pub(super) struct Tables {
    pub(super) keys: Vec<u8>,
    pub(super) english: Vec<u8>,
    pub(super) chinese: Vec<u8>,
}

/// Translations of the phrases of one key: phrase → strongest Chinese words first.
type Groups<'a> = BTreeMap<String, Vec<(&'a str, f32)>>;

/// What is written for a key: its groups, unless it only stands in explanations, and related words.
type Record<'a> = (Option<&'a Groups<'a>>, Vec<(String, f32)>);

impl Tables {
    pub(super) fn new(dictionary: &Dictionary, pairs: &[Pair<'_>]) -> Self {
        let mut groups = BTreeMap::<String, Groups<'_>>::new();
        for pair in pairs {
            let key = key::of_phrase(pair.phrase.iter().map(String::as_str));
            let group = groups.entry(key).or_default().entry(pair.phrase.join(" ")).or_default();
            match group.iter_mut().find(|(word, _)| *word == pair.word) {
                Some((_, strength)) => *strength += pair.to_chinese,
                None => group.push((pair.word, pair.to_chinese)),
            }
        }
        for group in groups.values_mut().flat_map(BTreeMap::values_mut) {
            group.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
            group.truncate(MOST_TRANSLATIONS);
        }
        let related = dictionary.related();
        let mut records = BTreeMap::<&str, Record<'_>>::new();
        for (key, groups) in &groups {
            let known: HashSet<&str> = groups.values().flatten().map(|(word, _)| *word).collect();
            let extra = related.get(&**key).into_iter().flatten();
            let extra = extra.filter(|(dice, _)| *dice >= LEAST_DICE).map(|(_, word)| *word);
            let is_new = |word: &&str| !known.contains(word);
            let mut extra: Vec<&str> = extra.filter(is_new).take(MOST_RELATED).collect();
            let others = dictionary.meaning_two(key).into_iter().filter(is_new);
            let others: Vec<&str> =
                others.filter(|word| !extra.contains(word)).take(MOST_RELATED).collect();
            extra.extend(others);
            let extra = extra.into_iter().map(|word| (word.to_owned(), RELATED)).collect();
            records.insert(key, (Some(groups), extra));
        }
        for (key, numbers) in &dictionary.explained {
            let number = key.bytes().all(|b| b.is_ascii_digit());
            if !number && !groups.contains_key(key) {
                let words = dictionary.explanation(key, numbers);
                if !words.is_empty() {
                    records.insert(key, (None, words));
                }
            }
        }
        Self::write(dictionary, pairs, &groups, &related, &records)
    }

    fn write(
        dictionary: &Dictionary,
        pairs: &[Pair<'_>],
        groups: &BTreeMap<String, Groups<'_>>,
        related: &BTreeMap<&str, Vec<(f32, &str)>>,
        records: &BTreeMap<&str, Record<'_>>,
    ) -> Self {
        let in_groups = groups.values().flat_map(BTreeMap::values).flatten().map(|(word, _)| *word);
        let others = records.values().flat_map(|(_, words)| words).map(|(word, _)| word.as_str());
        let mut words: Vec<&str> =
            dictionary.list.iter().map(String::as_str).chain(in_groups).chain(others).collect();
        words.sort_unstable();
        words.dedup();
        let number = |word: &str| {
            let at = words.binary_search(&word).expect("every word is in the list");
            u32::try_from(at).expect("a dictionary has few words")
        };

        let mut keys = fst::MapBuilder::memory();
        let mut english = Vec::new();
        let mut written = HashMap::<&str, u32>::new();
        for (key, (groups, related)) in records {
            keys.insert(key, english.len() as u64).expect("keys are sorted and distinct");
            push_varint(&mut english, groups.map_or(0, |groups| groups.len() as u32));
            for (phrase, words) in groups.iter().copied().flatten() {
                written.insert(phrase, u32::try_from(english.len()).expect("a small table"));
                push_string(&mut english, phrase);
                push_varint(&mut english, words.len() as u32);
                for (word, strength) in words {
                    push_varint(&mut english, number(word));
                    english.push(strength_byte(*strength));
                }
            }
            push_varint(&mut english, related.len() as u32);
            for (word, weight) in related {
                push_varint(&mut english, number(word));
                english.push(share_byte(*weight));
            }
        }

        let translations = to_english(pairs, groups, related);
        let mut chinese = Vec::new();
        let mut offsets = vec![u32::try_from(words.len()).expect("a dictionary has few words")];
        let start = 4 * (words.len() + 1);
        for word in &words {
            offsets.push(u32::try_from(start + chinese.len()).expect("a small table"));
            push_string(&mut chinese, word);
            let phrases = translations.get(word).map_or(&[][..], Vec::as_slice);
            push_varint(&mut chinese, phrases.len() as u32);
            for (phrase, weight) in phrases {
                push_varint(&mut chinese, written[&**phrase]);
                chinese.push(share_byte(*weight));
            }
        }
        let mut bytes: Vec<u8> = offsets.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend_from_slice(&chinese);
        let keys = keys.into_inner().expect("writing to memory does not fail");
        Self { keys, english, chinese: bytes }
    }
}

/// The English phrases for each Chinese word, best first, with their weights.
fn to_english<'a>(
    pairs: &'a [Pair<'a>],
    groups: &'a BTreeMap<String, Groups<'a>>,
    related: &BTreeMap<&str, Vec<(f32, &'a str)>>,
) -> HashMap<&'a str, Vec<(String, f32)>> {
    let mut out = HashMap::<&str, Vec<(String, f32)>>::new();
    for pair in pairs {
        out.entry(pair.word).or_default().push((pair.phrase.join(" "), pair.to_english));
    }
    for phrases in out.values_mut() {
        let length = |phrase: &str| phrase.split(' ').count();
        if phrases.iter().any(|(phrase, _)| length(phrase) <= LONGEST_TO_ENGLISH) {
            phrases.retain(|(phrase, _)| length(phrase) <= LONGEST_TO_ENGLISH);
        }
        phrases.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut seen = HashSet::new();
        phrases.retain(|(phrase, _)| seen.insert(phrase.clone()));
        phrases.truncate(MOST_TRANSLATIONS);
        let best = phrases.first().map_or(1.0, |first| first.1);
        phrases.iter_mut().for_each(|(_, w)| *w = (*w / best).powf(FLATTENING_TO_ENGLISH));
    }
    // Turned around: for each Chinese word the English words that it is related to.
    let mut extra = BTreeMap::<&str, Vec<(f32, &str)>>::new();
    for (key, words) in related {
        // The way of writing it whose translations are strongest stands for the key.
        let strongest = |words: &[(&str, f32)]| words.first().map_or(0.0, |first| first.1);
        let phrases = groups.get(*key).into_iter().flatten();
        let Some((phrase, _)) =
            phrases.max_by(|a, b| strongest(a.1).total_cmp(&strongest(b.1)).then(b.0.cmp(a.0)))
        else {
            continue;
        };
        if !is_function_word(phrase) {
            for (dice, word) in words {
                extra.entry(word).or_default().push((*dice, phrase));
            }
        }
    }
    for (word, mut phrases) in extra {
        phrases.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let known = out.entry(word).or_default();
        let stems: HashSet<String> =
            known.iter().map(|(phrase, _)| key::of_phrase(phrase.split(' '))).collect();
        let new = phrases.iter().filter(|(_, phrase)| !stems.contains(&key::of(phrase)));
        known.extend(new.take(MOST_RELATED).map(|(_, phrase)| ((*phrase).to_owned(), RELATED)));
    }
    out
}
