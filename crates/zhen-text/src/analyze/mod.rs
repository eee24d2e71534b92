//! Text to the terms of both tracks: the same code for documents and for queries.
//!
//! *words* are for ranking: jieba's search-mode words, English stems, compounds as a whole and by
//! their parts, numbers and dates by value. *grams* are for phrases, substrings and ranking: see [`crate::unit`].

mod query;
mod scan;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

pub use self::query::{QueryText, QueryWord, WordKind};
use self::scan::{Sink, scan};
use crate::dict::UserDict;
use crate::fold;
use crate::latin;
use crate::number::{self, NumberValue};
use crate::segment::Segmenter;
use crate::unit::{self, Kind, Unit};

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
        query::analyze(text, &self.segmenter)
    }
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
    fn syllables_part_han_words() {
        for (text, word) in
            [("中の国", "中国"), ("山と水", "山水"), ("山 と 水", "山水"), ("中의国", "中国")]
        {
            assert!(!words(text).iter().any(|term| term == word), "{text}");
            let query = SCOPED.query(text);
            assert!(!query.words.iter().any(|one| one.text == word), "{text}");
        }
        assert!(words("中国の山水").iter().any(|term| term == "山水"));
    }

    #[test]
    fn a_space_typed_parts_words_of_syllables() {
        let typed = |text: &str| -> Vec<String> {
            SCOPED.query(text).words.into_iter().map(|word| word.text).collect()
        };
        assert_eq!(typed("スカイツリー タワー"), ["スカイツリー", "タワー"]);
        assert_eq!(typed("สวัสดี ครับ"), ["สวัสดี", "ครับ"]);
        // A line that is broken was pasted.
        assert_eq!(typed("スカイ\nツリー"), ["スカイツリー"]);
        assert_eq!(typed("スカイツリー"), ["スカイツリー"]);
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
