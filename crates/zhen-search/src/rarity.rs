//! How rare the terms of a plan are: the fewer documents hold a term, the more it counts.

use crate::api::Via;
use crate::bm25::idf;
use crate::plan::{Plan, ScoreTerm};
use crate::weights;

/// The rarity of each term of the plan, of which `held` says how many of the `documents` hold it.
///
/// A word as typed is no rarer than what it means: among documents of the other language the few that
/// hold it as it stands would come before all that hold the translations of every word. What stands for a
/// word counts as no rarer than the word.
pub(crate) fn rarities(plan: &Plan, held: &[u64], documents: u64) -> Vec<f32> {
    let mut meant = vec![0; plan.groups.len()];
    for (term, &held) in plan.terms.iter().zip(held) {
        if let Some(group) = term.group.filter(|_| is_translation(plan, term)) {
            meant[group] = held.max(meant[group]);
        }
    }
    let mut rarities: Vec<f32> = Vec::with_capacity(plan.terms.len());
    for (term, &held) in plan.terms.iter().zip(held) {
        let mut held = held;
        // What stands nowhere as typed is as rare as can be, for all that stands for it.
        if let (Some(group), None, 1..) = (term.group, term.road, held) {
            held = held.max(meant[group]);
        }
        let least = if term.common { weights::FUNCTION_WORD_SHARE } else { 0.0 };
        let mut rarity = idf(held.max((documents as f64 * f64::from(least)) as u64), documents);
        if let Some(standard) = term.standard {
            let words = &plan.standards[standard];
            let typed: f32 = words.iter().map(|&at| rarities[at]).sum();
            // What stands for several words counts as their root.
            rarity = rarity.min(typed / (words.len().max(1) as f32).sqrt());
        }
        rarities.push(rarity);
    }
    rarities
}

fn is_translation(plan: &Plan, term: &ScoreTerm) -> bool {
    term.road.is_some_and(|road| plan.roads[road].1 == Via::Translation)
}
