//! The page: searching, suggestions, keys, filters, history, the document view.

use std::time::Duration;

use serde_json::json;

use crate::driver::{Browser, Device};
use crate::support::TestServer;
use crate::{FIELD, Stage, TITLES, WIDE};

#[test]
fn results_come_while_one_types_and_a_late_answer_is_dropped() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    stage.open("/");
    assert_eq!(browser.eval("document.activeElement.id"), "box", "the box has the focus");
    let index = server.catalog.index("default");
    // The first letter's answer takes long; by then more has been typed and answered.
    *index.faults.delay.lock().unwrap() = Duration::from_millis(1_500);
    browser.type_text("m");
    while !server.log.lock().unwrap().iter().any(|r| r.route == "suggest") {
        std::thread::sleep(Duration::from_millis(10));
    }
    *index.faults.delay.lock().unwrap() = Duration::ZERO;
    browser.type_text("eeting 21");
    browser.wait(&format!("{TITLES}.length === 1 && {TITLES}[0] === 'Minutes of meeting 21'"));
    std::thread::sleep(Duration::from_millis(2_000));
    assert_eq!(browser.eval(TITLES), json!(["Minutes of meeting 21"]));
    assert!(browser.address().ends_with("/?q=meeting+21"), "{}", browser.address());
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn letters_typed_in_one_go_are_asked_for_once() {
    let Some(stage) = Stage::new() else { return };
    stage.open("/");
    // Results are asked for again where the page cannot know that they are of the last commit. What it
    // says of the index tells it, and must be there first.
    stage.browser.wait("document.querySelector('#start h1').textContent");
    stage.browser.run(&format!(
        "const field = {FIELD}; for (const c of 'corridor') {{ field.value += c; \
         field.dispatchEvent(new InputEvent('input', {{bubbles: true}})); }}"
    ));
    stage.browser.wait(&format!("{TITLES}.length === 3"));
    let asked = |route| {
        let log = stage.server.log.lock().unwrap();
        log.iter().filter(|record| record.route == route).count()
    };
    // Nor does the page's first look for changes ask again; by the next it would have.
    while asked("stats") < 3 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(asked("search"), 1);
}

#[test]
fn suggestions_are_reached_and_chosen_by_keyboard() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.commit("cidi");
    let options =
        "[...document.getElementById('box').shadowRoot.querySelectorAll('[role=option]')]";
    browser.wait(&format!("{options}.length >= 2"));
    browser.picture("suggestions");
    assert_eq!(browser.eval(&format!("{FIELD}.getAttribute('aria-expanded')")), "true");
    browser.press("ArrowDown");
    let active = format!(
        "document.getElementById('box').shadowRoot.getElementById(\
         {FIELD}.getAttribute('aria-activedescendant'))"
    );
    assert_eq!(browser.eval(&format!("{active}.getAttribute('aria-selected')")), "true");
    assert!(browser.text(&format!("{active}.textContent")).contains("词典"));
    browser.press("ArrowUp");
    browser.press("ArrowDown");
    browser.press("Enter");
    browser.wait(&format!("{FIELD}.value.startsWith('词典')"));
    browser.wait("new URLSearchParams(location.search).get('q').startsWith('词典')");
    browser.wait(&format!("{TITLES}.some(title => title.includes('词典'))"));
    browser.press("Escape");
    browser.wait(&format!("{FIELD}.value === '' && !document.getElementById('start').hidden"));
}

#[test]
fn an_arrow_leads_on_from_suggestions_to_results_and_enter_is_done_with_them() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.commit("cidian");
    let options = "[...document.getElementById('box').shadowRoot\
                   .querySelectorAll('[role=option]')]";
    browser.wait(&format!("{options}.length && {TITLES}.length"));
    for _ in 0..=browser.eval(&format!("{options}.length")).as_u64().unwrap() {
        browser.press("ArrowDown");
    }
    let first = "document.activeElement === document.querySelector('#hits h2 a')";
    assert_eq!(browser.eval(first), true);
    let chosen = format!("{options}.filter(o => o.matches('[aria-selected=true]')).length");
    assert_eq!(browser.eval(&chosen), 0);
    assert_eq!(browser.eval(&format!("{FIELD}.hasAttribute('aria-activedescendant')")), false);
    browser.press("ArrowUp");
    browser.press("Enter");
    assert_eq!(browser.eval(&format!("{options}.length")), 0);
    browser.press("ArrowDown");
    assert_eq!(browser.eval(first), true);
}

#[test]
fn keys_lead_from_the_box_through_results_into_a_document_and_back() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    browser.run("document.activeElement.blur()");
    browser.press("/");
    assert_eq!(browser.eval("document.activeElement.id"), "box");
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "corridor", "the key types nothing");
    browser.press("ArrowDown");
    let focused = "document.activeElement.textContent";
    assert_eq!(browser.eval(focused), "The corridor after ten years: a review");
    browser.press("ArrowDown");
    assert_eq!(browser.eval(focused), "Economic outlook: slower, greener, more regional");
    browser.press("Enter");
    browser.wait("!document.getElementById('document').hidden");
    assert!(browser.address().contains("doc=/library/economy/outlook.html"));
    browser.press("Escape");
    browser.wait("!document.getElementById('found').hidden");
    assert_eq!(browser.eval(focused), "Economic outlook: slower, greener, more regional");
    assert_eq!(browser.eval("document.activeElement.matches(':focus-visible')"), true);
    browser.type_text("k");
    assert_eq!(browser.eval(focused), "The corridor after ten years: a review");
    browser.type_text("j");
    assert_eq!(browser.eval(focused), "Economic outlook: slower, greener, more regional");
    browser.press("ArrowUp");
    browser.press("ArrowUp");
    assert_eq!(browser.eval("document.activeElement.id"), "box");
}

#[test]
fn the_back_button_leads_through_searches_and_documents() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    // At once: between letters that come slowly there would be further entries of the history.
    browser.commit("corridor");
    browser.press("Enter");
    browser.wait(&format!("{TITLES}.length === 3"));
    browser.run(&format!("{FIELD}.select()"));
    browser.commit("needle");
    browser.press("Enter");
    browser.wait(&format!("{TITLES}[0] === 'A long document'"));
    browser.click("#hits h2 a");
    browser.wait("!document.getElementById('document').hidden");
    browser.back();
    browser.wait(&format!("!document.getElementById('found').hidden && {TITLES}.length === 1"));
    browser.back();
    browser.wait(&format!("{TITLES}.length === 3 && {FIELD}.value === 'corridor'"));
    browser.back();
    browser.wait("!document.getElementById('start').hidden");
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "");
}

#[test]
fn a_document_opens_at_its_passage_with_every_match_marked() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=needle");
    browser.wait("document.querySelector('.passage')");
    assert_eq!(browser.eval("document.querySelector('.passage .line').textContent"), "Line 731");
    browser.click(".passage");
    browser.wait("document.querySelector('.text .here mark')");
    let seen = "(r => r.top > 60 && r.bottom < innerHeight)\
                (document.querySelector('.here').getBoundingClientRect())";
    browser.wait(seen);
    assert_eq!(browser.eval("document.querySelector('.here').dataset.n"), "731");
    assert_eq!(browser.eval("document.querySelector('.text mark').textContent"), "needle");
    browser.picture("document");

    // The same from an address that somebody sent, and with several matches to step through.
    stage.open(
        "/?q=cpec&doc=%2Flibrary%2Frelations%2F%E4%B8%AD%E5%B7%B4%E5%85%B3%E7%B3%BB.txt&line=5",
    );
    browser.wait("document.querySelectorAll('.text mark').length === 3");
    let marks = "[...document.querySelectorAll('.text mark')].map(m => m.textContent)";
    assert_eq!(browser.eval(marks), json!(["中巴经济走廊", "CPEC", "中巴经济走廊"]));
    let now = "[...document.querySelectorAll('.text mark')].findIndex(m => m.className === 'now')";
    assert_eq!(browser.eval(now), 2);
    browser.click("[aria-label=Next]");
    assert_eq!(browser.eval(now), 0);
    browser.click("[aria-label=Previous]");
    assert_eq!(browser.eval(now), 2);

    stage.open("/?q=a&doc=nothing");
    browser.wait("document.getElementById('document').textContent.includes('not in the index')");
}

#[test]
fn filters_narrow_are_counted_and_stand_in_the_address() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.getElementById('count').textContent.startsWith('32 results')");
    browser.click_on("document.querySelector('[name=lang][value=en]').closest('label')");
    browser.wait("document.getElementById('count').textContent.startsWith('16 results')");
    assert!(browser.address().ends_with("/?q=meeting&lang=en"), "{}", browser.address());
    let count = "document.querySelector('[name=lang][value=\"zh-Hans\"]')\
                 .closest('label').querySelector('.count').textContent";
    assert_eq!(browser.eval(count), "16", "the other choice keeps its count");
    browser.click_on("document.querySelector('[name=time][value=\"2021\"]').closest('label')");
    browser.wait("location.search.includes('from=2021&to=2021')");
    browser.wait("document.getElementById('count').textContent.startsWith('3 results')");
    let address = browser.text("location.href");
    browser.picture("filters");

    // The address alone brings the same up again.
    browser.open("about:blank");
    browser.open(&address);
    browser.wait("document.getElementById('count').textContent.startsWith('3 results')");
    assert_eq!(browser.eval("document.querySelector('[name=lang]:checked').value"), "en");
    browser.click("#remove");
    browser.wait("document.getElementById('count').textContent.startsWith('32 results')");

    browser.click("#hits .path button");
    browser.wait("location.search.includes('folder=')");
    browser.wait("document.getElementById('count').textContent.startsWith('32 results')");
    browser.run(
        "document.getElementById('sort').value = 'time:desc'; \
                 document.getElementById('sort').dispatchEvent(new Event('change'))",
    );
    browser.wait("document.querySelector('#hits time').dateTime.startsWith('2024')");
}

#[test]
fn every_order_on_offer_brings_results() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.getElementById('count').textContent.startsWith('32 results')");
    let orders = browser.eval("[...document.getElementById('sort').options].map(o => o.value)");
    // Backwards, because the first is what the page has already.
    for order in orders.as_array().unwrap().iter().rev() {
        browser.run(&format!(
            "const sort = document.getElementById('sort'); sort.value = {order}; \
             document.getElementById('hits').replaceChildren(); \
             sort.dispatchEvent(new Event('change'))"
        ));
        browser.wait("document.querySelectorAll('#hits > li').length === 10");
        let asked = "new URLSearchParams(location.search).get('sort') || ''";
        assert_eq!(browser.eval(asked), *order);
    }
}

#[test]
fn a_range_of_days_narrows_too() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.getElementById('time-from')");
    browser.run(
        "const from = document.getElementById('time-from'); from.value = '2023-06-01'; \
         from.dispatchEvent(new Event('change'))",
    );
    browser.wait("location.search.includes('from=2023-06-01')");
    browser.wait("document.getElementById('hits').children.length > 0 && \
                  [...document.querySelectorAll('#hits time')].every(t => t.dateTime >= '2023-06-01')");
}

#[test]
fn pages_lead_to_further_hits() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.querySelectorAll('#hits > li').length === 10");
    let first = browser.text(&format!("{TITLES}[0]"));
    let pages = "[...document.querySelectorAll('#pages a')].map(a => a.textContent)";
    assert_eq!(browser.eval(pages), json!(["1", "2", "3", "Next"]));
    browser.click_on("[...document.querySelectorAll('#pages a')].at(-1)");
    browser.wait("location.search.includes('page=2')");
    browser.wait(&format!("{TITLES}[0] !== {}", json!(first)));
    assert_eq!(browser.eval("document.querySelector('#pages [aria-current]').textContent"), "2");
    stage.open("/?q=meeting&page=4");
    browser.wait("document.querySelectorAll('#hits > li').length === 2");
}

#[test]
fn what_was_probably_meant_is_one_click_away_and_nothing_found_is_said() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corrdior");
    browser.wait("document.getElementById('notes').textContent.includes('Did you mean corridor?')");
    assert!(browser.text("document.getElementById('notes').textContent").contains("Nothing found"));
    browser.click("#notes button");
    browser.wait(&format!("{TITLES}.length === 3 && {FIELD}.value === 'corridor'"));
    stage.open("/?q=corridor&kind=nothing");
    browser.wait("document.getElementById('notes').textContent.includes('Nothing found')");
    browser.click("#notes button");
    browser.wait(&format!("{TITLES}.length === 3 && location.search === '?q=corridor'"));
    stage.open("/?q=%22open");
    browser.wait("document.getElementById('notes').textContent.includes('no partner')");
}

#[test]
fn how_a_word_was_found_is_said_with_the_hit() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    let ways = "[...document.querySelectorAll('.ways li')].map(w => w.textContent)";
    stage.open("/?q=cpec");
    browser.wait("document.querySelector('.ways')");
    assert_eq!(browser.eval(ways), json!(["cpec → 中巴经济走廊alias"]));
    stage.open("/?q=jingji");
    browser.wait("document.querySelector('.ways')");
    assert!(browser.eval(ways)[0].as_str().unwrap().ends_with("pinyin"));
    stage.open("/?q=jingji&exact=1");
    browser.wait("document.getElementById('notes').textContent.includes('Nothing found')");
    assert_eq!(browser.eval("document.getElementById('exact').checked"), true);
}

#[test]
fn the_interface_speaks_chinese_and_english_and_remembers() {
    let Some(stage) = Stage::on(Device::Desktop, "zh-CN") else { return };
    let browser = &stage.browser;
    stage.open("/?q=词典");
    browser.wait("document.getElementById('count').textContent.includes('条结果')");
    assert_eq!(browser.eval("document.documentElement.lang"), "zh-Hans");
    let line = browser.text("document.querySelector('.passage .line').textContent");
    assert!(line.starts_with("行 "), "{line}");
    browser.picture("chinese");
    stage.open("/?q=例会&page=2");
    browser.wait("document.querySelector('#pages [rel=prev]')?.textContent === '上一页'");
    let notes = "[...document.querySelectorAll('#notes p')].map(p => p.textContent)\
                 .filter(note => note.startsWith('引号'))";
    stage.open("/?q=词典 \"");
    browser.wait(&format!("{notes}.length"));
    assert_eq!(browser.eval(notes), json!(["引号 \" 没有配对，已按文字处理。"]), "said once");
    stage.open("/?q=词典&index=none");
    browser.wait("document.getElementById('count').textContent === '没有这个索引。'");
    stage.open("/?q=词典");
    browser.wait("document.getElementById('count').textContent.includes('条结果')");
    browser.click("#language");
    browser.wait("document.getElementById('count').textContent.includes('results')");
    stage.open("/?q=词典");
    browser.wait("document.getElementById('count').textContent.includes('results')");
    assert_eq!(browser.eval("document.documentElement.lang"), "en");
    assert_eq!(browser.eval(&format!("{FIELD}.placeholder")), "Search in Chinese or English");
}

#[test]
fn colours_follow_the_system_and_the_reader_s_choice() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    let lightness = "getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g)[0] > 128";
    stage.open("/?q=corridor");
    browser.wait("document.querySelector('.hit')");
    browser.picture("light");
    assert_eq!(browser.eval(lightness), true);
    browser.prefer("dark");
    browser.wait(&format!("!({lightness})"));
    browser.picture("dark");
    browser.click("#theme");
    browser.wait(lightness);
    stage.open("/?q=corridor");
    browser.wait(lightness);
}

#[test]
fn a_key_is_asked_for_where_one_is_needed() {
    let Some(browser) = Browser::start() else { return };
    let key = "a-search-key-for-this-page";
    let server = TestServer::with(|config| {
        let access = zhen_server::Access::Search;
        config.keys = vec![zhen_server::KeyConfig::from_plain("page", access, key).unwrap()];
    });
    browser.open(&format!("http://{}/?q=corridor", server.addr));
    browser.wait("!document.getElementById('key').hidden");
    assert_eq!(browser.eval("document.activeElement.id"), "keyfield");
    browser.type_text("a wrong key");
    browser.press("Enter");
    browser.wait("document.getElementById('announce').textContent.includes('not known')");
    browser.wait("document.getElementById('wrongkey').textContent.includes('not known')");
    browser.wait("!document.getElementById('key').hidden");
    // As copied from a page, with a blank of no width and a mark of Chinese.
    browser.commit(&format!("\u{200b}{key}。"));
    browser.press("Enter");
    browser.wait(&format!("{TITLES}.length === 3"));
    assert_eq!(browser.eval("document.activeElement.id"), "box");
    assert_eq!(browser.eval("document.getElementById('key').hidden"), true);
    browser.open(&format!("http://{}/?q=needle", server.addr));
    browser.wait(&format!("{TITLES}.length === 1"));
}

#[test]
fn a_change_by_another_process_shows_when_the_page_is_looked_at_again() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    stage.open("/?q=freshly");
    browser.wait("document.getElementById('notes').textContent.includes('Nothing found')");
    server.catalog.index("default").add_lines("{\"id\": \"new\", \"body\": \"freshly added\"}\n");
    browser.run("document.dispatchEvent(new Event('visibilitychange'))");
    browser.wait("document.querySelectorAll('#hits > li').length === 1");
}

#[test]
fn a_change_by_another_process_shows_in_a_page_that_stands_open() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    stage.open("/?q=corridor");
    browser.wait(&format!("{TITLES}.length === 3"));
    browser.run("document.querySelector('#hits h2 a').focus(); window.before = true");
    server.catalog.index("default").add_lines("{\"id\": \"new\", \"body\": \"a new corridor\"}\n");
    browser.wait(&format!("{TITLES}.length === 4"));
    assert_eq!(browser.eval("window.before"), true, "the page was not loaded again");
    assert_eq!(browser.eval("document.activeElement.matches('#hits h2 a')"), true);
}

#[test]
fn several_indexes_can_be_chosen_from() {
    let Some(stage) = Stage::new() else { return };
    let (server, browser) = (&stage.server, &stage.browser);
    server.catalog.index("other").add_lines("{\"id\": \"o\", \"body\": \"corridor elsewhere\"}\n");
    stage.open("/?q=corridor");
    browser.wait("!document.getElementById('index').hidden");
    let one_line = "[...document.querySelectorAll('.tools > *')].every(e => e.offsetHeight < 45 && \
                    Math.abs(e.offsetTop + e.offsetHeight / 2 - 46) < 12)";
    assert_eq!(browser.eval(one_line), true, "the tools stand in one line beside the box");
    browser.run(
        "const index = document.getElementById('index'); index.value = 'other'; \
         index.dispatchEvent(new Event('change'))",
    );
    browser.wait(&format!("{TITLES}.length === 1"));
    assert!(browser.address().contains("index=other"));
    browser.click("#hits h2 a");
    browser.wait("document.querySelector('.text').textContent.includes('elsewhere')");
}

#[test]
fn a_small_screen_shows_everything_without_scrolling_sideways() {
    let Some(stage) = Stage::on(Device::Android, "en") else { return };
    let browser = &stage.browser;
    for (name, path) in [
        ("mobile-start", "/"),
        ("mobile-results", "/?q=corridor"),
        ("mobile-document", "/?q=corridor&doc=/library/relations/corridor-review.md&line=8"),
        ("mobile-hostile", "/?q=hostile"),
    ] {
        stage.open(path);
        browser.wait("document.querySelector('.hit, .text, #start dl')");
        browser.picture(name);
        assert_eq!(browser.eval(WIDE), false, "{path}");
    }
    // On the smallest screen, with indexes to choose from.
    stage
        .server
        .catalog
        .index("another-one")
        .add_lines("{\"id\": \"o\", \"body\": \"elsewhere\"}\n");
    let screen = json!({"width": 320, "height": 568, "deviceScaleFactor": 2, "mobile": true});
    browser.devtools("Emulation.setDeviceMetricsOverride", screen);
    for path in ["/?index=another-one", "/?index=another-one&q=elsewhere"] {
        stage.open(path);
        browser.wait("!document.getElementById('index').hidden");
        browser.picture("mobile-indexes");
        assert_eq!(browser.eval(WIDE), false, "{path}");
    }
    stage.open("/");
    let tips =
        "[...document.querySelectorAll('#start dt')].filter(t => t.checkVisibility()).length";
    browser.wait(&format!("{tips} === 4"));
    assert_eq!(browser.eval("document.querySelector('#start kbd').checkVisibility()"), false);
    stage.open("/?q=meeting");
    browser.wait("document.querySelector('.hit')");
    assert_eq!(browser.eval("document.getElementById('fold').open"), false);
    browser.click("#fold > summary");
    browser.wait(
        "document.querySelector('[name=lang][value=en]').closest('label').offsetHeight >= 24",
    );
    browser.click_on("document.querySelector('[name=lang][value=en]').closest('label')");
    browser.wait("document.getElementById('count').textContent.startsWith('16 results')");
    // What is set is seen, and removed, without opening the others.
    stage.open("/?q=meeting&lang=en&from=2021&to=2021");
    browser.wait("document.getElementById('count').textContent.startsWith('3 results')");
    browser.picture("mobile-filters");
    let set = "[...document.querySelectorAll('#set button')].filter(b => b.checkVisibility())\
               .map(b => b.textContent)";
    assert_eq!(browser.eval(set), json!(["English ×", "2021 ×"]));
    browser.click("#set button");
    browser.wait("document.getElementById('count').textContent.startsWith('5 results')");
    browser.wait("location.search === '?q=meeting&from=2021&to=2021'");
    browser.click("#set button");
    browser.wait("document.getElementById('count').textContent.startsWith('32 results')");
    assert_eq!(browser.eval(set), json!([]));
}

#[test]
fn a_page_that_is_loaded_again_keeps_its_place() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=meeting");
    browser.wait("document.querySelectorAll('#hits > li').length === 10");
    browser.run("scrollTo(0, 300)");
    browser.wait("history.state?.y === 300");
    browser.run("window.before = true; location.reload()");
    browser.wait("!window.before && document.querySelectorAll('#hits > li').length === 10");
    browser.wait("scrollY === 300");
}

#[test]
fn the_page_loads_nothing_from_anywhere_else() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corridor");
    browser.wait("document.querySelector('.hit')");
    let foreign = "performance.getEntriesByType('resource').map(e => e.name)\
                   .filter(name => !name.startsWith(location.origin))";
    assert_eq!(browser.eval(foreign), json!([]));
    let parts = browser.eval(
        "performance.getEntriesByType('resource')\
         .filter(e => !e.name.includes('/api/')).reduce((sum, e) => sum + e.decodedBodySize, 0)",
    );
    assert!(parts.as_u64().unwrap() < 66_000 && parts.as_u64().unwrap() > 20_000, "{parts}");
}
