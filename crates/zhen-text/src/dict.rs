//! The user's dictionary: words that segmentation should know, in jieba's format.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fold::fold_to_string;
use crate::segment;

/// Largest frequency an entry may have.
const MOST: u64 = 1_000_000_000;

/// Words to add to the built-in dictionary, or to give another frequency. Cheap to clone.
#[derive(Clone, Default)]
pub struct UserDict {
    shared: Option<Arc<Shared>>,
}

struct Shared {
    words: fst::Map<Vec<u8>>,
    entries: BTreeMap<String, u64>,
    source: String,
    added: u64,
}

/// A line of a dictionary that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: {problem}; write one word a line as `WORD [FREQUENCY] [TAG]`, for example `石墨烯 5 n`"
)]
pub struct DictError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl UserDict {
    /// Reads a dictionary: one word a line, then optionally its frequency and a tag. Empty lines
    /// and lines that begin with `#` are passed over. Words fold; of two that fold alike the last
    /// counts. A word without a frequency gets the one that makes it come out whole.
    ///
    /// # Errors
    /// [`DictError`] for the first line whose frequency is no number from 1 to 1,000,000,000, or whose
    /// word, folded, holds a space or begins with `#`: [`Self::source`] could not be read back.
    pub fn parse(text: &str) -> Result<Self, DictError> {
        let mut entries = BTreeMap::new();
        for (i, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
            let mut columns = line.split_whitespace();
            let Some(word) = columns.next().filter(|word| !word.starts_with('#')) else { continue };
            let error = |problem| DictError { line: i + 1, problem };
            // What no encoding could make text of has replacement characters.
            if line.contains(|c: char| c == '\u{FFFD}' || c.is_control() && !c.is_whitespace()) {
                let problem = "it is no text; a dictionary has one word a line, in UTF-8";
                return Err(error(problem.to_owned()));
            }
            let word = fold_to_string(word);
            if word.starts_with('#') || word.contains(char::is_whitespace) {
                return Err(error(format!(
                    "`{word}`, as the word is compared, begins with `#` or holds a space"
                )));
            }
            if word.is_empty() {
                continue;
            }
            // `WORD TAG` is allowed too: a second column that begins like no number is a tag.
            let number =
                columns.next().filter(|c| !c.starts_with(|c: char| c.is_ascii_alphabetic()));
            let frequency = match number {
                Some(number) => match number.parse::<u64>() {
                    Ok(n) if (1..=MOST).contains(&n) => n,
                    _ => {
                        return Err(error(format!(
                            "the frequency `{number}` is no number from 1 to {MOST}"
                        )));
                    }
                },
                None => segment::suggested_frequency(&word),
            };
            entries.insert(word, frequency);
        }
        if entries.is_empty() {
            return Ok(Self::default());
        }
        let words = fst::Map::from_iter(entries.iter().map(|(word, &n)| (word, n)))
            .expect("a sorted map builds a finite-state map");
        let source = entries.iter().map(|(word, n)| format!("{word} {n}\n")).collect();
        // What the entries add to the sum of all frequencies; wraps below zero where they lower it,
        // and back when added to the sum.
        let added = entries.iter().fold(0u64, |sum, (word, &n)| {
            sum.wrapping_add(n).wrapping_sub(segment::frequency(word).unwrap_or(0))
        });
        Ok(Self { shared: Some(Arc::new(Shared { words, entries, source, added })) })
    }

    /// The dictionary as text that [`Self::parse`] reads back the same: folded words in order, each
    /// with its frequency. Empty for an empty dictionary.
    pub fn source(&self) -> &str {
        self.shared.as_ref().map_or("", |shared| &shared.source)
    }

    /// A number that changes with the content (FNV-1a of [`Self::source`]); 0 when empty.
    pub fn checksum(&self) -> u64 {
        match self.source() {
            "" => 0,
            source => crate::hash::fnv1a(source.as_bytes()),
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.entries.len())
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.shared.is_none()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, u64)> {
        let entries = self.shared.iter().flat_map(|shared| &shared.entries);
        entries.map(|(word, &frequency)| (word.as_str(), frequency))
    }

    pub(crate) fn for_each_prefix(&self, text: &str, emit: impl FnMut(&str, u64)) {
        if let Some(shared) = &self.shared {
            segment::for_each_prefix(&shared.words, text, emit);
        }
    }

    /// What the entries add to the built-in dictionary's sum of frequencies, modulo 2⁶⁴.
    pub(crate) fn added(&self) -> u64 {
        self.shared.as_ref().map_or(0, |shared| shared.added)
    }
}

impl std::fmt::Debug for UserDict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserDict").field("words", &self.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_fold_and_read_back_the_same() {
        let dict = UserDict::parse("\u{FEFF}# mine\n中巴經濟 100 n\n\n石墨烯\nABC n\n").unwrap();
        assert_eq!(dict.len(), 3);
        assert!(dict.source().contains("中巴经济 100\n") && dict.source().contains("abc "));
        let again = UserDict::parse(dict.source()).unwrap();
        assert_eq!((again.source(), again.checksum()), (dict.source(), dict.checksum()));
    }

    #[test]
    fn a_bad_line_is_named_with_what_to_write() {
        let error = UserDict::parse("好 5\n坏 -1\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(
            error.to_string().contains("`-1`") && error.to_string().contains("WORD [FREQUENCY]")
        );
    }

    #[test]
    fn a_word_that_could_not_be_read_back_is_named() {
        for word in ["＃标签", "ﷺ", "a\u{FDFA}b"] {
            let error = UserDict::parse(&format!("好 5\n{word}\n")).unwrap_err();
            assert_eq!(error.line, 2, "{word}");
        }
        assert_eq!(UserDict::parse("Ｃ＃ 5\n").unwrap().source(), "c# 5\n");
    }

    proptest! {
        #[test]
        fn what_can_be_read_reads_back_the_same(
            text in prop::collection::vec("[＃#＋ﷺ﷽\u{FEFF}\u{3000}\u{A0}a中 \t0-9]{1,6}|\\PC{1,6}|.{1,4}", 0..4)
        ) {
            if let Ok(dict) = UserDict::parse(&text.join("\n")) {
                let again = UserDict::parse(dict.source());
                prop_assert_eq!(again.map(|again| again.source().to_owned()), Ok(dict.source().to_owned()));
            }
        }
    }

    #[test]
    fn an_empty_dictionary_is_the_default() {
        assert!(UserDict::parse("# nothing\n").unwrap().is_empty());
        assert_eq!(UserDict::default().checksum(), 0);
    }
}
