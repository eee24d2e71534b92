//! BM25 in whole numbers.
//!
//! A score is a sum over terms. Sums of floating-point numbers depend on their order, and the order
//! on how an index happens to be cut into segments; so each term's part is rounded to a whole
//! number first, and the same query over the same documents gives the same score to the last bit,
//! whatever the number of segments and threads, and ties are true ties.
//!
//! Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009;
//! the inverse document frequency is Lucene's, which is never negative.

use std::rc::Rc;

use tantivy::fieldnorm::FieldNormReader;

/// Saturation of the term frequency.
const K1: f32 = 1.2;
/// Weight of the length normalisation.
const B: f32 = 0.75;

/// Units of a whole-number score that make 1.0.
const UNIT: f32 = 65_536.0;

/// A score in whole numbers; larger is better.
pub(crate) type Score = u32;

/// The score as shown to users.
pub(crate) fn shown(score: Score) -> f32 {
    score as f32 / UNIT
}

/// Length normalisation of a field, shared by its terms, for each of the 256 lengths that a field norm tells apart.
#[derive(Clone)]
pub(crate) struct Norms {
    of: Rc<[f32; 256]>,
}

impl Norms {
    /// `average` is the mean number of terms of the field over all documents.
    pub(crate) fn new(average: f32) -> Self {
        let average = average.max(1.0);
        let mut of = [0.0; 256];
        for (id, norm) in of.iter_mut().enumerate() {
            let length = FieldNormReader::id_to_fieldnorm(id as u8) as f32;
            *norm = K1 * (1.0 - B + B * length / average);
        }
        Self { of: Rc::new(of) }
    }
}

/// Rarity of a term that `df` of `documents` documents hold; above zero.
pub(crate) fn idf(df: u64, documents: u64) -> f32 {
    let (df, documents) = (df as f64, documents.max(df) as f64);
    (1.0 + (documents - df + 0.5) / (df + 0.5)).ln() as f32
}

/// A term's weight, ready to score documents.
#[derive(Clone)]
pub(crate) struct Weight {
    factor: f32,
    norms: Norms,
}

impl Weight {
    /// A term of rarity `idf`, counted `boost` times.
    pub(crate) fn new(idf: f32, boost: f32, norms: &Norms) -> Self {
        Self { factor: idf * boost * (K1 + 1.0) * UNIT, norms: norms.clone() }
    }

    /// The term's part in the score of a document that holds it `tf` times, in a field whose norm
    /// is `norm`.
    #[inline]
    pub(crate) fn score(&self, tf: u32, norm: u8) -> Score {
        let tf = tf as f32;
        (self.factor * (tf / (tf + self.norms.of[norm as usize]))) as Score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_terms_and_shorter_fields_score_more() {
        let norms = Norms::new(100.0);
        let weight = |df| Weight::new(idf(df, 1000), 1.0, &norms);
        let id = FieldNormReader::fieldnorm_to_id;
        assert!(weight(1).score(1, id(100)) > weight(10).score(1, id(100)));
        assert!(weight(5).score(1, id(10)) > weight(5).score(1, id(100)));
        assert!(weight(5).score(2, id(100)) > weight(5).score(1, id(100)));
    }

    #[test]
    fn the_score_is_that_of_the_formula() {
        let score = shown(Weight::new(idf(1, 2), 1.0, &Norms::new(10.0)).score(3, 10));
        let expected = 2f32.ln() * 2.2 * 3.0 / (3.0 + 1.2);
        assert!((score - expected).abs() < 1e-4, "{score} {expected}");
    }
}
