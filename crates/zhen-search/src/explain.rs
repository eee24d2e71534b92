//! Why a document matches a query, or why it does not.

use serde::Serialize;
use tantivy::{DocAddress, Searcher};

use crate::api::Via;
use crate::bm25::{self, Score};
use crate::gains::Holding;
use crate::plan::{Holds, ListKind, Origin, Plan};
use crate::rank::Prepared;

/// An account of one document and one query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Document id.
    pub id: String,
    /// Whether it holds every word, and every condition does too.
    pub matches: bool,
    /// The score by which hits are ordered: the sum of the parts, and what holding words adds.
    pub score: f32,
    /// What holding words adds: two thirds of the parts' sum with every word as typed, less with some of
    /// them or with what stands for them; as much as puts it first where the only word is held as typed;
    /// and 0 where not every condition is met.
    pub held_words: f32,
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

/// A word of the query, as the query was segmented.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedWord {
    /// The word as typed.
    pub word: String,
    /// Whether the document holds it, as typed or otherwise.
    pub held: bool,
    /// As what the word was looked for.
    pub tried: Vec<Tried>,
}

/// As what a word was looked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The term.
    pub term: String,
    /// By which road it was found; null for the word as typed and its stem.
    pub via: Option<Via>,
    /// Whether the document holds it.
    pub held: bool,
    /// How many documents hold it in this field, at most.
    pub documents: u64,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedPart {
    /// Field in which the term stands.
    pub field: String,
    /// The term.
    pub term: String,
    /// The word of the query that it stands for; null for a piece of the text as typed.
    pub query: Option<String>,
    /// By which road it was found; null for what was typed.
    pub via: Option<Via>,
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
    let mut words: Vec<ExplainedWord> = plan
        .groups
        .iter()
        .map(|word| ExplainedWord { word: word.clone(), held: false, tried: Vec::new() })
        .collect();
    let mut typed = vec![false; words.len()];
    let mut parts: Vec<(Option<usize>, Score, ExplainedPart)> = Vec::new();
    for (at, term) in plan.terms.iter().enumerate() {
        let part = prepared.part(at, address)?;
        let name = describe(&term.origin, plan);
        let road = term.road.and_then(|road| plan.roads.get(road));
        let via = road.map(|(_, via)| *via);
        if let Some(group) = term.group {
            let word = &mut words[group];
            word.held |= part.is_some();
            typed[group] |= part.is_some() && term.holds() == Holds::Typed;
            let documents = prepared.df(at);
            match word.tried.iter_mut().find(|tried| tried.term == name && tried.via == via) {
                Some(tried) => {
                    tried.held |= part.is_some();
                    tried.documents = tried.documents.max(documents);
                }
                None => {
                    let held = part.is_some();
                    word.tried.push(Tried { term: name.clone(), via, held, documents });
                }
            }
        }
        let Some((frequency, score)) = part.filter(|(_, score)| *score > 0) else { continue };
        let part = ExplainedPart {
            field: searcher.schema().get_field_name(term.field).to_owned(),
            term: name,
            query: road.map(|(typed, _)| typed.clone()),
            via,
            frequency,
            documents: prepared.df(at),
            score: bm25::shown(score),
        };
        // Of what competes for a word, the best counts.
        match parts.iter_mut().find(|(slot, ..)| term.slot.is_some() && *slot == term.slot) {
            Some((_, best, _)) if *best >= score => {}
            Some((_, best, best_part)) => (*best, *best_part) = (score, part),
            None => parts.push((term.slot, score, part)),
        }
    }
    let sum = parts.iter().fold(0, |sum: Score, (_, score, _)| sum.saturating_add(*score));
    let held = words.iter().filter(|word| word.held).count();
    let matches = conditions && held == words.len();
    let typed = typed.into_iter().filter(|&is_typed| is_typed).count();
    let holding = Holding { typed, otherwise: held - typed };
    let held_words = if conditions { prepared.gains().of(sum, holding) } else { 0 };
    let mut parts: Vec<_> = parts.into_iter().map(|(.., part)| part).collect();
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.term.cmp(&b.term)));
    Ok(Explanation {
        id: id.to_owned(),
        matches,
        score: bm25::shown(sum.saturating_add(held_words)),
        held_words: bm25::shown(held_words),
        words,
        conditions,
        parts,
        notes: Vec::new(),
    })
}

fn describe(origin: &Origin, plan: &Plan) -> String {
    match origin {
        Origin::Term(_, text) => text.as_ref().to_owned(),
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
