//! What documents say that a name is also called.

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Engine as _, IndexEngine, Lang, SearchRequest, Via};

use crate::{Index, marked};

const CORRIDOR: &[&str] = &[
    "中巴经济走廊(CPEC)是两国合作的旗舰项目。",
    "瓜达尔港是中巴經濟走廊的終點。",
    "The CPEC projects were delayed.",
    "天气很好，适合散步。",
];

#[test]
fn an_acronym_finds_passages_that_only_spell_it_out() {
    let index = Index::of_texts(CORRIDOR);
    assert_eq!(index.ids("CPEC"), ["0", "1", "2"]);
    assert_eq!(index.ids("中巴经济走廊"), ["0", "1", "2"]);
    let response = index.search("CPEC");
    let found = response.hits.iter().find(|hit| hit.id == "1").unwrap();
    assert_eq!(found.matched.len(), 1);
    assert_eq!(found.matched[0].query, "CPEC");
    assert_eq!(
        (found.matched[0].term.as_str(), found.matched[0].via),
        ("中巴經濟走廊", Via::Alias)
    );
    assert!(marked(&response).contains(&"中巴經濟走廊".to_owned()), "the original is highlighted");
    assert_ne!(response.hits.last().unwrap().id, "2", "what is typed stands above what is meant");
}

#[test]
fn exact_and_lang_switch_aliases_off() {
    let index = Index::of_texts(CORRIDOR);
    let exact = SearchRequest { query: "CPEC".to_owned(), exact: true, ..Default::default() };
    assert_eq!(index.ask(exact).total, 2);
    let lang = Some(Lang::Zh);
    let chinese = SearchRequest { query: "CPEC".to_owned(), lang, ..Default::default() };
    assert_eq!(index.ask(chinese).total, 1);
}

#[test]
fn an_abbreviation_finds_the_name_and_the_name_finds_it() {
    let index = Index::of_texts(&[
        "北京大学（以下简称北大）位于海淀区。",
        "他在北京大学读书。",
        "北大的图书馆很大。",
        "她是东北大学的学生。",
        "北京的大学很多。",
    ]);
    let ids = index.ids("北大");
    assert!(["0", "1", "2"].iter().all(|id| ids.contains(&(*id).to_owned())), "{ids:?}");
    assert!(!ids.contains(&"4".to_owned()), "{ids:?}");
    let hits = index.search("北京大学").hits;
    let matched = |id: &str| -> Vec<_> {
        hits.iter().filter(|hit| hit.id == id).flat_map(|hit| hit.matched.clone()).collect()
    };
    assert!(matched("2").iter().any(|m| m.term == "北大" && m.via == Via::Alias));
    assert!(matched("3").iter().all(|m| m.term != "北大"), "北大 in 东北大学 is no abbreviation");
}

#[test]
fn names_of_several_words_find_each_other() {
    let index = Index::of_texts(&[
        "The World Health Organization（WHO，世界卫生组织）was founded in 1948.",
        "世界卫生组织发布了报告。",
        "WHO published a report.",
        "Who published a report?",
        "a healthy world of organizations",
    ]);
    for query in ["world health organization", "世界卫生组织", "WHO"] {
        let ids = index.ids(query);
        assert!(
            ["0", "1", "2"].iter().all(|id| ids.contains(&(*id).to_owned())),
            "{query}: {ids:?}"
        );
    }
    let via = |query: &str, id: &str| -> Vec<Via> {
        let hits = index.search(query).hits;
        let hit = hits.into_iter().find(|hit| hit.id == id);
        hit.map_or(Vec::new(), |hit| hit.matched.iter().map(|m| m.via).collect())
    };
    assert_eq!(via("WHO", "1"), [Via::Alias]);
    assert_eq!(via("who", "1"), [], "the word is not the acronym");
}

#[test]
fn a_word_in_small_letters_is_no_acronym_of_the_same_letters() {
    let index = Index::of_texts(&[
        "Sign the contributor license agreements (CLAs) first.",
        "contributor license agreements are short",
        "a class of words",
        "Super Parallel Image Rendering Technology (SPIRIT) is fast.",
        "super parallel image rendering technology",
        "in good spirit",
    ]);
    for (query, ids) in [
        ("class", &["2"] as &[&str]),
        ("classes", &["2"]),
        ("CLASS", &["2"]),
        ("CLAs", &["0", "1"]),
        ("clas", &["0", "1"]),
        ("spirit", &["3", "5"]),
        ("SPIRIT", &["3", "4", "5"]),
    ] {
        assert_eq!(index.ids(query), ids, "{query}");
    }
}

#[test]
fn what_the_user_adds_and_removes_counts_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut indexer = Indexer::open(IndexOptions::new(folder.path())).unwrap();
    let documents = ["走廊的建设", "自由贸易协定 (XTA)", "签了自由贸易协定"];
    let documents = documents.into_iter().zip(0..).map(|(body, id): (&str, u32)| {
        zhen_source::Document { id: id.to_string(), body: body.to_owned(), ..Default::default() }
    });
    indexer.index_documents(documents.collect::<Vec<_>>(), &()).unwrap();
    let engine = IndexEngine::open(folder.path()).unwrap();
    let total = |query: &str| {
        let request = SearchRequest { query: query.to_owned(), ..Default::default() };
        engine.search(&request).unwrap().total
    };
    assert_eq!((total("CPEC"), total("XTA")), (0, 2));
    indexer.add_alias("CPEC", "走廊").unwrap();
    indexer.remove_alias("XTA", "自由贸易协定").unwrap();
    assert_eq!((total("CPEC"), total("XTA")), (1, 1));
}

#[test]
fn a_name_said_of_many_is_that_of_one() {
    let index = Index::of_texts(&[
        "Large Language Models (LLMs) such as GPT-4 are trained on text.",
        "An LLM predicts the next token.",
        "A large language model predicts the next token.",
        "The cat sat on the mat.",
    ]);
    for query in ["LLM", "LLMs", "large language model", "large language models"] {
        assert_eq!(index.ids(query), ["0", "1", "2"], "{query}");
    }
}

#[test]
fn names_in_brackets_of_other_forms_are_learned() {
    let index = Index::of_texts(&[
        "北京大学【以下简称“北大”】发布通知。",
        "The Internet Engineering Task Force [IETF] publishes standards.",
        "自动驾驶出租车（又叫Robotaxi）在武汉上路。",
        "北大图书馆",
        "IETF meeting",
        "Robotaxi rides",
    ]);
    for (query, id) in
        [("北京大学", "3"), ("Internet Engineering Task Force", "4"), ("自动驾驶出租车", "5")]
    {
        assert!(index.ids(query).contains(&id.to_owned()), "{query}");
    }
}
