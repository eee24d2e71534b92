//! How a run of indexing shows itself: a bar on a terminal, problems as they come.

use std::cell::RefCell;
use std::io::{self, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use zhen_index::{Progress, Status};

use super::hits::Paths;
use super::style::Palette;
use super::{bytes, count, grouped, text};
use crate::settings::Settings;

/// Problems kept for the end of the run.
const KEPT: usize = 5;

/// Shows a run on standard error, and remembers its first problems.
pub(crate) struct Shown {
    /// Whether a bar can be drawn.
    drawn: bool,
    /// Whether the bar has colours.
    colored: bool,
    /// The bar of the present run.
    bar: RefCell<Option<ProgressBar>>,
    palette: Palette,
    /// Whether each problem is said when it comes.
    aloud: bool,
    paths: Paths,
    problems: RefCell<Problems>,
}

/// Problems of a run.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) first: Vec<(String, String)>,
    pub(crate) count: u64,
}

impl Shown {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            drawn: settings.bar,
            colored: settings.color_err,
            bar: RefCell::default(),
            palette: Palette::new(settings.color_err),
            aloud: settings.is_verbose(),
            paths: Paths::from_here(),
            problems: RefCell::default(),
        }
    }

    /// Takes the bar away and gives the problems so far. The next run has a bar of its own.
    pub(crate) fn finish(&self) -> Problems {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.problems.take()
    }

    fn style(&self, template: &str) -> ProgressStyle {
        let plain = || template.replace(".green/dim", "").replace(".green", "");
        let template = if self.colored { template.to_owned() } else { plain() };
        let style = ProgressStyle::with_template(&template);
        style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─")
    }
}

/// While folders are still being walked: how much is done of an unknown amount.
const SPINNER: &str = "{spinner:.green} {msg}";
/// When everything has been found: how much is done, and how long the rest will take.
const BAR: &str = "{bar:24.green/dim} {percent:>3}%  {msg}  {eta} left";

fn message(status: &Status<'_>) -> String {
    let seconds = status.elapsed.as_secs_f64();
    let mut out = if status.walked && status.files > 0 {
        format!("{} of {} files", grouped(status.files_done), grouped(status.files))
    } else if status.files > 0 {
        format!("{} files", grouped(status.files_done))
    } else {
        count(status.documents, "document", "documents")
    };
    if seconds > 0.2 && status.bytes_done > 0 {
        let rate = bytes((status.bytes_done as f64 / seconds) as u64);
        out.push_str(&format!("  {}  {rate}/s", bytes(status.bytes_done)));
    }
    out
}

impl Progress for Shown {
    fn update(&self, status: &Status<'_>) {
        if !self.drawn {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            bar.set_style(self.style(SPINNER));
            bar
        });
        let mut message = message(status);
        if status.walked && status.bytes > 0 {
            if bar.length() != Some(status.bytes) {
                bar.set_style(self.style(BAR));
                bar.set_length(status.bytes);
            }
            bar.set_position(status.bytes_done);
        } else {
            let current = text::one_line(self.paths.shorten(status.current));
            message.push_str(&format!("  {}", text::truncate_front(&current, 40)));
        }
        bar.set_message(message);
        bar.tick();
    }

    fn problem(&self, path: &str, message: &str) {
        let mut problems = self.problems.borrow_mut();
        problems.count += 1;
        let path = text::one_line(self.paths.shorten(path));
        if self.aloud {
            let (style, dim) = (self.palette.path, self.palette.dim);
            let line = format!("{style}{path}{style:#}{dim}:{dim:#} {}", text::one_line(message));
            match &*self.bar.borrow() {
                Some(bar) => bar.println(line),
                // That nobody listens is no matter.
                None => drop(writeln!(io::stderr().lock(), "{line}")),
            }
        }
        if problems.first.len() < KEPT {
            problems.first.push((path, message.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_run_tells_files_bytes_and_speed() {
        let status = Status {
            files: 1_200,
            files_done: 300,
            bytes: 8_000_000,
            bytes_done: 2_000_000,
            elapsed: Duration::from_secs(2),
            walked: true,
            ..Status::default()
        };
        assert_eq!(message(&status), "300 of 1,200 files  2.0 MB  1.0 MB/s");
        assert_eq!(message(&Status { walked: false, ..status }), "300 files  2.0 MB  1.0 MB/s");
        let stream = Status { documents: 12, ..Status::default() };
        assert_eq!(message(&stream), "12 documents");
    }

    #[test]
    fn the_templates_of_the_bar_are_sound() {
        assert!(ProgressStyle::with_template(SPINNER).is_ok());
        assert!(ProgressStyle::with_template(BAR).is_ok());
    }
}
