//! Which patterns the documents shown may hold. Most of what may stand for the words of a query stands in
//! none of the few documents that are shown, and the more is looked for, the longer it takes.

use std::sync::Arc;

use tantivy::DocAddress;

use super::find::{Mode, Pattern};
use crate::plan::Origin;
use crate::postings::{Cursor, List, Source};
use crate::terms::Terms;

/// A term of more documents than this is taken to stand in those shown, without a look.
const FEW: u64 = 128;

/// The patterns that some of the documents `shown` may hold; `lists` by number, then segment.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn held(
    mut patterns: Vec<Pattern>,
    terms: &Terms<'_>,
    lists: &[Vec<Arc<List>>],
    mut shown: Vec<DocAddress>,
) -> tantivy::Result<Vec<Pattern>> {
    shown.sort_unstable();
    let mut problem = None;
    patterns.retain(|pattern| {
        let held = |origin: &Origin| match origin {
            Origin::List(at) => Ok(shown.iter().any(|document| {
                let list = &lists[*at][document.segment_ord as usize];
                list.binary_search_by_key(&document.doc_id, |&(doc, _)| doc).is_ok()
            })),
            Origin::Term(field, term) => {
                let places = terms.places(*field, term)?;
                // To read all numbers of a text takes longest.
                let is_value = matches!(pattern.mode, Mode::Value(_));
                if places.documents > FEW && !is_value {
                    return Ok(true);
                }
                for shown in shown.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
                    let segment = shown[0].segment_ord as usize;
                    let Some(info) = places.segment(segment) else { continue };
                    let source = Source::open(terms.index(*field, segment)?, info)?;
                    let mut cursor = Cursor::new(source);
                    if shown.iter().any(|document| cursor.frequency_in(document.doc_id).is_some()) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        };
        pattern.origins.is_empty()
            || pattern.origins.iter().any(|origin| {
                held(origin).unwrap_or_else(|error: tantivy::TantivyError| {
                    problem = Some(error);
                    true
                })
            })
    });
    problem.map_or(Ok(patterns), Err)
}
