//! Formats: which one a file is in, and the reader of each.
//!
//! Readers of one document take the decoded text and fill a [`Document`] that already has its id,
//! path, kind and the file's name as title. Readers of records hand out documents through [`Output`].

pub(crate) mod csv;
mod front_matter;
mod html;
pub(crate) mod json;
pub(crate) mod json_lines;
pub(crate) mod json_scan;
pub(crate) mod mail;
mod man;
mod markdown;
mod notebook;
pub(crate) mod office;
pub(crate) mod pdf;
mod rst;
mod subtitle;
#[cfg(test)]
mod tests;
mod xml;

use std::ops::ControlFlow;

use crate::document::Document;
use crate::lines::prefix;
use crate::read::{FileReport, Problem};

/// The receiver of documents: `Break` says that it wants no more.
pub type Sink<'s> = dyn FnMut(Document) -> ControlFlow<()> + 's;

/// A text format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Markdown,
    Html,
    Xml,
    Json,
    JsonLines,
    Notebook,
    /// A table; TSV where the delimiter is known from the name.
    Csv,
    Tsv,
    Rst,
    Subtitle,
    Man,
    /// One message.
    Mail,
    /// A file of messages.
    Mailbox,
}

impl Format {
    /// The format by the name of a file (without the extension of a compression), and by the start
    /// of its content where the name says little.
    pub(crate) fn of(name: &str, head: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let head = head.trim_start_matches('\u{FEFF}').trim_start();
        let Some((stem, extension)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())
        else {
            return Self::sniff(head);
        };
        match extension {
            "md" | "markdown" | "mdown" | "mkd" | "mkdn" | "mdx" | "qmd" | "rmd" => Self::Markdown,
            // Mallard's pages are XML, those of several wikis Markdown.
            "page" if head.starts_with('<') => Self::Xml,
            "page" => Self::Markdown,
            "html" | "htm" | "xhtml" | "shtml" => Self::Html,
            "xml" | "docbook" | "dbk" | "tei" | "dita" | "rss" | "atom" | "opml" | "fb2"
            | "xlf" | "xliff" => match Self::sniff(head) {
                Self::Html => Self::Html,
                _ => Self::Xml,
            },
            "json" | "geojson" => Self::Json,
            "jsonl" | "ndjson" | "jl" => Self::JsonLines,
            "ipynb" => Self::Notebook,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "rst" | "rest" => Self::Rst,
            // Sphinx keeps its sources so beside its pages.
            "txt" if stem.ends_with(".rst") => Self::Rst,
            "srt" | "vtt" | "ass" | "ssa" => Self::Subtitle,
            // Browsers save pages as messages.
            "eml" | "mht" | "mhtml" if mail::is_message(head) => Self::Mail,
            "mbox" if head.starts_with("From ") => Self::Mailbox,
            "txt" | "text" | "log" => Self::Text,
            _ if is_manual_section(extension) && man::is_man(head) => Self::Man,
            _ => Self::sniff(head),
        }
    }

    /// The format of a file whose name says nothing.
    fn sniff(head: &str) -> Self {
        let start = prefix(head, 512).to_ascii_lowercase();
        if start.starts_with("<!doctype html") || start.starts_with("<html") {
            Self::Html
        } else if start.starts_with("<?xml") {
            if start.contains("<html") || start.contains("<!doctype html") {
                Self::Html
            } else {
                Self::Xml
            }
        } else if start.starts_with("webvtt") {
            Self::Subtitle
        } else {
            Self::Text
        }
    }

    /// The name for [`Document::kind`].
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Notebook => "notebook",
            Self::Csv | Self::Tsv => "csv",
            Self::Rst => "rst",
            Self::Subtitle => "subtitle",
            Self::Man => "man",
            Self::Mail | Self::Mailbox => "mail",
        }
    }

    /// Reads a file of one document from its text, which has `\n` line ends. `document` has what is
    /// known without reading.
    ///
    /// Records and mail are not read here: of JSON this takes the strings, of a table, JSON lines or mail
    /// the text as it is.
    pub(crate) fn read(self, text: String, document: &mut Document, out: &mut Output<'_>) {
        match self {
            Self::Text | Self::Csv | Self::Tsv | Self::JsonLines | Self::Mail | Self::Mailbox => {
                document.body = text
            }
            Self::Markdown => markdown::read(text, document),
            Self::Html => html::read(&text, document),
            Self::Xml => xml::read(&text, document),
            Self::Json => json::read_strings(&text, document, out),
            Self::Notebook => {
                if let Err((line, error)) = notebook::read(&text, document) {
                    out.problem(line, error.to_string());
                }
            }
            Self::Rst => rst::read(text, document),
            Self::Subtitle => subtitle::read(&text, document),
            Self::Man => man::read(&text, document),
        }
    }
}

/// `1` to `9` with a suffix (`3tcl`, `1ssl`), `n` and `l`.
fn is_manual_section(extension: &str) -> bool {
    matches!(extension, "n" | "l" | "man" | "mdoc")
        || extension.len() <= 8
            && extension.starts_with(|c: char| c.is_ascii_digit())
            && extension[1..].bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The bytes that a text with `%E4` and the like stands for.
fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match hex_byte(rest) {
            Some(code) => {
                out.push(code);
                rest = &rest[2..];
            }
            None => out.push(b'%'),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The byte that two hexadecimal digits at the start of `text` name.
fn hex_byte(text: &[u8]) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Where readers of records put what they find.
pub(crate) struct Output<'s> {
    sink: &'s mut Sink<'s>,
    /// What is told of the file in the end.
    pub(crate) report: FileReport,
}

impl<'s> Output<'s> {
    pub(crate) fn new(sink: &'s mut Sink<'s>, report: FileReport) -> Self {
        Self { sink, report }
    }

    /// Hands a document out.
    pub(crate) fn emit(&mut self, document: Document) -> ControlFlow<()> {
        self.report.documents += 1;
        let flow = (self.sink)(document);
        self.report.stopped |= flow.is_break();
        flow
    }

    /// Notes something that is wrong at a line.
    pub(crate) fn problem(&mut self, line: u32, message: String) {
        self.problem_at(Some(line), message);
    }

    /// Notes something that is wrong.
    pub(crate) fn problem_at(&mut self, line: Option<u32>, message: String) {
        self.report.problem_count += 1;
        if self.report.problems.len() < FileReport::MOST_PROBLEMS {
            self.report.problems.push(Problem { line, message });
        }
    }

    /// Notes the encoding of a part. One that is not UTF-8 tells more than one that is.
    pub(crate) fn note_encoding(&mut self, encoding: &'static str, lossy: bool) {
        self.report.lossy |= lossy;
        if encoding != encoding_rs::UTF_8.name() {
            self.report.encoding = encoding;
        }
    }
}
