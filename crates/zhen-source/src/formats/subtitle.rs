//! Subtitles: SubRip, WebVTT and (Advanced) SubStation Alpha. What is said, without numbers and
//! times.

use crate::document::Document;
use crate::lines::{BodyBuilder, line_ranges, one_line};
use crate::markup::entities;
use crate::record::normalise_lang;

/// Reads a file; which of the formats it is shows in its lines.
pub(crate) fn read(text: &str, document: &mut Document) {
    let start = text.trim_start_matches(['\u{FEFF}', '\n', ' ']);
    if start.starts_with("[Script Info]") || text.contains("\n[Events]\n") {
        read_substation(text, document);
    } else {
        read_cues(text, document);
    }
}

/// SubRip and WebVTT: blocks of lines in which text follows the line with the times. Text of which the
/// times are missing or cannot be read is text all the same.
fn read_cues(text: &str, document: &mut Document) {
    let mut body = BodyBuilder::with_capacity(text.len());
    let is_webvtt = text.starts_with("WEBVTT");
    let (mut begins, mut in_cue, mut left_out) = (true, false, false);
    let trimmed = line_ranges(text).map(|range| text[range].trim());
    let mut lines = (1u32..).zip(trimmed).peekable();
    while let Some((number, line)) = lines.next() {
        if line.is_empty() {
            (begins, in_cue, left_out) = (true, false, false);
            continue;
        }
        if is_timing(line) {
            (in_cue, left_out) = (true, false);
        } else if left_out || is_webvtt && begins && is_left_out(line) {
            left_out = true;
            if let Some(lang) = line.strip_prefix("Language:").filter(|_| body.is_empty()) {
                document.lang = normalise_lang(lang);
            }
        } else {
            let before_times = lines.peek().is_some_and(|(_, next)| is_timing(next));
            // The number or the name of a cue; numbers are found where the empty line is missing, too.
            let is_name = before_times && (!in_cue || line.bytes().all(|b| b.is_ascii_digit()));
            if !is_name {
                push_text(&mut body, &without_tags(line), number);
            }
        }
        begins = false;
    }
    body.finish(document);
}

/// Whether a block of WebVTT that begins so is its head, a note or a style.
fn is_left_out(line: &str) -> bool {
    let word = line.split_whitespace().next();
    word.is_some_and(|word| ["WEBVTT", "NOTE", "STYLE", "REGION"].contains(&word))
}

/// `00:00:01,000 --> 00:00:02,500` and what may follow it.
fn is_timing(line: &str) -> bool {
    let Some((from, to)) = line.split_once("->") else {
        return false;
    };
    let is_time = |text: &str| {
        text.contains(':')
            && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b','))
    };
    let from = from.trim_end_matches('-').trim();
    is_time(from) && to.split_whitespace().next().is_some_and(is_time)
}

/// SubStation Alpha: the text is the last field of each `Dialogue:` line.
fn read_substation(text: &str, document: &mut Document) {
    const FIELDS: usize = 10;
    let mut fields = FIELDS;
    let mut body = BodyBuilder::with_capacity(text.len() / 2);
    let mut in_events = false;
    for (number, range) in (1u32..).zip(line_ranges(text)) {
        let line = text[range].trim();
        if line.starts_with('[') && line.ends_with(']') {
            in_events = line == "[Events]";
        } else if let Some(title) = line.strip_prefix("Title:") {
            if !in_events && !title.trim().is_empty() {
                document.title = one_line(title);
            }
        } else if !in_events {
            continue;
        } else if let Some(format) = line.strip_prefix("Format:") {
            fields = format.split(',').count();
        } else if let Some(dialogue) = line.strip_prefix("Dialogue:")
            && let Some(spoken) = dialogue.splitn(fields, ',').nth(fields - 1)
        {
            for part in spoken.split("\\N").flat_map(|part| part.split("\\n")) {
                push_text(&mut body, &without_tags(&part.replace("\\h", " ")), number);
            }
        }
    }
    body.finish(document);
}

fn push_text(body: &mut BodyBuilder, text: &str, line: u32) {
    let text = text.trim();
    if !text.is_empty() {
        body.push(text, line);
        body.end_line();
    }
}

/// The text without `<i>` and `{\an8}`, character references replaced. A `<` that begins no tag
/// stays.
fn without_tags(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr2(b'<', b'{', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (close, begins): (char, fn(char) -> bool) = if rest.starts_with('<') {
            ('>', |c| c.is_ascii_alphanumeric() || c == '/')
        } else {
            ('}', |c| c == '\\')
        };
        let is_tag = rest[1..].starts_with(begins);
        // Not looked for where it does not matter: a line may hold many a `<`.
        let end = if is_tag { rest.find(close) } else { None };
        match end {
            Some(end) => rest = &rest[end + 1..],
            None if is_tag => {
                // Nothing closes any more.
                break;
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    entities::decode(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Document {
        let mut document = Document::default();
        read(text, &mut document);
        document
    }

    #[test]
    fn subrip_gives_its_lines() {
        let document = file(
            "1\n00:00:01,000 --> 00:00:02,500\n<i>你好</i>，世界\n2024\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}a < b\n",
        );
        assert_eq!(document.body, "你好，世界\n2024\na < b\n");
        let lines: Vec<_> = (1..=3).map(|n| document.lines.source_line(n)).collect();
        assert_eq!(lines, [3, 4, 8]);
    }

    #[test]
    fn text_is_kept_where_its_times_are_missing_or_mistyped() {
        let document = file(
            "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 -> 00:00:04,000\ntwo\n\n\
             behind an empty line\n\n3\nno times\n\nX\n00:00:05,000 --> 00:00:06,000\n\nthree\n",
        );
        assert_eq!(document.body, "one\ntwo\nbehind an empty line\n3\nno times\nthree\n");
        let document = file(
            "WEBVTT - A title\nLanguage: en\n\nSTYLE\n::cue {}\n\nNOTE not this\nnor this\n\n\
             lost times\n\nname\n00:01.000 --> 00:02.000\nNOTE well\n",
        );
        assert_eq!(document.body, "lost times\nNOTE well\n");
        assert_eq!(document.lang.as_deref(), Some("en"));
    }

    #[test]
    fn webvtt_gives_its_cues_and_language() {
        let document = file(
            "WEBVTT\nKind: captions\nLanguage: zh-CN\n\nNOTE\nnot this\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v 李>一 &amp; 二</v>\n",
        );
        assert_eq!(
            (document.body.as_str(), document.lang.as_deref()),
            ("一 & 二\n", Some("zh-CN"))
        );
        assert_eq!(document.lines.source_line(1), 10);
    }

    #[test]
    fn a_line_of_signs_that_begin_no_tags_takes_linear_time() {
        // A search for `>` from every sign would look at some 10¹² bytes.
        let line = "< ".repeat(1_000_000);
        assert_eq!(without_tags(&line), line);
    }

    #[test]
    fn substation_gives_its_dialogue() {
        let document = file(
            "[Script Info]\nTitle: 电影\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n\
             Dialogue: 0,0:00:01.00,0:00:02.00,Default,{\\b1}你好,\\N世界\nComment: 0,0,0,x,no\n",
        );
        assert_eq!((document.title.as_str(), document.body.as_str()), ("电影", "你好,\n世界\n"));
        assert_eq!((document.lines.source_line(1), document.lines.source_line(2)), (6, 6));
    }
}
