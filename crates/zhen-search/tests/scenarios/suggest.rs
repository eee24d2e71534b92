//! Completions of what was begun.

use zhen_search::{Engine as _, SearchError, Suggestion, Via};
use zhen_source::Document;

use crate::Index;

fn index() -> Index {
    let document = |id: &str, title: &str, body: &str| Document {
        id: id.to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        ..Document::default()
    };
    Index::of(vec![
        document("0", "中巴经济走廊", "中巴经济走廊是旗舰项目。中国和巴基斯坦合作。"),
        document("1", "Free Trade Agreement", "The two countries signed it. 中国签署协定。"),
        document("2", "", "一部好词典，人们读《红楼梦》。A good dictionary for the free world."),
        document("3", "Notes -draft", "中国人民银行的公告。"),
    ])
}

fn suggest(index: &Index, prefix: &str) -> Vec<Suggestion> {
    index.engine.suggest(prefix, 8).unwrap()
}

fn texts(index: &Index, prefix: &str) -> Vec<String> {
    suggest(index, prefix).into_iter().map(|suggestion| suggestion.text).collect()
}

#[test]
fn chinese_is_completed_the_most_frequent_first() {
    let index = index();
    let found = suggest(&index, "中");
    assert_eq!((found[0].text.as_str(), found[0].via), ("中巴经济走廊", Via::Prefix), "a title");
    assert_eq!((found[1].text.as_str(), found[1].count), ("中国", 3));
    assert_eq!(texts(&index, "中巴经")[0], "中巴经济走廊");
    assert_eq!(texts(&index, "紅樓"), ["红楼梦", "红楼"]);
    assert_eq!(texts(&index, "詞"), ["词典"]);
}

#[test]
fn pinyin_its_beginnings_and_initials_are_completed() {
    let index = index();
    for prefix in ["zhongba", "zhongbaj", "zhongba jing", "zbjjzl", "zbj", "zhongbajj", "zhōngbā"]
    {
        let found = suggest(&index, prefix);
        let wanted = found.iter().find(|suggestion| suggestion.text == "中巴经济走廊");
        assert_eq!(wanted.map(|found| found.via), Some(Via::Pinyin), "{prefix} {found:?}");
    }
    assert!(texts(&index, "cidi").contains(&"词典".to_owned()));
    assert!(texts(&index, "hlm").contains(&"红楼梦".to_owned()));
}

#[test]
fn english_is_completed_without_function_words() {
    let index = index();
    assert_eq!(texts(&index, "dict"), ["dictionary"]);
    assert_eq!(texts(&index, "free t"), ["Free Trade Agreement"]);
    assert!(texts(&index, "fre").contains(&"free".to_owned()));
    assert!(!texts(&index, "th").contains(&"the".to_owned()));
}

#[test]
fn one_slip_is_forgiven_where_nothing_begins_so() {
    let index = index();
    for prefix in ["dictoinary", "dicct", "bictionary"] {
        let found = suggest(&index, prefix);
        assert_eq!(found.len(), 1, "{prefix} {found:?}");
        assert_eq!((found[0].text.as_str(), found[0].via), ("dictionary", Via::Typo), "{prefix}");
    }
    assert_eq!(texts(&index, "zhonggupp"), [""; 0]);
    assert!(texts(&index, "zhogguo").contains(&"中国".to_owned()));
    assert_eq!(texts(&index, "dix"), [""; 0], "three letters are too few to tell");
}

#[test]
fn the_last_word_is_completed_and_those_before_it_are_kept() {
    let index = index();
    assert_eq!(texts(&index, "some good dicti"), ["some good dictionary"]);
    assert_eq!(texts(&index, "旗舰 词"), ["旗舰 词典"]);
    assert_eq!(texts(&index, "我想看红楼"), ["我想看红楼梦", "我想看红楼"]);
    assert!(texts(&index, "银行 zhongg").contains(&"银行 中国".to_owned()));
}

#[test]
fn what_follows_the_word_before_is_proposed_and_nothing_else() {
    let texts_of = [
        "动态规划的规则。",
        "遵守规则和规定。",
        "Free trade and free trials.",
        "Traits and traces.",
    ];
    let index = Index::of_texts(&texts_of);
    assert_eq!(texts(&index, "动态规"), ["动态规划"]);
    assert_eq!(texts(&index, "动态 gui"), ["动态 规划"]);
    assert_eq!(texts(&index, "free tra"), ["free trade"]);
    // It may still become a query of words that stand apart.
    assert!(texts(&index, "trade tra").contains(&"trade traits".to_owned()));
}

#[test]
fn what_more_documents_hold_after_the_word_before_comes_first() {
    let index = Index::of_texts(&[
        "Free trade and a tree.",
        "Free trade for the true tree.",
        "It is true of a tree: free trial, free trade.",
        "A tree is true.",
        "True or free tree?",
        "软件测试，软件使用",
        "软件使用，使用测试",
        "测试和测试",
        "测试",
    ]);
    assert_eq!(texts(&index, "free tr"), ["free trade", "free tree", "free trial"]);
    assert_eq!(texts(&index, "软件 shi"), ["软件 使用"]);
    let counts: Vec<u64> = suggest(&index, "free tr").iter().map(|found| found.count).collect();
    assert_eq!(counts, [3, 5, 1], "documents that hold the word completed");
}

#[test]
fn of_a_query_with_operators_the_text_at_its_end_is_completed() {
    let index = index();
    for head in ["词典 OR ", "词典 AND ", "词典 NOT ", "词典 || ", "词典 -", "lang:zh ", "“词典” "]
    {
        let typed = format!("{head}中");
        assert!(texts(&index, &typed).contains(&format!("{head}中国")), "{typed}");
    }
    for done in
        ["词典 OR ", "词典 OR", "词典 NOT", "lang:z", "lang:zh", "title:中", "“词典”", "中国*"]
    {
        assert_eq!(texts(&index, done), [""; 0], "{done}");
    }
    assert_eq!(texts(&index, "or 词"), ["or 词典"], "a word in small letters is no operator");
}

#[test]
fn nothing_is_completed_to_what_is_not_there() {
    let index = index();
    for prefix in ["", " ", "qqqq", "xyzzy", "没有这个", "\"", "AND", "zhongzhong", "12"] {
        assert_eq!(texts(&index, prefix), [""; 0], "{prefix}");
    }
    assert_eq!(texts(&index, "notes"), ["notes"], "as a query, the title leaves out its own word");
    for prefix in ["中", "z", "d", "f", "zhong", "hlm", "g"] {
        for text in texts(&index, prefix) {
            assert!(index.search(&text).total > 0, "{prefix} {text}");
        }
    }
}

#[test]
fn what_is_gone_is_not_suggested() {
    let index = index();
    assert!(texts(&index, "中").contains(&"中巴经济走廊".to_owned()));
    // The old vocabulary stays, as it does for a while in a large index.
    let file = index.folder.path().join("zhen-vocabulary.bin");
    let old = std::fs::read(&file).unwrap();
    let options = zhen_index::IndexOptions::new(index.folder.path());
    let mut indexer = zhen_index::Indexer::open(options).unwrap();
    indexer.delete(&["0".to_owned()]).unwrap();
    indexer.close().unwrap();
    assert_eq!(texts(&index, "中巴"), [""; 0]);
    std::fs::write(&file, old).unwrap();
    assert_eq!(texts(&index, "中巴"), [""; 0]);
    assert!(texts(&index, "中").contains(&"中国".to_owned()));
}

#[test]
fn long_and_odd_prefixes_are_answered() {
    let index = index();
    for prefix in
        ["a".repeat(5_000), "中".repeat(2_000), "zhong ".repeat(500), "\u{0}\u{FEFF}é".repeat(50)]
    {
        assert!(suggest(&index, &prefix).len() <= 8);
    }
    assert_eq!(index.engine.suggest("中", 0).unwrap(), []);
    assert!(index.engine.suggest("z", 100).unwrap().len() <= 100);
    let Err(SearchError::Invalid(message)) = index.engine.suggest("z", 101) else {
        panic!("more than 100 are an error")
    };
    assert!(message.contains("at most 100"), "{message}");
}

#[test]
fn what_follows_the_word_before_is_completed_however_rare() {
    let frequent: Vec<String> = (0..40).map(|n| format!("in{n:02}x")).collect();
    let mut texts: Vec<String> = (0..3).map(|_| frequent.join("，")).collect();
    texts.push("artificial intelligence".to_owned());
    let index = Index::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    for limit in [1, 5] {
        let found = index.engine.suggest("artificial in", limit).unwrap();
        assert_eq!(found[0].text, "artificial intelligence", "{found:?}");
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn what_is_glued_to_a_word_is_completed_by_what_follows_it_alone() {
    let index = Index::of_texts(&["5月开放，节点进行中", "使用说明 of the shelf", "the shelter"]);
    assert_eq!(texts(&index, "节点.j"), [""; 0]);
    for found in texts(&index, "the sh") {
        assert!(found.is_ascii(), "{found}");
    }
}
