//! Reading a document: opening it over a slow network, its line numbers, copying from it, printing.

use std::time::Duration;

use serde_json::{Value, json};

use crate::driver::{Browser, Device};
use crate::{Stage, TITLES, WIDE};

const SHOWN: &str = "!document.getElementById('document').hidden";
const FOUND: &str = "!document.getElementById('found').hidden";

/// Adds a document whose second line stands on line `source` of its file, and opens it from a hit.
fn open_at(stage: &Stage, source: u32) -> Value {
    let id = format!("/far/{source}.txt");
    let lines = json!([[1, source - 1]]);
    let record = json!({
        "id": id, "path": id, "kind": "text", "body": "above\nlighthouse\n\nbelow", "lines": lines,
    });
    stage.server.catalog.index("default").add_lines(&record.to_string());
    stage.open(&format!("/?q=lighthouse&doc={id}&line={source}"));
    stage.browser.wait("document.querySelector('.here mark')");
    stage.browser.eval("[...document.querySelectorAll('.text p')].map(p => p.offsetHeight)")
}

#[test]
fn a_line_number_of_many_digits_stands_on_one_row() {
    for device in [Device::Desktop, Device::Android] {
        let Some(stage) = Stage::on(device, "en") else { return };
        let rows = open_at(&stage, 12);
        for source in [12_345, 123_456, 1_234_567] {
            assert_eq!(open_at(&stage, source), rows, "line {source}");
        }
        assert_eq!(stage.browser.eval(WIDE), false);
        // Among the hits, with numbers that only a very long file has.
        stage.open("/?q=needle");
        stage.browser.wait("document.querySelector('.line')");
        let rows = stage.browser.run(
            "const number = document.querySelector('.line').lastChild; number.data = '1234567'; \
             const range = document.createRange(); range.selectNode(number); \
             return range.getClientRects().length",
        );
        assert_eq!(rows, 1);
        if device == Device::Desktop {
            let apart = "document.querySelector('.line').getBoundingClientRect().left >= \
                         document.getElementById('filters').getBoundingClientRect().right";
            assert_eq!(stage.browser.eval(apart), true, "numbers stand beside the filters");
        }
    }
}

#[test]
fn a_long_document_that_is_loaded_again_keeps_its_place() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    // Lines of several rows, so that the height of what is not drawn yet cannot be guessed.
    let lines: Vec<_> = (0..3_000).map(|n| format!("{n} {}", "lorem ipsum ".repeat(40))).collect();
    let record = json!({"id": "long", "body": format!("lighthouse\n{}", lines.join("\n"))});
    stage.server.catalog.index("default").add_lines(&record.to_string());
    stage.open("/?q=lighthouse&doc=long&line=1");
    browser.wait("document.querySelector('.here mark')");
    browser.run("document.querySelectorAll('.text p')[1500].scrollIntoView()");
    browser.wait("history.state?.at >= 1499");
    let top = "Number(document.elementFromPoint(innerWidth / 2, 100).closest('p').dataset.n)";
    let before = browser.eval(top).as_i64().unwrap();
    browser.run("window.before = true; location.reload()");
    browser.wait("!window.before && document.querySelector('.text p') && scrollY > 1000");
    let after = browser.eval(top).as_i64().unwrap();
    assert!((after - before).abs() <= 1, "{before}, {after}");
}

#[test]
fn what_is_marked_is_what_was_asked_for_and_its_number_is_no_smaller() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    let line = |n| if n % 25_000 == 0 { "lighthouse" } else { "." };
    let body: Vec<_> = (0..30_000).map(line).collect();
    let record = json!({"id": "many", "body": body.join("\n")});
    stage.server.catalog.index("default").add_lines(&record.to_string());
    stage.open("/?q=lighthouse");
    browser.wait(&format!("{TITLES}.length === 1"));
    browser.run(
        "const real = fetch; window.asked = []; \
         window.fetch = (url, request) => { asked.push(String(url)); return real(url, request); }",
    );
    browser.click("#exact");
    browser.wait("location.search.includes('exact=1')");
    browser.run("asked.length = 0; document.querySelector('#hits h2 a').click()");
    browser.wait("document.querySelector('.step')?.textContent.startsWith('1 of 1+')");
    assert_eq!(browser.eval("asked.some(url => url.includes('exact=1'))"), true);
    browser.run("document.querySelector('#document > .plain').click()");
    browser.wait("document.querySelector('.step').textContent.startsWith('1 of 2')");
}

#[test]
fn copied_lines_are_the_lines_of_the_text() {
    let Some(stage) = Stage::new() else { return };
    open_at(&stage, 12);
    // Only who has done something in the page copies from it.
    stage.browser.click("article h1");
    let copied = |from: &str, to: &str| {
        stage.browser.run(&format!(
            "const lines = [...document.querySelectorAll('.text p > span')]; let copied = null; \
             getSelection().setBaseAndExtent({from}, {to}); \
             addEventListener('copy', event => {{ \
               copied = event.clipboardData.getData('text/plain'); }}, {{ once: true }}); \
             document.execCommand('copy'); return copied || String(getSelection())"
        ))
    };
    let whole = copied("lines[0], 0", "lines[3], 1");
    assert_eq!(whole, "above\nlighthouse\n\nbelow");
    let part = copied("lines[0].firstChild, 2", "lines[3].firstChild, 3");
    assert_eq!(part, "ove\nlighthouse\n\nbel");
    let within = copied("lines[0].firstChild, 2", "lines[0].firstChild, 4");
    assert_eq!(within, "ov");
}

#[test]
fn paper_is_light_whatever_the_screen_is() {
    let Some(stage) = Stage::new() else { return };
    stage.open("/?q=needle&doc=/library/long.txt");
    stage.browser.wait("document.querySelector('.text')");
    let dark = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
    let ink = "getComputedStyle(document.querySelector('.text')).color.match(/[0-9.]+/g)[0] < 128";
    for theme in ["auto", "light", "dark"] {
        stage.browser.devtools("Emulation.setEmulatedMedia", json!({"features": dark}));
        stage.browser.wait(&format!("({ink}) === {}", theme == "light"));
        let print = json!({"media": "print", "features": dark});
        stage.browser.devtools("Emulation.setEmulatedMedia", print);
        stage.browser.wait(ink);
        stage.browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""}));
        stage.browser.click("#theme");
    }
}

#[test]
fn a_document_without_a_title_goes_by_its_file_or_its_id() {
    let Some(stage) = Stage::new() else { return };
    for id in ["/notes/today.txt", "note-7", "https://x.example/"] {
        let record = json!({"id": id, "path": "/all.jsonl", "body": "lighthouse"});
        stage.server.catalog.index("default").add_lines(&record.to_string());
    }
    stage.open("/?q=lighthouse");
    stage.browser.wait(&format!("{TITLES}.length === 3"));
    let names = json!(["https://x.example/", "note-7", "today.txt"]);
    assert_eq!(stage.browser.eval(&format!("{TITLES}.sort()")), names);
    stage.open("/?q=lighthouse&doc=/notes/today.txt");
    stage.browser.wait("document.querySelector('article h1')?.textContent === 'today.txt'");
    assert_eq!(stage.browser.text("document.title"), "today.txt · zhen");
}

/// Results, scrolled to where a document is about to be opened that takes its time.
fn opening(stage: &Stage) -> &Browser {
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.querySelectorAll('#hits > li').length === 10");
    browser.run("scrollTo(0, 300)");
    // What stands beside a document, its passages, is searched for.
    let index = stage.server.catalog.index("default");
    *index.faults.delay.lock().unwrap() = Duration::from_millis(1_500);
    browser.run("document.querySelectorAll('#hits h2 a')[3].click()");
    browser
}

#[test]
fn a_document_on_its_way_is_told_of_and_can_be_left() {
    let Some(stage) = Stage::new() else { return };
    let browser = opening(&stage);
    browser.wait("document.body.matches('.stale')");
    browser.wait("document.getElementById('announce').textContent === 'Loading…'");
    assert_eq!(browser.eval("scrollY"), 300, "the results stay where they are");
    browser.press("Escape");
    browser.wait("location.search === '?q=meeting' && !document.body.matches('.stale')");
    // Now it would have come.
    std::thread::sleep(Duration::from_millis(2_000));
    assert_eq!(browser.eval(FOUND), true);
    assert_eq!(browser.eval("scrollY"), 300);
    assert_eq!(
        browser.eval("document.querySelectorAll('#hits h2 a')[3] === document.activeElement"),
        true
    );

    // And where nobody leaves it, it comes.
    let browser = opening(&stage);
    browser.wait(SHOWN);
    assert_eq!(browser.eval("document.body.matches('.stale')"), false);
    browser.wait("document.getElementById('announce').textContent !== 'Loading…'");
}

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
