//! Colours.

use anstyle::{AnsiColor, Color, Style};

/// A style for each role that text plays; all plain where there are no colours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Palette {
    /// Title of a document, heading of a table.
    pub(crate) title: Style,
    /// Path or id of a document.
    pub(crate) path: Style,
    /// What matched.
    pub(crate) hit: Style,
    /// What stands back: line numbers, languages, scores.
    pub(crate) dim: Style,
    /// A word that leads a line, such as `note:`.
    pub(crate) label: Style,
    /// A command to type.
    pub(crate) command: Style,
    /// Good news.
    pub(crate) good: Style,
    /// What went wrong.
    pub(crate) error: Style,
}

impl Palette {
    pub(crate) fn new(color: bool) -> Self {
        if !color {
            return Self::default();
        }
        let plain = Style::new();
        let of = |color: AnsiColor| plain.fg_color(Some(Color::Ansi(color)));
        Self {
            title: plain.bold(),
            path: of(AnsiColor::Magenta),
            hit: of(AnsiColor::Red).bold(),
            dim: plain.dimmed(),
            label: of(AnsiColor::Yellow),
            command: of(AnsiColor::Cyan),
            good: of(AnsiColor::Green),
            error: of(AnsiColor::Red).bold(),
        }
    }
}
