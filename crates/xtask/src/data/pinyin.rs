//! Readings of characters and words, and words by their reading, from CC-CEDICT and the
//! frequencies of jieba's dictionary. `zhen_text::pinyin::table` tells the layout.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;
use zhen_text::lexicon::table::{push_string, push_varint};
use zhen_text::pinyin::table::{MOST_READINGS, SEPARATOR, frequency_byte};
use zhen_text::unit::is_han;

use super::{cedict, jieba};

const FOLDER: &str = "data/pinyin";
/// Longest word in the index of words, in characters.
const LONGEST_WORD: usize = 8;
/// Least frequency of a word that only the frequency list has.
const LEAST_FREQUENCY: u64 = 20;
/// Weight of a reading that an entry gives to a character alone, beside its words.
const ALONE: f64 = 1.0;

/// Writes the tables.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let mut frequency = HashMap::<String, u64>::new();
    for (word, count) in jieba::entries()? {
        *frequency.entry(fold_to_string(word)).or_default() += count;
    }
    let spoken: Vec<Spoken> = cedict::entries(root)?.iter().filter_map(Spoken::of).collect();
    let readings = Readings::new(&spoken, &frequency);
    super::write(root, &format!("{FOLDER}/readings.bin"), &readings.bytes())?;
    let (words, records) = index(&spoken, &readings, &frequency);
    super::write(root, &format!("{FOLDER}/words.fst"), &words)?;
    super::write(root, &format!("{FOLDER}/words.bin"), &records)
}

/// A word of Han characters and how it is spoken.
struct Spoken {
    word: String,
    /// One toneless syllable for each Han character.
    syllables: Vec<String>,
    is_name: bool,
}

impl Spoken {
    /// `None` for words with other characters, and where syllables and characters do not pair.
    fn of(entry: &cedict::Entry) -> Option<Self> {
        let mark = |c: &char| matches!(c, '·' | ',' | '，');
        let syllables: Vec<String> = entry
            .pinyin
            .split(' ')
            .filter(|syllable| !matches!(*syllable, "·" | ","))
            .map(toneless)
            .collect::<Option<_>>()?;
        let chars: Vec<char> = entry.word.chars().filter(|c| !mark(c)).collect();
        let pairs = chars.len() == syllables.len() && chars.iter().all(|&c| is_han(c));
        let (word, is_name) = (entry.word.clone(), entry.is_name());
        pairs.then_some(Self { word, syllables, is_name })
    }

    fn chars(&self) -> impl Iterator<Item = char> + '_ {
        self.word.chars().filter(|&c| is_han(c))
    }
}

const FINALS: &[&str] = &[
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang", "iao",
    "ie", "in", "ing", "iong", "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui",
    "un", "uo", "v", "ve",
];

const INITIALS: &[&str] = &[
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s", "y", "w", "",
];

/// `Lu:4` → `lv`; `None` for what is no syllable of standard Chinese.
fn toneless(syllable: &str) -> Option<String> {
    let lower = syllable.to_lowercase().replace("u:", "v");
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    // 儿 that has merged into the syllable before it.
    let bare = if bare == "r" { "er" } else { bare };
    let legal = INITIALS.iter().any(|initial| {
        bare.strip_prefix(initial).is_some_and(|last| FINALS.binary_search(&last).is_ok())
    });
    legal.then(|| bare.to_owned())
}

/// Which characters are read how.
struct Readings {
    syllables: Vec<String>,
    /// Readings of each character, the most likely first.
    chars: BTreeMap<char, Vec<String>>,
    /// Characters of each syllable, the most frequent first.
    by_syllable: BTreeMap<String, Vec<char>>,
    /// Words that are read otherwise than their characters and shorter words say.
    exceptions: BTreeMap<String, Vec<u8>>,
}

impl Readings {
    fn new(spoken: &[Spoken], frequency: &HashMap<String, u64>) -> Self {
        let mut weights = BTreeMap::<char, BTreeMap<&str, f64>>::new();
        for spoken in spoken {
            let alone = spoken.syllables.len() == 1;
            let known = frequency.get(&spoken.word).copied().unwrap_or(0);
            let weight = match (alone, spoken.is_name) {
                (true, true) => 0.1 * ALONE,
                (true, false) => ALONE,
                (false, _) => (known as f64 + 1.0).sqrt(),
            };
            for (c, syllable) in spoken.chars().zip(&spoken.syllables) {
                *weights.entry(c).or_default().entry(syllable).or_default() += weight;
            }
        }
        let mut chars = BTreeMap::new();
        let mut by_syllable = BTreeMap::<String, Vec<(f64, char)>>::new();
        for (c, readings) in weights {
            let sum: f64 = readings.values().sum();
            let common = jieba_frequency(frequency, c);
            for (syllable, weight) in &readings {
                let share = weight / sum * (common + 1.0);
                by_syllable.entry((*syllable).to_owned()).or_default().push((share, c));
            }
            let mut readings: Vec<(f64, &str)> =
                readings.into_iter().map(|(syllable, weight)| (weight, syllable)).collect();
            readings.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            readings.truncate(MOST_READINGS);
            chars
                .insert(c, readings.into_iter().map(|(_, syllable)| syllable.to_owned()).collect());
        }
        let syllables = by_syllable.keys().cloned().collect();
        let by_syllable = by_syllable.into_iter().map(|(syllable, mut chars)| {
            chars.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            (syllable, chars.into_iter().map(|(_, c)| c).collect())
        });
        let mut out = Self {
            syllables,
            chars,
            by_syllable: by_syllable.collect(),
            exceptions: BTreeMap::new(),
        };
        out.find_exceptions(spoken);
        out
    }

    /// Shorter words first, so that what follows from a shorter word is no exception.
    fn find_exceptions(&mut self, spoken: &[Spoken]) {
        let mut words: Vec<&Spoken> =
            spoken.iter().filter(|s| (2..=LONGEST_WORD).contains(&s.syllables.len())).collect();
        words.sort_by_key(|spoken| (spoken.syllables.len(), spoken.is_name));
        let mut done = HashSet::new();
        for spoken in words {
            // Of several readings of a word the dictionary's first counts, a name's last.
            if !done.insert(&*spoken.word) || self.read(&spoken.word) == spoken.syllables {
                continue;
            }
            let number = |(c, syllable): (char, &String)| {
                let at = self.chars[&c].iter().position(|known| known == syllable)?;
                u8::try_from(at).ok()
            };
            let numbers = spoken.chars().zip(&spoken.syllables).map(number).collect::<Option<_>>();
            if let Some(numbers) = numbers {
                self.exceptions.insert(spoken.word.clone(), numbers);
            }
        }
    }

    /// How a word is read by what is known so far; as `zhen_text::pinyin` reads it.
    fn read(&self, word: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let ends: Vec<usize> = rest.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
            let known = ends
                .iter()
                .rev()
                .find_map(|&end| self.exceptions.get(&rest[..end]).map(|numbers| (end, numbers)));
            if let Some((end, numbers)) = known {
                let han = rest[..end].chars().filter(|&c| is_han(c));
                out.extend(han.zip(numbers).map(|(c, &n)| self.chars[&c][usize::from(n)].clone()));
                rest = &rest[end..];
            } else {
                out.extend(self.chars.get(&first).map(|readings| readings[0].clone()));
                rest = &rest[first.len_utf8()..];
            }
        }
        out
    }

    fn syllable(&self, text: &str) -> u16 {
        let at = self.syllables.binary_search_by(|known| known.as_str().cmp(text));
        u16::try_from(at.expect("all syllables are listed"))
            .expect("there are some hundred syllables")
    }

    fn bytes(&self) -> Vec<u8> {
        let mut syllables = Vec::new();
        for syllable in &self.syllables {
            let mut record = Vec::new();
            push_string(&mut record, syllable);
            let chars: String = self.by_syllable[syllable].iter().collect();
            record.extend_from_slice(&(chars.len() as u16).to_le_bytes());
            record.extend_from_slice(chars.as_bytes());
            syllables.push(record);
        }
        let mut chars = Vec::new();
        for (c, readings) in &self.chars {
            chars.extend_from_slice(&(*c as u32).to_le_bytes());
            let numbers = readings.iter().map(|reading| self.syllable(reading));
            let numbers = numbers.chain(std::iter::repeat(u16::MAX)).take(MOST_READINGS);
            numbers.for_each(|number| chars.extend_from_slice(&number.to_le_bytes()));
        }
        let exceptions = self.exceptions.iter().map(|(word, numbers)| {
            let mut record = Vec::new();
            push_string(&mut record, word);
            record.extend_from_slice(numbers);
            record
        });
        let syllables = sorted_records(syllables);
        let exceptions = sorted_records(exceptions.collect());
        let mut out = Vec::new();
        for part in [&syllables, &chars, &exceptions] {
            out.extend_from_slice(&u32::try_from(part.len()).expect("a small table").to_le_bytes());
        }
        for part in [syllables, chars, exceptions] {
            out.extend_from_slice(&part);
        }
        out
    }
}

fn jieba_frequency(frequency: &HashMap<String, u64>, c: char) -> f64 {
    frequency.get(c.encode_utf8(&mut [0; 4]) as &str).copied().unwrap_or(0) as f64
}

fn sorted_records(records: Vec<Vec<u8>>) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).expect("a small table").to_le_bytes();
    let mut out = number(records.len()).to_vec();
    let mut at = 4 * (records.len() + 1);
    for record in &records {
        out.extend_from_slice(&number(at));
        at += record.len();
    }
    records.iter().for_each(|record| out.extend_from_slice(record));
    out
}

/// Words by their reading: the map from reading to record, and the records.
fn index(
    spoken: &[Spoken],
    readings: &Readings,
    frequency: &HashMap<String, u64>,
) -> (Vec<u8>, Vec<u8>) {
    let mut words = BTreeMap::<String, BTreeSet<(std::cmp::Reverse<u64>, &str)>>::new();
    let mut add = |word, syllables: &[String]| {
        let count = frequency.get(word).copied().unwrap_or(0);
        let key = syllables.join(&SEPARATOR.to_string());
        words.entry(key).or_default().insert((std::cmp::Reverse(count), word));
    };
    let fits = |count: usize| (2..=LONGEST_WORD).contains(&count);
    let mut known = HashSet::new();
    for spoken in spoken.iter().filter(|spoken| fits(spoken.syllables.len())) {
        known.insert(&*spoken.word);
        add(&spoken.word, &spoken.syllables);
    }
    for (word, _) in frequency.iter().filter(|(_, count)| **count >= LEAST_FREQUENCY) {
        let is_spoken = word.chars().all(|c| readings.chars.contains_key(&c));
        if is_spoken && fits(word.chars().count()) && !known.contains(word.as_str()) {
            add(word, &readings.read(word));
        }
    }
    let mut keys = fst::MapBuilder::memory();
    let mut records = Vec::new();
    for (key, words) in words {
        keys.insert(key, records.len() as u64).expect("keys are sorted and distinct");
        push_varint(&mut records, words.len() as u32);
        for (std::cmp::Reverse(count), word) in words {
            push_string(&mut records, word);
            records.push(frequency_byte(count));
        }
    }
    (keys.into_inner().expect("writing to memory does not fail"), records)
}
