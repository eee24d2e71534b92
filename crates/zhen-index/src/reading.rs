//! Reading one source: the seam to zhen-source.

use std::fs::File;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use zhen_source::Document;
use zhen_source::error::SourceError;
use zhen_source::walk::Entry;

use crate::files::FileEntry;
use crate::hash::hash128_reader;

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

/// Reads a file unless its content is what `known` says.
pub(crate) fn read(
    entry: &Entry,
    known: Option<&FileEntry>,
    sink: &mut Sink<'_>,
    problem: &mut dyn FnMut(String),
) -> FileOutcome {
    let (hash, length) = match hash_file(&entry.path) {
        Ok(hashed) => hashed,
        Err(error) => return FileOutcome::Failed(describe(&error)),
    };
    let mut now = FileEntry {
        size: entry.size,
        modified_ns: entry.modified_ns,
        hash,
        documents: 0,
        skipped: None,
    };
    if let Some(known) = known
        && (known.size, known.hash) == (length, hash)
    {
        let known = known.clone();
        return FileOutcome::Same(FileEntry { modified_ns: entry.modified_ns, ..known });
    }
    let (mut taken, mut interrupted) = (false, false);
    let mut counting = |document| {
        let flow = sink(document);
        taken |= flow.is_continue();
        interrupted |= flow.is_break();
        flow
    };
    // A reader that fails on a malformed file must not take the run down with it.
    let result = catch_unwind(AssertUnwindSafe(|| read_documents(entry, &mut counting, problem)));
    if interrupted {
        return FileOutcome::Interrupted;
    }
    let failure = match result {
        Ok(Ok(skipped)) => {
            now.skipped = skipped;
            // What was hashed may not be what was read.
            let unchanged = Entry::of_file(&entry.path).is_ok_and(|after| {
                (after.size, after.modified_ns, length)
                    == (entry.size, entry.modified_ns, entry.size)
            });
            return FileOutcome::Read(match unchanged {
                true => now,
                false => FileEntry { skipped: now.skipped, ..FileEntry::unfinished(0) },
            });
        }
        Ok(Err(message)) => message,
        Err(_) => "its content makes the reader fail; please report it".to_owned(),
    };
    if taken { FileOutcome::Broken(failure) } else { FileOutcome::Failed(failure) }
}

fn hash_file(path: &Path) -> std::io::Result<(u128, u64)> {
    hash128_reader(&mut File::open(path)?)
}

fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is no longer there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a file or folder was not taken, without its path.
pub(crate) fn reason(error: &SourceError) -> String {
    match error {
        SourceError::NotFound { .. } => "no such file or folder".to_owned(),
        SourceError::Io { action, cause, .. } => format!("cannot {action}: {cause}"),
        SourceError::Skipped { reason, .. } => reason.to_string(),
        SourceError::BadPattern { .. } => error.to_string(),
        SourceError::Walk { cause, .. } => cause.clone(),
    }
}

// Stands in until zhen-source reads files.
fn read_documents(
    entry: &Entry,
    sink: &mut Sink<'_>,
    problem: &mut dyn FnMut(String),
) -> Result<Option<String>, String> {
    let text = std::fs::read_to_string(&entry.path).map_err(|e| describe(&e))?;
    if entry.id.ends_with(".jsonl") {
        for (i, line) in text.lines().enumerate() {
            let Ok(v) = serde_json::from_str::<serde_json::Value>(line) else {
                problem(format!("line {}: no JSON", i + 1));
                continue;
            };
            let get = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
            let document = Document {
                id: get("id"),
                title: get("title"),
                body: get("body"),
                lang: v["lang"].as_str().map(str::to_owned),
                path: Some(entry.id.clone()),
                kind: "jsonl".into(),
                ..Document::default()
            };
            if sink(document).is_break() {
                return Ok(None);
            }
        }
        return Ok(None);
    }
    if text.trim().is_empty() {
        return Ok(Some("empty".into()));
    }
    let _ = sink(Document {
        id: entry.id.clone(),
        path: Some(entry.id.clone()),
        body: text,
        kind: "text".into(),
        ..Document::default()
    });
    Ok(None)
}
