//! Whether an engine's hits are right, before anything is said of its speed.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use zhen_source::Document;

use crate::Outcome;
use crate::engine::{Answer, Claim, Reading, Searcher, TOP, Way};
use crate::runs::{is_han, runs, spread};
use crate::truth::{Texts, probes, spaced_words, standing_alone};

/// Queries of which the answers are looked at.
const ANSWERS: usize = 200;
/// The same for a way that is slow.
const FEW_ANSWERS: usize = 10;
/// Texts looked for.
const PROBES: usize = 200;

/// Something that held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// What.
    pub(crate) what: String,
    /// In how many cases it was looked at.
    pub(crate) cases: usize,
    /// Hits that it was about.
    pub(crate) hits: u64,
}

/// Checks an engine that has indexed `documents`.
///
/// # Errors
/// The first thing that does not hold.
pub(crate) fn check(
    searcher: &dyn Searcher,
    documents: &[Document],
    queries: &[String],
) -> Outcome<Vec<Check>> {
    let mut checks = vec![check_answers(searcher, documents, queries)?];
    match searcher.claim() {
        Claim::Substrings(reading) => {
            checks.push(check_substrings(searcher, documents, queries, reading)?);
        }
        Claim::Words => {
            checks.push(check_spaced_words(searcher, &spaced_words(documents, PROBES))?);
            checks.push(check_standing_alone(searcher, &standing_alone(documents, PROBES))?);
            checks.push(check_shared(searcher, documents, queries)?);
        }
    }
    // A comparison of engines that find nothing would pass all of the above.
    match checks.iter().find(|check| check.cases == 0 || check.hits == 0) {
        Some(check) => Err(format!("nothing was found to check that {}", check.what).into()),
        None => Ok(checks),
    }
}

/// Each answer by itself, and ways that should find the same against each other.
fn check_answers(
    searcher: &dyn Searcher,
    documents: &[Document],
    queries: &[String],
) -> Outcome<Check> {
    let titles: HashMap<&str, &str> =
        documents.iter().map(|document| (document.id.as_str(), document.title.as_str())).collect();
    let mut totals: HashMap<(&str, &str), u64> = HashMap::new();
    let (mut cases, mut hits) = (0, 0);
    for (number, way) in searcher.ways().iter().enumerate() {
        let asked: Vec<&String> =
            queries.iter().filter(|query| searcher.answers(number, query)).collect();
        let mut snippets = 0;
        let mut listed = 0;
        for query in spread(&asked, if way.sampled { FEW_ANSWERS } else { ANSWERS }) {
            let wrong = |what: String| format!("{}, “{query}”: {what}", way.name);
            let answer = searcher.search(number, query)?;
            check_answer(way, &answer, &titles).map_err(wrong)?;
            let whole =
                answer.total.is_none_or(|total| shows_enough(searcher, way, &answer, total));
            if !whole {
                let (hits, total) = (answer.hits.len(), answer.total.unwrap_or_default());
                return Err(wrong(format!("{hits} hits are shown of {total}")).into());
            }
            if let Some(total) = answer.total {
                let known = *totals.entry((way.finds, query.as_str())).or_insert(total);
                if known != total {
                    return Err(wrong(format!("{total} documents, {known} asked otherwise")).into());
                }
            }
            cases += 1;
            hits += answer.total.unwrap_or(answer.hits.len() as u64);
            listed += answer.hits.len();
            snippets += answer.hits.iter().filter(|hit| !hit.snippets.is_empty()).count();
        }
        if way.snippets && listed > 0 && snippets * 2 < listed {
            let few = format!("{snippets} of {listed} hits have a piece of text");
            return Err(format!("{}: {few}", way.name).into());
        }
    }
    let what = "answers hold known documents once each, best first, as many as they count";
    Ok(Check { what: what.to_owned(), cases, hits })
}

/// Whether as many hits are shown as there should be when `total` documents match.
fn shows_enough(searcher: &dyn Searcher, way: &Way, answer: &Answer, total: u64) -> bool {
    let hits = answer.hits.len() as u64;
    match (way.lists, searcher.folds_duplicates()) {
        (false, _) => hits == 0,
        (true, false) => hits == total.min(TOP as u64),
        (true, true) => hits <= total && (hits == 0) == (total == 0),
    }
}

fn check_answer(way: &Way, answer: &Answer, titles: &HashMap<&str, &str>) -> Result<(), String> {
    let hits = answer.hits.len();
    if hits > TOP || way.counts != answer.total.is_some() {
        return Err(format!("{hits} hits, total {:?}", answer.total));
    }
    let mut seen = BTreeSet::new();
    for hit in &answer.hits {
        if !seen.insert(&hit.id) {
            return Err(format!("{} is there twice", hit.id));
        }
        if titles.get(hit.id.as_str()) != Some(&hit.title.as_str()) {
            return Err(format!("there is no document {} titled {}", hit.id, hit.title));
        }
    }
    let falls = answer.hits.windows(2).all(|pair| pair[0].score >= pair[1].score);
    if way.ranked && !falls {
        return Err("a worse hit comes first".to_owned());
    }
    Ok(())
}

/// What is found for a text must be exactly the documents in which it stands.
fn check_substrings(
    searcher: &dyn Searcher,
    documents: &[Document],
    queries: &[String],
    reading: Reading,
) -> Outcome<Check> {
    let lowered = Texts::new(documents, Reading::Lowered);
    let folded = Texts::new(documents, Reading::Folded);
    let probes = probes(documents, queries, [&lowered, &folded], PROBES);
    let texts = match reading {
        Reading::Lowered => &lowered,
        Reading::Folded => &folded,
    };
    let mut hits = 0;
    for probe in &probes {
        let found = searcher.containing(probe)?;
        compare(probe, &found, &texts.containing(probe))?;
        // Whatever an engine folds, it must not lose what stands there as it was typed.
        if let Some(id) =
            lowered.containing(probe).iter().find(|id| !found.iter().any(|found| found == *id))
        {
            return Err(format!("“{probe}” stands in {id}, which is not found").into());
        }
        hits += found.len() as u64;
    }
    let what = match reading {
        Reading::Lowered => "a Chinese text finds exactly the documents in which it stands",
        Reading::Folded => {
            "a Chinese text finds exactly the documents in which it stands, in either script, across \
             white space"
        }
    };
    Ok(Check { what: what.to_owned(), cases: probes.len(), hits })
}

/// Whether `found` are exactly the `expected` documents, each once.
fn compare(text: &str, found: &[String], expected: &BTreeSet<&str>) -> Result<(), String> {
    let ids: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    if ids.len() < found.len() {
        return Err(format!("“{text}” finds a document twice"));
    }
    if let Some(id) = expected.difference(&ids).next() {
        return Err(format!("“{text}” stands in {id}, which is not found"));
    }
    if let Some(id) = ids.difference(expected).next() {
        return Err(format!("“{text}” finds {id}, in which it does not stand"));
    }
    Ok(())
}

/// How many documents have any word of `query`, by the engine.
fn total(searcher: &dyn Searcher, query: &str) -> Outcome<u64> {
    let answer = searcher.search(searcher.any_word(), query)?;
    answer.total.ok_or_else(|| "the way that looks for any word must count".into())
}

/// Latin words that always stand between spaces must be found exactly as often.
fn check_spaced_words(searcher: &dyn Searcher, words: &[(String, u64)]) -> Outcome<Check> {
    for (word, stands) in words {
        let found = total(searcher, word)?;
        if found != *stands {
            return Err(format!("{word} stands in {stands} documents, {found} are found").into());
        }
    }
    Ok(Check {
        what: "a Latin word that stands between spaces only is found exactly as often".to_owned(),
        cases: words.len(),
        hits: words.iter().map(|(_, stands)| stands).sum(),
    })
}

/// Chinese that stands by itself must be found at least there.
fn check_standing_alone(searcher: &dyn Searcher, texts: &[(String, u64)]) -> Outcome<Check> {
    for (text, stands) in texts {
        let found = total(searcher, text)?;
        if found < *stands {
            let only = format!("only {found} documents are found");
            return Err(format!("{text} stands by itself in {stands} documents, {only}").into());
        }
    }
    Ok(Check {
        what: "a Chinese word that stands by itself is found at least there".to_owned(),
        cases: texts.len(),
        hits: texts.iter().map(|(_, stands)| stands).sum(),
    })
}

/// The best hits must have something of the query in them.
fn check_shared(
    searcher: &dyn Searcher,
    documents: &[Document],
    queries: &[String],
) -> Outcome<Check> {
    let texts = Texts::new(documents, Reading::Lowered);
    let by_id = texts.by_id();
    let (mut cases, mut hits) = (0, 0);
    for query in spread(queries, ANSWERS) {
        let answer = searcher.search(searcher.any_word(), query)?;
        for hit in &answer.hits {
            let text = by_id.get(hit.id.as_str()).copied().unwrap_or_default();
            if !shares(&query.to_lowercase(), text) {
                return Err(format!("“{query}” finds {}, which has no word of it", hit.id).into());
            }
        }
        cases += usize::from(!answer.hits.is_empty());
        hits += answer.hits.len() as u64;
    }
    let what = "each of the best hits holds a word or character of the query";
    Ok(Check { what: what.to_owned(), cases, hits })
}

/// Whether a Chinese character or a Latin word of `query` stands in `text`.
fn shares(query: &str, text: &str) -> bool {
    runs(query).into_iter().any(|run| {
        let words = run.split(is_han).filter(|word| !word.is_empty());
        words.into_iter().any(|word| text.contains(word))
            || run.chars().filter(|&c| is_han(c)).any(|c| text.contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Hit;

    const WAY: Way = Way {
        name: "made up",
        counts: true,
        lists: true,
        snippets: false,
        ranked: true,
        sampled: false,
        finds: "all",
    };

    /// An engine that finds the documents in which a query stands, with a fault.
    struct Made<'a> {
        documents: &'a [Document],
        claim: Claim,
        fault: fn(&mut Vec<String>),
    }

    impl Searcher for Made<'_> {
        fn ways(&self) -> &'static [Way] {
            &[WAY]
        }

        fn search(&self, _way: usize, query: &str) -> Outcome<Answer> {
            let ids = self.containing(query)?;
            let title = |id: &String| {
                let document = self.documents.iter().find(|document| document.id == *id);
                document.map_or_else(String::new, |document| document.title.clone())
            };
            let hits = ids.iter().take(TOP).map(|id| Hit {
                id: id.clone(),
                title: title(id),
                score: 1.0,
                snippets: Vec::new(),
            });
            Ok(Answer { hits: hits.collect(), total: Some(ids.len() as u64) })
        }

        fn claim(&self) -> Claim {
            self.claim
        }

        fn containing(&self, text: &str) -> Outcome<Vec<String>> {
            let texts = Texts::new(self.documents, Reading::Lowered);
            let mut ids: Vec<String> =
                texts.containing(text).into_iter().map(str::to_owned).collect();
            (self.fault)(&mut ids);
            Ok(ids)
        }
    }

    fn documents() -> Vec<Document> {
        let document = |id: &str, title: &str, body: &str| Document {
            id: id.into(),
            title: title.into(),
            body: body.into(),
            ..Document::default()
        };
        vec![
            document("a", "针", "大海捞针，简单。 needle"),
            document("b", "词典", "大海捞针，简单。 needle"),
            document("c", "", "图书馆的开放时间"),
        ]
    }

    fn run(claim: Claim, fault: fn(&mut Vec<String>)) -> Result<usize, String> {
        let documents = documents();
        let queries = ["大海捞针", "needle", "图书馆"].map(str::to_owned);
        let made = Made { documents: &documents, claim, fault };
        check(&made, &documents, &queries).map(|all| all.len()).map_err(|error| error.to_string())
    }

    const SUBSTRINGS: Claim = Claim::Substrings(Reading::Lowered);

    #[test]
    fn an_engine_that_keeps_its_claim_passes() {
        assert_eq!(run(SUBSTRINGS, |_| ()), Ok(2));
        assert_eq!(run(Claim::Words, |_| ()), Ok(4));
    }

    #[test]
    fn a_document_too_few_or_too_many_fails() {
        let few = run(SUBSTRINGS, |ids| {
            ids.pop();
        });
        assert!(few.as_ref().is_err_and(|error| error.contains("which is not found")), "{few:?}");
        let many = run(SUBSTRINGS, |ids| {
            if !ids.iter().any(|id| id == "c") {
                ids.push("c".to_owned());
            }
        });
        assert!(many.as_ref().is_err_and(|error| error.contains("does not stand")), "{many:?}");
        let few = run(Claim::Words, |ids| {
            ids.pop();
        });
        assert!(few.as_ref().is_err_and(|error| error.contains("2 documents")), "{few:?}");
    }

    #[test]
    fn an_engine_that_finds_nothing_at_all_fails() {
        let nothing = run(Claim::Words, Vec::clear);
        assert!(nothing.is_err(), "{nothing:?}");
    }

    #[test]
    fn a_document_twice_or_from_nowhere_fails() {
        let twice = run(SUBSTRINGS, |ids| ids.extend(ids.clone()));
        assert!(twice.as_ref().is_err_and(|error| error.contains("twice")), "{twice:?}");
        let nowhere = run(SUBSTRINGS, |ids| ids.push("x".to_owned()));
        assert!(
            nowhere.as_ref().is_err_and(|error| error.contains("no document x")),
            "{nowhere:?}"
        );
    }

    #[test]
    fn as_many_hits_are_shown_as_are_counted() {
        let documents = documents();
        let made = Made { documents: &documents, claim: SUBSTRINGS, fault: |_| () };
        let answer = made.search(0, "needle").unwrap();
        assert!(shows_enough(&made, &WAY, &answer, 2));
        assert!(!shows_enough(&made, &WAY, &answer, 3));
        assert!(!shows_enough(&made, &Way { lists: false, ..WAY }, &answer, 2));
    }

    #[test]
    fn hits_must_fall_in_score() {
        let titles = HashMap::from([("a", "t"), ("b", "t")]);
        let hit =
            |id: &str, score| Hit { id: id.into(), title: "t".into(), score, snippets: Vec::new() };
        let answer = |hits, total| Answer { hits, total: Some(total) };
        let check = |answer: Answer| check_answer(&WAY, &answer, &titles);
        assert_eq!(check(answer(vec![hit("a", 2.0), hit("b", 1.0)], 2)), Ok(()));
        assert!(check(answer(vec![hit("a", 1.0), hit("b", 2.0)], 2)).is_err());
        assert!(check(answer(vec![hit("a", f64::NAN), hit("b", 1.0)], 2)).is_err());
    }

    #[test]
    fn something_shared_is_a_latin_word_or_a_chinese_character() {
        assert!(shares("词典 needle", "a needle"));
        assert!(shares("词典needle", "针典"));
        assert!(!shares("词典 needle", "an eye"));
    }
}
