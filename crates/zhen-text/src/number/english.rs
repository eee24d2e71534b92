//! English numerals, and the words that stand beside numbers.

use super::date::{MONTHS, digits_at, skip_space, word_at};
use super::value::{Decimal, NumberValue};
use super::words::{Beginnings, Words};

/// Words of a numeral at most.
const LONGEST: usize = 24;

/// The power of ten of a scale word.
pub(super) fn scale(word: &str) -> Option<i32> {
    Some(match word {
        "thousand" | "thousands" => 3,
        "million" | "millions" => 6,
        "billion" | "billions" => 9,
        "trillion" | "trillions" => 12,
        _ => return None,
    })
}

/// What a multiplying word after a number multiplies by: a factor and a power of ten.
pub(super) fn multiplier(word: &str) -> Option<(u32, i32)> {
    match word {
        "hundred" | "hundreds" => Some((1, 2)),
        "dozen" => Some((12, 0)),
        "bn" => Some((1, 9)),
        "mn" | "mln" => Some((1, 6)),
        _ => scale(word).map(|power| (1, power)),
    }
}

/// `one` to `ninety`.
static CARDINALS: Words = Words::new(&[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
]);

/// `first` to `hundredth`.
static ORDINALS: Words = Words::new(&[
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("eleventh", 11),
    ("twelfth", 12),
    ("thirteenth", 13),
    ("fourteenth", 14),
    ("fifteenth", 15),
    ("sixteenth", 16),
    ("seventeenth", 17),
    ("eighteenth", 18),
    ("nineteenth", 19),
    ("twentieth", 20),
    ("thirtieth", 30),
    ("fortieth", 40),
    ("fiftieth", 50),
    ("sixtieth", 60),
    ("seventieth", 70),
    ("eightieth", 80),
    ("ninetieth", 90),
    ("hundredth", 100),
]);

/// How words begin that may begin a number or a date.
pub(super) static BEGINNINGS: Beginnings =
    Beginnings::of(&[&CARDINALS, &ORDINALS, &OTHERS, &PERIODS, &MONTHS]);

/// What else may begin a number.
static OTHERS: Words = Words::new(&[("a", 1), ("an", 1), ("half", 2)]);

/// What may begin a period of the calendar.
static PERIODS: Words = Words::new(&[("fy", 1), ("fiscal", 1)]);

/// The denominator that a word after a numerator names.
fn denominator(word: &str) -> Option<u32> {
    match word {
        "half" => Some(2),
        "quarter" | "quarters" => Some(4),
        "second" | "seconds" | "first" => None,
        _ => ORDINALS.get(word.strip_suffix('s').unwrap_or(word)).map(u32::from),
    }
}

/// Whether a word begins something that [`numeral`] reads.
pub(super) fn begins(word: &str) -> bool {
    [&CARDINALS, &ORDINALS, &OTHERS].iter().any(|words| words.get(word).is_some())
}

/// The word after a space or hyphen at `at`, and where it begins.
fn next_word(text: &str, at: usize) -> Option<(&str, usize)> {
    let start = at + usize::from(matches!(text.as_bytes().get(at), Some(b' ' | b'-')));
    let word = word_at(text, start);
    (start > at && !word.is_empty()).then_some((word, start))
}

/// The number that the English words at `at` say, and where they end: a quantity, an ordinal, a
/// fraction. Single words below eleven are none: they are parts of language as often as numbers.
pub(super) fn numeral(text: &str, at: usize) -> Option<(NumberValue, usize)> {
    let first = word_at(text, at);
    if let Some(value) = ORDINALS.get(first) {
        if first == "second" && is_time_before(&text[..at]) {
            return None;
        }
        return Some((NumberValue::Ordinal(u64::from(value)), at + first.len()));
    }
    if first == "half" {
        // half a million
        let (a, start) = next_word(text, at + first.len())?;
        let (word, start) = (a == "a").then(|| next_word(text, start + 1))??;
        let (factor, power) = multiplier(word)?;
        let value = Decimal::whole(5).shifted(power - 1).times(factor)?;
        return Some((NumberValue::Quantity(value), start + word.len()));
    }
    let count = cardinal(text, at)?;
    if let Some((word, start)) = next_word(text, count.end) {
        let end = start + word.len();
        if let (Some(numerator), Some(denominator)) = (count.small, denominator(word))
            && (numerator == 1) != (word.ends_with('s'))
            && u32::from(numerator) < denominator
        {
            return Some((NumberValue::fraction(u32::from(numerator), denominator)?, end));
        }
        if let (Some(tens), Some(last)) = (count.small, ORDINALS.get(word))
            && (20..100).contains(&tens)
            && tens % 10 == 0
            && last < 10
        {
            return Some((NumberValue::Ordinal(u64::from(tens + last)), end));
        }
    }
    let is_number = count.small.is_none_or(|value| value > 10) || is_percent(text, count.end);
    is_number.then_some((NumberValue::Quantity(count.value), count.end))
}

/// Whether the word before `second` makes it a time: per second, 30 second, a second.
fn is_time_before(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '-']);
    let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
    let word = &before[start..];
    matches!(word, "per" | "a" | "each" | "every" | "split")
        || word.starts_with(|c: char| c.is_ascii_digit())
}

struct Cardinal {
    value: Decimal,
    end: usize,
    /// The value, when it was said with words below one hundred only.
    small: Option<u8>,
}

/// `two hundred and five thousand`, `twenty-five point four billion`, `a million`, `two dozen`.
fn cardinal(text: &str, at: usize) -> Option<Cardinal> {
    let (mut total, mut group) = (Decimal::whole(0), 0u32);
    let mut end = at;
    let mut word = word_at(text, at);
    let mut start = at;
    let mut small = Some(0u8);
    // Scales come in falling order, each at most once.
    let mut last_scale = i32::MAX;
    if matches!(word, "a" | "an") {
        let (next, next_start) = next_word(text, at + word.len())?;
        multiplier(next)?;
        group = 1;
        small = None;
        (word, start) = (next, next_start);
    }
    for _ in 0..LONGEST {
        if let Some(value) = CARDINALS.get(word) {
            // Twenty takes one to nine, a hundred takes anything below; nothing else goes together.
            let fits = match group % 100 {
                0 => true,
                before => before >= 20 && before.is_multiple_of(10) && value < 10,
            };
            if !fits {
                break;
            }
            group += u32::from(value);
            small = small.map(|before| before + value);
        } else if word == "hundred" && (1..100).contains(&group) {
            group *= 100;
            small = None;
        } else if word == "dozen" && (1..100).contains(&group) && total == Decimal::whole(0) {
            let value = Decimal::whole(u128::from(group * 12));
            return Some(Cardinal { value, end: start + word.len(), small: None });
        } else if let Some(power) = scale(word).filter(|power| *power < last_scale && group > 0) {
            total = total.plus(Decimal::whole(u128::from(group)).shifted(power))?;
            (group, last_scale, small) = (0, power, None);
        } else {
            break;
        }
        end = start + word.len();
        let Some((next, next_start)) = next_word(text, end) else { break };
        (word, start) = (next, next_start);
        if word == "and" && small.is_none() {
            let Some((next, next_start)) = next_word(text, start + word.len()) else { break };
            if CARDINALS.get(next).is_none() {
                break;
            }
            (word, start) = (next, next_start);
        } else if word == "point" {
            if let Some((fraction, after)) = spoken_fraction(text, start + word.len()) {
                let value = total.plus(Decimal::whole(u128::from(group)))?.plus(fraction)?;
                return Some(scaled(text, value, after));
            }
            break;
        }
    }
    let value = total.plus(Decimal::whole(u128::from(group)))?;
    (end > at).then_some(Cardinal { value, end, small })
}

/// `four`, `one four one five` after `point`.
fn spoken_fraction(text: &str, at: usize) -> Option<(Decimal, usize)> {
    let (mut value, mut places, mut end) = (0u128, 0, at);
    while let Some((word, start)) = next_word(text, end) {
        let digit =
            if word == "zero" { Some(0) } else { CARDINALS.get(word).filter(|digit| *digit < 10) };
        let Some(digit) = digit.filter(|_| places < 20) else { break };
        value = value * 10 + u128::from(digit);
        places += 1;
        end = start + word.len();
    }
    (places > 0).then(|| (Decimal::whole(value).shifted(-places), end))
}

fn scaled(text: &str, value: Decimal, at: usize) -> Cardinal {
    if let Some((word, start)) = next_word(text, at)
        && let Some(power) = scale(word)
    {
        return Cardinal { value: value.shifted(power), end: start + word.len(), small: None };
    }
    Cardinal { value, end: at, small: None }
}

fn is_percent(text: &str, at: usize) -> bool {
    percent_end(text, at).is_some()
}

/// Where the sign for thousandths or ten thousandths after a number ends, and the power of ten that makes
/// these hundredths.
pub(super) fn small_parts_end(text: &str, at: usize) -> Option<(i32, usize)> {
    let start = skip_space(text, at);
    let sign = text[start..].chars().next()?;
    let power = match sign {
        '‰' => -1,
        '‱' => -2,
        _ => return None,
    };
    Some((power, start + sign.len_utf8()))
}

/// Where a percent sign or word after a number ends.
pub(super) fn percent_end(text: &str, at: usize) -> Option<usize> {
    if text[at..].starts_with('%') {
        return Some(at + 1);
    }
    let start = skip_space(text, at);
    if text[start..].starts_with('%') {
        return Some(start + 1);
    }
    if let Some(rest) = text[start..].strip_prefix("个百分点") {
        return Some(text.len() - rest.len());
    }
    let (word, start) = next_word(text, at)?;
    let end = start + word.len();
    match word {
        "percent" | "pct" => Some(end),
        "percentage" => {
            let (word, start) = next_word(text, end)?;
            matches!(word, "point" | "points").then_some(start + word.len())
        }
        "per" => {
            let (word, start) = next_word(text, end)?;
            (word == "cent").then_some(start + word.len())
        }
        _ => None,
    }
}

/// Where `century` after an ordinal ends.
pub(super) fn century_end(text: &str, at: usize) -> Option<usize> {
    let (word, start) = next_word(text, at)?;
    matches!(word, "century" | "centuries").then_some(start + word.len())
}

/// Whether letters directly after digits are a unit of measurement.
pub(super) fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "kg" | "mg"
            | "km"
            | "cm"
            | "mm"
            | "nm"
            | "ml"
            | "kb"
            | "mb"
            | "gb"
            | "tb"
            | "pb"
            | "hz"
            | "khz"
            | "mhz"
            | "ghz"
            | "kw"
            | "mw"
            | "gw"
            | "kwh"
            | "kv"
            | "ma"
            | "mah"
            | "ms"
            | "ns"
            | "us"
            | "min"
            | "mins"
            | "sec"
            | "hr"
            | "hrs"
            | "px"
            | "pt"
            | "em"
            | "mph"
            | "kmh"
            | "kph"
            | "bps"
            | "kbps"
            | "mbps"
            | "gbps"
            | "fps"
            | "rpm"
            | "usd"
            | "rmb"
            | "cny"
            | "hkd"
            | "twd"
            | "eur"
            | "gbp"
            | "jpy"
            | "lb"
            | "lbs"
            | "oz"
            | "ft"
            | "in"
            | "yd"
            | "sqm"
            | "kcal"
            | "kpa"
            | "mpa"
            | "db"
            | "ppm"
            | "dpi"
    )
}

/// The digits right after a sign for numbers of things (#5, no. 5) are no quantities; nor are those
/// of a version.
pub(super) fn announces_version(before: &str) -> bool {
    let before = before.trim_end_matches([' ', ':']);
    ["version", "release", "ver", "ver.", "版本", "版"].iter().any(|word| before.ends_with(word))
}

/// Whether the word before a number makes it one in a row: *chapter 3* is 第三章.
pub(super) fn announces_place(before: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    let start = before.trim_end_matches(|c: char| c.is_ascii_lowercase()).len();
    let is_word = !before[..start].ends_with(|c: char| c.is_alphanumeric());
    is_word
        && matches!(
            &before[start..],
            "chapter" | "article" | "section" | "clause" | "paragraph" | "volume" | "episode"
        )
}

/// Whether the words before four digits make them a year.
pub(super) fn announces_year(before: &str) -> bool {
    if before.ends_with('(') {
        return true;
    }
    let is_sign = |text: &str| text.ends_with('©');
    let Some(before) = before.strip_suffix(' ') else { return is_sign(before) };
    if is_sign(before) {
        return true;
    }
    let start = before.trim_end_matches(|c: char| c.is_ascii_lowercase()).len();
    matches!(
        &before[start..],
        "in" | "since"
            | "until"
            | "till"
            | "year"
            | "circa"
            | "during"
            | "early"
            | "late"
            | "mid"
            | "summer"
            | "winter"
            | "spring"
            | "autumn"
            | "ad"
    )
}

/// Whether digits are followed by `BC` or `BCE`; where that ends.
pub(super) fn before_common_era(text: &str, at: usize) -> Option<usize> {
    let (word, start) = next_word(text, at)?;
    let after = start + word.len();
    (matches!(word, "bc" | "bce") && digits_at(text, after).is_empty()).then_some(after)
}
