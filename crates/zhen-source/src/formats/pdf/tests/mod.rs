//! What reading a PDF promises:
//! 1. Text comes in the order of reading, whatever the font says it with.
//! 2. Lines of a paragraph are one line: Han without spaces, words with one, a hyphenated word whole.
//! 3. Title, people, time and language are what the file says, if it says them.
//! 4. Whatever is in the file, reading ends, within its limit, and does not panic.

mod layout;
mod writer;

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::read::FileReport;
use writer::{Writer, deflate, hex, hex16, lines};

fn read_within(bytes: Vec<u8>, limit: u64) -> Result<(Document, FileReport), SkipReason> {
    let mut sink = |_| ControlFlow::Continue(());
    let mut out = Output::new(&mut sink, FileReport::default());
    let mut document = Document { title: "file".into(), ..Document::default() };
    read(bytes, limit, &mut document, &mut out)?;
    Ok((document, out.report))
}

fn open(writer: Writer) -> Document {
    read_within(writer.finish(), 1 << 30).expect("a readable file").0
}

fn body(writer: Writer) -> String {
    open(writer).body
}

/// The body of one page in Latin type.
fn latin(content: &[u8]) -> String {
    let mut writer = Writer::latin();
    writer.page(content);
    body(writer)
}

fn headings(document: &Document) -> Vec<&str> {
    document.headings.iter().map(|range| &document.body[range.clone()]).collect()
}

#[test]
fn codes_are_read_by_the_map_of_the_font() {
    let cmap = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
        /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
        /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n\
        1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
        2 beginbfchar <0001> <4E2D> <0002> <00660069> endbfchar\n\
        2 beginbfrange <0010> <0012> <6587> <0020> <0021> [<D840DC0B> <0041>] endbfrange\n\
        endcmap CMapName currentdict /CMap defineresource pop end end";
    for is_packed in [false, true] {
        let mut writer = Writer::new();
        let map = match is_packed {
            true => writer.packed("", cmap.as_bytes()),
            false => writer.stream("", cmap.as_bytes()),
        };
        let glyphs = writer
            .add(b"<< /Type /Font /Subtype /CIDFontType2 /W [1 [1000 500] 16 18 1000] /DW 700 >>");
        writer.font("F", &format!("/Subtype /Type0 /Encoding /Identity-H /DescendantFonts [{glyphs} 0 R] /ToUnicode {map} 0 R"));
        let content = b"BT /F 10 Tf 50 700 Td <0001001000110002> Tj <0020> Tj <0021FFFF> Tj ET";
        let content = match is_packed {
            true => writer.packed("", content),
            false => writer.stream("", content),
        };
        writer.page_of(content);
        assert_eq!(body(writer), "中文斈fi\u{2000B}A\n");
    }
}

#[test]
fn codes_are_read_by_the_charset_of_a_font() {
    for (encoding, charset) in [
        ("GBK-EUC-H", encoding_rs::GB18030),
        ("GBKp-EUC-V", encoding_rs::GB18030),
        ("GBK2K-H", encoding_rs::GB18030),
        ("ETen-B5-H", encoding_rs::BIG5),
        ("90ms-RKSJ-H", encoding_rs::SHIFT_JIS),
        ("KSCms-UHC-H", encoding_rs::EUC_KR),
    ] {
        let mut writer = Writer::composite(encoding, "");
        let (bytes, _, lossy) = charset.encode("中文 and 文字");
        assert!(!lossy);
        writer.page(format!("BT /F 10 Tf 50 700 Td {} Tj ET", hex(&bytes)).as_bytes());
        assert_eq!(body(writer), "中文 and 文字\n", "{encoding}");
    }
    let mut writer = Writer::composite("UniCNS-UTF16-H", "");
    writer.page(format!("BT /F 10 Tf 50 700 Td {} Tj ET", hex16("𠀋中")).as_bytes());
    assert_eq!(body(writer), "𠀋中\n");
}

#[test]
fn codes_are_read_by_the_names_of_glyphs() {
    let mut writer = Writer::new();
    let widths = "500 ".repeat(256);
    let simple = |encoding: &str| {
        format!("/Subtype /Type1 /BaseFont /X /FirstChar 0 /Widths [{widths}] {encoding}")
    };
    writer.font("A", &simple("/Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /uni4E2D /f_f_i 65 /Aacute.sc /u6587 /g123] >>"));
    let program = writer.stream("", b"%!PS-AdobeFont-1.0\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 14 /ffi put\ndup 66 /B put\nreadonly def\ncurrentfile eexec \x90\x91");
    writer.font("B", &simple(&format!("/FontDescriptor << /FontFile {program} 0 R >>")));
    writer.page(b"BT /A 10 Tf 50 700 Td <0102034142434445> Tj /B 10 Tf 0 -30 Td <0E42> Tj ET");
    assert_eq!(body(writer), "ﬁ中ﬃÁ文DE\n\nﬃB\n");
}

#[test]
fn a_text_may_be_given_for_what_is_shown() {
    let page = format!(
        "BT /F 10 Tf 50 700 Td /Span << /ActualText {} >> BDC (xyz) Tj (x) Tj EMC ( shown) Tj ET",
        hex(b"\xfe\xff\x4e\x2d")
    );
    assert_eq!(latin(page.as_bytes()), "中 shown\n");
}

#[test]
fn forms_are_gone_into_once() {
    let mut writer = Writer::latin();
    let inner = writer.stream(
        "/Type /XObject /Subtype /Form",
        b"BT /F 10 Tf 0 0 Td (inner) Tj ET /Self Do /Outer Do",
    );
    let outer = writer.packed(
        "/Subtype /Form /Matrix [1 0 0 1 50 600]",
        b"BT /F 10 Tf (outer) Tj ET q 1 0 0 1 0 -50 cm /Inner Do Q /Inner Do",
    );
    writer.form("Inner", inner);
    writer.form("Self", inner);
    writer.form("Outer", outer);
    writer.page(b"/Outer Do BT /F 10 Tf 50 100 Td (page) Tj ET");
    assert_eq!(body(writer), "outer\n\ninner\n\ninner\n\npage\n");
}

#[test]
fn pages_are_paragraphs_and_large_type_is_a_heading() {
    let mut writer = Writer::latin();
    writer.page(
        b"BT /F 8 Tf 50 780 Td (Some journal, page 1) Tj /F 20 Tf 0 -40 Td (Needles in) Tj 0 -24 Td (haystacks) Tj \
          /F 10 Tf 0 -40 Td (All that the text of the page says.) Tj ET",
    );
    writer.page(b"BT /F 14 Tf 50 700 Td (Second) Tj /F 10 Tf 0 -40 Td (More.) Tj ET");
    let document = open(writer);
    assert_eq!(
        document.body,
        "Some journal, page 1\n\nNeedles in haystacks\n\nAll that the text of the page says.\n\nSecond\n\nMore.\n"
    );
    assert_eq!(headings(&document), ["Needles in haystacks", "Second"]);
    assert_eq!(document.title, "Needles in haystacks");
}

#[test]
fn the_title_is_what_the_file_says_if_a_person_said_it() {
    let title = |title: &[u8]| {
        let mut writer = Writer::latin();
        writer.info(&[b"/Title ", title].concat());
        writer.page(&lines(&["(First line of the text.)", "(The second line.)"]));
        open(writer).title
    };
    assert_eq!(title(hex(b"\xfe\xff\x5b\x57\x51\x78").as_bytes()), "字典");
    assert_eq!(title(b"(A \\(good\\) title)"), "A (good) title");
    // Without a mark, as programs in China wrote it.
    assert_eq!(
        title(hex(&encoding_rs::GB18030.encode("中华人民共和国宪法").0).as_bytes()),
        "中华人民共和国宪法"
    );
    for made in [
        "()",
        "( )",
        "(untitled)",
        "(Untitled 2)",
        "(Microsoft Word - a)",
        "(report.docx)",
        "(---)",
    ] {
        assert_eq!(title(made.as_bytes()), "First line of the text.", "{made}");
    }
    assert_eq!(title(b"(Documents of the year)"), "Documents of the year");
    let mut writer = Writer::latin();
    let packet = "<x:xmpmeta><rdf:RDF><dc:creator>x</dc:creator><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>题 &amp; title</rdf:li></rdf:Alt></dc:title></rdf:RDF></x:xmpmeta>";
    let packet = writer.stream("/Type /Metadata", packet.as_bytes());
    writer.catalog(&format!("/Metadata {packet} 0 R"));
    writer.page(&lines(&["(Text.)"]));
    assert_eq!(open(writer).title, "题 & title");
}

#[test]
fn people_time_keywords_and_language_are_fields() {
    let mut writer = Writer::latin();
    writer.info(b"/Author (Li Lei) /Subject (Laws) /Keywords (law, rules) /CreationDate (D:20240521083000+08'00')");
    writer.catalog("/Lang (zh-CN)");
    writer.page(&lines(&["(Text.)"]));
    let document = open(writer);
    assert_eq!(
        (&document.extra["author"], &document.extra["subject"]),
        (&"Li Lei".into(), &"Laws".into())
    );
    assert_eq!(document.tags, ["law", "rules"]);
    assert_eq!(document.time.as_deref(), Some("2024-05-21T00:30:00Z"));
    assert_eq!(document.lang.as_deref(), Some("zh-CN"));
    for (text, time) in [
        ("D:20240521", Some("2024-05-21T00:00:00Z")),
        ("D:20240521083000Z00'00'", Some("2024-05-21T08:30:00Z")),
        ("20240521083000-0130", Some("2024-05-21T10:00:00Z")),
        ("2024-05-21", Some("2024-05-21T00:00:00Z")),
        ("D:20241321", None),
        ("D:20240521083000+0é'", Some("2024-05-21T08:30:00Z")),
        ("昨天", None),
    ] {
        assert_eq!(moment(text).as_deref(), time, "{text}");
    }
}

#[test]
fn a_password_that_is_empty_is_none() {
    let encrypted = |user: &str| {
        let mut writer = Writer::latin();
        writer.page(&lines(&["(Secret text.)"]));
        let mut pdf = Pdf::load_mem(&writer.finish()).expect("a file");
        pdf.trailer.set(
            "ID",
            vec![lopdf::Object::string_literal("1"), lopdf::Object::string_literal("1")],
        );
        let version = lopdf::EncryptionVersion::V2 {
            document: &pdf,
            owner_password: "owner",
            user_password: user,
            key_length: 128,
            permissions: lopdf::Permissions::all(),
        };
        let state = lopdf::EncryptionState::try_from(version).expect("a state");
        pdf.encrypt(&state).expect("it encrypts");
        let mut bytes = Vec::new();
        pdf.save_to(&mut bytes).expect("memory");
        read_within(bytes, 1 << 30)
    };
    assert_eq!(encrypted("").expect("readable").0.body, "Secret text.\n");
    assert_eq!(encrypted("user").expect_err("a password"), SkipReason::Encrypted);
}

#[test]
fn damage_is_mended_or_said() {
    let mut writer = Writer::latin();
    writer.page(&lines(&["(Text that stays.)"]));
    let file = writer.finish();
    // Without its table, and with a table that is wrong.
    let table = memchr::memmem::find(&file, b"xref").expect("a table");
    assert_eq!(
        read_within(file[..table].to_vec(), 1 << 30).expect("mended").0.body,
        "Text that stays.\n"
    );
    let mut shifted = file.clone();
    shifted.splice(9..9, *b"% some bytes more\n");
    assert_eq!(read_within(shifted, 1 << 30).expect("mended").0.body, "Text that stays.\n");
    for bytes in [&b"%PDF-1.7"[..], b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj"] {
        assert!(matches!(read_within(bytes.to_vec(), 1 << 30), Err(SkipReason::Damaged(_))));
    }
    assert_eq!(
        read_within(Writer::latin().finish(), 1 << 30).expect_err("no page"),
        SkipReason::Damaged("it has no pages".into())
    );
}

#[test]
fn what_is_unpacked_is_limited() {
    const LIMIT: u64 = 100_000;
    let text = b"BT /F 10 Tf 50 700 Td (Text.) Tj ET ".to_vec();
    let bomb = [text.clone(), vec![b' '; 1 << 20]].concat();
    let file = |pages: &[&[u8]]| {
        let mut writer = Writer::latin();
        for page in pages {
            let page = writer.packed("", page);
            writer.page_of(page);
        }
        read_within(writer.finish(), LIMIT)
    };
    assert_eq!(file(&[&bomb]).expect_err("a bomb"), SkipReason::Bomb { limit: LIMIT });
    let (document, report) = file(&[&text, &bomb, &text]).expect("a page before it");
    assert_eq!(document.body, "Text.\n");
    assert_eq!(
        report.problems[0].to_string(),
        "stopped reading: it unpacks to more than the limit of 100000 bytes; unpack it by hand or raise the limit"
    );
    // Packed twice, and in a form that is drawn again and again.
    let mut writer = Writer::latin();
    let twice = deflate(&deflate(&vec![b' '; 1 << 26]));
    let page = writer.stream("/Filter [/FlateDecode /FlateDecode]", &twice);
    writer.page_of(page);
    assert!(matches!(read_within(writer.finish(), 1 << 30), Err(SkipReason::Bomb { .. })));
    let mut writer = Writer::latin();
    for at in 0..12 {
        let content = format!("/F{} Do ", at + 1).repeat(100);
        let form = writer.stream("/Subtype /Form", content.as_bytes());
        writer.form(&format!("F{at}"), form);
    }
    writer.page(b"/F0 Do");
    assert!(matches!(read_within(writer.finish(), 1 << 30), Err(SkipReason::Bomb { .. })));
    // Objects that are packed.
    let mut writer = Writer::latin();
    let object = format!("9 0 [{}]", "0 ".repeat(1 << 24));
    let packed = writer.packed("/Type /ObjStm /N 1 /First 4", object.as_bytes());
    assert!(packed > 0);
    writer.page(&text);
    assert!(matches!(read_within(writer.finish(), 1 << 30), Err(SkipReason::Bomb { .. })));
}

#[test]
fn numbers_without_sense_are_no_trouble() {
    for content in [
        "BT /F 0 Tf (a) Tj ET",
        "BT /F 1e30 Tf 1e30 0 0 1e30 0 0 Tm (a) Tj ET",
        "BT /F 10 Tf 0 0 0 0 0 0 Tm (a) Tj (b) Tj ET",
        "BT /F 10 Tf 0 Tz (a) Tj (b) Tj ET",
        "BT /None 10 Tf (a) Tj ET",
        "Q Q Q EMC EMC (a) Tj",
        "BI /W 1 /H 1 ID x",
        "[[[[ (a) TJ",
    ] {
        let mut writer = Writer::latin();
        writer.page(content.as_bytes());
        let _ = read_within(writer.finish(), 1 << 30);
    }
    let saves = "q ".repeat(100_000);
    assert_eq!(latin(format!("{saves} BT /F 10 Tf 50 700 Td (deep) Tj ET").as_bytes()), "deep\n");
    let nested = format!("{} {}", "[".repeat(100_000), "<<".repeat(100_000));
    let _ = latin(nested.as_bytes());
    let mut writer = Writer::latin();
    writer.add(nested.as_bytes());
    writer.page(&lines(&["(a)"]));
    let _ = read_within(writer.finish(), 1 << 30);
    // A length that is the length of the next one, and so on.
    let mut writer = Writer::latin();
    for at in 0..50_000 {
        writer.add(format!("<< /Length {} 0 R >>\nstream\nx\nendstream", at + 5).as_bytes());
    }
    writer.page(&lines(&["(a)"]));
    let _ = read_within(writer.finish(), 1 << 30);
}

/// A file with a bit of everything.
fn sample() -> Vec<u8> {
    let mut writer = Writer::composite("GBK-EUC-H", "");
    let map = writer.packed("", b"1 beginbfrange <20> <7E> <0020> endbfrange");
    writer.font(
        "L",
        &format!(
            "/Subtype /TrueType /ToUnicode {map} 0 R /Encoding << /Differences [65 /A /uni4E2D] >>"
        ),
    );
    let form = writer.packed("/Subtype /Form", b"BT /L 9 Tf (form) Tj ET");
    writer.form("X", form);
    writer.info(b"/Title (Some title) /CreationDate (D:20240521)");
    let page = writer
        .packed("", b"BT /F 10 Tf 50 700 Td <D6D0CEC4> Tj /L 10 Tf [(te) -20 (xt)] TJ ET /X Do");
    writer.page_of(page);
    writer.page(b"BT /L 12 Tf 1 0 0 1 10 20 Tm (more) ' ET");
    writer.finish()
}

#[test]
fn a_file_that_says_what_cannot_be_is_read_or_refused() {
    let file = sample();
    let parts = [
        "/Size ",
        "/Length ",
        "/Kids [",
        "/Parent 2",
        "startxref\n",
        "/Root ",
        "/FirstChar ",
        "/DW ",
        "/W [",
        "xref\n0 ",
        "/Count ",
        "/Contents ",
        "/Filter ",
        "/Differences [",
        "/DescendantFonts [",
        "/Prev ",
        "00000 n",
        " Tf",
        " Td",
        " TJ",
        "/ToUnicode ",
    ];
    let others = [
        "0",
        "-1",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "2 0 R",
        "1 0 R",
        "999999 0 R",
        "null",
        "[",
        "]",
        "(",
        "<<",
        ">>",
        "true",
        "1e400",
        "/X",
        "endobj",
        "stream",
    ];
    for part in parts {
        for (other, at) in others.iter().flat_map(|other| {
            memchr::memmem::find_iter(&file, part).map(move |at| (other, at + part.len()))
        }) {
            let mut bytes = file.clone();
            // In place of the number that stands there, or before it.
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            for end in [at, end] {
                bytes.splice(at..end, format!("{other} ").bytes());
                let _ = read_within(bytes.clone(), 1 << 20);
            }
        }
    }
    // Tables in streams, with fields of any width.
    for (fields, index) in [
        ("1 2 1", "0 4"),
        ("0 0 0", "0 4"),
        ("8 8 8", "0 4"),
        ("1 9223372036854775807 1", "0 4"),
        ("-1 2 1", "0 4"),
        ("1 2 1", "0 4294967295"),
        ("1 2 1", "-1 4"),
        ("1 2 1", "4294967295 4"),
        ("1 2", "0"),
    ] {
        for size in ["5", "0", "-1", "4294967295"] {
            for filter in [
                "",
                "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 9223372036854775807 >>",
                "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 /Colors 0 /BitsPerComponent -1 >>",
            ] {
                let mut bytes =
                    file[..memchr::memmem::find(&file, b"xref\n").expect("a table")].to_vec();
                let start = bytes.len();
                let table = deflate(&[0; 20]);
                bytes.extend_from_slice(format!(
                    "99 0 obj << /Type /XRef /Size {size} /Root 1 0 R /W [{fields}] /Index [{index}] {filter} /Length {} >>\nstream\n",
                    table.len()
                ).as_bytes());
                bytes.extend_from_slice(&table);
                bytes.extend_from_slice(
                    format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").as_bytes(),
                );
                let _ = read_within(bytes, 1 << 20);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = sample();
        for (at, byte) in flips {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = read_within(file.clone(), 1 << 20);
        file.truncate(cut.index(file.len()));
        let _ = read_within(file, 1 << 20);
    }
}
