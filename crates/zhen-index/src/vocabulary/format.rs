//! The vocabulary as bytes.
//!
//! A header of fixed length: magic, version, the state of the index it was made from, the lengths of
//! the parts, a checksum of the parts, a checksum of the header. Then the parts. Numbers are
//! little-endian.
//!
//! | part | holds |
//! | --- | --- |
//! | texts | fst: folded text → number of its entry |
//! | readings | fst: syllables → number of a group |
//! | initials | fst: initials → number of a group |
//! | entries | the best first: varint count, byte of the kind, varint length, text |
//! | read groups | varint members, varint of the first, varints of the steps to the others |
//! | initial groups | the same |
//!
//! An entry's or group's *number* is where it begins within its part. Parts are in the order of rank,
//! so a smaller number is a better entry, or a group whose best entry is better.

use std::ops::Range;

use crate::hash::hash64;
use crate::varint::{put_varint, take_varint};

use super::{EntryKind, Origin, VocabularyError};

const MAGIC: &[u8; 8] = b"zhenvoca";
/// Changes with the layout, and with how keys are made.
const VERSION: u32 = 1;
/// Number of parts.
pub(super) const PARTS: usize = 6;
/// Bytes of the header.
const HEADER: usize = 8 + 8 + 8 * (4 + PARTS + 2);

/// The header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) origin: Origin,
    pub(super) entries: u64,
    lengths: [u64; PARTS],
    checksum: u64,
}

/// The whole file.
pub(super) fn encode(origin: Origin, entries: u64, parts: &[Vec<u8>; PARTS]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + parts.iter().map(Vec::len).sum::<usize>());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&u64::from(VERSION).to_le_bytes());
    let mut put = |number: u64| out.extend_from_slice(&number.to_le_bytes());
    for number in [origin.generation, origin.changes, origin.documents, entries] {
        put(number);
    }
    parts.iter().for_each(|part| put(part.len() as u64));
    let body = parts.concat();
    put(hash64(&body));
    let header = hash64(&out);
    out.extend_from_slice(&header.to_le_bytes());
    out.extend_from_slice(&body);
    out
}

/// Reads the header and compares both checksums; gives where the parts lie.
///
/// Parts are checked here, all of them, because an altered map could lead anywhere. XXH3 reads some
/// ten gigabytes a second.
pub(super) fn decode(file: &[u8]) -> Result<(Header, [Range<usize>; PARTS]), VocabularyError> {
    let damaged = VocabularyError::Damaged;
    let (header, body) = file.split_at_checked(HEADER).ok_or(damaged("it is cut short"))?;
    if !header.starts_with(MAGIC) {
        return Err(damaged("it is no vocabulary"));
    }
    let mut numbers = header[MAGIC.len()..].chunks_exact(8).map(|bytes| {
        u64::from_le_bytes(bytes.try_into().expect("chunks of eight bytes have eight bytes"))
    });
    let mut next = || numbers.next().expect("the header has this many numbers");
    let version = next();
    let origin = Origin { generation: next(), changes: next(), documents: next() };
    let entries = next();
    let lengths = std::array::from_fn(|_| next());
    let (checksum, of_header) = (next(), next());
    if of_header != hash64(&header[..HEADER - 8]) {
        return Err(damaged("its header is not as it was written"));
    }
    if version != u64::from(VERSION) {
        return Err(VocabularyError::Version);
    }
    let mut parts = std::array::from_fn(|_| 0..0);
    let mut at = HEADER as u64;
    for (part, length) in parts.iter_mut().zip(lengths) {
        let end = at.checked_add(length).filter(|&end| end <= file.len() as u64);
        let end = end.ok_or(damaged("it is cut short"))?;
        *part = at as usize..end as usize;
        at = end;
    }
    if at != file.len() as u64 || hash64(body) != checksum {
        return Err(damaged("it is not as it was written"));
    }
    Ok((Header { origin, entries, lengths, checksum }, parts))
}

/// Appends an entry; its number is the length before.
pub(super) fn put_entry(out: &mut Vec<u8>, count: u64, kind: EntryKind, text: &str) {
    put_varint(out, count);
    out.push(kind.to_byte());
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// The entry of a number: its count, kind and text.
pub(super) fn entry_at(part: &[u8], number: u32) -> Option<(u64, EntryKind, &str)> {
    let mut rest = part.get(number as usize..)?;
    let count = take_varint(&mut rest)?;
    let (&kind, after) = rest.split_first()?;
    rest = after;
    let length = usize::try_from(take_varint(&mut rest)?).ok()?;
    let text = std::str::from_utf8(rest.get(..length)?).ok()?;
    Some((count, EntryKind::from_byte(kind)?, text))
}

/// Appends a group of entries, whose numbers ascend; its number is the length before.
pub(super) fn put_group(out: &mut Vec<u8>, members: &[u32]) {
    put_varint(out, members.len() as u64);
    let mut last = 0;
    for &member in members {
        put_varint(out, u64::from(member - last));
        last = member;
    }
}

/// The numbers of the first entries of a group, at most `most`.
pub(super) fn group_at(part: &[u8], number: u64, most: usize) -> impl Iterator<Item = u32> + '_ {
    let mut rest = usize::try_from(number).ok().and_then(|at| part.get(at..)).unwrap_or_default();
    let members = take_varint(&mut rest).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let mut last = 0_u32;
    (0..members.min(most)).map_while(move |_| {
        last = last.checked_add(u32::try_from(take_varint(&mut rest)?).ok()?)?;
        Some(last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Origin = Origin { generation: 3, changes: 50, documents: 40 };

    fn file() -> Vec<u8> {
        let parts = [b"abc".to_vec(), vec![], b"d".to_vec(), vec![7; 40], vec![], vec![1]];
        encode(ORIGIN, 12, &parts)
    }

    #[test]
    fn what_was_written_is_read() {
        let file = file();
        let (header, parts) = decode(&file).unwrap();
        assert_eq!((header.origin, header.entries), (ORIGIN, 12));
        assert_eq!(&file[parts[0].clone()], b"abc");
        assert_eq!(&file[parts[2].clone()], b"d");
        assert_eq!(&file[parts[5].clone()], [1]);
    }

    #[test]
    fn no_altered_and_no_shortened_file_is_taken() {
        let file = file();
        for length in 0..file.len() {
            assert!(decode(&file[..length]).is_err(), "cut at {length}");
        }
        for at in 0..file.len() {
            let mut file = file.clone();
            file[at] ^= 0x10;
            assert!(decode(&file).is_err(), "altered at {at}");
        }
    }

    #[test]
    fn entries_and_groups_are_read_at_their_number() {
        let mut entries = Vec::new();
        put_entry(&mut entries, 300, EntryKind::Word, "词典");
        let second = u32::try_from(entries.len()).unwrap();
        put_entry(&mut entries, 1, EntryKind::Title, "A dictionary");
        assert_eq!(entry_at(&entries, 0), Some((300, EntryKind::Word, "词典")));
        assert_eq!(entry_at(&entries, second), Some((1, EntryKind::Title, "A dictionary")));
        assert_eq!(entry_at(&entries, second + 100), None);
        let mut groups = Vec::new();
        put_group(&mut groups, &[4, 9, 1000]);
        let second = groups.len() as u64;
        put_group(&mut groups, &[0]);
        let group = |number, most| group_at(&groups, number, most).collect::<Vec<_>>();
        assert_eq!(group(0, 9), [4, 9, 1000]);
        assert_eq!(group(0, 2), [4, 9]);
        assert_eq!(group(second, 9), [0]);
        assert_eq!(group(99, 9), [0; 0]);
    }
}
