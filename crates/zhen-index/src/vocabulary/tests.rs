//! 1. Every way of asking gives the entries that fit, the best first, and all of them when there is
//!    room.
//! 2. Of entries that fit, those left out for want of room are the worse ones.
//! 3. One edit, also of two letters that changed places, is forgiven.
//! 4. No input takes long.

use std::sync::LazyLock;

use proptest::prelude::*;
use zhen_text::pinyin::Fuzzy;

use super::build::{Draft, build};
use super::*;

const ORIGIN: Origin = Origin { generation: 1, changes: 1, documents: 1 };

fn draft(text: &str, count: u64) -> Draft {
    let key = text_key(&zhen_text::fold::fold_to_string(text)).into();
    Draft { text: text.into(), key, count, kind: EntryKind::Word }
}

fn vocabulary(drafts: Vec<Draft>) -> Vocabulary {
    Vocabulary::from_bytes(OwnedBytes::new(build(ORIGIN, drafts))).unwrap()
}

/// Words, the first ones in most documents.
fn of(words: &[&str]) -> Vocabulary {
    let counted = words.iter().zip((1..).map(|n| 1_000 - n));
    vocabulary(counted.map(|(word, count)| draft(word, count)).collect())
}

fn input(typed: &str) -> Input {
    Input::new(typed, Fuzzy::NONE).unwrap()
}

fn texts(entries: Vec<Entry<'_>>) -> Vec<&str> {
    entries.into_iter().map(|entry| entry.text).collect()
}

#[test]
fn entries_are_found_by_how_they_begin() {
    let words = of(&["中国", "dictionary", "中巴经济走廊", "Free Trade", "词典", "dice", "free"]);
    assert_eq!(texts(words.beginning("中", 9)), ["中国", "中巴经济走廊"]);
    assert_eq!(texts(words.beginning("中 巴经", 9)), ["中巴经济走廊"]);
    assert_eq!(texts(words.beginning("dic", 9)), ["dictionary", "dice"]);
    assert_eq!(texts(words.beginning("dic", 1)), ["dictionary"]);
    assert_eq!(texts(words.beginning("free ", 9)), ["Free Trade"]);
    assert_eq!(texts(words.beginning("", 2)), ["中国", "dictionary"]);
    assert_eq!(texts(words.beginning("没有", 9)), [""; 0]);
    assert_eq!(words.find("词典").unwrap().count, 995);
    assert_eq!(words.find("词"), None);
}

#[test]
fn entries_are_found_by_how_they_are_read() {
    let words = of(&["中国", "中巴", "银行", "行走", "西安", "先", "旅行", "重庆", "中巴经济走廊"]);
    let whole = |typed: &str| texts(words.read_as(&input(typed), false, Fit::Whole, 9));
    let begun = |typed: &str| texts(words.read_as(&input(typed), false, Fit::Begun, 9));
    let mixed = |typed: &str| texts(words.read_as(&input(typed), true, Fit::Whole, 9));
    assert_eq!(whole("zhongba"), ["中巴"]);
    assert_eq!(whole("zhōng bā"), ["中巴"]);
    assert_eq!(whole("zhong1ba1"), ["中巴"]);
    assert_eq!(whole("zhongba jingji zoulang"), ["中巴经济走廊"]);
    assert_eq!(whole("yinhang"), ["银行"]);
    assert_eq!(whole("xinghang"), [""; 0]);
    assert_eq!(whole("yinxing"), [""; 0]);
    assert_eq!(whole("xingzou"), ["行走"]);
    assert_eq!(whole("xian"), ["西安", "先"]);
    assert_eq!(whole("xi'an"), ["西安"]);
    assert_eq!(whole("lvxing"), ["旅行"]);
    assert_eq!(whole("luxing"), ["旅行"]);
    assert_eq!(whole("chongqing"), ["重庆"]);
    assert_eq!(begun("zhongb"), ["中巴", "中巴经济走廊"]);
    assert_eq!(begun("zhongba jing"), ["中巴经济走廊"]);
    assert_eq!(mixed("zhongbajjzl"), ["中巴经济走廊"]);
    assert_eq!(mixed("zhbjjzl"), ["中巴经济走廊"]);
    assert_eq!(mixed("zhguo"), ["中国"]);
    assert_eq!(texts(words.with_initials("zbjjzl", Fit::Whole, 9)), ["中巴经济走廊"]);
    assert_eq!(texts(words.with_initials("zb", Fit::Begun, 9)), ["中巴", "中巴经济走廊"]);
}

#[test]
fn confusable_sounds_count_as_one_only_when_asked() {
    let words = of(&["中国", "四川", "宁波", "北京", "兰州", "自然"]);
    let fuzzy = |typed: &str| {
        let typed = Input::new(typed, Fuzzy::ALL).unwrap();
        texts(words.read_as(&typed, false, Fit::Whole, 9))
    };
    for (typed, word) in [
        ("zongguo", "中国"),
        ("shicuan", "四川"),
        ("lingbo", "宁波"),
        ("beijin", "北京"),
        ("nangzou", "兰州"),
        ("zhiran", "自然"),
        ("zhongguo", "中国"),
    ] {
        assert_eq!(fuzzy(typed), [word], "{typed}");
        let exact = texts(words.read_as(&input(typed), false, Fit::Whole, 9));
        assert_eq!(exact.is_empty(), typed != "zhongguo", "{typed}");
    }
}

#[test]
fn words_are_found_within_what_was_typed() {
    let words = of(&["经济", "走廊", "中巴", "众", "进", "惊", "基"]);
    let typed = input("zhongbajingji");
    let at = |from| -> Vec<(usize, Vec<&str>)> {
        let found = words.spelled_from(&typed, from, 9);
        found.into_iter().map(|(to, entries)| (to, texts(entries))).collect()
    };
    assert_eq!(at(0), [(7, vec!["中巴"]), (5, vec!["众"])]);
    assert_eq!(at(7), [(13, vec!["经济"]), (10, vec!["进"]), (11, vec!["惊"]), (9, vec!["基"])]);
    assert_eq!(at(13), []);
    let apart = input("zhong ba jin gji");
    assert!(words.spelled_from(&apart, 7, 9).iter().all(|(to, _)| *to <= 10));
}

#[test]
fn a_word_of_several_readings_takes_the_room_of_one() {
    // Both readings of the first two begin so.
    let words = of(&["了", "嘹", "聊天", "老师"]);
    let found = texts(words.read_as(&input("l"), false, Fit::Begun, 3));
    assert_eq!(found, ["了", "嘹", "聊天"]);
}

#[test]
fn one_edit_is_forgiven() {
    let words = of(&["dictionary", "中国", "software"]);
    for typed in ["dictoinary", "dictinary", "dicctionary", "bictionary", "dictoin"] {
        assert_eq!(texts(words.near(typed, 9)), ["dictionary"], "{typed}");
    }
    assert_eq!(texts(words.near("dcitoinary", 9)), [""; 0]);
    for typed in ["zhogguo", "zhongugo", "zhonguo", "zhogg"] {
        assert_eq!(texts(words.read_nearly(&input(typed), 9)), ["中国"], "{typed}");
    }
}

#[test]
fn long_input_takes_no_time() {
    let words = dictionary();
    for unit in ["a", "xian", "z", "zhi", "fangan", "n", "yi"] {
        let typed = Input::new(&unit.repeat(200 / unit.len()), Fuzzy::ALL).unwrap();
        assert_eq!(texts(words.read_as(&typed, true, Fit::Begun, 9)), [""; 0]);
        assert_eq!(words.spelled_from(&typed, 0, 9), []);
        let typed = Input::new(&unit.repeat(MOST_SPELLED / unit.len()), Fuzzy::ALL).unwrap();
        let _ = words.read_as(&typed, true, Fit::Begun, 9);
        let _ = words.read_nearly(&typed, 9);
        let _ = words.spelled_from(&typed, 0, 9);
    }
}

/// A text, its syllables and initials, and its rank.
type Known = (String, Vec<(String, String)>, u32);

/// A few thousand dictionary words with counts in no relation to their spelling.
static DICTIONARY: LazyLock<(Vocabulary, Vec<Known>)> = LazyLock::new(|| {
    let words = zhen_text::segment::dictionary().step_by(101);
    let drafts: Vec<Draft> = words.map(|(word, n)| draft(&word, n % 997 + 1)).collect();
    let words = vocabulary(drafts.clone());
    let pinyin = zhen_text::pinyin::Pinyin::builtin();
    let mut known: Vec<Known> = drafts
        .iter()
        .map(|draft| {
            let keys = reading::keys(&pinyin, &draft.key);
            (draft.key.to_string(), keys, words.find(&draft.key).unwrap().rank)
        })
        .collect();
    known.sort_by_key(|known| known.2);
    (words, known)
});

fn dictionary() -> &'static Vocabulary {
    &DICTIONARY.0
}

fn known(pick: usize) -> &'static Known {
    &DICTIONARY.1[pick % DICTIONARY.1.len()]
}

/// The ranks of the best entries that fit, by looking at every one, the best first.
fn brute(most: usize, fits: impl Fn(&Known) -> bool) -> Vec<u32> {
    DICTIONARY.1.iter().filter(|known| fits(known)).map(|known| known.2).take(most).collect()
}

fn ranks(entries: Vec<Entry<'_>>) -> Vec<u32> {
    entries.into_iter().map(|entry| entry.rank).collect()
}

proptest! {
    #[test]
    fn the_best_that_begin_so_are_given(pick in 0usize..3_000, length in 1usize..3, most in 1usize..40) {
        let prefix: String = known(pick).0.chars().take(length).collect();
        let expected = brute(most, |(text, ..)| text.starts_with(&prefix));
        prop_assert_eq!(ranks(dictionary().beginning(&prefix, most)), expected);
    }

    #[test]
    fn the_best_that_are_read_so_are_given(pick in 0usize..3_000, length in 1usize..12, most in 1usize..40) {
        let keys = &known(pick).1;
        prop_assume!(!keys.is_empty());
        let plain = |key: &str| key.replace('\'', "");
        let letters: String = plain(&keys[0].0).chars().take(length).collect();
        let Some(typed) = Input::new(&letters, Fuzzy::NONE) else { return Ok(()) };
        // ü may be typed u.
        let same = |a: &str, b: &str| {
            a.len() >= b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| a == b || (a, b) == (b'v', b'u'))
        };
        for fit in [Fit::Begun, Fit::Whole] {
            let expected = brute(most, |(_, keys, _)| {
                keys.iter().any(|(spelled, _)| {
                    let spelled = plain(spelled);
                    same(&spelled, &letters) && (fit == Fit::Begun || spelled.len() == letters.len())
                })
            });
            prop_assert_eq!(ranks(dictionary().read_as(&typed, false, fit, most)), expected);
        }
    }

    #[test]
    fn the_best_with_these_initials_are_given(letters in "[a-z]{1,3}", most in 1usize..40) {
        let expected = brute(most, |(_, keys, _)| {
            keys.iter().any(|(_, initials)| initials.starts_with(&letters))
        });
        prop_assert_eq!(ranks(dictionary().with_initials(&letters, Fit::Begun, most)), expected);
    }

    #[test]
    fn any_prefix_is_answered(prefix in "\\PC{0,12}", typed in "[a-z' ]{1,20}") {
        let words = dictionary();
        let key = text_key(&zhen_text::fold::fold_to_string(&prefix));
        prop_assert!(words.beginning(&prefix, 5).len() <= 5);
        prop_assert_eq!(text_key(&key), key);
        if let Some(typed) = Input::new(&typed, Fuzzy::ALL) {
            prop_assert!(words.read_as(&typed, true, Fit::Begun, 5).len() <= 5);
        }
    }
}

/// Measures, with a million entries: time to build, bytes, and the time of a completion of each
/// kind. `cargo nextest run -p zhen-index --run-ignored only --no-capture slow_a_million`.
#[test]
#[ignore = "a measurement: asserts only that something is found"]
#[allow(clippy::print_stdout, reason = "a measurement is printed")]
fn slow_a_million_entries_are_completed_at_once() {
    let words: Vec<(String, u64)> =
        zhen_text::segment::dictionary().filter(|(word, _)| word.chars().count() > 1).collect();
    // Pairs of dictionary words, as names of two words are, by a linear congruential generator.
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut drafts: Vec<Draft> = words.iter().map(|(word, n)| draft(word, *n)).collect();
    while drafts.len() < 1_030_000 {
        let (a, b) = (&words[next(words.len())].0, &words[next(words.len())].0);
        drafts.push(draft(&format!("{a}{b}"), 1 + next(500) as u64));
        let letters: String = (0..4 + next(8)).map(|_| (b'a' + next(26) as u8) as char).collect();
        drafts.push(draft(&letters, 1 + next(500) as u64));
    }
    let began = std::time::Instant::now();
    let bytes = build(ORIGIN, drafts);
    println!("built in {:?}: {} bytes", began.elapsed(), bytes.len());
    let began = std::time::Instant::now();
    let words = Vocabulary::from_bytes(OwnedBytes::new(bytes)).unwrap();
    println!("opened in {:?}: {} entries", began.elapsed(), words.len());
    assert_eq!(words.len(), 1_000_000);
    type Ask = fn(&Vocabulary, &str) -> usize;
    let asks: [(&str, Ask, &[&str]); 5] = [
        (
            "beginning",
            |v, t| v.beginning(t, 10).len(),
            &["", "中", "中国", "a", "co", "不", "人民银"],
        ),
        (
            "read, begun",
            |v, t| v.read_as(&input(t), false, Fit::Begun, 10).len(),
            &["z", "zh", "zhong", "zhongguo", "zhongguoren", "y", "shi", "jingjif"],
        ),
        (
            "mixed, begun",
            |v, t| v.read_as(&input(t), true, Fit::Begun, 10).len(),
            &["zhongg", "zguo", "zgren", "zhgrm", "bjdaxue", "zhongbajj"],
        ),
        ("initials", |v, t| v.with_initials(t, Fit::Begun, 10).len(), &["z", "zg", "zgrm", "bjdx"]),
        ("one edit", |v, t| v.near(t, 10).len(), &["zhon", "aaaa", "conputer", "abcd"]),
    ];
    for (name, ask, prefixes) in asks {
        for prefix in prefixes {
            let found = ask(&words, prefix);
            let began = std::time::Instant::now();
            const TIMES: u32 = 20;
            for _ in 0..TIMES {
                assert_eq!(ask(&words, prefix), found);
            }
            println!("{name:>12} {prefix:<12} {:>9.1?} {found}", began.elapsed() / TIMES);
        }
    }
}
