//! Presentations, pptx.

use super::{Archive, FALLBACK, end_line, push_inline, referred, relations, tokens};
use crate::error::SkipReason;
use crate::lines::BodyBuilder;
use crate::markup::entities;
use crate::markup::tokens::Token;

/// Reads the slides in their order, each with its notes, an empty line between them. A slide's title is
/// a heading.
pub(super) fn read(archive: &mut Archive, body: &mut BodyBuilder) -> Result<(), SkipReason> {
    let main = archive.main_part("ppt/presentation.xml")?;
    let presentation = archive.needed(&main)?;
    let slides = referred(&presentation, "sldId", &relations(archive, &main)?);
    for (slide, _) in slides {
        let Some(xml) = archive.part(&slide)? else {
            continue;
        };
        if !body.is_empty() {
            body.end_line();
        }
        slide_text(&xml, body);
        for relation in relations(archive, &slide)? {
            if relation.kind.ends_with("/notesSlide")
                && let Some(notes) = archive.part(&relation.part)?
            {
                slide_text(&notes, body);
            }
        }
    }
    Ok(())
}

/// The paragraphs of a slide or its notes, each a line, without what stands on every slide: number,
/// date, header and footer.
fn slide_text(xml: &str, body: &mut BodyBuilder) {
    let (mut in_text, mut is_title, mut is_left_out) = (false, false, false);
    let mut start = body.len();
    for token in tokens(xml, &[FALLBACK]) {
        match token {
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "sp" => (is_title, is_left_out) = (false, false),
                "ph" => {
                    let kind = attributes.get("type").unwrap_or_default();
                    is_title = matches!(kind.as_ref(), "title" | "ctrTitle");
                    is_left_out = matches!(kind.as_ref(), "sldNum" | "dt" | "ftr" | "hdr");
                }
                "p" => start = body.len(),
                "t" => in_text = !closed && !is_left_out,
                "br" => end_line(body),
                _ => {}
            },
            Token::End { name } => match name.as_ref() {
                "t" => in_text = false,
                "sp" => (is_title, is_left_out) = (false, false),
                "p" => {
                    if is_title {
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
