//! Dates in Chinese and English.

use super::value::NumberValue;
use super::words::Words;
use super::{han, period};

/// Years that four digits alone may be.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1000..=2999;

/// Where the text goes on after at most one space.
pub(super) fn skip_space(text: &str, at: usize) -> usize {
    at + usize::from(text.as_bytes().get(at) == Some(&b' '))
}

/// The ASCII digits that stand at `at`.
pub(super) fn digits_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    &rest[..end]
}

/// A number up to 99 in either script, and where it ends.
fn small(text: &str, at: usize) -> Option<(u8, usize)> {
    let digits = digits_at(text, at);
    if !digits.is_empty() {
        return (digits.len() <= 2).then(|| digits.parse().ok())?.map(|n| (n, at + digits.len()));
    }
    let numeral = han::numeral(&text[at..])?;
    Some((u8::try_from(numeral.value.to_u64()?).ok()?, at + numeral.length))
}

/// The year of the common era that four digits say.
pub(super) fn year(digits: &str) -> Option<i16> {
    let year = digits.parse().ok()?;
    (digits.len() == 4 && YEARS.contains(&year)).then_some(year)
}

/// The year that an era's name before a number makes it: 公元前221年, 公元618年, 民国八十三年 (1994).
pub(super) fn year_of_era(before: &str, number: u64) -> Option<i16> {
    /// The year before the first one of the Republic of China.
    const BEFORE_REPUBLIC: i16 = 1911;
    let number = i16::try_from(number).ok()?;
    if before.ends_with("公元前") {
        Some(-number)
    } else if before.ends_with("公元") {
        Some(number)
    } else if before.ends_with("民国") {
        number.checked_add(BEFORE_REPUBLIC)
    } else {
        None
    }
}

/// `年`, and the month and day that may follow: the date of `year`, or its decade.
pub(super) fn from_year(text: &str, at: usize, year: i16) -> Option<(NumberValue, usize)> {
    let at = skip_space(text, at);
    let rest = text[at..].strip_prefix('年')?;
    let end = text.len() - rest.len();
    if rest.starts_with('代') {
        return (year % 10 == 0).then_some((NumberValue::Decade(year), end + '代'.len_utf8()));
    }
    if let Some(part) = period::after_year(text, end, year) {
        return Some(part);
    }
    let date = |month, day| NumberValue::date(Some(year), month, day);
    let month = small(text, skip_space(text, end))
        .and_then(|(month, end)| from_month(text, end, month))
        .filter(|(value, _)| matches!(value, NumberValue::Date { .. }));
    if let Some((NumberValue::Date { month, day, .. }, end)) = month
        && let Some(value) = date(month, day)
    {
        return Some((value, end));
    }
    Some((date(None, None)?, end))
}

/// `月`, and the day that may follow: a date without a year.
pub(super) fn from_month(text: &str, at: usize, month: u8) -> Option<(NumberValue, usize)> {
    let at = skip_space(text, at);
    let rest = text[at..].strip_prefix('月')?;
    let end = text.len() - rest.len();
    if let Some((day, at)) = small(text, skip_space(text, end)) {
        let at = skip_space(text, at);
        if let Some(rest) = text[at..].strip_prefix(['日', '号'])
            && let Some(value) = NumberValue::date(None, Some(month), Some(day))
        {
            return Some((value, text.len() - rest.len()));
        }
    }
    Some((NumberValue::date(None, Some(month), None)?, end))
}

/// `世纪`, and the decade that may follow.
pub(super) fn from_century(text: &str, at: usize, century: u64) -> Option<(NumberValue, usize)> {
    let rest = text[skip_space(text, at)..].strip_prefix("世纪")?;
    let end = text.len() - rest.len();
    let century = u8::try_from(century).ok().filter(|c| (1..=30).contains(c))?;
    if let Some((decade, at)) = small(text, skip_space(text, end))
        && let Some(rest) = text[skip_space(text, at)..].strip_prefix("年代")
        && decade % 10 == 0
        && decade < 100
    {
        let year = (i16::from(century) - 1) * 100 + i16::from(decade);
        return Some((NumberValue::Decade(year), text.len() - rest.len()));
    }
    Some((NumberValue::Century(century), end))
}

/// `年代` after 上世纪 and a number: the decade of the twentieth century.
pub(super) fn decade_of_last_century(
    text: &str,
    before: &str,
    at: usize,
    decade: u64,
) -> Option<(NumberValue, usize)> {
    let rest = text[skip_space(text, at)..].strip_prefix("年代")?;
    let is_last = before.ends_with("上世纪") || before.ends_with("上个世纪");
    let decade = i16::try_from(decade).ok().filter(|d| is_last && d % 10 == 0 && *d < 100)?;
    Some((NumberValue::Decade(1900 + decade), text.len() - rest.len()))
}

/// The months by their English names and the abbreviations of these.
pub(super) static MONTHS: Words = Words::new(&[
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sep", 9),
    ("sept", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
]);

/// Whether a month's name is a date on its own: neither an abbreviation nor a common verb.
pub(super) fn is_plain_month(word: &str) -> bool {
    word.len() > 3 && !matches!(word, "march" | "sept")
}

/// What follows the name of a month: `21, 2024`, `21st 2024`, `2024`, `21`. `at` is where the name
/// ends.
pub(super) fn after_month(text: &str, at: usize, month: u8) -> Option<(NumberValue, usize)> {
    let mut at = at;
    if text[at..].starts_with('.') {
        at += 1;
    }
    let start = skip_space(text, at);
    if start == at && !text[at..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = digits_at(text, start);
    let end = start + digits.len();
    if let Some(year) = year(digits).filter(|_| ends_number(text, end)) {
        return Some((NumberValue::date(Some(year), Some(month), None)?, end));
    }
    let day = digits.parse::<u8>().ok().filter(|_| digits.len() <= 2)?;
    let end = end + ordinal_suffix(text, end);
    if !ends_number(text, end) {
        return None;
    }
    if let Some((year, end)) = trailing_year(text, end) {
        return Some((NumberValue::date(Some(year), Some(month), Some(day))?, end));
    }
    Some((NumberValue::date(None, Some(month), Some(day))?, end))
}

/// The name of a month and the year that may follow, after a day: ` May 2024`, `st of May, 2024`.
pub(super) fn after_day(text: &str, at: usize, day: u8) -> Option<(NumberValue, usize)> {
    let at = skip_space(text, at + ordinal_suffix(text, at));
    let of = text[at..].starts_with("of ");
    let at = if of { at + 3 } else { at };
    let name = word_at(text, at);
    let month = MONTHS.get(name)?;
    let mut end = at + name.len();
    if text[end..].starts_with('.') && name.len() <= 4 {
        end += 1;
    }
    if let Some((year, end)) = trailing_year(text, end) {
        return Some((NumberValue::date(Some(year), Some(month), Some(day))?, end));
    }
    // "Table 3 may show", "the 5 march on": verbs.
    let goes_on = text[end..].strip_prefix(' ').is_some_and(|rest| !word_at(rest, 0).is_empty());
    let is_verb = matches!(name, "may" | "march" | "mar") && !of && goes_on;
    let value = NumberValue::date(None, Some(month), Some(day)).filter(|_| !is_verb)?;
    Some((value, at + name.len()))
}

/// `2024` or `, 2024` after a day.
fn trailing_year(text: &str, at: usize) -> Option<(i16, usize)> {
    let at = if text[at..].starts_with(',') { at + 1 } else { at };
    let start = skip_space(text, at);
    let digits = digits_at(text, start);
    let end = start + digits.len();
    let year = year(digits).filter(|_| start > at || text[..at].ends_with(','))?;
    ends_number(text, end).then_some((year, end))
}

/// Whether a number ends here: no letter and no further part of a number follows.
pub(super) fn ends_number(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    match rest.next() {
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => false,
        Some('.' | ',' | ':' | '-' | '/') => !rest.next().is_some_and(|c| c.is_ascii_digit()),
        _ => true,
    }
}

/// Length of the ordinal ending at `at`; 0 when there is none.
pub(super) fn ordinal_suffix(text: &str, at: usize) -> usize {
    let word = word_at(text, at);
    let goes_on = text.as_bytes().get(at + word.len()).is_some_and(u8::is_ascii_digit);
    if matches!(word, "st" | "nd" | "rd" | "th") && !goes_on { 2 } else { 0 }
}

/// The lower-case ASCII letters that stand at `at`.
pub(super) fn word_at(text: &str, at: usize) -> &str {
    &text[at..end_of_letters(text.as_bytes(), at)]
}

/// Where the lower-case ASCII letters end that stand at `at`, eight looked at at once.
#[inline]
pub(super) fn end_of_letters(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        let eight = u64::from_le_bytes(*eight);
        let low = eight & !HIGH;
        // The highest bit of each byte says whether it is at least `a`, or beyond `z`.
        let at_least_a = low + (0x80 - u64::from(b'a')) * ONES;
        let beyond_z = low + (0x7F - u64::from(b'z')) * ONES;
        let others = HIGH & !(at_least_a & !beyond_z & !eight);
        at += others.trailing_zeros() as usize / 8;
        if others != 0 {
            return at;
        }
    }
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count()
}
