//! Numbers of fields: whole ones are compared as they are, however large.

use std::cmp::Ordering;

/// A number in a field or a condition.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Whole(i128),
    /// Finite, and never minus zero.
    Real(f64),
}

impl Number {
    /// The number that a text is; words such as `inf` and `nan` are none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::from)
    }

    /// The floating-point number nearest to it.
    pub(crate) fn real(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}

impl From<i64> for Number {
    fn from(whole: i64) -> Self {
        Self::Whole(whole.into())
    }
}

impl From<u64> for Number {
    fn from(whole: u64) -> Self {
        Self::Whole(whole.into())
    }
}

impl From<f64> for Number {
    fn from(real: f64) -> Self {
        Self::Real(real + 0.0)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(&b),
            (Self::Whole(a), Self::Real(b)) => compare(a, b),
            (Self::Real(a), Self::Whole(b)) => compare(b, a).reverse(),
        }
    }
}

/// A real number lies between the whole number below it and the next.
fn compare(whole: i128, real: f64) -> Ordering {
    let below = real.floor();
    // What is larger than any whole number becomes the largest.
    whole.cmp(&(below as i128)).then(below.total_cmp(&real))
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_kind_stand_in_one_order() {
        let ascending = [
            "-1e300",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1",
            "-0.5",
            "0",
            "1e-9",
            "1",
            "9007199254740992",
            "9007199254740993",
            "18446744073709551615",
            "1e300",
        ];
        let numbers = ascending.map(|text| Number::parse(text).unwrap());
        assert!(numbers.is_sorted_by(|a, b| a.cmp(b).is_lt() && b.cmp(a).is_gt()), "{numbers:?}");
    }

    #[test]
    fn a_whole_number_is_the_same_however_it_is_written() {
        for (one, other) in [("1000", "1e3"), ("-2", "-2.0"), ("0", "-0.0"), ("007", "7")] {
            assert_eq!(Number::parse(one), Number::parse(other), "{one}");
        }
        for no_number in ["inf", "nan", "", "1,000", "七"] {
            assert_eq!(Number::parse(no_number), None, "{no_number}");
        }
    }
}
