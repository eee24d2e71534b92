//! A square bracket: 北京大学【以下简称北大】, Internet Engineering Task Force [IETF].

use super::bracket::{Take, before, part_name};
use super::name::{Shape, shape};
use super::{LONGEST_NAME, Miner};

/// How a square bracket opens.
pub(super) const OPENING: [&str; 3] = ["[", "【", "〔"];

impl Miner<'_> {
    /// Looks at the square bracket that opens at byte `open`: its content is most often a reference, a link
    /// or a remark, so that only an acronym counts, or what is said to be a name.
    pub(super) fn at_square_bracket(&self, text: &str, open: usize, take: &mut Take<'_>) {
        let mut after = text[open..].chars();
        let wide = after.next() != Some('[');
        let after = after.as_str();
        let longest = after.char_indices().map(|(at, _)| at).find(|&at| at >= LONGEST_NAME);
        let window = &after[..longest.unwrap_or(after.len())];
        let Some((inside, rest)) = window.split_once([']', '】', '〕']) else { return };
        if inside.contains('\n') || rest.starts_with('(') {
            return;
        }
        let Some(before) = before(text, open).filter(|before| wide || before.spaced) else {
            return;
        };
        let (part, introduced) = part_name(inside);
        let Some(shape) = shape(part) else { return };
        let counts = introduced.is_some() || shape == Shape::Acronym;
        if !counts || shape == Shape::Han && !self.is_plain(part) {
            return;
        }
        if let Some(name) = self.name_before(&before, part, introduced, shape) {
            take(name, part);
        }
    }
}
