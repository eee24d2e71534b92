//! What is typed, read as pinyin: letters, where a syllable must end, and the syllables that may
//! stand at each place.

use super::syllable::{Fuzzy, Syllable, alternatives, may_have_alternatives};

/// Most letters read; longer input is no pinyin.
pub const MOST_LETTERS: usize = 200;
/// Letters of the longest spelling (*zhuang*).
const LONGEST_SPELLING: usize = 6;
/// Readings given at most, and followed at each place.
const MOST_READINGS: usize = 4;

/// Vowels with tone marks, as their letters.
const MARKED: &[(&str, char)] = &[
    ("āáǎàă", 'a'),
    ("ēéěèêĕ", 'e'),
    ("īíǐìĭ", 'i'),
    ("ōóǒòŏ", 'o'),
    ("ūúǔùŭ", 'u'),
    ("ǖǘǚǜü", 'v'),
    ("ńňǹ", 'n'),
];

/// Whether typed text has a mark that hardly anything but pinyin has: the first or third tone, or *ü*.
pub fn is_marked(typed: &str) -> bool {
    typed.chars().any(|c| "āēīōūǖǎěǐǒǔǚüǘǜ".contains(c))
}

/// Latin input that may be pinyin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub(super) letters: String,
    /// For each place between letters whether a syllable must end there; also at both ends.
    breaks: Vec<bool>,
    /// For each place the syllables that may stand there, with their number of letters.
    syllables: Vec<Vec<(usize, Syllable)>>,
    fuzzy: Fuzzy,
}

impl Input {
    /// Reads what was typed, folded or not: letters; tone marks and tone digits, which are
    /// forgotten; *ü*, *v* or *u:*; spaces, apostrophes, hyphens and points, where a syllable ends.
    /// `None` when there is anything else, no letter, or more than [`MOST_LETTERS`].
    pub fn new(typed: &str, fuzzy: Fuzzy) -> Option<Self> {
        let (letters, breaks) = letters_and_breaks(typed)?;
        let mut input = Self { letters, breaks, syllables: Vec::new(), fuzzy };
        input.syllables = (0..input.len()).map(|at| input.syllables_at(at)).collect();
        Some(input)
    }

    /// The letters, toneless and without what stood between them: a to z, *ü* as *v*.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Whether a syllable has to end before the letter with this number, as at both ends.
    pub fn is_break(&self, at: usize) -> bool {
        self.breaks.get(at).copied().unwrap_or(true)
    }

    /// The sounds that are not told apart.
    pub fn confused(&self) -> Fuzzy {
        self.fuzzy
    }

    /// Number of letters.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether no syllable has to end within the letters.
    pub(super) fn is_unbroken(&self, from: usize, to: usize) -> bool {
        !self.breaks[from + 1..to].contains(&true)
    }

    /// The syllables that the letters at `at` spell, longest first, with their number of letters.
    pub(super) fn syllables(&self, at: usize) -> &[(usize, Syllable)] {
        self.syllables.get(at).map_or(&[], Vec::as_slice)
    }

    fn syllables_at(&self, at: usize) -> Vec<(usize, Syllable)> {
        let mut out = Vec::new();
        let rest = &self.letters[at..];
        let longest = LONGEST_SPELLING.min(rest.len());
        let lengths = (1..=longest).take_while(|length| self.is_unbroken(at, at + length));
        if may_have_alternatives(rest, self.fuzzy) {
            for length in lengths {
                // Turned around below.
                for text in alternatives(&rest[..length], self.fuzzy).iter().rev() {
                    out.extend(Syllable::new(text).map(|syllable| (length, syllable)));
                }
            }
        } else {
            out.extend(Syllable::first_of(rest, lengths));
        }
        out.reverse();
        out
    }

    /// Numbers of letters at `at` that are the beginning of a syllable left out otherwise: zh or z.
    pub(super) fn initials(&self, at: usize) -> impl Iterator<Item = usize> {
        let rest = self.letters.as_bytes().get(at..).unwrap_or_default();
        let double = matches!(rest, [b'z' | b'c' | b's', b'h', ..]) && !self.breaks[at + 1];
        let single = rest.first().is_some_and(|letter| !matches!(letter, b'i' | b'u' | b'v'));
        [double.then_some(2), single.then_some(1)].into_iter().flatten()
    }

    /// The ways to read the input as pinyin, likely ones first, at most four; none when it cannot be
    /// read so. Whole syllables come first, and where there are any, nothing else is given.
    pub fn readings(&self) -> Vec<Reading> {
        let paths = self.paths();
        self.likeliest(&paths).into_iter().map(|(path, _)| self.reading(&paths, path)).collect()
    }

    /// How far the characters are spelled out in that one of the [`Input::readings`] in which they are
    /// furthest; `None` when there is none. Much quicker than to read it.
    pub fn spelling(&self) -> Option<PartKind> {
        let paths = self.paths();
        self.likeliest(&paths).into_iter().map(|(_, kind)| kind).min()
    }

    /// The ends of the readings among all paths, each with how much is typed of the character of which
    /// least is. No two are the same, as no two steps from one path lead to the same place in one way.
    fn likeliest(&self, paths: &[Vec<Path>]) -> Vec<((usize, usize), PartKind)> {
        let end = self.len();
        let mut found: Vec<_> = (0..paths[end].len())
            .map(|rank| ((end, rank), least_typed(paths, (end, rank))))
            .collect();
        if found.iter().any(|&(_, kind)| kind < PartKind::Initial) {
            found.retain(|&(_, kind)| kind < PartKind::Initial);
        }
        found.truncate(MOST_READINGS);
        found
    }

    /// The ways to have read the letters up to each place, the likeliest first.
    fn paths(&self) -> Vec<Vec<Path>> {
        let mut paths: Vec<Vec<Path>> = vec![Vec::new(); self.len() + 1];
        paths[0].push(Path { cost: 0, from: (0, 0), kind: PartKind::Full });
        for at in 0..self.len() {
            // Equal costs keep the order in which they came: longer syllables first.
            paths[at].sort_by_key(|path| path.cost);
            paths[at].truncate(MOST_READINGS);
            let end = self.len();
            let is_begun = !paths[at].is_empty()
                && end - at > 1
                && self.is_unbroken(at, end)
                && self.begins_syllable(at);
            for (rank, path) in std::mem::take(&mut paths[at]).into_iter().enumerate() {
                let mut step = |to: usize, kind: PartKind, cost: u32| {
                    paths[to].push(Path { cost: path.cost + cost, from: (at, rank), kind });
                };
                let mut before = 0;
                for &(length, _) in self.syllables(at) {
                    if length != before {
                        step(at + length, PartKind::Full, 10);
                    }
                    before = length;
                }
                for length in self.initials(at) {
                    step(at + length, PartKind::Initial, 30);
                }
                if is_begun {
                    step(end, PartKind::Prefix, 15);
                }
                paths[at].push(path);
            }
        }
        paths[self.len()].sort_by_key(|path| path.cost);
        paths
    }

    fn begins_syllable(&self, at: usize) -> bool {
        alternatives(&self.letters[at..], self.fuzzy)
            .iter()
            .any(|text| Syllable::beginning(text).any(|syllable| syllable.text() != text.as_str()))
    }

    fn reading(&self, paths: &[Vec<Path>], end: (usize, usize)) -> Reading {
        let mut parts = Vec::new();
        let mut at = end;
        while at.0 > 0 {
            let path = &paths[at.0][at.1];
            let (from, to) = (path.from.0, at.0);
            let syllables = match path.kind {
                PartKind::Full => {
                    let here =
                        self.syllables(from).iter().filter(|(length, _)| *length == to - from);
                    here.map(|(_, syllable)| *syllable).collect()
                }
                PartKind::Prefix | PartKind::Initial => self.beginning(from, to),
            };
            let typed = self.letters[from..to].to_owned();
            parts.push(Part { typed, kind: path.kind, syllables });
            at = path.from;
        }
        parts.reverse();
        Reading { parts }
    }

    fn beginning(&self, from: usize, to: usize) -> Vec<Syllable> {
        let spelled = alternatives(&self.letters[from..to], self.fuzzy);
        let mut out: Vec<Syllable> =
            spelled.iter().flat_map(|text| Syllable::beginning(text)).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// The letters of what was typed, as [`Input::letters`] gives them, if it may be pinyin; much quicker
/// than to read it.
pub fn letters(typed: &str) -> Option<String> {
    letters_and_breaks(typed).map(|(letters, _)| letters)
}

fn letters_and_breaks(typed: &str) -> Option<(String, Vec<bool>)> {
    let mut letters = String::new();
    let mut breaks = vec![true];
    for c in typed.trim().chars() {
        let letter = if c.is_ascii() { c.to_ascii_lowercase() } else { unmarked(lowercase(c)) };
        match letter {
            letter @ 'a'..='z' => {
                letters.push(letter);
                breaks.push(false);
            }
            ':' if letters.ends_with('u') && !breaks[letters.len()] => {
                letters.pop();
                letters.push('v');
            }
            // Digits stand after a syllable; elsewhere they are no tones.
            '0'..='5' if !breaks[letters.len()] => breaks[letters.len()] = true,
            ' ' | '\'' | '’' | '-' | '·' if !letters.is_empty() => breaks[letters.len()] = true,
            _ => return None,
        }
        if letters.len() > MOST_LETTERS {
            return None;
        }
    }
    if letters.is_empty() {
        return None;
    }
    breaks[letters.len()] = true;
    Some((letters, breaks))
}

/// The letter below a tone mark.
fn unmarked(c: char) -> char {
    MARKED.iter().find(|(marked, _)| marked.contains(c)).map_or(c, |(_, letter)| *letter)
}

fn lowercase(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The best ways to have read the letters up to a place.
#[derive(Clone, Copy)]
struct Path {
    cost: u32,
    /// Place and rank of the path before the last part.
    from: (usize, usize),
    /// Of the last part.
    kind: PartKind,
}

/// How much is typed of the character of which least is, on the path that ends there.
fn least_typed(paths: &[Vec<Path>], mut end: (usize, usize)) -> PartKind {
    let mut least = PartKind::Full;
    while end.0 > 0 {
        let path = &paths[end.0][end.1];
        least = least.max(path.kind);
        end = path.from;
    }
    least
}

/// A way to read input as pinyin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// One for each Chinese character.
    pub parts: Vec<Part>,
}

/// What was typed for one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The letters.
    pub typed: String,
    /// How much of the syllable they are.
    pub kind: PartKind,
    /// The syllables meant; one for a whole syllable, unless sounds are not told apart.
    pub syllables: Vec<Syllable>,
}

/// How much of a syllable was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    /// All of it.
    Full,
    /// Two or more letters of the last one.
    Prefix,
    /// Its initial only.
    Initial,
}
