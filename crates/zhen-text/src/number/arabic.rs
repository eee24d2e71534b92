//! Numbers written with digits: what a cluster of digits and signs between them is.

use super::date::{self, digits_at, skip_space, word_at, year};
use super::value::{Decimal, NumberValue};
use super::{Found, english, from_tenths, han, period, units};

/// Longest cluster read, in bytes; longer ones are data, no numbers.
const LONGEST: usize = 48;
/// Most digits of a plain number; longer ones are numbers of things.
const MOST_DIGITS: usize = 12;
/// Most parts of a cluster.
const PARTS: usize = 12;

/// What joins groups of digits, with its length in bytes. A space never does.
pub(super) fn joint(text: &str, at: usize) -> Option<(char, usize)> {
    let c = text[at..].chars().next()?;
    let joins = matches!(c, '.' | ',' | ':' | '-' | '/' | '~' | '–' | '—' | '−' | '～');
    let end = at + c.len_utf8();
    let digit = text.as_bytes().get(end).is_some_and(u8::is_ascii_digit);
    (joins && digit).then_some((if c.is_ascii() { c } else { '~' }, c.len_utf8()))
}

/// Groups of digits and what joins them.
struct Cluster<'a> {
    groups: [&'a str; PARTS],
    joints: [char; PARTS],
    count: usize,
    end: usize,
    overlong: bool,
}

impl<'a> Cluster<'a> {
    fn at(text: &'a str, start: usize) -> Self {
        let mut cluster = Self {
            groups: [""; PARTS],
            joints: ['\0'; PARTS],
            count: 0,
            end: start,
            overlong: false,
        };
        loop {
            let group = digits_at(text, cluster.end);
            cluster.end += group.len();
            if cluster.count == PARTS || cluster.end - start > LONGEST {
                cluster.overlong = true;
            } else {
                cluster.groups[cluster.count] = group;
                cluster.count += 1;
            }
            let Some((sign, length)) = joint(text, cluster.end) else { return cluster };
            if cluster.count < PARTS {
                cluster.joints[cluster.count] = sign;
            }
            cluster.end += length;
        }
    }

    fn groups(&self) -> &[&'a str] {
        &self.groups[..self.count]
    }

    /// Signs between the groups, in order.
    fn joints(&self) -> &[char] {
        &self.joints[1..self.count.max(1)]
    }
}

/// Reads the number at `start`, where a digit stands and none stands before. Gives where to go on.
pub(super) fn read(text: &str, start: usize, found: &mut impl FnMut(Found)) -> usize {
    let cluster = Cluster::at(text, start);
    let end = cluster.end;
    if cluster.overlong || is_within_name(&text[..start]) {
        return end_of_name(text, end);
    }
    if text[..start].ends_with('+') && Measured::at(text, end).is_none() {
        return end_of_telephone_number(text, end);
    }
    if let Some((value, end)) = dated(text, &cluster) {
        found(Found { range: start..end, value });
        return end;
    }
    if let Some(middle) = range(&cluster) {
        let left = number(&cluster.groups()[..middle], &cluster.joints()[..middle - 1]);
        let right = number(&cluster.groups()[middle..], &cluster.joints()[middle..]);
        return match (left, right) {
            (Some(left), Some(right)) => read_range(text, start, &cluster, left, right, found),
            _ => end_of_name(text, end),
        };
    }
    if let Some(value) = number(cluster.groups(), cluster.joints()) {
        return read_number(text, start, &cluster, value, found);
    }
    let is_list = cluster.count > 1 && cluster.joints().iter().all(|sign| *sign == ',');
    if is_list && !is_name_after(text, end) {
        // A list without spaces: 5,10,15.
        let mut at = start;
        for group in cluster.groups() {
            if let Some(value) = plain(group) {
                found(Found { range: at..at + group.len(), value: NumberValue::Quantity(value) });
            }
            at += group.len() + 1;
        }
    }
    end_of_name(text, end)
}

/// Whether what stands before a digit makes it a part of a name: h264, utf-8, #5, a/1, host:80.
fn is_within_name(before: &str) -> bool {
    let mut chars = before.chars().rev();
    match chars.next() {
        Some(c) if c.is_ascii_alphanumeric() => true,
        Some('_' | '#' | '@' | '\\') => true,
        Some('-' | '.' | '/' | ':' | '=' | '&') => {
            chars.next().is_some_and(|c| c.is_ascii_alphanumeric())
        }
        _ => false,
    }
}

/// Where the name that goes on at `at` ends: 3d_view, 4f/abc.
fn end_of_name(text: &str, at: usize) -> usize {
    let goes_on = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    at + text.as_bytes()[at..].iter().take_while(|b| goes_on(**b)).count()
}

/// Where the groups of digits of a telephone number that began with + end: +86 10 1234 5678.
fn end_of_telephone_number(text: &str, at: usize) -> usize {
    let part = |b: &u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'(' | b')');
    at + text.as_bytes()[at..].iter().take_while(|b| part(b)).count()
}

/// A number without separators; not one with zeros before it, nor one of too many digits.
pub(super) fn plain(group: &str) -> Option<Decimal> {
    let fine = group.len() <= MOST_DIGITS && (group.len() == 1 || !group.starts_with('0'));
    fine.then(|| Decimal::parse(group))?
}

/// 25400, 25,400,000, 25.4, 1,000.50.
fn number(groups: &[&str], joints: &[char]) -> Option<Decimal> {
    let (first, rest) = groups.split_first()?;
    let point = joints.last().is_some_and(|sign| *sign == '.');
    let (thousands, fraction) = match rest.split_last() {
        Some((last, middle)) if point => (middle, Some(*last)),
        _ => (rest, None),
    };
    let grouped = !thousands.is_empty();
    let commas = joints[..thousands.len()].iter().all(|sign| *sign == ',');
    let rest_fits = joints.len() == thousands.len() + usize::from(fraction.is_some());
    let whole_is_plain = first.len() == 1 || !first.starts_with('0');
    let grouping_fits = !grouped
        || first.len() <= 3
            && !first.starts_with('0')
            && thousands.iter().all(|group| group.len() == 3);
    if !commas || !rest_fits || !whole_is_plain || !grouping_fits {
        return None;
    }
    if !grouped && first.len() > MOST_DIGITS || is_mobile_phone(first) && groups.len() == 1 {
        return None;
    }
    let mut digits: String = first.to_string();
    thousands.iter().for_each(|group| digits.push_str(group));
    if let Some(fraction) = fraction {
        digits.push('.');
        digits.push_str(fraction);
    }
    Decimal::parse(&digits)
}

fn is_mobile_phone(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Where the right side of a range begins: 10-20, 1,000–2,000, 1.5~2.
fn range(cluster: &Cluster<'_>) -> Option<usize> {
    let is_dash = |sign: &char| matches!(sign, '-' | '~');
    let joints = cluster.joints();
    let at = joints.iter().position(is_dash)?;
    (joints.iter().filter(|sign| is_dash(sign)).count() == 1).then_some(at + 1)
}

/// A date in digits alone.
fn dated(text: &str, cluster: &Cluster<'_>) -> Option<(NumberValue, usize)> {
    let groups = cluster.groups();
    let part = |group: &str| (group.len() <= 2).then(|| group.parse::<u8>().ok())?;
    let value = match (groups, cluster.joints()) {
        ([y, m, d], [a, b]) if a == b && matches!(a, '-' | '/' | '.') && y.len() == 4 => {
            NumberValue::date(Some(year(y)?), Some(part(m)?), Some(part(d)?))?
        }
        ([a, b, y], [x, z]) if x == z && matches!(x, '-' | '/' | '.') && y.len() == 4 => {
            // Only where the order cannot be mistaken.
            let (month, day) = match (part(a)?, part(b)?) {
                (day @ 13.., month) => (month, day),
                (month, day @ 13..) => (month, day),
                _ => return None,
            };
            NumberValue::date(Some(year(y)?), Some(month), Some(day))?
        }
        ([y, m], ['-' | '/']) if y.len() == 4 && m.len() == 2 => {
            NumberValue::date(Some(year(y)?), Some(part(m)?), None)?
        }
        _ => return None,
    };
    let mut end = cluster.end;
    let rest = &text[end..];
    if rest.starts_with('t') && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        // The time of day of an ISO 8601 date.
        let time = |b: &u8| b.is_ascii_digit() || matches!(b, b't' | b':' | b'.' | b'+' | b'z');
        end += rest.bytes().take_while(time).count();
    }
    let goes_on = text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (!goes_on).then_some((value, end))
}

fn read_range(
    text: &str,
    start: usize,
    cluster: &Cluster<'_>,
    left: Decimal,
    right: Decimal,
    found: &mut impl FnMut(Found),
) -> usize {
    let groups = cluster.groups();
    let end = cluster.end;
    let left_end = start + groups[0].len();
    let right_start = end - groups[groups.len() - 1].len();
    if let ([from, to], Some(first), Some(last)) =
        (groups, year(groups[0]), year(groups[groups.len() - 1]))
        && first <= last
    {
        let date = |year| NumberValue::Date { year: Some(year), month: None, day: None };
        found(Found { range: start..start + from.len(), value: date(first) });
        let (value, end) = date::from_year(text, end, last).unwrap_or((date(last), end));
        found(Found { range: right_start..end.max(right_start + to.len()), value });
        return end;
    }
    // 555-1234 is rather a telephone number than a range; 12-3 is a result.
    let lengths = (groups[0].len(), groups[groups.len() - 1].len());
    let rises = left.to_u64().zip(right.to_u64()).is_none_or(|(a, b)| a < b);
    let measured = Measured::at(text, end);
    if !rises || groups.len() == 2 && lengths == (3, 4) && measured.is_none() {
        return end_of_name(text, end);
    }
    let Some(measured) = measured else {
        let is_calendar = text[skip_space(text, end)..].starts_with('月');
        if is_name_after(text, end) || is_calendar || is_part_of_time(text, end) {
            return end_of_name(text, end);
        }
        found(Found { range: start..left_end, value: NumberValue::Quantity(left) });
        found(Found { range: right_start..end, value: NumberValue::Quantity(right) });
        return end;
    };
    if let Some(value) = measured.apply(left) {
        found(Found { range: start..left_end, value });
    }
    if let Some(value) = measured.apply(right) {
        found(Found { range: right_start..measured.end, value });
    }
    measured.end
}

/// What follows a number and changes its value.
struct Measured {
    factor: u32,
    power: i32,
    percent: bool,
    end: usize,
}

impl Measured {
    fn at(text: &str, at: usize) -> Option<Self> {
        let (mut factor, mut power, mut end) = (1, 0, at);
        let mut any = false;
        if let Some((units, after)) = units::multiplier(text, at) {
            (power, end, any) = (units, after, true);
        } else {
            // hundred thousand, million
            for _ in 0..2 {
                let start =
                    end + usize::from(matches!(text.as_bytes().get(end), Some(b' ' | b'-')));
                let word = word_at(text, start);
                let abbreviated = word.len() <= 3;
                if start > end && abbreviated && word != "bn" {
                    break;
                }
                let after = start + word.len();
                let goes_on = text.as_bytes().get(after).is_some_and(u8::is_ascii_alphanumeric);
                let Some((f, p)) = english::multiplier(word).filter(|_| !goes_on) else { break };
                (factor, power, end, any) = (factor * f, power + p, after, true);
            }
        }
        let percent = english::percent_end(text, end);
        any |= percent.is_some();
        any.then(|| Self { factor, power, percent: percent.is_some(), end: percent.unwrap_or(end) })
    }

    fn apply(&self, value: Decimal) -> Option<NumberValue> {
        let value = value.times(self.factor)?.shifted(self.power);
        Some(if self.percent { NumberValue::Percent(value) } else { NumberValue::Quantity(value) })
    }
}

/// Whether the letters after digits make them a part of a name.
fn is_name_after(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    match rest.chars().next() {
        Some('_' | '@' | '\\') => true,
        Some('/') => rest[1..].starts_with(|c: char| c.is_ascii_alphanumeric()),
        Some(c) if c.is_ascii_alphabetic() => {
            let word = word_at(text, at);
            let goes_on = text
                .as_bytes()
                .get(at + word.len())
                .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
            goes_on || !english::is_unit(word)
        }
        _ => false,
    }
}

fn read_number(
    text: &str,
    start: usize,
    cluster: &Cluster<'_>,
    value: Decimal,
    found: &mut impl FnMut(Found),
) -> usize {
    let end = cluster.end;
    let before = &text[..start];
    let is_whole = cluster.count == 1;
    if cluster.joints().contains(&'.') && english::announces_version(before) {
        return end_of_name(text, end);
    }
    let mut emit = |value, end| {
        found(Found { range: start..end, value });
        end
    };
    if is_whole && let Some((value, end)) = calendar(text, before, end, cluster.groups[0], value) {
        return emit(value, end);
    }
    if let Some((word, end)) = currency_suffix(text, before, end) {
        return emit(NumberValue::Quantity(value.shifted(word)), end);
    }
    if let Some((value, end)) = units::mixed(text, end, value) {
        return emit(NumberValue::Quantity(value), end);
    }
    if let Some((power, end)) = english::small_parts_end(text, end) {
        return emit(NumberValue::Percent(value.shifted(power)), end);
    }
    if let Some(measured) = Measured::at(text, end) {
        return match measured.apply(value) {
            Some(value) => emit(value, measured.end),
            None => end_of_name(text, end),
        };
    }
    if is_part_of_time(text, end) {
        return end_of_time(text, end);
    }
    if is_name_after(text, end) {
        return end_of_name(text, end);
    }
    match value.to_u64().filter(|_| is_whole && english::announces_place(before)) {
        Some(place) => emit(NumberValue::Ordinal(place), end),
        None => emit(NumberValue::Quantity(value), end),
    }
}

/// Years, months, days, decades, centuries and ordinals that begin with a whole number.
fn calendar(
    text: &str,
    before: &str,
    end: usize,
    digits: &str,
    value: Decimal,
) -> Option<(NumberValue, usize)> {
    let number = value.to_u64()?;
    let four = year(digits);
    if let Some(year) = date::year_of_era(before, number)
        && let Some(date) = date::from_year(text, end, year)
    {
        return Some(date);
    }
    if let Some(year) = four {
        if let Some(date) = date::from_year(text, end, year) {
            return Some(date);
        }
        if let Some(period) = period::after_digits(text, end, year) {
            return Some(period);
        }
        let decade = text[end..].starts_with('s')
            && !text[end + 1..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if decade && year % 10 == 0 {
            return Some((NumberValue::Decade(year), end + 1));
        }
    }
    if let Ok(year) = i16::try_from(number)
        && let Some(end) = english::before_common_era(text, end)
    {
        return Some((NumberValue::date(Some(-year), None, None)?, end));
    }
    if let Some(century) = date::from_century(text, end, number) {
        return Some(century);
    }
    if digits.len() == 1
        && let Some(part) = period::after_digit(text, end, number)
            .or_else(|| period::quarter(text, before, end, number))
            .or_else(|| from_tenths(text, before, end, Some(number)))
    {
        return Some(part);
    }
    if let Some(decade) = date::decade_of_last_century(text, before, end, number) {
        return Some(decade);
    }
    if digits.len() <= 2 {
        let small = u8::try_from(number).ok()?;
        if let Some(date) = date::from_month(text, end, small) {
            return Some(date);
        }
        if let Some(date) = date::after_day(text, end, small) {
            return Some(date);
        }
    }
    let suffix = date::ordinal_suffix(text, end);
    if suffix > 0 {
        let end = end + suffix;
        if let Some(part) = period::after_ordinal(text, end, number) {
            return Some(part);
        }
        let century = english::century_end(text, end).zip(u8::try_from(number).ok());
        return Some(match century {
            Some((end, century)) => (NumberValue::Century(century), end),
            None => (NumberValue::Ordinal(number), end),
        });
    }
    let bare = Measured::at(text, end).is_none() && !is_name_after(text, end);
    let year = four.filter(|_| bare && english::announces_year(before))?;
    Some((NumberValue::date(Some(year), None, None)?, end))
}

/// k, m, b and t after an amount of money: $5m, €3.5b.
fn currency_suffix(text: &str, before: &str, at: usize) -> Option<(i32, usize)> {
    if !before.ends_with(['$', '€', '£', '¥']) {
        return None;
    }
    let power = match word_at(text, at) {
        "k" => 3,
        "m" => 6,
        "b" => 9,
        "t" => 12,
        _ => return None,
    };
    let end = at + 1;
    let goes_on = text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric);
    (!goes_on).then_some((power, end))
}

/// Where a time of day goes on to: 3点30分, 12时5分10秒.
fn end_of_time(text: &str, at: usize) -> usize {
    let mut end = skip_space(text, at);
    while let Some(rest) = text[end..].strip_prefix(['点', '时', '分', '秒']) {
        let start = text.len() - rest.len();
        end = start + digits_at(text, start).len();
    }
    end
}

/// Whether what follows makes a number an hour, a day of a month or a house: 3点, 12时, 21日, 5号;
/// or a vague number: 30多万.
fn is_part_of_time(text: &str, at: usize) -> bool {
    let rest = &text[skip_space(text, at)..];
    let mut chars = rest.chars();
    match chars.next() {
        Some('点' | '日' | '号') => true,
        Some('时') => chars.next() != Some('间'),
        Some('多' | '余' | '几' | '来') => chars.next().is_some_and(|c| han::unit(c).is_some()),
        _ => false,
    }
}
