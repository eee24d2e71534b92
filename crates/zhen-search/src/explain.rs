//! Why a document matches a query, or why it does not.

use serde::Serialize;
use tantivy::{DocAddress, Searcher};

use crate::bm25;
use crate::plan::{ListKind, Origin, Plan};
use crate::rank::Prepared;

/// An account of one document and one query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Document id.
    pub id: String,
    /// Whether it holds every word, and every condition does too.
    pub matches: bool,
    /// The sum of the parts, as in the order of hits (a document that holds every word is preferred
    /// by a quarter of its score).
    pub score: f32,
    /// The words that a document should hold, and whether this one does.
    pub words: Vec<ExplainedWord>,
    /// Whether phrases, conditions on fields, filters and whatever stands under OR and NOT hold.
    pub conditions: bool,
    /// What the score is made of, largest part first.
    pub parts: Vec<ExplainedPart>,
    /// What in the query could not be read as meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A word of the query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedWord {
    /// The word as typed.
    pub word: String,
    /// Whether the document holds it.
    pub held: bool,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedPart {
    /// Field in which the term stands.
    pub field: String,
    /// The term.
    pub term: String,
    /// How often the document holds it.
    pub frequency: u32,
    /// How many documents hold it.
    pub documents: u64,
    /// What it adds.
    pub score: f32,
}

pub(crate) fn explain(
    prepared: &Prepared<'_>,
    plan: &Plan,
    searcher: &Searcher,
    address: DocAddress,
    id: &str,
) -> tantivy::Result<Explanation> {
    let segment = address.segment_ord as usize;
    let mut conditions = true;
    for mask in &plan.mask {
        conditions &= prepared.mask(mask, segment)?.contains(address.doc_id);
    }
    let mut held = vec![false; plan.groups.len()];
    let mut parts = Vec::new();
    for (at, term) in plan.terms.iter().enumerate() {
        let Some((frequency, score)) = prepared.part(at, address)? else { continue };
        if let Some(group) = term.group {
            held[group] = true;
        }
        if score > 0 {
            parts.push(ExplainedPart {
                field: searcher.schema().get_field_name(term.field).to_owned(),
                term: describe(&term.origin, plan),
                frequency,
                documents: prepared.df(at),
                score: bm25::shown(score),
            });
        }
    }
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.term.cmp(&b.term)));
    let words = plan.groups.iter().zip(&held);
    let words: Vec<_> =
        words.map(|(word, &held)| ExplainedWord { word: word.clone(), held }).collect();
    Ok(Explanation {
        id: id.to_owned(),
        matches: conditions && held.iter().all(|&held| held),
        score: parts.iter().map(|part| part.score).sum(),
        words,
        conditions,
        parts,
        notes: Vec::new(),
    })
}

fn describe(origin: &Origin, plan: &Plan) -> String {
    match origin {
        Origin::Term(_, text) => text.clone(),
        Origin::List(at) => match &plan.lists[*at].kind {
            ListKind::Phrase(grams) => {
                use zhen_text::unit::GramPattern::{Begins, Is};
                let grams = grams.iter().map(|gram| match gram {
                    Is(gram) => gram.clone(),
                    Begins(start) => format!("{start}*"),
                });
                format!("\"{}\"", grams.collect::<Vec<_>>().join(" "))
            }
            ListKind::Prefix(start) => format!("{start}*"),
            ListKind::Fuzzy(word, edits) => format!("{word}~{edits}"),
        },
    }
}
