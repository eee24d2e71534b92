//! A writer of small PDFs.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Objects of a file under construction; the first is the catalog, the second the list of pages.
pub(super) struct Writer {
    objects: Vec<Vec<u8>>,
    pages: Vec<usize>,
    /// Entries of the resources that all pages have.
    fonts: String,
    forms: String,
    /// The document information dictionary.
    info: Option<usize>,
    /// Further entries of the catalog.
    catalog: String,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            objects: vec![Vec::new(); 2],
            pages: Vec::new(),
            fonts: String::new(),
            forms: String::new(),
            info: None,
            catalog: String::new(),
        }
    }

    /// A file with a simple font `/F`, in which all letters are half as wide as the type is large.
    pub(super) fn latin() -> Self {
        let mut writer = Self::new();
        let widths = "500 ".repeat(224);
        writer.font(
            "F",
            &format!(
                "/Subtype /Type1 /BaseFont /Some /Encoding /WinAnsiEncoding /FirstChar 32 /Widths [{widths}]"
            ),
        );
        writer
    }

    /// A file with a composite font `/F` of square glyphs.
    pub(super) fn composite(encoding: &str, more: &str) -> Self {
        let mut writer = Self::new();
        let glyphs =
            writer.add(b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Some /DW 1000 >>");
        writer.font(
            "F",
            &format!("/Subtype /Type0 /BaseFont /Some /Encoding /{encoding} /DescendantFonts [{glyphs} 0 R] {more}"),
        );
        writer
    }

    /// Adds an object and gives its number.
    pub(super) fn add(&mut self, object: &[u8]) -> usize {
        self.objects.push(object.to_vec());
        self.objects.len()
    }

    /// Adds a stream as it is.
    pub(super) fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let head = format!("<< {entries} /Length {} >>\nstream\n", data.len());
        self.add(&[head.as_bytes(), data, b"\nendstream"].concat())
    }

    /// Adds a stream, compressed.
    pub(super) fn packed(&mut self, entries: &str, data: &[u8]) -> usize {
        self.stream(&format!("{entries} /Filter /FlateDecode"), &deflate(data))
    }

    pub(super) fn font(&mut self, name: &str, entries: &str) {
        let number = self.add(format!("<< /Type /Font {entries} >>").as_bytes());
        self.fonts.push_str(&format!("/{name} {number} 0 R "));
    }

    /// Names an object that pages and forms can draw.
    pub(super) fn form(&mut self, name: &str, number: usize) {
        self.forms.push_str(&format!("/{name} {number} 0 R "));
    }

    pub(super) fn info(&mut self, entries: &[u8]) {
        self.info = Some(self.add(&[b"<< ", entries, b" >>"].concat()));
    }

    pub(super) fn catalog(&mut self, entries: &str) {
        self.catalog.push_str(entries);
    }

    /// Adds a page that shows `content`.
    pub(super) fn page(&mut self, content: &[u8]) {
        let content = self.stream("", content);
        self.page_of(content);
    }

    /// Adds a page that shows a stream.
    pub(super) fn page_of(&mut self, content: usize) {
        let page = format!("<< /Type /Page /Parent 2 0 R /Contents {content} 0 R >>");
        let page = self.add(page.as_bytes());
        self.pages.push(page);
    }

    /// The file.
    pub(super) fn finish(self) -> Vec<u8> {
        let Self { mut objects, pages, fonts, forms, catalog, info } = self;
        let kids: String = pages.iter().map(|page| format!("{page} 0 R ")).collect();
        objects[1] = format!(
            "<< /Type /Pages /Kids [{kids}] /Count {} /MediaBox [0 0 600 800] \
             /Resources << /Font << {fonts} >> /XObject << {forms} >> >> >>",
            pages.len()
        )
        .into_bytes();
        objects[0] = format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes();
        let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut table = String::new();
        for (number, object) in (1..).zip(&objects) {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let (start, size) = (file.len(), objects.len() + 1);
        let info = info.map(|info| format!("/Info {info} 0 R")).unwrap_or_default();
        file.extend_from_slice(
            format!(
                "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {info} >>\n\
                 startxref\n{start}\n%%EOF\n"
            )
            .as_bytes(),
        );
        file
    }
}

pub(super) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

/// A string as hexadecimal digits in UTF-16.
pub(super) fn hex16(text: &str) -> String {
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<{units}>")
}

/// A string as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("<{digits}>")
}

/// Content that shows each string on a line of its own, 14 apart in type of size 10, from a margin of
/// 50; a string that is empty leaves a line out.
pub(super) fn lines(strings: &[&str]) -> Vec<u8> {
    let shown: String = strings
        .iter()
        .map(|string| match string.is_empty() {
            true => "0 -14 Td\n".to_owned(),
            false => format!("0 -14 Td {string} Tj\n"),
        })
        .collect();
    format!("BT /F 10 Tf 50 714 Td\n{shown}ET").into_bytes()
}
