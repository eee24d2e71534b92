//! Finding: where in a folded text the words of a query stand, in any of their forms.
//!
//! Units are compared with the query's, where some pattern may begin.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tantivy::DocAddress;
use zhen_text::fold::Folded;
use zhen_text::latin;
use zhen_text::number::{self, NumberValue};
use zhen_text::unit::{self, Kind, units};

use super::beginnings::{Beginnings, Place};
use super::pattern::{Mode, Pattern};
use crate::fuzzy;

/// Most occurrences looked at in one document.
const MOST_OCCURRENCES: usize = 4_000;
/// As many there is room for at first.
const USUAL_OCCURRENCES: usize = 16;

/// The patterns of a query, ready to be looked for.
pub(crate) struct Matcher {
    pub(super) patterns: Vec<Compiled>,
    by_first: FxHashMap<Box<str>, Vec<usize>>,
    stems: Vec<Stem>,
    begun: Vec<(String, usize)>,
    fuzzy: Vec<(levenshtein_automata::DFA, usize)>,
    values: Vec<(NumberValue, usize)>,
    /// Whether there are patterns of more than one rank.
    ranked: bool,
    beginnings: Beginnings,
    /// By the number of a text with which patterns begin; see [`Matcher::ideographs_of`].
    ideographs: Vec<Option<Box<[usize]>>>,
}

/// Words with this stem match a pattern.
struct Stem {
    stem: String,
    /// How many bytes of it are also the first of the word.
    kept: usize,
    pattern: usize,
}

pub(super) struct Compiled {
    pub(super) pattern: Pattern,
    units: Vec<(Box<str>, bool)>,
    /// Whether its text is ideographs alone, which stand where the text stands.
    is_solid: bool,
    /// Number of the pattern's word among the query's.
    pub(super) word: usize,
}

/// A place where a pattern matches: bytes of the text that was searched.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub(super) range: Range<usize>,
    pub(super) pattern: usize,
    pub(super) stemmed: bool,
}

/// What was found in a folded text.
pub(super) struct Finding {
    /// In order.
    pub(super) occurrences: Vec<Occurrence>,
    /// All places of an ASCII letter or digit where something stands with which a pattern begins, be it
    /// within a word; `None` where not all were looked at.
    beginnings: Option<Vec<usize>>,
}

impl Matcher {
    pub(crate) fn new(patterns: Vec<Pattern>) -> Self {
        let mut this = Self {
            patterns: Vec::new(),
            by_first: FxHashMap::default(),
            stems: Vec::new(),
            begun: Vec::new(),
            fuzzy: Vec::new(),
            values: Vec::new(),
            ranked: false,
            beginnings: Beginnings::Everywhere,
            ideographs: Vec::new(),
        };
        let mut words: Vec<String> = Vec::new();
        for pattern in patterns {
            let compiled: Vec<(Box<str>, bool)> = units(&pattern.text)
                .map(|unit| (pattern.text[unit.range].into(), unit.joined))
                .collect();
            let is_solid = compiled.iter().skip(1).all(|(_, joined)| *joined)
                && compiled.iter().map(|(unit, _)| unit.len()).sum::<usize>() == pattern.text.len();
            let at = this.patterns.len();
            let first = compiled.first().map(|(first, _)| first.clone());
            match (pattern.mode, first) {
                (Mode::Value(value), _) => this.values.push((value, at)),
                (_, None) => continue,
                (Mode::Fuzzy(edits), _) => {
                    this.fuzzy.push((fuzzy::automaton(&pattern.text, edits), at));
                }
                (Mode::Prefix, Some(first)) if compiled.len() == 1 => {
                    this.begun.push((first.to_string(), at));
                }
                (_, Some(first)) => this.by_first.entry(first).or_default().push(at),
            }
            if let Some(stem) = pattern.stem.clone().filter(|_| compiled.len() == 1) {
                this.stems.push(Stem { kept: kept_of_stem(&stem).len(), stem, pattern: at });
            }
            let word =
                words.iter().position(|known| *known == pattern.query).unwrap_or_else(|| {
                    words.push(pattern.query.clone());
                    words.len() - 1
                });
            this.patterns.push(Compiled { pattern, units: compiled, is_solid, word });
        }
        let ranks = this.patterns.iter().map(|compiled| compiled.pattern.rank);
        this.ranked = ranks.clone().min() != ranks.max();
        if this.fuzzy.is_empty() {
            let texts = this.first_texts();
            let (beginnings, ideographs) = (Beginnings::of(&texts), this.ideographs_of(&texts));
            (this.beginnings, this.ideographs) = (beginnings, ideographs);
        }
        this
    }

    /// With one of which every match begins, but for the fuzzy ones.
    fn first_texts(&self) -> Vec<&str> {
        let first = self.by_first.keys().map(|first| &**first);
        let stems = self.stems.iter().map(|stem| &stem.stem[..stem.kept]);
        let begun = self.begun.iter().map(|(start, _)| start.as_str());
        let mut texts: Vec<&str> = first.chain(stems).chain(begun).collect();
        // What begins with another one is found with that.
        texts.sort_unstable();
        texts.dedup_by(|next, kept| next.starts_with(&**kept));
        texts
    }

    /// Of each text that is an ideograph, and so a unit wherever it stands, the patterns that begin with it.
    fn ideographs_of(&self, texts: &[&str]) -> Vec<Option<Box<[usize]>>> {
        let patterns_of = |text: &&str| {
            let is_ideograph = units(text).next().is_some_and(|unit| unit.kind.is_ideo());
            let first = self.by_first.get(*text).into_iter().flatten().copied();
            let begun = self.begun.iter().filter(|(start, _)| start == text).map(|&(_, at)| at);
            is_ideograph.then(|| first.chain(begun).collect())
        };
        texts.iter().map(patterns_of).collect()
    }

    /// Whether numbers are looked for in a document; all else is found by units alone.
    pub(crate) fn looks_for_values(&self, document: DocAddress) -> bool {
        self.values.iter().any(|&(_, at)| {
            let holders = &self.patterns[at].pattern.holders;
            holders.as_ref().is_none_or(|holders| holders.contains(&document))
        })
    }

    /// The places where patterns match, in order, those of numbers if asked for; at most
    /// [`MOST_OCCURRENCES`] or little more.
    pub(super) fn find(&self, folded: &str, values: bool) -> Finding {
        let mut found: Vec<Occurrence> = Vec::with_capacity(USUAL_OCCURRENCES);
        let mut beginnings = Vec::with_capacity(USUAL_OCCURRENCES);
        let mut is_clear = true;
        let mut visit = |Place { at, text }: Place| {
            if let Some(patterns) = &self.ideographs[text] {
                return self.find_ideograph(folded, at, patterns, &mut found);
            }
            if folded.as_bytes()[at].is_ascii_alphanumeric() {
                beginnings.push(at);
            }
            let begins = unit::begins(folded, at);
            is_clear &= begins.is_some();
            begins.is_some_and(|begins| !begins || self.find_at(folded, at, &mut found))
        };
        let mut is_whole = true;
        let is_visited = self.beginnings.visit(folded, |place| {
            is_whole = visit(place);
            is_whole
        });
        if !is_visited || !is_clear {
            is_whole = false;
            found.clear();
            // No pattern begins with a sign.
            for unit in units(folded).filter(|unit| unit.kind != Kind::Sign) {
                if !self.find_at(folded, unit.range.start, &mut found) {
                    break;
                }
            }
        }
        if values {
            self.find_values(folded, &mut found);
        }
        self.keep_best_ranks(&mut found);
        Finding { occurrences: found, beginnings: is_whole.then_some(beginnings) }
    }

    /// Adds those of the `patterns`, which all begin with the ideograph that stands `at`, that match
    /// there; false when that is enough.
    fn find_ideograph(
        &self,
        folded: &str,
        at: usize,
        patterns: &[usize],
        found: &mut Vec<Occurrence>,
    ) -> bool {
        let rest = &folded[at..];
        for &pattern in patterns {
            let compiled = &self.patterns[pattern];
            if let Some(length) = compiled.stands(rest, compiled.units[0].0.len()) {
                found.push(Occurrence { range: at..at + length, pattern, stemmed: false });
            }
        }
        found.len() < MOST_OCCURRENCES
    }

    /// Adds what matches from the unit on that starts `at`; false when that is enough.
    fn find_at(&self, folded: &str, at: usize, found: &mut Vec<Occurrence>) -> bool {
        let rest = &folded[at..];
        let Some(unit) = units(rest).next() else { return false };
        let text = &rest[unit.range.clone()];
        let whole = at + unit.range.start..at + unit.range.end;
        let mut push = |range: Range<usize>, pattern, stemmed| {
            found.push(Occurrence { range, pattern, stemmed });
        };
        if let Some(patterns) = self.by_first.get(text) {
            for &pattern in patterns {
                if let Some(length) = self.patterns[pattern].stands(rest, unit.range.end) {
                    push(at..at + length, pattern, false);
                }
            }
        }
        if unit.kind == Kind::Word {
            for Stem { stem, kept, pattern } in &self.stems {
                if text.as_bytes().first() == stem.as_bytes().first()
                    && text.starts_with(&stem[..*kept])
                    && &*self.patterns[*pattern].units[0].0 != text
                    && latin::has_stem(text, stem)
                {
                    push(whole.clone(), *pattern, true);
                }
            }
            for (start, pattern) in &self.begun {
                if text.starts_with(start.as_str()) {
                    push(whole.clone(), *pattern, false);
                }
            }
            for (dfa, pattern) in &self.fuzzy {
                if matches!(dfa.eval(text), levenshtein_automata::Distance::Exact(_)) {
                    push(whole.clone(), *pattern, false);
                }
            }
        } else {
            for (start, pattern) in &self.begun {
                if start == text {
                    push(whole.clone(), *pattern, false);
                }
            }
        }
        found.len() < MOST_OCCURRENCES
    }

    /// Adds the numbers and dates, each in its place.
    fn find_values(&self, folded: &str, found: &mut Vec<Occurrence>) {
        for number in number::values(folded).into_iter().take(MOST_OCCURRENCES) {
            for &(value, at) in &self.values {
                if number.value.lies_in(value) {
                    let range = number.range.clone();
                    found.push(Occurrence { range, pattern: at, stemmed: false });
                }
            }
        }
        found.sort_by_key(|occurrence| occurrence.range.start);
    }

    /// The places in the text as written where a part of a camelCase word matches, in order: those of
    /// patterns whose word is not among the words of what was found in the `folded` text.
    pub(super) fn find_parts(&self, folded: &Folded<'_>, found: &Finding) -> Vec<Occurrence> {
        let word_of = |pattern: usize| self.patterns[pattern].word;
        let is_found =
            |word| found.occurrences.iter().any(|occurrence| word_of(occurrence.pattern) == word);
        let missing = self.stems.iter().filter(|stem| !is_found(word_of(stem.pattern)));
        let missing: Vec<&Stem> = missing.collect();
        let mut parts = Vec::new();
        if missing.is_empty() {
            return parts;
        }
        let mut add = |at: usize, part: &str| {
            let of_part = missing.iter().filter(|missing| {
                part.starts_with(&missing.stem[..missing.kept])
                    && latin::has_stem(part, &missing.stem)
            });
            for &&Stem { pattern, .. } in of_part {
                let stemmed = &*self.patterns[pattern].units[0].0 != part;
                parts.push(Occurrence { range: at..at + part.len(), pattern, stemmed });
            }
        };
        match &found.beginnings {
            // A part is ASCII, which folds byte for byte: it begins in the folded text too as a word of
            // its stem does.
            Some(beginnings) => {
                let mut ranges = folded.ranges();
                let text = folded.text();
                let begins =
                    |stem: &&Stem, at: usize| text[at..].starts_with(&stem.stem[..stem.kept]);
                for &at in beginnings {
                    if missing.iter().any(|stem| begins(stem, at)) {
                        let at = ranges.original_range(at..at + 1).start;
                        latin::camel_part_at(folded.original(), at, |part| add(at, part));
                    }
                }
            }
            None => latin::for_each_camel_part(folded.original(), add),
        }
        parts.truncate(MOST_OCCURRENCES);
        parts
    }

    /// Drops what matches only a part of a word that the document holds in a better way.
    fn keep_best_ranks(&self, found: &mut Vec<Occurrence>) {
        if !self.ranked || found.is_empty() {
            return;
        }
        // By word.
        let mut best = vec![u8::MAX; self.patterns.len()];
        for occurrence in found.iter() {
            let Compiled { pattern, word, .. } = &self.patterns[occurrence.pattern];
            best[*word] = pattern.rank.min(best[*word]);
        }
        found.retain(|occurrence| {
            let Compiled { pattern, word, .. } = &self.patterns[occurrence.pattern];
            best[*word] == pattern.rank
        });
    }
}

impl Compiled {
    /// How long the pattern is, if it stands at the start of `rest`, as its first unit does with the length
    /// `first`.
    fn stands(&self, rest: &str, first: usize) -> Option<usize> {
        let Some((second, joined)) = self.units.get(1) else { return Some(first) };
        if *joined {
            let after = &rest[first..];
            if after.starts_with(&**second) {
                if self.is_solid && rest.starts_with(&*self.pattern.text) {
                    return Some(self.pattern.text.len());
                }
            } else if !after.starts_with(char::is_whitespace) {
                // Only white space may stand between.
                return None;
            }
        }
        let last = self.units.len() - 1;
        let mut here = units(rest);
        for (i, (text, joined)) in self.units.iter().enumerate() {
            let unit = here.next()?;
            let found = &rest[unit.range.clone()];
            let fits = if i == last && self.pattern.mode == Mode::Prefix {
                found.starts_with(&**text)
            } else {
                found == &**text
            };
            if !fits || i > 0 && *joined != unit.joined {
                return None;
            }
            if i == last {
                return Some(unit.range.end);
            }
        }
        None
    }
}

/// Fewest letters that a word has in common with its stem, as long as that is; a few irregular words
/// of which less is kept (*dying*, *die*) are not looked for by their stems.
const STEM_SHARED: usize = 3;
/// Most letters at the end of a stem that are not those of the word: stemming takes ends off, and puts
/// at most *ble* for *biliti*.
const STEM_CHANGED: usize = 2;

/// What a stem has in common with all words of it.
fn kept_of_stem(stem: &str) -> &str {
    let kept = stem.chars().count().saturating_sub(STEM_CHANGED).max(STEM_SHARED);
    stem.char_indices().nth(kept).map_or(stem, |(end, _)| &stem[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zhen_text::fold;

    use super::super::beginnings;
    use super::*;

    #[test]
    fn words_begin_with_what_is_kept_of_their_stems() {
        let roots = [
            "act", "agree", "apply", "beauty", "capable", "cry", "create", "define", "electric",
            "feudal", "gentle", "happy", "hop", "hope", "luxuri", "nation", "oper", "possible",
            "relate", "sens", "succe", "visual", "conflat", "troubl", "siz", "vietnam", "hesit",
            "form", "radic", "decis", "depend", "callous", "adjust", "homolog", "triplic",
        ];
        let ends = [
            "", "s", "es", "ies", "ied", "ed", "edly", "ing", "ingly", "eed", "ly", "y", "er",
            "ation", "ational", "ization", "izer", "ator", "tional", "enci", "ency", "ancy",
            "ably", "ibly", "ibility", "ability", "biliti", "ality", "alism", "ally", "fulness",
            "ousness", "ously", "iveness", "ivity", "ative", "alize", "icate", "ical", "icity",
            "ness", "ement", "ment", "ent", "ism", "iti", "ity", "ous", "ive", "ize", "ion",
            "able", "ible", "al", "ologi", "ology", "lessly", "fully", "'s",
        ];
        for word in roots.iter().flat_map(|root| ends.map(|end| format!("{root}{end}"))) {
            let stem = latin::stem(&word);
            // Of *cry* even the third letter changes.
            if word.starts_with(&stem[..STEM_SHARED.min(stem.len())]) {
                assert!(word.starts_with(kept_of_stem(&stem)), "{word} {stem}");
            }
            assert!(latin::has_stem(&word, &stem));
        }
        assert_eq!(kept_of_stem("comput"), "comp");
        assert_eq!(["happi", "cri", "go", ""].map(kept_of_stem), ["hap", "cri", "go", ""]);
    }

    #[test]
    fn looking_for_beginnings_finds_what_looking_at_every_unit_finds() {
        let queries =
            ["全文", "全", "search", "c++", "in", "a", "2024", "gpt-4", "ing", "検索", "ear"];
        let stemmed = ["search", "connect", "in"];
        let long = "x".repeat(70) + "search";
        let texts = [
            "全文 搜索引擎，全\n文检索 in searching connected connections beginning in",
            "c++ c# c + + a1a 2024年 gpt4 gpt-4 gpt 4 ginning 検索 한국어 search全search",
            "é a\u{301} in",
            &long,
            "",
        ];
        let patterns = |mode: Mode| -> Vec<Pattern> {
            let plain =
                queries.iter().map(|text| Pattern { mode, ..Pattern::new(text, text, 1.0) });
            let stems = stemmed.iter().map(|text| {
                let stem = Some(latin::stem(text));
                Pattern { stem, ..Pattern::new(text, text, 1.0) }
            });
            plain.chain(stems).collect()
        };
        for mode in [Mode::Whole, Mode::Prefix] {
            let quick = Matcher::new(patterns(mode));
            assert!(!matches!(quick.beginnings, Beginnings::Everywhere));
            let automaton = beginnings::automaton(&quick.first_texts()).unwrap();
            let mut other = Matcher::new(patterns(mode));
            other.beginnings = Beginnings::Automaton(automaton);
            let mut slow = Matcher::new(patterns(mode));
            slow.beginnings = Beginnings::Everywhere;
            for text in texts {
                let found = |matcher: &Matcher| -> Vec<_> {
                    let found = matcher.find(text, true);
                    found.occurrences.into_iter().map(|o| (o.range, o.pattern, o.stemmed)).collect()
                };
                assert_eq!(found(&quick), found(&slow), "{text}");
                assert_eq!(found(&other), found(&slow), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn parts_found_by_their_beginnings_are_those_of_all_words(
            text in "(case|Case|Sense|cases|ase|AsE|HTTP|x|X|1|12|é|Ａ|\u{AD}|詞|-| |\n){0,40}"
        ) {
            let words = ["case", "cas", "sense", "http", "as", "12", "xyz"];
            let patterns = words.map(|word| Pattern {
                stem: Some(latin::stem(word)),
                ..Pattern::new(word, word, 1.0)
            });
            let matcher = Matcher::new(patterns.to_vec());
            let folded = fold::fold_for_units(&text);
            let mut found = matcher.find(folded.text(), false);
            prop_assume!(found.beginnings.is_some());
            let of = |found: &Finding| -> Vec<_> {
                let parts = matcher.find_parts(&folded, found);
                parts.into_iter().map(|o| (o.range, o.pattern, o.stemmed)).collect()
            };
            let by_beginnings = of(&found);
            found.beginnings = None;
            prop_assert_eq!(by_beginnings, of(&found));
        }
    }
}
