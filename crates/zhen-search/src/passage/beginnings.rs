//! Beginnings: the places in a folded text where one of the patterns may begin, found with vector
//! instructions.

use std::iter;

use aho_corasick::{AhoCorasick, Input, MatchKind, Span, packed};
use memchr::memmem;
use zhen_text::unit;

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
    short: Vec<memmem::Finder<'static>>,
}

/// A text in which units cannot be told from where one stands.
pub(super) struct Unclear;

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

    /// Shows `visit` every place where one of the texts stands, in order, and whether a unit begins
    /// there, until it says to stop.
    pub(super) fn visit(
        &self,
        folded: &str,
        visit: impl FnMut(usize, bool) -> bool,
    ) -> Result<(), Unclear> {
        match self {
            Self::Everywhere => Err(Unclear),
            Self::Packed(Packed { long: Some(long), short }) if short.is_empty() => {
                visit_places(folded, places_of_long(long, folded), visit)
            }
            Self::Packed(packed) => visit_places(folded, packed.places(folded), visit),
            Self::Automaton(automaton) => {
                let find = |from| automaton.find(Input::new(folded).range(from..));
                let places = every_place(|from| find(from).map(|found| found.start()));
                visit_places(folded, places, visit)
            }
        }
    }
}

fn visit_places(
    folded: &str,
    places: impl Iterator<Item = usize>,
    mut visit: impl FnMut(usize, bool) -> bool,
) -> Result<(), Unclear> {
    for place in places {
        let begins = unit::begins(folded, place).ok_or(Unclear)?;
        if !visit(place, begins) {
            break;
        }
    }
    Ok(())
}

/// Every place that `find` finds, which is given from where on to look; a text may begin within another.
pub(super) fn every_place(
    mut find: impl FnMut(usize) -> Option<usize>,
) -> impl Iterator<Item = usize> {
    let mut from = 0;
    iter::from_fn(move || {
        let place = find(from)?;
        from = place + 1;
        Some(place)
    })
}

fn places_of_long(long: &packed::Searcher, folded: &str) -> impl Iterator<Item = usize> {
    every_place(move |from| {
        let rest = Span { start: from, end: folded.len() };
        long.find_in(folded, rest).map(|found| found.start())
    })
}

impl Packed {
    /// `None` where there are no such instructions.
    fn of(texts: &[&str]) -> Option<Self> {
        /// In bytes.
        const LONG: usize = 3;
        let (long, short): (Vec<&str>, Vec<&str>) =
            texts.iter().partition(|text| text.len() >= LONG);
        let long = match long.as_slice() {
            [] => None,
            long => Some(packed::Searcher::new(long)?),
        };
        let short = short.into_iter().map(|text| memmem::Finder::new(text).into_owned());
        Some(Self { long, short: short.collect() })
    }

    /// Where one of the texts stands, in order. No two stand at one place, as none begins with another.
    fn places<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = folded.as_bytes();
        let short = self.short.iter().flat_map(|finder| {
            every_place(move |from| finder.find(&bytes[from..]).map(|place| from + place))
        });
        let mut short: Vec<usize> = short.collect();
        if self.short.len() > 1 {
            short.sort_unstable();
        }
        let mut short = short.into_iter().peekable();
        let long = self.long.iter().flat_map(move |long| places_of_long(long, folded));
        let mut long = long.peekable();
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
