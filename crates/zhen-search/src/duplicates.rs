//! Near-duplicates: documents whose text is nearly that of a better hit are folded into it.
//!
//! Two documents are near duplicates when title and body are the same after folding, or when the
//! [signatures](zhen_text::signature) of their bodies say that these are nearly so. What is compared is the text alone,
//! so neither the order of indexing nor segments matter. The relation is not transitive; a document is
//! folded into the best hit before it that it is near.

use rustc_hash::FxHashMap;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, DocId, Searcher};
use zhen_index::duplicates::MOST_COUNTED;
use zhen_index::{DuplicateCounts, Fields, Looks, LooksColumns};

use crate::best::Ranked;
use crate::bits::Bits;
use crate::postings::reopen;

/// Compares the documents of one commit.
pub(crate) struct Duplicates<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    /// By segment.
    columns: &'a [LooksColumns],
    /// What was counted beforehand.
    counts: Option<&'a DuplicateCounts>,
}

impl<'a> Duplicates<'a> {
    pub(crate) fn new(searcher: &'a Searcher, fields: Fields, columns: &'a [LooksColumns]) -> Self {
        Self { searcher, fields, columns, counts: None }
    }

    /// With the counts of the same commit.
    pub(crate) fn with_counts(self, counts: Option<&'a DuplicateCounts>) -> Self {
        Self { counts, ..self }
    }

    /// How many other documents are known to be near this one.
    fn known(&self, address: DocAddress) -> Option<u32> {
        self.counts.and_then(|counts| counts.of(address))
    }

    fn looks(&self, address: DocAddress) -> Looks {
        self.columns[address.segment_ord as usize].of(address.doc_id)
    }

    /// The first `most` of the documents, in their order, without those that are near one before them.
    pub(crate) fn fold(&self, ranked: &[Ranked], most: usize) -> Vec<Ranked> {
        let mut kept: Vec<(Ranked, Looks)> = Vec::new();
        // The last of those kept with a number, and for each number of one kept the one before.
        let mut last: FxHashMap<u64, usize> = FxHashMap::default();
        let mut links: Vec<(usize, Option<usize>)> = Vec::new();
        for one in ranked {
            if kept.len() == most {
                break;
            }
            // What has none is near none of those before.
            let looks = match self.known(one.address) {
                Some(0) => Looks::Nothing,
                _ => self.looks(one.address),
            };
            let alike = looks.bands().any(|band| {
                let mut link = last.get(&band).map(|&at| links[at]);
                std::iter::from_fn(|| {
                    let (at, before) = link?;
                    link = before.map(|before| links[before]);
                    Some(at)
                })
                .any(|at| looks.is_near(&kept[at].1))
            });
            if !alike {
                for band in looks.bands() {
                    let before = last.insert(band, links.len());
                    links.push((kept.len(), before));
                }
                kept.push((*one, looks));
            }
        }
        kept.into_iter().map(|(ranked, _)| ranked).collect()
    }

    /// How many other documents of the index are near this one, at most [`MOST_COUNTED`].
    pub(crate) fn count(&self, address: DocAddress) -> tantivy::Result<u32> {
        if let Some(count) = self.known(address) {
            return Ok(count);
        }
        let mut count = 0;
        self.visit(address, |other| {
            count += u32::from(other != address);
            count < MOST_COUNTED
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
        let mut seen: Vec<DocId> = Vec::new();
        let mut postings: Option<BlockSegmentPostings> = None;
        for (ord, segment) in (0..).zip(self.searcher.segment_readers()) {
            let index = segment.inverted_index(self.fields.bands)?;
            seen.clear();
            for band in looks.bands() {
                let term = Term::from_field_u64(self.fields.bands, band);
                let Some(info) = index.get_term_info(&term)? else { continue };
                // The document itself: most are like no other.
                if ord == address.segment_ord && info.doc_freq == 1 {
                    continue;
                }
                let postings = reopen(&mut postings, &index, &info, IndexRecordOption::Basic)?;
                let known = seen.len();
                loop {
                    let docs = postings.docs();
                    if docs.is_empty() {
                        break;
                    }
                    for &doc in docs {
                        if seen[..known].binary_search(&doc).is_ok() {
                            continue;
                        }
                        seen.push(doc);
                        let other = DocAddress::new(ord, doc);
                        if !segment.is_deleted(doc)
                            && self.columns[ord as usize].is_near(doc, &looks)
                            && !visit(other)
                        {
                            return Ok(());
                        }
                    }
                    postings.advance();
                }
                seen.sort_unstable();
            }
        }
        Ok(())
    }
}
