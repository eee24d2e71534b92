//! Which characters stand for which letters in names, learned from the names of `data/lexicon/terms`.
//!
//! Each character of a name stands for one to five of its letters, in their order; which ones is not
//! said, so all ways to divide the letters are weighed by how likely they are, and how likely they are is
//! counted from that, round by round (expectation maximization: Dempster, Laird and Rubin 1977). Names
//! that are translated and not written by their sound say something else each, which is not kept.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;
use zhen_text::sound::table::{MOST_LETTERS, RECORD, cost};

use super::lexicon::terms;

const ROUNDS: usize = 8;
/// How often, at least, a character must have stood for letters to be gone on with; and in the end.
const FEWEST: f64 = 0.1;
const FEWEST_KEPT: f64 = 1.0;
/// Most characters for the same letters.
const MOST_CHARACTERS: usize = 6;
/// How likely a character stands for so many letters, before anything is known.
const LENGTHS: [f64; MOST_LETTERS] = [0.2, 0.5, 0.2, 0.08, 0.02];

/// Writes the table of sounds.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let mut names = Vec::new();
    for (name, text) in terms::names(root)? {
        names.extend(alike(&name, &text));
    }
    names.sort();
    names.dedup();
    super::write(root, "data/lexicon/sounds/sounds.bin", &table(&learned(&names)))
}

/// A name of one word, its letters and its characters.
type Name = (String, Vec<char>);

/// The words of a name, where as many stand in both languages, of which one has letters alone and the other
/// characters: 阿尔伯特·爱因斯坦.
fn alike(name: &str, text: &str) -> Vec<Name> {
    let (words, texts): (Vec<_>, Vec<_>) = (name.split(' ').collect(), text.split('·').collect());
    if words.len() != texts.len() {
        return Vec::new();
    }
    let pairs = words
        .into_iter()
        .zip(texts)
        .map(|(word, text)| (word.to_owned(), fold_to_string(text).chars().collect::<Vec<char>>()));
    let fits = |(word, text): &Name| {
        word.bytes().all(|byte| byte.is_ascii_lowercase())
            && text.iter().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(c))
            && text.len() >= 2
            && (text.len()..=text.len() * MOST_LETTERS).contains(&word.len())
    };
    pairs.filter(fits).collect()
}

/// How often each character stands for each letters.
type Counts = BTreeMap<(String, char), f64>;

fn learned(names: &[Name]) -> Counts {
    let mut counts = Counts::new();
    for round in 0..ROUNDS {
        let total: f64 = counts.values().sum();
        let known: HashMap<(&str, char), f64> =
            counts.iter().map(|((letters, c), n)| ((letters.as_str(), *c), n / total)).collect();
        let likely = |letters: &str, c: char| match round {
            0 => LENGTHS[letters.len() - 1],
            _ => known.get(&(letters, c)).copied().unwrap_or(0.0),
        };
        let mut next = Counts::new();
        for (letters, text) in names {
            count(letters, text, &likely, &mut next);
        }
        let fewest = if round + 1 < ROUNDS { FEWEST } else { FEWEST_KEPT };
        next.retain(|_, n| *n > fewest);
        counts = next;
    }
    counts
}

/// Counts what the characters of a name stand for, each way as much as it is likely.
fn count(letters: &str, text: &[char], likely: &impl Fn(&str, char) -> f64, counts: &mut Counts) {
    let length = letters.len();
    let ends = |at: usize| at + 1..=length.min(at + MOST_LETTERS);
    // How likely it is that so many characters stand for so many letters at the beginning, and at the end.
    let mut before = vec![vec![0.0; length + 1]; text.len() + 1];
    before[0][0] = 1.0;
    for (i, &c) in text.iter().enumerate() {
        for at in 0..length {
            for end in ends(at) {
                before[i + 1][end] += before[i][at] * likely(&letters[at..end], c);
            }
        }
    }
    let mut after = vec![vec![0.0; length + 1]; text.len() + 1];
    after[text.len()][length] = 1.0;
    for (i, &c) in text.iter().enumerate().rev() {
        for at in 0..length {
            let ways = ends(at).map(|end| likely(&letters[at..end], c) * after[i + 1][end]);
            after[i][at] = ways.sum();
        }
    }
    let all = before[text.len()][length];
    if all <= 0.0 {
        return;
    }
    for (i, &c) in text.iter().enumerate() {
        for at in 0..length {
            for end in ends(at) {
                let part = &letters[at..end];
                let share = before[i][at] * likely(part, c) * after[i + 1][end] / all;
                if share > 1e-3 {
                    *counts.entry((part.to_owned(), c)).or_default() += share;
                }
            }
        }
    }
}

fn table(counts: &Counts) -> Vec<u8> {
    let total: f64 = counts.values().sum();
    let mut of_character: BTreeMap<char, f64> = BTreeMap::new();
    let mut of_letters: BTreeMap<&str, Vec<(f64, char)>> = BTreeMap::new();
    for ((letters, c), &n) in counts {
        *of_character.entry(*c).or_default() += n;
        of_letters.entry(letters).or_default().push((n, *c));
    }
    let mut records = Vec::new();
    for (letters, mut characters) in of_letters {
        characters.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (n, c) in characters.into_iter().take(MOST_CHARACTERS) {
            let mut record = [0; RECORD];
            record[..letters.len()].copy_from_slice(letters.as_bytes());
            let code = u16::try_from(u32::from(c)).unwrap_or_default();
            record[MOST_LETTERS..MOST_LETTERS + 2].copy_from_slice(&code.to_le_bytes());
            record[MOST_LETTERS + 2] = cost(n / total);
            record[MOST_LETTERS + 3] = cost(n / of_character[&c]);
            records.push((c, record));
        }
    }
    let by_letters = records.clone();
    records.sort_by_key(|(c, record)| (*c, record[MOST_LETTERS + 3]));
    by_letters.into_iter().chain(records).flat_map(|(_, record)| record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_where_as_many_words_stand_in_both_languages() {
        let of = |name, text| {
            let alike = alike(name, text).into_iter();
            alike.map(|(word, text)| (word, String::from_iter(text))).collect::<Vec<_>>()
        };
        let pair = |word: &str, text: &str| (word.to_owned(), text.to_owned());
        assert_eq!(of("cam newton", "卡姆·牛頓"), [pair("cam", "卡姆"), pair("newton", "牛顿")]);
        for (name, text) in
            [("newton", "卡姆·牛顿"), ("o'neil", "奥尼尔"), ("x", "四"), ("ab", "三个字")]
        {
            assert!(of(name, text).is_empty(), "{name}");
        }
    }

    #[test]
    fn what_characters_stand_for_is_learned_from_names_that_share_them() {
        let names = ["tala 塔拉", "lana 拉纳", "nata 纳塔", "tana 塔纳", "lata 拉塔"];
        let names: Vec<Name> = names
            .iter()
            .flat_map(|name| name.split_once(' '))
            .flat_map(|(a, b)| alike(a, b))
            .collect();
        let counts = learned(&names);
        let kept: Vec<_> = counts.keys().map(|(letters, c)| (letters.as_str(), *c)).collect();
        assert_eq!(kept, [("la", '拉'), ("na", '纳'), ("ta", '塔')]);
        assert_eq!(table(&counts).len(), 2 * 3 * RECORD);
    }
}
