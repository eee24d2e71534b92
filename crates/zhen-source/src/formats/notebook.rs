//! Jupyter notebooks: the source of their cells.

use std::ops::Range;

use super::json_scan::{ScanError, closing, elements, members, skip_space, strings, value_end};
use super::markdown;
use crate::document::Document;
use crate::lines::{BodyBuilder, LineCounter};

/// Reads a notebook: every cell's source, an empty line between cells. The title is the first
/// heading of level 1 in a Markdown cell. Of a file that breaks off, the cells up to there are read, and
/// the line and the cause are given.
pub(crate) fn read(text: &str, document: &mut Document) -> Result<(), (u32, ScanError)> {
    let Err(error) = value_end(text, skip_space(text, 0)) else {
        return read_whole(text, document);
    };
    let line = LineCounter::new(text, 1).line_at(error.at);
    read_whole(&format!("{text}{}", closing(text)), document)?;
    Err((line, error))
}

fn read_whole(text: &str, document: &mut Document) -> Result<(), (u32, ScanError)> {
    let mut notebook = Notebook {
        text,
        lines: LineCounter::new(text, 1),
        body: BodyBuilder::with_capacity(text.len() / 4),
        title: String::new(),
    };
    let start = skip_space(text, 0);
    let result = if text.as_bytes().get(start) == Some(&b'{') {
        notebook.container(start)
    } else {
        Err(ScanError { at: start, expected: "an object with cells" })
    };
    if !notebook.title.is_empty() {
        document.title = notebook.title;
    }
    notebook.body.finish(document);
    result.map_err(|error| (LineCounter::new(text, 1).line_at(error.at), error))
}

struct Notebook<'t> {
    text: &'t str,
    lines: LineCounter<'t>,
    body: BodyBuilder,
    title: String,
}

impl Notebook<'_> {
    /// A notebook, or a worksheet of one in the format before version 4.
    fn container(&mut self, at: usize) -> Result<(), ScanError> {
        for member in members(self.text, at) {
            let (key, value) = member?;
            let is_array = self.text.as_bytes()[value.start] == b'[';
            match key.as_ref() {
                "cells" if is_array => {
                    for cell in elements(self.text, value.start) {
                        self.cell(cell?)?;
                    }
                }
                "worksheets" if is_array => {
                    for sheet in elements(self.text, value.start) {
                        let sheet = sheet?;
                        if self.text[sheet.clone()].starts_with('{') {
                            // One level: a worksheet has no worksheets.
                            self.cells_of(sheet)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn cells_of(&mut self, sheet: Range<usize>) -> Result<(), ScanError> {
        for member in members(self.text, sheet.start) {
            let (key, value) = member?;
            if key == "cells" && self.text[value.clone()].starts_with('[') {
                for cell in elements(self.text, value.start) {
                    self.cell(cell?)?;
                }
            }
        }
        Ok(())
    }

    fn cell(&mut self, range: Range<usize>) -> Result<(), ScanError> {
        if !self.text[range.clone()].starts_with('{') {
            return Ok(());
        }
        let mut source = None;
        let mut is_markdown = false;
        for member in members(self.text, range.start) {
            let (key, value) = member?;
            match key.as_ref() {
                "cell_type" => is_markdown = &self.text[value] == "\"markdown\"",
                "source" | "input" => source = Some(value),
                _ => {}
            }
        }
        if let Some(source) = source {
            self.source(source, is_markdown);
        }
        Ok(())
    }

    fn source(&mut self, range: Range<usize>, is_markdown: bool) {
        if !self.body.is_empty() {
            self.body.end_line();
        }
        let start = self.body.len();
        for (at, string) in strings(self.text, range) {
            let line = self.lines.line_at(at);
            // The pieces of a source carry their own line ends.
            for piece in string.split_inclusive('\n') {
                let content = piece.trim_end_matches(['\n', '\r']);
                self.body.push(content, line);
                if piece.ends_with('\n') {
                    self.body.end_line();
                }
            }
        }
        if self.body.len() > start && !self.body.at_line_start() {
            self.body.end_line();
        }
        if is_markdown {
            for heading in markdown::headings(&self.body.body()[start..]) {
                let text = start + heading.text.start..start + heading.text.end;
                if heading.level == 1 && self.title.is_empty() {
                    self.title = markdown::inline_text(&self.body.body()[text.clone()]);
                }
                self.body.mark_heading(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_with_their_lines() {
        let text = "{\n \"cells\": [\n  {\"cell_type\": \"markdown\",\n   \"source\": [\n    \"# 标题\\n\",\n    \"正文\"]},\n  \
                    {\"outputs\": [{\"text\": \"no\"}], \"cell_type\": \"code\",\n   \"source\": \"import x\\nprint(\\\"y\\\")\"}\n ]\n}";
        let mut document = Document::default();
        read(text, &mut document).expect("a notebook");
        assert_eq!(document.body, "# 标题\n正文\n\nimport x\nprint(\"y\")\n");
        assert_eq!(document.title, "标题");
        assert_eq!(&document.body[document.headings[0].clone()], "标题");
        let lines: Vec<_> = [1, 2, 4, 5].map(|n| document.lines.source_line(n)).into();
        assert_eq!(lines, [5, 6, 8, 8]);
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let mut document = Document::default();
        let text = "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"a\"]}, {\"cell_type\"";
        assert!(read(text, &mut document).is_err());
        assert_eq!(document.body, "a\n");
        for cut in ["", "]", "]}", "\\", "\\n"] {
            let text =
                "{\"cells\": [\n{\"cell_type\": \"markdown\", \"source\": [\"# 截断\\n\", \"的内容";
            let closed = if cut.starts_with(']') { "\"" } else { "" };
            let mut document = Document::default();
            let result = read(&format!("{text}{closed}{cut}"), &mut document);
            assert!(result.is_err_and(|(line, _)| line == 1 || line == 2), "{cut}");
            assert_eq!(document.title, "截断");
            assert!(document.body.starts_with("# 截断\n的内容"), "{:?}", document.body);
        }
        assert!(read("[]", &mut Document::default()).is_err());
        let old = "{\"worksheets\": [{\"cells\": [{\"input\": [\"b\"]}]}]}";
        let mut document = Document::default();
        read(old, &mut document).expect("an old notebook");
        assert_eq!(document.body, "b\n");
    }
}
