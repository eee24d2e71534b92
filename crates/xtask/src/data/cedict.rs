//! CC-CEDICT: its entries, and what each sense of an entry says in English.

use std::io;
use std::path::Path;

use zhen_text::fold::fold_to_string;
use zhen_text::lexicon::is_function_word;

/// Where the dictionary lies.
const SOURCE: &str = "data/lexicon/cedict/cedict.u8.zst";

/// One entry, as the dictionary has it; the headword folded.
pub(super) struct Entry {
    pub(super) word: String,
    /// Syllables with tone digits: `Zhong1 guo2`.
    pub(super) pinyin: String,
    pub(super) senses: Vec<String>,
}

impl Entry {
    /// Whether the entry is for a name.
    pub(super) fn is_name(&self) -> bool {
        self.pinyin.starts_with(|c: char| c.is_uppercase())
    }
}

/// All entries, in the dictionary's order.
pub(super) fn entries(root: &Path) -> io::Result<Vec<Entry>> {
    let bytes = zstd::decode_all(std::fs::File::open(root.join(SOURCE))?)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| entry(line).ok_or_else(|| io::Error::other(format!("no entry: {line}"))))
        .collect()
}

/// `traditional simplified [pinyin] /sense/sense/`
fn entry(line: &str) -> Option<Entry> {
    let (_, rest) = line.trim_end().split_once(' ')?;
    let (simplified, rest) = rest.split_once(" [")?;
    let (pinyin, rest) = rest.split_once("] /")?;
    let senses = rest.strip_suffix('/')?.split('/').map(str::to_owned).collect();
    Some(Entry { word: fold_to_string(simplified), pinyin: pinyin.to_owned(), senses })
}

/// What one sense says.
#[derive(Debug, PartialEq)]
pub(super) enum Sense {
    /// English phrases, each with how much it is worth from 0 to 1.
    Means(Vec<(Vec<String>, f32)>),
    /// A surname, in pinyin.
    Surname(Vec<String>),
    /// The same as another word, in part.
    As { word: String, worth: f32, also: Vec<(Vec<String>, f32)> },
    /// Nothing that translates: a classifier, a note on pronunciation.
    Nothing,
}

/// How much a sense is worth when it begins with one of these labels in parentheses.
const LABELS: &[(&str, f32)] = &[
    ("Beijing dialect", 0.25),
    ("Cantonese", 0.25),
    ("HK", 0.5),
    ("Internet slang", 0.4),
    ("Japanese kokuji", 0.1),
    ("Tw", 0.6),
    ("arch.", 0.15),
    ("archaic", 0.15),
    ("classical", 0.3),
    ("derog.", 0.6),
    ("dialect", 0.25),
    ("interj.", 0.6),
    ("literary", 0.35),
    ("neologism", 0.6),
    ("old", 0.4),
    ("onom.", 0.5),
    ("prefix", 0.5),
    ("slang", 0.5),
    ("suffix", 0.5),
    ("used in names", 0.2),
    ("used in place names", 0.2),
    ("vulgar", 0.4),
];

const NOTES: &[&str] = &["CL:", "Taiwan pr.", "also pr.", "pr. "];

const VARIANTS: &[&str] = &[
    "variant of",
    "old variant of",
    "archaic variant of",
    "erhua variant of",
    "Japanese variant of",
    "ancient variant",
    "popular variant",
    "erroneous variant",
    "obsolete variant",
    "nonstandard",
    "see ",
    "same as",
    "also written",
    "equivalent to",
    "equivalent of",
];

const SHORT_FOR: &[&str] = &["abbr. for ", "abbr. of ", "contraction of ", "abbreviation for "];

/// Reads one sense of an entry.
pub(super) fn sense(text: &str, is_name: bool) -> Sense {
    if NOTES.iter().any(|note| text.starts_with(note)) {
        return Sense::Nothing;
    }
    let acronyms: Vec<Vec<String>> = acronyms(text).filter(|_| is_name).collect();
    let (text, labels) = without_parentheses(text);
    let worth: f32 = labels
        .iter()
        .flat_map(|label| label.split(", "))
        .map(|label| label.split_once(" c. ").map_or(label, |(label, _)| label))
        .filter_map(|label| LABELS.iter().find(|(known, _)| *known == label))
        .map(|(_, worth)| worth)
        .product();
    let text = text.trim();
    if let Some(name) = text.strip_prefix("surname ") {
        return Sense::Surname(words(name));
    }
    if let Some(at) = SHORT_FOR.iter().find_map(|mark| text.find(mark)) {
        let also = meanings(&without_chinese(&text[..at]), is_name, worth);
        return match chinese(&text[at..]) {
            Some(word) => Sense::As { word, worth: 0.5, also },
            None => Sense::Means(also),
        };
    }
    if VARIANTS.iter().any(|mark| text.starts_with(mark)) {
        // 福建 is "see 福建省": as good a name as the other.
        return same_as(text, if is_name { 0.8 } else { 0.25 });
    }
    if text.starts_with("used in ") {
        return same_as(text, 0.03);
    }
    let text = without_chinese(text);
    if text.starts_with("classifier for") {
        return Sense::Nothing;
    }
    let mut meanings = meanings(&text, is_name, worth);
    meanings.extend(acronyms.into_iter().map(|acronym| (acronym, 0.8 * worth)));
    Sense::Means(meanings)
}

fn same_as(text: &str, worth: f32) -> Sense {
    chinese(text).map_or(Sense::Nothing, |word| Sense::As { word, worth, also: Vec::new() })
}

/// The text without what stands in parentheses, and the labels: parentheses at the very beginning.
fn without_parentheses(text: &str) -> (String, Vec<String>) {
    let (mut out, mut inner, mut labels) = (String::new(), String::new(), Vec::new());
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '(' => {
                depth += 1;
                if depth > 1 {
                    inner.push(c);
                }
            }
            ')' if depth == 1 => {
                depth = 0;
                if out.trim().is_empty() {
                    labels.push(std::mem::take(&mut inner));
                }
                inner.clear();
                out.push(' ');
            }
            ')' if depth > 1 => {
                depth -= 1;
                inner.push(c);
            }
            _ if depth > 0 => inner.push(c),
            _ => out.push(c),
        }
    }
    (out, labels)
}

/// What the dictionary writes Chinese words with.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' | '·' | '，' | '○')
}

/// The first Chinese word that a text refers to (`傳統|传统[chuan2 tong3]`), simplified and folded.
fn chinese(text: &str) -> Option<String> {
    let start = text.find(is_chinese)?;
    let rest = &text[start..];
    let end = |text: &str| text.find(|c| !is_chinese(c)).unwrap_or(text.len());
    let (traditional, rest) = rest.split_at(end(rest));
    let simplified = rest.strip_prefix('|').map(|rest| &rest[..end(rest)]);
    Some(fold_to_string(simplified.filter(|word| !word.is_empty()).unwrap_or(traditional)))
}

/// The text without Chinese words and without pinyin in brackets.
fn without_chinese(text: &str) -> String {
    let mut out = String::new();
    let mut in_brackets = false;
    for c in text.chars() {
        match c {
            '[' => in_brackets = true,
            ']' => {
                in_brackets = false;
                out.push(' ');
            }
            _ if in_brackets => {}
            '|' => {}
            _ if is_chinese(c) => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ => out.push(c),
        }
    }
    out
}

/// The phrases of the glosses of a sense; glosses are separated by semicolons.
fn meanings(text: &str, is_name: bool, worth: f32) -> Vec<(Vec<String>, f32)> {
    let mut out = Vec::new();
    for (i, gloss) in text.split(';').enumerate() {
        let worth = worth / (1.0 + 0.15 * i as f32);
        out.extend(phrases(gloss.trim(), is_name).into_iter().map(|(words, w)| (words, w * worth)));
    }
    out
}

const MARKS: &[(&str, f32)] = &[
    ("lit. ", 0.4),
    ("fig. ", 0.8),
    ("esp. ", 0.7),
    ("i.e. ", 0.7),
    ("e.g. ", 0.5),
    ("usually ", 0.8),
];

/// The phrases of one gloss: the gloss itself, its alternatives, the name that it begins with.
fn phrases(gloss: &str, is_name: bool) -> Vec<(Vec<String>, f32)> {
    let mut gloss = gloss;
    let mut worth = 1.0;
    for (mark, less) in MARKS {
        if let Some(rest) = gloss.strip_prefix(mark) {
            gloss = rest;
            worth *= less;
        }
    }
    let parts: Vec<&str> = gloss.split(',').map(str::trim).collect();
    let head = parts[0];
    let head_worth = if parts.len() > 1 { worth * 0.85 } else { worth };
    let mut candidates = Vec::new();
    match head.split_once(" or ") {
        Some((a, b)) if head.split_whitespace().count() <= 3 => {
            candidates.extend([(a, head_worth), (b, head_worth)]);
        }
        _ => candidates.push((head, head_worth)),
    }
    if !is_name && parts.len() <= 4 {
        let short = parts[1..].iter().filter(|part| part.split_whitespace().count() <= 2);
        candidates.extend(short.map(|part| (*part, worth * 0.5)));
    }
    let mut out: Vec<(Vec<String>, f32)> = Vec::new();
    for (text, worth) in candidates {
        let phrase = without_articles(words(text.strip_prefix("to ").unwrap_or(text)));
        if phrase.is_empty() {
            continue;
        }
        if phrase.len() == 2 && ["be", "become", "get"].contains(&phrase[0].as_str()) {
            out.push((phrase[1..].to_vec(), worth * 0.7));
        }
        if is_name && phrase.len() >= 2 {
            let name = leading_name(text);
            if !name.is_empty() && name != phrase {
                out.push((name.clone(), worth * 0.7));
            }
            let name = if name.is_empty() { &phrase } else { &name };
            if let Some(short) = short_name(name) {
                out.push((short.to_vec(), worth * 0.6));
            }
        }
        out.push((phrase, worth));
    }
    out
}

/// The word that is left of a name without the words that say what it is the name of, when it is one of
/// the phrases.
pub(super) fn without_kind(phrases: &[(Vec<String>, f32)]) -> Option<&str> {
    let left = phrases.iter().find_map(|(phrase, _)| match short_name(phrase)? {
        [name] => Some(name.as_str()),
        _ => None,
    })?;
    phrases.iter().any(|(phrase, _)| *phrase == [left]).then_some(left)
}

/// A name without the words that say what it is the name of, if it has such.
fn short_name(name: &[String]) -> Option<&[String]> {
    let is = |words: &[String], kind: &str| words.iter().eq(kind.split(' '));
    let after = KINDS.iter().find_map(|kind| {
        let at = name.len().checked_sub(kind.split(' ').count())?;
        is(&name[at..], kind).then_some(&name[..at])
    });
    let before = || name.split_first().filter(|(first, _)| *first == "mount").map(|(_, rest)| rest);
    after.or_else(before).filter(|short| !short.is_empty())
}

/// Acronyms that stand in parentheses after a name: (UK), (IMF).
fn acronyms(text: &str) -> impl Iterator<Item = Vec<String>> {
    let in_parentheses = text.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    let is_acronym = |text: &&str| {
        (2..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    in_parentheses
        .filter(is_acronym)
        .map(str::to_lowercase)
        .filter(|acronym| !is_function_word(acronym))
        .map(|acronym| vec![acronym])
}

/// Words after a name that are often left out.
const KINDS: &[&str] = &[
    "autonomous region",
    "city",
    "company",
    "corp",
    "corporation",
    "county",
    "district",
    "dynasty",
    "inc",
    "island",
    "islands",
    "lake",
    "mountain",
    "mountains",
    "municipality",
    "news agency",
    "peninsula",
    "prefecture",
    "province",
    "river",
    "sea",
    "town",
    "township",
];

/// Whether a sense is about a person: the years of a life stand in parentheses.
pub(super) fn is_person(sense: &str) -> bool {
    let in_parentheses = sense.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    in_parentheses.filter(|text| text.contains(['-', '–'])).any(|text| {
        let digits = |word: &str| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_digit());
        text.split(|c: char| !c.is_alphanumeric()).any(digits)
    })
}

/// The capitalised words that a gloss begins with: *Putian* of *Putian city in Fujian*.
fn leading_name(text: &str) -> Vec<String> {
    let all: Vec<&str> = text.split_whitespace().skip_while(|word| is_article(word)).collect();
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let mut length = 0;
    for (i, word) in all.iter().enumerate() {
        if capital(word) {
            length = i + 1;
        } else if i == 0 || !["of", "de", "la", "von", "van"].contains(word) {
            break;
        }
    }
    if length == all.len() { Vec::new() } else { words(&all[..length].join(" ")) }
}

fn is_article(word: &str) -> bool {
    ["a", "an", "the"].iter().any(|article| word.eq_ignore_ascii_case(article))
}

fn without_articles(mut words: Vec<String>) -> Vec<String> {
    let articles = words.iter().take_while(|word| is_article(word)).count();
    words.drain(..articles);
    words
}

/// Words that stand for whatever is spoken of.
const PLACEHOLDERS: &[&str] = &["sth", "sb", "etc", "oneself", "ones"];

/// The folded words of an English text. `one's`, `sb's` and a possessive 's are left out.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = fold_to_string(text).replace('’', "'");
    let mut out = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'' || c == '.')) {
        if ["one's", "sb's"].contains(&word) {
            continue;
        }
        let word = word.strip_suffix("'s").unwrap_or(word).replace('\'', "");
        let mut word = word.trim_matches('.');
        // A point stays between digits (3.5) and after single letters (u.s); else it ends a word.
        let keeps =
            word.bytes().any(|b| b.is_ascii_digit()) || word.split('.').all(|part| part.len() == 1);
        while let Some((first, rest)) = word.split_once('.').filter(|_| !keeps) {
            push(first, &mut out);
            word = rest;
        }
        push(word, &mut out);
    }
    out
}

fn push(word: &str, out: &mut Vec<String>) {
    if !word.is_empty() && !PLACEHOLDERS.contains(&word) {
        out.push(word.to_owned());
    }
}

#[cfg(test)]
mod tests;
