//! What goes into the vocabulary.
//!
//! Each source of entries is one function here, and [`gather`] puts them together: the terms of the
//! index, the titles, headings and names of its documents, and the names that documents say mean the
//! same.
//!
//! What only one document holds is noise in a large index (a slip of the keyboard, a hash) unless
//! it is in a dictionary: see [`Threshold`].

use rustc_hash::FxHashMap;
use tantivy::Searcher;
use tantivy::schema::Field;
use zhen_text::fold::fold_to_string;
use zhen_text::lexicon::Lexicon;
use zhen_text::one_line;
use zhen_text::segment;
use zhen_text::unit::is_han;

use crate::aliases;
use crate::at_once::at_once;
use crate::record::RecordRef;
use crate::record_store::RecordStore;
use crate::schema::Fields;
use crate::terms::{after, for_each_term};

use super::build::Draft;
use super::{EntryKind, text_key};

/// Longest word, in characters.
const LONGEST_WORD: usize = 32;
/// Longest title, heading or name, in characters; longer ones are sentences.
const LONGEST_PHRASE: usize = 48;
/// Longest name between 《 and 》, in characters.
const LONGEST_NAME: usize = 30;
/// Most headings and names taken from one document.
const MOST_OF_ONE: usize = 200;
/// Most titles, headings and names remembered at a time: bounds the memory, some 200 bytes each.
const MOST_PHRASES: usize = 200_000;

/// In how many documents a word must stand that no dictionary knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Threshold(u64);

impl Threshold {
    /// One document below a thousand documents, two below a hundred thousand, else three.
    fn of(documents: u64) -> Self {
        Self(match documents {
            0..1_000 => 1,
            1_000..100_000 => 2,
            _ => 3,
        })
    }
}

/// All entries of a commit, titles and the like before words; a key may come from several sources.
///
/// Reads the term dictionaries of words and grams once, and the stored form of every document.
pub(super) fn gather(searcher: &Searcher, fields: &Fields) -> tantivy::Result<Vec<Draft>> {
    let threshold = Threshold::of(searcher.num_docs());
    let phrases_and_latin_words = || {
        let mut drafts = phrases(searcher, threshold)?;
        drafts.extend(alias_names(searcher, fields, threshold)?);
        drafts.extend(latin_words(searcher, fields, threshold)?);
        tantivy::Result::Ok(drafts)
    };
    let (drafts, han_words) =
        at_once(phrases_and_latin_words, || han_words(searcher, fields, threshold));
    let (mut drafts, han_words) = (drafts?, han_words?);
    drafts.extend(han_words);
    Ok(drafts)
}

/// Words with Han characters, and compounds such as `node.js`, of which no other track knows.
fn han_words(
    searcher: &Searcher,
    fields: &Fields,
    threshold: Threshold,
) -> tantivy::Result<Vec<Draft>> {
    let lexicon = Lexicon::builtin();
    let mut drafts = Vec::new();
    for_each_word(searcher, &[fields.body_words, fields.title_words], None, |term, count| {
        let known = || segment::frequency(term).is_some() || lexicon.knows(term);
        let taken = match term.chars().any(is_han) {
            true => count >= threshold.0 || known(),
            false => count >= threshold.0 && is_compound(term),
        };
        if taken && term.chars().nth(LONGEST_WORD).is_none() {
            drafts.push(word(term, count));
        }
    })?;
    Ok(drafts)
}

/// Latin words as they are written: the words track has their stems.
fn latin_words(
    searcher: &Searcher,
    fields: &Fields,
    threshold: Threshold,
) -> tantivy::Result<Vec<Draft>> {
    let mut drafts = Vec::new();
    let end = after("z");
    for_each_word(
        searcher,
        &[fields.body_grams, fields.title_grams],
        end.as_deref(),
        |term, count| {
            if count >= threshold.0 && is_latin_word(term) {
                drafts.push(word(term, count));
            }
        },
    )?;
    Ok(drafts)
}

/// Names that documents say mean the same, such as 中巴经济走廊 in 中巴经济走廊(CPEC), folded. What is
/// one word is a term of the index as well.
fn alias_names(
    searcher: &Searcher,
    fields: &Fields,
    threshold: Threshold,
) -> tantivy::Result<Vec<Draft>> {
    let mut drafts: Vec<Draft> = Vec::new();
    // Terms ascend: those of one name, each with another counterpart, follow each other.
    for_each_word(searcher, &[fields.aliases], None, |term, count| {
        let Some(name) = aliases::name(term) else { return };
        let key = text_key(name);
        if let Some(last) = drafts.last_mut().filter(|last| *last.key == *key) {
            last.count = last.count.max(count);
        } else if is_phrase(&key) && key.chars().nth(LONGEST_PHRASE).is_none() {
            drafts.push(Draft { text: name.into(), key: key.into(), count, kind: EntryKind::Name });
        }
    })?;
    drafts.retain(|draft| draft.count >= threshold.0 && !is_latin_word(&draft.key));
    Ok(drafts)
}

fn word(term: &str, count: u64) -> Draft {
    Draft { text: term.into(), key: text_key(term).into(), count, kind: EntryKind::Word }
}

/// Letters, perhaps with some digits.
fn is_latin_word(term: &str) -> bool {
    let digits = term.bytes().filter(u8::is_ascii_digit).count();
    (2..=LONGEST_WORD).contains(&term.len())
        && term.starts_with(|c: char| c.is_ascii_lowercase())
        && term.bytes().all(|b| b.is_ascii_alphanumeric())
        && digits * 2 <= term.len()
}

/// Words joined by a sign, or with one at the end. Addresses are none.
fn is_compound(term: &str) -> bool {
    let sign = |b: u8| matches!(b, b'-' | b'_' | b'.' | b'+' | b'#');
    term.starts_with(|c: char| c.is_ascii_lowercase())
        && term.bytes().any(sign)
        && term.bytes().all(|b| b.is_ascii_alphanumeric() || sign(b))
}

/// Calls `visit` with every term of some fields that begins with a letter, before `end`, and the
/// documents that hold it: the most of any one field, for a document may hold it in several.
fn for_each_word(
    searcher: &Searcher,
    fields: &[Field],
    end: Option<&[u8]>,
    mut visit: impl FnMut(&str, u64),
) -> tantivy::Result<()> {
    for_each_term(searcher, fields, b"a", end, |term, documents| {
        if let Ok(term) = std::str::from_utf8(term) {
            visit(term, documents.iter().copied().max().unwrap_or_default());
        }
    })
}

/// Titles, headings and names of all documents.
fn phrases(searcher: &Searcher, threshold: Threshold) -> tantivy::Result<Vec<Draft>> {
    let mut gathered = Gathered::default();
    for segment in searcher.segment_readers() {
        let store = RecordStore::open(segment)?;
        for (_, record) in store.alive(segment) {
            // A damaged record is no reason to have no vocabulary; `zhen verify` finds it.
            if let Ok(record) = record?.get() {
                gathered.document(record);
            }
        }
    }
    let taken = |phrase: &Phrase| phrase.kind == EntryKind::Title || phrase.count >= threshold.0;
    let phrases = gathered.phrases.into_iter().filter(|(_, phrase)| taken(phrase));
    let draft = |(key, Phrase { text, count, kind, .. })| Draft { text, key, count, kind };
    Ok(phrases.map(draft).collect())
}

/// A title, heading or name.
struct Phrase {
    text: Box<str>,
    count: u64,
    kind: EntryKind,
    /// Number of the last document that counted.
    last: u64,
}

#[derive(Default)]
struct Gathered {
    phrases: FxHashMap<Box<str>, Phrase>,
    documents: u64,
}

impl Gathered {
    fn document(&mut self, record: RecordRef<'_>) {
        self.documents += 1;
        self.add(record.title(), EntryKind::Title);
        // What stands before and after a colon or a dash often stands for itself.
        for part in parts(record.title()) {
            self.add(part, EntryKind::Heading);
        }
        let body = record.body();
        for range in record.headings().unwrap_or_default().into_iter().take(MOST_OF_ONE) {
            for part in body.get(range).into_iter().flat_map(parts) {
                self.add(part, EntryKind::Heading);
            }
        }
        for name in names(body).take(MOST_OF_ONE) {
            self.add(name, EntryKind::Name);
        }
    }

    fn add(&mut self, text: &str, kind: EntryKind) {
        let text = text.trim();
        if text.is_empty() || text.chars().nth(LONGEST_PHRASE).is_some() {
            return;
        }
        let key = text_key(&fold_to_string(text));
        if !is_phrase(&key) {
            return;
        }
        let last = self.documents;
        if let Some(known) = self.phrases.get_mut(key.as_str()) {
            known.count += u64::from(known.last != last);
            known.last = last;
            if kind == EntryKind::Title {
                known.kind = kind;
            }
            return;
        }
        if self.phrases.len() >= MOST_PHRASES {
            self.thin_out();
        }
        if self.phrases.len() < MOST_PHRASES {
            let text = one_line(text).into();
            self.phrases.insert(key.into(), Phrase { text, count: 1, kind, last });
        }
    }

    /// Forgets what stood in one document and is no title; when that frees less than half, whatever
    /// stood in fewest documents, until half is free. So each look at all phrases makes room for many.
    fn thin_out(&mut self) {
        const KEPT: usize = MOST_PHRASES / 2;
        self.phrases.retain(|_, phrase| phrase.count > 1 || phrase.kind == EntryKind::Title);
        if self.phrases.len() <= KEPT {
            return;
        }
        let mut counts: Vec<u64> = self.phrases.values().map(|phrase| phrase.count).collect();
        // The count of the first that goes, were they in order of their counts.
        let (more, &mut most, _) = counts.select_nth_unstable_by(KEPT, |a, b| b.cmp(a));
        let mut as_many = KEPT - more.iter().filter(|&&count| count > most).count();
        self.phrases.retain(|_, phrase| {
            let chosen = phrase.count == most && as_many > 0;
            as_many -= usize::from(chosen);
            phrase.count > most || chosen
        });
    }
}

/// Whether a folded text is worth completing: two Han characters, or a word of three letters.
fn is_phrase(key: &str) -> bool {
    key.chars().filter(|&c| is_han(c)).nth(1).is_some()
        || key.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 2)
}

/// Signs that set parts of a title apart.
const APART: &str = "：｜|—，、；。！？（）()《》「」『』【】“”\"\n";

/// The parts of a title or heading between signs that set them apart. A colon or dash does only
/// beside a space, or between Han characters.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| APART.contains(c))
        .flat_map(|part| part.split(": "))
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" – "))
}

/// What stands between 《 and 》.
fn names(body: &str) -> impl Iterator<Item = &str> {
    body.split('《').skip(1).filter_map(|rest| {
        let mut chars = rest.char_indices().take(LONGEST_NAME + 1);
        let (end, _) = chars.find(|&(_, c)| c == '》')?;
        Some(&rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_numbers_hashes_and_addresses() {
        for word in ["ok", "dictionary", "mp3", "sha256", "utf8"] {
            assert!(is_latin_word(word), "{word}");
        }
        for other in ["a", "5g", "a1234", "naïve", ""] {
            assert!(!is_latin_word(other), "{other}");
        }
        for compound in ["node.js", "c++", "gpt-4o", "user_name"] {
            assert!(is_compound(compound), "{compound}");
        }
        for other in ["node", "a@b.c", "2024-05-21", "tcp/ip"] {
            assert!(!is_compound(other), "{other}");
        }
    }

    #[test]
    fn titles_have_parts_and_bodies_names() {
        let of = |text| parts(text).map(str::trim).collect::<Vec<_>>();
        assert_eq!(of("安装指南：Windows"), ["安装指南", "Windows"]);
        assert_eq!(of("Install guide - first steps"), ["Install guide", "first steps"]);
        assert_eq!(of("state-of-the-art"), ["state-of-the-art"]);
        let names: Vec<_> = names("《红楼梦》和《西游记》，《没有写完").collect();
        assert_eq!(names, ["红楼梦", "西游记"]);
    }

    #[test]
    fn thinning_out_makes_room_for_half_whatever_the_counts() {
        for counts in [2..=2, 1..=1000] {
            let mut gathered = Gathered::default();
            for (n, count) in (0..MOST_PHRASES).zip(counts.clone().cycle()) {
                let key = format!("短语{n}");
                let kind = EntryKind::Title;
                let phrase = Phrase { text: key.as_str().into(), count, kind, last: 0 };
                gathered.phrases.insert(key.into(), phrase);
            }
            gathered.thin_out();
            assert_eq!(gathered.phrases.len(), MOST_PHRASES / 2, "{counts:?}");
            let least = gathered.phrases.values().map(|phrase| phrase.count).min();
            assert!(least >= Some(counts.end() / 2), "{least:?} of {counts:?}");
        }
    }

    #[test]
    fn what_is_rare_counts_less_the_larger_the_index() {
        assert_eq!([10, 5_000, 1_000_000].map(|n| Threshold::of(n).0), [1, 2, 3]);
    }
}
