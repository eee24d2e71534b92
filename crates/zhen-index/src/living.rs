//! The documents of a term that are not deleted.

use std::iter;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED};

/// The documents of a segment that hold a term of `index`, ascending, without those that are deleted.
///
/// # Errors
/// When the postings cannot be read.
pub fn living(
    segment: &SegmentReader,
    index: &InvertedIndexReader,
    term: &TermInfo,
) -> tantivy::Result<impl Iterator<Item = DocId>> {
    let mut postings = index.read_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    let document = |doc| (doc != TERMINATED).then_some(doc);
    let first = document(postings.doc());
    let all = iter::successors(first, move |_| document(postings.advance()));
    Ok(all.filter(|&doc| !segment.is_deleted(doc)))
}

/// How many documents [`living`] gives.
///
/// # Errors
/// As [`living`].
pub(crate) fn count_living(
    segment: &SegmentReader,
    index: &InvertedIndexReader,
    term: &TermInfo,
) -> tantivy::Result<u64> {
    match segment.has_deletes() {
        true => Ok(living(segment, index, term)?.count() as u64),
        false => Ok(term.doc_freq.into()),
    }
}
