//! What documents of office programs promise: what a reader sees on the page is the body, in order, and
//! no document grows beyond the limit. (Those of a whole file stand in `tests/files.rs`.)

use std::io::Write;

use super::*;

fn open(parts: &[(&str, &str)], limit: u64) -> Result<Document, SkipReason> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(content.as_bytes()).expect("memory");
    }
    let bytes = writer.finish().expect("memory").into_inner();
    let mut archive = Archive::open(bytes, limit)?;
    let container = archive.container()?;
    let kind = container.kind().to_owned();
    let mut document = Document { title: "file".into(), kind, ..Document::default() };
    read(container, &mut archive, &mut document)?;
    Ok(document)
}

fn headings(document: &Document) -> Vec<&str> {
    document.headings.iter().map(|range| &document.body[range.clone()]).collect()
}

const WORKBOOK: (&str, &str) = (
    "xl/workbook.xml",
    "<workbook><sheets><sheet name=\"销售 &amp; 库存\" sheetId=\"7\" r:id=\"rId2\"/><sheet name=\"空\" sheetId=\"8\" r:id=\"rId9\"/>\
     <sheet name=\"Other\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
);
const WORKBOOK_RELATIONS: (&str, &str) = (
    "xl/_rels/workbook.xml.rels",
    "<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
     <Relationship Id=\"rId2\" Type=\"x/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/>\
     <Relationship Id=\"rId3\" Type=\"x/sharedStrings\" Target=\"sharedStrings.xml\"/>\
     <Relationship Id=\"rId4\" Type=\"x/styles\" Target=\"styles.xml\"/></Relationships>",
);
const STRINGS: (&str, &str) = (
    "xl/sharedStrings.xml",
    "<sst><si><t>品名</t></si><si><r><t>笔</t></r><r><t>记本</t></r><rPh><t>ピン</t></rPh></si></sst>",
);

#[test]
fn xlsx_gives_a_line_for_each_row() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m\"/></numFmts>\
        <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
    let second = "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c/><c r=\"D1\" t=\"inlineStr\"><is><t>数量\n(件)</t></is></c></row>\
        <row><c t=\"s\"><v>1</v></c><c><f>A1+B1</f><v>0.30000000000000004</v></c><c s=\"1\"><v>45433.5</v></c><c s=\"2\"><v>45433</v></c><c t=\"b\"><v>1</v></c><c t=\"s\"><v>9</v></c></row></sheetData></worksheet>";
    let first = "<worksheet><sheetData><row><c t=\"str\"><v>a &lt; b</v></c><c><v>1234567</v></c></row></sheetData></worksheet>";
    let document = open(
        &[
            WORKBOOK,
            WORKBOOK_RELATIONS,
            STRINGS,
            ("xl/styles.xml", styles),
            ("xl/worksheets/sheet1.xml", first),
            ("xl/worksheets/sheet2.xml", second),
        ],
        100_000,
    )
    .expect("a workbook");
    assert_eq!(
        document.body,
        "销售 & 库存\n品名\t数量 (件)\n笔记本\t0.3\t2024-05-21 12:00\t2024-05-21\tTRUE\n\nOther\na < b\t1234567\n"
    );
    assert_eq!(headings(&document), ["销售 & 库存", "Other"]);
    assert_eq!((document.title.as_str(), document.kind.as_str()), ("file", "xlsx"));
}

#[test]
fn a_string_that_very_many_cells_name_is_no_way_around_the_limit() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "文".repeat(3000));
    let sheet = "<c t=\"s\"><v>0</v></c>".repeat(1000);
    let parts = [
        WORKBOOK,
        WORKBOOK_RELATIONS,
        ("xl/sharedStrings.xml", strings.as_str()),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ];
    assert_eq!(open(&parts, 100_000), Err(SkipReason::Bomb { limit: 100_000 }));
}

#[test]
fn pptx_gives_its_slides_in_order_with_their_notes() {
    let shape = |kind: &str, text: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    };
    let slide = |title: &str, text: &str| {
        format!(
            "<p:sld>{}{}{}</p:sld>",
            shape("title", title),
            shape("body", text),
            shape("sldNum", "7")
        )
    };
    let (one, two) = (slide("第一页", "正文 one"), slide("第二页", "two"));
    let notes = format!("<p:notes>{}</p:notes>", shape("body", "讲稿"));
    let document = open(
        &[
            (
                "ppt/presentation.xml",
                "<p:sldIdLst><p:sldId id=\"256\" r:id=\"rId3\"/><p:sldId id=\"257\" r:id=\"rId2\"/></p:sldIdLst>",
            ),
            (
                "ppt/_rels/presentation.xml.rels",
                "<Relationship Id=\"rId2\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/><Relationship Id=\"rId3\" Type=\"x/slide\" Target=\"slides/slide2.xml\"/>",
            ),
            ("ppt/slides/slide1.xml", &two),
            ("ppt/slides/slide2.xml", &one),
            (
                "ppt/slides/_rels/slide2.xml.rels",
                "<Relationship Id=\"rId1\" Type=\"x/notesSlide\" Target=\"../notesSlides/notesSlide1.xml\"/>",
            ),
            ("ppt/notesSlides/notesSlide1.xml", &notes),
            ("docProps/core.xml", "<dc:title>PowerPoint 演示文稿</dc:title><dc:creator>李雷</dc:creator>"),
        ],
        100_000,
    )
    .expect("a presentation");
    assert_eq!(document.body, "第一页\n正文 one\n讲稿\n\n第二页\ntwo\n");
    assert_eq!(headings(&document), ["第一页", "第二页"]);
    assert_eq!((document.title.as_str(), document.kind.as_str()), ("第一页", "pptx"));
    assert_eq!(document.extra["author"], "李雷");
}

#[test]
fn ods_and_odp_are_read() {
    let sheet = "<table:table table:name=\"表一\"><table:table-row><table:table-cell><text:p>a</text:p><text:p>b</text:p></table:table-cell>\
        <table:table-cell table:number-columns-repeated=\"1000\"/><table:table-cell><text:p>12.5</text:p></table:table-cell></table:table-row></table:table>\
        <table:table table:name=\"空\"/>";
    let mime = ("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    let document = open(&[mime, ("content.xml", sheet)], 10_000).expect("a spreadsheet");
    assert_eq!((document.body.as_str(), document.kind.as_str()), ("表一\na b\t12.5\n", "ods"));
    assert_eq!((headings(&document), document.title.as_str()), (vec!["表一"], "file"));

    let slides = "<draw:page><draw:frame presentation:class=\"title\"><draw:text-box><text:p>标题</text:p></draw:text-box></draw:frame>\
        <draw:frame><draw:text-box><text:p>要点</text:p></draw:text-box></draw:frame><presentation:notes><text:p>讲稿</text:p></presentation:notes></draw:page>";
    let mime = ("mimetype", "application/vnd.oasis.opendocument.presentation");
    let document = open(&[mime, ("content.xml", slides)], 10_000).expect("a presentation");
    assert_eq!((document.body.as_str(), document.title.as_str()), ("标题\n要点\n讲稿\n", "标题"));
    assert_eq!(headings(&document), ["标题"]);
}

const TEXT: (&str, &str) = ("mimetype", "application/vnd.oasis.opendocument.text");

#[test]
fn what_tells_how_a_word_is_read_does_not_part_it() {
    let guided = "<w:p><w:r><w:t>保持安</w:t></w:r><w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>jìng</w:t></w:r></w:rt>\
        <w:rubyBase><w:r><w:t>静</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>";
    let document = open(&[("word/document.xml", guided)], 10_000).expect("a document");
    assert_eq!(document.body, "保持安静\n");

    let guided = "<text:p>保持安<text:ruby><text:ruby-base>静</text:ruby-base><text:ruby-text>jìng</text:ruby-text></text:ruby></text:p>";
    let document = open(&[TEXT, ("content.xml", guided)], 10_000).expect("a text");
    assert_eq!(document.body, "保持安静\n");
}

#[test]
fn notes_stand_behind_the_paragraph_that_they_belong_to() {
    let text = "<text:tracked-changes><text:changed-region><text:deletion><text:p>删去</text:p></text:deletion></text:changed-region></text:tracked-changes>\
        <text:h>机器<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p><text:p>second</text:p></text:note-body></text:note>学习</text:h>\
        <text:p>全文<office:annotation><dc:creator>李雷</dc:creator><dc:date>2024-05-21</dc:date><text:p>批注</text:p></office:annotation>检索</text:p><text:p>end</text:p>";
    let document = open(&[TEXT, ("content.xml", text)], 10_000).expect("a text");
    assert_eq!(document.body, "机器学习\n脚注\nsecond\n全文检索\n批注\nend\n");
    assert_eq!(headings(&document), ["机器学习"]);
}

#[test]
fn the_main_part_may_have_any_name() {
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"rId1\" Type=\"x/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let document = open(
        &[
            ("_rels/.rels", &relation("officeDocument", "word/document2.xml")),
            ("word/document2.xml", &paragraph("正文")),
            ("word/_rels/document2.xml.rels", &relation("footnotes", "footnotes2.xml")),
            ("word/footnotes2.xml", &paragraph("脚注")),
        ],
        10_000,
    )
    .expect("a document");
    assert_eq!((document.body.as_str(), document.kind.as_str()), ("正文\n脚注\n", "docx"));
    let missing = ("_rels/.rels", &*relation("officeDocument", "word/gone.xml"));
    assert_eq!(open(&[missing], 10_000), Err(SkipReason::Unsupported("zip")));
}
