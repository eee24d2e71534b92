//! Stored records, read where they lie in tantivy's store.
//!
//! tantivy decodes a value of bytes one by one into a list of its own. A record is the only stored
//! field of a document, so the few bytes around it are read here, and the record stays a slice of the
//! block that was read.

use std::io;

use tantivy::directory::OwnedBytes;
use tantivy::store::StoreReader;
use tantivy::{DocAddress, DocId, Searcher, SegmentReader, TantivyError};

use crate::record::{Record, RecordError, broken};

/// The records of one segment.
pub struct RecordStore {
    store: StoreReader,
}

impl RecordStore {
    /// Opens the records of a segment.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(segment: &SegmentReader) -> io::Result<Self> {
        // Records are compressed each by itself, so there is no work in a block that could be kept.
        Ok(Self { store: segment.get_store_reader(0)? })
    }

    /// The record of a document. Costs copying one block of the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn get(&self, doc: DocId) -> tantivy::Result<Record> {
        let bytes = self.store.get_document_bytes(doc)?;
        unwrap(bytes)
            .map(Record::new)
            .map_err(|error| TantivyError::InternalError(error.to_string()))
    }

    /// The records of all documents of `segment`, the one that was opened, that are not deleted, with
    /// their numbers.
    pub fn alive<'a>(
        &'a self,
        segment: &'a SegmentReader,
    ) -> impl Iterator<Item = (DocId, tantivy::Result<Record>)> + 'a {
        segment.doc_ids_alive().map(|doc| (doc, self.get(doc)))
    }
}

/// Reads one record, the document being at `address`; whoever reads several keeps a [`RecordStore`].
///
/// # Errors
/// When the store cannot be read.
pub fn read_record(searcher: &Searcher, address: DocAddress) -> tantivy::Result<Record> {
    RecordStore::open(searcher.segment_reader(address.segment_ord))?.get(address.doc_id)
}

/// tantivy's code for a value of bytes.
const BYTES: u8 = 4;

/// The value of a stored document, as tantivy writes it, that has one field of bytes: the number of
/// fields, the field's number in four bytes, the kind of its value, the length of the value.
fn unwrap(stored: OwnedBytes) -> Result<OwnedBytes, RecordError> {
    let mut rest = &*stored;
    if take_vint(&mut rest) != Some(1) {
        return Err(broken("it has not one field"));
    }
    match rest.split_at_checked(4) {
        Some((_field, value)) => rest = value,
        None => return Err(broken("its field is cut short")),
    }
    match rest.split_first() {
        Some((&BYTES, value)) => rest = value,
        _ => return Err(broken("its field does not hold bytes")),
    }
    let length = take_vint(&mut rest).and_then(|length| usize::try_from(length).ok());
    if length != Some(rest.len()) {
        return Err(broken("its length is not the one stored"));
    }
    let start = stored.len() - rest.len();
    let end = stored.len();
    Ok(stored.slice(start..end))
}

/// Takes a number off the front: seven bits a byte, lowest first, the top bit set on the last byte
/// only. `None` when the bytes end within it or it is too large.
fn take_vint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte >= 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{STORED, Schema};
    use tantivy::{Index, IndexWriter, TantivyDocument};

    use super::*;

    #[test]
    fn what_tantivy_stores_is_read_back() {
        let mut schema = Schema::builder();
        schema.add_u64_field("other", tantivy::schema::FAST);
        let field = schema.add_bytes_field("record", STORED);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        let lengths = [0, 1, 127, 128, 300, 16_383, 16_384, 70_000];
        let value = |length: usize| (0..length).map(|i| (i * 31) as u8).collect::<Vec<u8>>();
        for length in lengths {
            let mut document = TantivyDocument::default();
            document.add_bytes(field, &value(length));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let segment = searcher.segment_reader(0);
        let store = RecordStore::open(segment).unwrap();
        let read: Vec<_> = store.alive(segment).map(|(_, record)| record.unwrap()).collect();
        assert_eq!(read, lengths.map(|length| Record::from(value(length))));
        assert_eq!(read_record(&searcher, DocAddress::new(0, 3)).unwrap(), read[3]);
    }

    #[test]
    fn what_is_damaged_is_an_error_and_never_a_panic() {
        let mut stored = vec![0x81, 7, 0, 0, 0, BYTES, 0x83];
        stored.extend(b"abc");
        let read = |stored: &[u8]| unwrap(OwnedBytes::new(stored.to_vec()));
        assert_eq!(&*read(&stored).unwrap(), b"abc");
        for length in 0..stored.len() {
            assert!(read(&stored[..length]).is_err(), "{length}");
        }
        // All but the number of the field, of which there is one.
        for position in [0, 5, 6] {
            for flip in [0x01, 0x40, 0x80, 0xff] {
                let mut stored = stored.clone();
                stored[position] ^= flip;
                assert!(read(&stored).is_err(), "{position} {flip}");
            }
        }
        let endless = [&stored[..6], &[0x7f; 20][..]].concat();
        assert!(read(&endless).is_err());
        assert!(read(&[stored, vec![0]].concat()).is_err());
    }
}
