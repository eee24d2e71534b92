//! Chinese–English lexicon: which words of the one language say what words of the other say.
//!
//! Made from CC-CEDICT (`data/lexicon/cedict`, CC BY-SA 4.0), turned around and ranked: common
//! senses of common words first. It is part of the program, costs nothing to open, and a look-up
//! reads only what it needs.
//!
//! ```
//! use zhen_text::lexicon::Lexicon;
//!
//! let lexicon = Lexicon::builtin();
//! let found = lexicon.to_chinese(&["world", "trade", "organization", "governments"]);
//! assert_eq!(found[0].words, 0..3);
//! assert_eq!(found[0].candidates[0].text, "世界贸易组织");
//! assert_eq!(found[1].candidates[0].text, "政府");
//! assert!(lexicon.to_english("经济").iter().any(|c| c.text == "economy"));
//! ```
//!
//! # How translations are ranked
//! The dictionary gives, for a Chinese word, senses in order of importance. Turned around, a
//! translation's strength is the product of
//! - the share of the phrase in what the word means: early senses count more, words of many senses
//!   less, labels such as *archaic* or *dialect* and surnames least;
//! - the frequency of the Chinese word;
//! - how much of all that the dictionary says with the English words is said with the Chinese word
//!   as a part (of the 200 entries about computers, how many hold 电脑). This tells a usual word from
//!   a rare synonym where frequencies do not.
//!
//! The last measure also finds *related* words, which are parts of many words for the same thing
//! (economy: 经); they follow the translations at half the weight, and so do words that mean the word
//! and one other together (waste: 废水, *waste water*).

use std::ops::Range;

pub mod forms;
mod function_words;
mod irregular;
pub mod key;
pub mod same_stem;
pub mod table;
mod word;

pub use function_words::is_function_word;
use table::{Cursor, SortedRecords};
use word::{Word, fit, keys_of};

static KEYS: &[u8] = include_bytes!("../../../../data/lexicon/cedict/keys.fst");
static ENGLISH: &[u8] = include_bytes!("../../../../data/lexicon/cedict/english.bin");
static CHINESE: &[u8] = include_bytes!("../../../../data/lexicon/cedict/chinese.bin");

/// Longest phrase looked up, in words.
pub const LONGEST_PHRASE: usize = 6;
/// Most translations given; [related](self#how-translations-are-ranked) words may follow.
pub const MOST_TRANSLATIONS: usize = 8;
/// Most related words given of each kind.
pub const MOST_RELATED: usize = 4;
/// Longest Chinese word looked up, in characters.
const LONGEST_WORD: usize = 24;

/// Weights are strengths relative to the best one, to this power: a translation half as strong
/// still deserves much more than half the weight.
pub const FLATTENING: f32 = 0.4;
/// Weight of a related word beside translations.
pub const RELATED: f32 = 0.5;
/// Best weight when the word itself is unknown and its root was translated (Syrian as Syria).
const DERIVED: f32 = 0.8;
/// Best weight when the word only stands in explanations of other words.
const EXPLAINED: f32 = 0.6;

/// A translation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// A folded Chinese word, or English words separated by a space.
    pub text: &'static str,
    /// From 0 to 1, the best one's highest: 1 for a translation of the word itself. Candidates
    /// compete for one place, so their weights do not add up.
    pub weight: f32,
    /// Whether it is no translation, but a word that often stands in the same entries, *university* for
    /// 北京, or means more than the word. It hints at what is meant.
    pub related: bool,
}

/// How a translation was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The word or phrase, or an inflected form of it, is translated in the dictionary.
    Entry,
    /// The word is unknown, a word it is derived from is translated.
    Root,
    /// The word is unknown, but words that are explained with it are known.
    Explanation,
    /// The Chinese word is unknown; this is a part of it.
    Part,
}

/// The translation of some words of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// Which of the words given.
    pub words: Range<usize>,
    /// What they may be in Chinese, best first; never empty.
    pub candidates: Vec<Candidate>,
    /// How it was found.
    pub source: Source,
}

/// The translation of a Chinese word or of a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedPart {
    /// Bytes of the word given.
    pub range: Range<usize>,
    /// What they may be in English, best first; never empty.
    pub candidates: Vec<Candidate>,
    /// [`Source::Entry`] for the whole word, [`Source::Part`] for a part of it.
    pub source: Source,
}

/// A Chinese–English lexicon. Free to make and to copy.
#[derive(Clone)]
pub struct Lexicon {
    keys: fst::Map<&'static [u8]>,
    english: &'static [u8],
    chinese: SortedRecords,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("phrases", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Lexicon {
    /// The lexicon that is part of the program. Takes microseconds: nothing is read or copied.
    pub fn builtin() -> Self {
        Self {
            keys: fst::Map::new(KEYS).expect("the table is made by fst"),
            english: ENGLISH,
            chinese: SortedRecords { bytes: CHINESE },
        }
    }

    /// Translates the folded English words of a query: longest phrases first, from left to right.
    /// Words that are not known are not in the answer, nor are function words on their own (*the*,
    /// *of*, *which*) unless there is nothing else. Numbers are left alone.
    ///
    /// A word may hold signs: `defence's`, `well-known`, `u.s.`. Linear in the number of words,
    /// some microseconds for each.
    pub fn to_chinese(&self, words: &[&str]) -> Vec<Translated> {
        let query: Vec<Word> =
            (0..words.len()).flat_map(|place| Word::all_of(words[place], place)).collect();
        let wants_function_words = words.iter().all(|word| is_function_word(word));
        let mut out = Vec::new();
        let mut at = 0;
        while at < query.len() {
            let (mut length, mut candidates) = self.longest_phrase(&query[at..]);
            if self.gives_way(&query[at..], length) {
                (length, candidates) = self.longest_phrase(&query[at..=at]);
            }
            let single = length <= 1;
            let phrase = &query[at..at + length.max(1)];
            let place = phrase[0].place..phrase[phrase.len() - 1].place + 1;
            at += length.max(1);
            if single && phrase[0].is_function_word && !wants_function_words {
                continue;
            }
            let found = match length {
                0 => self.unknown_word(&phrase[0]),
                _ => Some((candidates, Source::Entry)),
            };
            if let Some((candidates, source)) = found.filter(|(found, _)| !found.is_empty()) {
                out.push(Translated { words: place, candidates, source });
            }
        }
        out
    }

    /// Translates a folded Chinese word; when it is unknown, its parts: the longest known words
    /// from left to right. What is unknown even so is not in the answer.
    pub fn to_english_parts(&self, word: &str) -> Vec<TranslatedPart> {
        let whole = self.to_english(word);
        if !whole.is_empty() {
            let source = Source::Entry;
            return vec![TranslatedPart { range: 0..word.len(), candidates: whole, source }];
        }
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(first) = word[at..].chars().next() {
            let length = self.longest_word(&word[at..]).unwrap_or(0);
            let candidates = self.to_english(&word[at..at + length]);
            if !candidates.is_empty() {
                let source = Source::Part;
                out.push(TranslatedPart { range: at..at + length, candidates, source });
            }
            at += length.max(first.len_utf8());
        }
        out
    }

    /// The English phrases for a folded Chinese word, best first; empty when it is unknown.
    ///
    /// ```
    /// # use zhen_text::lexicon::Lexicon;
    /// assert_eq!(Lexicon::builtin().to_english("华沙")[0].text, "warsaw");
    /// ```
    pub fn to_english(&self, chinese_word: &str) -> Vec<Candidate> {
        let Ok(number) = self.chinese.find(chinese_word) else { return Vec::new() };
        let mut record = self.chinese.record(number);
        record.string();
        let count = record.count();
        let candidates = (0..count).map(|_| {
            let text = Cursor::at(self.english, record.varint()).string();
            let share = record.byte();
            let related = share == table::share_byte(RELATED);
            Candidate { text, weight: table::share(share), related }
        });
        candidates.filter(|candidate| !candidate.text.is_empty()).collect()
    }

    /// Whether a folded English word is spelled so in the translations of what it means itself; by its
    /// stem alone many a misspelt word is another.
    ///
    /// ```
    /// # use zhen_text::lexicon::Lexicon;
    /// assert!(Lexicon::builtin().spells("nationality"));
    /// assert!(!Lexicon::builtin().spells("definately"));
    /// ```
    pub fn spells(&self, word: &str) -> bool {
        let meanings = self.to_chinese(&[word]).into_iter().flat_map(|meant| meant.candidates);
        let mut spelled = meanings.flat_map(|meaning| self.to_english(meaning.text));
        spelled.any(|candidate| candidate.text.split(' ').any(|one| one == word))
    }

    /// Whether a folded Chinese word has an entry.
    pub fn knows(&self, chinese_word: &str) -> bool {
        self.chinese.find(chinese_word).is_ok()
    }

    /// The length in bytes of the longest entry that `text`, folded, begins with.
    pub fn longest_word(&self, text: &str) -> Option<usize> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_WORD);
        let ends: Vec<usize> = ends.collect();
        ends.into_iter().rev().find(|&end| self.knows(&text[..end]))
    }

    /// How many of some folded Chinese words, one after another, make the longest entry of several; it
    /// knows more than the dictionary along which texts are cut.
    ///
    /// ```
    /// # use zhen_text::lexicon::Lexicon;
    /// assert_eq!(Lexicon::builtin().longest_term(["区块", "链", "技术"]), Some(2));
    /// assert_eq!(Lexicon::builtin().longest_term(["区块", "的", "链"]), None);
    /// ```
    pub fn longest_term<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Option<usize> {
        let (mut text, mut longest) = (String::new(), None);
        for (word, count) in words.into_iter().zip(1..) {
            text.push_str(word);
            if count == 1 {
                continue;
            }
            match self.chinese.find(&text) {
                Ok(_) => longest = Some(count),
                // No entry begins so.
                Err(next) if !self.chinese.word(next).starts_with(&text) => break,
                Err(_) => {}
            }
        }
        longest
    }

    /// How many of the words make the longest phrase that has an entry and is more than function
    /// words, and its translations; 0 when not even the first one has one.
    fn longest_phrase(&self, words: &[Word]) -> (usize, Vec<Candidate>) {
        let root = self.keys.as_fst().root();
        // Ways to have read the words so far: the keys of an inflected word differ.
        let mut states = vec![root];
        let mut longest = (0, Vec::new());
        for (i, word) in words.iter().take(LONGEST_PHRASE).enumerate() {
            let mut next = Vec::new();
            for state in states {
                for key in &word.keys {
                    let spaced = (i > 0).then_some(b' ');
                    let mut bytes = spaced.into_iter().chain(key.bytes());
                    let reached = bytes.try_fold(state, |node, byte| {
                        let at = node.find_input(byte)?;
                        Some(self.keys.as_fst().node(node.transition_addr(at)))
                    });
                    next.extend(reached);
                }
            }
            let more_than_function_words =
                i == 0 || words[..=i].iter().any(|word| !word.is_function_word);
            if more_than_function_words && next.iter().any(fst::raw::Node::is_final) {
                let candidates = self.direct(&words[..=i]);
                if !candidates.is_empty() {
                    longest = (i + 1, candidates);
                }
            }
            if next.is_empty() {
                break;
            }
            states = next;
        }
        longest
    }

    /// Whether a phrase of so many of the words ends within another that begins in it and has more words
    /// that mean something: *the great* in *the great wall*.
    fn gives_way(&self, words: &[Word], length: usize) -> bool {
        let meaning = |words: &[Word]| words.iter().filter(|word| !word.is_function_word).count();
        (1..length).any(|from| {
            let (other, _) = self.longest_phrase(&words[from..]);
            from + other > length && meaning(&words[from..from + other]) > meaning(&words[..length])
        })
    }

    /// The translations of a phrase that has an entry, in any form of its words.
    fn direct(&self, phrase: &[Word]) -> Vec<Candidate> {
        let mut entries = Vec::new();
        let mut related = Vec::new();
        for key in keys_of(phrase) {
            let Some(offset) = self.keys.get(&key) else { continue };
            let mut record =
                Cursor::at(self.english, usize::try_from(offset).unwrap_or(usize::MAX));
            let groups = record.count();
            for _ in 0..groups {
                let (fit, means_same) = fit(record.string(), phrase);
                let count = record.count();
                let translations =
                    (0..count).map(|_| (record.varint(), table::strength(record.byte()))).collect();
                entries.push(Entry { fit, means_same, translations });
            }
            if groups > 0 {
                related.extend((0..record.count()).map(|_| (record.varint(), record.byte())));
            }
        }
        let [mut found, mut otherwise] = [Found::default(), Found::default()];
        let own = entries.iter().filter(|entry| entry.fit == 1.0).map(Entry::strength);
        let own = own.fold(0.0, f32::max);
        for entry in &entries {
            let found = if entry.means_same { &mut found } else { &mut otherwise };
            // What the words mean as they are written is not drowned: *interesting* is 有趣, however strong 利息
            // is for *interest*.
            let most = if own > 0.0 { own / entry.strength() } else { 1.0 };
            let part = entry.fit.min(most);
            entry
                .translations
                .iter()
                .for_each(|&(word, strength)| found.add(word, strength * part));
        }
        if found.words.is_empty() {
            found = std::mem::take(&mut otherwise);
        }
        let mut out = self.ranked(found, 1.0);
        for hint in self.ranked(otherwise, RELATED).into_iter().take(MOST_RELATED) {
            add_hint(hint.text, hint.weight, &mut out);
        }
        if !out.is_empty() {
            self.add_related(&related, &mut out);
        }
        out
    }

    fn unknown_word(&self, word: &Word) -> Option<(Vec<Candidate>, Source)> {
        for root in key::roots(&word.text) {
            let root = Word::new(&root, word.place);
            let mut candidates = self.direct(std::slice::from_ref(&root));
            if !candidates.is_empty() {
                candidates.iter_mut().for_each(|candidate| candidate.weight *= DERIVED);
                return Some((candidates, Source::Root));
            }
        }
        let offset = self.keys.get(word.keys.first()?)?;
        let mut record = Cursor::at(self.english, usize::try_from(offset).ok()?);
        if record.count() > 0 {
            return None;
        }
        let related: Vec<_> =
            (0..record.count()).map(|_| (record.varint(), record.byte())).collect();
        let mut out = Vec::new();
        self.add_related(&related, &mut out);
        out.iter_mut().for_each(|candidate| candidate.weight *= EXPLAINED);
        Some((out, Source::Explanation))
    }

    fn ranked(&self, found: Found, best_weight: f32) -> Vec<Candidate> {
        let mut words = found.words;
        // Numbers of words are in the order of the words, so ties do not depend on anything else.
        words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        words.truncate(MOST_TRANSLATIONS);
        let best = words.first().map_or(1.0, |word| word.1);
        let candidate = |(word, strength): (usize, f32)| Candidate {
            text: self.chinese.word(word),
            weight: best_weight * (strength / best).powf(FLATTENING),
            related: false,
        };
        words.into_iter().map(candidate).filter(|candidate| !candidate.text.is_empty()).collect()
    }

    fn add_related(&self, related: &[(usize, u8)], out: &mut Vec<Candidate>) {
        for &(word, share) in related {
            add_hint(self.chinese.word(word), table::share(share), out);
        }
    }
}

/// Adds what only hints at the words, unless it is there already.
fn add_hint(text: &'static str, weight: f32, out: &mut Vec<Candidate>) {
    if !text.is_empty() && out.iter().all(|candidate| candidate.text != text) {
        out.push(Candidate { text, weight, related: true });
    }
}

/// A phrase of the dictionary that the words of a query may be a form of.
struct Entry {
    fit: f32,
    means_same: bool,
    /// Chinese words with their strengths, the strongest first.
    translations: Vec<(usize, f32)>,
}

impl Entry {
    fn strength(&self) -> f32 {
        self.translations.first().map_or(1.0, |first| first.1)
    }
}

/// Chinese words with the strength of the strongest way that led to them.
#[derive(Default)]
struct Found {
    words: Vec<(usize, f32)>,
}

impl Found {
    fn add(&mut self, word: usize, strength: f32) {
        match self.words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, known)) => *known = known.max(strength),
            None => self.words.push((word, strength)),
        }
    }
}

#[cfg(test)]
mod tests;
