//! `zhen aliases`: what documents say, and what the user says.

use crate::support::Place;

fn place() -> Place {
    Place::with(&[
        ("a.txt", "建设中巴经济走廊(CPEC)的项目。\n"),
        ("b.txt", "瓜达尔港是中巴經濟走廊的終點。\n"),
        ("c.txt", "The Free Trade Agreement (FTA) was signed.\n"),
    ])
}

#[test]
fn learned_pairs_are_listed_with_their_evidence() {
    let place = place();
    let out = place.zhen(&["aliases"]).expect_status(0).out;
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(out.contains("CPEC\t中巴经济走廊\t1\n"), "{out}");
    let line = place.json(&["aliases", "cpec"]);
    assert_eq!(
        (line["alias"].as_str(), line["name"].as_str()),
        (Some("CPEC"), Some("中巴经济走廊"))
    );
    assert_eq!((line["documents"].as_u64(), line["hand_made"].as_bool()), (Some(1), Some(false)));
    assert!(line["evidence"].as_str().unwrap().ends_with("a.txt"), "{line}");
    assert_eq!(place.json(&["aliases", "中巴"])["name"], "CPEC");
    assert_eq!(place.zhen(&["aliases", "没有"]).expect_status(1).out, "");
}

#[test]
fn a_learned_pair_is_searched_by() {
    let place = place();
    let answer = place.json(&["search", "CPEC"]);
    let hit = &answer["hits"][1];
    assert_eq!(hit["matched"][0]["via"], "alias", "{answer}");
    assert_eq!(hit["matched"][0]["term"], "中巴經濟走廊", "{answer}");
    let mut found = place.finds(&["CPEC"]);
    found.sort();
    assert_eq!(found, ["a.txt", "b.txt"]);
    assert_eq!(place.finds(&["--exact", "CPEC"]), ["a.txt"]);
}

#[test]
fn pairs_are_added_and_removed_by_hand() {
    let place = place();
    place.zhen(&["search", "经济带"]).expect_status(1);
    let out = place.zhen(&["aliases", "add", "经济带", "瓜达尔港"]).expect_status(0).out;
    assert_eq!(out, "经济带 and 瓜达尔港 find each other\n");
    assert_eq!(place.finds(&["经济带"]), ["b.txt"]);
    assert_eq!(place.json(&["aliases", "经济带"])["hand_made"], true);
    let out = place.zhen(&["aliases", "remove", "cpec", "中巴经济走廊"]).expect_status(0).out;
    assert_eq!(out, "cpec and 中巴经济走廊 no longer do\n");
    assert_eq!(place.finds(&["CPEC"]), ["a.txt"]);
    let done = place.zhen(&["aliases", "remove", "cpec", "中巴经济走廊"]).expect_status(1);
    assert!(done.err.contains("no pair"), "{done:?}");
    place.zhen(&["verify"]).expect_status(0);
    let done = place.zhen(&["aliases", "add", "词典", "詞典"]).expect_status(2);
    assert!(done.err.contains("find each other already"), "{done:?}");
    let done = place.zhen(&["aliases", "add", "one"]).expect_status(2);
    assert!(done.err.contains("OTHER"), "{done:?}");
}

#[test]
fn without_an_index_nothing_is_created() {
    let place = Place::new();
    place.zhen(&["aliases"]).expect_status(2);
    place.zhen(&["aliases", "add", "a", "b"]).expect_status(2);
    assert!(!place.path("index/default").exists());
}
