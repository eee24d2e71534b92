//! 1. A line falls into word, pinyin and senses.
//! 2. Labels, classifiers, articles, *to*, *sb* and what stands in parentheses are no meaning.
//! 3. Names are found at the beginning of what is said of them.

use super::*;

fn meanings(text: &str, is_name: bool) -> Vec<(String, f32)> {
    match sense(text, is_name) {
        Sense::Means(phrases) => phrases.into_iter().map(|(p, w)| (p.join(" "), w)).collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn phrases(text: &str, is_name: bool) -> Vec<String> {
    meanings(text, is_name).into_iter().map(|(phrase, _)| phrase).collect()
}

#[test]
fn a_line_falls_into_its_parts() {
    let entry = entry("詞典 词典 [ci2 dian3] /dictionary/CL:部[bu4],本[ben3]/").unwrap();
    assert_eq!((entry.word.as_str(), entry.pinyin.as_str()), ("词典", "ci2 dian3"));
    assert_eq!(entry.senses, ["dictionary", "CL:部[bu4],本[ben3]"]);
    assert!(!entry.is_name());
    assert!(super::entry("no entry").is_none());
}

#[test]
fn glosses_become_phrases() {
    assert_eq!(phrases("to order (food etc); to select", false), ["order", "select"]);
    assert_eq!(phrases("the stock market", false), ["stock market"]);
    assert_eq!(phrases("to give sb sth", false), ["give"]);
    assert_eq!(phrases("to be afraid", false), ["afraid", "be afraid"]);
    assert_eq!(phrases("dragon boat (see 龍舟|龙舟[long2 zhou1])", false), ["dragon boat"]);
    assert_eq!(phrases("U.S. dollar; Café", false), ["u.s dollar", "cafe"]);
    assert_eq!(phrases("Down's syndrome; one's own", false), ["down syndrome", "own"]);
}

#[test]
fn labels_lower_the_worth_of_a_sense() {
    let worth = |text: &str| meanings(text, false)[0].1;
    assert!(worth("(archaic) to hit") < worth("(coll.) to hit"));
    assert!(worth("(literary) trip; journey") < 0.5);
    assert_eq!(worth("to hit (archaic)"), 1.0);
}

#[test]
fn references_and_notes_are_no_meanings() {
    for note in ["CL:個|个[ge4]", "Taiwan pr. [fa3]", "classifier for ships"] {
        assert_eq!(sense(note, false), Sense::Nothing, "{note}");
    }
    let Sense::As { word, also, .. } =
        sense("abbr. for 北京大學|北京大学[Bei3 jing1 Da4 xue2]", true)
    else {
        panic!("an abbreviation refers to a word");
    };
    assert_eq!((word.as_str(), also.len()), ("北京大学", 0));
    assert!(matches!(sense("variant of 峰[feng1]", false), Sense::As { word, .. } if word == "峰"));
    assert!(matches!(sense("surname Zhong", true), Sense::Surname(name) if name == ["zhong"]));
}

#[test]
fn names_stand_at_the_beginning() {
    assert_eq!(phrases("Warsaw, capital of Poland", true), ["warsaw"]);
    let genghis = "Genghis Khan (1162-1227), founder and ruler of the Mongol Empire";
    assert_eq!(phrases(genghis, true), ["genghis khan"]);
    assert!(is_person(genghis) && !is_person("Warsaw (capital of Poland)"));
    let putian = phrases("Putian prefecture-level city in Fujian", true);
    assert!(putian.contains(&"putian".to_owned()));
    assert!(phrases("Fujian Province (Fokien)", true).contains(&"fujian".to_owned()));
}

#[test]
fn a_name_is_also_known_without_what_it_is_the_name_of_and_by_its_acronym() {
    let has = |text: &str, name: &str| phrases(text, true).iter().any(|known| known == name);
    assert!(has("Microsoft Corporation", "microsoft"));
    assert!(has("Xinhua News Agency", "xinhua"));
    assert!(has("Inner Mongolia autonomous region", "inner mongolia"));
    assert!(has("Mount Everest", "everest"));
    assert!(has("International Monetary Fund (IMF)", "imf"));
    assert!(!has("World Health Organization (WHO)", "who"));
    assert!(!phrases("a kind of list (IMF)", false).contains(&"imf".to_owned()));
}
