//! The keys under which an entry is found by how it is read.

use zhen_text::pinyin::{Pinyin, Syllable};
use zhen_text::unit::is_han;

use super::spelling::SEPARATOR;

/// Longest text that is found by its reading, in characters.
const LONGEST: usize = 24;

/// How a folded text with Han characters is read: for each way its syllables, separated, and its
/// initials. Latin words and digits stand for themselves; other characters are passed over.
pub(super) fn keys(pinyin: &Pinyin, folded: &str) -> Vec<(String, String)> {
    if !folded.chars().any(is_han) || folded.chars().nth(LONGEST).is_some() {
        return Vec::new();
    }
    let ways = pinyin.word_readings(folded);
    let mut keys: Vec<_> = ways.into_iter().map(|way| key(folded, &way)).collect();
    keys.dedup();
    keys
}

fn key(folded: &str, way: &[Syllable]) -> (String, String) {
    let (mut spelled, mut initials) = (String::new(), String::new());
    let mut syllables = way.iter();
    let mut in_word = false;
    for c in folded.chars() {
        if is_han(c) {
            let text = syllables.next().map_or("", |syllable| syllable.text());
            if !spelled.is_empty() {
                spelled.push(char::from(SEPARATOR));
            }
            spelled.push_str(text);
            initials.extend(text.chars().next());
            in_word = false;
        } else if c.is_ascii_alphanumeric() {
            if !in_word && !spelled.is_empty() {
                spelled.push(char::from(SEPARATOR));
            }
            spelled.push(c);
            initials.push(c);
            in_word = true;
        } else {
            in_word = false;
        }
    }
    (spelled, initials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_syllables_and_by_initials() {
        let pinyin = Pinyin::builtin();
        let keys = |text| keys(&pinyin, text);
        let key = |spelled: &str, initials: &str| (spelled.to_owned(), initials.to_owned());
        assert_eq!(keys("银行"), [key("yin'hang", "yh")]);
        assert_eq!(keys("t恤"), [key("t'xu", "tx")]);
        assert_eq!(keys("卡拉ok"), [key("ka'la'ok", "klok")]);
        assert_eq!(keys("马丁·路德"), [key("ma'ding'lu'de", "mdld")]);
        assert!(keys("行").contains(&key("hang", "h")) && keys("行").contains(&key("xing", "x")));
        assert_eq!(keys("dictionary"), []);
        assert_eq!(keys(&"中".repeat(LONGEST + 1)), []);
    }
}
