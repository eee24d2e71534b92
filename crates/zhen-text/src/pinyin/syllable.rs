//! Syllables of standard Chinese without tones, and how they are spelled.

use std::fmt;

use super::table;

/// A toneless syllable of standard Chinese, such as *zhong*. *ü* is written *v*.
///
/// Ordered as their spellings are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Syllable(u16);

impl Syllable {
    /// The syllable with this spelling, if there is one.
    pub fn new(text: &str) -> Option<Self> {
        let number = table::syllables().find(text).ok()?;
        u16::try_from(number).ok().map(Self)
    }

    pub(super) fn from_number(number: u16) -> Self {
        Self(number)
    }

    /// Its spelling: letters a to z.
    pub fn text(self) -> &'static str {
        table::syllables().word(usize::from(self.0))
    }

    /// All syllables, ordered as their spellings are.
    pub fn all() -> impl Iterator<Item = Self> {
        let count = u16::try_from(table::syllables().len()).unwrap_or(u16::MAX);
        (0..count).map(Self)
    }

    /// The syllables that are the first so many of the letters, with their number: `lengths` ascends.
    pub(super) fn first_of(
        letters: &str,
        lengths: impl Iterator<Item = usize>,
    ) -> impl Iterator<Item = (usize, Self)> {
        let table = table::syllables();
        let spelled = lengths.map_while(move |length| {
            let text = &letters[..length];
            match table.find(text) {
                Ok(number) => Some(u16::try_from(number).ok().map(|number| (length, Self(number)))),
                // None that begins so, none that goes on.
                Err(next) => table.word(next).starts_with(text).then_some(None),
            }
        });
        spelled.flatten()
    }

    /// All syllables whose spelling begins so.
    pub(super) fn beginning(prefix: &str) -> impl Iterator<Item = Self> {
        let (Ok(start) | Err(start)) = table::syllables().find(prefix);
        let count = u16::try_from(table::syllables().len()).unwrap_or(u16::MAX);
        let start = u16::try_from(start).unwrap_or(count);
        (start..count).map(Self).take_while(move |syllable| syllable.text().starts_with(prefix))
    }
}

impl fmt::Debug for Syllable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for Syllable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Sounds that many speakers do not tell apart; what is chosen counts as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fuzzy {
    /// zh = z, ch = c, sh = s.
    pub retroflex: bool,
    /// -n = -ng, after a, e, i.
    pub nasal: bool,
    /// l- = n-.
    pub lateral: bool,
}

impl Fuzzy {
    /// All sounds are told apart.
    pub const NONE: Self = Self { retroflex: false, nasal: false, lateral: false };
    /// None of these sounds is told apart.
    pub const ALL: Self = Self { retroflex: true, nasal: true, lateral: true };
}

/// The spellings of the same or a confusable sound, the given one first; none twice.
pub(super) fn alternatives(text: &str, fuzzy: Fuzzy) -> Vec<String> {
    let mut out = vec![text.to_owned()];
    let mut add = |from: fn(&str) -> Option<String>| {
        for i in 0..out.len() {
            if let Some(other) = from(&out[i]).filter(|other| !out.contains(other)) {
                out.push(other);
            }
        }
    };
    // ü is typed v, u or yu after l and n; after others it is written u anyway.
    add(|text| spelled_otherwise(text, "yu", "v"));
    add(|text| spelled_otherwise(text, "u", "v").filter(|text| matches!(&text[1..], "v" | "ve")));
    if fuzzy.retroflex {
        add(|text| match text.as_bytes() {
            [b'z' | b'c' | b's', b'h', ..] => Some([&text[..1], &text[2..]].concat()),
            [b'z' | b'c' | b's', ..] => Some([&text[..1], "h", &text[1..]].concat()),
            _ => None,
        });
    }
    if fuzzy.lateral {
        add(|text| match text.as_bytes().first() {
            Some(b'l') => Some(["n", &text[1..]].concat()),
            Some(b'n') => Some(["l", &text[1..]].concat()),
            _ => None,
        });
    }
    if fuzzy.nasal {
        add(|text| {
            let ends = |endings: [&str; 3]| endings.iter().any(|ending| text.ends_with(ending));
            match text {
                _ if ends(["ang", "eng", "ing"]) => Some(text[..text.len() - 1].to_owned()),
                _ if ends(["an", "en", "in"]) => Some([text, "g"].concat()),
                _ => None,
            }
        });
    }
    out
}

/// Whether there may be [`alternatives`] to what letters begin with.
pub(super) fn may_have_alternatives(letters: &str, fuzzy: Fuzzy) -> bool {
    fuzzy != Fuzzy::NONE || letters.starts_with(['l', 'n'])
}

/// `lyu` as `lv`: what stands after l or n, spelled otherwise.
fn spelled_otherwise(text: &str, from: &str, to: &str) -> Option<String> {
    let initial = text.get(..1).filter(|initial| matches!(*initial, "l" | "n"))?;
    let last = text[1..].strip_prefix(from)?;
    Some([initial, to, last].concat())
}
