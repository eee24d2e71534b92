//! Same index, same query, same answer: whatever the threads, commits and merges.

use std::ops::Range;

use serde_json::Value;

use crate::support::{Place, hits};

const HAN: [&str; 24] = [
    "词典",
    "安装",
    "简单",
    "图书馆",
    "北京大学",
    "学生",
    "软件",
    "网络",
    "银行",
    "走廊",
    "能源",
    "铁路",
    "维生素A",
    "T恤",
    "5G",
    "C++",
    "的",
    "和",
    "在",
    "了",
    "問題",
    "經濟",
    "數據",
    "研究",
];
const LATIN: [&str; 12] = [
    "dictionary",
    "install",
    "simple",
    "library",
    "student",
    "software",
    "network",
    "bank",
    "running",
    "engine",
    "the",
    "of",
];

/// A text of made-up sentences; the same number gives the same text.
fn text(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % most as u64) as usize
    };
    let mut out = String::new();
    for _ in 0..3 + next(30) {
        match next(4) {
            0 => out.push_str(&format!(" {} ", LATIN[next(LATIN.len())])),
            1 => out.push('，'),
            _ => out.push_str(HAN[next(HAN.len())]),
        }
    }
    out
}

/// Ids, scores and passages of many queries.
fn answers(place: &Place) -> Vec<Value> {
    let mut queries: Vec<String> =
        HAN.iter().chain(&LATIN).map(|word| (*word).to_owned()).collect();
    queries.extend(HAN.windows(2).map(|pair| pair.join(" ")));
    queries.extend(
        ["\"北京大学学生\"", "词典 -软件", "install OR 安装", "\"the 图书馆\""].map(Into::into),
    );
    let answer = |query: &String| {
        let response = place.search(&[query, "-n", "50"]);
        let hits: Vec<Value> = hits(&response)
            .iter()
            .map(|hit| serde_json::json!([hit["id"], hit["score"], hit["passages"]]))
            .collect();
        serde_json::json!([query, response["total"], hits])
    };
    queries.iter().map(answer).collect()
}

#[test]
fn threads_commits_and_merges_change_no_answer() {
    let records = |numbers: Range<u64>| -> String {
        let record = |n| serde_json::json!({"id": format!("d{n}"), "body": text(n)}).to_string();
        numbers.map(|n| record(n) + "\n").collect()
    };
    // Each number is where a run of indexing ends and the next begins.
    let build = |threads: &str, borders: &[u64]| {
        let place = Place::new();
        for part in borders.windows(2) {
            let args = ["index", "-", "--threads", threads];
            place.zhen_reading(&args, records(part[0]..part[1])).expect_status(0);
        }
        place
    };
    let one = build("1", &[0, 400]);
    let expected = answers(&one);
    assert!(expected.iter().filter(|answer| answer[1] != 0).count() > 50);
    let two = build("2", &[0, 150, 300, 400]);
    assert!(two.json(&["stats"])["segments"].as_array().unwrap().len() > 1);
    assert_eq!(answers(&two), expected);
    two.zhen(&["index", "--merge"]).expect_status(0);
    assert_eq!(two.json(&["stats"])["segments"].as_array().unwrap().len(), 1);
    assert_eq!(answers(&two), expected);
    // Documents that were replaced and deleted are found no more, whatever is left of them in the
    // statistics that scores are made of.
    let again = build("2", &[0, 400, 420]);
    again.zhen_reading(&["index", "-"], records(100..200)).expect_status(0);
    let gone: Vec<String> = (400..420).map(|n| format!("d{n}")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    again.zhen(&[&["delete"], gone.as_slice()].concat()).expect_status(0);
    let totals = |answers: Vec<Value>| -> Vec<Value> {
        answers.iter().map(|answer| answer[1].clone()).collect()
    };
    assert_eq!(totals(answers(&again)), totals(expected));
}
