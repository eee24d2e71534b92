//! Names by their sound: foreign names that nothing else knows, in the other script as documents hold
//! them.

use zhen_text::{WordKind, sound};

use super::{Asked, Candidate, Expansion, Holdings};
use crate::api::Via;
use crate::function_words;
use crate::terms::{Finding, FindingKind};
use crate::wanted::is_single_han;
use crate::weights;

/// Most Latin words of a query that are taken for names, and most runs of Chinese ones.
const MOST_NAMES: usize = 4;
const MOST_TRIED: usize = 12;
/// Most ways of writing one that are searched for, and that are looked for in documents.
const MOST_WAYS: usize = 2;
const MOST_SOUGHT: usize = 8;

/// How documents write names in the other script.
pub(super) fn find(asked: &Asked<'_>, found: &mut Vec<Expansion>) {
    let whole = found.iter().filter(|expansion| expansion.whole);
    let explained: Vec<usize> = whole.flat_map(|one| one.words.iter().copied()).collect();
    let is_unknown = |&word: &usize| !explained.contains(&word) && asked.groups[word].is_some();
    let may_be_name = |word: &usize| {
        is_unknown(word)
            && !asked.is_part(*word)
            && !function_words::is_one(&asked.words[*word].text)
    };
    let latin = asked.of_kind(WordKind::Latin).into_iter().filter(may_be_name);
    for word in latin.take(MOST_NAMES) {
        let ways = in_chinese(asked.holdings, &asked.words[word].text);
        found.extend(expansion(vec![word], &ways));
    }
    // What the dictionary does not know is cut into characters, each of which means something too.
    let is_open = |word: &usize| is_single_han(&asked.words[*word]) || is_unknown(word);
    let mut left = MOST_TRIED;
    for run in runs(asked) {
        let mut rest = run.as_slice();
        while !rest.is_empty() {
            let longest = rest.len().min(sound::MOST_CHARACTERS);
            // The longest first, for what a name is cut into may sound like another.
            let named = (1..=longest).rev().map(|count| &rest[..count]).find_map(|words| {
                let text: String = words.iter().map(|&i| asked.words[i].text.as_str()).collect();
                let may_be = sound::may_be_name(&text) && words.iter().any(is_open) && left > 0;
                left -= usize::from(may_be);
                may_be.then(|| expansion(words.to_vec(), &in_latin(asked.holdings, &text)))?
            });
            rest = &rest[named.as_ref().map_or(1, |named| named.words.len())..];
            found.extend(named);
        }
    }
}

/// Chinese words one after another that are written with characters of foreign names.
fn runs(asked: &Asked<'_>) -> Vec<Vec<usize>> {
    let is_written = |&i: &usize| asked.words[i].text.chars().all(sound::is_written_with);
    let han: Vec<usize> = asked.of_kind(WordKind::Han).into_iter().filter(is_written).collect();
    let adjoin = |a: &usize, b: &usize| asked.words[*a].folded.end == asked.words[*b].folded.start;
    han.chunk_by(adjoin).map(<[usize]>::to_vec).collect()
}

fn expansion(words: Vec<usize>, ways: &[String]) -> Option<Expansion> {
    let candidates = ways.iter().enumerate().map(|(place, text)| Candidate {
        doubtful: place > 0,
        ..Candidate::new(text.clone(), weights::SOUND / (place + 1) as f32)
    });
    let candidates: Vec<Candidate> = candidates.collect();
    (!candidates.is_empty()).then(|| Expansion::new(words, Via::Translation, candidates))
}

/// How documents write a name of Latin letters in Chinese.
fn in_chinese(holdings: Holdings<'_>, name: &str) -> Finding {
    let (terms, fields) = (holdings.terms, holdings.fields);
    terms.finding(FindingKind::SoundsInChinese, name, || {
        let follow = |a: char, b: char| {
            let gram = String::from_iter([a, b]);
            let mut fields = [fields.body_grams, fields.title_grams].into_iter();
            fields.any(|field| terms.documents_with(field, &gram).is_ok_and(|n| n > 0))
        };
        let ways = sound::in_chinese(name, follow).into_iter().take(MOST_SOUGHT);
        ways.filter(|way| holdings.stand(way)).take(MOST_WAYS).collect()
    })
}

/// How documents write a name of Chinese characters in Latin letters.
fn in_latin(holdings: Holdings<'_>, name: &str) -> Finding {
    let (terms, spellings) = (holdings.terms, holdings.spellings);
    terms.finding(FindingKind::SoundsInLatin, name, || {
        let begin = |start: &str| spellings.begins(terms.searcher(), start).unwrap_or_default();
        let ways = sound::in_latin(name, begin).into_iter().take(MOST_SOUGHT);
        ways.filter(|way| holdings.documents(way) > 0).take(MOST_WAYS).collect()
    })
}
