//! Completions of what was begun, from the vocabulary of the index.
//!
//! The whole text is completed first, as a title or a name may be; then what stands from the second
//! word on, from the third, and so on to the last word, with the words before it kept. What more
//! documents hold directly after the word before it comes first. Latin letters are read as they stand
//! and as pinyin. One slip of the keyboard is forgiven from four letters on. Of a query with operators
//! the bare text at its end is completed; values of fields are not.

use std::cmp::Reverse;

use zhen_index::Vocabulary;
use zhen_index::vocabulary::{Entry, EntryKind, Fit};
use zhen_query::NodeKind;
use zhen_text::fold::fold_to_string;
use zhen_text::pinyin::{Fuzzy, Input, PartKind};
use zhen_text::unit::{self, is_han};
use zhen_text::{Analyzer, WordKind};

use crate::api::{Suggestion, Via};
use crate::expand::Holdings;
use crate::function_words;
use crate::phrase;

/// Longest text that is completed, in bytes; of a longer one the end is.
const LONGEST: usize = 256;
/// Most words from which on the text is completed.
const MOST_TAILS: usize = 6;
/// Entries looked at for each that is wanted: some are no suggestion.
const SPARE: usize = 3;
/// Entries looked at where few of these follow the word before.
const WIDE: usize = 512;
/// Two words that each more documents hold than this are taken to follow each other in some where no time
/// is left to look.
const FREQUENT: u64 = 256;
/// Documents in which completions are looked for after the word before, in all; of each completion as many
/// as hold the rarer of the two.
const MOST_READ: u64 = 4_096;
/// Fewest letters in which a slip is forgiven.
const SLIP: usize = 4;

/// Completes text for one state of the index.
pub(crate) struct Suggester<'a> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) holdings: Holdings<'a>,
    pub(crate) vocabulary: &'a Vocabulary,
    /// Whether the index has a field of a name.
    pub(crate) is_field: &'a dyn Fn(&str) -> bool,
    /// Whether the vocabulary was made from this very state, so that whatever it holds is found.
    pub(crate) is_current: bool,
}

impl Suggester<'_> {
    /// Completions of `prefix`, the best first, at most `limit`, none of them twice.
    pub(crate) fn suggest(&self, prefix: &str, limit: usize) -> Vec<Suggestion> {
        let prefix = end_of(prefix.trim_start());
        let mut out = Suggestions { suggester: self, limit, found: Vec::new() };
        if prefix.is_empty() || limit == 0 {
            return out.found;
        }
        let Some(start) = self.bare_text(prefix) else { return out.found };
        let tails = self.tails(prefix, start);
        // What stands further on is a part of what was completed.
        out.take_first(&tails, |tail, most| self.spelled(tail, most));
        if out.found.len() < limit {
            out.take_first(&tails, |tail, most| self.abbreviated(tail, most));
        }
        if out.found.is_empty() {
            out.take_first(&tails, |tail, most| self.slipped(tail, most));
        }
        out.found
    }

    /// Where the bare text begins that the end of a query belongs to; `None` where that is an operator, a
    /// phrase or a condition on a field.
    fn bare_text(&self, prefix: &str) -> Option<usize> {
        let last = prefix.split_whitespace().next_back()?;
        // What is still to come is a word of its own, and the operand of an operator.
        let is_done = prefix.ends_with(char::is_whitespace) || zhen_query::is_operator(last);
        let typed = format!("{prefix}{}", if is_done { " x" } else { "" });
        let root = zhen_query::parse_with(&typed, self.is_field).root?;
        let mut node = &root;
        while let Some(last) = node.children().last() {
            node = last;
        }
        let start = node.span.start;
        (matches!(node.kind, NodeKind::Text(_)) && start < prefix.len()).then_some(start)
    }

    /// The text from each word on from which it is completed, the first one first; nothing before `start` is.
    fn tails<'t>(&self, prefix: &'t str, start: usize) -> Vec<Tail<'t>> {
        let query = self.analyzer.query(&prefix[start..]);
        let words = query.words.iter().filter(|word| word.kind != WordKind::Compound);
        let mut starts: Vec<usize> = words.map(|word| start + word.original.start).collect();
        starts.dedup();
        let last = starts.split_off(starts.len().saturating_sub(MOST_TAILS));
        let mut tails: Vec<usize> = std::iter::once(start).chain(last).collect();
        tails.dedup();
        let before = std::iter::once(start).chain(tails.iter().copied());
        let tail = |(&start, before): (&usize, usize)| Tail {
            head: &prefix[..start],
            before: &prefix[before..start],
            text: &prefix[start..],
        };
        tails.iter().zip(before).map(tail).collect()
    }

    /// In how many documents a completion stands directly after the text `before`; `None` where in none. To
    /// look for two frequent words next to each other takes long: where too many documents were to be read, that
    /// they do is taken for granted.
    fn follows(&self, before: &str, entry: &Entry<'_>, left: &mut u64) -> Option<u64> {
        let folded = fold_to_string(&format!("{before}{}", entry.text));
        let to_read = self.holdings.documents(&folded);
        if to_read > (*left).max(FREQUENT) {
            return Some(0);
        }
        *left = left.saturating_sub(to_read);
        Some(self.documents_with(&folded)).filter(|&documents| documents > 0)
    }

    /// In how many documents a folded text stands, those counted twice in which it stands in the title too.
    fn documents_with(&self, folded: &str) -> u64 {
        let Holdings { terms, fields, .. } = self.holdings;
        let phrase = unit::phrase(folded);
        let fields = [fields.body_grams, fields.title_grams];
        let segments = terms.segments().iter().enumerate();
        let counts = segments.flat_map(|segment| fields.map(|field| (segment, field))).map(
            |((number, segment), field)| {
                let found = phrase::documents(terms, number, field, &phrase).unwrap_or_default();
                found.docs().iter().filter(|&&doc| !segment.is_deleted(doc)).count() as u64
            },
        );
        counts.sum()
    }

    /// What begins as was typed, as text or as pinyin.
    fn spelled(&self, tail: &str, most: usize) -> Completions<'_> {
        let folded = fold_to_string(tail);
        let begin = self.vocabulary.beginning(&folded, most).into_iter().map(|entry| {
            let whole = fold_to_string(entry.text) == folded;
            (entry, if whole { Via::Exact } else { Via::Prefix })
        });
        let mut found: Completions<'_> = begin.collect();
        if let Some(input) = pinyin(&folded) {
            let read = self.vocabulary.read_as(&input, false, Fit::Begun, most);
            found.extend(read.into_iter().map(|entry| (entry, Via::Pinyin)));
        }
        found.sort_by_key(|(entry, _)| entry.rank);
        found
    }

    /// What has the initials that were typed, or some syllables by their initial.
    fn abbreviated(&self, tail: &str, most: usize) -> Completions<'_> {
        let Some(input) = pinyin(&fold_to_string(tail)) else { return Vec::new() };
        let readings = input.readings();
        let Some(reading) = readings.first() else { return Vec::new() };
        let mut entries = Vec::new();
        if reading.parts.iter().all(|part| part.kind == PartKind::Initial) {
            entries = self.vocabulary.with_initials(input.letters(), Fit::Begun, most);
        }
        if entries.len() < most / SPARE {
            entries.extend(self.vocabulary.read_as(&input, true, Fit::Begun, most));
        }
        entries.into_iter().map(|entry| (entry, Via::Pinyin)).collect()
    }

    /// What begins nearly as was typed.
    fn slipped(&self, tail: &str, most: usize) -> Completions<'_> {
        let folded = fold_to_string(tail.trim_end());
        if folded.len() < SLIP || !folded.bytes().all(|b| b.is_ascii_lowercase() || b == b' ') {
            return Vec::new();
        }
        let near = self.vocabulary.near(&folded, most).into_iter().map(|entry| (entry, Via::Typo));
        let mut found: Completions<'_> = near.collect();
        if found.is_empty()
            && let Some(input) = pinyin(&folded)
        {
            let read = self.vocabulary.read_nearly(&input, most);
            found.extend(read.into_iter().map(|entry| (entry, Via::Pinyin)));
        }
        found
    }
}

/// The end of a text, which is completed.
struct Tail<'t> {
    /// What is kept before it.
    head: &'t str,
    /// The last word of that, and what stands between.
    before: &'t str,
    text: &'t str,
}

impl Tail<'_> {
    /// Whether it may be a word of its own: after a space, or among ideographs, which are written without.
    fn is_apart(&self) -> bool {
        self.before.ends_with(char::is_whitespace)
            || self.before.ends_with(is_han) && self.text.starts_with(is_han)
    }

    /// Whether a completion may stand elsewhere in a document than after the word before: one in the script
    /// of either, and no title.
    fn may_be_apart(&self, entry: &Entry<'_>) -> bool {
        let is_latin = |text: &str| text.starts_with(|c: char| c.is_ascii());
        let scripts = [self.text, self.before].map(is_latin);
        entry.kind != EntryKind::Title && scripts.contains(&is_latin(entry.text))
    }
}

type Completions<'v> = Vec<(Entry<'v>, Via)>;

/// Typed text that may be pinyin.
fn pinyin(folded: &str) -> Option<Input> {
    Input::new(folded.trim_end(), Fuzzy::NONE)
}

/// The end of a text that is too long.
fn end_of(text: &str) -> &str {
    let start = text.len().saturating_sub(LONGEST);
    let start = (start..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[start..]
}

struct Suggestions<'a> {
    suggester: &'a Suggester<'a>,
    limit: usize,
    found: Vec<Suggestion>,
}

impl Suggestions<'_> {
    /// Takes the completions of the first tail that has any: those that follow the word before it, or
    /// where none does, those that may stand apart.
    fn take_first<'v>(
        &mut self,
        tails: &[Tail<'_>],
        complete: impl Fn(&str, usize) -> Completions<'v>,
    ) {
        let known = self.found.len();
        let most = self.limit.saturating_mul(SPARE);
        for tail in tails {
            let complete = |most| {
                let mut completions = complete(tail.text, most);
                completions.retain(|(entry, _)| is_worth(entry));
                completions
            };
            let mut completions = complete(most);
            if !tail.before.trim().is_empty() {
                let following = self.following(tail.before, &completions, || complete(WIDE));
                if !following.is_empty() || known > 0 || !tail.is_apart() {
                    completions = following;
                } else {
                    completions.retain(|(entry, _)| tail.may_be_apart(entry));
                }
            }
            self.take(tail.head, completions);
            if self.found.len() > known {
                return;
            }
        }
    }

    /// Those of the `likely` completions that follow the word before them, or where these are too few of `more`;
    /// those first that do so in most documents.
    fn following<'v>(
        &self,
        before: &str,
        likely: &[(Entry<'v>, Via)],
        more: impl Fn() -> Completions<'v>,
    ) -> Completions<'v> {
        let mut left = MOST_READ;
        let mut counted = |one: &(Entry<'v>, Via)| {
            Some((self.suggester.follows(before, &one.0, &mut left)?, one.clone()))
        };
        let mut following: Vec<_> = likely.iter().filter_map(&mut counted).collect();
        let lacking = self.limit.saturating_sub(following.len());
        if lacking > 0 && !likely.is_empty() && likely.len() < WIDE {
            let others = more().into_iter().filter(|one| !likely.contains(one));
            following.extend(others.filter_map(|one| counted(&one)).take(lacking));
        }
        following.sort_by_key(|(documents, _)| Reverse(*documents));
        following.into_iter().map(|(_, one)| one).collect()
    }

    /// Takes completions of what follows `head` up to the limit.
    fn take(&mut self, head: &str, completions: Completions<'_>) {
        for (entry, via) in completions {
            if self.found.len() >= self.limit {
                return;
            }
            let text = format!("{head}{}", entry.text);
            let is_new = !self.found.iter().any(|known| known.text == text);
            if is_new && self.is_found(&entry) {
                self.found.push(Suggestion { text, via, count: entry.count });
            }
        }
    }

    /// Whether a search for the entry finds a document: since the vocabulary was made, the last one
    /// may have gone; and a title may read as an operator of the query language.
    fn is_found(&self, entry: &Entry<'_>) -> bool {
        let Suggester { holdings, is_current, .. } = self.suggester;
        let is_plain = || {
            let root = zhen_query::parse(entry.text).root;
            root.is_some_and(|root| matches!(root.kind, NodeKind::Text(_)))
        };
        let stands = || *is_current || holdings.stand(&fold_to_string(entry.text));
        (entry.kind == EntryKind::Word || is_plain()) && stands()
    }
}

/// Whether it says something by itself: no function word, no single character.
fn is_worth(entry: &Entry<'_>) -> bool {
    let says_something = || !function_words::is_one(entry.text);
    entry.kind != EntryKind::Word
        || (says_something()
            && (entry.text.chars().nth(1).is_some() || !entry.text.chars().all(is_han)))
}
