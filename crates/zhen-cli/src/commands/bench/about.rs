//! What must be known of a run so that it can be measured again.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zhen_eval::latency::processor;
use zhen_search::SearchRequest;

use super::searcher::IndexFacts;
use crate::args::BenchArgs;
use crate::output::hits::shell_quoted;
use crate::output::{bytes, count};

/// The state of the sources that this program was built of, where it was built in a repository.
const COMMIT: Option<&str> = option_env!("ZHEN_COMMIT");

/// Key of what each search asked for, which two runs should have in common.
pub(super) const REQUEST: &str = "request";

/// What holds for all runs of a command: name and value of each fact.
pub(super) fn facts(
    args: &BenchArgs,
    request: &SearchRequest,
    queries: usize,
    index: &IndexFacts,
    place: &str,
) -> BTreeMap<String, String> {
    let files: Vec<String> = args.queries.iter().map(|file| file.display().to_string()).collect();
    let date = OffsetDateTime::now_utc().replace_nanosecond(0).ok();
    let facts = [
        ("command", Some(command())),
        ("commit", COMMIT.map(str::to_owned)),
        ("date", date.and_then(|date| date.format(&Rfc3339).ok())),
        ("index", Some(described(index))),
        ("processor", Some(processor())),
        ("queries", Some(format!("{} of {}", queries, files.join(", ")))),
        (REQUEST, Some(requested(request))),
        ("searched", Some(place.to_owned())),
        ("system", Some(format!("{} {}", env::consts::OS, env::consts::ARCH))),
        ("version", Some(version())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The program: version, commit where known, and whether it is slow by construction.
pub(super) fn version() -> String {
    let mut out = format!("zhen {}", env!("CARGO_PKG_VERSION"));
    if let Some(commit) = COMMIT {
        out.push_str(&format!(" ({commit})"));
    }
    if cfg!(debug_assertions) {
        out.push_str(", a development build");
    }
    out
}

/// Name of the index and what it holds.
pub(super) fn described(index: &IndexFacts) -> String {
    format!(
        "{}: {}, {} in {}, commit {}",
        index.name,
        count(index.documents, "document", "documents"),
        bytes(index.bytes),
        count(index.segments, "segment", "segments"),
        index.commit
    )
}

/// What each search asks for.
pub(super) fn requested(request: &SearchRequest) -> String {
    let mut out = format!("limit {}, passages {}", request.limit, request.passages);
    if request.exact {
        out.push_str(", exact");
    }
    if let Some(filter) = &request.filter {
        out.push_str(&format!(", filter {filter}"));
    }
    out
}

/// The command line, ready to be typed again.
fn command() -> String {
    let mut args = env::args_os();
    let program = args.next().unwrap_or_default();
    let program = Path::new(&program).file_name().unwrap_or_default().to_owned();
    let words = std::iter::once(program).chain(args);
    let words: Vec<String> = words
        .map(|word| match word.to_string_lossy() {
            // Options need no quotes, but a text that begins with a hyphen does elsewhere.
            option if is_option(&option) => option.into_owned(),
            word => shell_quoted(&word),
        })
        .collect();
    words.join(" ")
}

fn is_option(word: &str) -> bool {
    word.starts_with('-')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./:,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_said_in_words() {
        let request = SearchRequest { passages: 0, ..SearchRequest::default() };
        assert_eq!(requested(&request), "limit 10, passages 0");
        let filter = Some("lang:zh".to_owned());
        let request = SearchRequest { exact: true, filter, ..request };
        assert_eq!(requested(&request), "limit 10, passages 0, exact, filter lang:zh");
    }

    #[test]
    fn an_index_is_named_with_its_figures() {
        let name = "notes".to_owned();
        let index = IndexFacts { name, documents: 1_234, bytes: 5_600_000, segments: 1, commit: 7 };
        assert_eq!(described(&index), "notes: 1,234 documents, 5.6 MB in 1 segment, commit 7");
    }

    #[test]
    fn options_stand_in_a_command_as_typed() {
        assert!(is_option("--rate=500,1000") && is_option("-n"));
        assert!(!is_option("-x y") && !is_option("词典") && !is_option("-$HOME"));
    }
}
