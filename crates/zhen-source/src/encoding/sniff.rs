//! Telling binary data from text before decoding.

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magic {
    /// gzip data.
    Gzip,
    /// zstd data.
    Zstd,
    /// A zip archive, which may be an office document or an e-book.
    Zip,
    /// A PDF.
    Pdf,
    /// A document format that cannot be read.
    Unsupported(&'static str),
    /// Something that is no text.
    Binary(&'static str),
}

/// What the office programs of before 2007 wrote, and later ones where there is a password.
pub(crate) const OLD_OFFICE: &str = "doc, xls or ppt of before 2007";

const MAGIC: [(usize, &[u8], Magic); 39] = [
    (0, b"\x1f\x8b\x08", Magic::Gzip),
    (0, b"\x28\xb5\x2f\xfd", Magic::Zstd),
    (0, b"PK\x03\x04", Magic::Zip),
    (0, b"%PDF-", Magic::Pdf),
    (0, b"{\\rtf", Magic::Unsupported("rtf")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Magic::Unsupported(OLD_OFFICE)),
    (60, b"BOOKMOBI", Magic::Unsupported("mobi")),
    (0, b"AT&TFORM", Magic::Unsupported("djvu")),
    (0, b"ITSF\x03", Magic::Unsupported("chm")),
    (0, b"BZh", Magic::Unsupported("bzip2")),
    (0, b"\xfd7zXZ\x00", Magic::Unsupported("xz")),
    (0, b"7z\xbc\xaf\x27\x1c", Magic::Unsupported("7z")),
    (0, b"Rar!\x1a\x07", Magic::Unsupported("rar")),
    (257, b"ustar", Magic::Unsupported("tar")),
    (0, b"PK\x05\x06", Magic::Binary("empty zip archive")),
    (0, b"\x89PNG\r\n\x1a\n", Magic::Binary("png image")),
    (0, b"\xff\xd8\xff", Magic::Binary("jpeg image")),
    (0, b"GIF87a", Magic::Binary("gif image")),
    (0, b"GIF89a", Magic::Binary("gif image")),
    (0, b"II*\x00", Magic::Binary("tiff image")),
    (0, b"MM\x00*", Magic::Binary("tiff image")),
    (0, b"ID3\x03", Magic::Binary("mp3 audio")),
    (0, b"ID3\x04", Magic::Binary("mp3 audio")),
    (0, b"OggS\x00", Magic::Binary("ogg media")),
    (0, b"fLaC\x00", Magic::Binary("flac audio")),
    (0, b"\x1a\x45\xdf\xa3", Magic::Binary("matroska media")),
    (0, b"\x7fELF", Magic::Binary("program")),
    (0, b"MZ\x90\x00", Magic::Binary("program")),
    (0, b"\xca\xfe\xba\xbe", Magic::Binary("program")),
    (0, b"\xcf\xfa\xed\xfe", Magic::Binary("program")),
    (0, b"\x00asm", Magic::Binary("program")),
    (0, b"SQLite format 3\x00", Magic::Binary("sqlite database")),
    (0, b"wOFF", Magic::Binary("font")),
    (0, b"wOF2", Magic::Binary("font")),
    (0, b"OTTO\x00", Magic::Binary("font")),
    (0, b"\x00\x01\x00\x00\x00", Magic::Binary("font")),
    (0, b"\xde\x12\x04\x95", Magic::Binary("message catalogue")),
    (0, b"\x95\x04\x12\xde", Magic::Binary("message catalogue")),
    (0, b"!<arch>\n", Magic::Binary("library archive")),
];

/// The format whose mark stands in `head`, the first bytes of a file (at least 262 of them where
/// the file has so many).
pub(crate) fn magic(head: &[u8]) -> Option<Magic> {
    MAGIC
        .iter()
        .find(|(at, mark, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
        .map(|&(_, _, magic)| magic)
        .filter(|&magic| match magic {
            // A text may begin with the letters of a mark; the data behind it holds NULs early on.
            Magic::Binary(_) => memchr::memchr(0, head).is_some(),
            Magic::Unsupported("bzip2") => is_bzip2(head),
            _ => true,
        })
}

/// `BZh` is also how a text can start; a level and the block's mark follow in bzip2 data.
fn is_bzip2(head: &[u8]) -> bool {
    head.get(3).is_some_and(u8::is_ascii_digit)
        && head.get(4..10).is_some_and(|mark| mark == b"\x31\x41\x59\x26\x53\x59")
}

/// Share of control characters that do not occur in text, 0 to 1. Tabs, line ends, form feeds,
/// backspaces (overstruck manual pages) and escapes (terminal colours) do occur.
pub(crate) fn control_share(bytes: &[u8]) -> f64 {
    // Files are sampled: controls of binary data are everywhere.
    const SAMPLE: usize = 64 * 1024;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.is_empty() {
        return 0.0;
    }
    let controls = sample
        .iter()
        .filter(|&&b| b < 0x20 && !matches!(b, 0x08..=0x0D | 0x1B) || b == 0x7F)
        .count();
    controls as f64 / sample.len() as f64
}

/// Above this share of control characters data is not text.
pub(crate) const MAX_CONTROL_SHARE: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_recognised() {
        assert_eq!(magic(b"\x1f\x8b\x08\x00"), Some(Magic::Gzip));
        assert_eq!(magic(b"%PDF-1.7\n"), Some(Magic::Pdf));
        assert_eq!(magic(b"{\\rtf1"), Some(Magic::Unsupported("rtf")));
        assert_eq!(magic("中文".as_bytes()), None);
        assert_eq!(magic(b"BZh is a name"), None);
        assert_eq!(magic(b"GIF89a is an image format"), None);
        assert_eq!(magic(b"GIF89a\x01\x00"), Some(Magic::Binary("gif image")));
        assert_eq!(magic(b""), None);
    }

    #[test]
    fn controls_are_counted() {
        assert_eq!(control_share(b"a\tb\n"), 0.0);
        assert!(control_share(&[1, 2, 3, 4]) > 0.9);
    }
}
