//! Order by a field instead of by score.

use std::cmp::Ordering;

use tantivy::columnar::DynamicColumn;
use tantivy::{DocAddress, Searcher};
use zhen_index::schema::name;

use crate::api::Sort;
use crate::filter::{column, resolve};
use crate::rank::{Outcome, Ranked};

/// A document's value of the field that orders.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// The first `most` matching documents in the order asked for; documents without the field come
/// last either way, ties are broken as everywhere.
pub(crate) fn best(
    searcher: &Searcher,
    outcome: &Outcome,
    sort: &Sort,
    most: usize,
) -> tantivy::Result<Vec<Ranked>> {
    let field = column(&resolve(searcher.segment_readers(), &sort.field));
    let mut all: Vec<(Option<Key>, Ranked)> = Vec::new();
    for (ord, matching) in outcome.matching.iter().enumerate() {
        let reader = searcher.segment_reader(ord as u32);
        let order = reader.fast_fields().u64(name::ORDER)?;
        let mut columns = Vec::new();
        for handle in reader.fast_fields().dynamic_column_handles(&field)? {
            columns.push(handle.open()?);
        }
        for doc in matching.iter() {
            let key = columns.iter().find_map(|column| key(column, doc));
            let ranked = Ranked {
                score: 0,
                order: order.first(doc).unwrap_or(0),
                address: DocAddress::new(ord as u32, doc),
            };
            all.push((key, ranked));
        }
    }
    all.sort_by(|(a, x), (b, y)| {
        let keys = match (a, b) {
            (Some(a), Some(b)) if sort.descending => b.compare(a),
            (Some(a), Some(b)) => a.compare(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        keys.then(x.order.cmp(&y.order))
    });
    all.truncate(most);
    Ok(all.into_iter().map(|(_, ranked)| ranked).collect())
}

fn key(column: &DynamicColumn, doc: u32) -> Option<Key> {
    Some(match column {
        DynamicColumn::Str(column) => {
            let ord = column.term_ords(doc).next()?;
            let mut text = String::new();
            column.ord_to_str(ord, &mut text).ok()?;
            Key::Text(text)
        }
        DynamicColumn::I64(column) => Key::Number(column.first(doc)? as f64),
        DynamicColumn::U64(column) => Key::Number(column.first(doc)? as f64),
        DynamicColumn::F64(column) => Key::Number(column.first(doc)?),
        DynamicColumn::Bool(column) => Key::Number(f64::from(u8::from(column.first(doc)?))),
        DynamicColumn::DateTime(column) => {
            Key::Number(column.first(doc)?.into_timestamp_millis() as f64)
        }
        DynamicColumn::IpAddr(_) | DynamicColumn::Bytes(_) => return None,
    })
}
