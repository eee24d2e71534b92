//! Conditions on fields, over the columns of a segment.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::{Bound as Limit, RangeBounds as _};

use tantivy::columnar::{Column, DynamicColumn, StrColumn};
use tantivy::{DateTime, SegmentReader};
use time::OffsetDateTime;
use zhen_index::schema::name;
use zhen_query::{Bound, Node, NodeKind, Value};
use zhen_text::fold::fold_to_string;

use crate::api::SearchError;
use crate::bits::Bits;
use crate::moment::{moment, span, span_begun, within};
use crate::number::Number;

/// `name:value`, ready to be asked of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    columns: Vec<String>,
    test: Test,
    /// As it was asked for, for taking it anew once it is known what field is meant.
    asked: (String, Value),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Exists,
    /// The folded value is this, or (for `lang`) a sub-tag of it, or (for paths) holds it.
    Text {
        text: String,
        how: How,
        number: Option<Number>,
    },
    /// Numbers and dates between two values; text in byte order, unless an end is a number or date.
    Range {
        /// `None` where an end is no number.
        numbers: Option<(Limit<Number>, Limit<Number>)>,
        dates: (Limit<i64>, Limit<i64>),
        texts: Option<(Limit<String>, Limit<String>)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Whole,
    Holds,
    Begins,
    Tag,
}

/// `duplicates:ID` asks for the documents that are nearly the same as one; it is no column.
pub(crate) const DUPLICATES: &str = "duplicates";

/// Names under which a field of the schema is known to users.
fn core_column(field: &str) -> Option<&'static str> {
    Some(match field {
        "id" => name::ID,
        "path" | "file" => name::PATH,
        "lang" | "language" => name::LANG,
        "kind" | "type" => name::KIND,
        "time" | "date" => name::TIME,
        "tag" | "tags" => name::TAGS,
        _ => return None,
    })
}

/// Before the name of a records' own field that would else be taken for one of the schema.
const OWN: char = '\u{1}';

/// Names of the schema's fields that a records' own field of the same name takes the place of. The
/// records' `id`, `path`, `lang`, `kind`, `time` and `tags` are the schema's fields.
const ALIASES: [&str; 5] = ["file", "language", "type", "date", "tag"];

/// The name under which [`column`] and [`Condition`] know the field that is meant: the records' own
/// where the index has one of that name, otherwise the schema's; and of a name with dots the member of
/// a member, unless the index has only one whose own name holds them.
pub(crate) fn resolve(segments: &[SegmentReader], field: &str) -> String {
    let has = |name: &str| has_column(segments, &column(name));
    let own = format!("{OWN}{field}");
    if ALIASES.contains(&field) && has(&own) {
        return own;
    }
    if field.contains('.') && !has(field) {
        let dotted = field.replace('.', "\\.");
        if has(&dotted) {
            return dotted;
        }
    }
    field.to_owned()
}

fn has_column(segments: &[SegmentReader], column: &str) -> bool {
    segments.iter().any(|segment| {
        segment.fast_fields().dynamic_column_handles(column).is_ok_and(|found| !found.is_empty())
    })
}

/// Refuses to sort by a field that no document has, or that has no order.
pub(crate) fn check_sort(segments: &[SegmentReader], field: &str) -> Result<(), SearchError> {
    if has_values(segments, field) {
        return Ok(());
    }
    Err(SearchError::Invalid(format!(
        "cannot sort by {field:?}; fields to sort by are {}, each with :desc for the largest first",
        names_of_fields(segments),
    )))
}

/// Looks at the conditions on fields below `node`, of which nothing is told when it is run: gives a
/// note for each field that no document has.
///
/// # Errors
/// What is said of the first value that is compared with times and is none.
pub(crate) fn check(segments: &[SegmentReader], node: &Node) -> Result<Vec<String>, String> {
    let mut unknown = BTreeSet::new();
    let mut no_time = None;
    node.walk(&mut |node| {
        let NodeKind::Field { name, value } = &node.kind else { return };
        if !is_field(segments, name) {
            unknown.insert(name.as_str());
        } else if core_column(&resolve(segments, name)) == Some(self::name::TIME) {
            no_time = no_time.take().or_else(|| no_time_in(value).map(|text| (name, text)));
        }
    });
    if let Some((name, text)) = no_time {
        return Err(format!(
            "`{name}` is compared with {text:?}, which is no time; write 2024, 2024-05, 2024-05-21, \
             20240521 or 2024-05-21T10:00:00Z, also with .. between two"
        ));
    }
    let note = |field| no_field(segments, field, "filter");
    Ok(unknown.into_iter().filter_map(note).collect())
}

/// What a condition compares with times although it is none.
fn no_time_in(value: &Value) -> Option<&str> {
    let end = |bound| match bound {
        &Bound::Open => None,
        Bound::Included(text) | Bound::Excluded(text) => Some(text),
    };
    let texts = match value {
        Value::Exists => [None, None],
        Value::Word(text) | Value::Phrase(text) | Value::Prefix(text) => [Some(text), None],
        Value::Range { from, to } => [end(from), end(to)],
    };
    let named = if matches!(value, Value::Prefix(_)) { span_begun } else { span };
    texts
        .into_iter()
        .flatten()
        .map(String::as_str)
        .find(|text| named(&fold_to_string(text)).is_none())
}

/// What is said of a field that no document has and somebody wants to `use_it` by: filter, count.
pub(crate) fn no_field(segments: &[SegmentReader], field: &str, use_it: &str) -> Option<String> {
    // Of an index without documents it is not known what fields they are going to have.
    (!segments.is_empty()).then(|| {
        let names = names_of_fields(segments);
        format!("there is no field {field:?} to {use_it} by; fields there are: {names}")
    })
}

/// Whether documents may have values of this field that can be ordered and counted.
pub(crate) fn has_values(segments: &[SegmentReader], field: &str) -> bool {
    core_column(field).is_some()
        || has_column(segments, &column(&resolve(segments, field)))
        // Of an index without documents it is not known what fields they are going to have.
        || segments.is_empty()
}

/// The fields that have values, for a message.
fn names_of_fields(segments: &[SegmentReader]) -> String {
    let own = format!("{}.", name::META);
    let columns = segments.iter().filter_map(|segment| segment.fields_metadata().ok()).flatten();
    let mut names: BTreeSet<String> = columns
        .filter_map(|column| column.field_name.strip_prefix(&own).map(str::to_owned))
        .collect();
    names.extend(["id", "kind", "lang", "path", "time", "tags"].map(str::to_owned));
    let mut shown: Vec<String> = names.into_iter().collect();
    let more = shown.len() > MOST_NAMED;
    shown.truncate(MOST_NAMED);
    shown.join(", ") + if more { " and others" } else { "" }
}

/// Most fields that a message names.
const MOST_NAMED: usize = 20;

/// The column that holds a field, by the name that users know it by.
pub(crate) fn column(field: &str) -> String {
    if let Some(own) = field.strip_prefix(OWN) {
        return format!("{}.{own}", name::META);
    }
    core_column(field).map_or_else(|| format!("{}.{}", name::META, field), str::to_owned)
}

/// The columns that hold a field, by the name that users know it by. A moment that the column of times
/// cannot hold stands as text in one of the records' own.
pub(crate) fn columns(field: &str) -> Vec<String> {
    let mut columns = vec![column(field)];
    if columns[0] == name::TIME {
        columns.push(distant_times());
    }
    columns
}

/// The columns of a segment with the names that [`columns`] gave, each with whether only moments are
/// meant of it; numbers are none.
pub(crate) fn open_columns(
    segment: &SegmentReader,
    names: &[String],
) -> tantivy::Result<Vec<(DynamicColumn, bool)>> {
    use DynamicColumn::{F64, I64, U64};
    let mut opened = Vec::new();
    for name in names {
        let of_times = *name == distant_times();
        for handle in segment.fast_fields().dynamic_column_handles(name)? {
            let column = handle.open()?;
            if !(of_times && matches!(column, I64(_) | U64(_) | F64(_))) {
                opened.push((column, of_times));
            }
        }
    }
    Ok(opened)
}

/// The column of the moments that the column of times cannot hold; a value of it that is none is not
/// meant by `time`.
fn distant_times() -> String {
    format!("{}.{}", name::META, name::TIME)
}

/// Whether some segment has a field of this name.
pub(crate) fn is_field(segments: &[SegmentReader], field: &str) -> bool {
    if core_column(field).is_some() || matches!(field, "title" | "body" | DUPLICATES) {
        return true;
    }
    has_column(segments, &column(&resolve(segments, field)))
}

impl Condition {
    /// `field:value`.
    pub(crate) fn new(field: &str, value: &Value) -> Self {
        let how = match core_column(field) {
            Some(name::PATH) => How::Holds,
            Some(name::LANG) => How::Tag,
            _ => How::Whole,
        };
        let is_time = core_column(field) == Some(name::TIME);
        let text = |text: String, how| Test::Text { number: Number::parse(&text), text, how };
        let times = |dates| Test::Range { numbers: None, dates, texts: None };
        let test = match value {
            Value::Exists if is_time => times((Limit::Unbounded, Limit::Unbounded)),
            Value::Exists => Test::Exists,
            kind @ (Value::Word(value) | Value::Phrase(value) | Value::Prefix(value)) => {
                let folded = fold_to_string(value);
                let how = if matches!(kind, Value::Prefix(_)) { How::Begins } else { how };
                let named = if how == How::Begins { span_begun(&folded) } else { span(&folded) };
                match named.filter(|_| is_time) {
                    // A date stands for the day, month or year it names, as does what begins with it.
                    Some((from, to)) => times((Limit::Included(from), Limit::Excluded(to))),
                    None => text(folded, how),
                }
            }
            Value::Range { from, to } => {
                let (from, to) = (folded(from), folded(to));
                let dates = (date(&from, false), date(&to, true));
                match is_time {
                    true => times(dates),
                    false => Test::Range {
                        numbers: number(&from).zip(number(&to)),
                        dates,
                        texts: (!is_measured(&from) && !is_measured(&to))
                            .then(|| (plain(&from), plain(&to))),
                    },
                }
            }
        };
        Self { columns: columns(field), test, asked: (field.to_owned(), value.clone()) }
    }

    /// The same condition on the field that is meant in these segments: see [`resolve`].
    pub(crate) fn resolved(&self, segments: &[SegmentReader]) -> Self {
        let (field, value) = &self.asked;
        Self::new(&resolve(segments, field), value)
    }

    /// The documents in the given language, in any script or region.
    pub(crate) fn lang(tag: &str) -> Self {
        Self::new("lang", &Value::Word(tag.to_owned()))
    }

    /// The documents of the segment for which it holds.
    pub(crate) fn bits(&self, segment: &SegmentReader) -> tantivy::Result<Bits> {
        let mut bits = Bits::none(segment.max_doc());
        for column in &self.columns {
            for handle in segment.fast_fields().dynamic_column_handles(column)? {
                self.test.collect(&handle.open()?, segment.max_doc(), &mut bits)?;
            }
        }
        Ok(bits)
    }
}

impl Test {
    fn collect(&self, column: &DynamicColumn, docs: u32, bits: &mut Bits) -> tantivy::Result<()> {
        match column {
            DynamicColumn::Str(column) => self.strings(column, docs, bits)?,
            DynamicColumn::I64(column) => any(column, docs, bits, |v| self.number(v.into())),
            DynamicColumn::U64(column) => any(column, docs, bits, |v| self.number(v.into())),
            DynamicColumn::F64(column) => any(column, docs, bits, |v| self.real(v)),
            DynamicColumn::Bool(column) => {
                any(column, docs, bits, |v| self.text(if v { "true" } else { "false" }));
            }
            DynamicColumn::DateTime(column) => any(column, docs, bits, |v| self.date(v)),
            DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => {}
        }
        Ok(())
    }

    fn strings(&self, column: &StrColumn, docs: u32, bits: &mut Bits) -> tantivy::Result<()> {
        let mut fits = Vec::with_capacity(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            fits.push(std::str::from_utf8(terms.key()).is_ok_and(|term| self.text(term)));
        }
        each(docs, bits, |doc| {
            column.term_ords(doc).any(|ord| fits.get(ord as usize).copied().unwrap_or(false))
        });
        Ok(())
    }

    fn text(&self, value: &str) -> bool {
        match self {
            Self::Exists => true,
            Self::Text { text, how, .. } => {
                let value = fold_to_string(value);
                match how {
                    How::Whole => {
                        let is_within =
                            |moment: OffsetDateTime| within(text, moment.unix_timestamp());
                        value == *text || moment(&value).is_some_and(is_within)
                    }
                    How::Holds => value.contains(text.as_str()),
                    How::Begins => value.starts_with(text.as_str()),
                    How::Tag => value
                        .strip_prefix(text.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
                }
            }
            Self::Range { texts: Some(texts), .. } => texts.contains(&fold_to_string(value)),
            // Text may hold numbers and dates too; 面议 is no price.
            Self::Range { numbers, dates, texts: None } => {
                let value = fold_to_string(value);
                Number::parse(&value)
                    .is_some_and(|value| numbers.is_some_and(|numbers| numbers.contains(&value)))
                    || span(&value).is_some_and(|(from, _)| dates.contains(&from))
            }
        }
    }

    fn number(&self, value: Number) -> bool {
        match self {
            Self::Exists => true,
            Self::Text { number, .. } => *number == Some(value),
            Self::Range { numbers, .. } => numbers.is_some_and(|numbers| numbers.contains(&value)),
        }
    }

    /// A column with fractions has rounded its whole numbers too.
    fn real(&self, value: f64) -> bool {
        match self {
            Self::Exists => true,
            Self::Text { number, .. } => number.is_some_and(|number| number.real() == value),
            Self::Range { numbers, .. } => numbers.is_some_and(|(from, to)| {
                (from.map(Number::real), to.map(Number::real)).contains(&value)
            }),
        }
    }

    fn date(&self, value: DateTime) -> bool {
        match self {
            Self::Exists => true,
            Self::Range { dates, .. } => dates.contains(&value.into_timestamp_secs()),
            Self::Text { text, .. } => within(text, value.into_timestamp_secs()),
        }
    }
}

/// The documents that have a value which `fits`.
fn any<T: PartialOrd + Copy + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    docs: u32,
    bits: &mut Bits,
    fits: impl Fn(T) -> bool,
) {
    each(docs, bits, |doc| column.values_for_doc(doc).any(&fits));
}

fn each(docs: u32, bits: &mut Bits, holds: impl Fn(u32) -> bool) {
    (0..docs).filter(|&doc| holds(doc)).for_each(|doc| bits.insert(doc));
}

/// The end as it is compared: full-width digits are digits.
fn folded(bound: &Bound) -> Bound {
    match bound {
        Bound::Open => Bound::Open,
        Bound::Included(text) => Bound::Included(fold_to_string(text)),
        Bound::Excluded(text) => Bound::Excluded(fold_to_string(text)),
    }
}

fn plain(bound: &Bound) -> Limit<String> {
    limit(bound, str::to_owned)
}

fn number(bound: &Bound) -> Option<Limit<Number>> {
    match bound {
        Bound::Open => Some(Limit::Unbounded),
        Bound::Included(text) => Number::parse(text).map(Limit::Included),
        Bound::Excluded(text) => Number::parse(text).map(Limit::Excluded),
    }
}

/// Whether an end is a number or a date, so that text which is neither lies on no side of it.
fn is_measured(bound: &Bound) -> bool {
    match bound {
        Bound::Open => false,
        Bound::Included(text) | Bound::Excluded(text) => {
            Number::parse(text).is_some() || span(text).is_some()
        }
    }
}

/// The end of a span of time: the first second of what a lower limit names, or the first after
/// what an upper limit names; the other way round for limits that lie outside.
fn date(bound: &Bound, upper: bool) -> Limit<i64> {
    match bound {
        Bound::Open => Limit::Unbounded,
        Bound::Included(text) | Bound::Excluded(text) => {
            let inside = matches!(bound, Bound::Included(_));
            match (span(text), upper, inside) {
                (None, ..) => Limit::Excluded(if upper { i64::MIN } else { i64::MAX }),
                (Some((from, _)), false, true) => Limit::Included(from),
                (Some((_, to)), false, false) => Limit::Included(to),
                (Some((_, to)), true, true) => Limit::Excluded(to),
                (Some((from, _)), true, false) => Limit::Excluded(from),
            }
        }
    }
}

fn limit<T>(bound: &Bound, value: impl Fn(&str) -> T) -> Limit<T> {
    match bound {
        Bound::Open => Limit::Unbounded,
        Bound::Included(text) => Limit::Included(value(text)),
        Bound::Excluded(text) => Limit::Excluded(value(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_ranges_take_in_what_they_name() {
        let year = |y: &str| span(y).unwrap();
        assert_eq!(date(&Bound::Included("2023".into()), false), Limit::Included(year("2023").0));
        assert_eq!(date(&Bound::Included("2023".into()), true), Limit::Excluded(year("2023").1));
        assert_eq!(date(&Bound::Excluded("2023".into()), true), Limit::Excluded(year("2023").0));
    }
}
