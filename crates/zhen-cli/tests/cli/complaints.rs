//! The complaints that people have of other engines (the design names them), each a scenario.

use encoding_rs::{BIG5, GB18030};

use crate::support::{Place, highlights, hits, matched};

#[test]
fn a_word_inside_a_longer_word_is_found() {
    let place = Place::with(&[
        ("guide.txt", "这款软件安装简单方便，下载以后就能运行。"),
        ("other.txt", "复杂的安装过程。"),
    ]);
    for query in ["简单", "安装简单", "\"装简\"", "\"单方\"", "\"简\""] {
        assert_eq!(place.finds(&[query]), ["guide.txt"], "{query}");
    }
    assert_eq!(place.highlighted(&["简单"]), ["简单"]);
    assert_eq!(place.highlighted(&["\"装简单方\""]), ["装简单方"]);
}

#[test]
fn index_and_query_are_segmented_alike() {
    // Each text cuts otherwise by itself than within the document.
    let place = Place::with(&[(
        "a.txt",
        "北京大学生前来应聘，语言学家研究生命起源，结合成分子时，乒乓球拍卖完了。",
    )]);
    for query in [
        "大学",
        "大学生",
        "学生",
        "生前",
        "北京大学",
        "北京大学生",
        "语言学",
        "学家",
        "研究生",
        "生命",
        "研究",
        "结合",
        "合成",
        "分子",
        "子时",
        "乒乓球",
        "球拍",
        "拍卖",
        "卖完",
        "北京大学生前来应聘",
        "结合成分子时",
    ] {
        assert_eq!(place.finds(&[query]), ["a.txt"], "{query}");
        let quoted = format!("\"{query}\"");
        assert_eq!(place.finds(&[&quoted]), ["a.txt"], "{quoted}");
    }
}

#[test]
fn a_phrase_is_not_disturbed_by_overlapping_words() {
    let place = Place::with(&[
        ("a.txt", "中华人民共和国国家主席在北京大学发表演讲。"),
        ("b.txt", "国家主席，中华人民共和国。"),
    ]);
    for query in ["\"中华人民共和国国家主席\"", "\"共和国国家\"", "“人民共和国国家主席在北京”"]
    {
        assert_eq!(place.finds(&[query]), ["a.txt"], "{query}");
    }
    assert_eq!(place.finds(&["\"中华人民共和国\""]), ["a.txt", "b.txt"]);
    assert_eq!(place.highlighted(&["\"共和国国家主席\""]), ["共和国国家主席"]);
}

#[test]
fn a_phrase_goes_on_over_a_line_break() {
    let place =
        Place::with(&[("a.md", "# 手册\n\n它是一个装完就能用的全文检索引\n擎，不是工程。\n")]);
    let response = place.search(&["\"全文检索引擎\""]);
    let passage = &hits(&response)[0]["passages"][0];
    assert_eq!(passage["line"], 3, "{response}");
    assert_eq!(highlights(&hits(&response)[0]).concat().replace('\n', ""), "全文检索引擎");
}

#[test]
fn one_script_finds_the_other_and_highlights_stay_in_the_original() {
    let place = Place::with(&[
        ("hant.txt", "這本詞典收錄了許多乾燥花的圖片。"),
        ("hans.txt", "这本词典收录了许多干燥花的图片。"),
    ]);
    for query in ["词典", "詞典", "\"词典收录\"", "\"詞典收錄\""] {
        let response = place.search(&[query]);
        assert_eq!(response["total"], 2, "{query}");
        for hit in hits(&response) {
            let hant = hit["path"].as_str().unwrap().ends_with("hant.txt");
            let found = highlights(hit).concat();
            let expected = if hant { "詞典" } else { "词典" };
            assert!(found.starts_with(expected), "{query}: {found} in {hit}");
            let passage = hit["passages"][0]["text"].as_str().unwrap();
            assert!(passage.contains(expected), "{query}: {passage}");
            // Every word as typed says by which road it was found.
            let other_script = hant != query.contains('詞');
            let via = if other_script { "variant" } else { "exact" };
            assert!(matched(hit).iter().all(|(_, _, road)| road == via), "{query}: {hit}");
        }
    }
}

#[test]
fn english_stems_work_beside_chinese() {
    let place = Place::with(&[
        ("a.txt", "他每天都在 running，穿着运动鞋；the mice were studied."),
        ("b.txt", "Nothing of the kind 在这里。"),
    ]);
    for query in ["run", "runs", "running", "study", "studies", "study 运动鞋"] {
        assert_eq!(place.finds(&[query]), ["a.txt"], "{query}");
    }
    let response = place.search(&["runs"]);
    let expected = ("runs".to_owned(), "running".to_owned(), "stem".to_owned());
    assert_eq!(matched(&hits(&response)[0]), [expected]);
    assert_eq!(highlights(&hits(&response)[0]), ["running"]);
    // Exact means exact.
    assert_eq!(place.finds(&["--exact", "runs"]), [""; 0]);
}

#[test]
fn a_vitamin_keeps_its_letter() {
    let place = Place::with(&[
        ("a.txt", "维生素A溶于脂肪，胡萝卜里很多。"),
        ("c.txt", "维生素C溶于水，橙子里很多。"),
    ]);
    assert_eq!(place.finds(&["\"维生素A\""]), ["a.txt"]);
    assert_eq!(place.finds(&["\"维生素c\""]), ["c.txt"]);
    let first = |query| crate::support::name(&hits(&place.search(&[query]))[0]);
    assert_eq!(first("维生素A"), "a.txt");
    assert_eq!(first("维生素C"), "c.txt");
}

#[test]
fn no_word_is_too_common_to_be_found() {
    let place = Place::with(&[
        ("who.txt", "The WHO published it. To be or not to be, that is the question."),
        ("de.txt", "的确，他的的确确是的。"),
    ]);
    assert_eq!(place.finds(&["\"to be or not to be\""]), ["who.txt"]);
    assert_eq!(place.finds(&["who"]), ["who.txt"]);
    assert_eq!(place.finds(&["\"的的确确\""]), ["de.txt"]);
}

#[test]
fn mixed_words_are_not_torn_apart() {
    let place = Place::with(&[
        ("shirt.txt", "夏天买了一件白色T恤和一条裤子。"),
        ("scan.txt", "医生开了B超单子，空腹检查。"),
        ("cpp.txt", "他用C++写了十年程序。"),
        ("csharp.txt", "她用C#写了五年程序，框架是.NET。"),
        ("net.txt", "这座城市已经覆盖5G网络。"),
        ("karaoke.txt", "周末去唱卡拉OK。"),
        ("node.txt", "服务用 node.js 写成，变量叫 user_name，模型是 GPT-4o。"),
    ]);
    for (query, file) in [
        ("T恤", "shirt.txt"),
        ("B超", "scan.txt"),
        ("C++", "cpp.txt"),
        ("c++", "cpp.txt"),
        ("Ｃ＋＋", "cpp.txt"),
        ("C#", "csharp.txt"),
        (".NET", "csharp.txt"),
        ("5G", "net.txt"),
        ("5G网络", "net.txt"),
        ("5g 网络", "net.txt"),
        ("卡拉OK", "karaoke.txt"),
        ("卡拉ok", "karaoke.txt"),
        ("node.js", "node.txt"),
        ("user_name", "node.txt"),
        ("GPT-4o", "node.txt"),
    ] {
        let response = place.search(&[query]);
        let names: Vec<_> = hits(&response).iter().map(crate::support::name).collect();
        assert_eq!(names.first().map(String::as_str), Some(file), "{query}: {names:?}");
    }
    // Found by their parts, too.
    for (query, file) in [("恤", "shirt.txt"), ("超", "scan.txt"), ("name", "node.txt")] {
        assert!(place.finds(&[query]).contains(&file.to_owned()), "{query}");
    }
    // The signs count: neither finds the other.
    assert_eq!(place.finds(&["\"C++\""]), ["cpp.txt"]);
    assert_eq!(place.finds(&["\"C#\""]), ["csharp.txt"]);
}

#[test]
fn a_folder_that_mixes_gb18030_and_utf_8_can_be_searched() {
    let place = Place::new();
    let simplified =
        "图书馆的词典放在二楼，读者可以借阅，也可以在馆内查检；还有一台 computer 可以查目录。";
    let traditional =
        "圖書館的詞典放在二樓，讀者可以借閱，也可以在館內查檢；還有一臺 computer 可以查目錄。";
    place.write("docs/utf-8.txt", simplified);
    place.write("docs/gb18030.txt", GB18030.encode(simplified).0);
    place.write("docs/big5.txt", BIG5.encode(traditional).0);
    place.zhen(&["index", "docs"]).expect_status(0);
    for query in ["词典", "詞典", "computer", "\"可以借阅\""] {
        // They are one text, so that two would be folded into the third.
        let found = place.finds(&[query, "--duplicates", "show"]);
        assert_eq!(found, ["big5.txt", "gb18030.txt", "utf-8.txt"], "{query}");
        assert_eq!(place.finds(&[query]).len(), 1, "{query}");
    }
}

#[test]
fn width_case_and_accents_do_not_matter() {
    let place = Place::with(&[("a.txt", "ｉＰｈｏｎｅ 与 Café，ＡＴＭ 机。")]);
    for query in ["iphone", "IPHONE", "ｉｐｈｏｎｅ", "cafe", "CAFÉ", "atm", "\"ATM机\""] {
        assert_eq!(place.finds(&[query]), ["a.txt"], "{query}");
    }
    assert_eq!(place.highlighted(&["iphone"]), ["ｉＰｈｏｎｅ"]);
    assert_eq!(place.highlighted(&["cafe"]), ["Café"]);
}

#[test]
fn a_document_that_repeats_itself_shows_no_passage_twice() {
    let paragraph =
        "在“一带一路”框架下，我们共同启动了中巴经济走廊(CPEC)，树立了合作共赢的典范。\n";
    let place = Place::with(&[("a.txt", &paragraph.repeat(4))]);
    let response = place.search(&["中巴经济走廊"]);
    let passages = hits(&response)[0]["passages"].as_array().unwrap();
    assert_eq!(passages.len(), 1, "{response}");
}
