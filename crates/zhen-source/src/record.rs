//! Records: JSON objects and table rows to documents, by the rules of the input contract.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::hash::content_id;
use crate::lines::{normalise_line_ends, one_line};
use crate::time::{normalise_epoch, normalise_time};

/// Fields that are taken for the body, in this order, where there is no `body`.
const BODY_ALIASES: [&str; 2] = ["text", "content"];

/// Where a record came from, for what it does not say itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// Identity of the file; `None` for a stream.
    pub(crate) path: Option<&'a str>,
    /// Format name for [`Document::kind`].
    pub(crate) kind: &'static str,
    /// Whether the record is all of the file, whose identity is its own then.
    pub(crate) whole: bool,
    /// Which record of its line it is, from 1: an array may stand on one line.
    pub(crate) nth: u32,
}

/// Why an object is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    /// There is nothing to search in.
    #[error("the record has neither body nor title; give it one of them as a string")]
    NoText,
    /// A field has a type that cannot be text.
    #[error("field {field:?} is {found}; it must be a string")]
    FieldType {
        /// Name of the field.
        field: &'static str,
        /// JSON type that was found.
        found: &'static str,
    },
    /// An id is a number that JSON does not keep: others would become the same.
    #[error("the id {0} is a number too large to be kept exactly; write it as a string")]
    LargeId(serde_json::Number),
}

/// Beyond this, numbers with a fraction lie further apart than 1.
const EXACT: f64 = (1_u64 << 53) as f64;

/// Whether the field `name` is the body, or is taken for it where there is none of that name.
pub(crate) fn is_body_field(name: &str) -> bool {
    name == "body" || BODY_ALIASES.contains(&name)
}

/// Makes a document of a record that began at source line `line` (1-based).
///
/// Where there is a title and no body, the body is the strings of the other fields, one a line; they
/// are kept as fields too.
///
/// The document has no line map yet: the caller knows where its text stood. A record without id gets
/// `path#line` in a file, `path#line.2` when it is the second of its line, and a hash of its content
/// elsewhere.
pub(crate) fn document(
    record: Map<String, Value>,
    origin: Origin<'_>,
    line: u32,
) -> Result<Document, RecordError> {
    let mut document = Document {
        kind: origin.kind.to_owned(),
        path: origin.path.map(str::to_owned),
        ..Document::default()
    };
    // `text` or `content` are the body only where no `body` stands.
    let body_field = std::iter::once("body")
        .chain(BODY_ALIASES)
        .find(|&name| record.get(name).is_some_and(|value| !value.is_null()));
    for (name, value) in record {
        match name.as_str() {
            "id" => match identifier(value) {
                Err(Value::Number(number)) => return Err(RecordError::LargeId(number)),
                Ok(id) => document.id = id,
                Err(value) => keep(&mut document, name, value),
            },
            "title" => document.title = one_line(&text("title", value)?),
            name if Some(name) == body_field => {
                document.body = normalise_line_ends(text("body", value)?);
            }
            "lang" => match non_empty(value) {
                Ok(lang) => document.lang = normalise_lang(&lang),
                Err(value) => keep(&mut document, name, value),
            },
            "url" => match non_empty(value) {
                Ok(url) => document.url = Some(url),
                Err(value) => keep(&mut document, name, value),
            },
            "time" => match moment(&value) {
                Some(time) => document.time = Some(time),
                None => keep(&mut document, name, value),
            },
            "tags" => match tags(value) {
                Ok(tags) => document.tags = tags,
                Err(value) => keep(&mut document, name, value),
            },
            _ => keep(&mut document, name, value),
        }
    }
    if document.title.is_empty() && document.body.trim().is_empty() {
        return Err(RecordError::NoText);
    }
    if document.id.is_empty() {
        document.id = match origin.path {
            Some(path) if origin.whole => path.to_owned(),
            Some(path) if origin.nth > 1 => format!("{path}#{line}.{}", origin.nth),
            Some(path) => format!("{path}#{line}"),
            None => content_id(&document),
        };
    }
    // After the id, which does not depend on the order of fields.
    if body_field.is_none() {
        let mut body = String::new();
        document.extra.values().for_each(|value| join_strings(value, &mut body));
        document.body = normalise_line_ends(body);
    }
    Ok(document)
}

fn keep(document: &mut Document, name: String, value: Value) {
    if !value.is_null() {
        document.extra.insert(name, value);
    }
}

/// Puts the strings of `value` that are not blank at the end of `out`, each on a line of its own.
fn join_strings(value: &Value, out: &mut String) {
    match value {
        Value::String(text) if !text.trim().is_empty() => {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(text);
        }
        Value::Array(values) => values.iter().for_each(|value| join_strings(value, out)),
        Value::Object(members) => members.values().for_each(|value| join_strings(value, out)),
        _ => {}
    }
}

/// The JSON type of a value, with its article.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A string, a scalar as text, or an array of those as lines.
fn text(field: &'static str, value: Value) -> Result<String, RecordError> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => Ok(String::new()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(values) => {
            let lines: Result<Vec<String>, _> =
                values.into_iter().map(|value| text(field, value)).collect();
            Ok(lines?.join("\n"))
        }
        other => Err(RecordError::FieldType { field, found: type_name(&other) }),
    }
}

fn identifier(value: Value) -> Result<String, Value> {
    match value {
        Value::String(id) => Ok(id.trim().to_owned()),
        Value::Number(id) if !id.is_f64() || id.as_f64().is_some_and(|id| id.abs() < EXACT) => {
            Ok(id.to_string())
        }
        other => Err(other),
    }
}

fn non_empty(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Value::String(_) => Err(Value::Null),
        other => Err(other),
    }
}

fn moment(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => normalise_time(text),
        Value::Number(number) => {
            // A year alone is a number in many a record, and so is a day, 20240521.
            let is_date = |n| matches!(n, 1000..10_000 | 10_000_101..=99_991_231);
            let date = number.as_u64().filter(|&n| is_date(n));
            let date = date.and_then(|n| normalise_time(&n.to_string()));
            date.or_else(|| normalise_epoch(number.as_f64()?))
        }
        _ => None,
    }
}

/// An array of scalars or a string of parts between commas (also `，`, `、` and `;`).
fn tags(value: Value) -> Result<Vec<String>, Value> {
    match value {
        Value::String(text) => Ok(split_tags(&text)),
        Value::Array(values) if values.iter().all(|v| v.is_string() || v.is_number()) => Ok(values
            .iter()
            .map(|value| match value {
                Value::String(text) => one_line(text),
                other => other.to_string(),
            })
            .filter(|tag| !tag.is_empty())
            .collect()),
        other => Err(other),
    }
}

/// The labels in a string of parts between commas, `，`, `、`, `;` or `；`.
pub(crate) fn split_tags(text: &str) -> Vec<String> {
    text.split([',', '，', '、', ';', '；']).map(one_line).filter(|tag| !tag.is_empty()).collect()
}

/// A language tag as BCP 47 writes it: `zh_CN.UTF-8` is `zh-CN`. `None` when it is no tag.
pub(crate) fn normalise_lang(lang: &str) -> Option<String> {
    let lang = lang.trim();
    let lang = lang.split(['.', '@']).next().unwrap_or(lang).replace('_', "-");
    let valid = lang.len() >= 2
        && lang.len() <= 35
        && lang.starts_with(|c: char| c.is_ascii_alphabetic())
        && lang.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    valid.then_some(lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const STREAM: Origin<'static> = Origin { path: None, kind: "jsonl", whole: false, nth: 1 };

    fn read(value: Value) -> Result<Document, RecordError> {
        let Value::Object(map) = value else {
            panic!("test records are objects");
        };
        document(map, STREAM, 7)
    }

    #[test]
    fn the_contract_fields_are_taken_and_the_rest_is_kept() {
        let document = read(json!({
            "id": 42, "title": " 标题\n二 ", "body": "正文\r\nline two", "lang": "zh_Hans",
            "url": "https://example.com/", "time": "2024-05-21", "tags": "法律, law、",
            "stars": 5, "nested": {"a": [1]}, "nothing": null,
        }))
        .expect("a record");
        assert_eq!(document.id, "42");
        assert_eq!(document.title, "标题 二");
        assert_eq!(document.body, "正文\nline two");
        assert_eq!(document.lang.as_deref(), Some("zh-Hans"));
        assert_eq!(document.url.as_deref(), Some("https://example.com/"));
        assert_eq!(document.time.as_deref(), Some("2024-05-21T00:00:00Z"));
        assert_eq!(document.tags, ["法律", "law"]);
        assert_eq!(Value::Object(document.extra), json!({"stars": 5, "nested": {"a": [1]}}));
        assert_eq!((document.kind.as_str(), document.path), ("jsonl", None));
    }

    #[test]
    fn an_id_is_a_number_only_where_no_other_is_written_so() {
        let id = |text: &str| read(serde_json::from_str(text).expect("JSON"));
        for (number, kept) in [("1.5", "1.5"), ("18446744073709551615", "18446744073709551615")] {
            let document = id(&format!(r#"{{"id": {number}, "body": "x"}}"#)).expect("a record");
            assert_eq!(document.id, kept);
        }
        for number in ["18446744073709551616", "-9223372036854775809", "1e300"] {
            let error = id(&format!(r#"{{"id": {number}, "body": "x"}}"#));
            assert!(matches!(error, Err(RecordError::LargeId(_))), "{number}");
        }
    }

    #[test]
    fn body_or_title_is_enough_and_none_is_an_error() {
        assert_eq!(read(json!({"title": "词典"})).expect("a record").title, "词典");
        assert_eq!(read(json!({"body": "词典"})).expect("a record").body, "词典");
        assert_eq!(read(json!({"text": "词典"})).expect("a record").body, "词典");
        for value in [json!({}), json!({"id": "1"}), json!({"body": " \n", "title": null})] {
            assert_eq!(read(value), Err(RecordError::NoText));
        }
        assert_eq!(
            read(json!({"body": {"a": 1}})),
            Err(RecordError::FieldType { field: "body", found: "an object" })
        );
    }

    #[test]
    fn without_a_body_the_other_strings_are_the_body_and_stay_fields() {
        let document = read(json!({
            "id": "1", "title": "霸王别姬", "year": 1993, "overview": "京剧演员\r\n悲欢离合",
            "url": "https://example.com/", "note": " ", "cast": ["张国荣", {"as": "程蝶衣"}],
        }))
        .expect("a record");
        assert_eq!(document.body, "京剧演员\n悲欢离合\n张国荣\n程蝶衣");
        assert_eq!(document.extra["overview"], "京剧演员\r\n悲欢离合");
        assert_eq!(document.extra["year"], 1993);
        let id = |value| read(value).expect("a record").id;
        assert_eq!(
            id(json!({"title": "a", "x": "b", "y": "c"})),
            id(json!({"y": "c", "x": "b", "title": "a"}))
        );
    }

    #[test]
    fn a_body_beside_text_leaves_text_alone() {
        let document = read(json!({"text": "other", "body": "正文"})).expect("a record");
        assert_eq!(document.body, "正文");
        assert_eq!(document.extra["text"], "other");
    }

    #[test]
    fn the_default_id_depends_on_content_and_not_on_the_order_of_fields() {
        let id = |value| read(value).expect("a record").id;
        let one = id(json!({"title": "a", "body": "b", "x": {"p": 1, "q": 2}}));
        assert_eq!(one.len(), 32);
        assert_eq!(one, id(json!({"x": {"q": 2, "p": 1}, "body": "b", "title": "a"})));
        assert_ne!(one, id(json!({"title": "a", "body": "b"})));
        // Pinned: ids must not change between releases.
        assert_eq!(id(json!({"body": "中文 text"})), "4bea1fe5bbe258239c3deafb25074963");
    }

    #[test]
    fn a_record_of_a_file_is_named_by_its_line() {
        for (nth, id) in [(1, "/d/a.jsonl#7"), (2, "/d/a.jsonl#7.2"), (3, "/d/a.jsonl#7.3")] {
            let Value::Object(map) = json!({"body": "x"}) else {
                unreachable!("it is an object");
            };
            let origin = Origin { path: Some("/d/a.jsonl"), kind: "jsonl", whole: false, nth };
            assert_eq!(document(map, origin, 7).expect("a record").id, id);
        }
    }

    #[test]
    fn times_that_cannot_be_read_stay_in_the_extra_fields() {
        let document = read(json!({"body": "x", "time": "昨天"})).expect("a record");
        assert_eq!((document.time.as_deref(), &document.extra["time"]), (None, &json!("昨天")));
        let document = read(json!({"body": "x", "time": 1_716_249_600})).expect("a record");
        assert_eq!(document.time.as_deref(), Some("2024-05-21T00:00:00Z"));
        let document = read(json!({"body": "x", "time": 2024})).expect("a record");
        assert_eq!(document.time.as_deref(), Some("2024-01-01T00:00:00Z"));
        let document = read(json!({"body": "x", "time": 20_240_521})).expect("a record");
        assert_eq!(document.time.as_deref(), Some("2024-05-21T00:00:00Z"));
        let document = read(json!({"body": "x", "time": 20_241_321})).expect("a record");
        assert_eq!(
            document.time.as_deref(),
            Some("1970-08-23T06:35:21Z"),
            "no day of a 13th month"
        );
    }

    #[test]
    fn language_tags_are_checked() {
        assert_eq!(normalise_lang("zh_TW.UTF-8").as_deref(), Some("zh-TW"));
        assert_eq!(normalise_lang(" en "), Some("en".into()));
        assert_eq!(normalise_lang("{{ lang }}"), None);
        assert_eq!(normalise_lang(""), None);
    }
}
