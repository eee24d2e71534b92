//! Reading a file or a stream: decompression, encoding, format, documents.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use encoding_rs::Encoding;

use crate::document::Document;
use crate::encoding::sniff::{self, Magic};
use crate::encoding::{self, detect_head};
use crate::error::{SkipReason, SourceError};
use crate::formats::json::{self, Shape};
use crate::formats::office::{self, Archive, Container};
use crate::formats::{Format, Output, Sink, csv, json_lines, mail, pdf};
use crate::input::{Counted, Failure, HEAD, Input, failure, is_streamable};
use crate::lines::normalise_line_ends;
use crate::record::Origin;
use crate::walk::{DEFAULT_MAX_FILE_BYTES, path_id};

/// Limits for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// A file larger than this, in bytes, is skipped. Default: 512 MiB.
    pub max_file_bytes: u64,
    /// A compressed file that unpacks to more than this, in bytes, is given up. Default: 1 GiB.
    pub max_unpacked_bytes: u64,
    /// What is held in memory at once may have so many bytes. A line of JSON lines or a row of a table
    /// that is longer is reported and passed over; a file that must be read whole, and is larger once
    /// unpacked, is skipped. Default: 512 MiB.
    pub max_record_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            max_unpacked_bytes: 1 << 30,
            max_record_bytes: DEFAULT_MAX_FILE_BYTES as usize,
        }
    }
}

/// What reading a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Name of the encoding; of several in one source, the last that is not UTF-8.
    pub encoding: &'static str,
    /// Format, as in [`Document::kind`].
    pub kind: &'static str,
    /// Whether bytes were invalid in the encoding and became U+FFFD.
    pub lossy: bool,
    /// Documents handed out.
    pub documents: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Whether the receiver had enough before the end.
    pub stopped: bool,
    /// What was wrong with parts of it; the first [`FileReport::MOST_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many things were wrong in all.
    pub problem_count: u64,
}

impl FileReport {
    /// Problems that are kept with their text; a file may have one on each line.
    pub const MOST_PROBLEMS: usize = 100;
}

/// Something wrong with a part of a file, which did not keep the rest from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1, where it is about one.
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Reads a file and hands its documents to `sink`, in their order in the file.
///
/// JSON lines are read as a stream and never held whole, unless they are in UTF-16; so are tables in
/// UTF-8 and files of messages. Everything else is held whole, up to [`ReadOptions::max_record_bytes`].
/// Trouble within a file that has already given documents ends up in the report, so that what was handed
/// out and what was not can be told; see [`FileReport::problems`].
///
/// # Errors
/// [`SourceError::Skipped`] with its reason for what cannot be indexed, [`SourceError::Io`] when the
/// system fails.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use zhen_source::{ReadOptions, read_file};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("笔记.md");
/// std::fs::write(&path, "# 针 needle\n\n大海捞针 a needle in a haystack\n")?;
/// let mut titles = Vec::new();
/// let report = read_file(&path, &ReadOptions::default(), &mut |document| {
///     titles.push(document.title);
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(titles, ["针 needle"]);
/// assert_eq!((report.kind, report.encoding), ("markdown", "UTF-8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_file(
    path: &Path,
    options: &ReadOptions,
    sink: &mut Sink<'_>,
) -> Result<FileReport, SourceError> {
    let skipped = |reason| SourceError::Skipped { path: path.to_path_buf(), reason };
    // Looked at before it is opened: opening a pipe waits for its other end.
    let metadata = std::fs::metadata(path)
        .map_err(|cause| SourceError::from_io(path, "look at the file", cause))?;
    if !metadata.is_file() {
        return Err(skipped(SkipReason::NotAFile));
    }
    if metadata.len() > options.max_file_bytes {
        return Err(skipped(SkipReason::TooLarge {
            size: metadata.len(),
            limit: options.max_file_bytes,
        }));
    }
    let file =
        File::open(path).map_err(|cause| SourceError::from_io(path, "open the file", cause))?;
    let id = path_id(path);
    let name = id.rsplit('/').next().unwrap_or(&id).to_owned();
    let source = Source { id: Some(id), name, size: metadata.len() };
    read_source(file, source, options, sink).map_err(|failure| failure.at(path))
}

/// Reads records from a stream, such as standard input or the body of a request: JSON lines, or one
/// JSON array of records. Either may be compressed with gzip or zstd.
///
/// JSON lines may be of any size; an array is held whole, up to [`ReadOptions::max_record_bytes`]. A
/// line that is no record is reported with its number and the rest is taken. Records without an id
/// get a hash of their content.
///
/// # Errors
/// [`SourceError::Io`] when the stream fails before the first record, [`SourceError::Skipped`] for what
/// is no text and for an array that is too large; the path of both is `-`. Later failures end the
/// report's problems.
pub fn read_stream(
    reader: impl Read,
    options: &ReadOptions,
    sink: &mut Sink<'_>,
) -> Result<FileReport, SourceError> {
    let source = Source { id: None, name: "-.jsonl".to_owned(), size: 0 };
    read_source(reader, source, options, sink).map_err(|failure| failure.at(Path::new("-")))
}

/// Where bytes come from.
struct Source {
    /// Identity of the file; `None` for a stream.
    id: Option<String>,
    /// Name from which the format is read.
    name: String,
    /// Expected size in bytes, 0 if unknown.
    size: u64,
}

impl Source {
    /// A document of which only this much is known.
    fn document(&self, title: String, kind: &str) -> Document {
        let path = self.id.clone().unwrap_or_default();
        Document {
            id: path.clone(),
            title,
            path: Some(path),
            kind: kind.to_owned(),
            ..Document::default()
        }
    }
}

fn read_source(
    reader: impl Read,
    source: Source,
    options: &ReadOptions,
    sink: &mut Sink<'_>,
) -> Result<FileReport, Failure> {
    let input = Input::open(reader, options, source.id.is_none())?;
    let name = match input.compression {
        Some(compression) => compression.inner_name(&source.name),
        None => &source.name,
    };
    if input.head.is_empty() {
        return if source.id.is_none() {
            Ok(FileReport {
                encoding: encoding_rs::UTF_8.name(),
                kind: Format::JsonLines.kind(),
                ..FileReport::default()
            })
        } else {
            Err(SkipReason::Empty.into())
        };
    }
    let mut sink = |document| sink(document);
    let mut out = Output::new(
        &mut sink,
        FileReport { encoding: encoding_rs::UTF_8.name(), ..FileReport::default() },
    );
    match sniff::magic(&input.head) {
        Some(Magic::Zip) => {
            let title = stem(name).to_owned();
            return read_archive(input, &source, title, options, out);
        }
        Some(Magic::Pdf) if source.id.is_some() => {
            let (title, most) = (stem(name).to_owned(), most_unpacked(options));
            return read_whole(
                input,
                &source,
                title,
                options,
                out,
                "pdf",
                |bytes, document, out| pdf::read(bytes, most, document, out),
            );
        }
        Some(Magic::Pdf) => {
            return Err(SkipReason::Unsupported("pdf in a stream of records").into());
        }
        Some(Magic::Unsupported(sniff::OLD_OFFICE)) if office::is_packed(name) => {
            return Err(SkipReason::Encrypted.into());
        }
        Some(Magic::Unsupported(what)) => return Err(SkipReason::Unsupported(what).into()),
        Some(Magic::Binary(what)) => return Err(SkipReason::Binary(Some(what)).into()),
        // Packed twice.
        Some(Magic::Gzip | Magic::Zstd) => {
            return Err(SkipReason::Unsupported("compressed data within compressed data").into());
        }
        None => {}
    }
    let head = String::from_utf8_lossy(&input.head);
    let format = Format::of(name, &head);
    let is_array =
        source.id.is_none() && head.trim_start_matches('\u{FEFF}').trim_start().starts_with('[');
    let is_stream = match format {
        Format::JsonLines => !is_array && is_streamable(&input.head, false),
        Format::Csv | Format::Tsv => is_streamable(&input.head, true),
        Format::Mailbox => true,
        _ => false,
    };
    drop(head);
    let title = stem(name).to_owned();
    if is_stream {
        return read_records(input, format, &source, title, options, out);
    }
    if format == Format::Mail {
        // Its parts have encodings of their own.
        let kind = format.kind();
        return read_whole(input, &source, title, options, out, kind, |bytes, document, out| {
            mail::read(&bytes, 1, document, out);
            Ok(())
        });
    }
    let decoded = encoding::decode(input.into_bytes(source.size, options.max_record_bytes)?)?;
    out.report.bytes = decoded.text.len() as u64;
    out.report.encoding = decoded.encoding;
    out.report.lossy = decoded.lossy;
    let text = normalise_line_ends(decoded.text);
    read_text(text, format, &source, title, options, &mut out)?;
    Ok(out.report)
}

/// The name without its last extension; a double one of a source (`a.rst.txt`) goes whole.
fn stem(name: &str) -> &str {
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    };
    stem.strip_suffix(".rst").unwrap_or(stem)
}

/// Reads a file that is one document, of which `read` makes what its bytes say.
fn read_whole(
    input: Input<'_>,
    source: &Source,
    title: String,
    options: &ReadOptions,
    mut out: Output<'_>,
    kind: &'static str,
    read: impl FnOnce(Vec<u8>, &mut Document, &mut Output<'_>) -> Result<(), SkipReason>,
) -> Result<FileReport, Failure> {
    out.report.kind = kind;
    let bytes = input.into_bytes(source.size, options.max_record_bytes)?;
    out.report.bytes = bytes.len() as u64;
    let mut document = source.document(title.clone(), kind);
    read(bytes, &mut document, &mut out)?;
    emit_whole(document, &title, &mut out)?;
    Ok(out.report)
}

/// Hands out the document that is all of a file, unless there is nothing in it.
fn emit_whole(document: Document, title: &str, out: &mut Output<'_>) -> Result<(), Failure> {
    if document.body.trim().is_empty() && document.title == title {
        // Why there is nothing is what helps.
        let problem = out.report.problems.first();
        let damage = problem.map(|problem| SkipReason::Damaged(problem.to_string()));
        return Err(damage.unwrap_or(SkipReason::Empty).into());
    }
    let _ = out.emit(document);
    Ok(())
}

/// Reads JSON lines, a table or a file of messages as a stream.
fn read_records(
    input: Input<'_>,
    format: Format,
    source: &Source,
    title: String,
    options: &ReadOptions,
    mut out: Output<'_>,
) -> Result<FileReport, Failure> {
    let origin = Origin { path: source.id.as_deref(), kind: format.kind(), whole: false, nth: 1 };
    out.report.kind = format.kind();
    if sniff::control_share(&input.head) > sniff::MAX_CONTROL_SHARE {
        return Err(SkipReason::Binary(None).into());
    }
    let hint: Option<&'static Encoding> = detect_head(&input.head);
    let delimiter = match format {
        Format::Tsv => b'\t',
        _ => csv::delimiter(&input.head),
    };
    let count = Rc::new(Cell::new(0));
    let (exceeded, compression, limit) =
        (Rc::clone(&input.exceeded), input.compression, input.limit);
    let reader =
        Counted { inner: Cursor::new(input.head).chain(input.rest), count: Rc::clone(&count) };
    let reader = BufReader::with_capacity(HEAD, reader);
    let most = options.max_record_bytes;
    let result = match format {
        Format::JsonLines => json_lines::read(reader, origin, most, hint, &mut out),
        Format::Mailbox => {
            let document = source.document(title, format.kind());
            mail::read_mailbox(reader, &document, most, &mut out)
        }
        _ => csv::read(reader, delimiter, origin, most, hint, &mut out),
    };
    out.report.bytes = count.get();
    if let Err(error) = result {
        match (failure(error, exceeded.get(), compression, limit), out.report.documents) {
            (failure, 0) => return Err(failure),
            // The receiver has documents already: the rest is what is missing.
            (Failure::Skip(reason), _) => {
                out.problem_at(None, format!("stopped reading: {reason}; {}", reason.hint()));
            }
            (Failure::Io(error), _) => out.problem_at(None, format!("stopped reading: {error}")),
        }
    }
    Ok(out.report)
}

/// Reads decoded text in any format.
fn read_text(
    text: String,
    format: Format,
    source: &Source,
    title: String,
    options: &ReadOptions,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    out.report.kind = format.kind();
    let origin = |kind| Origin { path: source.id.as_deref(), kind, whole: false, nth: 1 };
    let mut format = format;
    if format == Format::Json {
        match json::read_records(&text, origin("json"), out) {
            Shape::Records => return Ok(()),
            Shape::Several => format = Format::JsonLines,
            Shape::Other => {}
        }
    }
    match format {
        Format::JsonLines if source.id.is_none() && text.trim_start().starts_with('[') => {
            out.report.kind = "json";
            let start = text.len() - text.trim_start().len();
            let _ = json::read_array(&text, start, origin("json"), out);
            return Ok(());
        }
        Format::JsonLines => {
            out.report.kind = format.kind();
            let origin = origin(format.kind());
            // Reading from memory does not fail.
            let _ = json_lines::read(text.as_bytes(), origin, options.max_record_bytes, None, out);
            return Ok(());
        }
        Format::Csv | Format::Tsv => {
            let delimiter = match format {
                Format::Tsv => b'\t',
                _ => csv::delimiter(text.as_bytes()),
            };
            let (origin, most) = (origin(format.kind()), options.max_record_bytes);
            let _ = csv::read(text.as_bytes(), delimiter, origin, most, None, out);
            return Ok(());
        }
        _ => {}
    }
    let mut document = source.document(title.clone(), format.kind());
    format.read(text, &mut document, out);
    emit_whole(document, &title, out)
}

/// What a document that is packed may unpack to, in bytes.
fn most_unpacked(options: &ReadOptions) -> u64 {
    options.max_unpacked_bytes.min(options.max_record_bytes as u64)
}

/// Reads a zip archive that is a document.
fn read_archive(
    input: Input<'_>,
    source: &Source,
    title: String,
    options: &ReadOptions,
    mut out: Output<'_>,
) -> Result<FileReport, Failure> {
    let bytes = input.into_bytes(source.size, options.max_record_bytes)?;
    out.report.bytes = bytes.len() as u64;
    let mut archive = Archive::open(bytes, most_unpacked(options))?;
    let container = archive.container()?;
    out.report.kind = container.kind();
    let mut document = source.document(title, container.kind());
    if container == Container::Epub {
        let result = office::read_epub(&mut archive, &document, &mut out);
        match result {
            Ok(_) if out.report.documents == 0 => return Err(SkipReason::Empty.into()),
            Ok(_) => {}
            Err(reason) if out.report.documents == 0 => return Err(reason.into()),
            Err(reason) => out.problem_at(None, format!("stopped reading: {reason}")),
        }
        return Ok(out.report);
    }
    office::read(container, &mut archive, &mut document)?;
    if document.body.trim().is_empty() {
        return Err(SkipReason::Empty.into());
    }
    if let ControlFlow::Break(()) = out.emit(document) {
        out.report.stopped = true;
    }
    Ok(out.report)
}
