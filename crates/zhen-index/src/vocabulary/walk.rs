//! The best keys of a map that some rule lets through, without looking at all of them.
//!
//! Values are ranks: the smaller the better. A finite-state map pushes values towards its root, so
//! that the sum on the way to a node is the smallest value below it, and a search that always goes
//! on from the smallest sum meets the keys in the order of their values. A short prefix of very many
//! keys costs no more than a long one.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::LazyLock;

use fst::raw::{CompiledAddr, Output};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy::directory::OwnedBytes;

/// A map from keys to ranks that lies in a file.
pub(super) type Ranks = fst::Map<OwnedBytes>;

/// Which keys are let through, told byte by byte.
pub(super) trait Guide {
    /// What is known of the bytes so far.
    type State: Clone;

    /// Before the first byte.
    fn start(&self) -> Self::State;

    /// After one more byte; `None` when no key that goes on so is let through.
    fn step(&self, state: &Self::State, byte: u8) -> Option<Self::State>;

    /// Whether a key that ends here is let through.
    fn ends(&self, state: &Self::State) -> bool;

    /// Whether every key that goes on from here is.
    fn is_settled(&self, state: &Self::State) -> bool {
        let _ = state;
        false
    }
}

/// A place in the map, or a key that was found, with the smallest rank there is from there on.
struct Place<S> {
    rank: u64,
    /// Of places of one rank, the one met first comes first.
    met: usize,
    at: At<S>,
}

enum At<S> {
    Node { addr: CompiledAddr, sum: Output, state: S, settled: bool },
    Key(S),
}

impl<S> Place<S> {
    fn order(&self) -> (u64, usize) {
        (self.rank, self.met)
    }
}

impl<S> PartialEq for Place<S> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<S> Eq for Place<S> {}

impl<S> PartialOrd for Place<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for Place<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

/// The values of the keys that `guide` lets through, with the state at their end, smallest first; at
/// most `most`, and those found in `steps` steps.
pub(super) fn best<G: Guide>(
    map: &Ranks,
    guide: &G,
    most: usize,
    steps: usize,
) -> Vec<(u64, G::State)> {
    let fst = map.as_fst();
    let mut found = Vec::new();
    let mut places = BinaryHeap::new();
    let mut met = 0;
    let state = guide.start();
    let settled = guide.is_settled(&state);
    let root = At::Node { addr: fst.root().addr(), sum: Output::zero(), state, settled };
    places.push(Reverse(Place { rank: 0, met, at: root }));
    while let Some(Reverse(place)) = places.pop() {
        let (addr, sum, state, settled) = match place.at {
            At::Node { addr, sum, state, settled } => (addr, sum, state, settled),
            At::Key(state) => {
                found.push((place.rank, state));
                if found.len() >= most {
                    break;
                }
                continue;
            }
        };
        if met > steps {
            break;
        }
        let node = fst.node(addr);
        if node.is_final() && (settled || guide.ends(&state)) {
            met += 1;
            let rank = sum.cat(node.final_output()).value();
            places.push(Reverse(Place { rank, met, at: At::Key(state.clone()) }));
        }
        for transition in node.transitions() {
            let next = match settled {
                true => Some(state.clone()),
                false => guide.step(&state, transition.inp),
            };
            let Some(state) = next else { continue };
            met += 1;
            let sum = sum.cat(transition.out);
            let settled = settled || guide.is_settled(&state);
            let at = At::Node { addr: transition.addr, sum, state, settled };
            places.push(Reverse(Place { rank: sum.value(), met, at }));
        }
    }
    found
}

/// Keys that begin with some bytes.
pub(super) struct Begins<'a>(pub(super) &'a [u8]);

impl Guide for Begins<'_> {
    type State = usize;

    fn start(&self) -> usize {
        0
    }

    fn step(&self, state: &usize, byte: u8) -> Option<usize> {
        (self.0.get(*state) == Some(&byte)).then_some(state + 1)
    }

    fn ends(&self, state: &usize) -> bool {
        *state == self.0.len()
    }

    fn is_settled(&self, state: &usize) -> bool {
        *state == self.0.len()
    }
}

/// Making the automata's common part takes a millisecond.
static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));

/// Keys of ASCII that begin with something at most one edit from a word; two letters that changed
/// places are one edit. Bytes of `passed` in a key do not count.
///
/// Source: Schulz and Mihov, "Fast String Correction with Levenshtein-Automata" (2002).
pub(super) struct Near {
    dfa: DFA,
    passed: Option<u8>,
}

impl Near {
    pub(super) fn new(word: &str, passed: Option<u8>) -> Self {
        Self { dfa: ONE_EDIT.build_prefix_dfa(word), passed }
    }
}

impl Guide for Near {
    type State = u32;

    fn start(&self) -> u32 {
        self.dfa.initial_state()
    }

    fn step(&self, state: &u32, byte: u8) -> Option<u32> {
        if self.passed == Some(byte) {
            return Some(*state);
        }
        let next = self.dfa.transition(*state, byte);
        (next != SINK_STATE && byte.is_ascii()).then_some(next)
    }

    fn ends(&self, state: &u32) -> bool {
        matches!(self.dfa.distance(*state), Distance::Exact(_))
    }
}
