//! English words to the keys of the lexicon: spelling, inflected forms, derived forms.
//!
//! A key is the stem of a word after British and American spelling have been made one. The table
//! is written and read with the same keys, so that a rule that is odd for a word (`hour` → `hor`)
//! does no harm: it is as odd on both sides.

use super::{irregular, is_function_word};
use crate::latin;

/// Separates the words of a key.
pub const SEPARATOR: char = ' ';

/// British endings and what they become; the first that fits counts.
const SPELLINGS: &[(&str, &str)] = &[
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("ise", "ize"),
    ("yse", "yze"),
    ("ours", "ors"),
    ("our", "or"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("tres", "ters"),
    ("tre", "ter"),
    ("lled", "led"),
    ("lling", "ling"),
    ("ogue", "og"),
];

/// Shortest word whose ending is taken for British.
const SHORTEST_SPELLING: usize = 5;

/// The key of one folded English word.
///
/// ```
/// use zhen_text::lexicon::key::of;
/// assert_eq!(of("defence"), of("defense"));
/// assert_eq!(of("organised"), of("organizes"));
/// ```
pub fn of(word: &str) -> String {
    let word = irregular::american(word).unwrap_or(word);
    if word.len() >= SHORTEST_SPELLING {
        for (british, american) in SPELLINGS {
            if let Some(start) = word.strip_suffix(british) {
                return latin::stem(&[start, american].concat());
            }
        }
    }
    latin::stem(word)
}

/// The key of a phrase of folded English words.
pub fn of_phrase<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let keys: Vec<_> = words.into_iter().map(of).collect();
    keys.join(" ")
}

/// The forms that `word` may be an inflected form of, likely ones first: its irregular ones, then
/// what is left when -s, -ed, -ing, -er or -est is taken off. Forms that are no words are among
/// them; the table does not know those.
pub fn lemmas(word: &str) -> Vec<String> {
    let mut out: Vec<String> = irregular::lemmas(word).map(str::to_owned).collect();
    // *Does* is no female deer.
    if !out.is_empty() && is_function_word(word) {
        return out;
    }
    let mut add = |form: String| {
        if form.len() >= 2 && form != word && !out.contains(&form) {
            out.push(form);
        }
    };
    if !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return out;
    }
    if let Some(start) = word.strip_suffix("ies").or_else(|| word.strip_suffix("ied"))
        && start.len() > 1
    {
        add(format!("{start}y"));
    }
    if let Some(start) = word.strip_suffix("es")
        && start.len() > 1
        && start.ends_with(['s', 'x', 'z', 'h', 'o'])
    {
        add(start.to_owned());
    }
    if let Some(start) = word.strip_suffix('s')
        && start.len() > 2
        && !start.ends_with('s')
    {
        add(start.to_owned());
    }
    for suffix in ["ed", "ing", "er", "est"] {
        let Some(start) = word.strip_suffix(suffix).filter(|start| start.len() >= 2) else {
            continue;
        };
        let bytes = start.as_bytes();
        let last = bytes[bytes.len() - 1];
        let doubled = bytes.len() > 2 && bytes[bytes.len() - 2] == last;
        if doubled && !matches!(last, b'l' | b's') {
            add(start[..start.len() - 1].to_owned());
        }
        // A seed is nothing seen, and who is being is no bee.
        let is_e = |stem: &str| suffix == "ed" && stem.bytes().any(|byte| is_vowel(&byte));
        if start.strip_suffix('e').is_none_or(is_e) {
            add(format!("{start}e"));
        }
        if !doubles(start) {
            add(start.to_owned());
        }
        if doubled {
            add(start[..start.len() - 1].to_owned());
        }
    }
    out
}

fn is_vowel(byte: &u8) -> bool {
    b"aeiouy".contains(byte)
}

/// Whether a word doubles its last letter before an ending, as *hop* does: *hoping* is no form of it.
fn doubles(word: &str) -> bool {
    match word.as_bytes() {
        [before @ .., vowel, last] => {
            is_vowel(vowel)
                && !is_vowel(last)
                && !b"wx".contains(last)
                && !before.iter().any(is_vowel)
        }
        _ => false,
    }
}

/// Whether a word ends as who does something does, or as what is more or most so.
pub(super) fn is_agent(word: &str) -> bool {
    word.ends_with("er") || word.ends_with("est")
}

/// Endings that make a word of another one, with what stood there before. More telling ones first.
const DERIVATIONS: &[(&str, &str)] = &[
    ("ically", "ic"),
    ("iness", "y"),
    ("ily", "y"),
    ("ally", "al"),
    ("ation", "e"),
    ("ation", ""),
    ("ical", "y"),
    ("ical", ""),
    ("less", ""),
    ("ness", ""),
    ("ship", ""),
    ("hood", ""),
    ("able", "e"),
    ("able", ""),
    ("ment", ""),
    ("ern", ""),
    ("ial", ""),
    ("ian", "ia"),
    ("ian", "y"),
    ("ian", ""),
    ("ish", ""),
    ("ful", ""),
    ("ese", "a"),
    ("ese", ""),
    ("ion", "e"),
    ("ion", ""),
    ("ist", ""),
    ("ist", "y"),
    ("ism", ""),
    ("ive", "ion"),
    ("ity", "e"),
    ("ity", ""),
    ("ly", ""),
    ("al", ""),
    ("an", "a"),
    ("an", ""),
    ("ic", ""),
    ("er", "e"),
    ("er", ""),
    ("or", "e"),
    ("or", ""),
    ("en", ""),
    ("y", ""),
];

/// Shortest start that is left when an ending is taken off.
const SHORTEST_ROOT: usize = 3;

/// The words that `word` may be derived from (Syrian → Syria, southern → south), likely ones first.
pub fn roots(word: &str) -> impl Iterator<Item = String> {
    DERIVATIONS.iter().filter_map(move |(ending, before)| {
        let start = word.strip_suffix(ending)?;
        (start.len() >= SHORTEST_ROOT).then(|| [start, before].concat())
    })
}

#[cfg(test)]
mod tests {
    //! 1. British and American spelling have one key.
    //! 2. Regular and irregular inflected forms lead to their word.
    //! 3. No form is given twice, none is the word itself.

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_spellings_have_one_key() {
        for (british, american) in [
            ("labour", "labor"),
            ("defence", "defense"),
            ("centre", "center"),
            ("theatres", "theaters"),
            ("organise", "organize"),
            ("organisation", "organization"),
            ("analyse", "analyze"),
            ("travelled", "traveled"),
            ("behaviours", "behaviors"),
            ("programme", "program"),
        ] {
            assert_eq!(of(british), of(american), "{british}");
        }
        assert_ne!(of("four"), of("for"));
    }

    #[test]
    fn inflected_forms_lead_to_their_word() {
        for (form, word) in [
            ("led", "lead"),
            ("went", "go"),
            ("children", "child"),
            ("countries", "country"),
            ("classes", "class"),
            ("points", "point"),
            ("surrendered", "surrender"),
            ("running", "run"),
            ("making", "make"),
            ("biggest", "big"),
            ("tried", "try"),
            ("selling", "sell"),
            ("controlled", "control"),
        ] {
            assert!(lemmas(form).iter().any(|lemma| lemma == word), "{form}: {:?}", lemmas(form));
        }
    }

    #[test]
    fn forms_lead_to_no_word_that_would_be_inflected_otherwise() {
        for (form, other) in [
            ("does", "doe"),
            ("seed", "see"),
            ("being", "bee"),
            ("used", "us"),
            ("caring", "car"),
            ("rated", "rat"),
            ("hoping", "hop"),
            ("staring", "star"),
        ] {
            assert!(!lemmas(form).iter().any(|lemma| lemma == other), "{form}");
        }
        for (form, word) in [
            ("freed", "free"),
            ("agreed", "agree"),
            ("boxing", "box"),
            ("showed", "show"),
            ("planned", "plan"),
            ("seeing", "see"),
            ("played", "play"),
            ("visited", "visit"),
            ("quitting", "quit"),
            ("eating", "eat"),
        ] {
            assert!(lemmas(form).iter().any(|lemma| lemma == word), "{form}");
        }
    }

    #[test]
    fn derived_words_lead_to_their_root() {
        for (word, root) in
            [("syrian", "syria"), ("southern", "south"), ("presidential", "president")]
        {
            assert!(roots(word).any(|r| r == root), "{word}");
        }
        assert_eq!(roots("sly").next(), None);
    }

    proptest! {
        #[test]
        fn lemmas_are_distinct_and_other(word in "\\PC{0,12}|[a-z]{0,4}(s|ed|ing|er|est|ies)") {
            let found = lemmas(&word);
            for (i, form) in found.iter().enumerate() {
                prop_assert!(*form != word && !found[..i].contains(form));
            }
            let _ = (of(&word), roots(&word).count());
        }
    }
}
