//! The built-in dictionary where it lies in the program, with the user's words: nothing is loaded, and
//! looking a word up takes longer.

use super::{Chars, Dictionary, log_probability};
use crate::dict::UserDict;
use crate::segment::{DICTIONARY, dictionary_total, for_each_prefix};

/// The words of both.
pub(crate) struct Stored {
    user: UserDict,
    log_total: f64,
}

impl Stored {
    pub(crate) fn new(user: &UserDict) -> Self {
        let total = dictionary_total().wrapping_add(user.added());
        Self { user: user.clone(), log_total: (total as f64).ln() }
    }
}

impl Dictionary for Stored {
    fn unknown(&self) -> f64 {
        -self.log_total
    }

    fn words_at(&self, run: &Chars<'_, '_>, start: usize, mut emit: impl FnMut(usize, f64)) {
        let rest = &run.text[run.byte(start)..];
        let (mut end, mut length) = (start, 0);
        let mut put = |(word, frequency): (usize, u64)| {
            end += rest[length..word].chars().count();
            length = word;
            emit(end, log_probability(frequency, self.log_total));
        };
        // By their lengths, with their frequencies.
        let mut own = Vec::new();
        self.user.for_each_prefix(rest, |word, frequency| own.push((word.len(), frequency)));
        let mut own = own.into_iter().peekable();
        for_each_prefix(&DICTIONARY, rest, |word, frequency| {
            while let Some(shorter) = own.next_if(|&(length, _)| length < word.len()) {
                put(shorter);
            }
            // Of two entries the user's replaces the other.
            let replacing = own.next_if(|&(length, _)| length == word.len());
            put(replacing.unwrap_or((word.len(), frequency)));
        });
        own.for_each(put);
    }
}
