//! Which language a text is in, as far as its characters tell.

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

/// Characters of OpenCC's character tables that only one of the scripts writes.
fn script(c: char) -> Option<Script> {
    static TABLES: LazyLock<(Vec<char>, Vec<char>)> = LazyLock::new(|| {
        let keys = |table: &'static str| -> Vec<char> {
            let lines = table.lines().filter(|line| !line.starts_with('#'));
            lines
                .filter_map(|line| line.split_once('\t'))
                // A character that may also stay as it is belongs to both scripts.
                .filter(|(from, to)| !to.split(' ').any(|form| form == *from))
                .filter_map(|(from, _)| from.chars().next())
                .collect()
        };
        let mut simplified = keys(include_str!("../../../data/variants/opencc/STCharacters.txt"));
        let mut traditional = keys(include_str!("../../../data/variants/opencc/TSCharacters.txt"));
        simplified.sort_unstable();
        traditional.sort_unstable();
        (simplified, traditional)
    });
    let (simplified, traditional) = &*TABLES;
    if traditional.binary_search(&c).is_ok() {
        Some(Script::Traditional)
    } else if simplified.binary_search(&c).is_ok() {
        Some(Script::Simplified)
    } else {
        None
    }
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
}
