//! Values of options: sizes, times, rates, orders.

use std::time::Duration;

/// Reads `512MB`, `2 GiB`, `1000000`: a number with a unit of 1024s, or of bytes.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(shift).and_then(|(number, shift)| {
        number.checked_mul(1 << shift).filter(|&size| size <= usize::MAX as u64)
    });
    size.ok_or_else(|| "write a size as 512MB, 2GB or a number of bytes".to_owned())
}

/// Reads `500ms`, `10s`, `1.5 s`, `2m`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        _ => None,
    };
    let seconds = number.parse::<f64>().ok().zip(unit).map(|(number, unit)| number * unit);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write a time as 500ms, 10s or 2m".to_owned())
}

/// Reads a positive number.
pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.trim().parse::<f64>().ok();
    rate.filter(|rate| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| "write requests a second, such as 500 or 0.5".to_owned())
}

/// Reads `FIELD`, `FIELD:asc` or `FIELD:desc`.
pub(super) fn parse_sort(text: &str) -> Result<zhen_search::Sort, String> {
    let (field, descending) = match text.rsplit_once(':') {
        Some((field, "desc")) => (field, true),
        Some((field, "asc")) => (field, false),
        Some(_) => return Err("write FIELD, FIELD:asc or FIELD:desc".to_owned()),
        None => (text, false),
    };
    if field.is_empty() {
        return Err("it names no field; write for example time:desc".to_owned());
    }
    Ok(zhen_search::Sort { field: field.to_owned(), descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(parse_size("512MB"), Ok(512 << 20));
        assert_eq!(parse_size("2 GiB"), Ok(2 << 30));
        assert_eq!(parse_size("1000"), Ok(1000));
        for bad in ["", "MB", "1.5GB", "-1", "12 parsecs", "99999999999999999999", "17179869184GB"]
        {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_have_a_unit_and_rates_are_positive() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("1.5 s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
        for bad in ["", "10", "s", "-1s", "0s", "1.2.3s", "10 parsecs", &format!("{}h", u64::MAX)] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        for bad in ["", "0", "-5", "inf", "NaN", "fast"] {
            assert!(parse_rate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_order_names_a_field_and_a_direction() {
        let sort = |text| parse_sort(text).map(|sort| (sort.field, sort.descending));
        assert_eq!(sort("time"), Ok(("time".to_owned(), false)));
        assert_eq!(sort("time:desc"), Ok(("time".to_owned(), true)));
        assert_eq!(sort("作者:asc"), Ok(("作者".to_owned(), false)));
        assert!(sort("time:down").is_err());
        assert!(sort(":desc").is_err());
    }
}
