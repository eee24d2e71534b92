//! Text to the terms of both tracks: the same code for documents and for queries.
//!
//! *words* are for ranking: jieba's search-mode words, English stems, compounds as a whole and by
//! their parts, numbers and dates by value. *grams* are for phrases, substrings and ranking: see [`crate::unit`].

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::dict::UserDict;
use crate::fold;
use crate::latin;
use crate::number::{self, NumberValue};
use crate::segment::Segmenter;
use crate::unit::{self, Kind, Unit, units};

/// Longest run of Han text that is cut as one, in bytes; bounds memory and time on text without
/// punctuation.
const LONGEST_BLOCK: usize = 6 * 1024;

/// Ready-made terms of a text, each followed by one space; nothing else separates them, and no term
/// holds a space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Terms for ranking, in no meaningful order.
    pub words: String,
    /// One gram for each unit of the text, in order.
    pub grams: String,
}

impl Tracks {
    /// Empties both, keeping their memory.
    pub fn clear(&mut self) {
        self.words.clear();
        self.grams.clear();
    }
}

/// Turns text into terms. Cheap to clone; shared between threads.
#[derive(Clone)]
pub struct Analyzer {
    segmenter: Arc<Segmenter>,
}

impl Analyzer {
    /// For documents: loads the whole dictionary, some 100 ms.
    pub fn for_indexing(user: &UserDict) -> Self {
        Self { segmenter: Arc::new(Segmenter::full(user)) }
    }

    /// For queries: loads nothing, and gives the same terms.
    pub fn for_queries(user: &UserDict) -> Self {
        Self { segmenter: Arc::new(Segmenter::scoped(user)) }
    }

    /// What cuts Han text into words.
    pub(crate) fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// Appends the terms of `text` to `out`.
    pub fn tracks(&self, text: &str, out: &mut Tracks) {
        thread_local! {
            static FOLDED: RefCell<String> = RefCell::default();
        }
        FOLDED.with_borrow_mut(|folded| {
            folded.clear();
            fold::fold_into(text, folded);
            // A Han character of three bytes becomes a gram of seven, and words of some four.
            out.grams.reserve(folded.len() * 7 / 3 + 1);
            out.words.reserve(folded.len() * 4 / 3 + 1);
            let segmenter = &self.segmenter;
            scan(folded, &mut DocumentSink { folded, segmenter, pending: None, out });
            for number in number::values(folded) {
                let values = std::iter::once(number.value).chain(number.value.parents());
                values.for_each(|value| push_value(value, &mut out.words));
                // 元 is a word of 100元, and not of 五千元, which is cut as one.
                let after = folded[number.range.end..].chars().next().filter(|&c| unit::is_han(c));
                if let Some(unit) = after.filter(|_| folded[number.range].starts_with(unit::is_han))
                {
                    out.words.push(unit);
                    out.words.push(' ');
                }
            }
            // One huge document should not hold its memory for ever.
            folded.shrink_to(1 << 20);
        });
        latin::for_each_camel_part(text, |_, part| {
            latin::stem_into(part, &mut out.words);
            out.words.push(' ');
        });
    }

    /// Appends only the grams of `text` to `out`.
    pub fn grams(&self, text: &str, out: &mut String) {
        unit::grams(fold::fold(text).text(), out);
    }

    /// The words of a query text, in order, with everything each is searched as.
    pub fn query(&self, text: &str) -> QueryText {
        let folded = fold::fold(text);
        let mut sink = QuerySink {
            folded: folded.text(),
            segmenter: &self.segmenter,
            words: Vec::new(),
            set_apart: is_set_apart(folded.text()),
        };
        scan(folded.text(), &mut sink);
        let set_apart = sink.set_apart;
        let mut words = sink.words;
        words.sort_by_key(|word| (word.folded.start, std::cmp::Reverse(word.folded.end)));
        for word in &mut words {
            word.original = folded.original_range(word.folded.clone());
            let original = &text[word.original.clone()];
            latin::for_each_camel_part(original, |_, part| word.parts.push(latin::stem(part)));
        }
        QueryText { folded: folded.text().to_owned(), words, set_apart }
    }
}

/// Whether the ideographs of a text stand apart from each other, as in 中 国 人 民, so that spaces part no
/// words: three of them in a row.
fn is_set_apart(folded: &str) -> bool {
    let mut alone = 0;
    let mut end = 0;
    for unit in units(folded) {
        let touches = unit.range.start == end;
        end = unit.range.end;
        alone = match (unit.kind, touches) {
            (Kind::Han, false) if unit.joined || alone == 0 => alone + 1,
            (Kind::Han, false) => 1,
            _ => 0,
        };
        if alone == 3 && !folded[end..].starts_with(unit::is_han) {
            return true;
        }
    }
    false
}

/// The term of the words track that stands for a number or date, whatever its notation.
pub fn value_term(value: NumberValue) -> String {
    let mut term = String::new();
    push_value(value, &mut term);
    term.pop();
    term
}

/// No word begins with the sign, so that values are never taken for words.
fn push_value(value: NumberValue, words: &mut String) {
    words.push('=');
    value.write_term(words);
    words.push(' ');
}

/// A query text, analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    /// The folded text.
    pub folded: String,
    /// Its words, in order; a compound comes before the words it is made of.
    pub words: Vec<QueryWord>,
    /// Whether its ideographs stand apart from each other, so that spaces part no words.
    pub set_apart: bool,
}

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A word with Han characters.
    Han,
    /// A run of kana, Hangul or another script without spaces: grams only.
    Syllables,
    /// A Latin word or a number.
    Latin,
    /// Latin words joined by signs; its words follow it, each on its own.
    Compound,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    /// Its bytes in the query text as typed.
    pub original: Range<usize>,
    /// Its bytes in the folded query text.
    pub folded: Range<usize>,
    /// Its kind.
    pub kind: WordKind,
    /// The word as a term of the words track (a stem for a Latin word); `None` for kinds that have
    /// none.
    pub term: Option<String>,
    /// Shorter terms of the words track that stand within it: dictionary words within a Han word,
    /// parts of a camelCase word.
    pub parts: Vec<String>,
    /// The folded text without white space, which is what a document must hold.
    pub text: String,
}

/// What a scan finds; ranges are of the folded text.
trait Sink {
    /// Whether what stands between two ideographs parts words.
    fn parts(&self, between: &str) -> bool;
    fn unit(&mut self, unit: &Unit);
    fn compound(&mut self, range: Range<usize>);
    /// A run of Han characters and the letters and digits directly beside them. `text` is the run
    /// without white space; `starts` gives the folded offset of every byte of it, unless the run
    /// holds no white space and begins at `start`.
    fn han(&mut self, text: &str, start: usize, starts: Option<&[u32]>);
    /// A run of joined ideographs that are not Han.
    fn syllables(&mut self, range: Range<usize>);
}

fn scan(folded: &str, sink: &mut impl Sink) {
    let mut compound = Compound::default();
    let mut block = Block::default();
    let mut syllables: Option<Range<usize>> = None;
    for unit in units(folded) {
        let touches = |end: usize| end == unit.range.start;
        match unit.kind {
            Kind::Han | Kind::Word => {
                let is_joined = || unit.joined && unit.kind == Kind::Han;
                let space = || &folded[block.range.end..unit.range.start];
                let goes_on = touches(block.range.end) || (is_joined() && !sink.parts(space()));
                if !goes_on || block.length(&unit) > LONGEST_BLOCK {
                    block.finish(folded, sink);
                }
                block.push(&unit);
            }
            Kind::Syllable | Kind::Sign => {}
        }
        match (&mut syllables, unit.kind) {
            (Some(run), Kind::Syllable) if unit.joined => run.end = unit.range.end,
            (run, kind) => {
                if let Some(range) = run.take() {
                    sink.syllables(range);
                }
                *run = (kind == Kind::Syllable).then(|| unit.range.clone());
            }
        }
        match unit.kind {
            Kind::Word => {
                if !compound.takes(folded, &unit) {
                    compound.finish(folded, sink);
                    compound.begin(folded, &unit);
                }
            }
            Kind::Sign => compound.sign(&unit),
            Kind::Han | Kind::Syllable => {}
        }
        sink.unit(&unit);
    }
    block.finish(folded, sink);
    compound.finish(folded, sink);
    if let Some(range) = syllables {
        sink.syllables(range);
    }
}

/// A run of Latin words joined by single signs.
#[derive(Default)]
struct Compound {
    range: Range<usize>,
    words: usize,
    /// Whether a sign makes even a single word more than itself: `.net`, `c++`.
    signed: bool,
}

impl Compound {
    fn takes(&mut self, folded: &str, word: &Unit) -> bool {
        let bytes = folded.as_bytes();
        let takes = self.words > 0
            && (word.range.start == self.range.end
                || word.range.start == self.range.end + 1 && latin::joins(bytes[self.range.end]));
        if takes {
            self.range.end = word.range.end;
            self.words += 1;
        }
        takes
    }

    fn begin(&mut self, folded: &str, word: &Unit) {
        let bytes = folded.as_bytes();
        let start = word.range.start;
        // `.net`, but not the end of `foo.net` or of a sentence without a space.
        let dotted = start > 0
            && bytes[start - 1] == b'.'
            && (start == 1 || bytes[start - 2] >= 0x80 || bytes[start - 2].is_ascii_whitespace())
            && bytes[start].is_ascii_alphabetic();
        *self =
            Self { range: start - usize::from(dotted)..word.range.end, words: 1, signed: dotted };
    }

    fn sign(&mut self, sign: &Unit) {
        if self.words > 0 && sign.range.start == self.range.end {
            self.range.end = sign.range.end;
            self.signed = true;
        }
    }

    fn finish(&mut self, folded: &str, sink: &mut impl Sink) {
        let text = &folded[self.range.clone()];
        if (self.words > 1 || self.signed) && latin::is_compound(text) {
            sink.compound(self.range.clone());
        }
        *self = Self::default();
    }
}

/// A run of Han characters and the words directly beside them.
#[derive(Default)]
struct Block {
    range: Range<usize>,
    han: bool,
    /// Whether white space stands within.
    spaced: bool,
    units: Vec<Range<usize>>,
}

impl Block {
    fn length(&self, next: &Unit) -> usize {
        next.range.end - self.range.start
    }

    fn push(&mut self, unit: &Unit) {
        if self.range.is_empty() {
            self.range = unit.range.clone();
        }
        if unit.range.start > self.range.end {
            self.spaced = true;
        }
        self.range.end = unit.range.end;
        self.han |= unit.kind == Kind::Han;
        self.units.push(unit.range.clone());
    }

    fn finish(&mut self, folded: &str, sink: &mut impl Sink) {
        if self.han {
            if self.spaced {
                let text: String = self.units.iter().map(|unit| &folded[unit.clone()]).collect();
                let starts: Vec<u32> =
                    self.units.iter().cloned().flatten().map(|at| at as u32).collect();
                sink.han(&text, self.range.start, Some(&starts));
            } else {
                sink.han(&folded[self.range.clone()], self.range.start, None);
            }
        }
        self.range = 0..0;
        self.han = false;
        self.spaced = false;
        self.units.clear();
    }
}

/// Writes terms.
struct DocumentSink<'a> {
    folded: &'a str,
    segmenter: &'a Segmenter,
    pending: Option<Range<usize>>,
    out: &'a mut Tracks,
}

impl Drop for DocumentSink<'_> {
    fn drop(&mut self) {
        unit::finish_grams(self.folded, self.pending.take(), &mut self.out.grams);
    }
}

impl Sink for DocumentSink<'_> {
    /// A document's may stand anywhere: lines are broken and words set apart.
    fn parts(&self, _: &str) -> bool {
        false
    }

    #[inline]
    fn unit(&mut self, unit: &Unit) {
        unit::gram(self.folded, &mut self.pending, unit, &mut self.out.grams);
        if unit.kind == Kind::Word {
            latin::stem_into(&self.folded[unit.range.clone()], &mut self.out.words);
            self.out.words.push(' ');
        }
    }

    fn compound(&mut self, range: Range<usize>) {
        self.out.words.push_str(&self.folded[range]);
        self.out.words.push(' ');
    }

    fn han(&mut self, text: &str, _: usize, _: Option<&[u32]>) {
        let words = &mut self.out.words;
        self.segmenter.for_each_word(text, |word| {
            // Latin words are terms already, as stems.
            if !word.text.is_ascii() {
                words.push_str(word.text);
                words.push(' ');
            }
        });
    }

    fn syllables(&mut self, _: Range<usize>) {}
}

/// Collects a query's words.
struct QuerySink<'a> {
    folded: &'a str,
    segmenter: &'a Segmenter,
    words: Vec<QueryWord>,
    set_apart: bool,
}

impl QuerySink<'_> {
    fn push(&mut self, kind: WordKind, folded: Range<usize>, text: &str, term: Option<String>) {
        let text = text.to_owned();
        self.words.push(QueryWord { original: 0..0, folded, kind, term, parts: Vec::new(), text });
    }
}

impl Sink for QuerySink<'_> {
    /// Who types a space means two words. A line that is broken was pasted.
    fn parts(&self, between: &str) -> bool {
        let is_typed = |c: char| c.is_whitespace() && !matches!(c, '\n' | '\r');
        !self.set_apart && between.chars().all(is_typed)
    }

    fn unit(&mut self, unit: &Unit) {
        if unit.kind == Kind::Word {
            let text = &self.folded[unit.range.clone()];
            self.push(WordKind::Latin, unit.range.clone(), text, Some(latin::stem(text)));
        }
    }

    fn compound(&mut self, range: Range<usize>) {
        let text = &self.folded[range.clone()];
        self.push(WordKind::Compound, range, text, Some(text.to_owned()));
    }

    fn han(&mut self, text: &str, start: usize, starts: Option<&[u32]>) {
        let at = |i: usize| starts.map_or(start + i, |starts| starts[i] as usize);
        let mut parts = Vec::new();
        let segmenter = self.segmenter;
        segmenter.for_each_word(text, |word| {
            if word.text.is_ascii() {
            } else if !word.whole {
                parts.push(word.text.to_owned());
            } else {
                let folded = at(word.start)..at(word.start + word.text.len() - 1) + 1;
                self.push(WordKind::Han, folded, word.text, Some(word.text.to_owned()));
                let last = self.words.last_mut().expect("a word was just pushed");
                last.parts = std::mem::take(&mut parts);
            }
        });
    }

    fn syllables(&mut self, range: Range<usize>) {
        let text: String = self.folded[range.clone()].split_whitespace().collect();
        self.push(WordKind::Syllables, range, &text, None);
    }
}

#[cfg(test)]
mod tests {
    //! 1. A query's terms are a document's terms: every word of a text, searched as a query, gives
    //!    terms that the text holds.
    //! 2. Terms hold no white space and are not empty.
    //! 3. Analysis of a text does not depend on what was analysed before.
    //! 4. A query's words are in order, on character borders, within the text.

    use std::collections::HashSet;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static FULL: LazyLock<Analyzer> =
        LazyLock::new(|| Analyzer::for_indexing(&UserDict::default()));
    static SCOPED: LazyLock<Analyzer> =
        LazyLock::new(|| Analyzer::for_queries(&UserDict::default()));

    fn tracks(text: &str) -> Tracks {
        let mut out = Tracks::default();
        FULL.tracks(text, &mut out);
        out
    }

    fn words(text: &str) -> Vec<String> {
        tracks(text).words.split_terminator(' ').map(str::to_owned).collect()
    }

    #[test]
    fn mixed_tokens_are_terms_whole_and_by_their_parts() {
        for (text, expected) in [
            ("T恤", vec!["t恤", "t"]),
            ("卡拉OK", vec!["卡拉ok", "卡拉", "ok"]),
            ("C++和C#", vec!["c++", "c#", "c", "和"]),
            ("用 .NET 写", vec![".net", "net", "写"]),
            ("5G网络", vec!["5g", "网络"]),
            ("iPhone手机", vec!["iphon", "phone", "手机"]),
            ("GPT-4o", vec!["gpt-4o", "gpt", "4o"]),
            ("node.js", vec!["node.js", "node", "js"]),
            ("user_name", vec!["user_name", "user", "name"]),
            ("camelCase", vec!["camelcas", "camel", "case"]),
            ("a.b@example.com", vec!["a.b@example.com", "exampl"]),
            ("2024-05-21", vec!["2024-05-21", "2024", "05"]),
            ("维生素A", vec!["维生素", "a"]),
            ("安\n装简  单", vec!["安装", "简单"]),
            ("詞典", vec!["词典"]),
        ] {
            let words = words(text);
            for term in expected {
                let stemmed = latin::stem(term);
                assert!(words.iter().any(|w| w == term || *w == stemmed), "{term} in {words:?}");
            }
        }
    }

    #[test]
    fn a_query_knows_where_its_words_stand() {
        let query = SCOPED.query("ＣＰＥＣ 自由\n貿易 Café-x");
        let text = "ＣＰＥＣ 自由\n貿易 Café-x";
        let found: Vec<_> = query
            .words
            .iter()
            .map(|w| (&text[w.original.clone()], w.text.as_str(), w.kind))
            .collect();
        use WordKind::{Compound, Han, Latin};
        assert_eq!(
            found,
            [
                ("ＣＰＥＣ", "cpec", Latin),
                ("自由\n貿易", "自由贸易", Han),
                ("Café-x", "cafe-x", Compound),
                ("Café", "cafe", Latin),
                ("x", "x", Latin),
            ]
        );
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zA-Z]{1,8}",
            "[a-z]{1,3}[-_.@/+#]{1,2}[a-z0-9]{1,3}",
            "[中国经济走廊自由贸易协定安装简单维生素的是在了詞典軟體]{1,8}",
            "[ \n，。,.]{1,2}",
            "[0-9]{1,4}",
            "[の한국ア]{1,3}",
            "(T恤|iPhone手机|camelCase|５Ｇ网络)",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_query_gives_terms_that_its_document_holds(text in text()) {
            // A space parts words of a query, and none of a document.
            let text = text.replace(' ', "\n");
            let held: HashSet<_> = words(&text).into_iter().collect();
            for word in SCOPED.query(&text).words {
                for term in word.term.iter().chain(&word.parts) {
                    prop_assert!(held.contains(term), "{} of {:?} in {:?}", term, text, held);
                }
            }
        }

        #[test]
        fn terms_hold_no_space_and_analysis_is_repeatable(text in "\\PC{0,60}") {
            let first = tracks(&text);
            for track in [&first.words, &first.grams] {
                prop_assert!(track.is_empty() || track.ends_with(' '));
                prop_assert!(track.split_terminator(' ').all(|t| !t.is_empty() && !t.contains(char::is_whitespace)));
            }
            prop_assert_eq!(tracks(&text), first);
            let words = SCOPED.query(&text).words;
            prop_assert!(words.windows(2).all(|w| w[0].folded.start <= w[1].folded.start));
            for word in words {
                prop_assert!(text.get(word.original.clone()).is_some_and(|t| !t.is_empty()), "{:?}", word);
            }
        }
    }
}
