//! Spelling: how far two words are apart, and what a mistyped Chinese word may have been.
//!
//! Nothing here knows an index: what is a word, and how frequent, is asked of the caller.

mod distance;
mod look_alike;

pub use distance::{allowed_distance, distance};
pub use look_alike::look_alikes;

use crate::pinyin::{Part, PartKind, Pinyin, Reading};
use crate::unit::is_han;

/// Longest Chinese word whose slips are looked for, in characters.
const LONGEST_WORD: usize = 8;
/// Homophones tried for a character, the most frequent ones.
const MOST_HOMOPHONES: usize = 80;
/// Words of the same reading tried.
const MOST_WORDS: usize = 20;
/// Candidates given at most.
const MOST_CANDIDATES: usize = 8;

/// How a word may have been taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slip {
    /// They sound alike, but for tones.
    Homophone,
    /// A character looks like the right one.
    LookAlike,
    /// A character looks and sounds like the right one: 侧试 for 测试.
    Both,
}

impl Slip {
    /// How much more likely a slip is than one of sound alone.
    fn weight(self) -> u64 {
        match self {
            Self::Homophone => 1,
            Self::LookAlike => 2,
            Self::Both => 4,
        }
    }
}

/// A word that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZhCandidate {
    /// The word, folded.
    pub text: String,
    /// What the caller knows of it: how often it occurs.
    pub known: u64,
    /// What the two have in common.
    pub slip: Slip,
}

/// The words that a folded Chinese word of two to eight characters may be a slip for, likely ones
/// first, at most eight: one character replaced by one that sounds or looks alike, or a dictionary
/// word of the same reading. `is_known` tells how often a word occurs, `None` when it does not; it
/// is asked at most some hundred times for each character.
///
/// ```
/// use zhen_text::spell::candidates_zh;
///
/// let known = |word: &str| ["测试", "侧室"].contains(&word).then_some(1);
/// assert_eq!(candidates_zh("侧试", &known)[0].text, "测试");
/// ```
pub fn candidates_zh(word: &str, is_known: &dyn Fn(&str) -> Option<u64>) -> Vec<ZhCandidate> {
    let chars: Vec<char> = word.chars().take(LONGEST_WORD + 1).collect();
    if !(2..=LONGEST_WORD).contains(&chars.len()) || !chars.iter().all(|&c| is_han(c)) {
        return Vec::new();
    }
    let pinyin = Pinyin::builtin();
    let mut out: Vec<ZhCandidate> = Vec::new();
    let mut ask = |text: String, slip: Slip| {
        if text != word
            && out.iter().all(|known| known.text != text)
            && let Some(known) = is_known(&text)
        {
            out.push(ZhCandidate { text, known, slip });
        }
    };
    let readings = pinyin.readings(word);
    for (i, &c) in chars.iter().enumerate() {
        let replaced = |other: char| -> String {
            chars.iter().enumerate().map(|(j, &c)| if i == j { other } else { c }).collect()
        };
        let sounds_alike = |other: char| {
            let others = pinyin.readings(other.encode_utf8(&mut [0; 4]));
            let others = others.first().map_or(&[][..], |reading| &reading.syllables);
            readings.get(i).is_some_and(|own| own.syllables.iter().any(|s| others.contains(s)))
        };
        for other in look_alikes(c) {
            let slip = if sounds_alike(other) { Slip::Both } else { Slip::LookAlike };
            ask(replaced(other), slip);
        }
        for syllable in readings.get(i).map_or(&[][..], |reading| &reading.syllables) {
            let alike = pinyin.syllable_chars(*syllable).chars().filter(|&other| other != c);
            for other in alike.take(MOST_HOMOPHONES) {
                ask(replaced(other), Slip::Homophone);
            }
        }
    }
    let parts = readings.iter().map(|reading| {
        let syllables: Vec<_> = reading.syllables.first().copied().into_iter().collect();
        let typed = syllables.first().map_or("", |syllable| syllable.text()).to_owned();
        Part { typed, kind: PartKind::Full, syllables }
    });
    let reading = Reading { parts: parts.collect() };
    for homophone in pinyin.words(&reading, MOST_WORDS) {
        ask(homophone.text.to_owned(), Slip::Homophone);
    }
    out.sort_by(|a, b| {
        let score = |c: &ZhCandidate| c.known.saturating_mul(c.slip.weight());
        score(b).cmp(&score(a)).then_with(|| a.text.cmp(&b.text))
    });
    out.truncate(MOST_CANDIDATES);
    out
}

#[cfg(test)]
mod tests {
    //! 1. A slip of one character, in sound or in look, leads to the word meant.
    //! 2. Only known words come out, never the word itself, each once, the likeliest first.
    //! 3. The number of questions is bounded.

    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;
    use crate::lexicon::Lexicon;

    fn corrected(word: &str) -> Vec<String> {
        let lexicon = Lexicon::builtin();
        let known = |word: &str| lexicon.knows(word).then_some(1);
        candidates_zh(word, &known).into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn slips_lead_to_the_word_meant() {
        for (slip, meant) in [
            ("侧试", "测试"),
            ("按装", "安装"),
            ("己经", "已经"),
            ("帐号", "账号"),
            ("渡假", "度假"),
            ("辩认", "辨认"),
            ("图象", "图像"),
            ("松驰", "松弛"),
            ("脉博", "脉搏"),
            ("精萃", "精粹"),
            ("人工只能", "人工智能"),
            ("数剧库", "数据库"),
        ] {
            assert!(
                corrected(slip).iter().any(|word| word == meant),
                "{slip}: {:?}",
                corrected(slip)
            );
        }
    }

    #[test]
    fn look_and_sound_together_outrank_sound_alone() {
        let known = |word: &str| ["测试", "侧室"].contains(&word).then_some(3);
        let found = candidates_zh("侧试", &known);
        assert_eq!((found[0].text.as_str(), found[0].slip), ("测试", Slip::Both));
        assert_eq!((found[1].text.as_str(), found[1].slip), ("侧室", Slip::Homophone));
        let frequent = |word: &str| match word {
            "测试" => Some(3),
            "侧室" => Some(100),
            _ => None,
        };
        assert_eq!(candidates_zh("侧试", &frequent)[0].text, "侧室");
    }

    #[test]
    fn other_words_have_no_candidates() {
        let always = |_: &str| Some(1);
        for word in ["", "中", "test", "测试a", "一二三四五六七八九"] {
            assert_eq!(candidates_zh(word, &always), [], "{word}");
        }
        assert_eq!(candidates_zh("侧试", &|_| None), []);
    }

    proptest! {
        #[test]
        fn candidates_are_known_other_and_bounded(word in "[侧试已末辨行长的\u{4E00}-\u{9FA5}]{0,10}", bits in 1u64..) {
            let asked = Cell::new(0usize);
            let known = |word: &str| {
                asked.set(asked.get() + 1);
                let sum: u64 = word.chars().map(u64::from).sum();
                (sum.wrapping_mul(bits) >> 60 == 0).then_some(sum)
            };
            let found = candidates_zh(&word, &known);
            prop_assert!(found.len() <= MOST_CANDIDATES);
            for (i, candidate) in found.iter().enumerate() {
                prop_assert!(candidate.text != word);
                prop_assert!(found[..i].iter().all(|other| other.text != candidate.text));
                prop_assert_eq!(known(&candidate.text), Some(candidate.known));
            }
            prop_assert!(asked.get() <= LONGEST_WORD * 4 * (MOST_HOMOPHONES + 20) + MOST_WORDS);
        }
    }
}
