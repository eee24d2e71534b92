//! Stable identifiers from content.

use serde_json::Value;

use crate::document::Document;

/// FNV-1a with 128 bits (Fowler, Noll, Vo; parameters from RFC 9923), chosen because an id must stay
/// the same for ever on every machine, and not because it resists an attacker: it does not.
struct Fnv128(u128);

impl Fnv128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(Self::PRIME);
        }
    }

    /// A string with its length before it, so that neighbours cannot run into each other.
    fn write_str(&mut self, text: &str) {
        self.write(&(text.len() as u64).to_le_bytes());
        self.write(text.as_bytes());
    }

    /// A JSON value, its objects in the order of their keys.
    fn write_value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_unstable_by_key(|&(key, _)| key);
                self.write(b"{");
                for (key, value) in entries {
                    self.write_str(key);
                    self.write_value(value);
                }
                self.write(b"}");
            }
            Value::Array(values) => {
                self.write(b"[");
                for value in values {
                    self.write_value(value);
                }
                self.write(b"]");
            }
            Value::String(text) => {
                self.write(b"s");
                self.write_str(text);
            }
            scalar => self.write_str(&scalar.to_string()),
        }
    }
}

/// 32 hexadecimal digits that depend on the bytes alone.
#[cfg(test)]
fn hex(bytes: &[u8]) -> String {
    let mut hash = Fnv128(Fnv128::OFFSET);
    hash.write(bytes);
    format!("{:032x}", hash.0)
}

/// The id of a record that names none: 32 hexadecimal digits made of everything the record says.
/// The order of its fields does not count.
pub(crate) fn content_id(document: &Document) -> String {
    let mut hash = Fnv128(Fnv128::OFFSET);
    hash.write_str(&document.title);
    hash.write_str(&document.body);
    for field in [&document.lang, &document.url, &document.time] {
        match field {
            Some(text) => hash.write_str(text),
            None => hash.write(&[0]),
        }
    }
    for tag in &document.tags {
        hash.write_str(tag);
    }
    let mut extra: Vec<_> = document.extra.iter().collect();
    extra.sort_unstable_by_key(|&(key, _)| key);
    for (key, value) in extra {
        hash.write_str(key);
        hash.write_value(value);
    }
    format!("{:032x}", hash.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(hex(b""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(hex(b"a"), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(hex(b"foobar"), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn neighbouring_fields_do_not_run_into_each_other() {
        let split = |title: &str, body: &str| {
            content_id(&Document { title: title.into(), body: body.into(), ..Document::default() })
        };
        assert_ne!(split("中巴", "经济"), split("中", "巴经济"));
        assert_eq!(split("中巴", "经济"), split("中巴", "经济"));
    }
}
