//! Which patterns the documents shown may hold. Most of what may stand for the words of a query stands in
//! none of the few documents that are shown, and the more is looked for, the longer it takes.

use std::sync::Arc;

use tantivy::DocAddress;
use tantivy::schema::Field;

use super::find::{Mode, Pattern};
use crate::plan::Origin;
use crate::postings::{Cursor, List, Source};
use crate::terms::{Places, Terms};

/// A term of more documents than this is taken to stand in those shown, without a look.
const FEW: u64 = 128;

/// The patterns that some of the documents `shown` may hold; `lists` by number, then segment.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn held(
    patterns: Vec<Pattern>,
    terms: &Terms<'_>,
    lists: &[Vec<Arc<List>>],
    mut shown: Vec<DocAddress>,
) -> tantivy::Result<Vec<Pattern>> {
    shown.sort_unstable();
    let shown = Shown { terms, lists, documents: shown };
    let mut held = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        if shown.may_hold(&pattern)? {
            held.push(pattern);
        }
    }
    Ok(held)
}

struct Shown<'a> {
    terms: &'a Terms<'a>,
    lists: &'a [Vec<Arc<List>>],
    /// Ascending.
    documents: Vec<DocAddress>,
}

impl Shown<'_> {
    fn may_hold(&self, pattern: &Pattern) -> tantivy::Result<bool> {
        // To read all numbers of a text takes longest.
        let few = if matches!(pattern.mode, Mode::Value(_)) { u64::MAX } else { FEW };
        for origin in &pattern.origins {
            let held = match origin {
                Origin::List(at) => self.are_in(&self.lists[*at]),
                Origin::Term(field, term) => {
                    let places = self.terms.places(*field, term)?;
                    places.documents > few || self.hold(*field, &places)?
                }
            };
            if held {
                return Ok(true);
            }
        }
        Ok(pattern.origins.is_empty())
    }

    fn are_in(&self, list: &[Arc<List>]) -> bool {
        self.documents.iter().any(|document| {
            list[document.segment_ord as usize].docs().binary_search(&document.doc_id).is_ok()
        })
    }

    fn hold(&self, field: Field, places: &Places) -> tantivy::Result<bool> {
        for documents in self.documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let segment = documents[0].segment_ord as usize;
            let Some(info) = places.segment(segment) else { continue };
            let mut cursor = Cursor::new(Source::open(self.terms.index(field, segment)?, info)?);
            if documents.iter().any(|document| cursor.frequency_in(document.doc_id).is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
