//! Values of numbers and dates, and the terms that stand for them in an index.

use std::fmt::{self, Write as _};

/// An exact decimal number, zero or positive: `digits` × 10 to the power of `exponent`, with no
/// zero at the end of `digits`, so that equal numbers are equal in both parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: u128,
    exponent: i32,
}

impl Decimal {
    /// A whole number.
    pub fn whole(value: u128) -> Self {
        Self { digits: value, exponent: 0 }.normalized()
    }

    /// Reads digits with at most one point; signs, separators and everything else are not read, nor
    /// are numbers of more than 38 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let mut digits: u128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?;
        }
        let exponent = -i32::try_from(fraction.len()).ok()?;
        Some(Self { digits, exponent }.normalized())
    }

    /// The number times 10 to the power of `exponent`.
    pub fn shifted(self, exponent: i32) -> Self {
        Self { exponent: self.exponent + exponent, ..self }.normalized()
    }

    /// The product with a small whole number; `None` when it has too many digits.
    pub fn times(self, factor: u32) -> Option<Self> {
        let digits = self.digits.checked_mul(u128::from(factor))?;
        Some(Self { digits, ..self }.normalized())
    }

    /// The sum; `None` when it has too many digits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |number: Self| {
            let shift = u32::try_from(number.exponent - exponent).ok()?;
            number.digits.checked_mul(10u128.checked_pow(shift)?)
        };
        let digits = aligned(self)?.checked_add(aligned(other)?)?;
        Some(Self { digits, exponent }.normalized())
    }

    /// The number, if it is whole and fits.
    pub fn to_u64(self) -> Option<u64> {
        let power = 10u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        u64::try_from(self.digits.checked_mul(power)?).ok()
    }

    /// The quotient of two small numbers, if it is a finite decimal.
    pub(super) fn quotient(numerator: u32, denominator: u32) -> Option<Self> {
        // Finite after at most as many digits as the denominator has factors of 2 or of 5.
        const PLACES: u32 = 20;
        let scaled = u128::from(numerator).checked_mul(10u128.pow(PLACES))?;
        let denominator = u128::from(denominator);
        if denominator == 0 || !scaled.is_multiple_of(denominator) {
            return None;
        }
        let exponent = -20;
        Some(Self { digits: scaled / denominator, exponent }.normalized())
    }

    fn normalized(mut self) -> Self {
        if self.digits == 0 {
            return Self { digits: 0, exponent: 0 };
        }
        while self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    /// `254e8`, `8`, `35e-1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exponent {
            0 => write!(f, "{}", self.digits),
            exponent => write!(f, "{}e{exponent}", self.digits),
        }
    }
}

/// What a number in a text says. Values are equal exactly when their [terms](Self::term) are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberValue {
    /// How much or how many: 254 亿, 25.4 billion.
    Quantity(Decimal),
    /// Hundredths: 百分之八, 8%, 8 percent.
    Percent(Decimal),
    /// A part that no finite decimal says, in lowest terms: 三分之一, two thirds.
    Fraction {
        /// Above the bar.
        numerator: u32,
        /// Below the bar.
        denominator: u32,
    },
    /// A place in a row: 第三, 3rd, third.
    Ordinal(u64),
    /// A day, a month or a year; at least one is given.
    Date {
        /// Negative before the common era: 221 BC is −221.
        year: Option<i16>,
        /// 1 to 12.
        month: Option<u8>,
        /// 1 to 31.
        day: Option<u8>,
    },
    /// A quarter or half of a year: 2024年第一季度, Q1 2024, *first half of 2024*.
    YearPart {
        /// None where only the part is said: 一季度.
        year: Option<i16>,
        /// Into how many parts the year falls: 4 or 2.
        of: u8,
        /// Which of them, from 1.
        part: u8,
    },
    /// A fiscal year: 2023财年, FY2023.
    FiscalYear(i16),
    /// A decade by its first year: 1990s, 20世纪90年代.
    Decade(i16),
    /// A century by its number: 20世纪, 20th century.
    Century(u8),
}

/// Kind of a number, as its value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NumberKind {
    /// How much or how many.
    Quantity,
    /// Hundredths.
    Percent,
    /// A part, as a fraction.
    Fraction,
    /// A place in a row.
    Ordinal,
    /// A day, month, year, or part of a year.
    Date,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
}

impl NumberValue {
    /// Its kind.
    pub fn kind(self) -> NumberKind {
        match self {
            Self::Quantity(_) => NumberKind::Quantity,
            Self::Percent(_) => NumberKind::Percent,
            Self::Fraction { .. } => NumberKind::Fraction,
            Self::Ordinal(_) => NumberKind::Ordinal,
            Self::Date { .. } | Self::YearPart { .. } | Self::FiscalYear(_) => NumberKind::Date,
            Self::Decade(_) => NumberKind::Decade,
            Self::Century(_) => NumberKind::Century,
        }
    }

    /// The term that stands for the value: short, ASCII, without spaces. Its first letter tells the
    /// kind: `n254e8`, `p8`, `f1/3`, `o3`, `d2024-05-21`, `d2024-05`, `d2024`, `d--05-21`,
    /// `q2024-1`, `q--1`, `h2024-2`, `y2023`, `t1990`, `c20`.
    pub fn term(self) -> String {
        let mut out = String::new();
        self.write_term(&mut out);
        out
    }

    /// Appends the [term](Self::term).
    pub fn write_term(self, out: &mut String) {
        self.write(out).expect("writing to a string does not fail");
    }

    /// Whether this value is `other`, or lies in it: a day lies in its month.
    pub fn lies_in(self, other: Self) -> bool {
        self == other || self.parents().any(|parent| parent == other)
    }

    fn write(self, out: &mut String) -> fmt::Result {
        match self {
            Self::Quantity(value) => write!(out, "n{value}"),
            Self::Percent(value) => write!(out, "p{value}"),
            Self::Fraction { numerator, denominator } => write!(out, "f{numerator}/{denominator}"),
            Self::Ordinal(value) => write!(out, "o{value}"),
            Self::Decade(year) => write!(out, "t{year}"),
            Self::Century(number) => write!(out, "c{number}"),
            Self::FiscalYear(year) => write!(out, "y{year}"),
            Self::YearPart { year, of, part } => {
                out.push(if of == 4 { 'q' } else { 'h' });
                match year {
                    Some(year) => write!(out, "{year}-{part}"),
                    None => write!(out, "--{part}"),
                }
            }
            Self::Date { year, month, day } => {
                match year {
                    Some(year) => write!(out, "d{year}")?,
                    None => out.push_str("d-"),
                }
                if let Some(month) = month {
                    write!(out, "-{month:02}")?;
                }
                match day {
                    Some(day) => write!(out, "-{day:02}"),
                    None => Ok(()),
                }
            }
        }
    }

    /// The wider values that this one lies in, narrower ones first: a day lies in its month, its
    /// year, and the same day of any year; a month in its year and in the same month of any year; so does
    /// a quarter. A fiscal year is taken to lie in the year of its number.
    pub fn parents(self) -> impl Iterator<Item = Self> {
        let of_year = |year| Self::Date { year: Some(year), month: None, day: None };
        let out = match self {
            Self::Date { year: Some(year), month: Some(month), day } => {
                let any_year = Self::Date { year: None, month: Some(month), day };
                let of_month = Self::Date { year: Some(year), month: Some(month), day: None };
                [day.map(|_| of_month), Some(any_year), Some(of_year(year))]
            }
            Self::YearPart { year: Some(year), of, part } => {
                let any_year = Self::YearPart { year: None, of, part };
                [None, Some(any_year), Some(of_year(year))]
            }
            Self::FiscalYear(year) => [None, None, Some(of_year(year))],
            _ => [None; 3],
        };
        out.into_iter().flatten()
    }

    /// A fraction in lowest terms, or the decimal that it is.
    pub(super) fn fraction(numerator: u32, denominator: u32) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        if let Some(decimal) = Decimal::quotient(numerator, denominator) {
            return Some(Self::Quantity(decimal));
        }
        let (mut a, mut b) = (numerator, denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Some(Self::Fraction { numerator: numerator / a, denominator: denominator / a })
    }

    /// A date, if there is such a day.
    pub(super) fn date(year: Option<i16>, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let days = match month {
            Some(2) => 29,
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        };
        let month_is = month.is_none_or(|month| (1..=12).contains(&month));
        let day_is = day.is_none_or(|day| (1..=days).contains(&day) && month.is_some());
        let any = year.is_some() || month.is_some();
        (month_is && day_is && any && year != Some(0)).then_some(Self::Date { year, month, day })
    }
}
