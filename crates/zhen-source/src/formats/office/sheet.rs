//! Tables, xlsx.

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use super::{Archive, end_line, push_heading_line, push_inline, referred, relations};
use crate::error::SkipReason;
use crate::lines::BodyBuilder;
use crate::markup::entities;
use crate::markup::tokens::{Dialect, Token, Tokens};

/// Reads the sheets in their order: the name of each as a heading, then a line for each row, with tabs
/// between the cells that are not empty.
pub(super) fn read(archive: &mut Archive, body: &mut BodyBuilder) -> Result<(), SkipReason> {
    let main = archive.main_part("xl/workbook.xml")?;
    let workbook = archive.needed(&main)?;
    let relations = relations(archive, &main)?;
    let mut part_of = |kind: &str| match relations.iter().find(|r| r.kind.ends_with(kind)) {
        Some(relation) => archive.part(&relation.part),
        None => Ok(None),
    };
    let values = Values {
        strings: Strings::read(&part_of("/sharedStrings")?.unwrap_or_default()),
        dates: date_styles(&part_of("/styles")?.unwrap_or_default()),
        epoch: epoch(&workbook),
    };
    for (part, name) in referred(&workbook, "sheet", &relations) {
        if let Some(xml) = archive.part(&part)? {
            read_sheet(&xml, &name, &values, archive.limit, body)?;
        }
    }
    Ok(())
}

/// What the cells of all sheets refer to.
struct Values {
    strings: Strings,
    /// Which styles, by their number, show a date or a time.
    dates: Vec<Option<Shown>>,
    /// The day 0.
    epoch: Option<Date>,
}

/// How a number is shown that stands for a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Date,
    Time,
    Both,
}

/// Strings that cells name by their number.
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn read(xml: &str) -> Self {
        let mut strings = Self { text: String::new(), ends: Vec::new() };
        let (mut in_text, mut in_phonetic) = (false, false);
        for token in Tokens::new(xml, Dialect::Xml) {
            match token {
                Token::Start { name, closed, .. } => match name.as_ref() {
                    "t" => in_text = !closed && !in_phonetic,
                    // How the text is pronounced.
                    "rPh" => in_phonetic = !closed,
                    "si" if closed => strings.ends.push(strings.text.len()),
                    _ => {}
                },
                Token::End { name } => match name.as_ref() {
                    "t" => in_text = false,
                    "rPh" => in_phonetic = false,
                    "si" => strings.ends.push(strings.text.len()),
                    _ => {}
                },
                Token::Text { raw, .. } if in_text => {
                    strings.text.push_str(&entities::decode(raw));
                }
                _ => {}
            }
        }
        strings
    }

    fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |last| self.ends[last]);
        Some(&self.text[start..end])
    }
}

fn read_sheet(
    xml: &str,
    name: &str,
    values: &Values,
    limit: u64,
    body: &mut BodyBuilder,
) -> Result<(), SkipReason> {
    let mut is_named = false;
    let (mut kind, mut style) = (String::new(), None);
    let (mut value, mut in_value, mut in_phonetic) = (String::new(), false, false);
    for token in Tokens::new(xml, Dialect::Xml) {
        match token {
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "c" => {
                    value.clear();
                    kind = attributes.get("t").unwrap_or_default().into_owned();
                    style = attributes.get("s").and_then(|style| style.parse::<usize>().ok());
                }
                "v" | "t" => in_value = !closed && !in_phonetic,
                "rPh" => in_phonetic = !closed,
                _ => {}
            },
            Token::Text { raw, .. } if in_value => value.push_str(&entities::decode(raw)),
            Token::End { name: end } => match end.as_ref() {
                "v" | "t" => in_value = false,
                "rPh" => in_phonetic = false,
                "c" => {
                    let shown = values.show(&kind, style, &value);
                    let shown = shown.as_deref().unwrap_or(&value).trim();
                    if shown.is_empty() {
                        continue;
                    }
                    if !is_named {
                        push_heading_line(body, name);
                        is_named = true;
                    }
                    if !body.at_line_start() {
                        body.push("\t", 1);
                    }
                    push_inline(body, shown);
                    value.clear();
                    // A long string may be named by very many cells.
                    if body.len() as u64 > limit {
                        return Err(SkipReason::Bomb { limit });
                    }
                }
                "row" => end_line(body),
                _ => {}
            },
            _ => {}
        }
    }
    end_line(body);
    Ok(())
}

impl Values {
    /// What a cell shows, where that is not its value as it is stored.
    fn show(&self, kind: &str, style: Option<usize>, value: &str) -> Option<String> {
        match kind {
            "s" => {
                let string = value.trim().parse().ok().and_then(|number| self.strings.get(number));
                Some(string.unwrap_or_default().to_owned())
            }
            "b" => Some(if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned()),
            "" | "n" => {
                let number: f64 = value.trim().parse().ok()?;
                match self.dates.get(style.unwrap_or(0)).copied().flatten() {
                    Some(shown) => self.moment(number, shown),
                    None => plain_number(value.trim(), number),
                }
            }
            _ => None,
        }
    }

    /// The point in time `days` after the day 0.
    fn moment(&self, days: f64, shown: Shown) -> Option<String> {
        const SECONDS_PER_DAY: f64 = 86_400.0;
        if !(0.0..3_000_000.0).contains(&days) {
            return None;
        }
        let seconds = (days * SECONDS_PER_DAY).round() as i64;
        let midnight = PrimitiveDateTime::new(self.epoch?, Time::MIDNIGHT);
        let moment = midnight.checked_add(Duration::seconds(seconds))?;
        let (date, time) = (moment.date(), moment.time());
        let day = format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day());
        let clock = match time.second() {
            0 => format!("{:02}:{:02}", time.hour(), time.minute()),
            second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
        };
        Some(match shown {
            Shown::Date => day,
            Shown::Time => clock,
            Shown::Both => format!("{day} {clock}"),
        })
    }
}

/// A number to the 15 digits that are shown at most: 0.1 + 0.2 is stored as 0.30000000000000004.
fn plain_number(stored: &str, number: f64) -> Option<String> {
    let is_shown_so = stored.len() <= 15 && !stored.contains(['e', 'E']);
    if is_shown_so || !(1e-9..1e15).contains(&number.abs()) {
        return None;
    }
    let rounded: f64 = format!("{number:.14e}").parse().ok()?;
    Some(rounded.to_string())
}

/// The day from which days are counted: numbers before March of 1900 are a day off, since Lotus took
/// that year for a leap year.
fn epoch(workbook: &str) -> Option<Date> {
    let is_1904 = Tokens::new(workbook, Dialect::Xml).any(|token| match token {
        Token::Start { name, attributes, .. } if name == "workbookPr" => {
            attributes.get("date1904").is_some_and(|value| matches!(value.as_ref(), "1" | "true"))
        }
        _ => false,
    });
    if is_1904 {
        Date::from_calendar_date(1904, Month::January, 1).ok()
    } else {
        Date::from_calendar_date(1899, Month::December, 30).ok()
    }
}

/// Which of the styles that cells name show a date or a time.
fn date_styles(xml: &str) -> Vec<Option<Shown>> {
    let mut formats = std::collections::HashMap::new();
    let mut styles = Vec::new();
    let mut in_styles = false;
    for token in Tokens::new(xml, Dialect::Xml) {
        match token {
            Token::Start { name, attributes, closed } => match name.as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) =
                        (attributes.get("numFmtId"), attributes.get("formatCode"))
                    {
                        formats.insert(id.into_owned(), shown_by(&code));
                    }
                }
                "cellXfs" => in_styles = !closed,
                "xf" if in_styles => {
                    let id = attributes.get("numFmtId").unwrap_or_default();
                    styles.push(match formats.get(id.as_ref()) {
                        Some(&shown) => shown,
                        None => built_in(id.parse().unwrap_or(0)),
                    });
                }
                _ => {}
            },
            Token::End { name } if name == "cellXfs" => in_styles = false,
            _ => {}
        }
    }
    styles
}

/// The formats that have numbers in the standard, those of East Asian versions included.
fn built_in(id: u32) -> Option<Shown> {
    match id {
        14..=17 | 27..=31 | 36 | 50..=54 | 57..=58 => Some(Shown::Date),
        18..=21 | 32..=35 | 45 | 47 | 55..=56 => Some(Shown::Time),
        22 => Some(Shown::Both),
        _ => None,
    }
}

/// What a format code shows; letters in quotes, in brackets and behind `\` are text.
fn shown_by(code: &str) -> Option<Shown> {
    let (mut date, mut time) = (false, false);
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => characters.by_ref().take_while(|&c| c != '"').for_each(drop),
            '[' => characters.by_ref().take_while(|&c| c != ']').for_each(drop),
            '\\' | '_' | '*' => drop(characters.next()),
            'y' | 'Y' | 'd' | 'D' => date = true,
            'h' | 'H' | 's' | 'S' => time = true,
            // Further sections are for negative numbers and text.
            ';' => break,
            _ => {}
        }
    }
    match (date, time) {
        (true, true) => Some(Shown::Both),
        (true, false) => Some(Shown::Date),
        (false, true) => Some(Shown::Time),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_tell_dates_from_numbers() {
        for (code, shown) in [
            ("yyyy\\-mm\\-dd", Some(Shown::Date)),
            ("[$-804]yyyy\"年\"m\"月\"d\"日\";@", Some(Shown::Date)),
            ("h:mm:ss", Some(Shown::Time)),
            ("yyyy/m/d h:mm", Some(Shown::Both)),
            ("#,##0.00_);[Red](#,##0.00)", None),
            ("0\" days\"", None),
            ("General", None),
        ] {
            assert_eq!(shown_by(code), shown, "{code}");
        }
    }
}
