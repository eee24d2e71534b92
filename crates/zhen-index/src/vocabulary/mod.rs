//! The vocabulary of an index: its words, titles and names, found by how they begin and by how they
//! are read. Completions and pinyin search look things up in it.
//!
//! It is a file beside the index, derived from a commit and from nothing else (`gather`), made
//! anew when enough has changed since, and read where it lies. No search needs it: when it is
//! missing or damaged, pinyin finds nothing and nothing is completed until the next run of the
//! indexer; an answer that misses it says so.
//!
//! Three maps lead to entries: folded text, syllables (*zhong'guo*), initials (*zg*). Values of the
//! maps are ranks, the entry of most documents first, so that `walk` meets the best entries of any
//! prefix first and stops; no prefix is too short, and no list of best entries is kept.

mod build;
mod format;
mod gather;
mod reading;
mod refresh;
mod spelling;
mod walk;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::directory::{Directory, MmapDirectory, OwnedBytes};
use zhen_text::pinyin::Input;

use format::{entry_at, group_at};
use spelling::{ReadAs, Spelling, Until};
use walk::{Begins, Near, Ranks, best};

pub use crate::derived::Origin;
use crate::mark::FileMark;

pub(crate) use refresh::refresh;
pub use spelling::MOST_SPELLED;

/// Name of the file.
pub(crate) const VOCABULARY_FILE: &str = "zhen-vocabulary.bin";

/// Steps taken in a map for one question. A question that is answered well takes some hundreds; past
/// this bound what was not found is left out.
const MOST_STEPS: usize = 20_000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// A word, folded.
    Word,
    /// The title of a document, or a part of one that stands for itself.
    Title,
    /// A heading.
    Heading,
    /// What stood between 《 and 》, or what documents say means the same as another name.
    Name,
}

impl EntryKind {
    const ALL: [Self; 4] = [Self::Word, Self::Title, Self::Heading, Self::Name];

    fn to_byte(self) -> u8 {
        self as u8
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// An entry of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The word, folded, or the title or name as it was written first.
    pub text: &'a str,
    /// Documents that hold the word; of a title, heading or name those that hold it as such.
    pub count: u64,
    /// What it is.
    pub kind: EntryKind,
    /// Its place in the order of all entries: smaller is better.
    pub rank: u32,
}

/// How entries are to fit what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// To their end.
    Whole,
    /// They may go on.
    Begun,
}

/// Why there is no vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// The file is not there.
    #[error("there is no {VOCABULARY_FILE}; the next `zhen index` makes it")]
    Missing,
    /// Another version of the program made it.
    #[error("{VOCABULARY_FILE} was made by another version; the next `zhen index` makes it anew")]
    Version,
    /// It is not as it was written.
    #[error("{VOCABULARY_FILE} is damaged: {0}; the next `zhen index` makes it anew")]
    Damaged(&'static str),
}

/// An opened vocabulary.
pub struct Vocabulary {
    header: format::Header,
    bytes: u64,
    texts: Ranks,
    readings: Ranks,
    initials: Ranks,
    entries: OwnedBytes,
    read_groups: OwnedBytes,
    initial_groups: OwnedBytes,
}

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vocabulary").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Vocabulary {
    /// Opens the vocabulary of the index in `dir`: maps the file, compares its checksums.
    ///
    /// # Errors
    /// [`VocabularyError`] when it is missing, of another version, or damaged.
    pub fn open(dir: &Path) -> Result<Self, VocabularyError> {
        let missing = |_| VocabularyError::Missing;
        // A directory of its own: the index's keeps what was mapped under a name.
        let directory = MmapDirectory::open(dir).map_err(|_| VocabularyError::Missing)?;
        let file = directory.open_read(Path::new(VOCABULARY_FILE)).map_err(missing)?;
        let unreadable = |_| VocabularyError::Damaged("it cannot be read");
        Self::from_bytes(file.read_bytes().map_err(unreadable)?)
    }

    fn from_bytes(file: OwnedBytes) -> Result<Self, VocabularyError> {
        let (header, parts) = format::decode(&file)?;
        let [texts, readings, initials, entries, read_groups, initial_groups] =
            parts.map(|part| file.slice(part));
        let map = |part| {
            Ranks::new(part)
                .map_err(|_| VocabularyError::Damaged("a part is not what it should be"))
        };
        Ok(Self {
            header,
            bytes: file.len() as u64,
            texts: map(texts)?,
            readings: map(readings)?,
            initials: map(initials)?,
            entries,
            read_groups,
            initial_groups,
        })
    }

    /// The state of the index it was made from.
    pub fn origin(&self) -> Origin {
        self.header.origin
    }

    /// Number of entries.
    pub fn len(&self) -> u64 {
        self.header.entries
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The entry with this folded text.
    pub fn find(&self, folded: &str) -> Option<Entry<'_>> {
        let rank = self.texts.get(text_key(folded))?;
        self.entry(u32::try_from(rank).ok()?)
    }

    /// The best entries that begin with a folded text, the best first.
    pub fn beginning(&self, folded: &str, most: usize) -> Vec<Entry<'_>> {
        let key = text_key(folded);
        let ranks = best(&self.texts, &Begins(key.as_bytes()), most, MOST_STEPS);
        self.entries_of(ranks.into_iter().map(|(rank, _)| rank))
    }

    /// The best entries that begin with something at most one edit from a folded text, the best
    /// first: a letter too many, missing, wrong, or two that changed places.
    pub fn near(&self, folded: &str, most: usize) -> Vec<Entry<'_>> {
        let guide = Near::new(&text_key(folded), None);
        let ranks = best(&self.texts, &guide, most, MOST_STEPS);
        self.entries_of(ranks.into_iter().map(|(rank, _)| rank))
    }

    /// The best entries that are read as was typed, the best first. With `initials`, syllables may
    /// be left out after their initial.
    pub fn read_as(&self, typed: &Input, initials: bool, fit: Fit, most: usize) -> Vec<Entry<'_>> {
        let Some(spelling) = Spelling::new(typed) else { return Vec::new() };
        let until = match fit {
            Fit::Whole => Until::End,
            Fit::Begun => Until::Anywhere,
        };
        let guide = ReadAs { spelling: &spelling, from: 0, initials, until };
        self.members(&self.read_groups, most, |groups| {
            ranks(best(&self.readings, &guide, groups, MOST_STEPS))
        })
    }

    /// The best entries whose reading begins with something at most one edit from the letters typed.
    pub fn read_nearly(&self, typed: &Input, most: usize) -> Vec<Entry<'_>> {
        if typed.letters().len() > MOST_SPELLED {
            return Vec::new();
        }
        let guide = Near::new(typed.letters(), Some(spelling::SEPARATOR));
        self.members(&self.read_groups, most, |groups| {
            ranks(best(&self.readings, &guide, groups, MOST_STEPS))
        })
    }

    /// The best entries with these initials, one letter for each character, the best first.
    pub fn with_initials(&self, letters: &str, fit: Fit, most: usize) -> Vec<Entry<'_>> {
        self.members(&self.initial_groups, most, |groups| match fit {
            Fit::Whole => self.initials.get(letters).into_iter().collect(),
            Fit::Begun => {
                ranks(best(&self.initials, &Begins(letters.as_bytes()), groups, MOST_STEPS))
            }
        })
    }

    /// The entries that some of the letters typed spell, from the letter `from` on: for each number
    /// of letters up to which they do the best entries, at most `most` of one reading.
    pub fn spelled_from<'v>(
        &'v self,
        typed: &Input,
        from: usize,
        most: usize,
    ) -> Vec<(usize, Vec<Entry<'v>>)> {
        let Some(spelling) = Spelling::new(typed).filter(|s| from < s.len()) else {
            return Vec::new();
        };
        let until = Until::SomeLetter;
        let guide = ReadAs { spelling: &spelling, from, initials: false, until };
        let mut out = Vec::new();
        for (group, state) in best(&self.readings, &guide, usize::MAX, MOST_STEPS) {
            let members = group_at(&self.read_groups, group, most);
            let entries = self.entries_of(members.map(u64::from));
            out.extend(
                guide.ends_at(&state).filter(|&to| to > from).map(|to| (to, entries.clone())),
            );
        }
        out
    }

    /// The best members of groups, of which `find` gives so many, those with the best entry first.
    fn members(
        &self,
        part: &OwnedBytes,
        most: usize,
        find: impl Fn(usize) -> Vec<u64>,
    ) -> Vec<Entry<'_>> {
        let mut wanted = most;
        loop {
            let groups = find(wanted);
            let mut numbers: Vec<u32> =
                groups.iter().flat_map(|&at| group_at(part, at, most)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            // Groups that were not given hold nothing better than the best of the last one. Words of
            // several readings are in several groups, so there may be too few.
            let last = groups.last().and_then(|&at| group_at(part, at, 1).next());
            let certain = numbers.iter().filter(|&&number| Some(number) <= last).count();
            if certain >= most || groups.len() < wanted {
                numbers.truncate(most);
                return self.entries_of(numbers.into_iter().map(u64::from));
            }
            wanted = wanted.saturating_mul(2);
        }
    }

    fn entries_of(&self, numbers: impl Iterator<Item = u64>) -> Vec<Entry<'_>> {
        numbers.filter_map(|number| self.entry(u32::try_from(number).ok()?)).collect()
    }

    fn entry(&self, rank: u32) -> Option<Entry<'_>> {
        let (count, kind, text) = entry_at(&self.entries, rank)?;
        Some(Entry { text, count, kind, rank })
    }
}

fn ranks<S>(found: Vec<(u64, S)>) -> Vec<u64> {
    found.into_iter().map(|(rank, _)| rank).collect()
}

/// How a folded text is spelled as a key: white space between Han characters, which does not count,
/// is left out, and other white space is one space.
pub(crate) fn text_key(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    let mut spaced = false;
    for c in folded.trim_start().chars() {
        if c.is_whitespace() {
            spaced = true;
            continue;
        }
        let counts = |c: char| !zhen_text::unit::is_han(c);
        if spaced && (counts(c) || key.chars().next_back().is_some_and(counts)) {
            key.push(' ');
        }
        spaced = false;
        key.push(c);
    }
    if spaced && key.chars().next_back().is_some_and(|c| !zhen_text::unit::is_han(c)) {
        key.push(' ');
    }
    key
}

/// The vocabulary of an index, opened when it is first asked for and again when it was replaced.
#[derive(Debug)]
pub struct VocabularyFile {
    dir: std::path::PathBuf,
    known: RwLock<Known>,
}

/// What was opened, and the mark it had.
type Known = Option<(FileMark, Result<Arc<Vocabulary>, VocabularyError>)>;

impl VocabularyFile {
    /// That of the index in `dir`. Opens nothing.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), known: RwLock::default() }
    }

    /// The vocabulary as it is now.
    ///
    /// # Errors
    /// As [`Vocabulary::open`].
    pub fn get(&self) -> Result<Arc<Vocabulary>, VocabularyError> {
        let mark = FileMark::of(&self.dir.join(VOCABULARY_FILE));
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, vocabulary)) = known.as_ref().filter(|(known, _)| *known == mark) {
            return vocabulary.clone();
        }
        drop(known);
        let vocabulary = Vocabulary::open(&self.dir).map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((mark, vocabulary.clone()));
        vocabulary
    }
}

#[cfg(test)]
mod tests;
