//! Which words of a query a document should hold: those that mean something, or all when none does.
//!
//! What is typed as one is wanted as one: a number of several words (25.4 billion, 5月1日), one with a
//! sign (8%), a word that its signs make another (C++), syllables of pinyin with an apostrophe (xi'an), and
//! ideographs that no word of the dictionary joins (页边距). A single ideograph is wanted where it is rare (猫),
//! and as a part of a term that the lexicon knows (链 of 区块链). Words that hold a sentence together are not
//! wanted, unless the way in which they are typed says that they are something else: 维生素A, for 循环, US
//! economy.

use std::ops::Range;

use zhen_text::lexicon::Lexicon;
use zhen_text::pinyin::{Fuzzy, Input, PartKind};
use zhen_text::unit::is_han;
use zhen_text::{QueryText, QueryWord, WordKind, number, segment};

use crate::function_words;

/// So many wanted words are a sentence, of which no document need hold each: those with some of them count
/// too.
pub(crate) const SENTENCE: usize = 4;

/// What a document should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Words of the query, by number, compounds among them.
    pub(crate) words: Range<usize>,
    /// Whether they are wanted together, one after another.
    pub(crate) together: bool,
    /// The words among which they stand where a document holds them; mostly they themselves.
    pub(crate) within: Range<usize>,
}

impl Wanted {
    fn alone(at: usize) -> Self {
        Self { words: at..at + 1, together: false, within: at..at + 1 }
    }

    fn together(words: Range<usize>) -> Self {
        Self { within: words.clone(), words, together: true }
    }

    fn part(at: usize, term: &Range<usize>) -> Self {
        Self { words: at..at + 1, together: true, within: term.clone() }
    }
}

/// A single ideograph that the texts of jieba's dictionary hold as a word less often than this says
/// something by itself.
const TELLING: u64 = 5_000;
/// Most words of a term that the lexicon knows as one.
const LONGEST_TERM: usize = 6;

/// Chinese words one after another that the lexicon knows as one, from left to right the longest.
pub(crate) fn terms(words: &[QueryWord]) -> Vec<Range<usize>> {
    let lexicon = Lexicon::builtin();
    let mut terms = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let goes_on = |&at: &usize| {
            words[at].kind == WordKind::Han
                && (at == from || words[at - 1].folded.end == words[at].folded.start)
        };
        let run = (from..words.len()).take(LONGEST_TERM).take_while(goes_on);
        let term = lexicon.longest_term(run.map(|at| words[at].text.as_str()));
        terms.extend(term.map(|count| from..from + count));
        from += term.unwrap_or(1);
    }
    terms
}

/// What documents should hold of a text as typed, in order; `terms` are [its](terms). What means nothing
/// by itself is wanted only where the text is all that is asked.
pub(crate) fn wanted(
    typed: &str,
    query: &QueryText,
    terms: &[Range<usize>],
    is_all: bool,
) -> Vec<Wanted> {
    let words = &query.words;
    let mut together = joined(query);
    together.extend(unjoined(typed, query, &together));
    let is_in = |runs: &[Range<usize>], at: usize| runs.iter().any(|run| run.contains(&at));
    let term_of = |at: usize| {
        let is_free = |term: &&Range<usize>| !(*term).clone().any(|at| is_in(&together, at));
        terms.iter().find(|term| term.contains(&at)).filter(is_free)
    };
    let says_something =
        |at: usize| words[at].kind != WordKind::Compound && !is_function_word(typed, words, at);
    let means = |at: usize| {
        let word = &words[at];
        says_something(at)
            && (!is_single_han(word)
                || is_unit(words, at)
                || is_apart(query, at)
                || is_telling(word) && !query.set_apart)
    };
    let part = |at: usize| -> Option<Wanted> {
        let is_part = says_something(at) && is_single_han(&words[at]) && !is_unit(words, at);
        term_of(at).filter(|_| is_part).map(|term| Wanted::part(at, term))
    };
    // A term that is all that is asked is one word.
    let says_more = |term: &Range<usize>| {
        (0..words.len())
            .any(|at| !term.contains(&at) && (means(at) || words[at].kind == WordKind::Compound))
    };
    if let ([term], true) = (terms, is_all && together.is_empty())
        && !says_more(term)
    {
        return vec![Wanted::together(term.clone())];
    }
    let alone = |at: usize| part(at).or_else(|| means(at).then(|| Wanted::alone(at)));
    let outside = (0..words.len()).filter(|&at| !is_in(&together, at));
    let mut wanted: Vec<Wanted> = outside.filter_map(alone).collect();
    if is_all && wanted.is_empty() && together.is_empty() {
        let all = (0..words.len()).filter(|&at| words[at].kind != WordKind::Compound);
        wanted.extend(all.map(Wanted::alone));
    }
    wanted.extend(together.into_iter().map(Wanted::together));
    wanted.sort_by_key(|one| one.words.start);
    wanted
}

/// Runs of ideographs that the dictionary leaves apart, each as a word of its own: a name or a term that it
/// does not know.
fn unjoined(typed: &str, query: &QueryText, joined: &[Range<usize>]) -> Vec<Range<usize>> {
    let words = &query.words;
    let is_loose = |at: usize| {
        is_single_han(&words[at])
            && !is_function_word(typed, words, at)
            && !is_unit(words, at)
            && !is_apart(query, at)
            && !joined.iter().any(|run| run.contains(&at))
    };
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..words.len()).filter(|&at| is_loose(at)) {
        match runs.last_mut() {
            Some(run) if run.end == at && words[at - 1].folded.end == words[at].folded.start => {
                run.end = at + 1;
            }
            _ => runs.push(at..at + 1),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

/// Words that are one: numbers of several words or with a sign, compounds that signs make another word, and
/// pinyin with an apostrophe. No two of these overlap.
fn joined(query: &QueryText) -> Vec<Range<usize>> {
    let words = &query.words;
    let touched = |range: &Range<usize>| {
        let touches =
            |word: &QueryWord| word.folded.start < range.end && range.start < word.folded.end;
        let first = words.iter().position(touches)?;
        let last = words.iter().rposition(touches)?;
        Some(first..last + 1)
    };
    let numbers = number::values(&query.folded).into_iter().map(|number| number.range);
    let signed = words.iter().filter(|word| is_signed(word)).map(|word| word.folded.clone());
    // 8% is more than its one word.
    let is_more = |run: &Range<usize>, range: &Range<usize>| {
        run.len() > 1 || words[run.start].folded.end < range.end
    };
    let ranges = numbers.chain(signed).chain(syllables(query));
    let mut joined: Vec<Range<usize>> =
        ranges.filter_map(|range| touched(&range).filter(|run| is_more(run, &range))).collect();
    joined.sort_by_key(|run| run.start);
    joined.dedup_by(|next, before| next.start < before.end);
    joined
}

/// Pairs of words that are pinyin with an apostrophe between, as bytes of the folded text. It is written
/// before a syllable that begins with a, e or o; in English hardly ever between two syllables of pinyin.
fn syllables(query: &QueryText) -> impl Iterator<Item = Range<usize>> {
    let is_pinyin = |word: &QueryWord| {
        Input::new(&word.text, Fuzzy::NONE)
            .is_some_and(|input| input.spelling() == Some(PartKind::Full))
    };
    query.words.windows(2).filter_map(move |pair| {
        let [first, second] = pair else { return None };
        let gap = query.folded.get(first.folded.end..second.folded.start)?;
        let is_syllables = matches!(gap, "'" | "’")
            && second.text.starts_with(['a', 'e', 'o'])
            && pair.iter().all(|word| word.kind == WordKind::Latin && is_pinyin(word));
        is_syllables.then_some(first.folded.start..second.folded.end)
    })
}

/// Whether signs make a word another one: C++, C#.
pub(crate) fn is_signed(word: &QueryWord) -> bool {
    word.kind == WordKind::Compound && word.text.ends_with(['+', '#'])
}

/// Whether a word says nothing by itself here.
pub(crate) fn is_function_word(typed: &str, words: &[QueryWord], at: usize) -> bool {
    let word = &words[at];
    match word.kind {
        WordKind::Latin => {
            is_contraction(typed, words, at)
                || function_words::is_one(&word.text) && !is_meant(typed, words, at)
        }
        WordKind::Han => function_words::is_one(&word.text) || function_words::asks(&word.text),
        _ => function_words::is_one(&word.text),
    }
}

/// Whether a word is one of the two that an apostrophe makes one of: do and not, we and have.
fn is_contraction(typed: &str, words: &[QueryWord], at: usize) -> bool {
    let is_apostrophe = |first: &QueryWord, second: &QueryWord| {
        let between = typed.get(first.original.end..second.original.start);
        second.kind == WordKind::Latin && matches!(between, Some("'" | "’"))
    };
    let shortened = |second: &QueryWord| {
        matches!(second.text.as_str(), "t" | "re" | "ve" | "ll" | "d" | "m" | "s")
    };
    let is_after = at > 0
        && words[at - 1].kind == WordKind::Latin
        && is_apostrophe(&words[at - 1], &words[at])
        && shortened(&words[at]);
    let is_before = words.get(at + 1).is_some_and(|next| {
        next.text == "t" && words[at].text.ends_with('n') && is_apostrophe(&words[at], next)
    });
    is_after || is_before
}

/// Whether a Latin word that else holds a sentence together is a word of its own: it stands among
/// ideographs, or in capitals among others that do not.
fn is_meant(typed: &str, words: &[QueryWord], at: usize) -> bool {
    let is_latin = |word: &&QueryWord| word.kind == WordKind::Latin;
    // A Han word with letters in it covers these too.
    let before = words[..at].iter().rev().find(|word| word.folded.end <= words[at].folded.start);
    let after = words[at + 1..].iter().find(|word| word.folded.start >= words[at].folded.end);
    let beside_han = before.or(after).is_some()
        && before.is_none_or(|word| !is_latin(&word))
        && after.is_none_or(|word| !is_latin(&word));
    let as_typed = |word: &QueryWord| &typed[word.original.clone()];
    let in_capitals = |word: &QueryWord| as_typed(word).chars().all(char::is_uppercase);
    let begins_in_capitals =
        |word: &QueryWord| as_typed(word).starts_with(|c: char| c.is_uppercase());
    let shouted = || {
        words.iter().filter(is_latin).all(in_capitals) && words.iter().all(|word| is_latin(&word))
    };
    beside_han
        || in_capitals(&words[at])
            && match words[at].text.as_str() {
                // What should I do; a title may have The Rise Of A Nation.
                "i" => false,
                "a" => before.is_some() && !after.is_some_and(begins_in_capitals),
                _ => true,
            }
            && !shouted()
}

/// Whether a word is a single ideograph.
pub(crate) fn is_single_han(word: &QueryWord) -> bool {
    word.kind == WordKind::Han && word.text.chars().count() == 1
}

/// Whether an ideograph says something by itself: 猫, 钕.
fn is_telling(word: &QueryWord) -> bool {
    segment::frequency(&word.text).is_none_or(|frequency| frequency < TELLING)
}

/// Whether an ideograph was typed as a word of its own: a space stands between it and other ideographs.
/// (Those around Latin words are but a way of writing.)
fn is_apart(query: &QueryText, at: usize) -> bool {
    let range = &query.words[at].folded;
    let (before, after) = (&query.folded[..range.start], &query.folded[range.end..]);
    let is_after_han = |text: &str| text.ends_with(is_han);
    let is_before_han = |text: &str| text.starts_with(is_han);
    !query.set_apart
        && !is_after_han(before)
        && !is_before_han(after)
        && (is_after_han(before.trim_end()) || is_before_han(after.trim_start()))
}

/// Whether a character follows a number without a space, as a unit does: 100元, 10年.
pub(crate) fn is_unit(words: &[QueryWord], at: usize) -> bool {
    let is_number = |word: &QueryWord| {
        word.kind == WordKind::Latin && word.text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let touches = |before: &QueryWord| before.folded.end == words[at].folded.start;
    words[at].text.chars().all(is_han)
        && words[..at].iter().any(|before| is_number(before) && touches(before))
}

#[cfg(test)]
mod tests {
    use zhen_text::{Analyzer, UserDict};

    use super::*;

    /// What is wanted of a text, as typed.
    fn wanted_of(text: &str) -> Vec<String> {
        let query = Analyzer::for_queries(&UserDict::default()).query(text);
        let typed = |one: Wanted| {
            let words = &query.words[one.words];
            let start = words.first().unwrap().original.start;
            text[start..words.iter().map(|word| word.original.end).max().unwrap()].to_owned()
        };
        wanted(text, &query, &terms(&query.words), true).into_iter().map(typed).collect()
    }

    #[test]
    fn what_means_something_is_wanted() {
        for (text, expected) in [
            ("the history of tea", &["history", "tea"] as &[&str]),
            ("什么是词典", &["词典"]),
            ("to be or not", &["to", "be", "or", "not"]),
            ("我的词典", &["词典"]),
            ("有没有词典", &["词典"]),
            ("词典怎么办", &["词典"]),
        ] {
            assert_eq!(wanted_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_among_ideographs_or_in_capitals_is_no_function_word() {
        for (text, expected) in [
            ("维生素A", &["维生素", "A"] as &[&str]),
            ("for 循环", &["for", "循环"]),
            ("IT 行业", &["IT", "行业"]),
            ("US economy", &["US", "economy"]),
            ("us economy", &["economy"]),
            ("CAN bus", &["CAN", "bus"]),
            ("vitamin A", &["vitamin", "A"]),
            ("vitamin A deficiency", &["vitamin", "A", "deficiency"]),
            ("A theory of Tea", &["theory", "Tea"]),
            ("The Rise Of A Nation", &["Rise", "Nation"]),
            ("WHAT IS TEA", &["TEA"]),
            ("what should I drink", &["drink"]),
            ("T cell", &["T", "cell"]),
            ("don't panic", &["panic"]),
            ("they've won't", &["they", "ve", "won", "t"]),
            ("children's toys", &["children", "toys"]),
        ] {
            assert_eq!(wanted_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_wanted_as_one_and_with_its_unit() {
        for (text, expected) in [
            ("254亿", &["254亿"] as &[&str]),
            ("25.4 billion dollars", &["25.4 billion", "dollars"]),
            ("5月1日放假", &["5月1日", "放假"]),
            ("100元", &["100", "元"]),
            ("100 元", &["100"]),
            ("C++ 教程", &["C++", "教程"]),
            ("gpt-4 论文", &["gpt", "4", "论文"]),
        ] {
            assert_eq!(wanted_of(text), expected, "{text}");
        }
    }

    #[test]
    fn ideographs_that_no_word_joins_are_wanted_as_one() {
        for (text, expected) in [
            ("怎么设置页边距", &["设置", "页边距"] as &[&str]),
            ("页 边 距", &["页", "边", "距"]),
            ("词典 页", &["词典", "页"]),
        ] {
            assert_eq!(wanted_of(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_say_nothing_are_wanted_only_where_nothing_else_is_asked() {
        let query = Analyzer::for_queries(&UserDict::default()).query("什么是");
        assert!(!wanted("什么是", &query, &[], true).is_empty());
        assert!(wanted("什么是", &query, &[], false).is_empty());
    }

    #[test]
    fn pinyin_with_an_apostrophe_is_wanted_as_one() {
        for (text, expected) in [
            ("xi'an", &["xi'an"] as &[&str]),
            ("Xi’an 旅游", &["Xi’an", "旅游"]),
            ("ceshi fang'an", &["ceshi", "fang'an"]),
            ("xi an", &["xi"]),
            ("children's toys", &["children", "toys"]),
            ("ban'gong", &["ban", "gong"]),
        ] {
            assert_eq!(wanted_of(text), expected, "{text}");
        }
    }
}
