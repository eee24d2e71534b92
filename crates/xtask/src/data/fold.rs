//! The static folding table, from Unicode's decompositions and OpenCC's character tables.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::jieba;

/// Entry of a character that folds to nothing.
const DELETE: u32 = 1;
/// Entry of a mark that voices the kana before it.
const VOICE: u32 = 2;
/// Entry of a mark that half-voices the kana before it.
const HALF_VOICE: u32 = 3;
/// Entry of a Hangul vowel or final that joins the syllable before it.
const JAMO: u32 = 4;
/// Flag of an entry that names a string: `STRING | offset << 8 | bytes`.
const STRING: u32 = 1 << 31;

/// A minority form joins a class only when words with it are rarer than this in the dictionary;
/// above, it is a word character of its own right (像, 座, 哩), and joining would find what does
/// not stand in the text.
const MINORITY: u64 = 2_000;

/// Writes `data/variants/fold.bin`.
///
/// Layout, little-endian: `u32` number of pages; `u16` page number for each of the 4,352 blocks of
/// 256 code points; the pages, 256 `u32` entries each; the string pool. Page 0 folds nothing.
pub(crate) fn run(root: &Path) -> io::Result<()> {
    let variants = variants(root)?;
    let mut pool = Vec::<u8>::new();
    let mut pages: Vec<[u32; 256]> = vec![[0; 256]];
    let mut index = Vec::<u16>::new();
    for block in 0..0x1100u32 {
        let mut page = [0u32; 256];
        for low in 0..256u32 {
            if let Some(c) = char::from_u32(block << 8 | low) {
                page[low as usize] = entry(c, &variants, &mut pool);
            }
        }
        let number = match pages.iter().position(|known| *known == page) {
            Some(number) => number,
            None => {
                pages.push(page);
                pages.len() - 1
            }
        };
        index.push(u16::try_from(number).map_err(io::Error::other)?);
    }
    let mut out = Vec::new();
    out.extend_from_slice(&u32::try_from(pages.len()).map_err(io::Error::other)?.to_le_bytes());
    index.iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
    pages.iter().flatten().for_each(|e| out.extend_from_slice(&e.to_le_bytes()));
    out.extend_from_slice(&pool);
    super::write(root, "data/variants/fold.bin", &out)
}

fn entry(c: char, variants: &HashMap<char, char>, pool: &mut Vec<u8>) -> u32 {
    match c {
        '\u{3099}' | '\u{309B}' | '\u{FF9E}' => return VOICE,
        '\u{309A}' | '\u{309C}' | '\u{FF9F}' => return HALF_VOICE,
        '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}' => return JAMO,
        _ if ignorable(c) || accent(c) => return DELETE,
        // A sign is not the letters it stands for (Foo™ is not footm), and a fraction would run
        // into the digits before it (3½ is not 31/2).
        '™' | '℠' | '№' | '¼'..='¾' | '⅐'..='⅟' | '↉' => return 0,
        _ => {}
    }
    let folded = fold_char(c, variants);
    let mut chars = folded.chars();
    match (chars.next(), chars.next()) {
        (None, _) => DELETE,
        (Some(one), None) if one == c => 0,
        (Some(one), None) => one as u32,
        _ => {
            let offset = pool.windows(folded.len()).position(|w| w == folded.as_bytes());
            let offset = offset.unwrap_or_else(|| {
                pool.extend_from_slice(folded.as_bytes());
                pool.len() - folded.len()
            });
            STRING | (offset as u32) << 8 | folded.len() as u32
        }
    }
}

fn fold_char(c: char, variants: &HashMap<char, char>) -> String {
    let lower: String = c.nfkc().flat_map(char::to_lowercase).collect();
    let bare: String = lower.nfkd().filter(|&c| !accent(c)).nfkc().collect();
    let mut out = String::new();
    for c in bare.chars() {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ħ' => out.push('h'),
            'ŧ' => out.push('t'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            _ => out.push(*variants.get(&c).unwrap_or(&c)),
        }
    }
    out
}

/// Accents on letters; vowel signs of Indic and other scripts are letters and stay.
fn accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
        && is_combining_mark(c)
}

/// Characters that are not seen: joiners, direction marks, variation selectors, soft hyphens.
fn ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Every Han character that folds to another one, with that other one.
///
/// Classes are joined along the tables' first choices in both directions, so that whatever
/// OpenCC's character tables turn into one another folds alike; the phrase and regional tables
/// join a class only with a rare one. A class is represented by its most frequent character.
fn variants(root: &Path) -> io::Result<HashMap<char, char>> {
    let frequency = jieba::char_frequencies()?;
    let of = |c: char| frequency.get(&c).copied().unwrap_or(0);
    let mut classes = Classes::default();
    for table in ["TSCharacters.txt", "STCharacters.txt"] {
        for (from, to) in super::opencc(root, table)? {
            if let (Some(a), Some(b)) = (single(&from), single(&to[0])) {
                classes.join(a, b);
            }
        }
    }
    for table in ["TWVariants.txt", "HKVariants.txt", "STPhrases.txt", "TSPhrases.txt"] {
        let regional = table.contains("Variants");
        for (from, to) in super::opencc(root, table)? {
            if from.chars().count() != to[0].chars().count() {
                continue;
            }
            for (a, b) in from.chars().zip(to[0].chars()).filter(|(a, b)| a != b) {
                let weight = |c| classes.members(c).iter().map(|&c| of(c)).max().unwrap_or(0);
                if regional || weight(a).min(weight(b)) < MINORITY {
                    classes.join(a, b);
                }
            }
        }
    }
    let mut out = HashMap::new();
    for members in classes.all() {
        let best = members.iter().copied().max_by_key(|&c| (of(c), std::cmp::Reverse(c)));
        let best = best.expect("a class has members");
        out.extend(members.into_iter().filter(|&c| c != best).map(|c| (c, best)));
    }
    Ok(out)
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// Sets of characters that fold alike.
#[derive(Default)]
struct Classes {
    class: BTreeMap<char, usize>,
    members: Vec<Vec<char>>,
}

impl Classes {
    fn id(&mut self, c: char) -> usize {
        *self.class.entry(c).or_insert_with(|| {
            self.members.push(vec![c]);
            self.members.len() - 1
        })
    }

    fn members(&self, c: char) -> Vec<char> {
        self.class.get(&c).map_or_else(|| vec![c], |&id| self.members[id].clone())
    }

    fn join(&mut self, a: char, b: char) {
        let (a, b) = (self.id(a), self.id(b));
        if a != b {
            let moved = std::mem::take(&mut self.members[b]);
            self.class.extend(moved.iter().map(|&c| (c, a)));
            self.members[a].extend(moved);
        }
    }

    fn all(self) -> impl Iterator<Item = Vec<char>> {
        self.members.into_iter().filter(|members| members.len() > 1)
    }
}
