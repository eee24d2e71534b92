//! Quarters and halves of a year, and fiscal years.
//!
//! Letters before a digit name much else (h1, q1, fy): without a year they are no period.

use super::date::{digits_at, ends_number, skip_space, word_at, year};
use super::han;
use super::value::NumberValue;

/// Years that letters before or after them may make a period of.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2099;
/// The century of a year of two digits: FY23, 1Q24.
const CENTURY: i16 = 2000;
/// What makes the characters `三季度` a count of quarters, where it stands before them.
const COUNTS_BEFORE: &[char] = &['前', '近', '续', '后', '过', '去', '这', '每', '首', '末', '连'];

/// `第一季度`, `1季度`, `第三季`, `上半年`, `Q1` after 年.
pub(super) fn after_year(text: &str, at: usize, year: i16) -> Option<(NumberValue, usize)> {
    let at = text.len() - text[at..].strip_prefix('度').unwrap_or(&text[at..]).len();
    let start = skip_space(text, at);
    let rest = &text[start..];
    for (half, name) in [(1, "上半年"), (2, "下半年")] {
        if rest.starts_with(name) {
            return Some((part(Some(year), 2, half)?, start + name.len()));
        }
    }
    if let Some((value, end)) = lettered_part(text, start) {
        return ends_number(text, end).then(|| Some((part(Some(year), value.0, value.1)?, end)))?;
    }
    let (ordinal, from) = match rest.strip_prefix('第') {
        Some(rest) => (true, text.len() - rest.len()),
        None => (false, start),
    };
    let (number, from) = small(text, skip_space(text, from))?;
    let rest = text[skip_space(text, from)..].strip_prefix('季')?;
    let end = text.len() - rest.len();
    match rest.strip_prefix('度') {
        Some(rest) => Some((part(Some(year), 4, number)?, text.len() - rest.len())),
        // 第三季, as Taiwan writes it; 四季 are seasons.
        None => ordinal.then(|| Some((part(Some(year), 4, number)?, end)))?,
    }
}

/// `季度` after a number: 一季度, 第 3 季度. `before` is what stands before the number.
pub(super) fn quarter(
    text: &str,
    before: &str,
    at: usize,
    number: u64,
) -> Option<(NumberValue, usize)> {
    let rest = text[skip_space(text, at)..].strip_prefix("季度")?;
    if before.ends_with(COUNTS_BEFORE) {
        return None;
    }
    Some((part(None, 4, u8::try_from(number).ok()?)?, text.len() - rest.len()))
}

/// What makes four digits a fiscal year or, with what follows, a part of the year: 2023财年,
/// `2023 fiscal year`, 2024Q1, `2024 Q1`, 2024-Q1.
pub(super) fn after_digits(text: &str, at: usize, year: i16) -> Option<(NumberValue, usize)> {
    let year = Some(year).filter(|year| YEARS.contains(year))?;
    let start = skip_space(text, at);
    for name in ["财年", "财政年度", "会计年度", "财务年度"] {
        if text[start..].starts_with(name) {
            return Some((NumberValue::FiscalYear(year), start + name.len()));
        }
    }
    if start > at && text[start..].starts_with("fiscal year") {
        let end = start + "fiscal year".len();
        return ends_number(text, end).then_some((NumberValue::FiscalYear(year), end));
    }
    let joint = text[at..].starts_with(['-', '/', ' ']);
    let ((of, number), end) = lettered_part(text, at + usize::from(joint))?;
    ends_number(text, end).then(|| Some((part(Some(year), of, number)?, end)))?
}

/// `1Q24`, `2H 2023`: what follows the digit. 2h30 and 2h 30 are times.
pub(super) fn after_digit(text: &str, at: usize, number: u64) -> Option<(NumberValue, usize)> {
    let of = of_letter(text, at)?;
    let start = skip_space(text, at + 1);
    let (year, end) = short_year(text, start, of == 4 && start == at + 1)?;
    Some((part(Some(year), of, u8::try_from(number).ok()?)?, end))
}

/// A period that begins with a word: `Q1 2024`, `H1 of 2024`, `FY2023`, `fiscal year 2023`.
pub(super) fn named(text: &str, at: usize, word: &str) -> Option<(NumberValue, usize)> {
    match word {
        "fy" | "fiscal" => {
            let (year, end) = fiscal_year(text, at)?;
            Some((NumberValue::FiscalYear(year), end))
        }
        "q" | "h" => {
            let ((of, number), end) = lettered_part(text, at)?;
            let (year, end) = following_year(text, end)?;
            Some((part(Some(year), of, number)?, end))
        }
        _ => None,
    }
}

/// `quarter` or `half` after an English ordinal, and the year: `first quarter of 2024`.
pub(super) fn after_ordinal(text: &str, at: usize, number: u64) -> Option<(NumberValue, usize)> {
    let start = at + usize::from(matches!(text.as_bytes().get(at), Some(b' ' | b'-')));
    let word = word_at(text, start);
    let of = match word {
        "quarter" => 4,
        "half" => 2,
        _ => return None,
    };
    let end = start + word.len();
    let number = u8::try_from(number).ok()?;
    if let Some((year, end)) = following_year(text, end) {
        return Some((part(Some(year), of, number)?, end));
    }
    // Of a match or of the moon's month. A half is mostly of something else.
    let of_year = text[end..].starts_with(" of the year");
    let alone = of == 4 && !text[end..].starts_with(" of ") && !text[end..].starts_with(" moon");
    (of_year || alone).then(|| Some((part(None, of, number)?, end)))?
}

/// ` 2024`, ` of 2024`, `, 2024`, `-2024`, `'24`, ` FY24`, ` of fiscal 2024`.
fn following_year(text: &str, at: usize) -> Option<(i16, usize)> {
    let rest = &text[at..];
    let joint = [" of the year ", " of ", " in ", ", ", " '", " ", "-", "/", "'", "’"];
    let joint = joint.into_iter().find(|joint| rest.starts_with(joint))?;
    let start = at + joint.len();
    fiscal_year(text, start).or_else(|| short_year(text, start, joint.ends_with(['\'', '’'])))
}

/// `FY2023`, `FY 23`, `fiscal 2023`, `fiscal year 2023`.
fn fiscal_year(text: &str, at: usize) -> Option<(i16, usize)> {
    let rest = &text[at..];
    let word = ["fiscal year", "fiscal", "fy"].into_iter().find(|word| rest.starts_with(word))?;
    let end = at + word.len();
    let start = skip_space(text, end);
    if word != "fy" && start == end {
        return None;
    }
    short_year(text, start, word == "fy")
}

/// A year of four digits, or of two where `short`.
fn short_year(text: &str, at: usize, short: bool) -> Option<(i16, usize)> {
    let digits = digits_at(text, at);
    let year = match digits.len() {
        2 if short => CENTURY + digits.parse::<i16>().ok()?,
        _ => year(digits)?,
    };
    let end = at + digits.len();
    (YEARS.contains(&year) && ends_number(text, end)).then_some((year, end))
}

/// Of how many parts of a year the letter at `at` speaks.
fn of_letter(text: &str, at: usize) -> Option<u8> {
    match text.as_bytes().get(at)? {
        b'q' => Some(4),
        b'h' => Some(2),
        _ => None,
    }
}

/// `q1`, `h2`: of how many parts and which one.
fn lettered_part(text: &str, at: usize) -> Option<((u8, u8), usize)> {
    let of = of_letter(text, at)?;
    let digits = digits_at(text, at + 1);
    let number = digits.parse().ok().filter(|number| digits.len() == 1 && *number <= of)?;
    Some(((of, number), at + 2))
}

/// One digit in either script.
fn small(text: &str, at: usize) -> Option<(u8, usize)> {
    let digits = digits_at(text, at);
    if !digits.is_empty() {
        return Some((digits.parse().ok()?, at + digits.len()));
    }
    let numeral = han::numeral(&text[at..])?;
    Some((u8::try_from(numeral.value.to_u64()?).ok()?, at + numeral.length))
}

fn part(year: Option<i16>, of: u8, part: u8) -> Option<NumberValue> {
    (1..=of).contains(&part).then_some(NumberValue::YearPart { year, of, part })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, terms};

    #[test]
    fn quarters_and_halves_of_a_year_in_every_notation() {
        for text in [
            "2024年第一季度",
            "2024年一季度",
            "2024 年第 1 季度",
            "2024年1季度",
            "二〇二四年第一季度",
            "2024年度第一季度",
            "2024年第一季財報",
            "民國113年第一季",
            "2024年Q1",
            "Q1 2024",
            "q1 of 2024",
            "Q1, 2024",
            "Q1'24",
            "Q1 FY2024",
            "Q1-2024",
            "2024Q1",
            "2024 Q1",
            "2024-Q1",
            "1Q24",
            "1Q 2024",
            "first quarter of 2024",
            "first-quarter 2024",
            "first quarter of fiscal 2024",
            "1st quarter of 2024",
            "first quarter of the year 2024",
        ] {
            assert_eq!(terms(text), ["q2024-1"], "{text}");
        }
        check(&[
            ("2024年上半年", "h2024-1"),
            ("first half of 2024", "h2024-1"),
            ("H1 2024", "h2024-1"),
            ("2H 2024", "h2024-2"),
            ("下半年 2024年下半年", "h2024-2"),
            ("第三季度", "q--3"),
            ("一季度", "q--1"),
            ("3季度", "q--3"),
            ("third quarter", "q--3"),
            ("fourth-quarter earnings", "q--4"),
            ("Q4 2023 and Q1 2024", "q2023-4 q2024-1"),
        ]);
        assert_ne!(terms("2024年第一季度"), terms("2024年第二季度"));
    }

    #[test]
    fn what_looks_like_a_quarter_is_none() {
        check(&[
            ("Q1: what is it", ""),
            ("2h30 2h 30", "n3e1"),
            ("h1 heading", ""),
            ("h264 q4_0", ""),
            ("Q5 2024", "n2024"),
            ("2024年前三季度", "d2024"),
            ("2024年四季如春", "d2024"),
            ("近三季度", ""),
            ("2024Q1b", ""),
            ("first half of the match", "o1"),
            ("first quarter of the game", "o1"),
            ("第三季播出", "o3"),
        ]);
    }

    #[test]
    fn fiscal_years() {
        for text in [
            "2023财年",
            "2023財政年度",
            "2023会计年度",
            "二〇二三财年",
            "FY2023",
            "FY 2023",
            "FY23",
            "fiscal year 2023",
            "fiscal 2023",
            "2023 fiscal year",
        ] {
            assert_eq!(terms(text), ["y2023"], "{text}");
        }
        check(&[("fy2023x", ""), ("fiscal policy", ""), ("fy 12345", "n12345")]);
    }
}
