//! Why a document matches a query, or why it does not.

use serde::Serialize;
use tantivy::{DocAddress, Searcher};
use zhen_text::unit::{self, GramPattern};

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
        Origin::Term(_, text) => value_said(text).unwrap_or_else(|| text.as_ref().to_owned()),
        Origin::List(at) => match &plan.lists[*at].kind {
            ListKind::Phrase(grams) => {
                format!("\"{}\"", text_of(grams))
            }
            ListKind::Prefix(start) => format!("{start}*"),
            ListKind::Fuzzy(word, edits) => format!("{word}~{edits}"),
        },
    }
}

/// The text that grams one after another are of: 经济补偿金 of 经济, 济补, 补偿 and 偿金.
fn text_of(grams: &[GramPattern]) -> String {
    let mut text = String::new();
    for pattern in grams {
        let (GramPattern::Is(gram) | GramPattern::Begins(gram)) = pattern;
        let mut chars = gram.chars();
        let first = chars.next();
        let is_next = |c: char| text.ends_with(c) && unit::is_han(c);
        if first.is_some_and(is_next) && chars.clone().all(unit::is_han) {
            // Nothing, of the last character of a run, which stands alone too.
            text.push_str(chars.as_str());
        } else {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(gram);
        }
        if matches!(pattern, GramPattern::Begins(gram) if !gram.starts_with(unit::is_han)) {
            text.push('*');
        }
    }
    text
}

/// What the term of a value says: `= 254e8`, `= 8%`, `= 2024-05-21`, `= 2024 Q1`; `None` of other terms.
fn value_said(term: &str) -> Option<String> {
    let mut value = term.strip_prefix('=')?.chars();
    let kind = value.next()?;
    let value = value.as_str();
    let plain = value.trim_start_matches('-');
    Some(match kind {
        'p' => format!("= {value}%"),
        'o' => format!("= no. {value}"),
        't' => format!("= {value}s"),
        'c' => format!("= century {value}"),
        'y' => format!("= fiscal year {value}"),
        'q' | 'h' => {
            let (year, part) = value.rsplit_once('-')?;
            let year = year.trim_end_matches('-');
            format!("= {year} {}{part}", kind.to_ascii_uppercase()).replace("=  ", "= ")
        }
        'd' if value.starts_with("--") => format!("= {plain} of any year"),
        _ => format!("= {value}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_told_as_its_text() {
        for text in ["经济补偿金", "free trade", "卡拉 ok", "看看"] {
            assert_eq!(text_of(&unit::phrase(text)), text);
        }
        assert_eq!(text_of(&unit::phrase("经济 补偿")), "经济补偿");
    }

    #[test]
    fn a_value_is_told_as_people_write_it() {
        for (term, said) in [
            ("=n254e8", "= 254e8"),
            ("=p8", "= 8%"),
            ("=o3", "= no. 3"),
            ("=d2024-05-21", "= 2024-05-21"),
            ("=d--05-21", "= 05-21 of any year"),
            ("=q2024-1", "= 2024 Q1"),
            ("=q--1", "= Q1"),
            ("=h2024-2", "= 2024 H2"),
            ("=y2023", "= fiscal year 2023"),
            ("=t1990", "= 1990s"),
            ("=c20", "= century 20"),
        ] {
            assert_eq!(value_said(term).as_deref(), Some(said));
        }
        assert_eq!(value_said("词典"), None);
    }
}
