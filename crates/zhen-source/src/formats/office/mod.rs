//! Documents that are zip archives of XML: those of office programs, and e-books.

mod epub;
mod opendocument;
mod sheet;
mod slides;
#[cfg(test)]
mod tests;
mod word;

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

pub(crate) use epub::read_epub;

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
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
    Epub,
}

impl Container {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Odp => "odp",
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
        let mimetype = self.part("mimetype")?.unwrap_or_default();
        if mimetype.trim() == "application/epub+zip" {
            return Ok(Container::Epub);
        }
        if let Some(kind) = mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.") {
            return match kind {
                _ if kind.starts_with("text") => Ok(Container::Odt),
                _ if kind.starts_with("spreadsheet") => Ok(Container::Ods),
                _ if kind.starts_with("presentation") => Ok(Container::Odp),
                _ => Err(SkipReason::Unsupported("drawing or formula")),
            };
        }
        let main = self.named_main_part()?;
        [
            ("word/document.xml", Container::Docx),
            ("xl/workbook.xml", Container::Xlsx),
            ("ppt/presentation.xml", Container::Pptx),
            ("META-INF/container.xml", Container::Epub),
        ]
        .into_iter()
        .find(|(name, _)| match &main {
            Some(main) => main.split('/').next() == name.split('/').next(),
            None => self.has(name),
        })
        .map(|(_, container)| container)
        .ok_or(SkipReason::Unsupported("zip"))
    }

    fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// The part that an Office Open XML document calls its main one.
    fn named_main_part(&mut self) -> Result<Option<String>, SkipReason> {
        let mut relations = relations(self, "")?.into_iter();
        let main = relations.find(|relation| relation.kind.ends_with("/officeDocument"));
        Ok(main.map(|main| main.part).filter(|part| self.has(part)))
    }

    /// Name of the main part: what the document calls so, or else `usual`.
    fn main_part(&mut self, usual: &str) -> Result<String, SkipReason> {
        Ok(self.named_main_part()?.unwrap_or_else(|| usual.to_owned()))
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

    fn needed(&mut self, name: &str) -> Result<String, SkipReason> {
        self.part(name)?.ok_or_else(|| SkipReason::Damaged(format!("{name} is missing")))
    }
}

/// Whether a file of this name, unless it has a password, is a zip archive of Office Open XML.
pub(crate) fn is_packed(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["docx", "docm", "xlsx", "xlsm", "pptx", "pptm"]
        .iter()
        .any(|packed| extension.eq_ignore_ascii_case(packed))
}

fn damaged(error: ZipError) -> SkipReason {
    SkipReason::Damaged(error.to_string())
}

/// Reads a document of an office program into `document`.
pub(crate) fn read(
    container: Container,
    archive: &mut Archive,
    document: &mut Document,
) -> Result<(), SkipReason> {
    let properties = match container {
        Container::Docx | Container::Xlsx | Container::Pptx => "docProps/core.xml",
        Container::Odt | Container::Ods | Container::Odp => "meta.xml",
        // A document for each chapter.
        Container::Epub => return Ok(()),
    };
    let mut body = BodyBuilder::default();
    match container {
        Container::Docx => word::read(archive, &mut body)?,
        Container::Xlsx => sheet::read(archive, &mut body)?,
        Container::Pptx => slides::read(archive, &mut body)?,
        _ => opendocument::read(archive, container, &mut body)?,
    }
    body.finish(document);
    // Lines of XML mean nothing to a reader.
    document.lines = LineMap::default();
    // The first heading is the title where the properties name none; that of a sheet is just a name.
    if !matches!(container, Container::Xlsx | Container::Ods)
        && let Some(first) = document.headings.first()
    {
        document.title = short_line(&document.body[first.clone()]);
    }
    if let Some(properties) = archive.part(properties)? {
        apply_properties(&properties, document);
    }
    Ok(())
}

/// What repeats, in another form, what stands before it.
const FALLBACK: &str = "Fallback";

/// The tokens of a part without the elements called as one of `left_out`.
fn tokens<'x>(xml: &'x str, left_out: &'static [&str]) -> impl Iterator<Item = Token<'x>> {
    let mut inside: Option<&str> = None;
    Tokens::new(xml, Dialect::Xml).filter(move |token| match token {
        Token::End { name } if inside == Some(name) => {
            inside = None;
            false
        }
        Token::Start { name, closed, .. } if inside.is_none() => {
            let found = left_out.iter().find(|left_out| *left_out == name);
            inside = found.copied().filter(|_| !closed);
            found.is_none()
        }
        _ => inside.is_none(),
    })
}

/// Ends the line unless it is empty.
fn end_line(body: &mut BodyBuilder) {
    if !body.at_line_start() {
        body.end_line();
    }
}

/// Adds a heading with an empty line before it.
fn push_heading_line(body: &mut BodyBuilder, text: &str) {
    if !body.is_empty() {
        end_line(body);
        body.end_line();
    }
    let start = body.len();
    push_inline(body, text);
    body.mark_heading(start..body.len());
    end_line(body);
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

/// What PowerPoint calls a presentation that nobody named.
const UNTITLED: [&str; 3] = ["PowerPoint Presentation", "PowerPoint 演示文稿", "PowerPoint 簡報"];

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
                    "title" if !titled && !UNTITLED.contains(&text.as_str()) => {
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

/// A name relative to a folder of the archive, `..` resolved.
fn join(folder: &str, name: &str) -> String {
    let name = name.split('#').next().unwrap_or(name);
    let folder = if name.starts_with('/') { "" } else { folder };
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

/// What a part of an Office Open XML document refers to; for no name, the document itself.
fn relations(archive: &mut Archive, name: &str) -> Result<Vec<Relation>, SkipReason> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let Some(xml) = archive.part(&join(folder, &format!("_rels/{file}.rels")))? else {
        return Ok(Vec::new());
    };
    let relation = |token| match token {
        Token::Start { name, attributes, .. } if name == "Relationship" => Some(Relation {
            id: attributes.get("Id")?.into_owned(),
            kind: attributes.get("Type")?.into_owned(),
            part: join(folder, &attributes.get("Target")?),
        }),
        _ => None,
    };
    Ok(Tokens::new(&xml, Dialect::Xml).filter_map(relation).collect())
}

struct Relation {
    id: String,
    /// Address of its type, of which the last piece tells.
    kind: String,
    /// Name in the archive.
    part: String,
}

/// The parts that the elements called `element` refer to, in their order, with the name each may have.
fn referred(xml: &str, element: &str, relations: &[Relation]) -> Vec<(String, String)> {
    let parts: HashMap<&str, &str> =
        relations.iter().map(|relation| (relation.id.as_str(), relation.part.as_str())).collect();
    let part = |token| match token {
        Token::Start { name, attributes, .. } if name == element => {
            // `id` is another attribute.
            let (_, id) = attributes.iter().find(|(name, _)| name.ends_with(":id"))?;
            let name = attributes.get("name").unwrap_or_default().into_owned();
            Some(((*parts.get(id)?).to_owned(), name))
        }
        _ => None,
    };
    Tokens::new(xml, Dialect::Xml).filter_map(part).collect()
}
