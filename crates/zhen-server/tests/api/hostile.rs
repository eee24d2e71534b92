//! Clients that mean harm, or are merely slow, cost the others nothing.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::support::TestServer;
use crate::support::memory::MemoryCatalog;

/// Memory of this process beyond mapped files, in bytes.
fn anonymous_memory() -> Option<u64> {
    Some(zhen_server::ProcessUsage::read()?.anonymous)
}

/// Holds many slow connections open while `others` is answered, and checks memory meanwhile.
fn beside_slow_clients(count: usize, begin: &[u8], drip: &[u8]) {
    let server = TestServer::with(|config| {
        config.limits.header_timeout_ms = 60_000;
        config.limits.body_timeout_ms = 60_000;
        config.limits.min_body_rate = 0;
        config.limits.max_concurrent_uploads = count;
    });
    server.get("/api/v1/search?q=meeting");
    let before = anonymous_memory();
    let mut slow: Vec<TcpStream> = (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(server.addr).unwrap();
            stream.write_all(begin).unwrap();
            stream
        })
        .collect();
    for round in 0..3 {
        for stream in &mut slow {
            stream.write_all(drip).unwrap();
        }
        for _ in 0..20 {
            let answer = server.get("/api/v1/search?q=meeting");
            assert_eq!(answer.status, 200, "round {round}");
        }
        let answer = server.post_json("/api/v1/documents", "{\"id\": \"x\", \"body\": \"x\"}");
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
    }
    if let (Some(before), Some(after)) = (before, anonymous_memory()) {
        let each = after.saturating_sub(before) / count as u64;
        assert!(each < 96 << 10, "{each} bytes for each slow client");
    }
}

#[test]
fn a_thousand_clients_that_never_finish_their_heads_cost_the_others_nothing() {
    beside_slow_clients(
        1_000,
        b"GET /api/v1/search?q=a HTTP/1.1\r\nhost: localhost\r\n",
        b"x: y\r\n",
    );
}

#[test]
fn three_hundred_uploads_that_never_end_cost_the_others_nothing() {
    let begin = b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
        content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    beside_slow_clients(300, begin, b"a\r\n{\"body\": \"\r\n");
}

#[test]
fn a_client_that_takes_no_answer_is_given_up() {
    let server = TestServer::with(|config| config.limits.write_timeout_ms = 300);
    let record = serde_json::json!({"id": "big", "body": "word ".repeat(400_000)});
    assert_eq!(server.post_json("/api/v1/documents", record.to_string()).status, 200);
    let mut client = TcpStream::connect(server.addr).unwrap();
    let request = b"GET /api/v1/documents/big HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // Ten answers of two megabytes are more than the sockets' buffers hold.
    for _ in 0..10 {
        client.write_all(request).unwrap();
    }
    let open = |server: &TestServer| {
        let stats = server.get("/api/v1/stats").json();
        stats["server"]["connections"].as_u64().unwrap()
    };
    while open(&server) > 1 {
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_trickling_body_is_given_up_although_it_never_pauses() {
    let server = TestServer::with(|config| {
        config.limits.body_timeout_ms = 300;
        config.limits.min_body_rate = 1_000;
    });
    let mut client = server.client();
    client.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    while client.raw(b"1\r\n \r\n") {
        std::thread::sleep(Duration::from_millis(20));
        let log = server.log.lock().unwrap();
        if log.iter().any(|record| record.status == 408) {
            break;
        }
    }
    client.read_answer(false).unwrap().problem(408);
}

#[test]
fn an_endless_record_keeps_within_its_limit_of_memory() {
    let server = TestServer::with(|config| config.limits.max_record_bytes = 100_000);
    let mut client = server.client();
    client.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    client.raw(b"a\r\n{\"body\": \"\r\n");
    let chunk = "x".repeat(1 << 20);
    let before = anonymous_memory();
    for _ in 0..64 {
        assert!(client.raw(format!("{:x}\r\n{chunk}\r\n", chunk.len()).as_bytes()));
    }
    if let (Some(before), Some(after)) = (before, anonymous_memory()) {
        assert!(after < before + (24 << 20), "{before} bytes before, {after} after 64 MB");
    }
    client.raw(b"2\r\n\"}\r\n0\r\n\r\n");
    client.read_answer(false).unwrap().problem(422);
}

#[test]
fn an_upload_that_breaks_off_harms_nothing_and_what_was_answered_stays() {
    let server = TestServer::on(MemoryCatalog::empty(), |_| {});
    assert_eq!(
        server.post_json("/api/v1/documents", "{\"id\": \"kept\", \"body\": \"x\"}").status,
        200
    );
    for cut in [1_u64, 60, 5_000] {
        let mut stream = TcpStream::connect(server.addr).unwrap();
        let line = "{\"id\": \"torn\", \"body\": \"torn\"}\n";
        let body = line.repeat(cut as usize / line.len() + 1);
        let head = "POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/x-ndjson\r\ncontent-length: 999999\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body.as_bytes()[..cut as usize]).unwrap();
        drop(stream);
    }
    let answer = server.post_json("/api/v1/documents", "{\"id\": \"after\", \"body\": \"x\"}");
    assert_eq!(answer.status, 200);
    for id in ["kept", "after"] {
        assert_eq!(server.get(&format!("/api/v1/documents/{id}")).status, 200);
    }
}

#[test]
fn a_client_that_has_nothing_more_to_send_gets_its_answer_and_no_longer_than_others_wait() {
    let server = TestServer::with(|config| config.limits.search_timeout_ms = 300);
    let index = server.catalog.index("default");
    let ask = |request: &[u8]| {
        let mut client = server.client();
        client.raw(request);
        client.end();
        let answer = client.read_answer(false).expect("an answer");
        assert!(client.closes());
        answer
    };
    let search = b"GET /api/v1/search?q=corridor HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let upload = |length: usize| {
        let head = "POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
                    content-type: application/json\r\ncontent-length:";
        format!("{head} {length}\r\n\r\n{{\"body\": \"x\"}}").into_bytes()
    };
    assert_eq!(ask(&upload(13)).json()["accepted"], 1);
    ask(&upload(14)).problem(400);
    *index.faults.delay.lock().unwrap() = Duration::from_millis(100);
    assert_eq!(ask(search).status, 200);
    *index.faults.delay.lock().unwrap() = Duration::from_millis(2_000);
    ask(search).problem(503);
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let server = TestServer::start();
    let mut client = server.client();
    let mut requests = Vec::new();
    for n in 0..50 {
        requests.extend_from_slice(
            format!("GET /api/v1/search?q=meeting&limit=1&offset={n} HTTP/1.1\r\nhost: localhost\r\nx-request-id: r{n}\r\n\r\n")
                .as_bytes(),
        );
    }
    client.raw(&requests);
    for n in 0..50 {
        let answer = client.read_answer(false).unwrap();
        assert_eq!(answer.header("x-request-id"), Some(&*format!("r{n}")));
    }
}
