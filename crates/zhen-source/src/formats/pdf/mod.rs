//! PDF: the text that pages show, with what the file says about itself.

mod cmap;
mod content;
mod font;
mod guard;
mod layout;
mod objects;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use lopdf::{DecompressError, Dictionary, Document as Pdf, Error, LoadOptions};

use crate::document::Document;
use crate::encoding;
use crate::error::SkipReason;
use crate::formats::Output;
use crate::lines::{push_heading, short_line};
use crate::markup::entities;
use crate::markup::tokens::{Dialect, Token, Tokens};
use crate::record::{normalise_lang, split_tags};
use crate::time::normalise_time;
use content::Reader;
use layout::{Lines, Paragraph};
use objects::{Budget, dict_at, get};

/// A text in a PDF is packed, and grows by so much when it is read.
const GROWTH: u64 = 200;
/// Objects are packed too, all of them are unpacked at once, and take more room than their text.
const GROWTH_OF_OBJECTS: u64 = 16;
/// What any file may unpack to, however small it is, in bytes.
const LEAST_LIMIT: u64 = 8 << 20;

/// Reads a file into `document`; all that its pages show may unpack to `limit` bytes, and no more
/// than its size lets expect. What was read is kept where a page breaks the limit.
///
/// # Errors
/// When the file is damaged so that no page is found, is encrypted with a password, or breaks the
/// limit before there is any text.
pub(crate) fn read(
    bytes: Vec<u8>,
    limit: u64,
    document: &mut Document,
    out: &mut Output<'_>,
) -> Result<(), SkipReason> {
    let size = bytes.len() as u64;
    let limit = limit.min(LEAST_LIMIT + GROWTH * size);
    let pdf = open(&bytes, limit.min(LEAST_LIMIT + GROWTH_OF_OBJECTS * size))?;
    drop(bytes);
    let mut reader = Reader::new(&pdf, Budget::new(limit));
    let mut text = Text::default();
    for page in pdf.page_iter() {
        let mut lines = Lines::default();
        let result = reader.page(page, &mut lines);
        text.add(&lines.paragraphs());
        if result.is_err() || text.body.len() as u64 > limit {
            let reason = SkipReason::Bomb { limit };
            if text.body.is_empty() {
                return Err(reason);
            }
            out.problem_at(None, format!("stopped reading: {reason}; {}", reason.hint()));
            break;
        }
    }
    text.finish(document);
    describe(&pdf, &mut reader.budget, document);
    Ok(())
}

/// Finds the objects of a file, of which those that are packed may unpack to `limit` bytes.
fn open(bytes: &[u8], limit: u64) -> Result<Pdf, SkipReason> {
    if !guard::has_sound_lengths(bytes) {
        return Err(SkipReason::Damaged("lengths of its streams are no numbers".into()));
    }
    // A limit for each is what the reader of objects knows.
    const LEAST: u64 = 64 << 10;
    let streams = memchr::memmem::find_iter(bytes, b"/ObjStm").count().max(1);
    let each = (limit / streams as u64).max(LEAST) as usize;
    let options = LoadOptions { max_decompressed_size: Some(each), ..LoadOptions::default() };
    let pdf = Pdf::load_mem_with_options(bytes, options).map_err(|error| match error {
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => {
            SkipReason::Bomb { limit }
        }
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => {
            SkipReason::Encrypted
        }
        error => SkipReason::Damaged(error.to_string()),
    })?;
    // It is not, any more, where the empty password opens it.
    if pdf.is_encrypted() {
        return Err(SkipReason::Encrypted);
    }
    if pdf.page_iter().next().is_none() {
        return Err(SkipReason::Damaged("it has no pages".into()));
    }
    Ok(pdf)
}

/// The text of the pages read so far.
#[derive(Debug, Default)]
struct Text {
    body: String,
    /// Where each paragraph stands, and the size of its type.
    paragraphs: Vec<(Range<usize>, f64)>,
    /// What stands out on the first page with text.
    title: String,
}

impl Text {
    /// Adds a page.
    fn add(&mut self, page: &[Paragraph]) {
        if self.title.is_empty() {
            self.title = title(page);
        }
        for (at, paragraph) in page.iter().enumerate() {
            if !self.body.is_empty() {
                self.body.push_str(if at == 0 || paragraph.is_apart { "\n\n" } else { "\n" });
            }
            let start = self.body.len();
            self.body.push_str(&paragraph.text);
            self.paragraphs.push((start..self.body.len(), paragraph.size));
        }
    }

    fn finish(mut self, document: &mut Document) {
        /// In characters; what is longer is a text in large type.
        const LONGEST_HEADING: usize = 200;
        if !self.body.is_empty() {
            self.body.push('\n');
        }
        let sizes = self.paragraphs.iter().map(|(range, size)| (*size, range.len()));
        let usual = usual_size(sizes);
        for (range, size) in self.paragraphs {
            if size > usual * LARGER && self.body[range.clone()].chars().count() <= LONGEST_HEADING
            {
                push_heading(&mut document.headings, &self.body, range);
            }
        }
        document.body = self.body;
        if !self.title.is_empty() {
            document.title = self.title;
        }
    }
}

/// Type is larger than other type, and not only by rounding, when it is so many times its size.
const LARGER: f64 = 1.12;

/// The size that most of a text has.
fn usual_size(sizes: impl Iterator<Item = (f64, usize)>) -> f64 {
    let mut lengths = BTreeMap::new();
    for (size, length) in sizes {
        *lengths.entry((size * 10.0).round() as u64).or_insert(0) += length;
    }
    let usual = lengths.into_iter().max_by_key(|&(_, length)| length);
    usual.map_or(0.0, |(size, _)| size as f64 / 10.0)
}

/// The paragraphs in the largest type of a page, or its first line where no type is larger.
fn title(page: &[Paragraph]) -> String {
    /// Lines and paragraphs that a title may have.
    const MOST: usize = 3;
    let usual = usual_size(page.iter().map(|paragraph| (paragraph.size, paragraph.text.len())));
    let is_word =
        |paragraph: &&Paragraph| paragraph.text.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let words = || page.iter().enumerate().filter(|(_, paragraph)| is_word(paragraph));
    let largest = words().map(|(_, paragraph)| paragraph.size).fold(0.0, f64::max);
    let stands_out = largest > usual * LARGER;
    let mut firsts =
        words().filter(|(_, paragraph)| !stands_out || paragraph.size > largest * 0.99);
    let Some((first, paragraph)) = firsts.next() else {
        return String::new();
    };
    if !stands_out {
        return short_line(&paragraph.text[..paragraph.first_line]);
    }
    let mut title = page[first].clone();
    let rest = page[first + 1..].iter().take_while(|next| (next.size / largest - 1.0).abs() < 0.01);
    rest.take(MOST - 1).for_each(|next| title.join(&next.text));
    short_line(&title.text)
}

/// What the file says about itself: title, people, time, keywords and language.
fn describe(pdf: &Pdf, budget: &mut Budget, document: &mut Document) {
    let info = dict_at(&pdf.trailer, b"Info", pdf);
    let entry = |key: &[u8]| {
        let text = get(info?, key, pdf)?.as_str().ok()?;
        Some(short_line(&text_string(text))).filter(|text| !text.is_empty())
    };
    let catalog = pdf.catalog().ok();
    let title = entry(b"Title").filter(|title| is_title(title));
    let title = title.or_else(|| catalog.and_then(|catalog| packet_title(catalog, pdf, budget)));
    if let Some(title) = title {
        document.title = title;
    }
    document.time =
        [&b"CreationDate"[..], b"ModDate"].into_iter().find_map(|key| moment(&entry(key)?));
    document.tags = entry(b"Keywords").map(|keywords| split_tags(&keywords)).unwrap_or_default();
    for (key, name) in [(&b"Author"[..], "author"), (b"Subject", "subject")] {
        document.extra.extend(entry(key).map(|text| (name.to_owned(), text.into())));
    }
    let lang = catalog.and_then(|catalog| get(catalog, b"Lang", pdf)?.as_str().ok());
    document.lang = lang.and_then(|lang| normalise_lang(&text_string(lang)));
}

/// The title in the packet of metadata, which some programs write instead.
fn packet_title(catalog: &Dictionary, pdf: &Pdf, budget: &mut Budget) -> Option<String> {
    let packet = objects::stream_data(catalog, b"Metadata", pdf, budget).ok()??;
    let packet = encoding::decode(packet).ok()?.text;
    let mut is_title_now = false;
    Tokens::new(&packet, Dialect::Xml).find_map(|token| {
        match token {
            Token::Start { name, .. } if name == "title" => is_title_now = true,
            Token::End { name } if name == "title" => is_title_now = false,
            Token::Text { raw, .. } if is_title_now => {
                return Some(short_line(&entities::decode(raw))).filter(|title| is_title(title));
            }
            _ => {}
        }
        None
    })
}

/// Whether a title was given by a person, and is not what a program made of the name of a file.
fn is_title(title: &str) -> bool {
    const UNTITLED: [&str; 8] =
        ["untitled", "无标题", "無標題", "未命名", "document", "slide 1", "幻灯片 1", "powerpoint"];
    const EXTENSIONS: [&str; 17] = [
        "doc", "docx", "wps", "odt", "rtf", "txt", "ppt", "pptx", "xls", "xlsx", "tex", "dvi",
        "ps", "indd", "cdr", "pdf", "fm",
    ];
    let title = title.trim().to_lowercase();
    let extension = title.rsplit_once('.').map_or("", |(_, extension)| extension);
    title.chars().any(char::is_alphanumeric)
        && !title.starts_with("microsoft word - ")
        && !title.starts_with("microsoft powerpoint - ")
        && !UNTITLED.iter().any(|untitled| {
            title
                .strip_prefix(untitled)
                .is_some_and(|rest| !rest.chars().any(char::is_alphabetic) && rest.len() < 4)
        })
        && !EXTENSIONS.contains(&extension)
}

/// Text outside of pages: UTF-16 or UTF-8 with a mark, and without one what the writer's system had.
fn text_string(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    match encoding::decode(bytes.to_vec()) {
        Ok(decoded) => decoded.text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A point in time as PDF writes it, `D:20240521083000+08'00'`, of which any end may be missing.
fn moment(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("D:");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, zone) = text.split_at(digits);
    if digits.len() < 8 {
        return normalise_time(text);
    }
    let part = |range: Range<usize>| digits.get(range).unwrap_or("00");
    let zone = zone.replace('\'', "");
    let zone = match zone.get(..3).zip(zone.get(3..5)) {
        Some((hours, minutes)) if hours.starts_with(['+', '-']) => format!("{hours}:{minutes}"),
        _ => "Z".to_owned(),
    };
    normalise_time(&format!(
        "{}-{}-{}T{}:{}:{}{zone}",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    ))
}
