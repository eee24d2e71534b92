//! Sets of documents of one segment.

use tantivy::DocId;

/// A set of documents; one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: u32,
}

impl Bits {
    /// The empty set of a segment of `len` documents.
    pub(crate) fn none(len: u32) -> Self {
        Self { words: vec![0; (len as usize).div_ceil(64)], len }
    }

    /// Every document of a segment of `len` documents.
    pub(crate) fn all(len: u32) -> Self {
        let mut bits = Self { words: vec![u64::MAX; (len as usize).div_ceil(64)], len };
        bits.trim();
        bits
    }

    fn trim(&mut self) {
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), self.len % 64) {
            *last &= (1 << rest) - 1;
        }
    }

    #[inline]
    pub(crate) fn insert(&mut self, doc: DocId) {
        self.words[(doc / 64) as usize] |= 1 << (doc % 64);
    }

    #[inline]
    pub(crate) fn contains(&self, doc: DocId) -> bool {
        self.words[(doc / 64) as usize] >> (doc % 64) & 1 != 0
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    pub(crate) fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    pub(crate) fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    /// The 64 documents from `64 * index` on, as bits; empty beyond the end.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn set_word(&mut self, index: usize, word: u64) {
        self.words[index] = word;
    }

    /// Its documents, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        self.words
            .iter()
            .enumerate()
            .flat_map(|(i, &word)| ones(word).map(move |b| i as u32 * 64 + b))
    }
}

/// Positions of the ones of `word`, ascending.
pub(crate) fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_behave_as_sets() {
        let mut odd = Bits::none(70);
        (0..70).filter(|d| d % 2 == 1).for_each(|d| odd.insert(d));
        assert_eq!(odd.iter().count(), 35);
        let mut even = odd.clone();
        even.invert();
        assert_eq!((even.iter().count(), even.contains(0), even.contains(69)), (35, true, false));
        even.unite(&odd);
        assert_eq!(even, Bits::all(70));
        even.intersect(&odd);
        assert_eq!(
            even.iter().collect::<Vec<_>>(),
            (0..70).filter(|d| d % 2 == 1).collect::<Vec<_>>()
        );
    }
}
