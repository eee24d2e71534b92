//! Near-duplicates: documents whose text is nearly that of a better hit are folded into it.
//!
//! Two documents are near duplicates when title and body are the same after folding, or when the
//! [signatures](zhen_text::signature) of their bodies say that these are nearly so. What is compared is the text alone,
//! so neither the order of indexing nor segments matter. The relation is not transitive; a document is
//! folded into the best hit before it that it is near.

use rustc_hash::FxHashMap;
use tantivy::columnar::Column;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, DocId, Searcher, SegmentReader};
use zhen_index::Fields;
use zhen_index::schema::name;
use zhen_text::signature::{Signature, WORDS};

use crate::bits::Bits;
use crate::postings::reopen;
use crate::rank::Ranked;

/// Most near-duplicates of one hit that are counted.
pub(crate) const MOST_COUNTED: usize = 10_000;

/// What is compared of a document.
#[derive(Debug, Clone, Copy)]
enum Looks {
    /// The same for the same text.
    Signed(Signature),
    /// Of a short text a hash of the folded title and body.
    Short(u64),
    /// Of no text.
    Nothing,
}

impl Looks {
    fn is_near(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Signed(one), Self::Signed(other)) => one.is_near(other),
            (Self::Short(one), Self::Short(other)) => one == other,
            _ => false,
        }
    }

    /// Numbers of which near duplicates share one.
    fn bands(&self) -> impl Iterator<Item = u64> {
        let (signature, content) = match self {
            Self::Signed(signature) => (Some(signature), None),
            Self::Short(content) => (None, Some(*content)),
            Self::Nothing => (None, None),
        };
        signature.into_iter().flat_map(Signature::bands).chain(content)
    }
}

/// What tells how the documents of one segment look.
pub(crate) struct LooksColumns {
    content: Column<u64>,
    signature: Column<u64>,
}

impl LooksColumns {
    pub(crate) fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        // A segment in which no document has a value has no column.
        let column = |name| {
            let column = segment.fast_fields().column_opt::<u64>(name)?;
            let empty = || Column::build_empty_column(segment.max_doc());
            tantivy::Result::Ok(column.unwrap_or_else(empty))
        };
        Ok(Self { content: column(name::CONTENT)?, signature: column(name::SIGNATURE)? })
    }

    fn of(&self, doc: DocId) -> Looks {
        let mut words = [0; WORDS];
        match self.signature_of(doc) {
            Some(start) => {
                self.signature.values.get_range(start, &mut words);
                Looks::Signed(Signature::from_words(words))
            }
            None => self.content.first(doc).map_or(Looks::Nothing, Looks::Short),
        }
    }

    /// Where the signature of a document begins among the values.
    fn signature_of(&self, doc: DocId) -> Option<u64> {
        let rows = self.signature.index.value_row_ids(doc);
        (rows.len() == WORDS).then_some(u64::from(rows.start))
    }

    /// Whether a document looks nearly as another, `looks`. Reads no more than it needs to: most
    /// documents that share a band do so by chance.
    fn is_near(&self, doc: DocId, looks: &Looks) -> bool {
        let Looks::Signed(signature) = looks else { return self.of(doc).is_near(looks) };
        let Some(start) = self.signature_of(doc) else { return false };
        let mut words = [0; WORDS];
        let (first, rest) = words.split_at_mut(WORDS / 2);
        self.signature.values.get_range(start, first);
        signature.may_be_near(first) && {
            self.signature.values.get_range(start + first.len() as u64, rest);
            signature.is_near(&Signature::from_words(words))
        }
    }
}

/// Compares the documents of one commit.
pub(crate) struct Duplicates<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    /// By segment.
    columns: &'a [LooksColumns],
}

impl<'a> Duplicates<'a> {
    pub(crate) fn new(searcher: &'a Searcher, fields: Fields, columns: &'a [LooksColumns]) -> Self {
        Self { searcher, fields, columns }
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
            let looks = self.looks(one.address);
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
