//! `docs/HTTP.md` is true: its requests are sent, its settings are the defaults, its tables name
//! what there is.

use serde_json::Value;
use zhen_server::{ENVIRONMENT, Kind, ServerConfig};

use crate::support::TestServer;

const PAGE: &str = include_str!("../../../../docs/HTTP.md");

/// The fenced blocks of one language, each with the line it begins on.
fn blocks(language: &str) -> Vec<(usize, Vec<&'static str>)> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(fence) = line.strip_prefix("```") {
            let block = lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```").collect();
            if fence == language {
                blocks.push((number + 1, block));
            }
        }
    }
    assert!(!blocks.is_empty(), "there are examples in {language}");
    blocks
}

/// Stands for any value.
const ANY: &str = "\u{0}any";
/// In an array, for any elements; as a key, for any further members.
const MORE: &str = "\u{0}more";

/// An expected answer, in which `…` is replaced by [`ANY`] or [`MORE`], whichever makes it JSON.
fn pattern(text: &str) -> Value {
    let mut json = String::new();
    let (mut open, mut last, mut in_string) = (Vec::new(), ' ', false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                json.push(c);
                json.extend(chars.next());
                continue;
            }
            '"' => in_string = !in_string,
            '…' if !in_string => {
                let in_object = open.last() == Some(&'{');
                let stands_for = if last == ':' { ANY } else { MORE };
                json.push_str(&Value::from(stands_for).to_string());
                if in_object && last != ':' {
                    json.push_str(": 0");
                }
                continue;
            }
            '{' | '[' if !in_string => open.push(c),
            '}' | ']' if !in_string => drop(open.pop()),
            _ => {}
        }
        json.push(c);
        if !c.is_whitespace() {
            last = c;
        }
    }
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in {json}"))
}

fn matches(pattern: &Value, answer: &Value) -> bool {
    match (pattern, answer) {
        (Value::String(text), _) if text == ANY => true,
        (Value::Object(wanted), Value::Object(found)) => {
            let more = wanted.contains_key(MORE);
            wanted
                .iter()
                .filter(|(key, _)| *key != MORE)
                .all(|(key, value)| found.get(key).is_some_and(|found| matches(value, found)))
                && (more || found.keys().all(|key| wanted.contains_key(key)))
        }
        (Value::Array(wanted), Value::Array(_)) if *wanted == [MORE] => true,
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(w, f)| matches(w, f))
        }
        _ => pattern == answer,
    }
}

#[test]
fn every_request_is_answered_as_the_page_says() {
    let server = TestServer::start();
    for (line, block) in blocks("http") {
        let split = block.iter().position(|l| l.starts_with('>')).expect("an expected answer");
        let (request, expected) = block.split_at(split);
        let (method, target) = request[0].split_once(' ').unwrap();
        let headers: Vec<(&str, &str)> =
            request[1..].iter().map_while(|line| line.split_once(": ")).collect();
        let body = request[1 + headers.len()..].join("\n");
        let answer = server.client().send(method, target, &headers, body.trim().as_bytes());

        let expected: Vec<&str> =
            expected.iter().map(|line| line.trim_start_matches('>').trim()).collect();
        let status: u16 = expected[0].parse().unwrap();
        assert_eq!(answer.status, status, "line {line}: {}", answer.text());
        let wanted = pattern(&expected[1..].join("\n"));
        let found = answer.json();
        assert!(matches(&wanted, &found), "line {line}: {found:#}");
    }
}

#[test]
fn a_pattern_accepts_what_it_shows_and_nothing_else() {
    let shown = pattern("{\"a\": …, \"b\": [1], \"c\": […], …}");
    let of = |json: &str| matches(&shown, &serde_json::from_str(json).unwrap());
    assert!(of("{\"a\": {\"x\": 1}, \"b\": [1], \"c\": [1, 2], \"d\": 0}"));
    assert!(!of("{\"a\": 1, \"b\": [2], \"c\": []}"));
    assert!(!of("{\"b\": [1], \"c\": []}"));
    assert!(!matches(&pattern("{\"a\": 1}"), &serde_json::json!({"a": 1, "b": 2})));
}

#[test]
fn the_settings_shown_are_the_defaults_and_all_there_are() {
    let (_, block) = blocks("toml").remove(0);
    let mut config = ServerConfig::from_toml(&block.join("\n")).unwrap();
    let loopback = "127.0.0.1:7700".parse().unwrap();
    config.check(&[loopback]).unwrap();
    assert_eq!(config.keys.len(), 1);
    config.keys.clear();
    assert_eq!(config, ServerConfig::default());
    let all = serde_json::to_value(ServerConfig::default()).unwrap();
    let names = all.as_object().unwrap().keys().chain(all["limits"].as_object().unwrap().keys());
    for name in names.filter(|name| !matches!(name.as_str(), "keys" | "limits")) {
        assert!(block.iter().any(|line| line.starts_with(&format!("{name} ="))), "{name}");
    }
}

#[test]
fn every_variable_status_and_type_of_error_is_in_the_tables() {
    for (name, _) in ENVIRONMENT {
        assert!(PAGE.contains(name), "{name}");
    }
    for word in PAGE.split(|c: char| !c.is_ascii_uppercase() && c != '_') {
        let known = ENVIRONMENT.iter().any(|(name, _)| *name == word);
        assert!(!word.starts_with("ZHEN_") || known, "{word} is not read");
    }
    for kind in Kind::ALL {
        let name = kind.type_uri().rsplit(':').next().unwrap().to_owned();
        let row = format!("| {} | `{name}` |", kind.status().as_u16());
        assert!(PAGE.contains(&row), "{row}");
    }
}

#[test]
fn every_attribute_event_and_part_of_the_box_is_in_the_tables() {
    let script = include_str!("../../assets/zhen-search.js");
    let named = |before: &str, after: char| -> Vec<&str> {
        script.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
    };
    let attributes = named("this.getAttribute('", '\'')
        .into_iter()
        .chain(named("this.hasAttribute('", '\''))
        .chain(named("this.#number('", '\''))
        // The page's own layout is nobody else's.
        .filter(|name| *name != "layout");
    for attribute in attributes {
        assert!(PAGE.contains(&format!("`{attribute}`")), "attribute {attribute}");
    }
    for event in named("this.#emit('", '\'') {
        assert!(PAGE.contains(&format!("| `{event}` |")), "event {event}");
    }
    let properties: Vec<_> = named("var(--zhen-", ',').into_iter().collect();
    assert!(properties.len() > 5);
    for property in properties {
        let property = property.trim_end_matches(')');
        assert!(PAGE.contains(&format!("`--zhen-{property}`")), "property {property}");
    }
    for part in named("part: '", '\'').iter().flat_map(|parts| parts.split(' ')) {
        assert!(PAGE.contains(&format!("`{part}`")), "part {part}");
    }
}
