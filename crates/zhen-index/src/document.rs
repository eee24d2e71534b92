//! A document as a segment takes it: analysed, encoded, and holding its share of the memory budget
//! until it has been taken in.

use tantivy::columnar::NumericalValue;
use tantivy::schema::document::{Document as TantivyDocument, ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{DATE_TIME_PRECISION_INDEXED, Field, Value};
use tantivy::time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tantivy::{DateTime, Term};
use zhen_source::Document;

use crate::aliases;
use crate::budget::Permit;
use crate::hash::{hash64, hash64_parts};
use crate::record;
use crate::schema::{Fields, name};
use zhen_text::signature::Signature;
use zhen_text::{Analyzer, Tracks, lang};

/// Longest id in bytes. tantivy drops terms beyond 64 KiB, and a document without its id could
/// never be replaced.
pub(crate) const LONGEST_ID: usize = 4096;

/// Longest string of a metadata field that can be filtered on, in bytes. Longer ones are prose,
/// which no filter names in full; they are kept in the record.
const LONGEST_META: usize = 1024;

/// Deepest nesting of metadata that can be filtered on.
const DEEPEST_META: usize = 8;

/// An analysed document.
pub(crate) struct IndexDocument {
    values: Vec<(Field, Stored)>,
    // Dropped, and so returned to the budget, when the document has been taken into a segment.
    permit: Permit,
}

impl IndexDocument {
    /// Bytes of memory taken.
    pub(crate) fn bytes(&self) -> usize {
        bytes(&self.values)
    }

    /// Notes that it is about to be handed to the thread that builds its segment.
    pub(crate) fn deliver(&mut self) {
        self.permit.deliver();
    }

    /// The first value of a text field.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        self.values.iter().find_map(|(of, value)| match value {
            Stored::Text(text) if *of == field => Some(text.as_str()),
            _ => None,
        })
    }

    /// Takes the terms of a text field out of it.
    pub(crate) fn take_text(&mut self, field: Field) -> Option<String> {
        let at = self.values.iter().position(|(of, _)| *of == field)?;
        match self.values.remove(at).1 {
            Stored::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Calls `each` with the terms of all fields that hold whole values, spelled as tantivy spells
    /// them in its dictionaries.
    pub(crate) fn whole_terms(&self, fields: &Fields, each: &mut dyn FnMut(Field, &[u8])) {
        for (field, value) in &self.values {
            match value {
                Stored::Text(text) if text.len() <= LONGEST_TERM => each(*field, text.as_bytes()),
                Stored::Date(date) => {
                    let term = Term::from_field_date_for_search(*field, *date);
                    each(*field, term.serialized_value_bytes());
                }
                Stored::Number(number) if *field == fields.bands => {
                    let term = Term::from_field_u64(*field, *number);
                    each(*field, term.serialized_value_bytes());
                }
                Stored::Json(value) => json_terms(*field, &mut String::new(), value, each),
                Stored::Text(_) | Stored::Number(_) | Stored::Bytes(_) => {}
            }
        }
    }
}

fn bytes(values: &[(Field, Stored)]) -> usize {
    values.iter().map(|(_, value)| value.bytes()).sum()
}

/// Longest term that tantivy takes, in bytes.
const LONGEST_TERM: usize = 65_530;

/// The terms of a JSON value that stands at `path`, in which `.` separates keys.
fn json_terms(
    field: Field,
    path: &mut String,
    value: &serde_json::Value,
    each: &mut dyn FnMut(Field, &[u8]),
) {
    match value {
        serde_json::Value::Array(values) => {
            for value in values {
                json_terms(field, path, value, each);
            }
        }
        serde_json::Value::Object(members) => {
            let length = path.len();
            for (key, value) in members {
                if length > 0 {
                    path.push('.');
                }
                for c in key.chars() {
                    if matches!(c, '.' | '\\') {
                        path.push('\\');
                    }
                    path.push(c);
                }
                json_terms(field, path, value, each);
                path.truncate(length);
            }
        }
        leaf => {
            let mut term = Term::from_field_json_path(field, path, false);
            match ValueRef::Json(leaf).as_leaf() {
                Some(ReferenceValueLeaf::Str(text)) => term.append_type_and_str(text),
                Some(ReferenceValueLeaf::I64(number)) => term.append_type_and_fast_value(number),
                Some(ReferenceValueLeaf::U64(number)) => term.append_type_and_fast_value(number),
                Some(ReferenceValueLeaf::F64(number)) => append_number(&mut term, number),
                Some(ReferenceValueLeaf::Bool(value)) => term.append_type_and_fast_value(value),
                Some(ReferenceValueLeaf::Date(date)) => {
                    term.append_type_and_fast_value(date.truncate(DATE_TIME_PRECISION_INDEXED));
                }
                _ => return,
            }
            each(field, term.serialized_value_bytes());
        }
    }
}

/// Appends a number as tantivy does: one that is whole as a whole number.
fn append_number(term: &mut Term, number: f64) {
    match NumericalValue::F64(number).normalize() {
        NumericalValue::I64(number) => term.append_type_and_fast_value(number),
        NumericalValue::U64(number) => term.append_type_and_fast_value(number),
        NumericalValue::F64(number) => term.append_type_and_fast_value(number),
    }
}

/// A value of a field.
#[derive(Debug)]
pub(crate) enum Stored {
    Text(String),
    Number(u64),
    Date(DateTime),
    Bytes(Vec<u8>),
    Json(serde_json::Value),
}

impl Stored {
    fn bytes(&self) -> usize {
        let own = match self {
            Self::Text(text) => text.capacity(),
            Self::Bytes(bytes) => bytes.capacity(),
            // Only its order of magnitude matters; the record holds the same as text.
            Self::Number(_) | Self::Date(_) | Self::Json(_) => 0,
        };
        own + size_of::<(Field, Self)>()
    }
}

/// Analyses and encodes a document. `source` is the file whose change or loss removes it. The
/// permit is set to the memory that the result takes.
pub(crate) fn prepare(
    analyzer: &Analyzer,
    fields: &Fields,
    mut document: Document,
    source: Option<&str>,
    mut permit: Permit,
) -> IndexDocument {
    let lang = match &document.lang {
        Some(lang) => Some(lang.clone()),
        None => lang::detect(match document.body.is_empty() {
            true => &document.title,
            false => &document.body,
        })
        .map(str::to_owned),
    };
    let mut title = Tracks::default();
    analyzer.tracks(&document.title, &mut title);
    let mut body = Tracks::default();
    analyzer.tracks(&document.body, &mut body);
    let mut headings = Tracks::default();
    for range in &document.headings {
        if let Some(heading) = document.body.get(range.clone()) {
            analyzer.tracks(heading, &mut headings);
        }
    }
    let aliases = aliases::terms(analyzer, [&*document.title, &*document.body]);
    let content = content_hash(&title.grams, &body.grams);
    let signature = Signature::of_grams(match body.grams.trim_ascii().is_empty() {
        true => &title.grams,
        false => &body.grams,
    });
    let record = record::encode(&document, lang.as_deref(), source);

    let mut values = Vec::with_capacity(16 + document.tags.len());
    let mut text = |field, text: Option<String>| {
        values.extend(text.filter(|text| !text.is_empty()).map(|text| (field, Stored::Text(text))));
    };
    text(fields.title_words, Some(title.words));
    text(fields.title_grams, Some(title.grams));
    text(fields.heading_words, Some(headings.words));
    text(fields.body_words, Some(body.words));
    text(fields.body_grams, Some(body.grams));
    for pair in aliases {
        text(fields.aliases, Some(pair));
    }
    text(fields.source, source.map(str::to_owned));
    text(fields.path, document.path);
    text(fields.lang, lang);
    text(fields.kind, Some(document.kind));
    for tag in document.tags {
        text(fields.tags, Some(tag));
    }
    let mut meta = std::mem::take(&mut document.extra);
    match document.time.as_deref().map(|time| (parse_time(time), time)) {
        Some((Some(time), _)) => values.push((fields.time, Stored::Date(time))),
        // One that the field cannot hold stands as text among the record's own.
        Some((None, time)) => drop(meta.insert(name::TIME.to_owned(), time.into())),
        None => {}
    }
    if let Some(url) = document.url {
        meta.insert(name::URL.to_owned(), url.into());
    }
    meta.retain(|key, value| is_filterable(key) && keep_filterable(value, DEEPEST_META));
    if !meta.is_empty() {
        values.push((fields.meta, Stored::Json(meta.into())));
    }
    values.push((fields.order, Stored::Number(hash64(document.id.as_bytes()))));
    if let Some(content) = content {
        values.push((fields.content, Stored::Number(content)));
    }
    let number = |field| move |number| (field, Stored::Number(number));
    match (signature, content) {
        (Some(signature), _) => {
            values.extend(signature.to_words().map(number(fields.signature)));
            values.extend(signature.bands().map(number(fields.bands)));
        }
        // A short text is alike only what is the same.
        (None, Some(content)) => values.push(number(fields.bands)(content)),
        (None, None) => {}
    }
    values.push((fields.id, Stored::Text(document.id)));
    values.push((fields.record, Stored::Bytes(record)));

    permit.resize(bytes(&values));
    IndexDocument { values, permit }
}

/// What [`prepare`] will make of a document of this many bytes of text, in bytes, so that room can
/// be made before: both tracks and the record. A Han character of 3 bytes becomes a gram of 7 and
/// words of some 6.
pub(crate) fn estimate(document: &Document) -> usize {
    const FIXED: usize = 2048;
    FIXED + (document.title.len() + document.body.len()) * 6
}

/// Hash of title and body as folded; `None` where there is no text.
pub(crate) fn content_hash(title_grams: &str, body_grams: &str) -> Option<u64> {
    let (title, body) = (title_grams.trim_ascii(), body_grams.trim_ascii());
    let empty = title.is_empty() && body.is_empty();
    (!empty).then(|| hash64_parts(&[title.as_bytes(), body.as_bytes()]))
}

/// A point in time as a field of times keeps it: RFC 3339 within the years 1678 to 2261.
pub(crate) fn parse_time(time: &str) -> Option<DateTime> {
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    DateTime::try_from_utc(time)
}

/// Whether a filter could name a key. (tantivy uses these characters between keys.)
fn is_filterable(key: &str) -> bool {
    !key.is_empty() && !key.contains(['\0', '\u{1}'])
}

/// Removes what no filter could name from a metadata value; false when nothing remains.
fn keep_filterable(value: &mut serde_json::Value, depth: usize) -> bool {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    match value {
        Null => false,
        Bool(_) | Number(_) => true,
        String(text) => text.len() <= LONGEST_META,
        _ if depth == 0 => false,
        Array(values) => {
            values.retain_mut(|value| keep_filterable(value, depth - 1));
            !values.is_empty()
        }
        Object(map) => {
            map.retain(|key, value| is_filterable(key) && keep_filterable(value, depth - 1));
            !map.is_empty()
        }
    }
}

impl TantivyDocument for IndexDocument {
    type Value<'a> = ValueRef<'a>;
    type FieldsValuesIter<'a> = FieldValues<'a>;

    fn iter_fields_and_values(&self) -> FieldValues<'_> {
        FieldValues(self.values.iter())
    }
}

/// All values of a document with their fields.
pub(crate) struct FieldValues<'a>(std::slice::Iter<'a, (Field, Stored)>);

impl<'a> Iterator for FieldValues<'a> {
    type Item = (Field, ValueRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(field, stored)| (*field, ValueRef::Stored(stored)))
    }
}

/// A borrowed value: of a field, or within a JSON value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ValueRef<'a> {
    Stored(&'a Stored),
    Json(&'a serde_json::Value),
}

/// Elements of a JSON array.
pub(crate) struct Elements<'a>(std::slice::Iter<'a, serde_json::Value>);

impl<'a> Iterator for Elements<'a> {
    type Item = ValueRef<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(ValueRef::Json)
    }
}

/// Members of a JSON object.
pub(crate) struct Members<'a>(serde_json::map::Iter<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, ValueRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), ValueRef::Json(value)))
    }
}

impl<'a> Value<'a> for ValueRef<'a> {
    type ArrayIter = Elements<'a>;
    type ObjectIter = Members<'a>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        use serde_json::Value as Json;
        let json = match *self {
            Self::Stored(Stored::Text(text)) => return ReferenceValueLeaf::Str(text).into(),
            Self::Stored(Stored::Number(number)) => {
                return ReferenceValueLeaf::U64(*number).into();
            }
            Self::Stored(Stored::Date(date)) => return ReferenceValueLeaf::Date(*date).into(),
            Self::Stored(Stored::Bytes(bytes)) => return ReferenceValueLeaf::Bytes(bytes).into(),
            Self::Stored(Stored::Json(json)) | Self::Json(json) => json,
        };
        match json {
            Json::Null => ReferenceValueLeaf::Null.into(),
            Json::Bool(value) => ReferenceValueLeaf::Bool(*value).into(),
            Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(number), _, _) => ReferenceValueLeaf::I64(number).into(),
                (_, Some(number), _) => ReferenceValueLeaf::U64(number).into(),
                (_, _, Some(number)) => ReferenceValueLeaf::F64(number).into(),
                _ => ReferenceValueLeaf::Null.into(),
            },
            Json::String(text) => match parse_time(text) {
                Some(time) => ReferenceValueLeaf::Date(time).into(),
                None => ReferenceValueLeaf::Str(text).into(),
            },
            Json::Array(values) => ReferenceValue::Array(Elements(values.iter())),
            Json::Object(map) => ReferenceValue::Object(Members(map.iter())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_that_no_filter_names_is_left_out_of_the_index_only() {
        let long = "长".repeat(LONGEST_META);
        let mut value = serde_json::json!({
            "keep": "短", "long": long, "none": null, "list": [1, null, long], "empty": [null],
            "deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}},
        });
        assert!(keep_filterable(&mut value, DEEPEST_META));
        assert_eq!(value, serde_json::json!({"keep": "短", "list": [1]}));
    }

    #[test]
    fn the_same_folded_text_has_the_same_content_hash() {
        assert_eq!(content_hash("a ", "b c "), content_hash("a", "b c"));
        assert_ne!(content_hash("a ", "b c "), content_hash("x ", "b c "));
        assert_ne!(content_hash("a ", ""), content_hash("", "a "));
        assert_eq!(content_hash("", " "), None);
    }

    #[test]
    fn only_points_in_time_are_dates() {
        assert!(parse_time("2024-05-21T08:00:00+08:00").is_some());
        assert_eq!(parse_time("2024-05-21T08:00:00+08:00"), parse_time("2024-05-21T00:00:00Z"));
        assert!(parse_time("2024-05-21").is_none());
        assert!(parse_time("9999-01-01T00:00:00Z").is_none(), "beyond what 64 bits of ns hold");
        assert!(parse_time("0700-01-01T00:00:00Z").is_none());
    }
}
