//! Words that differ between the mainland, Taiwan and Hong Kong: 软件 and 软体, 出租车 and 计程车.
//!
//! These are synonyms of a query's words, not folding: the terms of an index do not depend on them.
//!
//! ```
//! use zhen_text::regional::Regional;
//!
//! let regional = Regional::builtin();
//! // 軟體, folded.
//! assert!(regional.synonyms("软体").any(|synonym| synonym.text == "软件"));
//! assert!(regional.synonyms("软件").any(|synonym| synonym.text == "软体"));
//! ```
//!
//! Made from OpenCC's phrase tables (`data/variants/regional`, Apache-2.0) and a list of our own by
//! `cargo xtask data regional`: `words.fst` maps a folded word to the offset of its record in `words.bin`; a record is
//! a varint number of synonyms and for each a [string](crate::lexicon::table) and a byte of
//! [`Origin`]. Opening costs nothing.

use std::ops::Range;

use crate::lexicon::table::Cursor;

static WORDS: &[u8] = include_bytes!("../../../../data/variants/regional/words.fst");
static RECORDS: &[u8] = include_bytes!("../../../../data/variants/regional/words.bin");

/// Where two words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// One is said in Taiwan.
    Taiwan = 0,
    /// One is said in Hong Kong.
    HongKong = 1,
    /// The same word, converted between the scripts as a whole or character by character.
    Script = 2,
}

/// Another word for the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Synonym {
    /// The other word, folded.
    pub text: &'static str,
    /// Where the two differ.
    pub origin: Origin,
}

/// A word with synonyms within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The other words; never empty.
    pub synonyms: Vec<Synonym>,
}

/// Regional synonyms. Free to make and to copy.
#[derive(Clone)]
pub struct Regional {
    words: fst::Map<&'static [u8]>,
}

impl std::fmt::Debug for Regional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Regional").field("words", &self.words.len()).finish()
    }
}

impl Regional {
    /// The synonyms that are part of the program. Takes microseconds: nothing is read or copied.
    pub fn builtin() -> Self {
        Self { words: fst::Map::new(WORDS).expect("the table is made by fst") }
    }

    /// What a folded word is called elsewhere; nothing when it is called the same everywhere.
    pub fn synonyms(&self, word: &str) -> impl Iterator<Item = Synonym> + use<> {
        let offset = self.words.get(word).and_then(|offset| usize::try_from(offset).ok());
        record(offset.unwrap_or(usize::MAX))
    }

    /// The words of a folded text that have synonyms: at each place the longest one, from left to
    /// right, without overlap. Time is linear in the text times the longest word.
    ///
    /// ```
    /// # use zhen_text::regional::Regional;
    /// let found = Regional::builtin().find_in("下载计程车软体");
    /// assert_eq!(found.len(), 2);
    /// assert_eq!(found[0].range, 6..15);
    /// ```
    pub fn find_in(&self, text: &str) -> Vec<Occurrence> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let found = self.longest_at(text, at);
            let next = found.as_ref().map_or(at + first.len_utf8(), |found| found.range.end);
            out.extend(found);
            at = next;
        }
        out
    }

    fn longest_at(&self, text: &str, start: usize) -> Option<Occurrence> {
        let fst = self.words.as_fst();
        let mut node = fst.root();
        let mut output = fst::raw::Output::zero();
        let mut longest = None;
        for (i, &byte) in text.as_bytes()[start..].iter().enumerate() {
            let Some(transition) = node.find_input(byte) else { break };
            let transition = node.transition(transition);
            output = output.cat(transition.out);
            node = fst.node(transition.addr);
            let end = start + i + 1;
            if node.is_final() && is_word(text, &(start..end)) {
                longest = Some((end, output.cat(node.final_output())));
            }
        }
        let (end, output) = longest?;
        let synonyms: Vec<Synonym> = record(usize::try_from(output.value()).ok()?).collect();
        (!synonyms.is_empty()).then_some(Occurrence { range: start..end, synonyms })
    }
}

fn record(offset: usize) -> impl Iterator<Item = Synonym> {
    let mut record = Cursor::at(RECORDS, offset);
    let synonyms = (0..record.count()).map(move |_| {
        let text = record.string();
        let origin = match record.byte() {
            0 => Origin::Taiwan,
            1 => Origin::HongKong,
            _ => Origin::Script,
        };
        Synonym { text, origin }
    });
    synonyms.filter(|synonym| !synonym.text.is_empty())
}

/// Whether no Latin word goes on beyond either end of the range.
fn is_word(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let cut = |at: usize| at > 0 && word(at - 1) && word(at);
    !cut(range.start) && !cut(range.end)
}

#[cfg(test)]
mod tests {
    //! 1. Synonyms go both ways, and no word is its own.
    //! 2. All words are folded.
    //! 3. The longest word counts, Latin words are not cut, ranges are on character borders.

    use fst::Streamer as _;
    use proptest::prelude::*;

    use super::*;
    use crate::fold::fold_to_string;

    fn synonyms(word: &str) -> Vec<&'static str> {
        Regional::builtin().synonyms(&fold_to_string(word)).map(|synonym| synonym.text).collect()
    }

    #[test]
    fn regional_words_find_each_other() {
        for (word, expected) in [
            ("軟體", "软件"),
            ("软件", "软体"),
            ("網際網路", "互联网"),
            ("互联网", "网际网路"),
            ("計程車", "出租车"),
            ("隨身碟", "u盘"),
            ("伺服器", "服务器"),
            ("主机板", "主板"),
            ("的士", "出租车"),
            ("出租车", "的士"),
            ("公車", "公交车"),
            ("巴士", "公車"),
            ("手機", "手提电话"),
            ("品質", "质量"),
            ("薯仔", "土豆"),
        ] {
            assert!(
                synonyms(word).contains(&fold_to_string(expected).as_str()),
                "{word}: {:?}",
                synonyms(word)
            );
        }
        assert_eq!(synonyms("中国"), [""; 0]);
        assert_eq!(synonyms(""), [""; 0]);
    }

    #[test]
    fn all_synonyms_go_both_ways_and_are_folded() {
        let regional = Regional::builtin();
        let mut stream = regional.words.stream();
        let mut count = 0;
        while let Some((word, _)) = stream.next() {
            let word = std::str::from_utf8(word).unwrap();
            assert_eq!(fold_to_string(word), word);
            for synonym in regional.synonyms(word) {
                assert_ne!(synonym.text, word);
                let back = regional.synonyms(synonym.text).any(|back| back.text == word);
                assert!(back, "{word} {}", synonym.text);
                count += 1;
            }
        }
        assert!(count > 1000, "{count}");
    }

    #[test]
    fn the_longest_word_counts_and_latin_words_are_not_cut() {
        let found = |text: &str| -> Vec<String> {
            let found = Regional::builtin().find_in(text);
            found.into_iter().map(|found| text[found.range].to_owned()).collect()
        };
        assert_eq!(found("sql注入攻击"), ["sql注入攻击"]);
        assert_eq!(found("我的u盘和软体"), ["u盘", "软体"]);
        assert_eq!(found("menu盘"), [""; 0]);
    }

    proptest! {
        #[test]
        fn occurrences_are_well_formed(text in "([软体件网路计程车服务器u盘a-c ]|\\PC){0,20}") {
            let mut end = 0;
            for found in Regional::builtin().find_in(&text) {
                prop_assert!(found.range.start >= end && !found.range.is_empty());
                prop_assert!(text.get(found.range.clone()).is_some() && !found.synonyms.is_empty());
                end = found.range.end;
            }
        }
    }
}
