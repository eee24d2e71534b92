//! What a query asks of the index: what is looked up, what is required, what scores, and what is
//! highlighted. The [planner](crate::planner) makes it.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tantivy::schema::Field;
use zhen_text::unit::GramPattern;

use crate::api::Via;
use crate::bits::Bits;
use crate::filter::Condition;
use crate::passage::Pattern;

/// Everything a query asks of the index.
#[derive(Default)]
pub(crate) struct Plan {
    /// The words that documents should hold, as typed.
    pub(crate) groups: Vec<String>,
    /// What adds to a document's score.
    pub(crate) terms: Vec<ScoreTerm>,
    /// Document lists that are made for the query.
    pub(crate) lists: Vec<ListSpec>,
    /// What must hold.
    pub(crate) mask: Vec<Mask>,
    /// What is highlighted.
    pub(crate) patterns: Vec<Pattern>,
    /// Whether near-duplicates are asked for.
    pub(crate) asks_for_duplicates: bool,
    /// As what else words may stand: the words as typed, and by which road.
    pub(crate) roads: Vec<(String, Via)>,
    /// Terms of words as typed, by number: what stands for them counts as no rarer than these.
    pub(crate) standards: Vec<Vec<usize>>,
    /// Words as typed that may be slips, each with the likeliest word that was meant.
    pub(crate) slips: Vec<(String, String)>,
    /// The terms as typed, by number of the field.
    by_term: Vec<FxHashMap<Rc<str>, usize>>,
    slots: usize,
}

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// The postings of a term of a field; all who name the term share its text.
    Term(Field, Rc<str>),
    /// The list of this number.
    List(usize),
}

impl Origin {
    /// A term in each of two fields.
    pub(crate) fn terms(fields: [Field; 2], text: impl Into<Rc<str>>) -> [Self; 2] {
        let text = text.into();
        fields.map(|field| Self::Term(field, Rc::clone(&text)))
    }
}

/// A list made for the query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ListSpec {
    pub(crate) field: Field,
    pub(crate) kind: ListKind,
}

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ListKind {
    /// Documents in which these grams follow each other.
    Phrase(Arc<[GramPattern]>),
    /// Documents with a gram that begins so.
    Prefix(String),
    /// Documents with a gram at most so many edits from this word.
    Fuzzy(String, u8),
}

/// Something that adds to a score.
#[derive(Debug, Clone)]
pub(crate) struct ScoreTerm {
    /// The field whose lengths normalise it.
    pub(crate) field: Field,
    pub(crate) origin: Origin,
    pub(crate) boost: f32,
    /// The group whose word a document with this term holds.
    pub(crate) group: Option<usize>,
    /// Whether it may mean something else than that word.
    pub(crate) doubtful: bool,
    /// Terms of one slot stand for the same word in different ways: they compete, and only the best
    /// of them counts.
    pub(crate) slot: Option<usize>,
    /// A word that says little however rare it is: a Chinese collection holds few "the"s.
    pub(crate) common: bool,
    /// A piece of what is wanted as one, such as 25 of 25.4 billion: a document with nothing else of the
    /// query does not match.
    pub(crate) piece: bool,
    /// The road by which it was found, by number; `None` for a word as typed.
    pub(crate) road: Option<usize>,
    /// The words as typed that it counts as no rarer than, by number.
    pub(crate) standard: Option<usize>,
}

/// How the documents of a term hold its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// As typed.
    Typed,
    /// By what stands for it.
    Otherwise,
    /// By what may mean something else.
    Perhaps,
}

impl ScoreTerm {
    /// How its documents hold the word of its group.
    pub(crate) fn holds(&self) -> Holds {
        match (self.doubtful, self.road) {
            (true, _) => Holds::Perhaps,
            (false, None) => Holds::Typed,
            (false, Some(_)) => Holds::Otherwise,
        }
    }
}

/// A condition that always holds.
#[derive(Debug, Clone)]
pub(crate) enum Mask {
    /// Any of these.
    Origins(Vec<Origin>),
    Condition(Box<Condition>),
    /// These documents, by segment.
    Documents(Arc<Vec<Bits>>),
    And(Vec<Mask>),
    Or(Vec<Mask>),
    Not(Box<Mask>),
}

impl Mask {
    /// Replaces each condition by what `with` makes of it.
    pub(crate) fn map_conditions(&mut self, with: &impl Fn(&Condition) -> Condition) {
        match self {
            Self::Condition(condition) => **condition = with(condition),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter_mut().for_each(|part| part.map_conditions(with));
            }
            Self::Not(part) => part.map_conditions(with),
            Self::Origins(_) | Self::Documents(_) => {}
        }
    }
}

impl Plan {
    /// Adds a term of a field.
    pub(crate) fn add(&mut self, field: Field, term: &str, boost: f32, group: Option<usize>) {
        self.add_origin(&Origin::Term(field, term.into()), boost, group);
    }

    /// Adds what stands in the body and in the title, or in one of them, with the boost of each.
    pub(crate) fn add_origins<const FIELDS: usize>(
        &mut self,
        origins: &[Origin],
        boosts: [f32; FIELDS],
        group: Option<usize>,
    ) {
        for (origin, boost) in origins.iter().zip(boosts) {
            self.add_origin(origin, boost, group);
        }
    }

    /// Adds what scores; what is known already of the same word counts more.
    fn add_origin(&mut self, origin: &Origin, boost: f32, group: Option<usize>) {
        let field = self.field_of(origin);
        if let Origin::Term(_, term) = origin {
            if let Some(at) = self.planned(field, term) {
                let known = &mut self.terms[at];
                if known.group.is_none() || group.is_none() || known.group == group {
                    known.boost += boost;
                    known.group = known.group.or(group);
                    return;
                }
            } else {
                let number = field.field_id() as usize;
                if self.by_term.len() <= number {
                    self.by_term.resize_with(number + 1, FxHashMap::default);
                }
                self.by_term[number].insert(Rc::clone(term), self.terms.len());
            }
        }
        self.terms.push(ScoreTerm {
            field,
            origin: origin.clone(),
            boost,
            group,
            doubtful: false,
            slot: None,
            common: false,
            piece: false,
            road: None,
            standard: None,
        });
    }

    /// The number of a term as typed, if it is looked up in the field.
    fn planned(&self, field: Field, term: &str) -> Option<usize> {
        self.by_term.get(field.field_id() as usize)?.get(term).copied()
    }

    /// Lets a term find no documents by itself, unless they hold a word by it.
    pub(crate) fn only_scores(&mut self, field: Field, term: &str) {
        if let Some(at) = self.planned(field, term) {
            self.terms[at].piece = true;
        }
    }

    /// Lets a term as typed count only a `share` of what it did.
    pub(crate) fn weaken(&mut self, field: Field, term: &str, share: f32) {
        if let Some(at) = self.planned(field, term) {
            self.terms[at].boost *= share;
        }
    }

    /// Lets the words of these groups as typed be others too.
    pub(crate) fn doubt(&mut self, groups: &[usize]) {
        let is_typed = |term: &&mut ScoreTerm| {
            term.road.is_none() && term.group.is_some_and(|group| groups.contains(&group))
        };
        self.terms.iter_mut().filter(is_typed).for_each(|term| term.doubtful = true);
    }

    /// Adds what is highlighted, unless the same is looked for already.
    pub(crate) fn add_pattern(&mut self, pattern: Pattern) {
        let same = |known: &Pattern| known.query == pattern.query && known.text == pattern.text;
        if !self.patterns.iter().any(same) {
            self.patterns.push(pattern);
        }
    }

    /// Whether there is nothing that documents should hold.
    pub(crate) fn asks_nothing(&self) -> bool {
        self.groups.is_empty() && self.mask.is_empty()
    }

    /// A number for words that compete.
    pub(crate) fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots
    }

    /// The number of a road.
    pub(crate) fn road(&mut self, typed: &str, via: Via) -> usize {
        self.roads.push((typed.to_owned(), via));
        self.roads.len() - 1
    }

    /// Adds one of the ways in which the words of a slot may stand in a document, which then holds
    /// the words of these groups.
    pub(crate) fn compete(
        &mut self,
        slot: usize,
        road: usize,
        origin: &Origin,
        boost: f32,
        groups: &[usize],
    ) {
        let field = self.field_of(origin);
        let nothing = std::iter::repeat_n(None, usize::from(groups.is_empty()));
        let groups = groups.iter().copied().map(Some).chain(nothing);
        for (i, group) in groups.enumerate() {
            self.terms.push(ScoreTerm {
                field,
                origin: origin.clone(),
                // It counts once, whatever the number of words it stands for.
                boost: if i == 0 { boost } else { 0.0 },
                group,
                doubtful: false,
                slot: Some(slot),
                common: false,
                piece: false,
                road: Some(road),
                standard: None,
            });
        }
    }

    /// Lets a term as typed compete in a slot.
    pub(crate) fn let_compete(&mut self, field: Field, term: &str, slot: usize) {
        if let Some(at) = self.planned(field, term) {
            self.terms[at].slot.get_or_insert(slot);
        }
    }

    /// A number for words as typed in a field; `None` when one of them is not looked up there.
    pub(crate) fn standard<'a>(
        &mut self,
        field: Field,
        words: impl Iterator<Item = &'a str>,
    ) -> Option<usize> {
        let terms: Option<Vec<usize>> = words.map(|word| self.planned(field, word)).collect();
        self.standards.push(terms?);
        Some(self.standards.len() - 1)
    }

    /// A number for a term, by which those planned after it are bounded.
    pub(crate) fn standard_of(&mut self, term: usize) -> usize {
        self.standards.push(vec![term]);
        self.standards.len() - 1
    }

    /// The list of this kind, made if it is not yet planned.
    pub(crate) fn list(&mut self, field: Field, kind: ListKind) -> Origin {
        let spec = ListSpec { field, kind };
        let at = self.lists.iter().position(|known| *known == spec);
        Origin::List(at.unwrap_or_else(|| {
            self.lists.push(spec);
            self.lists.len() - 1
        }))
    }

    /// The field that an origin is of.
    pub(crate) fn field_of(&self, origin: &Origin) -> Field {
        match origin {
            Origin::Term(field, _) => *field,
            Origin::List(at) => self.lists[*at].field,
        }
    }
}
