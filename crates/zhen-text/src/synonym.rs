//! Synonyms that people write down for their own texts.
//!
//! A rule a line. `car, automobile, 汽车` says that each finds the others; `tv => television, 电视`
//! that what stands on the left also finds what stands on the right, and not the reverse. Words and
//! phrases of any language; `#` begins a comment. Rules are applied once, never to what they gave,
//! so that rules which lead to each other end.

use std::collections::HashMap;
use std::ops::Range;

use crate::fold;
use crate::unit::{Unit, units};

/// Longest list of rules, in bytes.
pub const LONGEST: usize = 4 << 20;
/// Most words on one side of a rule.
const MOST_WORDS: usize = 64;
/// Longest phrase, in units.
const LONGEST_PHRASE: usize = 16;

/// Rules, ready to be looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    by_phrase: HashMap<Box<str>, Vec<Box<str>>>,
    longest: usize,
}

/// Words of a text that have synonyms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Their bytes in the folded text.
    pub range: Range<usize>,
    /// What they also find, folded.
    pub synonyms: Vec<String>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SynonymError {
    /// Line of the rule, from 1.
    pub line: usize,
    /// What is wrong, and how it should be.
    pub what: String,
}

/// The rule that a line holds, its comment taken away; `None` for a line without one. A comment begins
/// at the start of the line or after white space.
///
/// ```
/// # use zhen_text::synonym::rule_of;
/// assert_eq!(rule_of("csharp, C# # the language"), Some("csharp, C#"));
/// assert_eq!(rule_of("# nothing"), None);
/// ```
pub fn rule_of(line: &str) -> Option<&str> {
    let begins = |at: &usize| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    let rule = line[..comment.unwrap_or(line.len())].trim();
    (!rule.is_empty()).then_some(rule)
}

/// The words that a rule is about, and those they find if it leads one way, as they are written;
/// `None` where all find each other. What is empty is left in.
///
/// ```
/// # use zhen_text::synonym::sides_of;
/// assert_eq!(sides_of("TV => 电视、電視"), (vec!["TV"], Some(vec!["电视", "電視"])));
/// assert_eq!(sides_of("car, 汽车"), (vec!["car", "汽车"], None));
/// ```
pub fn sides_of(rule: &str) -> (Vec<&str>, Option<Vec<&str>>) {
    let words = |side| str::split(side, [',', '，', '、', ';', '；']).map(str::trim).collect();
    match rule.split_once("=>") {
        Some((from, to)) => (words(from), Some(words(to))),
        None => (words(rule), None),
    }
}

impl Synonyms {
    /// Reads rules.
    ///
    /// # Errors
    /// The first rule that is none.
    ///
    /// ```
    /// use zhen_text::synonym::Synonyms;
    ///
    /// let rules = Synonyms::parse("北大, 北京大学, Peking University\nTV => 电视 # one way").unwrap();
    /// assert_eq!(rules.find_in("北大在哪里")[0].synonyms, ["北京大学", "peking university"]);
    /// assert!(rules.find_in("电视").is_empty());
    /// ```
    pub fn parse(text: &str) -> Result<Self, SynonymError> {
        let mut this = Self::default();
        if text.len() > LONGEST {
            let what = format!("the rules are longer than {} MB", LONGEST >> 20);
            return Err(SynonymError { line: 1, what });
        }
        for (line, rule) in (1..).zip(text.lines()) {
            if let Some(rule) = rule_of(rule) {
                this.add(rule).map_err(|what| SynonymError { line, what })?;
            }
        }
        Ok(this)
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.by_phrase.is_empty()
    }

    fn add(&mut self, rule: &str) -> Result<(), String> {
        if rule.matches("=>").nth(1).is_some() {
            return Err(
                "two arrows stand in one rule; write `a => b` and `b => c` as two".to_owned()
            );
        }
        let (from, to) = match sides_of(rule) {
            (from, Some(to)) => (phrases(&from)?, phrases(&to)?),
            (all, None) => {
                let all = phrases(&all)?;
                if all.len() < 2 {
                    return Err(format!(
                        "{rule:?} stands alone; write at least two words with a comma between \
                         them, or `word => word`"
                    ));
                }
                (all.clone(), all)
            }
        };
        for phrase in from {
            let key = key(&phrase).ok_or_else(|| format!("{phrase:?} is too long"))?;
            self.longest = self.longest.max(key.matches(SEPARATOR).count() + 1);
            let known = self.by_phrase.entry(key).or_default();
            for other in &to {
                if *other != phrase && !known.iter().any(|known| **known == **other) {
                    known.push(other.as_str().into());
                }
            }
        }
        Ok(())
    }

    /// The words and phrases of a folded text that have synonyms: at each place the longest, from
    /// left to right, without overlap. Linear in the text times the longest phrase.
    pub fn find_in(&self, folded: &str) -> Vec<Occurrence> {
        let mut out = Vec::new();
        if self.is_empty() {
            return out;
        }
        let all: Vec<Unit> = units(folded).collect();
        let mut at = 0;
        while at < all.len() {
            let mut key = String::new();
            let mut longest = None;
            for (i, unit) in all[at..].iter().take(self.longest).enumerate() {
                if i > 0 {
                    key.push(SEPARATOR);
                }
                key.push_str(&folded[unit.range.clone()]);
                if let Some(synonyms) = self.by_phrase.get(key.as_str()) {
                    longest = Some((i + 1, synonyms));
                }
            }
            let Some((count, synonyms)) = longest else {
                at += 1;
                continue;
            };
            out.push(Occurrence {
                range: all[at].range.start..all[at + count - 1].range.end,
                synonyms: synonyms.iter().map(|synonym| String::from(&**synonym)).collect(),
            });
            at += count;
        }
        out
    }
}

/// Stands between the units of a key; no unit holds it.
const SEPARATOR: char = '\u{1f}';

/// The units of a folded phrase; `None` when there are too many.
fn key(phrase: &str) -> Option<Box<str>> {
    let mut key = String::new();
    for (i, unit) in units(phrase).enumerate() {
        if i == LONGEST_PHRASE {
            return None;
        }
        if i > 0 {
            key.push(SEPARATOR);
        }
        key.push_str(&phrase[unit.range]);
    }
    Some(key.into())
}

/// The phrases of one side of a rule, folded.
fn phrases(side: &[&str]) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for phrase in side {
        let folded = fold::fold_to_string(phrase);
        if units(&folded).next().is_none() {
            return Err("a word is missing beside a comma or an arrow".to_owned());
        }
        if !out.contains(&folded) {
            out.push(folded);
        }
    }
    if out.len() > MOST_WORDS {
        return Err(format!("{} words stand in one rule, at most {MOST_WORDS} can", out.len()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rules: &str, text: &str) -> Vec<(String, Vec<String>)> {
        let rules = Synonyms::parse(rules).unwrap();
        let text = fold::fold_to_string(text);
        let found = rules.find_in(&text).into_iter();
        found.map(|o| (text[o.range].to_owned(), o.synonyms)).collect()
    }

    fn pair(word: &str, synonyms: &[&str]) -> (String, Vec<String>) {
        (word.to_owned(), synonyms.iter().map(|&s| s.to_owned()).collect())
    }

    #[test]
    fn equals_find_each_other_and_arrows_lead_one_way() {
        let rules = "车, 汽车, Car\ntv => television";
        assert_eq!(found(rules, "CAR"), [pair("car", &["车", "汽车"])]);
        assert_eq!(found(rules, "TV"), [pair("tv", &["television"])]);
        assert_eq!(found(rules, "television"), []);
    }

    #[test]
    fn the_longest_phrase_wins_and_borders_are_those_of_units() {
        let rules = "machine, 机器\nmachine learning, 机器学习";
        assert_eq!(found(rules, "machine  learning"), [pair("machine  learning", &["机器学习"])]);
        assert_eq!(found(rules, "machines"), []);
        assert_eq!(found(rules, "学机器学习"), [pair("机器学习", &["machine learning"])]);
    }

    #[test]
    fn scripts_and_width_fold() {
        assert_eq!(found("軟體，软件", "软体"), [pair("软体", &["软件"])]);
    }

    #[test]
    fn rules_that_lead_to_each_other_end() {
        assert_eq!(
            found("a => b\nb => a\na, a1", "a b"),
            [pair("a", &["b", "a1"]), pair("b", &["a"])]
        );
    }

    #[test]
    fn what_is_no_rule_is_named_with_its_line() {
        for (rules, line) in [
            ("a, b\nalone", 2),
            ("a =>", 1),
            ("# fine\n\na,,b", 3),
            ("=> b", 1),
            ("a => b => c", 1),
        ] {
            assert_eq!(Synonyms::parse(rules).unwrap_err().line, line, "{rules}");
        }
        let many: Vec<String> = (0..100).map(|n| format!("w{n}")).collect();
        assert!(Synonyms::parse(&many.join(",")).is_err());
        assert!(Synonyms::parse(&format!("{}, b", "字".repeat(100))).is_err());
        assert!(Synonyms::parse(" # nothing\n").unwrap().is_empty());
    }
}
