//! Input methods: while a candidate is composed, keys belong to the input method.

use serde_json::json;

use crate::driver::Device;
use crate::{FIELD, Stage, TITLES};

/// Notes what the page is told, to be sure that the test says what an input method says.
const RECORD: &str = "window.seen = []; const field = \
    document.getElementById('box').shadowRoot.querySelector('input'); \
    for (const type of ['compositionstart', 'compositionupdate', 'compositionend', 'keydown', 'input']) \
      field.addEventListener(type, e => seen.push( \
        type + (e.isComposing ? ' composing' : '') + (e.keyCode === 229 ? ' 229' : '')), true); \
    window.events = []; for (const type of ['zhen-input', 'zhen-submit', 'zhen-leave']) \
      document.addEventListener(type, e => events.push(type + ' ' + (e.detail.query ?? '')));";

#[test]
fn enter_and_arrows_belong_to_the_input_method_while_it_composes() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=economy");
    browser.wait("document.querySelector('.hit')");
    browser.run(RECORD);
    browser.click("#box");
    browser.run(&format!("{FIELD}.select()"));
    let before = browser.address();
    for text in ["c", "ci", "ci'd", "ci'dian"] {
        browser.press_in_composition("Process");
        browser.compose(text);
    }
    for key in ["ArrowDown", "ArrowDown", "ArrowUp", "Enter"] {
        browser.press_in_composition(key);
    }
    let seen = browser.text("seen.join()");
    for event in
        ["compositionstart", "compositionupdate", "input composing", "keydown composing 229"]
    {
        assert!(seen.contains(event), "{event} in {seen}");
    }
    assert_eq!(browser.eval("events"), json!([]), "nothing is asked, sent or left");
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "ci'dian");
    assert_eq!(browser.eval("document.activeElement.id"), "box");
    assert_eq!(browser.address(), before);

    browser.commit("词典");
    browser.wait(&format!("{FIELD}.value === '词典'"));
    browser.wait(&format!("{TITLES}.some(title => title.includes('词典'))"));
    assert!(browser.text("seen.join()").contains("compositionend"));
    assert_eq!(browser.eval("events"), json!(["zhen-input 词典"]), "asked once, when chosen");
    browser.press("Enter");
    browser.wait("events.includes('zhen-submit 词典')");
}

#[test]
fn the_enter_that_ends_a_composition_late_is_no_submission() {
    // Safari reports compositionend before the key that caused it, which then carries code 229.
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.run(RECORD);
    browser.compose("cidian");
    browser.commit("cidian");
    browser.press_in_composition("Enter");
    browser.wait("events.includes('zhen-input cidian')");
    assert!(!browser.text("events.join()").contains("zhen-submit"));
}

#[test]
fn a_cancelled_composition_leaves_what_was_there() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.type_text("corridor");
    browser.wait(&format!("location.search === '?q=corridor' && {TITLES}.length === 3"));
    browser.run(RECORD);
    browser.compose("jingji");
    browser.compose("");
    browser.wait("seen.includes('compositionend')");
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "corridor");
    assert_eq!(browser.eval(&format!("{TITLES}.length")), 3);
    assert_eq!(browser.eval("events"), json!([]));
}

#[test]
fn a_composition_that_begins_right_after_another_is_not_disturbed() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.run(RECORD);
    browser.commit("词");
    browser.wait("events.includes('zhen-input 词')");
    // Long enough that the next composition always begins before it is over.
    browser.run("document.getElementById('box').setAttribute('delay', 500)");
    browser.compose("dian");
    browser.commit("典");
    browser.compose("j");
    browser.compose("jing");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(browser.eval(&format!("{FIELD}.value")), "词典jing");
    assert_eq!(browser.eval("events"), json!(["zhen-input 词"]));
    // Also where it comes to nothing, what was there is asked.
    browser.compose("");
    browser.wait("events.at(-1) === 'zhen-input 词典'");
}

#[test]
fn on_android_results_come_while_the_keyboard_composes_latin_words() {
    let Some(stage) = Stage::on(Device::Android, "en") else { return };
    let browser = &stage.browser;
    stage.open("/");
    browser.run(RECORD);
    browser.run("document.getElementById('box').focus()");
    for text in ["c", "co", "cor", "corr", "corri", "corrid", "corrido", "corridor"] {
        browser.press_in_composition("Unidentified");
        browser.compose(text);
    }
    browser.wait(&format!("{TITLES}.length === 3"));
    let seen = browser.text("seen.join()");
    assert!(seen.contains("input composing") && !seen.contains("compositionend"), "{seen}");
    browser.press_in_composition("Enter");
    assert!(!browser.text("events.join()").contains("zhen-submit"));
    browser.commit("corridor");
    browser.press("Enter");
    browser.wait("events.includes('zhen-submit corridor')");
    assert_eq!(browser.eval("document.activeElement.id"), "results", "the keyboard goes away");
}
