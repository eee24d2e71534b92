//! Words at most some edits from another, straight from the term dictionary.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder as Builder, SINK_STATE};
use tantivy::schema::Field;

use crate::postings::{List, unite};
use crate::terms::Terms;

/// The documents of a segment with a word at most `edits` edits from `word`.
pub(crate) fn documents(
    terms: &Terms<'_>,
    segment: usize,
    field: Field,
    word: &str,
    edits: u8,
) -> tantivy::Result<List> {
    let index = terms.index(field, segment)?;
    let distance = Distance::new(word, edits);
    let mut near = index.terms().search(&distance).into_stream()?;
    let mut found = Vec::new();
    while near.advance() {
        found.push(near.value().clone());
    }
    Ok(unite(index, &found, terms.segments()[segment].max_doc())?)
}

/// Lets the term dictionary walk a Levenshtein automaton (Schulz and Mihov, "Fast String
/// Correction with Levenshtein Automata", 2002). A transposition is one edit.
pub(crate) struct Distance {
    automaton: DFA,
    /// Terms with other bytes are passed over.
    bytes: RangeInclusive<u8>,
}

/// First byte of the characters from U+3000 on, and of no other: ideographs, kana, Hangul.
const IDEOGRAPHS: u8 = 0xE3;

impl Distance {
    /// Words at most `edits` edits from `word`; more than two count as two. Words with ideographs are
    /// none of a word without: most terms are pairs of them, and each is two edits from nothing.
    pub(crate) fn new(word: &str, edits: u8) -> Self {
        let latin = word.bytes().all(|byte| byte < IDEOGRAPHS);
        let end = if latin { IDEOGRAPHS - 1 } else { u8::MAX };
        Self { automaton: automaton(word, edits), bytes: 0..=end }
    }

    /// Words of the letters a to z at most `edits` edits from `word`; more than two count as two.
    pub(crate) fn of_letters(word: &str, edits: u8) -> Self {
        Self { automaton: automaton(word, edits), bytes: b'a'..=b'z' }
    }

    /// How many states there are, each less than that.
    pub(crate) fn states(&self) -> usize {
        self.automaton.num_states()
    }

    /// The bytes of which terms consist that are not passed over.
    pub(crate) fn bytes(&self) -> RangeInclusive<u8> {
        self.bytes.clone()
    }
}

/// Tells words at most `edits` edits from `word`; more than two count as two.
pub(crate) fn automaton(word: &str, edits: u8) -> DFA {
    // Their tables take milliseconds to make.
    static ONE: LazyLock<Builder> = LazyLock::new(|| Builder::new(1, true));
    static TWO: LazyLock<Builder> = LazyLock::new(|| Builder::new(2, true));
    match edits {
        0 => Builder::new(0, true).build_dfa(word),
        1 => ONE.build_dfa(word),
        2.. => TWO.build_dfa(word),
    }
}

impl tantivy_fst::Automaton for Distance {
    type State = u32;

    fn start(&self) -> u32 {
        self.automaton.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.automaton.distance(*state), levenshtein_automata::Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        match self.bytes.contains(&byte) {
            true => self.automaton.transition(*state, byte),
            false => SINK_STATE,
        }
    }
}
