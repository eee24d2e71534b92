//! The answer to a search: for a person grouped by document, for a program a line a passage.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;

use zhen_search::{Facet, Hit, Passage, SearchRequest, SearchResponse, Via};

use super::style::Palette;
use super::table::{Align, Table};
use super::text::{self, cells, joined, one_line, styled, wrap};
use super::{Console, count, duration, grouped};

/// Columns for line numbers at least, so that short documents line up.
const LINE_COLUMNS: usize = 5;

/// Shortens paths to what a person in the working folder would type.
pub(crate) struct Paths {
    /// Identity of the working folder with `/` at its end.
    here: String,
}

impl Paths {
    pub(crate) fn from_here() -> Self {
        let mut here = zhen_source::path_id(Path::new("."));
        if !here.ends_with('/') {
            here.push('/');
        }
        Self { here }
    }

    pub(crate) fn shorten<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(self.here.as_str()).filter(|rest| !rest.is_empty()).unwrap_or(path)
    }

    /// What a hit is called: its path, else its id.
    fn name<'a>(&self, hit: &'a Hit) -> &'a str {
        hit.path.as_deref().map_or(&hit.id, |path| self.shorten(path))
    }
}

/// Prints each document's path or id once, `end` after each.
pub(crate) fn print_names(
    console: &mut Console,
    response: &SearchResponse,
    paths: &Paths,
    end: &str,
) -> io::Result<()> {
    let mut seen = HashSet::new();
    let style = console.palette.path;
    for hit in &response.hits {
        let name = paths.name(hit);
        if seen.insert(name) {
            write!(console, "{style}")?;
            match hit.path {
                Some(_) => console.name(&zhen_source::path_of_id(name))?,
                None => console.name(Path::new(name))?,
            }
            write!(console, "{style:#}{end}")?;
        }
    }
    Ok(())
}

/// Prints `PATH:LINE:TEXT` for each passage, then `FIELD<TAB>VALUE<TAB>COUNT` for each facet. A hit
/// without passages is a line with its title.
pub(crate) fn print_lines(
    console: &mut Console,
    response: &SearchResponse,
    paths: &Paths,
) -> io::Result<()> {
    let palette = console.palette;
    let mut line = String::new();
    for hit in &response.hits {
        let name = one_line(paths.name(hit));
        let title = Passage {
            line: line_of_record(hit).unwrap_or(1),
            text: hit.title.clone(),
            highlights: hit.title_highlights.clone(),
        };
        let passages = match hit.passages.as_slice() {
            [] => std::slice::from_ref(&title),
            passages => passages,
        };
        for passage in passages {
            line.clear();
            styled(&joined(&cells(&passage.text, &passage.highlights)), palette.hit, &mut line);
            let (path, dim) = (palette.path, palette.dim);
            writeln!(console, "{path}{name}{path:#}:{dim}{}{dim:#}:{line}", passage.line)?;
        }
    }
    for (field, values) in &response.facets {
        for Facet { value, count } in values {
            writeln!(console, "{}\t{}\t{count}", one_line(field), one_line(value))?;
        }
    }
    Ok(())
}

/// The line on which a record of a file begins, where its id, `PATH#LINE` or `PATH#LINE.NTH`, says so.
/// That of a part of a book says which part it is.
fn line_of_record(hit: &Hit) -> Option<u32> {
    let path = hit.path.as_deref().filter(|_| hit.kind != "epub")?;
    let line = hit.id.strip_prefix(path)?.strip_prefix('#')?;
    line.split('.').next()?.parse().ok()
}

/// Prints the hits for a person, with facets, notes and figures after them.
pub(crate) fn print_person(
    console: &mut Console,
    response: &SearchResponse,
    paths: &Paths,
    request: &SearchRequest,
    again: &str,
) -> io::Result<()> {
    let (palette, width) = (console.palette, console.width());
    for hit in &response.hits {
        let block = document(hit, paths, &palette, width);
        writeln!(console, "{block}")?;
    }
    for (field, values) in &response.facets {
        let block = facet(field, values, &palette);
        writeln!(console, "{block}")?;
    }
    let label = palette.label;
    for note in &response.notes {
        writeln!(console, "{label}note:{label:#} {}", one_line(note))?;
    }
    if response.relaxed && !response.hits.is_empty() {
        writeln!(console, "{label}note:{label:#} documents with some of the words count too")?;
    }
    if let Some(hit) = response.hits.iter().find(|hit| hit.duplicates > 0) {
        let (dim, style) = (palette.dim, palette.command);
        // Within quotation marks of the query, one is written twice.
        let query = format!("duplicates:\"{}\"", hit.id.replace('"', "\"\""));
        writeln!(
            console,
            "{dim}alike are left out; to see them:{dim:#} {style}{again} {}{style:#}",
            shell_quoted(&one_line(&query))
        )?;
    }
    if let Some(better) = &response.did_you_mean {
        let style = palette.command;
        writeln!(
            console,
            "{label}did you mean:{label:#} {style}{again} {}{style:#}",
            shell_quoted(better)
        )?;
    }
    if response.total > 0 {
        let dim = palette.dim;
        writeln!(console, "{dim}{}{dim:#}", figures(response, request))?;
    }
    Ok(())
}

/// One document: heading, path, passages, what matched how.
pub(crate) fn document(hit: &Hit, paths: &Paths, palette: &Palette, width: usize) -> String {
    let mut out = String::new();
    let dim = palette.dim;
    let name = one_line(paths.name(hit));
    let about = about(hit);
    let room = width.saturating_sub(text::width(&about) + 2).max(width / 2);
    // A path is never cut, so that it can be copied.
    let path = palette.path;
    if hit.title.is_empty() {
        out.push_str(&format!("{path}{name}{path:#}"));
    } else {
        let title = heading(hit, palette, room);
        out.push_str(&format!("{title}  {dim}{about}{dim:#}\n{path}{name}{path:#}"));
    }
    // One file may hold many documents, which only their ids tell apart.
    if let Some(whole) = hit.path.as_ref().filter(|path| **path != hit.id) {
        match hit.id.strip_prefix(whole.as_str()) {
            Some(part) => out.push_str(&format!("{dim}{}{dim:#}", one_line(part))),
            None => out.push_str(&format!("  {dim}id {}{dim:#}", one_line(&hit.id))),
        }
    }
    if hit.title.is_empty() {
        out.push_str(&format!("  {dim}{about}{dim:#}"));
    }
    out.push('\n');
    let columns = hit.passages.iter().map(|passage| passage.line.to_string().len()).max();
    let columns = columns.unwrap_or(0).max(LINE_COLUMNS);
    for passage in &hit.passages {
        let cells = cells(&passage.text, &passage.highlights);
        let mut number = passage.line.to_string();
        for line in wrap(&cells, width.saturating_sub(columns + 2)) {
            let number = text::pad_front(&std::mem::take(&mut number), columns);
            out.push_str(&format!("{dim}{number}{dim:#}  "));
            styled(line, palette.hit, &mut out);
            out.push('\n');
        }
    }
    let roads = roads(hit);
    if !roads.is_empty() {
        let indent = " ".repeat(columns + 2);
        for line in wrap(&cells(&roads.join(" · "), &[]), width.saturating_sub(columns + 2)) {
            let line: String = line.iter().map(|cell| cell.c).collect();
            out.push_str(&format!("{indent}{dim}{line}{dim:#}\n"));
        }
    }
    out
}

/// The title with its highlights, in at most `room` columns.
fn heading(hit: &Hit, palette: &Palette, room: usize) -> String {
    let mut title = joined(&cells(&hit.title, &hit.title_highlights));
    if let [first, _, ..] = wrap(&title, room).as_slice() {
        let fits = first.len();
        title.truncate(fits);
        title.push(text::Cell { c: '…', hit: false });
    }
    let mut out = String::new();
    let style = palette.title;
    for run in title.chunk_by(|a, b| a.hit == b.hit) {
        let run_style = if run[0].hit { palette.hit } else { style };
        let run: String = run.iter().map(|cell| cell.c).collect();
        out.push_str(&format!("{run_style}{run}{run_style:#}"));
    }
    out
}

/// Language, score and the like.
fn about(hit: &Hit) -> String {
    let mut parts: Vec<String> = hit.lang.iter().map(|lang| one_line(lang)).collect();
    // Hits in the order of a field have no score.
    if hit.score > 0.0 {
        parts.push(format!("{:.2}", hit.score));
    }
    if hit.duplicates > 0 {
        parts.push(format!("+{} alike", hit.duplicates));
    }
    parts.join(" · ")
}

/// By which roads words of the query were found, where that was not as typed.
fn roads(hit: &Hit) -> Vec<String> {
    let other = hit.matched.iter().filter(|matched| matched.via != Via::Exact);
    other
        .map(|matched| {
            let (query, term) = (one_line(&matched.query), one_line(&matched.term));
            format!("{query} → {term} ({})", via_name(matched.via))
        })
        .collect()
}

/// The name of a road, as in JSON.
pub(crate) fn via_name(via: Via) -> &'static str {
    match via {
        Via::Exact => "exact",
        Via::Variant => "variant",
        Via::Stem => "stem",
        Via::Translation => "translation",
        Via::Alias => "alias",
        Via::Pinyin => "pinyin",
        Via::Typo => "typo",
        Via::Number => "number",
        Via::Synonym => "synonym",
        Via::Prefix => "prefix",
    }
}

fn facet(field: &str, values: &[Facet], palette: &Palette) -> String {
    let heading = one_line(field);
    let mut table = Table::new([(heading.as_str(), Align::Left), ("", Align::Right)]);
    for Facet { value, count } in values {
        table.row([text::truncate(&one_line(value), 60), grouped(*count)]);
    }
    if values.is_empty() {
        table.row(["no document has this field".to_owned(), String::new()]);
    }
    table.render(0, palette)
}

fn figures(response: &SearchResponse, request: &SearchRequest) -> String {
    let offset = request.offset;
    let shown = response.hits.len();
    let mut out = count(response.total, "document", "documents");
    out.push_str(&format!(" in {}", duration(response.took_us)));
    let reached = offset + shown;
    if shown > 0 && shown < request.limit && (reached as u64) < response.total {
        out.push_str(&format!("; {} to {reached} shown, the others are alike", offset + 1));
    } else if shown > 0 && (reached as u64) < response.total {
        out.push_str(&format!("; {} to {reached} shown, more with --offset {reached}", offset + 1));
    } else if shown == 0 && offset > 0 {
        out.push_str(&format!("; none after the first {}", grouped(offset as u64)));
    }
    out
}

/// A text as one word of a POSIX shell.
pub(crate) fn shell_quoted(text: &str) -> String {
    zhen_index::errors::shell_quoted(&one_line(text))
}

#[cfg(test)]
mod tests {
    use zhen_search::Matched;

    use super::*;

    fn paths() -> Paths {
        Paths { here: "/home/me/".to_owned() }
    }

    fn hit() -> Hit {
        Hit {
            id: "/home/me/notes/词典.md".to_owned(),
            title: "枕边的词典".to_owned(),
            path: Some("/home/me/notes/词典.md".to_owned()),
            lang: Some("zh-Hans".to_owned()),
            score: 12.345,
            title_highlights: vec![[3, 5]],
            passages: vec![
                Passage {
                    line: 7,
                    text: "家里只有一本詞典，紙張很薄".to_owned(),
                    highlights: vec![[6, 8]],
                },
                Passage { line: 1042, text: "检索引\n擎".to_owned(), highlights: vec![] },
            ],
            matched: vec![
                Matched { query: "词典".into(), term: "词典".into(), via: Via::Exact },
                Matched { query: "词典".into(), term: "詞典".into(), via: Via::Variant },
            ],
            ..Hit::default()
        }
    }

    #[test]
    fn a_document_shows_title_path_passages_and_roads() {
        let shown = document(&hit(), &paths(), &Palette::default(), 80);
        assert_eq!(
            shown,
            "枕边的词典  zh-Hans · 12.35\n\
             notes/词典.md\n\
             \x20   7  家里只有一本詞典，紙張很薄\n\
             \x201042  检索引\n\
             \x20      擎\n\
             \x20      词典 → 詞典 (variant)\n"
        );
    }

    #[test]
    fn what_matched_is_styled_in_title_and_passages_and_nothing_else() {
        let shown = document(&hit(), &paths(), &Palette::new(true), 80);
        let hit = Palette::new(true).hit;
        let styled = |text: &str| format!("{hit}{text}{hit:#}");
        assert!(shown.contains(&styled("词典")), "{shown:?}");
        assert!(shown.contains(&styled("詞典")), "{shown:?}");
        assert_eq!(shown.matches(&hit.render().to_string()).count(), 2, "{shown:?}");
    }

    #[test]
    fn long_passages_go_on_under_their_beginning() {
        let mut hit = hit();
        hit.passages.truncate(1);
        let shown = document(&hit, &paths(), &Palette::default(), 20);
        assert!(shown.contains("    7  家里只有一本\n       詞典，紙張很\n       薄\n"), "{shown}");
    }

    #[test]
    fn titles_are_cut_between_characters() {
        let mut hit = hit();
        hit.title = "词典".repeat(40);
        hit.title_highlights = vec![];
        let shown = document(&hit, &paths(), &Palette::default(), 41);
        let first = shown.lines().next().unwrap();
        assert!(text::width(first) <= 43 && first.contains("…  zh-Hans"), "{first}");
    }

    #[test]
    fn a_part_of_a_file_shows_its_id() {
        let mut hit = hit();
        hit.id = "chat-1".to_owned();
        assert!(
            document(&hit, &paths(), &Palette::default(), 80).contains("notes/词典.md  id chat-1")
        );
    }

    #[test]
    fn the_line_of_a_record_stands_in_its_id() {
        let of = |path: &str, id: &str| {
            let (_, kind) = path.rsplit_once('.').unwrap();
            let (id, path, kind) = (id.to_owned(), Some(path.to_owned()), kind.to_owned());
            line_of_record(&Hit { id, path, kind, ..hit() })
        };
        assert_eq!(of("/a.jsonl", "/a.jsonl#12"), Some(12));
        assert_eq!(of("/a.json", "/a.json#3.2"), Some(3));
        for (path, id) in [
            ("/a.jsonl", "a-1"),
            ("/a.txt", "/a.txt"),
            ("/a.epub", "/a.epub#2"),
            ("/a.c", "/a.c#b"),
        ] {
            assert_eq!(of(path, id), None, "{id}");
        }
    }

    #[test]
    fn figures_say_how_to_go_on() {
        let response = SearchResponse {
            total: 42,
            took_us: 1_234,
            hits: vec![hit(); 10],
            ..Default::default()
        };
        let from = |offset| SearchRequest { offset, ..Default::default() };
        assert_eq!(
            figures(&response, &from(20)),
            "42 documents in 1.2 ms; 21 to 30 shown, more with --offset 30"
        );
        let response = SearchResponse { hits: vec![hit(); 2], total: 2, ..response };
        assert_eq!(figures(&response, &from(0)), "2 documents in 1.2 ms");
        let folded = SearchResponse { total: 5, ..response.clone() };
        assert_eq!(
            figures(&folded, &from(0)),
            "5 documents in 1.2 ms; 1 to 2 shown, the others are alike"
        );
        let response = SearchResponse { hits: vec![], ..response };
        assert_eq!(figures(&response, &from(10)), "2 documents in 1.2 ms; none after the first 10");
    }

    #[test]
    fn a_query_is_quoted_as_the_shell_needs_it() {
        assert_eq!(shell_quoted("词典"), "词典");
        assert_eq!(shell_quoted("C++"), "C++");
        assert_eq!(shell_quoted("it's \"so\""), r#"'it'\''s "so"'"#);
        assert_eq!(shell_quoted("-x"), "'-x'");
    }
}
