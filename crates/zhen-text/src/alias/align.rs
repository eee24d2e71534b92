//! Names in the two languages: where one begins is told by the lexicon.
//!
//! A Chinese word and an English one belong together when either language's entry of the one names
//! the other. A name begins where what belongs together outweighs what does not.

use std::ops::Range;

use super::bracket::{Bound, HanRun};
use crate::latin;
use crate::lexicon::{Candidate, Lexicon, is_function_word};

/// Most translations of a word that are looked at: later ones are rare senses, and with enough of
/// them everything belongs together.
const MOST: usize = 8;

/// The words of a Latin name, and what they are in Chinese.
pub(super) struct Gloss {
    words: Vec<GlossWord>,
    /// Words of the name, by number, and what those may be in Chinese.
    chinese: Vec<(Range<usize>, Vec<&'static str>)>,
}

struct GlossWord {
    stem: String,
    /// Where it begins in the text.
    start: usize,
    content: bool,
}

/// Which words of a gloss; a bit each.
type Mask = u32;

impl Gloss {
    /// Of a text of at most 30 words.
    pub(super) fn new(lexicon: &Lexicon, text: &str) -> Self {
        let mut words = Vec::new();
        let mut lower = Vec::new();
        let mut at = 0;
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if !word.is_empty() && words.len() < 30 {
                let folded = crate::fold::fold_to_string(word);
                let content = !is_function_word(&folded);
                words.push(GlossWord { stem: latin::stem(&folded), start: at, content });
                lower.push(folded);
            }
            at += word.len();
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
        let spelled: Vec<&str> = lower.iter().map(String::as_str).collect();
        let mut chinese = Vec::new();
        for found in lexicon.to_chinese(&spelled) {
            // Each word of a phrase by itself too, for a name is cut into smaller ones.
            for at in found.words.clone().filter(|_| found.words.len() > 1) {
                let alone = lexicon.to_chinese(&spelled[at..=at]).into_iter();
                chinese.extend(alone.map(|found| (at..at + 1, first(&found.candidates))));
            }
            chinese.push((found.words, first(&found.candidates)));
        }
        Self { words, chinese }
    }

    /// The words that belong to the Chinese word.
    fn belonging(&self, lexicon: &Lexicon, han: &str) -> Mask {
        let mut mask = 0;
        for candidate in lexicon.to_english(han).iter().take(MOST) {
            let stems: Vec<String> = candidate
                .text
                .split(' ')
                .filter(|w| !is_function_word(w))
                .map(latin::stem)
                .collect();
            let bits = self.words.iter().enumerate().filter(|(_, word)| stems.contains(&word.stem));
            let bits = bits.fold(0, |bits: Mask, (i, _)| bits | 1 << i);
            // A phrase belongs when most of it is there: "free" alone is not "free trade".
            if bits.count_ones() as usize * 2 > stems.len() {
                mask |= bits;
            }
        }
        let long = |text: &str| text.chars().nth(1).is_some();
        for (range, candidates) in &self.chinese {
            // A part of what a phrase means says nothing of the whole phrase.
            let same = |c: &&str| {
                let holds = range.len() == 1 && c.contains(han) || han.contains(*c);
                *c == han || long(c) && long(han) && holds
            };
            if candidates.iter().any(same) {
                mask |= range.clone().fold(0, |bits: Mask, i| bits | 1 << i);
            }
        }
        mask & self.content()
    }

    fn content(&self) -> Mask {
        let words = self.words.iter().enumerate().filter(|(_, word)| word.content);
        words.fold(0, |bits, (i, _)| bits | 1 << i)
    }
}

/// The first of a word's translations.
fn first(candidates: &[Candidate]) -> Vec<&'static str> {
    candidates.iter().take(MOST).map(|candidate| candidate.text).collect()
}

/// Where a name begins, and how much says so; only comparable for one and the same other name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    /// Byte of the run.
    pub(super) at: usize,
    pub(super) score: i32,
}

/// Where the Chinese name begins in `run` that `text`, a whole Latin name, says in English.
pub(super) fn han_for_words(lexicon: &Lexicon, text: &str, run: &HanRun) -> Option<Start> {
    let gloss = Gloss::new(lexicon, text);
    let content = gloss.content().count_ones();
    let (mut best, mut score, mut together, mut apart, mut mask) = (None, 0, 0, 0, 0);
    for word in run.words.iter().rev() {
        let text = &run.text[word.clone()];
        let count = text.chars().count() as i32;
        let bits = gloss.belonging(lexicon, text);
        mask |= bits;
        if bits == 0 {
            apart += count;
            continue;
        }
        together += count;
        if together - apart > score && together >= apart * 2 {
            score = together - apart;
            best = Some((word.start, mask));
        }
    }
    let (start, mask) = best?;
    // The head of a name alone (classifier of "multilabel classifier") is not the name.
    let enough = mask.count_ones() * 3 >= content * 2;
    let length = run.text[start..].chars().count() as u32;
    let start = Start { at: start, score: mask.count_ones() as i32 };
    (enough && (2..=content * 5 + 2).contains(&length)).then_some(start)
}

/// Where the Latin name begins in `text` that `han`, a whole Chinese name of the words given, says in
/// Chinese: the beginning of one of the words of `text`.
pub(super) fn words_for_han(lexicon: &Lexicon, han: &[&str], text: &str) -> Option<usize> {
    let gloss = Gloss::new(lexicon, text);
    let (mut mask, mut chars, mut together) = (0, 0, 0);
    for word in han {
        let bits = gloss.belonging(lexicon, word);
        let count = word.chars().count();
        chars += count;
        together += if bits == 0 { 0 } else { count };
        mask |= bits;
    }
    if together * 3 < chars * 2 || mask == 0 {
        return None;
    }
    // From the end: what belongs against what does not, function words aside.
    let (mut best, mut score, mut balance, mut content) = (None, 0, 0, 0);
    for (i, word) in gloss.words.iter().enumerate().rev() {
        if !word.content {
            continue;
        }
        content += 1;
        balance += if mask >> i & 1 == 1 { 1 } else { -1 };
        if balance > score {
            score = balance;
            best = Some((word.start, content));
        }
        if balance < -1 {
            break;
        }
    }
    let (start, content) = best?;
    (content * 5 + 2 >= chars).then_some(start)
}

/// Where the Chinese name begins in `run` whose English the letters abbreviate. Where the run's
/// beginning is marked, all of it is tried too, in any order: English turns many a name around.
pub(super) fn han_for_letters(lexicon: &Lexicon, letters: &[char], run: &HanRun) -> Option<Start> {
    // The lexicon may know all of it.
    let known = run.words.iter().map(|word| word.start).find(|&at| {
        let says = |initials: &Vec<char>| initials == letters;
        Atom::of(lexicon, &run.text[at..], at, true).initials.iter().any(says)
    });
    if let Some(at) = known {
        return Some(Start { at, score: letters.len() as i32 * 2 });
    }
    let atoms = Atom::all(lexicon, run);
    let mut best: Option<Start> = None;
    let mut rate = |at: usize, given: usize, used: usize, atoms: usize| {
        let unused = (atoms - used) as i32;
        let enough = given * 3 >= letters.len() * 2 && given >= 2 && unused * 2 <= used as i32;
        let score = given as i32 * 2 - unused;
        if enough && best.is_none_or(|best| score > best.score) {
            best = Some(Start { at, score });
        }
    };
    for (i, atom) in atoms.iter().enumerate() {
        // The name begins with a word, and that word gives the first letter.
        if atom.begins && atom.initials.iter().any(|initials| initials.first() == letters.first()) {
            let (given, used) = in_order(&atoms[i..], letters);
            rate(atom.start, given, used, atoms.len() - i);
        }
    }
    if let Some(first) = atoms.first().filter(|_| run.bound == Bound::Sign) {
        let (given, used) = in_any_order(&atoms, letters);
        rate(first.start, given, used, atoms.len());
    }
    best
}

/// How many of the letters the atoms give, each at most one (or those of a phrase), and how many atoms
/// give one.
fn in_any_order(atoms: &[Atom], letters: &[char]) -> (usize, usize) {
    let mut left = letters.to_vec();
    let mut used = 0;
    for atom in atoms {
        let mut given: Option<Vec<char>> = None;
        for initials in &atom.initials {
            let mut rest = left.clone();
            let all = initials.iter().all(|letter| {
                let at = rest.iter().position(|c| c == letter);
                at.is_some_and(|at| rest.swap_remove(at) == *letter)
            });
            let one = initials.iter().copied().find(|letter| left.contains(letter));
            let this = if all { initials.clone() } else { one.into_iter().collect() };
            if this.len() > given.as_ref().map_or(0, Vec::len) {
                given = Some(this);
            }
        }
        for letter in given.iter().flatten() {
            if let Some(at) = left.iter().position(|c| c == letter) {
                left.swap_remove(at);
            }
        }
        used += usize::from(given.is_some());
    }
    (letters.len() - left.len(), used)
}

/// A Chinese word, or a character of one that the lexicon does not know.
struct Atom {
    start: usize,
    /// Whether a word begins here.
    begins: bool,
    /// The initials of each translation.
    initials: Vec<Vec<char>>,
}

impl Atom {
    fn all(lexicon: &Lexicon, run: &HanRun) -> Vec<Self> {
        run.words.iter().flat_map(|word| Self::all_of(lexicon, run, word)).collect()
    }

    fn all_of(lexicon: &Lexicon, run: &HanRun, word: &Range<usize>) -> Vec<Self> {
        let whole = Self::of(lexicon, &run.text[word.clone()], word.start, true);
        if !whole.initials.is_empty() {
            return vec![whole];
        }
        let characters = run.text[word.clone()].char_indices();
        let atom = |(at, c): (usize, char)| {
            Self::of(lexicon, c.encode_utf8(&mut [0; 4]), word.start + at, at == 0)
        };
        characters.map(atom).collect()
    }

    fn of(lexicon: &Lexicon, text: &str, start: usize, begins: bool) -> Self {
        let initials = lexicon.to_english(text).into_iter().take(MOST).map(|candidate| {
            let words = candidate.text.split(' ').filter(|word| !is_function_word(word));
            words.filter_map(|word| word.chars().next()).collect()
        });
        Self { start, begins, initials: initials.collect() }
    }
}

/// How many of the letters the atoms give in order, and how many atoms give one; the first atom gives
/// the first letter.
fn in_order(atoms: &[Atom], letters: &[char]) -> (usize, usize) {
    // best[j]: most letters given by the atoms so far that end with letter j.
    let mut best: Vec<(usize, usize)> = vec![(0, 0); letters.len() + 1];
    for atom in atoms {
        let before = best.clone();
        for (j, &(given, used)) in before.iter().enumerate() {
            for initials in &atom.initials {
                for from in j..letters.len() {
                    let run =
                        initials.iter().zip(&letters[from..]).take_while(|(a, b)| a == b).count();
                    // All of a phrase, or any one word of it.
                    let run = match run == initials.len() {
                        true => run,
                        false => usize::from(initials.contains(&letters[from])),
                    };
                    let reached = (given + run, used + 1);
                    if run > 0 && best[from + run].0 < reached.0 {
                        best[from + run] = reached;
                    }
                }
            }
        }
        for j in 1..best.len() {
            if best[j].0 < best[j - 1].0 {
                best[j] = best[j - 1];
            }
        }
    }
    best.last().copied().unwrap_or_default()
}

/// Whether at least half of the letters are given by the words of `run`, in order.
pub(super) fn shares_letters(lexicon: &Lexicon, letters: &[char], run: &HanRun) -> bool {
    let (given, _) = in_order(&Atom::all(lexicon, run), letters);
    given * 2 >= letters.len()
}
