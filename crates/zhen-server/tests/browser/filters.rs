//! Filters: dates that are typed, and conditions that are refused.

use serde_json::json;

use crate::{Stage, TITLES};

const COUNT: &str = "document.getElementById('count').textContent";
const OPEN: &str = "document.querySelector('.range').open";

/// Adds a document that the results on show do not hold yet, and waits until they do.
fn commit(stage: &Stage, total: usize) {
    let record = json!({"id": total.to_string(), "body": "meeting"});
    stage.server.catalog.index("default").add_lines(&record.to_string());
    stage.browser.wait(&format!("{COUNT}.startsWith('{total} results')"));
}

#[test]
fn a_date_is_typed_in_peace() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait(&format!("{COUNT}.startsWith('32 results')"));
    browser.click("#time-range");
    commit(&stage, 33);
    assert_eq!(browser.eval(OPEN), true, "what another process commits does not close it");
    browser.run("document.getElementById('time-from').focus()");
    browser.type_text("0601");
    commit(&stage, 34);
    browser.type_text("2023");
    let state = "[document.activeElement.id, document.activeElement.value, location.search]";
    assert_eq!(browser.eval(state), json!(["time-from", "2023-06-01", "?q=meeting"]));
    browser.press("Enter");
    browser.wait("location.search === '?q=meeting&from=2023-06-01'");
    browser.wait("document.getElementById('remove')");
    let held = "[document.activeElement.id, document.activeElement.value]";
    assert_eq!(browser.eval(held), json!(["time-from", "2023-06-01"]));
    assert_eq!(browser.eval(OPEN), true);
    // Leaving the field is as good.
    browser.type_text("07");
    browser.run("document.getElementById('box').focus()");
    browser.wait("location.search === '?q=meeting&from=2023-07-01'");
}

#[test]
fn a_filter_or_an_order_that_is_refused_can_be_removed() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting&lang=en&sort=title");
    browser.wait(&format!("{COUNT}.includes('cannot be sorted by')"));
    browser.click("#notes button");
    browser.wait(&format!("{TITLES}.length === 10 && location.search === '?q=meeting'"));
}
