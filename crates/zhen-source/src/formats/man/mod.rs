//! Manual pages: roff with the man or mdoc macros, as text.
//!
//! Macros are dropped or give their arguments, escapes print what they print, and every line of the
//! body stands on one line of the source. What roff programs compute is not computed.

mod escapes;
mod mdoc;

use crate::document::Document;
use crate::lines::{BodyBuilder, line_ranges, one_line};
use escapes::Strings;

/// Whether `head`, the start of a file, has the macro that begins every manual page.
pub(crate) fn is_man(head: &str) -> bool {
    head.lines().take(400).any(|line| {
        [".TH ", ".Dd ", ".Dt ", ".SH ", ".Sh ", ".so man"]
            .iter()
            .any(|mark| line.starts_with(mark))
    })
}

/// Reads a page. The title is its name with its section, as in `ls(1)`.
pub(crate) fn read(text: &str, document: &mut Document) {
    let mut page = Page {
        strings: Strings::default(),
        body: BodyBuilder::with_capacity(text.len()),
        title: String::new(),
        state: State::Text,
        mdoc: false,
        separator: '\t',
        name: String::new(),
    };
    let mut pending: Option<(u32, String)> = None;
    for (number, range) in (1u32..).zip(line_ranges(text)) {
        let line = text[range].trim_end_matches('\r');
        // A line that ends in a backslash goes on in the next.
        let (first, line) = match pending.take() {
            Some((first, mut start)) => {
                start.push_str(line);
                (first, start)
            }
            None => (number, line.to_owned()),
        };
        const LONGEST: usize = 64 * 1024;
        if ends_in_continuation(&line) && line.len() < LONGEST {
            pending = Some((first, line[..line.len() - 1].to_owned()));
            continue;
        }
        page.line(&line, first);
    }
    if let Some((first, line)) = pending {
        page.line(&line, first);
    }
    if !page.title.is_empty() {
        document.title = page.title;
    }
    page.body.finish(document);
}

fn ends_in_continuation(line: &str) -> bool {
    line.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1
}

/// What the lines are part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// The definition of a macro, up to `..`.
    Definition,
    /// Text to ignore, up to `..`.
    Ignored,
    /// The options and formats of a table, up to a line that ends in a full stop.
    TableFormat,
    Table,
    /// The line of text behind a heading macro without arguments.
    Heading,
}

/// Requests without text. Conditions are among them: they are for devices and old macro sets, and
/// what stands on their line is layout.
const LAYOUT: [&str; 68] = [
    "if", "ie", "el", "nr", "rr", "tr", "ad", "na", "nh", "hy", "ne", "in", "ti", "ta", "ft", "ps",
    "vs", "ll", "nf", "fi", "rm", "rn", "mso", "while", "tm", "ev", "po", "pl", "pc", "bp", "ce",
    "cflags", "char", "hw", "ss", "cs", "bd", "RS", "RE", "PD", "DT", "AT", "UC", "EX", "EE",
    "fam", "color", "nop", "als", "do", "ec", "eo", "cc", "c2", "lf", "ns", "rs", "fp", "uf", "ul",
    "it", "di", "da", "so", "}", "\\}", "\\\"", "",
];

/// Longest name, in bytes, that `.Nm` stands for: it may stand for it on every line.
const LONGEST_NAME: usize = 100;

struct Page {
    strings: Strings,
    body: BodyBuilder,
    title: String,
    state: State,
    mdoc: bool,
    /// Between the cells of the table.
    separator: char,
    /// What `.Nm` without arguments stands for.
    name: String,
}

impl Page {
    fn line(&mut self, line: &str, number: u32) {
        match self.state {
            State::Definition | State::Ignored => {
                if line.trim_end() == ".." || line.starts_with("..") {
                    self.state = State::Text;
                }
            }
            State::TableFormat => self.table_format(line),
            State::Table if !line.starts_with('.') => self.table_row(line, number),
            _ => match line.strip_prefix(['.', '\'']) {
                Some(request) => self.request(request.trim_start(), number),
                None => self.text(line, number),
            },
        }
    }

    fn text(&mut self, line: &str, number: u32) {
        let text = self.strings.text(line);
        let is_heading = self.state == State::Heading;
        if is_heading {
            self.state = State::Text;
        }
        if text.trim().is_empty() {
            return self.paragraph();
        }
        let start = self.body.len();
        self.body.push(text.trim_end(), number);
        self.body.end_line();
        if is_heading {
            self.body.mark_heading(start..self.body.len());
        }
    }

    /// An empty line, unless there is one.
    fn paragraph(&mut self) {
        let body = self.body.body();
        if !body.is_empty() && !body.ends_with("\n\n") {
            self.body.end_line();
        }
    }

    fn heading(&mut self, arguments: &[String], number: u32) {
        self.paragraph();
        let text = arguments.join(" ");
        if text.trim().is_empty() {
            self.state = State::Heading;
            return;
        }
        let start = self.body.len();
        self.body.push(&text, number);
        self.body.end_line();
        self.body.mark_heading(start..self.body.len());
    }

    fn push(&mut self, text: &str, number: u32) {
        if !text.trim().is_empty() {
            self.body.push(text.trim_end(), number);
            self.body.end_line();
        }
    }

    fn request(&mut self, request: &str, number: u32) {
        let end = request.find(|c: char| c.is_ascii_whitespace()).unwrap_or(request.len());
        let (name, rest) = request.split_at(end);
        let rest = rest.trim_start();
        match name {
            "de" | "de1" | "am" => self.state = State::Definition,
            "ig" => self.state = State::Ignored,
            "ds" | "as" => {
                if let Some((name, value)) = rest.split_once(' ') {
                    let value = value.trim_start();
                    self.strings.define(name, value.strip_prefix('"').unwrap_or(value));
                }
                return;
            }
            _ if LAYOUT.contains(&name) => return,
            "TS" => self.state = State::TableFormat,
            "TE" => self.state = State::Text,
            _ => {}
        }
        if name.starts_with('\\')
            || matches!(self.state, State::Definition | State::Ignored | State::TableFormat)
        {
            return;
        }
        let arguments = self.arguments(rest);
        self.macro_call(name, &arguments, number);
    }

    fn macro_call(&mut self, name: &str, arguments: &[String], number: u32) {
        match name {
            "TH" => self.note_title(arguments),
            "Dt" => {
                self.mdoc = true;
                self.note_title(arguments);
            }
            "Dd" | "Os" => self.mdoc = true,
            "SH" | "SS" | "Sh" | "Ss" => self.heading(arguments, number),
            "PP" | "P" | "LP" | "Pp" | "sp" | "Lp" | "TP" | "TQ" | "HP" | "Sp" => {
                if name != "TQ" {
                    self.paragraph();
                }
            }
            "br" | "Bl" | "El" | "Bd" | "Ed" | "Bk" | "Ek" | "VS" | "VE" | "BS" | "BE" | "CS"
            | "CE" | "Vb" | "Ve" | "TE" | "Rs" | "Re" | "UE" | "ME" | "YS" | "Sm" => {}
            "IP" => {
                self.paragraph();
                if let Some(tag) = arguments.first() {
                    self.push(tag, number);
                }
            }
            "B" | "I" | "SM" | "SB" | "UR" | "MT" | "R" | "SY" | "OP" | "CW" => {
                self.push(&arguments.join(" "), number);
            }
            // Two fonts in turn: the arguments stand together.
            "BR" | "RB" | "IR" | "RI" | "BI" | "IB" | "MR" => {
                self.push(&arguments.concat(), number);
            }
            _ if self.mdoc => self.mdoc_call(name, arguments, number),
            // Macros of other sets: their text, if they have any.
            _ => self.push(&arguments.join(" "), number),
        }
    }

    fn mdoc_call(&mut self, name: &str, arguments: &[String], number: u32) {
        if name == "Nm" {
            if let Some(first) = arguments.first().filter(|first| mdoc::is_word(first)) {
                if self.name.is_empty() && first.len() <= LONGEST_NAME {
                    self.name.clone_from(first);
                }
            } else if !self.name.is_empty() {
                let text = std::iter::once(self.name.clone())
                    .chain(mdoc::text("", arguments))
                    .collect::<Vec<_>>();
                return self.push(&mdoc::join(&text), number);
            }
        }
        let text = mdoc::text(name, arguments);
        self.push(&mdoc::join(&text), number);
    }

    fn note_title(&mut self, arguments: &[String]) {
        if let Some(name) = arguments.first().map(|name| one_line(name)).filter(|n| !n.is_empty())
            && self.title.is_empty()
        {
            self.title = match arguments.get(1).map(|section| one_line(section)) {
                Some(section) if !section.is_empty() => format!("{name}({section})"),
                _ => name,
            };
        }
    }

    /// The arguments of a macro: words, or text between quotes in which `""` is a quote.
    fn arguments(&self, rest: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = rest.trim_start();
        while !rest.is_empty() && !rest.starts_with("\\\"") {
            let mut argument = String::new();
            if let Some(quoted) = rest.strip_prefix('"') {
                rest = quoted;
                loop {
                    match rest.split_once('"') {
                        Some((piece, after)) => {
                            argument.push_str(piece);
                            rest = after;
                            match after.strip_prefix('"') {
                                Some(after) => {
                                    argument.push('"');
                                    rest = after;
                                }
                                None => break,
                            }
                        }
                        None => {
                            argument.push_str(rest);
                            rest = "";
                            break;
                        }
                    }
                }
            } else {
                // `\ ` is a space within the word.
                let mut escaped = false;
                let end = rest
                    .find(|c: char| {
                        let ends = c.is_ascii_whitespace() && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    })
                    .unwrap_or(rest.len());
                argument.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            found.push(self.strings.text(&argument));
            rest = rest.trim_start();
        }
        found
    }

    fn table_format(&mut self, line: &str) {
        let line = line.trim();
        if let Some(options) = line.strip_suffix(';') {
            self.separator = options
                .split_once("tab(")
                .or_else(|| options.split_once("tab ("))
                .and_then(|(_, rest)| rest.chars().next())
                .unwrap_or('\t');
        } else if line.ends_with('.') {
            self.state = State::Table;
        } else if line == ".TE" {
            self.state = State::Text;
        }
    }

    fn table_row(&mut self, line: &str, number: u32) {
        let line = line.strip_prefix("T}").unwrap_or(line);
        let line = line.strip_suffix("T{").unwrap_or(line);
        if matches!(line.trim(), "_" | "=" | "") {
            return;
        }
        let cells: Vec<String> = line
            .split(self.separator)
            .map(|cell| self.strings.text(cell).trim().to_owned())
            .filter(|cell| !cell.is_empty())
            .collect();
        self.push(&cells.join("\t"), number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> (Document, Vec<String>) {
        let mut document = Document::default();
        read(text, &mut document);
        let headings =
            document.headings.iter().map(|r| document.body[r.clone()].to_owned()).collect();
        (document, headings)
    }

    #[test]
    fn a_man_page_is_read() {
        let (document, headings) = page(
            "'\\\" t\n.\\\" comment\n.de Sp\n.if t .sp\n..\n.TH \"LS\" 1 \"2024\"\n.SH 名称\nls \\- 列出\n.SH \"SEE ALSO\"\n\
             .TP\n.BR ls (1),\n.B two words\n.IP \"\\(bu\" 2\nitem \\\nmore\n.SS\nsub\n.TS\ntab(:);\nl l.\na:b\nT{\n中\nT}\n.TE\nend\n",
        );
        assert_eq!(document.title, "LS(1)");
        assert_eq!(headings, ["名称", "SEE ALSO", "sub"]);
        assert_eq!(
            document.body,
            "名称\nls - 列出\n\nSEE ALSO\n\nls(1),\ntwo words\n\n•\nitem more\n\nsub\na\tb\n中\nend\n"
        );
        let line_of = |text: &str| {
            let line =
                document.body.lines().position(|line| line == text).expect("it is there") + 1;
            document.lines.source_line(u32::try_from(line).expect("few lines"))
        };
        assert_eq!(
            ["ls - 列出", "ls(1),", "item more", "sub", "a\tb", "end"].map(line_of),
            [8, 11, 14, 17, 21, 26]
        );
    }

    #[test]
    fn an_mdoc_page_is_read() {
        let (document, headings) = page(
            ".Dd 2024\n.Dt CAT 1\n.Sh NAME\n.Nm cat\n.Nd print files\n.Sh SYNOPSIS\n.Nm\n.Op Fl n\n.Ar file ...\nSee\n.Xr ls 1 .\n",
        );
        assert_eq!(document.title, "CAT(1)");
        assert_eq!(headings, ["NAME", "SYNOPSIS"]);
        assert_eq!(
            document.body,
            "NAME\ncat\n— print files\n\nSYNOPSIS\ncat\n[-n]\nfile ...\nSee\nls(1).\n"
        );
    }

    #[test]
    fn a_page_does_not_grow_beyond_what_it_names() {
        let strings = format!(
            ".TH A 1\n.ds a {}\n.ds b {}\n.ds c {}\n.ds d {}\n\\*d\n",
            "A".repeat(900),
            r"\*a".repeat(300),
            r"\*b".repeat(300),
            r"\*c".repeat(300),
        );
        assert!(page(&strings).0.body.len() < 10_000);
        let name = format!(".Dd x\n.Nm {}\n{}", "N".repeat(100_000), ".Nm\n".repeat(1000));
        assert!(page(&name).0.body.len() < 300_000);
    }

    #[test]
    fn manual_pages_are_known_by_their_macros() {
        assert!(is_man(".\\\" x\n.TH a 1\n") && is_man(".Dd x\n"));
        assert!(!is_man("1. first\n.profile\n"));
    }
}
