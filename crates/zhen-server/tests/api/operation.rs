//! Health, metrics, log, stopping.

use std::time::Duration;

use zhen_server::ServeError;

use crate::support::{TestServer, wait_for_requests};

#[test]
fn health_and_readiness_are_told() {
    let server = TestServer::start();
    assert_eq!(server.get("/healthz").json()["status"], "ok");
    assert_eq!(server.get("/readyz").json()["status"], "ready");
}

#[test]
fn metrics_count_what_happened() {
    let server = TestServer::start();
    server.get("/api/v1/search?q=corridor");
    server.get("/api/v1/search?q=corridor&offset=1");
    server.get("/api/v1/search?q=absolutely-nothing-like-this");
    server.get("/nothing");
    server.post_json("/api/v1/documents", "[{\"body\": \"x\"}, {}]");
    let answer = server.get("/metrics");
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name} in {text}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert_eq!(value("zhen_http_requests_total{route=\"search\",status=\"200\"}"), 3.0);
    assert_eq!(value("zhen_http_requests_total{route=\"none\",status=\"404\"}"), 1.0);
    assert_eq!(value("zhen_http_request_duration_seconds_count{route=\"search\"}"), 3.0);
    assert_eq!(value("zhen_searches_total"), 2.0, "further pages of a search are no searches");
    assert_eq!(value("zhen_zero_hit_searches_total"), 1.0);
    assert_eq!(value("zhen_records_accepted_total"), 1.0);
    assert_eq!(value("zhen_records_rejected_total"), 1.0);
    assert!(value("zhen_index_documents{index=\"default\"}") > 40.0);
    assert_eq!(value("zhen_index_segments{index=\"default\"}"), 1.0);
    assert!(value("zhen_index_commit{index=\"default\"}") >= 2.0);
    assert!(value("zhen_index_size_bytes{index=\"default\"}") > 1_000.0);
    if cfg!(target_os = "linux") {
        assert!(value("process_resident_memory_bytes") > 1e6);
    }
}

#[test]
fn stats_tell_about_index_and_server() {
    let server = TestServer::start();
    let stats = server.get("/api/v1/stats").json();
    assert_eq!(stats["index"], "default");
    assert_eq!(stats["documents"], server.catalog.index("default").len());
    assert_eq!(stats["server"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_answer_is_logged_without_the_query_unless_wanted() {
    let server = TestServer::start();
    let answer = server.get("/api/v1/search?q=corridor&index=default");
    server.get("/nothing?q=secret");
    let log = server.log.lock().unwrap().clone();
    assert_eq!(log.len(), 2);
    let record = &log[0];
    assert_eq!(Some(record.request_id.as_str()), answer.header("x-request-id"));
    assert_eq!((record.route, record.status, &*record.path), ("search", 200, "/api/v1/search"));
    assert_eq!(record.bytes, answer.body.len() as u64);
    assert_eq!(record.peer, "127.0.0.1");
    assert_eq!(record.notes.index.as_deref(), Some("default"));
    assert!(record.notes.total.unwrap() > 0);
    assert!(record.time.ends_with('Z'));
    assert_eq!((log[1].route, log[1].status), ("none", 404));
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains("corridor") && !text.contains("secret"), "{text}");

    let server = TestServer::with(|config| config.log_queries = true);
    server.get("/api/v1/search?q=corridor");
    let log = server.log.lock().unwrap();
    assert_eq!(log[0].notes.query.as_deref(), Some("corridor"));
}

#[test]
fn what_failed_is_logged_with_its_index_and_query_too() {
    let server = TestServer::with(|config| config.log_queries = true);
    *server.catalog.index("default").faults.search_error.lock().unwrap() = Some("torn".to_owned());
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    let requests = [
        ("GET", "/api/v1/search?q=corridor", ""),
        ("POST", "/api/v1/search", "{\"q\": \"corridor\"}"),
        ("GET", "/api/v1/suggest?q=corridor&index=none", ""),
        ("GET", "/api/v1/stats?index=none", ""),
        ("GET", "/api/v1/documents/none", ""),
        ("DELETE", "/api/v1/documents/none", ""),
        ("POST", "/api/v1/documents?index=new", "{}"),
    ];
    for (id, (method, target, body)) in ids.iter().zip(requests) {
        let headers = [("x-request-id", *id), ("content-type", "application/json")];
        server.client().send(method, target, &headers, body.as_bytes());
    }
    let log = server.log.lock().unwrap();
    let logged = ids.map(|id| {
        let record = log.iter().find(|record| record.request_id == id).unwrap();
        let notes = &record.notes;
        assert_eq!(notes.total.unwrap_or(0), 0, "{id}");
        assert_eq!(notes.error.is_some(), record.status == 500, "{id}");
        (record.status, notes.index.as_deref().unwrap_or_default(), notes.query.as_deref())
    });
    let expected = [
        (500, "default", Some("corridor")),
        (500, "default", Some("corridor")),
        (404, "none", Some("corridor")),
        (404, "none", None),
        (404, "default", None),
        (404, "default", None),
        (422, "new", None),
    ];
    assert_eq!(logged, expected);
}

#[test]
fn stopping_finishes_what_is_under_way_and_refuses_what_comes() {
    let mut server = TestServer::start();
    let index = server.catalog.index("default");
    *index.faults.delay.lock().unwrap() = Duration::from_millis(300);
    let mut idle = server.client();
    assert_eq!(idle.send("GET", "/healthz", &[], b"").status, 200);
    let mut busy = server.client();
    busy.raw(
        b"GET /api/v1/search?q=corridor HTTP/1.1\r\nhost: localhost\r\n\r\n\
          GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n",
    );
    index.wait_for_search();
    server.begin_stop();
    let answer = busy.read_answer(false).unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(busy.closes() && idle.closes());
    let addr = server.addr;
    server.stop().unwrap();
    assert!(std::net::TcpStream::connect(addr).is_err());
}

#[test]
fn an_upload_under_way_is_finished_before_the_server_ends() {
    let mut server = TestServer::start();
    let mut client = server.client();
    client.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/json\r\ncontent-length: 35\r\n\r\n{\"id\": \"late\", ",
    );
    wait_for_requests(server.addr, 1);
    server.begin_stop();
    client.raw(b"\"body\": \"in time\"}  ");
    let answer = client.read_answer(false).unwrap();
    assert_eq!(answer.json()["accepted"], 1);
    let index = server.catalog.index("default");
    let before = index.len();
    server.stop().unwrap();
    assert_eq!(index.len(), before, "it had been committed when it was answered");
}

#[test]
fn a_client_that_never_ends_does_not_keep_the_server_from_ending() {
    let mut server = TestServer::with(|config| config.limits.shutdown_timeout_ms = 200);
    let mut client = server.client();
    client.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/json\r\ncontent-length: 9999\r\n\r\n{",
    );
    wait_for_requests(server.addr, 1);
    server.begin_stop();
    match server.stop() {
        Err(ServeError::CutOff { connections: 1 }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_port_that_is_taken_is_said_with_what_to_do() {
    let server = TestServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = zhen_server::ServerConfig { addr: server.addr.to_string(), ..Default::default() };
    let catalog = std::sync::Arc::new(crate::support::memory::MemoryCatalog::empty());
    let result = runtime.block_on(zhen_server::serve(
        config,
        catalog,
        zhen_server::Hooks::default(),
        std::future::pending(),
    ));
    let message = result.unwrap_err().to_string();
    assert!(message.contains("running already") && message.contains("--addr"), "{message}");
}
