//! Every error status, with its problem document.

use std::time::Duration;

use crate::support::TestServer;
use crate::support::http::encode;

#[test]
fn status_400_for_what_the_path_does_not_take() {
    let server = TestServer::start();
    for target in [
        "/api/v1/search",
        "/api/v1/search?q=a&lmit=5",
        "/api/v1/search?q=a&q=b",
        "/api/v1/search?q=%zz",
        "/api/v1/search?q=%ff",
        "/api/v1/search?q=a&limit=many",
        "/api/v1/search?q=a&lang=de",
        "/api/v1/suggest",
        "/api/v1/stats?q=a",
        "/api/v1/indexes?index=a",
        "/api/v1/documents/%zz",
        "/healthz?a=b",
        "/readyz?a=b",
        "/metrics?a=b",
        "/openapi.json?a=b",
    ] {
        server.get(target).problem(400);
    }
    for body in
        ["", "[]", "[\"needle\"]", "{}", "{\"q\": 7}", "{\"q\": \"a\", \"lmit\": 5}", "\"q\""]
    {
        server.post_json("/api/v1/search", body).problem(400);
    }
    let detail = server.get("/api/v1/search?q=a&lmit=5").problem(400);
    assert!(detail.contains("lmit") && detail.contains("limit"), "{detail}");
}

#[test]
fn status_404_for_what_is_not_there() {
    let server = TestServer::start();
    for target in [
        "/nothing",
        "/api/v1/nothing",
        "/api/v2/search",
        "/api/v1/search?q=a&index=nothing",
        "/api/v1/suggest?q=a&index=nothing",
        "/api/v1/stats?index=nothing",
        "/api/v1/documents/nothing",
        "/api/v1/documents/",
        "/assets/nothing.js",
        "/assets/../Cargo.toml",
    ] {
        server.get(target).problem(404);
    }
    let detail = server.get("/api/v1/search?q=a&index=nothing").problem(404);
    assert!(detail.contains("\"nothing\""), "{detail}");
}

#[test]
fn status_405_names_the_methods_there_are() {
    let server = TestServer::start();
    for (method, target, allow) in [
        ("PUT", "/api/v1/search?q=a", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/healthz", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/documents", "OPTIONS, POST"),
        ("PATCH", "/api/v1/documents/x", "DELETE, GET, HEAD, OPTIONS"),
        ("POST", "/", "GET, HEAD, OPTIONS"),
        ("BREW", "/metrics", "GET, HEAD, OPTIONS"),
    ] {
        let answer = server.client().send(method, target, &[], b"");
        answer.problem(405);
        assert_eq!(answer.header("allow"), Some(allow), "{method} {target}");
    }
    let answer = server.client().send("OPTIONS", "/api/v1/search", &[], b"");
    assert_eq!((answer.status, answer.header("allow")), (204, Some("GET, HEAD, OPTIONS, POST")));
}

#[test]
fn status_408_for_a_head_and_a_body_that_do_not_arrive() {
    let server = TestServer::with(|config| {
        config.limits.header_timeout_ms = 200;
        config.limits.body_timeout_ms = 200;
    });
    let mut client = server.client();
    client.raw(b"GET /healthz HTTP/1.1\r\nhost: loc");
    client.read_answer(false).unwrap().problem(408);
    assert!(client.closes());

    for target in ["/api/v1/search", "/api/v1/documents"] {
        let mut client = server.client();
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: 1000\r\n\r\n{{\"body\": \"half"
        );
        client.raw(head.as_bytes());
        client.read_answer(false).unwrap().problem(408);
    }
    // An idle connection is closed without a word: no request was under way.
    assert!(server.client().closes());
}

#[test]
fn status_413_for_a_body_beyond_the_limit_declared_or_not() {
    let server = TestServer::with(|config| {
        config.limits.max_upload_bytes = 100_000;
        config.limits.max_search_body_bytes = 1_000;
    });
    let long = format!("{{\"q\": \"{}\"}}", "x".repeat(2_000));
    server.post_json("/api/v1/search", &long).problem(413);
    server.post_json("/api/v1/documents", vec![b' '; 2_000_000]).problem(413);

    let mut client = server.client();
    client.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let line = format!("{{\"body\": \"{}\"}}\n", "y".repeat(1_000));
    while client.raw(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()) {}
    let answer = client.read_answer(false).unwrap();
    answer.problem(413);
    assert!(answer.json()["accepted"].as_u64().unwrap() > 0, "what came before is told");
}

#[test]
fn status_414_for_a_target_beyond_the_limit() {
    let server = TestServer::start();
    for length in [20_000, 50_000, 64_000] {
        let target = format!("/api/v1/search?q={}", "x".repeat(length));
        let detail = server.get(&target).problem(414);
        assert!(detail.contains("16384"), "{detail}");
    }
    let target = format!("/api/v1/search?q={}", encode(&"词".repeat(1_500)));
    assert_eq!(server.get(&target).status, 200);
}

#[test]
fn status_415_for_a_body_that_is_not_read() {
    let server = TestServer::start();
    for headers in [
        vec![],
        vec![("content-type", "text/plain")],
        vec![("content-type", "application/xml")],
        vec![("content-type", "application/json; charset=gb18030")],
        vec![("content-type", "application/json"), ("content-encoding", "gzip")],
    ] {
        for target in ["/api/v1/documents", "/api/v1/search"] {
            let body = b"{\"q\": \"a\", \"body\": \"a\"}";
            server.client().send("POST", target, &headers, body).problem(415);
        }
    }
}

#[test]
fn status_422_for_what_is_outside_the_limits() {
    let server = TestServer::start();
    for target in [
        "/api/v1/search?q=a&limit=1001",
        "/api/v1/search?q=a&offset=10000&limit=1",
        "/api/v1/search?q=a&passages=21",
        "/api/v1/suggest?q=a&limit=51",
    ] {
        server.get(target).problem(422);
    }
    server.post_json("/api/v1/search", "{\"q\": \"a\", \"limit\": 1001}").problem(422);
}

#[test]
fn status_429_with_the_time_to_wait() {
    let server = TestServer::with(|config| {
        config.limits.requests_per_second = 1;
        config.limits.request_burst = 3;
    });
    let statuses: Vec<u16> = (0..6).map(|_| server.get("/api/v1/suggest?q=a").status).collect();
    assert!(statuses[..3].iter().all(|&s| s == 200), "{statuses:?}");
    let refused = std::iter::repeat_with(|| server.get("/api/v1/suggest?q=a"))
        .take(20)
        .find(|answer| answer.status == 429)
        .expect("more than the rate was sent");
    refused.problem(429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Neither probes are counted nor the page and its parts, of which there are many at once.
    for uncounted in ["/healthz", "/readyz", "/", "/zhen-search.js", "/openapi.json"] {
        for _ in 0..10 {
            assert_eq!(server.get(uncounted).status, 200, "{uncounted}");
        }
    }
}

#[test]
fn status_431_for_a_head_of_a_megabyte() {
    let server = TestServer::start();
    let mut client = server.client();
    let big = "x".repeat(1 << 20);
    let answer = client.send("GET", "/healthz", &[("x-big", &big)], b"");
    answer.problem(431);
    assert_eq!(server.get("/healthz").status, 200);

    let mut client = server.client();
    client.raw(b"GET /healthz HTTP/1.1\r\n");
    while client.raw(b"x-many: of them\r\n".repeat(64).as_slice()) {}
    assert_eq!(client.read_answer(false).map(|answer| answer.status), Some(431));
}

#[test]
fn status_431_for_a_head_beyond_either_of_its_limits_which_are_both_named() {
    let server = TestServer::start();
    let send = |headers: Vec<(String, String)>| {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        server.client().send("GET", "/healthz", &headers, b"")
    };
    // `host` is the hundredth.
    let many = |count: usize| (1..count).map(|n| (format!("x-{n}"), "y".to_owned())).collect();
    let large = |size: usize| vec![("x-big".to_owned(), "x".repeat(size))];
    assert_eq!(send(many(100)).status, 200);
    assert_eq!(send(large(65_000)).status, 200);
    for headers in [many(101), many(201), large(65_536), large(70_000)] {
        let detail = send(headers).problem(431);
        assert!(detail.contains("65536 bytes") && detail.contains("100 header"), "{detail}");
    }
}

#[test]
fn status_400_for_what_is_no_http() {
    let server = TestServer::start();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello tls\r\n\r\n"[..],
        b"hello there\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /health z HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut client = server.client();
        client.raw(bytes);
        client.read_answer(false).expect("an answer").problem(400);
        assert!(client.closes());
    }
}

#[test]
fn status_400_for_a_request_that_does_not_name_its_host_once() {
    let server = TestServer::start();
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n", 400),
        ("GET /healthz HTTP/1.0\r\nhost: localhost\r\nhost: localhost\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", 200),
        ("GET /healthz HTTP/1.0\r\n\r\n", 200),
    ] {
        let mut client = server.client();
        client.raw(head.as_bytes());
        let answer = client.read_answer(false).unwrap();
        match status {
            200 => assert_eq!(answer.status, 200, "{head}"),
            _ => assert!(answer.problem(status).contains("Host"), "{head}"),
        }
    }
}

#[test]
fn a_connection_that_was_answered_gets_one_answer_to_each_request_and_none_besides() {
    let server = TestServer::with(|config| config.limits.header_timeout_ms = 200);
    let large = format!("GET /healthz HTTP/1.1\r\nx-big: {}\r\n\r\n", "x".repeat(70_000));
    for (bytes, status) in
        [("hello there\r\n\r\n", 400), ("GET /healthz HTTP/1.1\r\nhost: loc", 408), (&large, 431)]
    {
        // On its own or right behind what is answered first.
        for ready in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
            let mut client = server.client();
            assert_eq!(client.send("GET", "/healthz", &[], b"").status, 200);
            client.raw(format!("{ready}{bytes}").as_bytes());
            if !ready.is_empty() {
                assert_eq!(client.read_answer(false).expect("an answer").status, 200);
            }
            let answer = client.read_answer(false).expect("an answer");
            answer.problem(status);
            assert!(client.closes(), "one answer is enough");
            let log = server.log.lock().unwrap();
            let logged = log.last().unwrap();
            assert_eq!(Some(&*logged.request_id), answer.header("x-request-id"));
            assert_eq!((logged.status, logged.route), (status, "none"));
        }
    }
    for silence in ["", "\r\n"] {
        let mut idle = server.client();
        assert_eq!(idle.send("GET", "/healthz", &[], b"").status, 200);
        idle.raw(silence.as_bytes());
        assert!(idle.closes(), "nobody asked for anything");
    }
    let metrics = server.get("/metrics").text();
    for line in ["status=\"400\"} 2", "status=\"408\"} 2", "status=\"431\"} 2"] {
        assert!(metrics.contains(&format!("{{route=\"none\",{line}")), "{line} in {metrics}");
    }
}

#[test]
fn status_500_for_an_engine_that_fails_with_what_it_says() {
    let server = TestServer::start();
    let index = server.catalog.index("default");
    *index.faults.search_error.lock().unwrap() = Some("segment 7 is damaged".to_owned());
    assert!(server.get("/api/v1/search?q=a").problem(500).contains("segment 7"));
    *index.faults.search_error.lock().unwrap() = None;
    assert_eq!(server.get("/api/v1/search?q=a").status, 200);
}

#[test]
fn status_500_for_an_engine_that_panics_and_the_server_lives_on() {
    let server = TestServer::start();
    let index = server.catalog.index("default");
    *index.faults.panic.lock().unwrap() = true;
    server.get("/api/v1/search?q=a").problem(500);
    *index.faults.panic.lock().unwrap() = false;
    assert_eq!(server.get("/api/v1/search?q=a").status, 200);
}

#[test]
fn status_503_for_a_search_past_its_deadline_and_for_one_too_many() {
    let server = TestServer::with(|config| {
        config.limits.search_timeout_ms = 150;
        config.limits.max_concurrent_searches = 1;
        config.limits.max_waiting_searches = 0;
    });
    let index = server.catalog.index("default");
    *index.faults.delay.lock().unwrap() = Duration::from_millis(1_500);
    let late = server.get("/api/v1/search?q=a");
    assert!(late.problem(503).contains("150 ms"));
    assert_eq!(late.json()["type"], "urn:zhen:problem:deadline-exceeded");
    // The late search still has the only place.
    let refused = server.get("/api/v1/search?q=a");
    refused.problem(503);
    assert_eq!(refused.json()["type"], "urn:zhen:problem:unavailable");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn status_503_for_one_upload_too_many() {
    let server = TestServer::with(|config| config.limits.max_concurrent_uploads = 1);
    let mut first = server.client();
    first.raw(
        b"POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
          content-type: application/json\r\ncontent-length: 16\r\n\r\n{\"body\":",
    );
    let refused = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(10));
        server.post_json("/api/v1/documents", "{\"body\": \"x\"}")
    })
    .take(500)
    .find(|answer| answer.status != 200)
    .expect("the first upload takes the only place");
    refused.problem(503);
    assert!(first.raw(b" \"abcd\"}"));
    assert_eq!(first.read_answer(false).unwrap().json()["accepted"], 1);
}

#[test]
fn status_503_for_one_connection_too_many() {
    let server = TestServer::with(|config| config.limits.max_connections = 3);
    let mut open: Vec<_> = (0..3).map(|_| server.client()).collect();
    for client in &mut open {
        assert_eq!(client.send("GET", "/healthz", &[], b"").status, 200);
    }
    let mut refused = server.client();
    refused.read_answer(false).unwrap().problem(503);
    assert!(refused.closes());
    drop(open);
    let again = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(10));
        server.get("/healthz")
    });
    assert!(again.take(500).any(|answer| answer.status == 200), "places come free");
}

#[test]
fn a_flood_of_connections_is_counted_as_it_comes_and_answered_in_part() {
    let server = TestServer::with(|config| config.limits.max_connections = 1);
    let mut clients: Vec<_> = (0..300).map(|_| server.client()).collect();
    for client in &mut clients {
        client.raw(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }
    let answers: Vec<_> = clients.iter_mut().map(|client| client.read_answer(false)).collect();
    let of = |status| answers.iter().flatten().filter(|answer| answer.status == status).count();
    assert_eq!(of(200), 1);
    assert!(of(503) > 0);
    assert!(answers.iter().any(Option::is_none), "the rest is closed without a word");
}

#[test]
fn what_never_became_a_request_stands_in_the_log_under_the_id_of_its_answer() {
    let server = TestServer::with(|config| config.limits.max_connections = 1);
    let mut client = server.client();
    client.raw(b"hello there\r\n\r\n");
    let bad = client.read_answer(false).unwrap();
    // The place is free once the client is gone.
    drop(client);
    let mut open = server.client();
    while open.send("GET", "/healthz", &[], b"").status != 200 {
        open = server.client();
    }
    let full = server.client().read_answer(false).unwrap();

    let log = server.log.lock().unwrap();
    for (answer, status) in [(bad, 400), (full, 503)] {
        let logged = log.iter().find(|one| Some(&*one.request_id) == answer.header("x-request-id"));
        let logged = logged.expect("a record");
        assert_eq!((answer.status, logged.status, logged.route), (status, status, "none"));
        assert!(logged.method.is_empty() && logged.path.is_empty());
        assert_eq!(logged.bytes, answer.body.len() as u64);
        assert_eq!(logged.notes.error.is_some(), status == 503);
    }
}

#[test]
fn a_client_s_own_request_id_comes_back_if_it_is_plain() {
    let server = TestServer::start();
    let send = |id: &str| {
        let answer = server.client().send("GET", "/nothing", &[("x-request-id", id)], b"");
        assert_eq!(answer.json()["request_id"].as_str(), answer.header("x-request-id"));
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(send("abc-123_x.y"), "abc-123_x.y");
    for strange in ["<script>", "a b", &"x".repeat(65)] {
        assert_ne!(send(strange), strange);
    }
    assert_ne!(send(""), send(""), "otherwise each has its own");
}
