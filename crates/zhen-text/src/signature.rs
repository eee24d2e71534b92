//! Signatures that tell texts that are nearly the same from others.
//!
//! A text is taken as the set of its *shingles*: runs of three ideographs, of six letters, or of both
//! mixed (an ideograph weighs as much as two letters), without white space and punctuation; of a short
//! text, runs four times as long, so that a word or number changed within it makes another text of it,
//! and one put before or after it does not. Two texts are near duplicates when their sets overlap:
//! A. Broder, "On the resemblance and containment of documents", 1997. How much they overlap (the Jaccard coefficient) is estimated from 64 samples of a
//! byte each: the least hashes, in the form that needs one hash a shingle (P. Li, A. Owen, C.-H. Zhang,
//! "One permutation hashing", 2012, empty places filled as in A. Shrivastava, "Optimal densification
//! for fast and accurate minwise hashing", 2017), cut to eight bits (P. Li, A. C. König, "b-bit minwise
//! hashing", 2010). Candidates are found without comparing everything with everything by
//! [bands](Signature::bands) of two samples: texts that are alike share one of them.
//!
//! ```
//! use zhen_text::signature::Signature;
//! use zhen_text::{Analyzer, Tracks, UserDict};
//!
//! let analyzer = Analyzer::for_queries(&UserDict::default());
//! let signature = |text: &str| {
//!     let mut grams = String::new();
//!     analyzer.grams(text, &mut grams);
//!     Signature::of_grams(&grams).unwrap()
//! };
//! let one = signature("图书馆将于七月一日起延长开放时间，周末也开放至晚上十点，欢迎读者前来。");
//! let other = signature("圖書館將於七月一日起延長開放時間，週末也開放至晚上十點，歡迎讀者前来！");
//! assert!(one.is_near(&other));
//! ```

use crate::hash::mix;
use crate::unit::is_han;

/// Samples of a signature.
pub const SAMPLES: usize = 64;
/// Words of 64 bits that a signature is stored as.
pub const WORDS: usize = SAMPLES / 8;
/// Shorter texts have no signature: two of them are the same or they are not. In ideographs and Latin
/// words.
pub const FEWEST_UNITS: usize = 20;
/// Texts are near duplicates from this estimate of their overlap on.
pub const THRESHOLD: f32 = 0.6;

/// Bands of a signature, and samples in each.
const BANDS: usize = 8;
const BAND: usize = 2;
/// What a shingle weighs: three ideographs or six letters.
const SHINGLE: usize = 6;
/// The same of a short text.
const SHORT_SHINGLE: usize = 24;
/// What a short text weighs at most: some forty ideographs.
const SHORT: usize = 80;

/// A sample of a text's shingles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; SAMPLES]);

impl Signature {
    /// The signature of a text by its grams (see [`crate::unit`]); `None` for a short text. One hash
    /// for each character.
    pub fn of_grams(grams: &str) -> Option<Self> {
        if weighs_less(grams, SHORT) {
            Self::of_shingles::<SHORT_SHINGLE>(grams)
        } else {
            Self::of_shingles::<SHINGLE>(grams)
        }
    }

    /// The signature by shingles that weigh `WEIGHT`.
    fn of_shingles<const WEIGHT: usize>(grams: &str) -> Option<Self> {
        let mut least = [u64::MAX; SAMPLES];
        let mut units = 0;
        // The last characters with their weights, the newest first; as many as letters are in a shingle.
        let mut last = [(0u64, 0usize); WEIGHT];
        let mut take = |c: char, weight: usize| {
            last.copy_within(..WEIGHT - 1, 1);
            last[0] = (u64::from(c), weight);
            let (mut hash, mut weighs) = (0u64, 0);
            for (c, weight) in last {
                if weight == 0 {
                    return;
                }
                hash = (hash ^ c).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
                weighs += weight;
                if weighs >= WEIGHT {
                    break;
                }
            }
            if weighs >= WEIGHT {
                let hash = mix(hash);
                let place = (hash >> 58) as usize;
                least[place] = least[place].min(hash);
            }
        };
        for gram in grams.split_ascii_whitespace() {
            units += 1;
            match gram.chars().next().filter(|&first| is_ideograph(first)) {
                // The second character of a pair is the next pair's first.
                Some(first) => take(first, 2),
                None => gram.chars().for_each(|c| take(c, 1)),
            }
        }
        if units < FEWEST_UNITS {
            return None;
        }
        Self::filled(&least)
    }

    /// Fills places that no shingle fell into from others, the same for the same shingles.
    fn filled(least: &[u64; SAMPLES]) -> Option<Self> {
        if least.iter().all(|&hash| hash == u64::MAX) {
            return None;
        }
        let mut samples = [0; SAMPLES];
        for (place, sample) in samples.iter_mut().enumerate() {
            let mut from = place;
            let mut attempt = 0u64;
            while least[from] == u64::MAX {
                attempt += 1;
                from = (mix((place as u64) << 32 | attempt) >> 58) as usize;
            }
            *sample = (mix(least[from]) >> 32) as u8;
        }
        Some(Self(samples))
    }

    /// As whole numbers, to be stored.
    pub fn to_words(self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(self.0.chunks_exact(8)) {
            *word = bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
        }
        words
    }

    /// From [`Signature::to_words`].
    pub fn from_words(words: [u64; WORDS]) -> Self {
        let mut samples = [0; SAMPLES];
        for (bytes, word) in samples.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        Self(samples)
    }

    /// Numbers of which near duplicates share at least one, nearly always: of texts that overlap by
    /// six tenths, 97 of 100 pairs do; by three quarters, 999 of 1,000. One in 65,536 texts has a
    /// number by chance, so that lists of texts by number stay short, and so does the list of numbers.
    pub fn bands(&self) -> impl Iterator<Item = u64> {
        let samples = self.0;
        (0..BANDS).map(move |band| {
            let bytes = &samples[band * BAND..(band + 1) * BAND];
            bytes.iter().fold(band as u64, |number, &byte| number << 8 | u64::from(byte))
        })
    }

    /// An estimate of how much of all shingles of both texts stands in both, 0 to 1; its standard
    /// error is at most .0625.
    pub fn overlap(&self, other: &Self) -> f32 {
        overlap(self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count())
    }

    /// Whether a text may be a near duplicate whose signature, as [words](Self::to_words), begins with
    /// `first`: of texts that share a band by chance, half a signature tells nearly always.
    ///
    /// ```
    /// use zhen_text::signature::{Signature, WORDS};
    /// let one = Signature::from_words([7; WORDS]);
    /// assert!(one.may_be_near(&[7; WORDS / 2]));
    /// assert!(!one.may_be_near(&[u64::MAX; WORDS / 2]));
    /// ```
    pub fn may_be_near(&self, first: &[u64]) -> bool {
        let others = first.iter().flat_map(|word| word.to_be_bytes());
        let (mut known, mut same) = (0, 0);
        for (a, b) in self.0.iter().zip(others) {
            known += 1;
            same += usize::from(*a == b);
        }
        overlap(same + SAMPLES - known) >= THRESHOLD
    }

    /// Whether the two texts are near duplicates.
    pub fn is_near(&self, other: &Self) -> bool {
        self.overlap(other) >= THRESHOLD
    }
}

/// The overlap of two texts of whose samples so many are the same.
fn overlap(same: usize) -> f32 {
    // One byte in 256 is the same by chance.
    ((same as f32 / SAMPLES as f32 - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
}

/// Whether a text by its grams weighs less than `most`. Nearly every text says so at its beginning.
fn weighs_less(grams: &str, most: usize) -> bool {
    let mut weighs = 0;
    for gram in grams.split_ascii_whitespace() {
        weighs += match gram.chars().next().is_some_and(is_ideograph) {
            true => 2,
            false => gram.chars().count(),
        };
        if weighs >= most {
            return false;
        }
    }
    true
}

fn is_ideograph(c: char) -> bool {
    is_han(c) || !c.is_alphanumeric() || matches!(c as u32, 0x3040..=0x31FF | 0xAC00..=0xD7A3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Signature> {
        let mut grams = String::new();
        crate::unit::grams(crate::fold::fold(text).text(), &mut grams);
        Signature::of_grams(&grams)
    }

    #[test]
    fn the_same_text_in_another_script_width_or_layout_has_the_same_signature() {
        let text = "图书馆将于七月一日起延长开放时间，周末也开放至晚上十点。Opening hours ABC 123.";
        for other in [
            "圖書館將於七月一日起延長開放時間，週末也開放至晚上十點。OPENING hours ABC 123.",
            "图书馆将于七月一日起延长开放时间周末也开放至晚上十点 Ｏpening  hours，ＡＢＣ １２３",
            "图书馆\n将于七月一日起\n延长开放时间，\n周末也开放至晚上十点。Opening hours abc 123.",
        ] {
            assert_eq!(of(other).is_some(), of(text).is_some());
            assert!(of(text).unwrap().overlap(&of(other).unwrap()) > 0.8, "{other}");
        }
    }

    #[test]
    fn a_short_text_has_none() {
        assert_eq!(of("图书馆将于七月一日开放"), None);
        assert_eq!(of(""), None);
        assert!(of(&"图书馆开放时间延长".repeat(3)).is_some());
    }

    #[test]
    fn a_word_or_number_within_a_short_text_makes_another_of_it() {
        let near = |a: &str, b: &str| of(a).unwrap().is_near(&of(b).unwrap());
        let texts = [
            "您的订单20240101001已发货，预计三天内送达，请注意查收。如有疑问请联系客服热线。",
            "北京今日天气：晴，最高气温25度，最低气温12度，北风三级，空气质量良。",
            "ThinkPad X1 Carbon 14英寸 i7 16GB 512GB 黑色 笔记本电脑 商务办公 轻薄便携",
        ];
        let changes = [("1001", "1002"), ("晴", "雨"), ("i7", "i5")];
        for (text, (from, to)) in texts.into_iter().zip(changes) {
            assert!(!near(text, &text.replace(from, to)), "{text}");
            assert!(near(text, &format!("【通知】{text}")), "{text}");
            assert!(near(text, &format!("{text}特此通知")), "{text}");
        }
        let long = texts.concat();
        assert!(near(&long, &long.replace("晴", "雨")));
    }

    #[test]
    fn a_signature_is_stored_and_read_back() {
        let signature = of(&"the library will be open until ten ".repeat(4)).unwrap();
        assert_eq!(Signature::from_words(signature.to_words()), signature);
        assert_eq!(signature.bands().count(), BANDS);
        let bands: std::collections::HashSet<u64> = signature.bands().collect();
        assert_eq!(bands.len(), BANDS, "bands of different places differ");
    }
}
