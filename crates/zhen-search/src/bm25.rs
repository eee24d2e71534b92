//! BM25 in whole numbers.
//!
//! A score is a sum over terms. Sums of floating-point numbers depend on their order, and the order
//! on how an index happens to be cut into segments; so each term's part is rounded to a whole
//! number first, and the same query over the same documents gives the same score to the last bit,
//! whatever the number of segments and threads, and ties are true ties.
//!
//! Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009;
//! the inverse document frequency is Lucene's, which is never negative.

use std::sync::OnceLock;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::{Field, Schema};

/// Saturation of the term frequency.
const K1: f32 = 1.2;
/// Weight of the length normalisation.
const B: f32 = 0.75;

/// Units of a whole-number score that make 1.0.
const UNIT: f32 = 65_536.0;

/// What the part of a term's weight that a document gains is counted in.
const WHOLE: u32 = 1 << 24;

/// A score in whole numbers; larger is better.
pub(crate) type Score = u32;

/// The score as shown to users.
pub(crate) fn shown(score: Score) -> f32 {
    score as f32 / UNIT
}

/// Lengths of a field that a field norm tells apart.
const LENGTHS: usize = 256;

/// How much of a term's weight a document gains, by how often it holds the term and how long its field
/// is: the part of BM25 that is the same for all terms of a field.
pub(crate) struct Saturation {
    /// For the frequencies from one on, of [`WHOLE`].
    few: [[u32; LENGTHS]; Self::FEW],
    /// Length normalisation.
    norms: [f32; LENGTHS],
}

impl Saturation {
    /// Frequencies up to which it is worked out beforehand.
    const FEW: usize = 24;

    /// `average` is the mean number of terms of the field over all documents.
    pub(crate) fn new(average: f32) -> Self {
        let average = average.max(1.0);
        let norms = std::array::from_fn(|id| {
            let length = FieldNormReader::id_to_fieldnorm(id as u8) as f32;
            K1 * (1.0 - B + B * length / average)
        });
        let few = std::array::from_fn(|i| norms.map(|norm| saturate(i as u32 + 1, norm)));
        Self { few, norms }
    }

    /// The part of a term's weight, of [`WHOLE`].
    #[inline]
    fn of(&self, tf: u32, norm: u8) -> u32 {
        match self.few.get((tf as usize).wrapping_sub(1)) {
            Some(few) => few[norm as usize],
            None => saturate(tf, self.norms[norm as usize]),
        }
    }
}

/// Those of the fields of one commit, worked out when first asked for.
pub(crate) struct Saturations(Vec<OnceLock<Saturation>>);

impl Saturations {
    pub(crate) fn new(schema: &Schema) -> Self {
        Self(schema.fields().map(|_| OnceLock::new()).collect())
    }

    /// That of `field`, whose `average` number of terms is asked for when it is not known.
    pub(crate) fn of(
        &self,
        field: Field,
        average: impl FnOnce() -> tantivy::Result<f32>,
    ) -> tantivy::Result<&Saturation> {
        let cell = &self.0[field.field_id() as usize];
        if let Some(known) = cell.get() {
            return Ok(known);
        }
        let made = Saturation::new(average()?);
        Ok(cell.get_or_init(|| made))
    }
}

fn saturate(tf: u32, norm: f32) -> u32 {
    let tf = tf as f32;
    (tf / (tf + norm) * WHOLE as f32) as u32
}

/// Rarity of a term that `df` of `documents` documents hold; above zero.
pub(crate) fn idf(df: u64, documents: u64) -> f32 {
    let (df, documents) = (df as f64, documents.max(df) as f64);
    (1.0 + (documents - df + 0.5) / (df + 0.5)).ln() as f32
}

/// A term's weight, ready to score documents: what it adds at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight(Score);

impl Weight {
    /// A term of rarity `idf`, counted `boost` times.
    pub(crate) fn new(idf: f32, boost: f32) -> Self {
        Self((idf * boost * (K1 + 1.0) * UNIT) as Score)
    }

    /// What it adds at most.
    pub(crate) fn most(self) -> Score {
        self.0
    }

    /// The term's part in the score of a document that holds it `tf` times, in a field whose norm
    /// is `norm`.
    #[inline]
    pub(crate) fn score(self, tf: u32, norm: u8, saturation: &Saturation) -> Score {
        let part = u64::from(self.0) * u64::from(saturation.of(tf, norm));
        (part / u64::from(WHOLE)) as Score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_terms_and_shorter_fields_score_more() {
        let saturation = Saturation::new(100.0);
        let id = FieldNormReader::fieldnorm_to_id;
        let score =
            |df, tf, length| Weight::new(idf(df, 1000), 1.0).score(tf, id(length), &saturation);
        assert!(score(1, 1, 100) > score(10, 1, 100));
        assert!(score(5, 1, 10) > score(5, 1, 100));
        assert!(score(5, 2, 100) > score(5, 1, 100));
    }

    #[test]
    fn the_score_is_that_of_the_formula_however_often_a_term_occurs() {
        let saturation = Saturation::new(10.0);
        for tf in [1, 3, 4, 5, 1000] {
            let score = shown(Weight::new(idf(1, 2), 1.0).score(tf, 10, &saturation));
            let tf = tf as f32;
            let expected = 2f32.ln() * 2.2 * tf / (tf + 1.2);
            assert!((score - expected).abs() < 1e-4, "{score} {expected}");
        }
        assert_eq!(Weight::new(1.0, 1.0).score(0, 10, &saturation), 0);
    }
}
