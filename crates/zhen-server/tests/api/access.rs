//! Who may do what: keys, origins, host names, addresses.

use zhen_server::{Access, KeyConfig, ServeError, ServerConfig};

use crate::support::TestServer;
use crate::support::http::{Answer, Client};

const SEARCH_KEY: &str = "search-key-of-the-tests";
const WRITE_KEY: &str = "write-key-of-the-tests";

fn with_keys(change: impl FnOnce(&mut ServerConfig)) -> TestServer {
    TestServer::with(|config| {
        let key = |name, access, key| KeyConfig::from_plain(name, access, key).unwrap();
        config.keys =
            vec![key("site", Access::Search, SEARCH_KEY), key("author", Access::Write, WRITE_KEY)];
        change(config);
    })
}

fn ask(mut client: Client, method: &str, target: &str, key: Option<&str>) -> Answer {
    let bearer = key.map(|key| format!("Bearer {key}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.iter().map(|value| ("authorization", value.as_str())));
    let body: &[u8] = if method == "POST" { b"{\"body\": \"x\"}" } else { b"" };
    client.send(method, target, &headers, body)
}

#[test]
fn status_401_without_a_key_and_with_one_that_is_not_known() {
    let server = with_keys(|_| {});
    for (method, target) in [
        ("GET", "/api/v1/search?q=a"),
        ("GET", "/api/v1/suggest?q=a"),
        ("GET", "/api/v1/stats"),
        ("GET", "/api/v1/indexes"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/documents/x"),
        ("POST", "/api/v1/documents"),
        ("DELETE", "/api/v1/documents/x"),
    ] {
        for key in [None, Some("no such key"), Some("")] {
            let answer = ask(server.client(), method, target, key);
            answer.problem(401);
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
    for public in ["/", "/zhen-search.js", "/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(server.get(public).status, 200, "{public}");
    }
}

#[test]
fn status_403_for_a_search_key_that_wants_to_write() {
    let server = with_keys(|_| {});
    let search = |target| ask(server.client(), "GET", target, Some(SEARCH_KEY)).status;
    assert_eq!(search("/api/v1/search?q=a"), 200);
    assert_eq!(search("/metrics"), 200);
    for (method, target) in [("POST", "/api/v1/documents"), ("DELETE", "/api/v1/documents/x")] {
        let answer = ask(server.client(), method, target, Some(SEARCH_KEY));
        assert!(answer.problem(403).contains("site"));
    }
    assert_eq!(ask(server.client(), "POST", "/api/v1/documents", Some(WRITE_KEY)).status, 200);
    assert_eq!(ask(server.client(), "GET", "/api/v1/search?q=a", Some(WRITE_KEY)).status, 200);
}

#[test]
fn public_search_needs_no_key_but_writing_does() {
    let server = with_keys(|config| config.public_search = true);
    assert_eq!(ask(server.client(), "GET", "/api/v1/search?q=a", None).status, 200);
    ask(server.client(), "GET", "/api/v1/search?q=a", Some("mistyped key here")).problem(401);
    ask(server.client(), "POST", "/api/v1/documents", None).problem(401);
}

#[test]
fn the_log_names_the_key_and_never_shows_it() {
    let server = with_keys(|config| config.log_queries = true);
    ask(server.client(), "GET", "/api/v1/search?q=corridor", Some(SEARCH_KEY));
    ask(server.client(), "GET", "/api/v1/search?q=corridor", Some("mistyped secret key"));
    let log = server.log.lock().unwrap();
    assert_eq!(log[0].key.as_deref(), Some("site"));
    let text = serde_json::to_string(&*log).unwrap();
    assert!(!text.contains(SEARCH_KEY) && !text.contains("mistyped"), "{text}");
}

#[test]
fn a_server_without_keys_answers_only_under_the_loopback_s_names() {
    let server = TestServer::start();
    let under = |host: &str| server.client().send("GET", "/api/v1/stats", &[("host", host)], b"");
    for host in ["localhost", "127.0.0.1:7700", "[::1]"] {
        assert_eq!(under(host).status, 200, "{host}");
    }
    assert!(under("evil.example").problem(403).contains("allowed_hosts"));
}

#[test]
fn a_foreign_page_can_neither_write_nor_read_unless_it_is_allowed() {
    let send = |server: &TestServer, method: &str, origin: &str| {
        let headers = [("origin", origin), ("content-type", "application/json")];
        let target = match method {
            "GET" => "/api/v1/search?q=a",
            _ => "/api/v1/documents",
        };
        server.client().send(method, target, &headers, b"{\"body\": \"x\"}")
    };
    let closed = TestServer::start();
    send(&closed, "POST", "https://evil.example").problem(403);
    let read = send(&closed, "GET", "https://evil.example");
    assert_eq!(read.header("access-control-allow-origin"), None);
    let own = format!("http://localhost:{}", closed.addr.port());
    let host = format!("localhost:{}", closed.addr.port());
    let headers = [("origin", &*own), ("host", &*host), ("content-type", "application/json")];
    let same = closed.client().send("POST", "/api/v1/documents", &headers, b"{\"body\": \"x\"}");
    assert_eq!(same.status, 200);

    let open = TestServer::with(|c| c.cors_origins = vec!["https://good.example".to_owned()]);
    assert_eq!(send(&open, "POST", "https://good.example").status, 200);
    let read = send(&open, "GET", "https://good.example");
    assert_eq!(read.header("access-control-allow-origin"), Some("https://good.example"));
    assert!(read.header_all("vary").contains(&"origin"));
    send(&open, "POST", "https://evil.example").problem(403);
}

#[test]
fn a_search_by_body_may_come_from_where_one_by_address_may() {
    let server = TestServer::start();
    let send = |kind: &str| {
        let headers = [("origin", "https://behind-a-proxy.example"), ("content-type", kind)];
        server.client().send("POST", "/api/v1/search", &headers, b"{\"q\": \"corridor\"}")
    };
    let answer = send("application/json");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), None, "others cannot read it");
    // What a foreign page can send without asking first.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        send(kind).problem(415);
    }
}

#[test]
fn a_preflight_tells_an_allowed_origin_what_it_may_send() {
    let server = TestServer::with(|c| c.cors_origins = vec!["https://good.example".to_owned()]);
    let ask = |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization, content-type"),
        ];
        server.client().send("OPTIONS", "/api/v1/documents", &headers, b"")
    };
    let yes = ask("https://good.example");
    assert_eq!(yes.status, 204);
    assert_eq!(yes.header("access-control-allow-origin"), Some("https://good.example"));
    assert!(yes.header("access-control-allow-methods").unwrap().contains("POST"));
    assert!(yes.header("access-control-allow-headers").unwrap().contains("authorization"));
    let no = ask("https://evil.example");
    assert_eq!(no.header("access-control-allow-methods"), None);
    assert_eq!(no.header("access-control-allow-origin"), None);
}

#[test]
fn listening_beyond_loopback_without_keys_is_refused_before_the_port_is_open() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ServerConfig { addr: "0.0.0.0:0".to_owned(), ..ServerConfig::default() };
    let catalog = std::sync::Arc::new(crate::support::memory::MemoryCatalog::empty());
    let hooks = zhen_server::Hooks {
        on_bound: Box::new(|addr| panic!("listens on {addr}")),
        ..Default::default()
    };
    let result =
        runtime.block_on(zhen_server::serve(config, catalog, hooks, std::future::pending()));
    let message = match result {
        Err(error @ ServeError::Config(_)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(message.contains("ZHEN_WRITE_KEY") && message.contains("127.0.0.1"), "{message}");

    let server = with_keys(|config| config.addr = "0.0.0.0:0".to_owned());
    let mut client = Client::connect(([127, 0, 0, 1], server.addr.port()).into());
    assert_eq!(client.send("GET", "/healthz", &[], b"").status, 200);
}
