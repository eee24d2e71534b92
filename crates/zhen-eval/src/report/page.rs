//! The frame of the page, its tables, and escaping.

use std::fmt::Write as _;

/// `text` for use between tags and in attribute values in double quotes. Characters that HTML
/// forbids become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// A cell of a table.
pub(crate) struct Cell {
    html: String,
    is_number: bool,
}

impl Cell {
    /// Words; isolated, so that right-to-left text does not disturb its neighbours.
    pub(crate) fn text(text: &str) -> Self {
        Self { html: format!("<bdi>{}</bdi>", escape(text)), is_number: false }
    }

    /// A figure, aligned to the right.
    pub(crate) fn number(figure: impl ToString) -> Self {
        Self { html: escape(&figure.to_string()), is_number: true }
    }
}

/// A table in a frame that scrolls on narrow screens.
pub(crate) fn table(header: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut out = String::from("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
    for (column, name) in header.iter().enumerate() {
        let is_number = rows.first().and_then(|row| row.get(column)).is_some_and(|c| c.is_number);
        let class = if is_number { " class=\"n\"" } else { "" };
        write!(out, "<th scope=\"col\"{class}>{}</th>", escape(name))
            .expect("writing to a string does not fail");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let class = if cell.is_number { " class=\"n\"" } else { "" };
            write!(out, "<td{class}>{}</td>", cell.html)
                .expect("writing to a string does not fail");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A whole page; `body` is HTML already.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escape(title)
    )
}

/// Series are told apart by colour and by dashes, so that no one has to see the colour.
const STYLE: &str = "
:root{--bg:#fcfcfb;--ink:#1b1c1e;--soft:#5d6066;--line:#dcdcd8;--s0:#1f66b5;--s1:#b4500f;--s2:#1c7a4f;--s3:#7a46b0;--s4:#9c2455;--s5:#6a6100;--good:#1c7a4f;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#17181a;--ink:#ececea;--soft:#a3a6ab;--line:#37393d;--s0:#7ab3f2;--s1:#f0995b;--s2:#6fcf9b;--s3:#c6a0f0;--s4:#f08bb4;--s5:#d6cb5a;--good:#6fcf9b;--bad:#f28b82}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;margin:0 0 1rem}h2{font-size:1.25rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .25rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem;min-width:50%}
th,td{padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline}
th{color:var(--soft);font-weight:600}td:not(.n){min-width:7rem;overflow-wrap:break-word}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:2.5rem 0 1rem}figure h2{margin:0}figcaption{color:var(--soft);font-size:.875rem;margin-bottom:.5rem}
svg{display:block;width:100%;min-width:34rem;height:auto}
svg text{fill:var(--soft);font-size:12px}svg .name{fill:var(--ink)}
.grid{stroke:var(--line);stroke-width:1}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}.bar{stroke-width:5;stroke-linecap:round;opacity:.55}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.25rem 0 .5rem;font-size:.875rem}
.legend svg{display:inline-block;width:28px;min-width:28px;height:10px;margin-right:.4rem}
.l0{stroke:var(--s0)}.l1{stroke:var(--s1);stroke-dasharray:7 3}.l2{stroke:var(--s2);stroke-dasharray:2 3}.l3{stroke:var(--s3);stroke-dasharray:9 3 2 3}.l4{stroke:var(--s4);stroke-dasharray:4 4}.l5{stroke:var(--s5);stroke-dasharray:12 4}
.b0{stroke:var(--s0)}.b1{stroke:var(--s1)}.b2{stroke:var(--s2)}.b3{stroke:var(--s3)}.b4{stroke:var(--s4)}.b5{stroke:var(--s5)}
.d0{fill:var(--s0)}.d1{fill:var(--s1)}.d2{fill:var(--s2)}.d3{fill:var(--s3)}.d4{fill:var(--s4)}.d5{fill:var(--s5)}
.good{color:var(--good)}.bad{color:var(--bad)}.even{color:var(--soft)}
.warn{border-left:4px solid var(--bad);padding-left:.75rem}
@media print{body{font-size:12px}.scroll{overflow:visible}}
";

/// Number of styles for series; more series take them again from the first.
pub(crate) const SERIES_STYLES: usize = 6;
