//! `zhen demo`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use zhen_index::lock::WriterLock;
use zhen_index::{IndexError, IndexOptions, Indexer, ZhenIndex, location};
use zhen_search::{Engine, IndexEngine, SearchRequest};

use super::serve::serve;
use crate::args::{DemoArgs, ServeArgs};
use crate::failure::{Failure, Outcome};
use crate::output::hits::{Paths, document, shell_quoted};
use crate::output::progress::Shown;
use crate::output::style::Palette;
use crate::output::{Console, count, duration, text};
use crate::samples;
use crate::settings::{Form, Settings};

/// Name of the index.
const NAME: &str = "demo";
/// A file in the index's folder that says whose it is, so that no other index is ever replaced.
const MARKER: &str = "made-by-zhen-demo.txt";
/// What stands in it.
const MARKER_TEXT: &str = "`zhen demo` made this index, and replaces it each time it runs.\n";
/// Documents shown of each search.
const SHOWN: usize = 2;

/// The sample that the last hints explain.
const EXPLAINED: &str = "dictionary.en.txt";
/// Columns for the commands of the last hints.
const COMMAND_COLUMNS: usize = 60;

/// A search and what it shows.
struct Step {
    query: &'static str,
    shows: &'static str,
    /// Passages shown of each document.
    passages: usize,
}

const STEPS: [Step; 8] = [
    Step {
        query: "简单",
        shows: "A word inside a longer run of text is found: 简单 in 安装简单方便.",
        passages: 1,
    },
    Step {
        query: "词典",
        shows: "Both scripts are one: 词典 finds 詞典, and what is marked is the original.",
        passages: 1,
    },
    Step {
        query: "\"全文检索引擎\"",
        shows: "In quotation marks, exactly this run of text, even over a line break.",
        passages: 1,
    },
    Step {
        query: "T恤",
        shows: "Mixed words stay whole: T恤, and so do C++, .NET, B超 and 5G网络.",
        passages: 1,
    },
    Step {
        query: "\"C++\"",
        shows: "Signs count where they belong to a word: C++ is neither C nor C#.",
        passages: 1,
    },
    Step {
        query: "running mice",
        shows: "English words are found by their stems, in the same index: run, runs, running.",
        passages: 1,
    },
    Step {
        query: "中巴经济走廊",
        shows: "A text that repeats itself four times: no passage is shown twice.",
        passages: 3,
    },
    Step { query: "CPEC", shows: "An acronym that stands within Chinese text.", passages: 1 },
];

pub(crate) fn run(args: &DemoArgs, settings: &Settings) -> Result<Outcome, Failure> {
    if settings.names_index_by_option() {
        let message = "zhen demo always makes the index \"demo\" anew; leave out --index";
        return Err(Failure::Usage(message.to_owned()));
    }
    let dir = location::named(NAME)?;
    let files = samples::files(&dir.with_file_name("demo-samples"))?;
    make_room(&dir)?;

    let mut indexer = Indexer::open(IndexOptions::new(&dir))?;
    let marker = dir.join(MARKER);
    std::fs::write(&marker, MARKER_TEXT).map_err(|cause| Failure::File {
        doing: "write",
        path: marker,
        cause,
        mend: "make room or mend its rights",
    })?;
    let shown = Shown::new(settings);
    let summary = indexer.index_paths(&files, &shown);
    shown.finish();
    let summary = summary?;
    indexer.close()?;

    let engine = IndexEngine::open(&dir)?;
    let mut console = Console::new(settings);
    if !settings.is_quiet() {
        if console.form != Form::Json {
            let dim = console.palette.dim;
            let took = u64::try_from(summary.elapsed.as_micros()).unwrap_or(u64::MAX);
            let place = dir.to_string_lossy().into_owned();
            writeln!(
                console,
                "{} from {} indexed in {}  {dim}{}{dim:#}\n",
                count(summary.documents, "document", "documents"),
                count(files.len() as u64, "sample file", "sample files"),
                duration(took),
                text::one_line(Paths::from_here().shorten(&place)),
            )?;
        }
        for (at, step) in STEPS.iter().enumerate() {
            show(&mut console, &engine, at + 1, step)?;
        }
        if console.form != Form::Json {
            print_next(&mut console, &files)?;
        }
    }
    console.flush()?;
    // The server prints too.
    drop(console);
    match args.serve {
        true => serve(&dir, &ServeArgs::default(), settings),
        false => Ok(Outcome::Found),
    }
}

/// Removes the index of an earlier demo, so that nothing stale is left; refuses to remove anything
/// else.
fn make_room(dir: &Path) -> Result<(), Failure> {
    match ZhenIndex::open(dir) {
        Err(IndexError::Missing { .. }) => return Ok(()),
        Err(error @ IndexError::NoIndex { .. }) => return Err(error.into()),
        // Whatever is wrong with an index of ours, a new one mends it.
        Ok(_) | Err(_) => {}
    }
    if !dir.join(MARKER).is_file() {
        return Err(Failure::Usage(format!(
            "the index {} was not made by `zhen demo`, which would replace it; rename its folder \
             or run in another folder",
            dir.display()
        )));
    }
    let lock = WriterLock::acquire(dir)?;
    std::fs::remove_dir_all(dir).map_err(|cause| Failure::File {
        doing: "remove the index of the last demo",
        path: dir.to_path_buf(),
        cause,
        mend: "mend its rights or remove it by hand",
    })?;
    drop(lock);
    Ok(())
}

/// Runs a search and shows its best documents.
fn show(
    console: &mut Console,
    engine: &IndexEngine,
    number: usize,
    step: &Step,
) -> Result<(), Failure> {
    let request = SearchRequest {
        query: step.query.to_owned(),
        limit: SHOWN,
        passages: step.passages,
        ..SearchRequest::default()
    };
    let response = engine.search(&request)?;
    if console.form == Form::Json {
        return Ok(console.json(&response)?);
    }
    let (palette, width) = (console.palette, console.width());
    let Palette { title, dim, command, .. } = palette;
    writeln!(console, "{title}{number}. {}{title:#}", step.shows)?;
    let typed = shell_quoted(step.query);
    writeln!(console, "{dim}${dim:#} {command}zhen --index {NAME} search {typed}{command:#}")?;
    let paths = Paths::from_here();
    for hit in &response.hits {
        let block = document(hit, &paths, &palette, width.saturating_sub(3));
        for line in block.lines() {
            writeln!(console, "   {line}")?;
        }
    }
    let total = count(response.total, "document", "documents");
    Ok(writeln!(console, "   {dim}{total} in {}{dim:#}\n", duration(response.took_us))?)
}

/// What to try next.
fn print_next(console: &mut Console, files: &[PathBuf]) -> std::io::Result<()> {
    let Palette { title, dim, command, .. } = console.palette;
    let folder = files.first().and_then(|file| file.parent()).unwrap_or(Path::new(""));
    let folder = zhen_source::path_id(folder);
    let file = format!("{}/{EXPLAINED}", Paths::from_here().shorten(&folder));
    let explain = format!("zhen --index {NAME} explain 词典 {}", shell_quoted(&file));
    writeln!(console, "{title}What to try next{title:#}")?;
    for (line, shows) in [
        ("zhen --index demo search 维生素A", "the A counts"),
        (
            "zhen --index demo search '简单 OR simple' --facet lang",
            "operators; documents by language",
        ),
        ("zhen --index demo search 北京大学 --filter kind:csv", "only some documents"),
        ("zhen analyze '我在北京大學學習C++'", "what a text becomes"),
        (&explain, "why a document matches, or why not"),
        ("zhen index ~/notes", "your own folder"),
        ("zhen search --help", "the rest"),
    ] {
        let line = text::pad(line, COMMAND_COLUMNS);
        writeln!(console, "  {command}{line}{command:#}  {dim}{shows}{dim:#}")?;
    }
    Ok(())
}
