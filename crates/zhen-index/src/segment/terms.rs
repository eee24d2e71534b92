//! Numbering terms: each distinct term gets the next number.
//!
//! Nearly all time of building postings goes into looking up terms, and most of that into waiting for
//! memory. Terms of up to eight bytes, which all Han bigrams and most words are, lie in the table
//! itself, so that finding one costs one wait; longer ones are found by their hash and compared with
//! their bytes, which costs two more.

use std::ops::Range;

use crate::hash::hash64;

/// Longest term that lies in the table itself, in bytes.
const SHORT: usize = 8;
/// Terms whose places are read before the first of them is compared, so that the processor waits for
/// all of them at once.
const TOGETHER: usize = 16;

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

    /// Where the search for a key begins. (Fibonacci hashing; Knuth, TAOCP 3, 6.4.)
    fn start(&self, key: u64) -> usize {
        let mixed = (key ^ (key >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> (64 - self.places.len().trailing_zeros())) as usize
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

/// A term that is looked for.
struct Sought {
    range: Range<usize>,
    is_short: bool,
    key: u64,
    /// The place where the search for it begins, as it was when the place was read.
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
    bytes: Vec<u8>,
    /// For each number, where its term ends in `bytes`.
    ends: Vec<u32>,
}

impl Terms {
    pub(super) fn new() -> Self {
        Self { short: Table::new(), long: Table::new(), bytes: Vec::new(), ends: Vec::new() }
    }

    /// How many distinct terms there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory taken.
    pub(super) fn memory(&self) -> usize {
        let places = self.short.places.len() + self.long.places.len();
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
        let ends = memchr::memchr_iter(b' ', bytes).chain([bytes.len()]);
        let mut start = 0;
        let mut ranges = ends.filter_map(|end| {
            let range = start..end;
            start = end + 1;
            (!range.is_empty()).then_some(range)
        });
        let mut sought = [const { Sought::NOTHING }; TOGETHER];
        loop {
            let mut count = 0;
            for (sought, range) in sought.iter_mut().zip(&mut ranges) {
                *sought = self.look(bytes, range);
                count += 1;
            }
            for sought in &sought[..count] {
                each(self.number(bytes, sought));
            }
            if count < TOGETHER {
                return;
            }
        }
    }

    /// Reads the place where the search for the term at `range` of `text` begins.
    fn look(&self, text: &[u8], range: Range<usize>) -> Sought {
        let term = &text[range.clone()];
        let is_short = term.len() <= SHORT && !term.contains(&0);
        let (key, table) = if is_short {
            // Without zero bytes, a term padded with them is like no other.
            let key = match text[range.start..].first_chunk::<SHORT>() {
                Some(eight) => u64::from_le_bytes(*eight) & (u64::MAX >> (64 - 8 * term.len())),
                None => {
                    let mut eight = [0; SHORT];
                    eight[..term.len()].copy_from_slice(term);
                    u64::from_le_bytes(eight)
                }
            };
            (key, &self.short)
        } else {
            (hash64(term), &self.long)
        };
        Sought { range, is_short, key, first: table.places[table.start(key)] }
    }

    /// The number of a term.
    fn number(&mut self, text: &[u8], sought: &Sought) -> u32 {
        let Sought { range, is_short, key, first } = sought;
        let (term, key) = (&text[range.clone()], *key);
        // A place once taken stays what it is, and so does its number when the table grows.
        let Self { bytes, ends, .. } = &*self;
        let is = |number| *is_short || get(bytes, ends, number) == term;
        if first.number > 0 && first.key == key && is(first.number - 1) {
            return first.number - 1;
        }
        let table = if *is_short { &self.short } else { &self.long };
        let at = table.find(key, is);
        let found = table.places[at].number;
        if found > 0 {
            return found - 1;
        }
        let number = self.push(term);
        let table = if *is_short { &mut self.short } else { &mut self.long };
        table.put(at, key, number);
        number
    }

    fn push(&mut self, term: &[u8]) -> u32 {
        self.bytes.extend_from_slice(term);
        self.ends.push(self.bytes.len() as u32);
        (self.ends.len() - 1) as u32
    }

    /// All numbers in the order of their terms' bytes.
    pub(super) fn sorted(&self) -> Vec<u32> {
        // The first eight bytes decide nearly always, and lie beside the number.
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32)
            .map(|number| {
                let term = self.get(number);
                let mut first = [0; 8];
                let length = term.len().min(8);
                first[..length].copy_from_slice(&term[..length]);
                (u64::from_be_bytes(first), number)
            })
            .collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        order.into_iter().map(|(_, number)| number).collect()
    }
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
        assert!(
            order
                .iter()
                .map(|&number| terms.get(number))
                .eq(sorted.iter().map(|word| word.as_bytes()))
        );
    }
}
