//! Points in time, as people and programs write them, to RFC 3339 in UTC.

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Normalises a point in time to RFC 3339 in UTC, as `2024-05-21T00:00:00Z`.
///
/// Understood: RFC 3339 and ISO 8601 with or without time, seconds, fraction and offset (no offset
/// means UTC), dates with `-`, `/` or `.`, `20240521`, `2024-05`, `2024`, `2024年5月21日`, RFC 2822,
/// and seconds or milliseconds since 1970 (9 to 10 and 12 to 13 digits). `None` for all else:
/// `01/02/2024` is read by half the world one way and by half the other.
pub fn normalise_time(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            9 | 10 => normalise_epoch(text.parse().ok()?),
            12 | 13 => normalise_epoch(text.parse::<f64>().ok()? / 1000.0),
            8 => render(date(&text[..4], &text[4..6], &text[6..])?, Time::MIDNIGHT, UtcOffset::UTC),
            4 => render(date(text, "1", "1")?, Time::MIDNIGHT, UtcOffset::UTC),
            _ => None,
        };
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return format_utc(moment);
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc2822) {
        return format_utc(moment);
    }
    let (day, rest) = leading_date(text)?;
    let (time, offset) = clock(rest.trim())?;
    render(day, time, offset)
}

/// Normalises seconds since 1970-01-01T00:00:00Z (negative: before); values of 1e11 and more are
/// taken as milliseconds.
pub(crate) fn normalise_epoch(seconds: f64) -> Option<String> {
    let seconds = if seconds.abs() >= 1e11 { seconds / 1000.0 } else { seconds };
    if !seconds.is_finite() || seconds.abs() > 253_402_300_799.0 {
        return None;
    }
    let nanoseconds = (seconds * 1000.0).round() as i128 * 1_000_000;
    format_utc(OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?)
}

fn format_utc(moment: OffsetDateTime) -> Option<String> {
    moment.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

fn render(day: Date, time: Time, offset: UtcOffset) -> Option<String> {
    format_utc(OffsetDateTime::new_in_offset(day, time, offset))
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// Takes digits from the front of `text`.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// `2024-05-21`, `2024/5/21`, `2024.5.21`, `2024-05`, `2024年5月21日`, `2024年5月` and what follows.
fn leading_date(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = digits(text);
    if year.len() != 4 {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('年') {
        let (month, rest) = digits(rest.trim_start());
        let rest = rest.trim_start().strip_prefix('月')?;
        let (day, after) = digits(rest.trim_start());
        return if day.is_empty() {
            Some((date(year, month, "1")?, rest))
        } else {
            let after = after.trim_start();
            let after = after.strip_prefix(['日', '号', '號'])?;
            Some((date(year, month, day)?, after))
        };
    }
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = digits(&rest[1..]);
    match rest.strip_prefix(separator) {
        Some(rest) => {
            let (day, rest) = digits(rest);
            Some((date(year, month, day)?, rest))
        }
        None if rest.is_empty() && separator != '.' => Some((date(year, month, "1")?, rest)),
        None => None,
    }
}

/// The time of day and the offset that may follow a date; nothing at all means midnight UTC.
fn clock(text: &str) -> Option<(Time, UtcOffset)> {
    if text.is_empty() {
        return Some((Time::MIDNIGHT, UtcOffset::UTC));
    }
    let text = text.strip_prefix(['T', 't']).unwrap_or(text);
    let (hour, rest) = digits(text);
    let (minute, rest) = digits(rest.strip_prefix(':')?);
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest),
        None => ("0", rest),
    };
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    let mut nanosecond = 0u32;
    let mut unit = 100_000_000;
    for digit in fraction.bytes().take(9) {
        nanosecond += u32::from(digit - b'0') * unit;
        unit /= 10;
    }
    let time = Time::from_hms_nano(
        hour.parse().ok()?,
        minute.parse().ok()?,
        second.parse().ok()?,
        nanosecond,
    )
    .ok()?;
    Some((time, offset(rest.trim())?))
}

/// `Z`, `UTC`, `+08:00`, `+0800`, `+08` or nothing.
fn offset(text: &str) -> Option<UtcOffset> {
    if text.is_empty() || ["z", "utc", "gmt"].contains(&text.to_ascii_lowercase().as_str()) {
        return Some(UtcOffset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    // A second sign is none: `parse` would take it.
    let unsigned = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
        None => (rest, "0"),
    };
    if !unsigned(hours) || !unsigned(minutes) {
        return None;
    }
    let hours: i8 = hours.parse().ok()?;
    let minutes: i8 = minutes.parse().ok()?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_normalised_to_utc() {
        for (from, to) in [
            ("2024-05-21T00:00:00Z", "2024-05-21T00:00:00Z"),
            ("2024-05-21T08:30:00+08:00", "2024-05-21T00:30:00Z"),
            ("2024-05-21 08:30:00 +0800", "2024-05-21T00:30:00Z"),
            ("2024-05-21 08:30", "2024-05-21T08:30:00Z"),
            ("2024-05-21 08:30:15.25", "2024-05-21T08:30:15.25Z"),
            ("2024-05-21", "2024-05-21T00:00:00Z"),
            ("2024/5/21", "2024-05-21T00:00:00Z"),
            ("2024.5.21", "2024-05-21T00:00:00Z"),
            ("20240521", "2024-05-21T00:00:00Z"),
            ("2024-05", "2024-05-01T00:00:00Z"),
            ("2024", "2024-01-01T00:00:00Z"),
            ("2024年5月21日", "2024-05-21T00:00:00Z"),
            ("2024年5月21日 13:14", "2024-05-21T13:14:00Z"),
            ("2024年5月", "2024-05-01T00:00:00Z"),
            ("Tue, 21 May 2024 08:00:00 +0800", "2024-05-21T00:00:00Z"),
            ("1716249600", "2024-05-21T00:00:00Z"),
            ("1716249600000", "2024-05-21T00:00:00Z"),
            (" 1999-12-31 ", "1999-12-31T00:00:00Z"),
        ] {
            assert_eq!(normalise_time(from).as_deref(), Some(to), "{from}");
        }
    }

    #[test]
    fn what_is_no_certain_time_stays_unread() {
        for text in [
            "",
            "yesterday",
            "01/02/2024",
            "2024-13-01",
            "2024-02-30",
            "2024-05-21T25:00",
            "12345",
            "2024年13月1日",
            "2024-05-21 later",
            "2024.5",
            "+08:00",
            "年月日",
            "2024-05-21T08:30+99:99",
            "2024-05-21T08:30--128:0",
            "2024-05-21T08:30-8:-128",
            "2024-05-21T08:30++8",
        ] {
            assert_eq!(normalise_time(text), None, "{text}");
        }
    }

    #[test]
    fn epochs_are_read_as_numbers() {
        assert_eq!(normalise_epoch(0.0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(normalise_epoch(-86400.0).as_deref(), Some("1969-12-31T00:00:00Z"));
        assert_eq!(normalise_epoch(1_716_249_600.5).as_deref(), Some("2024-05-21T00:00:00.5Z"));
        assert_eq!(normalise_epoch(f64::NAN), None);
        assert_eq!(normalise_epoch(f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9年月日:TZ+. /-]{0,30}") {
            if let Some(time) = normalise_time(&text) {
                prop_assert!(OffsetDateTime::parse(&time, &Rfc3339).is_ok());
            }
        }
    }
}
