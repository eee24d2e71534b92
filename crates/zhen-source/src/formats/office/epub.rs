//! E-books.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::{Archive, apply_properties, join};
use crate::document::{Document, LineMap};
use crate::error::SkipReason;
use crate::formats::{Output, html, percent_decode};
use crate::markup::tokens::{Dialect, Token, Tokens};

/// Reads an e-book: each part of its reading order is a document with the id `path#part`.
pub(crate) fn read_epub(
    archive: &mut Archive,
    book: &Document,
    out: &mut Output<'_>,
) -> Result<ControlFlow<()>, SkipReason> {
    let container = archive.needed("META-INF/container.xml")?;
    let package_name = attribute_of(&container, "rootfile", "full-path")
        .ok_or_else(|| SkipReason::Damaged("container.xml names no package".into()))?;
    let package = archive
        .part(&package_name)?
        .ok_or_else(|| SkipReason::Damaged(format!("{package_name} is missing")))?;
    let mut about = Document { title: String::new(), ..book.clone() };
    apply_properties(metadata_of(&package), &mut about);
    let folder = package_name.rsplit_once('/').map_or("", |(folder, _)| folder);
    for part in spine(&package) {
        let name = join(folder, &part);
        let text = match archive.part(&name) {
            Ok(Some(text)) => text,
            Ok(None) => {
                out.problem_at(None, format!("the book names {name}, which is missing"));
                continue;
            }
            Err(reason @ SkipReason::Bomb { .. }) => return Err(reason),
            Err(reason) => {
                out.problem_at(None, format!("{name}: {reason}"));
                continue;
            }
        };
        let mut chapter = Document { id: format!("{}#{part}", book.id), ..about.clone() };
        html::read(&text, &mut chapter);
        // Lines of a part within the archive mean nothing to a reader.
        chapter.lines = LineMap::default();
        if chapter.body.trim().is_empty() {
            continue;
        }
        chapter.title = chapter_title(&about.title, &chapter.title, &book.title);
        chapter.lang = chapter.lang.or_else(|| about.lang.clone());
        chapter.time = chapter.time.or_else(|| about.time.clone());
        if chapter.tags.is_empty() {
            chapter.tags.clone_from(&about.tags);
        }
        if out.emit(chapter).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// `book: chapter`, or what there is of it; `fallback` is the file's name.
fn chapter_title(book: &str, chapter: &str, fallback: &str) -> String {
    match (book.is_empty(), chapter.is_empty() || chapter == book) {
        (false, false) => format!("{book}: {chapter}"),
        (false, true) => book.to_owned(),
        (true, false) => chapter.to_owned(),
        (true, true) => fallback.to_owned(),
    }
}

fn metadata_of(package: &str) -> &str {
    let end = package.find("<manifest").unwrap_or(package.len());
    &package[..end]
}

/// The file names of the reading order, relative to the package.
fn spine(package: &str) -> Vec<String> {
    let mut manifest = HashMap::new();
    let mut order = Vec::new();
    for token in Tokens::new(package, Dialect::Xml) {
        if let Token::Start { name, attributes, .. } = token {
            match name.as_ref() {
                "item" => {
                    let kind = attributes.get("media-type").unwrap_or_default();
                    if (kind.contains("html") || kind.is_empty())
                        && let (Some(id), Some(href)) =
                            (attributes.get("id"), attributes.get("href"))
                    {
                        manifest.insert(
                            id.into_owned(),
                            String::from_utf8_lossy(&percent_decode(href.as_bytes())).into_owned(),
                        );
                    }
                }
                "itemref" => order.extend(attributes.get("idref").map(|id| id.into_owned())),
                _ => {}
            }
        }
    }
    // Each part once, even in a book that repeats itself.
    order.into_iter().filter_map(|id| manifest.remove(&id)).collect()
}

fn attribute_of(xml: &str, element: &str, attribute: &str) -> Option<String> {
    Tokens::new(xml, Dialect::Xml).find_map(|token| match token {
        Token::Start { name, attributes, .. } if name == element => {
            attributes.get(attribute).map(|value| value.into_owned())
        }
        _ => None,
    })
}
