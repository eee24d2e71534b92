//! Counting the values of fields over the documents that match.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tantivy::Searcher;
use tantivy::columnar::DynamicColumn;

use crate::api::Facet;
use crate::bits::Bits;
use crate::filter::column;

/// Most values told of one field.
const MOST_VALUES: usize = 50;

/// For each field its values with their counts, most frequent first, then in order of the value. A
/// field that no document has gives no values.
pub(crate) fn count(
    searcher: &Searcher,
    matching: &[Bits],
    fields: &[String],
) -> tantivy::Result<BTreeMap<String, Vec<Facet>>> {
    let mut out = BTreeMap::new();
    for field in fields {
        let mut counts: FxHashMap<String, u64> = FxHashMap::default();
        for (ord, matching) in matching.iter().enumerate() {
            let reader = searcher.segment_reader(ord as u32);
            for handle in reader.fast_fields().dynamic_column_handles(&column(field))? {
                count_column(&handle.open()?, matching, &mut counts);
            }
        }
        let mut values: Vec<_> =
            counts.into_iter().map(|(value, count)| Facet { value, count }).collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(MOST_VALUES);
        out.insert(field.clone(), values);
    }
    Ok(out)
}

fn count_column(column: &DynamicColumn, matching: &Bits, counts: &mut FxHashMap<String, u64>) {
    let mut add = |value: String, count| *counts.entry(value).or_default() += count;
    match column {
        DynamicColumn::Str(column) => {
            let mut by_ord: FxHashMap<u64, u64> = FxHashMap::default();
            for doc in matching.iter() {
                column.term_ords(doc).for_each(|ord| *by_ord.entry(ord).or_default() += 1);
            }
            for (ord, count) in by_ord {
                let mut value = String::new();
                if column.ord_to_str(ord, &mut value).is_ok() {
                    add(value, count);
                }
            }
        }
        DynamicColumn::I64(column) => {
            each(matching, |doc| column.first(doc).map(|v| v.to_string()), add)
        }
        DynamicColumn::U64(column) => {
            each(matching, |doc| column.first(doc).map(|v| v.to_string()), add)
        }
        DynamicColumn::F64(column) => {
            each(matching, |doc| column.first(doc).map(|v| v.to_string()), add)
        }
        DynamicColumn::Bool(column) => {
            each(matching, |doc| column.first(doc).map(|v| v.to_string()), add)
        }
        // Moments are all different: they are counted by year.
        DynamicColumn::DateTime(column) => {
            each(matching, |doc| column.first(doc).map(|v| v.into_utc().year().to_string()), add);
        }
        DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => {}
    }
}

fn each(matching: &Bits, value: impl Fn(u32) -> Option<String>, mut add: impl FnMut(String, u64)) {
    matching.iter().filter_map(value).for_each(|value| add(value, 1));
}
