//! What stands in the documents, found out by reading all of them. Nothing here uses an index or a
//! segmenter, so that an engine is never checked against itself.

use std::collections::{BTreeSet, HashMap};

use memchr::memmem::Finder;
use zhen_source::Document;

use crate::engine::Reading;
use crate::runs::{is_han, spread};

/// Characters of a text that every engine which finds substrings can look up by its index.
const PROBE: std::ops::RangeInclusive<usize> = 3..=8;
/// Documents in which a probe may stand, so that all of them can be asked for.
const MOST_DOCUMENTS: usize = 1_000;
/// Stands between title and body, so that nothing is found across.
const BETWEEN: char = '\u{1}';

impl Reading {
    /// The text as it is compared.
    fn of(self, text: &str) -> String {
        match self {
            Self::Lowered => text.to_lowercase(),
            Self::Folded => {
                let mut text = zhen_text::fold::fold_to_string(text);
                text.retain(|c| !c.is_whitespace());
                text
            }
        }
    }
}

/// All documents as one reading has them.
pub(crate) struct Texts<'a> {
    reading: Reading,
    texts: Vec<(&'a str, String)>,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(documents: &'a [Document], reading: Reading) -> Self {
        let text = |document: &'a Document| {
            let mut text = reading.of(&document.title);
            text.push(BETWEEN);
            text.push_str(&reading.of(&document.body));
            (document.id.as_str(), text)
        };
        Self { reading, texts: documents.iter().map(text).collect() }
    }

    /// Ids of the documents in which `text` stands.
    pub(crate) fn containing(&self, text: &str) -> BTreeSet<&'a str> {
        let text = self.reading.of(text);
        let finder = Finder::new(&text);
        let stands = |text: &String| finder.find(text.as_bytes()).is_some();
        self.texts.iter().filter(|(_, text)| stands(text)).map(|(id, _)| *id).collect()
    }

    /// The text of a document; `None` when there is no such document.
    pub(crate) fn by_id(&self) -> HashMap<&'a str, &str> {
        self.texts.iter().map(|(id, text)| (*id, text.as_str())).collect()
    }
}

/// Chinese texts to look for: the Chinese runs of the queries, and runs cut from documents all over,
/// without regard to words. Each stands in few enough documents in both readings.
pub(crate) fn probes(
    documents: &[Document],
    queries: &[String],
    texts: [&Texts<'_>; 2],
    most: usize,
) -> Vec<String> {
    let asked: Vec<&str> = queries.iter().flat_map(|query| han_runs(query)).collect();
    let mut probes: Vec<String> = spread(&asked, most / 2).map(|run| cut(run, 0)).collect();
    let chinese: Vec<(usize, &Document)> = documents
        .iter()
        .filter(|document| !han_runs(&document.body).is_empty())
        .enumerate()
        .collect();
    for &(number, document) in spread(&chinese, most - probes.len().min(most)) {
        let runs = han_runs(&document.body);
        // Some number that is another for each document, and the same in each run.
        let turn = number.wrapping_mul(7_919);
        probes.push(cut(runs[turn % runs.len()], turn));
    }
    probes.sort();
    probes.dedup();
    let few =
        |probe: &String| texts.iter().all(|texts| texts.containing(probe).len() <= MOST_DOCUMENTS);
    probes.retain(few);
    probes
}

/// The runs of Chinese characters that are long enough.
fn han_runs(text: &str) -> Vec<&str> {
    let runs = text.split(|c| !is_han(c));
    runs.filter(|run| run.chars().count() >= *PROBE.start()).collect()
}

/// A piece of a run; where it begins and how long it is depends on `turn`.
fn cut(run: &str, turn: usize) -> String {
    let chars: Vec<char> = run.chars().collect();
    let length = (PROBE.start() + turn % (PROBE.end() - PROBE.start() + 1)).min(chars.len());
    let length = if turn == 0 { chars.len().min(*PROBE.end()) } else { length };
    let start = (turn / 7) % (chars.len() - length + 1);
    chars[start..start + length].iter().collect()
}

/// Latin words and the number of documents in which they stand, such that every engine must agree on
/// it: wherever their letters stand in a document, white space or the end is on both sides.
pub(crate) fn spaced_words(documents: &[Document], most: usize) -> Vec<(String, u64)> {
    let is_word = |chunk: &&str| {
        (5..=15).contains(&chunk.len()) && chunk.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let spaced = count_documents(documents, |text| {
        text.split_whitespace().filter(is_word).map(str::to_ascii_lowercase).collect()
    });
    let folded: Vec<String> = documents
        .iter()
        .map(|document| {
            let text = format!("{}{BETWEEN}{}", document.title, document.body);
            zhen_text::fold::fold_to_string(&text)
        })
        .collect();
    let mut words = Vec::new();
    // Some are dropped below, so more are tried.
    for (word, count) in spread(&spaced, most * 5) {
        let finder = Finder::new(word);
        let stands = folded.iter().filter(|text| finder.find(text.as_bytes()).is_some()).count();
        if stands as u64 == *count && words.len() < most {
            words.push((word.clone(), *count));
        }
    }
    words
}

/// Chinese texts of two to four characters, and the number of documents in which they stand by
/// themselves, with white space, an end or punctuation on both sides: however an engine cuts Chinese,
/// it cuts them there as it cuts them in a query.
pub(crate) fn standing_alone(documents: &[Document], most: usize) -> Vec<(String, u64)> {
    let alone = count_documents(documents, |text| {
        let pieces =
            text.split(|c: char| c.is_whitespace() || "，。、；：？！「」《》（）".contains(c));
        let is_text =
            |piece: &&str| (2..=4).contains(&piece.chars().count()) && piece.chars().all(is_han);
        pieces.filter(is_text).map(str::to_owned).collect()
    });
    spread(&alone, most).cloned().collect()
}

/// In how many documents each of the pieces stands, for those that stand in 2 to
/// [`MOST_DOCUMENTS`], in order.
fn count_documents(
    documents: &[Document],
    pieces: impl Fn(&str) -> BTreeSet<String>,
) -> Vec<(String, u64)> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for document in documents {
        let mut all = pieces(&document.title);
        all.append(&mut pieces(&document.body));
        for piece in all {
            *counts.entry(piece).or_default() += 1;
        }
    }
    counts.retain(|_, count| (2..=MOST_DOCUMENTS as u64).contains(count));
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, title: &str, body: &str) -> Document {
        Document { id: id.into(), title: title.into(), body: body.into(), ..Document::default() }
    }

    #[test]
    fn a_text_stands_where_its_reading_says() {
        let documents = [
            document("a", "詞典的", "用法 ABC"),
            document("b", "", "词典\n的用法"),
            document("c", "词典的用", "法abc"),
        ];
        let lowered = Texts::new(&documents, Reading::Lowered);
        assert_eq!(lowered.containing("词典的").into_iter().collect::<Vec<_>>(), ["c"]);
        assert_eq!(lowered.containing("aBc").into_iter().collect::<Vec<_>>(), ["a", "c"]);
        let folded = Texts::new(&documents, Reading::Folded);
        assert_eq!(folded.containing("詞典的").into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
        // Nothing is found across title and body.
        assert_eq!(folded.containing("的用法").into_iter().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn probes_are_chinese_and_stand_in_queries_or_documents() {
        let documents = [document("a", "", "安装简单方便，快。"), document("b", "", "no Chinese")];
        let queries = ["图书馆的开放时间？".to_owned(), "a词典".to_owned()];
        let lowered = Texts::new(&documents, Reading::Lowered);
        let folded = Texts::new(&documents, Reading::Folded);
        let probes = probes(&documents, &queries, [&lowered, &folded], 4);
        assert_eq!(probes.len(), 2);
        assert!(probes.contains(&"图书馆的开放时间".to_owned()));
        assert!(probes.iter().any(|probe| "安装简单方便".contains(probe.as_str())), "{probes:?}");
    }

    #[test]
    fn a_piece_of_a_run_has_three_to_eight_characters() {
        for turn in 0..200 {
            let piece = cut("一二三四五六七八九十", turn);
            assert!("一二三四五六七八九十".contains(&piece));
            assert!(PROBE.contains(&piece.chars().count()), "{turn}: {piece}");
        }
        assert_eq!(cut("一二三", 12_345), "一二三");
    }

    #[test]
    fn words_that_also_stand_within_others_are_no_measure() {
        let documents = [
            document("a", "needle", "in a haystack"),
            document("b", "", "Needle haystack words"),
            document("c", "", "haystacks Words"),
        ];
        let words = spaced_words(&documents, 10);
        assert_eq!(words, [("needle".to_owned(), 2), ("words".to_owned(), 2)]);
    }

    #[test]
    fn chinese_stands_alone_between_punctuation_only() {
        let documents = [
            document("a", "词典", "简单，安装简单"),
            document("b", "", "见《词典》。"),
            document("c", "", "简单 词典学"),
        ];
        let alone = standing_alone(&documents, 10);
        assert_eq!(alone, [("简单".to_owned(), 2), ("词典".to_owned(), 2)]);
    }
}
