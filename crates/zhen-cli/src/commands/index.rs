//! `zhen index`.

use std::io::{IsTerminal as _, Write as _, stdin};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use zhen_index::{IndexError, IndexOptions, Indexer, Summary, ZhenIndex};
use zhen_source::{WalkOptions, path_id};
use zhen_text::UserDict;

use super::with_other_indexes;
use crate::args::IndexArgs;
use crate::failure::{Failure, Outcome};
use crate::output::hits::{Paths, shell_quoted};
use crate::output::progress::{Problems, Shown};
use crate::output::{Console, Told, bytes, count, duration, grouped, tell, text};
use crate::settings::{Form, Settings};
use crate::standard_input::Stoppable;
use crate::stop;

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

pub(crate) fn run(args: &IndexArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let (streams, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path.as_os_str() == STANDARD_INPUT);
    let stream = !streams.is_empty();
    check(args, &paths, stream, settings)?;
    let typed = stream && stdin().is_terminal();
    // A bar would write over what is being typed.
    let settings = &if typed { settings.without_bar() } else { settings.clone() };
    let stop = stop::on_interrupt();
    let options = options(args, &paths, settings, &stop)?;
    if paths.is_empty() && !stream && args.dict.is_none() {
        // What changes an index and brings nothing into it is not meant to create one.
        if let Err(error @ IndexError::Missing { .. }) = ZhenIndex::open(&options.dir) {
            return Err(with_other_indexes(error));
        }
    }
    let mut report =
        Report { settings, dir: options.dir.clone(), console: Console::of_work(settings) };

    let mut indexer = if args.rebuild {
        let shown = Shown::new(settings);
        let result = Indexer::rebuild(options, &shown);
        let problems = shown.finish();
        let (indexer, summary) = result?;
        if summary.stopped {
            return Err(Failure::NotRebuilt);
        }
        report.print("rebuilt", &summary, &problems)?;
        indexer
    } else {
        Indexer::open(options).map_err(|error| with_dictionary(error, args))?
    };
    let mut outcome = Ok(Outcome::Found);
    if args.watch {
        report.watch(&mut indexer, &paths)?;
    } else if !paths.is_empty() {
        let summary = report.run("indexed", |shown| indexer.index_paths(&paths, shown))?;
        let failed = !summary.skipped.is_empty() || summary.rejected > 0;
        if failed && summary.added + summary.updated + summary.removed + summary.unchanged == 0 {
            outcome = Err(Failure::NoFile);
        }
    } else if args.prune {
        report.run("pruned", |_| indexer.prune(&[]))?;
    }
    if stream {
        if typed {
            tell(settings, Told::Note, "type records, one JSON object a line; Ctrl-D ends them");
        }
        let reader = Stoppable::new(stdin(), stop);
        let summary = report.run("indexed", |shown| indexer.index_stream(reader, shown))?;
        if summary.rejected > 0 && summary.added + summary.updated == 0 {
            outcome = Err(Failure::NoRecord);
        }
    }
    if args.merge {
        indexer.merge()?;
        report.say("merged into one segment")?;
    }
    indexer.close()?;
    outcome
}

/// Refuses what cannot be meant, before anything is created.
fn check(
    args: &IndexArgs,
    paths: &[PathBuf],
    stream: bool,
    settings: &Settings,
) -> Result<(), Failure> {
    let usage = |message: String| Err(Failure::Usage(message));
    let idle = !args.prune && !args.rebuild && !args.merge && args.dict.is_none();
    if args.paths.is_empty() && idle {
        return usage(
            "nothing to index; give files, folders, or - for JSON lines on standard input; see \
             `zhen index --help`"
                .to_owned(),
        );
    }
    if args.watch && (paths.is_empty() || stream) {
        return usage("--watch needs files or folders to watch, and cannot watch -".to_owned());
    }
    // With --prune, a path may be gone: its documents are to go too.
    let missing = |path: &&PathBuf| {
        std::fs::symlink_metadata(path)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    };
    if let Some(path) = paths.iter().find(missing).filter(|_| !args.prune) {
        return usage(format!(
            "{}: no such file or folder; check the spelling, or remove its documents with `{} \
             --prune {}`",
            path.display(),
            settings.command("index"),
            shell_quoted(&path.to_string_lossy()),
        ));
    }
    Ok(())
}

fn options(
    args: &IndexArgs,
    paths: &[PathBuf],
    settings: &Settings,
    stop: &Arc<AtomicBool>,
) -> Result<IndexOptions, Failure> {
    let mut options = IndexOptions::new(settings.index_dir()?);
    options.stop = Arc::clone(stop);
    options.prune = args.prune;
    if let Some(threads) = args.threads {
        options.threads = threads.get();
    }
    if let Some(memory) = args.memory {
        options.memory = usize::try_from(memory).unwrap_or(usize::MAX);
    }
    if let Some(path) = &args.dict {
        options.user_dict = Some(read_dictionary(path)?);
    }
    let usual = options.walk;
    options.walk = WalkOptions {
        hidden: args.hidden,
        ignore_files: !args.no_ignore,
        include: args.include.clone(),
        exclude: args.exclude.clone(),
        follow_links: args.follow,
        max_file_bytes: args.max_file_size.unwrap_or(usual.max_file_bytes),
        ..usual
    };
    let no_glob = |error| Failure::Usage(format!("{error}; see `zhen index --help`"));
    options.walk.check(paths).map_err(no_glob)?;
    Ok(options)
}

fn read_dictionary(path: &Path) -> Result<UserDict, Failure> {
    let content = std::fs::read(path).map_err(|cause| Failure::File {
        doing: "read the dictionary",
        path: path.to_path_buf(),
        cause,
        mend: "name a text file with one word a line",
    })?;
    let unusable =
        |why: String| Failure::Usage(format!("the dictionary {}: {why}", path.display()));
    let decoded =
        zhen_source::encoding::decode(content).map_err(|reason| unusable(reason.to_string()))?;
    UserDict::parse(&decoded.text).map_err(|error| unusable(error.to_string()))
}

/// Another dictionary than that of the index needs a rebuild with it.
fn with_dictionary(error: IndexError, args: &IndexArgs) -> Failure {
    match (error, &args.dict) {
        (IndexError::Analysis { dir, found, expected }, Some(dict)) => Failure::Usage(format!(
            "the index {dir} was analysed with {found}, and now {expected} is asked for; run `zhen \
             index --index {} --rebuild --dict {}`",
            shell_quoted(&dir.to_string_lossy()),
            shell_quoted(&dict.to_string_lossy()),
            dir = dir.display(),
        )),
        (error, _) => error.into(),
    }
}

/// A summary as a line of JSON.
#[derive(Serialize)]
struct SummaryLine<'a> {
    index: String,
    action: &'a str,
    added: u64,
    updated: u64,
    replaced: u64,
    removed: u64,
    unchanged: u64,
    read: u64,
    skipped: Vec<SkippedLine<'a>>,
    rejected: u64,
    documents: u64,
    bytes: u64,
    took_us: u64,
    stopped: bool,
}

#[derive(Serialize)]
struct SkippedLine<'a> {
    path: String,
    reason: &'a str,
}

/// Says what runs came to.
struct Report<'a> {
    settings: &'a Settings,
    dir: PathBuf,
    console: Console,
}

impl Report<'_> {
    /// Does a run, shows it, and says what it came to.
    fn run(
        &mut self,
        action: &str,
        run: impl FnOnce(&Shown) -> Result<Summary, IndexError>,
    ) -> Result<Summary, Failure> {
        let shown = Shown::new(self.settings);
        let result = run(&shown);
        let problems = shown.finish();
        let summary = result?;
        self.print(action, &summary, &problems)?;
        Ok(summary)
    }

    /// Indexes again and again, and says what each time came to, until the user ends it.
    fn watch(&mut self, indexer: &mut Indexer, paths: &[PathBuf]) -> Result<(), Failure> {
        let shown = Shown::new(self.settings);
        let prunes = indexer.options().prune;
        let mut first = true;
        let mut failure = None;
        indexer.watch(paths, &shown, &mut |result| {
            let problems = shown.finish();
            let said = match result {
                // A batch that failed is tried again when something changes next.
                Err(error) => {
                    tell(self.settings, Told::Error, &error.to_string());
                    Ok(())
                }
                Ok(summary) => {
                    let changed = summary.added + summary.updated + summary.removed > 0;
                    if first || changed || problems.count > 0 {
                        self.print("indexed", &summary, &problems)
                    } else {
                        Ok(())
                    }
                }
            };
            if std::mem::take(&mut first) {
                let kept = match prunes {
                    true => "",
                    false => "; documents of files that go are kept, --prune removes them",
                };
                let note = format!("watching for changes; Ctrl-C ends it{kept}");
                tell(self.settings, Told::Note, &note);
            }
            match said {
                // Who follows the changes has gone away.
                _ if self.console.unread => ControlFlow::Break(()),
                // Being stopped is how watching ends.
                Ok(()) | Err(Failure::Stopped) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    fn say(&mut self, what: &str) -> Result<(), Failure> {
        if !self.settings.is_quiet() && self.console.form != Form::Json {
            writeln!(self.console, "{what}")?;
        }
        Ok(self.console.flush()?)
    }

    /// Prints a summary; fails when the run was stopped.
    fn print(
        &mut self,
        action: &str,
        summary: &Summary,
        problems: &Problems,
    ) -> Result<(), Failure> {
        if !self.settings.is_quiet() {
            match self.console.form {
                Form::Json => self.console.json(&line(action, summary, &self.dir))?,
                Form::Person | Form::Lines => {
                    writeln!(self.console, "{}", sentence(action, summary))?;
                    let style = self.console.palette.path;
                    let place = self.dir.to_string_lossy().into_owned();
                    let place = text::one_line(Paths::from_here().shorten(&place));
                    let documents = count(summary.documents, "document", "documents");
                    writeln!(self.console, "{documents} in {style}{place}{style:#}")?;
                }
            }
            self.console.flush()?;
            self.tell_replaced(summary);
            self.tell_problems(summary, problems);
        }
        if summary.stopped { Err(Failure::Stopped) } else { Ok(()) }
    }

    /// Says how many records took the place of those of another file, and names the first.
    fn tell_replaced(&self, summary: &Summary) {
        let Some((id, file)) = &summary.first_replaced else { return };
        let paths = Paths::from_here();
        let note = format!(
            "{} replaced one of the same id from another file, first {id:?} in {}; to keep both, give \
             records ids of their own, or none",
            count(summary.replaced, "record", "records"),
            text::one_line(paths.shorten(file)),
        );
        tell(self.settings, Told::Note, &note);
    }

    /// Says how many files and records were left out, and names the first.
    fn tell_problems(&self, summary: &Summary, problems: &Problems) {
        let skipped = summary.skipped.len() as u64;
        let mut counts = Vec::new();
        if skipped > 0 {
            counts.push(format!("{} skipped", count(skipped, "file", "files")));
        }
        if summary.rejected > 0 {
            counts.push(format!("{} rejected", count(summary.rejected, "record", "records")));
        }
        if counts.is_empty() {
            return;
        }
        let known = skipped + summary.rejected - problems.count.min(skipped + summary.rejected);
        let mut note = counts.join(" and ");
        if problems.count == 0 {
            note.push_str(", all known from earlier runs");
        } else if known > 0 {
            note.push_str(&format!(", {} known from earlier runs", grouped(known)));
        }
        // With -v each was named when it came.
        if problems.first.is_empty() || self.settings.is_verbose() {
            tell(self.settings, Told::Note, &note);
            return;
        }
        tell(self.settings, Told::Note, &format!("{note}:"));
        for (path, message) in &problems.first {
            tell(self.settings, Told::Detail, &format!("{path}: {message}"));
        }
        let others = problems.count.saturating_sub(problems.first.len() as u64);
        if others > 0 {
            let others = grouped(others);
            tell(self.settings, Told::Detail, &format!("and {others} more, named with -v"));
        }
    }
}

fn line<'a>(action: &'a str, summary: &'a Summary, dir: &Path) -> SummaryLine<'a> {
    let skipped = summary.skipped.iter();
    SummaryLine {
        index: dir.to_string_lossy().into_owned(),
        action,
        added: summary.added,
        updated: summary.updated,
        replaced: summary.replaced,
        removed: summary.removed,
        unchanged: summary.unchanged,
        read: summary.read,
        skipped: skipped
            .map(|(path, reason)| SkippedLine { path: path_id(path), reason })
            .collect(),
        rejected: summary.rejected,
        documents: summary.documents,
        bytes: summary.bytes,
        took_us: u64::try_from(summary.elapsed.as_micros()).unwrap_or(u64::MAX),
        stopped: summary.stopped,
    }
}

/// What a run came to, in one sentence.
fn sentence(action: &str, summary: &Summary) -> String {
    let time = u64::try_from(summary.elapsed.as_micros()).unwrap_or(u64::MAX);
    let mut changes = Vec::new();
    for (number, what) in
        [(summary.added, "added"), (summary.updated, "updated"), (summary.removed, "removed")]
    {
        if number > 0 {
            changes.push(format!("{} {what}", grouped(number)));
        }
    }
    let changed = match changes.is_empty() {
        true => "nothing changed".to_owned(),
        false => format!("documents: {}", changes.join(", ")),
    };
    let mut out = format!("{action} in {}", duration(time));
    let mut files = Vec::new();
    if summary.read > 0 {
        files.push(format!("{} read", count(summary.read, "file", "files")));
    }
    if summary.unchanged > 0 {
        files.push(format!("{} unchanged", count(summary.unchanged, "file", "files")));
    }
    if summary.bytes > 0 {
        let mut size = bytes(summary.bytes);
        if time > 200_000 {
            let rate = summary.bytes as f64 / summary.elapsed.as_secs_f64();
            size.push_str(&format!(", {}/s", bytes(rate as u64)));
        }
        files.push(format!("({size})"));
    }
    if !files.is_empty() {
        let last = files.pop_if(|last| last.starts_with('('));
        out.push_str(&format!("; {}", files.join(", ")));
        if let Some(size) = last {
            out.push_str(&format!(" {size}"));
        }
    }
    format!("{out}; {changed}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_summary_tells_time_files_and_documents() {
        let summary = Summary {
            added: 1_041,
            updated: 2,
            unchanged: 120,
            read: 38,
            bytes: 5_200_000,
            elapsed: Duration::from_secs(2),
            ..Summary::default()
        };
        assert_eq!(
            sentence("indexed", &summary),
            "indexed in 2.0 s; 38 files read, 120 files unchanged (5.2 MB, 2.6 MB/s); documents: \
             1,041 added, 2 updated"
        );
        let summary =
            Summary { unchanged: 1, elapsed: Duration::from_millis(3), ..Summary::default() };
        assert_eq!(
            sentence("indexed", &summary),
            "indexed in 3.0 ms; 1 file unchanged; nothing changed"
        );
        let summary = Summary { removed: 1, ..Summary::default() };
        assert_eq!(sentence("pruned", &summary), "pruned in 0 µs; documents: 1 removed");
    }
}
