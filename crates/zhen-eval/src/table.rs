//! Text tables for a terminal: columns line up whatever the script.

use unicode_width::UnicodeWidthStr;

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of text: a header, a rule, and rows.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, Align)>) -> Self {
        let columns = columns.into_iter().map(|(name, align)| (name.into(), align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row. Missing cells are empty; cells beyond the columns are not shown.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table, two spaces between columns, a line feed after each line. Han characters count
    /// two columns, as terminals show them.
    #[must_use]
    pub fn render(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let cell = |row: &[String], column: usize| {
            row.get(column).map(|cell| cell.replace(char::is_control, " ")).unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let rows = std::iter::once(&header).chain(&self.rows);
                rows.map(|row| cell(row, column).width()).max().unwrap_or(0)
            })
            .collect();
        let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
        let mut out = String::new();
        for row in [&header, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for (column, (&width, (_, align))) in widths.iter().zip(&self.columns).enumerate() {
                let text = cell(row, column);
                let padding = " ".repeat(width - text.width());
                if column > 0 {
                    line.push_str("  ");
                }
                match align {
                    Align::Left => line.extend([text, padding]),
                    Align::Right => line.extend([padding, text]),
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
