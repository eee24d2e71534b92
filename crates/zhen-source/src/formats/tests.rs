//! What every format promises:
//! 1. No input makes a reader panic, neither noise nor a good file with damage.
//! 2. Headings are ranges of the body, on character borders, ascending and disjoint.
//! 3. The line map leads each line of the body to a line of the source that holds its words.

use proptest::prelude::*;

use super::*;

const FORMATS: [Format; 12] = [
    Format::Text,
    Format::Markdown,
    Format::Html,
    Format::Xml,
    Format::Json,
    Format::JsonLines,
    Format::Notebook,
    Format::Csv,
    Format::Tsv,
    Format::Rst,
    Format::Subtitle,
    Format::Man,
];

/// One file of each format, with what its reader looks for.
const SAMPLES: [(Format, &str); 12] = [
    (
        Format::Markdown,
        "---\ntitle: 题\ntags: [a, 'b']\nx:\n  - 1\n---\n# 标题 `code`\n\ntext\n====\n```rs\n# no\n```\n<!-- c -->\n## two ##\n",
    ),
    (Format::Markdown, "+++\ntitle = \"x\"\n[a]\nb = [1]\n+++\n段落 text\n----\n"),
    (
        Format::Html,
        "<!DOCTYPE html><html lang=zh><head><meta name=keywords content=\"a,b\"><title>题 &amp; x</title></head>\n<body><nav>n</nav><main><h1>标题</h1>\n<p>正文 <b>te</b>xt<br>new\nline</p><pre>\n a\n  b\n</pre><table><tr><td>1<td>2</table><!-- c --><ruby>漢<rt>h</rt></ruby></main><script>x</script></body></html>",
    ),
    (
        Format::Xml,
        "<?xml version=\"1.0\"?>\n<page xml:lang=\"zh\"><info><x/></info><title>题</title>\n<p>文 <em>a</em> &#20013;</p><![CDATA[raw & text]]><screen>a\n b</screen></page>",
    ),
    (
        Format::Json,
        "{\n \"a\": [\"一\\u4e2d\\n二\", {\"b\": \"c\\\\\"}],\n \"d\": 1e5, \"e\": null\n}\n",
    ),
    (
        Format::Notebook,
        "{\"cells\": [\n{\"cell_type\": \"markdown\", \"source\": [\"# 标题\\n\",\n\"text\"]},\n{\"cell_type\": \"code\", \"source\": \"x = '中'\\ny\"}], \"metadata\": {}}",
    ),
    (
        Format::Rst,
        "====\n标题\n====\n\n:field: x\n\n.. note:: y\n\n二 two\n------\n\n::\n\n  code\n",
    ),
    (
        Format::Subtitle,
        "1\n00:00:01,000 --> 00:00:02,000\n<i>你好</i> world\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}二\n",
    ),
    (
        Format::Subtitle,
        "[Script Info]\nTitle: x\n[Events]\nFormat: Start, Text\nDialogue: 0,你好\\N世界{\\b1}\n",
    ),
    (
        Format::Man,
        ".TH X 1\n.SH 名称\nx \\- \\fB文\\fR \\(co \\[u4E2D]\\n[a]\n.de M\n..\n.TS\ntab(;);\nl.\na;b\n.TE\n.BR a (1)\n.IP \"q \"\"r\"\"\" 2\nend\\\nmore\n",
    ),
    (
        Format::Man,
        ".Dd x\n.Dt X 1\n.Sh NAME\n.Nm x\n.Nd 文\n.Op Fl a Ar b\n.Xr y 2 ,\n.It Fl c Ns Ar d\n",
    ),
    (Format::Text, "第一行\nsecond line\n"),
];

fn read(format: Format, text: &str) -> Document {
    let mut document = Document { title: "stem".into(), ..Document::default() };
    let mut sink = |_| ControlFlow::Continue(());
    let mut out = Output::new(&mut sink, FileReport::default());
    format.read(text.to_owned(), &mut document, &mut out);
    document
}

fn check_headings(document: &Document) {
    let mut end = 0;
    for range in &document.headings {
        assert!(range.start >= end && range.start < range.end, "{:?}", document.headings);
        assert!(document.body.get(range.clone()).is_some_and(|text| text == text.trim()));
        end = range.end;
    }
}

/// Checks promise 3 where what is printed is what stands in the source.
fn check_lines(source: &str, document: &Document) {
    let lines: Vec<&str> = source.split('\n').collect();
    for (number, body_line) in (1u32..).zip(document.body.split('\n')) {
        let at = document.lines.source_line(number) as usize;
        for word in body_line.split_whitespace() {
            let found = lines.get(at - 1).is_some_and(|line| line.contains(word));
            assert!(found, "{word:?} of body line {number} is not in source line {at}:\n{source}");
        }
    }
}

#[test]
fn samples_are_read_and_their_headings_are_in_order() {
    for (format, text) in SAMPLES {
        let document = read(format, text);
        assert!(!document.body.trim().is_empty(), "{format:?}");
        check_headings(&document);
    }
}

#[test]
fn formats_are_known_by_name_and_then_by_content() {
    for (name, head, format) in [
        ("a.MD", "", Format::Markdown),
        ("a.mdx", "", Format::Markdown),
        ("a.page", "<?xml version='1.0'?><page>", Format::Xml),
        ("a.page", "# wiki", Format::Markdown),
        ("a.htm", "", Format::Html),
        ("a.xml", "<?xml version='1.0'?><!DOCTYPE html>", Format::Html),
        ("a.rst.txt", "", Format::Rst),
        ("a.txt", "<html>", Format::Text),
        ("page", "\u{FEFF}\n<!DOCTYPE HTML>", Format::Html),
        ("a.php5x", "<?php", Format::Text),
        ("ls.1", ".TH LS 1\n", Format::Man),
        ("html.3tcl", "'\\\"\n.TH html 3tcl\n", Format::Man),
        ("data.1", "1 2 3", Format::Text),
        (".md", "", Format::Text),
        ("main.rs", "fn main() {}", Format::Text),
        ("a.vtt", "", Format::Subtitle),
        ("文件", "", Format::Text),
    ] {
        assert_eq!(Format::of(name, head), format, "{name}");
    }
}

/// Words in both languages, some with characters that formats treat specially.
fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-z]{1,6}|[一-十]{1,4}|C\\+\\+|T恤|a_b", 1..5)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_read_by_every_format(text in "\\PC{0,80}|[ -~\n]{0,200}") {
        for format in FORMATS {
            check_headings(&read(format, &text));
        }
    }

    #[test]
    fn damaged_samples_are_read_by_every_format(
        sample in 0..SAMPLES.len(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[<>&\"'\\\\{}\\[\\]#.=\n中-]{0,3}"), 1..6),
    ) {
        let mut text: Vec<char> = SAMPLES[sample].1.chars().collect();
        for (at, removed, added) in cuts {
            let at = at.index(text.len() + 1).min(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, added.chars());
        }
        let text: String = text.into_iter().collect();
        for format in FORMATS {
            check_headings(&read(format, &text));
        }
    }

    #[test]
    fn html_lines_lead_to_their_source(
        blocks in proptest::collection::vec((0usize..7, words(), words(), "\n{0,3}"), 1..12)
    ) {
        let mut html = String::from("<html>\n<body>\n");
        for (shape, one, two, breaks) in blocks {
            html.push_str(&match shape {
                0 => format!("<p>{one}\n{two}</p>"),
                1 => format!("<h2>{one}</h2>{breaks}<div>{two}</div>"),
                2 => format!("<ul>\n<li>{one}<li>{two}\n</ul>"),
                3 => format!("<pre>\n{one}\n   {two}\n</pre>"),
                4 => format!("<p>{one} <b\nclass='x'>{two}</b>"),
                5 => format!("<br><!-- {one}\n -->{two}<script>\n\n</script>"),
                _ => format!("<table><tr><td>{one}</td>\n<td>{two}</table>"),
            });
            html.push_str(&breaks);
        }
        let document = read(Format::Html, &html);
        prop_assert!(!document.body.is_empty());
        check_lines(&html, &document);
        check_headings(&document);
    }

    #[test]
    fn markdown_lines_lead_to_their_source(
        front in proptest::collection::vec("[a-z]{1,5}: [a-z一-十]{0,5}", 0..4),
        lines in proptest::collection::vec(words(), 1..8),
    ) {
        let front = if front.is_empty() { String::new() } else { format!("---\n{}\n---\n", front.join("\n")) };
        let text = format!("{front}# {}\n", lines.join("\n\n"));
        let document = read(Format::Markdown, &text);
        check_lines(&text, &document);
        prop_assert_eq!(document.headings.len(), 1);
    }

    #[test]
    fn json_lines_of_strings_lead_to_their_source(values in proptest::collection::vec(words(), 1..8)) {
        let json = serde_json::to_string_pretty(&serde_json::json!({"list": values, "x": {"y": values[0]}}))
            .expect("it can be written");
        let document = read(Format::Json, &json);
        check_lines(&json, &document);
        for value in &values {
            prop_assert!(document.body.lines().any(|line| line == value));
        }
    }

    #[test]
    fn notebook_and_subtitle_lines_lead_to_their_source(lines in proptest::collection::vec(words(), 1..8)) {
        let source: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        let json = serde_json::to_string_pretty(&serde_json::json!({"cells": [
            {"cell_type": "code", "source": source}, {"cell_type": "markdown", "source": source}]}))
            .expect("it can be written");
        check_lines(&json, &read(Format::Notebook, &json));

        let mut srt = String::new();
        for (number, line) in lines.iter().enumerate() {
            srt.push_str(&format!("{number}\n00:00:01,000 --> 00:00:02,000\n{line}\n\n"));
        }
        let document = read(Format::Subtitle, &srt);
        check_lines(&srt, &document);
        prop_assert_eq!(document.body.lines().count(), lines.len());
    }

    #[test]
    fn man_lines_lead_to_their_source(
        lines in proptest::collection::vec((0usize..6, words()), 1..12)
    ) {
        let mut page = String::from(".TH X 1\n");
        for (shape, words) in lines {
            page.push_str(&match shape {
                0 => format!(".SH {words}\n"),
                1 => format!(".B {words}\n"),
                2 => format!(".IP \"{words}\" 4\n"),
                3 => format!(".\\\" {words}\n.PP\n"),
                4 => format!(".TP\n\\fB{words}\n"),
                _ => format!("{words}\n"),
            });
        }
        check_lines(&page, &read(Format::Man, &page));
    }
}

#[test]
fn huge_and_hostile_text_is_read_in_linear_time() {
    const SIZE: usize = 2 << 20;
    let pieces = [
        "<div>",
        "<p hidden>",
        "</p>",
        "&amp",
        "<a href=\"",
        "<!--",
        "# ",
        "---\n",
        "`",
        "```\n",
        "[",
        "{\"a\":",
        "\"",
        "\\",
        "\\*(",
        ".SH \"",
        ".de\n",
        "{\\",
        "<i",
        "-->",
        "====\n",
        "a",
        "中",
        "<h1>",
        "<nav><nav>",
        "<table><td>",
        "<title>",
        ": ",
        "- [",
        "'",
        "::\n",
        "\n\n",
        "<svg>",
    ];
    for piece in pieces {
        let text = piece.repeat(SIZE / piece.len());
        for format in FORMATS {
            check_headings(&read(format, &text));
        }
    }
}
