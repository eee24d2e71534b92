//! From a syntax tree to a [plan](crate::plan).
//!
//! Words of bare text are *groups*: a document should hold every group, and where too few do, those
//! with some of them count too. Phrases, prefixes, conditions on fields and whatever stands under
//! OR or NOT are the *mask*: it always holds.

mod pairs;

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use zhen_index::Fields;
use zhen_query::{Node, NodeKind, Value};
use zhen_text::lexicon::same_stem;
use zhen_text::pinyin::{self, Fuzzy, Input, PartKind};
use zhen_text::synonym::Synonyms;
use zhen_text::unit::{self, GramPattern};
use zhen_text::{Analyzer, QueryWord, WordKind, fold, number};

use crate::api::Via;
use crate::expand::{self, Asked, Holdings};
use crate::filter::{Condition, DUPLICATES};
use crate::passage::Pattern;
use crate::plan::{ListKind, Mask, Origin, Plan};
use crate::wanted::{self, is_function_word, is_single_han, is_unit};
use crate::weights;

/// Makes plans for one index.
pub(crate) struct Planner<'a> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) fields: Fields,
    pub(crate) holdings: Holdings<'a>,
    pub(crate) synonyms: &'a Synonyms,
    /// The sounds of pinyin that are not told apart.
    pub(crate) confused: Fuzzy,
    /// Only what is typed: no stems and nothing that expands a word.
    pub(crate) exact: bool,
    /// Whether quoted text is read as words: tried when no document holds all that is quoted in a
    /// query that has other words too, such as a sentence with a name in quotation marks.
    pub(crate) unquote: bool,
    /// Whether words of one language also find those of the other.
    pub(crate) translate: bool,
}

impl Planner<'_> {
    /// The plan of a query.
    pub(crate) fn plan(&self, root: Option<&Node>) -> Plan {
        let mut plan = Plan::default();
        match root.map(|node| &node.kind) {
            None => {}
            Some(NodeKind::And(children)) => {
                for (at, child) in children.iter().enumerate() {
                    let place = if is_joined(children, at) { Place::Joined } else { Place::Beside };
                    self.top(child, place, &mut plan);
                }
            }
            Some(_) => root.into_iter().for_each(|node| self.top(node, Place::Alone, &mut plan)),
        }
        plan
    }

    /// The mask of a filter expression.
    pub(crate) fn filter(&self, node: &Node, plan: &mut Plan) -> Mask {
        // It holds no text, and so asks for something.
        self.mask(node, plan, Use::Nothing).unwrap_or_else(|| Mask::And(Vec::new()))
    }

    /// What is under nothing but the AND of all.
    fn top(&self, node: &Node, place: Place, plan: &mut Plan) {
        let alone = place == Place::Alone;
        match &node.kind {
            NodeKind::Text(text) if place != Place::Joined => {
                self.text(text, alone, plan, WantedBy::Groups);
            }
            NodeKind::Phrase(text) if self.unquote => {
                self.text(text, alone, plan, WantedBy::Groups);
            }
            _ => {
                let mask = self.mask(node, plan, Use::Score);
                plan.mask.extend(mask);
            }
        }
    }

    /// Words of bare text. With `wanted_by` groups, their number tells which a document holds.
    fn text(&self, text: &str, alone: bool, plan: &mut Plan, wanted_by: WantedBy) {
        let query = self.analyzer.query(text);
        let terms = wanted::terms(&query.words);
        let wanted = wanted::wanted(text, &query, &terms, alone);
        let folded = |words: &Range<usize>| spanned(&query.words[words.clone()], |w| &w.folded);
        let mut groups = vec![None; query.words.len()];
        for one in &wanted {
            let typed = &text[spanned(&query.words[one.within.clone()], |word| &word.original)];
            plan.groups.push(typed.to_owned());
            let group = plan.groups.len() - 1;
            groups[one.words.clone()].fill(Some(group));
            // What a word and a sign say, as 8%, is held by its value.
            if one.together && (self.exact || one.within.len() > 1) {
                self.together(&query.folded[folded(&one.within)], typed, group, plan);
            }
        }
        let together = wanted.iter().filter(|one| one.together).map(|one| folded(&one.words));
        let numbered = query.words.iter().zip(&groups).filter(|(_, group)| group.is_some());
        let wanted_at = numbered.map(|(word, _)| word.folded.start).collect();
        self.pairs(&query.folded, &wanted_at, &together.collect::<Vec<_>>(), plan);
        let says_little: Vec<bool> =
            (0..query.words.len()).map(|at| is_function_word(text, &query.words, at)).collect();
        let is_together =
            |at: usize| wanted.iter().any(|one| one.together && one.words.contains(&at));
        for (at, word) in query.words.iter().enumerate() {
            let typed = &text[word.original.clone()];
            let piece = is_together(at);
            let group = groups[at].filter(|_| !piece);
            let common = says_little[at];
            let forms = match common || wanted.len() >= wanted::SENTENCE {
                true => &[],
                false => same_stem_of(word, self.exact),
            };
            let known = plan.terms.len();
            self.word(&query.words, at, &Meant { typed, group, common, forms }, plan);
            // With tone marks it is Chinese that is meant.
            let is_marked = is_marked_pinyin(typed);
            let share = if is_marked { weights::LETTERS_OF_PINYIN } else { 1.0 };
            for term in &mut plan.terms[known..] {
                (term.common, term.piece, term.doubtful) = (common, piece, is_marked);
                term.boost *= share;
            }
            if !forms.is_empty() {
                // Severance is not found by several, whose stem it has.
                let f = self.fields;
                for field in [f.body_words, f.title_words, f.heading_words] {
                    word.term.iter().for_each(|term| plan.only_scores(field, term));
                }
            }
            if word.kind == WordKind::Han && !common {
                let fields = [self.fields.body_words, self.fields.title_words];
                match groups[at] {
                    // A document without the whole is found by its pieces too, and shows them.
                    Some(whole) if piece => {
                        let origins = Origin::terms(fields, word.text.as_str()).to_vec();
                        let pattern = Pattern::new(&plan.groups[whole], &word.text, 0.5);
                        plan.add_pattern(Pattern { rank: 1, origins, ..pattern });
                    }
                    Some(_) => {}
                    None => plan.add_pattern(Pattern::last(typed, &word.text, fields)),
                }
            }
        }
        self.borders(text, &query, &says_little, plan);
        if !self.exact {
            let asked = Asked {
                text,
                folded: &query.folded,
                words: &query.words,
                terms: &terms,
                numbers: &number::values(&query.folded),
                groups: &groups,
                proposes: wanted_by == WantedBy::Groups,
                holdings: self.holdings,
                synonyms: self.synonyms,
                confused: self.confused,
                meanings: vec![OnceCell::new(); query.words.len()],
            };
            expand::add(&asked, self.translate, plan);
        }
    }

    /// Words that are wanted one after another.
    fn together(&self, folded: &str, typed: &str, group: usize, plan: &mut Plan) {
        let origins = self.standing(folded, plan);
        // Of ideographs the pairs score.
        let boosts = match is_ideographs(folded) {
            true => [0.0; 2],
            false => [weights::BODY_BIGRAM, weights::TITLE_BIGRAM],
        };
        plan.add_origins(&origins, boosts, Some(group));
        plan.patterns.push(Pattern::new(typed, folded, 1.0));
    }

    /// Everything a word scores by, and what it is highlighted by.
    fn word(&self, words: &[QueryWord], at: usize, meant: &Meant<'_>, plan: &mut Plan) {
        let Meant { typed, group, common, forms } = *meant;
        let f = self.fields;
        let word = &words[at];
        let is_function_word = common && word.kind == WordKind::Latin && !self.exact;
        // The stem is of words of other meanings too, and holds none.
        let of_stem = group.filter(|_| forms.is_empty());
        // English is highlighted in all forms.
        let by_stem = word.kind == WordKind::Latin && !self.exact && forms.is_empty();
        let stem_of = |term: &String| by_stem.then(|| term.clone());
        if let Some(term) =
            word.term.as_ref().filter(|_| !self.exact || word.kind != WordKind::Latin)
        {
            // Nobody needs to know in which form a function word stands.
            let form = if is_function_word { weights::BODY_EXACT } else { 0.0 };
            plan.add(f.body_words, term, weights::BODY_WORD + form, of_stem);
            plan.add(f.title_words, term, weights::TITLE_WORD, of_stem);
            plan.add(f.heading_words, term, weights::HEADING_WORD, None);
        }
        for part in &word.parts {
            plan.add(f.body_words, part, weights::BODY_WORD, None);
            plan.add(f.title_words, part, weights::TITLE_WORD, None);
        }
        match word.kind {
            WordKind::Latin if is_function_word => {}
            WordKind::Latin => {
                let boosts = if self.exact {
                    (weights::BODY_WORD, weights::TITLE_WORD)
                } else {
                    (weights::BODY_EXACT, weights::TITLE_EXACT)
                };
                let member = group.filter(|_| self.exact || !forms.is_empty());
                plan.add(f.body_grams, &word.text, boosts.0, member);
                plan.add(f.title_grams, &word.text, boosts.1, member);
                for form in forms.iter().filter(|form| **form != word.text && group.is_some()) {
                    let origins = Origin::terms([f.body_grams, f.title_grams], *form);
                    plan.add_origins(&origins, [0.0; 2], group);
                    let pattern = Pattern::new(typed, form, 1.0);
                    plan.patterns.push(Pattern { via: Via::Stem, ..pattern });
                }
            }
            // A character beside a number is looked for as a word: it begins very many pairs.
            WordKind::Han if is_single_han(word) && is_unit(words, at) => {}
            WordKind::Han | WordKind::Syllables => {
                if let Some(group) = group {
                    let origins = self.standing(&word.text, plan);
                    // Of a longer word the pairs score.
                    let boosts = match is_single_han(word) {
                        true => [weights::BODY_WORD, weights::TITLE_WORD],
                        false => [0.0; 2],
                    };
                    plan.add_origins(&origins, boosts, Some(group));
                }
            }
            WordKind::Compound => {}
        }
        let highlighted = group.is_some() || word.kind == WordKind::Compound;
        if highlighted {
            plan.patterns.push(Pattern {
                stem: word.term.as_ref().and_then(stem_of),
                ..Pattern::new(typed, &word.text, 1.0)
            });
            for part in &word.parts {
                let stem = stem_of(part);
                plan.patterns.push(Pattern { rank: 1, stem, ..Pattern::new(typed, part, 0.5) });
            }
            if word.kind == WordKind::Han && word.text.chars().count() > 2 {
                let mut grams = String::new();
                unit::grams(&word.text, &mut grams);
                for gram in grams.split_terminator(' ').filter(|gram| gram.chars().count() == 2) {
                    plan.patterns.push(Pattern { rank: 2, ..Pattern::new(typed, gram, 0.3) });
                }
            }
        }
    }

    /// Where folded `text` stands, in the body and in the title.
    fn standing(&self, folded: &str, plan: &mut Plan) -> Vec<Origin> {
        let phrase = unit::phrase(folded);
        let fields = [self.fields.body_grams, self.fields.title_grams];
        match phrase.as_slice() {
            [] => Vec::new(),
            [GramPattern::Is(gram)] => Origin::terms(fields, gram.as_str()).to_vec(),
            _ => {
                let kind = ListKind::Phrase(phrase.into());
                fields.map(|field| plan.list(field, kind.clone())).to_vec()
            }
        }
    }

    /// What must hold; `None` of text without a unit, which asks for nothing, so that AND, OR and NOT go
    /// on as though it were not there.
    fn mask(&self, node: &Node, plan: &mut Plan, used: Use) -> Option<Mask> {
        let mut masks = |nodes: &[Node]| -> Option<Vec<Mask>> {
            let masks = nodes.iter().filter_map(|node| self.mask(node, plan, used));
            Some(masks.collect::<Vec<_>>()).filter(|masks| !masks.is_empty())
        };
        Some(match &node.kind {
            NodeKind::And(children) => Mask::And(masks(children)?),
            NodeKind::Or(children) => Mask::Or(masks(children)?),
            NodeKind::Not(child) => Mask::Not(Box::new(self.mask(child, plan, Use::Nothing)?)),
            NodeKind::Text(text) if used == Use::Score => self.wanted_mask(text, plan)?,
            NodeKind::Text(text) => {
                let query = self.analyzer.query(text);
                let terms = wanted::terms(&query.words);
                let wanted = wanted::wanted(text, &query, &terms, true).into_iter();
                let origins = wanted.map(|one| match &query.words[one.within.clone()] {
                    [word] => self.members(word, plan),
                    words => self.standing(&query.folded[spanned(words, |w| &w.folded)], plan),
                });
                all_of(origins)?
            }
            NodeKind::Phrase(text) => self.quoted(text, plan, used),
            NodeKind::Prefix(text) => self.begun(text, plan, used),
            NodeKind::Fuzzy(text, edits) => {
                let folded = fold::fold_to_string(text);
                // An edit makes another word of two ideographs; where one sounds or looks wrong, the word
                // alone finds what was meant.
                if unit::units(&folded).any(|unit| unit.kind.is_ideo()) {
                    return Some(self.quoted(text, plan, used));
                }
                let fields = [self.fields.body_grams, self.fields.title_grams];
                let kind = ListKind::Fuzzy(folded.clone(), *edits);
                let origins = fields.map(|field| plan.list(field, kind.clone())).to_vec();
                if used == Use::Score {
                    plan.add_origins(&origins, [weights::BODY_WORD, weights::TITLE_WORD], None);
                    plan.patterns.push(Pattern::fuzzy(text, &folded, *edits));
                }
                Mask::Origins(origins)
            }
            NodeKind::Field { name, value } => self.field(name, value, plan, used),
        })
    }

    /// Text exactly as it is.
    fn quoted(&self, text: &str, plan: &mut Plan, used: Use) -> Mask {
        let folded = fold::fold_to_string(text);
        let origins = self.standing(&folded, plan);
        if used == Use::Score && !origins.is_empty() {
            plan.add_origins(&origins, [weights::BODY_PHRASE, weights::TITLE_PHRASE], None);
            plan.patterns.push(Pattern::new(text, &folded, 2.0));
        }
        Mask::Origins(origins)
    }

    /// Bare text under OR: what would hold each of its words must hold here.
    fn wanted_mask(&self, text: &str, plan: &mut Plan) -> Option<Mask> {
        let first = plan.groups.len();
        self.text(text, true, plan, WantedBy::Mask);
        let mut origins = vec![Vec::new(); plan.groups.len() - first];
        for term in &mut plan.terms {
            if let Some(group) = term.group.and_then(|group| group.checked_sub(first)) {
                origins[group].push(term.origin.clone());
                term.group = None;
            }
        }
        plan.groups.truncate(first);
        all_of(origins.into_iter())
    }

    /// `text*`: for Latin, words that begin so; for Han, a run anywhere, as every run is.
    fn begun(&self, text: &str, plan: &mut Plan, used: Use) -> Mask {
        let folded = fold::fold_to_string(text);
        let mut phrase = unit::phrase(&folded);
        if let Some(GramPattern::Is(last)) = phrase
            .last()
            .filter(|_| unit::units(&folded).last().is_some_and(|unit| !unit.kind.is_ideo()))
        {
            let last = GramPattern::Begins(last.clone());
            phrase.pop();
            phrase.push(last);
        }
        let fields = [self.fields.body_grams, self.fields.title_grams];
        let kind = match phrase.as_slice() {
            [] => return Mask::Origins(Vec::new()),
            [GramPattern::Begins(start)] => ListKind::Prefix(start.clone()),
            _ => ListKind::Phrase(phrase.into()),
        };
        let origins = fields.map(|field| plan.list(field, kind.clone())).to_vec();
        if used == Use::Score {
            plan.add_origins(&origins, [weights::BODY_WORD, weights::TITLE_WORD], None);
            plan.patterns.push(Pattern::prefix(text, &folded));
        }
        Mask::Origins(origins)
    }

    fn field(&self, name: &str, value: &Value, plan: &mut Plan, used: Use) -> Mask {
        let text = match value {
            Value::Word(text) | Value::Phrase(text) => Some((text, false)),
            Value::Prefix(text) => Some((text, true)),
            Value::Exists | Value::Range { .. } => None,
        };
        let field = match name {
            "title" => Some((self.fields.title_grams, weights::TITLE_PHRASE)),
            "body" => Some((self.fields.body_grams, weights::BODY_PHRASE)),
            _ => None,
        };
        if let (DUPLICATES, Some((id, _))) = (name, text) {
            plan.asks_for_duplicates = true;
            return Mask::Documents(Arc::new(self.holdings.near_duplicates(id)));
        }
        match (field, text) {
            (Some((field, boost)), Some((text, prefix))) => {
                let folded = fold::fold_to_string(text);
                let mut phrase = unit::phrase(&folded);
                if prefix
                    && let Some(last) = phrase.last_mut()
                    && let GramPattern::Is(gram) = last
                {
                    *last = GramPattern::Begins(std::mem::take(gram));
                }
                let origins = [plan.list(field, ListKind::Phrase(phrase.into()))];
                if used == Use::Score {
                    plan.add_origins(&origins, [boost], None);
                    plan.patterns.push(match prefix {
                        true => Pattern::prefix(text, &folded),
                        false => Pattern::new(text, &folded, 2.0),
                    });
                }
                Mask::Origins(origins.to_vec())
            }
            _ => Mask::Condition(Box::new(Condition::new(name, value))),
        }
    }

    /// Any of these means that a document holds the word.
    fn members(&self, word: &QueryWord, plan: &mut Plan) -> Vec<Origin> {
        let f = self.fields;
        match (word.kind, &word.term) {
            (WordKind::Latin, Some(term)) if !self.exact => {
                Origin::terms([f.body_words, f.title_words], term.as_str()).to_vec()
            }
            _ => self.standing(&word.text, plan),
        }
    }
}

/// Where a part of a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is all that is asked.
    Alone,
    /// Beside others.
    Beside,
    /// Text that an AND joins to other text: each must hold.
    Joined,
}

/// Whether one of several parts is text beside other text: what stands between can only be an AND, or the two
/// were one.
fn is_joined(parts: &[Node], at: usize) -> bool {
    let is_text = |at: usize| matches!(parts.get(at), Some(Node { kind: NodeKind::Text(_), .. }));
    is_text(at) && (is_text(at + 1) || at.checked_sub(1).is_some_and(is_text))
}

/// What sees to it that documents hold the words that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WantedBy {
    Groups,
    Mask,
}

/// What a part of the tree is used for beside requiring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Score,
    /// Under NOT and in filters: nothing of it scores or is highlighted.
    Nothing,
}

/// What stands in each of these; `None` where there are none.
fn all_of(origins: impl Iterator<Item = Vec<Origin>>) -> Option<Mask> {
    let all: Vec<Mask> = origins.map(Mask::Origins).collect();
    (!all.is_empty()).then_some(Mask::And(all))
}

/// A word as the query has it.
struct Meant<'a> {
    typed: &'a str,
    /// Its number among what documents should hold.
    group: Option<usize>,
    /// Whether it says little.
    common: bool,
    /// See [`same_stem_of`].
    forms: &'static [&'static str],
}

/// Whether a word is spelled out in pinyin, with tone marks.
fn is_marked_pinyin(typed: &str) -> bool {
    let spelling = || Input::new(typed, Fuzzy::NONE).and_then(|input| input.spelling());
    pinyin::is_marked(typed) && spelling() == Some(PartKind::Full)
}

/// The forms of an English word whose stem words of other meanings have too; none of other words.
fn same_stem_of(word: &QueryWord, exact: bool) -> &'static [&'static str] {
    let forms = (word.kind == WordKind::Latin && !exact).then(|| same_stem::forms(&word.text));
    forms.flatten().unwrap_or_default()
}

fn is_ideographs(gram: &str) -> bool {
    unit::units(gram).all(|unit| unit.kind.is_ideo())
}

/// From the start of the first of some words to the end of the last.
fn spanned(words: &[QueryWord], range: impl Fn(&QueryWord) -> &Range<usize>) -> Range<usize> {
    let start = words.first().map_or(0, |word| range(word).start);
    start..words.iter().map(|word| range(word).end).max().unwrap_or(start)
}
