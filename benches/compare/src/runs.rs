//! What a search for substrings makes of a query: its runs of letters and digits.

/// The runs of letters and digits in a query, in order. Punctuation, among it the question mark that
/// ends so many queries, is no part of what is looked for.
pub(crate) fn runs(query: &str) -> Vec<&str> {
    query.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).collect()
}

/// The run with the most characters, the first of several.
pub(crate) fn longest(query: &str) -> Option<&str> {
    runs(query).into_iter().rev().max_by_key(|run| run.chars().count())
}

/// Whether a character is one of the common Chinese ones, which all engines take for such.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// A repeatable choice of `most` of `all` at equal distances; all when there are no more.
pub(crate) fn spread<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let most = most.min(all.len());
    (0..most).map(move |i| &all[i * all.len() / most])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_ends_a_run_and_is_in_none() {
        assert_eq!(runs("图书馆 的「开放」时间？"), ["图书馆", "的", "开放", "时间"]);
        assert_eq!(runs("C++ 5G"), ["C", "5G"]);
        assert!(runs("？！").is_empty());
        assert_eq!(longest("一二 三四五 abc"), Some("三四五"));
        assert_eq!(longest("…"), None);
    }

    #[test]
    fn a_spread_is_even_and_no_larger_than_what_there_is() {
        let all: Vec<u32> = (0..10).collect();
        assert_eq!(spread(&all, 3).copied().collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(spread(&all, 20).count(), 10);
        assert_eq!(spread(&[0_u8; 0], 3).count(), 0);
    }
}
