//! Adding, reading and deleting documents.

use std::sync::Arc;

use serde_json::json;

use crate::support::TestServer;
use crate::support::http::encode;
use crate::support::memory::MemoryCatalog;

fn total(server: &TestServer, query: &str) -> u64 {
    let target = format!("/api/v1/search?q={}", encode(query));
    server.get(&target).json()["total"].as_u64().unwrap()
}

#[test]
fn an_array_lines_and_one_object_are_taken_and_found_at_once() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    let array = r#"[{"id": "1", "body": "alpha 词"}, {"id": "2", "title": "alpha title"}]"#;
    let answer = server.post_json("/api/v1/documents", array).json();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&2.into(), &0.into()));
    assert_eq!(answer["index"], "default");
    assert_eq!(total(&server, "alpha"), 2);

    let lines = "{\"id\": \"3\", \"body\": \"alpha\"}\n{\"id\": \"4\", \"body\": \"alpha\"}";
    let headers = [("content-type", "application/x-ndjson")];
    let answer = server.client().send("POST", "/api/v1/documents", &headers, lines.as_bytes());
    assert_eq!(answer.json()["accepted"], 2);
    assert_eq!(total(&server, "alpha"), 4);

    let object = "{\n  \"id\": \"5\",\n  \"body\": \"alpha\"\n}";
    assert_eq!(server.post_json("/api/v1/documents", object).json()["accepted"], 1);
    assert_eq!(total(&server, "alpha"), 5);
    assert_eq!(server.post_json("/api/v1/documents", "[]").json()["accepted"], 0);
}

#[test]
fn the_same_id_replaces() {
    let server = TestServer::start();
    for text in ["first version", "second version"] {
        let body = serde_json::json!([{"id": "same", "body": text}]).to_string();
        assert_eq!(server.post_json("/api/v1/documents", body).status, 200);
    }
    assert_eq!((total(&server, "first"), total(&server, "second")), (0, 1));
}

#[test]
fn a_bad_record_is_reported_by_line_and_the_rest_is_taken() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    let lines =
        "{\"body\": \"taken one\"}\nnot json\n{\"nobody\": 1}\n\n[1]\n{\"body\": \"taken two\"}\n";
    let headers = [("content-type", "application/x-ndjson")];
    let answer = server.client().send("POST", "/api/v1/documents", &headers, lines.as_bytes());
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&2.into(), &3.into()));
    let errors = answer["errors"].as_array().unwrap();
    let at: Vec<_> = errors.iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(at, [2, 3, 5]);
    assert!(errors[0]["detail"].as_str().unwrap().contains("not valid JSON"));
    assert!(errors[1]["detail"].as_str().unwrap().contains("body"));
    assert!(errors[2]["detail"].as_str().unwrap().contains("object"));
    assert_eq!(total(&server, "taken"), 2);
}

#[test]
fn a_bad_element_of_an_array_in_one_line_is_reported_by_its_index_and_id() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    let array = r#"[{"id": "a", "body": "x"}, {"id": "b"}, null, {"id": 4, "body": oops}] 5"#;
    let answer = server.post_json("/api/v1/documents", array).json();
    let told: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["line"].as_u64(), error["record"].as_u64(), error["id"].as_str()))
        .collect();
    let expected = [(None, None), (Some(1), Some("b")), (Some(2), None), (Some(3), Some("4"))];
    assert_eq!(told, expected.map(|(record, id)| (Some(1), record, id)));
}

#[test]
fn an_upload_of_which_nothing_can_be_taken_is_a_422_that_says_why() {
    let server = TestServer::start();
    let answer = server.post_json("/api/v1/documents", "{\"x\": 1}\nnonsense\n");
    answer.problem(422);
    let problem = answer.json();
    assert_eq!((&problem["accepted"], &problem["rejected"]), (&0.into(), &2.into()));
    assert_eq!(problem["errors"][1]["line"], 2);
    // Nor is an index made for it, as it is for one that is merely empty.
    server.post_json("/api/v1/documents?index=bad", "[{}]").problem(422);
    assert_eq!(server.post_json("/api/v1/documents?index=empty", "[]").status, 200);
    assert_eq!(server.get("/api/v1/indexes").json()["indexes"], json!(["default", "empty"]));
}

#[test]
fn no_more_than_a_hundred_errors_are_listed_but_all_are_counted() {
    let server = TestServer::start();
    let body = format!("[{}{{\"body\": \"x\"}}]", "{},".repeat(500));
    let answer = server.post_json("/api/v1/documents", body).json();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&1.into(), &500.into()));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 100);
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let server = TestServer::with(|config| config.limits.max_record_bytes = 1_000);
    let long = "x".repeat(5_000);
    let body = format!("[{{\"body\": \"{long}\"}}, {{\"body\": \"short enough\"}}]");
    let answer = server.post_json("/api/v1/documents", body).json();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&1.into(), &1.into()));
    assert!(answer["errors"][0]["detail"].as_str().unwrap().contains("1000 bytes"));
}

#[test]
fn a_chunked_upload_of_a_hundred_thousand_records_is_taken_whole() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    let mut client = server.client();
    let head = "POST /api/v1/documents?index=big HTTP/1.1\r\nhost: localhost\r\n\
                content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    assert!(client.raw(head.as_bytes()));
    let mut sent = 0;
    while sent < 100_000 {
        let lines: String = (sent..sent + 500)
            .map(|n| format!("{{\"id\": \"{n}\", \"body\": \"record number {n}\"}}\n"))
            .collect();
        sent += 500;
        assert!(client.raw(format!("{:x}\r\n{lines}\r\n", lines.len()).as_bytes()));
    }
    assert!(client.raw(b"0\r\n\r\n"));
    let answer = client.read_answer(false).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["accepted"], 100_000);
    assert_eq!(server.catalog.index("big").len(), 100_000);
}

#[test]
fn concurrent_uploads_share_commits_and_none_is_lost() {
    let server = Arc::new(TestServer::on(MemoryCatalog::empty(), |_| {}));
    let threads: Vec<_> = (0..12)
        .map(|t| {
            let server = Arc::clone(&server);
            std::thread::spawn(move || {
                let mut client = server.client();
                for n in 0..10 {
                    let body = format!("{{\"id\": \"{t}-{n}\", \"body\": \"shared {t} {n}\"}}");
                    let headers = [("content-type", "application/json")];
                    let target = "/api/v1/documents";
                    let answer = client.send("POST", target, &headers, body.as_bytes());
                    assert_eq!(answer.json()["accepted"], 1);
                    // An answer means searchable.
                    let target = format!("/api/v1/documents/{t}-{n}");
                    assert_eq!(client.send("GET", &target, &[], b"").status, 200);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let index = server.catalog.index("default");
    assert_eq!(index.len(), 120);
    assert!(index.commits() <= 120);
}

#[test]
fn a_document_is_read_and_deleted_by_an_id_with_any_characters() {
    let server = TestServer::start();
    let ids = ["/a/路径/b c.md", "100%", "a+b?c#d", "...", "\u{202e}rtl"];
    for id in ids {
        let record = serde_json::json!([{"id": id, "body": "strange id", "extra": {"k": [1]}}]);
        assert_eq!(server.post_json("/api/v1/documents", record.to_string()).status, 200);
        let target = format!("/api/v1/documents/{}", encode(id));
        let answer = server.get(&target);
        assert_eq!(answer.status, 200, "{id}");
        let document = answer.json();
        assert_eq!(document["id"], id);
        assert_eq!(document["extra"]["k"][0], 1);
        let deleted = server.client().send("DELETE", &target, &[], b"");
        assert_eq!(
            deleted.json(),
            serde_json::json!({"index": "default", "id": id, "deleted": true})
        );
        server.get(&target).problem(404);
        server.client().send("DELETE", &target, &[], b"").problem(404);
    }
    assert_eq!(total(&server, "strange"), 0);
}

#[test]
fn a_path_as_id_needs_no_encoding_of_its_slashes() {
    let server = TestServer::start();
    let id = "/library/language/search-boxes.md";
    let answer = server.get(&format!("/api/v1/documents/{id}"));
    assert_eq!(answer.json()["id"], id);
}

#[test]
fn the_writer_is_given_back_when_nothing_is_written() {
    let server = TestServer::start();
    server.post_json("/api/v1/documents", "{\"body\": \"x\"}");
    let index = server.catalog.index("default");
    while index.is_locked() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"y\"}").status, 200);
}

#[test]
fn a_failed_commit_is_no_success_and_the_next_upload_works() {
    let server = TestServer::start();
    let index = server.catalog.index("default");
    *index.faults.commit_error.lock().unwrap() = Some("no space left on device".to_owned());
    let answer = server.post_json("/api/v1/documents", "{\"id\": \"lost\", \"body\": \"lost\"}");
    assert!(answer.problem(500).contains("no space left"));
    let target = "/api/v1/documents/chat-2024-0117";
    server.client().send("DELETE", target, &[], b"").problem(500);
    *index.faults.commit_error.lock().unwrap() = None;
    assert_eq!(server.get(target).status, 200);
    assert_eq!(total(&server, "lost"), 0);
    let answer = server.post_json("/api/v1/documents", "{\"id\": \"kept\", \"body\": \"kept\"}");
    assert_eq!(answer.status, 200);
    assert_eq!(total(&server, "kept"), 1);
}

#[test]
fn an_index_that_somebody_else_writes_is_a_503_that_names_them() {
    let server = TestServer::start();
    let index = server.catalog.index("default");
    *index.faults.locked_by.lock().unwrap() = Some("zhen index (process 4711)".to_owned());
    let answer = server.post_json("/api/v1/documents", "{\"body\": \"x\"}");
    assert!(answer.problem(503).contains("process 4711"));
    assert!(answer.header("retry-after").is_some());
    *index.faults.locked_by.lock().unwrap() = None;
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"x\"}").status, 200);
}

#[test]
fn an_upload_makes_the_index_it_names_but_not_under_any_name() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    assert_eq!(server.post_json("/api/v1/documents?index=fresh", "{\"body\": \"x\"}").status, 200);
    assert_eq!(server.get("/api/v1/indexes").json()["indexes"], serde_json::json!(["fresh"]));
    for name in ["..", "a/b", ".hidden", &"x".repeat(65)] {
        let target = format!("/api/v1/documents?index={}", encode(name));
        server.post_json(&target, "{\"body\": \"x\"}").problem(422);
    }
    server.client().send("DELETE", "/api/v1/documents/x?index=absent", &[], b"").problem(404);
}
