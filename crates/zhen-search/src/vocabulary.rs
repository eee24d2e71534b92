//! The vocabulary of the index as one question asks for it.

use std::cell::OnceCell;
use std::sync::Arc;

use zhen_index::{Vocabulary, VocabularyError, VocabularyFile};

/// Opens the vocabulary when a question first needs it. The whole answer is made from that one, and where
/// it could not be had, says so.
pub(crate) struct AskedVocabulary<'a> {
    file: &'a VocabularyFile,
    had: OnceCell<Result<Arc<Vocabulary>, VocabularyError>>,
}

impl<'a> AskedVocabulary<'a> {
    pub(crate) fn of(file: &'a VocabularyFile) -> Self {
        Self { file, had: OnceCell::new() }
    }

    /// The vocabulary, where there is one that can be read.
    pub(crate) fn get(&self) -> Option<&Vocabulary> {
        self.had.get_or_init(|| self.file.get()).as_deref().ok()
    }

    /// What the answer should say of it.
    pub(crate) fn note(&self) -> Option<String> {
        let error = self.had.get()?.as_ref().err()?;
        Some(format!("pinyin finds less than it should: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use zhen_index::{IndexOptions, Indexer};
    use zhen_source::Document;

    use super::*;

    #[test]
    fn an_answer_is_made_from_one_vocabulary_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut indexer = Indexer::open(IndexOptions::new(dir.path())).unwrap();
        let mut generation_after = |id: &str| {
            let (id, body) = (id.to_owned(), "词典".to_owned());
            indexer.index_documents([Document { id, body, ..Document::default() }], &()).unwrap();
            let file = VocabularyFile::new(dir.path());
            file.get().unwrap().origin().generation
        };
        let file = VocabularyFile::new(dir.path());
        let early = AskedVocabulary::of(&file);
        assert!(early.get().is_none());
        let first = generation_after("a");
        let asked = AskedVocabulary::of(&file);
        assert_eq!(asked.get().unwrap().origin().generation, first);
        assert!(generation_after("b") > first);
        assert_eq!(asked.get().unwrap().origin().generation, first);
        assert_eq!(asked.note(), None);
        assert!(early.get().is_none() && early.note().is_some());
    }
}
