//! What was typed, compared with how words are read, letter by letter.
//!
//! A key of the vocabulary is a word's syllables, separated by [`SEPARATOR`]. A typed letter stands
//! for itself; a syllable may be left out after its initial; the key may go on where the typed
//! letters end. All ways to have come to a place of the key are kept together as bits, one for each
//! number of letters used up.

use zhen_text::pinyin::{Fuzzy, Input};

use super::walk::Guide;

/// Separates the syllables of a key.
pub(super) const SEPARATOR: u8 = b'\'';

/// Most letters that are compared; longer input is no pinyin.
pub const MOST_SPELLED: usize = 120;

/// Places between letters, as bits.
type Places = u128;

/// Typed letters, ready to be compared with keys.
#[derive(Debug, Clone)]
pub(super) struct Spelling {
    letters: Vec<u8>,
    /// For each letter of the alphabet the places before which it was typed.
    typed: [Places; 26],
    /// The places where a syllable has to end.
    breaks: Places,
    confused: Fuzzy,
}

impl Spelling {
    /// `None` when there are more than [`MOST_SPELLED`] letters.
    pub(super) fn new(input: &Input) -> Option<Self> {
        let letters = input.letters().as_bytes().to_vec();
        if letters.len() > MOST_SPELLED {
            return None;
        }
        let mut typed = [0; 26];
        let mut breaks = 0;
        for (at, letter) in letters.iter().enumerate() {
            typed[usize::from(letter - b'a')] |= 1 << at;
            breaks |= Places::from(at > 0 && input.is_break(at)) << at;
        }
        Some(Self { letters, typed, breaks, confused: input.confused() })
    }

    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    fn places_of(&self, letter: u8) -> Places {
        match letter {
            b'a'..=b'z' => self.typed[usize::from(letter - b'a')],
            _ => 0,
        }
    }

    /// Where typed letters stand for this letter of a key, which has `offset` others of its
    /// syllable before it.
    fn places_for(&self, letter: u8, offset: usize) -> Places {
        let same = self.places_of(letter);
        match letter {
            // ü is typed u too.
            b'v' => same | self.places_of(b'u'),
            b'l' | b'n' if offset == 0 && self.confused.lateral => {
                self.places_of(b'l') | self.places_of(b'n')
            }
            _ => same,
        }
    }
}

/// How what was typed is to fit a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// All letters, and the whole key.
    End,
    /// All letters; the key may go on.
    Anywhere,
    /// Some letters, and the whole key.
    SomeLetter,
}

/// Lets through the keys that are read as was typed.
pub(super) struct ReadAs<'a> {
    pub(super) spelling: &'a Spelling,
    /// The letter with which a key begins.
    pub(super) from: usize,
    /// Whether syllables may be left out after their initial.
    pub(super) initials: bool,
    pub(super) until: Until,
}

/// Ways to have come to a place of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// Letters used up, the syllable spelled out so far.
    spelled: Places,
    /// Letters used up, the rest of the syllable left out.
    left_out: Places,
    /// Letters of the syllable so far, and the last one.
    offset: u8,
    last: u8,
}

impl ReadAs<'_> {
    fn all(&self) -> Places {
        1 << self.spelling.len()
    }

    /// Letters used up where a syllable ends.
    fn ended(&self, state: &Reached) -> Places {
        let mut spelled = state.spelled;
        if self.spelling.confused.nasal && state.last == b'n' {
            spelled |= (spelled & self.spelling.places_of(b'g') & !self.spelling.breaks) << 1;
        }
        spelled | state.left_out
    }

    /// The numbers of letters after which a key that was let through ends.
    pub(super) fn ends_at(&self, state: &Reached) -> impl Iterator<Item = usize> + use<> {
        let places = self.ended(state);
        (0..=MOST_SPELLED).filter(move |at| places >> at & 1 == 1)
    }
}

impl Guide for ReadAs<'_> {
    type State = Reached;

    fn start(&self) -> Reached {
        Reached { spelled: 1 << self.from, left_out: 0, offset: 0, last: 0 }
    }

    fn step(&self, state: &Reached, byte: u8) -> Option<Reached> {
        if byte == SEPARATOR {
            let spelled = self.ended(state);
            return (spelled != 0).then_some(Reached { spelled, left_out: 0, offset: 0, last: 0 });
        }
        let typed = self.spelling;
        let offset = usize::from(state.offset);
        let is_retroflex = byte == b'h' && offset == 1 && matches!(state.last, b'z' | b'c' | b's');
        let inside = if offset == 0 { Places::MAX } else { !typed.breaks };
        let mut spelled = (state.spelled & inside & typed.places_for(byte, offset)) << 1;
        if typed.confused.retroflex {
            if offset == 0 && matches!(byte, b'z' | b'c' | b's') {
                spelled |= (spelled & typed.places_of(b'h') & !typed.breaks) << 1;
            } else if is_retroflex {
                spelled |= state.spelled;
            }
        }
        if typed.confused.nasal && byte == b'g' && state.last == b'n' && offset > 1 {
            spelled |= state.spelled;
        }
        let mut left_out = state.left_out;
        if self.initials && (offset == 0 || is_retroflex) {
            left_out |= spelled;
        }
        (spelled | left_out != 0).then_some(Reached {
            spelled,
            left_out,
            offset: state.offset.saturating_add(1),
            last: byte,
        })
    }

    fn ends(&self, state: &Reached) -> bool {
        match self.until {
            Until::SomeLetter => self.ended(state) != 0,
            Until::End | Until::Anywhere => self.ended(state) & self.all() != 0,
        }
    }

    fn is_settled(&self, state: &Reached) -> bool {
        self.until == Until::Anywhere && (state.spelled | state.left_out) & self.all() != 0
    }
}
