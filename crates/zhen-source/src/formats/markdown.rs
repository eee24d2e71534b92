//! Markdown and MDX: the file's own text, with its headings.
//!
//! Only what finds headings is parsed: fences, comments, ATX and setext headings. The marks stay in
//! the body, so that what is shown is what the file says, line for line.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::front_matter;
use crate::document::{Document, LineMap};
use crate::lines::{line_ranges, one_line, prefix, push_heading};

/// Reads a file: front matter to fields, the rest to the body. The title is the front matter's, else
/// the first heading of level 1.
pub(crate) fn read(mut text: String, document: &mut Document) {
    let mut titled = false;
    if let Some(front) = front_matter::split(&text) {
        titled = front.fields.get("title").is_some_and(|title| !title.is_null());
        front_matter::apply(front.fields, document);
        text.drain(..front.end);
        document.lines = LineMap::starting_at(front.lines.saturating_add(1));
    }
    let headings = headings(&text);
    if !titled && let Some(first) = headings.iter().find(|heading| heading.level == 1) {
        let title = inline_text(&text[first.text.clone()]);
        if !title.is_empty() {
            document.title = title;
        }
    }
    for heading in headings {
        push_heading(&mut document.headings, &text, heading.text);
    }
    document.body = text;
}

/// A heading: its level, 1 to 6, and the byte range of its text without marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) level: usize,
    pub(crate) text: Range<usize>,
}

/// The headings of a Markdown text, in order.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut fence: Option<(u8, usize)> = None;
    let mut in_comment = false;
    // The line before this one, where it may be the text of a setext heading: it is a paragraph of
    // its own so far.
    let mut candidate: Option<Range<usize>> = None;
    let mut after_blank = true;
    for range in line_ranges(text) {
        let line = &text[range.clone()];
        let indent = line.bytes().take_while(|&b| b == b' ').count();
        let content = line[indent..].trim_end();
        if let Some((mark, length)) = fence {
            if indent < 4 && closes_fence(content, mark, length) {
                fence = None;
            }
            continue;
        }
        if in_comment {
            in_comment = !content.contains("-->");
            continue;
        }
        let previous = candidate.take();
        if content.is_empty() {
            after_blank = true;
            continue;
        }
        let was_after_blank = std::mem::replace(&mut after_blank, false);
        if indent >= 4 || line.starts_with('\t') {
            continue;
        }
        if let Some(opened) = opens_fence(content) {
            fence = Some(opened);
            continue;
        }
        if let Some(comment) = content.strip_prefix("<!--") {
            in_comment = !comment.contains("-->");
            after_blank = true;
            continue;
        }
        if let Some((level, inside)) = atx(content) {
            let start = range.start + indent + inside.start;
            found.push(Heading { level, text: start..range.start + indent + inside.end });
            after_blank = true;
            continue;
        }
        if let (Some(above), Some(level)) = (previous, setext_level(content)) {
            found.push(Heading { level, text: above });
            after_blank = true;
            continue;
        }
        if was_after_blank && begins_paragraph(content) {
            candidate = Some(range.start + indent..range.start + indent + content.len());
        }
    }
    found
}

fn opens_fence(content: &str) -> Option<(u8, usize)> {
    let mark = *content.as_bytes().first()?;
    if mark != b'`' && mark != b'~' {
        return None;
    }
    let length = content.bytes().take_while(|&b| b == mark).count();
    // Backticks with more backticks on their line are code within text.
    let is_fence = length >= 3 && (mark == b'~' || !content[length..].contains('`'));
    is_fence.then_some((mark, length))
}

fn closes_fence(content: &str, mark: u8, length: usize) -> bool {
    content.len() >= length && content.bytes().all(|b| b == mark)
}

/// Level and text of `## text ##`.
fn atx(content: &str) -> Option<(usize, Range<usize>)> {
    let level = content.bytes().take_while(|&b| b == b'#').count();
    if !(1..=6).contains(&level) {
        return None;
    }
    let after = &content[level..];
    if !after.starts_with([' ', '\t']) {
        return None;
    }
    let text = after.trim_end_matches('#');
    // Closing marks stand apart from the text: `C#` keeps its own.
    let text = if text.len() < after.len() && text.ends_with([' ', '\t']) { text } else { after };
    let start = level + (text.len() - text.trim_start().len());
    let end = (level + text.trim_end().len()).max(start);
    (start < end).then_some((level, start..end))
}

fn setext_level(content: &str) -> Option<usize> {
    let mark = *content.as_bytes().first()?;
    let uniform = content.bytes().all(|b| b == mark);
    match mark {
        b'=' if uniform => Some(1),
        b'-' if uniform => Some(2),
        _ => None,
    }
}

/// Whether a line can be the text above a setext underline: no list, quote, table or HTML.
fn begins_paragraph(content: &str) -> bool {
    let first = content.as_bytes()[0];
    let list = matches!(first, b'-' | b'*' | b'+') && content[1..].starts_with([' ', '\t']);
    !(list || matches!(first, b'>' | b'|' | b'<' | b'#') || content.contains('|'))
}

/// The text of one line of Markdown without its marks: `**A** [b](c) {#d}` is `A b`.
pub(crate) fn inline_text(line: &str) -> String {
    const LONGEST: usize = 4096;
    let line = prefix(line, LONGEST);
    // As a heading, so that no other block is seen in it and its attributes are known as such.
    let heading = format!("# {line}");
    let options = Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_STRIKETHROUGH;
    let mut text = String::with_capacity(line.len());
    let mut image = 0u32;
    for event in Parser::new_ext(&heading, options) {
        match event {
            Event::Text(piece) | Event::Code(piece) if image == 0 => text.push_str(&piece),
            Event::Start(Tag::Image { .. }) => image += 1,
            Event::End(TagEnd::Image) => image = image.saturating_sub(1),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    // `Title[[anchor]]`, which documentation of models writes.
    if let Some((title, anchor)) = text.rsplit_once("[[")
        && anchor.ends_with("]]")
        && !title.trim().is_empty()
    {
        text.truncate(title.len());
    }
    one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Document {
        let mut document = Document { title: "stem".into(), ..Document::default() };
        read(text.to_owned(), &mut document);
        document
    }

    fn shown(document: &Document) -> Vec<&str> {
        document.headings.iter().map(|r| &document.body[r.clone()]).collect()
    }

    #[test]
    fn headings_are_found_where_they_are_headings() {
        let document = file(
            "intro\n=====\n\n# 标题 `code` #\n```sh\n# comment\n```\n~~~\n# no\n```\n~~~\n\
             ##not\n## C#\n    # code\n<!--\n# hidden\n-->\n### 三 ###\n- item\n---\n\n第二\n---\n\n| a |\n---\n\n#\n",
        );
        assert_eq!(shown(&document), ["intro", "标题 `code`", "C#", "三", "第二"]);
        assert_eq!(document.title, "intro");
        assert!(document.lines.is_identity());
    }

    #[test]
    fn front_matter_leaves_the_body_and_the_lines_right() {
        let document = file("---\ntitle: 题\n---\n\n# Other\ntext\n");
        assert_eq!((document.title.as_str(), document.body.as_str()), ("题", "\n# Other\ntext\n"));
        assert_eq!(document.lines.source_line(2), 5);
        assert_eq!(shown(&document), ["Other"]);
    }

    #[test]
    fn the_title_is_the_first_heading_of_level_one_as_text() {
        assert_eq!(
            file("## two\n# [1523. **奇数** count](https://x/) {#id}\n").title,
            "1523. 奇数 count"
        );
        assert_eq!(file("# Introduction[[introduction]]\n").title, "Introduction");
        assert_eq!(file("# “编码器”模型 [[“编码器”模型]]\n").title, "“编码器”模型");
        assert_eq!(file("## only two\n").title, "stem");
        assert_eq!(file("---\ntags: [a]\n---\n# 标题\n").title, "标题");
        assert_eq!(file("# ![logo](x.png) zhen\n").title, "zhen");
    }
}
