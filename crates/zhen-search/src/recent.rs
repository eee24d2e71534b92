//! What was asked for lately, kept in bounded room for when it is asked for again.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// Into how many parts it is divided, so that searches at the same time seldom wait for each other.
const PARTS: usize = 16;

/// Values by key, those asked for lately. What is put in or asked for is young; when the young fill half
/// of the room, they become old, and what was old is let go.
pub(crate) struct Recent<K, V> {
    parts: [Mutex<Part<K, V>>; PARTS],
}

struct Part<K, V> {
    young: FxHashMap<K, Weighed<V>>,
    old: FxHashMap<K, Weighed<V>>,
    /// Bytes of the young, and the most they may have.
    bytes: usize,
    most: usize,
}

struct Weighed<V> {
    value: V,
    bytes: usize,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// Nothing yet, and never more than `bytes`.
    pub(crate) fn new(bytes: usize) -> Self {
        let most = bytes / PARTS / 2;
        let part =
            || Part { young: FxHashMap::default(), old: FxHashMap::default(), bytes: 0, most };
        Self { parts: std::array::from_fn(|_| Mutex::new(part())) }
    }

    /// The value of `key`, if it is still there.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let mut part = self.part(key);
        if let Some(known) = part.young.get(key) {
            return Some(known.value.clone());
        }
        let (key, known) = part.old.remove_entry(key)?;
        let value = known.value.clone();
        part.put(key, known);
        Some(value)
    }

    /// Puts in a value, which takes about `bytes` together with its key, unless that is more than there is
    /// room for.
    pub(crate) fn put(&self, key: K, value: V, bytes: usize) {
        self.part(&key).put(key, Weighed { value, bytes });
    }

    fn part<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, Part<K, V>> {
        // The maps go by the other bits.
        let at = (FxBuildHasher.hash_one(key) >> 32) as usize % PARTS;
        self.parts[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq, V> Part<K, V> {
    fn put(&mut self, key: K, value: Weighed<V>) {
        if value.bytes > self.most {
            return;
        }
        if self.bytes + value.bytes > self.most {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += value.bytes;
        // Two searches may put in the same.
        if let Some(same) = self.young.insert(key, value) {
            self.bytes -= same.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of so many bytes that a part has room for eight values, four of them young.
    const BYTES: usize = PARTS * 8;

    #[test]
    fn what_is_put_in_is_there_until_the_room_is_full() {
        let recent = Recent::new(BYTES);
        for number in 0..1000_u32 {
            recent.put(number, number * 2, 1);
            assert_eq!(recent.get(&number), Some(number * 2));
        }
        let left = (0..1000).filter(|number| recent.get(number).is_some()).count();
        assert!((PARTS..=PARTS * 8).contains(&left), "{left} of 1000");
    }

    #[test]
    fn what_is_asked_for_stays() {
        let recent = Recent::new(BYTES);
        recent.put(0, "asked for", 1);
        recent.put(1000, "not asked for", 1);
        for number in 1..1000 {
            recent.put(number, "another", 1);
            assert_eq!(recent.get(&0), Some("asked for"));
        }
        assert_eq!(recent.get(&1000), None);
    }

    #[test]
    fn what_has_no_room_is_not_put_in_and_drives_nothing_out() {
        let recent = Recent::new(BYTES);
        recent.put("small", 1, 4);
        recent.put("large", 2, 5);
        recent.put("huge", 3, usize::MAX);
        assert_eq!(
            [recent.get("small"), recent.get("large"), recent.get("huge")],
            [Some(1), None, None]
        );
    }

    #[test]
    fn the_same_is_weighed_once() {
        let recent = Recent::new(BYTES);
        for value in 0..100 {
            recent.put("same", value, 2);
            recent.get("same");
        }
        recent.put("same", 100, 1);
        assert_eq!(recent.get("same"), Some(100));
        let part = recent.part("same");
        assert_eq!((part.young.len(), part.bytes), (1, 1));
    }
}
