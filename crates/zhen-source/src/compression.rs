//! Compressed files, unpacked as they are read and never beyond a limit.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

use crate::encoding::sniff::{Magic, magic};

/// A reader that fails once more than a limit has come through it.
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
    exceeded: Rc<Cell<bool>>,
}

impl<R: Read> Bounded<R> {
    /// `inner` up to `limit` bytes. The flag is set when there would be more.
    pub(crate) fn new(inner: R, limit: u64) -> (Self, Rc<Cell<bool>>) {
        let exceeded = Rc::new(Cell::new(false));
        let reader = Self { inner, left: limit, exceeded: Rc::clone(&exceeded) };
        (reader, exceeded)
    }

    /// Lets through `limit` more bytes at most.
    pub(crate) fn at_most(&mut self, limit: u64) {
        self.left = self.left.min(limit);
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => {
                self.exceeded.set(true);
                Err(io::Error::other("the size limit is exceeded"))
            }
        }
    }
}

/// A compression that is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// The compression whose mark stands at the start of `head`.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match magic(head)? {
            Magic::Gzip => Some(Self::Gzip),
            Magic::Zstd => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The unpacked stream. Several members or frames one after the other are one stream.
    pub(crate) fn reader<'r>(self, packed: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Gzip => Box::new(Gunzip(Some(GzDecoder::new(BufReader::new(packed))))),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::new(packed)?),
        })
    }

    /// The name of what is packed: `a.md.gz` holds `a.md`.
    pub(crate) fn inner_name(self, name: &str) -> &str {
        let extensions: &[&str] = match self {
            Self::Gzip => &[".gz", ".gzip"],
            Self::Zstd => &[".zst", ".zstd"],
        };
        extensions
            .iter()
            .find_map(|extension| {
                let start = name.len().checked_sub(extension.len())?;
                let tail = name.get(start..)?;
                tail.eq_ignore_ascii_case(extension).then(|| &name[..start])
            })
            .unwrap_or(name)
    }
}

/// Unpacks the members of gzip data, one after the other; `None` at the end. Zeros behind a member only
/// fill up a block of a tape or disk.
struct Gunzip<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty()
            && let Some(member) = &mut self.0
        {
            let read = member.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.0 =
                self.0.take().map(GzDecoder::into_inner).map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The member that begins here or behind zeros, unless the data ends.
fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let bytes = packed.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        match bytes.len() {
            0 => return Ok(None),
            length if zeros < length => {
                packed.consume(zeros);
                return Ok(Some(GzDecoder::new(packed)));
            }
            length => packed.consume(length),
        }
    }
}
