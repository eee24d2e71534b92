//! What each kind of evidence counts in the ranking. Measured on judged sets; see
//! `docs/DECISIONS.md`.

/// A word of the query in the body.
pub(crate) const BODY_WORD: f32 = 1.0;
/// A word of the query in the title.
pub(crate) const TITLE_WORD: f32 = 0.5;
/// A word of the query in a heading.
pub(crate) const HEADING_WORD: f32 = 0.2;
/// Two adjacent characters of the query in the body.
pub(crate) const BODY_BIGRAM: f32 = 0.7;
/// Two adjacent characters of the query in the title.
pub(crate) const TITLE_BIGRAM: f32 = 0.3;
/// Two adjacent Latin words of the query, one after the other in the body.
pub(crate) const BODY_WORD_PAIR: f32 = 0.15;
/// Two adjacent Latin words of the query, one after the other in the title.
pub(crate) const TITLE_WORD_PAIR: f32 = 0.075;
/// A Latin word of the query in the body exactly as typed, beside its stem.
pub(crate) const BODY_EXACT: f32 = 0.33;
/// A Latin word of the query in the title exactly as typed, beside its stem.
pub(crate) const TITLE_EXACT: f32 = 0.15;
/// A quoted phrase in the body.
pub(crate) const BODY_PHRASE: f32 = 1.5;
/// A quoted phrase in the title.
pub(crate) const TITLE_PHRASE: f32 = 1.0;
/// A translation of a word, as a part of what the word itself counts: nearly as much, or a document that
/// holds every word in the other language would come after those with a few of them in this.
pub(crate) const TRANSLATION: f32 = 0.9;
/// A translation of the only word that is asked.
pub(crate) const TRANSLATION_OF_ONE: f32 = 0.6;
/// The same word written otherwise, as a part of what the word itself counts.
pub(crate) const VARIANT: f32 = 0.95;
/// A synonym of a word, as a part of what the word itself counts.
pub(crate) const SYNONYM: f32 = 0.95;
/// The same number or date in whatever notation, as a part of what it counts as typed.
pub(crate) const NUMBER: f32 = 0.95;
/// The digits or characters of a number as typed, as a part of what other words count.
pub(crate) const DIGITS: f32 = 0.5;
/// Chinese that is read as what was typed, as a part of what a word itself counts.
pub(crate) const PINYIN: f32 = 0.7;
/// How many times as much it counts where tone marks were typed: the same letters without them are no
/// more what was typed.
pub(crate) const PINYIN_MARKED: f32 = 2.0;
/// The letters of pinyin with tone marks as a word of their own, as a part of what a word counts.
pub(crate) const LETTERS_OF_PINYIN: f32 = 0.1;
/// Chinese whose reading begins with what was typed, or has its initials.
pub(crate) const PINYIN_BEGUN: f32 = 0.5;
/// Chinese that is read as a word that documents hold, though few do.
pub(crate) const PINYIN_BESIDE_WORD: f32 = 0.3;
/// What documents or the user say that a word is also called, as a part of what the word itself counts;
/// less where few documents say so.
pub(crate) const ALIAS: f32 = 0.95;
/// What sounds like a name, in the other script, as a part of what the name itself counts.
pub(crate) const SOUND: f32 = 0.5;
/// What may have been meant by a word that no document holds.
pub(crate) const TYPO: f32 = 0.7;
/// A word of a translation of several, where they do not stand together, as a part of it.
pub(crate) const LOOSE_TRANSLATION: f32 = 0.6;
/// A translation of a word within a word or a phrase, as a part of what one of the whole counts.
pub(crate) const TRANSLATED_PART: f32 = 0.5;
/// A function word counts as rare at most as one that this part of the documents holds: in a
/// Chinese collection "the" is rare and still says nothing.
pub(crate) const FUNCTION_WORD_SHARE: f32 = 0.9;
