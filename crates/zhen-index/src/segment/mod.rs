//! Building segments.
//!
//! tantivy's own builder takes a token at a time into a hash table of growing lists, which waits for
//! memory several times a token. Here a text becomes a run of numbers of its terms, written one after
//! the other; when a segment is complete, one pass counts and a few more distribute them by term.
//! That is several times faster, takes less memory for each document, and so makes fewer, larger
//! segments. The files come out of tantivy's serializers; what they hold of a field is the same that tantivy
//! would write.

mod builder;
mod files;
mod postings;
mod terms;
#[cfg(test)]
mod tests;
mod wholes;

pub(crate) use builder::SegmentBuilder;
