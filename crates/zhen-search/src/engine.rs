//! The engine: an index opened for searching, and the road from a request to its answer.

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Instant;

use tantivy::{DocAddress, IndexReader, ReloadPolicy, Searcher, TantivyError};
use zhen_index::{Fields, IndexError, VocabularyError, VocabularyFile, ZhenIndex, read_record};
use zhen_query::NodeKind;
use zhen_text::fold;
use zhen_text::pinyin::Fuzzy;

use crate::api::{
    Duplicates, Engine, Hit, Lang, SearchError, SearchRequest, SearchResponse, Suggestion,
};
use crate::best::Ranked;
use crate::bm25;
use crate::document::{self, part, unreadable};
use crate::duplicates::Duplicates as Near;
use crate::expand::Holdings;
use crate::explain::{self, Explanation};
use crate::facets;
use crate::filter::{self, Condition};
use crate::limits::{DEEPEST_HIT, LONGEST_QUERY, MOST_SUGGESTIONS, check};
use crate::passage::{self, Matcher};
use crate::plan::{Mask, Plan};
use crate::planner::Planner;
use crate::postings;
use crate::proposal;
use crate::rank::{Outcome, Prepared};
use crate::sort;
use crate::state::{Mark, State};
use crate::suggest::Suggester;
use crate::terms::Terms;
use crate::vocabulary::AskedVocabulary;

/// Documents looked at beyond those asked for, as some are folded into others; when that is too few,
/// the search is run again for more.
const FOLD_AHEAD: usize = 30;
/// Most documents looked at to fill an answer. Beyond them, hits may be missing where nearly everything
/// is nearly the same.
const DEEPEST_FOLDED: usize = 4 * DEEPEST_HIT;

/// An index opened for searching; cheap to share between threads, and it follows commits.
pub struct IndexEngine {
    index: ZhenIndex,
    vocabulary: VocabularyFile,
    reader: IndexReader,
    state: RwLock<Arc<State>>,
}

/// Everything that a plan is made from.
struct Question {
    /// Whether quoted text stands beside other words, so that its quotes may be let go.
    loosenable: bool,
    plan: Plan,
    notes: Vec<String>,
}

/// How quoted text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Strict,
    /// As words.
    Loosened,
}

impl IndexEngine {
    /// Opens the index in `dir`.
    ///
    /// # Errors
    /// [`IndexError`] when there is no index, or one this program does not read.
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        Self::new(ZhenIndex::open(dir)?)
    }

    /// An engine over an opened index.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn new(index: ZhenIndex) -> Result<Self, IndexError> {
        let mark = Mark::of(&index);
        let reader = index
            .tantivy()
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            // Documents are read by other means.
            .doc_store_cache_num_blocks(0)
            .try_into()
            .map_err(|error: TantivyError| IndexError::opening(index.dir(), error))?;
        let state = State::read(&index, &reader, mark, None)?;
        let vocabulary = VocabularyFile::new(index.dir());
        Ok(Self { index, vocabulary, reader, state: RwLock::new(Arc::new(state)) })
    }

    /// The index.
    pub fn index(&self) -> &ZhenIndex {
        &self.index
    }

    fn holdings<'a>(
        &'a self,
        state: &'a State,
        terms: &'a Terms<'a>,
        vocabulary: &'a AskedVocabulary<'a>,
    ) -> Holdings<'a> {
        Holdings {
            terms,
            spellings: &state.commit.spellings,
            names: &state.commit.names,
            fields: self.fields(),
            vocabulary,
            hand_made: &state.hand_made,
        }
    }

    /// Why [`Engine::suggest`] completes nothing, where that is for want of a vocabulary.
    ///
    /// # Errors
    /// [`SearchError::Engine`] when the index cannot be read.
    pub fn missing_vocabulary(&self) -> Result<Option<VocabularyError>, SearchError> {
        let has_documents = self.state()?.commit.searcher.num_docs() > 0;
        Ok(self.vocabulary.get().err().filter(|_| has_documents))
    }

    /// What the engine below says, as it is told to users.
    fn failed(&self, error: TantivyError) -> SearchError {
        SearchError::Engine(IndexError::engine("read", self.index.dir())(error).to_string())
    }

    fn fields(&self) -> Fields {
        self.index.fields()
    }

    /// Turns to the newest commit. Searches do so by themselves; but the marks of two commits within
    /// one tick of the file system's clock may be the same, so whoever commits says so.
    ///
    /// # Errors
    /// [`SearchError::Engine`] when the index cannot be read.
    pub fn refresh(&self) -> Result<(), SearchError> {
        self.state_at(Mark::of(&self.index), true).map(drop)
    }

    /// The newest commit.
    fn state(&self) -> Result<Arc<State>, SearchError> {
        let known = Arc::clone(&self.state.read().unwrap_or_else(|poisoned| poisoned.into_inner()));
        if known.is_current(&self.index) {
            return Ok(known);
        }
        self.state_at(Mark::of(&self.index), false)
    }

    /// The commit of that mark, read anew if `surely`.
    fn state_at(&self, mark: Mark, surely: bool) -> Result<Arc<State>, SearchError> {
        let mut state = self.state.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if surely || state.mark != mark {
            self.reader.reload().map_err(|error| self.failed(error))?;
            let newer = State::read(&self.index, &self.reader, mark, Some(&state));
            let unreadable = |error: IndexError| SearchError::Engine(error.to_string());
            *state = Arc::new(newer.map_err(unreadable)?);
        }
        Ok(Arc::clone(&state))
    }

    fn question(
        &self,
        state: &State,
        terms: &Terms<'_>,
        request: &SearchRequest,
        quotes: Quotes,
    ) -> Result<Question, SearchError> {
        let mut notes = Vec::from_iter(state.problem.clone());
        let query = match request.query.char_indices().nth(LONGEST_QUERY) {
            Some((end, _)) => {
                notes.push(format!(
                    "the query is longer than {LONGEST_QUERY} characters; what follows was not searched"
                ));
                &request.query[..end]
            }
            None => &request.query,
        };
        let segments = state.commit.searcher.segment_readers();
        let parsed = zhen_query::parse_with(query, &|name| filter::is_field(segments, name));
        notes.extend(parsed.notes.iter().map(ToString::to_string));
        let vocabulary = AskedVocabulary::of(&self.vocabulary);
        let planner = Planner {
            analyzer: &state.analyzer,
            fields: self.fields(),
            synonyms: &state.synonyms,
            holdings: self.holdings(state, terms, &vocabulary),
            confused: if request.fuzzy_pinyin { Fuzzy::ALL } else { Fuzzy::NONE },
            exact: request.exact,
            unquote: quotes == Quotes::Loosened,
            translate: request.lang.is_none(),
        };
        if let Some(root) = &parsed.root {
            // Of what is typed nothing is an error.
            notes.extend(filter::check(segments, root).unwrap_or_else(|note| vec![note]));
        }
        let mut plan = planner.plan(parsed.root.as_ref());
        if let Some(expression) = request.filter.as_deref().filter(|f| !f.trim().is_empty()) {
            if expression.chars().nth(LONGEST_QUERY).is_some() {
                return Err(SearchError::Invalid(format!(
                    "the filter is longer than {LONGEST_QUERY} characters; ask for less"
                )));
            }
            let node = zhen_query::parse_filter(expression)
                .map_err(|error| SearchError::Invalid(error.to_string()))?;
            let unknown = filter::check(segments, &node)
                .map_err(|what| SearchError::Invalid(format!("filter: {what}")))?;
            notes.extend(unknown);
            let mask = planner.filter(&node, &mut plan);
            plan.mask.push(mask);
        }
        let meant = |condition: &Condition| condition.resolved(segments);
        plan.mask.iter_mut().for_each(|mask| mask.map_conditions(&meant));
        if let Some(lang) = request.lang {
            let tag = match lang {
                Lang::Zh => "zh",
                Lang::En => "en",
            };
            plan.mask.push(Mask::Condition(Box::new(Condition::lang(tag))));
        }
        // Of an index without documents there is none.
        notes.extend(vocabulary.note().filter(|_| state.commit.searcher.num_docs() > 0));
        let loosenable = parsed.root.as_ref().is_some_and(|root| {
            let has =
                |wanted: fn(&NodeKind) -> bool| root.children().iter().any(|n| wanted(&n.kind));
            matches!(root.kind, NodeKind::And(_))
                && has(|kind| matches!(kind, NodeKind::Text(_)))
                && has(|kind| matches!(kind, NodeKind::Phrase(_)))
        });
        Ok(Question { plan, notes, loosenable })
    }

    /// The question and what `run` gives for its plan: where no document holds all that is quoted, that of
    /// the quoted words as words.
    fn asked(
        &self,
        state: &State,
        terms: &Terms<'_>,
        request: &SearchRequest,
        run: impl Fn(&Plan) -> Result<Outcome, SearchError>,
    ) -> Result<(Question, Outcome), SearchError> {
        let question = self.question(state, terms, request, Quotes::Strict)?;
        let outcome = run(&question.plan)?;
        if outcome.total > 0 || !question.loosenable {
            return Ok((question, outcome));
        }
        let mut loosened = self.question(state, terms, request, Quotes::Loosened)?;
        let mut found = run(&loosened.plan)?;
        if found.total == 0 {
            return Ok((question, outcome));
        }
        found.relaxed = true;
        loosened.notes.push(
            "no document holds all that is quoted; the quoted words were searched as words"
                .to_owned(),
        );
        Ok((loosened, found))
    }

    /// Why the document `id` matches the query, or why it does not.
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub fn explain(
        &self,
        request: &SearchRequest,
        id: &str,
    ) -> Result<Option<Explanation>, SearchError> {
        let state = self.state()?;
        let terms = Terms::new(&state.commit.searcher, &state.commit.known);
        let run = |plan: &Plan| {
            Prepared::new(&terms, plan)
                .and_then(|p| p.run(0, false))
                .map_err(|error| self.failed(error))
        };
        let (Question { plan, notes, .. }, _) = self.asked(&state, &terms, request, run)?;
        let Some(address) = self.find(&state.commit.searcher, id)? else { return Ok(None) };
        let prepared = Prepared::new(&terms, &plan).map_err(|error| self.failed(error))?;
        let explanation = explain::explain(&prepared, &plan, &state.commit.searcher, address, id);
        let mut explanation = explanation.map_err(|error| self.failed(error))?;
        explanation.notes = notes;
        Ok(Some(explanation))
    }

    /// The query with its slips put right, if documents hold all its words then: as typed there are none,
    /// for slips are words that no document holds.
    fn corrected(
        &self,
        state: &State,
        terms: &Terms<'_>,
        request: &SearchRequest,
        plan: &Plan,
    ) -> Result<Option<String>, SearchError> {
        if plan.slips.is_empty() {
            return Ok(None);
        }
        let query = proposal::put_right(&request.query, &plan.slips);
        let request = SearchRequest { query, ..request.clone() };
        let Question { plan, .. } = self.question(state, terms, &request, Quotes::Strict)?;
        // What stands for a slip is no word of the proposal.
        if !plan.slips.is_empty() {
            return Ok(None);
        }
        let prepared = Prepared::new(terms, &plan).map_err(|error| self.failed(error))?;
        let found = prepared.finds_every_word().map_err(|error| self.failed(error))?;
        Ok(found.then_some(request.query))
    }

    fn find(&self, searcher: &Searcher, id: &str) -> Result<Option<DocAddress>, SearchError> {
        postings::find(searcher, self.fields().id, id).map_err(|error| self.failed(error))
    }

    fn hit(
        &self,
        state: &State,
        ranked: &Ranked,
        matcher: &Matcher,
        passages: usize,
    ) -> Result<Hit, SearchError> {
        let DocAddress { segment_ord, doc_id } = ranked.address;
        let record = state.commit.records[segment_ord as usize]
            .get(doc_id)
            .map_err(|error| self.failed(error))?;
        let head = record.head().map_err(unreadable)?;
        let meta = head.meta().map_err(unreadable)?;
        let title = head.title();
        let values = matcher.looks_for_values(ranked.address);
        // Most of the time goes into the body, which is looked at for passages alone.
        let whole = (passages > 0).then(|| part(&record)).transpose()?;
        let body = match whole {
            None => fold::fold(""),
            Some(whole) if values => fold::fold(whole.body()),
            Some(whole) => whole.folded_body().map_err(unreadable)?,
        };
        let mut shown = matcher.show(title, &body, values, passages);
        if let Some(mut lines) = whole.map(|whole| whole.source_lines()) {
            for passage in &mut shown.passages {
                passage.line = lines.source_line(passage.line).map_err(unreadable)?;
            }
        }
        Ok(Hit {
            id: meta.id,
            title: title.to_owned(),
            path: meta.path,
            lang: meta.lang,
            score: bm25::shown(ranked.score),
            duplicates: 0,
            url: meta.url,
            time: meta.time,
            kind: meta.kind,
            passages: shown.passages,
            title_highlights: shown.title_highlights,
            matched: shown.matched,
        })
    }
}

impl Engine for IndexEngine {
    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let began = Instant::now();
        check(request)?;
        let state = self.state()?;
        let searcher = &state.commit.searcher;
        let terms = Terms::new(searcher, &state.commit.known);
        if let Some(sort) = &request.sort {
            filter::check_sort(searcher.segment_readers(), &sort.field)?;
        }
        let most = request.offset + request.limit;
        let keep = request.sort.is_some() || !request.facets.is_empty();
        // In an order of its own, or as a list of what a filter lets through, every document counts.
        let folds = |plan: &Plan| {
            request.duplicates == Duplicates::Fold
                && request.limit > 0
                && request.sort.is_none()
                && !plan.asks_for_duplicates
                && !plan.patterns.is_empty()
        };
        let run_for = |plan: &Plan, fetch: usize| {
            Prepared::new(&terms, plan)
                .and_then(|p| p.run(fetch, keep))
                .map_err(|error| self.failed(error))
        };
        let run = |plan: &Plan| run_for(plan, if folds(plan) { most + FOLD_AHEAD } else { most });
        let (question, mut outcome) = self.asked(&state, &terms, request, run)?;
        let did_you_mean = self.corrected(&state, &terms, request, &question.plan)?;
        let Question { plan, mut notes, .. } = question;
        notes.extend(facets::unknown(searcher, &request.facets));
        let duplicates = folds(&plan).then(|| {
            Near::new(searcher, self.fields(), &state.commit.looks)
                .with_counts(state.counts.as_ref())
        });
        let best = match (&request.sort, &duplicates) {
            (Some(order), _) => {
                sort::best(&terms, &outcome, order, most).map_err(|error| self.failed(error))?
            }
            (None, None) => outcome.best,
            (None, Some(duplicates)) => {
                let mut fetch = most + FOLD_AHEAD;
                loop {
                    let folded = duplicates.fold(&outcome.best, most);
                    let all = outcome.best.len() < fetch;
                    if folded.len() == most || all || fetch >= DEEPEST_FOLDED {
                        break folded;
                    }
                    fetch *= 4;
                    outcome.best = run_for(&plan, fetch)?.best;
                }
            }
        };
        let facets = facets::count(searcher, &outcome.matching, &request.facets);
        let facets = facets.map_err(|error| self.failed(error))?;
        let shown = best.iter().skip(request.offset).take(request.limit);
        let addresses = shown.clone().map(|ranked| ranked.address).collect();
        let patterns = passage::held(plan.patterns, &terms, &outcome.lists, addresses);
        let matcher = Matcher::new(patterns.map_err(|error| self.failed(error))?);
        let hits = shown.map(|ranked| self.hit(&state, ranked, &matcher, request.passages));
        let mut hits = hits.collect::<Result<Vec<_>, _>>()?;
        if let Some(duplicates) = &duplicates {
            for (hit, ranked) in hits.iter_mut().zip(best.iter().skip(request.offset)) {
                hit.duplicates =
                    duplicates.count(ranked.address).map_err(|error| self.failed(error))?;
            }
        }
        Ok(SearchResponse {
            query: request.query.clone(),
            took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            total: outcome.total,
            relaxed: outcome.relaxed,
            did_you_mean,
            notes,
            hits,
            facets,
        })
    }

    fn document(&self, id: &str) -> Result<Option<serde_json::Value>, SearchError> {
        let state = self.state()?;
        let searcher = &state.commit.searcher;
        let Some(address) = self.find(searcher, id)? else { return Ok(None) };
        let record = read_record(searcher, address).map_err(|error| self.failed(error))?;
        document::document(&record).map(Some)
    }

    fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let state = self.state()?;
        let searcher = &state.commit.searcher;
        let terms = Terms::new(searcher, &state.commit.known);
        if limit > MOST_SUGGESTIONS {
            return Err(SearchError::Invalid(format!(
                "limit is {limit}, at most {MOST_SUGGESTIONS} completions can be asked for at once"
            )));
        }
        let asked = AskedVocabulary::of(&self.vocabulary);
        let holdings = self.holdings(&state, &terms, &asked);
        let Some(vocabulary) = asked.get() else { return Ok(Vec::new()) };
        let segments = searcher.segment_readers();
        let suggester = Suggester {
            analyzer: &state.analyzer,
            is_field: &|name| filter::is_field(segments, name),
            holdings,
            vocabulary,
            is_current: vocabulary.origin().generation == state.generation
                && !segments.iter().any(|segment| segment.has_deletes()),
        };
        Ok(suggester.suggest(prefix, limit))
    }
}
