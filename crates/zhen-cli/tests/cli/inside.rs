//! Looking inside: analyze, explain, doc, delete, stats, verify, terms.

use serde_json::json;

use crate::support::Place;

fn place() -> Place {
    Place::with(&[
        ("hans.txt", "枕边的词典\n\n小时候家里只有一本词典。\n"),
        ("hant.txt", "這本詞典很舊。\n"),
        ("en.md", "---\ntitle: A dictionary\ntags: [book, old]\n---\n\nHe was running home.\n"),
    ])
}

#[test]
fn analyze_shows_what_a_text_becomes() {
    let place = Place::new();
    let out = place.zhen(&["analyze", "安裝C++", "Running"]).expect_status(0).out;
    for part in ["text      安裝C++ Running", "folded    安装c++ running", "安装  c++", "run"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    let analysis = place.json(&["analyze", "安裝 Running"]);
    assert_eq!(analysis["lang"], "zh-Hant");
    assert_eq!(analysis["words"], json!(["安装", "run"]));
    assert_eq!(analysis["grams"], json!(["安装", "装", "running"]));
    assert_eq!(analysis["query"][0]["word"], "安裝");
    assert_eq!(analysis["query"][1]["term"], "run");
}

#[test]
fn explain_says_why_and_why_not() {
    let place = place();
    let out = place.zhen(&["explain", "词典", "docs/hant.txt"]).expect_status(0).out;
    assert!(out.starts_with("matches 词典\ndocs/hant.txt"), "{out}");
    assert!(out.contains("held     词典") && out.contains("adds"), "{out}");
    let out = place.zhen(&["explain", "词典 望远镜", "docs/hant.txt"]).expect_status(1).out;
    assert!(out.contains("missing  望远镜  no document holds it as typed"), "{out}");
    assert!(out.contains("telescop (translation)"), "{out}");
    let out = place.zhen(&["explain", "dictionary", "docs/hant.txt"]).expect_status(0).out;
    assert!(out.contains("held     dictionary  as 词典 (translation)"), "{out}");
    let explanation = place.json(&["explain", "词典", "docs/hans.txt"]);
    assert_eq!(explanation["matches"], true);
    assert!(explanation["parts"][0]["documents"].is_u64(), "{explanation}");
}

#[test]
fn doc_prints_a_document_as_it_was_stored() {
    let place = place();
    let out = place.zhen(&["doc", "docs/en.md"]).expect_status(0).out;
    assert!(out.starts_with("A dictionary\n"), "{out}");
    assert!(out.contains("tags: book, old\n"), "{out}");
    assert!(out.contains("He was running home.\n"), "{out}");
    let document = place.json(&["doc", "docs/hant.txt"]);
    assert_eq!(document["body"].as_str().unwrap().trim_end(), "這本詞典很舊。");
    let id = document["id"].as_str().unwrap();
    assert_eq!(place.json(&["doc", id]), document);
}

#[test]
fn delete_removes_by_id_and_by_path() {
    let place = place();
    let out = place.zhen(&["delete", "docs/hant.txt", "docs/en.md"]).expect_status(0).out;
    assert_eq!(out, "2 documents removed, 1 document left\n");
    assert_eq!(place.finds(&["词典"]), ["hans.txt"]);
    let done = place.zhen(&["delete", "docs/hant.txt"]).expect_status(1);
    assert_eq!(done.out, "");
    let done = place.zhen(&["delete", "docs/hans.txt", "none", "--json"]).expect_status(0);
    assert_eq!(done.out, "{\"removed\":1,\"documents\":0}\n");
    assert!(done.err.contains("none"), "{done:?}");
}

#[test]
fn stats_count_documents_languages_and_sizes() {
    let place = place();
    let out = place.zhen(&["stats"]).expect_status(0).out;
    let squeezed = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["index/default documents 3", "en 1", "zh-Hans 1", "zh-Hant 1", "format "] {
        assert!(squeezed.contains(part), "{part}: {out}");
    }
    let stats = place.json(&["stats"]);
    assert_eq!(stats["documents"], 3);
    assert_eq!(stats["languages"]["zh-Hant"], 1);
    let segments = stats["segments"].as_array().unwrap().iter();
    assert_eq!(segments.map(|segment| segment["documents"].as_u64().unwrap()).sum::<u64>(), 3);
}

#[test]
fn verify_says_that_the_index_is_sound() {
    let place = place();
    let out = place.zhen(&["verify"]).expect_status(0).out;
    assert!(out.starts_with("index/default is sound: "), "{out}");
    assert!(out.contains("3 documents read, 3 of them analysed again"), "{out}");
    let report = place.json(&["verify"]);
    assert_eq!((&report["sound"], &report["findings"]), (&json!(true), &json!([])));
}

#[test]
fn terms_are_listed_with_the_documents_that_hold_them() {
    let place = place();
    // The prefix folds as text does.
    let out = place.zhen(&["terms", "詞"]).expect_status(0).out;
    let first: Vec<&str> = out.lines().next().unwrap().split('\t').collect();
    assert_eq!(first, ["词典", "2", "0", "0", "2", "0"]);
    let line = place.json(&["terms", "run"]);
    assert_eq!(line["term"], "running");
    place.zhen(&["terms", "zzz"]).expect_status(1);
    let out = place.zhen(&["terms", "", "-n", "4"]).expect_status(0).out;
    assert_eq!(out.lines().count(), 4);
    place.zhen(&["terms", "词", "-n", "0"]).expect_status(1);
}

#[test]
fn suggest_completes_what_was_begun() {
    let place = Place::with(&[
        ("a.md", "# 中巴经济走廊\n\n一部好词典。\n"),
        ("b.md", "# Free Trade\n\nA dictionary.\n"),
    ]);
    for prefix in ["中巴", "zhongbaj", "zbjj"] {
        assert_eq!(
            place.zhen(&["suggest", prefix]).expect_status(0).out.lines().next(),
            Some("中巴经济走廊")
        );
    }
    assert_eq!(place.zhen(&["suggest", "free", "tr"]).expect_status(0).out, "Free Trade\n");
    assert_eq!(
        place.json(&["suggest", "dictoin", "-n", "1"]),
        json!({"text": "dictionary", "via": "typo", "count": 1})
    );
    let done = place.zhen(&["suggest", "qqqq"]).expect_status(1);
    assert_eq!(done.out, "");
    place.zhen(&["suggest", "中", "-n", "0"]).expect_status(1);
}

#[test]
fn fuzzy_pinyin_takes_confused_sounds_for_one() {
    let place = place();
    assert_eq!(place.finds(&["cidian"]), ["hans.txt", "hant.txt"]);
    place.zhen(&["search", "zenbian"]).expect_status(1);
    assert_eq!(place.finds(&["zenbian", "--fuzzy-pinyin"]), ["hans.txt"]);
}

#[test]
fn a_damaged_vocabulary_needs_no_new_index() {
    let place = place();
    std::fs::write(place.path("index/default/zhen-vocabulary.bin"), "").unwrap();
    let error = place.zhen(&["verify"]).expect_status(2).err;
    assert!(error.contains("makes it anew") && !error.contains("move it away"), "{error}");
    std::fs::remove_file(place.path("index/default/zhen-vocabulary.bin")).unwrap();
    let done = place.zhen(&["verify"]).expect_status(0);
    assert!(done.err.contains("zhen-vocabulary.bin is missing"), "{done:?}");
}

#[test]
fn an_answer_that_misses_the_vocabulary_says_so() {
    let place = place();
    let file = place.path("index/default/zhen-vocabulary.bin");
    let noted = |word: &str| {
        let notes = |args: &[&str]| place.search(args)["notes"].to_string();
        assert!(notes(&["cidian"]).contains(word), "{}", notes(&["cidian"]));
        assert!(!notes(&["词典"]).contains("vocabulary"), "only where it is asked");
        assert!(place.zhen(&["suggest", "cid"]).expect_status(1).err.contains(word));
    };
    std::fs::write(&file, "").unwrap();
    noted("zhen-vocabulary.bin is damaged");
    std::fs::remove_file(&file).unwrap();
    noted("there is no zhen-vocabulary.bin");
    place.write("docs/new.txt", "望远镜");
    place.zhen(&["index", "docs"]).expect_status(0);
    assert_eq!(place.finds(&["cidian"]), ["hans.txt", "hant.txt"]);
    assert!(!place.zhen(&["suggest", "cid"]).expect_status(0).err.contains("vocabulary"));
}

#[test]
fn nothing_to_explain_and_too_much_to_suggest_are_errors() {
    let place = place();
    place.zhen(&["explain", " ", "docs/hans.txt"]).expect_error(&["the query is empty"]);
    place.zhen(&["suggest", "c", "-n", "101"]).expect_error(&["limit is 101, at most 100"]);
}

#[test]
fn a_score_of_nothing_is_zero() {
    let place = place();
    let id = place.search(&["词典"])["hits"][0]["id"].as_str().unwrap().to_owned();
    let done = place.zhen(&["explain", "--json", "zbnothing", &id]);
    assert!(!done.out.contains("-0.0"), "{done:?}");
}

#[test]
fn pretty_output_without_colour_has_none() {
    let place = place();
    let out = place.zhen(&["search", "--pretty", "--color", "never", "词典"]).expect_status(0).out;
    assert!(!out.contains('\u{1b}'), "{out:?}");
    let out = place.zhen(&["search", "--pretty", "词典"]).expect_status(0).out;
    assert!(out.contains('\u{1b}'), "{out:?}");
}
