//! Hashes that are stored in an index, so their algorithms never change within a format version.
//! All are XXH3 (<https://github.com/Cyan4973/xxHash>), which is fast and spreads well; none has
//! to withstand an adversary.

use std::io::Read;

use twox_hash::{XxHash3_64, XxHash3_128};

/// 64-bit hash of one run of bytes.
pub fn hash64(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// 64-bit hash of several runs of bytes, in which their borders count.
pub fn hash64_parts(parts: &[&[u8]]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = XxHash3_64::new();
    for part in parts {
        hasher.write(part);
        hasher.write(&(part.len() as u64).to_le_bytes());
    }
    hasher.finish()
}

/// 128-bit hash of one run of bytes.
pub(crate) fn hash128(bytes: &[u8]) -> u128 {
    XxHash3_128::oneshot(bytes)
}

/// 128-bit hash of all that a reader gives, and how many bytes that was.
pub(crate) fn hash128_reader(reader: &mut impl Read) -> std::io::Result<(u128, u64)> {
    let mut hasher = XxHash3_128::new();
    let mut buffer = vec![0_u8; 128 << 10];
    let mut total = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((hasher.finish_128(), total)),
            Ok(n) => {
                hasher.write(&buffer[..n]);
                total += n as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_hashes_never_change() {
        assert_eq!(hash64(b""), 0x2d06_8005_38d3_94c2);
        assert_eq!(hash64_parts(&[b"ab", b"c"]), hash64_parts(&[b"ab", b"c"]));
        assert_ne!(hash64_parts(&[b"ab", b"c"]), hash64_parts(&[b"a", b"bc"]));
        let (hash, length) = hash128_reader(&mut &b""[..]).unwrap();
        assert_eq!((hash, length), (0x99aa_06d3_0147_98d8_6001_c324_468d_497f, 0));
    }
}
