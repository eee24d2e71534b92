//! Text to terms: folding with offsets, segmentation, stems, grams.
//!
//! Pure: no files, no index. The same code runs when indexing and when searching.
//!
//! ```
//! use zhen_text::{Analyzer, Tracks, UserDict};
//!
//! let analyzer = Analyzer::for_queries(&UserDict::default());
//! let mut tracks = Tracks::default();
//! analyzer.tracks("詞典很方便 Running", &mut tracks);
//! assert_eq!(tracks.words, "词典 很 方便 run ");
//! assert_eq!(tracks.grams, "词典 典很 很方 方便 便 running ");
//! ```

pub mod alias;
pub mod analyze;
mod cut;
pub mod dict;
pub mod fold;
pub mod hash;
pub mod lang;
pub mod latin;
pub mod lexicon;
pub mod number;
mod one_line;
pub mod pinyin;
pub mod regional;
pub mod segment;
pub mod signature;
pub mod sound;
pub mod spell;
pub mod synonym;
pub mod unit;
mod utf8;

pub use analyze::{Analyzer, QueryText, QueryWord, Tracks, WordKind, value_term};
pub use dict::{DictError, UserDict};
pub use one_line::one_line;
pub use segment::Segmenter;

/// Version of the analysis: an index made with another one must be built again, for its terms may
/// differ from a query's.
pub const ANALYSIS_VERSION: u32 = 11;
