//! Chinese names and their abbreviations: 北大 is 北京大学 with characters left out.
//!
//! As with acronyms, the abbreviation is looked for from the end of the name backwards, and its first
//! character must begin a word; its last must stand in the name's last word.

/// Where in `text` the name begins that `short` abbreviates: a byte offset, one of `borders`, which
/// are the offsets at which words begin, ascending. Both texts are folded.
pub(super) fn name_start(short: &str, text: &str, borders: &[usize]) -> Option<usize> {
    let last_word = *borders.last()?;
    let mut wanted = short.chars().rev().peekable();
    let mut start = None;
    for (at, c) in text.char_indices().rev() {
        let Some(&next) = wanted.peek() else { break };
        if c != next {
            continue;
        }
        let first_found = start.is_none();
        if first_found && at < last_word {
            return None;
        }
        wanted.next();
        // The first character begins a word; otherwise look for it further to the left.
        if wanted.peek().is_none() && !borders.contains(&at) {
            let before =
                text[..at].char_indices().rev().find(|&(at, c)| c == next && borders.contains(&at));
            start = before.map(|(at, _)| at);
            break;
        }
        start = Some(at);
    }
    let start = start.filter(|_| wanted.peek().is_none())?;
    is_worth_it(short, &text[start..]).then_some(start)
}

/// Whether `short` abbreviates all of `long`, and is not only its beginning; both folded.
pub(super) fn stands_for(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    let in_order = short.chars().all(|c| rest.any(|d| d == c));
    let first = long.chars().next() == short.chars().next();
    in_order && first && !long.starts_with(short) && is_worth_it(short, long)
}

/// Whether what is said to be short for a name is characters of it in their order, beginning with its first;
/// both folded.
pub(super) fn leaves_out(short: &str, name: &str) -> bool {
    let mut rest = name.chars();
    short.chars().next() == name.chars().next()
        && short.chars().nth(1).is_some()
        && short.chars().all(|c| rest.any(|d| d == c))
        && !name.starts_with(short)
}

/// An abbreviation leaves out a third at least, and no more than any name needs. The end of a name
/// (管理局 for 园区管理局, 本法) is short for it in that text alone.
fn is_worth_it(short: &str, long: &str) -> bool {
    let (few, many) = (short.chars().count(), long.chars().count());
    let within = long.contains(short) && !long.starts_with(short);
    few >= 2 && few * 3 <= many * 2 && many <= few * 4 && !within && !short.starts_with('本')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name<'t>(short: &str, text: &'t str, words: &[&str]) -> &'t str {
        let mut borders = Vec::new();
        let mut at = 0;
        for word in words {
            borders.push(at);
            at += word.len();
        }
        assert_eq!(at, text.len(), "the words make up the text");
        name_start(short, text, &borders).map_or("", |start| &text[start..])
    }

    #[test]
    fn a_name_begins_at_the_word_of_its_abbreviations_first_character() {
        assert_eq!(name("北大", "他毕业于北京大学", &["他", "毕业", "于", "北京大学"]), "北京大学");
        assert_eq!(
            name("世贸组织", "加入世界贸易组织", &["加入", "世界", "贸易", "组织"]),
            "世界贸易组织"
        );
        assert_eq!(name("北大", "来自河北的大学", &["来自", "河北", "的", "大学"]), "");
        assert_eq!(name("北大", "北京大学的学生", &["北京大学", "的", "学生"]), "");
        assert_eq!(name("协定", "自由贸易协定", &["自由", "贸易", "协定"]), "");
        assert_eq!(name("清华", "清华大学", &["清华大学"]), "清华大学");
    }

    #[test]
    fn an_abbreviation_stands_for_a_whole_name() {
        assert!(stands_for("北大", "北京大学"));
        assert!(stands_for("上合组织", "上海合作组织"));
        assert!(!stands_for("大北", "北京大学"));
        assert!(!stands_for("京大", "北京大学"));
        assert!(!stands_for("会员", "会员代表"));
        assert!(!stands_for("北京大学", "北京大学"));
    }
}
