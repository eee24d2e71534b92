//! `zhen terms`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write as _;

use serde::Serialize;
use zhen_index::schema::name;
use zhen_index::terms::{self, for_each_term};
use zhen_index::{Fields, IndexError, ZhenIndex};
use zhen_text::fold::fold_to_string;

use super::with_other_indexes;
use crate::args::TermsArgs;
use crate::failure::{Failure, Outcome};
use crate::output::style::Palette;
use crate::output::table::{Align, Table};
use crate::output::{Console, grouped, text};
use crate::settings::{Form, Settings};

/// Fields that hold terms of text.
const FIELDS: usize = 5;

/// A term and how many documents hold it in each field. Documents that were deleted count until
/// their segment is merged, as they do for the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    term: String,
    documents: [u64; FIELDS],
}

/// Documents, term, documents by field; ordered so that a heap's top is the one to drop.
type Ranked = Reverse<(u64, Reverse<String>, [u64; FIELDS])>;

#[derive(Serialize)]
struct Line<'a> {
    term: &'a str,
    documents: serde_json::Map<String, serde_json::Value>,
}

/// Columns of the table: name in the index, heading.
const COLUMNS: [(&str, &str); FIELDS] = [
    (name::BODY_WORDS, "body words"),
    (name::HEADING_WORDS, "heading words"),
    (name::TITLE_WORDS, "title words"),
    (name::BODY_GRAMS, "body grams"),
    (name::TITLE_GRAMS, "title grams"),
];

pub(crate) fn run(args: &TermsArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let index = ZhenIndex::open(&settings.index_dir()?).map_err(with_other_indexes)?;
    let prefix = fold_to_string(args.prefix.trim());
    let terms = most_frequent(&index, &prefix, args.limit)?;
    let outcome = Outcome::found(!terms.is_empty());
    if settings.is_quiet() {
        return Ok(outcome);
    }
    let mut console = Console::new(settings);
    match console.form {
        Form::Json => terms.iter().try_for_each(|counted| console.json(&line(counted)))?,
        Form::Lines => {
            for Counted { term, documents } in &terms {
                let documents = documents.map(|count| count.to_string()).join("\t");
                writeln!(console, "{}\t{documents}", text::one_line(term))?;
            }
        }
        Form::Person if terms.is_empty() => {
            let dim = console.palette.dim;
            writeln!(console, "{dim}no term begins with {}{dim:#}", text::one_line(&prefix))?;
        }
        Form::Person => {
            let table = table(&terms, &console.palette);
            write!(console, "{table}")?;
        }
    }
    console.flush()?;
    Ok(outcome)
}

fn line(counted: &Counted) -> Line<'_> {
    let documents = COLUMNS.iter().zip(counted.documents).filter(|(_, count)| *count > 0);
    Line {
        term: &counted.term,
        documents: documents.map(|((name, _), count)| ((*name).to_owned(), count.into())).collect(),
    }
}

fn table(terms: &[Counted], palette: &Palette) -> String {
    let [a, b, c, d, e] = COLUMNS.map(|(_, heading)| (heading, Align::Right));
    let mut table = Table::new([("term", Align::Left), a, b, c, d, e]);
    for Counted { term, documents } in terms {
        let [a, b, c, d, e] = documents.map(|count| match count {
            0 => "·".to_owned(),
            count => grouped(count),
        });
        table.row([term.clone(), a, b, c, d, e]);
    }
    table.render(0, palette)
}

/// The terms that begin with `prefix`, those of most documents first. Holds no more than `limit` of
/// them at a time, whatever the size of the vocabulary.
fn most_frequent(index: &ZhenIndex, prefix: &str, limit: usize) -> Result<Vec<Counted>, Failure> {
    let unreadable = || IndexError::engine("read", index.dir());
    let Fields { body_words, heading_words, title_words, body_grams, title_grams, .. } =
        index.fields();
    let fields = [body_words, heading_words, title_words, body_grams, title_grams];
    let reader = index.tantivy().reader().map_err(unreadable())?;
    let searcher = reader.searcher();
    let mut best: BinaryHeap<Ranked> = BinaryHeap::new();
    let end = terms::after(prefix);
    let counted =
        for_each_term(&searcher, &fields, prefix.as_bytes(), end.as_deref(), |term, counts| {
            // Numbers by value are for those who ask for them.
            if prefix.is_empty() && term.first() == Some(&b'=') {
                return;
            }
            let mut documents = [0; FIELDS];
            documents.copy_from_slice(counts);
            let most = documents.into_iter().max().unwrap_or_default();
            let term = String::from_utf8_lossy(term).into_owned();
            best.push(Reverse((most, Reverse(term), documents)));
            if best.len() > limit {
                best.pop();
            }
        });
    counted.map_err(unreadable())?;
    let best = best.into_sorted_vec().into_iter();
    Ok(best.map(|Reverse((_, Reverse(term), documents))| Counted { term, documents }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_term_names_only_fields_that_hold_it() {
        let counted = Counted { term: "词典".to_owned(), documents: [3, 0, 1, 0, 0] };
        let line = serde_json::to_string(&line(&counted)).unwrap();
        let expected = format!(
            r#"{{"term":"词典","documents":{{"{}":3,"{}":1}}}}"#,
            name::BODY_WORDS,
            name::TITLE_WORDS
        );
        assert_eq!(line, expected);
    }
}
