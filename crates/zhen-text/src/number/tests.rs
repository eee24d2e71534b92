//! 1. Equal values have equal terms in every notation and both languages; unequal ones do not.
//! 2. Digits with another meaning are no quantities.
//! 3. A Chinese digit within a word is no number.
//! 4. Ranges are on character borders, ascending and disjoint; no text makes the scan fail.
//! 5. Whatever a number or a date is written like, it is read back.

use proptest::prelude::*;

use super::*;
use crate::fold::fold_to_string;

pub(super) fn terms(text: &str) -> Vec<String> {
    values(&fold_to_string(text)).iter().map(|found| found.value.term()).collect()
}

pub(super) fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(terms(text).join(" "), *expected, "{text}");
    }
}

#[test]
fn one_quantity_has_one_term() {
    for same in [
        ["254 亿", "254亿", "25.4 billion", "25,400,000,000", "二百五十四亿", "25.4bn", "２５４億"],
        ["一百万", "100万", "1,000,000", "1 million", "one million", "a million", "100萬"],
        ["3.5亿", "三点五亿", "350 million", "3亿5千万", "3亿5000万", "350,000,000", "三亿五千万"],
        [
            "10500",
            "一万零五百",
            "10.5 thousand",
            "10,500",
            "壹万零伍佰",
            "ten thousand five hundred",
            "1.05万",
        ],
        ["300", "三百", "three hundred", "3百", "叁佰", "300", "25 dozen"],
        ["1.5 trillion", "1.5万亿", "15000亿", "一万五千亿", "1,500 billion", "$1.5t", "1500bn"],
        [
            "500,000",
            "50万",
            "五十万",
            "half a million",
            "500 thousand",
            "500000",
            "five hundred thousand",
        ],
        ["25.4", "二十五点四", "twenty-five point four", "25.40", "２５.４", "25.4", "25.4kg"],
    ] {
        let first = terms(same[0]);
        assert_eq!(first.len(), 1, "{}: {first:?}", same[0]);
        for text in same {
            assert_eq!(terms(text), first, "{text}");
        }
    }
    assert_ne!(terms("25.4 billion"), terms("25.4 million"));
    assert_ne!(terms("三百"), terms("三千"));
}

#[test]
fn units_alone_are_a_number_and_beside_anything_none() {
    check(&[
        ("百万", "n1e6"),
        ("“千万”", "n1e7"),
        ("一共（万亿）", "n1e12"),
        ("十万", "n1e5"),
        ("百万 富翁", ""),
        ("千万 别忘", ""),
        ("a 百万", ""),
        ("万", ""),
        ("百千", ""),
        ("数 百万", ""),
    ]);
}

#[test]
fn digits_and_units_in_turn_are_one_number() {
    check(&[
        ("5亿1千9百万", "n519e6"),
        ("20亿4千4百万美元", "n2044e6"),
        ("1千9百万", "n19e6"),
        ("1千9百", "n19e2"),
        ("2 亿 3000 万", "n23e7"),
        ("5 亿 4 百万", "n504e6"),
        ("2 亿 3000 人", "n2e8 n3e3"),
        ("3亿5千万 2亿", "n35e7 n2e8"),
        ("1亿 2亿", "n1e8 n2e8"),
        ("3万5000", "n35e3"),
        ("3万5千", "n35e3"),
    ]);
}

#[test]
fn percentages() {
    check(&[
        ("百分之八", "p8"),
        ("8%", "p8"),
        ("８％", "p8"),
        ("8 percent", "p8"),
        ("8 per cent", "p8"),
        ("eight percent", "p8"),
        ("8个百分点", "p8"),
        ("八%", "p8"),
        ("八％", "p8"),
        ("二十 %", "p2e1"),
        ("一二％", "p12"),
        ("八点五%", "p85e-1"),
        ("十 percent", "p1e1"),
        ("几十%", ""),
        ("几十个百分点", ""),
        ("8 percentage points", "p8"),
        ("百分之八点五", "p85e-1"),
        ("百分之 8.5", "p85e-1"),
        ("百分之百", "p1e2"),
        ("千分之三", "p3e-1"),
        ("3‰", "p3e-1"),
        ("5 ‱", "p5e-2"),
        ("10-20%", "p1e1 p2e1"),
        ("增长+5%", "p5"),
    ]);
}

#[test]
fn tenths_are_percentages_and_part_of_many_words() {
    check(&[
        ("上涨三成。", "p3e1"),
        ("3成以上", "p3e1"),
        ("七成五的人", "p75"),
        ("打了六成半", "p65"),
        ("一成不变", ""),
        ("三成员国", ""),
        ("他八成不来", ""),
    ]);
}

#[test]
fn the_number_of_a_chapter_or_article_is_an_ordinal() {
    check(&[
        ("Chapter 3: Data", "o3"),
        ("article 47 of the law", "o47"),
        ("Section 12.3", "n123e-1"),
        ("第四十七条", "o47"),
        ("chapter three", ""),
        ("articles 3 and 4", "n3 n4"),
        ("chapter 3%", "p3"),
    ]);
}

#[test]
fn fractions() {
    check(&[
        ("三分之一", "f1/3"),
        ("one third", "f1/3"),
        ("two-thirds", "f2/3"),
        ("三分之二", "f2/3"),
        ("四分之三", "n75e-2"),
        ("three quarters", "n75e-2"),
        ("二分之一", "n5e-1"),
    ]);
}

#[test]
fn dates_in_every_notation() {
    for text in [
        "2024年5月21日",
        "2024 年 5 月 21 日",
        "二〇二四年五月二十一日",
        "2024年5月21号",
        "2024-05-21",
        "2024/5/21",
        "2024.05.21",
        "May 21, 2024",
        "May 21st, 2024",
        "21 May 2024",
        "21st of May, 2024",
        "5/21/2024",
        "2024-05-21T00:00:00Z",
    ] {
        assert_eq!(terms(text), ["d2024-05-21"], "{text}");
    }
    for text in [
        "二〇二四年三月",
        "2024-03",
        "2024年3月",
        "March 2024",
        "Mar. 2024",
        "2024年03月",
        "2024/03",
    ] {
        assert_eq!(terms(text), ["d2024-03"], "{text}");
    }
    check(&[
        ("2024年", "d2024"),
        ("in 2024", "d2024"),
        ("since 1949", "d1949"),
        ("(2024)", "d2024"),
        ("© 2024", "d2024"),
        ("2019-2020", "d2019 d2020"),
        ("2019–2020年", "d2019 d2020"),
        ("5月21日", "d--05-21"),
        ("五月二十一日", "d--05-21"),
        ("May 21", "d--05-21"),
        ("三月", "d--03"),
        ("公元前221年", "d-221"),
        ("221 BC", "d-221"),
        ("公元618年", "d618"),
        ("公元八九三年", "d893"),
        ("中华民国八十三年九月五日", "d1994-09-05"),
        ("民国112年8月18日", "d2023-08-18"),
        ("民國一百十二年", "d2023"),
        ("1990s", "t1990"),
        ("1990年代", "t1990"),
        ("20世纪90年代", "t1990"),
        ("二十世纪九十年代", "t1990"),
        ("上世纪九十年代", "t1990"),
        ("上个世纪80年代", "t1980"),
        ("上世纪末", ""),
        ("20世纪", "c20"),
        ("20th century", "c20"),
        ("twentieth century", "c20"),
        ("二十世纪", "c20"),
    ]);
}

#[test]
fn a_day_lies_in_its_month_and_year() {
    let parents = |text: &str| -> Vec<String> {
        values(text)[0].value.parents().map(NumberValue::term).collect()
    };
    assert_eq!(parents("2024-05-21"), ["d2024-05", "d--05-21", "d2024"]);
    assert_eq!(parents("2024年5月"), ["d--05", "d2024"]);
    assert_eq!(parents("2024年"), [""; 0]);
    assert_eq!(parents("q1 2024"), ["q--1", "d2024"]);
    assert_eq!(parents("fy2023"), ["d2023"]);
    assert_eq!(parents("254亿"), [""; 0]);
}

#[test]
fn ordinals() {
    check(&[
        ("第三", "o3"),
        ("third", "o3"),
        ("3rd", "o3"),
        ("第3", "o3"),
        ("第 3", "o3"),
        ("第二十一", "o21"),
        ("21st", "o21"),
        ("twenty-first", "o21"),
        ("第一百零八", "o108"),
        ("per second", ""),
        ("30 second", "n3e1"),
    ]);
}

#[test]
fn digits_with_another_meaning_are_no_quantities() {
    for text in [
        "010-12345678",
        "13800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        "555-1234",
        "version 1.2.3",
        "1.2.3",
        "version 3.5",
        "192.168.0.1",
        "127.0.0.1:8080",
        "007",
        "0086",
        "12:30",
        "12:30:45",
        "3:1",
        "24/7",
        "05/06/2024",
        "h264",
        "utf-8",
        "covid-19",
        "gpt-4o",
        "5g网络",
        "3d打印",
        "x86_64",
        "#5",
        "localhost:8080",
        "a1b2c3",
        "110101199003074578",
        "978-7-111-12345-6",
        "4s店",
        "user_42",
        "3点30分",
        "三点半",
        "十二点",
        "21日",
        "5号楼",
    ] {
        let found = terms(text);
        assert!(found.iter().all(|term| !term.starts_with('n')), "{text}: {found:?}");
    }
}

#[test]
fn chinese_digits_within_words_are_no_numbers() {
    for text in [
        "一起",
        "三角",
        "十分",
        "一样",
        "万一",
        "千万不要",
        "百万富翁",
        "三三两两",
        "七上八下",
        "一心一意",
        "五花八门",
        "几十万",
        "三四百",
        "数百万",
        "上千万",
        "三十多万",
        "四五个",
        "两国",
        "陆地",
        "零食",
        "伍先生",
        "二手",
        "第",
        "百分",
        "分之",
        "万里长城",
        "一百百",
    ] {
        assert_eq!(terms(text), [""; 0], "{text}");
    }
    assert_eq!(terms("two people and one dog"), [""; 0]);
    assert_eq!(terms("it may be a second"), [""; 0]);
}

#[test]
fn a_day_before_may_is_a_date_unless_a_verb_goes_on() {
    for date in ["21 May", "5月21日", "on 21 May, they", "21 May。"] {
        assert_eq!(terms(date), terms("May 21"), "{date}");
    }
    assert_ne!(terms("table 21 may show"), terms("May 21"));
}

#[test]
fn units_of_measurement_stay_apart() {
    check(&[
        ("5千克", "n5"),
        ("5 千米", "n5"),
        ("5km", "n5"),
        ("16GB", "n16"),
        ("100元", "n1e2"),
        ("$5m", "n5e6"),
        ("3-year", "n3"),
        ("5,10,15", "n5 n1e1 n15"),
        ("5–10 million", "n5e6 n1e7"),
        ("1.5~2倍", "n15e-1 n2"),
        ("1999", "n1999"),
    ]);
}

#[test]
fn ranges_cover_what_belongs_to_the_value() {
    let text = "约 25.4 billion 美元，百分之八；2024 年 3 月。";
    let found: Vec<&str> = values(text).iter().map(|n| &text[n.range.clone()]).collect();
    assert_eq!(found, ["25.4 billion", "百分之八", "2024 年 3 月"]);
}

#[test]
fn a_million_digits_take_no_time() {
    for unit in ["1", "一", "1,", "一月", "第", "百分之", "1-", "a ", "two ", "may ", "十亿", "1万"]
    {
        let text = unit.repeat(1_000_000 / unit.len());
        let _ = values(&text);
    }
}

/// A number in Chinese numerals, written the plain way.
fn chinese(mut n: u64) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut out = String::new();
    for (size, name) in [(100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let section = n / size;
        n %= size;
        if section == 0 {
            continue;
        }
        let mut gap = !out.is_empty() && section < 1000;
        for (size, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let digit = usize::try_from(section / size % 10).unwrap();
            if digit == 0 {
                gap |= !out.is_empty() && !section.is_multiple_of(size);
                continue;
            }
            if gap {
                out.push('零');
                gap = false;
            }
            out.push_str(DIGITS[digit]);
            out.push_str(name);
        }
        out.push_str(name);
    }
    out
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

proptest! {
    #[test]
    fn whole_numbers_are_read_back(n in 11u64..1_000_000_000_000) {
        let term = NumberValue::Quantity(Decimal::whole(u128::from(n))).term();
        prop_assert_eq!(terms(&chinese(n)), [term.clone()], "{}", chinese(n));
        prop_assert_eq!(terms(&grouped(n)), [term], "{}", grouped(n));
    }

    #[test]
    fn decimals_with_a_scale_are_read_back(whole in 1u64..1000, cents in 0u64..100) {
        let millions = terms(&format!("{whole}.{cents:02} million"));
        prop_assert_eq!(&millions, &terms(&format!("{whole}.{cents:02}百万")));
        prop_assert_eq!(&millions, &terms(&grouped(whole * 1_000_000 + cents * 10_000)));
        prop_assert_eq!(millions.len(), 1);
    }

    #[test]
    fn days_are_read_back(year in 1000i16..3000, month in 1u8..13, day in 1u8..29) {
        const NAMES: [&str; 12] = ["January", "Feb.", "March", "Apr", "May", "June", "July", "Aug.",
            "September", "Oct.", "Nov", "December"];
        let name = NAMES[usize::from(month) - 1];
        let term = format!("d{year}-{month:02}-{day:02}");
        for text in [
            format!("{year}-{month:02}-{day:02}"),
            format!("{year}年{month}月{day}日"),
            format!("{year} 年 {month} 月 {day} 日"),
            format!("{name} {day}, {year}"),
            format!("{day} {name} {year}"),
            format!("on {name} {day}, {year}."),
        ] {
            prop_assert_eq!(terms(&text), [term.clone()], "{}", text);
        }
    }

    #[test]
    fn found_numbers_are_well_formed(
        text in "([0-9一二十百千万亿点第年月日号%分之,.:/ -]|may|million|two|kg|th|公元前|世纪|© 2024|中 second|\\PC|\\PC (2024|3\\.5|two|second|may 5|5%)){0,30}"
    ) {
        let folded = fold_to_string(&text);
        let mut end = 0;
        for found in values(&folded) {
            prop_assert!(found.range.start >= end && !found.range.is_empty(), "{:?} in {}", found, folded);
            prop_assert!(folded.get(found.range.clone()).is_some());
            end = found.range.end;
            let term = found.value.term();
            prop_assert!(term.is_ascii() && !term.contains(' ') && term.len() <= 48);
            prop_assert_eq!(found.kind, found.value.kind());
            for parent in found.value.parents() {
                prop_assert!(parent.term() != term);
            }
        }
    }
}

#[test]
fn numbers_of_real_text_are_well_formed() {
    let eval = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval");
    for set in ["xquad-en-zh", "ntrex-zh-en", "cmrc2018-zh", "cranfield-en"] {
        let Ok(text) = std::fs::read_to_string(eval.join(set).join("corpus.jsonl")) else {
            println!("skipped: ../shared/eval/{set} is absent");
            continue;
        };
        let folded = fold_to_string(&text);
        let found = values(&folded);
        assert!(found.len() > 300, "{set}: {}", found.len());
        let in_order = found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start);
        assert!(in_order && found.iter().all(|n| folded.get(n.range.clone()).is_some()), "{set}");
    }
}
