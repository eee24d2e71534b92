//! Counting the near-duplicates of all documents at once.
//!
//! Documents are put together band by band, and those that share a band are compared, each pair in the
//! first band that it shares. Cost: reading all signatures, a sort of the documents for each band, and
//! a comparison of some ten nanoseconds for each pair; of a million different texts, fifteen share a
//! band with one by chance, so 60 million pairs.

use rustc_hash::FxHashMap;
use tantivy::{DocAddress, Searcher};
use zhen_text::signature::Signature;

use super::MOST_COUNTED;
use super::looks::{Looks, LooksColumns};

/// An index of more documents is not counted beforehand: pairs grow with their square.
const MOST_DOCUMENTS: u64 = 1 << 20;
/// The documents of a band that more than so many share are not compared with one another.
const MOST_TOGETHER: usize = 1_024;

/// How many other documents are near one; `None` where that was too much to count.
pub(super) type Count = Option<u32>;

/// The documents that have near-duplicates, or of which it is not known, in order; `None` for an index
/// too large to be counted.
pub(super) fn count(searcher: &Searcher) -> tantivy::Result<Option<Vec<(DocAddress, Count)>>> {
    if searcher.num_docs() > MOST_DOCUMENTS {
        return Ok(None);
    }
    let mut signed: Vec<(DocAddress, Signature)> = Vec::new();
    let mut short: FxHashMap<u64, Vec<DocAddress>> = FxHashMap::default();
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        let columns = LooksColumns::open(segment)?;
        for doc in segment.doc_ids_alive() {
            let address = DocAddress::new(ord, doc);
            match columns.of(doc) {
                Looks::Signed(signature) => signed.push((address, signature)),
                Looks::Short(content) => short.entry(content).or_default().push(address),
                Looks::Nothing => {}
            }
        }
    }
    let signatures: Vec<Signature> = signed.iter().map(|(_, signature)| *signature).collect();
    let counts = of_signatures(&signatures, MOST_TOGETHER);
    let addresses = signed.iter().map(|&(address, _)| address);
    let mut found: Vec<(DocAddress, Count)> = addresses.zip(counts).collect();
    for same in short.into_values() {
        let others = (same.len() - 1).min(MOST_COUNTED as usize) as u32;
        found.extend(same.into_iter().map(|address| (address, Some(others))));
    }
    found.retain(|&(_, count)| count != Some(0));
    found.sort_unstable_by_key(|&(address, _)| address);
    Ok(Some(found))
}

/// How many of the others are near each.
fn of_signatures(signatures: &[Signature], most_together: usize) -> Vec<Count> {
    let mut counts: Vec<Count> = vec![Some(0); signatures.len()];
    let bands = signatures.first().map_or(0, |one| one.bands().count());
    for band in 0..bands {
        let of = |signature: &Signature| signature.bands().nth(band);
        let mut order: Vec<_> = signatures.iter().map(of).zip(0..).collect();
        order.sort_unstable();
        for together in order.chunk_by(|(a, _), (b, _)| a == b) {
            if together.len() > most_together {
                together.iter().for_each(|&(_, at)| counts[at as usize] = None);
                continue;
            }
            for (i, &(_, at)) in together.iter().enumerate() {
                let one = &signatures[at as usize];
                for &(_, other_at) in &together[i + 1..] {
                    let other = &signatures[other_at as usize];
                    let is_known =
                        || one.bands().zip(other.bands()).take(band).any(|(a, b)| a == b);
                    if one.is_near(other) && !is_known() {
                        for at in [at, other_at] {
                            let count = &mut counts[at as usize];
                            *count = count.map(|count: u32| (count + 1).min(MOST_COUNTED));
                        }
                    }
                }
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use zhen_text::signature::{SAMPLES, WORDS};

    use super::*;

    /// A signature of which the first `same` samples are 1 and the others are told apart by `own`.
    fn signature(same: usize, own: u8) -> Signature {
        let samples: Vec<u8> = (0..SAMPLES).map(|at| if at < same { 1 } else { own }).collect();
        let words = std::array::from_fn::<u64, WORDS, _>(|i| {
            u64::from_be_bytes(samples[i * 8..][..8].try_into().unwrap())
        });
        Signature::from_words(words)
    }

    #[test]
    fn each_pair_counts_once_whatever_the_number_of_bands_it_shares() {
        let alike = [signature(50, 2), signature(50, 3), signature(50, 4)];
        assert_eq!(of_signatures(&alike, 10), [Some(2); 3]);
        // Four bands in common and too little else.
        let apart = [signature(8, 2), signature(8, 3), signature(64, 0)];
        assert_eq!(of_signatures(&apart, 10), [Some(0); 3]);
        assert!(of_signatures(&[], 10).is_empty());
    }

    #[test]
    fn of_documents_too_many_of_which_share_a_band_nothing_is_said() {
        let alike = [signature(50, 2), signature(50, 3), signature(50, 4), signature(0, 9)];
        assert_eq!(of_signatures(&alike, 2), [None, None, None, Some(0)]);
    }
}
