//! Documents that are zip archives of XML: docx, odt and epub.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Output, html, percent_decode};
use crate::document::{Document, LineMap};
use crate::encoding;
use crate::error::SkipReason;
use crate::lines::{BodyBuilder, short_line};
use crate::markup::entities;
use crate::markup::tokens::{Dialect, Token, Tokens};
use crate::record::{normalise_lang, split_tags};
use crate::time::normalise_time;

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Docx,
    Odt,
    Epub,
}

impl Container {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Odt => "odt",
            Self::Epub => "epub",
        }
    }
}

/// An open archive whose parts may unpack to so many bytes in all.
pub(crate) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    limit: u64,
    left: u64,
}

impl Archive {
    /// Opens the archive in `bytes`; all that is read from it may be `limit` bytes.
    pub(crate) fn open(bytes: Vec<u8>, limit: u64) -> Result<Self, SkipReason> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        Ok(Self { zip, limit, left: limit })
    }

    /// What kind of document it is.
    pub(crate) fn container(&mut self) -> Result<Container, SkipReason> {
        match self.part("mimetype")?.as_deref().map(str::trim) {
            Some("application/epub+zip") => return Ok(Container::Epub),
            Some(mime) if mime.starts_with("application/vnd.oasis.opendocument.text") => {
                return Ok(Container::Odt);
            }
            Some(mime) if mime.starts_with("application/vnd.oasis.opendocument") => {
                return Err(SkipReason::Unsupported("ods or odp"));
            }
            _ => {}
        }
        for (name, answer) in [
            ("word/document.xml", Ok(Container::Docx)),
            ("META-INF/container.xml", Ok(Container::Epub)),
            ("xl/workbook.xml", Err("xlsx")),
            ("ppt/presentation.xml", Err("pptx")),
        ] {
            if self.zip.index_for_name(name).is_some() {
                return answer.map_err(SkipReason::Unsupported);
            }
        }
        Err(SkipReason::Unsupported("zip"))
    }

    /// A part as text; `None` when there is none of that name.
    fn part(&mut self, name: &str) -> Result<Option<String>, SkipReason> {
        let file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(error)),
        };
        let mut bytes = Vec::new();
        file.take(self.left.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| SkipReason::Damaged(error.to_string()))?;
        let length = bytes.len() as u64;
        if length > self.left {
            return Err(SkipReason::Bomb { limit: self.limit });
        }
        self.left -= length;
        Ok(Some(encoding::decode(bytes)?.text))
    }

    fn needed(&mut self, name: &'static str) -> Result<String, SkipReason> {
        self.part(name)?.ok_or_else(|| SkipReason::Damaged(format!("{name} is missing")))
    }
}

fn damaged(error: ZipError) -> SkipReason {
    SkipReason::Damaged(error.to_string())
}

/// Reads a word processor document.
pub(crate) fn read_docx(archive: &mut Archive, document: &mut Document) -> Result<(), SkipReason> {
    let text = archive.needed("word/document.xml")?;
    let mut body = BodyBuilder::with_capacity(text.len() / 8);
    word_text(&text, &mut body);
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(text) = archive.part(notes)? {
            word_text(&text, &mut body);
        }
    }
    body.finish(document);
    document.lines = LineMap::default();
    title_from_heading(document);
    if let Some(properties) = archive.part("docProps/core.xml")? {
        apply_properties(&properties, document);
    }
    Ok(())
}

/// The paragraphs of WordprocessingML, each a line; those of a heading style are headings.
fn word_text(xml: &str, body: &mut BodyBuilder) {
    let mut in_text = false;
    let mut heading = false;
    let mut start = body.len();
    // Fallbacks repeat what stands before them in another form.
    let mut in_fallback = false;
    for token in Tokens::new(xml, Dialect::Xml) {
        match token {
            Token::End { name } if name == "Fallback" => in_fallback = false,
            _ if in_fallback => {}
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "Fallback" => in_fallback = !closed,
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

/// Ends the line unless it is empty.
fn end_line(body: &mut BodyBuilder) {
    if !body.at_line_start() {
        body.end_line();
    }
}

/// Adds text whose line breaks mean spaces.
fn push_inline(body: &mut BodyBuilder, text: &str) {
    for (number, piece) in text.split('\n').enumerate() {
        if number > 0 && !body.at_line_start() {
            body.push(" ", 1);
        }
        body.push(piece, 1);
    }
}

/// Reads an OpenDocument text.
pub(crate) fn read_odt(archive: &mut Archive, document: &mut Document) -> Result<(), SkipReason> {
    let text = archive.needed("content.xml")?;
    let mut body = BodyBuilder::with_capacity(text.len() / 4);
    // Open paragraphs and headings: a note within a paragraph has paragraphs of its own.
    let mut open = 0u32;
    let mut start = 0;
    for token in Tokens::new(&text, Dialect::Xml) {
        match token {
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "p" | "h" if !closed => {
                    if open > 0 {
                        end_line(&mut body);
                    }
                    open += 1;
                    start = body.len();
                }
                "tab" if open > 0 => body.push("\t", 1),
                "line-break" => end_line(&mut body),
                "s" if open > 0 => {
                    let count =
                        attributes.local("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                    body.push(&" ".repeat(usize::min(count, 80)), 1);
                }
                _ => {}
            },
            Token::End { name } if name == "p" || name == "h" => {
                if name == "h" && start <= body.len() {
                    body.mark_heading(start..body.len());
                }
                open = open.saturating_sub(1);
                end_line(&mut body);
            }
            Token::Text { raw, .. } if open > 0 => push_inline(&mut body, &entities::decode(raw)),
            _ => {}
        }
    }
    end_line(&mut body);
    body.finish(document);
    document.lines = LineMap::default();
    title_from_heading(document);
    if let Some(properties) = archive.part("meta.xml")? {
        apply_properties(&properties, document);
    }
    Ok(())
}

/// The first heading is the title where the properties name none.
fn title_from_heading(document: &mut Document) {
    if let Some(first) = document.headings.first() {
        document.title = short_line(&document.body[first.clone()]);
    }
}

/// Title, language, date and keywords from Dublin Core elements. The first of each counts.
fn apply_properties(xml: &str, document: &mut Document) {
    let mut element = String::new();
    let mut titled = false;
    for token in Tokens::new(xml, Dialect::Xml) {
        match token {
            Token::Start { name, closed, .. } => {
                element = if closed { String::new() } else { name.into_owned() };
            }
            Token::End { .. } => element.clear(),
            Token::Text { raw, .. } => {
                let text = short_line(&entities::decode(raw));
                if text.is_empty() {
                    continue;
                }
                match element.as_str() {
                    "title" if !titled => {
                        document.title = text;
                        titled = true;
                    }
                    "language" if document.lang.is_none() => document.lang = normalise_lang(&text),
                    "created" | "date" | "creation-date" if document.time.is_none() => {
                        document.time = normalise_time(&text);
                    }
                    "keywords" | "keyword" | "subject" => document.tags.extend(split_tags(&text)),
                    "creator" => {
                        document.extra.entry("author").or_insert_with(|| text.into());
                    }
                    _ => {}
                }
            }
            Token::Literal { .. } => {}
        }
    }
}

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
                        let href =
                            String::from_utf8_lossy(&percent_decode(href.as_bytes())).into_owned();
                        manifest.insert(id.into_owned(), href);
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

/// A name relative to a folder of the archive, `..` resolved.
fn join(folder: &str, name: &str) -> String {
    let name = name.split('#').next().unwrap_or(name);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
