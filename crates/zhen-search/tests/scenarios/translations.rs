//! Words of the other language find, and never outrank the word itself.

use zhen_search::{Duplicates, Hit, SearchRequest, Via};
use zhen_source::Document;
use zhen_text::lexicon::Lexicon;

use super::Index;

const ENGLISH: [&str; 24] = [
    "dictionary",
    "software",
    "library",
    "economy",
    "law",
    "history",
    "weather",
    "river",
    "train",
    "hospital",
    "teacher",
    "music",
    "rice",
    "moon",
    "engine",
    "contract",
    "virus",
    "bridge",
    "island",
    "price",
    "language",
    "computer",
    "peace",
    "vitamin",
];
const CHINESE: [&str; 24] = [
    "词典",
    "软件",
    "图书馆",
    "经济",
    "法律",
    "历史",
    "天气",
    "河流",
    "火车",
    "医院",
    "老师",
    "音乐",
    "米饭",
    "月亮",
    "发动机",
    "合同",
    "病毒",
    "桥梁",
    "岛屿",
    "价格",
    "语言",
    "电脑",
    "和平",
    "维生素",
];

/// Documents that hold each word as typed.
const OFTEN: usize = 200;

/// For each word, [`OFTEN`] documents with it and one with each of its translations, all equally
/// long. Who asks for a word meets all documents with it before any with a translation.
fn typed_words_come_first(words: &[(&str, Vec<String>)]) {
    let mut texts = Vec::new();
    let mut typed = Vec::new();
    for (word, translations) in words {
        let from = texts.len();
        texts.extend((0..OFTEN).map(|n| format!("{word} x{n}")));
        typed.push(from..texts.len());
        texts.extend(translations.iter().enumerate().map(|(n, text)| format!("{text} y{n}")));
    }
    let index = Index::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    for ((word, _), typed) in words.iter().zip(typed) {
        let found = index.ask(SearchRequest {
            query: (*word).to_owned(),
            limit: 2 * OFTEN,
            duplicates: Duplicates::Show,
            ..SearchRequest::default()
        });
        let (first, others) = found.hits.split_at(OFTEN);
        for hit in first {
            let number: usize = hit.id.parse().unwrap();
            assert!(typed.contains(&number), "{word}: {:?} comes before it", texts[number]);
        }
        let translated = |hit: &Hit| hit.matched.iter().any(|m| m.via == Via::Translation);
        assert!(others.iter().any(translated), "{word} finds no translation");
    }
}

#[test]
fn a_frequent_word_comes_before_its_rare_translations() {
    let lexicon = Lexicon::builtin();
    let english = ENGLISH.map(|word| {
        let translated = lexicon.to_chinese(&[word]);
        let candidates = translated.iter().flat_map(|part| &part.candidates);
        (word, candidates.map(|candidate| candidate.text.to_string()).collect())
    });
    typed_words_come_first(&english);
    let chinese = CHINESE.map(|word| {
        // Of one word: those of more make longer documents.
        let candidates = lexicon.to_english(word).into_iter().map(|one| one.text.to_string());
        (word, candidates.filter(|text| !text.contains(' ')).collect())
    });
    typed_words_come_first(&chinese);
}

#[test]
fn a_term_that_the_dictionary_cuts_is_translated_as_one() {
    for (term, english, of_a_word) in [
        ("区块链", "A blockchain is a shared ledger.", "A chain of shops."),
        ("数据透视表", "Make a pivot table of it.", "Make data of it."),
        ("一带一路", "The Belt and Road forum.", "The way to the town."),
    ] {
        let index = Index::of_texts(&[of_a_word, english, "The weather is fine."]);
        let hit = &index.search(term).hits[0];
        assert_eq!(hit.id, "1", "{term}");
        assert!(hit.matched.iter().any(|m| m.query == term), "{term} {:?}", hit.matched);
    }
}

#[test]
fn an_article_takes_no_word_from_a_phrase() {
    let index = Index::of_texts(&["长城全长两万公里", "大帝死了"]);
    for query in ["great wall", "the great wall", "how long is the great wall"] {
        assert_eq!(index.search(query).hits[0].id, "0", "{query}");
    }
}

#[test]
fn every_word_in_the_other_language_comes_before_one_of_them_as_typed() {
    let index = Index::of_texts(&[
        "A priority queue is in the header of that name.",
        "新闻头条：文件里有几个名字",
        "排队的时候不要着急",
        "头文件",
    ]);
    assert_eq!(index.search("优先队列 头文件 名字").hits[0].id, "0");
}

#[test]
fn nothing_that_stands_for_the_only_word_comes_before_it() {
    let long = "很久以前".repeat(200);
    let typed = format!("{long}遗产税{long}");
    let index = Index::of_texts(&[
        "An inheritance tax, an inheritance, a tax; estate and heritage.",
        "遗产和税，遗产的税",
        &typed,
        "first estate",
        "税收 遗产",
    ]);
    assert_eq!(index.search("遗产税").hits[0].id, "2");
}

#[test]
fn a_word_in_the_title_comes_before_the_word_and_its_translation() {
    for (word, translation) in
        [("computer", "电脑"), ("software", "软件"), ("软件", "software"), ("音乐", "music")]
    {
        let document = |id: &str, title: &str, body: String| Document {
            id: id.to_owned(),
            title: title.to_owned(),
            body,
            ..Document::default()
        };
        let mut documents = vec![
            document("title", word, format!("a {word} of x1 x2 x3 x4")),
            document(
                "both",
                translation,
                format!("a {word} of{}", format!(" {translation}").repeat(4)),
            ),
        ];
        let others = (0..40).map(|i| document(&i.to_string(), "y", "a z of z z z".to_owned()));
        documents.extend(others);
        let index = Index::of(documents);
        let hits = index.search(word).hits;
        let ids: Vec<_> = hits.iter().map(|hit| hit.id.as_str()).collect();
        assert_eq!(ids, ["title", "both"], "{word}");
        assert!(hits[1].matched.iter().any(|one| one.via == Via::Translation), "{word}");
    }
}

#[test]
fn what_is_one_word_there_is_also_found_as_two() {
    let index = Index::of_texts(&[
        "食品安全法已经修订。",
        "食安问题",
        "职工应当参加社会保险。",
        "维生素C 可以预防感冒。",
        "天气很好",
    ]);
    for (query, found) in
        [("food safety", vec!["0", "1"]), ("social insurance", vec!["2"]), ("vitamin C", vec!["3"])]
    {
        assert_eq!(index.ids(query), found, "{query}");
    }
    let shown = crate::marked(&index.search("vitamin C"));
    assert!(shown.iter().any(|text| text.contains("维生素")), "{shown:?}");
}

#[test]
fn what_only_holds_a_word_of_a_translation_says_so() {
    let texts = ["a leak was found", "天气很好", "音乐", "car", "tree", "river"];
    let index = Index::of_texts(&texts);
    let response = index.search("泄密");
    assert_eq!((response.hits.len(), response.hits[0].id.as_str()), (1, "0"));
    assert_eq!(crate::marked(&response), ["leak"]);
    assert_eq!(response.hits[0].matched[0].via, Via::Translation);
}

#[test]
fn what_only_hints_at_a_word_does_not_hold_it() {
    let mut texts = vec!["北京的天气", "the weather in Beijing", "the university of weather"];
    texts.extend(["天气"; 6]);
    texts.extend(["北京天气晚报"; 5]);
    let index = Index::of_texts(&texts);
    let held = |query: &str| {
        let response = index.search(query);
        assert!(!response.relaxed, "{query}");
        response.hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    let found = held("北京 天气");
    assert!(found.contains(&"0".to_owned()) && found.contains(&"1".to_owned()), "{found:?}");
    assert!(!found.contains(&"2".to_owned()), "{found:?}");
    // 行 stands in very many words.
    let bank = Index::of_texts(&["银行开门了", "他在行走", "a bank"]);
    assert!(bank.search("bank").hits.iter().take(2).all(|hit| hit.id != "1"));
}

#[test]
fn pieces_of_numbers_are_not_translated() {
    let index = Index::of_texts(&["the Labour Day holiday", "two points of light", "12.5% of it"]);
    assert_eq!(index.ids("百分之十二点五"), ["2"]);
    assert_eq!(index.ids("9月21日"), [""; 0]);
}

#[test]
fn a_word_is_no_rarer_than_what_it_means() {
    let chinese = (0..20).map(|i| format!("第{i}条法律由部门解释"));
    let meant = "关于兽医的法律".to_owned();
    let english = "the law of the street".to_owned();
    let texts: Vec<String> = chinese.chain([meant, english]).collect();
    let index = Index::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(index.search("veterinarian law").hits[0].id, "20");
    // The word itself comes before what stands for it.
    assert_eq!(index.search("law").hits[0].id, "21");
}
