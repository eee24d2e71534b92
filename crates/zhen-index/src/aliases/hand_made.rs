//! Pairs of names added or removed by hand: a small text file beside the index.
//!
//! Each line is `+` or `-`, a tab, a name, a tab, the other name. It is a sidecar like the file table:
//! named after its content, written whole, and named in the manifest of the commit that it belongs to.

use std::collections::BTreeMap;
use std::path::Path;

use zhen_text::alias::{LONGEST_NAME, key};
use zhen_text::one_line;

use crate::errors::IndexError;
use crate::hash::hash64;
use crate::manifest::{ALIASES_PREFIX, Manifest, Sidecar, hex};

/// First line, for those who open the file.
const HEADER: &str =
    "# names that mean the same (+) or do not (-); change with `zhen aliases add|remove`\n";

/// Most pairs that can be added or removed by hand.
pub const MOST_HAND_MADE: usize = 100_000;

/// What the user says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is a pair, whether documents say so or not.
    Added,
    /// It is none, whatever documents say.
    Removed,
}

/// Pairs added or removed by hand. Both names of a pair are on equal terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandMade {
    /// By the keys of both names, the lesser first.
    pairs: BTreeMap<(String, String), Entry>,
    /// For each key, the keys that it was paired with.
    others: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    verdict: Verdict,
    /// As typed.
    names: [String; 2],
}

impl HandMade {
    /// Those that a manifest names; none where it names none.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when the sidecar is missing or altered.
    pub fn load(dir: &Path, manifest: &Manifest) -> Result<Self, IndexError> {
        let Some(sidecar) = &manifest.aliases else { return Ok(Self::default()) };
        let bytes = sidecar.read(dir)?;
        let text = std::str::from_utf8(&bytes).ok();
        text.and_then(Self::parse).ok_or_else(|| IndexError::Damaged {
            dir: dir.to_path_buf(),
            what: format!("{} cannot be read", sidecar.name),
        })
    }

    /// Writes them as a sidecar; `None` when there are none.
    pub(crate) fn save(&self, dir: &Path) -> Result<Option<Sidecar>, IndexError> {
        if self.pairs.is_empty() {
            return Ok(None);
        }
        let text = self.text();
        let name = format!("{ALIASES_PREFIX}{}.tsv", hex(hash64(text.as_bytes())));
        Sidecar::write(dir, name, text.as_bytes()).map(Some)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut this = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let verdict = match columns.next()? {
                "+" => Verdict::Added,
                "-" => Verdict::Removed,
                _ => return None,
            };
            let (name, other) = (columns.next()?, columns.next()?);
            this.set(name, other, verdict).ok()?;
        }
        Some(this)
    }

    fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for Entry { verdict, names: [name, other] } in self.pairs.values() {
            let sign = match verdict {
                Verdict::Added => '+',
                Verdict::Removed => '-',
            };
            text.push_str(&format!("{sign}\t{name}\t{other}\n"));
        }
        text
    }

    /// Says what a pair is; says whether that changed anything.
    ///
    /// # Errors
    /// [`IndexError::Options`] when one of the names is empty or too long, both are the same after
    /// folding, or there are too many pairs.
    pub fn set(&mut self, name: &str, other: &str, verdict: Verdict) -> Result<bool, IndexError> {
        let names = [one_line(name), one_line(other)];
        let keys = names.each_ref().map(|name| key(name));
        let wrong = |what: String| Err(IndexError::Options(what));
        for (name, key) in names.iter().zip(&keys) {
            if key.is_empty() {
                return wrong(format!(
                    "{name:?} holds no letter, digit or character to search for"
                ));
            }
            if name.len() > LONGEST_NAME {
                return wrong(format!(
                    "a name has {} bytes; a name of a pair has at most {LONGEST_NAME}",
                    name.len()
                ));
            }
        }
        let [a, b] = keys;
        if a == b {
            return wrong(format!(
                "{:?} and {:?} find each other already: they differ in nothing that is searched",
                names[0], names[1]
            ));
        }
        let ordered = if a < b { (a, b) } else { (b, a) };
        let full = self.pairs.len() >= MOST_HAND_MADE;
        match self.pairs.get_mut(&ordered) {
            Some(known) if known.verdict == verdict => return Ok(false),
            Some(known) => *known = Entry { verdict, names },
            None if full => {
                return wrong(format!(
                    "{MOST_HAND_MADE} pairs were made by hand already, and no more can be kept"
                ));
            }
            None => {
                let (a, b) = ordered.clone();
                self.others.entry(a.clone()).or_default().push(b.clone());
                self.others.entry(b).or_default().push(a);
                self.pairs.insert(ordered, Entry { verdict, names });
            }
        }
        Ok(true)
    }

    /// What was said of a pair of keys.
    pub fn verdict(&self, here: &str, there: &str) -> Option<Verdict> {
        let (a, b) = if here < there { (here, there) } else { (there, here) };
        self.pairs.get(&(a.to_owned(), b.to_owned())).map(|entry| entry.verdict)
    }

    /// The keys that were added to a key.
    pub fn added_to<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let others = self.others.get(key).into_iter().flatten().map(String::as_str);
        others.filter(move |other| self.verdict(key, other) == Some(Verdict::Added))
    }

    /// Whether a key of a pair begins with `start`.
    pub fn begins(&self, start: &str) -> bool {
        let range = (std::ops::Bound::Included(start), std::ops::Bound::Unbounded);
        let next = self.others.range::<str, _>(range).next();
        next.is_some_and(|(key, _)| key.starts_with(start))
    }

    /// Added pairs: the keys of both names, and the names as typed.
    pub(crate) fn added(&self) -> impl Iterator<Item = ([&str; 2], [&str; 2])> {
        let added = self.pairs.iter().filter(|(_, entry)| entry.verdict == Verdict::Added);
        added.map(|((a, b), entry)| {
            let [name, other] = &entry.names;
            let names = if key(name) == *a { [name, other] } else { [other, name] };
            ([a.as_str(), b.as_str()], names.map(String::as_str))
        })
    }

    /// Number of pairs, added and removed.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_kept_as_text_that_reads_back_the_same() {
        let mut pairs = HandMade::default();
        assert!(pairs.set("CPEC", "中巴經濟走廊", Verdict::Added).unwrap());
        assert!(!pairs.set("中巴经济走廊", "cpec", Verdict::Added).unwrap(), "it is the same pair");
        assert!(pairs.set("ok", "好", Verdict::Removed).unwrap());
        assert_eq!(pairs.added_to("cpec").collect::<Vec<_>>(), ["中巴经济走廊"]);
        assert_eq!(pairs.added_to("中巴经济走廊").collect::<Vec<_>>(), ["cpec"]);
        assert_eq!(pairs.added_to("ok").count(), 0);
        assert_eq!(pairs.verdict("好", "ok"), Some(Verdict::Removed));
        assert!(pairs.text().contains("+\tCPEC\t中巴經濟走廊\n"), "{}", pairs.text());
        assert_eq!(HandMade::parse(&pairs.text()), Some(pairs.clone()));
        assert!(pairs.set("cpec", "中巴经济走廊", Verdict::Removed).unwrap());
        assert_eq!(pairs.added_to("cpec").count(), 0);
    }

    #[test]
    fn what_is_no_pair_is_refused_with_a_reason() {
        let mut pairs = HandMade::default();
        for (name, other, said) in [
            ("词典", "詞典", "find each other already"),
            ("", "b", "no letter"),
            ("…", "b", "no letter"),
            ("b", &"长".repeat(50), "at most"),
        ] {
            let error = pairs.set(name, other, Verdict::Added).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(pairs.is_empty());
    }

    #[test]
    fn text_that_is_no_list_of_pairs_is_refused() {
        for text in ["*\ta\tb\n", "+\ta\n", "+\ta\ta\n"] {
            assert_eq!(HandMade::parse(text), None, "{text:?}");
        }
    }
}
