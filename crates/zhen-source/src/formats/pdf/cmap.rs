//! CMaps: how the bytes of a string are cut into codes, and what text and which glyph a code is.

use std::collections::HashMap;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use lopdf::Object;
use lopdf::content::Content;

/// Characters that one code may stand for: a ligature has three or four.
const LONGEST_TEXT: usize = 16;

/// How the strings of a composite font are cut into codes.
#[derive(Debug)]
pub(super) enum Coding {
    /// Two bytes each, which say nothing about the character.
    Pairs,
    /// UTF-16 with the high byte first.
    Utf16,
    /// A charset of the days before Unicode.
    Charset(&'static Encoding),
    /// As a CMap of the file says.
    Own(CMap),
}

impl Coding {
    /// The coding that a predefined CMap stands for; pairs where its charset is unknown.
    pub(super) fn predefined(name: &str) -> Self {
        let base = name.strip_suffix("-H").or(name.strip_suffix("-V")).unwrap_or(name);
        match base {
            "GB-EUC" | "GBpc-EUC" | "GBK-EUC" | "GBKp-EUC" | "GBK2K" => Self::Charset(GB18030),
            "B5pc" | "HKscs-B5" | "ETen-B5" | "ETenms-B5" => Self::Charset(BIG5),
            "KSC-EUC" | "KSCpc-EUC" | "KSCms-UHC" | "KSCms-UHC-HW" => Self::Charset(EUC_KR),
            "EUC" => Self::Charset(EUC_JP),
            _ if base.contains("RKSJ") => Self::Charset(SHIFT_JIS),
            _ if base.contains("UCS2") || base.contains("UTF16") => Self::Utf16,
            _ => Self::Pairs,
        }
    }

    /// How many bytes the first code of `bytes`, which are not empty, has.
    pub(super) fn length(&self, bytes: &[u8]) -> usize {
        let second = bytes.get(1).copied().unwrap_or(0);
        let length = match self {
            Self::Pairs => 2,
            Self::Utf16 if matches!(bytes[0], 0xD8..=0xDB) => 4,
            Self::Utf16 => 2,
            Self::Charset(encoding) => match bytes[0] {
                0..=0x80 | 0xFF => 1,
                0xA0..=0xDF if *encoding == SHIFT_JIS => 1,
                0x8F if *encoding == EUC_JP => 3,
                _ if *encoding == GB18030 && second.is_ascii_digit() => 4,
                _ => 2,
            },
            Self::Own(cmap) => cmap.length(bytes),
        };
        length.min(bytes.len())
    }

    /// The text of a code by itself.
    pub(super) fn text(&self, code: &[u8]) -> Option<String> {
        let text = match self {
            Self::Utf16 => encoding_rs::UTF_16BE.decode_without_bom_handling(code).0,
            Self::Charset(encoding) => encoding.decode_without_bom_handling(code).0,
            Self::Pairs | Self::Own(_) => return None,
        };
        Some(text.into_owned())
    }

    /// Number of the glyph of a code, by which widths are listed; `None` where only tables would tell.
    pub(super) fn glyph(&self, code: u32) -> Option<u32> {
        match self {
            Self::Pairs => Some(code),
            Self::Own(cmap) => cmap.glyph(code),
            Self::Utf16 | Self::Charset(_) => None,
        }
    }
}

/// Of ranges from a first to a last number, ascending, the one in which `number` lies.
pub(super) fn range_of<T>(ranges: &[(u32, u32, T)], number: u32) -> Option<&(u32, u32, T)> {
    let after = ranges.partition_point(|range| range.0 <= number);
    ranges[..after].last().filter(|range| number <= range.1)
}

/// The number that the bytes of a code are.
pub(super) fn number(code: &[u8]) -> u32 {
    code.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// A CMap that stands in the file.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// The lowest and the highest bytes of codes of one length.
    spaces: Vec<(Vec<u8>, Vec<u8>)>,
    texts: HashMap<u32, String>,
    /// First code, last code, and the text of the first in UTF-16; ascending.
    text_ranges: Vec<(u32, u32, Vec<u16>)>,
    /// First code, last code, and the glyph of the first; ascending.
    glyph_ranges: Vec<(u32, u32, u32)>,
    pub(super) is_vertical: bool,
}

impl CMap {
    /// Reads what can be read of it.
    pub(super) fn parse(data: &[u8]) -> Self {
        let mut cmap = Self::default();
        // A CMap is operands and operators, as the content of a page is.
        for operation in Content::decode_iter(data).map_while(Result::ok) {
            let operands = operation.operands.as_slice();
            match operation.operator.as_str() {
                "endcodespacerange" => {
                    cmap.spaces.extend(operands.chunks_exact(2).filter_map(|pair| {
                        let (low, high) = (bytes(&pair[0])?, bytes(&pair[1])?);
                        (low.len() == high.len() && (1..=4).contains(&low.len()))
                            .then(|| (low.to_vec(), high.to_vec()))
                    }))
                }
                "endbfchar" => operands.chunks_exact(2).for_each(|pair| {
                    if let (Some(code), Some(text)) = (bytes(&pair[0]), bytes(&pair[1])) {
                        cmap.texts.insert(number(code), utf16(text));
                    }
                }),
                "endbfrange" => operands.chunks_exact(3).for_each(|range| cmap.add_texts(range)),
                "endcidchar" => operands.chunks_exact(2).for_each(|pair| {
                    cmap.add_glyphs(&pair[0], &pair[0], &pair[1]);
                }),
                "endcidrange" => operands.chunks_exact(3).for_each(|range| {
                    cmap.add_glyphs(&range[0], &range[1], &range[2]);
                }),
                "def" => {
                    if let [Object::Name(name), Object::Integer(value)] = operands
                        && name == b"WMode"
                    {
                        cmap.is_vertical = *value == 1;
                    }
                }
                _ => {}
            }
        }
        cmap.text_ranges.sort_unstable_by_key(|range| range.0);
        cmap.glyph_ranges.sort_unstable_by_key(|range| range.0);
        cmap
    }

    fn add_texts(&mut self, range: &[Object]) {
        let (Some(first), Some(last)) = (bytes(&range[0]), bytes(&range[1])) else {
            return;
        };
        let (first, last) = (number(first), number(last));
        match &range[2] {
            Object::Array(texts) => {
                let texts = texts.iter().map(bytes);
                for (code, text) in (first..=last).zip(texts) {
                    self.texts.extend(text.map(|text| (code, utf16(text))));
                }
            }
            text => {
                self.text_ranges.extend(bytes(text).map(|text| (first, last, units(text))));
            }
        }
    }

    fn add_glyphs(&mut self, first: &Object, last: &Object, glyph: &Object) {
        if let (Some(first), Some(last), Ok(glyph)) = (bytes(first), bytes(last), glyph.as_i64())
            && let Ok(glyph) = u32::try_from(glyph)
        {
            self.glyph_ranges.push((number(first), number(last), glyph));
        }
    }

    fn length(&self, bytes: &[u8]) -> usize {
        let holds = |(low, high): &(Vec<u8>, Vec<u8>)| {
            bytes.len() >= low.len()
                && (0..low.len()).all(|at| (low[at]..=high[at]).contains(&bytes[at]))
        };
        let lengths = || self.spaces.iter().map(|(low, _)| low.len());
        let held = self.spaces.iter().filter(|space| holds(space)).map(|(low, _)| low.len()).min();
        held.or_else(|| lengths().min()).unwrap_or(2)
    }

    /// The text of a code.
    pub(super) fn text(&self, code: u32) -> Option<String> {
        if let Some(text) = self.texts.get(&code) {
            return Some(text.clone());
        }
        let (first, _, text) = range_of(&self.text_ranges, code)?;
        let mut text = text.clone();
        let unit = text.last_mut()?;
        *unit = unit.wrapping_add(u16::try_from(code - first).ok()?);
        Some(String::from_utf16_lossy(&text))
    }

    fn glyph(&self, code: u32) -> Option<u32> {
        let &(first, _, glyph) = range_of(&self.glyph_ranges, code)?;
        Some(glyph.saturating_add(code - first))
    }
}

fn bytes(object: &Object) -> Option<&[u8]> {
    object.as_str().ok()
}

fn units(text: &[u8]) -> Vec<u16> {
    match text {
        &[byte] => vec![u16::from(byte)],
        _ => text
            .chunks_exact(2)
            .take(LONGEST_TEXT)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect(),
    }
}

fn utf16(text: &[u8]) -> String {
    String::from_utf16_lossy(&units(text))
}
