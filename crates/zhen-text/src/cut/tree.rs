//! A dictionary that is complete before it is used, and does not change.
//!
//! It is built from the sorted words without looking any of them up, so it loads in half the time that
//! jieba-rs takes, and its nodes lie together.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Chars, Dictionary, log_probability};

/// What stands for the cost of a prefix that is no word.
const NO_WORD: f64 = f64::INFINITY;

/// How many characters ahead a place of the dictionary is read that will be needed, so that the
/// processor need not wait for it then.
const AHEAD: usize = 4;

/// The words of a dictionary.
pub(crate) struct Tree {
    /// The words' first characters, those of the basic plane in order.
    roots: Vec<Node>,
    /// The others.
    astral: Children,
    /// All further nodes, in tables of the children of each.
    nodes: Vec<Node>,
    /// Which pairs of characters words begin with: a bit for each, which several share.
    pairs: Vec<u64>,
    /// Logarithm of the probability of a character that no word begins with.
    unknown: f64,
}

/// Bits of [`Tree::pairs`]: 128 KiB, of which the words of the dictionary set a fifth.
const PAIRS: u32 = 1 << 20;

fn pair(first: char, second: char) -> (usize, u64) {
    let both = u64::from(first) << 21 | u64::from(second);
    let hash = both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - PAIRS.trailing_zeros());
    ((hash / 64) as usize, 1 << (hash % 64))
}

/// A prefix of words; four to a line of the processor's cache.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Logarithm of the word's probability, or [`NO_WORD`].
    cost: f64,
    /// See [`Children`].
    start: u32,
    /// Its last character in the lower 24 bits, [`FREE`] for a free place of a table; above it the bits
    /// of [`Children`].
    key: u32,
}

/// A key that is no character.
const FREE: u32 = KEY;
/// The bits of a key.
const KEY: u32 = (1 << 24) - 1;

impl Node {
    const NOTHING: Self = Self { cost: NO_WORD, start: 0, key: FREE | (NO_CHILDREN as u32) << 24 };

    fn is(&self, c: u32) -> bool {
        self.key & KEY == c
    }

    fn children(&self) -> Children {
        Children { start: self.start, bits: (self.key >> 24) as u8 }
    }

    fn set_children(&mut self, Children { start, bits }: Children) {
        self.start = start;
        self.key = self.key & KEY | u32::from(bits) << 24;
    }
}

/// The nodes one character further: a small hash table, at `start` of all, of two to the power `bits`
/// places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Children {
    start: u32,
    bits: u8,
}

/// More bits than any table has.
const NO_CHILDREN: u8 = u8::MAX;

impl Children {
    /// How many bits a table of so many nodes has. One of up to two is full.
    fn bits_for(nodes: usize) -> u8 {
        let places = if nodes < 3 { nodes } else { nodes + nodes / 3 };
        places.next_power_of_two().trailing_zeros() as u8
    }

    /// Where the search for a character begins, from `start` on. (Fibonacci hashing; Knuth, TAOCP 3,
    /// 6.4.)
    #[inline]
    fn first(self, c: u32) -> u32 {
        (u64::from(c.wrapping_mul(0x9E37_79B1)) >> (32 - u32::from(self.bits))) as u32
    }

    /// The places at which a character may stand, in order.
    #[inline]
    fn places(self, c: u32) -> impl Iterator<Item = usize> {
        let (first, size) = (self.first(c), 1_u32 << self.bits);
        (0..size).map(move |step| (self.start + (first.wrapping_add(step) & (size - 1))) as usize)
    }
}

/// Words with the same beginning, whose children are to be made.
struct Pending {
    words: Range<usize>,
    /// Length of the beginning, in bytes.
    length: usize,
    parent: Parent,
}

enum Parent {
    Root(usize),
    Astral,
    Node(usize),
}

impl Tree {
    /// Takes words with their frequencies, in order and without repetition.
    pub(crate) fn new(words: &[(&str, u64)]) -> Self {
        let total: u64 = words.iter().map(|(_, frequency)| frequency).sum();
        let log_total = (total as f64).ln();
        let mut tree = Self {
            roots: vec![Node::NOTHING; 1 << 16],
            astral: Node::NOTHING.children(),
            nodes: Vec::new(),
            pairs: vec![0; PAIRS as usize / 64],
            unknown: -log_total,
        };
        for (word, _) in words {
            let mut chars = word.chars();
            if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
                let (at, bit) = pair(first, second);
                tree.pairs[at] |= bit;
            }
        }
        let mut pending = VecDeque::new();
        let first_astral = words.partition_point(|(word, _)| *word < "\u{10000}");
        for group in groups(words, 0..first_astral, 0) {
            let Some(first) = words[group.start].0.chars().next() else { continue };
            let place = first as usize;
            tree.roots[place].cost = cost(words, &group, first.len_utf8(), log_total);
            pending.push_back(Pending {
                words: group,
                length: first.len_utf8(),
                parent: Parent::Root(place),
            });
        }
        let astral = first_astral..words.len();
        pending.push_back(Pending { words: astral, length: 0, parent: Parent::Astral });
        while let Some(Pending { words: range, length, parent }) = pending.pop_front() {
            let groups: Vec<Range<usize>> = groups(words, range, length).collect();
            if groups.is_empty() {
                continue;
            }
            let bits = Children::bits_for(groups.len());
            let children = Children { start: tree.nodes.len() as u32, bits };
            tree.nodes.resize(tree.nodes.len() + (1 << bits), Node::NOTHING);
            match parent {
                Parent::Root(place) => tree.roots[place].set_children(children),
                Parent::Astral => tree.astral = children,
                Parent::Node(place) => tree.nodes[place].set_children(children),
            }
            for group in groups {
                let Some(next) = words[group.start].0[length..].chars().next() else { continue };
                let c = u32::from(next);
                let free = children.places(c).find(|&place| tree.nodes[place].is(FREE));
                let place = free.expect("a table has a place for each of its nodes");
                let length = length + next.len_utf8();
                let cost = cost(words, &group, length, log_total);
                tree.nodes[place] = Node { cost, key: Node::NOTHING.key & !KEY | c, start: 0 };
                pending.push_back(Pending { words: group, length, parent: Parent::Node(place) });
            }
        }
        tree
    }

    #[inline]
    fn root(&self, c: char) -> Option<Node> {
        match self.roots.get(c as usize) {
            Some(&root) => Some(root),
            None => self.child(self.astral, c),
        }
    }

    #[inline]
    fn child(&self, children: Children, c: char) -> Option<Node> {
        if children.bits == NO_CHILDREN {
            return None;
        }
        for place in children.places(u32::from(c)) {
            let node = self.nodes[place];
            if node.is(u32::from(c)) {
                return Some(node);
            }
            if node.is(FREE) {
                return None;
            }
        }
        None
    }

    /// Whether words may begin with these two characters: most pairs of a text are known not to be
    /// looked for.
    #[inline]
    fn begins(&self, first: char, second: char) -> bool {
        let (at, bit) = pair(first, second);
        self.pairs[at] & bit != 0
    }

    /// Reads the place that looking for words with these two characters will need.
    #[inline]
    fn read_ahead(&self, first: char, second: char) {
        let Some(root) = self.roots.get(first as usize) else { return };
        let children = root.children();
        if self.begins(first, second) && children.bits != NO_CHILDREN {
            let place = children.start + children.first(u32::from(second));
            std::hint::black_box(self.nodes[place as usize].key);
        }
    }
}

impl Dictionary for Tree {
    fn unknown(&self) -> f64 {
        self.unknown
    }

    #[inline]
    fn words_at(&self, run: &Chars<'_, '_>, start: usize, mut emit: impl FnMut(usize, f64)) {
        let chars = run.chars;
        if let Some(ahead) = start.checked_sub(AHEAD) {
            self.read_ahead(chars[ahead].1, chars[ahead + 1].1);
        }
        let mut node = self.root(chars[start].1);
        let mut end = start + 1;
        while let Some(found) = node {
            if found.cost != NO_WORD {
                emit(end, found.cost);
            }
            node = run.get(end).and_then(|next| {
                let goes_on = end > start + 1 || self.begins(chars[start].1, next);
                goes_on.then(|| self.child(found.children(), next)).flatten()
            });
            end += 1;
        }
    }
}

/// Words of a range that go on after `length` bytes, by the character that follows.
fn groups<'w>(
    words: &'w [(&str, u64)],
    range: Range<usize>,
    length: usize,
) -> impl Iterator<Item = Range<usize>> + 'w {
    let next = move |word: &(&str, u64)| word.0[length..].chars().next();
    // The word that ends here comes first.
    let ended = words[range.clone()].iter().take_while(|word| word.0.len() == length).count();
    let mut start = range.start + ended;
    words[start..range.end].chunk_by(move |a, b| next(a) == next(b)).map(move |group| {
        let range = start..start + group.len();
        start = range.end;
        range
    })
}

/// What the word of this length costs, which comes first in its group.
fn cost(words: &[(&str, u64)], group: &Range<usize>, length: usize, log_total: f64) -> f64 {
    let (word, frequency) = words[group.start];
    if word.len() == length { log_probability(frequency, log_total) } else { NO_WORD }
}
