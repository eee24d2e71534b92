//! Text on a terminal: what may be shown, how wide it is, where a line may break.

use anstyle::Style;
use unicode_width::UnicodeWidthChar as _;

/// The character that stands for `c` in output. Control characters become their pictures, and those
/// that reorder what follows become U+FFFD: a document must not move the cursor, set the window's
/// title, or make text look like what it is not. Line breaks are the caller's, and so come back as
/// they are.
pub(crate) fn visible(c: char) -> char {
    match c {
        '\n' => '\n',
        '\t' => ' ',
        '\0'..='\x1f' => {
            char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => char::REPLACEMENT_CHARACTER,
        // Embeddings, overrides and isolates of writing direction.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        '\u{2028}' | '\u{2029}' => ' ',
        c => c,
    }
}

/// Text made fit for one line: white space with a line break in it becomes one space.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_end().chars().peekable();
    while let Some(c) = rest.next() {
        let breaks = |c: char| c == '\n' || c == '\r';
        if breaks(c) {
            out.truncate(out.trim_end().len());
            while rest.next_if(|c| c.is_whitespace()).is_some() {}
            out.push(' ');
        } else {
            out.push(visible(c));
        }
    }
    out
}

/// Text of several lines made fit for a terminal.
pub(crate) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if c == '\t' { c } else { visible(c) }).collect()
}

/// Columns that a character takes.
fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The text in at most `most` columns, with `…` where it was cut. Marks stay with their character.
pub(crate) fn truncate(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = most.saturating_sub(1);
    for c in text.chars() {
        let Some(rest) = left.checked_sub(columns(c)) else { break };
        left = rest;
        out.push(c);
    }
    out.push('…');
    out
}

/// As [`truncate`], but cut at the front: the end of a path tells more than its beginning.
pub(crate) fn truncate_front(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        let Some(rest) = left.checked_sub(columns(c)) else { break };
        left = rest;
        start = at;
    }
    format!("…{}", &text[start..])
}

/// The text with spaces after it up to `width` columns.
pub(crate) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// The text with spaces before it up to `width` columns.
pub(crate) fn pad_front(text: &str, to: usize) -> String {
    format!("{}{text}", " ".repeat(to.saturating_sub(width(text))))
}

/// A character as it is shown, and whether it belongs to what matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) c: char,
    pub(crate) hit: bool,
}

/// The characters of a text whose highlights are given as half-open ranges of scalar values,
/// ascending and disjoint.
pub(crate) fn cells(text: &str, highlights: &[[usize; 2]]) -> Vec<Cell> {
    let mut ranges = highlights.iter().peekable();
    let mut out = Vec::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        while ranges.next_if(|range| range[1] <= at).is_some() {}
        let hit = ranges.peek().is_some_and(|range| range[0] <= at);
        if c != '\r' {
            out.push(Cell { c: visible(c), hit });
        }
    }
    out
}

/// Cells with line breaks, and the spaces around them, made one space.
pub(crate) fn joined(cells: &[Cell]) -> Vec<Cell> {
    let mut out: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut after_break = false;
    for cell in cells {
        if cell.c == '\n' {
            while out.last().is_some_and(|last| last.c == ' ') {
                out.pop();
            }
            after_break = true;
        } else if !(after_break && cell.c == ' ') {
            if std::mem::take(&mut after_break) && !out.is_empty() {
                let hit = cell.hit && out.last().is_some_and(|last| last.hit);
                out.push(Cell { c: ' ', hit });
            }
            out.push(*cell);
        }
    }
    out
}

/// Writes cells with what matched in `style`. Without colours it cannot be told apart, which is
/// what a program wants.
pub(crate) fn styled(cells: &[Cell], style: Style, out: &mut String) {
    let mut on = false;
    for cell in cells {
        if cell.hit != on {
            on = cell.hit;
            let change =
                if on { style.render().to_string() } else { style.render_reset().to_string() };
            out.push_str(&change);
        }
        out.push(cell.c);
    }
    if on {
        out.push_str(&style.render_reset().to_string());
    }
}

/// Marks that do not begin a line.
const CLOSING: &str = "。，、；：？！）」』】》〉”’…·,.;:?!)]}%";
/// Marks that do not end a line.
const OPENING: &str = "（「『【《〈“‘([{";

/// Breaks cells into lines of at most `most` columns: at line breaks, after spaces, and beside wide
/// characters, unless a mark forbids it. What has no such place is broken where it must be.
pub(crate) fn wrap(cells: &[Cell], most: usize) -> Vec<&[Cell]> {
    let mut lines = Vec::new();
    for line in cells.split(|cell| cell.c == '\n') {
        let mut rest = trim_end(line);
        loop {
            let fit = fitting(rest, most.max(2));
            if fit == rest.len() {
                lines.push(rest);
                break;
            }
            let at = (1..=fit).rev().find(|&at| may_break(rest, at)).unwrap_or(fit);
            lines.push(trim_end(&rest[..at]));
            let spaces = rest[at..].iter().take_while(|cell| cell.c == ' ').count();
            rest = &rest[at + spaces..];
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

fn trim_end(cells: &[Cell]) -> &[Cell] {
    let end = cells.iter().rposition(|cell| cell.c != ' ').map_or(0, |at| at + 1);
    &cells[..end]
}

/// How many cells fit into so many columns; at least one, where there is one.
fn fitting(cells: &[Cell], most: usize) -> usize {
    let mut used = 0;
    let fit = cells.iter().position(|cell| {
        used += columns(cell.c);
        used > most
    });
    fit.unwrap_or(cells.len()).max(1).min(cells.len())
}

/// Whether a line may end before cell `at`, which is neither the first nor past the end.
fn may_break(cells: &[Cell], at: usize) -> bool {
    let (before, after) = (cells[at - 1].c, cells[at].c);
    if columns(after) == 0 || CLOSING.contains(after) || OPENING.contains(before) {
        return false;
    }
    before == ' ' || after == ' ' || columns(before) == 2 || columns(after) == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, most: usize) -> Vec<String> {
        let cells = cells(text, &[]);
        wrap(&cells, most).iter().map(|line| line.iter().map(|cell| cell.c).collect()).collect()
    }

    #[test]
    fn nothing_a_document_holds_reaches_the_terminal_as_a_command() {
        let nasty = "\x1b]0;title\x07\x1b[2J\u{9b}31m\u{202e}a\rb\x7f\0";
        for shown in
            [one_line(nasty), lines(nasty), cells(nasty, &[]).iter().map(|cell| cell.c).collect()]
        {
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
            assert!(!shown.contains('\u{202e}'), "{shown:?}");
            assert!(shown.contains("␛]0;title␇␛[2J\u{fffd}31m\u{fffd}a"), "{shown:?}");
        }
    }

    #[test]
    fn a_text_over_several_lines_becomes_one() {
        assert_eq!(one_line("全文检索引 \r\n  擎\n"), "全文检索引 擎");
        assert_eq!(one_line("a\tb"), "a b");
        let join = |text, highlights: &[[usize; 2]]| {
            let mut out = String::new();
            styled(&joined(&cells(text, highlights)), anstyle::Style::new(), &mut out);
            out
        };
        assert_eq!(join("full-text \n  search\nengine", &[]), "full-text search engine");
        assert_eq!(join("\n\nabc\n", &[]), "abc");
    }

    #[test]
    fn widths_count_a_han_character_twice() {
        assert_eq!(width("词典 a"), 6);
        assert_eq!(pad("词", 4), "词  ");
        assert_eq!(pad_front("词", 4), "  词");
        assert_eq!(pad("词典", 2), "词典");
    }

    #[test]
    fn what_is_cut_is_cut_between_characters() {
        assert_eq!(truncate("词典", 4), "词典");
        assert_eq!(truncate("词典学", 5), "词典…");
        assert_eq!(truncate("词典学", 4), "词…");
        assert_eq!(truncate_front("a/词典学", 5), "…典学");
        assert_eq!(truncate("abc", 0), "…");
    }

    #[test]
    fn lines_break_at_spaces_and_beside_han_but_not_before_closing_marks() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("安装简单方便", 6), ["安装简", "单方便"]);
        assert_eq!(wrapped("安装简单，方便", 8), ["安装简", "单，方便"]);
        assert_eq!(wrapped("用 C++ 写的", 6), ["用 C++", "写的"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("a\nb", 10), ["a", "b"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn highlights_are_ranges_of_characters() {
        let mut out = String::new();
        let style = anstyle::Style::new().bold();
        styled(&cells("𠀀词典x", &[[1, 3]]), style, &mut out);
        assert_eq!(out, "𠀀\u{1b}[1m词典\u{1b}[0mx");
    }
}
