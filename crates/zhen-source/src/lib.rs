//! Files and streams to documents: walking folders, detecting encodings, reading formats.
//!
//! Nothing here knows how a document is analysed or indexed.
//!
//! [`walk`](fn@walk) lists the files below the paths a user gives, [`read_file`] turns one into
//! [`Document`]s, and [`read_stream`] does so with JSON lines from elsewhere. What cannot be read is a
//! [`SourceError`] that says why and how to mend it; what is wrong with a part of a file is a
//! [`Problem`] in its [`FileReport`].
//!
//! ```
//! use std::ops::ControlFlow;
//! use zhen_source::{ReadOptions, WalkOptions, read_file, walk};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("a.txt"), "安装简单 easy to install")?;
//! let mut bodies = Vec::new();
//! for entry in walk(&[folder.path()], &WalkOptions::default()) {
//!     read_file(&entry?.path, &ReadOptions::default(), &mut |document| {
//!         bodies.push(document.body);
//!         ControlFlow::Continue(())
//!     })?;
//! }
//! assert_eq!(bodies, ["安装简单 easy to install"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compression;
pub mod document;
pub mod encoding;
pub mod error;
mod formats;
mod hash;
mod input;
mod lines;
mod markup;
pub mod read;
mod record;
mod time;
pub mod walk;

pub use document::{Document, LineMap};
pub use error::{SkipReason, SourceError};
pub use formats::Sink;
pub use read::{FileReport, Problem, ReadOptions, read_file, read_stream};
pub use time::normalise_time;
pub use walk::{Entry, WalkOptions, normalise_path, path_id, path_of_id, walk};
