//! The page on a real index, with documents that were read from files.

use std::path::Path;

use zhen_index::{IndexOptions, Indexer};
use zhen_server::DiskCatalog;

use crate::TITLES;
use crate::driver::Browser;
use crate::support::TestServer;

/// Files whose text does not stand on the lines it has in the body, and folders in folders.
fn write_files(dir: &Path) {
    let filler = "<p>padding\n".repeat(120);
    let page = format!("<html>\n<title>Deep</title>\n<body>\n{filler}<p>海底捞针\n{filler}");
    let files = [
        ("web/deep.html", page.as_str()),
        ("notes/d.md", "# 丁\n\n捞针 above\n"),
        ("notes/2024/a.md", "# 甲\n\n捞针 needle\n"),
        ("notes/2023/b.md", "# 乙\n\n捞针 needle\n"),
        ("notes/2023/c.md", "# 丙\n\n捞针 again\n"),
    ];
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn index(dir: &Path, files: &Path) {
    let mut options = IndexOptions::new(dir);
    options.memory = zhen_index::LEAST_MEMORY;
    let mut indexer = Indexer::open(options).unwrap();
    indexer.index_paths(&[files.to_owned()], &()).unwrap();
    indexer.close().unwrap();
}

#[test]
fn files_are_found_narrowed_by_folder_and_opened_at_their_line() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (dir, files) = (folder.path().join("real"), folder.path().join("files"));
    write_files(&files);
    index(&dir, &files);
    let catalog = DiskCatalog::new(&dir, zhen_index::LEAST_MEMORY);
    let server = TestServer::on(catalog.with_home(folder.path()), |_| {});
    browser.open(&format!("http://{}/?q=捞针", server.addr));
    browser.wait(&format!("{TITLES}.length === 5"));

    // Down the folders: what lies beside is left out, what lies below is offered.
    let folders = "[...document.querySelectorAll('[name=folder]')] \
                   .map(e => e.closest('label').textContent)";
    browser.wait(&format!("({folders}).join() === 'notes4,web1'"));
    browser.click_on("document.querySelector('[name=folder]').closest('label')");
    browser.wait(&format!("{TITLES}.length === 4"));
    browser.wait(&format!("({folders}).join() === 'All,notes,20232,20241'"));
    browser.click_on("document.querySelectorAll('[name=folder]')[3].closest('label')");
    browser.wait(&format!("{TITLES}.join() === '甲'"));
    browser.click("#remove");
    browser.wait(&format!("{TITLES}.length === 5"));

    browser.click_on(
        "[...document.querySelectorAll('#hits h2 a')].find(a => a.textContent === 'Deep')",
    );
    browser.wait("document.querySelector('.here')?.dataset.n === '124'");
    assert_eq!(browser.text("document.querySelector('.here').textContent"), "海底捞针");
    let in_view = "(r => r.top > 40 && r.bottom < innerHeight)\
                   (document.querySelector('.here').getBoundingClientRect())";
    assert_eq!(browser.eval(in_view), true);
    assert_eq!(browser.text("document.querySelector('mark.now').textContent"), "捞针");

    // A file that comes while the results are looked at.
    browser.back();
    browser.wait(&format!("{TITLES}.length === 5"));
    std::fs::write(files.join("new.md"), "捞针 anew\n").unwrap();
    index(&dir, &files);
    browser.wait(&format!("{TITLES}.length === 6"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn what_is_nearly_the_same_is_one_hit_that_leads_to_the_others_in_a_folder_of_any_name() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (dir, files) = (folder.path().join("real"), folder.path().join("files \"1\""));
    std::fs::create_dir_all(&files).unwrap();
    let notice = "市图书馆将于七月一日起延长开放时间，周末也开放至晚上十点，欢迎各位读者前来。";
    let other_script =
        "市圖書館將於七月一日起延長開放時間，週末也開放至晚上十點，歡迎各位讀者前來。";
    for (name, text) in [("a.txt", notice), ("b.txt", other_script), ("c.txt", "图书馆在山上")]
    {
        std::fs::write(files.join(name), text).unwrap();
    }
    index(&dir, &files);
    let catalog = DiskCatalog::new(&dir, zhen_index::LEAST_MEMORY);
    let server = TestServer::on(catalog.with_home(folder.path()), |_| {});
    browser.open(&format!("http://{}/?q=图书馆", server.addr));
    browser.wait(&format!("{TITLES}.length === 2"));
    browser.click_on("document.querySelector('#hits a[href*=\"duplicates\"]')");
    browser.wait(&format!("{TITLES}.sort().join() === 'a,b'"));
    browser.back();
    browser.wait(&format!("{TITLES}.length === 2"));

    // The quotation marks of the folder do not end the condition that narrows to it.
    browser.click("#hits .path button");
    browser.wait("location.search.includes('folder=')");
    browser.wait("document.querySelector('[name=folder]:checked')");
    browser.wait(&format!("{TITLES}.length === 2"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}
