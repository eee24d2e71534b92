//! Reading one source: the seam to zhen-source.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use zhen_source::{
    Document, Entry, FileReport, ReadOptions, SkipReason, SourceError, read_file, read_stream,
};

use crate::files::FileEntry;
use crate::hash::hash128_reader;

/// A document may have this share of the memory budget: it is held as text, as terms (some four times
/// as large) and as record.
const TEXT_SHARE: u64 = 8;

/// Longest text of one document, however much memory there is: places in it, and in what folding makes
/// of it, are numbers of 32 bits.
const LONGEST_TEXT: u64 = u32::MAX as u64 / 2;

/// What reading a file came to.
#[derive(Debug)]
pub(crate) enum FileOutcome {
    /// Its content is what was indexed before; only its times changed.
    Same(FileEntry),
    /// It was read to the end. The number of documents in the entry is still to be set.
    Read(FileEntry),
    /// Reading failed before anything was taken; what is in the index stays.
    Failed(String),
    /// Reading failed after something was taken; the next run tries again.
    Broken(String),
    /// The run ended before the file did; the next run tries again.
    Interrupted,
}

/// Takes documents; `Break` when no more are wanted.
pub(crate) type Sink<'a> = dyn FnMut(Document) -> ControlFlow<()> + 'a;

/// What was wrong with parts of a source.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// The first of them, in sentences.
    pub(crate) messages: Vec<String>,
    /// How many records were not taken.
    pub(crate) rejected: u64,
}

impl Problems {
    fn of(report: &FileReport) -> Self {
        let mut messages: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        let untold = report.problem_count.saturating_sub(messages.len() as u64);
        if untold > 0 {
            messages.push(format!("and {untold} more like these"));
        }
        if report.lossy {
            messages.push(format!(
                "some bytes are not {}, the encoding of the rest, and became U+FFFD",
                report.encoding
            ));
        }
        Self { messages, rejected: report.problem_count }
    }
}

/// How large a file, or record of a file, may be: all of it is held in memory at once, as text, as
/// terms and as record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Largest text of one document, in bytes.
    pub(crate) text: u64,
    /// Whether that is all the memory allows, and not what was asked for.
    pub(crate) is_of_memory: bool,
}

impl Limits {
    /// What was asked for, as far as the memory allows.
    pub(crate) fn new(asked: u64, memory: usize) -> Self {
        let of_memory = memory as u64 / TEXT_SHARE;
        let text = asked.min(of_memory).min(LONGEST_TEXT);
        Self { text, is_of_memory: text == of_memory }
    }

    /// Limits for reading a source. One that is read record by record may be of any size; what of it
    /// must be held whole after all (an archive under that name, a table that is not in UTF-8) may not.
    fn options(self, streams: bool) -> ReadOptions {
        let whole = if streams { u64::MAX } else { self.text };
        ReadOptions {
            max_file_bytes: whole,
            max_unpacked_bytes: whole,
            max_record_bytes: usize::try_from(self.text).unwrap_or(usize::MAX),
        }
    }

    /// Why a file is left out, and how to mend it.
    fn describe(self, reason: &SkipReason) -> String {
        match reason {
            // What was not read to its end is known to be larger by one byte.
            SkipReason::TooLarge { size, limit }
                if self.is_of_memory && size.saturating_sub(*limit) > 1 =>
            {
                let least = size.saturating_mul(TEXT_SHARE).div_ceil(1 << 20);
                format!("{reason}; give --memory {least}MB, 8 times the file, or split it")
            }
            SkipReason::TooLarge { .. } | SkipReason::Bomb { .. } if self.is_of_memory => {
                format!("{reason}; give more --memory, 8 times what is read, or split it")
            }
            SkipReason::TooLarge { .. } if self.text == LONGEST_TEXT => {
                format!("{reason}; split it")
            }
            reason => format!("{reason}; {}", reason.hint()),
        }
    }

    /// Bytes of memory that reading a file takes beside its documents.
    pub(crate) fn memory(self, entry: &Entry) -> u64 {
        match is_stream_of_records(&entry.id) {
            true => 0,
            // Its bytes and its text.
            false => entry.size.saturating_mul(2).min(self.text.saturating_mul(2)),
        }
    }
}

/// Whether a file is read record by record, by its name: then its size does not matter.
pub(crate) fn is_stream_of_records(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("jsonl" | "ndjson" | "jl" | "csv" | "tsv" | "tab"))
}

/// Reads a file unless its content is what `known` says.
pub(crate) fn read(
    entry: &Entry,
    known: Option<&FileEntry>,
    limits: Limits,
    stop: &AtomicBool,
    sink: &mut Sink<'_>,
) -> (FileOutcome, Problems) {
    let hashed = hash_file(&entry.path, stop);
    if stop.load(Ordering::Relaxed) {
        return (FileOutcome::Interrupted, Problems::default());
    }
    let (hash, length) = match hashed {
        Ok(hashed) => hashed,
        Err(error) => return (FileOutcome::Failed(describe(&error, limits)), Problems::default()),
    };
    if let Some(known) = known
        && (known.size, known.hash) == (length, hash)
    {
        let known = known.clone();
        let known = FileEntry { modified_ns: entry.modified_ns, ..known };
        return (FileOutcome::Same(known), Problems::default());
    }
    let (mut taken, mut interrupted) = (false, false);
    let mut counting = |document| {
        let flow = sink(document);
        taken |= flow.is_continue();
        interrupted |= flow.is_break();
        flow
    };
    let options = limits.options(is_stream_of_records(&entry.id));
    // A reader that fails on a malformed file must not take the run down with it.
    let result = catch_unwind(AssertUnwindSafe(|| read_file(&entry.path, &options, &mut counting)));
    if interrupted {
        return (FileOutcome::Interrupted, Problems::default());
    }
    let read = |skipped| {
        // What was hashed may not be what was read.
        let unchanged = Entry::of_file(&entry.path).is_ok_and(|after| {
            (after.size, after.modified_ns, length) == (entry.size, entry.modified_ns, entry.size)
        });
        FileOutcome::Read(match unchanged {
            true => FileEntry {
                size: entry.size,
                modified_ns: entry.modified_ns,
                hash,
                documents: 0,
                skipped,
                shares_ids: false,
            },
            false => FileEntry { skipped, ..FileEntry::unfinished(0) },
        })
    };
    let failure = match result {
        Ok(Ok(report)) => return (read(None), Problems::of(&report)),
        Ok(Err(SourceError::Skipped { reason, .. })) if follows_from_content(&reason) => {
            return (read(Some(limits.describe(&reason))), Problems::default());
        }
        Ok(Err(error)) => reason(&error, limits),
        Err(_) => "its content makes the reader fail; please report it".to_owned(),
    };
    let outcome = if taken { FileOutcome::Broken(failure) } else { FileOutcome::Failed(failure) };
    (outcome, Problems::default())
}

/// Reads records from a stream.
///
/// # Errors
/// When the stream fails before its first record.
pub(crate) fn read_records(
    reader: impl Read,
    limits: Limits,
    sink: &mut Sink<'_>,
) -> Result<Problems, String> {
    match read_stream(reader, &limits.options(true), sink) {
        Ok(report) => Ok(Problems::of(&report)),
        Err(error) => Err(reason(&error, limits)),
    }
}

/// Whether a file is skipped for what it is, and not for the moment or the limits it is read in.
fn follows_from_content(reason: &SkipReason) -> bool {
    match reason {
        SkipReason::Binary(_)
        | SkipReason::Unsupported(_)
        | SkipReason::Empty
        | SkipReason::Encrypted
        | SkipReason::Damaged(_) => true,
        SkipReason::TooLarge { .. }
        | SkipReason::Bomb { .. }
        | SkipReason::Vanished
        | SkipReason::Permission
        | SkipReason::NotAFile => false,
    }
}

fn hash_file(path: &Path, stop: &AtomicBool) -> std::io::Result<(u128, u64)> {
    hash128_reader(&mut UntilStopped { reader: File::open(path)?, stop })
}

/// A reader that ends when the run does.
struct UntilStopped<'s, R> {
    reader: R,
    stop: &'s AtomicBool,
}

impl<R: Read> Read for UntilStopped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.stop.load(Ordering::Relaxed) {
            true => Ok(0),
            false => self.reader.read(buffer),
        }
    }
}

fn describe(error: &std::io::Error, limits: Limits) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => limits.describe(&SkipReason::Vanished),
        std::io::ErrorKind::PermissionDenied => limits.describe(&SkipReason::Permission),
        _ => error.to_string(),
    }
}

/// Why a file or folder was not taken, without its path.
pub(crate) fn reason(error: &SourceError, limits: Limits) -> String {
    match error {
        SourceError::NotFound { .. } => "no such file or folder".to_owned(),
        SourceError::Io { action, cause, .. } => format!("cannot {action}: {cause}"),
        SourceError::Skipped { reason, .. } => limits.describe(reason),
        SourceError::BadPattern { .. } => error.to_string(),
        SourceError::Walk { cause, .. } => cause.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_was_asked_as_the_memory_allows_and_as_can_be_counted_at_most() {
        const GIB: usize = 1 << 30;
        let said = |asked, memory| {
            let limits = Limits::new(asked, memory);
            let too_large = SkipReason::TooLarge { size: 3 << 30, limit: limits.text };
            (limits.text, limits.describe(&too_large))
        };
        let (text, said_of_memory) = said(u64::MAX, GIB);
        assert_eq!(text, 1 << 27);
        assert!(said_of_memory.contains("--memory 24576MB"), "{said_of_memory}");
        let (text, said_of_asked) = said(1000, GIB);
        assert_eq!(text, 1000);
        assert!(said_of_asked.contains("raise the size limit"), "{said_of_asked}");
        let (text, said_of_longest) = said(u64::MAX, 64 * GIB);
        assert_eq!(text, u64::from(u32::MAX) / 2);
        assert!(said_of_longest.ends_with("; split it"), "{said_of_longest}");
    }

    #[test]
    fn hashing_ends_with_the_run() {
        let stop = AtomicBool::new(false);
        let mut reader = UntilStopped { reader: std::io::repeat(0), stop: &stop };
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 8);
        stop.store(true, Ordering::Relaxed);
        assert_eq!(hash128_reader(&mut reader).unwrap().1, 0);
    }

    #[test]
    fn streams_of_records_are_known_by_name() {
        for name in ["/a/b.jsonl", "/a/B.JSONL.gz", "c.csv.zst", "d.tsv", "e.ndjson"] {
            assert!(is_stream_of_records(name), "{name}");
        }
        for name in ["/a/b.json", "jsonl", "/a.jsonl/b", "c.txt.gz"] {
            assert!(!is_stream_of_records(name), "{name}");
        }
    }
}
