//! Counting the values of fields over the documents that match.
//!
//! `folder` is no field of its own: it leads through the paths level by level. Its values are the
//! folders just below the deepest one that holds everything that matches.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;

use rustc_hash::FxHashMap;
use tantivy::Searcher;
use tantivy::columnar::{Column, DynamicColumn, StrColumn};
use time::OffsetDateTime;

use crate::api::Facet;
use crate::bits::Bits;
use crate::filter::{columns, has_values, is_field, no_field, open_columns, resolve};
use crate::moment::moment;
use crate::texts::each_text;

/// Most values told of one field.
const MOST_VALUES: usize = 50;
/// The name under which folders are counted, unless the index has a field of that name.
const FOLDER: &str = "folder";

/// For each field, as the request names it, its values with the numbers of documents that have them, most
/// frequent first, then in order of the value. A field that no document has gives no values.
pub(crate) fn count(
    searcher: &Searcher,
    matching: &[Bits],
    fields: &[String],
) -> tantivy::Result<BTreeMap<String, Vec<Facet>>> {
    let segments = searcher.segment_readers();
    let mut out = BTreeMap::new();
    for field in fields {
        let meant = resolve(segments, field);
        let by_folder = meant == FOLDER && !is_field(segments, &meant);
        let names = columns(if by_folder { "path" } else { &meant });
        let mut counts: FxHashMap<String, u64> = FxHashMap::default();
        for (ord, matching) in matching.iter().enumerate() {
            let reader = searcher.segment_reader(ord as u32);
            for (column, of_times) in open_columns(reader, &names)? {
                match column {
                    DynamicColumn::Str(paths) if by_folder => {
                        count_parents(&paths, matching, &mut counts)?;
                    }
                    column => count_column(&column, of_times, matching, &mut counts)?,
                }
            }
        }
        if by_folder {
            counts = below_common(&counts);
        }
        let mut values: Vec<_> =
            counts.into_iter().map(|(value, count)| Facet { value, count }).collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(MOST_VALUES);
        out.insert(field.clone(), values);
    }
    Ok(out)
}

/// A note for each of the fields that no document has.
pub(crate) fn unknown(searcher: &Searcher, fields: &[String]) -> Vec<String> {
    let segments = searcher.segment_readers();
    let unknown = fields.iter().filter(|field| *field != FOLDER && !has_values(segments, field));
    unknown.filter_map(|field| no_field(segments, field, "count")).collect()
}

/// Counts documents by the values of a column; of one `of_times` only moments are meant.
fn count_column(
    column: &DynamicColumn,
    of_times: bool,
    matching: &Bits,
    counts: &mut FxHashMap<String, u64>,
) -> io::Result<()> {
    match column {
        DynamicColumn::Str(column) => {
            count_texts(column, matching, |text, count| {
                let value = match moment(text) {
                    Some(moment) => year(moment),
                    None if of_times => return,
                    None => text.to_owned(),
                };
                *counts.entry(value).or_default() += count;
            })?;
        }
        DynamicColumn::I64(column) => count_values(column, matching, |v| v.to_string(), counts),
        DynamicColumn::U64(column) => count_values(column, matching, |v| v.to_string(), counts),
        DynamicColumn::F64(column) => count_values(column, matching, |v| v.to_string(), counts),
        DynamicColumn::Bool(column) => count_values(column, matching, |v| v.to_string(), counts),
        // Moments are all different: they are counted by year.
        DynamicColumn::DateTime(column) => {
            count_values(column, matching, |v| year(v.into_utc()), counts);
        }
        DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => {}
    }
    Ok(())
}

/// The year of a moment in four digits, as conditions on times name it.
fn year(moment: OffsetDateTime) -> String {
    format!("{:04}", moment.year())
}

/// Counts documents by the values of a column, as `show` writes them.
fn count_values<T: PartialOrd + Copy + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    matching: &Bits,
    show: impl Fn(T) -> String,
    counts: &mut FxHashMap<String, u64>,
) {
    each(
        matching,
        |doc| column.values_for_doc(doc).map(&show),
        |value| *counts.entry(value).or_default() += 1,
    );
}

/// Calls `add` with all values of the matching documents; with those that one document has several
/// times, once.
fn each<T: Ord, I: Iterator<Item = T>>(
    matching: &Bits,
    values: impl Fn(u32) -> I,
    mut add: impl FnMut(T),
) {
    let mut of_one = Vec::new();
    for doc in matching.iter() {
        of_one.extend(values(doc));
        of_one.sort_unstable();
        of_one.dedup();
        of_one.drain(..).for_each(&mut add);
    }
}

/// Counts documents by the folder their path lies in.
fn count_parents(
    paths: &StrColumn,
    matching: &Bits,
    counts: &mut FxHashMap<String, u64>,
) -> io::Result<()> {
    count_texts(paths, matching, |path, count| {
        let Some((folder, _)) = path.rsplit_once('/') else { return };
        match counts.get_mut(folder) {
            Some(sum) => *sum += count,
            None => drop(counts.insert(folder.to_owned(), count)),
        }
    })
}

/// Calls `add` with each text that matching documents have, and how many have it.
fn count_texts(
    column: &StrColumn,
    matching: &Bits,
    mut add: impl FnMut(&str, u64),
) -> io::Result<()> {
    let mut ords = Vec::new();
    each(matching, |doc| column.term_ords(doc), |ord| ords.push(ord));
    ords.sort_unstable();
    let runs: Vec<&[u64]> = ords.chunk_by(|a, b| a == b).collect();
    let distinct: Vec<u64> = runs.iter().map(|run| run[0]).collect();
    let mut counts = runs.iter().map(|run| run.len() as u64);
    each_text(column, &distinct, |_, text| add(text, counts.next().unwrap_or(0)))
}

/// Folders with their counts, each replaced by its ancestor just below the deepest folder that is
/// common to all; that folder itself stands for what lies right in it.
fn below_common(folders: &FxHashMap<String, u64>) -> FxHashMap<String, u64> {
    let parts = |folder: &str| folder.split('/').map(str::to_owned).collect::<Vec<_>>();
    let common = folders.keys().map(|folder| parts(folder)).reduce(|mut common, other| {
        let same = common.iter().zip(&other).take_while(|(a, b)| a == b).count();
        common.truncate(same);
        common
    });
    let depth = common.map_or(0, |common| common.len());
    let mut out = FxHashMap::default();
    for (folder, count) in folders {
        let shown = folder.split('/').take(depth + 1).collect::<Vec<_>>().join("/");
        *out.entry(shown).or_default() += count;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(folders: &[(&str, u64)]) -> BTreeMap<String, u64> {
        let folders = folders.iter().map(|&(folder, count)| (folder.to_owned(), count)).collect();
        below_common(&folders).into_iter().collect()
    }

    #[test]
    fn folders_are_told_one_level_below_what_is_common_to_all() {
        let counted = below(&[("/库/a", 1), ("/库/a/b/c", 2), ("/库/d", 3), ("/库", 4)]);
        let expected = [("/库", 4), ("/库/a", 3), ("/库/d", 3)];
        assert_eq!(counted, expected.map(|(f, n)| (f.to_owned(), n)).into());
        let counted = below(&[("/lib/abc/x", 1), ("/lib/abd/x", 2)]);
        let expected = [("/lib/abc", 1), ("/lib/abd", 2)];
        assert_eq!(counted, expected.map(|(f, n)| (f.to_owned(), n)).into());
        assert_eq!(below(&[("/only", 5)]), [("/only".to_owned(), 5)].into());
        assert!(below(&[]).is_empty());
    }
}
