//! Names that the documents, or the user, say mean the same: CPEC finds 中巴经济走廊.

use zhen_index::Aliases;
use zhen_text::WordKind;
use zhen_text::alias::key_of_folded;
use zhen_text::lexicon::Lexicon;

use super::{Asked, Candidate, Expansion};
use crate::api::Via;
use crate::function_words;
use crate::weights;

/// Most words of a query at which a name is looked for.
const MOST_STARTS: usize = 64;
/// Most words of one name.
const LONGEST: usize = 8;
/// Most other names tried of one.
const MOST: usize = 8;

/// A pair that one document states counts this much less than one that everybody uses; the more state
/// it, the less that is.
const DOUBT: f32 = 0.3;
/// What an ordinary word counts that is typed in small letters and abbreviates something elsewhere.
const ORDINARY: f32 = 0.5;

/// What the words are also called. What cannot be read is left out: the search itself will say so.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let holdings = asked.holdings;
    let aliases =
        Aliases::new(holdings.terms.searcher(), holdings.fields.aliases, holdings.hand_made);
    let simple: Vec<usize> = (0..asked.words.len())
        .filter(|&i| !matches!(asked.words[i].kind, WordKind::Compound | WordKind::Syllables))
        .collect();
    let mut at = 0;
    for _ in 0..MOST_STARTS {
        let Some(rest) = simple.get(at..).filter(|rest| !rest.is_empty()) else { return };
        at += match longest_name(asked, &aliases, rest) {
            Some((length, expansion)) => {
                found.push(expansion);
                length
            }
            None => 1,
        };
    }
}

/// The longest name that begins with the first of `words`, and how many words it has.
fn longest_name(
    asked: &Asked<'_>,
    aliases: &Aliases<'_>,
    words: &[usize],
) -> Option<(usize, Expansion)> {
    let start = asked.words[*words.first()?].folded.start;
    let mut longest = None;
    for length in 1..=words.len().min(LONGEST) {
        let words = &words[..length];
        let last = &asked.words[words[length - 1]];
        let key = key_of_folded(asked.folded.get(start..last.folded.end)?);
        let goes_on = asked.holdings.begins_name(&key).ok()?;
        let mut candidates =
            if goes_on { candidates(asked, aliases, words, &key) } else { Vec::new() };
        if candidates.is_empty()
            && last.kind == WordKind::Latin
            && let Some(other) = other_number(&key)
        {
            candidates = self::candidates(asked, aliases, words, &other);
        }
        if !candidates.is_empty() {
            longest = Some((length, Expansion::new(words.to_vec(), Via::Alias, candidates)));
        }
        if !goes_on {
            break;
        }
    }
    longest
}

/// A name that ends with a Latin word, in the plural for one, or for many: agreement for agreements, LLMs for
/// LLM, and no class for CLAs.
fn other_number(key: &str) -> Option<String> {
    let last = key.rsplit(' ').next().unwrap_or(key);
    if !last.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    match key.strip_suffix('s') {
        Some(one) => {
            (one.len() > 2 && last.len() > 3 && !one.ends_with('s')).then(|| one.to_owned())
        }
        None => (last.len() > 2).then(|| format!("{key}s")),
    }
}

/// The other names of the name with this key, which the words are.
fn candidates(
    asked: &Asked<'_>,
    aliases: &Aliases<'_>,
    words: &[usize],
    key: &str,
) -> Vec<Candidate> {
    let typed = asked.typed(words);
    let in_capitals = typed.chars().filter(|c| c.is_uppercase()).count() > 1;
    let small = words.len() == 1 && !in_capitals && key.bytes().all(|b| b.is_ascii_alphabetic());
    // Who, not the World Health Organization.
    if small && function_words::is_one(key) {
        return Vec::new();
    }
    let counterparts = aliases.of(key).unwrap_or_default();
    if counterparts.is_empty() {
        return Vec::new();
    }
    // As typed, for the key may be without the ending of a plural.
    let word = &asked.words[words[0]].text;
    let known = small && !Lexicon::builtin().to_chinese(&[word]).is_empty();
    let ordinary = known && key.len() <= 5;
    let most = counterparts.iter().map(|one| one.documents).max().unwrap_or(0).max(1);
    let mut candidates = Vec::new();
    for one in counterparts.into_iter().take(MOST) {
        let trust = match one.hand_made {
            true => 1.0,
            false => {
                let usual = (one.documents as f32 / most as f32).sqrt();
                let trust = (1.0 - DOUBT / one.documents.max(1) as f32) * usual;
                // A site is no securities investment trust enterprise.
                if known && abbreviates(key, &one.key) {
                    continue;
                }
                if ordinary { trust * ORDINARY } else { trust }
            }
        };
        // Said of one as of many: what is a large language model is one of LLMs, an LLM.
        let is_name = |other: &String| other.contains(' ') || abbreviates(other, key);
        let other = other_number(&one.key).filter(is_name);
        candidates.push(Candidate::new(one.key, weights::ALIAS * trust));
        candidates.extend(other.map(|other| Candidate::new(other, weights::ALIAS * trust)));
    }
    candidates
}

/// Whether the letters are the initials of most words of a name.
fn abbreviates(letters: &str, name: &str) -> bool {
    let words: Vec<&str> = name.split(' ').collect();
    let mut rest = letters.chars().peekable();
    for word in &words {
        if rest.peek().is_some_and(|letter| word.starts_with(*letter)) {
            rest.next();
        }
    }
    words.len() > 1 && rest.count() * 2 < letters.len()
}
