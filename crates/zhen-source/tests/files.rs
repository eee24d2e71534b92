//! What reading files promises:
//! 1. The same text in any encoding and compression gives the same document.
//! 2. What cannot be read has a reason with a hint, and nothing panics.
//! 3. Limits hold.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use encoding_rs::{BIG5, GB18030};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zhen_source::{
    Document, FileReport, ReadOptions, SkipReason, SourceError, read_file, read_stream,
};

fn try_read(
    path: &Path,
    options: &ReadOptions,
) -> Result<(Vec<Document>, FileReport), SourceError> {
    let mut documents = Vec::new();
    let report = read_file(path, options, &mut |document| {
        documents.push(document);
        ControlFlow::Continue(())
    })?;
    Ok((documents, report))
}

fn read_with(
    name: &str,
    content: &[u8],
    options: &ReadOptions,
) -> Result<(Vec<Document>, FileReport), SourceError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    try_read(&path, options)
}

fn read(name: &str, content: &[u8]) -> (Document, FileReport) {
    let (mut documents, report) =
        read_with(name, content, &ReadOptions::default()).expect("a readable file");
    assert_eq!(documents.len(), 1);
    (documents.remove(0), report)
}

fn reason(name: &str, content: &[u8]) -> SkipReason {
    let error = read_with(name, content, &ReadOptions::default()).expect_err("no readable file");
    let text = error.to_string();
    assert!(!text.contains('\n') && text.contains(name), "{text}");
    error.skip_reason().cloned().expect("a reason")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

const TEXT: &str = "全文搜尋引擎 full-text search\n安裝簡單，大海撈針。\n";

#[test]
fn encodings_and_compressions_give_the_same_document() {
    let gb18030 = GB18030.encode(TEXT).0.into_owned();
    let variants: [(&str, Vec<u8>, &str); 10] = [
        ("a.txt", TEXT.into(), "UTF-8"),
        ("a.txt", format!("\u{FEFF}{TEXT}").into(), "UTF-8"),
        ("a.txt", TEXT.replace('\n', "\r\n").into(), "UTF-8"),
        ("a.txt", gb18030.clone(), "gb18030"),
        ("a.txt", BIG5.encode(TEXT).0.into_owned(), "Big5"),
        ("a.txt", TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect(), "UTF-16BE"),
        ("a.txt.gz", gzip(TEXT.as_bytes()), "UTF-8"),
        ("a.txt.zst", zstd::encode_all(TEXT.as_bytes(), 3).expect("memory"), "UTF-8"),
        ("a.txt.GZ", gzip(&gb18030), "gb18030"),
        // Two members one after the other.
        (
            "a.txt.gz",
            [gzip(&TEXT.as_bytes()[..10]), gzip(&TEXT.as_bytes()[10..])].concat(),
            "UTF-8",
        ),
    ];
    for (name, content, encoding) in variants {
        let (document, report) = read(name, &content);
        assert_eq!(
            (document.body.as_str(), document.title.as_str()),
            (TEXT, "a"),
            "{name} {encoding}"
        );
        assert_eq!((report.encoding, report.lossy, report.kind), (encoding, false, "text"));
        assert!(
            document.id.ends_with(name) && document.path.as_deref() == Some(document.id.as_str())
        );
    }
}

#[test]
fn compressed_files_are_read_in_their_format() {
    let (document, report) = read("x.1.gz", &gzip(".TH LS 1\n.SH 名称\nls\n".as_bytes()));
    assert_eq!((document.title.as_str(), report.kind), ("LS(1)", "man"));
    let (document, _) = read("page.html.gz", &gzip("<title>题</title><p>文".as_bytes()));
    assert_eq!(document.title, "题");
    let packed = gzip(b"{\"body\": \"a\"}\n{\"body\": \"b\"}\n");
    let (documents, report) =
        read_with("r.jsonl.gz", &packed, &ReadOptions::default()).expect("readable");
    assert_eq!((documents.len(), report.kind), (2, "jsonl"));
}

#[test]
fn mail_is_known_by_its_name_and_its_start() {
    let mail = "Subject: 题\nFrom: a@b\n\ntext\n";
    let (document, report) = read("a.eml.gz", &gzip(mail.as_bytes()));
    assert_eq!((document.title.as_str(), report.kind), ("题", "mail"));
    assert_eq!(document.body, "From: a@b\n\ntext\n");
    let box_of_two = format!("From a Tue May 21 08:00:00 2024\n{mail}\n").repeat(2);
    let (documents, report) =
        read_with("a.mbox", box_of_two.as_bytes(), &ReadOptions::default()).expect("readable");
    assert_eq!((documents.len(), report.kind), (2, "mail"));
    assert!(documents[1].id.ends_with("a.mbox#7"), "{}", documents[1].id);
    for (name, text) in [("a.eml", "no header\n"), ("a.mbox", "a text\n"), ("a.txt", mail)] {
        assert_eq!(read(name, text.as_bytes()).1.kind, "text", "{name}");
    }
    assert_eq!(reason("a.eml", b"Subject:\n\n"), SkipReason::Empty);
}

#[test]
fn stray_bytes_are_replaced_and_said() {
    let (document, report) = read("a.txt", b"\xe4\xb8\xad\xe6\x96\x87 \xff text");
    assert_eq!(
        (document.body.as_str(), report.lossy, report.encoding),
        ("中文 \u{FFFD} text", true, "UTF-8")
    );
}

#[test]
fn what_cannot_be_read_has_a_reason() {
    assert_eq!(reason("a.txt", b""), SkipReason::Empty);
    assert_eq!(reason("a.txt", b" \n\t\n"), SkipReason::Empty);
    assert_eq!(reason("a.md", b"---\ntags: [a]\n---\n"), SkipReason::Empty);
    assert_eq!(reason("a.html", b"<html><body></body></html>"), SkipReason::Empty);
    assert_eq!(reason("a.rtf", b"{\\rtf1 text}"), SkipReason::Unsupported("rtf"));
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0";
    assert!(matches!(reason("a.doc", old), SkipReason::Unsupported(_)));
    assert_eq!(reason("a.DOCX", old), SkipReason::Encrypted);
    assert_eq!(reason("a.rtf", b"{\\rtf1 text}").to_string(), "binary: rtf is not supported");
    assert_eq!(reason("a.bin", &[0; 100]), SkipReason::Binary(None));
    assert_eq!(reason("a.png", b"\x89PNG\r\n\x1a\n\0\0\0"), SkipReason::Binary(Some("png image")));
    assert_eq!(reason("a.jsonl", &[0, 1, 2, 3, 4, 5, 6]), SkipReason::Binary(None));
    assert_eq!(reason("a.jsonl", &[1, 2, 3, 4, 5, 6]), SkipReason::Binary(None));
    assert_eq!(
        reason("a.gz", &gzip(&gzip(b"x"))),
        SkipReason::Unsupported("compressed data within compressed data")
    );
    assert!(matches!(reason("a.gz", &gzip(TEXT.as_bytes())[..20]), SkipReason::Damaged(_)));
    assert!(matches!(
        reason("a.gz", &[gzip(b"x").as_slice(), b"\0\0x"].concat()),
        SkipReason::Damaged(_)
    ));
    assert!(matches!(reason("a.zst", b"\x28\xb5\x2f\xfd\0\0\0"), SkipReason::Damaged(_)));
    assert!(matches!(reason("a.docx", b"PK\x03\x04 no archive"), SkipReason::Damaged(_)));
    assert!(matches!(reason("a.pdf", b"%PDF-1.7\n%\xe2\xe3"), SkipReason::Damaged(_)));
    assert_eq!(reason("a.pdf", &pdf("")), SkipReason::Empty);
}

#[test]
fn what_is_no_json_says_so_and_where() {
    let damaged = |text: &str| SkipReason::Damaged(text.to_owned());
    assert_eq!(
        reason("a.json", b"{\"a\": jsonbadtok"),
        damaged("line 1: not valid JSON: a closing bracket expected")
    );
    assert_eq!(
        reason("a.json", b"{\"a\":\n jsonbadtok}"),
        damaged("line 2: not valid JSON: a value is missing, misspelt or without quotation marks")
    );
    assert_eq!(
        reason("a.ipynb", b"[]"),
        damaged("line 1: not valid JSON: an object with cells expected")
    );
    assert_eq!(reason("a.json", b"{\"a\": 1}"), SkipReason::Empty);
    let cut = "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":[\"截断的内容\"]}";
    let (document, report) = read("a.ipynb", cut.as_bytes());
    assert_eq!(document.body, "截断的内容\n");
    assert_eq!(
        report.problems[0].to_string(),
        "line 1: not valid JSON: a closing bracket expected"
    );
}

#[test]
fn a_file_that_vanished_or_is_none_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error =
        try_read(&folder.path().join("gone.txt"), &ReadOptions::default()).expect_err("gone");
    assert_eq!(error.skip_reason(), Some(&SkipReason::Vanished));
    let error = try_read(folder.path(), &ReadOptions::default()).expect_err("a folder");
    assert!(matches!(error.skip_reason(), Some(SkipReason::NotAFile)));
}

#[test]
fn limits_hold() {
    let options =
        ReadOptions { max_file_bytes: 1000, max_unpacked_bytes: 100_000, ..ReadOptions::default() };
    let reason = |name: &str, content: &[u8]| {
        let error = read_with(name, content, &options).expect_err("over the limit");
        error.skip_reason().cloned().expect("a reason")
    };
    assert_eq!(reason("a.txt", &[b'x'; 1001]), SkipReason::TooLarge { size: 1001, limit: 1000 });
    let bomb = vec![b'x'; 1 << 20];
    assert_eq!(reason("a.txt.gz", &gzip(&bomb)[..]).label(), "too large");
    let packed = zstd::encode_all(bomb.as_slice(), 3).expect("memory");
    assert!(packed.len() < 1000);
    assert_eq!(reason("a.txt.zst", &packed), SkipReason::Bomb { limit: 100_000 });
    let lines = "{\"body\": \"x\"}\n".repeat(100_000);
    let packed = zstd::encode_all(lines.as_bytes(), 3).expect("memory");
    assert!(packed.len() < 1000);
    // Documents that were handed out stay; the report tells of the rest.
    let (documents, report) = read_with("a.jsonl.zst", &packed, &options).expect("a part");
    assert!(documents.len() > 1000 && documents.len() < 100_000);
    assert!(
        report
            .problems
            .last()
            .is_some_and(|problem| problem.message.contains("unpacks to more than the limit"))
    );
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_document() {
    // In each format whose reader works line by line or tag by tag; the dev profile is slow, so the
    // largest only once.
    let long = "大海捞针 needle ".repeat(100_000_000 / 20);
    let (document, _) = read("a.txt", long.as_bytes());
    assert_eq!(document.body.len(), long.len());
    let part = &long[..10_000_000];
    for name in ["a.md", "a.html", "a.rst", "a.xml", "a.srt", "a.1"] {
        let content =
            if name == "a.srt" { format!("00:01 --> 00:02\n{part}") } else { part.to_owned() };
        assert!(read(name, content.as_bytes()).0.body.len() > part.len() / 2, "{name}");
    }
    let (document, _) = read("a.json", format!("[\"{part}\"]").as_bytes());
    assert!(document.body.len() >= part.len());
    let record = format!("{{\"body\": \"{part}\"}}");
    assert_eq!(read("a.jsonl", record.as_bytes()).0.body.len(), part.len());
}

/// A zip archive with these parts.
fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("memory");
        writer.write_all(content.as_bytes()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A PDF with a page of a line, of which the table of objects is lost.
fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F 10 Tf 50 700 Td ({text}) Tj ET");
    format!(
        "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
         3 0 obj << /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj\n\
         4 0 obj << /Length {} >>\nstream\n{content}\nendstream endobj\n\
         5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj\n\
         trailer << /Root 1 0 R >>\n",
        content.len()
    )
    .into_bytes()
}

#[test]
fn pdf_is_read() {
    let (document, report) = read("a.pdf.gz", &gzip(&pdf("Text in a line")));
    assert_eq!((document.body.as_str(), report.kind), ("Text in a line\n", "pdf"));
    assert_eq!((document.title.as_str(), document.kind.as_str()), ("Text in a line", "pdf"));
    // A page has no lines of a file, and a stream no pages.
    assert!(document.lines.is_identity());
    let error = read_stream(pdf("x").as_slice(), &ReadOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    let error = error.expect_err("no records");
    assert_eq!(error.skip_reason(), Some(&SkipReason::Unsupported("pdf in a stream of records")));
}

#[test]
fn zeros_that_fill_up_gzip_data_are_passed_over() {
    let members = [gzip("一\n".as_bytes()), gzip(b"two\n"), vec![0; 700]].concat();
    assert_eq!(read("a.txt.gz", &members).0.body, "一\ntwo\n");
}

#[test]
fn a_saved_page_is_read_as_mail() {
    let page = b"From: <Saved by Blink>\r\nSubject: Page\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n--b\r\n\
        Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\
        Content-Location: https://example.com/\r\n\r\n<p>caf=C3=A9</p>\r\n--b\r\n\
        Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Location: https://example.com/a.png\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    for name in ["a.mhtml", "a.mht"] {
        let (document, report) = read(name, page);
        assert_eq!((document.title.as_str(), report.kind), ("Page", "mail"));
        assert!(document.body.contains("café") && !document.body.contains("iVBOR"));
    }
}

#[test]
fn docx_is_read() {
    let document = "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>标题</w:t></w:r></w:p>\
        <w:p><w:r><w:t>安装</w:t></w:r><w:r><w:t xml:space=\"preserve\">简单 &amp; </w:t></w:r><w:r><w:t>easy</w:t><w:br/><w:t>new</w:t></w:r></w:p>\
        <mc:Fallback><w:p><w:r><w:t>twice</w:t></w:r></w:p></mc:Fallback><w:del><w:delText>old</w:delText></w:del></w:body></w:document>";
    let (read_back, report) = read("a.docx", &archive(&[("word/document.xml", document)]));
    assert_eq!(read_back.body, "标题\n安装简单 & easy\nnew\n");
    assert_eq!(&read_back.body[read_back.headings[0].clone()], "标题");
    assert_eq!((read_back.title.as_str(), report.kind), ("标题", "docx"));
    let core = "<cp:coreProperties><dc:title>名</dc:title><dc:language>zh-CN</dc:language><dcterms:created>2024-05-21T00:00:00Z</dcterms:created></cp:coreProperties>";
    let (read_back, _) =
        read("a.docx", &archive(&[("word/document.xml", document), ("docProps/core.xml", core)]));
    assert_eq!((read_back.title.as_str(), read_back.lang.as_deref()), ("名", Some("zh-CN")));
    assert_eq!(read_back.time.as_deref(), Some("2024-05-21T00:00:00Z"));
}

#[test]
fn odt_and_epub_are_read() {
    let content = "<office:text><text:h>标题</text:h><text:p>a<text:s text:c=\"2\"/>b<text:tab/>c<text:span>d</text:span></text:p></office:text>";
    let (document, report) = read(
        "a.odt",
        &archive(&[
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("content.xml", content),
        ]),
    );
    assert_eq!((document.body.as_str(), report.kind), ("标题\na  b\tcd\n", "odt"));

    let container =
        "<container><rootfiles><rootfile full-path=\"OEBPS/book.opf\"/></rootfiles></container>";
    let package = "<package><metadata><dc:title>书</dc:title><dc:language>zh</dc:language></metadata><manifest>\
        <item id=\"b\" href=\"%E4%BA%8C.xhtml\" media-type=\"application/xhtml+xml\"/><item id=\"a\" href=\"a.xhtml\" media-type=\"application/xhtml+xml\"/>\
        <item id=\"c\" href=\"c.xhtml\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"a\"/><itemref idref=\"b\"/><itemref idref=\"c\"/></spine></package>";
    let book = archive(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("OEBPS/book.opf", package),
        ("OEBPS/a.xhtml", "<html><title>第一章</title><body><p>一</p></body></html>"),
        ("OEBPS/二.xhtml", "<html><body><p>二</p></body></html>"),
    ]);
    let (documents, report) = read_with("b.epub", &book, &ReadOptions::default()).expect("a book");
    let shown: Vec<_> =
        documents.iter().map(|d| (d.title.as_str(), d.body.as_str(), d.lang.as_deref())).collect();
    assert_eq!(shown, [("书: 第一章", "一\n", Some("zh")), ("书", "二\n", Some("zh"))]);
    assert!(documents[0].id.ends_with("b.epub#a.xhtml"));
    assert_eq!(report.problems[0].message, "the book names OEBPS/c.xhtml, which is missing");
}

#[test]
fn archives_that_are_no_documents_have_a_reason() {
    assert_eq!(reason("a.zip", &archive(&[("a.txt", "x")])), SkipReason::Unsupported("zip"));
    assert_eq!(reason("a.xlsx", &archive(&[("xl/workbook.xml", "x")])), SkipReason::Empty);
    assert!(matches!(
        reason("a.epub", &archive(&[("mimetype", "application/epub+zip")])),
        SkipReason::Damaged(_)
    ));
    let options = ReadOptions { max_unpacked_bytes: 10_000, ..ReadOptions::default() };
    let bomb = archive(&[("word/document.xml", &"<w:t>x</w:t>".repeat(10_000))]);
    let error = read_with("a.docx", &bomb, &options).expect_err("a bomb");
    assert_eq!(error.skip_reason(), Some(&SkipReason::Bomb { limit: 10_000 }));
}

#[test]
fn what_is_held_whole_is_limited_under_any_name() {
    let options = ReadOptions {
        max_file_bytes: u64::MAX,
        max_unpacked_bytes: u64::MAX,
        max_record_bytes: 200_000,
    };
    let reason = |name: &str, content: &[u8]| {
        let error = read_with(name, content, &options).expect_err("over the limit");
        error.skip_reason().cloned().expect("a reason")
    };
    let bomb = archive(&[("word/document.xml", &"<w:t>x</w:t>".repeat(100_000))]);
    assert!(bomb.len() < 100_000);
    let rows = "标题,正文\n".repeat(30_000);
    let (chinese, _, _) = encoding_rs::GB18030.encode(&rows);
    let size = chinese.len() as u64;
    for name in ["a.csv", "a.tsv.gz", "a.jsonl", "a.docx"] {
        assert_eq!(reason(name, &bomb), SkipReason::Bomb { limit: 200_000 }, "{name}");
    }
    assert_eq!(reason("a.csv", &chinese), SkipReason::TooLarge { size, limit: 200_000 });
    assert_eq!(reason("a.csv.gz", &gzip(&chinese)), SkipReason::Bomb { limit: 200_000 });
    // Not a stream by its content, whatever its name says.
    let prose = "text ".repeat(100_000);
    assert_eq!(
        reason("a.csv.gz", prose.as_bytes()),
        SkipReason::TooLarge { size: 500_000, limit: 200_000 }
    );
    let array = format!("[{}{{\"body\":\"x\"}}]", "{\"body\":\"x\"},".repeat(50_000));
    let error = read_stream(array.as_bytes(), &options, &mut |_| ControlFlow::Continue(()))
        .expect_err("an array over the limit");
    assert_eq!(error.skip_reason().map(SkipReason::label), Some("too large"));
    // The same rows as a stream are no trouble.
    let (documents, _) = read_with("a.csv", rows.as_bytes(), &options).expect("a table");
    assert_eq!(documents.len(), 29_999);
}

const NAMES: [&str; 17] = [
    "a.txt", "a.md", "a.html", "a.xml", "a.page", "a.json", "a.jsonl", "a.ipynb", "a.csv", "a.rst",
    "a.srt", "a.1", "a.docx", "a.gz", "a.eml", "a.mbox", "a.pdf",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for name in NAMES {
            let _ = read_with(name, &bytes, &ReadOptions::default());
        }
    }

    #[test]
    fn damaged_archives_are_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut docx = archive(&[("word/document.xml", "<w:p><w:t>文</w:t></w:p>")]);
        let at = at.index(docx.len());
        docx[at] = byte;
        let _ = read_with("a.docx", &docx, &ReadOptions::default());
        docx.truncate(cut.index(docx.len()));
        let _ = read_with("a.docx", &docx, &ReadOptions::default());
        let mut packed = gzip(TEXT.as_bytes());
        let at = at % packed.len();
        packed[at] = byte;
        let _ = read_with("a.txt.gz", &packed, &ReadOptions::default());
    }
}
