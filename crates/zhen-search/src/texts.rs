//! The texts of a column.

use std::io;

use tantivy::columnar::StrColumn;

/// Calls `take` with the text of each of these numbers, which are in order and different. They are read in
/// the order in which they are stored, so that each block of them is decoded once.
pub(crate) fn each_text(
    column: &StrColumn,
    ords: &[u64],
    mut take: impl FnMut(u64, &str),
) -> io::Result<()> {
    let mut next = ords.iter();
    column.dictionary().sorted_ords_to_term_cb(ords, |text| {
        if let (Some(&ord), Ok(text)) = (next.next(), std::str::from_utf8(text)) {
            take(ord, text);
        }
    })?;
    Ok(())
}
