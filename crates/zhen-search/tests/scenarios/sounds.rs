//! Foreign names that no list knows are found by their sound.

use zhen_search::{SearchRequest, Via};
use zhen_text::lexicon::Lexicon;

use super::Index;

/// Names that the lexicon does not know, as documents of both languages write them.
const NAMES: [(&str, &str); 5] = [
    ("Piketty", "皮凯蒂"),
    ("Kibaki", "基巴基"),
    ("Lindisfarne", "林迪斯法恩"),
    ("Mackinder", "麦金德"),
    ("Goldenson", "戈登森"),
];

#[test]
fn a_name_finds_how_documents_write_it_in_the_other_script() {
    for (latin, chinese) in NAMES {
        assert!(Lexicon::builtin().to_chinese(&[&latin.to_lowercase()]).is_empty(), "{latin}");
        let texts = [
            format!("教授{chinese}在讲课。"),
            format!("Professor {latin} gives a lecture."),
            "教授在公园里散步，没有名字。".to_owned(),
            "Nobody is named in this sentence.".to_owned(),
        ];
        let index = Index::of_texts(&texts.each_ref().map(String::as_str));
        for (query, other) in [(latin, chinese), (chinese, latin)] {
            assert_eq!(index.ids(query), ["0", "1"], "{query}");
            let response = index.search(query);
            let matched = response.hits.into_iter().flat_map(|hit| hit.matched);
            let road = (query.to_owned(), other.to_owned(), Via::Translation);
            assert!(matched.map(|m| (m.query, m.term, m.via)).any(|m| m == road), "{query}");
        }
    }
}

#[test]
fn a_name_as_typed_comes_before_what_sounds_like_it() {
    let index = Index::of_texts(&["皮凯蒂，皮凯蒂，皮凯蒂", "Once Piketty is named here."]);
    assert_eq!(index.search("piketty").hits[0].id, "1");
}

#[test]
fn what_sounds_otherwise_or_stands_apart_is_not_found() {
    let index = Index::of_texts(&[
        "皮和凯，凯和蒂",
        "鲁滨逊的皮蛋",
        "凯蒂姆的皮包",
        "kitchen penicillin pottery",
    ]);
    assert!(index.ids("piketty").is_empty());
    assert!(index.ids("\"皮凯蒂\"").is_empty());
}

#[test]
fn exact_searches_and_those_in_one_language_look_for_no_sounds() {
    let index = Index::of_texts(&["教授皮凯蒂在讲课。"]);
    let query = || "Piketty".to_owned();
    assert_eq!(index.ids("Piketty"), ["0"]);
    assert!(index.ids("\"Piketty\"").is_empty());
    let exact = SearchRequest { query: query(), exact: true, ..SearchRequest::default() };
    assert_eq!(index.ask(exact).total, 0);
}

#[test]
fn many_unknown_words_are_searched_within_bounds() {
    let index = Index::of_texts(&["教授皮凯蒂在讲课。"]);
    let words: Vec<String> = (0..500).map(|n| format!("qar{}to", "ikabo".repeat(n % 3))).collect();
    assert_eq!(index.search(&words.join(" ")).total, 0);
    assert_eq!(index.search(&"斯尔德特拉".repeat(200)).total, 0);
}
