//! All aliases of an index, for a person to look at.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::{DocAddress, Searcher};
use zhen_text::Analyzer;
use zhen_text::alias::{self, key};

use super::{Aliases, HandMade, SEPARATOR, Verdict};
use crate::errors::IndexError;
use crate::living::living;
use crate::manifest::Manifest;
use crate::open::ZhenIndex;
use crate::record_store::read_record;
use crate::schema::name;
use crate::terms;

/// A pair of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAlias {
    /// One name: the one asked for, otherwise the shorter one; as written in the document that says
    /// so, or as the user typed it.
    pub alias: String,
    /// The other.
    pub name: String,
    /// Documents that say so.
    pub documents: u64,
    /// Whether the user said so.
    pub hand_made: bool,
    /// One of the documents.
    pub evidence: Option<Evidence>,
}

/// A document that states a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: String,
}

/// A pair on its way to the list, by the keys of its names.
struct Counted {
    keys: [String; 2],
    documents: u64,
    hand_made: Option<[String; 2]>,
    /// The document of the least order.
    evidence: Option<(u64, DocAddress)>,
}

impl ZhenIndex {
    /// Pairs of names in which a name begins with `prefix`, those that most documents state first; all
    /// pairs when it is empty. At most `limit`; holds no more than twice as many in memory.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn aliases(&self, prefix: &str, limit: usize) -> Result<Vec<ListedAlias>, IndexError> {
        let searcher = self.snapshot().map_err(IndexError::engine("read", self.dir()))?;
        let manifest = self.current_manifest()?;
        let hand_made = self.hand_made_aliases(&manifest)?;
        let aliases = Aliases::new(&searcher, self.fields().aliases, &hand_made);
        let prefix = key(prefix);
        let counted =
            aliases.list(&prefix, limit).map_err(IndexError::engine("read", self.dir()))?;
        let dict = self.user_dict(&manifest)?;
        let analyzer = Analyzer::for_queries(&dict);
        counted.into_iter().map(|counted| counted.listed(&searcher, &analyzer, self)).collect()
    }

    /// What the user said of pairs, as of the commit of a manifest.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when the list cannot be read, and as [`ZhenIndex::current_manifest`].
    pub fn hand_made_aliases(&self, manifest: &Manifest) -> Result<HandMade, IndexError> {
        self.load_sidecar(manifest, HandMade::load)
    }
}

impl Aliases<'_> {
    fn list(&self, prefix: &str, limit: usize) -> tantivy::Result<Vec<Counted>> {
        // Without a prefix each pair is met twice; it is listed from the shorter name.
        let wanted = |here: &str, there: &str| {
            let size = |name: &str| name.chars().count();
            here.starts_with(prefix)
                && (!prefix.is_empty() || (size(here), here) < (size(there), there))
        };
        let mut pending: BTreeMap<[String; 2], [String; 2]> = BTreeMap::new();
        for ([a, b], [name, other]) in self.hand_made.added() {
            for (keys, names) in [([a, b], [name, other]), ([b, a], [other, name])] {
                if wanted(keys[0], keys[1]) {
                    pending.insert(keys.map(str::to_owned), names.map(str::to_owned));
                }
            }
        }
        let segments = self.searcher.segment_readers();
        let indexes = segments
            .iter()
            .map(|segment| segment.inverted_index(self.field))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let orders = segments
            .iter()
            .map(|segment| segment.fast_fields().u64(name::ORDER))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let mut best: BinaryHeap<Ranked> = BinaryHeap::new();
        let mut offer = |counted: Counted| {
            best.push(Ranked(Reverse(counted)));
            if best.len() > limit {
                best.pop();
            }
        };
        terms::merge(
            &indexes,
            prefix.as_bytes(),
            terms::after(prefix).as_deref(),
            |term, holders| {
                let mut documents = 0;
                let mut evidence: Option<(u64, DocAddress)> = None;
                for (at, info) in holders {
                    for doc in living(&segments[*at], &indexes[*at], info)? {
                        documents += 1;
                        let order = orders[*at].first(doc).unwrap_or(u64::MAX);
                        if evidence.is_none_or(|(least, _)| order < least) {
                            evidence = Some((order, DocAddress::new(*at as u32, doc)));
                        }
                    }
                }
                let term = String::from_utf8_lossy(term);
                let Some((here, there)) = term.split_once(SEPARATOR) else { return Ok(()) };
                let verdict = self.hand_made.verdict(here, there);
                if documents > 0 && wanted(here, there) && verdict != Some(Verdict::Removed) {
                    let keys = [here.to_owned(), there.to_owned()];
                    let hand_made = pending.remove(&keys);
                    offer(Counted { keys, documents, hand_made, evidence });
                }
                Ok(())
            },
        )?;
        for (keys, names) in pending {
            offer(Counted { keys, documents: 0, hand_made: Some(names), evidence: None });
        }
        Ok(best.into_sorted_vec().into_iter().map(|Ranked(Reverse(counted))| counted).collect())
    }
}

impl Counted {
    fn rank(&self) -> (bool, u64, Reverse<&[String; 2]>) {
        (self.hand_made.is_some(), self.documents, Reverse(&self.keys))
    }

    /// With the names as somebody wrote them.
    fn listed(
        self,
        searcher: &Searcher,
        analyzer: &Analyzer,
        index: &ZhenIndex,
    ) -> Result<ListedAlias, IndexError> {
        let Self { keys, documents, hand_made, evidence } = self;
        let mut written = hand_made.clone();
        let evidence = match evidence {
            None => None,
            Some((_, address)) => {
                let record = read_record(searcher, address)
                    .map_err(IndexError::engine("read", index.dir()))?;
                let record = record.get()?;
                for text in [record.title(), record.body()] {
                    alias::mine(analyzer, text, &mut |pair| {
                        let here = [pair.name, pair.alias];
                        let found = here.each_ref().map(|name| key(name));
                        if written.is_none() && found == keys {
                            written = Some(here);
                        } else if written.is_none() && found[0] == keys[1] && found[1] == keys[0] {
                            let [name, alias] = here;
                            written = Some([alias, name]);
                        }
                    });
                }
                Some(Evidence { id: record.meta()?.id })
            }
        };
        let [alias, name] = written.unwrap_or(keys);
        Ok(ListedAlias { alias, name, documents, hand_made: hand_made.is_some(), evidence })
    }
}

/// Ordered by rank, for the heap.
struct Ranked(Reverse<Counted>);

impl Ranked {
    fn rank(&self) -> Reverse<(bool, u64, Reverse<&[String; 2]>)> {
        Reverse(self.0.0.rank())
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
