//! The page and its parts as they are sent.

use crate::support::TestServer;

#[test]
fn the_page_comes_with_a_policy_that_lets_nothing_foreign_or_inline_run() {
    let server = TestServer::start();
    let page = server.get("/");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let api = server.get("/api/v1/search?q=a");
    assert!(api.header("content-security-policy").unwrap().contains("default-src 'none'"));
}

#[test]
fn parts_are_kept_for_ever_under_a_name_that_changes_with_them() {
    let server = TestServer::start();
    let page = server.get("/");
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let html = page.text();
    let mut parts = 0;
    for name in html.split(['"']).filter(|name| name.starts_with("assets/")) {
        let part = server.get(&format!("/{name}"));
        assert_eq!(part.status, 200, "{name}");
        assert!(part.header("cache-control").unwrap().contains("immutable"));
        parts += 1;
    }
    assert_eq!(parts, 4);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = TestServer::start();
    for target in ["/", "/zhen-search.js", "/openapi.json"] {
        let mut client = server.client();
        let first = client.send("GET", target, &[("accept-encoding", "gzip")], b"");
        assert_eq!(first.header("content-encoding"), Some("gzip"), "{target}");
        let etag = first.header("etag").unwrap().to_owned();
        let again = client.send("GET", target, &[("if-none-match", &etag)], b"");
        assert_eq!((again.status, again.body.len()), (304, 0), "{target}");
        let other = client.send("GET", target, &[("if-none-match", "\"other\"")], b"");
        assert_eq!(other.status, 200);
    }
}

#[test]
fn other_sites_may_load_the_widget_and_nothing_else() {
    let server = TestServer::start();
    let widget = server.get("/zhen-search.js");
    assert_eq!(widget.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(widget.header("content-type"), Some("text/javascript; charset=utf-8"));
    let page = server.get("/");
    assert_eq!(page.header("cross-origin-resource-policy"), Some("same-origin"));
}
