//! Writing an index: adding, updating, deleting, pruning, merging, rebuilding.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use zhen_source::{Document, WalkOptions};
use zhen_text::UserDict;
use zhen_text::alias::key;

use crate::aliases::{Aliases, HandMade, Verdict};
use crate::budget::{DEFAULT_MEMORY, MOST_THREADS, Split};
use crate::errors::IndexError;
use crate::files::FileTable;
use crate::folder::Folder;
use crate::found::found;
use crate::manifest::hex;
use crate::pipeline::{self, Feed, Found, LazyAnalyzer, Setup};
use crate::progress::{Progress, Summary};
use crate::prune::forget_missing;
use crate::reading::{self, Limits, Problems};
use crate::record_store::RecordStore;
use crate::writer::Writer;

/// Time between commits of a long run unless told otherwise. A commit costs a fraction of a second
/// and one more segment for each thread, so this loses well under a hundredth of the throughput,
/// and a killed run loses half a minute of work at most.
const COMMIT_EVERY: Duration = Duration::from_secs(30);

/// Segments with deleted documents are rewritten when that copies at most so many times as many
/// documents as the run brought,
const PURGE_FACTOR: u64 = 10;
/// or at most so many.
const PURGE_LEAST: u64 = 5_000;

/// How to write an index.
#[derive(Clone)]
pub struct IndexOptions {
    /// Folder of the index; created where it is missing.
    pub dir: PathBuf,
    /// Threads that read and analyse, [`MOST_THREADS`] at most; the machine's parallelism unless told.
    pub threads: usize,
    /// Memory budget in bytes, for everything; 512 MiB unless told, 128 MiB at least.
    pub memory: usize,
    /// Words that segmentation should know. `None` keeps those of the index.
    pub user_dict: Option<UserDict>,
    /// Which files a walk takes. Its limit on the size of files holds for those that are one
    /// document; it is an eighth of the memory budget at most, and unless told, and never more than
    /// 2 GiB. JSON lines and tables, which are read record by record, may be of any size.
    pub walk: WalkOptions,
    /// Whether documents whose file is gone are removed, below the paths that are indexed.
    pub prune: bool,
    /// Time between commits of a long run.
    pub commit_every: Duration,
    /// Set from another thread, this ends a run early; what it had done is committed.
    pub stop: Arc<AtomicBool>,
}

impl IndexOptions {
    /// The usual options for the index in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            threads: std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
            memory: DEFAULT_MEMORY,
            user_dict: None,
            walk: WalkOptions { max_file_bytes: u64::MAX, ..WalkOptions::default() },
            prune: false,
            commit_every: COMMIT_EVERY,
            stop: Arc::default(),
        }
    }
}

impl IndexOptions {
    fn limits(&self) -> Limits {
        Limits::new(self.walk.max_file_bytes, self.memory)
    }
}

/// An index opened for writing. It holds the index's lock until it is closed or dropped, and keeps
/// the dictionary loaded between calls. Each call commits before it returns; after one that fails,
/// the index is as of its last commit, and the next call starts from there.
pub struct Indexer {
    options: IndexOptions,
    split: Split,
    analyzer: LazyAnalyzer,
    /// `None` after a failure.
    writer: Option<Writer>,
}

impl Indexer {
    /// Opens the index for writing; creates it where there is none.
    ///
    /// # Errors
    /// [`IndexError::Locked`] when another process is writing it, [`IndexError::Analysis`] when its
    /// documents were analysed otherwise than the options and this program would (see
    /// [`Indexer::rebuild`]), [`IndexError::Options`] for impossible options, and those of
    /// [`crate::ZhenIndex::open`].
    pub fn open(options: IndexOptions) -> Result<Self, IndexError> {
        let (mut writer, split) = open_writer(&options)?;
        let (dir, documents) = (options.dir.clone(), writer.committed_documents());
        let analysis = |what: String, checksum: &str| match checksum == NO_WORDS {
            true => format!("{what} and no user dictionary"),
            false => format!("{what} and user dictionary {checksum}"),
        };
        let manifest = writer.manifest();
        let old_words = manifest.user_dict_checksum();
        let new_words = match &options.user_dict {
            Some(dict) => hex(dict.checksum()),
            None => old_words.clone(),
        };
        let old = (manifest.analysis, &old_words);
        if old != (zhen_text::ANALYSIS_VERSION, &new_words) {
            if documents > 0 {
                return Err(IndexError::Analysis {
                    dir,
                    found: analysis(format!("version {}", old.0), &old_words),
                    expected: analysis(
                        format!("version {}", zhen_text::ANALYSIS_VERSION),
                        &new_words,
                    ),
                });
            }
            let dict = match &options.user_dict {
                Some(dict) => dict.clone(),
                None => manifest.user_dict(&dir)?,
            };
            writer.set_analysis(&dict)?;
            writer.commit()?;
        }
        let dict = match &options.user_dict {
            Some(dict) => dict.clone(),
            None => writer.manifest().user_dict(&dir)?,
        };
        Ok(Self { options, split, analyzer: LazyAnalyzer::new(dict), writer: Some(writer) })
    }

    /// Analyses all documents of an index again, with the dictionary of `options` if one is given,
    /// and commits them in one step: searches see the old index until then. Needs none of the source
    /// files.
    ///
    /// # Errors
    /// As [`Indexer::open`], but for [`IndexError::Analysis`]; [`IndexError::Record`] when a stored
    /// document is damaged. The index stays as it was then.
    pub fn rebuild(
        options: IndexOptions,
        progress: &dyn Progress,
    ) -> Result<(Self, Summary), IndexError> {
        let (mut writer, split) = open_writer(&options)?;
        let dict = match &options.user_dict {
            Some(dict) => dict.clone(),
            None => writer.manifest().user_dict(&options.dir)?,
        };
        let searcher = writer.searcher().clone();
        let dir = options.dir.clone();
        let feed: Feed = Box::new(move |sink| {
            for segment in searcher.segment_readers() {
                let store = RecordStore::open(segment)
                    .map_err(|error| IndexError::engine("read", &dir)(error.into()))?;
                for (_, record) in store.alive(segment) {
                    let record = record.map_err(IndexError::engine("read", &dir))?;
                    let record = record.get()?;
                    let source = record.meta()?.source().map(str::to_owned);
                    if sink(record.to_document()?, source).is_break() {
                        return Ok(Problems::default());
                    }
                }
            }
            Ok(Problems::default())
        });
        let started = Instant::now();
        let mut summary = Summary::default();
        writer.remove_all()?;
        writer.set_analysis(&dict)?;
        let analyzer = LazyAnalyzer::new(dict);
        let setup = Setup {
            split,
            analyzer: &analyzer,
            // Nothing may be seen of a half-built index.
            commit_every: None,
            stop: &options.stop,
            limits: options.limits(),
            feed_name: "the index",
        };
        let found = std::iter::once(Found::Feed(feed));
        pipeline::run(&mut writer, &setup, progress, found, &mut summary)?;
        let mut this = Self { options, split, analyzer, writer: None };
        if summary.stopped {
            // Dropping the writer leaves the old index.
            drop(writer);
            let writer = this.writer()?;
            summary = Summary {
                documents: writer.committed_documents(),
                stopped: true,
                ..Summary::default()
            };
        } else {
            writer.commit()?;
            writer.refresh_derived()?;
            // All count as replaced: there was no other document.
            summary.updated = writer.counts().added;
            summary.documents = writer.committed_documents();
            this.writer = Some(writer);
        }
        summary.elapsed = started.elapsed();
        Ok((this, summary))
    }

    /// The folder that was opened, which tells whether its path still leads to it; `None` after a
    /// failure. Once another folder has taken its place nothing is written there: what is under way
    /// fails with [`IndexError::Moved`].
    pub fn folder(&self) -> Option<Folder> {
        self.writer.as_ref().map(|writer| writer.folder().clone())
    }

    /// The options this was opened with.
    pub fn options(&self) -> &IndexOptions {
        &self.options
    }

    /// Indexes files and folders. A file that is as it was when it was last indexed is not read; a
    /// changed one replaces all documents that came from it. What cannot be read is reported and
    /// passed over.
    ///
    /// # Errors
    /// When the index cannot be written. What was committed by then stays.
    pub fn index_paths(
        &mut self,
        paths: &[PathBuf],
        progress: &dyn Progress,
    ) -> Result<Summary, IndexError> {
        let prune = self.options.prune;
        self.write(|writer, setup, options, summary| {
            let table = writer.table_handle();
            let found = || found(paths, options, setup.limits, table.clone());
            pipeline::run(writer, setup, progress, found(), summary)?;
            if !prune || summary.stopped {
                return Ok(());
            }
            let again = forget_missing(writer, paths, options.walk.follow_links);
            if again.is_empty() {
                return Ok(());
            }
            let is_one = |found: &Found| {
                matches!(found, Found::File(file) if again.contains(&file.entry.id))
            };
            pipeline::run(writer, setup, progress, found().filter(is_one), summary)
        })
    }

    /// Indexes records from a stream: JSON lines or one JSON array, compressed or not. What is no
    /// record is reported and passed over.
    ///
    /// # Errors
    /// [`IndexError::Stream`] when the stream fails before the first record, and when the index
    /// cannot be written; nothing of the stream is indexed then but what a commit in between took.
    pub fn index_stream(
        &mut self,
        reader: impl std::io::Read + Send + 'static,
        progress: &dyn Progress,
    ) -> Result<Summary, IndexError> {
        let limits = self.options.limits();
        self.index_feed(
            Box::new(move |sink| {
                reading::read_records(reader, limits, &mut |document| sink(document, None))
                    .map_err(IndexError::Stream)
            }),
            progress,
        )
    }

    /// Indexes documents that come from no file.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn index_documents(
        &mut self,
        documents: impl IntoIterator<Item = Document> + Send + 'static,
        progress: &dyn Progress,
    ) -> Result<Summary, IndexError> {
        self.index_feed(
            Box::new(move |sink| {
                for document in documents {
                    if sink(document, None).is_break() {
                        break;
                    }
                }
                Ok(Problems::default())
            }),
            progress,
        )
    }

    fn index_feed(&mut self, feed: Feed, progress: &dyn Progress) -> Result<Summary, IndexError> {
        self.write(|writer, setup, _, summary| {
            let found = std::iter::once(Found::Feed(feed));
            pipeline::run(writer, setup, progress, found, summary)
        })
    }

    /// Removes the documents with these ids; ids that are not there count for nothing.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn delete(&mut self, ids: &[String]) -> Result<Summary, IndexError> {
        self.write(|writer, _, _, _| ids.iter().try_for_each(|id| writer.remove_id(id).map(|_| ())))
    }

    /// Removes the documents whose file is gone: of files below `paths`, or of all when none is
    /// given. Below a path a symbolic link is no file, unless links are followed.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn prune(&mut self, paths: &[PathBuf]) -> Result<Summary, IndexError> {
        self.write(|writer, _, options, _| {
            forget_missing(writer, paths, options.walk.follow_links);
            Ok(())
        })
    }

    /// Makes two names find each other, whether documents say so or not; says whether they did not
    /// before by the user's word.
    ///
    /// # Errors
    /// [`IndexError::Options`] for names that cannot be a pair, and when the index cannot be written.
    pub fn add_alias(&mut self, name: &str, other: &str) -> Result<bool, IndexError> {
        self.set_alias(name, other, Verdict::Added)
    }

    /// Keeps two names from finding each other, whatever documents say; says whether they were a
    /// pair, and changes nothing if not.
    ///
    /// # Errors
    /// As [`Indexer::add_alias`].
    pub fn remove_alias(&mut self, name: &str, other: &str) -> Result<bool, IndexError> {
        let dir = self.options.dir.clone();
        let writer = self.writer()?;
        let hand_made = HandMade::load(&dir, writer.manifest())?;
        let aliases = Aliases::new(writer.searcher(), writer.fields().aliases, &hand_made);
        let known = aliases.of(&key(name)).map_err(IndexError::engine("read", &dir))?;
        let other_key = key(other);
        if !known.iter().any(|known| known.key == other_key) {
            return Ok(false);
        }
        self.set_alias(name, other, Verdict::Removed)
    }

    fn set_alias(&mut self, name: &str, other: &str, verdict: Verdict) -> Result<bool, IndexError> {
        let mut changed = false;
        self.write(|writer, _, options, _| {
            let mut hand_made = HandMade::load(&options.dir, writer.manifest())?;
            changed = hand_made.set(name, other, verdict)?;
            if changed { writer.set_aliases(&hand_made) } else { Ok(()) }
        })?;
        Ok(changed)
    }

    /// Merges everything into one segment, which makes searching a little faster and drops what is
    /// left of deleted documents.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn merge(&mut self) -> Result<(), IndexError> {
        let writer = self.writer()?;
        let result = writer.merge_all().and_then(|()| writer.refresh_derived());
        self.forget_failed(result)
    }

    /// Waits for merges in the background and releases the lock. Dropping the indexer instead cuts
    /// them short, which harms nothing.
    ///
    /// # Errors
    /// When a merge failed.
    pub fn close(mut self) -> Result<(), IndexError> {
        match self.writer.take() {
            Some(writer) => writer.close(),
            None => Ok(()),
        }
    }

    /// Runs one change of the index: counts, commits, tidies.
    fn write(
        &mut self,
        change: impl FnOnce(
            &mut Writer,
            &Setup<'_>,
            &IndexOptions,
            &mut Summary,
        ) -> Result<(), IndexError>,
    ) -> Result<Summary, IndexError> {
        let started = Instant::now();
        self.writer()?;
        let Self { options, split, analyzer, writer } = self;
        let writer = writer.as_mut().expect("it was just opened");
        let mut summary = Summary::default();
        let (before, counted) = (writer.committed_documents(), writer.counts());
        // The file table takes its part of the budget from the queue.
        let table = writer.table_handle().read(FileTable::memory);
        let queue = split.queue.saturating_sub(table).max(split.queue / 4);
        let setup = Setup {
            split: Split { queue, ..*split },
            analyzer,
            commit_every: Some(options.commit_every),
            stop: &options.stop,
            limits: options.limits(),
            feed_name: "the input",
        };
        let result = change(writer, &setup, options, &mut summary)
            .and_then(|()| if writer.has_changes() { writer.commit() } else { Ok(()) })
            .and_then(|()| {
                summary.added = writer.counts().added - counted.added;
                summary.updated = writer.counts().updated - counted.updated;
                summary.documents = writer.committed_documents();
                summary.removed = (before + summary.added).saturating_sub(summary.documents);
                let brought = summary.added + summary.updated;
                writer.purge_deleted(PURGE_LEAST.max(brought * PURGE_FACTOR))
            })
            .and_then(|()| writer.refresh_derived());
        summary.elapsed = started.elapsed();
        self.forget_failed(result)?;
        Ok(summary)
    }

    /// The writer, opened again where a failure closed it.
    fn writer(&mut self) -> Result<&mut Writer, IndexError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => open_writer(&self.options)?.0,
        };
        Ok(self.writer.insert(writer))
    }

    /// After a failure, drops the writer and with it everything uncommitted.
    fn forget_failed<T>(&mut self, result: Result<T, IndexError>) -> Result<T, IndexError> {
        let Err(error) = result else { return result };
        match self.writer.take() {
            // Whatever failed first, this is why.
            Some(writer) if !writer.folder().is_same() => {
                Err(IndexError::Moved { dir: self.options.dir.clone() })
            }
            _ => Err(error),
        }
    }
}

/// Checksum of the empty user dictionary, as manifests spell it.
const NO_WORDS: &str = "0000000000000000";

fn open_writer(options: &IndexOptions) -> Result<(Writer, Split), IndexError> {
    let split = Split::of(options.memory, options.threads)?;
    Ok((Writer::open(&options.dir, &split)?, split))
}
