//! Running a plan: which documents match, and which are the best.
//!
//! Each segment is gone through in [windows](crate::window) of documents, and what is left there after
//! the mask is counted, and the [best](crate::best) are kept: of the documents that hold every word, and of
//! those that hold some. Scores are whole numbers and ties are broken by a hash of the id, so the answer
//! depends neither on segments nor on the order of adding.

use std::sync::Arc;

use tantivy::DocAddress;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use crate::best::{Best, Ranked};
use crate::bits::{Bits, ones};
use crate::bm25::{Score, Weight};
use crate::fuzzy;
use crate::gains::{Gains, Holding};
use crate::phrase;
use crate::plan::{ListKind, ListSpec, Mask, Origin, Plan, ScoreTerm};
use crate::postings::{Cursor, List, Source, to_bits};
use crate::rarity::rarities;
use crate::terms::{Lists, Places, Terms};
use crate::wanted::SENTENCE;
use crate::window::{Scorer, TermCursor, WINDOW_WORDS, Window, starts};

/// With fewer documents than this that surely hold every word, documents with some of them count too.
const ENOUGH: u64 = 5;

/// When counting documents with some of the words, a term that more than one in this many documents
/// hold does not by itself make a document match (it still scores), unless it is a word that
/// documents should hold.
const COMMON: u64 = 5;

/// What a run gives.
pub(crate) struct Outcome {
    /// The best documents, best first.
    pub(crate) best: Vec<Ranked>,
    /// How many match.
    pub(crate) total: u64,
    /// Whether documents that lack some word count.
    pub(crate) relaxed: bool,
    /// The matching documents of each segment, when asked for.
    pub(crate) matching: Vec<Bits>,
    /// The lists of the plan, by number, then segment.
    pub(crate) lists: Vec<Lists>,
}

/// A plan with everything looked up: what is common to all segments.
pub(crate) struct Prepared<'a> {
    plan: &'a Plan,
    index: &'a Terms<'a>,
    /// Lists by number, then segment.
    lists: Vec<Lists>,
    /// Terms by number: where they stand in each segment, and their weight.
    terms: Vec<PreparedTerm>,
    selecting: Vec<bool>,
    gains: Gains,
}

struct PreparedTerm {
    /// `None` for a list.
    places: Option<Arc<Places>>,
    df: u64,
    weight: Weight,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(index: &'a Terms<'a>, plan: &'a Plan) -> tantivy::Result<Self> {
        let documents = index.documents();
        let mut lists = Vec::new();
        for spec in &plan.lists {
            lists.push(index.lists(spec, |segment| list(index, segment, spec))?);
        }
        let look_up = |term: &ScoreTerm| -> tantivy::Result<(Option<Arc<Places>>, u64)> {
            Ok(match &term.origin {
                Origin::Term(field, text) => {
                    let places = index.places(*field, text)?;
                    let df = places.documents;
                    (Some(places), df)
                }
                Origin::List(at) => {
                    (None, lists[*at].iter().map(|list| list.docs().len() as u64).sum())
                }
            })
        };
        let known = plan.terms.iter().map(look_up).collect::<tantivy::Result<Vec<_>>>()?;
        let (places, held): (Vec<_>, Vec<u64>) = known.into_iter().unzip();
        let weights = rarities(plan, &held, documents).into_iter().zip(&plan.terms);
        let weights = weights.map(|(rarity, term)| Weight::new(rarity, term.boost));
        let terms = places.into_iter().zip(held).zip(weights);
        let terms = terms.map(|((places, df), weight)| PreparedTerm { places, df, weight });
        let terms: Vec<PreparedTerm> = terms.collect();
        let selects = |(term, prepared): (&ScoreTerm, &PreparedTerm)| {
            let tells = !term.common && !term.piece && prepared.df * COMMON <= documents;
            prepared.df > 0 && (term.group.is_some() || tells)
        };
        let selecting = plan.terms.iter().zip(&terms).map(selects).collect();
        let most = terms.iter().map(|term| if term.df > 0 { term.weight.most() } else { 0 });
        let gains = Gains::new(plan, most);
        Ok(Self { plan, index, lists, terms, selecting, gains })
    }

    /// In how many documents a term of the plan stands, deleted ones included.
    pub(crate) fn df(&self, term: usize) -> u64 {
        self.terms[term].df
    }

    /// What documents gain by the words that they hold.
    pub(crate) fn gains(&self) -> &Gains {
        &self.gains
    }

    /// How often the document holds a term of the plan, and what that adds to its score; `None`
    /// when it does not.
    pub(crate) fn part(
        &self,
        term: usize,
        address: DocAddress,
    ) -> tantivy::Result<Option<(u32, Score)>> {
        let segment = address.segment_ord as usize;
        let mut frequency = None;
        self.source(term, segment)?.for_each(|doc, tf| {
            if doc == address.doc_id {
                frequency = Some(tf);
            }
        });
        let Some(frequency) = frequency else { return Ok(None) };
        let field = self.plan.terms[term].field;
        let norms = self.index.segments()[segment].get_fieldnorms_reader(field)?;
        let norm = norms.fieldnorm_id(address.doc_id);
        let saturation = self.index.saturation(field)?;
        Ok(Some((frequency, self.terms[term].weight.score(frequency, norm, saturation))))
    }

    fn source(&self, term: usize, segment: usize) -> tantivy::Result<Source> {
        Ok(match (&self.plan.terms[term].origin, &self.terms[term].places) {
            (Origin::List(at), _) => Source::List(Arc::clone(&self.lists[*at][segment])),
            (Origin::Term(field, _), Some(places)) => self.index.open(*field, segment, places)?,
            (Origin::Term(..), None) => Source::Empty,
        })
    }

    fn origin_bits(&self, origin: &Origin, segment: usize) -> tantivy::Result<Bits> {
        let source = match origin {
            Origin::List(at) => Source::List(Arc::clone(&self.lists[*at][segment])),
            Origin::Term(field, text) => {
                self.index.open(*field, segment, &*self.index.places(*field, text)?)?
            }
        };
        Ok(to_bits(source, self.index.segments()[segment].max_doc()))
    }

    /// The documents of a segment for which `mask` holds.
    pub(crate) fn mask(&self, mask: &Mask, segment: usize) -> tantivy::Result<Bits> {
        let reader = &self.index.segments()[segment];
        let len = reader.max_doc();
        match mask {
            Mask::Condition(condition) => condition.bits(reader),
            Mask::Documents(sets) => Ok(sets[segment].clone()),
            Mask::Origins(origins) => {
                let mut bits = Bits::none(len);
                for origin in origins {
                    bits.unite(&self.origin_bits(origin, segment)?);
                }
                Ok(bits)
            }
            Mask::And(all) => {
                let mut bits = Bits::all(len);
                for mask in all {
                    bits.intersect(&self.mask(mask, segment)?);
                }
                Ok(bits)
            }
            Mask::Or(any) => {
                let mut bits = Bits::none(len);
                for mask in any {
                    bits.unite(&self.mask(mask, segment)?);
                }
                Ok(bits)
            }
            Mask::Not(mask) => {
                let mut bits = self.mask(mask, segment)?;
                bits.invert();
                Ok(bits)
            }
        }
    }

    /// All masks together and without deleted documents; `None` where nothing narrows.
    fn masks(&self, segment: usize) -> tantivy::Result<Option<Bits>> {
        let mut all: Option<Bits> = None;
        for mask in &self.plan.mask {
            let bits = self.mask(mask, segment)?;
            match &mut all {
                Some(all) => all.intersect(&bits),
                None => all = Some(bits),
            }
        }
        if let Some(living) = self.index.living(segment) {
            match &mut all {
                Some(all) => all.intersect(living),
                None => all = Some(living.clone()),
            }
        }
        Ok(all)
    }

    /// Runs the plan: the best `most` documents, and all that match when `keep` is set.
    pub(crate) fn run(&self, most: usize, keep: bool) -> tantivy::Result<Outcome> {
        let tally = |most| -> tantivy::Result<Tally<'_>> {
            Ok(Tally::new(Best::new(self.index.orders()?, most), keep))
        };
        if self.plan.asks_nothing() {
            return Ok(tally(0)?.outcome(false, self.lists.clone()));
        }
        let segments = 0..self.index.segments().len();
        let masks = segments.map(|segment| self.masks(segment)).collect::<tantivy::Result<_>>()?;
        let masks: Vec<Option<Bits>> = masks;
        // Of a sentence those that hold every word are only counted.
        let is_sentence = self.plan.groups.len() >= SENTENCE;
        let (mut every, mut some) = (tally(if is_sentence { 0 } else { most })?, tally(most)?);
        let mut window = self.index.window(self.plan.groups.len());
        let enough = self.is_held_by_enough(&masks);
        for (segment, mask) in masks.iter().enumerate() {
            self.segment(segment, mask.as_ref(), enough, &mut window, [&mut every, &mut some])?;
        }
        self.index.close_window(window);
        let counts_some = !enough && (is_sentence || every.sure < ENOUGH);
        let relaxed = counts_some && some.total > every.total;
        let tally = if counts_some { some } else { every };
        Ok(tally.outcome(relaxed, self.lists.clone()))
    }

    /// Whether a document holds every word.
    pub(crate) fn finds_every_word(&self) -> tantivy::Result<bool> {
        if self.plan.asks_nothing() {
            return Ok(false);
        }
        let mut window = self.index.window(self.plan.groups.len());
        let found = self.finds_every_word_in(&mut window);
        self.index.close_window(window);
        found
    }

    fn finds_every_word_in(&self, window: &mut Window) -> tantivy::Result<bool> {
        for (segment, reader) in self.index.segments().iter().enumerate() {
            let mask = self.masks(segment)?;
            let mut cursors = self.cursors(segment)?;
            if !window.each_group_has_one(&cursors) {
                continue;
            }
            for start in starts(reader.max_doc(), mask.as_ref()) {
                window.begin(start, reader.max_doc());
                cursors.iter_mut().for_each(|cursor| cursor.mark(window));
                window.find_matches(mask.as_ref());
                if window.strict.iter().any(|&word| word != 0) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The cursors of the terms of one segment, those of a slot together.
    fn cursors(&self, segment: usize) -> tantivy::Result<Vec<TermCursor<'_>>> {
        let reader = &self.index.segments()[segment];
        let mut norms: Vec<(Field, FieldNormReader)> = Vec::new();
        let mut cursors = Vec::with_capacity(self.terms.len());
        for (i, term) in self.plan.terms.iter().enumerate() {
            let source =
                if self.terms[i].df > 0 { self.source(i, segment)? } else { Source::Empty };
            if source.is_empty() {
                continue;
            }
            let known = norms.iter().position(|(field, _)| *field == term.field);
            let at = known.unwrap_or(norms.len());
            if known.is_none() {
                norms.push((term.field, reader.get_fieldnorms_reader(term.field)?));
            }
            cursors.push(TermCursor {
                field: term.field,
                cursor: Cursor::new(source),
                scorer: Scorer {
                    weight: self.terms[i].weight,
                    saturation: self.index.saturation(term.field)?,
                    norms: norms[at].1.clone(),
                },
                group: term.group,
                holds: term.holds(),
                selecting: self.selecting[i],
                slot: term.slot,
            });
        }
        cursors.sort_unstable_by_key(|cursor| cursor.slot);
        for rivals in cursors.chunk_by_mut(|a, b| a.slot == b.slot) {
            if let [alone] = rivals {
                alone.slot = None;
            }
        }
        Ok(cursors)
    }

    /// Whether it is plain beforehand that [`ENOUGH`] documents hold every word, or that none has to.
    fn is_held_by_enough(&self, masks: &[Option<Bits>]) -> bool {
        let mut terms = self.plan.terms.iter().zip(&self.terms);
        match self.plan.groups.len() {
            0 => true,
            1 if masks.iter().all(Option::is_none) => terms.any(|(term, prepared)| {
                term.group.is_some() && !term.doubtful && prepared.df >= ENOUGH
            }),
            _ => false,
        }
    }

    /// Takes the documents of a segment that hold every word, and if these are not known to be enough, those
    /// with some of them.
    fn segment(
        &self,
        segment: usize,
        mask: Option<&Bits>,
        enough: bool,
        window: &mut Window,
        [every, some]: [&mut Tally<'_>; 2],
    ) -> tantivy::Result<()> {
        let reader = &self.index.segments()[segment];
        let len = reader.max_doc();
        every.begin(len);
        some.begin(len);
        let mut cursors = self.cursors(segment)?;
        for start in starts(len, mask) {
            window.begin(start, len);
            for rivals in cursors.chunk_by_mut(|a, b| a.slot == b.slot) {
                window.scores.next_slot();
                // Of those that do not compete, each by itself or several: that makes no difference.
                rivals.iter_mut().for_each(|cursor| cursor.add(window));
            }
            every.sure += window.find_matches(mask);
            for i in 0..WINDOW_WORDS {
                let at = start as usize / 64 + i;
                let ctx = Context { segment: segment as u32, at, gains: &self.gains };
                let holding = |bit| window.holding(i, bit);
                let (scores, strict) = (window.scores.of_word(i), window.strict[i]);
                if strict != 0 {
                    every.take(strict, scores, holding, &ctx);
                }
                if !enough && window.any[i] != 0 {
                    some.take(window.any[i], scores, holding, &ctx);
                }
            }
        }
        for TermCursor { field, cursor, .. } in cursors {
            self.index.close(field, cursor.into_source());
        }
        Ok(())
    }
}

struct Context<'a> {
    segment: u32,
    /// Word of 64 documents within the segment.
    at: usize,
    gains: &'a Gains,
}

/// The matching documents so far, counted and ranked.
struct Tally<'a> {
    best: Best<'a>,
    total: u64,
    /// How many surely hold every word.
    sure: u64,
    keep: bool,
    matching: Vec<Bits>,
}

impl<'a> Tally<'a> {
    fn new(best: Best<'a>, keep: bool) -> Self {
        Self { best, total: 0, sure: 0, keep, matching: Vec::new() }
    }

    fn begin(&mut self, len: u32) {
        if self.keep {
            self.matching.push(Bits::none(len));
        }
    }

    /// Takes the documents of `bits`; `holding` says how many of the words one holds.
    #[inline]
    fn take(
        &mut self,
        bits: u64,
        scores: &[Score],
        holding: impl Fn(u32) -> Holding,
        ctx: &Context<'_>,
    ) {
        self.total += u64::from(bits.count_ones());
        if self.keep
            && let Some(matching) = self.matching.last_mut()
        {
            matching.set_word(ctx.at, bits);
        }
        let mut least = ctx.gains.least(self.best.least());
        for bit in ones(bits) {
            let score = scores[bit as usize];
            // Of most documents it need not be known how many words they hold.
            if score < least {
                continue;
            }
            let score = score.saturating_add(ctx.gains.of(score, holding(bit)));
            if score >= self.best.least() {
                let doc = ctx.at as u32 * 64 + bit;
                let address = DocAddress::new(ctx.segment, doc);
                self.best.offer(Ranked { score, address });
                least = ctx.gains.least(self.best.least());
            }
        }
    }

    fn outcome(self, relaxed: bool, lists: Vec<Lists>) -> Outcome {
        let best = self.best.into_sorted();
        Outcome { best, total: self.total, relaxed, matching: self.matching, lists }
    }
}

/// Makes a list for one segment.
fn list(terms: &Terms<'_>, segment: usize, spec: &ListSpec) -> tantivy::Result<List> {
    match &spec.kind {
        ListKind::Phrase(phrase) => phrase::documents(terms, segment, spec.field, phrase),
        ListKind::Prefix(start) => phrase::beginning(terms, segment, spec.field, start),
        ListKind::Fuzzy(word, edits) => fuzzy::documents(terms, segment, spec.field, word, *edits),
    }
}
