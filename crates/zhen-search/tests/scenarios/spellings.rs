//! What else a word of the query may stand as: other regions' words, slips of the keyboard.

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{SearchRequest, Via};
use zhen_source::Document;

use crate::{Index, marked};

/// How the first hit was found.
fn via(index: &Index, query: &str) -> Vec<Via> {
    let response = index.search(query);
    response.hits.first().map_or(Vec::new(), |hit| hit.matched.iter().map(|m| m.via).collect())
}

#[test]
fn words_of_taiwan_and_the_mainland_find_each_other() {
    let index = Index::of_texts(&[
        "这个软件可以免费下载。",
        "請在附近叫一輛計程車。",
        "Open source software for everyone.",
        "天气很好，适合散步。",
    ]);
    assert_eq!(index.ids("軟體"), ["0", "2"], "the mainland's word, and the English one");
    assert_eq!(via(&index, "軟體"), [Via::Synonym]);
    assert_eq!(marked(&index.search("軟體"))[0], "软件");
    assert_eq!(index.ids("出租车"), ["1"]);
    assert_eq!(marked(&index.search("出租车")), ["計程車"]);
    let exact = SearchRequest { query: "軟體".to_owned(), exact: true, ..Default::default() };
    assert_eq!(index.ask(exact).total, 0);
}

#[test]
fn a_word_stands_above_its_synonym() {
    let index = Index::of_texts(&["软件的更新", "软体的更新"]);
    for (query, best) in [("软件", "0"), ("软体", "1"), ("軟體", "1")] {
        let hits = index.search(query).hits;
        assert_eq!((hits.len(), hits[0].id.as_str()), (2, best), "{query}");
    }
}

#[test]
fn english_words_are_found_in_irregular_forms_and_in_british_and_american_spelling() {
    let index = Index::of_texts(&[
        "Two mice in the kitchen",
        "A mouse under the table",
        "The colour of the travelled road",
        "Traveling in color",
        "She wrote about a fillet of fish that was filled",
        "The papers were filed by what was written",
    ]);
    for (query, expected) in [
        ("mice", &["0", "1"] as &[&str]),
        ("mouse", &["1", "0"]),
        ("colour", &["2", "3"]),
        ("color", &["3", "2"]),
        ("travelled", &["2", "3"]),
        ("wrote", &["4", "5"]),
        // Another word, not another spelling.
        ("filled", &["4"]),
        ("filed", &["5"]),
    ] {
        let response = index.search(query);
        let ids: Vec<_> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
        assert_eq!(ids, expected, "{query}");
        assert_eq!(marked(&response).len(), expected.len(), "{query}");
        let exact = SearchRequest { query: query.to_owned(), exact: true, ..Default::default() };
        assert_eq!(index.ask(exact).total, 1, "{query}");
    }
    let vias = |query| {
        let matched = |hit: zhen_search::Hit| hit.matched.iter().map(|m| m.via).collect();
        index.search(query).hits.into_iter().map(matched).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(vias("mice"), [[Via::Exact], [Via::Stem]]);
    assert_eq!(vias("colour"), [[Via::Exact], [Via::Variant]]);
}

#[test]
fn compounds_are_found_as_one_word_with_a_hyphen_and_apart() {
    let ways = [
        ["wifi", "Wi-Fi", "wi fi"],
        ["login", "log-in", "log in"],
        ["email", "e-mail", "e mail"],
        ["setup", "set-up", "set up"],
        ["database", "data-base", "data base"],
        ["GPT4", "GPT-4", "GPT 4"],
    ];
    for ways in ways {
        let texts = ways.map(|way| format!("about the {way} of others"));
        let index = Index::of_texts(&texts.each_ref().map(String::as_str));
        for (typed, way) in ways.iter().enumerate() {
            let response = index.search(way);
            let ids: Vec<_> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
            assert_eq!(ids.len(), 3, "{way}: {ids:?}");
            // With a hyphen or apart, documents hold the same words.
            let same = if typed == 0 { &["0"] as &[&str] } else { &["1", "2"] };
            assert!(same.contains(&ids[0]), "{way}: {ids:?}");
            let marked = marked(&response);
            assert!(marked.iter().any(|text| text == ways[0]), "{way}: {marked:?}");
            assert!(response.did_you_mean.is_none(), "{way}");
            let exact =
                SearchRequest { query: (*way).to_owned(), exact: true, ..Default::default() };
            assert!(index.ask(exact).total < 3, "{way}");
        }
    }
    for (one, two) in [("wifi", "wi fi"), ("database", "data base"), ("GPT4", "GPT 4")] {
        let index = Index::of_texts(&[one, two, "of others"]);
        assert_eq!(index.ids(one), ["0", "1"], "no hyphen says where to part a rare word");
        assert_eq!(index.ids(two), ["0", "1"]);
    }
    assert_eq!(Index::of_texts(&["how to log in", "of others"]).ids("login"), ["0"]);
}

#[test]
fn not_every_two_pieces_of_a_word_are_the_word() {
    let mut texts = vec!["a frequent island along the coast"; 6];
    texts.extend(["is land a long way off", "day-to-day work", "today", "frequ ent", "on line 5"]);
    texts.extend(["the on-line help", "online", "Justin", "just in case"]);
    let index = Index::of_texts(&texts);
    for (query, pieces) in [
        ("along", "is land a long way off"),
        ("island", "is land a long way off"),
        ("a long way", "a frequent island along the coast"),
        ("frequent", "frequ ent"),
        ("day-to-day", "today"),
        ("online", "on line 5"),
        ("Justin", "just in case"),
    ] {
        let number = texts.iter().position(|text| *text == pieces).unwrap().to_string();
        assert!(!index.ids(query).contains(&number), "{query}");
    }
    assert_eq!(index.ids("online"), ["11", "12"]);
    assert_eq!(marked(&index.search("online")), ["online", "on-line"]);
}

#[test]
fn a_latin_word_typed_wrong_finds_the_one_meant() {
    let index = Index::of_texts(&[
        "The library was founded in 1902.",
        "A receipt is kept for every borrowed book.",
        "图书馆成立于一九〇二年。",
    ]);
    for (slip, meant) in
        [("libary", "0"), ("lirbary", "0"), ("kibrary", "0"), ("reciept", "1"), ("bororwed", "1")]
    {
        assert_eq!(index.search(slip).hits.first().map(|h| h.id.as_str()), Some(meant), "{slip}");
    }
    assert_eq!(via(&index, "reciept"), [Via::Typo]);
    assert_eq!(index.ids("bok"), [""; 0], "three letters are too few to tell");
    assert_eq!(index.ids("lxbxaxy"), [""; 0], "three edits are too many");
}

#[test]
fn a_word_that_is_there_is_no_slip() {
    let index = Index::of_texts(&["a form to fill in", "a note from home", "from from from from"]);
    assert_eq!(index.ids("form"), ["0"]);
    // "Forum" is not there, but nothing says that it was not meant: it is an English word.
    assert_eq!(index.ids("forum"), [""; 0]);
}

#[test]
fn a_chinese_character_chosen_wrong_finds_the_word_meant() {
    let index = Index::of_texts(&["软件测试的方法", "经济走廊的建设", "景点介绍", "侧面的门"]);
    assert_eq!(index.ids("侧试"), ["0"]);
    assert_eq!(via(&index, "侧试"), [Via::Typo]);
    assert_eq!(marked(&index.search("侧试")), ["测试"]);
    assert_eq!(index.ids("经挤走廊")[0], "1");
    // A word of the index is no slip for another that sounds like it.
    assert_eq!(index.ids("景点"), ["2"]);
}

#[test]
fn a_query_of_unknown_words_is_answered() {
    let index = Index::of_texts(&["one document of a few words"]);
    let unknown: Vec<String> =
        (0..500).map(|n| format!("qx{}zv", "abcdefghij".repeat(n % 3 + 1))).collect();
    assert_eq!(index.search(&unknown.join(" ")).total, 0);
    assert_eq!(index.search(&"侧".repeat(400)).total, 0);
}

#[test]
fn the_same_number_comes_before_the_same_digits_of_another() {
    let index = Index::of_texts(&[
        "捐款一百万元",
        "捐款100万元",
        "捐款一百元",
        "捐款100元",
        "四月十三日开会",
        "四月十日开会",
        "4月10日开会",
        "第三十五条规定",
        "第三十条规定",
        "第30条规定",
    ]);
    for (query, same) in [
        ("一百", ["2", "3"]),
        ("100", ["3", "2"]),
        ("四月十日", ["5", "6"]),
        ("第30条", ["9", "8"]),
    ] {
        let hits = index.search(query).hits;
        let first: Vec<_> = hits.iter().take(2).map(|hit| hit.id.as_str()).collect();
        assert_eq!(first, same, "{query}");
    }
}

#[test]
fn numbers_and_dates_find_their_value_in_any_notation() {
    let index = Index::of_texts(&[
        "总投资达二百五十四亿元人民币。",
        "Investment reached 25.4 billion yuan.",
        "投资 254 亿元。",
        "会议于二〇二一年三月召开。",
        "会议于2021年3月15日召开。",
        "The meeting took place in March 2021.",
        "销量超过一百万台，即100万台。",
        "Sales went past 1,000,000 units.",
        "Call 2540000000 or 010-12345678, version 25.4.1.",
    ]);
    for query in ["25.4 billion", "254 亿", "二百五十四亿", "25,400,000,000"] {
        let response = index.search(query);
        let by_value = response.hits.iter().filter(|hit| {
            hit.matched
                .iter()
                .any(|m| matches!(m.via, Via::Number | Via::Exact) && m.query == query)
        });
        let mut found: Vec<_> = by_value.map(|hit| hit.id.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, ["0", "1", "2"], "{query}: a version or telephone number is no quantity");
    }
    for query in ["2021-03", "2021年3月", "March 2021", "二〇二一年三月"] {
        let found = index.ids(query);
        for id in ["3", "4", "5"] {
            assert!(found.contains(&id.to_owned()), "{query} {id} {found:?}");
        }
    }
    for query in ["1,000,000", "一百万", "100万", "1 million"] {
        assert_eq!(index.ids(query)[..2], ["6", "7"], "{query}");
    }
    let marked = marked(&index.search("25.4 billion"));
    assert!(marked.iter().any(|m| m.contains("二百五十四亿")), "{marked:?}");
    let response = index.search("254 亿");
    assert!(response.hits.iter().any(|h| h.matched.iter().any(|m| m.via == Via::Number)));
    let exact =
        SearchRequest { query: "25.4 billion".to_owned(), exact: true, ..Default::default() };
    assert!(
        index.ask(exact).hits.iter().all(|hit| hit.matched.iter().all(|m| m.via == Via::Exact))
    );
}

#[test]
fn synonyms_are_used_by_the_next_search() {
    let index =
        Index::of_texts(&["北京大学的图书馆", "Peking University Press", "一台电视", "北大"]);
    assert_eq!(index.ids("ZBTV").len(), 0);
    let rules = "北大, 北京大学, Peking University\nZBTV => 电视\n电视 => 屏幕\n屏幕 => ZBTV\n";
    zhen_index::write_synonyms(index.dir(), rules).unwrap();
    assert_eq!(index.ids("ZBTV"), ["2"]);
    assert_eq!(via(&index, "ZBTV"), [Via::Synonym]);
    for query in ["北大", "peking university", "北京大學"] {
        assert_eq!(index.ids(query), ["0", "1", "3"], "{query}");
    }
    assert!(zhen_index::write_synonyms(index.dir(), "alone").is_err());
    assert_eq!(index.ids("ZBTV"), ["2"], "what is refused changes nothing");

    std::fs::write(zhen_index::synonyms_file(index.dir()), "alone").unwrap();
    let response = index.search("北京大学");
    assert_eq!(response.hits[0].id, "0");
    assert!(response.notes[0].contains("line 1") && response.notes[0].contains("zhen synonyms"));
}

#[test]
fn the_corrected_query_is_proposed_where_documents_hold_all_its_words() {
    let index = Index::of_texts(&["The old library of the town", "软件测试的方法", "another town"]);
    let meant = |query: &str| index.search(query).did_you_mean;
    assert_eq!(meant("old libary").as_deref(), Some("old library"));
    assert_eq!(meant("软件侧试").as_deref(), Some("软件测试"));
    for fine in ["old library", "软件测试", "town", "xqzvwq", ""] {
        assert_eq!(meant(fine), None, "{fine}");
    }
    // Names that no document holds are hardly slips for words that stand nowhere beside the others.
    for apart in ["another libary", "libary 测试", "侧试 library"] {
        let response = index.search(apart);
        assert_eq!((response.did_you_mean, response.hits.len()), (None, 2), "{apart}");
    }
    // Under OR no word has to be held.
    assert_eq!(meant("(libary OR town)"), None);
    let exact = SearchRequest { query: "libary".to_owned(), exact: true, ..Default::default() };
    assert_eq!(index.ask(exact).did_you_mean, None);
}

#[test]
fn a_word_that_a_wrong_character_broke_up_is_put_right_whatever_its_parts_mean() {
    let index = Index::of_texts(&[
        "诸葛亮草船借箭的故事",
        "司马懿退兵，诸葛亮抚琴",
        "二叉树的遍历",
        "第二棵茶树",
        "软件测试的方法",
    ]);
    let meant = |query: &str| index.search(query).did_you_mean;
    for slip in ["诸葛谅借箭", "诸葛量借箭"] {
        assert_eq!(meant(slip).as_deref(), Some("诸葛亮借箭"), "{slip}");
        assert_eq!(index.search(slip).hits[0].id, "0", "{slip}");
    }
    assert_eq!(meant("司马益退兵").as_deref(), Some("司马懿退兵"));
    // What covers more characters, and is what is searched.
    assert_eq!(meant("二插树").as_deref(), Some("二叉树"));
    assert_eq!(index.search("二插树").hits[0].id, "2");
    for fine in ["诸葛亮借箭", "软件的方法", "茶树", "测试方法"] {
        assert_eq!(meant(fine), None, "{fine}");
    }
}

#[test]
fn what_a_title_holds_or_a_stem_finds_is_no_slip() {
    let titled = |title: &str, body: &str| Document {
        id: title.to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        ..Document::default()
    };
    let index = Index::of(vec![
        titled("Zebrafinch notes", "About the zebrafinck and the quizzlator."),
        titled("侧试", "软件测试的方法"),
    ]);
    for (query, via) in
        [("zebrafinch", Via::Exact), ("侧试", Via::Exact), ("quizzlators", Via::Stem)]
    {
        let response = index.search(query);
        assert_eq!((response.total, response.did_you_mean), (1, None), "{query}");
        assert_eq!(response.hits[0].matched[0].via, via, "{query}");
    }
}

#[test]
fn nothing_is_proposed_that_only_removed_or_masked_documents_hold() {
    let texts = ["old library", "library", "old town"];
    let index = Index::of_texts(&texts);
    let meant = |filter: Option<&str>| {
        let filter = filter.map(str::to_owned);
        let query = "old libary".to_owned();
        index.ask(SearchRequest { query, filter, ..Default::default() }).did_you_mean
    };
    assert_eq!(meant(None).as_deref(), Some("old library"));
    assert_eq!(meant(Some("body:town")), None);
    let mut indexer = Indexer::open(IndexOptions::new(index.dir())).unwrap();
    indexer.delete(&["0".to_owned()]).unwrap();
    indexer.close().unwrap();
    assert_eq!(meant(None), None);
}

#[test]
fn an_account_says_by_which_road_a_word_was_found() {
    let index = Index::of_texts(&["这个软件可以免费下载。", "天气很好"]);
    let request = SearchRequest { query: "軟體 下载".to_owned(), ..Default::default() };
    let found = index.engine.explain(&request, "0").unwrap().unwrap();
    assert!(found.matches);
    assert_eq!(found.words[0].word, "軟體");
    let held: Vec<_> = found.words[0].tried.iter().filter(|tried| tried.held).collect();
    assert_eq!((held[0].term.as_str(), held[0].via), ("软件", Some(Via::Synonym)));
    assert!(found.parts.iter().any(|part| part.query.as_deref() == Some("軟體")));
    // Documents that hold every word are preferred by two thirds; one that is held by what stands for it
    // counts nine tenths of a word.
    let parts: f32 = found.parts.iter().map(|part| part.score).sum();
    let share: f32 = (0.9 + 1.0) / 2.0;
    assert!((parts * 2.0 / 3.0 * share.powi(2) - found.held_words).abs() < 0.01, "{found:?}");
    assert_eq!(found.score, index.ask(request.clone()).hits[0].score);
    // One of two words adds about a quarter of that.
    let one = SearchRequest { query: "軟體 飞机".to_owned(), ..Default::default() };
    let found = index.engine.explain(&one, "0").unwrap().unwrap();
    let parts: f32 = found.parts.iter().map(|part| part.score).sum();
    let share: f32 = 0.9 / 2.0;
    assert!((parts * 2.0 / 3.0 * share.powi(2) - found.held_words).abs() < 0.01, "{found:?}");
    assert_eq!(found.score, index.ask(one).hits[0].score);
    let missing = index.engine.explain(&request, "1").unwrap().unwrap();
    assert!(!missing.matches && missing.words.iter().all(|word| !word.held));
}

#[test]
fn a_part_of_a_camel_case_word_is_shown_where_it_matched() {
    let index = Index::of_texts(&[
        "词典。\n\nＡnswer 中文 SearchRequest holds it; two SearchRequests do too.",
        "A request, and a SearchRequest.",
    ]);
    let response = index.search("request -and");
    assert_eq!(marked(&response), ["Request", "Requests"]);
    let matched = &response.hits[0].matched;
    let told: Vec<_> = matched.iter().map(|m| (m.term.as_str(), m.via)).collect();
    assert_eq!(told, [("Request", Via::Exact), ("Requests", Via::Stem)]);
    assert_eq!(response.hits[0].passages[0].line, 3);
    // The word itself says it better.
    assert_eq!(marked(&index.search("request -词典")), ["request"]);
}

#[test]
fn a_slip_with_the_stem_of_another_word_is_one() {
    let index = Index::of_texts(&[
        "The government announced a plan.",
        "The family has a governess.",
        "He will definitely come.",
        "Define a variable before it is used.",
    ]);
    for (slip, meant, place) in
        [("goverment", "government", "0"), ("definately", "definitely", "2")]
    {
        let response = index.search(slip);
        assert_eq!(response.did_you_mean.as_deref(), Some(meant));
        assert!(response.hits.iter().any(|hit| hit.id == place), "{slip}");
    }
    // A form of a word that is there, and a word that is English.
    for known in ["governesses", "defining", "variables", "nationality"] {
        assert_eq!(index.search(known).did_you_mean, None, "{known}");
    }
}

#[test]
fn a_proposal_has_every_slip_put_right() {
    let index = Index::of_texts(&["spelling bee", "a list of misspellings and their spelling"]);
    let meant = |query: &str| index.search(query).did_you_mean;
    assert_eq!(meant("spellin spellin").as_deref(), Some("spelling spelling"));
    assert_eq!(meant("misspellings spellin").as_deref(), Some("misspellings spelling"));
}

#[test]
fn synonyms_of_words_with_signs_are_used() {
    let index = Index::of_texts(&["the C++ language", "written in cpp", "the C language"]);
    zhen_index::write_synonyms(index.dir(), "C++, cpp\ncsharp, C#").unwrap();
    assert_eq!(index.ids("cpp"), ["0", "1"]);
    assert_eq!(index.ids("C++"), ["0", "1"]);
    assert_eq!(index.ids("csharp"), [""; 0]);
}

#[test]
fn another_way_of_writing_a_word_is_no_slip_and_finds_it() {
    let index = Index::of_texts(&["请登录账号后修改密码", "帐单与余额查询", "经典名著选读"]);
    for (query, marked_as) in [("帐号", "账号"), ("登陆", "登录"), ("账单", "帐单")] {
        let response = index.search(query);
        assert_eq!(marked(&response), [marked_as], "{query}");
        assert_eq!(via(&index, query), [Via::Variant], "{query}");
        assert_eq!(response.did_you_mean, None, "{query}");
    }
    assert_eq!(index.search("景点").total, 0, "it sounds alike and means something else");
}

#[test]
fn a_wrong_character_may_make_another_word() {
    let index = Index::of_texts(&["人工智能在医疗领域的应用", "只能这样"]);
    let response = index.search("人工只能");
    assert_eq!(response.hits[0].id, "0");
    assert_eq!(response.did_you_mean.as_deref(), Some("人工智能"));
}
