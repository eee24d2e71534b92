//! Passages: where a document's original text matches, and the pieces of it worth showing.
//!
//! The text is folded once, with a map back; nothing is segmented again. What is shown is cut from
//! the original.

mod beginnings;
mod cut;
mod find;
mod held;
mod pattern;

use std::ops::Range;

use memchr::memmem;
use zhen_text::fold::{self, Folded};
use zhen_text::one_line;
use zhen_text::unit::units;

use self::beginnings::every_place;
use self::cut::{ends_before, passage_around};
pub(crate) use self::find::Matcher;
use self::find::{Compiled, Occurrence};
pub(crate) use self::held::held;
pub(crate) use self::pattern::Pattern;
use crate::api::{Matched, Passage, Via};

/// Most words of which is told how they matched.
const MOST_MATCHED: usize = 32;

/// What a document shows of itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) passages: Vec<Passage>,
    pub(crate) title_highlights: Vec<[usize; 2]>,
    pub(crate) matched: Vec<Matched>,
}

impl Matcher {
    /// What a document shows: at most `most` passages, in the order they stand, with their lines of the
    /// body, which is [folded for units](fold::fold_for_units), or wholly where `values` says that numbers
    /// are looked for. With none, the body is not looked at, and what matched is told of the title alone.
    pub(crate) fn show(&self, title: &str, body: &Folded<'_>, values: bool, most: usize) -> Shown {
        // Numbers have signs of their own.
        let folded_title = match values {
            true => fold::fold(title),
            false => fold::fold_for_units(title),
        };
        let mut title_found = Found::new(self, &folded_title, values);
        let mut found = match most {
            0 => Found::nothing(body),
            _ => Found::new(self, body, values),
        };
        let body = body.original();
        let is_last = |found: &Occurrence| self.patterns[found.pattern].pattern.is_last();
        let occurrences = title_found.occurrences.iter().chain(&found.occurrences);
        if !occurrences.clone().all(is_last) {
            title_found.occurrences.retain(|found| !is_last(found));
            found.occurrences.retain(|found| !is_last(found));
        }
        let matched = self.tell([&title_found, &found]);
        let title_highlights = highlights(title, &(0..title.len()), &title_found.sorted());
        if most == 0 {
            return Shown { passages: Vec::new(), title_highlights, matched };
        }
        let mut chosen = if found.occurrences.is_empty() {
            beginning(body).into_iter().collect()
        } else {
            self.choose(&found, most)
        };
        chosen.truncate(most);
        let ranges = found.sorted();
        let mut lines = Lines { body, at: 0, line: 1 };
        let passages = chosen.into_iter().map(|range| Passage {
            line: lines.of(range.start),
            highlights: highlights(body, &range, &ranges),
            text: body[range].to_owned(),
        });
        Shown { passages: passages.collect(), title_highlights, matched }
    }

    /// What matched: each word's first occurrence.
    fn tell(&self, found: [&Found<'_>; 2]) -> Vec<Matched> {
        let mut matched: Vec<Matched> = Vec::new();
        // By pattern, the term at which it was looked at last: mostly the next one is the same.
        let mut last: Vec<&str> = vec![""; self.patterns.len()];
        let occurrences = found.into_iter().flat_map(|found| {
            let text = found.text();
            found.occurrences.iter().map(move |found| (found, &text[found.range.clone()]))
        });
        for (occurrence, term) in occurrences {
            if matched.len() == MOST_MATCHED {
                break;
            }
            let Compiled { pattern, .. } = &self.patterns[occurrence.pattern];
            if std::mem::replace(&mut last[occurrence.pattern], term) == term {
                continue;
            }
            let mut told = matched.iter().filter(|m| m.query == pattern.query);
            if told.clone().any(|m| m.term == term) {
                continue;
            }
            let via = match pattern.via {
                Via::Exact if occurrence.stemmed => Via::Stem,
                Via::Exact if is_variant(&pattern.query, term) => Via::Variant,
                via => via,
            };
            if !told.any(|m| m.via == via) {
                let term = one_line(term);
                matched.push(Matched { query: pattern.query.clone(), term, via });
            }
        }
        matched
    }

    /// The best passages, no two alike.
    fn choose(&self, found: &Found<'_>, most: usize) -> Vec<Range<usize>> {
        struct Candidate<'f> {
            /// The first that it shows.
            first: &'f Range<usize>,
            /// What it is, where that is known.
            range: Option<Range<usize>>,
            score: f32,
        }
        let body = found.text();
        let mut candidates: Vec<Candidate<'_>> = Vec::with_capacity(found.occurrences.len());
        let mut seen: Vec<usize> = Vec::new();
        let mut rest = found.occurrences.iter().peekable();
        while let Some(Occurrence { range: first, pattern, .. }) = rest.next() {
            let Compiled { pattern, word, .. } = &self.patterns[*pattern];
            let (mut range, mut score) = (None, pattern.weight);
            // Most passages show one occurrence, and are never shown themselves.
            if rest.peek().is_some_and(|next| !ends_before(body, first, next.range.start)) {
                let around = passage_around(body, first);
                let end = around.end;
                range = Some(around);
                seen.clear();
                seen.push(*word);
                while let Some(occurrence) = rest.next_if(|here| here.range.start < end) {
                    let Compiled { pattern, word, .. } = &self.patterns[occurrence.pattern];
                    // A second occurrence says little; a phrase or whole word more than a part.
                    score += if seen.contains(word) {
                        0.05
                    } else {
                        seen.push(*word);
                        pattern.weight
                    };
                }
            }
            candidates.push(Candidate { first, range, score });
        }
        // Better first, and of equals the one that stands first.
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut chosen: Vec<Range<usize>> = Vec::with_capacity(most);
        let mut shown: Vec<String> = Vec::with_capacity(most);
        for Candidate { first, range, .. } in candidates.into_iter().take(200) {
            if chosen.len() == most {
                break;
            }
            let range = range.unwrap_or_else(|| passage_around(body, first));
            let overlaps = chosen.iter().any(|c| c.start < range.end && range.start < c.end);
            if overlaps {
                continue;
            }
            // Most documents show one passage, which is compared with none.
            let units_of = |range: &Range<usize>| {
                plain_units(&found.folded.text()[found.folded.folded_range(range.clone())])
            };
            shown.extend(chosen[shown.len()..].iter().map(units_of));
            if !chosen.is_empty() {
                let units = units_of(&range);
                if shown.iter().any(|other| are_alike(other, &units)) {
                    continue;
                }
                shown.push(units);
            }
            chosen.push(range);
        }
        chosen.sort_by_key(|range| range.start);
        chosen
    }
}

/// The units of a folded text, one after another.
fn plain_units(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut run = 0..0;
    for unit in units(folded) {
        if unit.range.start == run.end {
            run.end = unit.range.end;
        } else {
            out.push_str(&folded[std::mem::replace(&mut run, unit.range)]);
        }
    }
    out.push_str(&folded[run]);
    out
}

/// Whether one of two texts stands in the other.
fn are_alike(one: &str, other: &str) -> bool {
    /// In bytes.
    const LONGEST_HEAD: usize = 16;
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    let (long, short) = (long.as_bytes(), short.as_bytes());
    let head = &short[..short.len().min(LONGEST_HEAD)];
    let finder = memmem::Finder::new(head);
    let within = &long[..long.len() - (short.len() - head.len())];
    let find = |from: usize| finder.find(&within[from..]).map(|at| from + at);
    every_place(find, |&at| at).any(|at| long[at..].starts_with(short))
}

/// Where patterns match in a text.
struct Found<'f> {
    folded: &'f Folded<'f>,
    /// In the order in which they stand, as ranges of the original.
    occurrences: Vec<Occurrence>,
}

impl<'f> Found<'f> {
    fn nothing(folded: &'f Folded<'f>) -> Self {
        Self { folded, occurrences: Vec::new() }
    }

    fn new(matcher: &Matcher, folded: &'f Folded<'f>, values: bool) -> Self {
        let found = matcher.find(folded.text(), values);
        let parts = matcher.find_parts(folded, &found);
        let mut occurrences = found.occurrences;
        let mut ranges = folded.ranges();
        for occurrence in &mut occurrences {
            occurrence.range = ranges.original_range(occurrence.range.clone());
        }
        if !parts.is_empty() {
            occurrences.extend(parts);
            occurrences.sort_by_key(|occurrence| occurrence.range.start);
        }
        Self { folded, occurrences }
    }

    /// The text as it was written.
    fn text(&self) -> &'f str {
        self.folded.original()
    }

    /// The bytes of the text that match, the shorter first of those that begin alike.
    fn sorted(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = self.occurrences.iter().map(|found| found.range.clone()).collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges
    }
}

/// Whether a term is the word, or a part of it, in other Han characters, not only in another case or width.
fn is_variant(query: &str, term: &str) -> bool {
    fn han(text: &str) -> String {
        text.chars().filter(|c| !c.is_ascii() && zhen_text::unit::is_han(*c)).collect()
    }
    !han(query).contains(&han(term))
}

/// The parts of `ranges` that lie in `passage`, merged, as ranges of scalar values of it.
fn highlights(body: &str, passage: &Range<usize>, ranges: &[Range<usize>]) -> Vec<[usize; 2]> {
    let from = ranges.partition_point(|range| range.end <= passage.start);
    let near = ranges[from.saturating_sub(64).min(from)..].iter();
    let within = near.take_while(|range| range.start < passage.end);
    let within = within.filter(|range| range.end > passage.start);
    let mut merged: Vec<[usize; 2]> = Vec::with_capacity(within.clone().count());
    for range in within {
        let (start, end) = (range.start.max(passage.start), range.end.min(passage.end));
        match merged.last_mut() {
            Some([_, last]) if start <= *last => *last = end.max(*last),
            _ => merged.push([start, end]),
        }
    }
    let (mut byte, mut scalar) = (passage.start, 0);
    for place in merged.as_flattened_mut() {
        scalar += body[byte..*place].chars().count();
        byte = std::mem::replace(place, scalar);
    }
    merged
}

/// Counts lines up to ascending offsets.
struct Lines<'a> {
    body: &'a str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> u32 {
        self.line +=
            memchr::memchr_iter(b'\n', &self.body.as_bytes()[self.at..offset]).count() as u32;
        self.at = offset;
        self.line
    }
}

/// The first line that says something, for documents that match without their text.
fn beginning(body: &str) -> Option<Range<usize>> {
    let start = body.find(|c: char| !c.is_whitespace())?;
    Some(passage_around(body, &(start..start + 1)))
}

#[cfg(test)]
mod tests {
    //! 1. Highlights are ascending, disjoint, within the passage, and cover what matched.
    //! 2. A passage is a piece of the original text, on the line that it says.
    //! 3. No two passages of a document are alike.

    use proptest::prelude::*;

    use super::*;

    fn show(patterns: &[(&str, &str)], title: &str, body: &str) -> Shown {
        let patterns = patterns.iter().map(|(query, text)| Pattern {
            stem: text.is_ascii().then(|| zhen_text::latin::stem(text)),
            ..Pattern::new(query, text, 1.0)
        });
        let body = fold::fold_for_units(body);
        Matcher::new(patterns.collect()).show(title, &body, false, 3)
    }

    fn marked(passage: &Passage) -> String {
        let mut out = String::new();
        for (i, c) in passage.text.chars().enumerate() {
            if passage.highlights.iter().any(|h| h[0] == i) {
                out.push('[');
            }
            out.push(c);
            if passage.highlights.iter().any(|h| h[1] == i + 1) {
                out.push(']');
            }
        }
        out
    }

    #[test]
    fn highlights_are_what_matched_in_the_original() {
        for (query, body, expected) in [
            ("词典", "一部好詞典。", "一部好[詞典]。"),
            ("简单", "安装简单方便", "安装[简单]方便"),
            ("running", "He runs; running late.", "He [runs]; [running] late."),
            ("安装简单", "安装\n简单", "[安装\n简单]"),
            ("cafe", "Ｃａｆé au lait", "[Ｃａｆé] au lait"),
            ("c++", "C 和 C++ 和 C#", "C 和 [C++] 和 C#"),
        ] {
            let shown = show(&[(query, query)], "", body);
            let all: Vec<_> = shown.passages.iter().map(marked).collect();
            assert_eq!(all, [expected], "{query}");
        }
    }

    #[test]
    fn passages_stand_on_their_lines_and_are_not_alike() {
        let body = "one fish\n\ntwo fish\none  fish\nnothing\nred fish here";
        let shown = show(&[("fish", "fish")], "", body);
        let lines: Vec<_> = shown.passages.iter().map(|p| (p.line, p.text.as_str())).collect();
        assert_eq!(lines, [(1, "one fish"), (3, "two fish"), (6, "red fish here")]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_match() {
        let body = format!("{}针在这里。{}", "草很多。".repeat(400), "草很多。".repeat(400));
        let shown = show(&[("针", "针")], "", &body);
        let text = marked(&shown.passages[0]);
        assert!(text.contains("[针]在这里。") && text.chars().count() < 130, "{text}");
    }

    #[test]
    fn what_matched_says_by_which_road() {
        let shown = show(&[("词典", "词典"), ("run", "run")], "詞典", "Running");
        let roads: Vec<_> = shown.matched.iter().map(|m| (m.term.as_str(), m.via)).collect();
        assert_eq!(roads, [("詞典", Via::Variant), ("Running", Via::Stem)]);
        assert_eq!(shown.title_highlights, [[0, 2]]);
        for (query, term, expected) in [
            ("民法典", "民法典", false),
            ("民法典", "民法", false),
            ("民法典", "典", false),
            ("學民法典", "民法", false),
            ("民法詞典", "词典", true),
            ("词典", "詞典", true),
            ("C＋＋語言", "语言", true),
            ("iphone", "ｉＰｈｏｎｅ", false),
        ] {
            assert_eq!(is_variant(query, term), expected, "{query} {term}");
        }
    }

    #[test]
    fn texts_are_alike_where_one_stands_in_the_other() {
        let texts =
            ["", "aa", "aaaaaaaaaaaaaaaaaab", "baaaaaaaaaaaaaaaaaaaaab", "词典", "一部好词典"];
        for (one, other) in texts.iter().flat_map(|one| texts.iter().map(move |o| (one, o))) {
            let expected = one.contains(other) || other.contains(one);
            assert_eq!(are_alike(one, other), expected, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn plain_units_are_the_units_one_after_another(text in "[a-c安詞Ａ+#, 。\n]{0,30}") {
            let folded = fold::fold_to_string(&text);
            let expected: String = units(&folded).map(|unit| &folded[unit.range]).collect();
            prop_assert_eq!(plain_units(&folded), expected);
        }
    }

    #[test]
    fn a_document_without_a_match_shows_its_beginning() {
        let shown = show(&[("x", "x")], "", "\n\n  first words\nsecond");
        assert_eq!((shown.passages[0].text.as_str(), shown.passages[0].line), ("first words", 3));
        assert!(show(&[("x", "x")], "", "").passages.is_empty());
    }
}
