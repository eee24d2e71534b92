//! The server on real indexes: the same answers as the library, changes by other processes, and
//! what survives a process that is killed.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // Helpers are part of the tests.

#[path = "../support/mod.rs"]
mod support;

mod hostile;
mod killed;
mod notes;

use std::path::Path;

use serde_json::{Value, json};
use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Engine, IndexEngine, SearchRequest, SearchResponse};
use zhen_server::DiskCatalog;
use zhen_source::Document;

use support::TestServer;
use support::http::encode;

/// Memory for indexing in these tests.
const MEMORY: usize = zhen_index::LEAST_MEMORY;

/// The index in `dir`, and those that requests name beside it.
fn catalog(dir: &Path) -> DiskCatalog {
    let catalog = DiskCatalog::new(dir, MEMORY);
    catalog.with_home(dir.parent().unwrap())
}

fn server(dir: &Path) -> TestServer<DiskCatalog> {
    TestServer::on(catalog(dir), |_| {})
}

/// The sample documents, in an index of the library's making.
fn samples(dir: &Path) {
    let records = include_str!("../support/samples.jsonl");
    let mut documents = Vec::new();
    let options = zhen_source::ReadOptions::default();
    let report = zhen_source::read_stream(records.as_bytes(), &options, &mut |document| {
        documents.push(document);
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(report.unwrap().problem_count, 0);
    let mut indexer = Indexer::open(options_for(dir)).unwrap();
    indexer.index_documents(documents, &()).unwrap();
    indexer.close().unwrap();
}

fn options_for(dir: &Path) -> IndexOptions {
    let mut options = IndexOptions::new(dir);
    options.memory = MEMORY;
    options
}

fn total(server: &TestServer<DiskCatalog>, query: &str) -> u64 {
    let answer = server.get(&format!("/api/v1/search?q={}", encode(query)));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["total"].as_u64().unwrap()
}

#[test]
fn answers_are_the_library_s_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    let server = server(&dir);
    let engine = IndexEngine::open(&dir).unwrap();
    for query in
        ["走廊", "corridor", "\"词典\"", "詞典", "meeting -budget", "lang:zh 例会", "T恤", "\"", ""]
    {
        for facets in [vec![], vec!["lang".to_owned(), "time".to_owned()]] {
            let target = format!("/api/v1/search?q={}&facet={}", encode(query), facets.join(","));
            let answer = server.get(&target);
            assert_eq!(answer.status, 200, "{query}: {}", answer.text());
            let request = SearchRequest { query: query.into(), facets, ..Default::default() };
            let mut expected = engine.search(&request).unwrap();
            let sent: SearchResponse = serde_json::from_slice(&answer.body).unwrap();
            expected.took_us = sent.took_us;
            assert_eq!(answer.text(), serde_json::to_string(&expected).unwrap(), "{query}");
        }
    }
    assert!(total(&server, "走廊") >= 1 && total(&server, "meeting") >= 16);
}

#[test]
fn the_page_s_filters_mean_to_the_engine_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    let server = server(&dir);
    let count = |filter: &str| {
        let target = format!("/api/v1/search?q=meeting&limit=100&filter={}", encode(filter));
        let answer = server.get(&target);
        assert_eq!(answer.status, 200, "{filter}: {}", answer.text());
        answer.json()["total"].as_u64().unwrap()
    };
    let all = count("");
    assert_eq!(count("lang:\"en\"") + count("lang:\"zh-Hans\""), all);
    assert!(count("lang:\"en\"") > 0);
    assert_eq!(count("kind:\"jsonl\"") + count("kind:\"markdown\""), all);
    let years: u64 = (2018..=2024).map(|year| count(&format!("time:{year}..{year}"))).sum();
    assert_eq!(years, all);
    assert_eq!(
        count("time:2021-01-01.."),
        (2021..=2024).map(|y| count(&format!("time:{y}..{y}"))).sum::<u64>()
    );
    assert_eq!(count("time:..2020-12-31") + count("time:2021-01-01.."), all);
    let id = "/library/meetings/minutes-07.md";
    assert_eq!(count(&format!("id:\"{id}\"")), 1);
}

#[test]
fn folders_lead_down_to_where_the_documents_lie() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("folders");
    let documents = ["/d/a/x/1.md", "/d/a/y/2.md", "/d/b/3.md", "/d/4.md"].map(|path| Document {
        id: path.to_owned(),
        path: Some(path.to_owned()),
        body: "针 needle".to_owned(),
        ..Default::default()
    });
    let mut indexer = Indexer::open(options_for(&dir)).unwrap();
    indexer.index_documents(documents, &()).unwrap();
    indexer.close().unwrap();
    let server = server(&dir);
    let ask = |filter: &str| {
        let filter = encode(filter);
        let answer = server.get(&format!("/api/v1/search?q=needle&facet=folder&filter={filter}"));
        let answer = answer.json();
        let values = answer["facets"]["folder"].as_array().unwrap().iter();
        let values: Vec<_> = values
            .map(|each| {
                (each["value"].as_str().unwrap().to_owned(), each["count"].as_u64().unwrap())
            })
            .collect();
        (answer["total"].as_u64().unwrap(), values)
    };
    let value = |name: &str, count| (name.to_owned(), count);
    let all = vec![value("/d/a", 2), value("/d", 1), value("/d/b", 1)];
    assert_eq!(ask(""), (4, all));
    // As the page asks for what lies in a folder.
    let below = vec![value("/d/a/x", 1), value("/d/a/y", 1)];
    assert_eq!(ask("path:\"/d/a/\""), (2, below));
    assert_eq!(ask("path:\"/d/a/x/\""), (1, vec![value("/d/a/x", 1)]));
}

#[test]
fn a_year_that_is_counted_can_be_filtered_by() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("years");
    let documents = ["0001-01-01T00:00:00Z", "0987-06-05T00:00:00Z"].map(|time| Document {
        id: time.to_owned(),
        time: Some(time.to_owned()),
        body: "needle".to_owned(),
        ..Default::default()
    });
    let mut indexer = Indexer::open(options_for(&dir)).unwrap();
    indexer.index_documents(documents, &()).unwrap();
    indexer.close().unwrap();
    let server = server(&dir);
    let counted = server.get("/api/v1/search?q=needle&facet=time").json();
    let years = counted["facets"]["time"].as_array().unwrap();
    assert_eq!(years.len(), 2, "{counted}");
    for year in years {
        let year = year["value"].as_str().unwrap();
        assert_eq!(total(&server, &format!("needle time:{year}..{year}")), 1, "{year}");
    }
}

#[test]
fn a_document_says_on_which_lines_of_its_file_its_text_stands() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, "<html>\n<head>\n<title>T</title>\n</head>\n<body>\n<p>海底捞针\n")
        .unwrap();
    let dir = folder.path().join("lines");
    let mut indexer = Indexer::open(options_for(&dir)).unwrap();
    indexer.index_paths(&[file], &()).unwrap();
    indexer.close().unwrap();
    let server = server(&dir);
    let found = server.get(&format!("/api/v1/search?q={}", encode("捞针"))).json();
    let hit = &found["hits"][0];
    assert_eq!(hit["passages"][0]["line"], 6, "{found}");
    let id = encode(hit["id"].as_str().unwrap());
    let document = server.get(&format!("/api/v1/documents/{id}")).json();
    assert_eq!(document["body"].as_str().unwrap().trim_end(), "海底捞针");
    assert_eq!(document["lines"], json!([[1, 6]]));
}

#[test]
fn what_is_written_is_found_read_replaced_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("written");
    let server = server(&dir);
    server.get("/api/v1/search?q=a").problem(404);
    let records = json!([
        {"id": "a", "title": "First", "body": "中巴经济走廊 is a corridor", "tags": ["x"], "rank": 3},
        {"id": "b", "body": "第二个文档 second"},
        {"nothing": "to search"},
    ]);
    let answer = server.post_json("/api/v1/documents", records.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!((&answer.json()["accepted"], &answer.json()["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(answer.json()["errors"][0]["line"], 1);
    assert_eq!((total(&server, "走廊"), total(&server, "second")), (1, 1));
    let document = server.get("/api/v1/documents/a").json();
    assert_eq!((&document["title"], &document["rank"]), (&json!("First"), &json!(3)));

    server.post_json("/api/v1/documents", "{\"id\": \"a\", \"body\": \"replaced\"}");
    assert_eq!((total(&server, "走廊"), total(&server, "replaced")), (0, 1));
    let deleted = server.client().send("DELETE", "/api/v1/documents/a", &[], b"");
    assert_eq!(deleted.json()["deleted"], true, "{}", deleted.text());
    server.client().send("DELETE", "/api/v1/documents/a", &[], b"").problem(404);
    assert_eq!(total(&server, "replaced"), 0);

    let stats = server.get("/api/v1/stats").json();
    assert_eq!(stats["documents"], 1);
    assert!(stats["size_bytes"].as_u64().unwrap() > 0 && stats["commit"].as_u64().unwrap() >= 3);
    assert_eq!(server.get("/api/v1/indexes").json()["indexes"], json!(["written"]));
    server.stop().unwrap();
    let engine = IndexEngine::open(&dir).unwrap();
    assert!(engine.document("b").unwrap().is_some() && engine.document("a").unwrap().is_none());
}

#[test]
fn an_upload_of_thousands_of_records_is_found_to_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("many");
    let server = server(&dir);
    let lines: String = (0..5_000)
        .map(|n| format!("{{\"id\": \"{n}\", \"body\": \"第{n}号记录 record number{n}\"}}\n"))
        .collect();
    let headers = [("content-type", "application/x-ndjson")];
    let answer = server.client().send("POST", "/api/v1/documents", &headers, lines.as_bytes());
    assert_eq!(answer.json()["accepted"], 5_000, "{}", answer.text());
    assert_eq!(server.get("/api/v1/stats").json()["documents"], 5_000);
    for n in [0, 1_234, 4_999] {
        assert_eq!(total(&server, &format!("number{n}")), 1);
    }
}

#[test]
fn uploads_that_come_at_once_to_an_index_that_is_not_there_are_all_taken() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder.path().join("new"));
    std::thread::scope(|scope| {
        for n in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let record = json!({"id": n.to_string(), "body": "针 needle"});
                let answer = server.post_json("/api/v1/documents", record.to_string());
                assert_eq!(answer.status, 200, "{}", answer.text());
            });
        }
    });
    assert_eq!(total(&server, "needle"), 8);
}

#[test]
fn an_index_that_another_process_is_making_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("new");
    let server = server(&dir);
    let indexer = Indexer::open(options_for(&dir)).unwrap();
    let refused = server.post_json("/api/v1/documents", "{\"body\": \"x\"}");
    assert!(refused.problem(503).contains("being written by"));
    indexer.close().unwrap();
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"x\"}").status, 200);
}

#[test]
fn a_commit_of_another_process_is_seen_by_the_next_search() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("shared");
    samples(&dir);
    let server = server(&dir);
    assert_eq!(total(&server, "freshly"), 0);
    let mut indexer = Indexer::open(options_for(&dir)).unwrap();
    let document =
        Document { id: "new".into(), body: "freshly added".into(), ..Default::default() };
    indexer.index_documents([document], &()).unwrap();
    assert_eq!(total(&server, "freshly"), 1);
}

#[test]
fn whoever_else_is_writing_is_named_and_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("locked");
    samples(&dir);
    let server = server(&dir);
    let indexer = Indexer::open(options_for(&dir)).unwrap();
    let refused = server.post_json("/api/v1/documents", "{\"body\": \"x\"}");
    let detail = refused.problem(503);
    assert!(
        detail.contains("being written by") && detail.contains(&std::process::id().to_string()),
        "{detail}"
    );
    assert_eq!(total(&server, "corridor"), server.get("/api/v1/search?q=corridor").json()["total"]);
    indexer.close().unwrap();
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"x\"}").status, 200);
    // And the other way round: a server that only runs does not keep others from writing.
    let again = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        Indexer::open(options_for(&dir))
    });
    assert!(again.take(600).any(|opened| opened.is_ok()));
}

#[test]
fn an_index_that_was_replaced_is_opened_anew() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("replaced");
    samples(&dir);
    let server = server(&dir);
    assert!(total(&server, "corridor") > 0);
    std::fs::rename(&dir, folder.path().join("old")).unwrap();
    server.get("/api/v1/search?q=corridor").problem(404);
    let mut indexer = Indexer::open(options_for(&dir)).unwrap();
    let document = Document { id: "n".into(), body: "another index".into(), ..Default::default() };
    indexer.index_documents([document], &()).unwrap();
    indexer.close().unwrap();
    assert_eq!((total(&server, "corridor"), total(&server, "another")), (0, 1));
}

#[test]
fn an_index_exchanged_between_two_uploads_is_left_whole_and_takes_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (dir, fresh) = (at("exchanged"), at("fresh"));
    samples(&dir);
    let mut indexer = Indexer::open(options_for(&fresh)).unwrap();
    let document = Document { id: "n".into(), body: "another index".into(), ..Default::default() };
    indexer.index_documents([document], &()).unwrap();
    indexer.close().unwrap();
    let server = server(&dir);
    // The server keeps the writer for a while after an upload: the folders change places meanwhile.
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"zeppelin\"}").status, 200);
    std::fs::rename(&dir, at("old")).unwrap();
    std::fs::rename(&fresh, &dir).unwrap();
    let second = server.post_json("/api/v1/documents", "{\"body\": \"second upload\"}");
    assert_eq!(second.status, 200, "{}", second.text());
    assert_eq!((total(&server, "another"), total(&server, "second")), (1, 1));
    assert_eq!((total(&server, "corridor"), total(&server, "zeppelin")), (0, 0));
    server.stop().unwrap();
    for (dir, query, documents) in [(&dir, "another", 2), (&at("old"), "zeppelin", 43)] {
        let index = zhen_index::ZhenIndex::open(dir).unwrap();
        let verified = index.verify().unwrap();
        assert!(verified.findings.is_empty(), "{:?}", verified.findings);
        let request = SearchRequest { query: query.into(), ..Default::default() };
        assert_eq!(IndexEngine::open(dir).unwrap().search(&request).unwrap().total, 1);
        assert_eq!(index.stats().unwrap().documents, documents);
    }
}

#[test]
fn a_record_s_own_fields_never_stand_for_those_that_hits_tell() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder.path().join("own"));
    let record = json!({
        "id": "r", "body": "针 needle", "kind": "memo", "path": "notes/a.md", "lines": 7,
        "time": "昨天", "own": [1], "colour": "red",
    });
    assert_eq!(server.post_json("/api/v1/documents", record.to_string()).status, 200);
    let hit = server.get("/api/v1/search?q=needle").json()["hits"][0].clone();
    let document = server.get("/api/v1/documents/r").json();
    for field in ["id", "title", "lang", "kind", "path", "time"] {
        assert_eq!(document[field], hit[field], "{field}");
    }
    assert_eq!(document["kind"], "jsonl");
    assert_eq!((&document["colour"], &document["lines"]), (&json!("red"), &Value::Null));
    let apart = json!({
        "kind": "memo", "path": "notes/a.md", "lines": 7, "time": "昨天", "own": [1],
    });
    assert_eq!(document["own"], apart, "nothing is lost");
}

#[test]
fn a_name_of_an_index_fits_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder.path().join("names"));
    let name = encode(&"𠀀".repeat(64));
    let post = |name: &str| {
        server.post_json(&format!("/api/v1/documents?index={name}"), "{\"body\": \"x\"}")
    };
    assert!(post(&name).problem(422).contains("255 bytes"));
    server.get(&format!("/api/v1/search?q=a&index={name}")).problem(404);
    assert_eq!(post(&encode(&"𠀀".repeat(63))).status, 200);
}

#[test]
fn readiness_ends_when_the_default_index_cannot_be_read_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, away) = (folder.path().join("ready"), folder.path().join("away"));
    let server = server(&dir);
    assert_eq!(server.get("/readyz").status, 200, "an index that never was is not missed");
    samples(&dir);
    assert_eq!(server.get("/readyz").status, 200);
    let meta = std::fs::read(dir.join("meta.json")).unwrap();
    std::fs::write(dir.join("meta.json"), "garbage").unwrap();
    let refused = server.get("/readyz");
    assert!(refused.problem(503).contains("meta.json"), "{}", refused.text());
    std::fs::write(dir.join("meta.json"), meta).unwrap();
    assert_eq!(server.get("/readyz").status, 200);
    std::fs::rename(&dir, &away).unwrap();
    server.get("/readyz").problem(503);
    std::fs::rename(&away, &dir).unwrap();
    assert_eq!(server.get("/readyz").status, 200);
    server.stop().unwrap();
    std::fs::write(dir.join("meta.json"), "garbage").unwrap();
    self::server(&dir).get("/readyz").problem(503);
}

#[test]
fn calls_made_up_from_the_openapi_document_find_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    support::schemathesis(&server(&dir));
}

#[test]
fn what_is_no_index_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no index").unwrap();
    let server = server(folder.path());
    let detail = server.get("/api/v1/search?q=a").problem(500);
    assert!(detail.contains("is no index"), "{detail}");
    server.post_json("/api/v1/documents", "{\"body\": \"x\"}").problem(500);
    assert_eq!(server.get("/healthz").status, 200);
    assert!(std::fs::read_dir(folder.path()).unwrap().count() == 1, "nothing was written there");
}

#[test]
fn a_name_in_a_request_never_leads_outside_the_place_of_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    let default = folder.path().join("default");
    // Where `zhen` keeps indexes, and in a folder of their own.
    let platform = DiskCatalog::new(&default, MEMORY);
    let platform = TestServer::on(platform, |_| {});
    let own = server(&default);
    let outside = dir.to_str().unwrap();
    for name in [outside, "../samples", "samples/..", "/etc", ".", "..", "%00"] {
        for server in [&platform, &own] {
            server.get(&format!("/api/v1/search?q=a&index={}", encode(name))).problem(404);
        }
    }
    // A folder of the working directory (that of this crate) is no index by its mere name.
    platform.get("/api/v1/search?q=a&index=src").problem(404);
    let _: Value = platform.get("/readyz").json();
}
