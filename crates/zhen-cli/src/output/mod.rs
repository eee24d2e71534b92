//! Printing: the one place where text leaves the program.
//!
//! Everything that comes from a document, a path or a query passes through [`text::visible`] before
//! it is printed, so that no document can speak to the terminal. What a program is to open is the one
//! exception: [`Console::name`] tells it byte for byte where no terminal reads it.

pub(crate) mod hits;
mod json;
pub(crate) mod progress;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod ticker;

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Serializer;

use crate::settings::{Form, Settings};
use style::Palette;

/// Columns assumed where there is no terminal to ask.
const USUAL_WIDTH: usize = 100;
/// Columns below which lines are not made shorter still.
const LEAST_WIDTH: usize = 30;

/// Standard output, locked and buffered, with what is known of who reads it.
pub(crate) struct Console {
    out: BufWriter<StdoutLock<'static>>,
    pub(crate) form: Form,
    pub(crate) palette: Palette,
    width: Option<usize>,
    /// Whether it is a terminal, whatever the form.
    terminal: bool,
    /// Whether it may be that nobody reads on.
    spare: bool,
    /// Whether that was so.
    pub(crate) unread: bool,
}

impl Console {
    pub(crate) fn new(settings: &Settings) -> Self {
        let out = io::stdout().lock();
        Self {
            terminal: out.is_terminal(),
            out: BufWriter::new(out),
            form: settings.form,
            palette: Palette::new(settings.color_out),
            width: None,
            spare: false,
            unread: false,
        }
    }

    /// The console of a command that does more than print, and does it even if the reader of its output
    /// goes away.
    pub(crate) fn of_work(settings: &Settings) -> Self {
        Self { spare: true, ..Self::new(settings) }
    }

    /// What writing came to, for `nothing` where nobody reads and nobody need.
    fn unless_unread<T>(&mut self, written: io::Result<T>, nothing: T) -> io::Result<T> {
        match written {
            Err(error) if self.spare && error.kind() == io::ErrorKind::BrokenPipe => {
                self.unread = true;
                Ok(nothing)
            }
            written => written,
        }
    }

    /// Columns of the terminal; asked for once, and only by who needs it.
    pub(crate) fn width(&mut self) -> usize {
        *self.width.get_or_insert_with(|| {
            let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
            let variable = || std::env::var("COLUMNS").ok()?.parse().ok();
            terminal.or_else(variable).unwrap_or(USUAL_WIDTH).max(LEAST_WIDTH)
        })
    }

    /// Prints the name of a file: on a terminal in one line that cannot speak to it, else its very bytes.
    pub(crate) fn name(&mut self, name: &Path) -> io::Result<()> {
        if self.terminal {
            return write!(self.out, "{}", text::one_line(&name.to_string_lossy()));
        }
        self.out.write_all(name.as_os_str().as_encoded_bytes())
    }

    /// Prints a value as one line of JSON. On a terminal, characters that could speak to it are
    /// escaped, which JSON itself does not ask for.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        if self.terminal {
            let mut serializer = Serializer::with_formatter(&mut *self, json::Tame);
            value.serialize(&mut serializer)?;
        } else {
            serde_json::to_writer(&mut *self, value)?;
        }
        self.write_all(b"\n")
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.unless_unread(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.unless_unread(flushed, ())
    }
}

/// Says something on standard error. That nobody may be listening there is no matter.
pub(crate) fn tell(settings: &Settings, kind: Told, message: &str) {
    if settings.is_quiet() && kind != Told::Error {
        return;
    }
    let palette = Palette::new(settings.color_err);
    let (style, label) = match kind {
        Told::Error => (palette.error, "zhen:"),
        Told::Note => (palette.label, "zhen: note:"),
        Told::Detail => (palette.dim, "  "),
    };
    let message = text::one_line(message);
    let _ = writeln!(io::stderr().lock(), "{style}{label}{style:#} {message}");
}

/// What is told on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Why the command failed.
    Error,
    /// Something worth knowing beside the result.
    Note,
    /// A line that belongs to the note before it.
    Detail,
}

/// A number with its noun: `1 document`, `1,234 documents`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with a comma between each three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in the unit that suits it.
pub(crate) fn duration(microseconds: u64) -> String {
    let time = microseconds as f64;
    match microseconds {
        0..1_000 => format!("{microseconds} µs"),
        1_000..10_000 => format!("{:.1} ms", time / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", time / 1e3),
        1_000_000..60_000_000 => format!("{:.1} s", time / 1e6),
        _ => {
            let seconds = microseconds / 1_000_000;
            match seconds / 3600 {
                0 => format!("{} min {:02} s", seconds / 60, seconds % 60),
                hours => format!("{hours} h {:02} min", seconds % 3600 / 60),
            }
        }
    }
}

/// A number of bytes in the unit that suits it, powers of 1000 as disks and networks count.
pub(crate) fn bytes(number: u64) -> String {
    let size = number as f64;
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.1} kB", size / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", size / 1e6),
        _ => format!("{:.2} GB", size / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!(count(1, "document", "documents"), "1 document");
        assert_eq!(count(0, "document", "documents"), "0 documents");
        assert_eq!(count(1_234_567, "file", "files"), "1,234,567 files");
        assert_eq!(grouped(999), "999");
        assert_eq!(duration(812), "812 µs");
        assert_eq!(duration(3_449), "3.4 ms");
        assert_eq!(duration(45_000), "45 ms");
        assert_eq!(duration(1_500_000), "1.5 s");
        assert_eq!(duration(61_000_000), "1 min 01 s");
        assert_eq!(duration(7_260_000_000), "2 h 01 min");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_500), "1.5 kB");
        assert_eq!(bytes(2_500_000_000), "2.50 GB");
    }
}
