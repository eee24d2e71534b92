//! reStructuredText: the file's own text, with its headings. Directives stay text.

use std::ops::Range;

use crate::document::Document;
use crate::lines::{line_ranges, one_line, push_heading};

/// Least length of an underline that is shorter than its title.
const LEAST_UNDERLINE: usize = 4;

/// Reads a file. The title is its first heading.
pub(crate) fn read(text: String, document: &mut Document) {
    let found = headings(&text);
    if let Some(first) = found.first() {
        document.title = one_line(&without_roles(&text[first.clone()]));
    }
    for range in found {
        push_heading(&mut document.headings, &text, range);
    }
    document.body = text;
}

/// The byte ranges of the section titles: lines with an underline, and perhaps an overline, of one
/// repeated punctuation mark.
fn headings(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The last two lines.
    let mut before: Option<Range<usize>> = None;
    let mut above: Option<Range<usize>> = None;
    for range in line_ranges(text) {
        let content =
            |range: &Option<Range<usize>>| range.clone().map_or("", |range| text[range].trim_end());
        let title = content(&above);
        let over = content(&before);
        if let Some(mark) = adornment(text[range.clone()].trim_end()) {
            let overlined = adornment(over) == Some(mark);
            let line = text[range.clone()].trim_end();
            let long_enough = line.len() >= title.chars().count().min(LEAST_UNDERLINE);
            let is_title = !title.is_empty()
                && adornment(title).is_none()
                && (overlined
                    || !title.starts_with([' ', '\t']) && over.is_empty() && !is_markup(title))
                && long_enough;
            if let Some(above) = above.clone().filter(|_| is_title) {
                found.push(above);
            }
        }
        before = above.replace(range);
    }
    found
}

/// The mark of a line that repeats one punctuation mark at least twice.
fn adornment(line: &str) -> Option<u8> {
    let mark = *line.as_bytes().first()?;
    let is_line = mark.is_ascii_punctuation() && line.len() >= 2 && line.bytes().all(|b| b == mark);
    // `::` and `..` begin other things.
    (is_line && !(line.len() == 2 && matches!(mark, b':' | b'.'))).then_some(mark)
}

/// A title without its inline markup: `` :mod:`gc` `` is `gc`, and so is ``` ``gc`` ```.
fn without_roles(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    let mut rest = title;
    while let Some((before, after)) = rest.split_once('`') {
        // `:role:` stands directly before the text.
        let role = before
            .strip_suffix(':')
            .and_then(|inside| inside.rfind(':').map(|at| (&inside[at + 1..], at)))
            .filter(|(name, _)| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        out.push_str(role.map_or(before, |(_, at)| &before[..at]));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether a line begins a directive, a comment or a field.
fn is_markup(line: &str) -> bool {
    line.starts_with(".. ") || line.starts_with(':') && line[1..].contains(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (Document, Vec<String>) {
        let mut document = Document::default();
        read(text.to_owned(), &mut document);
        let headings =
            document.headings.iter().map(|r| document.body[r.clone()].to_owned()).collect();
        (document, headings)
    }

    #[test]
    fn titles_are_found_by_their_lines() {
        let (document, headings) = file(
            ".. _label:\n\n================\n 文档 document\n================\n\ntext\n\n参数\n::::::::\n\n\
             two lines\nof text\n-------\n\nx\n\n::\n\n  code\n  ----\n\n=====  =====\na      b\n=====  =====\n\n返回\n^^^^\n",
        );
        assert_eq!(document.title, "文档 document");
        assert_eq!(headings, ["文档 document", "参数", "返回"]);
    }

    #[test]
    fn roles_are_no_part_of_a_title() {
        let title = |line: &str| file(&format!("{line}\n{}\n", "=".repeat(60))).0.title;
        assert_eq!(title(":mod:`gc` --- Garbage Collector"), "gc --- Garbage Collector");
        assert_eq!(title("The ``--option`` 选项"), "The --option 选项");
        assert_eq!(title("time: now"), "time: now");
    }

    #[test]
    fn a_title_on_the_first_line_counts() {
        assert_eq!(file("标题\n----\n").1, ["标题"]);
        assert_eq!(file("----\n").1, Vec::<String>::new());
        assert_eq!(file("").1, Vec::<String>::new());
    }
}
