//! Reads a JSON object member by member.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

/// Hands each member of the JSON object `text` to `take`, in order and repeated ones too.
///
/// # Errors
/// When `text` is no JSON object; what stands before the fault has been handed over.
pub(crate) fn members(
    text: &[u8],
    take: impl FnMut(String, Value),
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    json.deserialize_map(Members(take))?;
    json.end()
}

struct Members<F>(F);

impl<'de, F: FnMut(String, Value)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry()? {
            (self.0)(name, value);
        }
        Ok(())
    }
}
