//! The terms of several term dictionaries, those of segments and fields, in one order.

use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Searcher};

/// Calls `visit` with every term from `first` on and before `end`, ascending, and the documents of
/// each of `fields` that hold it. Documents that were deleted count until their segment is merged.
/// Holds one term at a time.
///
/// # Errors
/// When the index cannot be read.
pub fn for_each_term(
    searcher: &Searcher,
    fields: &[Field],
    first: &[u8],
    end: Option<&[u8]>,
    mut visit: impl FnMut(&[u8], &[u64]),
) -> tantivy::Result<()> {
    let (mut indexes, mut field_of) = (Vec::new(), Vec::new());
    for segment in searcher.segment_readers() {
        for (at, &field) in fields.iter().enumerate() {
            indexes.push(segment.inverted_index(field)?);
            field_of.push(at);
        }
    }
    let mut documents = vec![0; fields.len()];
    merge(&indexes, first, end, |term, holders| {
        documents.fill(0);
        for (at, info) in holders {
            documents[field_of[*at]] += u64::from(info.doc_freq);
        }
        visit(term, &documents);
        Ok(())
    })
}

/// Calls `visit` with every term from `first` on and before `end`, ascending, and with each of
/// `indexes` that holds it: its place among them, and what it knows of the term.
pub(crate) fn merge(
    indexes: &[Arc<InvertedIndexReader>],
    first: &[u8],
    end: Option<&[u8]>,
    mut visit: impl FnMut(&[u8], &[(usize, TermInfo)]) -> tantivy::Result<()>,
) -> tantivy::Result<()> {
    let mut streams = Vec::new();
    for (at, index) in indexes.iter().enumerate() {
        let range = index.terms().range().ge(first);
        let mut stream = match end {
            Some(end) => range.lt(end).into_stream(),
            None => range.into_stream(),
        }?;
        if stream.advance() {
            streams.push((at, stream));
        }
    }
    let mut term: Vec<u8> = Vec::new();
    let mut holders = Vec::new();
    while let Some(next) = streams.iter().map(|(_, stream)| stream.key()).min() {
        term.clear();
        term.extend_from_slice(next);
        holders.clear();
        streams.retain_mut(|(at, stream)| {
            if stream.key() != term {
                return true;
            }
            holders.push((*at, stream.value().clone()));
            stream.advance()
        });
        visit(&term, &holders)?;
    }
    Ok(())
}

/// The first text after all those that begin with `prefix`; `None` when there is none.
pub fn after(prefix: &str) -> Option<Vec<u8>> {
    let mut end = prefix.as_bytes().to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_terms_ends_after_its_prefix() {
        assert_eq!(after("ab").as_deref(), Some(b"ac".as_slice()));
        assert_eq!(after(""), None);
        assert_eq!(after("词").as_deref(), Some([0xE8, 0xAF, 0x8E].as_slice()));
    }
}
