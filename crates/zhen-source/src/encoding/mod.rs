//! Bytes to text: which encoding, and is it text at all.
//!
//! A byte order mark decides. Valid UTF-8 is UTF-8 and costs one check and no copy. Everything else
//! is decoded by each candidate and the likeliest text wins, so that GB18030 and Big5, which are valid
//! in each other most of the time, are told apart on a line or two; a file with lines in UTF-8 and
//! lines in another encoding is decoded line by line. Detection looks at a window of a large file; the
//! window is cut only where no encoding can be in mid-character.

mod common;
mod score;
pub(crate) mod sniff;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

use crate::error::SkipReason;
use crate::lines::prefix;
use sniff::Magic;

/// Text and how it was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark. Line ends are as they were.
    pub text: String,
    /// Name of the encoding as the WHATWG Encoding standard spells it (`UTF-8`, `gb18030`, `Big5`,
    /// `UTF-16LE`, …), or `UTF-32LE`, `UTF-32BE`; of two, the one that is not UTF-8.
    pub encoding: &'static str,
    /// Whether bytes were invalid and became U+FFFD.
    pub lossy: bool,
}

/// Bytes looked at to find the encoding of something that is not UTF-8.
const WINDOW: usize = 64 * 1024;
/// Bits by which a candidate is preferred that the file itself names (meta charset, XML
/// declaration), beside a tenth of its cost.
const HINT_BONUS: u64 = 64;
/// Bits by which UTF-8 with some invalid bytes is preferred: it is what most files are.
const UTF8_BONUS: u64 = 40;
/// Bits by which the encodings of neither Chinese nor English are put off.
const FOREIGN_MALUS: u64 = 12;
/// Above this share of invalid, unassigned or control characters in the best decoding, the bytes
/// are no text.
const MAX_GARBAGE_SHARE: f64 = 0.2;
/// One in so many lines beyond ASCII must be UTF-8 for a text to be of two encodings.
const MIXED_SHARE: usize = 8;
/// Most bits a character of UTF-16 text costs in the mean when there is no byte order mark; binary
/// data read as UTF-16 costs more.
const MAX_UTF16_BITS: u64 = 15;
/// The same where it holds no NULs, as ASCII in UTF-16 would.
const MAX_CHINESE_BITS: u64 = 12;
/// Share of Chinese characters and punctuation above which UTF-16 is believed whatever it costs: of
/// random pairs of bytes a third are such.
const LEAST_CHINESE_SHARE: f64 = 0.95;

/// Decodes the content of a file.
///
/// # Errors
/// [`SkipReason::Binary`] or [`SkipReason::Unsupported`] when the bytes are no text. Invalid bytes
/// within text are no error: see [`Decoded::lossy`].
pub fn decode(mut bytes: Vec<u8>) -> Result<Decoded, SkipReason> {
    match sniff::magic(&bytes[..bytes.len().min(512)]) {
        Some(Magic::Binary(what)) => return Err(SkipReason::Binary(Some(what))),
        Some(Magic::Unsupported(what)) => return Err(SkipReason::Unsupported(what)),
        Some(Magic::Gzip | Magic::Zstd | Magic::Zip) => {
            return Err(SkipReason::Binary(Some("compressed data")));
        }
        Some(Magic::Pdf) => return Err(SkipReason::Unsupported("pdf within another document")),
        None => {}
    }
    if let Some(decoded) = decode_marked(&bytes) {
        return Ok(decoded);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
        return match String::from_utf8(bytes) {
            Ok(text) => Ok(utf8(text, false)),
            Err(error) => Ok(utf8(String::from_utf8_lossy(error.as_bytes()).into_owned(), true)),
        };
    }
    if memchr::memchr(0, &bytes).is_some() {
        // Text in UTF-16 is hardly ever valid UTF-8 as well; the other way round it is common.
        return decode_with_nuls(&bytes)
            .or_else(|| decode_unmarked_utf16(&bytes, MAX_UTF16_BITS))
            .ok_or(SkipReason::Binary(None));
    }
    if sniff::control_share(&bytes) > sniff::MAX_CONTROL_SHARE {
        // 、 is 01 30 in UTF-16LE. Without the NULs of ASCII the text is Chinese and no other.
        return decode_unmarked_utf16(&bytes, MAX_CHINESE_BITS).ok_or(SkipReason::Binary(None));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(utf8(text, false)),
        Err(error) => {
            let bytes = error.into_bytes();
            let encoding = detect(&bytes, declared(&bytes));
            let decoded =
                decode_mixed(&bytes, encoding).unwrap_or_else(|| decode_as(&bytes, encoding));
            if score::garbage_share(prefix(&decoded.text, WINDOW)) > MAX_GARBAGE_SHARE {
                return Err(SkipReason::Binary(None));
            }
            Ok(decoded)
        }
    }
}

/// The encoding of a stream that begins with `head`; `None` where that is UTF-8. The end of `head`,
/// which may be within a character, is left out.
pub(crate) fn detect_head(head: &[u8]) -> Option<&'static Encoding> {
    let end = memchr::memrchr(b'\n', head).map_or(head.len(), |at| at + 1);
    match std::str::from_utf8(&head[..end]) {
        Ok(_) => None,
        Err(error) if error.error_len().is_none() => None,
        Err(_) => Some(detect(&head[..end], None)).filter(|&encoding| encoding != UTF_8),
    }
}

/// Whether `head`, the start of a stream, is in an encoding with units of more than a byte.
pub(crate) fn is_wide(head: &[u8]) -> bool {
    let marks: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"];
    marks.iter().any(|mark| head.starts_with(mark))
        || memchr::memchr(0, head).is_some()
            && decode_unmarked_utf16(head, MAX_UTF16_BITS).is_some()
}

/// Decodes one line of a stream, of which earlier lines were in `earlier` where they were not UTF-8.
/// Gives the encoding it took, and whether bytes were invalid.
pub(crate) fn decode_line<'b>(
    line: &'b [u8],
    earlier: Option<&'static Encoding>,
) -> (Cow<'b, str>, &'static Encoding, bool) {
    match std::str::from_utf8(line) {
        Ok(text) => (Cow::Borrowed(text), UTF_8, false),
        Err(_) => {
            let encoding = detect(line, earlier);
            let (text, lossy) = encoding.decode_without_bom_handling(line);
            (text, encoding, lossy)
        }
    }
}

/// Decodes bytes that came with the name of their encoding, which is often not the right one. Gives
/// the encoding it took, and whether bytes were invalid.
pub(crate) fn decode_labelled<'b>(
    bytes: &'b [u8],
    label: Option<&str>,
) -> (Cow<'b, str>, &'static Encoding, bool) {
    let named = label.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    match named {
        // ISO-2022-JP is ASCII to those who do not know.
        Some(encoding) if !encoding.is_ascii_compatible() => {
            let (text, lossy) = encoding.decode_without_bom_handling(bytes);
            (text, encoding, lossy)
        }
        hint => decode_line(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), hint),
    }
}

fn utf8(text: String, lossy: bool) -> Decoded {
    Decoded { text, encoding: UTF_8.name(), lossy }
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), lossy }
}

/// Text to which programs wrote lines in UTF-8 and in another encoding, as many a log is, line by line.
/// `None` where it is of one encoding, of which `whole` is the likeliest. A line break is one in all
/// encodings but UTF-16.
fn decode_mixed(bytes: &[u8], whole: &'static Encoding) -> Option<Decoded> {
    let lines = || bytes.split(|&byte| byte == b'\n');
    let (mut utf8_lines, mut others) = (0, 0);
    for line in lines().filter(|line| !line.is_ascii()) {
        match std::str::from_utf8(line) {
            // Two bytes of another encoding are such a letter now and then, three hardly ever.
            Ok(text) => utf8_lines += usize::from(text.chars().any(|c| c >= '\u{800}')),
            Err(_) => others += 1,
        }
    }
    if utf8_lines * MIXED_SHARE < utf8_lines + others || !whole.is_ascii_compatible() {
        return None;
    }
    let rest: Vec<&[u8]> = lines().filter(|line| std::str::from_utf8(line).is_err()).collect();
    let other = detect(&rest.join(&b'\n'), Some(whole));
    if other == UTF_8 || !other.is_ascii_compatible() {
        return None;
    }
    let mut decoded =
        Decoded { text: String::with_capacity(bytes.len()), encoding: other.name(), lossy: false };
    for (number, line) in lines().enumerate() {
        if number > 0 {
            decoded.text.push('\n');
        }
        let (text, _, lossy) = decode_line(line, Some(other));
        decoded.text.push_str(&text);
        decoded.lossy |= lossy;
    }
    Some(decoded)
}

/// UTF-16 and UTF-32 with a byte order mark.
fn decode_marked(bytes: &[u8]) -> Option<Decoded> {
    let utf32 = |rest: &[u8], name, from: fn([u8; 4]) -> u32| {
        let mut lossy = !rest.len().is_multiple_of(4);
        let text = rest
            .chunks_exact(4)
            .map(|unit| {
                let code = from([unit[0], unit[1], unit[2], unit[3]]);
                char::from_u32(code).unwrap_or_else(|| {
                    lossy = true;
                    char::REPLACEMENT_CHARACTER
                })
            })
            .collect();
        Decoded { text, encoding: name, lossy }
    };
    // The mark of UTF-32LE begins with that of UTF-16LE.
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return Some(utf32(rest, "UTF-32LE", u32::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return Some(utf32(rest, "UTF-32BE", u32::from_be_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Some(decode_as(rest, UTF_16LE));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Some(decode_as(rest, UTF_16BE));
    }
    None
}

/// UTF-16 without a byte order mark, if that is what the data is: when its characters cost at most
/// `max_bits` in the mean in one of the byte orders.
fn decode_unmarked_utf16(bytes: &[u8], max_bits: u64) -> Option<Decoded> {
    let window = &bytes[..bytes.len().min(WINDOW) & !1];
    let (encoding, cost, text) = [UTF_16LE, UTF_16BE]
        .into_iter()
        .map(|encoding| {
            let (text, _) = encoding.decode_without_bom_handling(window);
            (encoding, score::cost(&text), text)
        })
        .min_by_key(|&(_, cost, _)| cost)?;
    let characters = text.chars().count() as u64;
    // Verse without a line break has rare characters in plenty, but nothing else.
    let is_chinese = score::chinese_share(&text) >= LEAST_CHINESE_SHARE;
    if characters == 0
        || cost > characters * max_bits && !is_chinese
        || score::garbage_share(&text) > MAX_GARBAGE_SHARE / 10.0
    {
        return None;
    }
    let decoded = decode_as(bytes, encoding);
    // Text has no NULs of its own.
    (memchr::memchr(0, decoded.text.as_bytes()).is_none()).then_some(decoded)
}

/// UTF-8 with a few NULs, such as a log has after a power failure. Each is read as a space, so that all
/// else stays where it stands.
fn decode_with_nuls(bytes: &[u8]) -> Option<Decoded> {
    let nuls = memchr::memchr_iter(0, bytes).count();
    // They may stand behind the sample.
    let share = sniff::control_share(bytes).max(nuls as f64 / bytes.len() as f64);
    if share > sniff::MAX_CONTROL_SHARE {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Some(utf8(text.replace('\0', " "), false))
}

/// The encoding that makes the likeliest text of `bytes`, which are not valid UTF-8. `hint` is what
/// the file says of itself or what its earlier parts were in.
fn detect(bytes: &[u8], hint: Option<&'static Encoding>) -> &'static Encoding {
    let window = window(bytes);
    let best = cheapest(window, hint);
    if window.len() == bytes.len() || !best.decode_without_bom_handling(bytes).1 {
        return best;
    }
    // The rest of the file contradicts the window: let all of it decide.
    cheapest(bytes, hint)
}

fn cheapest(bytes: &[u8], hint: Option<&'static Encoding>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let mut candidates = vec![UTF_8, GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, WINDOWS_1252, guess];
    candidates.extend(hint);
    // Read in pairs, English is Chinese of a kind ("Bush hid the facts"). Of the bytes of Chinese in
    // UTF-16 a third are like letters.
    let letters = bytes.iter().filter(|&&b| b.is_ascii_alphabetic() || b == b' ').count();
    if bytes.len().is_multiple_of(2) && letters * 5 <= bytes.len() * 3 {
        candidates.extend([UTF_16LE, UTF_16BE]);
    }
    // ASCII alone speaks for UTF-8 no more than for any other.
    let has_utf8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    let cost = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let mut cost = score::cost(&text);
        if encoding == UTF_8 && has_utf8 {
            cost = cost.saturating_sub(UTF8_BONUS);
        } else if ![UTF_8, GB18030, BIG5].contains(&encoding) {
            cost += FOREIGN_MALUS;
        }
        if hint.is_some_and(|hint| same_family(hint, encoding)) {
            cost = (cost - cost / 10).saturating_sub(HINT_BONUS);
        }
        cost
    };
    candidates.into_iter().min_by_key(|&encoding| cost(encoding)).unwrap_or(UTF_8)
}

/// GBK is a subset of GB18030, by which it is decoded.
fn same_family(a: &'static Encoding, b: &'static Encoding) -> bool {
    let canonical = |e: &'static Encoding| if e == encoding_rs::GBK { GB18030 } else { e };
    canonical(a) == canonical(b)
}

/// The part of `bytes` that detection looks at: some 64 KiB from where the first byte beyond ASCII
/// stands. It begins after ASCII only and ends after a byte below 0x30, which is never part of a
/// longer character in any encoding but UTF-16.
fn window(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= WINDOW {
        return bytes;
    }
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    // UTF-16 is read in pairs from the start.
    let start = first & !1;
    let Some(end) = start.checked_add(WINDOW).filter(|&end| end < bytes.len()) else {
        return &bytes[start..];
    };
    match bytes[end..].iter().position(|&b| b < 0x30) {
        Some(more) => &bytes[start..=end + more],
        None => &bytes[start..],
    }
}

/// The encoding that an XML declaration or an HTML meta element at the start of `bytes` names.
pub(crate) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let marker: &[u8] = if head.starts_with(b"<?xml") {
        b"encoding"
    } else if memchr::memmem::find(&head, b"<meta").is_some() {
        b"charset"
    } else {
        return None;
    };
    let at = memchr::memmem::find(&head, marker)? + marker.len();
    let rest = head[at..].trim_ascii_start().strip_prefix(b"=")?;
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest
        .iter()
        .position(|&b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.')))
        .unwrap_or(rest.len());
    // The declaration was read as ASCII, so whatever it says it is not UTF-16.
    Encoding::for_label(&rest[..end])
        .filter(|&e| e != UTF_8 && e != UTF_16LE && e != UTF_16BE && e.is_ascii_compatible())
}

#[cfg(test)]
mod tests;
