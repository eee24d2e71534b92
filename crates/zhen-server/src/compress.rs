//! Compressing answers for clients that accept it.

use std::io::Write;

use bytes::Bytes;
use warp::http::HeaderValue;

/// A content coding that can be answered with, besides none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 7932; the smaller.
    Brotli,
    /// RFC 1952; the one everybody has.
    Gzip,
}

/// Answers shorter than this, in bytes, are sent as they are: they fit one packet anyway.
const WORTH_COMPRESSING: usize = 1_024;

impl Coding {
    /// As it stands in `Content-Encoding`.
    pub(crate) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        })
    }

    /// The coding a client likes best, Brotli among equals; `None` for no coding. `accept` is its
    /// `Accept-Encoding` (RFC 9110, section 12.5.3).
    pub(crate) fn negotiate(accept: Option<&HeaderValue>) -> Option<Self> {
        let accept = accept?.to_str().ok()?;
        let mut weights = [(Coding::Brotli, None), (Coding::Gzip, None)];
        let mut others = 0.0;
        let mut identity = None;
        for item in accept.split(',') {
            let mut parts = item.split(';');
            let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q=")?.trim().parse::<f32>().ok())
                .unwrap_or(1.0);
            match name.as_str() {
                "br" => weights[0].1 = Some(weight),
                "gzip" | "x-gzip" => weights[1].1 = Some(weight),
                "identity" => identity = Some(weight),
                "*" => others = weight,
                _ => {}
            }
        }
        let (mut best, mut most) = (None, identity.unwrap_or(0.0));
        for (coding, weight) in weights {
            let weight = weight.unwrap_or(others);
            if weight > 0.0 && (weight > most || (best.is_none() && weight >= most)) {
                (best, most) = (Some(coding), weight);
            }
        }
        best
    }

    /// `data` in this coding. `effort` is for what is compressed once and sent often.
    pub(crate) fn encode(self, data: &[u8], effort: Effort) -> std::io::Result<Bytes> {
        let compressed = Vec::with_capacity(data.len() / 3 + 64);
        match self {
            Coding::Gzip => {
                let level = match effort {
                    Effort::Once => flate2::Compression::best(),
                    Effort::EachTime => flate2::Compression::new(4),
                };
                let mut encoder = flate2::write::GzEncoder::new(compressed, level);
                encoder.write_all(data)?;
                encoder.finish().map(Bytes::from)
            }
            Coding::Brotli => {
                let (quality, window) = match effort {
                    Effort::Once => (10, 18),
                    Effort::EachTime => (3, 18),
                };
                let mut compressed = compressed;
                {
                    let mut encoder =
                        brotli::CompressorWriter::new(&mut compressed, 16 << 10, quality, window);
                    encoder.write_all(data)?;
                    encoder.flush()?;
                }
                Ok(Bytes::from(compressed))
            }
        }
    }
}

/// How hard to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For an asset, which is kept.
    Once,
    /// For an answer: little time, most of the gain.
    EachTime,
}

/// Whether an answer of this type and size is worth compressing.
pub(crate) fn worthwhile(content_type: Option<&HeaderValue>, length: usize) -> bool {
    let Some(kind) = content_type.and_then(|v| v.to_str().ok()) else { return false };
    length >= WORTH_COMPRESSING
        && (kind.starts_with("text/")
            || kind.starts_with("application/json")
            || kind.starts_with("application/problem+json")
            || kind.starts_with("image/svg+xml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn negotiate(accept: &'static str) -> Option<Coding> {
        Coding::negotiate(Some(&HeaderValue::from_static(accept)))
    }

    #[test]
    fn the_client_s_wish_decides_and_brotli_breaks_ties() {
        assert_eq!(Coding::negotiate(None), None);
        assert_eq!(negotiate("gzip, deflate, br, zstd"), Some(Coding::Brotli));
        assert_eq!(negotiate("gzip"), Some(Coding::Gzip));
        assert_eq!(negotiate("br;q=0.5, gzip;q=0.8"), Some(Coding::Gzip));
        assert_eq!(negotiate("br;q=0, *"), Some(Coding::Gzip));
        assert_eq!(negotiate("*"), Some(Coding::Brotli));
        assert_eq!(negotiate("identity, br;q=0.2"), None);
        assert_eq!(negotiate("deflate"), None);
        assert_eq!(negotiate(""), None);
        assert_eq!(negotiate("gzip;q=nonsense"), Some(Coding::Gzip));
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "中巴经济走廊 economic corridor ".repeat(200);
        for effort in [Effort::Once, Effort::EachTime] {
            let gzip = Coding::Gzip.encode(text.as_bytes(), effort).unwrap();
            let mut back = String::new();
            flate2::read::GzDecoder::new(&gzip[..]).read_to_string(&mut back).unwrap();
            assert_eq!(back, text);
            let br = Coding::Brotli.encode(text.as_bytes(), effort).unwrap();
            let mut back = String::new();
            brotli::Decompressor::new(&br[..], 4096).read_to_string(&mut back).unwrap();
            assert_eq!(back, text);
            assert!(br.len() < text.len() / 10 && gzip.len() < text.len() / 10);
        }
    }

    #[test]
    fn small_and_unknown_things_are_left_alone() {
        let json = HeaderValue::from_static("application/json");
        assert!(worthwhile(Some(&json), 5_000));
        assert!(!worthwhile(Some(&json), 50));
        assert!(!worthwhile(Some(&HeaderValue::from_static("image/png")), 5_000));
        assert!(!worthwhile(None, 5_000));
    }
}
