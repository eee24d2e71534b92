//! Segmentation of Han text with jieba's dictionary and model.
//!
//! Indexing loads the whole dictionary; a query does not. How a text is cut depends only on the
//! dictionary words that stand in it, on their frequencies and on the sum of all frequencies, and for
//! the few characters of a query those words are looked up where they lie: the same cut, without
//! loading anything.

use std::ops::Range;
use std::sync::LazyLock;

use fst::{IntoStreamer, Streamer};
use jieba_rs::Jieba;

use crate::cut::{self, Stored, Tree};
use crate::dict::UserDict;

/// jieba's dictionary, folded: word → frequency; the empty key holds the sum. Built by
/// `cargo xtask data jieba`.
static WORDS: &[u8] = include_bytes!("../../../data/lexicon/jieba/words.fst");

type Words = fst::Map<&'static [u8]>;

pub(crate) static DICTIONARY: LazyLock<Words> =
    LazyLock::new(|| fst::Map::new(WORDS).expect("the built-in dictionary is a finite-state map"));

/// Cuts Han text into words.
pub struct Segmenter(Dictionary);

enum Dictionary {
    Loaded(Tree),
    Stored(Stored),
}

impl Segmenter {
    /// Loads the whole dictionary: some 100 ms, for texts of any number and length.
    pub fn full(user: &UserDict) -> Self {
        let mut text = String::with_capacity(WORDS.len() * 2);
        let mut entries: Vec<(Range<usize>, u64)> = Vec::new();
        let mut add = |word: &str, frequency| {
            entries.push((text.len()..text.len() + word.len(), frequency));
            text.push_str(word);
        };
        let mut words = DICTIONARY.stream();
        while let Some((word, frequency)) = words.next() {
            let word = std::str::from_utf8(word).expect("the built-in dictionary is UTF-8");
            if !word.is_empty() {
                add(word, frequency);
            }
        }
        user.entries().for_each(|(word, frequency)| add(word, frequency));
        let entries = entries.into_iter().map(|(range, frequency)| (&text[range], frequency));
        let mut entries: Vec<(&str, u64)> = entries.collect();
        if !user.is_empty() {
            // Of two entries the user's replaces the other.
            entries.reverse();
            entries.sort_by_key(|&(word, _)| word);
            entries.dedup_by_key(|&mut (word, _)| word);
        }
        Self(Dictionary::Loaded(Tree::new(&entries)))
    }

    /// Loads nothing: for queries.
    pub fn scoped(user: &UserDict) -> Self {
        Self(Dictionary::Stored(Stored::new(user)))
    }

    /// Calls `emit` with each search-mode word of `text`: every word of the best cut, preceded by
    /// the dictionary words of two and three characters within it.
    pub fn for_each_word<'t>(&self, text: &'t str, mut emit: impl FnMut(Word<'t>)) {
        match &self.0 {
            Dictionary::Loaded(tree) => cut::cut(tree, text, &mut emit),
            Dictionary::Stored(stored) => cut::cut(stored, text, &mut emit),
        }
    }
}

/// Frequency of a word of the built-in dictionary.
pub fn frequency(word: &str) -> Option<u64> {
    DICTIONARY.get(word).filter(|_| !word.is_empty())
}

/// Sum of the built-in dictionary's frequencies.
pub(crate) fn dictionary_total() -> u64 {
    DICTIONARY.get("").expect("the empty key holds the sum")
}

/// Calls `emit` with every key of `map` that is a prefix of `text`, shortest first.
pub(crate) fn for_each_prefix<D: AsRef<[u8]>>(
    map: &fst::Map<D>,
    text: &str,
    mut emit: impl FnMut(&str, u64),
) {
    let fst = map.as_fst();
    let mut node = fst.root();
    let mut value = fst::raw::Output::zero();
    for (i, &byte) in text.as_bytes().iter().enumerate() {
        let Some(at) = node.find_input(byte) else { return };
        let transition = node.transition(at);
        value = value.cat(transition.out);
        node = fst.node(transition.addr);
        if node.is_final() {
            emit(&text[..=i], value.cat(node.final_output()).value());
        }
    }
}

/// How jieba rates the frequency that makes `word` come out whole: from the built-in dictionary
/// alone, so that it does not depend on what else the user adds.
pub(crate) fn suggested_frequency(word: &str) -> u64 {
    /// A character that stands in no text.
    const FILLER: &str = "\u{10FFFF}";
    let mut jieba = Jieba::empty();
    let mut left = dictionary_total();
    for (start, _) in word.char_indices() {
        for_each_prefix(&DICTIONARY, &word[start..], |part, frequency| {
            if !jieba.has_word(part) {
                left -= frequency;
                jieba.add_word(part, Some(frequency as usize), None);
            }
        });
    }
    // All other words count only by the sum of their frequencies.
    jieba.add_word(FILLER, Some(left as usize), None);
    jieba.suggest_freq(word) as u64
}

/// A search-mode word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word.
    pub text: &'t str,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Whether it is a word of the best cut (those follow each other without gap or overlap), not a
    /// dictionary word within one.
    pub whole: bool,
}

/// Every `(word, frequency)` of the built-in dictionary, in byte order.
pub fn dictionary() -> impl Iterator<Item = (String, u64)> {
    let mut stream = DICTIONARY.range().ge("\u{1}").into_stream();
    std::iter::from_fn(move || {
        let (word, frequency) = stream.next()?;
        Some((String::from_utf8_lossy(word).into_owned(), frequency))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static FULL: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::full(&UserDict::default()));

    fn cut(segmenter: &Segmenter, text: &str) -> String {
        let mut out = Vec::new();
        segmenter.for_each_word(text, |w| {
            out.push(format!("{}{}", w.text, if w.whole { "|" } else { "" }))
        });
        out.join(" ")
    }

    #[test]
    fn search_mode_gives_words_and_the_words_within() {
        assert_eq!(cut(&FULL, "中华人民共和国"), "中华 华人 人民 共和 共和国 中华人民共和国|");
        assert_eq!(cut(&FULL, "方便的操作"), "方便| 的| 操作|");
        assert_eq!(cut(&FULL, "卡拉ok"), "卡拉 卡拉ok|");
        assert_eq!(cut(&FULL, "t恤"), "t恤|");
    }

    #[test]
    fn whole_words_cover_the_text() {
        for text in ["北京大学生前来应聘", "他来到了网易杭研大厦", "的的的", "一"]
        {
            let mut whole = String::new();
            FULL.for_each_word(text, |w| {
                if w.whole {
                    assert_eq!(w.start, whole.len());
                    whole.push_str(w.text);
                }
            });
            assert_eq!(whole, text);
        }
    }

    /// The promise of the query's scope, on real text.
    #[test]
    fn a_query_is_cut_as_with_the_whole_dictionary() {
        let user = UserDict::parse("中巴经济 100\n研大厦\n石墨烯 5 n\n").unwrap();
        let dictionaries = [UserDict::default(), user];
        let mut compared = 0;
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/queries/zh.txt");
        let mut texts = vec![
            "中巴经济走廊项目为国家电网增加了能源".to_owned(),
            "石墨烯研大厦网易杭研大厦".to_owned(),
        ];
        match std::fs::read_to_string(root) {
            Ok(lines) => texts.extend(lines.lines().map(crate::fold::fold_to_string)),
            Err(_) => println!("partly skipped: ../shared/queries/zh.txt is absent"),
        }
        for dictionary in &dictionaries {
            let (full, scoped) = (Segmenter::full(dictionary), Segmenter::scoped(dictionary));
            for text in &texts {
                assert_eq!(cut(&scoped, text), cut(&full, text), "{text}");
                compared += 1;
            }
        }
        assert!(compared >= 4);
    }

    proptest! {
        #[test]
        fn any_han_text_is_cut_as_with_the_whole_dictionary(
            text in "[的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三己老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切准局传a-z0-9]{1,30}"
        ) {
            static SCOPED: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::scoped(&UserDict::default()));
            let folded = crate::fold::fold_to_string(&text);
            prop_assert_eq!(cut(&SCOPED, &folded), cut(&FULL, &folded));
        }
    }
}
