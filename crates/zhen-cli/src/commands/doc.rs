//! `zhen doc`.

use std::io::Write as _;

use serde_json::Value;
use zhen_search::Engine as _;

use super::{find_id, no_document, open_engine};
use crate::args::DocArgs;
use crate::failure::{Failure, Outcome};
use crate::output::style::Palette;
use crate::output::{Console, Told, tell, text};
use crate::settings::{Form, Settings};

/// The fields that are not shown as a line of their own: text, and what only programs want to know.
const TEXT_FIELDS: [&str; 3] = ["title", "body", "lines"];

pub(crate) fn run(args: &DocArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let engine = open_engine(settings)?;
    let document = match find_id(&engine, &args.id)? {
        Some(id) => engine.document(&id)?,
        None => None,
    };
    let Some(document) = document else {
        tell(settings, Told::Error, &no_document(&args.id));
        return Ok(Outcome::Nothing);
    };
    if settings.is_quiet() {
        return Ok(Outcome::Found);
    }
    let mut console = Console::new(settings);
    match console.form {
        Form::Json => console.json(&document)?,
        Form::Person | Form::Lines => print(&mut console, &document)?,
    }
    console.flush()?;
    Ok(Outcome::Found)
}

/// Title, a line for each other field, the body.
fn print(console: &mut Console, document: &Value) -> std::io::Result<()> {
    let Palette { title: title_style, dim, .. } = console.palette;
    let string = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let title = text::one_line(string("title"));
    if !title.is_empty() {
        writeln!(console, "{title_style}{title}{title_style:#}")?;
    }
    for (name, value) in document.as_object().into_iter().flatten() {
        if !TEXT_FIELDS.contains(&name.as_str()) {
            let name = text::one_line(name);
            writeln!(console, "{dim}{name}:{dim:#} {}", text::one_line(&shown(value)))?;
        }
    }
    writeln!(console, "\n{}", text::lines(string("body").trim_end()))
}

/// A value as a person writes it: text without quotation marks, lists with commas.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_shown_as_people_write_them() {
        assert_eq!(shown(&json!("词典")), "词典");
        assert_eq!(shown(&json!(["a", 1, true])), "a, 1, true");
        assert_eq!(shown(&json!({"a": 1})), r#"{"a":1}"#);
    }
}
