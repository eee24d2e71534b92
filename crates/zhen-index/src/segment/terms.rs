//! Numbering terms: each distinct term gets the next number.
//!
//! Nearly all time of building postings goes into looking up terms, and most of that into waiting for
//! memory. Terms of up to eight bytes, which all Han bigrams and most words are, lie in the table
//! itself, so that finding one costs one wait; longer ones are found by their hash and compared with
//! their bytes, which costs two more. The short terms seen last lie once more in a table that stays in
//! the processor's cache: texts repeat themselves, and most lookups end there.

use std::ops::Range;

use crate::hash::hash64;

/// Longest term that lies in the table itself, in bytes.
const SHORT: usize = 8;
/// Terms whose places are read in one go before the first of them is compared, so that the processor
/// waits for all of them at once.
const TOGETHER: usize = 64;

/// Bytes of terms beyond which a segment is full, however much memory there is. Where a term ends is
/// kept in 32 bits; the half left is for the documents that were on their way by then.
const MOST_BYTES: usize = u32::MAX as usize / 2;

/// Places for the short terms seen last, a power of two: 256 KiB, half of what a processor's own cache
/// holds today.
const RECENT: usize = 1 << 14;

/// A place of a table: what is looked for, and the number found, plus one; 0 for a free place.
#[derive(Clone, Copy, Default)]
struct Place {
    key: u64,
    number: u32,
}

/// An open hash table with linear probing, at most three quarters full.
struct Table {
    places: Vec<Place>,
    used: usize,
}

impl Table {
    fn new() -> Self {
        Self { places: vec![Place::default(); 1 << 10], used: 0 }
    }

    /// Where the search for a key begins.
    fn start(&self, key: u64) -> usize {
        start(key, self.places.len())
    }

    /// The place of a key whose number `is` says it is, or the free place where it belongs.
    fn find(&self, key: u64, is: impl Fn(u32) -> bool) -> usize {
        let mut at = self.start(key);
        loop {
            let place = self.places[at];
            if place.number == 0 || (place.key == key && is(place.number - 1)) {
                return at;
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    /// Puts a number at a free place that [`Table::find`] gave.
    fn put(&mut self, at: usize, key: u64, number: u32) {
        self.places[at] = Place { key, number: number + 1 };
        self.used += 1;
        if self.used * 4 > self.places.len() * 3 {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let larger = vec![Place::default(); self.places.len() * 2];
        for place in std::mem::replace(&mut self.places, larger) {
            if place.number > 0 {
                // All keys in the table differ in key or number: none is the one looked for.
                let at = self.find(place.key, |_| false);
                self.places[at] = place;
            }
        }
    }
}

/// Where a key belongs among so many places, a power of two. (Fibonacci hashing; Knuth, TAOCP 3, 6.4.)
fn start(key: u64, places: usize) -> usize {
    let mixed = (key ^ (key >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - places.trailing_zeros())) as usize
}

/// A term that is looked for.
struct Sought {
    range: Range<usize>,
    is_short: bool,
    key: u64,
    /// The place where the search for it begins, as it was when the place was read; or a copy of its
    /// own.
    first: Place,
}

impl Sought {
    const NOTHING: Self =
        Self { range: 0..0, is_short: true, key: 0, first: Place { key: 0, number: 0 } };
}

/// Terms and their numbers.
pub(super) struct Terms {
    short: Table,
    long: Table,
    /// Copies of places of `short`: of the terms that belong to one place here, that seen last.
    recent: Vec<Place>,
    bytes: Vec<u8>,
    /// For each number, where its term ends in `bytes`.
    ends: Vec<u32>,
    /// [`MOST_BYTES`], but in tests.
    most_bytes: usize,
}

impl Terms {
    pub(super) fn new() -> Self {
        Self {
            short: Table::new(),
            long: Table::new(),
            recent: vec![Place::default(); RECENT],
            bytes: Vec::new(),
            ends: Vec::new(),
            most_bytes: MOST_BYTES,
        }
    }

    /// How many distinct terms there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory taken; `usize::MAX` where there is no room for the terms of further documents.
    pub(super) fn memory(&self) -> usize {
        if self.bytes.len() > self.most_bytes {
            return usize::MAX;
        }
        let places = self.short.places.len() + self.long.places.len() + self.recent.len();
        places * size_of::<Place>() + self.bytes.len() + self.ends.len() * size_of::<u32>()
    }

    /// The bytes of a term.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        get(&self.bytes, &self.ends, number)
    }

    /// Calls `each` with the number of each term of a text of ready-made terms, each ended by a
    /// space.
    pub(super) fn number_all(&mut self, text: &str, mut each: impl FnMut(u32)) {
        let bytes = text.as_bytes();
        let mut sought = [const { Sought::NOTHING }; TOGETHER];
        let mut start = 0;
        while start < bytes.len() {
            let mut count = 0;
            // Those whose places are to be read, and where these are.
            let mut distant = [(0, 0); TOGETHER];
            let mut distants = 0;
            while count < TOGETHER && start < bytes.len() {
                let end = end_of_term(bytes, start);
                if end > start {
                    sought[count] = self.look(bytes, start..end);
                    if sought[count].first.number == 0 {
                        distant[distants] =
                            (count, self.table(&sought[count]).start(sought[count].key));
                        distants += 1;
                    }
                    count += 1;
                }
                start = end + 1;
            }
            // A loop so short that the next reads are under way while the first still waits.
            for &(which, at) in &distant[..distants] {
                sought[which].first = self.table(&sought[which]).places[at];
            }
            for sought in &sought[..count] {
                each(self.number(bytes, sought));
            }
        }
    }

    /// The table that a term belongs to.
    fn table(&self, sought: &Sought) -> &Table {
        if sought.is_short { &self.short } else { &self.long }
    }

    /// What the term at `range` of `text` is found by, and its place if it was seen not long ago.
    fn look(&self, text: &[u8], range: Range<usize>) -> Sought {
        match short_key(text, &range) {
            Some(key) => {
                let recent = self.recent[start(key, RECENT)];
                let first = if recent.key == key { recent } else { Place::default() };
                Sought { range, is_short: true, key, first }
            }
            None => {
                let key = hash64(&text[range.clone()]);
                Sought { range, is_short: false, key, first: Place::default() }
            }
        }
    }

    /// The number of a term.
    fn number(&mut self, text: &[u8], sought: &Sought) -> u32 {
        let Sought { range, is_short, key, first } = sought;
        let (term, key) = (&text[range.clone()], *key);
        // A place once taken stays what it is, and so does its number when the table grows.
        let Self { bytes, ends, .. } = &*self;
        let is = |number| *is_short || get(bytes, ends, number) == term;
        let number = if first.number > 0 && first.key == key && is(first.number - 1) {
            first.number - 1
        } else {
            let table = self.table(sought);
            let at = table.find(key, is);
            match table.places[at].number.checked_sub(1) {
                Some(found) => found,
                None => {
                    let number = self.push(term);
                    let table = if *is_short { &mut self.short } else { &mut self.long };
                    table.put(at, key, number);
                    number
                }
            }
        };
        if *is_short {
            self.recent[start(key, RECENT)] = Place { key, number: number + 1 };
        }
        number
    }

    fn push(&mut self, term: &[u8]) -> u32 {
        self.bytes.extend_from_slice(term);
        self.ends.push(self.bytes.len() as u32);
        (self.ends.len() - 1) as u32
    }

    /// All terms in the order of their bytes. From now on none is looked up: the tables, most of the
    /// memory taken, are given back first.
    pub(super) fn sorted(&mut self) -> Vec<Sorted> {
        self.short = Table::new();
        self.long = Table::new();
        let sorted = (0..self.len() as u32).map(|number| {
            let term = self.get(number);
            let mut first = [0; SHORT];
            let length = term.len().min(SHORT);
            first[..length].copy_from_slice(&term[..length]);
            Sorted { first: u64::from_be_bytes(first), number, length: term.len() as u32 }
        });
        let mut sorted: Vec<Sorted> = sorted.collect();
        sorted.sort_unstable_by(|a, b| {
            let whole = || self.get(a.number).cmp(self.get(b.number));
            a.first.cmp(&b.first).then_with(whole)
        });
        sorted
    }
}

/// A term in order. Its first bytes lie beside its number: they decide nearly always, and most terms
/// have no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorted {
    /// The first eight bytes, padded with zero bytes; the first of them highest.
    first: u64,
    pub(super) number: u32,
    /// Bytes of the whole term.
    length: u32,
}

impl Sorted {
    /// Calls `look` with the term's bytes.
    pub(super) fn with_bytes<R>(&self, terms: &Terms, look: impl FnOnce(&[u8]) -> R) -> R {
        match self.first.to_be_bytes().get(..self.length as usize) {
            Some(short) => look(short),
            None => look(terms.get(self.number)),
        }
    }
}

/// Where the term that begins at `start` ends: at the next space, or with the text.
fn end_of_term(text: &[u8], start: usize) -> usize {
    let rest = &text[start..];
    let Some(eight) = rest.first_chunk::<SHORT>() else {
        return memchr::memchr(b' ', rest).map_or(text.len(), |length| start + length);
    };
    let spaces = zeros(u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; SHORT]));
    match spaces {
        0 => {
            let length = memchr::memchr(b' ', &rest[SHORT..]);
            length.map_or(text.len(), |length| start + SHORT + length)
        }
        found => start + found.trailing_zeros() as usize / 8,
    }
}

/// The bytes of a short term as a number; `None` for a long one, and for one with zero bytes: without
/// them, a term padded with them is like no other.
fn short_key(text: &[u8], range: &Range<usize>) -> Option<u64> {
    let length = range.len();
    if length > SHORT {
        return None;
    }
    let bytes = match text[range.start..].first_chunk::<SHORT>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            let mut eight = [0; SHORT];
            eight[..length].copy_from_slice(&text[range.clone()]);
            u64::from_le_bytes(eight)
        }
    };
    let mask = u64::MAX >> (64 - 8 * length);
    (zeros(bytes | !mask) == 0).then_some(bytes & mask)
}

/// The highest bit of each byte that is zero, up to the first such byte; above it there may be others.
/// (Mycroft; Warren, "Hacker's Delight", 6-1.)
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(u64::from_le_bytes([0x01; 8])) & !bytes & u64::from_le_bytes([0x80; 8])
}

fn get<'a>(bytes: &'a [u8], ends: &[u32], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] as usize };
    &bytes[start..ends[number] as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn equal_terms_have_equal_numbers_and_others_do_not() {
        let mut terms = Terms::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut text = String::new();
        for n in 0..5000_u32 {
            let n = n.wrapping_mul(2_654_435_761) % 1700;
            let han = char::from_u32(0x4e00 + n).unwrap();
            text += &match n % 6 {
                0 => format!("{han}{han} "),
                1 => format!("{n} "),
                2 => format!("eightby{} ", n % 10),
                3 => format!("longer-than-eight-{n} "),
                4 => format!("\0{n}\0 "),
                _ => format!("{han}长于八字节{n} "),
            };
        }
        text += "last";
        let words: Vec<&str> = text.split(' ').collect();
        let mut at = 0;
        terms.number_all(&text, |number| {
            let expected = known.len() as u32;
            let known = *known.entry(words[at].to_owned()).or_insert(expected);
            assert_eq!(number, known, "{:?}", words[at]);
            at += 1;
        });
        assert_eq!((at, terms.len()), (words.len(), known.len()));
        for (word, number) in &known {
            assert_eq!(terms.get(*number), word.as_bytes());
        }
        let mut sorted: Vec<&String> = known.keys().collect();
        sorted.sort();
        let order = terms.sorted();
        assert_eq!((terms.short.used, terms.long.used), (0, 0), "the tables are given back");
        assert_eq!(order.len(), sorted.len());
        for (term, word) in order.iter().zip(sorted) {
            assert_eq!(terms.get(term.number), word.as_bytes());
            term.with_bytes(&terms, |bytes| assert_eq!(bytes, word.as_bytes()));
        }
    }

    #[test]
    fn terms_of_too_many_bytes_take_all_memory_that_there_is() {
        let mut terms = Terms { most_bytes: 8, ..Terms::new() };
        terms.number_all("one five one five ", |_| ());
        assert!(terms.memory() < 1 << 20);
        terms.number_all("two", |_| ());
        assert_eq!(terms.memory(), usize::MAX);
    }
}
