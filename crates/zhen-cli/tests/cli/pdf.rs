//! PDFs are found by what their pages show.

use crate::support::{Place, hits};

/// A PDF with one page of lines in a Chinese font that is not in the file.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let shown: String = lines
        .iter()
        .map(|line| {
            let units: String = line.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
            format!("<{units}> Tj 0 -14 Td\n")
        })
        .collect();
    let content = format!("BT /F 10 Tf 50 700 Td\n{shown}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    file.push_str(&format!(
        "xref\n0 7\n{table}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

#[test]
fn a_phrase_is_found_over_the_break_of_a_line() {
    let place = Place::with(&[("other.txt", "别的文件 another file")]);
    place.write(
        "docs/搜索.pdf",
        pdf(&[
            "一本全文搜索引擎的使用手册，中文在行尾断",
            "开的词语也能找到。It offers full text",
            "search for documents in which both lan-",
            "guages live together. ⼈⼝ and an eﬀect.",
        ]),
    );
    place.zhen(&["index", "docs"]).expect_status(0);
    for query in [
        "\"行尾断开\"",
        "\"offers full text search\"",
        "\"both languages live\"",
        "\"找到。It offers\"",
        "人口",
        "effect",
        "全文搜索引擎 kind:pdf",
    ] {
        assert_eq!(place.finds(&[query]), ["搜索.pdf"], "{query}");
    }
    assert_eq!(hits(&place.search(&["引擎"]))[0]["kind"], "pdf");
}

#[test]
fn a_pdf_that_cannot_be_read_has_its_reason() {
    let place = Place::with(&[("good.txt", "词典")]);
    place.write("docs/scan.pdf", pdf(&[]));
    place.write("docs/broken.pdf", "%PDF-1.7\n1 0 obj\n<< /Type /Cat");
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert!(err.contains("scan.pdf: empty; nothing to index"), "{err}");
    assert!(err.contains("broken.pdf: damaged: "), "{err}");
    assert_eq!(place.finds(&["词典"]), ["good.txt"]);
}
