//! Pinyin finds Chinese, and only pinyin does.

use zhen_search::{SearchRequest, Via};

use crate::{Index, marked};

fn index() -> Index {
    Index::of_texts(&[
        "中巴经济走廊是两国合作的旗舰项目。",
        "他每天去银行上班。",
        "请先测试，再发布。",
        "这里的景点很多。",
        "这是一部经典作品。",
        "行走在重庆的街头，听音乐。",
        "这场旅行从宁波开始。",
    ])
}

fn first(index: &Index, query: &str) -> Option<String> {
    index.search(query).hits.first().map(|hit| hit.id.clone())
}

#[test]
fn full_pinyin_finds_chinese_however_it_is_typed() {
    let index = index();
    for query in [
        "zhongba",
        "zhongba jingji zoulang",
        "zhongbajingjizoulang",
        "zhong ba jing ji zou lang",
        "zhōngbā",
        "zhong1ba1 jing1ji4",
        "ZhongBa",
        "jingji zoulang",
    ] {
        assert_eq!(first(&index, query).as_deref(), Some("0"), "{query}");
    }
    let response = index.search("zhongba jingji zoulang");
    assert_eq!(marked(&response), ["中巴经济走廊"]);
    let matched = &response.hits[0].matched[0];
    assert_eq!(
        (matched.query.as_str(), matched.term.as_str(), matched.via),
        ("zhongba jingji zoulang", "中巴经济走廊", Via::Pinyin)
    );
}

#[test]
fn pinyin_typed_with_the_input_method_off_finds_what_was_meant() {
    let index = index();
    assert_eq!(index.ids("ceshi"), ["2"]);
    assert_eq!(marked(&index.search("ceshi")), ["测试"]);
    assert_eq!(index.ids("fabu"), ["2"]);
}

#[test]
fn initials_mixtures_and_beginnings_find_chinese() {
    let index = index();
    for query in ["zbjjzl", "zhongbajjzl", "zhongba jing", "zhongb"] {
        assert_eq!(first(&index, query).as_deref(), Some("0"), "{query}");
    }
}

#[test]
fn characters_of_several_readings_are_read_by_word() {
    let index = index();
    for (query, id) in
        [("yinhang", "1"), ("xingzou", "5"), ("chongqing", "5"), ("yinyue", "5"), ("lvxing", "6")]
    {
        assert_eq!(index.ids(query), [id], "{query}");
    }
    for query in ["xinghang", "yinxing", "zhongqing", "yinle"] {
        assert_eq!(index.ids(query), [""; 0], "{query}");
    }
}

#[test]
fn homophones_do_not_find_each_other() {
    let index = index();
    assert_eq!(index.ids("景点"), ["3"]);
    assert_eq!(index.ids("经典"), ["4"]);
    // Both are read so, and either may have been meant.
    assert_eq!(index.ids("jingdian"), ["3", "4"]);
}

#[test]
fn sounds_often_confused_count_as_one_only_when_asked() {
    let index = index();
    for (query, id) in [("zongba", "0"), ("lingbo", "6"), ("yinghang", "1"), ("cesi", "2")] {
        assert_eq!(index.ids(query), [""; 0], "{query}");
        let request = SearchRequest {
            query: query.to_owned(),
            fuzzy_pinyin: true,
            ..SearchRequest::default()
        };
        let hits = index.ask(request).hits;
        assert!(hits.iter().any(|hit| hit.id == id), "{query}");
    }
}

#[test]
fn exact_search_reads_no_pinyin() {
    let index = index();
    let request =
        SearchRequest { query: "ceshi".to_owned(), exact: true, ..SearchRequest::default() };
    assert_eq!(index.ask(request).total, 0);
    assert_eq!(index.ids("\"ceshi\""), [""; 0]);
}

#[test]
fn words_of_the_index_and_of_english_are_no_pinyin() {
    let index = Index::of_texts(&[
        "A can of beans for the hen.",
        "Women change the long song.",
        "我们很惨，嫦娥唱的歌很长，送给汉人。",
        "残酷的人们",
    ]);
    for (query, ids) in [("can", ["0"]), ("hen", ["0"]), ("women", ["1"]), ("song", ["1"])] {
        let response = index.search(query);
        assert_eq!(response.hits[0].id, ids[0], "{query}");
        let by_pinyin = response.hits.iter().flat_map(|hit| &hit.matched);
        assert!(by_pinyin.into_iter().all(|m| m.via != Via::Pinyin), "{query}");
    }
    let chinese = Index::of_texts(&["我们很惨，嫦娥唱的歌很长，送给汉人。"]);
    for query in ["women", "change", "can", "hen", "long", "song"] {
        let hits = chinese.search(query).hits;
        let by_pinyin = hits.iter().flat_map(|hit| &hit.matched).any(|m| m.via == Via::Pinyin);
        assert!(!by_pinyin, "{query}");
    }
}

#[test]
fn nonsense_is_no_pinyin() {
    let index = index();
    for query in ["xqzwv", "qwrtp", "zhongx", "vvv", "zzzzzz", "jingjii", "zhongbaa", "bazhong"] {
        assert_eq!(index.ids(query), [""; 0], "{query}");
    }
}

#[test]
fn long_pinyin_is_answered() {
    let index = index();
    for unit in ["zhongba", "a", "xian", "zh", "fangan", "ceshi"] {
        for separator in ["", " ", "'"] {
            let query = vec![unit; 200 / unit.len()].join(separator);
            let response = index.search(&query);
            assert!(response.hits.len() <= 10, "{unit}");
        }
    }
    // Five hundred words that nobody knows.
    let query: Vec<String> = (0..500_u32)
        .map(|n| format!("zha{}ng", char::from(b'a' + u8::try_from(n % 26).unwrap())))
        .collect();
    let _ = index.search(&query.join(" "));
}

#[test]
fn without_a_vocabulary_pinyin_finds_nothing_and_nothing_fails() {
    let index = index();
    let file = index.folder.path().join("zhen-vocabulary.bin");
    assert_eq!(index.ids("ceshi"), ["2"]);
    let whole = std::fs::read(&file).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"", b"not what it was"] {
        std::fs::write(&file, damaged).unwrap();
        assert_eq!(index.ids("ceshi"), [""; 0]);
        assert_eq!(index.ids("测试"), ["2"]);
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(index.ids("ceshi"), [""; 0]);
    std::fs::write(&file, whole).unwrap();
    assert_eq!(index.ids("ceshi"), ["2"]);
}

#[test]
fn pinyin_of_a_name_or_like_an_english_root_is_pinyin() {
    let index = Index::of_texts(&["操作系统的重要部分", "各部门的市场", "日本发现了新岛"]);
    for (query, id) in [
        ("xitong", "0"),
        ("zhongyao", "0"),
        ("bumen", "1"),
        ("shichang", "1"),
        ("riben", "2"),
        ("faxian", "2"),
    ] {
        assert_eq!(index.ids(query), [id], "{query}");
    }
}

#[test]
fn syllables_that_are_english_words_are_read_together() {
    let index = Index::of_texts(&["在西安办公", "先测试再发布", "ban the gong", "公元前的一面旗"]);
    for (query, id) in [("xi'an", "0"), ("ban gong", "0"), ("ce shi", "1")] {
        assert!(index.ids(query).contains(&id.to_owned()), "{query}: {:?}", index.ids(query));
    }
}

#[test]
fn syllables_in_a_row_are_pinyin_though_documents_hold_them_as_words() {
    let index = Index::of_texts(&[
        "用动态规划求解",
        "Hua Tai and Hua Tsung signed. Tai and Hua came again.",
        "A GUI toolkit with a GUI builder",
        "Wang Dong wrote the GUI.",
        "Dong and Tai, and Hua",
        "中巴经济走廊",
        "Ba, ji and lang are words here.",
    ]);
    for (query, id) in [("dong tai gui hua", "0"), ("zhong ba jing ji zou lang", "5")] {
        assert_eq!(first(&index, query).as_deref(), Some(id), "{query}");
    }
}

#[test]
fn english_words_in_a_row_that_are_syllables_too_stay_english() {
    let index = Index::of_texts(&["she can hang on", "奢惨行", "he ran long", "和冉龙"]);
    for (query, id) in [("she can hang", "0"), ("he ran long", "2")] {
        assert_eq!(first(&index, query).as_deref(), Some(id), "{query}");
    }
}

#[test]
fn pinyin_with_an_apostrophe_is_not_found_by_a_part_of_it() {
    let index = Index::of_texts(&[
        "President Xi said so.",
        "Xi and an envoy.",
        "西安的城墙",
        "In Xi'an now.",
    ]);
    for query in ["xi'an", "Xi’an"] {
        let mut ids: Vec<String> = index.search(query).hits.into_iter().map(|hit| hit.id).collect();
        ids.truncate(2);
        ids.sort();
        assert_eq!(ids, ["2", "3"], "{query}");
    }
}

#[test]
fn a_rare_homophone_does_not_stand_above_the_likeliest_word() {
    let index = Index::of_texts(&["谋臣策士", "测试用例", "覆盖测试", "单元测试", "压力测试"]);
    let hits = index.search("ceshi").hits;
    let ids: Vec<&str> = hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!((ids.len(), ids.last()), (5, Some(&"0")), "{ids:?}");
}

#[test]
fn what_has_tone_marks_is_pinyin_though_it_may_be_english() {
    let texts =
        ["我们去旅行。", "Women, women, and luxury.", "绿色的路", "我们", "我们在", "我们是"];
    let index = Index::of_texts(&texts);
    assert_ne!(first(&index, "wǒmen").as_deref(), Some("1"), "though 我们 is common");
    assert!(index.ids("wǒmen").contains(&"0".to_owned()));
    let index = Index::of_texts(&texts[..3]);
    assert_eq!(first(&index, "wǒmen").as_deref(), Some("0"));
    assert_eq!(marked(&index.search("wǒmen"))[0], "我们");
    for query in ["lüxing", "lǚxíng"] {
        assert_eq!(first(&index, query).as_deref(), Some("0"), "{query}");
    }
    assert_eq!(index.ids("women"), ["1"]);
}
