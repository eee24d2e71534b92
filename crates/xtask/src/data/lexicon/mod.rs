//! The Chinese–English lexicon, from CC-CEDICT, the frequencies of jieba's dictionary, and terms of our own.
//!
//! How translations are ranked is told in `zhen_text::lexicon`, which reads these tables.

mod tables;
pub(super) mod terms;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;
use zhen_text::lexicon::{FLATTENING, LONGEST_PHRASE, MOST_TRANSLATIONS, is_function_word, key};

use self::tables::Tables;
use super::cedict::{self, Sense};
use super::jieba;

const FOLDER: &str = "data/lexicon/cedict";

/// Worth of a name when its characters are also a word (大连, 中 as a short form of China).
const NAME_BESIDE_WORD: f32 = 0.35;
/// Worth of a surname, and the sense it counts as.
const SURNAME: (f32, usize) = (0.15, 5);
/// Senses inherited from a word that this one stands for.
const INHERITED: usize = 6;
/// Sense `i`, from 0, is worth `(1 + i)` to minus this.
const SENSE_DECAY: f32 = 0.7;
/// Worth is divided by the sum over the word's phrases to this power.
const AMBIGUITY: f32 = 0.5;
/// Strength of a word of one character is multiplied by this: in modern text most words have two,
/// and one character stands in many words that mean something else.
const ONE_CHARACTER: f32 = 0.5;
/// Frequency of a word that the frequency list lacks, added to all.
const RARE: f32 = 3.0;
/// Frequencies count to this power.
const FREQUENCY: f32 = 0.5;
/// Part of entries with the same English words that need not hold the Chinese word.
const SUPPORT_FLOOR: f32 = 0.05;
/// Worth of, and support for, a part of a name (Martin: 马丁).
const NAME_PART: (f32, f32) = (0.3, 0.3);
/// Most that a part of a name counts as the English for its Chinese.
const NAME_PART_TO_ENGLISH: f32 = 0.05;
/// Glosses below this worth say nothing about usual translations.
const TELLING: f32 = 0.15;
/// English words of more entries than this are too general to have related words.
const GENERAL: usize = 3000;
/// Entries of a word that is only explained, never translated.
const MOST_EXPLAINED: usize = 400;
/// Least share (Dice's coefficient) of the entries of an English and of a Chinese word that are
/// the same, for the two to be related.
const LEAST_DICE: f32 = 0.1;
const LEAST_DICE_TO_ENGLISH: f32 = 0.08;
const FEWEST_TOGETHER: u32 = 3;
/// Longest related word, in characters.
const LONGEST_RELATED: usize = 4;

type Phrase = Vec<String>;

/// What a Chinese word means: phrases, each with its worth and the number of its sense.
type Meanings = Vec<(Phrase, f32, usize)>;

/// Writes the lexicon's tables.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let dictionary = Dictionary::read(root)?;
    let terms = terms::read(root, |word| dictionary.frequency(word))?;
    let mut pairs = dictionary.pairs();
    terms::add(&terms, &mut pairs);
    let tables = Tables::new(&dictionary, &pairs);
    super::write(root, &format!("{FOLDER}/keys.fst"), &tables.keys)?;
    super::write(root, &format!("{FOLDER}/english.bin"), &tables.english)?;
    super::write(root, &format!("{FOLDER}/chinese.bin"), &tables.chinese)
}

/// The dictionary, read for translation.
struct Dictionary {
    words: BTreeMap<String, Meanings>,
    /// People known by one Chinese word: 爱因斯坦, Albert Einstein.
    people: Vec<(String, Phrase)>,
    frequency: HashMap<String, u64>,
    /// Key of an English word → numbers of the words (in `words`' order) explained with it.
    explained: HashMap<String, Vec<u32>>,
    /// `words`' keys, by number.
    list: Vec<String>,
    /// Part of at most [`LONGEST_CONTAINED`] characters that is a word → words that hold it.
    containing: HashMap<String, u32>,
}

/// Longest word whose containing words are counted, in characters.
const LONGEST_CONTAINED: usize = 8;

impl Dictionary {
    fn read(root: &Path) -> io::Result<Self> {
        let entries = cedict::entries(root)?;
        let is_word: HashSet<&str> =
            entries.iter().filter(|entry| !entry.is_name()).map(|entry| &*entry.word).collect();
        let ordinary = ordinary_words(&entries);
        let mut words = BTreeMap::<String, Meanings>::new();
        let mut references = Vec::new();
        let mut people = Vec::new();
        for entry in &entries {
            let beside = entry.is_name() && is_word.contains(&*entry.word);
            let worth = if beside { NAME_BESIDE_WORD } else { 1.0 };
            let mut number = 0;
            for sense in &entry.senses {
                let meanings = words.entry(entry.word.clone()).or_default();
                let mut add = |phrases: Vec<(Phrase, f32)>, number| {
                    meanings.extend(phrases.into_iter().map(|(p, w)| (p, w * worth, number)));
                };
                match cedict::sense(sense, entry.is_name()) {
                    Sense::Means(mut phrases) => {
                        // 黄海, the Yellow Sea, is not called yellow.
                        if entry.is_name()
                            && let Some(word) = cedict::without_kind(&phrases).map(str::to_owned)
                            && ordinary.contains(&word)
                        {
                            phrases.retain(|(phrase, _)| *phrase != [word.as_str()]);
                        }
                        if entry.is_name() && cedict::is_person(sense) {
                            let names = phrases.iter().map(|(phrase, _)| phrase);
                            people.extend(names.map(|name| (entry.word.clone(), name.clone())));
                        }
                        add(phrases, number);
                        number += 1;
                    }
                    Sense::Surname(name) => add(vec![(name, SURNAME.0)], SURNAME.1),
                    Sense::As { word, worth, also } => {
                        if !also.is_empty() {
                            add(also, number);
                            number += 1;
                        }
                        references.push((entry.word.clone(), word, worth));
                    }
                    Sense::Nothing => {}
                }
            }
        }
        let mut inherited = Vec::new();
        for (word, other, worth) in references.into_iter().filter(|(word, other, _)| word != other)
        {
            let of = words.get(&other).into_iter().flatten().take(INHERITED);
            let of = of.map(|(phrase, w, number)| (phrase.clone(), w * worth, *number));
            inherited.push((word, of.collect::<Vec<_>>()));
        }
        for (word, meanings) in inherited {
            words.entry(word).or_default().extend(meanings);
        }
        words.retain(|_, meanings| !meanings.is_empty());

        let mut frequency = HashMap::new();
        for (word, count) in jieba::entries()? {
            *frequency.entry(fold_to_string(word)).or_default() += count;
        }
        let list: Vec<String> = words.keys().cloned().collect();
        let mut explained = HashMap::<String, BTreeSet<u32>>::new();
        for (number, meanings) in (0..).zip(words.values()) {
            for (phrase, _, _) in meanings.iter().filter(|(_, worth, _)| *worth >= TELLING) {
                for word in phrase {
                    explained.entry(key::of(word)).or_default().insert(number);
                }
            }
        }
        let explained =
            explained.into_iter().map(|(key, words)| (key, words.into_iter().collect())).collect();
        let mut containing = HashMap::<String, u32>::new();
        for word in &list {
            for part in parts(word, 1..=LONGEST_CONTAINED) {
                if words.contains_key(part) {
                    *containing.entry(part.to_owned()).or_default() += 1;
                }
            }
        }
        Ok(Self { words, people, frequency, explained, list, containing })
    }

    fn frequency(&self, word: &str) -> f32 {
        self.frequency.get(word).copied().unwrap_or(0) as f32 + RARE
    }

    fn containing(&self, word: &str) -> f32 {
        self.containing.get(word).copied().unwrap_or(0) as f32
    }

    /// How many words are explained with all the words of the phrase, and how many of these hold
    /// the Chinese word.
    fn support(&self, phrase: &[String], word: &str) -> (f32, f32) {
        let mut lists: Vec<&[u32]> = Vec::new();
        for english in phrase {
            let Some(list) = self.explained.get(&key::of(english)) else { return (0.0, 0.0) };
            lists.push(list);
        }
        lists.sort_by_key(|list| list.len());
        let Some((first, rest)) = lists.split_first() else { return (0.0, 0.0) };
        let all = first.iter().filter(|n| rest.iter().all(|list| list.binary_search(n).is_ok()));
        let (mut holding, mut count) = (0.0, 0.0);
        for &number in all {
            count += 1.0;
            if self.list[number as usize].contains(word) {
                holding += 1.0;
            }
        }
        (holding, count)
    }

    /// Every pair of an English phrase and a Chinese word that translate each other.
    fn pairs(&self) -> Vec<Pair<'_>> {
        let mut out = Vec::new();
        for (word, meanings) in &self.words {
            let mut best = BTreeMap::<&[String], f32>::new();
            for (phrase, worth, sense) in meanings.iter().filter(|m| m.0.len() <= LONGEST_PHRASE) {
                let worth = in_sense(*worth, *sense);
                let known = best.entry(phrase).or_default();
                *known = known.max(worth);
            }
            let sum: f32 = best.values().sum();
            let one = if word.chars().count() == 1 { ONE_CHARACTER } else { 1.0 };
            let frequency = self.frequency(word).powf(FREQUENCY) * one;
            for (phrase, worth) in best {
                let (holding, count) = self.support(phrase, word);
                let to_chinese = worth / sum.powf(AMBIGUITY)
                    * frequency
                    * (holding / (count + 2.0) + SUPPORT_FLOOR);
                let holding = holding / (self.containing(word) + 2.0) + SUPPORT_FLOOR;
                let to_english = worth * holding.sqrt() * (count + 1.0).powf(0.2);
                out.push(Pair { phrase: phrase.to_vec(), word, to_chinese, to_english });
            }
        }
        let known: HashSet<String> = out.iter().map(|pair| pair.phrase.join(" ")).collect();
        out.extend(self.name_parts());
        out.extend(self.family_names(&known));
        out
    }

    /// A person known by one Chinese word is known by the last word of the English name, where that
    /// is no word of its own: Einstein, but not (Kublai) Khan.
    fn family_names(&self, known: &HashSet<String>) -> Vec<Pair<'_>> {
        let mut out = Vec::new();
        for (word, name) in &self.people {
            let one_word = !word.contains('·') && word.chars().count() >= 3;
            let Some(last) = name.last().filter(|_| one_word && matches!(name.len(), 2 | 3)) else {
                continue;
            };
            if !known.contains(last) && last.len() > 1 {
                out.push(self.name_part(last, word));
            }
        }
        out
    }

    fn name_part<'a>(&self, name: &str, word: &'a str) -> Pair<'a> {
        let frequency = self.frequency(word).powf(FREQUENCY);
        let strength = NAME_PART.0 * frequency * (NAME_PART.1 + SUPPORT_FLOOR);
        let to_english = strength.min(NAME_PART_TO_ENGLISH);
        Pair { phrase: vec![name.to_owned()], word, to_chinese: strength, to_english }
    }

    /// Parts of names with as many words in both languages: 马丁·路德, Martin Luther.
    fn name_parts(&self) -> Vec<Pair<'_>> {
        let mut out = BTreeSet::new();
        for (word, meanings) in &self.words {
            let chinese: Vec<&str> = word.split('·').collect();
            let fits = |m: &&(Phrase, f32, usize)| chinese.len() > 1 && m.0.len() == chinese.len();
            let Some((english, _, _)) = meanings.iter().find(fits) else { continue };
            for (name, part) in english.iter().zip(&chinese) {
                if part.chars().count() < 2 || name.len() < 2 {
                    continue;
                }
                out.insert((name.as_str(), *part));
            }
        }
        out.into_iter().map(|(name, part)| self.name_part(name, part)).collect()
    }

    /// Chinese words that stand in many of the words explained with each English word, best first.
    fn related(&self) -> BTreeMap<&str, Vec<(f32, &str)>> {
        let mut out = BTreeMap::new();
        for (key, numbers) in &self.explained {
            let count = numbers.len();
            if count < FEWEST_TOGETHER as usize || count > GENERAL {
                continue;
            }
            let mut together = HashMap::<&str, u32>::new();
            for &number in numbers {
                let parts: HashSet<_> =
                    parts(&self.list[number as usize], 1..=LONGEST_RELATED).collect();
                for part in parts.into_iter().filter(|part| self.words.contains_key(*part)) {
                    *together.entry(part).or_default() += 1;
                }
            }
            let mut related: Vec<(f32, &str)> = together
                .into_iter()
                .filter(|(_, n)| *n >= FEWEST_TOGETHER)
                .map(|(word, n)| {
                    let all = count as f32 + self.containing(word) + 2.0;
                    (2.0 * n as f32 / all, word)
                })
                .filter(|(dice, _)| *dice >= LEAST_DICE_TO_ENGLISH)
                .collect();
            related.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            out.insert(&**key, related);
        }
        out
    }

    /// Chinese words that mean an English word and one other together, strongest first: 废水, *waste water*,
    /// for *waste*. One character means too much else.
    fn meaning_two(&self, key: &str) -> Vec<&str> {
        let mut found: Vec<(f32, &str)> = Vec::new();
        for &number in self.explained.get(key).into_iter().flatten() {
            let word = &*self.list[number as usize];
            let (mut best, mut sum) = (0.0f32, 0.0);
            for (phrase, worth, sense) in &self.words[word] {
                let worth = in_sense(*worth, *sense);
                sum += worth;
                let content = content(phrase);
                if content == 2 && phrase.iter().any(|word| key::of(word) == key) {
                    best = best.max(worth);
                }
            }
            if best > 0.0 && word.chars().nth(1).is_some() {
                let frequency = self.frequency(word).powf(FREQUENCY);
                found.push((best / sum.powf(AMBIGUITY) * frequency, word));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// Chinese words for an English word that only stands in explanations, with their weights.
    fn explanation(&self, key: &str, numbers: &[u32]) -> Vec<(String, f32)> {
        if numbers.len() > MOST_EXPLAINED {
            return Vec::new();
        }
        let mut scores = BTreeMap::<&str, (f32, f32)>::new();
        for &number in numbers {
            let word = &*self.list[number as usize];
            let mut best = 0.0f32;
            for (phrase, worth, sense) in &self.words[word] {
                if phrase.iter().any(|word| key::of(word) == key) {
                    let content = content(phrase);
                    let worth = in_sense(*worth, *sense);
                    best = best.max(worth / (content.max(1) as f32).powf(1.5));
                }
            }
            let inner = parts(word, 2..=usize::MAX).filter(|part| self.words.contains_key(*part));
            for part in inner.chain([word]).collect::<HashSet<_>>() {
                let score = scores.entry(part).or_default();
                score.0 += best;
                score.1 += 1.0;
            }
        }
        let short = |word: &str| word.chars().count() <= LONGEST_RELATED;
        let mut out: Vec<(String, f32)> = scores
            .into_iter()
            .filter(|(word, _)| short(word) || numbers.len() <= 2)
            .map(|(word, (worth, holding))| {
                (word.to_owned(), worth * holding / (self.containing(word) + 2.0))
            })
            .collect();
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let best = out.first().map_or(1.0, |first| first.1);
        out.retain(|(_, score)| *score >= 0.1 * best);
        out.truncate(MOST_TRANSLATIONS);
        out.iter_mut().for_each(|(_, score)| *score = (*score / best).powf(FLATTENING));
        out
    }
}

/// An English phrase and a Chinese word, and how strongly each translates the other.
struct Pair<'a> {
    phrase: Phrase,
    word: &'a str,
    to_chinese: f32,
    to_english: f32,
}

/// English words, written small, that say by themselves what some Chinese word means that is no name.
fn ordinary_words(entries: &[cedict::Entry]) -> HashSet<String> {
    let mut ordinary = HashSet::new();
    for sense in entries.iter().filter(|entry| !entry.is_name()).flat_map(|entry| &entry.senses) {
        let Sense::Means(phrases) = cedict::sense(sense, false) else { continue };
        let is_small = |word: &str| sense.split(|c: char| !c.is_alphanumeric()).any(|w| w == word);
        let telling = phrases.into_iter().filter(|(_, worth)| *worth >= TELLING);
        for (phrase, _) in telling {
            if let [word] = phrase.as_slice()
                && is_small(word)
            {
                ordinary.insert(word.clone());
            }
        }
    }
    ordinary
}

/// What a meaning of that worth is worth in a sense, counted from 0.
fn in_sense(worth: f32, sense: usize) -> f32 {
    worth / (1.0 + sense as f32).powf(SENSE_DECAY)
}

/// How many words of a phrase are no function words.
fn content(phrase: &Phrase) -> usize {
    phrase.iter().filter(|word| !is_function_word(word)).count()
}

/// The parts of a word whose number of characters is in the range.
fn parts(word: &str, lengths: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let count = ends.len() - 1;
    let longest = count.min(*lengths.end());
    (*lengths.start()..=longest).flat_map(move |length| {
        let ends = ends.clone();
        (0..=count - length).map(move |from| &word[ends[from]..ends[from + length]])
    })
}
