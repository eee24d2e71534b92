//! Searching and suggesting.

use zhen_search::{Engine, SearchRequest, SearchResponse};

use crate::support::TestServer;
use crate::support::http::encode;

#[test]
fn an_answer_is_the_engine_s_own_to_the_byte() {
    let server = TestServer::start();
    let index = server.catalog.index("default");
    for (query, more, request) in [
        ("corridor", "", SearchRequest::default()),
        ("词典", "&limit=2&offset=1", SearchRequest { limit: 2, offset: 1, ..Default::default() }),
        ("cpec", "&exact=true", SearchRequest { exact: true, ..Default::default() }),
        (
            "economy",
            "&facet=lang,kind&passages=1",
            SearchRequest {
                facets: vec!["lang".into(), "kind".into()],
                passages: 1,
                ..Default::default()
            },
        ),
        ("\"open quote", "", SearchRequest::default()),
        ("hostile", "", SearchRequest::default()),
    ] {
        let target = format!("/api/v1/search?q={}{more}", encode(query));
        let answer = server.get(&target);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let mut expected = index.search(&SearchRequest { query: query.into(), ..request }).unwrap();
        let sent: SearchResponse = serde_json::from_slice(&answer.body).unwrap();
        expected.took_us = sent.took_us;
        assert_eq!(answer.text(), serde_json::to_string(&expected).unwrap());
    }
}

#[test]
fn a_body_asks_the_same_as_a_query_string() {
    let server = TestServer::start();
    let long = "词".repeat(20_000);
    let body = serde_json::json!({"q": long}).to_string();
    let answer = server.post_json("/api/v1/search", body);
    assert_eq!((answer.status, answer.json()["total"].as_u64()), (200, Some(0)));

    let strip = |mut answer: serde_json::Value| {
        answer["took_us"] = 0.into();
        answer
    };
    let body = r#"{"q": "meeting", "limit": 3, "sort": "time:desc", "facet": ["kind"]}"#;
    let by_body = server.post_json("/api/v1/search", body).json();
    let by_query = server.get("/api/v1/search?q=meeting&limit=3&sort=time:desc&facet=kind").json();
    assert_eq!(strip(by_body), strip(by_query));
}

#[test]
fn suggestions_follow_what_is_typed() {
    let server = TestServer::start();
    let answer = server.get("/api/v1/suggest?q=cidi&limit=3").json();
    assert_eq!(answer["query"], "cidi");
    let texts: Vec<_> = answer["suggestions"].as_array().unwrap().iter().collect();
    assert!(texts.len() <= 3 && texts.iter().any(|s| s["text"] == "词典" && s["via"] == "pinyin"));
    let nothing = server.get("/api/v1/suggest?q=").json();
    assert_eq!(nothing["suggestions"].as_array().unwrap().len(), 0);
}

#[test]
fn several_indexes_are_told_apart_by_name() {
    let server = TestServer::start();
    let lines = "{\"id\": \"a\", \"body\": \"only here: 針\"}\n";
    server.catalog.index("另一个").add_lines(lines);
    let found = |index: &str| {
        let target = format!("/api/v1/search?q=%E9%87%9D&index={}", encode(index));
        server.get(&target).json()["total"].as_u64().unwrap()
    };
    assert_eq!((found("另一个"), found("default"), found("")), (1, 0, 0));
    let names = server.get("/api/v1/indexes").json();
    assert_eq!(names["default"], "default");
    assert_eq!(names["indexes"], serde_json::json!(["default", "另一个"]));
}

#[test]
fn what_another_process_commits_is_seen_by_the_next_search() {
    let server = TestServer::start();
    let mut client = server.client();
    let mut total = || {
        let answer = client.send("GET", "/api/v1/search?q=freshly", &[], b"");
        answer.json()["total"].as_u64().unwrap()
    };
    assert_eq!(total(), 0);
    server.catalog.index("default").add_lines("{\"id\": \"new\", \"body\": \"freshly added\"}\n");
    assert_eq!(total(), 1);
}

#[test]
fn answers_are_compressed_for_those_who_ask_and_mean_the_same() {
    let server = TestServer::start();
    let target = "/api/v1/search?q=meeting&limit=30";
    let plain = server.get(target);
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.header("vary"), Some("accept-encoding"));
    for (accept, coding) in [("gzip", "gzip"), ("gzip, br", "br")] {
        let answer = server.client().send("GET", target, &[("accept-encoding", accept)], b"");
        assert_eq!(answer.header("content-encoding"), Some(coding));
        assert!(answer.body.len() * 3 < plain.body.len());
        let mut decoded = Vec::new();
        let reader: &mut dyn std::io::Read = match coding {
            "gzip" => &mut flate2::read::GzDecoder::new(&answer.body[..]),
            _ => &mut brotli::Decompressor::new(&answer.body[..], 4096),
        };
        std::io::copy(reader, &mut decoded).unwrap();
        let decoded: serde_json::Value = serde_json::from_slice(&decoded).unwrap();
        assert_eq!(decoded["hits"], plain.json()["hits"]);
    }
    let off = TestServer::with(|config| config.compression = false);
    let answer = off.client().send("GET", target, &[("accept-encoding", "gzip")], b"");
    assert_eq!(answer.header("content-encoding"), None);
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let server = TestServer::start();
    let mut client = server.client();
    for target in ["/api/v1/search?q=meeting", "/", "/healthz", "/metrics"] {
        let head = client.send("HEAD", target, &[], b"");
        assert_eq!(head.status, 200, "{target}");
        assert!(head.header("content-length").unwrap().parse::<u64>().unwrap() > 0);
    }
    // The connection is still in step.
    assert_eq!(client.send("GET", "/healthz", &[], b"").json()["status"], "ok");
}
