//! The table of sounds as bytes; written by `cargo xtask data sounds`.
//!
//! It is the same sorted records twice, [`RECORD`] bytes each, one for some letters and a character that
//! stands for them: [`MOST_LETTERS`] bytes of letters, filled up with zeros; the character's code point,
//! `u16` little-endian; two [costs](cost), of the letters and the character together, and of the letters
//! where the character is given. They are sorted first by the letters, of the same letters the likeliest
//! character first, and then by the character, of the same character the likeliest letters first.

/// Most letters that a character stands for.
pub const MOST_LETTERS: usize = 5;
/// Bytes of a record.
pub const RECORD: usize = MOST_LETTERS + 4;
/// What one bit costs.
const BIT: u32 = 8;

static TABLE: &[u8] = include_bytes!("../../../../data/lexicon/sounds/sounds.bin");

/// What is as likely as `probability`, in eighths of a bit; at most 255.
pub fn cost(probability: f64) -> u8 {
    (-probability.log2() * f64::from(BIT)).round() as u8
}

/// Some letters, and a character that stands for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound {
    pub(super) letters: &'static str,
    pub(super) character: char,
    /// Costs, of both together and of the letters for the character.
    pub(super) together: u32,
    pub(super) given: u32,
}

type Record = [u8; RECORD];

/// The records by their letters, and by their characters.
fn records() -> (&'static [Record], &'static [Record]) {
    let records: &[Record] = TABLE.as_chunks().0;
    records.split_at(records.len() / 2)
}

fn letters_of(record: &Record) -> &[u8] {
    let letters = &record[..MOST_LETTERS];
    let length = letters.iter().take_while(|&&letter| letter != 0).count();
    &letters[..length]
}

fn character_of(record: &Record) -> char {
    let code = u16::from_le_bytes([record[MOST_LETTERS], record[MOST_LETTERS + 1]]);
    char::from_u32(code.into()).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn sound(record: &'static Record) -> Sound {
    Sound {
        letters: std::str::from_utf8(letters_of(record)).unwrap_or_default(),
        character: character_of(record),
        together: record[MOST_LETTERS + 2].into(),
        given: record[MOST_LETTERS + 3].into(),
    }
}

/// What stands for some letters, the likeliest first.
pub(super) fn of_letters(letters: &str) -> impl Iterator<Item = Sound> {
    let (letters, (records, _)) = (letters.as_bytes(), records());
    let from = records.partition_point(|record| letters_of(record) < letters);
    let same = records[from..].iter().take_while(move |record| letters_of(record) == letters);
    same.map(sound)
}

/// What a character stands for, the likeliest first.
pub(super) fn of_character(character: char) -> impl Iterator<Item = Sound> {
    let (_, records) = records();
    let from = records.partition_point(|record| character_of(record) < character);
    let same = records[from..].iter().take_while(move |record| character_of(record) == character);
    same.map(sound)
}
