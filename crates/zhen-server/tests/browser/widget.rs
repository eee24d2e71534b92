//! The widget in a page of another origin: the example page itself.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use serde_json::json;

use crate::driver::Browser;
use crate::support::TestServer;

/// Serves one page to whoever asks, for as long as the process lives.
fn host(html: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                html.len()
            );
            let _ =
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(html.as_bytes()));
        }
    });
    addr
}

/// The example page with the address of a server that allows its origin, or does not.
fn stage(allowed: bool) -> Option<(TestServer, Browser)> {
    let browser = Browser::start()?;
    // The origin must be known before the server starts, the server's port before the page.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let server = TestServer::with(|config| {
        config.addr = format!("127.0.0.1:{port}");
        config.cors_origins = if allowed { vec!["*".to_owned()] } else { Vec::new() };
    });
    let html = include_str!("../../examples/widget.html")
        .replace("http://127.0.0.1:7700", &format!("http://{}", server.addr));
    let addr = host(html);
    browser.open(&format!("http://localhost:{}/", addr.port()));
    browser.wait("customElements.get('zhen-search')");
    Some((server, browser))
}

const PANEL: &str = "document.getElementById('plain').shadowRoot.querySelector('.panel')";
const FIELD: &str = "document.getElementById('plain').shadowRoot.querySelector('input')";

#[test]
fn the_box_works_in_a_page_of_another_origin() {
    let Some((server, browser)) = stage(true) else { return };
    browser.run("document.getElementById('plain').focus()");
    browser.type_text("corridor");
    browser.wait(&format!("{PANEL}.querySelectorAll('[part~=hit]').length === 3"));
    browser.picture("widget");
    let marked = format!("[...{PANEL}.querySelectorAll('mark')].map(m => m.textContent)");
    assert!(browser.eval(&marked).as_array().unwrap().contains(&json!("走廊")));
    browser.wait("document.getElementById('said').textContent.startsWith('zhen-results')");

    browser.press("Escape");
    assert_eq!(browser.eval(&format!("{PANEL}.hidden")), true);
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "corridor");
    browser.press("ArrowDown");
    assert_eq!(browser.eval(&format!("{PANEL}.hidden")), false);
    browser.press("Enter");
    // The first option is a suggestion or a hit; both are announced, a hit leads to the server.
    browser.wait(&format!(
        "document.getElementById('said')?.textContent.startsWith('zhen-') || \
         location.port === '{}'",
        server.addr.port()
    ));
}

#[test]
fn a_hit_without_a_title_goes_by_the_name_of_its_file() {
    let Some((server, browser)) = stage(true) else { return };
    let record = json!({"id": "/notes/today.txt", "path": "/all.jsonl", "body": "lighthouse"});
    server.catalog.index("default").add_lines(&record.to_string());
    browser.run("document.getElementById('plain').focus()");
    browser.commit("lighthouse");
    let titles = format!("[...{PANEL}.querySelectorAll('[part~=title]')].map(t => t.textContent)");
    browser.wait(&format!("({titles}).join() === 'today.txt'"));
}

#[test]
fn a_chosen_hit_leads_to_the_document_on_the_server() {
    let Some((server, browser)) = stage(true) else { return };
    browser.run("document.getElementById('plain').focus()");
    browser.type_text("needle");
    browser.wait(&format!("{PANEL}.querySelectorAll('[part~=hit]').length === 1"));
    browser.click_on(&format!("{PANEL}.querySelector('[part~=hit]')"));
    browser.wait(&format!("location.port === '{}'", server.addr.port()));
    browser.wait("document.querySelector('.text .here')");
    assert!(browser.address().contains("doc=/library/long.txt&line=731"), "{}", browser.address());
}

#[test]
fn a_page_can_dress_it_listen_to_it_and_take_over() {
    let Some((_server, browser)) = stage(true) else { return };
    let field = "document.getElementById('styled').shadowRoot.querySelector('.field')";
    let border = browser.text(&format!("getComputedStyle({field}).borderTopWidth"));
    assert_eq!(border, "0px", "a part is styled from outside");
    let placeholder =
        "document.getElementById('styled').shadowRoot.querySelector('input').placeholder";
    assert_eq!(browser.eval(placeholder), "搜索文库");
    browser.run(
        "window.chosen = window.shown = null; \
         document.addEventListener('zhen-results', event => { shown = event.detail.query; }); \
         document.addEventListener('zhen-select', event => { \
           chosen = event.detail.hit?.id; event.preventDefault(); }); \
         document.getElementById('styled').focus()",
    );
    browser.type_text("meeting");
    let hits = "document.getElementById('styled').shadowRoot.querySelectorAll('[part~=hit]')";
    // What comes later would take the choice away.
    browser.wait(&format!("shown === 'meeting' && {hits}.length === 3"));
    browser.press("ArrowDown");
    browser.press("Enter");
    browser.wait("chosen");
    assert!(browser.text("location.pathname") == "/", "the page kept it from leading away");
    // The page's own styles do not reach inside.
    let font = "getComputedStyle(document.getElementById('plain').shadowRoot.querySelector('input')).fontFamily";
    assert!(!browser.text(font).contains("Georgia"));
}

#[test]
fn a_page_that_is_not_allowed_is_told_so() {
    let Some((_server, browser)) = stage(false) else { return };
    browser.run("document.getElementById('plain').focus()");
    browser.type_text("corridor");
    browser.wait("document.getElementById('said').textContent.startsWith('zhen-error')");
    let note = format!("{PANEL}.querySelector('.note').textContent");
    browser.wait(&format!("{note}.includes('not available')"));
}

#[test]
fn hostile_documents_stay_text_in_the_box() {
    let Some((_server, browser)) = stage(true) else { return };
    browser.run("document.getElementById('plain').focus()");
    browser.type_text("hostile");
    browser.wait(&format!("{PANEL}.querySelectorAll('[part~=hit]').length === 1"));
    assert_eq!(browser.eval("window.hostile ?? null"), json!(null));
    assert_eq!(browser.eval(&format!("{PANEL}.querySelectorAll('img, script, b').length")), 0);
    // Its address is a script's; the box leads to the server's page instead.
    browser.press("Escape");
    browser.run("window.left = null; document.addEventListener('zhen-select', e => { left = e.detail.hit; })");
    browser.click_on(FIELD);
    browser.wait(&format!("!{PANEL}.hidden"));
    browser.click_on(&format!("{PANEL}.querySelector('[part~=hit]')"));
    browser.wait("location.search.includes('doc=')");
    assert_eq!(browser.eval("window.hostile ?? null"), json!(null));
}

#[test]
fn the_input_method_s_keys_are_its_own_here_too() {
    let Some((_server, browser)) = stage(true) else { return };
    browser.run(
        "document.getElementById('plain').focus(); window.events = []; \
         for (const t of ['zhen-input', 'zhen-submit', 'zhen-select']) \
           document.addEventListener(t, e => { events.push(t); e.preventDefault(); })",
    );
    browser.compose("ci'dian");
    for key in ["ArrowDown", "Enter"] {
        browser.press_in_composition(key);
    }
    assert_eq!(browser.eval("events"), json!([]));
    browser.commit("词典");
    browser.wait(&format!("{PANEL}.querySelectorAll('[part~=hit]').length >= 2"));
}

#[test]
fn the_server_is_where_the_script_or_the_attribute_says_however_it_is_written() {
    let Some(browser) = Browser::start() else { return };
    let server = TestServer::with(|config| config.cors_origins = vec!["*".to_owned()]);
    let home = format!("http://{}", server.addr);
    for kind in ["text/javascript", "module"] {
        let addr = host(format!(
            "<!doctype html><title>t</title><base href=\"http://base.example/a/b\">\
             <script type=\"{kind}\" src=\"{home}/zhen-search.js\"></script><zhen-search></zhen-search>"
        ));
        browser.open(&format!("http://localhost:{}/", addr.port()));
        browser.wait("customElements.get('zhen-search')");
        assert_eq!(browser.eval("document.querySelector('zhen-search').server"), home.as_str());
    }
    for (named, meant) in [
        ("https://search.example/", "https://search.example"),
        ("https://search.example/zhen//", "https://search.example/zhen"),
        ("/search", "http://base.example/search"),
        ("search/", "http://base.example/a/search"),
    ] {
        let said = browser.run(&format!(
            "const box = document.querySelector('zhen-search'); \
             box.setAttribute('server', '{named}'); return box.server"
        ));
        assert_eq!(said, meant, "{named}");
    }
    // A search goes where that leads.
    browser.run(&format!(
        "document.querySelector('zhen-search').setAttribute('server', '{home}/'); \
         document.querySelector('zhen-search').focus()"
    ));
    browser.type_text("needle");
    browser.press("Enter");
    browser.wait(&format!("location.port === '{}'", server.addr.port()));
    assert_eq!(browser.address(), format!("{home}/?q=needle&index="));
}

#[test]
fn a_pattern_leads_to_an_address_or_a_path_as_it_is() {
    let Some((server, browser)) = stage(true) else { return };
    let home = format!("http://{}", server.addr);
    for (id, url) in
        [("/a b/c?.txt", "https://x.example/y/?z=1&w"), ("//far.example/d", "javascript:alert(1)")]
    {
        let record = json!({"id": id, "path": id, "url": url, "body": "patterned"});
        server.catalog.index("default").add_lines(&format!("{record}\n"));
    }
    // What is followed is told instead of followed: the box must not leave the page.
    let leads = |pattern: &str, id: &str| {
        browser.run(&format!(
            "const box = document.getElementById('plain'); box.setAttribute('href', {}); \
             window.went = null; navigation.onnavigate = event => {{ \
               went = event.destination.url; event.preventDefault(); }}; \
             window.shown = null; box.addEventListener('zhen-results', event => {{ \
               shown = event.detail.query; }}); \
             box.value = ''; box.focus()",
            json!(pattern)
        ));
        browser.type_text("patterned");
        // What is found on the way there is replaced.
        browser.wait("shown === 'patterned'");
        browser.wait(&format!("{PANEL}.querySelectorAll('[part~=hit]').length === 2"));
        browser.click_on(&format!(
            "[...{PANEL}.querySelectorAll('[part~=hit]')].find(hit => \
               hit.textContent.includes({}))",
            json!(id.rsplit('/').next())
        ));
        browser.wait("went");
        browser.text("went")
    };
    let here = browser.text("location.origin");
    let (first, second) = ("/a b/c?.txt", "//far.example/d");
    assert_eq!(leads("{url}#hl={q}", first), "https://x.example/y/?z=1&w#hl=patterned");
    assert_eq!(leads("{url}", first), "https://x.example/y/?z=1&w");
    assert_eq!(leads("/docs{id}#{line}", first), format!("{here}/docs/a%20b/c%3F.txt#1"));
    assert_eq!(leads("/docs/{path}", first), format!("{here}/docs/a%20b/c%3F.txt"));
    assert_eq!(
        leads("/go?to={path}&u={url}", first),
        format!("{here}/go?to=%2Fa%20b%2Fc%3F.txt&u=https%3A%2F%2Fx.example%2Fy%2F%3Fz%3D1%26w")
    );
    assert_eq!(leads("{path}", second), format!("{here}/far.example/d"));
    // It has no address to follow.
    let own = format!("{home}/?q=patterned&index=&doc=%2F%2Ffar.example%2Fd&line=1");
    assert_eq!(leads("{url}#hl={q}", second), own);
}

#[test]
fn the_examples_of_the_documentation_work_as_they_stand() {
    let page = include_str!("../../../../docs/HTTP.md");
    let block = |fence: &str| {
        let rest = page.split_once(&format!("```{fence}\n")).unwrap().1;
        rest.split("```").next().unwrap()
    };
    let Some(browser) = Browser::start() else { return };
    let server = TestServer::with(|config| config.cors_origins = vec!["*".to_owned()]);
    server.catalog.index("docs").add_lines("{\"id\": \"d\", \"body\": \"documented\"}\n");
    let html = block("html").replace("https://search.example", &format!("http://{}", server.addr));
    let addr = host(format!("<!doctype html><title>t</title>{html}"));
    browser.open(&format!("http://localhost:{}/", addr.port()));
    browser.wait("customElements.get('zhen-search')");
    browser.run("document.querySelector('zhen-search').focus()");
    browser.type_text("documented");
    let hits = "document.querySelector('zhen-search').shadowRoot.querySelectorAll('[part~=hit]')";
    browser.wait(&format!("{hits}.length === 1"));

    let pieces = browser.run(&format!(
        "{} const d = document.createElement('div'); \
         d.append(highlighted('a𠮷词<b>典', [[1, 3], [6, 7]])); return d.innerHTML",
        block("js")
    ));
    assert_eq!(pieces, "a<mark>𠮷词</mark>&lt;b&gt;<mark>典</mark>");
}
