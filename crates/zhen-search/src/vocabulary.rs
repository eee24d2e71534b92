//! The vocabulary of the index as one question asks for it.

use std::cell::OnceCell;
use std::sync::Arc;

use zhen_index::{Vocabulary, VocabularyError, VocabularyFile};

/// Opens the vocabulary when a question first needs it, and remembers that it needed one that could not
/// be had: the answer depends on it then, and says so.
pub(crate) struct AskedVocabulary<'a> {
    file: &'a VocabularyFile,
    missed: OnceCell<VocabularyError>,
}

impl<'a> AskedVocabulary<'a> {
    pub(crate) fn of(file: &'a VocabularyFile) -> Self {
        Self { file, missed: OnceCell::new() }
    }

    /// The vocabulary, where there is one that can be read.
    pub(crate) fn get(&self) -> Option<Arc<Vocabulary>> {
        self.file.get().map_err(|error| self.missed.get_or_init(|| error)).ok()
    }

    /// What the answer should say of it.
    pub(crate) fn note(&self) -> Option<String> {
        self.missed.get().map(|error| format!("pinyin finds less than it should: {error}"))
    }
}
