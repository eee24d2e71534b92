//! `cargo xtask figures`: the figures that the project wants to reach, measured in one run on the
//! release build, and written down with everything that is needed to measure them again.

mod growth;
mod program;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::program::{Bench, Program};
use self::report::{Figure, Report};
use crate::Failure;

const KIB: f64 = 1024.0;
const MB: f64 = 1e6;

/// Queries asked in a new process, one of each kind.
const COLD: [&str; 2] = ["中巴经济走廊", "free trade agreement"];
/// Processes started for one median.
const STARTS: usize = 41;
/// Connections that ask at the same time.
const CONNECTIONS: &str = "16";

/// What to measure on, and where to write it down.
struct Options {
    corpus: PathBuf,
    /// For the growth; measured when it is there.
    large: PathBuf,
    queries: PathBuf,
    output: PathBuf,
    repeat: String,
}

impl Options {
    fn parse(root: &Path, args: &[String]) -> Result<Self, Failure> {
        let shared = root.join("../shared");
        let mut options = Self {
            corpus: shared.join("corpus/bilingual.jsonl.zst"),
            large: shared.join("corpus/bilingual-256.jsonl.zst"),
            queries: shared.join("queries"),
            output: root.join("benches/results"),
            repeat: "5".to_owned(),
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let value = args.next();
            let value = value.ok_or_else(|| Failure::Usage(format!("`{arg}` wants a value")))?;
            match arg.as_str() {
                "--corpus" => options.corpus = std::path::absolute(value)?,
                "--large" => options.large = std::path::absolute(value)?,
                "--queries" => options.queries = std::path::absolute(value)?,
                "--output" => options.output = std::path::absolute(value)?,
                "--repeat" => options.repeat.clone_from(value),
                other => return Err(Failure::Usage(format!("`figures` does not know `{other}`"))),
            }
        }
        if !options.corpus.is_file() {
            let corpus = options.corpus.display();
            return Err(Failure::Failed(format!(
                "there is no corpus {corpus}; name one: --corpus"
            )));
        }
        Ok(options)
    }

    /// All queries in one file, in the order of the files' names.
    fn gather_queries(&self, file: &Path) -> Result<(), Failure> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.queries)? {
            let name = entry?.path();
            if name.extension().is_some_and(|ext| ext == "txt") {
                names.push(name);
            }
        }
        names.sort();
        let mut all = String::new();
        for name in names {
            all += &std::fs::read_to_string(name)?;
        }
        Ok(std::fs::write(file, all)?)
    }
}

/// Measures everything and writes the report.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(root, args)?;
    let folder = Folder::new()?;
    let queries = folder.0.join("queries.txt");
    options.gather_queries(&queries)?;
    let program = Program::build(root)?;
    let index = folder.0.join("corpus");
    let mut report = Report::default();

    println!("indexing {}", options.corpus.display());
    let raw = program::text_bytes(&options.corpus)?;
    let indexed = program.index(&index, &options.corpus)?;
    let size = program::folder_bytes(&index)?;
    let seconds = indexed.elapsed.as_secs_f64();
    report.add(
        Figure::new("indexing, both tracks, stored text, vocabulary, committed", "MB/s of text")
            .measured(raw as f64 / MB / seconds)
            .remark(format!("{:.0} MB in {seconds:.1} s", raw as f64 / MB)),
    );
    if let Some(peak) = indexed.peak {
        let peak = peak as f64 / KIB / KIB;
        let figure = Figure::new("memory while indexing, at its peak", "MiB");
        report.add(figure.measured(peak).at_most(512.0));
    }
    report.add(
        Figure::new("index size, stored text included", "of the text")
            .measured(size as f64 / raw as f64)
            .at_most(1.4)
            .remark(format!("{:.1} MB", size as f64 / MB)),
    );

    println!("searching");
    let bench = |more: &[&str]| {
        let repeat = ["--repeat", options.repeat.as_str()];
        program.bench(&index, &queries, &[&repeat, more].concat())
    };
    let (full, exact) = (bench(&[])?, bench(&["--exact"])?);
    let bare = bench(&["--passages", "0"])?;
    report.about(&full.about);
    latency(&mut report, "search in process, 10 documents with passages", &full, [0.4, 2.5]);
    latency(&mut report, "the same without passages", &bare, [0.15, 0.8]);
    latency(&mut report, "the same with passages, --exact", &exact, [f64::NAN; 2]);
    report.add(
        Figure::new("median with the bilingual layer against --exact", "times")
            .measured(full.p50 / exact.p50)
            .at_most(1.5),
    );

    println!("serving");
    let server = program.serve(&index)?;
    let ask = |more: &[&str]| {
        let url = ["--url", server.url(), "--repeat", options.repeat.as_str()];
        program.bench(&index, &queries, &[&url, more].concat())
    };
    let one = ask(&[])?;
    report.add(
        Figure::new("over HTTP, one connection, beyond the search in process", "ms, median")
            .measured(one.p50 - full.p50)
            .at_most(0.2)
            .remark(format!("{:.2} ms", one.p50)),
    );
    let many = ask(&["--connections", CONNECTIONS])?;
    report.add(
        Figure::new("throughput over HTTP, load generator on the same machine", "queries/s")
            .measured(many.throughput)
            .at_least(3000.0)
            .remark(format!("{CONNECTIONS} connections, p99 {:.1} ms", many.p99)),
    );
    if let Some(bytes) = server.anonymous_memory() {
        let figure = Figure::new("idle server, memory beyond the page cache", "MiB");
        report.add(figure.measured(bytes as f64 / KIB / KIB).at_most(60.0));
    }
    drop(server);

    println!("starting {STARTS} processes of each kind");
    let starts = program.cold_starts(&index, &COLD, STARTS)?;
    for (query, median) in COLD.iter().zip(&starts.searches) {
        let beyond = median.saturating_sub(starts.version);
        report.add(
            Figure::new(format!("`zhen search {query}`, beyond `zhen --version`"), "ms")
                .measured(millis(beyond))
                .at_most(5.0)
                .remark(format!("{:.2} and {:.2} ms", millis(*median), millis(starts.version))),
        );
    }

    if options.large.is_file() {
        println!("growing to {}", options.large.display());
        growth::measure(&program, &options, &folder.0, &queries, &mut report)?;
    }
    report.write(&options.output)
}

/// Median and 99th percentile, each with what it should reach.
fn latency(report: &mut Report, what: &str, bench: &Bench, [p50, p99]: [f64; 2]) {
    let figure = |name: &str, value: f64, most: f64| {
        Figure::new(format!("{what}, {name}"), "ms").measured(value).at_most(most)
    };
    report.add(figure("median", bench.p50, p50));
    report.add(figure("p99", bench.p99, p99));
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A temporary folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("zhen-figures-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is in the folder for temporary things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
