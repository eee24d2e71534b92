//! 1. Ranges are inside what was given, ascending and disjoint; no answer is without candidates.
//! 2. Weights are in (0, 1]; translations are best first, each word at most once.
//! 3. The longest phrase wins.
//! 4. Inflected, derived and British forms find what the dictionary form finds.
//! 5. Names of people and places are known; numbers are left alone.
//! 6. Every Chinese word of the table is found again, and unknown words fall into known parts.
//! 7. The right word is among the first candidates as often as was measured.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::fold::fold_to_string;

fn to_chinese(query: &str) -> Vec<(String, Vec<&'static str>)> {
    let words: Vec<&str> = query.split(' ').collect();
    let found = Lexicon::builtin().to_chinese(&words);
    let texts = |t: &Translated| t.candidates.iter().map(|c| c.text).collect();
    found.iter().map(|t| (words[t.words.clone()].join(" "), texts(t))).collect()
}

/// The first candidates of the only word or phrase of a query.
fn candidates(query: &str) -> Vec<&'static str> {
    let mut found = to_chinese(query);
    assert_eq!(found.len(), 1, "{query}: {found:?}");
    found.remove(0).1
}

fn english(word: &str) -> Vec<&'static str> {
    Lexicon::builtin().to_english(word).into_iter().map(|c| c.text).collect()
}

#[test]
fn common_words_come_first() {
    for (word, expected) in [
        ("economy", "经济"),
        ("software", "软件"),
        ("computer", "电脑"),
        ("water", "水"),
        ("university", "大学"),
        ("china", "中国"),
        ("government", "政府"),
        ("history", "历史"),
    ] {
        assert_eq!(candidates(word)[0], expected);
    }
}

#[test]
fn the_longest_phrase_wins() {
    assert_eq!(candidates("world health organization")[0], "世界卫生组织");
    assert_eq!(candidates("artificial intelligence")[0], "人工智能");
    let found = to_chinese("members of the european union in 1999");
    let phrases: Vec<&str> = found.iter().map(|(phrase, _)| phrase.as_str()).collect();
    assert_eq!(phrases, ["members", "european union"]);
}

#[test]
fn inflected_and_british_forms_find_what_their_word_finds() {
    for (form, expected) in [
        ("computers", "电脑"),
        ("countries", "国家"),
        ("children", "孩子"),
        ("economies", "经济"),
        ("led", "领导"),
        ("labour", "劳动"),
        ("defence", "防御"),
        ("universities", "大学"),
        ("world wars", "世界大战"),
    ] {
        assert!(candidates(form).contains(&expected), "{form}: {:?}", candidates(form));
    }
}

#[test]
fn what_a_form_means_by_itself_is_not_drowned_by_its_word() {
    for (form, own, of_word) in
        [("rose", "玫瑰", "上升"), ("accounting", "会计", "账户"), ("boxing", "拳击", "盒子")]
    {
        let found = candidates(form);
        let place = |text| found.iter().position(|&one| one == text);
        assert!(place(own) < place(of_word) && place(own).is_some(), "{form}: {found:?}");
    }
    assert!(!candidates("used").contains(&"美国"));
    assert!(!candidates("seed").contains(&"看见"));
}

#[test]
fn usual_english_comes_before_rare() {
    let lexicon = Lexicon::builtin();
    for (word, usual) in [("愚蠢", "stupid"), ("痛苦", "pain"), ("分配", "distribution")] {
        let found = lexicon.to_english(word);
        assert!(found.iter().take(4).any(|c| c.text == usual), "{word}: {found:?}");
    }
}

#[test]
fn derived_words_find_their_root_at_a_lower_weight() {
    let lexicon = Lexicon::builtin();
    let found = lexicon.to_chinese(&["senatorian"]);
    assert_eq!(found[0].source, Source::Root);
    assert!(found[0].candidates.iter().any(|c| c.text == "参议员"));
    assert!(found[0].candidates.iter().all(|c| c.weight <= DERIVED));
}

#[test]
fn words_that_only_explain_find_what_they_explain() {
    let found = Lexicon::builtin().to_chinese(&["puerto"]);
    assert_eq!(found[0].source, Source::Explanation);
    assert!(found[0].candidates.iter().any(|c| c.text == "波多黎各"));
}

#[test]
fn names_are_known() {
    for (name, expected) in [
        ("genghis khan", "成吉思汗"),
        ("luther", "路德"),
        ("warsaw", "华沙"),
        ("victoria", "维多利亚"),
        ("napoleon", "拿破仑"),
        ("einstein", "爱因斯坦"),
        ("fujian", "福建"),
        ("london", "伦敦"),
        ("deng xiaoping", "邓小平"),
    ] {
        assert!(candidates(name)[..2.min(candidates(name).len())].contains(&expected), "{name}");
    }
}

#[test]
fn signs_within_words_do_no_harm() {
    assert!(candidates("china's").contains(&"中国"));
    assert!(candidates("u.s.").contains(&"美国"));
    assert!(candidates("e-commerce").contains(&"电子商务"));
    // As left by a splitter that cuts at the apostrophe.
    assert!(candidates("women s rights").contains(&"女权"));
}

#[test]
fn a_shorter_word_only_hints_where_the_word_has_an_entry() {
    for (word, meant, other) in [
        ("butter", "黄油", "但是"),
        ("employer", "雇主", "使用"),
        ("shower", "淋浴", "显示"),
        ("browser", "浏览器", "眉头"),
        ("hospital", "医院", "好客"),
        ("shed", "棚", "她"),
    ] {
        let found = Lexicon::builtin().to_chinese(&[word]).remove(0).candidates;
        let of = |text: &str| found.iter().find(|candidate| candidate.text == text);
        assert!(of(meant).is_some_and(|candidate| !candidate.related), "{word}: {found:?}");
        assert!(of(other).is_none_or(|candidate| candidate.related), "{word}: {found:?}");
    }
    let brother = Lexicon::builtin().to_chinese(&["brother"]).remove(0).candidates;
    assert!(brother[0].text == "兄弟" && !brother[0].related, "{brother:?}");
}

#[test]
fn what_means_a_word_and_another_together_hints_at_it() {
    let found = Lexicon::builtin().to_chinese(&["waste"]);
    let hints: Vec<_> = found[0].candidates.iter().filter(|one| one.related).collect();
    assert!(hints.iter().any(|hint| hint.text == "废水"), "{hints:?}");
    assert!(!hints.contains(&&found[0].candidates[0]));
}

#[test]
fn function_words_and_numbers_are_left_alone() {
    assert_eq!(to_chinese("of the 1999 3.5 25,000"), []);
    let with_content = to_chinese("what is the economy of");
    assert_eq!(with_content.len(), 1);
    assert!(!to_chinese("who").is_empty(), "a query of function words alone is translated");
    assert_eq!(to_chinese(""), []);
    assert_eq!(to_chinese("qzxwvk"), []);
}

#[test]
fn english_is_found_for_chinese() {
    for (word, expected) in [
        ("软件", "software"),
        ("世界卫生组织", "world health organization"),
        ("华沙", "warsaw"),
        ("北大", "peking university"),
        ("走廊", "corridor"),
    ] {
        assert!(
            english(word)[..2.min(english(word).len())].contains(&expected),
            "{word}: {:?}",
            english(word)
        );
    }
    assert!(english("经济").contains(&"economy"));
    assert_eq!(english("中巴经济走廊"), [""; 0]);
    assert_eq!(english(""), [""; 0]);
}

#[test]
fn words_of_a_field_are_known_beside_the_usual_ones() {
    for (word, expected) in [
        ("thread", ["线", "线程"]),
        ("cell", ["细胞", "单元格"]),
        ("files", ["文件", "档案"]),
        ("repository", ["仓库", "存储库"]),
    ] {
        let found = candidates(word);
        assert!(expected.iter().all(|one| found[..3].contains(one)), "{word}: {found:?}");
    }
    assert_eq!(candidates("source code")[..2], ["源代码", "源码"]);
    assert_eq!(english("线程")[0], "thread");
    assert!(english("集群").contains(&"cluster"));
}

#[test]
fn unknown_words_fall_into_known_parts() {
    let word = "自由贸易条约x";
    let found = Lexicon::builtin().to_english_parts(word);
    let parts: Vec<&str> = found.iter().map(|part| &word[part.range.clone()]).collect();
    assert_eq!(parts, ["自由贸易", "条约"]);
    assert!(found.iter().all(|part| part.source == Source::Part));
    let whole = Lexicon::builtin().to_english_parts("软件");
    assert_eq!((whole.len(), whole[0].source, whole[0].range.clone()), (1, Source::Entry, 0..6));
}

#[test]
fn every_chinese_word_is_found_again() {
    let lexicon = Lexicon::builtin();
    assert!(lexicon.chinese.len() > 110_000);
    let mut before = "";
    for number in 0..lexicon.chinese.len() {
        let word = lexicon.chinese.word(number);
        assert!(before < word, "{before} {word}");
        assert_eq!(lexicon.chinese.find(word), Ok(number));
        assert_eq!(fold_to_string(word), word);
        assert!(lexicon.to_english(word).iter().all(|c| c.weight > 0.0 && c.weight <= 1.0));
        before = word;
    }
}

proptest! {
    #[test]
    fn answers_are_well_formed(
        words in proptest::collection::vec(
            "[a-z]{1,9}|the|of|free|trade|wars|us|u\\.s|new|york|\\PC{0,6}", 0..12
        )
    ) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut end = 0;
        for found in Lexicon::builtin().to_chinese(&words) {
            prop_assert!(found.words.start >= end || found.words.start + 1 == end, "{:?}", found);
            prop_assert!(found.words.end <= words.len() && !found.words.is_empty());
            end = found.words.end;
            prop_assert!(!found.candidates.is_empty());
            prop_assert!(found.candidates.len() <= MOST_TRANSLATIONS + 3 * MOST_RELATED);
            let weights: Vec<f32> = found.candidates.iter().map(|c| c.weight).collect();
            prop_assert!(weights.iter().all(|&w| w > 0.0 && w <= weights[0] && w <= 1.0));
            for (i, candidate) in found.candidates.iter().enumerate() {
                prop_assert!(found.candidates[..i].iter().all(|c| c.text != candidate.text));
            }
        }
    }

    #[test]
    fn parts_are_on_character_borders(word in "[中巴经济走廊国世界x贸易，a-c]{0,12}") {
        let mut end = 0;
        for part in Lexicon::builtin().to_english_parts(&word) {
            prop_assert!(part.range.start >= end && !part.candidates.is_empty());
            prop_assert!(word.get(part.range.clone()).is_some());
            end = part.range.end;
        }
    }
}

/// A relevance set: for each relevant pair the text of the query and of the document.
fn pairs(set: &str) -> Option<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval").join(set);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let (Some(corpus), Some(queries), Some(qrels)) =
        (read("corpus.jsonl"), read("queries.tsv"), read("qrels.tsv"))
    else {
        println!("skipped: ../shared/eval/{set} is absent");
        return None;
    };
    let bodies: std::collections::HashMap<String, String> = corpus
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            (record["id"].as_str().unwrap().to_owned(), record["body"].as_str().unwrap().to_owned())
        })
        .collect();
    let queries: std::collections::HashMap<&str, &str> =
        queries.lines().filter_map(|line| line.split_once('\t')).collect();
    let pair = |line: &str| {
        let mut columns = line.split_whitespace();
        let query = columns.next()?;
        Some((queries.get(query)?.to_string(), bodies.get(columns.nth(1)?)?.clone()))
    };
    Some(qrels.lines().filter_map(pair).collect())
}

/// How often one of the first 1, 3 and all candidates stands in the text on the other side, of
/// every word or phrase translated; of a phrase of which none does, of each of its words.
fn hit_rates(english_and_chinese: impl Iterator<Item = (String, String)>) -> [f64; 3] {
    let lexicon = Lexicon::builtin();
    let (mut hits, mut units) = ([0.0; 3], 0.0);
    for (english, chinese) in english_and_chinese {
        let (english, chinese) = (fold_to_string(&english), fold_to_string(&chinese));
        let words: Vec<&str> =
            english.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let stands = |found: &Translated, most: usize| {
            found.candidates.iter().take(most).any(|c| chinese.contains(c.text))
        };
        let apart = |found: Translated| match found.words.len() > 1 && !stands(&found, usize::MAX) {
            true => {
                words[found.words].iter().flat_map(|&word| lexicon.to_chinese(&[word])).collect()
            }
            false => vec![found],
        };
        for found in lexicon.to_chinese(&words).into_iter().flat_map(apart) {
            units += 1.0;
            for (hit, most) in hits.iter_mut().zip([1, 3, usize::MAX]) {
                *hit += f64::from(u8::from(stands(&found, most)));
            }
        }
    }
    hits.map(|hit| hit / units)
}

#[test]
fn translations_of_questions_stand_in_their_paragraphs() {
    let Some(pairs) = pairs("xquad-en-zh") else { return };
    let [first, three, all] = hit_rates(pairs.into_iter());
    println!("xquad-en-zh: {first:.3} {three:.3} {all:.3}");
    assert!(first > 0.5 && three > 0.65 && all > 0.74, "{first:.3} {three:.3} {all:.3}");
}

#[test]
fn translations_of_news_stand_in_their_translation() {
    let Some(pairs) = pairs("ntrex-zh-en") else { return };
    let [first, three, all] = hit_rates(pairs.into_iter().map(|(zh, en)| (en, zh)));
    println!("ntrex-zh-en: {first:.3} {three:.3} {all:.3}");
    assert!(first > 0.42 && three > 0.575 && all > 0.67, "{first:.3} {three:.3} {all:.3}");
}
