//! Reading a document: opening it over a slow network, its line numbers, copying from it, printing.

use std::time::Duration;

use crate::{Stage, TITLES};

const SHOWN: &str = "!document.getElementById('document').hidden";
const FOUND: &str = "!document.getElementById('found').hidden";

#[test]
fn results_that_come_late_do_not_take_the_place_of_a_document() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    // The page asks for its results again, and the answer stays away until the document is there.
    browser.run(
        "const real = fetch; window.fetch = async (url, request) => { \
           const answer = await real(url, request); \
           if (url.pathname.endsWith('/search') && !window.release) \
             await new Promise(done => { window.release = done; }); \
           return answer; }; \
         document.dispatchEvent(new Event('visibilitychange'))",
    );
    browser.wait("window.release");
    browser.click("#hits h2 a");
    browser.wait(SHOWN);
    browser.run("release()");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(browser.eval(SHOWN), true);
    browser.press("Escape");
    browser.wait(&format!("{FOUND} && {TITLES}.length === 3"));
}
