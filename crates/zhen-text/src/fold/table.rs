//! The table of what each character folds to, and smaller ones made of it while compiling.

/// Two-stage table of what each character folds to; built by `cargo xtask data fold`.
static TABLE: &[u8] = TABLE_IS;
/// The same while compiling.
const TABLE_IS: &[u8] = include_bytes!("../../../../data/variants/fold.bin");

const BLOCKS: usize = 0x1100;
const INDEX: usize = 4;
const PAGES: usize = INDEX + BLOCKS * 2;
const PAGE_BYTES: usize = 256 * 4;

/// What one character folds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Same,
    Delete,
    /// Joins the character before it, where the two have a joint form.
    Join(Joint),
    Char(char),
    Text(&'static str),
}

/// A mark that completes the character before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Voice,
    HalfVoice,
    Jamo(char),
}

fn pool() -> &'static [u8] {
    let pages = u32::from_le_bytes([TABLE[0], TABLE[1], TABLE[2], TABLE[3]]) as usize;
    &TABLE[PAGES + pages * PAGE_BYTES..]
}

/// What the table says of the character of that number; 0 when it folds to itself.
#[inline]
const fn entry(table: &[u8], code: usize) -> u32 {
    let at = INDEX + (code >> 8) * 2;
    let page = u16::from_le_bytes([table[at], table[at + 1]]) as usize;
    let at = PAGES + page * PAGE_BYTES + (code & 0xFF) * 4;
    u32::from_le_bytes([table[at], table[at + 1], table[at + 2], table[at + 3]])
}

/// Characters of three bytes; a bit each, by the last six bits of its last byte, of the number that stands
/// where the twelve bits before say, those of the first byte first. So they are found without putting
/// together what number they have.
type Characters = [u64; 1 << 12];

/// Which characters fold to something else. Mostly none does, and what is used of this is small enough
/// to stay near the processor.
static CHANGED: Characters = changed(true);

/// The same without [punctuation of full width](is_wide_punctuation).
static CHANGED_IN_UNITS: Characters = changed(false);

const fn changed(with_punctuation: bool) -> Characters {
    let mut changed = [0; 1 << 12];
    let mut code = 0x800;
    while code < 0x1_0000 {
        if entry(TABLE_IS, code) != 0 && (with_punctuation || !is_wide_punctuation(code)) {
            let (first, second) = (code >> 12, 0x80 | code >> 6 & 0x3F);
            changed[second << 4 | first] |= 1 << (code & 0x3F);
        }
        code += 1;
    }
    changed
}

/// Whether it is the full-width form of an ASCII character that separates units; `+` and `#` do not.
const fn is_wide_punctuation(code: usize) -> bool {
    matches!(code, 0xFF01..=0xFF0F | 0xFF1A..=0xFF20 | 0xFF3B..=0xFF40 | 0xFF5B..=0xFF5E)
        && !matches!(code, 0xFF03 | 0xFF0B)
}

/// In its last bit, whether a character of three bytes folds to something else, the first of which is the
/// last of `bytes`; if only units count, punctuation of full width does not.
#[inline]
pub(super) fn is_changed_bit<const UNITS: bool>(bytes: u64) -> u64 {
    let changed = if UNITS { &CHANGED_IN_UNITS } else { &CHANGED };
    let (first, second) = (bytes & 0x0F, bytes >> 4 & 0xFF0);
    changed[(second | first) as usize] >> (bytes >> 16 & 0x3F)
}

/// Whether a character of three bytes folds to something else.
#[inline]
pub(super) fn is_changed<const UNITS: bool>([first, second, third]: [u8; 3]) -> bool {
    is_changed_bit::<UNITS>(u64::from_le_bytes([first, second, third, 0, 0, 0, 0, 0])) & 1 != 0
}

/// What characters of three bytes fold to, by number, where that is one of three bytes; otherwise zero. As
/// far as units count.
static THREE_FOR_THREE: [u16; 0x1_0000] = {
    let mut folded = [0; 0x1_0000];
    let mut code = 0x800;
    while code < 0x1_0000 {
        let folds_to = entry(TABLE_IS, code);
        if folds_to == 0 || is_wide_punctuation(code) {
            folded[code] = code as u16;
        } else if folds_to >= 0x800 && folds_to < 0x1_0000 {
            folded[code] = folds_to as u16;
        }
        code += 1;
    }
    folded
};

/// What a character of three bytes folds to, if that is one of three bytes.
#[inline]
pub(super) fn three_for_three<const UNITS: bool>(code: usize) -> Option<char> {
    let folded = THREE_FOR_THREE[code % THREE_FOR_THREE.len()];
    // Zero; said so, it is known that the others have three bytes.
    if folded < 0x800 || !UNITS && is_wide_punctuation(code) {
        return None;
    }
    char::from_u32(u32::from(folded))
}

#[inline]
pub(super) fn fold_of(c: char) -> Fold {
    match entry(TABLE, c as usize) {
        0 => Fold::Same,
        entry => decode(c, entry),
    }
}

#[cold]
fn decode_special(c: char, entry: u32) -> Fold {
    match entry {
        1 => Fold::Delete,
        2 => Fold::Join(Joint::Voice),
        3 => Fold::Join(Joint::HalfVoice),
        4 => Fold::Join(Joint::Jamo(c)),
        _ => {
            let offset = (entry >> 8 & 0x7F_FFFF) as usize;
            let bytes = &pool()[offset..offset + (entry & 0xFF) as usize];
            Fold::Text(std::str::from_utf8(bytes).expect("the table's pool is UTF-8"))
        }
    }
}

#[inline]
fn decode(c: char, entry: u32) -> Fold {
    if entry > 4 && entry >> 31 == 0 {
        return char::from_u32(entry).map_or(Fold::Same, Fold::Char);
    }
    decode_special(c, entry)
}

/// The joint form of `before` and the mark, if there is one.
pub(super) fn join(before: char, mark: Joint) -> Option<char> {
    const VOICED: &str =
        "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ";
    const HALF: &str = "はひふへほハヒフヘホ";
    let shifted = |by| char::from_u32(before as u32 + by);
    match mark {
        Joint::Voice if before == 'う' => Some('ゔ'),
        Joint::Voice if before == 'ウ' => Some('ヴ'),
        Joint::Voice if VOICED.contains(before) => shifted(1),
        Joint::HalfVoice if HALF.contains(before) => shifted(2),
        Joint::Jamo(c) => {
            let (code, mark) = (before as u32, c as u32);
            match (before, c) {
                ('\u{1100}'..='\u{1112}', '\u{1161}'..='\u{1175}') => {
                    char::from_u32(0xAC00 + ((code - 0x1100) * 21 + (mark - 0x1161)) * 28)
                }
                ('\u{AC00}'..='\u{D7A3}', '\u{11A8}'..='\u{11C2}') if (code - 0xAC00) % 28 == 0 => {
                    shifted(mark - 0x11A7)
                }
                _ => None,
            }
        }
        _ => None,
    }
}
