//! What reading promises, on real files: every file of a tree of many formats is either read or has
//! its reason, and titles, lines, languages and headings are what a person would say they are.
//!
//! The tree lies beside the project as `../shared/tree/tree.tar.zst`.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use zhen_source::{Document, ReadOptions, SkipReason, WalkOptions, path_id, read_file, walk};

/// The tree, unpacked; `None`, with a message, where it is absent.
fn tree() -> Option<tempfile::TempDir> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tree/tree.tar.zst");
    let Ok(file) = File::open(&packed) else {
        #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("skipped: ../shared/tree/tree.tar.zst is absent");
        }
        return None;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unpacked = zstd::stream::read::Decoder::new(file).expect("zstd data");
    tar::Archive::new(unpacked).unpack(folder.path()).expect("a tar archive");
    Some(folder)
}

/// Everything read from a tree: documents by the end of their id, and why files were skipped.
struct Reading {
    documents: BTreeMap<String, Document>,
    skipped: Vec<(PathBuf, SkipReason)>,
    files: usize,
}

impl Reading {
    fn of(folder: &Path) -> Self {
        let root = format!("{}/", path_id(folder));
        let mut reading = Self { documents: BTreeMap::new(), skipped: Vec::new(), files: 0 };
        let mut last = String::new();
        for entry in walk(&[folder], &WalkOptions::default()) {
            let entry = entry.expect("every file of the tree is readable");
            assert!(last.split('/').lt(entry.id.split('/')), "{last} comes before {}", entry.id);
            last.clone_from(&entry.id);
            reading.files += 1;
            let documents = &mut reading.documents;
            let root = root.as_str();
            let result = read_file(&entry.path, &ReadOptions::default(), &mut |document| {
                let id = document.id.strip_prefix(root).expect("it is below the root").to_owned();
                assert!(documents.insert(id, document).is_none(), "ids are unique");
                ControlFlow::Continue(())
            });
            match result {
                Ok(report) => {
                    assert!(report.documents > 0, "{}", entry.id);
                    assert_eq!(
                        (report.problem_count, report.lossy),
                        (0, false),
                        "{} {:?}",
                        entry.id,
                        report.problems
                    );
                    assert_eq!(report.encoding, "UTF-8", "{}", entry.id);
                }
                Err(error) => {
                    let reason =
                        error.skip_reason().expect("files are skipped for a reason").clone();
                    reading.skipped.push((entry.path, reason));
                }
            }
        }
        reading
    }

    /// The document whose id ends so.
    fn get(&self, end: &str) -> &Document {
        let mut found = self.documents.iter().filter(|(id, _)| id.ends_with(end));
        let (_, document) = found.next().unwrap_or_else(|| panic!("no document ends in {end}"));
        assert!(found.next().is_none(), "{end} is one document");
        document
    }

    /// The source line of the first line of the document that holds `text`.
    fn line_of(&self, end: &str, text: &str) -> u32 {
        let document = self.get(end);
        let line = document.body.lines().position(|line| line.contains(text));
        let line = line.unwrap_or_else(|| panic!("{text:?} is not in {end}")) + 1;
        document.lines.source_line(u32::try_from(line).expect("files are small"))
    }
}

fn headings(document: &Document) -> Vec<&str> {
    document.headings.iter().map(|range| &document.body[range.clone()]).collect()
}

#[test]
fn every_file_is_read_or_has_a_reason() {
    let Some(folder) = tree() else { return };
    let reading = Reading::of(folder.path());
    assert_eq!(reading.files, 1590);
    assert_eq!(reading.skipped, []);

    let mut kinds = BTreeMap::new();
    for document in reading.documents.values() {
        *kinds.entry(document.kind.as_str()).or_insert(0) += 1;
        assert!(!document.title.is_empty() && !document.body.trim().is_empty(), "{}", document.id);
        let mut end = 0;
        for range in &document.headings {
            assert!(
                range.start >= end && document.body.get(range.clone()).is_some(),
                "{}",
                document.id
            );
            end = range.end;
        }
    }
    for (kind, count) in [
        ("markdown", 740),
        ("html", 300),
        ("rst", 194),
        ("man", 148),
        ("json", 60),
        ("xml", 40),
        ("subtitle", 30),
        ("docx", 28),
        ("notebook", 20),
        ("pdf", 15),
        ("text", 10),
    ] {
        assert_eq!(kinds[kind], count, "{kind}");
    }

    facts(&reading);
    sentences_of_pdfs(&reading);
    lines_hold_their_words(&reading);
}

/// Spot checks of what a person sees in the files.
fn facts(reading: &Reading) {
    let title = |end: &str| reading.get(end).title.as_str();
    assert_eq!(title("sql-statements/sql-statement-recover-table.md"), "RECOVER TABLE");
    assert_eq!(title("行政法/测绘法(2017-04-27).md"), "中华人民共和国测绘法");
    assert_eq!(
        title("trpl-zh-cn/src/ch17-00-async-await.md"),
        "异步编程基础：Async、Await、Future 与 Stream"
    );
    assert_eq!(
        title("2640.Find the Score of All Prefixes of an Array/README.md"),
        "2640. 一个数组所有前缀的分数"
    );
    assert_eq!(title("man1/systemd-escape.1.gz"), "SYSTEMD-ESCAPE(1)");
    assert_eq!(title("man3/dlerror.3.gz"), "dlerror(3)");
    assert_eq!(title("_sources/library/gc.rst.txt"), "gc --- Garbage Collector interface");
    assert_eq!(title("time_series/autoencoder.ipynb"), "通过AutoEncoder实现时序数据异常检测");
    assert_eq!(title("zh_CN/gnome-help/clock-calendar.page"), "日程安排");
    assert_eq!(title("docx/chapter08.docx"), "Common Collections");
    assert_eq!(
        title("html/process/magic-number.html"),
        "Linux magic numbers — The Linux Kernel documentation"
    );
    assert_eq!(title("debmake-doc.zh-cn.epub#pr01.html"), "Debian 维护者指南: 前言");

    assert_eq!(title("debian-reference.zh-cn.pdf"), "Debian 参考手册");
    assert_eq!(title("debmake-doc.zh-tw.pdf"), "Debian 維護者指南");

    let lang = |end: &str| reading.get(end).lang.as_deref();
    assert_eq!(lang("zh-TW/text/shared/optionen/01060900.html"), Some("zh-TW"));
    assert_eq!(lang("zh_CN/gnome-help/clock-calendar.page"), Some("zh-CN"));
    assert_eq!(lang("html/process/magic-number.html"), Some("en"));
    assert_eq!(lang("man3/dlerror.3.gz"), None);

    let front = reading
        .get("docs/windows/how-to-use-the-windows-10-sdk-in-a-windows-desktop-application.md");
    assert_eq!(front.title, "How to: Use the Windows SDK in a Windows Desktop application");
    assert_eq!(front.extra["ms.custom"], "get-started-article");
    assert!(front.body.starts_with("# How to: Use the Windows SDK"));
    assert_eq!(front.lines.source_line(1), 7);

    assert_eq!(
        headings(reading.get("man2/get_kernel_syms.2.gz"))[..3],
        ["NAME", "SYNOPSIS", "DESCRIPTION"]
    );
    assert_eq!(
        headings(reading.get("functional/fused_rms_norm_cn.rst")),
        ["fused_rms_norm", "参数", "返回", "形状", "代码示例"]
    );

    assert_eq!(reading.line_of("man1/systemd-escape.1.gz", "转义与还原单元名称"), 23);
    assert_eq!(
        reading.line_of("html/process/magic-number.html", "This file is a registry of magic"),
        154
    );
    assert_eq!(
        reading.line_of("help/zh_CN/gimp-font-dialog.html", "It also allows you to refresh"),
        60
    );
    assert_eq!(
        reading.line_of("subtitles/en/25_keras-introduction.srt", "how our transformer models"),
        12
    );

    // Navigation is left out of pages.
    let page = reading.get("html/process/magic-number.html");
    assert!(!page.body.contains("Search docs") && !page.body.contains("Adding a New System Call"));
}

/// Sentences of PDFs as they are printed: over breaks of lines, with the spaces between words, with
/// words divided by hyphens whole.
fn sentences_of_pdfs(reading: &Reading) {
    for (end, sentence) in [
        (
            "debian-reference.zh-cn.pdf",
            "旨在作为一份 Debian 系统安装后的用户指南，为 Debian 系统的使用与管理提供广泛的概览。它通过为非开发者编写的 \
             shell 命令示例来涵盖系统管理的方方面面。",
        ),
        (
            "maint-guide.zh-cn.pdf",
            "我们强烈建议你在阅读这篇教程的时候，用一个简单的软件包来对所有的 Debian 打包步骤进行实验。",
        ),
        (
            "LinuxCNC_Manual_Pages.pdf",
            "conﬁguration name you would like to run. If INI ﬁle is not speciﬁed",
        ),
        (
            "developers-reference.pdf",
            "In each of the areas, there is a directory for the source packages (source) and a directory for each supported \
             architecture (binary-i386, binary-amd64, etc.).",
        ),
    ] {
        assert!(reading.get(end).body.contains(sentence), "{end}: {sentence}");
    }
}

/// In formats that print what they hold, a word of the body stands on the line it is said to.
fn lines_hold_their_words(reading: &Reading) {
    let mut checked = 0;
    for document in reading.documents.values() {
        if !["markdown", "rst", "subtitle", "text"].contains(&document.kind.as_str()) {
            continue;
        }
        let Some(path) = document.path.as_ref().filter(|path| !path.ends_with(".gz")) else {
            continue;
        };
        let source = std::fs::read_to_string(path).expect("it was read before");
        let source: Vec<&str> = source.lines().collect();
        for (number, line) in (1u32..).zip(document.body.lines()) {
            if let Some(word) = line.split_whitespace().next() {
                let at = document.lines.source_line(number) as usize;
                assert!(source[at - 1].contains(word), "{path}: {word:?} is not in line {at}");
                checked += 1;
            }
        }
    }
    assert!(checked > 50_000, "{checked} lines");
}
