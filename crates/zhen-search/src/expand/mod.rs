//! Other spellings: as what else a word of the query may stand in a document.
//!
//! Each source looks at the words of the query and says as what else some of them may be written,
//! how much that counts beside the words themselves, and by which road it was found. All that stands
//! for the same words competes: a document's best one counts, however many it holds.

mod alias;
mod compound;
mod forms;
mod number;
mod pinyin;
mod regional;
mod slip;
mod sound;
mod synonym;
mod translate;

use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::FxHashMap;
use tantivy::schema::Field;
use zhen_index::{Fields, HandMade, LooksColumns};
use zhen_text::lexicon::{Lexicon, Source, Translated, same_stem};
use zhen_text::number::NumberToken;
use zhen_text::pinyin::Fuzzy;
use zhen_text::synonym::Synonyms;
use zhen_text::unit::{self, GramPattern};
use zhen_text::{QueryWord, WordKind, latin};

use crate::api::Via;
use crate::bits::Bits;
use crate::dictionary::Dictionaries;
use crate::duplicates::Duplicates;
use crate::function_words;
use crate::passage::Pattern;
use crate::phrase;
use crate::plan::{ListKind, Origin, Plan};
use crate::postings::find;
use crate::terms::Terms;
use crate::vocabulary::AskedVocabulary;
use crate::wanted::is_signed;
use crate::weights;

/// Most candidates tried of one expansion.
const MOST: usize = 16;
/// A single character that more than one in this many documents hold as a word says little of the word
/// that it may be a translation of: *watch* is 看 or 更 in some places.
const COMMON_CHARACTER: u64 = 20;

/// The words of a piece of bare text, and where to learn what the index holds.
pub(crate) struct Asked<'a> {
    /// The text as typed.
    pub(crate) text: &'a str,
    /// The same, folded.
    pub(crate) folded: &'a str,
    /// Its words, compounds beside their parts.
    pub(crate) words: &'a [QueryWord],
    /// Chinese words of it that the lexicon knows as one; see [`terms`](crate::wanted::terms).
    pub(crate) terms: &'a [Range<usize>],
    /// Its numbers and dates.
    pub(crate) numbers: &'a [NumberToken],
    /// The group of each word that documents should hold.
    pub(crate) groups: &'a [Option<usize>],
    /// Whether a query put right is proposed. Of what stands under OR documents need hold nothing, so
    /// nothing tells whether it was a slip.
    pub(crate) proposes: bool,
    pub(crate) holdings: Holdings<'a>,
    /// Synonyms that the index's owner wrote down.
    pub(crate) synonyms: &'a Synonyms,
    /// The sounds of pinyin that are not told apart.
    pub(crate) confused: Fuzzy,
    /// What the lexicon says first of each Latin word by itself; see [`Asked::meaning`].
    pub(crate) meanings: Vec<OnceCell<Option<&'static str>>>,
}

impl Asked<'_> {
    /// The best translation of a Latin word that the lexicon knows; what it only guesses does not count.
    fn meaning(&self, word: usize) -> Option<&'static str> {
        let look_up = || Lexicon::builtin().to_chinese(&[&self.words[word].text]).pop();
        *self.meanings[word].get_or_init(|| best_known(&look_up()?))
    }

    /// Whether the lexicon knows a word as English: what it says the word means is no name that is
    /// spelled by its sound, as those of places in China are.
    fn is_english(&self, word: usize) -> bool {
        let text = &self.words[word].text;
        self.meaning(word).is_some_and(|best| !pinyin::is_spelled_by_sound(best, text))
    }

    /// What the best translation of a word counts beside the word.
    fn weight_of_translations(&self) -> f32 {
        let mut groups = self.groups.iter().flatten();
        let first = groups.next();
        match groups.all(|group| Some(group) == first) {
            true => weights::TRANSLATION_OF_ONE,
            false => weights::TRANSLATION,
        }
    }

    /// Words of a kind, by number.
    fn of_kind(&self, kind: WordKind) -> Vec<usize> {
        (0..self.words.len()).filter(|&i| self.words[i].kind == kind).collect()
    }

    /// The words that a range of the folded text touches, by number, without compounds.
    fn words_in(&self, range: &Range<usize>) -> Vec<usize> {
        let touches = |word: &QueryWord| {
            word.kind != WordKind::Compound
                && word.folded.start < range.end
                && range.start < word.folded.end
        };
        (0..self.words.len()).filter(|&i| touches(&self.words[i])).collect()
    }

    /// The groups that something holds which stands for some words, by number: words that are wanted
    /// together are held by what stands for all of them.
    fn groups_of(&self, words: &[usize]) -> Vec<usize> {
        let mut groups: Vec<usize> = words.iter().filter_map(|&word| self.groups[word]).collect();
        groups.dedup();
        let is_left = |group: usize, word: usize| {
            self.groups[word] == Some(group)
                && !words.contains(&word)
                && (self.words[word].kind != WordKind::Compound || is_signed(&self.words[word]))
        };
        groups.retain(|&group| !(0..self.words.len()).any(|word| is_left(group, word)));
        groups
    }

    /// What signs make of words in a range of the folded text, by number: C++ of C.
    fn signed_in(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let is_in = |word: &QueryWord| {
            is_signed(word) && range.start <= word.folded.start && word.folded.end <= range.end
        };
        (0..self.words.len()).filter(move |&i| is_in(&self.words[i]))
    }

    /// Whether a word is only a part of what is wanted, as each word of a number is, and the one of 八%.
    fn is_part(&self, word: usize) -> bool {
        let range = &self.words[word].folded;
        let is_in_number = || {
            let mut numbers = self.numbers.iter().map(|number| &number.range);
            numbers.any(|number| number.start <= range.start && range.end < number.end)
        };
        self.groups[word].is_some() && (self.groups_of(&[word]).is_empty() || is_in_number())
    }

    /// From the first to the last of some words, as typed.
    fn typed(&self, words: &[usize]) -> &str {
        match (words.first(), words.last()) {
            (Some(&first), Some(&last)) => {
                &self.text[self.words[first].original.start..self.words[last].original.end]
            }
            _ => "",
        }
    }
}

/// The best translation of words that the lexicon knows.
fn best_known(translated: &Translated) -> Option<&'static str> {
    let best = translated.candidates.first().map(|best| best.text);
    best.filter(|_| translated.source == Source::Entry)
}

/// What the index holds of a word.
#[derive(Clone, Copy)]
pub(crate) struct Holdings<'a> {
    pub(crate) terms: &'a Terms<'a>,
    /// The words of the bodies as they stand.
    pub(crate) spellings: &'a Dictionaries,
    /// The names that documents say mean the same, each with the other.
    pub(crate) names: &'a Dictionaries,
    pub(crate) fields: Fields,
    pub(crate) vocabulary: &'a AskedVocabulary<'a>,
    /// What the user says of pairs of names.
    pub(crate) hand_made: &'a HandMade,
}

impl Holdings<'_> {
    /// In how many documents the body holds a folded text, at most: exact for a Latin word and for
    /// one or two ideographs, otherwise what its rarest piece has.
    pub(crate) fn documents(&self, folded: &str) -> u64 {
        let mut least = None;
        for pattern in unit::phrase(folded) {
            let (GramPattern::Is(gram) | GramPattern::Begins(gram)) = pattern;
            let found = self.frequency(self.fields.body_grams, &gram);
            least = Some(least.map_or(found, |least: u64| least.min(found)));
        }
        least.unwrap_or(0)
    }

    /// In how many documents the body holds a folded text as a word of its own.
    pub(crate) fn documents_with_word(&self, word: &str) -> u64 {
        self.frequency(self.fields.body_words, word)
    }

    /// Whether any document holds a word as documents are cut into words.
    pub(crate) fn holds_word(&self, word: &str) -> bool {
        let fields = [self.fields.body_words, self.fields.title_words];
        fields.iter().any(|&field| self.frequency(field, word) > 0)
    }

    /// Whether a folded text stands in a document that is not deleted, in its body or its title.
    pub(crate) fn stand(&self, folded: &str) -> bool {
        let phrase = unit::phrase(folded);
        let fields = [self.fields.body_grams, self.fields.title_grams];
        let segments = self.terms.segments().iter().enumerate();
        let mut places = segments.flat_map(|segment| fields.map(|field| (segment, field)));
        places.any(|((ord, segment), field)| {
            // The whole list of a single gram may be long.
            if let ([GramPattern::Is(gram)], false) = (phrase.as_slice(), segment.has_deletes()) {
                let places = self.terms.places(field, gram);
                return places.is_ok_and(|places| places.segment(ord).is_some());
            }
            let found = phrase::documents(self.terms, ord, field, &phrase).unwrap_or_default();
            found.docs().iter().any(|&doc| !segment.is_deleted(doc))
        })
    }

    /// Whether any document holds two characters, or a word, as a gram.
    pub(crate) fn holds_gram(&self, gram: &str) -> bool {
        let fields = [self.fields.body_grams, self.fields.title_grams];
        fields.iter().any(|&field| self.frequency(field, gram) > 0)
    }

    /// Whether a name that means the same as another begins with the key, or is it; deleted documents
    /// count until their segment is merged.
    fn begins_name(&self, key: &str) -> tantivy::Result<bool> {
        Ok(self.hand_made.begins(key) || self.names.begins(self.terms.searcher(), key)?)
    }

    /// The documents that are nearly the same as one, itself included, by segment; none when there is no
    /// such document. What cannot be read is left out: the search itself will say so.
    pub(crate) fn near_duplicates(&self, id: &str) -> Vec<Bits> {
        let near = || {
            let searcher = self.terms.searcher();
            let found = find(searcher, self.fields.id, id)?;
            let columns = searcher.segment_readers().iter().map(LooksColumns::open);
            let columns = columns.collect::<tantivy::Result<Vec<_>>>()?;
            let duplicates = Duplicates::new(searcher, self.fields, &columns);
            found.map(|address| duplicates.of(address)).transpose()
        };
        near().ok().flatten().unwrap_or_else(|| {
            let segments = self.terms.segments().iter();
            segments.map(|segment| Bits::none(segment.max_doc())).collect()
        })
    }

    /// Whether a folded text is a word of two ideographs as documents are cut into words.
    fn is_short_word(&self, text: &str) -> bool {
        let ideographs = unit::units(text).take(3).map(|unit| unit.kind.is_ideo());
        ideographs.eq([true, true]) && self.documents_with_word(text) > 0
    }

    fn frequency(&self, field: Field, term: &str) -> u64 {
        self.terms.places(field, term).map_or(0, |places| places.documents)
    }
}

/// As what else some words of the query may stand.
pub(crate) struct Expansion {
    /// The words, by number, ascending.
    pub(crate) words: Vec<usize>,
    pub(crate) via: Via,
    /// Whether a document that holds a candidate holds the words; otherwise it holds a part of one.
    pub(crate) whole: bool,
    /// Whether the words of a candidate of several count apart from each other too.
    pub(crate) loose: bool,
    pub(crate) candidates: Vec<Candidate>,
}

impl Expansion {
    /// What stands for all of the words, each candidate as it is.
    fn new(words: Vec<usize>, via: Via, candidates: Vec<Candidate>) -> Self {
        Self { words, via, whole: true, loose: false, candidates }
    }
}

/// What may stand for words, and what it counts as a part of what the words themselves count.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) text: String,
    pub(crate) weight: f32,
    /// Whether it only hints at the words: a document that holds it does not hold them.
    pub(crate) hints: bool,
    /// Whether it is less likely what was meant than another: documents that hold it hold the words, but
    /// leave room for others.
    pub(crate) doubtful: bool,
    /// Whether it is looked up as a word of documents, whatever stands in it.
    pub(crate) is_word: bool,
}

impl Candidate {
    fn new(text: String, weight: f32) -> Self {
        Self { text, weight, hints: false, doubtful: false, is_word: false }
    }
}

/// Adds to the plan as what else the words may stand.
pub(crate) fn add(asked: &Asked<'_>, translate: bool, plan: &mut Plan) {
    let mut found = Vec::new();
    if translate {
        alias::find(asked, &mut found);
        translate::find(asked, &mut found);
    }
    number::add(asked, plan);
    synonym::find(asked, &mut found);
    regional::find(asked, &mut found);
    forms::find(asked, &mut found);
    pinyin::find_spelled(asked, &mut found);
    if translate {
        sound::find(asked, &mut found);
    }
    // What may be pinyin is no less so for being written apart elsewhere.
    compound::find(asked, &mut found);
    // Last, for what nothing else knows.
    slip::find(asked, &mut found);
    pinyin::find_abbreviated(asked, &mut found);
    let mut slots = FxHashMap::default();
    for expansion in &found {
        let groups = if expansion.whole { asked.groups_of(&expansion.words) } else { Vec::new() };
        let slots = if expansion.whole {
            *slots.entry(&expansion.words).or_insert_with(|| [plan.slot(), plan.slot()])
        } else {
            [plan.slot(), plan.slot()]
        };
        // The word as typed competes with what stands for it, or a document with a word and its
        // translation would come before those with the word in the title.
        if let ([word], true) = (expansion.words.as_slice(), expansion.whole)
            && let Some(term) = &asked.words[*word].term
        {
            let fields = asked.holdings.fields;
            plan.let_compete(fields.body_words, term, slots[0]);
            plan.let_compete(fields.title_words, term, slots[1]);
        }
        compete(asked, expansion, &groups, slots, plan);
        if let (true, Via::Typo, Some(meant)) =
            (asked.proposes, expansion.via, expansion.candidates.first())
        {
            plan.slips.push((asked.typed(&expansion.words).to_owned(), meant.text.clone()));
        }
    }
}

/// Lets the candidates stand for the words, in the body and in the title.
fn compete(
    asked: &Asked<'_>,
    expansion: &Expansion,
    groups: &[usize],
    slots: [usize; 2],
    plan: &mut Plan,
) {
    let typed = asked.typed(&expansion.words);
    let fields = asked.holdings.fields;
    let counts = |&&word: &&usize| asked.words[word].kind != WordKind::Compound;
    let count = (expansion.words.iter().filter(counts).count() as f32).sqrt();
    let road = plan.road(typed, expansion.via);
    // A rare translation of a frequent word says no more than the word, nor does a rare way of writing
    // it: or documents that hold the word itself would come after those.
    let standards = [fields.body_words, fields.title_words].map(|field| {
        let words = expansion.words.iter().filter_map(|&i| asked.words[i].term.as_deref());
        let bounded = matches!(expansion.via, Via::Translation | Via::Variant);
        bounded.then(|| plan.standard(field, words)).flatten()
    });
    let known = plan.terms.len();
    let mut likeliest = known..known;
    let most = expansion.candidates.len().min(MOST);
    for candidate in forms::of_all(&expansion.candidates[..most]).iter() {
        let boost = candidate.weight * count;
        let mut origins = standing(fields, &candidate.text, plan);
        // 北大 is not meant where 东北大学 stands.
        let short = expansion.via == Via::Alias && asked.holdings.is_short_word(&candidate.text);
        if short || candidate.is_word {
            let words = [fields.body_words, fields.title_words];
            origins = Origin::terms(words, candidate.text.as_str());
        }
        let boosts = [boost * weights::BODY_WORD, boost * weights::TITLE_WORD];
        let tells = tells(asked, expansion.via, &candidate.text);
        let held = if candidate.hints || tells == Tells::Little { &[] } else { groups };
        let first = plan.terms.len();
        for ((origin, slot), boost) in origins.iter().zip(slots).zip(boosts) {
            plan.compete(slot, road, origin, boost, held);
        }
        if likeliest.is_empty() {
            likeliest = first..plan.terms.len();
        }
        let common = tells == Tells::PerhapsTheWord;
        for term in &mut plan.terms[first..] {
            (term.common, term.doubtful) = (common, candidate.doubtful);
        }
        let single = !candidate.text.contains(' ');
        if !single && expansion.loose {
            // A document may hold the words of a translation in other forms or another order.
            let words = candidate.text.split(' ');
            for word in words.filter(|word| !function_words::is_one(word)) {
                let stem = latin::stem(word);
                let origin = Origin::Term(fields.body_words, stem.as_str().into());
                plan.compete(slots[0], road, &origin, boost * weights::LOOSE_TRANSLATION, &[]);
                let weight = candidate.weight * weights::LOOSE_TRANSLATION;
                plan.add_pattern(Pattern {
                    via: expansion.via,
                    // Shown where nothing else stands for the word.
                    rank: 2,
                    stem: Some(stem),
                    origins: vec![origin],
                    ..Pattern::new(typed, word, weight)
                });
            }
        }
        let of_words = matches!(origins[0], Origin::Term(field, _) if field == fields.body_words);
        plan.patterns.push(Pattern {
            via: expansion.via,
            rank: match (short, is_single(&candidate.text)) {
                (true, _) => 3,
                // It is shown in other words too.
                (_, true) => 1,
                _ if tells == Tells::Little => 1,
                _ => 0,
            },
            stem: (single && candidate.text.is_ascii())
                .then(|| latin::stem(&candidate.text))
                .filter(|_| same_stem::forms(&candidate.text).is_none()),
            // Ideographs that are looked up as a word are shown in other words too.
            origins: if candidate.text.is_ascii() || !of_words { origins.to_vec() } else { vec![] },
            ..Pattern::new(typed, &candidate.text, 1.3 * candidate.weight)
        });
    }
    let is_title = |field| [fields.title_words, fields.title_grams].contains(&field);
    if expansion.via == Via::Pinyin {
        // Nor does a rare homophone say more than the likeliest.
        let standards = [false, true].map(|in_title| {
            let of_field = |&at: &usize| is_title(plan.terms[at].field) == in_title;
            likeliest.clone().find(of_field).map(|at| plan.standard_of(at))
        });
        for term in &mut plan.terms[likeliest.end..] {
            term.standard = standards[usize::from(is_title(term.field))];
        }
        return;
    }
    for term in &mut plan.terms[known..] {
        term.standard = standards[usize::from(is_title(term.field))];
    }
}

/// What a document that holds a candidate says of the words it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// It holds the words.
    TheWord,
    /// It holds them where that is an acronym, such as WHO; as one cannot tell, it comes last.
    PerhapsTheWord,
    /// Little: very many documents hold it, such as *us*, which may be the United States.
    Little,
}

fn tells(asked: &Asked<'_>, via: Via, text: &str) -> Tells {
    let holdings = asked.holdings;
    let is_common =
        |text| holdings.documents_with_word(text) * COMMON_CHARACTER > holdings.terms.documents();
    match via {
        Via::Alias if function_words::is_one(text) => Tells::PerhapsTheWord,
        Via::Translation if function_words::is_one(text) => Tells::Little,
        Via::Translation | Via::Alias if is_single(text) && is_common(text) => Tells::Little,
        _ => Tells::TheWord,
    }
}

/// Whether it is a single ideograph.
fn is_single(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(unit::is_han) && chars.next().is_none()
}

/// Where a candidate stands, in the body and in the title.
fn standing(f: Fields, candidate: &str, plan: &mut Plan) -> [Origin; 2] {
    let phrase = unit::phrase(candidate);
    match phrase.as_slice() {
        // One Latin word: in any inflection, unless its stem is that of words of other meanings too. One Han
        // character: as a word, or it would be found in half of all words.
        [GramPattern::Is(word)] if word.is_ascii() && same_stem::forms(word).is_none() => {
            Origin::terms([f.body_words, f.title_words], latin::stem(word))
        }
        [GramPattern::Begins(word)] => Origin::terms([f.body_words, f.title_words], word.as_str()),
        [GramPattern::Is(gram)] => Origin::terms([f.body_grams, f.title_grams], gram.as_str()),
        _ => {
            let kind = ListKind::Phrase(phrase.into());
            [f.body_grams, f.title_grams].map(|field| plan.list(field, kind.clone()))
        }
    }
}
