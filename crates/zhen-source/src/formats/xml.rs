//! XML documents that hold text: DocBook, Mallard, TEI, feeds and whatever else.

use crate::document::Document;
use crate::lines::short_line;
use crate::markup::flow::{Flow, Gap};
use crate::markup::tokens::{Attributes, Dialect, Token, Tokens};
use crate::record::normalise_lang;

/// Reads a document. Every element is a block, unless it is one of those that the usual vocabularies
/// have within a line. `title` and `head` elements are headings and the first is the document's
/// title.
pub(crate) fn read(text: &str, document: &mut Document) {
    let mut flow = Flow::new(text);
    let mut title = String::new();
    let mut root = None;
    let mut skipping: Option<(String, u32)> = None;
    let mut preformatted = 0u32;
    for token in Tokens::new(text, Dialect::Xml) {
        match token {
            Token::Start { name, attributes, closed } => {
                if let Some((open, depth)) = &mut skipping {
                    if *open == name && !closed {
                        *depth += 1;
                    }
                    continue;
                }
                if root.is_none() {
                    root = Some(name.to_string());
                    document.lang = language(attributes);
                }
                flow.gap(gap_of(&name));
                if closed {
                    continue;
                }
                if is_left_out(&name, root.as_deref()) {
                    skipping = Some((name.into_owned(), 1));
                } else if is_preformatted(&name) {
                    preformatted += 1;
                } else if is_heading(&name) {
                    flow.begin_heading();
                }
            }
            Token::End { name } => {
                if let Some((open, depth)) = &mut skipping {
                    if *open == name {
                        *depth -= 1;
                        if *depth == 0 {
                            skipping = None;
                        }
                    }
                    continue;
                }
                if is_preformatted(&name) {
                    preformatted = preformatted.saturating_sub(1);
                } else if is_heading(&name)
                    && let Some(heading) = flow.end_heading()
                    && title.is_empty()
                {
                    title = short_line(heading);
                }
                flow.gap(gap_of(&name));
            }
            Token::Text { raw, at } if skipping.is_none() => {
                if preformatted > 0 {
                    flow.preformatted(raw, at);
                } else {
                    flow.text(raw, at);
                }
            }
            Token::Literal { text, at } if skipping.is_none() => flow.literal(text, at),
            Token::Text { .. } | Token::Literal { .. } => {}
        }
    }
    if !title.is_empty() {
        document.title = title;
    }
    flow.finish(document);
}

fn language(attributes: Attributes<'_>) -> Option<String> {
    let lang = attributes.get("xml:lang").or_else(|| attributes.get("lang"))?;
    normalise_lang(&lang)
}

fn is_left_out(name: &str, root: Option<&str>) -> bool {
    match name {
        "style" | "script" | "remark" => true,
        // Mallard: links, credits and editors' comments. (DocBook's info holds the title.)
        "info" | "comment" => root == Some("page"),
        // Pictures in base64.
        "binary" => root == Some("FictionBook"),
        _ => false,
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "title" | "head" | "subtitle")
}

fn is_preformatted(name: &str) -> bool {
    matches!(
        name,
        "programlisting" | "screen" | "literallayout" | "synopsis" | "pre" | "codeblock" | "eg"
    )
}

/// Elements within a line in DocBook, Mallard, TEI and the like.
#[rustfmt::skip]
const INLINE: [&str; 78] = [
    "a", "abbr", "acronym", "app", "application", "b", "bold", "cite", "citetitle",
    "classname", "cmd", "code", "command", "constant", "em", "email", "emph", "emphasis",
    "envar", "errorname", "file", "filename", "firstterm", "foreignphrase", "function", "g",
    "gui", "guibutton", "guiicon", "guilabel", "guimenu", "guimenuitem", "guiseq",
    "guisubmenu", "hi", "i", "indexterm", "input", "italic", "key", "keycap", "keycombo",
    "keyseq", "link", "literal", "media", "option", "output", "package", "parameter", "ph",
    "phrase", "productname", "prompt", "q", "quote", "ref", "replaceable", "s", "span",
    "strong", "sub", "subscript", "sup", "superscript", "symbol", "sys", "systemitem", "tspan",
    "tt", "type", "u", "ulink", "uri", "userinput", "var", "varname", "xref",
];

fn gap_of(name: &str) -> Gap {
    match name {
        _ if INLINE.contains(&name) => Gap::None,
        "p" | "para" | "simpara" | "formalpara" | "section" | "chapter" | "sect1" | "sect2"
        | "sect3" | "programlisting" | "screen" | "note" | "table" | "blockquote" => Gap::Paragraph,
        "td" | "th" | "entry" => Gap::Cell,
        _ => Gap::Line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mallard_page_is_read_without_its_credits() {
        let xml = "<?xml version=\"1.0\"?>\n<page xmlns=\"x\" xml:lang=\"zh-CN\">\n<info><name>TeliuTe</name></info>\n\
                   <title>日程安排</title>\n<p>点击 <gui>时钟</gui>。</p>\n<steps><item><p>一</p></item></steps></page>";
        let mut document = Document::default();
        read(xml, &mut document);
        assert_eq!(document.title, "日程安排");
        assert_eq!(document.lang.as_deref(), Some("zh-CN"));
        assert_eq!(document.body, "日程安排\n\n点击 时钟。\n\n一\n");
        assert_eq!(&document.body[document.headings[0].clone()], "日程安排");
        assert_eq!(document.lines.source_line(3), 5);
        assert_eq!(document.lines.source_line(5), 6);
    }

    #[test]
    fn pictures_within_a_book_are_no_text() {
        let mut document = Document::default();
        let book = "<FictionBook><body><p>正文</p></body><binary id=\"a.png\">iVBORw0KGgo=</binary></FictionBook>";
        read(book, &mut document);
        assert_eq!(document.body, "正文\n");
    }

    #[test]
    fn elements_without_white_space_between_them_are_apart() {
        let mut document = Document::default();
        read("<r><a1>foo</a1><b1>bar</b1><![CDATA[x < y]]></r>", &mut document);
        assert_eq!(document.body, "foo\nbar\nx < y\n");
    }
}
