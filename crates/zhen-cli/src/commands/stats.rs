//! `zhen stats`.

use std::io::Write as _;

use serde_json::{Value, json};
use zhen_index::{Stats, ZhenIndex};

use super::with_other_indexes;
use crate::failure::{Failure, Outcome};
use crate::output::hits::Paths;
use crate::output::style::Palette;
use crate::output::table::{Align, Table};
use crate::output::{Console, bytes, count, grouped, text};
use crate::settings::{Form, Settings};

pub(crate) fn run(settings: &Settings) -> Result<Outcome, Failure> {
    let index = ZhenIndex::open(&settings.index_dir()?).map_err(with_other_indexes)?;
    let stats = index.stats()?;
    let dir = index.dir().to_string_lossy().into_owned();
    let mut console = Console::new(settings);
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => console.json(&line(&stats, &dir))?,
        Form::Person | Form::Lines => {
            let words = index.user_dict(index.manifest())?.len();
            print(&mut console, &stats, &dir, words)?;
        }
    }
    console.flush()?;
    Ok(Outcome::found(stats.documents > 0))
}

fn line(stats: &Stats, dir: &str) -> Value {
    let counts = |counts: &[(String, u64)]| -> serde_json::Map<String, Value> {
        counts.iter().map(|(value, count)| (value.clone(), (*count).into())).collect()
    };
    let segments = stats.segments.iter().map(|segment| {
        json!({
            "id": segment.id,
            "documents": segment.documents,
            "deleted": segment.deleted,
            "bytes": segment.bytes,
        })
    });
    let fields = stats.fields.iter().map(|field| {
        json!({
            "name": field.name,
            "terms": field.terms,
            "tokens": field.tokens,
            "bytes": field.bytes,
        })
    });
    let manifest = &stats.manifest;
    json!({
        "index": dir,
        "documents": stats.documents,
        "deleted": stats.deleted,
        "files": stats.files,
        "files_skipped": stats.files_skipped,
        "bytes": stats.bytes,
        "parts": stats.parts,
        "languages": counts(&stats.languages),
        "kinds": counts(&stats.kinds),
        "vocabulary": stats.vocabulary,
        "fields": fields.collect::<Vec<_>>(),
        "segments": segments.collect::<Vec<_>>(),
        "format": manifest.format,
        "analysis": manifest.analysis,
        "version": manifest.version,
        "created": manifest.created,
        "committed": manifest.committed,
        "generation": manifest.generation,
        "user_dictionary": manifest.user_dictionary.as_ref().map(|entry| &entry.checksum),
    })
}

fn print(console: &mut Console, stats: &Stats, dir: &str, words: usize) -> std::io::Result<()> {
    let palette = console.palette;
    let Palette { path, .. } = palette;
    let place = text::one_line(Paths::from_here().shorten(dir));
    writeln!(console, "{path}{place}{path:#}\n")?;

    let manifest = &stats.manifest;
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    let mut documents = grouped(stats.documents);
    if stats.deleted > 0 {
        documents.push_str(&format!(", {} deleted that still take room", grouped(stats.deleted)));
    }
    table.row(["documents".to_owned(), documents]);
    if stats.files > 0 {
        let mut files = grouped(stats.files);
        if stats.files_skipped > 0 {
            files.push_str(&format!(", {} of them skipped", grouped(stats.files_skipped)));
        }
        table.row(["files".to_owned(), files]);
    }
    for (label, counts) in [("languages", &stats.languages), ("formats", &stats.kinds)] {
        if !counts.is_empty() {
            table.row([label.to_owned(), listed(counts)]);
        }
    }
    let size = bytes(stats.bytes);
    let segments = count(stats.segments.len() as u64, "segment", "segments");
    table.row(["size".to_owned(), format!("{size} in {segments}")]);
    let vocabulary = match stats.vocabulary {
        Some(entries) => count(entries, "word, title or name", "words, titles and names"),
        None => "none; the next `zhen index` makes it".to_owned(),
    };
    table.row(["vocabulary".to_owned(), vocabulary]);
    if words > 0 {
        table.row(["user dictionary".to_owned(), count(words as u64, "word", "words")]);
    }
    table.row(["created".to_owned(), manifest.created.clone()]);
    let commits = count(manifest.generation, "commit", "commits");
    table.row(["last commit".to_owned(), format!("{}, {commits}", manifest.committed)]);
    let versions = format!(
        "format {}, analysis {}, written by zhen {}",
        manifest.format, manifest.analysis, manifest.version
    );
    table.row(["versions".to_owned(), versions]);
    let table = table.render(0, &palette);
    writeln!(console, "{table}")?;

    let mut fields = Table::new([
        ("field", Align::Left),
        ("terms", Align::Right),
        ("occurrences", Align::Right),
        ("size", Align::Right),
    ]);
    for field in &stats.fields {
        fields.row([
            field.name.clone(),
            grouped(field.terms),
            grouped(field.tokens),
            bytes(field.bytes),
        ]);
    }
    let fields = fields.render(0, &palette);
    writeln!(console, "{fields}")?;

    let mut parts = Table::new([("part", Align::Left), ("size", Align::Right)]);
    for (part, size) in &stats.parts {
        parts.row([(*part).to_owned(), bytes(*size)]);
    }
    let parts = parts.render(0, &palette);
    write!(console, "{parts}")
}

/// The most frequent values with their counts.
fn listed(counts: &[(String, u64)]) -> String {
    const MOST: usize = 8;
    let mut out: Vec<String> = counts
        .iter()
        .take(MOST)
        .map(|(value, count)| format!("{value} {}", grouped(*count)))
        .collect();
    if counts.len() > MOST {
        out.push(format!("and {} more", counts.len() - MOST));
    }
    out.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_values_are_listed() {
        let counts: Vec<(String, u64)> = (0..10).map(|at| (format!("l{at}"), 2_000 - at)).collect();
        let listed = listed(&counts);
        assert!(listed.starts_with("l0 2,000, l1 1,999, "), "{listed}");
        assert!(listed.ends_with("l7 1,993, and 2 more"), "{listed}");
    }
}
