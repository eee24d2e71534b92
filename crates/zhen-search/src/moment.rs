//! Points and spans of time, as conditions and fields name them.

use time::format_description::well_known::Rfc3339;
use time::util::days_in_year;
use time::{Date, Month, OffsetDateTime};

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// The moment that a text is.
pub(crate) fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// Whether a moment lies in the span of time that a text names.
pub(crate) fn within(text: &str, seconds: i64) -> bool {
    span(text).is_some_and(|(from, to)| (from..to).contains(&seconds))
}

/// The span of time that a year, month, day (also as `20240521`) or moment names: its first second,
/// and the first after it, in seconds since 1970 (UTC).
pub(crate) fn span(text: &str) -> Option<(i64, i64)> {
    if let Some(moment) = moment(text) {
        let from = moment.unix_timestamp();
        return Some((from, from + 1));
    }
    let is_day = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = match is_day {
        true => vec![&text[..4], &text[4..6], &text[6..]],
        false => text.split(['-', '/', '.']).collect(),
    };
    let year: i32 = parts.first().filter(|y| y.len() == 4)?.parse().ok()?;
    let month = match parts.get(1) {
        Some(month) => Some(Month::try_from(month.parse::<u8>().ok()?).ok()?),
        None => None,
    };
    let day = match parts.get(2) {
        Some(day) => Some(day.parse::<u8>().ok()?),
        None => None,
    };
    let first =
        Date::from_calendar_date(year, month.unwrap_or(Month::January), day.unwrap_or(1)).ok()?;
    // After the last day of the year 9999 there is no date, but there are seconds.
    let days = match (month, day) {
        (_, Some(_)) => 1,
        (Some(month), None) => month.length(year).into(),
        (None, None) => days_in_year(year),
    };
    let from = first.midnight().assume_utc().unix_timestamp();
    (parts.len() <= 3).then(|| (from, from + i64::from(days) * SECONDS_OF_DAY))
}

/// The span of time that what begins so lies in. `None` where that is not one: `2024-1` begins no month, or
/// three.
pub(crate) fn span_begun(text: &str) -> Option<(i64, i64)> {
    let last = text.rsplit(['-', '/', '.']).next()?;
    span(text).filter(|_| last.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_names_its_span() {
        let day = 24 * 60 * 60;
        assert_eq!(span("1970"), Some((0, 365 * day)));
        assert_eq!(span("1970-02"), Some((31 * day, 59 * day)));
        assert_eq!(span("1970-01-02"), Some((day, 2 * day)));
        assert_eq!(span("19700102"), Some((day, 2 * day)));
        assert_eq!(span("19701302"), None);
        assert_eq!(span("1970-01-01T00:00:05Z"), Some((5, 6)));
        assert_eq!(span("soon"), None);
        assert_eq!(span("1970-13"), None);
        assert_eq!(span("1970-02-29"), None);
        let leap = span("2024-02").unwrap();
        assert_eq!(leap.1 - leap.0, 29 * day);
        let last = span("9999").unwrap();
        assert_eq!(last.1 - last.0, 365 * day);
        assert_eq!(span("9999-12").unwrap(), (last.1 - 31 * day, last.1));
        assert_eq!(span("9999-12-31").unwrap(), (last.1 - day, last.1));
    }
}
