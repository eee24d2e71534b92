//! Terms of the fields that hold whole values: most stand in one document only.

use std::collections::BTreeMap;
use std::io;

use tantivy::schema::Field;

use super::files::Files;

/// The terms of all such fields.
pub(super) struct Wholes {
    fields: BTreeMap<Field, Values>,
}

/// The terms of one field.
#[derive(Default)]
struct Values {
    bytes: Vec<u8>,
    /// Where each term ends in `bytes`, and its document; in the order of the documents.
    terms: Vec<(usize, u32)>,
}

impl Wholes {
    /// Of these fields, without values yet.
    pub(super) fn new(fields: impl Iterator<Item = Field>) -> Self {
        Self { fields: fields.map(|field| (field, Values::default())).collect() }
    }

    /// Adds a value of a document. Documents come in order.
    pub(super) fn push(&mut self, field: Field, term: &[u8], document: u32) {
        let values = self.fields.entry(field).or_default();
        values.bytes.extend_from_slice(term);
        values.terms.push((values.bytes.len(), document));
    }

    /// Bytes of memory taken.
    pub(super) fn memory(&self) -> usize {
        let of = |values: &Values| {
            values.bytes.capacity() + values.terms.capacity() * size_of::<(usize, u32)>()
        };
        self.fields.values().map(of).sum()
    }

    /// Writes a field, if it is one of these. Without values it is written too: what has a file is opened
    /// once, and not anew by each who looks for a term.
    pub(super) fn write(&mut self, field: Field, files: &mut Files) -> io::Result<()> {
        let Some(Values { bytes, terms }) = self.fields.remove(&field) else { return Ok(()) };
        let total = terms.len() as u64;
        let starts = std::iter::once(0).chain(terms.iter().map(|&(end, _)| end));
        let mut values: Vec<(&[u8], u32)> = starts
            .zip(&terms)
            .map(|(start, &(end, document))| (&bytes[start..end], document))
            .collect();
        values.sort_unstable();
        // A value that a document has twice counts once.
        values.dedup();
        let mut out = files.field(field, total, None)?;
        for same in values.chunk_by(|a, b| a.0 == b.0) {
            out.new_term_without_freq(same[0].0)?;
            for &(_, document) in same {
                out.write_doc(document, 0, &[]);
            }
            out.close_term()?;
        }
        out.close()
    }
}
