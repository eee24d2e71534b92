//! Which patterns the documents shown may hold. Most of what may stand for the words of a query stands in
//! none of the few documents that are shown, and the more is looked for, the longer it takes.

use tantivy::DocAddress;
use tantivy::schema::Field;

use super::pattern::{Mode, Pattern};
use crate::plan::Origin;
use crate::postings::Cursor;
use crate::terms::{Lists, Places, Terms};

/// A term of more documents than this is taken to stand in those shown, without a look.
const FEW: u64 = 128;

/// The patterns that some of the documents `shown` may hold; `lists` by number, then segment.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn held(
    patterns: Vec<Pattern>,
    terms: &Terms<'_>,
    lists: &[Lists],
    mut shown: Vec<DocAddress>,
) -> tantivy::Result<Vec<Pattern>> {
    shown.sort_unstable();
    let shown = Shown { terms, lists, documents: shown };
    let mut held = Vec::with_capacity(patterns.len());
    for mut pattern in patterns {
        // To read all numbers of a text takes longest.
        let may_be_held = match pattern.mode {
            Mode::Value(_) => {
                pattern.holders = shown.holders(&pattern)?;
                pattern.holders.as_ref().is_none_or(|holders| !holders.is_empty())
            }
            _ => shown.may_hold(&pattern)?,
        };
        if may_be_held {
            held.push(pattern);
        }
    }
    Ok(held)
}

struct Shown<'a> {
    terms: &'a Terms<'a>,
    lists: &'a [Lists],
    /// Ascending.
    documents: Vec<DocAddress>,
}

impl Shown<'_> {
    fn may_hold(&self, pattern: &Pattern) -> tantivy::Result<bool> {
        for origin in &pattern.origins {
            let held = match origin {
                Origin::List(at) => self.are_in(&self.lists[*at]),
                Origin::Term(field, term) => {
                    let places = self.terms.places(*field, term)?;
                    places.documents > FEW || self.hold(*field, &places)?
                }
            };
            if held {
                return Ok(true);
            }
        }
        Ok(pattern.origins.is_empty())
    }

    /// Which documents hold one of the pattern's terms; `None` when it is not known by terms alone.
    fn holders(&self, pattern: &Pattern) -> tantivy::Result<Option<Vec<DocAddress>>> {
        let mut holders = Vec::new();
        for origin in &pattern.origins {
            let Origin::Term(field, term) = origin else { return Ok(None) };
            let places = self.terms.places(*field, term)?;
            self.visit_holders(*field, &places, |document| {
                holders.push(document);
                true
            })?;
        }
        Ok((!pattern.origins.is_empty()).then_some(holders))
    }

    fn are_in(&self, list: &Lists) -> bool {
        self.documents.iter().any(|document| {
            list[document.segment_ord as usize].docs().binary_search(&document.doc_id).is_ok()
        })
    }

    fn hold(&self, field: Field, places: &Places) -> tantivy::Result<bool> {
        let mut held = false;
        self.visit_holders(field, places, |_| {
            held = true;
            false
        })?;
        Ok(held)
    }

    /// Shows `visit` the documents that hold a term, until it says to stop.
    fn visit_holders(
        &self,
        field: Field,
        places: &Places,
        mut visit: impl FnMut(DocAddress) -> bool,
    ) -> tantivy::Result<()> {
        for documents in self.documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let segment = documents[0].segment_ord as usize;
            let mut cursor = Cursor::new(self.terms.open(field, segment, places)?);
            let stopped = documents.iter().any(|&document| {
                cursor.frequency_in(document.doc_id).is_some() && !visit(document)
            });
            self.terms.close(field, cursor.into_source());
            if stopped {
                break;
            }
        }
        Ok(())
    }
}
