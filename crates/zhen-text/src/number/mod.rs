//! Numbers and dates by what they say, across notations and languages.
//!
//! ```
//! use zhen_text::number::values;
//!
//! let terms = |text: &str| values(text).iter().map(|n| n.value.term()).collect::<Vec<_>>();
//! assert_eq!(terms("254 亿"), terms("25.4 billion"));
//! assert_eq!(terms("百分之八"), terms("8 percent"));
//! assert_eq!(terms("二〇二四年三月"), terms("march 2024"));
//! assert!(terms("call 010-12345678, version 1.2.3, 12:30").is_empty());
//! ```
//!
//! # What is a number
//! Where the same signs may mean different things, the rule is to find no number rather than a
//! wrong one: the text itself is searched anyway.
//! - Quantities: digits with or without thousands separators and decimals; with 千, 万, 亿,
//!   *thousand*, *million*, *bn*, *dozen*; Chinese numerals with units (二百五十四亿, 一万零五, 三点五),
//!   also the financial ones; English numerals from *eleven* and with *hundred*, *million* …
//!   A single Chinese digit is none: 一起, 三角, 十分; nor are *one* to *ten*. 千万不要 and 百万富翁 begin
//!   with a unit, 三四百 and 几十万 are vague: none; but 百万 with nothing beside it is 1,000,000.
//! - Percentages (8%, 八%, 百分之八, 5‰, 三成), fractions (三分之一, *two thirds*), ordinals (第三, *third*, *3rd*,
//!   *chapter 3*).
//! - Quarters, halves and fiscal years: 2024年第一季度, *Q1 2024*, 2024年上半年, *FY2023*; without a year
//!   only 第一季度 and *first quarter*.
//! - Dates: 2024年5月21日, 2024-05-21, 2024/5/21, *May 21st, 2024*, *21 May 2024*, their months and
//!   years; years alone where 年, a word before them (*in 2024*), an era or a range tells; decades
//!   and centuries, also as 上世纪九十年代. 05/06/2024 is read two ways and therefore not at all.
//! - None: telephone numbers, versions, addresses, times of day, ratios, parts of names (*utf-8*,
//!   *h264*, *#5*), numbers with zeros before them, and of more than twelve digits without separators.
//! - Signs are not read: −5 and 零下5 are 5.
//!
//! Cost: linear, one look at each character; nothing is allocated when there is no number.

use std::ops::Range;

mod arabic;
mod date;
mod english;
mod han;
mod period;
mod units;
mod value;
mod words;

pub use value::{Decimal, NumberKind, NumberValue};

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberToken {
    /// Its bytes in the text, with what belongs to its value: 25.4 billion, 百分之八, 2024年3月.
    pub range: Range<usize>,
    /// What it says.
    pub value: NumberValue,
    /// What kind of number it is.
    pub kind: NumberKind,
}

struct Found {
    range: Range<usize>,
    value: NumberValue,
}

/// The numbers and dates of a folded text, in order, without overlap.
pub fn values(folded: &str) -> Vec<NumberToken> {
    let mut out = Vec::new();
    for_each(folded, |Found { range, value }| {
        out.push(NumberToken { range, value, kind: value.kind() });
    });
    out
}

fn for_each(text: &str, mut found: impl FnMut(Found)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'0'..=b'9' => arabic::read(text, at, &mut found),
            b'a'..=b'z' => {
                let end = date::end_of_letters(bytes, at);
                let goes_on = bytes.get(end).is_some_and(|&byte| is_of_name(byte));
                if goes_on || english::BEGINNINGS.may_hold(&bytes[at..end]) {
                    read_word(text, at, end, &mut found)
                } else {
                    end
                }
            }
            0..=0x7F => at + 1,
            // Ideographs, of which nearly none begins a number.
            0xE3..=0xE9
                if let Some(three) = bytes[at..].first_chunk()
                    && !han::begins(*three) =>
            {
                at + 3
            }
            _ => read_other(text, at, &mut found),
        };
    }
}

/// Whether a name goes on with the character: h264, x86_64.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Reads the letters from `at` to `end`, around which there are no others. Gives where to go on.
fn read_word(text: &str, at: usize, end: usize, found: &mut impl FnMut(Found)) -> usize {
    let word = &text[at..end];
    let bytes = text.as_bytes();
    let name = bytes[end..].iter().take_while(|byte| is_of_name(**byte)).count();
    let begins_name = at > 0 && matches!(bytes[at - 1], b'_' | b'@' | b'#' | b'.' | b'/' | b'\'');
    if !begins_name && let Some((value, end)) = period::named(text, at, word) {
        found(Found { range: at..end, value });
        return end;
    }
    if name > 0 && date::MONTHS.get(word).is_none() {
        return end + name;
    }
    if begins_name {
        return end + name;
    }
    if let Some(month) = date::MONTHS.get(word) {
        if let Some((value, end)) = date::after_month(text, end, month) {
            found(Found { range: at..end, value });
            return end;
        }
        if date::is_plain_month(word)
            && name == 0
            && let Some(value) = NumberValue::date(None, Some(month), None)
        {
            found(Found { range: at..end, value });
        }
        return end + name;
    }
    if english::begins(word)
        && let Some((value, end)) = english::numeral(text, at)
    {
        let (value, end) = english_context(text, value, end);
        found(Found { range: at..end, value });
        return end;
    }
    end
}

/// `percent`, `century`, `quarter` and `half` after English words.
fn english_context(text: &str, value: NumberValue, end: usize) -> (NumberValue, usize) {
    match value {
        NumberValue::Quantity(number) => match english::percent_end(text, end) {
            Some(end) => (NumberValue::Percent(number), end),
            None => (value, end),
        },
        NumberValue::Ordinal(number) => {
            if let Some(part) = period::after_ordinal(text, end, number) {
                return part;
            }
            match (english::century_end(text, end), u8::try_from(number)) {
                (Some(end), Ok(century)) => (NumberValue::Century(century), end),
                _ => (value, end),
            }
        }
        _ => (value, end),
    }
}

/// Reads what begins with a character beyond ASCII.
fn read_other(text: &str, at: usize, found: &mut impl FnMut(Found)) -> usize {
    let rest = &text[at..];
    let Some(c) = rest.chars().next() else { return text.len() };
    let after = at + c.len_utf8();
    if c == '第' {
        return read_ordinal(text, at, after, found);
    }
    if !han::is_numeral(c) {
        return after;
    }
    if let Some(end) = read_percent(text, at, found) {
        return end;
    }
    let run_end = at + han::run_length(rest);
    let Some(numeral) = han::numeral(rest) else {
        if stands_alone(text, at..run_end)
            && let Some(value) = han::units(&text[at..run_end])
        {
            found(Found { range: at..run_end, value: NumberValue::Quantity(value) });
        }
        return run_end;
    };
    let end = at + numeral.length;
    let (value, end) = match read_numeral(text, at, &numeral) {
        Some(read) => read,
        None => return end.max(run_end),
    };
    found(Found { range: at..end, value });
    end
}

/// Whether nothing but punctuation stands beside a part of a text, however far.
fn stands_alone(text: &str, range: Range<usize>) -> bool {
    let goes_on = |c: char| c.is_alphanumeric();
    let (before, after) = (text[..range.start].trim_end(), text[range.end..].trim_start());
    !before.ends_with(goes_on) && !after.starts_with(goes_on)
}

/// 第三, 第 3, 第二十一.
fn read_ordinal(text: &str, at: usize, after: usize, found: &mut impl FnMut(Found)) -> usize {
    let start = date::skip_space(text, after);
    let digits = date::digits_at(text, start);
    let (value, end) = if digits.is_empty() {
        match han::numeral(&text[start..]) {
            Some(numeral) => (numeral.value.to_u64(), start + numeral.length),
            None => return start,
        }
    } else {
        let goes_on = text[start + digits.len()..].starts_with(['.', '-', ',', '/']);
        let value = (digits.len() <= 9 && !goes_on).then(|| digits.parse().ok()).flatten();
        (value, start + digits.len())
    };
    let Some(value) = value else { return end };
    let (value, end) =
        period::quarter(text, "", end, value).unwrap_or((NumberValue::Ordinal(value), end));
    found(Found { range: at..end, value });
    end
}

/// 百分之八, 百分之 8.5, 百分之百, 千分之三.
fn read_percent(text: &str, at: usize, found: &mut impl FnMut(Found)) -> Option<usize> {
    const DENOMINATORS: &[(&str, i32)] = &[("百分之", 0), ("千分之", -1), ("万分之", -2)];
    let (start, power) = DENOMINATORS.iter().find_map(|(mark, power)| {
        text[at..].starts_with(mark).then(|| (at + mark.len(), *power))
    })?;
    let start = date::skip_space(text, start);
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let digits = rest[..end].trim_end_matches('.');
    let (value, end) = if !digits.is_empty() {
        (Decimal::parse(digits)?, start + digits.len())
    } else if rest.starts_with('百') {
        (Decimal::whole(100), start + '百'.len_utf8())
    } else {
        let numeral = han::numeral(&text[start..])?;
        (numeral.value, start + numeral.length)
    };
    found(Found { range: at..end, value: NumberValue::Percent(value.shifted(power)) });
    Some(end)
}

/// What a Chinese numeral is, seen with what stands around it; `None` when it is no number.
fn read_numeral(text: &str, at: usize, numeral: &han::Numeral) -> Option<(NumberValue, usize)> {
    let end = at + numeral.length;
    let rest = &text[end..];
    let number = numeral.value.to_u64();
    let before = &text[..at];
    if let Some(after) = rest.strip_prefix("分之") {
        let start = text.len() - after.len();
        let above = han::numeral(after)?;
        let part = |value: Decimal| u32::try_from(value.to_u64()?).ok();
        let value = NumberValue::fraction(part(above.value)?, part(numeral.value)?)?;
        return Some((value, start + above.length));
    }
    // Vague numbers: 几十, 数百; 三十多万.
    let is_vague = before.ends_with(['几', '数', '上', '成', '好'])
        || rest.starts_with(['多', '余', '几', '来'])
            && rest.chars().nth(1).is_some_and(|c| han::unit(c).is_some());
    if !is_vague && let Some(end) = english::percent_end(text, end) {
        return Some((NumberValue::Percent(numeral.value), end));
    }
    if numeral.form == han::Form::Single
        && let Some(read) = from_tenths(text, before, end, number)
    {
        return Some(read);
    }
    if let Some(number) = number {
        let four_digits = i16::try_from(number)
            .ok()
            .filter(|year| numeral.form == han::Form::Digits && date::YEARS.contains(year));
        if let Some(year) = date::year_of_era(before, number).or(four_digits)
            && let Some(read) = date::from_year(text, end, year)
        {
            return Some(read);
        }
        if let Some(year) = four_digits
            && let Some(read) = period::after_digits(text, end, year)
        {
            return Some(read);
        }
        if let Some(read) = period::quarter(text, before, end, number) {
            return Some(read);
        }
        if let Some(read) = date::from_century(text, end, number)
            .or_else(|| date::decade_of_last_century(text, before, end, number))
        {
            return Some(read);
        }
        if let Ok(month) = u8::try_from(number)
            && let Some(read) = date::from_month(text, end, month)
        {
            return Some(read);
        }
    }
    let is_time = rest.starts_with(['点', '时', '日', '号']) && !rest.starts_with("时间");
    let is_counted = match numeral.form {
        han::Form::Counted => true,
        han::Form::Single => han::counts_single(numeral.value, rest),
        han::Form::Digits => false,
    };
    let is_number = is_counted && !is_vague && !is_time;
    is_number.then_some((NumberValue::Quantity(numeral.value), end))
}

/// `成` after a digit: 三成 are 30%, 七成五 75%. `before` is what stands before the digit.
fn from_tenths(
    text: &str,
    before: &str,
    at: usize,
    number: Option<u64>,
) -> Option<(NumberValue, usize)> {
    let (more, length) = han::tenths(&text[at..])?;
    let number = number.filter(|number| (1..10).contains(number) && !before.ends_with('第'))?;
    let percent = Decimal::whole(u128::from(number * 10) + u128::from(more));
    Some((NumberValue::Percent(percent), at + length))
}

#[cfg(test)]
mod tests;
