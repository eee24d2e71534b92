//! Near-duplicates: documents whose text is nearly that of a better hit are folded into it.
//!
//! Two documents are near duplicates when title and body are the same after folding, or when the
//! [signatures](zhen_text::signature) of their bodies say that these are nearly so. What is compared is the text alone,
//! so neither the order of indexing nor segments matter. The relation is not transitive; a document is
//! folded into the best hit before it that it is near.

use rustc_hash::FxHashMap;
use tantivy::columnar::Column;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, DocId, DocSet, Searcher, TERMINATED};
use zhen_index::Fields;
use zhen_index::schema::name;
use zhen_text::signature::{Signature, WORDS};

use crate::bits::Bits;
use crate::rank::Ranked;

/// Most near-duplicates of one hit that are counted.
pub(crate) const MOST_COUNTED: usize = 10_000;

/// What is compared of a document.
#[derive(Debug, Clone, Copy)]
struct Looks {
    /// Hash of the folded title and body; `None` when there is no text.
    content: Option<u64>,
    /// `None` for a short text.
    signature: Option<Signature>,
}

impl Looks {
    fn is_near(&self, other: &Self) -> bool {
        let same = self.content.is_some() && self.content == other.content;
        same || self.signature.zip(other.signature).is_some_and(|(a, b)| a.is_near(&b))
    }

    /// Numbers of which near duplicates share one.
    fn bands(&self) -> Vec<u64> {
        match &self.signature {
            // The same text has the same signature.
            Some(signature) => signature.bands().collect(),
            None => self.content.into_iter().collect(),
        }
    }
}

/// Compares the documents of one commit.
pub(crate) struct Duplicates<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    /// For each segment: hashes of texts, and signatures.
    columns: Vec<(Column<u64>, Column<u64>)>,
}

impl<'a> Duplicates<'a> {
    pub(crate) fn new(searcher: &'a Searcher, fields: Fields) -> tantivy::Result<Self> {
        let columns = searcher.segment_readers().iter().map(|segment| {
            // A segment in which no document has a value has no column.
            let column = |name| {
                let column = segment.fast_fields().column_opt::<u64>(name)?;
                let empty = || Column::build_empty_column(segment.max_doc());
                tantivy::Result::Ok(column.unwrap_or_else(empty))
            };
            Ok((column(name::CONTENT)?, column(name::SIGNATURE)?))
        });
        Ok(Self { searcher, fields, columns: columns.collect::<tantivy::Result<_>>()? })
    }

    fn looks(&self, address: DocAddress) -> Looks {
        let (content, signature) = &self.columns[address.segment_ord as usize];
        let mut words = [0; WORDS];
        let mut count = 0;
        for (word, value) in words.iter_mut().zip(signature.values_for_doc(address.doc_id)) {
            *word = value;
            count += 1;
        }
        Looks {
            content: content.first(address.doc_id),
            signature: (count == WORDS).then(|| Signature::from_words(words)),
        }
    }

    /// The first `most` of the documents, in their order, without those that are near one before them.
    pub(crate) fn fold(&self, ranked: &[Ranked], most: usize) -> Vec<Ranked> {
        let mut kept: Vec<(Ranked, Looks)> = Vec::new();
        let mut by_band: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for one in ranked {
            if kept.len() == most {
                break;
            }
            let looks = self.looks(one.address);
            let bands = looks.bands();
            let mut alike = bands.iter().filter_map(|band| by_band.get(band)).flatten();
            if !alike.any(|&at| looks.is_near(&kept[at].1)) {
                for band in bands {
                    by_band.entry(band).or_default().push(kept.len());
                }
                kept.push((*one, looks));
            }
        }
        kept.into_iter().map(|(ranked, _)| ranked).collect()
    }

    /// How many other documents of the index are near this one, at most [`MOST_COUNTED`].
    pub(crate) fn count(&self, address: DocAddress) -> tantivy::Result<u32> {
        let mut count = 0;
        self.visit(address, |other| {
            count += u32::from(other != address);
            count < MOST_COUNTED as u32
        })?;
        Ok(count)
    }

    /// The documents of the index that are near this one, and this one; a set for each segment.
    pub(crate) fn of(&self, address: DocAddress) -> tantivy::Result<Vec<Bits>> {
        let segments = self.searcher.segment_readers();
        let mut found: Vec<Bits> = segments.iter().map(|s| Bits::none(s.max_doc())).collect();
        let mut add =
            |address: DocAddress| found[address.segment_ord as usize].insert(address.doc_id);
        add(address);
        self.visit(address, |other| {
            add(other);
            true
        })?;
        Ok(found)
    }

    /// Shows `visit` each document that is near this one, once, until it says to stop. It may be shown
    /// itself.
    fn visit(
        &self,
        address: DocAddress,
        mut visit: impl FnMut(DocAddress) -> bool,
    ) -> tantivy::Result<()> {
        let looks = self.looks(address);
        for (ord, segment) in (0..).zip(self.searcher.segment_readers()) {
            let index = segment.inverted_index(self.fields.bands)?;
            let mut seen: Vec<DocId> = Vec::new();
            for band in looks.bands() {
                let term = Term::from_field_u64(self.fields.bands, band);
                let Some(info) = index.get_term_info(&term)? else { continue };
                // The document itself: most are like no other.
                if ord == address.segment_ord && info.doc_freq == 1 {
                    continue;
                }
                let mut postings =
                    index.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                let known = seen.len();
                let mut doc = postings.doc();
                while doc != TERMINATED {
                    let new = seen[..known].binary_search(&doc).is_err();
                    if new {
                        seen.push(doc);
                        let other = DocAddress::new(ord, doc);
                        if !segment.is_deleted(doc)
                            && looks.is_near(&self.looks(other))
                            && !visit(other)
                        {
                            return Ok(());
                        }
                    }
                    doc = postings.advance();
                }
                seen.sort_unstable();
            }
        }
        Ok(())
    }
}
