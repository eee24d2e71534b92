//! What the elements of HTML mean for the text in them.

use crate::markup::flow::Gap;
use crate::markup::tokens::Attributes;

/// Whether an element holds the main part of a page.
pub(super) fn is_main(name: &str, attributes: Attributes<'_>) -> bool {
    name == "main" || attributes.get("role").is_some_and(|role| role == "main")
}

/// Whether an element's attributes say that it is navigation or hidden.
pub(super) fn is_furniture(attributes: Attributes<'_>) -> bool {
    attributes.iter().any(|(name, value)| match name {
        "hidden" => value != "until-found",
        "aria-hidden" => value == "true",
        "role" => matches!(
            value,
            "navigation" | "banner" | "contentinfo" | "search" | "menu" | "menubar" | "toolbar"
        ),
        // What DocBook, Sphinx, texi2html and many site generators call their navigation.
        "class" => value.split_ascii_whitespace().any(|class| {
            matches!(
                class,
                "navheader"
                    | "navfooter"
                    | "docnav"
                    | "nav_table"
                    | "navbar"
                    | "mobile-nav"
                    | "sphinxsidebar"
                    | "headerlink"
                    | "breadcrumb"
                    | "breadcrumbs"
            )
        }),
        _ => false,
    })
}

/// Elements without content and end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose end tag may be missing in good HTML: where they end is not known here, so they
/// are never left out for their attributes.
pub(super) fn ends_by_itself(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "body"
            | "head"
            | "p"
            | "li"
            | "dt"
            | "dd"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "colgroup"
            | "option"
            | "optgroup"
    )
}

/// The level of a heading element.
pub(super) fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// Elements with an empty line around them.
#[rustfmt::skip]
const PARAGRAPHS: [&str; 16] = [
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "listing", "blockquote", "table",
    "section", "article", "figure", "hr", "details",
];
/// Elements that begin and end a line.
#[rustfmt::skip]
const LINES: [&str; 36] = [
    "address", "aside", "body", "br", "caption", "center", "dd", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "footer", "form", "frameset", "head", "header", "hgroup", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "summary", "tbody",
    "textarea", "tfoot", "thead", "title", "tr", "ul",
];

/// What an element's borders mean for the text on their two sides.
pub(super) fn gap_of(name: &str) -> Gap {
    match name {
        "td" | "th" => Gap::Cell,
        "button" => Gap::Space,
        _ if PARAGRAPHS.contains(&name) => Gap::Paragraph,
        _ if LINES.contains(&name) => Gap::Line,
        _ => Gap::None,
    }
}
