//! Names by their sound: how a name that no list knows is written in the other script.
//!
//! Chinese writes foreign names with characters that sound like them: *Piketty* is 皮凯蒂, one character
//! for each few letters. Which character stands for which letters, and how likely, is learned from names
//! known in both languages: a joint source-channel model of Li, Zhang and Su, *A Joint Source-Channel
//! Model for Machine Transliteration* (ACL 2004), of pairs by themselves. Many characters sound alike, so a
//! name can be written in many ways; of these only what the documents hold is gone on with, which the
//! caller tells.
//!
//! ```
//! use zhen_text::sound;
//! let held = ['皮', '凯', '蒂'];
//! let follows = |a, b| held.windows(2).any(|pair| pair == [a, b]);
//! assert_eq!(sound::in_chinese("piketty", follows), ["皮凯蒂"]);
//! assert_eq!(sound::in_latin("皮凯蒂", |start| "piketty".starts_with(start)), ["piketty"]);
//! ```

pub mod table;

use rustc_hash::FxHashMap;

use self::table::{Sound, of_character, of_letters};

/// Letters of a name.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=16;
/// Characters of a name: two that sound like something stand in too many texts by chance.
const CHARACTERS: std::ops::RangeInclusive<usize> = 3..=MOST_CHARACTERS;
/// Most characters of a name.
pub const MOST_CHARACTERS: usize = 9;
/// Most ways to have written the beginning of a name that are gone on with.
const MOST_WAYS: usize = 6;
/// The same where letters are looked for: fewer of them are the beginning of a word.
const MOST_LATIN_WAYS: usize = 24;
/// A name has at most so many eighths of a bit a letter, as costs are counted, that its characters do not
/// tell.
const MOST_UNTOLD: u32 = 12;

/// How the beginning of a name may be written.
#[derive(Debug, Clone)]
struct Way {
    text: String,
    /// How unlikely it is, and how little the characters tell of the letters.
    together: u32,
    given: u32,
}

impl Way {
    fn start() -> Self {
        Self { text: String::new(), together: 0, given: 0 }
    }

    /// The same with `text` added, for the letters and character of `sound`.
    fn with(&self, text: &str, sound: &Sound) -> Self {
        Self {
            text: [self.text.as_str(), text].concat(),
            together: self.together + sound.together,
            given: self.given + sound.given,
        }
    }

    fn sounds_alike(&self, letters: usize) -> bool {
        self.given <= MOST_UNTOLD * letters as u32
    }
}

/// How a name in lower-case letters may be written in Chinese characters, the likeliest first; `follow`
/// says whether documents hold one character after another.
pub fn in_chinese(name: &str, mut follow: impl FnMut(char, char) -> bool) -> Vec<String> {
    if !LETTERS.contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Vec::new();
    }
    // The same characters come together in many ways.
    let mut known: FxHashMap<[char; 2], bool> = FxHashMap::default();
    let mut follow = |a, b| *known.entry([a, b]).or_insert_with(|| follow(a, b));
    // By how many letters they have come to.
    let mut ways: Vec<Vec<Way>> = vec![Vec::new(); name.len() + 1];
    ways[0].push(Way::start());
    for at in 0..name.len() {
        let here = best(std::mem::take(&mut ways[at]), MOST_WAYS);
        for end in at + 1..=name.len().min(at + table::MOST_LETTERS) {
            for sound in of_letters(&name[at..end]) {
                let character = sound.character;
                let mut bytes = [0; 4];
                let text = &*character.encode_utf8(&mut bytes);
                let mut follows = |way: &&Way| {
                    way.text.chars().next_back().is_none_or(|last| follow(last, character))
                };
                let longer =
                    here.iter().filter(|way| follows(way)).map(|way| way.with(text, &sound));
                ways[end].extend(longer);
            }
        }
    }
    let whole = best(ways.pop().unwrap_or_default(), usize::MAX).into_iter();
    let alike = whole.filter(|way| way.sounds_alike(name.len()));
    alike.map(|way| way.text).filter(|text| may_be_name(text)).collect()
}

/// How a name in folded Chinese characters may be written in lower-case letters, the likeliest first;
/// `begin` says whether a word of the documents begins so.
pub fn in_latin(name: &str, mut begin: impl FnMut(&str) -> bool) -> Vec<String> {
    if !may_be_name(name) {
        return Vec::new();
    }
    let mut ways = vec![Way::start()];
    for character in name.chars() {
        let longer = |way: &Way| -> Vec<Way> {
            of_character(character).map(|sound| way.with(sound.letters, &sound)).collect()
        };
        let mut next: Vec<Way> = ways.iter().flat_map(longer).collect();
        next.retain(|way| begin(&way.text));
        ways = best(next, MOST_LATIN_WAYS);
    }
    let alike = ways.into_iter().filter(|way| way.sounds_alike(way.text.len()));
    alike.map(|way| way.text).filter(|text| LETTERS.contains(&text.len())).collect()
}

/// Whether foreign names are written with a folded character.
pub fn is_written_with(character: char) -> bool {
    of_character(character).next().is_some()
}

/// Whether folded Chinese characters are as many as foreign names have.
pub fn may_be_name(name: &str) -> bool {
    CHARACTERS.contains(&name.chars().count())
}

/// The likeliest ways, each text once.
fn best(mut ways: Vec<Way>, most: usize) -> Vec<Way> {
    ways.sort_by(|a, b| a.text.cmp(&b.text).then(a.together.cmp(&b.together)));
    ways.dedup_by(|a, b| a.text == b.text);
    ways.sort_by_key(|way| way.together);
    ways.truncate(most);
    ways
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How names are written that no list has.
    const NAMES: [(&str, &str); 6] = [
        ("piketty", "皮凯蒂"),
        ("kibaki", "基巴基"),
        ("goldenson", "戈登森"),
        ("lindisfarne", "林迪斯法恩"),
        ("mackinder", "麦金德"),
        ("setanta", "塞坦塔"),
    ];

    #[test]
    fn names_are_written_as_they_sound() {
        let follow =
            |a: char, b: char| NAMES.iter().any(|(_, text)| text.contains(&format!("{a}{b}")));
        for (name, text) in NAMES {
            assert_eq!(in_chinese(name, follow), [text], "{name}");
            let written = in_latin(text, |start| name.starts_with(start));
            assert!(written.iter().any(|written| written == name), "{text}: {written:?}");
        }
    }

    #[test]
    fn what_sounds_otherwise_or_is_no_name_is_not_written() {
        for name in ["", "ann", "Piketty", "café", "x1y2z3", "a b c d", &"na".repeat(13)] {
            assert!(in_chinese(name, |_, _| true).is_empty(), "{name}");
        }
        let piketty = |a: char, b: char| "皮凯蒂".contains(&format!("{a}{b}"));
        for name in ["kitchen", "penicillin", "pottery", "pikettyberg"] {
            assert!(in_chinese(name, piketty).is_empty(), "{name}");
        }
        for text in ["", "皮凯", "的地得", "皮凯蒂在巴黎经济学院教书"] {
            assert!(in_latin(text, |start| "piketty".starts_with(start)).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_within_bounds(name in "[a-zéA ]{0,26}|[皮凯蒂斯尔的𠀀]{0,12}") {
            let mut asked = 0;
            in_chinese(&name, |_, _| { asked += 1; true });
            in_latin(&name, |_| { asked += 1; true });
            prop_assert!(asked < 20_000, "{asked}");
        }
    }
}
