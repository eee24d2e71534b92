//! Front matter: the block of YAML or TOML that many Markdown files begin with.
//!
//! Only what people write there is understood: `key: value`, lists on one line or several, blocks of
//! text (`|`, `>`), and mappings one level deep. Anything else is kept as the text it is.

use serde_json::{Map, Number, Value};

use crate::document::Document;
use crate::lines::{line_ranges, one_line};
use crate::record::{normalise_lang, split_tags};
use crate::time::normalise_time;

/// Lines after which a block that is still open is no front matter.
const MOST_LINES: usize = 2000;

/// A front matter and where the text begins.
#[derive(Debug, PartialEq)]
pub(crate) struct FrontMatter {
    /// Keys and values in order.
    pub(crate) fields: Map<String, Value>,
    /// Byte offset of the line after the closing fence.
    pub(crate) end: usize,
    /// Number of lines before that offset.
    pub(crate) lines: u32,
}

/// The front matter at the start of `text`, between `---` (YAML) or `+++` (TOML) lines.
pub(crate) fn split(text: &str) -> Option<FrontMatter> {
    let mut lines = line_ranges(text);
    let fence = text[lines.next()?].trim_end();
    if fence != "---" && fence != "+++" {
        return None;
    }
    let mut content = Vec::new();
    for (number, range) in lines.take(MOST_LINES).enumerate() {
        let line = &text[range.clone()];
        let closing = line.trim_end();
        if closing == fence || fence == "---" && closing == "..." {
            let fields = if fence == "---" { yaml(&content) } else { toml(&content) };
            return Some(FrontMatter {
                fields,
                end: (range.end + 1).min(text.len()),
                lines: u32::try_from(number + 2).unwrap_or(u32::MAX),
            });
        }
        // A rule that happens to open the text is followed by prose, not by keys.
        if number == 0 && fence == "---" && closing.is_empty() {
            return None;
        }
        content.push(line);
    }
    None
}

/// Puts what the contract knows into the document's fields and the rest into `extra`.
pub(crate) fn apply(fields: Map<String, Value>, document: &mut Document) {
    for (key, value) in fields {
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        let taken = match key.to_ascii_lowercase().as_str() {
            "title" => text.map(|text| document.title = one_line(text)).is_some(),
            "tags" | "keywords" => {
                let tags = match &value {
                    Value::Array(values) => values.iter().filter_map(scalar_text).collect(),
                    Value::String(text) => split_tags(text),
                    _ => Vec::new(),
                };
                document.tags.extend(tags);
                !matches!(value, Value::Object(_))
            }
            "lang" | "language" | "locale" => {
                text.and_then(normalise_lang).map(|lang| document.lang = Some(lang)).is_some()
            }
            "date" | "time" | "published" => scalar_text(&value)
                .and_then(|text| normalise_time(&text))
                .map(|time| document.time = Some(time))
                .is_some(),
            "url" => text
                .filter(|text| text.starts_with("http://") || text.starts_with("https://"))
                .map(|text| document.url = Some(text.to_owned()))
                .is_some(),
            _ => false,
        };
        if !taken && !value.is_null() {
            document.extra.insert(key, value);
        }
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(one_line(text)).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn yaml(lines: &[&str]) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.starts_with([' ', '\t', '-', '#']) {
            continue;
        }
        let Some((key, rest)) = key_value(line) else {
            continue;
        };
        let end = at + lines[at..].iter().take_while(|line| belongs_to_block(line)).count();
        let block = &lines[at..end];
        at = end;
        fields.insert(key.to_owned(), yaml_value(rest, block));
    }
    fields
}

/// Whether a line continues the value of the key above it.
fn belongs_to_block(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with([' ', '\t']) || line.starts_with("- ") || line == "-"
}

/// The value on the line of a key, or in the lines below it.
fn yaml_value(rest: &str, block: &[&str]) -> Value {
    let rest = rest.trim();
    match rest.chars().next() {
        None => yaml_block(block),
        Some('|' | '>') if rest.len() <= 3 => {
            let separator = if rest.starts_with('|') { "\n" } else { " " };
            let text: Vec<&str> = block.iter().map(|line| line.trim()).collect();
            Value::String(text.join(separator).trim().to_owned())
        }
        Some('[') => {
            // A list may go on over several lines.
            let whole =
                std::iter::once(rest).chain(block.iter().copied()).collect::<Vec<_>>().join(" ");
            flow_list(whole.trim()).unwrap_or_else(|| scalar(rest))
        }
        Some(_) => {
            // A plain value may go on, indented.
            let more: Vec<&str> =
                block.iter().map(|line| line.trim()).filter(|l| !l.is_empty()).collect();
            if more.is_empty() || more[0].starts_with('#') {
                scalar(rest)
            } else {
                scalar(&format!("{rest} {}", more.join(" ")))
            }
        }
    }
}

/// The lines below a key without a value: a list, a mapping or text.
fn yaml_block(block: &[&str]) -> Value {
    let lines: Vec<&str> =
        block.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let Some(first) = lines.first() else {
        return Value::Null;
    };
    if let Some(items) = lines
        .iter()
        .map(|line| line.strip_prefix('-').map(|item| scalar(item.trim())))
        .collect::<Option<Vec<_>>>()
    {
        return Value::Array(items);
    }
    if key_value(first).is_some()
        && let Some(members) = lines
            .iter()
            .map(|line| key_value(line).map(|(key, value)| (key.to_owned(), scalar(value.trim()))))
            .collect::<Option<Map<_, _>>>()
    {
        return Value::Object(members);
    }
    Value::String(lines.join("\n"))
}

/// `key: value`, where the key may be quoted; the value may be empty.
fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = match line.split_once(": ") {
        Some(parts) => parts,
        None => (line.trim_end().strip_suffix(':')?, ""),
    };
    let key = key.trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.len() <= 100 && !key.contains(['[', '{', '<'])).then_some((key, value))
}

/// `[a, "b, c"]`.
fn flow_list(text: &str) -> Option<Value> {
    let inside = text.strip_prefix('[')?;
    let mut items = Vec::new();
    let mut item = String::new();
    let mut quote = None;
    for (at, character) in inside.char_indices() {
        match (quote, character) {
            (Some(open), _) if character == open => {
                quote = None;
                item.push(character);
            }
            (Some(_), _) => item.push(character),
            (None, '"' | '\'') if item.trim().is_empty() => {
                quote = Some(character);
                item.push(character);
            }
            (None, ',' | ']') => {
                if !item.trim().is_empty() {
                    items.push(scalar(item.trim()));
                }
                item.clear();
                if character == ']' {
                    let after = inside[at + 1..].trim();
                    return (after.is_empty() || after.starts_with('#'))
                        .then_some(Value::Array(items));
                }
            }
            (None, _) => item.push(character),
        }
    }
    None
}

/// A quoted string, a number, a boolean, nothing, or text.
fn scalar(text: &str) -> Value {
    if let Some(inside) = text.strip_prefix('"') {
        if let Some(end) = closing_quote(inside) {
            let inside = &inside[..end];
            return serde_json::from_str(&format!("\"{inside}\""))
                .unwrap_or_else(|_| Value::String(inside.to_owned()));
        }
    } else if let Some((inside, _)) =
        text.strip_prefix('\'').and_then(|text| text.rsplit_once('\''))
    {
        return Value::String(inside.replace("''", "'"));
    }
    // A comment follows a space.
    let text = text.split(" #").next().unwrap_or(text).trim();
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match serde_json::from_str::<Number>(text) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
    }
}

/// Where the string that begins inside double quotes ends.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// `key = value` lines; the keys of a `[table]` become its members.
fn toml(lines: &[&str]) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut table: Option<String> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = Some(name.trim_matches(['[', ']']).trim().to_owned());
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut value = value.trim().to_owned();
        // An array may go on over several lines.
        while value.starts_with('[') && flow_list(&value).is_none() && at < lines.len() {
            value.push(' ');
            value.push_str(lines[at].trim());
            at += 1;
        }
        let key = key.trim().trim_matches(['"', '\'']).to_owned();
        let value = flow_list(&value).unwrap_or_else(|| scalar(&value));
        match &table {
            None => {
                fields.insert(key, value);
            }
            Some(table) => {
                let members =
                    fields.entry(table.clone()).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(members) = members {
                    members.insert(key, value);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fields(text: &str) -> Value {
        Value::Object(split(text).expect("a front matter").fields)
    }

    #[test]
    fn yaml_as_people_write_it_is_understood() {
        let text = "---\ntitle: \"入门: a \\\"guide\\\"\"\ntags: [中文, 'a, b', c]\nkeywords:\n  - 一\n  - two # no\n\
                    date: 2024-05-21\nms.custom: 'it''s'\nrating: 1209\ndraft: false\ndesc: >\n  one\n  two\n\
                    author:\n  name: 李\n  mail: x@y\nempty:\nurl: https://a/b # c\n---\nbody\n";
        assert_eq!(
            fields(text),
            json!({"title": "入门: a \"guide\"", "tags": ["中文", "a, b", "c"], "keywords": ["一", "two"],
                   "date": "2024-05-21", "ms.custom": "it's", "rating": 1209, "draft": false,
                   "desc": "one two", "author": {"name": "李", "mail": "x@y"}, "empty": null,
                   "url": "https://a/b"})
        );
        let front = split(text).expect("a front matter");
        assert_eq!(&text[front.end..], "body\n");
        assert_eq!(front.lines, 19);
    }

    #[test]
    fn toml_is_understood() {
        let text = "+++\ntitle = \"标题\"\ntags = [\n  \"a\",\n  \"b\",\n]\nweight = 3\n[extra]\nx = true\n+++\n";
        assert_eq!(
            fields(text),
            json!({"title": "标题", "tags": ["a", "b"], "weight": 3, "extra": {"x": true}})
        );
    }

    #[test]
    fn lists_at_the_margin_belong_to_their_key() {
        assert_eq!(
            fields("---\ntags:\n- a\n- b\nx: 1\n---\n"),
            json!({"tags": ["a", "b"], "x": 1})
        );
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        assert_eq!(split("---\n\ntext\n\n---\n"), None);
        assert_eq!(split("---\ntitle: open\n"), None);
        assert_eq!(split("text\n---\n"), None);
        assert_eq!(split(""), None);
    }

    #[test]
    fn the_contract_fields_are_filled() {
        let mut document = Document::default();
        let front = split(
            "---\ntitle: 指南\nlang: zh_TW\ndate: 2024-05-21 08:00:00 +0800\ntags: a，b\nslug: x\n---\n",
        );
        apply(front.expect("a front matter").fields, &mut document);
        assert_eq!((document.title.as_str(), document.lang.as_deref()), ("指南", Some("zh-TW")));
        assert_eq!(document.time.as_deref(), Some("2024-05-21T00:00:00Z"));
        assert_eq!(document.tags, ["a", "b"]);
        assert_eq!(Value::Object(document.extra), json!({"slug": "x"}));
    }

    proptest! {
        #[test]
        fn any_block_is_split_or_not(text in "(---|\\+\\+\\+)\n([a中:='\"\\[\\], \\-|>#\n]{0,60})\n(---|\\+\\+\\+)\n") {
            if let Some(front) = split(&text) {
                prop_assert!(text.is_char_boundary(front.end));
                apply(front.fields, &mut Document::default());
            }
        }
    }
}
