//! Beginnings: the places in a folded text where one of the patterns may begin, found with vector
//! instructions.

use std::iter;

use aho_corasick::{AhoCorasick, Input, Match, MatchKind, Span, packed};
use memchr::memmem;

/// Where in a folded text patterns may begin.
pub(super) enum Beginnings {
    /// At every unit.
    Everywhere,
    /// Where one of some texts stands, found by comparing many bytes at once.
    Packed(Packed),
    /// The same without such instructions.
    Automaton(AhoCorasick),
}

/// Short texts have finders of their own: among others they would have these compared by their first
/// bytes alone, which all ideographs share.
pub(super) struct Packed {
    long: Option<packed::Searcher>,
    /// Which texts the long ones are.
    long_texts: Vec<usize>,
    short: Vec<(memmem::Finder<'static>, usize)>,
}

/// Where one of the texts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// In bytes.
    pub(super) at: usize,
    /// Its number.
    pub(super) text: usize,
}

impl Beginnings {
    pub(super) fn of(texts: &[&str]) -> Self {
        if texts.iter().any(|text| text.is_empty()) {
            return Self::Everywhere;
        }
        Packed::of(texts)
            .map(Self::Packed)
            .or_else(|| automaton(texts).map(Self::Automaton))
            .unwrap_or(Self::Everywhere)
    }

    /// Shows `visit` every place where one of the texts stands, in order, until it says to stop; false
    /// when that cannot be told.
    pub(super) fn visit(&self, folded: &str, visit: impl FnMut(Place) -> bool) -> bool {
        match self {
            Self::Everywhere => return false,
            Self::Packed(packed) if packed.short.is_empty() => {
                visit_until(packed.long_places(folded), visit);
            }
            Self::Packed(packed) => visit_until(packed.places(folded), visit),
            Self::Automaton(automaton) => {
                let find = |from| automaton.find(Input::new(folded).range(from..));
                let place = |found: Match| Place::of(&found, found.pattern().as_usize());
                visit_until(every_place(|from| find(from).map(place), |place| place.at), visit);
            }
        }
        true
    }
}

fn visit_until(mut places: impl Iterator<Item = Place>, visit: impl FnMut(Place) -> bool) {
    let _ = places.all(visit);
}

/// Everything that `find` finds, which is given from which byte on to look; a text may begin within
/// another. `at` says where it begins.
pub(super) fn every_place<T>(
    mut find: impl FnMut(usize) -> Option<T>,
    at: impl Fn(&T) -> usize,
) -> impl Iterator<Item = T> {
    let mut from = 0;
    iter::from_fn(move || {
        let place = find(from)?;
        from = at(&place) + 1;
        Some(place)
    })
}

impl Place {
    fn of(found: &Match, text: usize) -> Self {
        Self { at: found.start(), text }
    }
}

impl Packed {
    /// `None` where there are no such instructions.
    fn of(texts: &[&str]) -> Option<Self> {
        /// In bytes.
        const LONG: usize = 3;
        let (long_texts, short): (Vec<usize>, Vec<usize>) =
            (0..texts.len()).partition(|&text| texts[text].len() >= LONG);
        let long = match long_texts.as_slice() {
            [] => None,
            long => Some(packed::Searcher::new(long.iter().map(|&text| texts[text]))?),
        };
        let finder = |text: usize| (memmem::Finder::new(texts[text]).into_owned(), text);
        Some(Self { long, long_texts, short: short.into_iter().map(finder).collect() })
    }

    fn long_places<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Place> + 'a {
        let find = move |from| {
            let rest = Span { start: from, end: folded.len() };
            let found = self.long.as_ref()?.find_in(folded, rest)?;
            Some(Place::of(&found, self.long_texts[found.pattern().as_usize()]))
        };
        every_place(find, |place| place.at)
    }

    /// Where one of the texts stands, in order. No two stand at one place, as none begins with another.
    fn places<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Place> + 'a {
        let bytes = folded.as_bytes();
        let short = self.short.iter().flat_map(|&(ref finder, text)| {
            let find =
                move |from| finder.find(&bytes[from..]).map(|at| Place { at: from + at, text });
            every_place(find, |place: &Place| place.at)
        });
        let mut short: Vec<Place> = short.collect();
        if self.short.len() > 1 {
            short.sort_unstable();
        }
        let mut short = short.into_iter().peekable();
        let mut long = self.long_places(folded).peekable();
        iter::from_fn(move || match (short.peek(), long.peek()) {
            (Some(first), Some(other)) if other < first => long.next(),
            (Some(_), _) => short.next(),
            _ => long.next(),
        })
    }
}

/// Finds of the places where texts stand the one that begins first: a text within another must not hide
/// where that begins.
pub(super) fn automaton(texts: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts).ok()
}
