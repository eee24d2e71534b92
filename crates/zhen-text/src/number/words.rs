//! Tables of a few English words, which nearly all words of a text are not in.

/// Words of lower-case letters and what each says.
pub(super) struct Words {
    words: &'static [(&'static str, u8)],
    /// By the first letter of a word, a bit for each second letter; the last bit for a word of one.
    beginnings: [u32; 26],
}

const ALONE: u32 = 26;

impl Words {
    pub(super) const fn new(words: &'static [(&'static str, u8)]) -> Self {
        let mut beginnings = [0; 26];
        let mut i = 0;
        while i < words.len() {
            let word = words[i].0.as_bytes();
            let second = if word.len() > 1 { (word[1] - b'a') as u32 } else { ALONE };
            beginnings[(word[0] - b'a') as usize] |= 1 << second;
            i += 1;
        }
        Self { words, beginnings }
    }

    /// What `word`, of lower-case letters, says.
    #[inline]
    pub(super) fn get(&self, word: &str) -> Option<u8> {
        let (first, second) = match word.as_bytes() {
            [] => return None,
            [first] => (*first, ALONE),
            [first, second, ..] => (*first, u32::from(second.wrapping_sub(b'a')).min(31)),
        };
        let beginnings = *self.beginnings.get(usize::from(first.wrapping_sub(b'a')))?;
        if beginnings >> second & 1 == 0 {
            return None;
        }
        self.words.iter().find(|(known, _)| *known == word).map(|(_, says)| *says)
    }
}

/// How the words of some tables begin.
pub(super) struct Beginnings {
    /// By the first two letters of a word, a bit for each third letter; the last bit for a word of two.
    beginnings: [[u32; 26]; 26],
    /// A bit for each word of one letter.
    single: u32,
}

impl Beginnings {
    pub(super) const fn of(tables: &[&Words]) -> Self {
        let (mut beginnings, mut single) = ([[0; 26]; 26], 0);
        let mut table = 0;
        while table < tables.len() {
            let words = tables[table].words;
            let mut i = 0;
            while i < words.len() {
                let word = words[i].0.as_bytes();
                let first = (word[0] - b'a') as usize;
                if word.len() == 1 {
                    single |= 1 << first;
                } else {
                    let third = if word.len() > 2 { (word[2] - b'a') as u32 } else { ALONE };
                    beginnings[first][(word[1] - b'a') as usize] |= 1 << third;
                }
                i += 1;
            }
            table += 1;
        }
        Self { beginnings, single }
    }

    /// Whether `word`, of lower-case letters, may be in one of the tables.
    #[inline]
    pub(super) fn may_hold(&self, word: &[u8]) -> bool {
        let (first, second, third) = match *word {
            [] => return false,
            [first] => return self.single >> first.wrapping_sub(b'a').min(31) & 1 != 0,
            [first, second] => (first, second, ALONE),
            [first, second, third, ..] => (first, second, u32::from(third.wrapping_sub(b'a'))),
        };
        let row = self.beginnings.get(usize::from(first.wrapping_sub(b'a')));
        let bits = row.and_then(|row| row.get(usize::from(second.wrapping_sub(b'a'))));
        bits.is_some_and(|bits| bits >> third.min(31) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_begin_otherwise_are_told_by_three_letters() {
        static WORDS: Words = Words::new(&[("a", 1), ("an", 2), ("half", 3), ("zz", 4)]);
        let beginnings = Beginnings::of(&[&WORDS]);
        for word in ["a", "an", "half", "halves", "zz"] {
            assert!(beginnings.may_hold(word.as_bytes()), "{word}");
        }
        for word in ["", "b", "am", "and", "ham", "zzz", "about"] {
            assert!(!beginnings.may_hold(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn words_are_found_and_others_are_not() {
        static WORDS: Words = Words::new(&[("a", 1), ("an", 2), ("half", 3), ("zz", 4)]);
        let words =
            ["a", "an", "half", "zz", "", "h", "hal", "halfs", "z", "and", "中", "a中", "A"];
        let says: Vec<u8> = words.iter().filter_map(|word| WORDS.get(word)).collect();
        assert_eq!(says, [1, 2, 3, 4]);
    }
}
