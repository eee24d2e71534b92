//! Synonyms of an index: listed, added, removed, replaced, and used by the next search.

use serde_json::json;

use crate::support::{Done, Place};

#[test]
fn rules_are_added_listed_used_and_removed() {
    let place = Place::with(&[("a.txt", "一台旧收音机"), ("b.txt", "the wireless on the shelf")]);
    place.zhen(&["synonyms"]).expect_status(1);
    place.zhen(&["search", "zbradio"]).expect_status(1);
    place.zhen(&["synonyms", "add", "zbradio => 收音机, wireless"]).expect_status(0);
    assert_eq!(place.zhen(&["search", "-l", "zbradio"]).expect_status(0).out.lines().count(), 2);
    assert_eq!(
        place.json(&["synonyms"]),
        json!({"words": ["zbradio"], "find": ["收音机", "wireless"]})
    );
    assert_eq!(place.json(&["search", "zbradio"])["hits"][0]["matched"][0]["via"], "synonym");
    place.zhen(&["synonyms", "remove", "zbradio => 收音机, wireless"]).expect_status(0);
    place.zhen(&["search", "zbradio"]).expect_status(1);
    let error = place.zhen(&["synonyms", "remove", "a, b"]).expect_status(2).err;
    assert!(error.contains("there is no rule \"a, b\""), "{error}");
}

#[test]
fn a_file_of_rules_replaces_all_or_is_refused_with_its_line() {
    let place = Place::with(&[("a.txt", "一台旧收音机")]);
    place.zhen(&["synonyms", "add", "zbold, 收音机"]).expect_status(0);
    let rules = place.path("rules.txt");
    std::fs::write(&rules, "# radio\nzbnew, 收音机\nzbnew => zbnew2\nzbnew2 => zbnew\n").unwrap();
    place.zhen(&["synonyms", "load", rules.to_str().unwrap()]).expect_status(0);
    place.zhen(&["search", "zbold"]).expect_status(1);
    place.zhen(&["search", "zbnew"]).expect_status(0);
    std::fs::write(&rules, "zbnew, 收音机\nalone\n").unwrap();
    let error = place.zhen(&["synonyms", "load", rules.to_str().unwrap()]).expect_status(2).err;
    assert!(error.contains("line 2") && error.contains("at least two words"), "{error}");
    place.zhen(&["search", "zbnew"]).expect_status(0);
    place.zhen(&["synonyms", "load", "missing.txt"]).expect_status(2);
}

#[test]
fn rules_added_at_the_same_time_are_all_kept() {
    let place = Place::with(&[("a.txt", "一台旧收音机")]);
    let rules: Vec<String> = (0..12).map(|n| format!("zb{n}a, zb{n}b")).collect();
    let add = |rule: &String| place.command(&["synonyms", "add", rule]).spawn().unwrap();
    let runs: Vec<_> = rules.iter().map(add).collect();
    for run in runs {
        Done::of(run).expect_status(0);
    }
    let out = place.zhen(&["synonyms"]).expect_status(0).out;
    assert_eq!(out.lines().count(), rules.len(), "{out}");
}

#[test]
fn a_rule_that_is_none_is_refused_by_its_own_words() {
    let place = Place::with(&[("a.txt", "x")]);
    place.zhen(&["synonyms", "add", "a, b"]).expect_status(0);
    let error = place.zhen(&["synonyms", "add", "onlyone"]);
    let error = error.expect_error(&["the rule \"onlyone\" cannot be added", "comma"]).err;
    assert!(!error.contains("line"), "{error}");
    place.zhen(&["synonyms", "add", "a => b => c"]).expect_error(&["two arrows", "`b => c`"]);
    assert_eq!(place.zhen(&["synonyms"]).out, "a, b\n");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_rule() {
    let place = Place::with(&[("a.txt", "一台旧收音机")]);
    place.write("rules.txt", "\u{feff}zbnew, 收音机\n");
    place.zhen(&["synonyms", "load", "rules.txt"]).expect_status(0);
    assert_eq!(place.zhen(&["synonyms"]).out, "zbnew, 收音机\n");
}
