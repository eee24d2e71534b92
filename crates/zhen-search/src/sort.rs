//! Order by a field instead of by score.

use tantivy::DocAddress;
use tantivy::columnar::DynamicColumn;

use crate::api::Sort;
use crate::best::Ranked;
use crate::filter::{columns, open_columns, resolve};
use crate::moment::moment;
use crate::number::Number;
use crate::rank::Outcome;
use crate::terms::Terms;

/// A document's value of the field that orders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(Number),
    Text(String),
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
        let columns = open_columns(reader, &names)?;
        for doc in matching.iter() {
            let key = columns.iter().find_map(|(column, of_times)| key(column, *of_times, doc));
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

/// The value of a document; of a column `of_times` only moments are meant.
fn key(column: &DynamicColumn, of_times: bool, doc: u32) -> Option<Key> {
    let number = match column {
        DynamicColumn::Str(column) => {
            let ord = column.term_ords(doc).next()?;
            let mut text = String::new();
            column.ord_to_str(ord, &mut text).ok()?;
            match moment(&text) {
                Some(moment) => {
                    (moment.unix_timestamp() * 1000 + i64::from(moment.millisecond())).into()
                }
                None if of_times => return None,
                None => return Some(Key::Text(text)),
            }
        }
        DynamicColumn::I64(column) => column.first(doc)?.into(),
        DynamicColumn::U64(column) => column.first(doc)?.into(),
        DynamicColumn::F64(column) => column.first(doc)?.into(),
        DynamicColumn::Bool(column) => u64::from(column.first(doc)?).into(),
        DynamicColumn::DateTime(column) => column.first(doc)?.into_timestamp_millis().into(),
        DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => return None,
    };
    Some(Key::Number(number))
}
