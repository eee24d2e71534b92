//! Cutting Han text into words.
//!
//! The same words as jieba-rs gives, in the order of its search mode: the likeliest way through the
//! dictionary words that stand in a text, found from its end on, and jieba's hidden Markov model for
//! the characters that remain alone. The likeliest way is found while the dictionary is walked, without
//! a list of all words, and words are handed on one by one.
//!
//! A [`Tree`] holds the whole dictionary, for very much text; [`Stored`] looks words up where the
//! dictionary lies in the program, for a query.
//!
//! Source: <https://github.com/fxsjy/jieba>, `cut_for_search`.

mod stored;
mod tree;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;

pub(crate) use self::stored::Stored;
pub(crate) use self::tree::Tree;
use crate::segment::Word;

/// A text's scratch memory is kept up to so many characters.
const MOST_KEPT: usize = 1 << 16;

/// The hidden Markov model: of a segmenter without a dictionary.
static MODEL: LazyLock<Jieba> = LazyLock::new(Jieba::empty);

/// What tells the words of a text.
pub(crate) trait Dictionary {
    /// Logarithm of the probability of a character that no word begins with.
    fn unknown(&self) -> f64;

    /// Calls `emit` for each word that begins with the character `start`, the shortest first, with the
    /// character after it and the logarithm of its probability. It is asked from the end of a run to its
    /// beginning.
    fn words_at(&self, run: &Chars<'_, '_>, start: usize, emit: impl FnMut(usize, f64));
}

/// The logarithm of the probability of a word with this frequency, among words whose frequencies have a
/// sum of which `log_total` is the logarithm.
fn log_probability(frequency: u64, log_total: f64) -> f64 {
    (frequency as f64).ln() - log_total
}

/// A run of characters that words are made of.
pub(crate) struct Chars<'c, 't> {
    text: &'t str,
    /// With where each begins in the run.
    chars: &'c [(u32, char)],
}

impl<'t> Chars<'_, 't> {
    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|&(_, c)| c)
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |&(byte, _)| byte as usize)
    }

    fn part(&self, range: &Range<usize>) -> &'t str {
        &self.text[self.byte(range.start)..self.byte(range.end)]
    }
}

/// Calls `emit` with each search-mode word of `text`.
pub(crate) fn cut<'t>(
    dictionary: &impl Dictionary,
    text: &'t str,
    emit: &mut impl FnMut(Word<'t>),
) {
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
        let run = Chars { text: &rest[..length], chars: &chars };
        find_way(dictionary, &run, &mut steps);
        let has_joint = memchr::memchr3(b'.', b'_', b'-', run.text.as_bytes()).is_some();
        Way { dictionary, run, start, steps: &steps, has_joint }.follow(emit);
        rest = &rest[length..];
    }
    chars.shrink_to(MOST_KEPT);
    steps.shrink_to(MOST_KEPT);
    CHARS.set(chars);
    STEPS.set(steps);
}

/// Finds the likeliest way through a run, from each of its characters to its end.
fn find_way(dictionary: &impl Dictionary, run: &Chars<'_, '_>, steps: &mut Vec<Step>) {
    let count = run.chars.len();
    steps.clear();
    steps.resize(count + 1, Step { cost: 0.0, end: count as u32, words: 0 });
    for start in (0..count).rev() {
        let mut best: Option<(f64, usize)> = None;
        let mut words = 0;
        dictionary.words_at(run, start, |end, cost| {
            let cost = cost + steps[end].cost;
            // Of equals the longer one.
            if best.is_none_or(|(best, _)| cost >= best) {
                best = Some((cost, end));
            }
            words |= length_bit(end - start);
        });
        let alone = || (dictionary.unknown() + steps[start + 1].cost, start + 1);
        let (cost, end) = best.unwrap_or_else(alone);
        steps[start] = Step { cost, end: end as u32, words };
    }
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

/// The likeliest way through a run.
struct Way<'c, 't, D> {
    dictionary: &'c D,
    run: Chars<'c, 't>,
    /// Where the run begins in the whole text.
    start: usize,
    steps: &'c [Step],
    /// Whether the run holds a sign that joins words to one.
    has_joint: bool,
}

impl<'t, D: Dictionary> Way<'_, 't, D> {
    /// Goes it.
    fn follow(&self, emit: &mut impl FnMut(Word<'t>)) {
        let count = self.run.chars.len();
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
        for token in MODEL.cut(self.run.part(&range), true) {
            let end = at + (token.end - token.start);
            self.word(at..end, emit);
            at = end;
        }
    }

    fn is_word(&self, range: &Range<usize>) -> bool {
        match length_bit(range.len()) {
            0 => {
                let mut found = false;
                let is_it = |end, _| found |= end == range.end;
                self.dictionary.words_at(&self.run, range.start, is_it);
                found
            }
            bit => self.steps[range.start].words & bit != 0,
        }
    }

    /// A word of the cut, preceded by those within it.
    fn word(&self, range: Range<usize>, emit: &mut impl FnMut(Word<'t>)) {
        let (text, start) = (self.run.part(&range), self.start + self.run.byte(range.start));
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
                        let start = self.start + self.run.byte(at);
                        let text = self.run.part(&(at..at + length));
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

    static TREE: LazyLock<Tree> = LazyLock::new(|| {
        Tree::new(&WORDS.iter().map(|(word, n)| (word.as_str(), *n)).collect::<Vec<_>>())
    });

    static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
        let lines: String = WORDS.iter().map(|(word, n)| format!("{word} {n}\n")).collect();
        Jieba::with_dict(&mut Cursor::new(lines)).unwrap()
    });

    fn same_as_jieba(text: &str) {
        let mut words = Vec::new();
        cut(&*TREE, text, &mut |word| {
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
