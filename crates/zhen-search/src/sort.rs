//! Order by a field instead of by score.

use std::io;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tantivy::DocAddress;
use tantivy::columnar::{DynamicColumn, StrColumn};

use crate::api::Sort;
use crate::best::Ranked;
use crate::bits::Bits;
use crate::filter::{columns, open_columns, resolve};
use crate::moment::moment;
use crate::number::Number;
use crate::rank::Outcome;
use crate::terms::Terms;
use crate::texts::each_text;

/// A document's value of the field that orders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(Number),
    Text(Rc<str>),
}

/// The first `most` matching documents in the order asked for; documents without the field come
/// last either way, ties are broken as everywhere.
pub(crate) fn best(
    terms: &Terms<'_>,
    outcome: &Outcome,
    sort: &Sort,
    most: usize,
) -> tantivy::Result<Vec<Ranked>> {
    let names = columns(&resolve(terms.segments(), &sort.field));
    let mut all: Vec<(Option<Key>, u64, Ranked)> = Vec::new();
    let segments = terms.segments().iter().zip(terms.orders()?);
    for (ord, (matching, (reader, order))) in outcome.matching.iter().zip(segments).enumerate() {
        let columns = open_columns(reader, &names)?.into_iter();
        let values = columns.map(|(column, of_times)| Values::of(column, of_times, matching));
        let values = values.collect::<io::Result<Vec<_>>>()?;
        for doc in matching.iter() {
            let key = values.iter().find_map(|values| values.key(doc));
            let ranked = Ranked { score: 0, address: DocAddress::new(ord as u32, doc) };
            all.push((key, order.first(doc).unwrap_or(0), ranked));
        }
    }
    all.sort_by(|(a, x, _), (b, y, _)| {
        let keys = match (a, b) {
            (Some(a), Some(b)) if sort.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        keys.then(x.cmp(y))
    });
    all.truncate(most);
    Ok(all.into_iter().map(|(.., ranked)| ranked).collect())
}

/// The values of a column in one segment.
enum Values {
    Of(DynamicColumn),
    /// The keys of the texts that matching documents have, by number of the text.
    Texts(StrColumn, FxHashMap<u64, Key>),
}

impl Values {
    /// Those of matching documents; of a column `of_times` only moments are meant.
    fn of(column: DynamicColumn, of_times: bool, matching: &Bits) -> io::Result<Self> {
        let DynamicColumn::Str(column) = column else { return Ok(Self::Of(column)) };
        let mut ords: Vec<u64> =
            matching.iter().filter_map(|doc| column.term_ords(doc).next()).collect();
        ords.sort_unstable();
        ords.dedup();
        let mut keys = FxHashMap::default();
        each_text(&column, &ords, |ord, text| {
            let key = match moment(text) {
                Some(moment) => Key::Number(
                    (moment.unix_timestamp() * 1000 + i64::from(moment.millisecond())).into(),
                ),
                None if of_times => return,
                None => Key::Text(text.into()),
            };
            keys.insert(ord, key);
        })?;
        Ok(Self::Texts(column, keys))
    }

    /// The value of a matching document.
    fn key(&self, doc: u32) -> Option<Key> {
        let column = match self {
            Self::Texts(column, keys) => {
                return keys.get(&column.term_ords(doc).next()?).cloned();
            }
            Self::Of(column) => column,
        };
        Some(Key::Number(match column {
            DynamicColumn::I64(column) => column.first(doc)?.into(),
            DynamicColumn::U64(column) => column.first(doc)?.into(),
            DynamicColumn::F64(column) => column.first(doc)?.into(),
            DynamicColumn::Bool(column) => u64::from(column.first(doc)?).into(),
            DynamicColumn::DateTime(column) => column.first(doc)?.into_timestamp_millis().into(),
            DynamicColumn::Str(_) | DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => {
                return None;
            }
        }))
    }
}
