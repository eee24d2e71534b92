//! Kinds of queries that are slow or fast for different reasons.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The class of a query, decided by its text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryClass {
    /// More than one Chinese word, no Latin letters.
    Chinese,
    /// More than one word in Latin letters, no Han characters.
    English,
    /// Han characters and Latin letters or digits.
    Mixed,
    /// Something in quotation marks.
    Phrase,
    /// One word: no white space, and at most four Han characters or one Latin word.
    OneWord,
    /// Sixteen Han characters or eight Latin words, or more.
    LongQuestion,
    /// A word that ends in `*`.
    Prefix,
    /// A condition, `field:value`.
    Filter,
}

/// A Latin word asks for about as much work as two Han characters, a Chinese word.
const LATIN_WORD_WEIGHT: usize = 2;
const LONG_FROM: usize = 16;
const WORD_UP_TO: usize = 4;

impl QueryClass {
    /// All classes, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Chinese,
        Self::English,
        Self::Mixed,
        Self::Phrase,
        Self::OneWord,
        Self::LongQuestion,
        Self::Prefix,
        Self::Filter,
    ];

    /// The class of `query`. Operators come first (a condition, then a phrase, then a prefix), then
    /// length, then script.
    #[must_use]
    pub fn of(query: &str) -> Self {
        if query.split_whitespace().any(is_condition) {
            return Self::Filter;
        }
        if has_phrase(query) {
            return Self::Phrase;
        }
        if query.split_whitespace().any(is_prefix) {
            return Self::Prefix;
        }
        let han = query.chars().filter(|&c| is_han(c)).count();
        let latin = query
            .split(|c: char| is_han(c) || !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .count();
        let weight = han + latin * LATIN_WORD_WEIGHT;
        let one_piece = query.split_whitespace().count() <= 1;
        if weight >= LONG_FROM {
            Self::LongQuestion
        } else if one_piece && weight <= WORD_UP_TO && (han == 0 || latin == 0) && latin <= 1 {
            Self::OneWord
        } else if han > 0 && latin > 0 {
            Self::Mixed
        } else if han > 0 {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// Its name as shown to people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chinese => "Chinese",
            Self::English => "English",
            Self::Mixed => "mixed",
            Self::Phrase => "phrase",
            Self::OneWord => "one word",
            Self::LongQuestion => "long question",
            Self::Prefix => "prefix",
            Self::Filter => "filter",
        }
    }
}

impl fmt::Display for QueryClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// `lang:zh`, but not `http://…`, `12:30` or `std::vec`.
fn is_condition(word: &str) -> bool {
    let word = word.trim_start_matches(['-', '(', '（', '－']);
    let Some((name, value)) = word.split_once([':', '：']) else {
        return false;
    };
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && value.chars().any(|c| c.is_alphanumeric() || c == '*' || c == '"')
        && !value.starts_with([':', '=', '\\'])
        && !value.starts_with("//")
}

fn has_phrase(query: &str) -> bool {
    let directed = [('“', '”'), ('「', '」'), ('『', '』'), ('«', '»')];
    query.matches(['"', '＂']).count() >= 2
        || directed.iter().any(|&(open, close)| {
            query.find(open).is_some_and(|start| query[start..].contains(close))
        })
}

fn is_prefix(word: &str) -> bool {
    word.strip_suffix(['*', '＊'])
        .is_some_and(|start| start.ends_with(char::is_alphanumeric) && !start.contains('*'))
}

#[cfg(test)]
mod tests {
    use super::QueryClass::{self, *};

    #[test]
    fn queries_fall_into_the_class_that_their_text_shows() {
        let table = [
            ("词典", OneWord),
            ("dictionary", OneWord),
            ("中巴经济走廊", Chinese),
            ("土豆 马铃薯", Chinese),
            ("free trade", English),
            ("iPhone手机 价格", Mixed),
            ("T恤", Mixed),
            ("维生素A", Mixed),
            ("“自由贸易”", Phrase),
            ("埃及所谓的「阿拉伯之盾」军演", Phrase),
            ("\"free trade\" lang:zh", Filter),
            ("5\" disk", English),
            ("zhong*", Prefix),
            ("中国＊ 经济", Prefix),
            ("**bold** text", English),
            ("2 * 3", English),
            ("lang:zh 词典", Filter),
            ("-tags:draft law", Filter),
            ("title：词典", Filter),
            ("http://example.com page", English),
            ("at 12:30", English),
            ("std::vec push", English),
            (
                "what is the difference between linear regression and logistic regression",
                LongQuestion,
            ),
            ("我延期交电费，电力公司要求我额外支付违约金，合法吗？", LongQuestion),
            ("", OneWord),
        ];
        for (query, class) in table {
            assert_eq!(QueryClass::of(query), class, "{query}");
        }
    }
}
