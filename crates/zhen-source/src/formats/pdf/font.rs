//! Fonts: the text and the width of each code of a string.

use std::borrow::Cow;

use lopdf::{Dictionary, Document, Encoding, Object, dictionary};

use super::cmap::{CMap, Coding, number, range_of};
use super::objects::{
    Budget, Exceeded, array, dict, dict_at, get, integer, name, real, stream_data,
};

/// What one code of a string shows.
pub(super) struct Glyph<'f> {
    /// Nothing where the file does not tell.
    pub(super) text: Cow<'f, str>,
    /// How far the next glyph is from it, in parts of the font's size.
    pub(super) advance: f64,
    /// Whether the spacing of words is added to it.
    pub(super) is_space: bool,
}

#[derive(Debug)]
pub(super) enum Font {
    /// A byte is a code.
    Simple { texts: Vec<String>, widths: Vec<f64> },
    /// Codes may have several bytes.
    Composite(Box<Composite>),
}

#[derive(Debug)]
pub(super) struct Composite {
    coding: Coding,
    to_unicode: Option<CMap>,
    /// First glyph, last glyph, and how wide each is; ascending.
    widths: Vec<(u32, u32, f64)>,
    default_width: f64,
    is_vertical: bool,
}

impl Font {
    /// Reads a font's dictionary.
    pub(super) fn new(
        font: &Dictionary,
        document: &Document,
        budget: &mut Budget,
    ) -> Result<Self, Exceeded> {
        let to_unicode = stream_data(font, b"ToUnicode", document, budget)?;
        let to_unicode = to_unicode.map(|data| CMap::parse(&data));
        if name(font, b"Subtype", document) != b"Type0" {
            let mut texts = encoding(font, document, budget)?;
            if let Some(cmap) = to_unicode {
                for (code, text) in (0..).zip(&mut texts) {
                    if let Some(mapped) = cmap.text(code).filter(|text| !text.starts_with('\0')) {
                        *text = mapped;
                    }
                }
            }
            let widths = simple_widths(font, &texts, document);
            return Ok(Self::Simple { texts, widths });
        }
        let encoding = name(font, b"Encoding", document);
        let own = stream_data(font, b"Encoding", document, budget)?.map(|data| CMap::parse(&data));
        let is_vertical = match &own {
            Some(cmap) => cmap.is_vertical,
            None => encoding == b"V" || encoding.ends_with(b"-V"),
        };
        let coding = match own {
            Some(cmap) => Coding::Own(cmap),
            None => Coding::predefined(&String::from_utf8_lossy(encoding)),
        };
        let descendants = array(font, b"DescendantFonts", document);
        let descendant = descendants.first().and_then(|font| dict(font, document));
        let (mut widths, mut default_width) = (Vec::new(), 1.0);
        if let Some(descendant) = descendant {
            let width = get(descendant, b"DW", document).and_then(real);
            default_width = width.map_or(1.0, |width| width / 1000.0);
            widths = composite_widths(array(descendant, b"W", document), document);
        }
        Ok(Self::Composite(Box::new(Composite {
            coding,
            to_unicode,
            widths,
            default_width,
            is_vertical,
        })))
    }

    pub(super) fn is_vertical(&self) -> bool {
        matches!(self, Self::Composite(font) if font.is_vertical)
    }

    /// Whether a string has as many codes as a word.
    pub(super) fn is_word(&self, string: &[u8]) -> bool {
        match self {
            Self::Simple { .. } => string.len() > 3,
            Self::Composite(_) => string.len() > 7,
        }
    }

    /// The glyphs that a string shows.
    pub(super) fn glyphs<'f>(&'f self, string: &'f [u8]) -> impl Iterator<Item = Glyph<'f>> + 'f {
        let mut rest = string;
        std::iter::from_fn(move || {
            let &first = rest.first()?;
            let (glyph, length) = match self {
                Self::Simple { texts, widths } => {
                    let text = Cow::Borrowed(texts[usize::from(first)].as_str());
                    let advance = widths[usize::from(first)];
                    (Glyph { text, advance, is_space: first == b' ' }, 1)
                }
                Self::Composite(font) => font.glyph(rest),
            };
            rest = &rest[length..];
            Some(glyph)
        })
    }
}

impl Composite {
    fn width(&self, glyph: u32) -> f64 {
        range_of(&self.widths, glyph).map_or(self.default_width, |&(_, _, width)| width)
    }

    fn glyph(&self, bytes: &[u8]) -> (Glyph<'static>, usize) {
        let length = self.coding.length(bytes);
        let bytes = &bytes[..length];
        let code = number(bytes);
        let text = self.to_unicode.as_ref().and_then(|cmap| cmap.text(code));
        let text = text.or_else(|| self.coding.text(bytes)).unwrap_or_default();
        let advance = match self.coding.glyph(code) {
            _ if self.is_vertical => 1.0,
            Some(glyph) => self.width(glyph),
            // Latin is half as wide as Han in the fonts that such codes are used with.
            None if text.is_ascii() => self.default_width / 2.0,
            None => self.default_width,
        };
        let is_space = bytes == b" ";
        (Glyph { text: Cow::Owned(text), advance, is_space }, length)
    }
}

/// Reads `first [width …]` and `first last width`.
fn composite_widths(list: &[Object], document: &Document) -> Vec<(u32, u32, f64)> {
    let glyph = |object| integer(object, document).and_then(|number| u32::try_from(number).ok());
    let mut widths = Vec::new();
    let mut rest = list;
    while let [first, second, after @ ..] = rest {
        let Some(first) = glyph(first) else {
            rest = &rest[1..];
            continue;
        };
        let second = document.dereference(second).map_or(second, |(_, object)| object);
        if let Object::Array(list) = second {
            let list = list.iter().filter_map(real);
            widths.extend(
                (first..=u32::MAX).zip(list).map(|(glyph, width)| (glyph, glyph, width / 1000.0)),
            );
            rest = after;
        } else if let [width, after @ ..] = after {
            if let (Some(last), Some(width)) = (glyph(second), real(width)) {
                widths.push((first, last, width / 1000.0));
            }
            rest = after;
        } else {
            break;
        }
    }
    widths.sort_by_key(|&(first, _, _)| first);
    widths
}

fn simple_widths(font: &Dictionary, texts: &[String], document: &Document) -> Vec<f64> {
    // Glyphs of a Type 3 font have a space of their own.
    let unit = match array(font, b"FontMatrix", document).first().and_then(real) {
        Some(scale) if name(font, b"Subtype", document) == b"Type3" => scale,
        _ => 0.001,
    };
    let first = get(font, b"FirstChar", document).and_then(real).unwrap_or(0.0) as usize;
    let listed = array(font, b"Widths", document);
    let descriptor = dict_at(font, b"FontDescriptor", document);
    let missing = descriptor.and_then(|font| get(font, b"MissingWidth", document)).and_then(real);
    let is_fixed = name(font, b"BaseFont", document).starts_with(b"Courier");
    (0..256)
        .map(|code: usize| match code.checked_sub(first).and_then(|at| listed.get(at)) {
            Some(width) => {
                let width = document.dereference(width).ok().and_then(|(_, width)| real(width));
                width.unwrap_or(0.0) * unit
            }
            None if !listed.is_empty() => missing.unwrap_or(0.0) * unit,
            None if is_fixed => 0.6,
            None => usual_width(&texts[code]),
        })
        .collect()
}

/// About how wide a letter is in a font that is neither in the file nor described there.
fn usual_width(text: &str) -> f64 {
    match text.chars().next() {
        None => 0.0,
        Some(
            ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'i' | 'j' | 'l' | 'I' | 'f' | 't',
        ) => 0.27,
        Some('m' | 'M' | 'w' | 'W' | '@' | '%') => 0.82,
        Some('A'..='Z') => 0.68,
        Some(_) => 0.52,
    }
}

/// The texts of the 256 codes of a simple font.
fn encoding(
    font: &Dictionary,
    document: &Document,
    budget: &mut Budget,
) -> Result<Vec<String>, Exceeded> {
    let described = get(font, b"Encoding", document);
    let differences = described.and_then(|object| object.as_dict().ok());
    let base = match (described, differences) {
        (Some(Object::Name(name)), _) => Some(name.as_slice()),
        (_, Some(encoding)) => Some(name(encoding, b"BaseEncoding", document)),
        _ => None,
    };
    let base = base.filter(|name| !name.is_empty());
    let mut texts = base_encoding(base.unwrap_or(match name(font, b"Subtype", document) {
        b"TrueType" => b"WinAnsiEncoding",
        _ => b"StandardEncoding",
    }));
    let base_font = name(font, b"BaseFont", document);
    // Codes of these are signs, not letters.
    if base.is_none()
        && [&b"Symbol"[..], b"Dingbats", b"Wingdings", b"Webdings"]
            .iter()
            .any(|sign| memchr::memmem::find(base_font, sign).is_some())
    {
        texts.fill(String::new());
    }
    if base.is_none()
        && let Some(descriptor) = dict_at(font, b"FontDescriptor", document)
        && let Some(program) = stream_data(descriptor, b"FontFile", document, budget)?
    {
        for (code, name) in built_in(&program) {
            texts[usize::from(code)] = glyph_text(name).unwrap_or_default();
        }
    }
    let mut code = 0usize;
    for object in differences.map_or(&[][..], |encoding| array(encoding, b"Differences", document))
    {
        match object {
            Object::Integer(at) => code = usize::try_from(*at).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = glyph_text(name).unwrap_or_default();
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    Ok(texts)
}

/// The encoding of a Type 1 font program, `dup 65 /A put` for each code, before its encrypted part.
fn built_in(program: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let end = memchr::memmem::find(program, b"eexec").unwrap_or(program.len());
    let start = memchr::memmem::find(&program[..end], b"/Encoding").unwrap_or(end);
    let mut words =
        program[start..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        loop {
            if words.next()? == b"dup" {
                let code =
                    std::str::from_utf8(words.next()?).ok().and_then(|code| code.parse().ok());
                let name = words.next()?.strip_prefix(b"/");
                if let (Some(code), Some(name)) = (code, name) {
                    return Some((code, name));
                }
            }
        }
    })
}

/// The 256 texts of a standard encoding.
fn base_encoding(name: &[u8]) -> Vec<String> {
    let font = dictionary! { "Type" => "Font", "Encoding" => Object::Name(name.to_vec()) };
    let document = Document::new();
    let encoding = font.get_font_encoding(&document);
    let text = |code: u8| {
        encoding.as_ref().ok().and_then(|encoding| encoding.bytes_to_string(&[code]).ok())
    };
    (0..=255).map(|code| text(code).unwrap_or_default()).collect()
}

/// The text of a glyph by its name, as the Adobe Glyph List and its rules for other names say.
fn glyph_text(name: &[u8]) -> Option<String> {
    let base = name.split(|&byte| byte == b'.').next().filter(|base| !base.is_empty())?;
    if let Some(text) = listed_text(base) {
        return Some(text);
    }
    base.split(|&byte| byte == b'_')
        .map(|part| listed_text(part).or_else(|| numbered_text(part)))
        .collect()
}

fn listed_text(name: &[u8]) -> Option<String> {
    let differences = vec![Object::Integer(0), Object::Name(name.to_vec())];
    let font = dictionary! {
        "Type" => "Font",
        "Encoding" => dictionary! { "Differences" => differences },
    };
    let document = Document::new();
    match font.get_font_encoding(&document) {
        Ok(encoding @ Encoding::Differences(_)) => encoding.bytes_to_string(&[0]).ok(),
        _ => None,
    }
}

/// The text of `uni4E2D`, `uni00660069` and `u4E2D`.
fn numbered_text(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let digits = name.strip_prefix("uni").filter(|digits| is_hex(digits) && digits.len() % 4 == 0);
    if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
        let unit = |at: usize| u16::from_str_radix(&digits[at..at + 4], 16).ok();
        let units: Option<Vec<u16>> = (0..digits.len()).step_by(4).map(unit).collect();
        return String::from_utf16(&units?).ok();
    }
    let digits = name
        .strip_prefix('u')
        .filter(|digits| is_hex(digits) && (4..=6).contains(&digits.len()))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?).map(String::from)
}
