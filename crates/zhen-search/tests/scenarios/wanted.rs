//! Which words a document should hold.

use zhen_search::{Duplicates, SearchRequest, Via};

use crate::{Index, marked};

/// How many documents hold every word, and the ids of these, in order of the id.
fn full(index: &Index, query: &str) -> Vec<String> {
    let response = index.ask(SearchRequest {
        query: query.to_owned(),
        limit: 100,
        duplicates: Duplicates::Show,
        ..SearchRequest::default()
    });
    assert!(!response.relaxed, "{query}");
    let mut ids: Vec<_> = response.hits.into_iter().map(|hit| hit.id).collect();
    ids.sort();
    ids
}

/// Each text a few times with another number, so that documents with some of the words do not count.
fn index_of(texts: &[&str]) -> Index {
    let number = |i: usize| ["甲", "乙", "丙", "丁", "戊", "己"][i];
    let documents =
        texts.iter().flat_map(|text| (0..6).map(move |i| format!("{text}。{}", number(i))));
    let documents: Vec<String> = documents.collect();
    Index::of_texts(&documents.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Numbers of the texts of [`index_of`] that are found.
fn texts(index: &Index, query: &str) -> Vec<usize> {
    let mut texts: Vec<usize> =
        full(index, query).iter().map(|id| id.parse::<usize>().unwrap() / 6).collect();
    texts.dedup();
    texts.sort_unstable();
    texts.dedup();
    texts
}

#[test]
fn a_letter_beside_ideographs_is_wanted() {
    let index = index_of(&["维生素A的来源", "维生素C的来源", "a source of 维生素E"]);
    assert_eq!(index.search("维生素A").hits[0].id.parse::<usize>().unwrap() / 6, 0);
    assert_eq!(texts(&index, "维生素A"), [0, 2], "a letter is found as a word too");
    assert_eq!(texts(&index, "维生素C"), [1]);
    assert!(marked(&index.search("维生素A"))[0].contains('A'));
}

#[test]
fn a_number_in_a_word_does_not_stand_for_the_word() {
    let index =
        index_of(&["三十六计走为上", "今天三十六度", "五千米长跑", "五千元奖金", "奖金5000元"]);
    assert_eq!(texts(&index, "三十六计"), [0]);
    let first = |query| index.search(query).hits[0].id.parse::<usize>().unwrap() / 6;
    assert_eq!(first("五千米"), 2);
    assert_eq!(first("五千元"), 3);
}

#[test]
fn a_rare_ideograph_is_wanted() {
    let index = index_of(&["猫的故事", "怕水的狗", "水的故事", "The discovery of neodymium."]);
    assert_eq!(texts(&index, "猫的故事"), [0]);
    assert_eq!(texts(&index, "钕的发现"), [3]);
    // What is in every other text tells nothing by itself.
    assert_eq!(texts(&index, "水的故事"), [0, 2]);
}

#[test]
fn an_ideograph_beside_a_word_is_wanted_as_a_part_of_their_term() {
    let index = index_of(&["区块链是什么", "区块上有铁链", "位运算的技巧", "运算的位置"]);
    assert_eq!(texts(&index, "区块链"), [0]);
    assert_eq!(texts(&index, "怎么用区块链"), [0]);
    assert_eq!(texts(&index, "位运算 技巧"), [2]);
}

#[test]
fn a_short_query_comes_first_where_it_stands_as_it_is() {
    let index = Index::of_texts(&[
        "Memory, memory and memory: a memory out there.",
        "The program ran for an hour and was then out of memory, after which it was started again.",
        "out, out, memory",
    ]);
    assert_eq!(index.search("out of memory").hits[0].id, "1");
}

#[test]
fn a_word_in_capitals_is_wanted() {
    let index = index_of(&["the US economy grew", "economy of Japan", "give us the economy"]);
    assert_eq!(texts(&index, "US economy"), [0, 2]);
    assert_eq!(texts(&index, "us economy"), [0, 1, 2]);
}

#[test]
fn a_number_of_several_words_is_wanted_as_one() {
    let index = index_of(&[
        "项目共投资254亿元。",
        "25.4 billion dollars were invested.",
        "room 254，另有一亿人",
        "5月1日放假",
        "放假：一月5日，又1月",
        "one hundred million people on that day",
    ]);
    assert_eq!(texts(&index, "254亿"), [0, 1]);
    assert_eq!(texts(&index, "25.4 billion"), [0, 1]);
    assert_eq!(texts(&index, "5月1日"), [3]);
}

#[test]
fn a_number_is_wanted_with_its_unit() {
    let index = index_of(&["售价100元", "100 pages long", "房间100号，元旦关闭"]);
    assert_eq!(texts(&index, "100元"), [0]);
}

#[test]
fn a_word_with_signs_is_wanted_with_them() {
    let index = index_of(&["the C++ language", "the C language", "drive C: is full"]);
    assert_eq!(texts(&index, "C++"), [0]);
    assert_eq!(texts(&index, "C"), [0, 1, 2]);
}

#[test]
fn words_joined_by_and_must_each_be_held() {
    let index = Index::of_texts(&["苹果和华为", "苹果", "华为", "apple, pear and plum", "a pear"]);
    assert!(index.search("苹果 华为").relaxed && index.search("苹果 华为").total > 1);
    for query in ["苹果 AND 华为", "苹果 && 华为", "华为 AND 苹果 NOT pear"] {
        assert_eq!(index.ids(query), ["0"], "{query}");
    }
    assert_eq!(index.ids("苹果 AND 梨"), ["3"], "a translation holds a word here too");
    assert_eq!(index.ids("pear AND aple"), ["3"], "and what was meant by a slip");
    assert_eq!(index.ids("苹果 AND 铁路"), [""; 0]);
}

#[test]
fn under_or_a_word_is_found_as_it_is_alone() {
    let index =
        Index::of_texts(&["开源软件", "open source software", "计程车", "出租车", "a receipt"]);
    for query in ["软件", "software", "出租车", "ruanjian", "reciept"] {
        let alone = index.ids(query);
        assert!(!alone.is_empty(), "{query}");
        assert_eq!(index.ids(&format!("{query} OR zzzq")), alone, "{query}");
    }
    assert_eq!(index.ids("出租车 OR software"), ["0", "1", "2", "3"]);
}

#[test]
fn words_that_only_ask_need_not_be_held() {
    let index = index_of(&["公司成立于北京", "桥面的长度", "几何学的成立"]);
    for query in ["公司哪一年成立", "公司何时成立", "公司几时成立", "公司为何成立"]
    {
        assert_eq!(texts(&index, query), [0], "{query}");
    }
    assert_eq!(texts(&index, "桥面多长"), [1]);
    assert_eq!(texts(&index, "几何成立"), [2], "geometry asks nothing");
}

#[test]
fn a_translation_that_stands_everywhere_holds_no_word() {
    let mut documents: Vec<String> =
        (0..60).map(|i| format!("这是第{i}个的确不同的文件，看了又看。")).collect();
    documents.push("他坐出租车回家。".to_owned());
    documents.push("give us the book".to_owned());
    let index = Index::of_texts(&documents.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(index.ids("taxi"), ["60"]);
    assert!(index.search("美国").relaxed, "us is no country");
    assert_eq!(index.ids("watch"), [""; 0]);
}

#[test]
fn words_that_follow_each_other_come_before_the_same_words_apart() {
    let apart = "a path through hills and the shortest of all rivers";
    let index = Index::of_texts(&[
        apart,
        apart,
        "of all rivers and hills through a shortest path the",
        apart,
        apart,
    ]);
    let first = |query: &str| index.search(query).hits[0].id.clone();
    assert_eq!(first("shortest path"), "2");
    assert_eq!(first("the shortest path"), "2");
    assert_eq!(index.search("shortest path").total, 5, "none is left out for that");
    let country = Index::of_texts(&["the economy, told to us", "the US economy told"]);
    assert_eq!(country.search("US economy").hits[0].id, "1", "a word in capitals is one");
    // Of a page of words the first pairs count, which is soon done.
    let page = format!("shortest path {}", "hills rivers ".repeat(300));
    assert_eq!(first(&page), "2");
}

#[test]
fn a_typed_space_parts_chinese_words() {
    let index = index_of(&["现任市长昨天到访南京。", "南京市的天气", "市长出访"]);
    assert_eq!(texts(&index, "南京 市长"), [0]);
    assert_eq!(texts(&index, "南京　市长"), [0], "a wide one too");
    // Set apart by whoever made the text, not by who typed it.
    assert_eq!(texts(&index, "南 京 市 长"), texts(&index, "南京市长"));
    assert_eq!(texts(&index, "南 京 市"), [1], "three are set apart, two are two words");
    assert_eq!(texts(&index, "南京\n市的天气"), [1], "a line was broken there");
}

#[test]
fn a_character_typed_apart_is_wanted_wherever_it_stands() {
    let index =
        index_of(&["他养了小狗和小猫", "只有小猫", "只有小狗", "绿茶对健康有益", "健康饮食"]);
    assert_eq!(texts(&index, "狗 猫"), [0]);
    assert_eq!(texts(&index, "茶 健康"), [3]);
    let marked = marked(&index.search("茶 健康"));
    assert!(marked.iter().any(|text| text.contains('茶')), "{marked:?}");
    // Spaces around Latin words are but a way of writing.
    let spaced = index_of(&["学 Rust 语言", "the Rust language"]);
    assert_eq!(texts(&spaced, "用 Rust"), [0, 1]);
}

#[test]
fn a_single_character_counts_where_it_stands_within_words() {
    let index = Index::of_texts(&["他打了一个喷嚏。", "He sneezed; sneezing is a reflex.", "无关"]);
    let response = index.search("嚏");
    assert_eq!(response.hits[0].id, "0");
    assert!(response.hits[0].score > 0.0);
}

#[test]
fn pieces_of_what_is_wanted_as_one_find_nothing_by_themselves() {
    let index = Index::of_texts(&[
        "25 ways to save 4 dollars, a billion times",
        "v2.0.1-beta of 2024-05-21",
        "37℃ and the C major scale",
        "项目投资254亿元",
    ]);
    for (query, found) in [("25.4 billion", vec!["3"]), ("2024-03-15", vec![]), ("C++", vec![])] {
        assert_eq!(index.ids(query), found, "{query}");
    }
}

#[test]
fn parts_of_a_word_are_shown_in_what_they_find() {
    // What one in five documents holds finds none by itself.
    let index = Index::of_texts(&["an HTTP response code", "the names of users", "", "", "", ""]);
    assert_eq!(marked(&index.search("parseResponse")), ["response"]);
    assert_eq!(marked(&index.search("userNames")), ["names", "users"]);
}

#[test]
fn words_of_a_term_are_shown_where_the_term_is_missing() {
    let others = ["无"; 12];
    let texts = [&["分布式的版本控制不用锁"], others.as_slice()].concat();
    let index = Index::of_texts(&texts);
    let response = index.search("分布式锁");
    assert_eq!(marked(&response), ["分布式", "锁"]);
    assert_eq!(response.hits[0].matched[0].via, Via::Exact, "a piece is no variant");
    let texts = [&["分布式锁是分布式的"], others.as_slice()].concat();
    assert_eq!(marked(&Index::of_texts(&texts).search("分布式锁")), ["分布式锁"]);
}

#[test]
fn words_written_as_one_are_found_by_what_they_are_made_of() {
    let index = Index::of_texts(&[
        "新款iPhone15手机壳",
        "class HTTPServer handles JSONParser and IOError",
        "see the URLs and PDFs",
    ]);
    for (query, found) in [
        ("iphone", "0"),
        ("iphone 15", "0"),
        ("phone", "0"),
        ("server", "1"),
        ("json parser", "1"),
        ("io error", "1"),
        ("url", "2"),
    ] {
        assert_eq!(index.ids(query), [found], "{query}");
        assert!(!marked(&index.search(query)).is_empty(), "{query}");
    }
}

#[test]
fn a_number_with_its_unit_is_more_than_the_number() {
    let index = index_of(&["a walk of 3km", "3 filters and a blur", "chapter 3"]);
    assert_eq!(texts(&index, "3km"), [0]);
    let written =
        index_of(&["罚款五千元", "期限为六个月", "年满十八岁", "5000 and 6 and 18", "元月"]);
    for (query, found) in [("5000元", 0), ("6个月", 1), ("18岁", 2)] {
        assert_eq!(texts(&written, query), [found], "{query}");
    }
}

#[test]
fn a_number_with_its_unit_is_found_with_and_without_a_space_and_not_by_the_number_alone() {
    let index =
        Index::of_texts(&["10GB of memory", "memory of 10 GB", "10 pages", "GB 2312", "八"]);
    for query in ["10GB", "10 gb"] {
        let ids = index.ids(query);
        assert!(ids.starts_with(&["0".to_owned(), "1".to_owned()]), "{query}: {ids:?}");
    }
    assert_eq!(index.ids("10GB"), ["0", "1"]);
    assert_eq!(index.ids("10km"), [""; 0]);
}

#[test]
fn a_percentage_is_found_by_its_value() {
    let index =
        index_of(&["增长8%", "it grew by 8 percent", "room 8", "涨了百分之八", "占八％", "eight"]);
    for query in ["8%", "八%", "百分之八", "8 percent", "8 %"] {
        let same = texts(&index, query);
        assert_eq!(same, [0, 1, 3, 4], "{query}");
    }
    assert_eq!(marked(&index.search("八%"))[0], "八％");
    let exact = SearchRequest { query: "8%".to_owned(), exact: true, ..Default::default() };
    assert_eq!(index.ask(exact).total, 18);
}

#[test]
fn units_typed_alone_are_a_number() {
    let index = Index::of_texts(&["1,000,000 people", "约100万人", "百万富翁", "a million", "百"]);
    let ids = index.ids("百万");
    assert!(["0", "1", "2", "3"].iter().all(|id| ids.contains(&(*id).to_owned())), "{ids:?}");
    assert!(!index.ids("百万富翁").contains(&"0".to_owned()));
}

#[test]
fn ideographs_with_a_tilde_are_found_as_they_are() {
    let index = Index::of_texts(&["最高人民法院的规定", "人民的法律", "データベースの設計"]);
    for (query, found) in [("人民法院~", "0"), ("データベース~", "2")] {
        assert_eq!(index.ids(query), [found], "{query}");
        assert!(!marked(&index.search(query)).is_empty(), "{query}");
    }
}

#[test]
fn documents_that_only_perhaps_hold_every_word_leave_room_for_others() {
    // *Fire* is 火 first, and less likely 射击.
    let documents: Vec<String> =
        (0..6).map(|i| format!("第{i}艘船的射击训练十分顺利，众人都很高兴")).collect();
    let fire = "the fire brigade put out a fire, and then another fire";
    let texts: Vec<&str> = documents.iter().map(String::as_str).chain([fire]).collect();
    assert!(Index::of_texts(&texts).ids("fire ship").contains(&"6".to_owned()));
}

#[test]
fn a_sentence_shows_what_is_better_than_documents_that_hold_all_its_words() {
    let other = "and so it goes on and on about other things ".repeat(40);
    let document = |i: usize| {
        format!("{i} nesting {other} an assembler {other} some limit {other} of this work")
    };
    let documents: Vec<String> = (0..6).map(document).collect();
    let near =
        "assembler nesting limit: the assembler nesting limit is the limit of assembler nesting";
    let texts: Vec<&str> = documents.iter().map(String::as_str).chain([near]).collect();
    let index = Index::of_texts(&texts);
    assert_eq!(index.search("how does the assembler nesting limit work").hits[0].id, "6");
    // Of few words each counts.
    assert!(!index.ids("assembler work").contains(&"6".to_owned()));
}

#[test]
fn ideographs_that_no_word_joins_are_wanted_together() {
    let index = index_of(&["打印机的设置", "设置页边距的方法"]);
    assert_eq!(texts(&index, "怎么设置页边距"), [1]);
    assert_eq!(marked(&index.search("怎么设置页边距"))[0], "设置页边距");
}

#[test]
fn words_that_only_ask_are_not_wanted_beside_a_quotation() {
    let index = index_of(&["闭包捕获变量", "什么是好书"]);
    for query in ["什么是“闭包”", "什么是 “闭包”", "“闭包”是什么"] {
        assert_eq!(texts(&index, query), [0], "{query}");
    }
}

#[test]
fn what_function_words_are_made_of_finds_nothing_by_itself() {
    let index = index_of(&["什么是闭包", "什么是好书", "这里的黑洞", "无"]);
    assert_eq!(index.search("什么是唐卡").total, 0);
    assert_eq!(texts(&index, "什么是黑洞"), [2]);
}

#[test]
fn characters_without_a_word_are_shown_where_nothing_else_is() {
    let others = ["无"; 12];
    let texts = [&["在山洞引水灌田", "黑洞引来观者", "一只蚁"], others.as_slice()].concat();
    let index = Index::of_texts(&texts);
    let response = index.search("黑洞引力");
    assert!(response.relaxed);
    let shown = response.hits.iter().map(|hit| (hit.id.as_str(), hit.matched[0].query.as_str()));
    assert_eq!(shown.collect::<Vec<_>>(), [("1", "黑洞"), ("0", "洞引")]);
    assert_eq!(marked(&response), ["黑洞", "洞引"]);
    assert_eq!(marked(&index.search("蚁群有哪些分工")), ["蚁"]);
}
