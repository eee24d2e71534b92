//! Words at most some edits from another, straight from the term dictionary.

use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy::InvertedIndexReader;

use crate::postings::{List, Source, unite};

/// The documents with a word at most `edits` edits from `word`.
pub(crate) fn documents(
    index: &InvertedIndexReader,
    word: &str,
    edits: u8,
) -> tantivy::Result<List> {
    let distance = Distance::new(word, edits);
    let mut terms = index.terms().search(&distance).into_stream()?;
    let mut lists = Vec::new();
    while terms.advance() {
        let mut list = List::new();
        Source::open(index, terms.value())?.for_each(|doc, tf| list.push((doc, tf)));
        lists.push(list);
    }
    Ok(unite(lists))
}

/// Lets the term dictionary walk a Levenshtein automaton (Schulz and Mihov, "Fast String
/// Correction with Levenshtein Automata", 2002). A transposition is one edit.
pub(crate) struct Distance(DFA);

impl Distance {
    /// Words at most `edits` edits from `word`; more than two count as two.
    pub(crate) fn new(word: &str, edits: u8) -> Self {
        Self(LevenshteinAutomatonBuilder::new(edits.min(2), true).build_dfa(word))
    }
}

impl tantivy_fst::Automaton for Distance {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), levenshtein_automata::Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}
