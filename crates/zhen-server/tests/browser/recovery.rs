//! The page where something is not as usual: a server that fails, records with odd fields, texts and
//! queries of unusual length, entries of the history that are not there.

use std::time::Duration;

use serde_json::json;

use crate::driver::Browser;
use crate::support::TestServer;
use crate::support::memory::MemoryCatalog;
use crate::{FIELD, Stage, TITLES};

const COUNT: &str = "document.getElementById('count').textContent";

#[test]
fn closing_a_document_leads_to_its_results_whatever_the_history_holds() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    let close = |path: &str| {
        stage.open(path);
        browser.wait("document.querySelector('.bar a')");
        browser.press("Escape");
        browser.wait(&format!("!document.getElementById('found').hidden && {TITLES}.length === 3"));
        assert!(browser.address().ends_with("/?q=corridor"), "{}", browser.address());
    };
    let document = "/?q=corridor&doc=/library/economy/outlook.html";
    browser.open("about:blank");
    close(document);
    // Now the document is before its results, and what is before the document is another site.
    browser.back();
    browser.wait("!document.getElementById('document').hidden");
    browser.click(".bar a");
    browser.wait(&format!("!document.getElementById('found').hidden && {TITLES}.length === 3"));
    // Opened from the results and loaded again: one step back, not one more entry.
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    browser.click("#hits h2 a");
    browser.wait("!document.getElementById('document').hidden");
    let entries = browser.eval("history.length");
    browser.run("location.reload()");
    browser.wait("document.querySelector('.bar a')");
    browser.press("Escape");
    browser.wait(&format!("!document.getElementById('found').hidden && {TITLES}.length === 3"));
    assert_eq!(browser.eval("history.length"), entries);
}

#[test]
fn a_search_that_failed_is_tried_again_by_enter_and_by_itself() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    let index = server.catalog.index("default");
    let fail = |message: Option<&str>| {
        *index.faults.search_error.lock().unwrap() = message.map(str::to_owned);
    };
    fail(Some("out of order"));
    stage.open("/?q=corridor");
    browser.wait(&format!("{COUNT}.includes('out of order')"));
    // The page's own attempts are held up, so that this is the doing of the key.
    browser.run("window.setTimeout = () => 0");
    std::thread::sleep(Duration::from_millis(1_500));
    fail(None);
    browser.run("document.getElementById('box').focus()");
    browser.press("Enter");
    browser.wait(&format!("{TITLES}.length === 3"));

    fail(Some("out of order again"));
    stage.open("/?q=corridor");
    browser.wait(&format!("{COUNT}.includes('out of order again')"));
    fail(None);
    browser.wait(&format!("{TITLES}.length === 3"));
}

#[test]
fn an_error_that_says_nothing_is_told_all_the_same() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    // As a proxy answers by HTTP/2.
    let fail = "window.fetch = async () => new Response('<p>', { status: 502 })";
    browser.run(fail);
    browser.run("document.getElementById('box').focus()");
    browser.press("Enter");
    browser.type_text("s");
    browser.wait(&format!("{COUNT} === 'The server cannot be reached.'"));
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    browser.run(fail);
    browser.click("#hits h2 a");
    browser.wait("document.querySelector('#document .note')?.textContent.includes('cannot be')");
}

#[test]
fn a_match_far_down_in_a_very_long_document_is_opened() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    let line = |n| if n == 25_731 { "a lighthouse stands here" } else { "nothing of note" };
    let body: Vec<_> = (1..=40_000).map(line).collect();
    let record = json!({
        "id": "/far.txt", "path": "/far.txt", "title": "Far", "kind": "text", "body": body.join("\n"),
    });
    server.catalog.index("default").add_lines(&record.to_string());
    stage.open("/?q=lighthouse&doc=/far.txt&line=25731");
    browser.wait("document.querySelector('.text .here mark')");
    assert_eq!(browser.eval("document.querySelector('.here').dataset.n"), "25731");
    let seen = "(r => r.top > 60 && r.bottom < innerHeight)\
                (document.querySelector('.here').getBoundingClientRect())";
    browser.wait(seen);
    assert_eq!(browser.eval("document.querySelector('.step').hidden"), false);
    // What is before and after is one press away each.
    browser.run("document.querySelectorAll('#document > button.plain').forEach(b => b.click())");
    browser.wait("document.querySelectorAll('.text p').length === 40000");
    let numbers =
        "[...document.querySelectorAll('.text p')].every((p, i) => p.dataset.n === String(i + 1))";
    assert_eq!(browser.eval(numbers), true);
    // From its beginning, where nothing is marked yet.
    stage.open("/?q=lighthouse&doc=/far.txt");
    browser.wait("document.querySelector('#document > button.plain')");
    assert_eq!(browser.eval("document.querySelector('.step').hidden"), true);
    browser.run("document.querySelector('#document > button.plain').click()");
    browser.wait("document.querySelectorAll('.text mark').length === 1");
    browser.run("document.querySelector('[aria-label=Next]').click()");
    browser.wait("document.querySelector('mark.now')");
}

#[test]
fn the_page_looks_for_changes_less_and_less_often() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    std::thread::sleep(Duration::from_secs(10));
    let log = server.log.lock().unwrap();
    let looks = log.iter().filter(|record| record.route == "stats").count();
    assert!((2..=8).contains(&looks), "{looks} looks in ten seconds");
}

#[test]
fn a_page_of_a_server_that_limits_requests_comes_back_when_it_may() {
    let Some(browser) = Browser::start() else { return };
    let server = TestServer::with(|config| {
        config.limits.requests_per_second = 1;
        config.limits.request_burst = 1;
    });
    browser.open(&format!("http://{}/?q=corridor", server.addr));
    browser.wait(&format!("{TITLES}.length === 3"));
}

#[test]
fn a_query_too_long_for_an_address_is_searched_and_survives_a_reload() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    let query = "针".repeat(4_096);
    let record = json!({"id": "long", "title": "Long", "body": query});
    server.catalog.index("default").add_lines(&record.to_string());
    stage.open("/");
    browser.commit(&query);
    browser.wait(&format!("{TITLES}.length === 1"));
    assert_eq!(browser.eval("location.search"), "");
    browser.run("window.before = true; location.reload()");
    browser.wait(&format!("!window.before && {TITLES}.length === 1"));
    assert_eq!(browser.eval(&format!("{FIELD}.value.length")), 4_096);
    browser.click("#hits h2 a");
    browser.wait("document.querySelector('.text')?.textContent.includes('针针')");
    browser.press("Escape");
    browser.wait(&format!("!document.getElementById('found').hidden && {TITLES}.length === 1"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn records_with_fields_of_any_name_and_type_can_be_opened() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    let odd = [
        json!({"id": "o1", "body": "oddity one", "lines": ["a", "b"]}),
        json!({"id": "o2", "body": "oddity two", "lines": 7, "tags": "x", "extra": {"lines": [[1, 2]]}}),
        json!({"id": "o\"3", "body": "oddity three", "lines": [[1]], "title": "Three"}),
    ];
    for record in &odd {
        server.catalog.index("default").add_lines(&record.to_string());
    }
    for (id, text) in [("o1", "one"), ("o2", "two"), ("o%223", "three")] {
        stage.open(&format!("/?q=oddity&doc={id}"));
        browser.wait(&format!("document.querySelector('.text')?.textContent === 'oddity {text}'"));
        browser.wait("document.querySelector('.text mark')");
    }
}

#[test]
fn a_page_beyond_the_last_leads_to_the_last() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting&page=9");
    browser.wait("document.querySelectorAll('#hits > li').length === 2");
    assert!(browser.address().ends_with("/?q=meeting&page=4"), "{}", browser.address());
    let pages = "[...document.querySelectorAll('#pages a')].map(a => a.textContent)";
    assert_eq!(browser.eval(pages), json!(["Previous", "1", "2", "3", "4"]));
}

#[test]
fn the_usual_index_is_chosen_by_its_name_as_well() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    server.catalog.index("other").add_lines("{\"id\": \"o\", \"body\": \"corridor\"}\n");
    stage.open("/?q=corridor&index=default");
    browser.wait("!document.getElementById('index').hidden");
    assert_eq!(browser.eval("document.getElementById('index').selectedOptions[0].text"), "default");
}

#[test]
fn filters_keep_the_focus_when_they_are_used_by_keyboard() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.querySelector('[name=lang][value=en]')");
    browser.run("document.querySelector('[name=lang][value=en]').focus()");
    browser.run("document.activeElement.click()");
    browser.wait(&format!("{COUNT}.startsWith('16 results')"));
    let focused = "document.activeElement.name + ' ' + document.activeElement.value";
    assert_eq!(browser.eval(focused), "lang en");
}

/// A server whose default index does not exist.
fn without_default(others: &[&str]) -> TestServer<MemoryCatalog> {
    let catalog = MemoryCatalog::empty();
    for name in others {
        catalog
            .index(name)
            .add_lines("{\"id\": \"o\", \"title\": \"Other\", \"body\": \"corridor\"}\n");
    }
    TestServer::on(catalog, |_| {})
}

#[test]
fn the_only_index_is_opened_where_the_default_does_not_exist() {
    let Some(browser) = Browser::start() else { return };
    let server = without_default(&["other"]);
    browser.open(&format!("http://{}/", server.addr));
    browser.wait("document.querySelector('#start h1')?.textContent === '1 document to search'");
    assert!(browser.address().ends_with("/?index=other"), "{}", browser.address());
    assert_eq!(browser.eval("document.getElementById('index').hidden"), true);
    browser.open(&format!("http://{}/?q=corridor", server.addr));
    browser.wait(&format!("{TITLES}[0] === 'Other'"));
}

#[test]
fn indexes_can_be_chosen_from_where_the_default_does_not_exist() {
    let Some(browser) = Browser::start() else { return };
    let server = without_default(&["one", "two"]);
    browser.open(&format!("http://{}/?q=corridor", server.addr));
    browser.wait("!document.getElementById('index').hidden");
    let chosen = "document.getElementById('index').selectedOptions[0].text";
    assert_eq!(browser.eval(chosen), "default");
    browser.run(
        "const index = document.getElementById('index'); index.value = 'two'; \
         index.dispatchEvent(new Event('change'))",
    );
    browser.wait(&format!("{TITLES}[0] === 'Other'"));
}

#[test]
fn an_index_that_was_missing_or_empty_is_noticed_and_searched_by_enter() {
    let Some(browser) = Browser::start() else { return };
    let server = without_default(&[]);
    let record = "{\"id\": \"n\", \"title\": \"New\", \"body\": \"corridor\"}\n";
    let heading = "document.querySelector('#start h1')?.textContent || ''";
    browser.open(&format!("http://{}/", server.addr));
    browser.wait(&format!("({heading}).includes('empty')"));
    server.catalog.index("default");
    browser.run("document.querySelector('#start button').focus()");
    server.catalog.index("default").add_lines(record);
    browser.wait(&format!("({heading}) === '1 document to search'"));
    assert_eq!(browser.eval("document.activeElement.matches('#start button')"), true);

    browser.open(&format!("http://{}/?q=corridor&index=later", server.addr));
    browser.wait(&format!("{COUNT}.includes('no index named')"));
    // The page's own attempts are held up, so that this is the doing of the key.
    browser.run("window.setTimeout = () => 0");
    std::thread::sleep(Duration::from_millis(1_500));
    server.catalog.index("later").add_lines(record);
    browser.run("document.getElementById('box').focus()");
    browser.press("Enter");
    browser.wait(&format!("{TITLES}[0] === 'New'"));
    // And by itself.
    browser.open(&format!("http://{}/?q=corridor&index=last", server.addr));
    browser.wait(&format!("{COUNT}.includes('no index named')"));
    server.catalog.index("last").add_lines(record);
    browser.wait(&format!("{TITLES}[0] === 'New'"));
}
