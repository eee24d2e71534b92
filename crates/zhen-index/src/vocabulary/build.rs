//! From entries to the file.

use std::cmp::Reverse;

use zhen_text::pinyin::Pinyin;

use super::format::{encode, put_entry, put_group};
use super::reading;
use super::{EntryKind, Origin};
use crate::at_once::at_once;

/// Most entries kept; the best.
const MOST_ENTRIES: usize = 1_000_000;

/// An entry before it is ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// As it is shown.
    pub(super) text: Box<str>,
    /// Folded, as in [`super::text_key`].
    pub(super) key: Box<str>,
    /// Documents.
    pub(super) count: u64,
    pub(super) kind: EntryKind,
}

impl Draft {
    /// What it is ranked by: a title says more about an index than a word that stands in as many
    /// documents.
    fn weight(&self) -> u64 {
        self.count.saturating_mul(match self.kind {
            EntryKind::Word => 1,
            EntryKind::Heading | EntryKind::Name => 3,
            EntryKind::Title => 8,
        })
    }
}

/// The bytes of a vocabulary. Of two drafts with one key the better is kept, of equals the first.
///
/// Memory: some 150 bytes an entry.
pub(super) fn build(origin: Origin, mut drafts: Vec<Draft>) -> Vec<u8> {
    // Words ascend already.
    drafts.sort_by(|a, b| (a.key.cmp(&b.key)).then_with(|| b.weight().cmp(&a.weight())));
    drafts.dedup_by(|worse, better| worse.key == better.key);
    // By rank: shorter ones first among equals; then by the key, so that it depends on nothing else.
    let mut ranked: Vec<u32> = (0..).take(drafts.len()).collect();
    ranked.sort_by_cached_key(|&at| {
        let draft = &drafts[at as usize];
        (Reverse(draft.weight()), draft.key.len(), at)
    });
    ranked.truncate(MOST_ENTRIES);

    let mut entries = Vec::new();
    // By key.
    let mut numbers = vec![None; drafts.len()];
    for &at in &ranked {
        let Draft { count, kind, text, .. } = &drafts[at as usize];
        let number = u32::try_from(entries.len()).expect("a million short texts are below 4 GiB");
        numbers[at as usize] = Some(number);
        put_entry(&mut entries, *count, *kind, text);
    }
    let count = ranked.len() as u64;
    let keys: Vec<(&str, u32)> =
        drafts.iter().zip(numbers).filter_map(|(draft, n)| Some((&*draft.key, n?))).collect();
    let (readings, initials) = read_keys(&keys);
    let ((readings, read_groups), ((initials, initial_groups), texts)) = at_once(
        || grouped(readings),
        || {
            let texts = keys.iter().map(|&(key, number)| (key, u64::from(number)));
            (grouped(initials), map(texts))
        },
    );
    encode(origin, count, &[texts, readings, initials, entries, read_groups, initial_groups])
}

type Keyed = Vec<(Box<str>, u32)>;

/// The syllables and the initials of all entries that have any; of each entry its key and its number.
fn read_keys(entries: &[(&str, u32)]) -> (Keyed, Keyed) {
    // One by one in turn, as Latin words come first and are read as nothing.
    let ((mut readings, mut initials), (more_readings, more_initials)) = at_once(
        || read_keys_of(entries.iter().step_by(2)),
        || read_keys_of(entries.iter().skip(1).step_by(2)),
    );
    readings.extend(more_readings);
    initials.extend(more_initials);
    (readings, initials)
}

fn read_keys_of<'a>(entries: impl Iterator<Item = &'a (&'a str, u32)>) -> (Keyed, Keyed) {
    let pinyin = Pinyin::builtin();
    let (mut readings, mut initials) = (Vec::new(), Vec::new());
    for &(key, number) in entries {
        for (spelled, initial) in reading::keys(&pinyin, key) {
            readings.push((spelled.into_boxed_str(), number));
            initials.push((initial.into_boxed_str(), number));
        }
    }
    (readings, initials)
}

/// A map from keys to groups of entries, and the groups, those with the best entries first.
fn grouped(mut keyed: Keyed) -> (Vec<u8>, Vec<u8>) {
    keyed.sort_unstable();
    keyed.dedup();
    let mut groups: Vec<&[(Box<str>, u32)]> = keyed.chunk_by(|a, b| a.0 == b.0).collect();
    groups.sort_unstable_by_key(|group| group[0].1);
    let mut out = Vec::new();
    let mut keys: Vec<(&str, u64)> = Vec::with_capacity(groups.len());
    let mut members = Vec::new();
    for group in groups {
        keys.push((&group[0].0, out.len() as u64));
        members.clear();
        members.extend(group.iter().map(|(_, number)| *number));
        put_group(&mut out, &members);
    }
    keys.sort_unstable();
    (map(keys), out)
}

/// Keys must ascend.
fn map<'a>(keys: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<u8> {
    let mut builder = fst::MapBuilder::memory();
    for (key, value) in keys {
        builder.insert(key, value).expect("keys ascend, and memory takes what is written to it");
    }
    builder.into_inner().expect("memory takes what is written to it")
}
