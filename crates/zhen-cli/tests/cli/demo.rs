//! `zhen demo`.

use serde_json::Value;

use crate::support::{Place, highlights, hits, name};

/// The answers of a demo, by query.
fn answers(place: &Place) -> Vec<Value> {
    let done = place.zhen(&["demo", "--json"]).expect_status(0);
    done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_demo_shows_what_it_says() {
    let place = Place::new();
    let out = place.zhen(&["demo"]).expect_status(0).out;
    assert!(out.contains("sample files indexed") && out.contains("What to try next"), "{out}");
    for response in answers(&place) {
        let first = &hits(&response)[0];
        let found = highlights(first);
        let query = response["query"].as_str().unwrap();
        let (files, marked): (&[&str], &str) = match query {
            "简单" => (&["install-guide.zh-Hans.md", "release-notes.txt.gz"], "简单"),
            "词典" => (&["dictionary.zh-Hant.html"], "詞典"),
            "\"全文检索引擎\"" => (&["install-guide.zh-Hans.md"], "全文检索引\n擎"),
            "T恤" => (&["p-101", "chat-001"], "T恤"),
            "\"C++\"" => (&["programming.zh-Hans.md", "release-notes.txt.gz"], "C++"),
            "running mice" => (&["running.en.txt"], "run"),
            "中巴经济走廊" => (&["china-pakistan-relations.txt"], "中巴经济走廊"),
            "CPEC" => (&["china-pakistan-relations.txt"], "CPEC"),
            other => panic!("no expectation for {other}"),
        };
        assert!(files.contains(&name(first).as_str()), "{query}: {first}");
        assert!(found.iter().any(|text| text == marked), "{query}: {found:?}");
        for hit in hits(&response) {
            let mut texts: Vec<&str> = hit["passages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|passage| passage["text"].as_str().unwrap())
                .collect();
            let all = texts.len();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), all, "{query}: a passage stands twice in {hit}");
        }
    }
}

#[test]
fn a_second_demo_is_like_the_first_and_leaves_nothing_stale() {
    let place = Place::new();
    let figures = |place: &Place| -> Vec<(Value, Value)> {
        answers(place)
            .iter()
            .map(|answer| (answer["total"].clone(), answer["hits"].clone()))
            .collect()
    };
    let first = figures(&place);
    let extra = serde_json::json!({"id": "stale", "body": "词典 简单 CPEC"}).to_string();
    place.zhen_reading(&["--index", "demo", "index", "-"], extra).expect_status(0);
    assert_eq!(figures(&place), first);
    place.zhen(&["--index", "demo", "verify"]).expect_status(0);
}

#[test]
fn the_samples_of_the_project_are_indexed_where_they_lie() {
    let place = Place::new();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/samples");
    for entry in std::fs::read_dir(samples).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        place.write(&format!("data/samples/{name}"), std::fs::read(entry.path()).unwrap());
    }
    let out = place.zhen(&["demo"]).expect_status(0).out;
    assert!(out.contains("data/samples/install-guide.zh-Hans.md"), "{out}");
    assert!(!place.path("index/demo-samples").exists());
    assert_eq!(place.finds(&["--index", "demo", "\"what it is there to show\""]), [""; 0]);
}

#[test]
fn an_index_named_demo_that_is_the_users_own_is_not_replaced() {
    let place = Place::new();
    place.write("docs/a.txt", "望远镜");
    place.zhen(&["--index", "demo", "index", "docs"]).expect_status(0);
    place.zhen(&["demo"]).expect_error(&["not made by `zhen demo`", "rename"]);
    assert_eq!(place.finds(&["--index", "demo", "望远镜"]), ["a.txt"]);
    place.zhen(&["--index", "other", "demo"]).expect_error(&["--index"]);
}
