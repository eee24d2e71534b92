//! What is usually called how, where the dictionary turned around cannot tell: `data/lexicon/terms`.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;

use super::{FREQUENCY, Pair, Phrase};
use crate::data::cedict;

const FOLDER: &str = "data/lexicon/terms";
/// From English to Chinese, of the most frequent words.
const COMMON: &str = "common.txt";
/// The same, of others.
const FROM_ENGLISH: &[&str] = &[
    "computing.txt",
    "culture.txt",
    "less-common.txt",
    "phrases.txt",
    "public.txt",
    "sciences.txt",
    "society.txt",
    "technology.txt",
];
/// The same, of names.
const NAMES: &[&str] = &["names.txt", "people.txt"];
/// From Chinese to English.
const FROM_CHINESE: &str = "chinese.txt";

/// What translations are worth, from the most usual on, of the best one that the dictionary has.
const WORTH: [f32; 4] = [1.0, 0.8, 0.6, 0.5];
/// What a word that is not among the most frequent is worth as the English for its translation: 愚蠢 is
/// *stupid* before it is *inane*.
const SELDOM: f32 = 0.8;
/// What a Chinese word is worth as a translation of the English ones that are given for it.
const TURNED_AROUND: f32 = 0.6;
/// How frequent a Chinese word is that is worth as much; a rarer one is worth less: *boat* is seldom 舟楫.
const FREQUENT: f32 = 1_000.0;
/// What a name is worth beside the other meanings of its words: a gap is seldom 盖璞.
const NAME: f32 = 0.5;

/// An English phrase and a Chinese word, folded, and what each is worth as a translation of the other, of
/// the dictionary's best.
#[derive(Debug, PartialEq)]
pub(super) struct Term {
    phrase: Phrase,
    word: String,
    to_chinese: f32,
    to_english: f32,
}

/// All terms; `frequency` is how often a Chinese word occurs.
pub(super) fn read(root: &Path, frequency: impl Fn(&str) -> f32) -> io::Result<Vec<Term>> {
    let mut terms = Vec::new();
    for (files, worths) in
        [(&[COMMON][..], (1.0, 1.0)), (FROM_ENGLISH, (1.0, SELDOM)), (NAMES, (NAME, NAME))]
    {
        for file in files {
            terms.extend(read_list(root, file, |text| from_english(text, worths))?);
        }
    }
    terms.extend(read_list(root, FROM_CHINESE, |text| from_chinese(text, frequency))?);
    Ok(terms)
}

/// The names, each with what it is called in Chinese, as they stand.
pub(in crate::data) fn names(root: &Path) -> io::Result<Vec<(String, String)>> {
    let pairs = |name: &str, called: &str| {
        let called = called.split_whitespace().map(|called| (name.to_owned(), called.to_owned()));
        Some(called.collect())
    };
    let mut names = Vec::new();
    for file in NAMES {
        names.extend(read_list(root, file, |text| parse(text, pairs))?);
    }
    Ok(names)
}

/// What `parse` makes of a list, or which of its lines is wrong.
fn read_list<T>(
    root: &Path,
    file: &str,
    parse: impl FnOnce(&str) -> Result<Vec<T>, String>,
) -> io::Result<Vec<T>> {
    let text = std::fs::read_to_string(root.join(FOLDER).join(file))?;
    parse(&text).map_err(|line| {
        let what = "no term, or one that is there twice";
        io::Error::other(format!("{FOLDER}/{file}: {what}: {line}"))
    })
}

/// `phrase = translation translation`; what the first is worth in Chinese, and it in English. An error is
/// the line that is wrong.
fn from_english(text: &str, of_first: (f32, f32)) -> Result<Vec<Term>, String> {
    let mut seen = HashSet::new();
    parse(text, |phrase, translations| {
        let phrase = phrase_of(phrase).filter(|phrase| seen.insert(phrase.clone()))?;
        let term = |(translation, worth): (&str, f32)| {
            let word = word_of(translation)?;
            let (to_chinese, to_english) = (worth * of_first.0, worth * of_first.1);
            Some(Term { phrase: phrase.clone(), word, to_chinese, to_english })
        };
        translations.split_whitespace().zip(worths()).map(term).collect()
    })
}

/// `词 = translation; translation`. An error is the line that is wrong.
fn from_chinese(text: &str, frequency: impl Fn(&str) -> f32) -> Result<Vec<Term>, String> {
    let mut seen = HashSet::new();
    parse(text, |word, translations| {
        let word = word_of(word).filter(|word| seen.insert(word.clone()))?;
        let turned_around = TURNED_AROUND * (frequency(&word) / FREQUENT).min(1.0).powf(FREQUENCY);
        let term = |(translation, worth): (&str, f32)| {
            let (phrase, to_chinese) = (phrase_of(translation)?, worth * turned_around);
            Some(Term { phrase, word: word.clone(), to_chinese, to_english: worth })
        };
        translations.split(';').zip(worths()).map(term).collect()
    })
}

/// What `of_line` makes of both sides of each line that is neither empty nor a comment; an error
/// is the first line of which it makes nothing.
fn parse<T>(
    text: &str,
    mut of_line: impl FnMut(&str, &str) -> Option<Vec<T>>,
) -> Result<Vec<T>, String> {
    let mut made = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let sides = line.split_once(" = ");
        made.extend(sides.and_then(|(left, right)| of_line(left, right)).ok_or(line)?);
    }
    Ok(made)
}

/// The words of an English phrase, folded.
fn phrase_of(text: &str) -> Option<Phrase> {
    Some(cedict::words(text)).filter(|phrase| !phrase.is_empty())
}

/// A Chinese word of at least two characters, folded: one means too much.
fn word_of(text: &str) -> Option<String> {
    Some(fold_to_string(text)).filter(|word| word.chars().nth(1).is_some())
}

fn worths() -> impl Iterator<Item = f32> {
    WORTH.into_iter().chain(std::iter::repeat(WORTH[WORTH.len() - 1]))
}

/// Adds what the terms say to what the dictionary does.
pub(super) fn add<'a>(terms: &'a [Term], pairs: &mut Vec<Pair<'a>>) {
    let mut known = HashMap::new();
    let (mut of_phrase, mut of_word) = (HashMap::<Phrase, f32>::new(), HashMap::<&str, f32>::new());
    for (number, pair) in pairs.iter().enumerate() {
        known.insert((pair.phrase.clone(), pair.word), number);
        let best = of_phrase.entry(pair.phrase.clone()).or_default();
        *best = best.max(pair.to_chinese);
        let best = of_word.entry(pair.word).or_default();
        *best = best.max(pair.to_english);
    }
    for Term { phrase, word, to_chinese, to_english } in terms {
        let to_chinese = to_chinese * of_phrase.get(phrase).unwrap_or(&1.0);
        let to_english = to_english * of_word.get(word.as_str()).unwrap_or(&1.0);
        let number = *known.entry((phrase.clone(), word)).or_insert_with(|| {
            let (to_chinese, to_english) = (0.0, 0.0);
            pairs.push(Pair { phrase: phrase.clone(), word, to_chinese, to_english });
            pairs.len() - 1
        });
        let pair = &mut pairs[number];
        pair.to_chinese = pair.to_chinese.max(to_chinese);
        pair.to_english = pair.to_english.max(to_english);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(phrase: &[&str], word: &str, to_chinese: f32, to_english: f32) -> Term {
        let phrase = phrase.iter().map(ToString::to_string).collect();
        Term { phrase, word: word.to_owned(), to_chinese, to_english }
    }

    #[test]
    fn a_line_is_a_phrase_and_what_it_is_called() {
        let text = "# Of programs\n\nSource code = 源代码 原始碼\nuser's guide = 用户指南\n";
        let expected = [
            term(&["source", "code"], "源代码", 1.0, 1.0),
            term(&["source", "code"], "原始码", 0.8, 0.8),
            term(&["user", "guide"], "用户指南", 1.0, 1.0),
        ];
        assert_eq!(from_english(text, (1.0, 1.0)), Ok(Vec::from(expected)));
    }

    #[test]
    fn or_a_chinese_word_and_what_that_is_called() {
        let expected = [
            term(&["high", "speed", "rail"], "高铁", TURNED_AROUND, 1.0),
            term(&["bullet", "train"], "高铁", TURNED_AROUND * 0.8, 0.8),
        ];
        let text = "高鐵 = high-speed rail; bullet train";
        assert_eq!(from_chinese(text, |_| FREQUENT), Ok(Vec::from(expected)));
        let [frequent, rare] =
            [FREQUENT, FREQUENT / 4.0].map(|n| from_chinese(text, |_| n).unwrap()[0].to_chinese);
        assert!(rare < frequent && rare > 0.0);
    }

    #[test]
    fn what_is_no_term_is_told() {
        for text in [
            "thread 线程",
            " = 线程",
            "heap = 堆",
            "a tab = 标签页\nthe tab = 选项卡\na tab = 分页",
        ] {
            assert_eq!(
                from_english(text, (1.0, 1.0)).err().as_deref(),
                text.lines().last(),
                "{text}"
            );
        }
        for text in ["线程 thread", "堆 = heap", "线程 = ", "线程 = thread\n線程 = thread"]
        {
            assert_eq!(from_chinese(text, |_| 1.0).err().as_deref(), text.lines().last(), "{text}");
        }
    }

    #[test]
    fn terms_count_as_much_as_the_best_of_the_dictionary_and_take_nothing_from_it() {
        let pair = |word, to_chinese, to_english| Pair {
            phrase: vec!["thread".to_owned()],
            word,
            to_chinese,
            to_english,
        };
        let mut pairs = vec![pair("线", 8.0, 0.5), pair("线程", 0.1, 2.0)];
        let terms = from_english("thread = 线程 执行绪", (1.0, 0.5)).unwrap();
        add(&terms, &mut pairs);
        let worths: Vec<_> = pairs.iter().map(|p| (p.word, p.to_chinese, p.to_english)).collect();
        assert_eq!(worths, [("线", 8.0, 0.5), ("线程", 8.0, 2.0), ("执行绪", 6.4, 0.4)]);
    }
}
