//! Words of fields that a general dictionary does not know, or knows for something else: `data/lexicon/terms`.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;

use super::Pair;
use crate::data::cedict;

const FOLDER: &str = "data/lexicon/terms";
const FILES: [&str; 3] = ["common.txt", "computing.txt", "public.txt"];

/// What the translations of a phrase are worth, from the most usual on, of the best one that the dictionary
/// has for it.
const WORTH: [f32; 4] = [1.0, 0.8, 0.6, 0.5];

/// An English phrase, folded, and its translations, the most usual first.
#[derive(Debug, PartialEq)]
pub(super) struct Term {
    phrase: Vec<String>,
    translations: Vec<String>,
}

impl Term {
    /// The translations, each with what it is worth.
    fn worths(&self) -> impl Iterator<Item = (&str, f32)> {
        let worths = WORTH.into_iter().chain(std::iter::repeat(WORTH[WORTH.len() - 1]));
        self.translations.iter().map(String::as_str).zip(worths)
    }
}

/// All terms.
pub(super) fn read(root: &Path) -> io::Result<Vec<Term>> {
    let mut terms = Vec::new();
    for file in FILES {
        let text = std::fs::read_to_string(root.join(FOLDER).join(file))?;
        terms.extend(parse(&text).map_err(|line| {
            io::Error::other(format!(
                "{FOLDER}/{file}: no term, or one that is there twice: {line}"
            ))
        })?);
    }
    Ok(terms)
}

/// Adds what the terms say, as much as the dictionary's best for the same phrase, or word, is worth.
pub(super) fn add<'a>(terms: &'a [Term], pairs: &mut Vec<Pair<'a>>) {
    let mut known = HashMap::new();
    let (mut of_phrase, mut of_word) =
        (HashMap::<Vec<String>, f32>::new(), HashMap::<&str, f32>::new());
    for (number, pair) in pairs.iter().enumerate() {
        known.insert((pair.phrase.clone(), pair.word), number);
        let best = of_phrase.entry(pair.phrase.clone()).or_default();
        *best = best.max(pair.to_chinese);
        let best = of_word.entry(pair.word).or_default();
        *best = best.max(pair.to_english);
    }
    for term in terms {
        for (word, worth) in term.worths() {
            let to_chinese = worth * of_phrase.get(&term.phrase).unwrap_or(&1.0);
            let to_english = worth * of_word.get(word).unwrap_or(&1.0);
            match known.get(&(term.phrase.clone(), word)) {
                Some(&number) => {
                    let pair = &mut pairs[number];
                    pair.to_chinese = pair.to_chinese.max(to_chinese);
                    pair.to_english = pair.to_english.max(to_english);
                }
                None => {
                    pairs.push(Pair { phrase: term.phrase.clone(), word, to_chinese, to_english })
                }
            }
        }
    }
}

/// `phrase = translation translation`; comments begin with `#`. An error is the line that is wrong.
fn parse(text: &str) -> Result<Vec<Term>, &str> {
    let mut terms = Vec::new();
    let mut seen = HashSet::new();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (phrase, translations) = line.split_once(" = ").ok_or(line)?;
        let phrase = cedict::words(phrase);
        let translations: Vec<String> =
            translations.split_whitespace().map(fold_to_string).collect();
        let is_one_character = |text: &String| text.chars().count() < 2;
        let is_new = seen.insert(phrase.clone());
        if phrase.is_empty() || translations.iter().any(is_one_character) || !is_new {
            return Err(line);
        }
        terms.push(Term { phrase, translations });
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_phrase_and_what_it_is_called() {
        let parsed =
            parse("# Of programs\n\nSource code = 源代码 原始碼\nuser's guide = 用户指南\n");
        let term = |phrase: &[&str], translations: &[&str]| Term {
            phrase: phrase.iter().map(ToString::to_string).collect(),
            translations: translations.iter().map(ToString::to_string).collect(),
        };
        let expected = [
            term(&["source", "code"], &["源代码", "原始码"]),
            term(&["user", "guide"], &["用户指南"]),
        ];
        assert_eq!(parsed, Ok(Vec::from(expected)));
    }

    #[test]
    fn what_is_no_term_is_told() {
        for text in [
            "thread 线程",
            " = 线程",
            "heap = 堆",
            "a tab = 标签页\nthe tab = 选项卡\na tab = 分页",
        ] {
            assert_eq!(parse(text).err(), text.lines().last(), "{text}");
        }
    }

    #[test]
    fn the_first_translation_is_worth_most() {
        let term = parse("stream = 数据流 串流 流式 流媒体 水流").unwrap().remove(0);
        let worths: Vec<f32> = term.worths().map(|(_, worth)| worth).collect();
        assert_eq!(worths, [1.0, 0.8, 0.6, 0.5, 0.5]);
    }
}
