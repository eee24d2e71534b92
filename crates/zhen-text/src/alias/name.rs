//! What looks like a name, and of which kind.

use crate::lexicon::is_function_word;
use crate::unit::is_han;

/// Fewest and most characters of a Chinese name.
const HAN: std::ops::RangeInclusive<usize> = 2..=20;
/// Most words of a Latin name.
const MOST_WORDS: usize = 8;

/// Roman numerals, units, and other capital letters that abbreviate nothing of the text around them.
#[rustfmt::skip]
const NOT_ACRONYMS: &[&str] = &[
    "AC", "AD", "AM", "ANSI", "BC", "BCE", "CD", "CE", "CV", "DOI", "EB", "EOF", "EUR", "FALSE",
    "FAQ", "GB", "GBP", "GHZ", "GIB", "GMT", "HH", "HKD", "HKT", "HTTP", "HTTPS", "HZ", "ID", "II",
    "III", "ISBN", "ISSN", "IV", "IX", "JPY", "KB", "KG", "KHZ", "KIB", "KM", "LCTT", "MB", "MHZ",
    "MIB", "MM", "NB", "NO", "NOT", "NULL", "OK", "OR", "PB", "PM", "PS", "RFC", "RMB", "SIC",
    "TB", "TBD", "TIB", "TODO", "TRUE", "TWD", "UNIX", "URL", "USD", "UTC", "VI", "VII", "VIII",
    "VS", "XI", "XII", "XIV", "XIX", "XV", "XVI", "XX", "XXI", "YES", "YYYY",
];

/// Chinese that refers back to something or says what a thing is for, but names nothing.
const NOT_NAMES: &[&str] = &[
    "不", "也", "何", "其", "含", "如", "已", "并", "或", "是", "曰", "某", "此", "第", "被", "该",
    "请", "这", "那", "各", "都", "须", "在", "需", "若", "由", "以上", "以下", "同上", "同下",
    "下同", "上文", "下文", "见下", "见上", "见本", "见第", "参见", "参照", "参看", "详见", "又见",
    "另见", "改作", "改为", "改由", "译者", "译注", "原作", "原文", "原名", "注释", "附注", "校注",
    "旧作", "一作", "双方", "甲方", "乙方", "丙方", "本法", "本条", "本办", "本公", "本规", "本局",
    "本会", "本院", "本部", "本校", "本文", "本书", "各该", "缩写", "可选", "为了", "有时", "有关",
    "无法", "非常", "未知", "每个", "每年", "从而", "对于", "同样", "当时", "经过", "因为", "上一",
    "下一", "上图", "下图", "上述", "下述", "前者", "后者",
];

/// What a piece of text may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Chinese.
    Han,
    /// Capital letters that abbreviate: WHO, mRNA, GPT-4.
    Acronym,
    /// Words of Latin letters.
    Words,
}

/// The shape of a name in brackets or quotation marks, that is: of text that begins and ends where
/// the name does. `None` for what is no name: numbers, dates, references, code, sentences.
pub(super) fn shape(text: &str) -> Option<Shape> {
    let han = text.chars().filter(|&c| is_han(c)).count();
    if han > 0 {
        return is_han_name(text, han).then_some(Shape::Han);
    }
    if is_acronym(text) {
        return Some(Shape::Acronym);
    }
    is_words(text).then_some(Shape::Words)
}

fn is_han_name(text: &str, han: usize) -> bool {
    let fits = |c: char| is_han(c) || matches!(c, '·' | '・' | '-') || c.is_ascii_alphanumeric();
    let count = text.chars().count();
    let folded = crate::fold::fold_to_string(text);
    HAN.contains(&count)
        && han * 2 >= count
        && text.chars().all(fits)
        && !NOT_NAMES.iter().any(|start| folded.starts_with(start))
        && !folded.ends_with([
            '的', '等', '者', '字', '时', '也', '同', '版', '页', '章', '条', '年', '日', '月',
        ])
        && !folded.chars().any(|c| matches!(c, '的' | '是' | '了' | '吗' | '呢' | '之' | '也'))
        && !["原作", "改作", "一作", "当作", "或称"].iter().any(|note| folded.contains(note))
        && !folded.chars().all(is_numeral)
}

/// Characters that Chinese numbers and dates are written in.
pub(super) fn is_numeral(c: char) -> bool {
    "〇零一二三四五六七八九十百千万亿两年月日号第".contains(c)
}

/// Whether the text abbreviates by its shape: 2 to 10 characters, at least two capital letters, and
/// at most half as many small letters.
pub(super) fn is_acronym(text: &str) -> bool {
    let (mut upper, mut lower, mut others) = (0, 0, 0);
    for c in text.chars() {
        match c {
            'A'..='Z' => upper += 1,
            'a'..='z' => lower += 1,
            '0'..='9' | '-' | '&' | '/' | '.' | '+' => others += 1,
            _ => return false,
        }
    }
    let plural = lower == 1 && text.ends_with('s');
    upper >= 2
        && (2..=10).contains(&text.len())
        && (lower * 2 <= upper || plural)
        && others <= upper
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(['-', '&', '/', '+'])
        && NOT_ACRONYMS.binary_search(&text.to_ascii_uppercase().as_str()).is_err()
}

fn is_words(text: &str) -> bool {
    let fits = |c: char| {
        c.is_alphabetic()
            || c.is_ascii_digit()
            || matches!(c, ' ' | '-' | '–' | '\'' | '’' | '.' | '&')
    };
    let mut words = 0;
    let mut content = false;
    for word in text.split(' ') {
        words += 1;
        let lower = word.to_lowercase();
        content |=
            !is_function_word(&lower) && word.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        // Sentences and references: "see below", "Smith et al.", "i.e.".
        if matches!(
            lower.as_str(),
            "see"
                | "et"
                | "al."
                | "eds."
                | "ed."
                | "vol."
                | "cf."
                | "i.e."
                | "e.g."
                | "etc."
                | "is"
                | "are"
                | "was"
                | "were"
                | "not"
                | "if"
                | "when"
                | "default"
                | "optional"
                | "deprecated"
                | "required"
                | "only"
                | "this"
                | "that"
                | "you"
                | "we"
                | "it"
                | "your"
                | "my"
                | "i"
        ) {
            return false;
        }
        if !word.starts_with(|c: char| c.is_alphanumeric()) {
            return false;
        }
    }
    // A dot inside a word is a file name or a reference, not a name (but for initials: J. Smith).
    let dotted = text
        .char_indices()
        .any(|(at, c)| c == '.' && text[at + 1..].starts_with(|next: char| next.is_alphanumeric()));
    words <= MOST_WORDS
        && content
        && text.contains(char::is_lowercase)
        && !dotted
        && text.chars().all(fits)
        && text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_else_stands_in_brackets() {
        for (text, expected) in [
            ("WHO", Some(Shape::Acronym)),
            ("mRNA", Some(Shape::Acronym)),
            ("APIs", Some(Shape::Acronym)),
            ("GPT-4", Some(Shape::Acronym)),
            ("machine learning", Some(Shape::Words)),
            ("World Health Organization", Some(Shape::Words)),
            ("世界卫生组织", Some(Shape::Han)),
            ("艾伦·图灵", Some(Shape::Han)),
            ("III", None),
            ("MB", None),
            ("1994", None),
            ("C11", None),
            ("1", None),
            ("a", None),
            ("see below", None),
            ("main.rs", None),
            ("以下同", None),
            ("见下文", None),
            ("二〇二四年", None),
            ("第三条", None),
            ("出《报应记》", None),
            ("foo, bar", None),
            ("Smith et al.", None),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn the_list_is_sorted_for_binary_search() {
        let mut sorted = NOT_ACRONYMS.to_vec();
        sorted.sort_unstable();
        assert_eq!(NOT_ACRONYMS, sorted);
    }
}
