//! Bytes on their way in: their first part at hand, unpacked, counted and limited.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use crate::compression::{Bounded, Compression};
use crate::encoding::is_wide;
use crate::error::{SkipReason, SourceError};
use crate::read::ReadOptions;

/// Bytes looked at before a format is chosen.
pub(crate) const HEAD: usize = 64 * 1024;

/// Why reading ended without a report.
pub(crate) enum Failure {
    Skip(SkipReason),
    Io(io::Error),
}

impl Failure {
    /// The error to hand out, for what is read at `path`.
    pub(crate) fn at(self, path: &Path) -> SourceError {
        match self {
            Self::Skip(reason) => SourceError::Skipped { path: path.to_path_buf(), reason },
            Self::Io(cause) => SourceError::from_io(path, "read it", cause),
        }
    }
}

impl From<SkipReason> for Failure {
    fn from(reason: SkipReason) -> Self {
        Self::Skip(reason)
    }
}

/// A stream with its first bytes at hand and a limit on all of them.
pub(crate) struct Input<'r> {
    pub(crate) head: Vec<u8>,
    pub(crate) rest: Bounded<Box<dyn Read + 'r>>,
    pub(crate) exceeded: Rc<Cell<bool>>,
    pub(crate) compression: Option<Compression>,
    pub(crate) limit: u64,
}

impl<'r> Input<'r> {
    /// Opens a file's or a stream's content, unpacked where it is compressed.
    pub(crate) fn open(
        reader: impl Read + 'r,
        options: &ReadOptions,
        is_stream: bool,
    ) -> Result<Self, Failure> {
        // A stream has no size that could be too large; its records have.
        let limit = if is_stream { u64::MAX } else { options.max_file_bytes };
        let mut input = Self::new(Box::new(reader), None, limit, is_stream)?;
        if let Some(compression) = Compression::of(&input.head) {
            let packed = Cursor::new(input.head).chain(input.rest);
            let unpacked = compression.reader(packed).map_err(Failure::Io)?;
            let limit = options.max_unpacked_bytes;
            input = Self::new(unpacked, Some(compression), limit, is_stream)?;
        }
        Ok(input)
    }

    fn new(
        reader: Box<dyn Read + 'r>,
        compression: Option<Compression>,
        limit: u64,
        is_stream: bool,
    ) -> Result<Self, Failure> {
        let (mut rest, exceeded) = Bounded::new(reader, limit);
        let mut head = Vec::new();
        let result = match is_stream {
            true => read_head(&mut rest, &mut head),
            false => rest.by_ref().take(HEAD as u64).read_to_end(&mut head).map(drop),
        };
        let input = Self { head, rest, exceeded, compression, limit };
        match result {
            Ok(()) => Ok(input),
            Err(error) => Err(input.failure(error)),
        }
    }

    /// What an error of the stream means.
    fn failure(&self, error: io::Error) -> Failure {
        failure(error, self.exceeded.get(), self.compression, self.limit)
    }

    /// All of it, if it is no longer than `most` bytes; `expected` is its size where that is known,
    /// and 0 elsewhere.
    pub(crate) fn into_bytes(mut self, expected: u64, most: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = std::mem::take(&mut self.head);
        let most = most as u64;
        self.limit = self.limit.min(most);
        match most.checked_sub(bytes.len() as u64) {
            Some(left) if self.compression.is_some() || expected <= most => self.rest.at_most(left),
            _ if self.compression.is_some() => {
                return Err(SkipReason::Bomb { limit: self.limit }.into());
            }
            _ => {
                let size = expected.max(bytes.len() as u64);
                return Err(SkipReason::TooLarge { size, limit: self.limit }.into());
            }
        }
        // One spare byte lets the end be seen without growing.
        if self.compression.is_none() && bytes.len() == HEAD {
            bytes.reserve_exact(usize::try_from(expected).unwrap_or(0).saturating_sub(HEAD) + 1);
        }
        match self.rest.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(self.failure(error)),
        }
    }
}

/// Reads the first bytes of a stream: no more than have come by now once a line of UTF-8 is among them that
/// is not blank, for whoever writes the stream may take a long time. Of other encodings all of a head is
/// needed.
fn read_head(reader: &mut impl Read, head: &mut Vec<u8>) -> io::Result<()> {
    let mut length = 0;
    head.resize(HEAD, 0);
    while length < HEAD {
        let read = match reader.read(&mut head[length..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        length += read;
        let lines = memchr::memrchr(b'\n', &head[..length]).map(|end| &head[..end]);
        // UTF-16 has zeros.
        let is_text = |lines| {
            memchr::memchr(0, lines).is_none()
                && std::str::from_utf8(lines).is_ok_and(|lines| !lines.trim().is_empty())
        };
        if read == 0 || lines.is_some_and(is_text) {
            break;
        }
    }
    head.truncate(length);
    Ok(())
}

/// What an error while reading means.
pub(crate) fn failure(
    error: io::Error,
    exceeded: bool,
    compression: Option<Compression>,
    limit: u64,
) -> Failure {
    match compression {
        Some(_) if exceeded => Failure::Skip(SkipReason::Bomb { limit }),
        None if exceeded => {
            Failure::Skip(SkipReason::TooLarge { size: limit.saturating_add(1), limit })
        }
        // The decoders know only damage; the file below them hardly ever fails.
        Some(_) => Failure::Skip(SkipReason::Damaged(error.to_string())),
        None => Failure::Io(error),
    }
}

/// Counts the bytes that come through.
pub(crate) struct Counted<R> {
    pub(crate) inner: R,
    pub(crate) count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Whether lines can be decoded one by one: not in UTF-16 or UTF-32. Fields of a table are too short
/// to find their encoding in, so a table must begin in UTF-8.
pub(crate) fn is_streamable(head: &[u8], is_table: bool) -> bool {
    // A table of classic Mac OS has no `\n`.
    let lone_returns =
        is_table && memchr::memchr(b'\r', head).is_some() && memchr::memchr(b'\n', head).is_none();
    if is_wide(head) || lone_returns {
        return false;
    }
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end within a character.
        Err(error) => {
            !is_table || error.error_len().is_none() && head.len() - error.valid_up_to() < 4
        }
    }
}
