//! How glyphs become lines, and lines paragraphs.

use super::writer::{Writer, hex16, lines};
use super::{body, latin};

/// The body of one page in Chinese type.
fn chinese(strings: &[&str]) -> String {
    let mut writer = Writer::composite("UniGB-UCS2-H", "");
    let strings: Vec<String> = strings
        .iter()
        .map(|text| if text.is_empty() { String::new() } else { hex16(text) })
        .collect();
    writer.page(&lines(&strings.iter().map(String::as_str).collect::<Vec<_>>()));
    body(writer)
}

#[test]
fn lines_of_words_are_joined() {
    let page = lines(&[
        "(The office staff read the dic-)",
        "(tionary of words, and it is)",
        "(well-known by everybody.)",
        "(An end.)",
        "",
        "(Another paragraph, after a gap)",
        "(of an empty line in between it.)",
    ]);
    assert_eq!(
        latin(&page),
        "The office staff read the dictionary of words, and it is well-known by everybody.\n\
         An end.\n\nAnother paragraph, after a gap of an empty line in between it.\n"
    );
}

#[test]
fn a_hyphen_stays_where_it_is_no_division() {
    let page = lines(&[
        "(some words with a name like X-)",
        "(Ray and a range of pages 10-)",
        "(20 and the end of it all.)",
    ]);
    assert_eq!(
        latin(&page),
        "some words with a name like X-Ray and a range of pages 10-20 and the end of it all.\n"
    );
}

#[test]
fn lines_of_han_are_joined_without_spaces() {
    assert_eq!(
        chinese(&[
            "\u{3000}\u{3000}全文搜索引擎为中文在",
            "行尾断开的词语而设计，使用",
            "Linux 系统的人也能找到它。",
            "\u{3000}\u{3000}另一段以缩进开始，并不与",
            "上面的一段相连。",
        ]),
        "全文搜索引擎为中文在行尾断开的词语而设计，使用Linux 系统的人也能找到它。\n\n\
         另一段以缩进开始，并不与上面的一段相连。\n"
    );
}

#[test]
fn a_line_that_runs_out_of_its_column_does_not_widen_it() {
    assert_eq!(
        chinese(&[
            "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来",
            "暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水",
            "玉出昆冈剑号巨阙珠称夜光果珍李柰菜重",
            "芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇",
            "始制文字。",
        ]),
        "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水\
         玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字。\n"
    );
}

#[test]
fn an_entry_of_a_table_of_contents_ends_with_its_page() {
    let page = lines(&["(1 Needles . . . . . . . . 3)", "(2 Haystacks . . . . . . 12)"]);
    assert_eq!(latin(&page), "1 Needles . . . . . . . . 3\n2 Haystacks . . . . . . 12\n");
}

#[test]
fn an_indented_line_begins_a_paragraph() {
    let text = |x: u32, down: u32, text: &str| {
        format!("1 0 0 1 {x} {} Tm {} Tj ", 700 - down, hex16(text))
    };
    let page = [
        text(70, 0, "第一段的文字从这里开始，"),
        text(50, 15, "它在第二行继续并且一直写到行"),
        text(50, 30, "尾才结束，没有剩下空白的地方"),
        text(70, 45, "第二段的文字从这里开始，"),
        text(50, 60, "它也有第二行。"),
    ];
    let mut writer = Writer::composite("UniGB-UCS2-H", "");
    writer.page(format!("BT /F 10 Tf {} ET", page.concat()).as_bytes());
    assert_eq!(
        body(writer),
        "第一段的文字从这里开始，它在第二行继续并且一直写到行尾才结束，没有剩下空白的地方\n\n\
         第二段的文字从这里开始，它也有第二行。\n"
    );
}

#[test]
fn lines_of_a_list_stay_apart() {
    let page = lines(&[
        "(These are the folders of a server, in which all files)",
        "(of the programs lie there:)",
        "(pool/main/)",
        "(pool/main/a/)",
        "(dists/)",
        "(\\225 one)",
        "(\\225 two)",
    ]);
    assert_eq!(
        latin(&page),
        "These are the folders of a server, in which all files of the programs lie there:\npool/main/\npool/main/a/\ndists/\n• one\n• two\n"
    );
}

#[test]
fn gaps_are_spaces_between_words_only() {
    assert_eq!(
        latin(b"BT /F 10 Tf 50 700 Td [(full)-250(te)20(xt)-30( search)] TJ ET"),
        "full text search\n"
    );
    // Each word at a place of its own.
    let page = b"BT /F 10 Tf 50 700 Td (full) Tj 23 0 Td (text) Tj 22 0 Td (search) Tj ET";
    assert_eq!(latin(page), "full text search\n");
    // Spacing of letters is none, but spacing behind one that ends a word is.
    assert_eq!(latin(b"BT /F 10 Tf 50 700 Td 3 Tc (CHAPTER) Tj ET"), "CHAPTER\n");
    assert_eq!(latin(b"BT /F 10 Tf 50 700 Td (lik) Tj 3 Tc (e) Tj 0 Tc (to) Tj ET"), "like to\n");
    let mut writer = Writer::composite("UniGB-UCS2-H", "");
    let [first, second] = [hex16("中文"), hex16("间隔")];
    writer.page(
        format!("BT /F 10 Tf 50 700 Td [{first} -400 {second} -2000 {first}] TJ ET").as_bytes(),
    );
    assert_eq!(body(writer), "中文间隔 中文\n");
}

#[test]
fn columns_are_read_one_after_the_other() {
    let column = |x: u32, text: &str| {
        let words: String = text.split(' ').map(|word| format!("({word}) Tj 0 -14 Td ")).collect();
        format!("1 0 0 1 {x} 700 Tm {words}")
    };
    let page = format!(
        "BT /F 10 Tf {} {} ET",
        column(50, "columns1 columns2 columns3"),
        column(300, "columns4 columns5 columns6")
    );
    assert_eq!(
        latin(page.as_bytes()),
        "columns1 columns2 columns3\n\ncolumns4 columns5 columns6\n"
    );
}

#[test]
fn what_is_drawn_twice_is_read_once() {
    let page = b"BT /F 10 Tf 50 700 Td (bold) Tj 0.3 0 Td (bold) Tj 0 -30 Td (b) Tj 0.3 0 Td (b) Tj (ook) Tj ET";
    assert_eq!(latin(page), "bold\n\nbook\n");
}

#[test]
fn text_that_is_turned_is_read_along_its_direction() {
    let page = b"BT /F 10 Tf 0 1 -1 0 300 100 Tm (up the) Tj 0 -14 Td (page) Tj ET BT /F 10 Tf 50 50 Td (across) Tj ET";
    assert_eq!(latin(page), "up the page\n\nacross\n");
    let mut writer = Writer::composite("UniGB-UCS2-V", "");
    writer.page(
        format!(
            "BT /F 10 Tf 300 700 Td {} Tj -15 0 Td {} Tj ET",
            hex16("竖排文字从右"),
            hex16("向左阅读")
        )
        .as_bytes(),
    );
    assert_eq!(body(writer), "竖排文字从右向左阅读\n");
}
