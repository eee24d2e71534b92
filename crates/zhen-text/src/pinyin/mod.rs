//! Pinyin: how Chinese is read, and which Chinese a reading may mean.
//!
//! Only what is typed is turned into Chinese, never a text into pinyin, so that homophones cannot
//! find one another: 景点 and 经典 are both *jingdian*, and neither finds the other.
//!
//! ```
//! use zhen_text::pinyin::{Fuzzy, Input, Match, Pinyin};
//!
//! let pinyin = Pinyin::builtin();
//! let input = Input::new("yinhang", Fuzzy::NONE).unwrap();
//! let reading = &input.readings()[0];
//! assert_eq!(pinyin.words(reading, 1)[0].text, "银行");
//! // 行 is read otherwise in 行走, and one word of two readings is told by its neighbours.
//! assert_eq!(pinyin.matches("银行", &input), Some(Match::Full));
//! let initials = Input::new("zbjjzl", Fuzzy::NONE).unwrap();
//! assert_eq!(pinyin.matches("中巴经济走廊", &initials), Some(Match::Initials));
//! ```
//!
//! The readings are CC-CEDICT's (`data/pinyin`, CC BY-SA 4.0). Opening them costs nothing.

mod input;
mod syllable;
pub mod table;

pub use input::{Input, MOST_LETTERS, Part, PartKind, Reading, is_marked, letters};
pub use syllable::{Fuzzy, Syllable};

use std::collections::BTreeMap;

use fst::raw::{Node, Output};

use crate::lexicon::table::Cursor;
use crate::unit::is_han;
use syllable::alternatives;

/// Longest word of which all ways to read it are told, in characters.
const LONGEST_WORD: usize = 8;
/// Longest word matched, in characters.
const LONGEST_MATCHED: usize = 64;
/// Ways to read one word as a whole that are looked up, and given, at most.
const MOST_WAYS: usize = 8;
/// Steps taken in the index of words for one reading. A reading of initials alone may mean very
/// many words; past this bound the rest is left out.
const MOST_STEPS: usize = 30_000;

/// How Chinese is read. Free to make and to copy.
#[derive(Clone)]
pub struct Pinyin {
    words: fst::Map<&'static [u8]>,
}

impl std::fmt::Debug for Pinyin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pinyin").field("readings", &self.words.len()).finish_non_exhaustive()
    }
}

/// A dictionary word with a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinyinWord {
    /// The word, folded.
    pub text: &'static str,
    /// How frequent it is in general text: eight steps in a doubling of its count in the
    /// dictionary; 0 for words of unknown frequency.
    pub frequency: u8,
}

/// How what was typed fits a word; better fits are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Match {
    /// Every syllable, spelled out.
    Full,
    /// The beginning, spelled out; the last syllable may be begun only.
    Prefix,
    /// The initial of every syllable.
    Initials,
    /// Every syllable, some by their initial alone.
    Mixed,
    /// The initials of the beginning.
    InitialsPrefix,
    /// The beginning, some syllables by their initial alone.
    MixedPrefix,
}

/// The readings of one character of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharReadings {
    /// The character.
    pub character: char,
    /// Its readings, the one it has in this word first; empty when none is known.
    pub syllables: Vec<Syllable>,
}

impl Pinyin {
    /// The readings that are part of the program. Takes microseconds: nothing is read or copied.
    pub fn builtin() -> Self {
        Self { words: fst::Map::new(table::WORDS).expect("the table is made by fst") }
    }

    /// How the Han characters of a folded word are read, with every reading that each of them may
    /// have. Other characters are passed over.
    ///
    /// ```
    /// # use zhen_text::pinyin::Pinyin;
    /// let readings = Pinyin::builtin().readings("银行");
    /// assert_eq!(readings[1].syllables[0].text(), "hang");
    /// assert!(readings[1].syllables.iter().any(|s| s.text() == "xing"));
    /// ```
    pub fn readings(&self, word: &str) -> Vec<CharReadings> {
        let mut out = Vec::new();
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let length = match exception(rest) {
                Some((length, numbers)) => {
                    let han = rest[..length].chars().filter(|&c| is_han(c));
                    out.extend(han.zip(numbers).map(|(c, n)| char_readings(c, n)));
                    length
                }
                None => {
                    if is_han(first) {
                        out.push(char_readings(first, 0));
                    }
                    first.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        out
    }

    /// The ways in which the Han characters of a folded word are read together, the usual one
    /// first, at most eight: a single character's are all it has, a dictionary word's those of the
    /// dictionary, and any other word's is that of its characters and of the words within it. None
    /// when a character has no known reading.
    ///
    /// ```
    /// # use zhen_text::pinyin::Pinyin;
    /// let ways = |word| -> Vec<String> {
    ///     let ways = Pinyin::builtin().word_readings(word);
    ///     ways.iter().map(|way| way.iter().map(|s| s.text()).collect()).collect()
    /// };
    /// assert_eq!(ways("银行"), ["yinhang"]);
    /// assert_eq!(ways("朝阳"), ["chaoyang", "zhaoyang"]);
    /// ```
    pub fn word_readings(&self, word: &str) -> Vec<Vec<Syllable>> {
        let chars = self.readings(word);
        if chars.is_empty() || chars.iter().any(|c| c.syllables.is_empty()) {
            return Vec::new();
        }
        if let [only] = chars.as_slice() {
            return only.syllables.iter().take(MOST_WAYS).map(|&s| vec![s]).collect();
        }
        let usual: Vec<Syllable> = chars.iter().map(|c| c.syllables[0]).collect();
        let mut ways = vec![usual];
        if chars.len() <= LONGEST_WORD && chars.iter().any(|c| c.syllables.len() > 1) {
            let mut others: Vec<Vec<Syllable>> = vec![Vec::new()];
            for c in &chars {
                others = others
                    .iter()
                    .flat_map(|way| c.syllables.iter().map(|&s| [way.as_slice(), &[s]].concat()))
                    .take(MOST_WAYS)
                    .collect();
            }
            others.retain(|way| *way != ways[0] && self.is_read_so(word, way));
            ways.extend(others);
        }
        ways
    }

    /// Whether the dictionary has a word under a reading.
    fn is_read_so(&self, word: &str, syllables: &[Syllable]) -> bool {
        let spelled: Vec<&str> = syllables.iter().map(|s| s.text()).collect();
        let record = self.words.get(spelled.join("'"));
        record.is_some_and(|at| words_at(Output::new(at)).any(|found| found.text == word))
    }

    /// The characters that have this reading, the most frequent first.
    ///
    /// ```
    /// # use zhen_text::pinyin::{Pinyin, Syllable};
    /// let ba = Syllable::new("ba").unwrap();
    /// assert!(Pinyin::builtin().syllable_chars(ba).contains('巴'));
    /// ```
    pub fn syllable_chars(&self, syllable: Syllable) -> &'static str {
        let number = table::syllables().find(syllable.text());
        number.map_or("", table::chars_of)
    }

    /// The dictionary words of a reading, the most frequent first, at most `limit`.
    pub fn words(&self, reading: &Reading, limit: usize) -> Vec<PinyinWord> {
        let fst = self.words.as_fst();
        let mut ends = Vec::new();
        let mut steps = 0;
        // Depth first, in the order of the syllables.
        let mut stack = vec![(fst.root(), Output::zero(), 0)];
        while let Some((node, output, depth)) = stack.pop() {
            steps += 1;
            if steps > MOST_STEPS {
                break;
            }
            let Some(part) = reading.parts.get(depth) else {
                if node.is_final() {
                    ends.push(output.cat(node.final_output()));
                }
                continue;
            };
            for syllable in part.syllables.iter().rev() {
                steps += 1;
                let separator = if depth > 0 { "'" } else { "" };
                let bytes = separator.bytes().chain(syllable.text().bytes());
                if let Some((node, output)) = follow(fst, node, output, bytes) {
                    stack.push((node, output, depth + 1));
                }
            }
        }
        let mut out: Vec<PinyinWord> = ends.into_iter().flat_map(words_at).collect();
        out.sort_by(|a, b| b.frequency.cmp(&a.frequency).then(a.text.cmp(b.text)));
        out.dedup();
        out.truncate(limit);
        out
    }

    /// How a folded word fits what was typed, when it does. Characters of the word that are neither
    /// Han nor Latin letters or digits are passed over; Latin letters stand for themselves.
    ///
    /// Time is bounded by the letters typed times the characters of the word.
    pub fn matches(&self, word: &str, input: &Input) -> Option<Match> {
        if word.chars().nth(LONGEST_MATCHED).is_some() {
            return None;
        }
        let sounds = self.sounds(word)?;
        let mut reached = BTreeMap::from([(0usize, START)]);
        let mut best: Option<Match> = None;
        let mut note = |found: Match| best = Some(best.map_or(found, |best| best.min(found)));
        for (i, sound) in sounds.iter().enumerate() {
            let mut next = BTreeMap::<usize, u8>::new();
            for (&at, &ways) in &reached {
                if at == input.len() {
                    if i > 0 {
                        prefixes(ways).for_each(&mut note);
                    }
                    continue;
                }
                sound.steps(input, at, |step| match step {
                    Step::Full(to) => *next.entry(to).or_default() |= after_full(ways),
                    Step::Initial(to) => *next.entry(to).or_default() |= after_initial(ways),
                    Step::Begun => prefixes(after_full(ways)).for_each(&mut note),
                });
            }
            reached = next;
        }
        let ways = reached.get(&input.len()).copied().unwrap_or(0);
        for (way, found) in
            [(FULL, Match::Full), (INITIALS, Match::Initials), (MIXED, Match::Mixed)]
        {
            if ways & way > 0 {
                note(found);
            }
        }
        best
    }

    fn sounds(&self, word: &str) -> Option<Vec<Sound>> {
        let mut han = self.readings(word).into_iter();
        let mut out = Vec::new();
        for c in word.chars() {
            if is_han(c) {
                let syllables = han.next()?.syllables;
                if syllables.is_empty() {
                    return None;
                }
                out.push(Sound::Syllables(syllables));
            } else if c.is_ascii_alphanumeric() {
                out.push(Sound::Letter(c.to_ascii_lowercase()));
            }
        }
        (!out.is_empty()).then_some(out)
    }
}

fn follow<'f>(
    fst: &'f fst::raw::Fst<&'static [u8]>,
    node: Node<'f>,
    output: Output,
    mut bytes: impl Iterator<Item = u8>,
) -> Option<(Node<'f>, Output)> {
    bytes.try_fold((node, output), |(node, output), byte| {
        let transition = node.transition(node.find_input(byte)?);
        Some((fst.node(transition.addr), output.cat(transition.out)))
    })
}

fn words_at(output: Output) -> impl Iterator<Item = PinyinWord> {
    let offset = usize::try_from(output.value()).unwrap_or(usize::MAX);
    let mut record = Cursor::at(table::WORD_RECORDS, offset);
    (0..record.count()).map(move |_| PinyinWord { text: record.string(), frequency: record.byte() })
}

/// The longest word with a reading of its own that `text` begins with: its length in bytes, and for
/// each of its characters which of its readings it has.
fn exception(text: &str) -> Option<(usize, impl Iterator<Item = usize>)> {
    let two = text.char_indices().nth(1).map(|(at, c)| &text[..at + c.len_utf8()])?;
    let table = table::exceptions();
    let first = table.find(two).unwrap_or_else(|place| place);
    let words = (first..table.len()).map(|number| (number, table.word(number)));
    // Of the words that `text` begins with, a longer one stands after the shorter ones.
    let alike = words.take_while(|(_, word)| word.starts_with(two));
    let (number, word) = alike.filter(|(_, word)| text.starts_with(word)).last()?;
    let mut record = table.record(number);
    record.string();
    Some((word.len(), std::iter::from_fn(move || Some(usize::from(record.byte())))))
}

/// The readings of a character, the one with this number first.
fn char_readings(character: char, first: usize) -> CharReadings {
    let mut syllables: Vec<Syllable> =
        table::readings_of(character).map(Syllable::from_number).collect();
    if first < syllables.len() {
        syllables[..=first].rotate_right(1);
    }
    CharReadings { character, syllables }
}

/// Ways to have matched so far, as bits.
const START: u8 = 1;
const FULL: u8 = 2;
const INITIALS: u8 = 4;
const MIXED: u8 = 8;

fn after_full(ways: u8) -> u8 {
    let full = if ways & (START | FULL) > 0 { FULL } else { 0 };
    full | if ways & (INITIALS | MIXED) > 0 { MIXED } else { 0 }
}

fn after_initial(ways: u8) -> u8 {
    let initials = if ways & (START | INITIALS) > 0 { INITIALS } else { 0 };
    initials | if ways & (FULL | MIXED) > 0 { MIXED } else { 0 }
}

fn prefixes(ways: u8) -> impl Iterator<Item = Match> {
    let found =
        [(FULL, Match::Prefix), (INITIALS, Match::InitialsPrefix), (MIXED, Match::MixedPrefix)];
    found.into_iter().filter(move |(way, _)| ways & way > 0).map(|(_, found)| found)
}

/// What a character of a word sounds like.
enum Sound {
    Syllables(Vec<Syllable>),
    Letter(char),
}

/// A way to type a character from some place on.
enum Step {
    /// Spelled out up to there.
    Full(usize),
    /// By its initial, up to there.
    Initial(usize),
    /// Begun, and there the input ends.
    Begun,
}

impl Sound {
    fn steps(&self, input: &Input, at: usize, mut step: impl FnMut(Step)) {
        let syllables = match self {
            Self::Letter(letter) => {
                if input.letters[at..].starts_with(*letter) {
                    step(Step::Full(at + 1));
                }
                return;
            }
            Self::Syllables(syllables) => syllables,
        };
        for (length, _) in input.syllables(at).iter().filter(|(_, s)| syllables.contains(s)) {
            step(Step::Full(at + length));
        }
        let rest = &input.letters[at..];
        let is_last = input.is_unbroken(at, input.len());
        for syllable in syllables {
            for spelled in alternatives(syllable.text(), input.confused()) {
                for length in input.initials(at) {
                    if spelled.starts_with(&rest[..length]) && length < spelled.len() {
                        step(Step::Initial(at + length));
                    }
                }
                if is_last && rest.len() < spelled.len() && spelled.starts_with(rest) {
                    step(Step::Begun);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
