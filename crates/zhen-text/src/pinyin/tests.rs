//! 1. Words are read by word, not by character: polyphones come out right.
//! 2. Whole pinyin with or without spaces, apostrophes, tone digits, tone marks and ü, initials,
//!    mixtures and beginnings of any match, and are told apart.
//! 3. Homophones of the input that are no reading of the word never match.
//! 4. Confusable sounds count as one only when asked.
//! 5. Every syllable typed in full is read back among the readings, whatever follows it.
//! 6. Time is bounded: 200 letters, words without end.
//! 7. The index holds every dictionary word under its own reading.

use proptest::prelude::*;

use super::*;
use crate::lexicon::Lexicon;

impl Reading {
    /// Whether every character is spelled out; the last one may have been begun only.
    fn is_spelled(&self) -> bool {
        self.parts.iter().all(|part| part.kind != PartKind::Initial)
    }

    /// Whether every character is spelled out to its end.
    fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.kind == PartKind::Full)
    }
}

fn read(word: &str) -> String {
    let readings = Pinyin::builtin().readings(word);
    readings
        .iter()
        .map(|r| r.syllables.first().map_or("?", |s| s.text()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn fits(word: &str, typed: &str) -> Option<Match> {
    Pinyin::builtin().matches(word, &Input::new(typed, Fuzzy::NONE)?)
}

fn readings(typed: &str) -> Vec<String> {
    let parts = |reading: &Reading| {
        reading.parts.iter().map(|part| part.typed.as_str()).collect::<Vec<_>>().join(" ")
    };
    Input::new(typed, Fuzzy::NONE)
        .map_or_else(Vec::new, |i| i.readings().iter().map(parts).collect())
}

fn words(typed: &str) -> Vec<&'static str> {
    let pinyin = Pinyin::builtin();
    let Some(input) = Input::new(typed, Fuzzy::NONE) else { return Vec::new() };
    input.readings().iter().flat_map(|r| pinyin.words(r, 10)).map(|word| word.text).collect()
}

#[test]
fn words_are_read_by_word() {
    for (word, expected) in [
        ("银行", "yin hang"),
        ("行走", "xing zou"),
        ("重庆", "chong qing"),
        ("重要", "zhong yao"),
        ("音乐", "yin yue"),
        ("快乐", "kuai le"),
        ("长城", "chang cheng"),
        ("校长", "xiao zhang"),
        ("中国工商银行", "zhong guo gong shang yin hang"),
        ("旅行", "lv xing"),
        ("西安", "xi an"),
        ("卡拉OK", "ka la"),
        ("", ""),
    ] {
        assert_eq!(read(word), expected, "{word}");
    }
}

#[test]
fn everything_typed_in_full_matches() {
    for (word, typed) in [
        ("中巴", "zhongba"),
        ("中巴经济走廊", "zhongba jingji zoulang"),
        ("中巴经济走廊", "zhongbajingjizoulang"),
        ("中巴经济走廊", "ZhongBa JingJi"),
        ("西安", "xi'an"),
        ("西安", "xian"),
        ("银行", "yin2hang2"),
        ("银行", "yínháng"),
        ("旅行", "lvxing"),
        ("旅行", "lüxing"),
        ("旅行", "lu:xing"),
        ("旅行", "luxing"),
        ("旅行", "lyuxing"),
        ("侵略", "qinlue"),
        ("卡拉ok", "kala ok"),
        ("马丁·路德", "mading lude"),
        ("行", "hang"),
        ("行", "xing"),
    ] {
        let expected = if typed == "ZhongBa JingJi" { Match::Prefix } else { Match::Full };
        assert_eq!(fits(word, typed), Some(expected), "{word} {typed}");
    }
}

#[test]
fn initials_mixtures_and_beginnings_match_and_are_told_apart() {
    for (word, typed, expected) in [
        ("中巴经济走廊", "zbjjzl", Match::Initials),
        ("中国", "zhg", Match::Initials),
        ("中国", "zg", Match::Initials),
        ("中国", "zhongg", Match::Prefix),
        ("中国", "zhguo", Match::Mixed),
        ("中国", "zguo", Match::Mixed),
        ("中国", "zhonggu", Match::Prefix),
        ("中国", "zho", Match::Prefix),
        ("中国", "zhong", Match::Prefix),
        ("中国人民", "zhongguo", Match::Prefix),
        ("中国人民", "zgr", Match::InitialsPrefix),
        ("中国人民", "zhongguorm", Match::Mixed),
        ("中国人民", "zhongguor", Match::Prefix),
        ("中国人民", "zguoren", Match::MixedPrefix),
        ("西安", "xa", Match::Initials),
    ] {
        assert_eq!(fits(word, typed), Some(expected), "{word} {typed}");
    }
}

#[test]
fn what_is_not_its_reading_does_not_match() {
    for (word, typed) in [
        ("中国", "zhongwen"),
        ("中国", "guozhong"),
        ("西安", "x'ian"),
        ("先", "xi'an"),
        ("银行", "yinhangjia"),
        ("中国", "zz"),
        ("ok", "中"),
        ("中国", ""),
        ("", "zhong"),
        ("hello", "zhong"),
        ("中国", "zhong1guo9"),
        ("中国", "zhong, guo"),
    ] {
        assert_eq!(fits(word, typed), None, "{word} {typed}");
    }
}

#[test]
fn confusable_sounds_count_as_one_only_when_asked() {
    let pinyin = Pinyin::builtin();
    for (word, typed) in [
        ("中国", "zongguo"),
        ("宁波", "lingbo"),
        ("北京", "beijin"),
        ("四川", "shicuan"),
        ("兰州", "nangzou"),
    ] {
        let exact = Input::new(typed, Fuzzy::NONE).unwrap();
        let fuzzy = Input::new(typed, Fuzzy::ALL).unwrap();
        assert_ne!(pinyin.matches(word, &exact), Some(Match::Full), "{word} {typed}");
        assert_eq!(pinyin.matches(word, &fuzzy), Some(Match::Full), "{word} {typed}");
        let found =
            fuzzy.readings().iter().any(|r| pinyin.words(r, 100).iter().any(|w| w.text == word));
        assert!(found, "{word} {typed}");
    }
}

#[test]
fn input_is_cut_into_syllables() {
    assert_eq!(readings("zhongguo"), ["zhong guo", "zhong gu o"]);
    // The second one is the beginning of "xiang", the last one of "xi'ang".
    assert_eq!(readings("xian"), ["xian", "xian", "xi an", "xi an"]);
    // What is properly written fang'an comes second.
    assert_eq!(readings("fangan")[..2], ["fan gan", "fang an"]);
    assert!(readings("xi'an").iter().all(|reading| reading == "xi an"));
    assert_eq!(readings("zhonggu")[0], "zhong gu");
    assert_eq!(readings("zhongguor")[0], "zhong guo r");
    assert_eq!(readings("zbjjzl")[0], "z b j j z l");
    assert_eq!(readings("hello world!"), [""; 0]);
    assert_eq!(readings("中国"), [""; 0]);
    let input = Input::new("nihaosh", Fuzzy::NONE).unwrap();
    let first = &input.readings()[0];
    assert!(first.is_spelled() && !first.is_whole());
}

#[test]
fn english_words_do_not_read_as_whole_pinyin() {
    for word in ["search", "network", "string", "apple", "windows", "python"] {
        let input = Input::new(word, Fuzzy::NONE).unwrap();
        assert!(input.readings().iter().all(|reading| !reading.is_whole()), "{word}");
    }
}

#[test]
fn words_of_a_reading_come_frequent_first() {
    assert_eq!(words("zhongguo")[0], "中国");
    assert_eq!(words("ceshi")[0], "测试");
    assert!(words("yinhang").contains(&"银行"));
    assert!(!words("xingzou").contains(&"行政"));
    assert!(words("zgrmyh").contains(&"中国人民银行"));
    assert!(words("beij").contains(&"北京"));
    assert!(words("xian").contains(&"西安"));
}

#[test]
fn characters_of_a_syllable_come_frequent_first() {
    let pinyin = Pinyin::builtin();
    let chars = |text: &str| pinyin.syllable_chars(Syllable::new(text).unwrap());
    assert!(chars("de").starts_with('的'));
    assert!(chars("hang").contains('行') && chars("xing").contains('行'));
    assert_eq!(Syllable::new("hello"), None);
    assert!((395..430).contains(&Syllable::all().count()), "{}", Syllable::all().count());
}

#[test]
fn long_input_takes_no_time() {
    let pinyin = Pinyin::builtin();
    let word = "中".repeat(LONGEST_MATCHED);
    for unit in ["a", "xian", "z", "zhi", "fangan", "n", "ang"] {
        let long = unit.repeat(MOST_LETTERS / unit.len());
        let input = Input::new(&long, Fuzzy::ALL).unwrap();
        assert!(input.readings().len() <= 4);
        for reading in input.readings() {
            let _ = pinyin.words(&reading, 10);
        }
        let _ = pinyin.matches(&word, &input);
        assert_eq!(Input::new(&"a".repeat(MOST_LETTERS + 1), Fuzzy::NONE), None);
    }
    let zs = Input::new("zzzz", Fuzzy::ALL).unwrap();
    assert!(pinyin.words(&zs.readings()[0], 10).len() <= 10);
}

#[test]
fn dictionary_words_are_found_by_their_reading() {
    let lexicon = Lexicon::builtin();
    let pinyin = Pinyin::builtin();
    let sample = [
        "经济",
        "软件",
        "测试",
        "人工智能",
        "拿破仑",
        "自由贸易",
        "奥林匹克",
        "旅行",
        "重庆",
        "儿女",
    ];
    for word in sample {
        assert!(lexicon.knows(word));
        let typed = read(word);
        assert_eq!(fits(word, &typed), Some(Match::Full), "{word} {typed}");
        let input = Input::new(&typed, Fuzzy::NONE).unwrap();
        let found = pinyin.words(&input.readings()[0], 50);
        assert!(found.iter().any(|found| found.text == word), "{word} {typed} {found:?}");
    }
}

fn any_syllable() -> impl Strategy<Value = Syllable> {
    (0..u16::try_from(Syllable::all().count()).unwrap()).prop_map(Syllable::from_number)
}

proptest! {
    #[test]
    fn separated_syllables_are_read_back(syllables in proptest::collection::vec(any_syllable(), 1..8)) {
        let typed: Vec<&str> = syllables.iter().map(|s| s.text()).collect();
        let input = Input::new(&typed.join("'"), Fuzzy::NONE).unwrap();
        let first = &input.readings()[0];
        let apart = |reading: &Reading| reading.parts.iter().map(|p| p.typed.clone()).collect::<Vec<_>>();
        // A syllable such as "xian" may also be read as two, but not before.
        prop_assert_eq!(apart(first), typed);
    }

    #[test]
    fn joined_syllables_match_a_word_read_so(syllables in proptest::collection::vec(any_syllable(), 1..8)) {
        let pinyin = Pinyin::builtin();
        let word: String =
            syllables.iter().filter_map(|&s| pinyin.syllable_chars(s).chars().next()).collect();
        // The commonest character of a syllable may have it as a lesser reading; any reading counts.
        let typed: String = syllables.iter().map(|s| s.text()).collect();
        prop_assert_eq!(fits(&word, &typed), Some(Match::Full), "{} {}", word, typed);
        let initials: String = syllables.iter().map(|s| &s.text()[..1]).collect();
        prop_assert!(fits(&word, &initials).is_some(), "{} {}", word, initials);
    }

    #[test]
    fn any_input_is_answered(typed in "([a-z]{1,3}|[1-5' ü:]|zh|ang|\\PC){0,30}", word in "[中国银行a-c西安重·]{0,8}") {
        let pinyin = Pinyin::builtin();
        for fuzzy in [Fuzzy::NONE, Fuzzy::ALL] {
            let Some(input) = Input::new(&typed, fuzzy) else { continue };
            let readings = input.readings();
            let least = |reading: &Reading| reading.parts.iter().map(|part| part.kind).max();
            prop_assert_eq!(input.spelling(), readings.iter().filter_map(least).min());
            for (place, reading) in readings.iter().enumerate() {
                prop_assert!(!readings[..place].contains(reading));
                let letters: String = reading.parts.iter().map(|part| part.typed.as_str()).collect();
                prop_assert_eq!(&letters, &input.letters);
                prop_assert!(reading.parts.iter().all(|part| !part.syllables.is_empty()));
            }
            let _ = pinyin.matches(&word, &input);
        }
    }
}
