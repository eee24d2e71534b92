//! `zhen analyze`.

use std::io::Write as _;

use serde::Serialize;
use zhen_index::{IndexError, ZhenIndex};
use zhen_text::{Analyzer, QueryWord, Tracks, UserDict, WordKind, fold, lang};

use super::with_other_indexes;
use crate::args::AnalyzeArgs;
use crate::failure::{Failure, Outcome};
use crate::output::table::{Align, Table};
use crate::output::{Console, text};
use crate::settings::{Form, Settings};

/// What a text becomes.
#[derive(Debug, Serialize)]
struct Analysis<'a> {
    text: &'a str,
    folded: String,
    lang: Option<&'static str>,
    words: Vec<String>,
    grams: Vec<String>,
    query: Vec<Word>,
}

/// A word of the text as a query.
#[derive(Debug, Serialize)]
struct Word {
    /// As typed.
    word: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<String>,
    text: String,
}

impl Word {
    fn of(word: QueryWord, typed: &str) -> Self {
        Self {
            word: typed.get(word.original).unwrap_or_default().to_owned(),
            kind: match word.kind {
                WordKind::Han => "han",
                WordKind::Syllables => "syllables",
                WordKind::Latin => "latin",
                WordKind::Compound => "compound",
            },
            term: word.term,
            parts: word.parts,
            text: word.text,
        }
    }
}

pub(crate) fn run(args: &AnalyzeArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let typed = args.text.join(" ");
    let analysis = analyse(&typed, &dictionary(settings)?);
    let mut console = Console::new(settings);
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => console.json(&analysis)?,
        Form::Person | Form::Lines => print(&mut console, &analysis)?,
    }
    console.flush()?;
    Ok(Outcome::Found)
}

/// The user dictionary of the index; none where there is no index and none was named.
fn dictionary(settings: &Settings) -> Result<UserDict, Failure> {
    let dir = settings.index_dir()?;
    match ZhenIndex::open(&dir) {
        Ok(index) => Ok(index.user_dict(index.manifest())?),
        Err(IndexError::Missing { .. }) if !settings.names_index() => Ok(UserDict::default()),
        Err(error) => Err(with_other_indexes(error)),
    }
}

fn analyse<'a>(typed: &'a str, dictionary: &UserDict) -> Analysis<'a> {
    let analyzer = Analyzer::for_queries(dictionary);
    let mut tracks = Tracks::default();
    analyzer.tracks(typed, &mut tracks);
    let terms = |track: &str| track.split_whitespace().map(str::to_owned).collect();
    let query = analyzer.query(typed);
    Analysis {
        text: typed,
        folded: fold::fold(typed).text().to_owned(),
        lang: lang::detect(typed),
        words: terms(&tracks.words),
        grams: terms(&tracks.grams),
        query: query.words.into_iter().map(|word| Word::of(word, typed)).collect(),
    }
}

fn print(console: &mut Console, analysis: &Analysis<'_>) -> std::io::Result<()> {
    let width = console.width();
    let palette = console.palette;
    let dim = palette.dim;
    let mut line = |label: &str, what: &str| {
        let cells = text::cells(what, &[]);
        let mut label = label;
        for part in text::wrap(&cells, width.saturating_sub(10)) {
            let part: String = part.iter().map(|cell| cell.c).collect();
            writeln!(console, "{dim}{}{dim:#}{part}", text::pad(std::mem::take(&mut label), 10))?;
        }
        Ok::<(), std::io::Error>(())
    };
    line("text", analysis.text)?;
    line("folded", &analysis.folded)?;
    line("language", analysis.lang.unwrap_or("unknown"))?;
    line("words", &analysis.words.join("  "))?;
    line("grams", &analysis.grams.join("  "))?;
    if analysis.query.is_empty() {
        return Ok(());
    }
    let mut table = Table::new([
        ("as a query", Align::Left),
        ("kind", Align::Left),
        ("word or stem", Align::Left),
        ("parts", Align::Left),
        ("as it stands", Align::Left),
    ]);
    for word in &analysis.query {
        table.row([
            word.word.clone(),
            word.kind.to_owned(),
            word.term.clone().unwrap_or_default(),
            word.parts.join(" "),
            word.text.clone(),
        ]);
    }
    let table = table.render(0, &palette);
    write!(console, "\n{table}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_text_becomes_words_grams_and_query_words() {
        let analysis = analyse("安裝C++", &UserDict::default());
        assert_eq!(analysis.folded, "安装c++");
        assert_eq!(analysis.lang, Some("zh-Hant"));
        assert!(analysis.words.iter().any(|word| word == "安装"), "{analysis:?}");
        assert_eq!(analysis.query[0].word, "安裝");
        assert_eq!(analysis.query[0].kind, "han");
    }
}
