//! `zhen search`.

use std::io::Write as _;

use zhen_search::{Duplicates, Engine, IndexEngine, Lang, SearchRequest, SearchResponse};

use super::open_engine;
use crate::args::{DuplicatesArg, LangArg, SearchArgs};
use crate::failure::{Failure, Outcome};
use crate::output::hits::{Paths, print_lines, print_names, print_person, shell_quoted};
use crate::output::style::Palette;
use crate::output::text::one_line;
use crate::output::{Console, Told, count, tell};
use crate::settings::{Form, Settings};

pub(crate) fn run(args: &SearchArgs, settings: &Settings) -> Result<Outcome, Failure> {
    if args.paths_only && settings.form == Form::Json {
        let message = "-l and --json exclude each other; leave out -l, the JSON has all paths";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut console = Console::new(settings);
    if args.pretty && console.form == Form::Lines {
        console.form = Form::Person;
        console.palette = Palette::new(settings.color_pretty);
    }
    let engine = open_engine(settings)?;
    let request = request(args);
    let response = engine.search(&request)?;
    // Who asks for no hits, but for figures, is told by the total.
    let outcome = Outcome::found(match request.limit {
        0 => response.total > 0,
        _ => !response.hits.is_empty(),
    });
    if settings.is_quiet() {
        return Ok(outcome);
    }
    match console.form {
        Form::Json => console.json(&response)?,
        _ if args.paths_only => {
            let end = if args.null { "\0" } else { "\n" };
            print_names(&mut console, &response, &Paths::from_here(), end)?;
        }
        Form::Lines => print_lines(&mut console, &response, &Paths::from_here())?,
        Form::Person => {
            let again = settings.command("search");
            print_person(&mut console, &response, &Paths::from_here(), &request, &again)?;
            if response.total == 0 {
                print_hints(&mut console, &engine, &request, &response, settings)?;
            }
        }
    }
    console.flush()?;
    // JSON has the notes, and a person sees them above the figures.
    if args.paths_only || console.form == Form::Lines {
        response.notes.iter().for_each(|note| tell(settings, Told::Note, note));
    }
    Ok(outcome)
}

fn request(args: &SearchArgs) -> SearchRequest {
    let usual = SearchRequest::default();
    let query = args.query.join(" ");
    // Whose values are counted without a query is asked of all documents, as a filter alone is.
    let all = query.trim().is_empty() && !args.facet.is_empty();
    SearchRequest {
        query,
        limit: args.limit,
        offset: args.offset,
        filter: args.filter.clone().or_else(|| all.then(|| EVERYTHING.to_owned())),
        sort: args.sort.clone(),
        facets: args.facet.clone(),
        lang: args.lang.map(|lang| match lang {
            LangArg::Zh => Lang::Zh,
            LangArg::En => Lang::En,
        }),
        exact: args.exact,
        fuzzy_pinyin: args.fuzzy_pinyin,
        duplicates: match (args.duplicates, args.paths_only) {
            (Some(DuplicatesArg::Show), _) | (None, true) => Duplicates::Show,
            (Some(DuplicatesArg::Fold), _) | (None, false) => Duplicates::Fold,
        },
        // Paths need no passages.
        passages: if args.paths_only { 0 } else { args.passages.unwrap_or(usual.passages) },
    }
}

/// Says that nothing was found, and what would find something: each way is tried first.
fn print_hints(
    console: &mut Console,
    engine: &IndexEngine,
    request: &SearchRequest,
    response: &SearchResponse,
    settings: &Settings,
) -> Result<(), Failure> {
    let Palette { dim, command, label, .. } = console.palette;
    let what = match request.query.trim() {
        "" => "nothing found".to_owned(),
        query => format!("nothing found for {}", one_line(query)),
    };
    let index = one_line(&engine.index().dir().to_string_lossy());
    writeln!(console, "{what}  {dim}in {index}{dim:#}")?;
    let mut hints = Vec::new();
    for (way, wider) in wider(request) {
        let found = engine.search(&wider)?.total;
        if found > 0 {
            hints.push(format!("{way}: {}", count(found, "document", "documents")));
        }
    }
    if hints.is_empty() && response.did_you_mean.is_none() {
        let all = SearchRequest { query: EVERYTHING.to_owned(), limit: 0, ..Default::default() };
        match engine.search(&all)?.total {
            0 => hints.push(format!(
                "the index is empty; fill it with {command}{} PATH…{command:#}",
                settings.command("index")
            )),
            documents => hints.extend([
                format!("{} searched", count(documents, "document", "documents")),
                format!(
                    "try fewer or other words, or the beginning of one: {command}{}{command:#}",
                    shell_quoted(&beginning(&request.query))
                ),
                format!("search another index with {command}--index NAME{command:#}"),
            ]),
        }
    }
    for hint in hints {
        writeln!(console, "  {label}·{label:#} {hint}")?;
    }
    Ok(())
}

/// A query that every document answers.
const EVERYTHING: &str = "id:*";

/// The request with one of its restrictions taken off each time.
fn wider(request: &SearchRequest) -> Vec<(&'static str, SearchRequest)> {
    let base = SearchRequest { limit: 0, facets: Vec::new(), sort: None, ..request.clone() };
    let mut out = Vec::new();
    if base.filter.is_some() {
        out.push(("without --filter", SearchRequest { filter: None, ..base.clone() }));
    }
    if base.lang.is_some() {
        out.push(("without --lang", SearchRequest { lang: None, ..base.clone() }));
    }
    if base.exact {
        out.push(("without --exact", SearchRequest { exact: false, ..base.clone() }));
    }
    let marks: &[char] = &['"', '“', '”', '「', '」', '『', '』', '«', '»', '＂', '„'];
    if base.query.contains(marks) {
        let query = base.query.replace(marks, " ");
        out.push(("without quotation marks", SearchRequest { query, ..base }));
    }
    out
}

/// The first word of a query as a prefix, to show how that is written.
fn beginning(query: &str) -> String {
    let words = query.split(|c: char| !c.is_alphanumeric());
    let word: String = words.into_iter().find(|word| !word.is_empty()).unwrap_or("词").into();
    let kept = word.chars().count().div_ceil(2);
    let start: String = word.chars().take(kept).collect();
    format!("{start}*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_restriction_is_taken_off_by_itself() {
        let request = SearchRequest {
            query: "“安装简单”".to_owned(),
            filter: Some("lang:en".to_owned()),
            exact: true,
            ..SearchRequest::default()
        };
        let ways = wider(&request);
        let names: Vec<_> = ways.iter().map(|(way, _)| *way).collect();
        assert_eq!(names, ["without --filter", "without --exact", "without quotation marks"]);
        assert!(ways[0].1.filter.is_none() && ways[0].1.exact);
        assert!(ways[1].1.filter.is_some() && !ways[1].1.exact);
        assert_eq!(ways[2].1.query.trim(), "安装简单");
        assert!(wider(&SearchRequest::default()).is_empty());
    }

    #[test]
    fn the_hint_shows_half_of_a_word() {
        assert_eq!(beginning("\"engine\" x"), "eng*");
        assert_eq!(beginning("词典"), "词*");
        assert_eq!(beginning("!"), "词*");
    }
}
