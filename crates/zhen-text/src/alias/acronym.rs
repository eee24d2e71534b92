//! Latin names and their acronyms.
//!
//! Source: A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation
//! definitions in biomedical text", Pacific Symposium on Biocomputing 8, 2003. Their algorithm looks
//! for the acronym's characters from the end of the name backwards; the first must begin a word. It
//! was made for papers, where brackets after a name hold little else. For any text this module asks
//! more: initials are tried first, and where letters stand within words, most must still begin one.

/// Most letters of an acronym, as Schwartz and Hearst have it.
const MOST_LETTERS: usize = 10;

/// The end of `text` that `acronym` stands for, where there is one; it begins at a word.
pub(super) fn long_form<'t>(acronym: &str, text: &'t str) -> Option<&'t str> {
    let letters = letters(acronym);
    if !(2..=MOST_LETTERS).contains(&letters.len()) || text.is_empty() {
        return None;
    }
    // As many words as Schwartz and Hearst look at.
    let most = (letters.len() + 5).min(letters.len() * 2);
    let words = words(text, most);
    let start = by_initials(&letters, &words).or_else(|| by_letters(&letters, &words))?;
    let long = &text[start..];
    let content = long.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // A name that holds its acronym explains something else.
    let holds_it = content.clone().any(|word| word.eq_ignore_ascii_case(acronym));
    // A name that ends in capitals begins with one: not "complied with National Standard".
    let capital = |c: char| c.is_uppercase() || c.is_numeric();
    let (first, last) = (content.clone().next()?, content.clone().next_back()?);
    let mixed = last.starts_with(capital) && !first.contains(capital);
    let mixed = mixed && acronym.starts_with(capital);
    let plausible = content.count() > 1 && long.len() > acronym.len() + 2;
    (plausible && !holds_it && !mixed).then_some(long)
}

/// Whether `acronym` stands for all of `name`.
pub(super) fn stands_for(acronym: &str, name: &str) -> bool {
    long_form(acronym, name).is_some_and(|long| long.len() == name.len())
}

/// Lower-case letters and digits, without the s of a plural.
pub(super) fn letters(acronym: &str) -> Vec<char> {
    let stem = match acronym.strip_suffix('s') {
        Some(stem) if stem.ends_with(|c: char| c.is_ascii_uppercase()) => stem,
        _ => acronym,
    };
    stem.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A word of the text before the bracket.
struct Word<'t> {
    text: &'t str,
    start: usize,
    /// Whether it begins at a blank, not after a hyphen.
    begins: bool,
}

/// The last `most` blank-separated words of `text`, parted at hyphens too, in order.
fn words(text: &str, most: usize) -> Vec<Word<'_>> {
    let mut out: Vec<Word<'_>> = Vec::new();
    let mut end = text.len();
    let mut blanks = 0;
    while end > 0 && blanks < most {
        let start = text[..end]
            .char_indices()
            .rev()
            .find(|(_, c)| c.is_whitespace() || matches!(c, '-' | '/' | '–'))
            .map_or(0, |(at, c)| at + c.len_utf8());
        let begins = start == 0 || text[..start].ends_with(char::is_whitespace);
        if start < end {
            out.push(Word { text: &text[start..end], start, begins });
            blanks += usize::from(begins);
        }
        end = match text[..start].chars().next_back() {
            Some(c) => start - c.len_utf8(),
            None => 0,
        };
    }
    out.reverse();
    out
}

/// Where the name begins, if the letters are the initials of its words.
fn by_initials(letters: &[char], words: &[Word<'_>]) -> Option<usize> {
    backwards(
        words,
        &|word| match word.is_passed_over() {
            true => &[0, 1],
            false => &[1],
        },
        letters,
    )
    .map(|(start, _)| start)
}

/// Where the name begins by Schwartz and Hearst's algorithm, if at least two thirds of the letters
/// begin a word and every word but function words gives a letter.
fn by_letters(letters: &[char], words: &[Word<'_>]) -> Option<usize> {
    let (start, initials) = backwards(
        words,
        &|word| match word.is_passed_over() {
            true => &[0],
            false => &[1, 2, 3, 4],
        },
        letters,
    )?;
    let enough = initials * 3 >= letters.len() * 2 || initials >= 2 && letters.len() <= 3;
    enough.then_some(start)
}

/// Matches the letters with the words from the end: each word may give so many letters as `ways` says,
/// tried in that order. Gives where the name begins and how many words gave letters.
fn backwards<'w>(
    words: &[Word<'_>],
    ways: &dyn Fn(&Word<'_>) -> &'w [usize],
    letters: &[char],
) -> Option<(usize, usize)> {
    Attempt { ways, all: letters.len(), futile: vec![0; words.len() + 1] }.go_on(words, letters, 0)
}

/// An attempt to match letters with words. What is left of both is all that decides whether it comes
/// to an end, so each such pair is tried once; without that, words that may be passed over double the
/// work one by one.
struct Attempt<'f, 'w> {
    ways: &'f dyn Fn(&Word<'_>) -> &'w [usize],
    /// Number of letters of the acronym.
    all: usize,
    /// By how many words are left: one bit for each number of letters left that lead nowhere.
    futile: Vec<u32>,
}

impl Attempt<'_, '_> {
    fn go_on(
        &mut self,
        words: &[Word<'_>],
        letters: &[char],
        initials: usize,
    ) -> Option<(usize, usize)> {
        let (word, rest) = words.split_last()?;
        let bit = 1 << letters.len();
        if self.futile[words.len()] & bit != 0 {
            return None;
        }
        let found = (self.ways)(word).iter().find_map(|&count| {
            let left = letters.len().checked_sub(count)?;
            match count {
                // The last word always gives a letter.
                0 if letters.len() < self.all => self.go_on(rest, letters, initials),
                0 => None,
                _ if !word.gives(&letters[left..]) => None,
                _ if left == 0 => word.begins.then_some((word.start, initials + 1)),
                _ => self.go_on(rest, &letters[..left], initials + 1),
            }
        });
        if found.is_none() {
            self.futile[words.len()] |= bit;
        }
        found
    }
}

impl Word<'_> {
    /// Whether acronyms leave the word out.
    fn is_passed_over(&self) -> bool {
        const PASSED_OVER: [&str; 14] = [
            "a", "an", "and", "as", "at", "by", "de", "for", "in", "of", "on", "the", "to", "with",
        ];
        PASSED_OVER.contains(&self.text.to_lowercase().as_str())
    }

    /// Whether the letters stand in the word, in order, the first at its beginning. (In eXtensible the
    /// second letter may stand for it.)
    fn gives(&self, letters: &[char]) -> bool {
        let lower = self.text.to_lowercase();
        let mut rest = lower.chars();
        let begins = letters.first().copied();
        let first =
            lower.chars().next() == begins || lower.starts_with("ex") && begins == Some('x');
        first && letters.iter().all(|letter| rest.any(|c| c == *letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_where_its_initials_do() {
        for (acronym, text, expected) in [
            ("WHO", "according to the World Health Organization", "World Health Organization"),
            (
                "NASA",
                "by the National Aeronautics and Space Administration",
                "National Aeronautics and Space Administration",
            ),
            ("XML", "in eXtensible Markup Language", "eXtensible Markup Language"),
            ("XML", "in Extensible Markup Language", "Extensible Markup Language"),
            ("GPL", "the General Public License", "General Public License"),
            ("DoD", "by the Department of Defense", "Department of Defense"),
            ("CPU", "a central processing unit", "central processing unit"),
            ("NER", "for named-entity recognition", "named-entity recognition"),
            ("HTML", "uses HyperText Markup Language", "HyperText Markup Language"),
            ("IPC", "with interprocess communication", "interprocess communication"),
            (
                "APIs",
                "many application programming interfaces",
                "application programming interfaces",
            ),
            ("UI", "The layout of the user-interface", "user-interface"),
            ("TLS", "over transport layer security", "transport layer security"),
            ("DHCP", "Dynamic Host Configuration Protocol", "Dynamic Host Configuration Protocol"),
            ("FTA", "we met in the office", ""),
            ("AB", "The answer was bad", ""),
            ("API", "the API of an API", ""),
            ("CNS", "who complied with National Standard", ""),
            ("NULL", "nothing under the lamp", ""),
        ] {
            assert_eq!(long_form(acronym, text).unwrap_or(""), expected, "{acronym} in {text:?}");
        }
    }

    #[test]
    fn words_that_may_be_passed_over_are_not_tried_in_every_combination() {
        for part in ["a-", "of/", "the–"] {
            for acronym in ["AAAAAAAAAA", "OOOOOOOOOO", "TTTTTTTTTT"] {
                let name = format!("b-{}a", part.repeat(200));
                assert_eq!(long_form(acronym, &name), None, "{acronym} in {name:?}");
            }
        }
        // What they hide is found all the same.
        let name = format!("World {}Organization", "of-".repeat(200));
        assert_eq!(long_form("WO", &name), Some(name.as_str()));
    }
}
