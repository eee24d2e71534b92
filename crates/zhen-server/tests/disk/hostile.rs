//! Clients that mean harm, against a real index: the others are answered, memory stays bounded.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;

use zhen_server::DiskCatalog;

use crate::support::TestServer;
use crate::support::http::Client;
use crate::{MEMORY, catalog, samples, total};

/// A server that gives up nobody for being slow: whoever is slow is there all the time.
fn patient_server(dir: &Path) -> TestServer<DiskCatalog> {
    TestServer::on(catalog(dir), |config| {
        config.limits.header_timeout_ms = 600_000;
        config.limits.body_timeout_ms = 600_000;
        config.limits.min_body_rate = 0;
    })
}

/// Memory of this process beyond mapped files, in bytes.
fn anonymous_memory() -> Option<u64> {
    Some(zhen_server::ProcessUsage::read()?.anonymous)
}

const UPLOAD: &str = "POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
                      content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(client: &mut Client, text: &str) -> bool {
    client.raw(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
}

#[test]
fn slow_heads_endless_bodies_and_huge_headers_cost_the_others_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    let server = patient_server(&dir);
    let expected = total(&server, "meeting");
    let before = anonymous_memory();
    let open = |begin: &str| {
        let mut stream = TcpStream::connect(server.addr).unwrap();
        stream.write_all(begin.as_bytes()).unwrap();
        stream
    };
    let head = "GET /api/v1/search?q=a HTTP/1.1\r\nhost: localhost\r\n";
    let mut heads: Vec<_> = (0..1_000).map(|_| open(head)).collect();
    // As many uploads as there may be at once, but for one, and none of them ever ends.
    let places = zhen_server::ServerConfig::default().limits.max_concurrent_uploads;
    let mut bodies: Vec<_> = (1..places).map(|_| open(UPLOAD)).collect();
    for round in 0..3 {
        for stream in &mut heads {
            stream.write_all(b"x: y\r\n").unwrap();
        }
        for stream in &mut bodies {
            stream.write_all(b"d\r\n{\"body\": \"x\"}\r\n1\r\n\n\r\n").unwrap();
        }
        let mut client = server.client();
        let huge = "x".repeat(1 << 20);
        client.send("GET", "/healthz", &[("x-huge", &huge)], b"").problem(431);
        assert_eq!(total(&server, "meeting"), expected);
        let record = format!("{{\"id\": \"{round}\", \"body\": \"between{round}\"}}");
        let answer = server.post_json("/api/v1/documents", record);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(total(&server, &format!("\"between{round}\"")), 1);
    }
    if let (Some(before), Some(after)) = (before, anonymous_memory()) {
        // Indexing may take what it was allowed; a slow client little.
        let most = MEMORY as u64 + ((heads.len() + bodies.len()) as u64) * (96 << 10);
        assert!(after < before + most, "{before} bytes before, {after} after");
    }
}

#[test]
fn slow_an_upload_of_a_hundred_thousand_records_keeps_within_its_memory_and_holds_nobody_up() {
    const RECORDS: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("many");
    let server = patient_server(&dir);
    assert_eq!(server.post_json("/api/v1/documents", "{\"body\": \"first\"}").status, 200);
    let before = anonymous_memory();
    let mut most = 0;
    let mut client = server.client();
    assert!(client.raw(UPLOAD.as_bytes()));
    for first in (0..RECORDS).step_by(1_000) {
        let mut lines = String::new();
        for n in first..first + 1_000 {
            writeln!(lines, "{{\"id\": \"n{n}\", \"body\": \"第{n}号记录 number{n}\"}}").unwrap();
        }
        assert!(chunk(&mut client, &lines));
        if first % 10_000 == 0 {
            // Others search and write meanwhile, and what they wrote is there.
            let record = format!("{{\"id\": \"beside{first}\", \"body\": \"beside{first}\"}}");
            let answer = server.post_json("/api/v1/documents", record);
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(total(&server, &format!("\"beside{first}\"")), 1);
        }
        most = most.max(anonymous_memory().unwrap_or_default());
    }
    assert!(client.raw(b"0\r\n\r\n"));
    let answer = client.read_answer(false).unwrap();
    assert_eq!(answer.json()["accepted"], RECORDS, "{}", answer.text());
    assert_eq!(server.get("/api/v1/stats").json()["documents"], RECORDS + 11);
    for n in [0, 77_777, RECORDS - 1] {
        assert_eq!(total(&server, &format!("\"number{n}\"")), 1);
    }
    if let Some(before) = before {
        let allowed = MEMORY as u64 + (128 << 20);
        assert!(most < before + allowed, "{before} bytes before, {most} at most");
    }
}
