//! Chinese units after digits: 254 亿, 2亿5000万.

use super::arabic::{joint, plain};
use super::date::{digits_at, skip_space};
use super::han;
use super::value::Decimal;

/// Units after digits: 5千, 254 亿, 3百万, 1.5万亿. Gives their power and where they end.
pub(super) fn multiplier(text: &str, at: usize) -> Option<(i32, usize)> {
    let start = skip_space(text, at);
    let (mut power, mut end) = (0, start);
    let mut last = '\0';
    for c in text[start..].chars() {
        let Some(unit) = han::unit(c).filter(|_| power < 16) else { break };
        power += unit;
        end += c.len_utf8();
        last = c;
    }
    let next = text[end..].chars().next();
    // 5千克, 5千米: a thousand belongs to the unit of measurement.
    if last == '千' && next.is_some_and(|c| "克米瓦伏赫字卡帕".contains(c)) {
        let belongs = last.len_utf8();
        (power, end) = (power - 3, end - belongs);
    }
    // 30多万 is no exact number, 5百分点 none either; 5 十 is not how numbers are written.
    let odd = next == Some('分') && last == '百' || power == 1;
    let spaced_small = start > at && power < 4;
    (power > 0 && !odd && !spaced_small).then(|| i32::try_from(power).ok().map(|p| (p, end)))?
}

/// Digits and units in turn: 2亿5000万, 3万5千, 5亿1千9百万. Gives the sum and where it ends.
pub(super) fn mixed(text: &str, at: usize, value: Decimal) -> Option<(Decimal, usize)> {
    const MOST: usize = 8;
    let (power, mut end) = multiplier(text, at)?;
    let mut sum = Sum::new();
    sum.add(value, power)?;
    for turn in 0..MOST {
        let so_far = || (turn > 0).then(|| Some((sum.value()?, end)))?;
        // 2 亿 3000 万 is one number, 2 亿 3000 人 are two.
        let start = skip_space(text, end);
        let digits = digits_at(text, start);
        let unit = multiplier(text, start + digits.len());
        let Some(next) = plain(digits).filter(|_| start == end || unit.is_some()) else {
            return so_far();
        };
        let (power, after) = unit.unwrap_or((0, start + digits.len()));
        // 3万5 is 35,000 to some and 30,005 to others.
        let fits = power > 0 || digits.len() == usize::try_from(sum.place()).unwrap_or(0);
        let mut longer = sum;
        if !fits || joint(text, after).is_some() || longer.add(next, power).is_none() {
            return if start > end { so_far() } else { None };
        }
        (sum, end) = (longer, after);
        if power == 0 {
            return Some((sum.value()?, end));
        }
    }
    None
}

/// What digits with units come to, each unit smaller than those before it, but that 千, 百 and 十 may
/// count a 万 or 亿 after them.
#[derive(Clone, Copy)]
struct Sum {
    whole: Decimal,
    /// What is not yet counted by a 万 or 亿.
    section: Decimal,
    /// Powers of the last 万 or 亿, and of the last unit since then.
    large: i32,
    small: i32,
}

impl Sum {
    fn new() -> Self {
        let nothing = Decimal::whole(0);
        Self { whole: nothing, section: nothing, large: i32::MAX, small: i32::MAX }
    }

    /// Adds digits with a unit of the power; `None` when it does not fit.
    fn add(&mut self, value: Decimal, power: i32) -> Option<()> {
        // 千万 are thousands of 万.
        let (large, small) = (power - power % 4, power % 4);
        if small >= self.small || large >= self.large {
            return None;
        }
        (self.section, self.small) = (self.section.plus(value.shifted(small))?, small);
        if large > 0 {
            self.whole = self.whole.plus(self.section.shifted(large))?;
            *self = Self { section: Decimal::whole(0), large, small: i32::MAX, ..*self };
        }
        Some(())
    }

    /// The power of the last unit.
    fn place(&self) -> i32 {
        self.small.min(self.large)
    }

    fn value(&self) -> Option<Decimal> {
        self.whole.plus(self.section)
    }
}
