//! *Also known as* and 又称 outside of brackets.
//!
//! The name is taken only where a line or sentence begins with it: 马铃薯，又称土豆，是……

use super::Miner;
use super::bracket::{latin_run, part_name, run_start};
use super::name::{Shape, shape};
use crate::fold;
use crate::lexicon::is_function_word;

/// What is looked for, in either script.
#[rustfmt::skip]
pub(super) const KEYWORDS: &[&str] = &[
    "又称", "又稱", "又名", "亦称", "亦稱", "也称为", "也稱為", "简称", "簡稱", "also known as", "also called",
];

/// Longest Chinese name taken this way, in characters; longer ones are clauses.
const LONGEST: usize = 10;

impl Miner<'_> {
    /// Looks at the keyword at byte `at`.
    pub(super) fn called(
        &self,
        text: &str,
        at: usize,
        keyword: &str,
        take: &mut dyn FnMut(&str, &str),
    ) {
        let Some(before) = text[..at].trim_end().strip_suffix([',', '，']) else { return };
        let after = &text[at + keyword.len()..];
        let Some(alias) = alias(after) else { return };
        let Some(name) = self.sentence_start(before) else { return };
        let plausible = match (shape(name), shape(alias)) {
            (Some(Shape::Han), Some(Shape::Han)) => true,
            (Some(Shape::Words), Some(Shape::Words)) => true,
            (Some(Shape::Words), Some(Shape::Acronym)) => super::acronym::stands_for(alias, name),
            _ => false,
        };
        if plausible {
            take(name, alias);
        }
    }

    /// All of the sentence before the comma, if it is a name.
    fn sentence_start<'t>(&self, before: &'t str) -> Option<&'t str> {
        let from = before.len().saturating_sub(160);
        let from = (from..=before.len()).find(|&at| before.is_char_boundary(at))?;
        let window = &before[from..];
        let begins = |start: usize| {
            window[..start].chars().next_back().is_none_or(|c| "\n。！？；.!?;".contains(c))
        };
        if window.ends_with(crate::unit::is_han) {
            let start = run_start(window);
            let name = &window[start..];
            let folded = fold::fold_to_string(name);
            let words = self.words(&folded);
            let one_name = name.chars().count() <= LONGEST
                && words.len() <= 4
                && begins(start)
                && (from == 0 || start > 0);
            return one_name.then_some(name);
        }
        let name = latin_run(window);
        let start = window.len() - name.len();
        let sentence = begins(window[..start].trim_end().len()) && (from == 0 || start > 0);
        let name =
            ["The ", "A ", "An ", "the "].iter().find_map(|a| name.strip_prefix(a)).unwrap_or(name);
        let words = name.split_whitespace();
        let plain =
            words.clone().all(|word| !is_function_word(&word.to_lowercase()) || word == "of");
        (sentence && plain && words.count() <= 5).then_some(name)
    }
}

/// The name after the keyword, up to a sign or the end of the text, or quoted.
fn alias(after: &str) -> Option<&str> {
    let after = after.trim_start_matches(['为', '為', '作', ' ', ':', '：']);
    let ends =
        [',', '，', '。', '.', '、', ';', '；', '（', '(', '\n', ')', '）', '”', '」', '』', '》'];
    let end = after.find(ends).unwrap_or(after.len());
    let (alias, _) = part_name(&after[..end]);
    let alias = ["the ", "a ", "an "].iter().find_map(|a| alias.strip_prefix(a)).unwrap_or(alias);
    let words = alias.split_whitespace();
    let plain = words.clone().all(|word| !is_function_word(&word.to_lowercase()) || word == "of");
    (plain
        && words.count() <= 4
        && alias.chars().filter(|&c| crate::unit::is_han(c)).count() <= LONGEST)
        .then_some(alias)
}
