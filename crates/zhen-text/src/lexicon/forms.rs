//! The other forms of an English word that have another stem: irregular ones (*mice*, *mouse*) and the
//! British or American spelling (*colour*, *color*).

use super::irregular;

/// British endings and the American ones, both ways.
const ENDINGS: &[(&str, &str)] = &[
    ("our", "or"),
    ("ours", "ors"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("ourite", "orite"),
    ("ourites", "orites"),
    ("ourable", "orable"),
    ("tre", "ter"),
    ("tres", "ters"),
    ("tred", "tered"),
    ("ogue", "og"),
    ("ogues", "ogs"),
    ("ise", "ize"),
    ("ises", "izes"),
    ("ised", "ized"),
    ("ising", "izing"),
    ("iser", "izer"),
    ("isers", "izers"),
    ("isation", "ization"),
    ("isations", "izations"),
    ("yse", "yze"),
    ("ysed", "yzed"),
    ("ysing", "yzing"),
];
/// The same where a word of more than one syllable doubles its l: *travelled*, but not *called*.
const DOUBLED: &[(&str, &str)] =
    &[("lled", "led"), ("lling", "ling"), ("ller", "ler"), ("llers", "lers")];

/// The irregular forms of a folded word, and those of the word that it is a form of.
///
/// ```
/// use zhen_text::lexicon::forms::irregular;
/// assert_eq!(irregular("mice"), ["mouse"]);
/// assert_eq!(irregular("write"), ["written", "wrote"]);
/// assert_eq!(irregular("wrote"), ["write", "written"]);
/// ```
pub fn irregular(word: &str) -> Vec<&'static str> {
    let lemmas: Vec<&'static str> = irregular::lemmas(word).collect();
    let of_lemmas = lemmas.iter().flat_map(|lemma| irregular::forms(lemma));
    let mut forms = lemmas.clone();
    forms.extend(of_lemmas.chain(irregular::forms(word)).filter(|form| *form != word));
    forms
}

/// How a folded word may be spelled on the other side of the Atlantic. That such a word is written
/// somewhere is not certain: what follows from an ending fits some words and not others.
///
/// ```
/// use zhen_text::lexicon::forms::spellings;
/// assert_eq!(spellings("colour"), ["color"]);
/// assert_eq!(spellings("organizations"), ["organisations"]);
/// assert!(spellings("hour").is_empty());
/// ```
pub fn spellings(word: &str) -> Vec<String> {
    let known = irregular::american(word).into_iter().chain(irregular::british(word));
    let mut out: Vec<String> = known.map(str::to_owned).collect();
    let endings = ENDINGS.iter().map(|ending| (ending, 1));
    for ((british, american), syllables) in endings.chain(DOUBLED.iter().map(|ending| (ending, 2)))
    {
        for (from, to) in [(british, american), (american, british)] {
            if let Some(start) = word.strip_suffix(from)
                && vowels(start) >= syllables
            {
                out.push([start, to].concat());
            }
        }
    }
    // *Travelled* ends in *led* as well as in *lled*.
    out.retain(|spelling| !spelling.contains("lll"));
    out
}

/// Runs of vowels, about as many as syllables.
fn vowels(text: &str) -> usize {
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let bytes = text.as_bytes();
    let begins = |at: &usize| is_vowel(bytes[*at]) && (*at == 0 || !is_vowel(bytes[*at - 1]));
    (0..bytes.len()).filter(begins).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_lead_both_ways_and_not_to_other_words() {
        for (british, american) in [
            ("behaviour", "behavior"),
            ("centre", "center"),
            ("catalogue", "catalog"),
            ("analyse", "analyze"),
            ("organised", "organized"),
            ("travelled", "traveled"),
            ("modelling", "modeling"),
            ("defence", "defense"),
            ("grey", "gray"),
        ] {
            assert!(spellings(british).iter().any(|other| other == american), "{british}");
            assert!(spellings(american).iter().any(|other| other == british), "{american}");
        }
        for word in ["hour", "four", "rise", "filled", "calling", "frog", "词典", "our", ""] {
            assert!(spellings(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn irregular_forms_lead_to_each_other() {
        assert_eq!(irregular("children"), ["child"]);
        assert_eq!(irregular("child"), ["children"]);
        assert!(irregular("went").contains(&"gone"));
        assert!(irregular("table").is_empty());
        // Two words have this form.
        assert!(irregular("found").contains(&"find"));
    }
}
