//! Accessibility: what a screen reader is told, contrast, focus, and axe-core where it is at hand
//! (`ZHEN_TEST_AXE` names an `axe.min.js`; it is not part of the project).

use serde_json::{Value, json};

use crate::driver::{Browser, Device};
use crate::{FIELD, Stage};

/// States of the page to look at: name, address, what to wait for.
const STATES: &[(&str, &str, &str)] = &[
    ("start", "/", "document.querySelector('#start dl')"),
    ("results", "/?q=cpec", "document.querySelector('.ways')"),
    ("pages", "/?q=meeting&lang=en&page=2", "document.querySelector('#remove')"),
    ("nothing", "/?q=corrdior", "document.querySelector('#notes button')"),
    (
        "document",
        "/?q=corridor&doc=/library/relations/corridor-review.md&line=8",
        "document.querySelector('.here')",
    ),
];

fn each_state(stage: &Stage, mut look: impl FnMut(&Browser, &str)) {
    for (name, path, ready) in STATES {
        stage.open(path);
        stage.browser.wait(ready);
        look(&stage.browser, name);
    }
}

/// The accessibility tree, as a screen reader sees it.
fn tree(browser: &Browser) -> Vec<(String, String, Value)> {
    let tree = browser.devtools("Accessibility.getFullAXTree", json!({}));
    tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["ignored"] != true)
        .map(|node| {
            let of = |key: &str| node[key]["value"].as_str().unwrap_or_default().to_owned();
            (of("role"), of("name"), node.clone())
        })
        .collect()
}

#[test]
fn everything_one_can_use_has_a_name_and_the_page_has_its_landmarks() {
    let Some(stage) = Stage::new() else { return };
    each_state(&stage, |browser, state| {
        let nodes = tree(browser);
        for (role, name, node) in &nodes {
            let usable = matches!(
                role.as_str(),
                "button"
                    | "link"
                    | "combobox"
                    | "searchbox"
                    | "textbox"
                    | "checkbox"
                    | "radio"
                    | "option"
                    | "listbox"
                    | "DisclosureTriangle"
                    | "Date"
            );
            assert!(!usable || !name.trim().is_empty(), "{state}: {role} without a name: {node}");
        }
        let count = |wanted: &str| nodes.iter().filter(|(role, ..)| role == wanted).count();
        assert_eq!(count("main"), 1, "{state}");
        assert_eq!(count("banner"), 1, "{state}");
        assert_eq!(count("search"), 1, "{state}");
        let headings: Vec<u64> = nodes
            .iter()
            .filter(|(role, ..)| role == "heading")
            .map(|(.., node)| {
                let properties = node["properties"].as_array().unwrap();
                let level = properties.iter().find(|p| p["name"] == "level").unwrap();
                level["value"]["value"].as_u64().unwrap()
            })
            .collect();
        assert_eq!(
            headings.iter().filter(|&&level| level == 1).count(),
            1,
            "{state}: {headings:?}"
        );
        assert_eq!(headings.first(), Some(&1), "{state}");
        assert!(headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{state}: {headings:?}");
        let title = browser.text("document.title");
        assert!(!title.is_empty() && browser.text("document.documentElement.lang") == "en");
    });
}

#[test]
fn names_that_refer_to_others_refer_to_something() {
    let Some(stage) = Stage::new() else { return };
    each_state(&stage, |browser, state| {
        let broken = browser.run(
            "const roots = [document, ...[...document.querySelectorAll('*')] \
               .map(e => e.shadowRoot).filter(Boolean)]; \
             const broken = []; \
             for (const root of roots) { \
               const ids = [...root.querySelectorAll('[id]')].map(e => e.id); \
               if (new Set(ids).size !== ids.length) broken.push('an id twice'); \
               for (const name of ['aria-controls', 'aria-labelledby', 'aria-activedescendant', 'for']) \
                 for (const e of root.querySelectorAll(`[${name}]`)) \
                   if (!root.getElementById(e.getAttribute(name))) broken.push(e.outerHTML); \
               for (const e of root.querySelectorAll('[tabindex]')) \
                 if (e.tabIndex > 0) broken.push('positive tabindex ' + e.outerHTML); \
             } \
             return broken",
        );
        assert_eq!(broken, json!([]), "{state}");
    });
}

/// All texts whose contrast with what lies behind them is below WCAG 2.2 AA (1.4.3).
const LOW_CONTRAST: &str = r"
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = color => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
    const light = rgb => {
        const [r, g, b] = rgb.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const parent = e => e.parentElement || e.getRootNode().host;
    const behind = e => {
        const layers = [];
        for (let at = e; at; at = parent(at)) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
        const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
            && matchMedia('(prefers-color-scheme: dark)').matches;
        return layers.reduce((under, layer) => over(layer, under), dark ? [18, 18, 18] : [255, 255, 255]);
    };
    const roots = [document, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)];
    const low = [];
    let checked = 0;
    for (const root of roots) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const e = node.parentElement;
            if (!node.data.trim() || !e || e.closest('script, style, noscript, option')) continue;
            if (!e.checkVisibility({ visibilityProperty: true })) continue;
            const style = getComputedStyle(e);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            const back = behind(e);
            const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
            const ratio = (a + .05) / (b + .05);
            checked++;
            if (ratio < (large ? 3 : 4.5)) low.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 40)}`);
        }
    }
    return { low, checked };
";

#[test]
fn text_stands_out_from_its_ground_in_light_and_dark() {
    let Some(stage) = Stage::new() else { return };
    for scheme in ["light", "dark"] {
        stage.browser.prefer(scheme);
        each_state(&stage, |browser, state| {
            let found = browser.run(LOW_CONTRAST);
            assert_eq!(found["low"], json!([]), "{state}, {scheme}");
            assert!(found["checked"].as_u64().unwrap() > 8, "{state}, {scheme}: {found}");
        });
    }
}

#[test]
fn the_number_of_results_is_announced() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    let live = "document.getElementById('announce')";
    assert_eq!(browser.eval(&format!("{live}.getAttribute('role')")), "status");
    browser.type_text("corridor");
    browser.wait(&format!("{live}.textContent.startsWith('3 results')"));
    browser.run(&format!("{FIELD}.select()"));
    browser.type_text("corrdior");
    browser.wait(&format!("{live}.textContent.includes('Nothing found')"));
}

#[test]
fn every_stop_of_the_tab_key_is_visible_and_in_reading_order() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=corridor");
    browser.wait("document.querySelectorAll('.hit').length === 3");
    browser.run("document.activeElement.blur(); scrollTo(0, 0)");
    let mut stops = Vec::new();
    for _ in 0..60 {
        browser.press("Tab");
        let stop = browser.run(
            "let e = document.activeElement; if (e === document.body) return null; \
             const label = e.id || e.className || e.textContent.slice(0, 20); \
             while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; \
             const radio = e.matches('.value input') ? e.closest('label') : null; \
             const field = e.matches('input[part]') ? e.closest('.field') : null; \
             const s = getComputedStyle(radio || field || e); const r = e.getBoundingClientRect(); \
             const ring = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; \
             return { label, ring, seen: r.bottom > 0 && r.top < innerHeight }",
        );
        if stop.is_null() {
            break;
        }
        assert_eq!(stop["ring"], true, "{stop}");
        assert_eq!(stop["seen"], true, "{stop}");
        stops.push(stop["label"].as_str().unwrap().to_owned());
    }
    assert_eq!(stops.first().map(String::as_str), Some("skip"));
    let place = |wanted: &str| stops.iter().position(|stop| stop.contains(wanted)).unwrap();
    assert!(place("box") < place("language") && place("language") < place("The corridor"));
}

#[test]
fn fingers_find_what_they_aim_at() {
    let Some(stage) = Stage::on(Device::Android, "en") else { return };
    each_state(&stage, |browser, state| {
        // WCAG 2.2, 2.5.8: 24 pixels each way, but for links within a line of text.
        let small = browser.run(
            "return [...document.querySelectorAll('button, select, summary, label.value, #pages a')] \
               .filter(e => e.checkVisibility() && !e.closest('.meta, .note, dt')) \
               .map(e => [e.textContent.slice(0, 20), e.getBoundingClientRect()]) \
               .filter(([, r]) => r.height < 24 || r.width < 24) \
               .map(([text, r]) => `${text} ${r.width}x${r.height}`)",
        );
        assert_eq!(small, json!([]), "{state}");
    });
}

#[test]
fn axe_core_has_no_serious_finding() {
    let Some(path) = std::env::var_os("ZHEN_TEST_AXE") else {
        eprintln!("skipped: ZHEN_TEST_AXE does not name an axe.min.js");
        return;
    };
    let axe = std::fs::read_to_string(path).unwrap();
    let Some(stage) = Stage::new() else { return };
    for scheme in ["light", "dark"] {
        stage.browser.prefer(scheme);
        each_state(&stage, |browser, state| {
            // Given to the engine directly, past the page's policy, which allows no such script.
            browser.devtools("Runtime.evaluate", json!({"expression": axe}));
            let found = browser.devtools(
                "Runtime.evaluate",
                json!({
                    "expression": "axe.run().then(r => r.violations.map(v => \
                        `${v.impact} ${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`))",
                    "awaitPromise": true,
                    "returnByValue": true,
                }),
            );
            let found = &found["result"]["value"];
            assert_eq!(*found, json!([]), "{state}, {scheme}");
        });
    }
}
