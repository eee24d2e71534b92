//! Documents that want to run: what they hold is shown, never obeyed.

use serde_json::json;

use crate::Stage;

#[test]
fn markup_in_documents_is_shown_as_text_everywhere() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    let foreign_elements =
        "document.querySelectorAll('main :is(script, img, iframe, b:not(.ways b))').length";
    for path in [
        "/?q=hostile",
        "/?q=hostile&doc=%2Flibrary%2Fhostile%2Fmarkup.html&line=2",
        "/?q=%3Cimg+src%3Dx+onerror%3D%22window.hostile%3D9%22%3E",
        "/?q=%3Cscript%3Ewindow.hostile%3D9%3C%2Fscript%3E",
        "/?q=hostile&folder=%3Cimg+src%3Dx+onerror%3Dwindow.hostile%3D9%3E",
        "/?q=hostile&doc=%3Cimg+src%3Dx+onerror%3Dwindow.hostile%3D9%3E",
    ] {
        stage.open(path);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert_eq!(browser.eval("window.hostile ?? null"), json!(null), "{path}");
        assert_eq!(browser.eval(foreign_elements), 0, "{path}");
        let scripted =
            "[...document.querySelectorAll('a')].filter(a => !/^https?:$/.test(a.protocol)).length";
        assert_eq!(browser.eval(scripted), 0, "{path}");
        let inline = "[...document.querySelectorAll('*')].filter(e => [...e.attributes]\
                      .some(a => a.name.startsWith('on') || a.name === 'style')).length";
        assert_eq!(browser.eval(inline), 0, "{path}");
        let violations: Vec<_> =
            browser.complaints().into_iter().filter(|c| c.contains("Content Security")).collect();
        assert_eq!(violations, Vec::<String>::new(), "{path}");
    }
    stage.open("/?q=hostile");
    browser.wait("document.querySelector('.hit')");
    let title = browser.text("document.querySelector('#hits h2').textContent");
    assert_eq!(title, "<img src=x onerror=\"window.hostile=1\"> hostile title");
    let passages = browser.text("document.querySelector('.passages').textContent");
    assert!(passages.contains("<script>window.hostile=3</script>"));
    browser.picture("hostile");
}

#[test]
fn marks_of_direction_in_a_document_do_not_turn_the_page_around() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/?q=hostile");
    browser.wait("document.querySelector('.hit')");
    // The line number stands left of its text, and text from data is isolated.
    let left = "[...document.querySelectorAll('.passage')].every(p => \
                p.firstChild.getBoundingClientRect().right <= p.lastChild.getBoundingClientRect().left + 1)";
    assert_eq!(browser.eval(left), true);
    let isolated = "[...document.querySelectorAll('#hits [dir=auto]')].every(e => \
                    ['isolate', 'plaintext', 'isolate-override'].includes(getComputedStyle(e).unicodeBidi))";
    assert_eq!(browser.eval(isolated), true);
}

#[test]
fn a_script_that_got_into_the_page_would_not_run() {
    let Some(stage) = Stage::new() else { return };
    let browser = &stage.browser;
    stage.open("/");
    // What an injection would do, done by hand: the policy stops it.
    let refused = browser.run(
        "try { document.body.innerHTML += '<img src=x>'; return false } catch (e) { return e.name }",
    );
    assert_eq!(refused, "TypeError");
    browser.run(
        "const s = document.createElement('script'); \
         try { s.textContent = 'window.hostile = 1'; } catch {} document.body.append(s)",
    );
    assert_eq!(browser.eval("window.hostile ?? null"), json!(null));
}
