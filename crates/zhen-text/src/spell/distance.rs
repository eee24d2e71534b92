//! Edit distance.

/// Shortest words that may have one and two mistakes, in characters.
const ONE_MISTAKE: usize = 4;
const TWO_MISTAKES: usize = 8;
/// Longest words compared, in characters.
const LONGEST: usize = 64;

/// How many mistakes a typed Latin word may have: one from four letters, two from eight.
pub fn allowed_distance(word: &str) -> u8 {
    match word.chars().take(TWO_MISTAKES).count() {
        TWO_MISTAKES.. => 2,
        ONE_MISTAKE.. => 1,
        _ => 0,
    }
}

/// The number of characters to insert, delete, replace or swap with their neighbour to turn one
/// word into the other, if it is at most `most`; `None` otherwise, and for words of more than 64
/// characters. No character is changed twice.
///
/// Source of the algorithm: optimal string alignment, a restriction of Damerau (1964); dynamic
/// programming after Wagner and Fischer (1974). Time: length × (2 × `most` + 1).
///
/// ```
/// use zhen_text::spell::distance;
/// assert_eq!(distance("recieve", "receive", 2), Some(1));
/// assert_eq!(distance("searhc engine", "search engine", 2), Some(1));
/// assert_eq!(distance("kitten", "sitting", 2), None);
/// ```
pub fn distance(a: &str, b: &str, most: u8) -> Option<u8> {
    let a: Vec<char> = a.chars().take(LONGEST + 1).collect();
    let b: Vec<char> = b.chars().take(LONGEST + 1).collect();
    let most = usize::from(most);
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > most {
        return None;
    }
    // Three rows are enough: a swap looks two rows back. What is beyond the band counts as too far.
    let far = most + 1;
    let mut before_last = [far; LONGEST + 1];
    let mut last = [far; LONGEST + 1];
    let mut row = [far; LONGEST + 1];
    for (j, cell) in last.iter_mut().enumerate().take(b.len().min(most) + 1) {
        *cell = j;
    }
    for i in 1..=a.len() {
        row.fill(far);
        if i <= most {
            row[0] = i;
        }
        let mut least = row[0];
        for j in i.saturating_sub(most).max(1)..=(i + most).min(b.len()) {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cell = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(before_last[j - 2] + 1);
            }
            row[j] = cell.min(far);
            least = least.min(row[j]);
        }
        if least > most {
            return None;
        }
        (before_last, last) = (last, row);
    }
    u8::try_from(last[b.len()]).ok().filter(|&found| usize::from(found) <= most)
}

#[cfg(test)]
mod tests {
    //! 1. A metric on short words: symmetric, zero exactly for equal words.
    //! 2. Within the bound it equals the plain, unbounded algorithm.
    //! 3. One insertion, deletion, replacement or swap is one mistake.

    use proptest::prelude::*;

    use super::*;

    /// The whole table, without a bound.
    fn plain(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                if i == 0 || j == 0 {
                    table[i][j] = i + j;
                    continue;
                }
                let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                table[i][j] = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
                }
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn each_kind_of_mistake_counts_once() {
        for typed in ["sarch", "seearch", "seerch", "saerch", "earch", "zearch", "searchh"] {
            assert_eq!(distance(typed, "search", 2), Some(1), "{typed}");
        }
        assert_eq!(distance("测式", "测试", 1), Some(1));
        assert_eq!(distance("", "", 0), Some(0));
        assert_eq!(distance("", "a", 0), None);
        assert_eq!(distance(&"a".repeat(100), &"a".repeat(100), 2), None);
    }

    #[test]
    fn longer_words_may_have_more_mistakes() {
        for (word, allowed) in [("", 0), ("cat", 0), ("word", 1), ("network", 1), ("database", 2)] {
            assert_eq!(allowed_distance(word), allowed, "{word}");
        }
    }

    proptest! {
        #[test]
        fn the_bounded_distance_is_the_plain_one(a in "[abc中]{0,9}", b in "[abc中]{0,9}", most in 0u8..4) {
            let expected = u8::try_from(plain(&a, &b)).ok().filter(|found| *found <= most);
            prop_assert_eq!(distance(&a, &b, most), expected);
            prop_assert_eq!(distance(&b, &a, most), expected);
            prop_assert_eq!(distance(&a, &b, 0).is_some(), a == b);
        }
    }
}
