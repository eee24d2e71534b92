//! Names that mean the same, as the documents say, and as the user does.
//!
//! Each document's pairs (see [`zhen_text::alias`]) are terms of a field, in both directions. How often
//! a pair is stated, and where, are the postings of its term: what is deleted needs no book-keeping.
//! What the user [adds or removes](HandMade) stands beside them and has the last word.

mod hand_made;
mod list;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use tantivy::Searcher;
use tantivy::schema::Field;
use zhen_text::Analyzer;
use zhen_text::alias::{self, key};

use crate::living::count_living;
use crate::terms::merge;

pub use hand_made::{HandMade, MOST_HAND_MADE, Verdict};
pub use list::{Evidence, ListedAlias};

/// Stands between the two names of a term; folding removes it from text.
const SEPARATOR: char = '\u{1f}';

/// Longest key of a name in bytes: folding may lengthen what is written.
const LONGEST_KEY: usize = 400;

/// Most counterparts of one name, beside those that the user added: those that most documents state.
const MOST_COUNTERPARTS: usize = 256;

/// The terms of a text's pairs: each once, in both directions.
pub(crate) fn terms<'t>(
    analyzer: &Analyzer,
    texts: impl IntoIterator<Item = &'t str>,
) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for text in texts {
        alias::mine(analyzer, text, &mut |pair| {
            let (name, alias) = (key(&pair.name), key(&pair.alias));
            if name.len() <= LONGEST_KEY && alias.len() <= LONGEST_KEY {
                terms.insert(format!("{name}{SEPARATOR}{alias}"));
                terms.insert(format!("{alias}{SEPARATOR}{name}"));
            }
        });
    }
    terms
}

/// The [`key`] of the name that a term of [`terms`] begins with.
pub(crate) fn name(term: &str) -> Option<&str> {
    term.split_once(SEPARATOR).map(|(name, _)| name)
}

/// What a name is also called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// The [`key`] of the other name.
    pub key: String,
    /// Documents that say so.
    pub documents: u64,
    /// Whether the user says so.
    pub hand_made: bool,
}

/// The aliases of one commit, for looking up.
#[derive(Clone, Copy)]
pub struct Aliases<'a> {
    searcher: &'a Searcher,
    field: Field,
    hand_made: &'a HandMade,
}

impl<'a> Aliases<'a> {
    /// Of the documents of `searcher`, whose field of aliases is `field`.
    pub fn new(searcher: &'a Searcher, field: Field, hand_made: &'a HandMade) -> Self {
        Self { searcher, field, hand_made }
    }

    /// What else the name with this key is called: what the user says first, then what most documents
    /// say; of equals in the order of their keys.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(&self, key: &str) -> tantivy::Result<Vec<Counterpart>> {
        let prefix = format!("{key}{SEPARATOR}");
        let end = format!("{key}{}", char::from(SEPARATOR as u8 + 1));
        let segments = self.searcher.segment_readers();
        let indexes = segments.iter().map(|segment| segment.inverted_index(self.field));
        let indexes = indexes.collect::<tantivy::Result<Vec<_>>>()?;
        let mut added: BTreeMap<&str, u64> =
            self.hand_made.added_to(key).map(|other| (other, 0)).collect();
        // The last of those that are kept on top.
        let mut said: BinaryHeap<(Reverse<u64>, String)> = BinaryHeap::new();
        merge(&indexes, prefix.as_bytes(), Some(end.as_bytes()), |term, holders| {
            let other = term.get(prefix.len()..).and_then(|other| std::str::from_utf8(other).ok());
            let Some(other) = other else { return Ok(()) };
            let verdict = self.hand_made.verdict(key, other);
            let most = holders.iter().map(|(_, info)| u64::from(info.doc_freq)).sum();
            // Those that come later are the last of equals.
            let is_full = said.len() >= MOST_COUNTERPARTS;
            let is_late = is_full && said.peek().is_some_and(|(Reverse(least), _)| *least >= most);
            if verdict == Some(Verdict::Removed) || verdict.is_none() && is_late {
                return Ok(());
            }
            let mut documents = 0;
            for (at, info) in holders {
                documents += count_living(&segments[*at], &indexes[*at], info)?;
            }
            if let Some(known) = added.get_mut(other) {
                *known = documents;
            } else if documents > 0 {
                said.push((Reverse(documents), other.to_owned()));
                if is_full {
                    said.pop();
                }
            }
            Ok(())
        })?;
        let counterpart =
            |key: String, documents, hand_made| Counterpart { key, documents, hand_made };
        let mut found: Vec<Counterpart> = added
            .into_iter()
            .map(|(key, documents)| counterpart(key.to_owned(), documents, true))
            .collect();
        found.sort_by_key(|one| Reverse(one.documents));
        let said = said.into_sorted_vec().into_iter();
        found.extend(said.map(|(Reverse(documents), key)| counterpart(key, documents, false)));
        Ok(found)
    }
}
