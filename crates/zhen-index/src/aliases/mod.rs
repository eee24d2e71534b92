//! Names that mean the same, as the documents say, and as the user does.
//!
//! Each document's pairs (see [`zhen_text::alias`]) are terms of a field, in both directions. How often
//! a pair is stated, and where, are the postings of its term: what is deleted needs no book-keeping.
//! What the user [adds or removes](HandMade) stands beside them and has the last word.

mod hand_made;
mod list;

use std::collections::{BTreeMap, BTreeSet};

use tantivy::Searcher;
use tantivy::schema::Field;
use zhen_text::Analyzer;
use zhen_text::alias::{self, key};

use crate::living::living;

pub use hand_made::{HandMade, MOST_HAND_MADE, Verdict};
pub use list::{Evidence, ListedAlias};

/// Stands between the two names of a term; folding removes it from text.
const SEPARATOR: char = '\u{1f}';

/// Longest key of a name in bytes: folding may lengthen what is written.
const LONGEST_KEY: usize = 400;

/// Most counterparts of one name that are looked up.
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
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(self.field)?;
            let mut terms = index.terms().range().ge(&prefix).lt(&end).into_stream()?;
            while terms.advance() {
                let Some(other) = terms.key().get(prefix.len()..) else { continue };
                let Ok(other) = std::str::from_utf8(other) else { continue };
                if self.hand_made.verdict(key, other) == Some(Verdict::Removed)
                    || counts.len() >= MOST_COUNTERPARTS && !counts.contains_key(other)
                {
                    continue;
                }
                let alive = living(segment, &index, terms.value())?.count() as u64;
                if alive > 0 {
                    *counts.entry(other.to_owned()).or_default() += alive;
                }
            }
        }
        let mut found: Vec<Counterpart> = self
            .hand_made
            .added_to(key)
            .map(|other| Counterpart {
                key: other.to_owned(),
                documents: counts.remove(other).unwrap_or(0),
                hand_made: true,
            })
            .collect();
        found.sort_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.key.cmp(&b.key)));
        let mut said: Vec<_> = counts.into_iter().collect();
        said.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.extend(said.into_iter().map(|(key, documents)| Counterpart {
            key,
            documents,
            hand_made: false,
        }));
        Ok(found)
    }
}
