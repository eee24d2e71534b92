//! Chinese numerals.

use super::value::Decimal;
use crate::utf8::three_bytes;

/// Longest numeral read, in characters; longer runs are no numbers.
const LONGEST: usize = 32;

/// The value of a numeral's digit; everyday and financial forms.
const fn digit(c: char) -> Option<u8> {
    Some(match c {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '贰' | '两' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// The power of ten of a unit.
pub(super) const fn unit(c: char) -> Option<u32> {
    Some(match c {
        '十' | '拾' => 1,
        '百' | '佰' => 2,
        '千' | '仟' => 3,
        '万' => 4,
        '亿' => 8,
        _ => return None,
    })
}

const fn tens(c: char) -> Option<u128> {
    match c {
        '廿' => Some(20),
        '卅' => Some(30),
        _ => None,
    }
}

/// Whether a numeral may hold the character.
pub(super) const fn is_numeral(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some() || tens(c).is_some()
}

/// First character of the plane's part that [`BEGINS`] is about.
const FIRST: u32 = 0x3000;

/// Which of the characters from U+3000 to U+9FFF begin a number; a bit each.
static BEGINS: [u64; 0x7000 / 64] = {
    let mut begins = [0; 0x7000 / 64];
    let mut i = 0;
    while i < 0x7000 {
        if let Some(c) = char::from_u32(FIRST + i)
            && (is_numeral(c) || c == '第')
        {
            begins[i as usize / 64] |= 1 << (i % 64);
        }
        i += 1;
    }
    begins
};

/// Whether the character of these three bytes, of which the first is 0xE3 to 0xE9, is part of a numeral
/// or stands before an ordinal.
#[inline]
pub(super) fn begins(bytes: [u8; 3]) -> bool {
    let at = three_bytes(bytes).wrapping_sub(FIRST as usize);
    BEGINS.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 != 0)
}

/// A numeral as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeral {
    pub(super) value: Decimal,
    /// Length in bytes.
    pub(super) length: usize,
    pub(super) form: Form,
}

/// How a numeral is written, which decides what it may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One character: part of a word as often as not.
    Single,
    /// Digits one after another, without units: 二〇二四.
    Digits,
    /// With units, or with a decimal point: 二十五点四.
    Counted,
}

/// Whether a numeral of one character counts what follows it: 六个月, 三公里. Before other words it is a
/// part of one as often as not, and 一天 is some day.
pub(super) fn counts_single(value: Decimal, rest: &str) -> bool {
    const COUNTED: [&str; 9] =
        ["个月", "个小时", "公里", "公斤", "元", "吨", "小时", "分钟", "美元"];
    const COUNTED_FROM_TWO: [&str; 4] = ["天", "年", "岁", "米"];
    let counts = |units: &[&str]| units.iter().any(|unit| rest.starts_with(unit));
    let number = value.to_u64().unwrap_or(0);
    number > 0 && counts(&COUNTED) || number > 1 && counts(&COUNTED_FROM_TWO)
}

/// Tenths that `text` begins with, after their number: 成, 成半, 成五. Gives what they add to the number's
/// tenfold, and their length in bytes. Before most words 成 belongs to these: 一成不变, 三成员.
pub(super) fn tenths(text: &str) -> Option<(u8, usize)> {
    const GO_ON: [&str; 8] = ["以上", "以下", "左右", "的", "至", "到", "和", "或"];
    let rest = text.strip_prefix('成')?;
    let (more, rest) = match rest.chars().next() {
        Some('半') => (5, &rest['半'.len_utf8()..]),
        Some(c) => match digit(c).filter(|digit| (1..10).contains(digit)) {
            Some(digit) => (digit, &rest[c.len_utf8()..]),
            None => (0, rest),
        },
        None => (0, rest),
    };
    let ends = !rest.starts_with(char::is_alphanumeric);
    (ends || GO_ON.iter().any(|word| rest.starts_with(word)))
        .then_some((more, text.len() - rest.len()))
}

/// Length in bytes of the run of numeral characters that `text` begins with.
pub(super) fn run_length(text: &str) -> usize {
    text.find(|c| !is_numeral(c)).unwrap_or(text.len())
}

/// The numeral that `text` begins with. All of a run of numeral characters has to make sense:
/// 三四百 (three or four hundred) is none.
pub(super) fn numeral(text: &str) -> Option<Numeral> {
    let length = run_length(text);
    let run = &text[..length];
    let count = run.chars().take(LONGEST + 1).count();
    if count == 0 || count > LONGEST {
        return None;
    }
    if let Some(fraction) = text[length..].strip_prefix('点')
        && let Some(numeral) = with_fraction(run, fraction)
    {
        return Some(numeral);
    }
    if count > 1 && run.chars().all(|c| digit(c).is_some() && c != '两') {
        let value = Decimal::whole(digits(run)?);
        return Some(Numeral { value, length, form: Form::Digits });
    }
    let form = if count == 1 { Form::Single } else { Form::Counted };
    Some(Numeral { value: Decimal::whole(counted(run)?), length, form })
}

/// 二十五点四, 三点一四, 一点五亿: `fraction` is what stands after the point.
fn with_fraction(whole: &str, fraction: &str) -> Option<Numeral> {
    let length = run_length(fraction);
    let run = &fraction[..length];
    let places = run.find(|c| digit(c).is_none_or(|_| c == '两')).unwrap_or(length);
    let (places, units) = run.split_at(places);
    // 三点五分, 三点一刻 are times.
    let is_time = fraction[length..].starts_with(['分', '刻', '钟']);
    if places.is_empty() || is_time || places.chars().count() > LONGEST {
        return None;
    }
    let whole_value = match whole.chars().count() > 1 && whole.chars().all(|c| digit(c).is_some()) {
        true => digits(whole)?,
        false => counted(whole)?,
    };
    let count = i32::try_from(places.chars().count()).ok()?;
    let fraction = Decimal::whole(digits(places)?).shifted(-count);
    let mut shift = 0;
    for c in units.chars() {
        // Only 万 and 亿 follow a fraction: 三点五十 is a time.
        shift += unit(c).filter(|unit| *unit >= 4)?;
    }
    let value = Decimal::whole(whole_value).plus(fraction)?.shifted(i32::try_from(shift).ok()?);
    let length = whole.len() + '点'.len_utf8() + length;
    Some(Numeral { value, length, form: Form::Counted })
}

/// What several units say that no digit stands before: 百万, 千亿.
pub(super) fn units(run: &str) -> Option<Decimal> {
    let is_units = run.chars().nth(1).is_some() && run.chars().all(|c| unit(c).is_some());
    is_units.then(|| counted(&format!("一{run}")).map(Decimal::whole))?
}

fn digits(run: &str) -> Option<u128> {
    run.chars()
        .try_fold(0u128, |value, c| value.checked_mul(10)?.checked_add(u128::from(digit(c)?)))
}

/// 一百二十三万四千五百六十七, 十五, 一百五 (150).
fn counted(run: &str) -> Option<u128> {
    const WAN: u128 = 10_000;
    const YI: u128 = 100_000_000;
    let (mut above, mut middle, mut section) = (0u128, 0u128, 0u128);
    let mut pending = None;
    // The last unit within the section; the next one must be smaller.
    let mut last = u32::MAX;
    // What a digit at the very end counts: a tenth of the unit before it.
    let mut at_end = 1u128;
    for c in run.chars() {
        if let Some(value) = digit(c) {
            if pending.is_some_and(|before| before > 0) {
                return None;
            }
            if value == 0 {
                at_end = 1;
            }
            pending = (value > 0 || run.chars().count() == 1).then_some(u128::from(value));
            continue;
        }
        if let Some(value) = tens(c) {
            if pending.is_some() || last <= 1 {
                return None;
            }
            section += value;
            (last, at_end) = (1, 1);
            continue;
        }
        let power = unit(c)?;
        match power {
            1..=3 => {
                // 十五, and 一百十二 as laws have it.
                let implied = (power == 1 && last > 1).then_some(1);
                let count = pending.take().or(implied)?;
                if power >= last {
                    return None;
                }
                section += count * 10u128.pow(power);
                last = power;
                at_end = 10u128.pow(power - 1);
            }
            4 => {
                let count = section + pending.take().unwrap_or(0);
                if count == 0 || middle > 0 {
                    return None;
                }
                middle = count * WAN;
                (section, last, at_end) = (0, u32::MAX, WAN / 10);
            }
            _ => {
                let count = middle + section + pending.take().unwrap_or(0);
                if count == 0 || above > 0 {
                    return None;
                }
                above = count * YI;
                (middle, section, last, at_end) = (0, 0, u32::MAX, YI / 10);
            }
        }
    }
    Some(above + middle + section + pending.map_or(0, |digit| digit * at_end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        numeral(text).map(|numeral| format!("{} {:?}", numeral.value, numeral.form))
    }

    #[test]
    fn numerals_have_their_value() {
        for (text, expected) in [
            ("十五", "15 Counted"),
            ("二十", "2e1 Counted"),
            ("一百", "1e2 Counted"),
            ("一百零八", "108 Counted"),
            ("一百五", "15e1 Counted"),
            ("一百十二", "112 Counted"),
            ("三万五", "35e3 Counted"),
            ("三万零五", "30005 Counted"),
            ("一百二十三万四千五百六十七", "1234567 Counted"),
            ("二百五十四亿", "254e8 Counted"),
            ("一万亿", "1e12 Counted"),
            ("两千万", "2e7 Counted"),
            ("廿五", "25 Counted"),
            ("壹仟贰佰叁拾", "123e1 Counted"),
            ("二十五点四", "254e-1 Counted"),
            ("一点五亿", "15e7 Counted"),
            ("三点一四", "314e-2 Counted"),
            ("二〇二四", "2024 Digits"),
            ("三", "3 Single"),
            ("零", "0 Single"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_number_has_no_value() {
        for text in
            ["三四百", "千万", "百万", "万一", "亿", "一五一十", "十十", "中国", "", "一百百"]
        {
            assert_eq!(value(text), None, "{text}");
        }
        let long = "一".repeat(100);
        assert_eq!(value(&long), None);
    }

    #[test]
    fn times_are_no_decimals() {
        for text in ["三点五十", "三点一刻", "三点五分"] {
            assert_eq!(value(text).as_deref(), Some("3 Single"), "{text}");
        }
    }
}
