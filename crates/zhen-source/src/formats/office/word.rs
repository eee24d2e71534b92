//! Word processor documents, docx.

use super::{Archive, FALLBACK, end_line, push_inline, relations, tokens};
use crate::error::SkipReason;
use crate::lines::BodyBuilder;
use crate::markup::entities;
use crate::markup::tokens::Token;

/// Reads the text and its notes.
pub(super) fn read(archive: &mut Archive, body: &mut BodyBuilder) -> Result<(), SkipReason> {
    let main = archive.main_part("word/document.xml")?;
    word_text(&archive.needed(&main)?, body);
    let relations = relations(archive, &main)?;
    for (kind, usual) in [("/footnotes", "word/footnotes.xml"), ("/endnotes", "word/endnotes.xml")]
    {
        let named = relations.iter().find(|relation| relation.kind.ends_with(kind));
        let notes = named.map_or(usual, |relation| &relation.part);
        if let Some(text) = archive.part(notes)? {
            word_text(&text, body);
        }
    }
    Ok(())
}

/// The paragraphs of WordprocessingML, each a line; those of a heading style are headings.
fn word_text(xml: &str, body: &mut BodyBuilder) {
    let mut in_text = false;
    let mut heading = false;
    let mut start = body.len();
    // `rt` says how what stands in `rubyBase` is read.
    for token in tokens(xml, &[FALLBACK, "rt"]) {
        match token {
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "p" => {
                    start = body.len();
                    heading = false;
                }
                "pStyle" => {
                    heading = attributes.local("val").is_some_and(|style| is_heading_style(&style));
                }
                "t" if !closed => in_text = true,
                "tab" | "ptab" if !body.at_line_start() => body.push("\t", 1),
                "br" | "cr" => end_line(body),
                "noBreakHyphen" => body.push("-", 1),
                _ => {}
            },
            Token::End { name } => match name.as_ref() {
                "t" => in_text = false,
                "p" => {
                    if heading {
                        body.mark_heading(start..body.len());
                    }
                    end_line(body);
                }
                _ => {}
            },
            Token::Text { raw, .. } if in_text => push_inline(body, &entities::decode(raw)),
            Token::Text { .. } | Token::Literal { .. } => {}
        }
    }
    end_line(body);
}

/// Word calls its heading styles so in its own languages' identifiers.
fn is_heading_style(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    style.starts_with("heading") || style == "title" || style.starts_with("标题") || style.starts_with("標題")
        // Chinese versions of Word number them.
        || matches!(style.as_str(), "1" | "2" | "3" | "4" | "5" | "6")
        || ["chaptertitle", "heada", "headb", "headc"].contains(&style.as_str())
}
