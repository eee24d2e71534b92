//! The counts as a file.
//!
//! Magic, version, the state of the index they were made from, the segments they are of (hash of the
//! name, deleted documents, number of entries), the entries of one segment after the other (document,
//! count), and a checksum of all that. Documents without a near-duplicate have no entry. Numbers are
//! little-endian.

use std::path::Path;

use tantivy::{DocAddress, DocId, Searcher, SegmentReader};

use super::counting::Count;
use crate::derived::Origin;
use crate::hash::{hash64, hash128};

/// Name of the file.
pub const DUPLICATES_FILE: &str = "zhen-duplicates.bin";

const MAGIC: &[u8; 8] = b"zhendupl";
/// Changes with the layout.
const VERSION: u64 = 1;
/// The count of a document that was too much to count.
const UNKNOWN: u32 = u32::MAX;

/// Why there are no counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DuplicatesError {
    /// The file is not there, or cannot be read.
    #[error("there is no {DUPLICATES_FILE}; the next `zhen index` makes it")]
    Missing,
    /// Another version of the program made it.
    #[error("{DUPLICATES_FILE} was made by another version; the next `zhen index` makes it anew")]
    Version,
    /// It is not as it was written.
    #[error("{DUPLICATES_FILE} is damaged; the next `zhen index` makes it anew")]
    Damaged,
}

/// How many near-duplicates the documents of some segments have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateCounts {
    origin: Origin,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    id: u128,
    /// A segment's documents only ever become fewer, so their number tells which are deleted.
    deleted: u32,
    /// Ascending by document.
    counts: Vec<(DocId, u32)>,
}

impl DuplicateCounts {
    /// The counts of the documents of `searcher`, in order, which is a view of the state `origin`.
    pub(super) fn new(
        origin: Origin,
        searcher: &Searcher,
        counts: Vec<(DocAddress, Count)>,
    ) -> Self {
        let readers = searcher.segment_readers().iter();
        let mut segments: Vec<Segment> = readers
            .map(|reader| Segment {
                id: id(reader),
                deleted: reader.num_deleted_docs(),
                counts: Vec::new(),
            })
            .collect();
        for (address, count) in counts {
            let count = count.unwrap_or(UNKNOWN);
            segments[address.segment_ord as usize].counts.push((address.doc_id, count));
        }
        Self { origin, segments }
    }

    /// Reads the counts of the index in `dir`, of whatever segments they are.
    ///
    /// # Errors
    /// [`DuplicatesError`] when there are none that can be read.
    pub fn open(dir: &Path) -> Result<Self, DuplicatesError> {
        let file = std::fs::read(dir.join(DUPLICATES_FILE));
        Self::decode(&file.map_err(|_| DuplicatesError::Missing)?)
    }

    /// The state of the index they were made from.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether they are of just the documents that `searcher` sees.
    pub fn is_of(&self, searcher: &Searcher) -> bool {
        let is = |segment: &Segment, reader: &SegmentReader| {
            (segment.id, segment.deleted) == (id(reader), reader.num_deleted_docs())
        };
        let readers = searcher.segment_readers();
        self.segments.len() == readers.len()
            && self.segments.iter().zip(readers).all(|(segment, reader)| is(segment, reader))
    }

    /// How many other documents are near one, at most [`super::MOST_COUNTED`]; `None` when that is not
    /// known.
    pub fn of(&self, address: DocAddress) -> Option<u32> {
        let counts = &self.segments.get(address.segment_ord as usize)?.counts;
        match counts.binary_search_by_key(&address.doc_id, |&(doc, _)| doc) {
            Ok(at) => Some(counts[at].1).filter(|&count| count != UNKNOWN),
            Err(_) => Some(0),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let Origin { generation, changes, documents } = self.origin;
        for number in [VERSION, generation, changes, documents, self.segments.len() as u64] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for segment in &self.segments {
            out.extend_from_slice(&segment.id.to_le_bytes());
            out.extend_from_slice(&segment.deleted.to_le_bytes());
            out.extend_from_slice(&(segment.counts.len() as u32).to_le_bytes());
        }
        for &(doc, count) in self.segments.iter().flat_map(|segment| &segment.counts) {
            out.extend_from_slice(&doc.to_le_bytes());
            out.extend_from_slice(&count.to_le_bytes());
        }
        let checksum = hash64(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out
    }

    fn decode(file: &[u8]) -> Result<Self, DuplicatesError> {
        let damaged = DuplicatesError::Damaged;
        let (content, checksum) = file.split_last_chunk::<8>().ok_or(damaged)?;
        let mut rest = content.strip_prefix(MAGIC).ok_or(damaged)?;
        if u64::from_le_bytes(*checksum) != hash64(content) {
            return Err(damaged);
        }
        let mut long = || take(&mut rest).map(u64::from_le_bytes).ok_or(damaged);
        if long()? != VERSION {
            return Err(DuplicatesError::Version);
        }
        let origin = Origin { generation: long()?, changes: long()?, documents: long()? };
        let mut segments = Vec::new();
        for _ in 0..long()? {
            let id = take(&mut rest).map(u128::from_le_bytes).ok_or(damaged)?;
            let [deleted, entries] = numbers(&mut rest).ok_or(damaged)?;
            segments.push((Segment { id, deleted, counts: Vec::new() }, entries));
        }
        for (segment, entries) in &mut segments {
            for _ in 0..*entries {
                let [doc, count] = numbers(&mut rest).ok_or(damaged)?;
                segment.counts.push((doc, count));
            }
        }
        let segments = segments.into_iter().map(|(segment, _)| segment).collect();
        if rest.is_empty() { Ok(Self { origin, segments }) } else { Err(damaged) }
    }
}

/// What a segment is known by: a hash of its name.
fn id(segment: &SegmentReader) -> u128 {
    hash128(segment.segment_id().uuid_string().as_bytes())
}

/// The next bytes.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*bytes)
}

/// The next two numbers.
fn numbers(rest: &mut &[u8]) -> Option<[u32; 2]> {
    Some([u32::from_le_bytes(take(rest)?), u32::from_le_bytes(take(rest)?)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> DuplicateCounts {
        let segment = |byte: u8, counts| Segment { id: u128::from(byte), deleted: 2, counts };
        DuplicateCounts {
            origin: Origin { generation: 3, changes: 50, documents: 40 },
            segments: vec![
                segment(1, vec![(0, 1), (7, 300), (9, UNKNOWN)]),
                segment(2, Vec::new()),
                segment(3, vec![(5, 2)]),
            ],
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let counts = counts();
        assert_eq!(DuplicateCounts::decode(&counts.encode()), Ok(counts.clone()));
        let of = |segment, doc| counts.of(DocAddress::new(segment, doc));
        assert_eq!([of(0, 0), of(0, 7), of(2, 5)], [Some(1), Some(300), Some(2)]);
        assert_eq!([of(0, 1), of(1, 0)], [Some(0); 2], "these have none");
        assert_eq!([of(0, 9), of(3, 0)], [None; 2], "of these it is not known");
    }

    #[test]
    fn no_altered_and_no_shortened_file_is_taken() {
        let file = counts().encode();
        for length in 0..file.len() {
            assert!(DuplicateCounts::decode(&file[..length]).is_err(), "cut at {length}");
        }
        for at in 0..file.len() {
            let mut file = file.clone();
            file[at] ^= 0x10;
            assert!(DuplicateCounts::decode(&file).is_err(), "altered at {at}");
        }
    }

    #[test]
    fn a_file_of_another_version_says_so() {
        let mut file = counts().encode();
        let end = file.len() - 8;
        file[MAGIC.len()] = 9;
        let checksum = hash64(&file[..end]);
        file[end..].copy_from_slice(&checksum.to_le_bytes());
        assert_eq!(DuplicateCounts::decode(&file), Err(DuplicatesError::Version));
    }
}
