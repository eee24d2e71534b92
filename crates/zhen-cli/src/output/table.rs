//! Tables of text, aligned by columns of the terminal.

use std::fmt::Write as _;

use super::style::Palette;
use super::text;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows of text under headings; an empty heading row is left out.
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(columns: [(&str, Align); N]) -> Self {
        let columns = columns.map(|(heading, align)| (heading.to_owned(), align)).into();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; what it lacks stays empty.
    pub(crate) fn row<const N: usize>(&mut self, row: [String; N]) {
        self.rows.push(row.iter().map(|cell| text::one_line(cell)).collect());
    }

    /// The table with `indent` spaces before each line.
    pub(crate) fn render(&self, indent: usize, palette: &Palette) -> String {
        let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let rows = self.rows.iter().map(|row| text::width(&cell(row, at)));
                rows.chain([text::width(&self.columns[at].0)]).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String]| {
            let mut line = " ".repeat(indent);
            for (at, (_, align)) in self.columns.iter().enumerate() {
                let cell = cell(cells, at);
                let padded = match align {
                    Align::Left => text::pad(&cell, widths[at]),
                    Align::Right => text::pad_front(&cell, widths[at]),
                };
                line.push_str(if at > 0 { "  " } else { "" });
                line.push_str(&padded);
            }
            line.truncate(line.trim_end().len());
            line
        };
        let mut out = String::new();
        let headings: Vec<String> =
            self.columns.iter().map(|(heading, _)| heading.clone()).collect();
        if headings.iter().any(|heading| !heading.is_empty()) {
            let style = palette.dim;
            let _ = writeln!(out, "{style}{}{style:#}", line(&headings));
        }
        for row in &self.rows {
            out.push_str(&line(row));
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_whatever_the_width_of_characters() {
        let mut table = Table::new([("word", Align::Left), ("n", Align::Right)]);
        table.row(["词典".to_owned(), "12".to_owned()]);
        table.row(["dictionary".to_owned(), "3".to_owned()]);
        assert_eq!(
            table.render(2, &Palette::default()),
            "  word         n\n  词典        12\n  dictionary   3\n"
        );
    }

    #[test]
    fn a_table_without_headings_has_no_line_for_them() {
        let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
        table.row(["a".to_owned(), String::new()]);
        assert_eq!(table.render(0, &Palette::default()), "a\n");
    }
}
