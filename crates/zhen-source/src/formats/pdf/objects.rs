//! Looking into the objects of a file, within a limit of what they unpack to.

use lopdf::{DecompressError, Dictionary, Document, Error, Object, Stream};

/// More is unpacked than a file may.
#[derive(Debug)]
pub(super) struct Exceeded;

/// How many bytes may still be unpacked.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    /// One stream has no need of more; what a page shows is held at once.
    const LONGEST_STREAM: u64 = 32 << 20;

    pub(super) fn new(left: u64) -> Self {
        Self { left }
    }

    /// Takes so many bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.left = self.left.checked_sub(bytes as u64).ok_or(Exceeded)?;
        Ok(())
    }

    /// The unpacked bytes of a stream; `None` where it is damaged or in a way of packing that is
    /// not for text.
    pub(super) fn unpack(&mut self, stream: &Stream) -> Result<Option<Vec<u8>>, Exceeded> {
        let most = self.left.min(Self::LONGEST_STREAM) as usize;
        match stream.get_plain_content_with_limit(most) {
            Ok(data) => {
                self.take(data.len())?;
                Ok(Some(data))
            }
            Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
                // There may be a drawing of that size, and text on other pages.
                self.take(Self::LONGEST_STREAM as usize)?;
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }
}

/// The entry `key`, wherever it stands; `None` too where it is null.
pub(super) fn get<'d>(
    dict: &'d Dictionary,
    key: &[u8],
    document: &'d Document,
) -> Option<&'d Object> {
    dict.get_deref(key, document).ok().filter(|object| !object.is_null())
}

/// The dictionary at `key`.
pub(super) fn dict_at<'d>(
    dict: &'d Dictionary,
    key: &[u8],
    document: &'d Document,
) -> Option<&'d Dictionary> {
    get(dict, key, document)?.as_dict().ok()
}

/// A dictionary, itself or by reference.
pub(super) fn dict<'d>(object: &'d Object, document: &'d Document) -> Option<&'d Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

/// The array at `key`; empty where there is none.
pub(super) fn array<'d>(dict: &'d Dictionary, key: &[u8], document: &'d Document) -> &'d [Object] {
    get(dict, key, document).and_then(|object| object.as_array().ok()).map_or(&[], Vec::as_slice)
}

/// The name at `key`; empty where there is none.
pub(super) fn name<'d>(dict: &'d Dictionary, key: &[u8], document: &'d Document) -> &'d [u8] {
    get(dict, key, document).and_then(|object| object.as_name().ok()).unwrap_or_default()
}

/// The unpacked data of the stream at `key`.
pub(super) fn stream_data(
    dict: &Dictionary,
    key: &[u8],
    document: &Document,
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, Exceeded> {
    match get(dict, key, document).map(Object::as_stream) {
        Some(Ok(stream)) => budget.unpack(stream),
        _ => Ok(None),
    }
}

/// A number of either kind.
pub(super) fn real(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
}

pub(super) fn integer(object: &Object, document: &Document) -> Option<i64> {
    real(document.dereference(object).ok()?.1).map(|number| number as i64)
}
