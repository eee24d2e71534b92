//! Cutting Han text with the whole dictionary.
//!
//! The same words as jieba-rs gives, in the order of its search mode: the likeliest way through the
//! dictionary words that stand in a text, found from its end on, and jieba's hidden Markov model for
//! the characters that remain alone. The dictionary does not change once it is built, so it loads in
//! half the time and its nodes lie together. The likeliest way is found while the dictionary is walked,
//! without a list of all words, and words are handed on one by one.
//!
//! Source: <https://github.com/fxsjy/jieba>, `cut_for_search`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;

use jieba_rs::Jieba;

use crate::segment::Word;

/// What stands for the cost of a prefix that is no word.
const NO_WORD: f64 = f64::INFINITY;

/// A text's scratch memory is kept up to so many characters.
const MOST_KEPT: usize = 1 << 16;

/// How many characters ahead a place of the dictionary is read that will be needed, so that the
/// processor need not wait for it then.
const AHEAD: usize = 4;

/// A dictionary that is complete.
pub(crate) struct Cutter {
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
    /// Without a dictionary: for the hidden Markov model alone.
    model: Jieba,
}

/// Bits of [`Cutter::pairs`]: 128 KiB, of which the words of the dictionary set a fifth.
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

impl Cutter {
    /// Takes words with their frequencies, in order and without repetition.
    pub(crate) fn new(words: &[(&str, u64)]) -> Self {
        let total: u64 = words.iter().map(|(_, frequency)| frequency).sum();
        let log_total = (total as f64).ln();
        let mut cutter = Self {
            roots: vec![Node::NOTHING; 1 << 16],
            astral: Node::NOTHING.children(),
            nodes: Vec::new(),
            pairs: vec![0; PAIRS as usize / 64],
            unknown: -log_total,
            model: Jieba::empty(),
        };
        for (word, _) in words {
            let mut chars = word.chars();
            if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
                let (at, bit) = pair(first, second);
                cutter.pairs[at] |= bit;
            }
        }
        let mut pending = VecDeque::new();
        let first_astral = words.partition_point(|(word, _)| *word < "\u{10000}");
        for group in groups(words, 0..first_astral, 0) {
            let Some(first) = words[group.start].0.chars().next() else { continue };
            let place = first as usize;
            cutter.roots[place].cost = cost(words, &group, first.len_utf8(), log_total);
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
            let children = Children { start: cutter.nodes.len() as u32, bits };
            cutter.nodes.resize(cutter.nodes.len() + (1 << bits), Node::NOTHING);
            match parent {
                Parent::Root(place) => cutter.roots[place].set_children(children),
                Parent::Astral => cutter.astral = children,
                Parent::Node(place) => cutter.nodes[place].set_children(children),
            }
            for group in groups {
                let Some(next) = words[group.start].0[length..].chars().next() else { continue };
                let c = u32::from(next);
                let free = children.places(c).find(|&place| cutter.nodes[place].is(FREE));
                let place = free.expect("a table has a place for each of its nodes");
                let length = length + next.len_utf8();
                let cost = cost(words, &group, length, log_total);
                cutter.nodes[place] = Node { cost, key: Node::NOTHING.key & !KEY | c, start: 0 };
                pending.push_back(Pending { words: group, length, parent: Parent::Node(place) });
            }
        }
        cutter
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

    /// Calls `emit` with each search-mode word of `text`.
    pub(crate) fn cut<'t>(&self, text: &'t str, emit: &mut impl FnMut(Word<'t>)) {
        thread_local! {
            static CHARS: RefCell<Vec<(u32, char)>> = RefCell::default();
            static STEPS: RefCell<Vec<Step>> = RefCell::default();
        }
        // Taken out, so that `emit` may cut texts too.
        let (mut chars, mut steps) = (CHARS.take(), STEPS.take());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let start = text.len() - rest.len();
            if !is_of_words(first) {
                let length = match rest.starts_with("\r\n") {
                    true => 2,
                    false => first.len_utf8(),
                };
                emit(Word { text: &rest[..length], start, whole: true });
                rest = &rest[length..];
                continue;
            }
            chars.clear();
            let run = rest.char_indices().take_while(|&(_, c)| is_of_words(c));
            chars.extend(run.map(|(at, c)| (at as u32, c)));
            let length = chars.last().map_or(0, |&(at, c)| at as usize + c.len_utf8());
            let run = &rest[..length];
            self.find_way(&chars, &mut steps);
            let has_joint = memchr::memchr3(b'.', b'_', b'-', run.as_bytes()).is_some();
            let run =
                Run { cutter: self, text: run, start, chars: &chars, steps: &steps, has_joint };
            run.follow(emit);
            rest = &rest[length..];
        }
        chars.shrink_to(MOST_KEPT);
        steps.shrink_to(MOST_KEPT);
        CHARS.set(chars);
        STEPS.set(steps);
    }

    /// Finds the likeliest way through a run, from each of its characters to its end.
    fn find_way(&self, chars: &[(u32, char)], steps: &mut Vec<Step>) {
        let count = chars.len();
        steps.clear();
        steps.resize(count + 1, Step { cost: 0.0, end: count as u32, words: 0 });
        for start in (0..count).rev() {
            if start >= AHEAD {
                self.read_ahead(chars[start - AHEAD].1, chars[start - AHEAD + 1].1);
            }
            let mut best: Option<(f64, usize)> = None;
            let mut words = 0;
            let mut node = self.root(chars[start].1);
            let mut end = start + 1;
            while let Some(found) = node {
                if found.cost != NO_WORD {
                    let cost = found.cost + steps[end].cost;
                    // Of equals the longer one.
                    if best.is_none_or(|(best, _)| cost >= best) {
                        best = Some((cost, end));
                    }
                    words |= length_bit(end - start);
                }
                node = chars.get(end).and_then(|&(_, next)| {
                    let goes_on = end > start + 1 || self.begins(chars[start].1, next);
                    goes_on.then(|| self.child(found.children(), next)).flatten()
                });
                end += 1;
            }
            let alone = || (self.unknown + steps[start + 1].cost, start + 1);
            let (cost, end) = best.unwrap_or_else(alone);
            steps[start] = Step { cost, end: end as u32, words };
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
    if word.len() == length { (frequency as f64).ln() - log_total } else { NO_WORD }
}

/// Characters that words are made of: all others stand alone.
fn is_of_words(c: char) -> bool {
    match c {
        '\u{4E00}'..='\u{9FFF}' => true,
        '\0'..='\x7F' => {
            c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '&' | '.' | '_' | '%' | '-')
        }
        _ => matches!(c,
            '\u{3400}'..='\u{4DBF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{2A6DF}'
            | '\u{2A700}'..='\u{2B73F}'
            | '\u{2B740}'..='\u{2B81F}'
            | '\u{2B820}'..='\u{2CEAF}'
            | '\u{2CEB0}'..='\u{2EBEF}'
            | '\u{2F800}'..='\u{2FA1F}'),
    }
}

/// What is known of a character of a run.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Logarithm of the probability of the way from here to the end.
    cost: f64,
    /// The character after the first word of that way.
    end: u32,
    /// Lengths of the dictionary words that begin here, as bits.
    words: u32,
}

/// The bit of [`Step::words`] for a length in characters; none for a long word.
fn length_bit(length: usize) -> u32 {
    1_u32.checked_shl(length as u32).unwrap_or(0)
}

/// A run of characters that words are made of.
struct Run<'c, 't> {
    cutter: &'c Cutter,
    text: &'t str,
    /// Where it begins in the whole text.
    start: usize,
    /// With where each begins in the run.
    chars: &'c [(u32, char)],
    steps: &'c [Step],
    /// Whether it holds a sign that joins words to one.
    has_joint: bool,
}

impl<'t> Run<'_, 't> {
    /// Goes the likeliest way.
    fn follow(&self, emit: &mut impl FnMut(Word<'t>)) {
        let count = self.chars.len();
        // Where the characters begin that stand alone.
        let mut alone = 0;
        let mut at = 0;
        while at < count {
            let end = self.steps[at].end as usize;
            if end - at > 1 {
                self.join(alone..at, emit);
                self.word(at..end, emit);
                alone = end;
            }
            at = end;
        }
        self.join(alone..count, emit);
    }

    /// Characters that the dictionary leaves alone are joined by the model, unless together they are a
    /// word, which was the less likely way.
    fn join(&self, range: Range<usize>, emit: &mut impl FnMut(Word<'t>)) {
        if range.len() < 2 || self.is_word(&range) {
            range.for_each(|at| self.word(at..at + 1, emit));
            return;
        }
        let mut at = range.start;
        for token in self.cutter.model.cut(self.part(&range), true) {
            let end = at + (token.end - token.start);
            self.word(at..end, emit);
            at = end;
        }
    }

    fn is_word(&self, range: &Range<usize>) -> bool {
        match length_bit(range.len()) {
            0 => {
                let mut chars = self.chars[range.clone()].iter().map(|&(_, c)| c);
                let root = chars.next().and_then(|first| self.cutter.root(first));
                let last = root.and_then(|root| {
                    chars.try_fold(root, |node, c| self.cutter.child(node.children(), c))
                });
                last.is_some_and(|node| node.cost != NO_WORD)
            }
            bit => self.steps[range.start].words & bit != 0,
        }
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |&(byte, _)| byte as usize)
    }

    fn part(&self, range: &Range<usize>) -> &'t str {
        &self.text[self.byte(range.start)..self.byte(range.end)]
    }

    /// A word of the cut, preceded by those within it.
    fn word(&self, range: Range<usize>, emit: &mut impl FnMut(Word<'t>)) {
        let (text, start) = (self.part(&range), self.start + self.byte(range.start));
        if self.has_joint {
            let mut at = start;
            for part in text.split(['.', '_', '-']) {
                if part.len() > 1 && part.bytes().any(|b| b.is_ascii_alphabetic()) && part != text {
                    emit(Word { text: part, start: at, whole: false });
                }
                at += part.len() + 1;
            }
        }
        for length in [2, 3] {
            if range.len() > length {
                for at in range.start..=range.end - length {
                    if self.steps[at].words & length_bit(length) != 0 {
                        let start = self.start + self.byte(at);
                        let text = self.part(&(at..at + length));
                        emit(Word { text, start, whole: false });
                    }
                }
            }
        }
        emit(Word { text, start, whole: true });
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    /// Words in order. Some are longer than the bits of [`Step::words`], outside of the basic plane, or
    /// of characters that the model joins otherwise.
    static WORDS: LazyLock<Vec<(String, u64)>> = LazyLock::new(|| {
        let mut words: Vec<(String, u64)> = crate::segment::dictionary().step_by(7).collect();
        let more = ["𠮷野", "𠮷", "𠮷野家", "啊吧", "t恤", "c++", "0号", "号0"];
        words.extend(more.iter().zip(0..).map(|(word, n)| ((*word).to_owned(), n)));
        words.extend([30, 31, 32, 33, 40].map(|n| ("啊".repeat(n), 9_000_000)));
        words.sort();
        words.dedup_by(|a, b| a.0 == b.0);
        words
    });

    static CUTTER: LazyLock<Cutter> = LazyLock::new(|| {
        Cutter::new(&WORDS.iter().map(|(word, n)| (word.as_str(), *n)).collect::<Vec<_>>())
    });

    static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
        let lines: String = WORDS.iter().map(|(word, n)| format!("{word} {n}\n")).collect();
        Jieba::with_dict(&mut Cursor::new(lines)).unwrap()
    });

    fn same_as_jieba(text: &str) {
        let mut words = Vec::new();
        CUTTER.cut(text, &mut |word| {
            assert_eq!(&text[word.start..][..word.text.len()], word.text);
            words.push(word);
        });
        let expected = JIEBA.cut_for_search(text, true);
        let places = expected.iter().map(|token| (token.byte_start, token.word));
        assert_eq!(
            words.iter().map(|word| (word.start, word.text)).collect::<Vec<_>>(),
            places.collect::<Vec<_>>(),
            "{text}"
        );
        let whole = words.iter().filter(|word| word.whole).map(|word| word.text);
        let expected: Vec<&str> = JIEBA.cut(text, true).iter().map(|token| token.word).collect();
        assert_eq!(whole.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn texts_are_cut_as_jieba_cuts_them() {
        for text in [
            "",
            "他来到了网易杭研大厦",
            "𠮷野家𠮷野𠮷",
            "WES-5.4.5和a_b.c-d用c++写t恤",
            "一\r\n二\n\r三、々〇カタ한",
            "100%的0号号0",
        ] {
            same_as_jieba(text);
        }
        for count in 1..100 {
            same_as_jieba(&"啊".repeat(count));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_as_jieba_cuts_it(
            text in "([一-丰中国的人民是在有啊吧𠮷野家号]{0,8}|[a-c0-3+#&._%-]{0,5}|\\PC{0,3}){0,8}"
        ) {
            same_as_jieba(&text);
        }

        #[test]
        fn any_words_of_the_dictionary_are_cut_as_jieba_cuts_them(
            words in prop::collection::vec(0..100_000_usize, 1..20)
        ) {
            let word = |&n: &usize| WORDS[n % WORDS.len()].0.as_str();
            same_as_jieba(&words.iter().map(word).collect::<String>());
        }
    }
}
