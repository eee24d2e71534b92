//! Which language a text is in, as far as its characters tell.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// How many characters are looked at.
const SAMPLE: usize = 4_000;

/// The language of `text` as a BCP 47 tag: `zh-Hans`, `zh-Hant`, `ja`, `ko` or `en`; `None` when
/// it holds too little to tell or is in another script. Looks at the first 4,000 characters.
///
/// Text is Chinese when Han characters make up more than a tenth of its letters and kana are few:
/// Chinese prose about software is often half Latin. Which script it is written in is told by the
/// characters that only one of the two has; text that uses neither kind counts as simplified.
pub fn detect(text: &str) -> Option<&'static str> {
    let (mut han, mut kana, mut hangul, mut latin, mut other) = (0u32, 0u32, 0u32, 0u32, 0u32);
    let (mut simplified, mut traditional) = (0u32, 0u32);
    for c in text.chars().take(SAMPLE) {
        match c {
            'a'..='z' | 'A'..='Z' => latin += 1,
            '\u{3041}'..='\u{30FF}' => kana += 1,
            '\u{AC00}'..='\u{D7A3}' => hangul += 1,
            _ if crate::unit::is_han(c) => {
                han += 1;
                match script(c) {
                    Some(Script::Simplified) => simplified += 1,
                    Some(Script::Traditional) => traditional += 1,
                    None => {}
                }
            }
            _ if c.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    // A Han character says about as much as a Latin word of three letters.
    let words = han + kana + hangul + latin / 3 + other / 3;
    if words == 0 {
        None
    } else if hangul * 4 > words {
        Some("ko")
    } else if kana * 8 > words && kana * 5 > han {
        Some("ja")
    } else if han * 10 > words {
        Some(if traditional > simplified { "zh-Hant" } else { "zh-Hans" })
    } else if latin > other {
        Some("en")
    } else {
        None
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Simplified,
    Traditional,
}

/// The blocks of ideographs in which nearly all characters lie: looked up without a search.
const COMMON: RangeInclusive<char> = '\u{3400}'..='\u{9FFF}';

/// Characters that only one of the scripts writes.
struct Scripts {
    /// By place in [`COMMON`].
    common: Vec<Option<Script>>,
    /// All others, in order.
    others: Vec<(char, Script)>,
}

/// Characters of OpenCC's character tables that only one of the scripts writes.
fn script(c: char) -> Option<Script> {
    static SCRIPTS: LazyLock<Scripts> = LazyLock::new(Scripts::load);
    match place(c) {
        Some(place) => SCRIPTS.common[place],
        None => {
            let others = &SCRIPTS.others;
            let found = others.binary_search_by_key(&c, |&(other, _)| other).ok()?;
            Some(others[found].1)
        }
    }
}

fn place(c: char) -> Option<usize> {
    COMMON.contains(&c).then(|| c as usize - *COMMON.start() as usize)
}

impl Scripts {
    fn load() -> Self {
        let mut scripts = Self {
            common: vec![None; *COMMON.end() as usize - *COMMON.start() as usize + 1],
            others: Vec::new(),
        };
        // A character that stands in both tables is the traditional form of another.
        for (script, table) in [
            (Script::Simplified, include_str!("../../../data/variants/opencc/STCharacters.txt")),
            (Script::Traditional, include_str!("../../../data/variants/opencc/TSCharacters.txt")),
        ] {
            for c in of_one_script(table) {
                match place(c) {
                    Some(place) => scripts.common[place] = Some(script),
                    None => scripts.others.push((c, script)),
                }
            }
        }
        // Of two entries for a character, the later one counts.
        scripts.others.reverse();
        scripts.others.sort_by_key(|&(c, _)| c);
        scripts.others.dedup_by_key(|&mut (c, _)| c);
        scripts
    }
}

/// The characters that a table converts and that may not also stay as they are: those belong to both
/// scripts.
fn of_one_script(table: &str) -> impl Iterator<Item = char> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .filter(|(from, to)| !to.split(' ').any(|form| form == *from))
        .filter_map(|(from, _)| from.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_their_characters() {
        for (text, lang) in [
            ("中国和巴基斯坦保持密切的协调", Some("zh-Hans")),
            ("這個軟體的詞典很簡單", Some("zh-Hant")),
            ("The quick brown fox", Some("en")),
            ("安装 tmux 并运行 cargo build --release 命令", Some("zh-Hans")),
            (
                "The word 词典 means dictionary, and this sentence goes on in English for a while",
                Some("en"),
            ),
            ("日本語の文章です", Some("ja")),
            ("한국어 문장입니다", Some("ko")),
            ("Русский текст", None),
            ("123 !?", None),
        ] {
            assert_eq!(detect(text), lang, "{text}");
        }
    }

    #[test]
    fn characters_of_one_script_are_told_in_all_blocks() {
        let scripts = Scripts::load();
        assert!(scripts.others.is_sorted_by_key(|&(c, _)| c) && !scripts.others.is_empty());
        for (c, expected) in [
            ('这', Some(Script::Simplified)),
            ('這', Some(Script::Traditional)),
            ('人', None),
            ('\u{9FFF}', None),
            ('a', None),
        ] {
            assert_eq!(script(c), expected, "{c}");
        }
        for &(c, expected) in &scripts.others {
            assert_eq!(script(c), Some(expected), "{c}");
        }
    }
}
