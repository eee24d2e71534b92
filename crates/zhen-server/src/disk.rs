//! The indexes of this machine: `zhen-index` and `zhen-search` behind [`Catalog`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use serde_json::{Map, Value};
use zhen_index::{Folder, IndexError, IndexOptions, Indexer, Summary, location};
use zhen_search::{Engine, IndexEngine, SearchError};
use zhen_source::Document;

use crate::catalog::{Catalog, CatalogError, Index, IndexStats, WriteError, Writer, check_name};

/// Documents on their way to the indexer's threads; their memory is bounded by the indexer.
const FEED: usize = 16;

/// Indexes by name, where `zhen` keeps them on this machine or in a folder of their own.
pub struct DiskCatalog {
    /// Where indexes live that are named; where `zhen` keeps them unless told.
    home: Option<PathBuf>,
    /// Name and folder of the index that is meant when none is named.
    default: (String, PathBuf),
    write_memory: usize,
    open: RwLock<HashMap<String, Arc<DiskIndex>>>,
    /// Held while an index is made: whoever else wants it made then finds it.
    making: Mutex<()>,
}

impl DiskCatalog {
    /// The catalog in which the index in the folder `default` is meant when a request names none. It
    /// need not exist yet. `write_memory` bounds what indexing an upload may take, in bytes.
    pub fn new(default: impl Into<PathBuf>, write_memory: usize) -> Self {
        let dir = default.into();
        let last = dir.file_name().and_then(|name| name.to_str());
        let name = last.filter(|name| check_name(name).is_ok()).unwrap_or(location::DEFAULT_NAME);
        Self {
            home: None,
            default: (name.to_owned(), dir),
            write_memory,
            open: RwLock::default(),
            making: Mutex::default(),
        }
    }

    /// Keeps the indexes that requests name in `home`, which need not exist yet.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// The folder of the index `name`. A name that comes from a request is a name and nothing else:
    /// it never leads to a folder that merely happens to be called so.
    fn dir(&self, name: &str) -> Result<PathBuf, CatalogError> {
        if name == self.default.0 {
            return Ok(self.default.1.clone());
        }
        check_name(name).map_err(CatalogError::BadName)?;
        match &self.home {
            Some(home) => location::resolve_within(home, name),
            None => location::named(name),
        }
        .map_err(|error| CatalogError::BadName(error.to_string()))
    }

    /// The index if it is open and still the one on disk.
    fn known(&self, name: &str, dir: &Path) -> Option<Arc<DiskIndex>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let index = open.get(name)?;
        (index.identity == Identity::of(dir)).then(|| Arc::clone(index))
    }

    fn open_dir(&self, name: &str, dir: &Path) -> Result<Arc<DiskIndex>, CatalogError> {
        if let Some(index) = self.known(name, dir) {
            return Ok(index);
        }
        let identity = Identity::of(dir);
        let engine = IndexEngine::open(dir).map_err(|error| match error {
            IndexError::Missing { .. } => CatalogError::NotFound { name: name.to_owned() },
            error => CatalogError::Failed(error.to_string()),
        })?;
        let index = Arc::new(DiskIndex {
            engine: Arc::new(engine),
            identity,
            dir: dir.to_owned(),
            write_memory: self.write_memory,
            counted: Mutex::default(),
        });
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.insert(name.to_owned(), Arc::clone(&index));
        Ok(index)
    }
}

impl Catalog for DiskCatalog {
    fn default_index(&self) -> &str {
        &self.default.0
    }

    fn names(&self) -> Result<Vec<String>, CatalogError> {
        let known = match &self.home {
            Some(home) => location::list_within(home),
            None => location::list(),
        }
        .map_err(|error| CatalogError::Failed(error.to_string()))?;
        let mut names: Vec<String> = known
            .into_iter()
            .map(|known| known.name)
            .filter(|name| check_name(name).is_ok())
            .collect();
        if !names.contains(&self.default.0)
            && self.open_dir(&self.default.0, &self.default.1).is_ok()
        {
            names.push(self.default.0.clone());
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError> {
        let dir = match self.dir(name) {
            Ok(dir) => dir,
            Err(_) => return Err(CatalogError::NotFound { name: name.to_owned() }),
        };
        Ok(self.open_dir(name, &dir)?)
    }

    fn open_or_create(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError> {
        let dir = self.dir(name)?;
        let existing = || match self.open_dir(name, &dir) {
            Err(CatalogError::NotFound { .. }) => Ok(None),
            opened => opened.map(Some),
        };
        if let Some(index) = existing()? {
            return Ok(index);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = existing()? {
            return Ok(index);
        }
        let failed = |error: IndexError| CatalogError::Failed(error.to_string());
        match Indexer::open(options(&dir, self.write_memory)) {
            Ok(indexer) => indexer.close().map_err(failed)?,
            // Another process is just making it.
            Err(error @ IndexError::Locked { .. }) => {
                return match existing()? {
                    Some(index) => Ok(index),
                    None => Err(CatalogError::Busy(error.to_string())),
                };
            }
            Err(error) => return Err(failed(error)),
        }
        Ok(self.open_dir(name, &dir)?)
    }
}

fn options(dir: &Path, memory: usize) -> IndexOptions {
    let mut options = IndexOptions::new(dir);
    options.memory = memory.max(zhen_index::LEAST_MEMORY);
    options
}

/// Tells an index from another that has taken its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    /// Of the index in `dir`, if there is a folder.
    fn of(dir: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(dir).ok()?;
        #[cfg(unix)]
        let (device, number) = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let (device, number) = {
            let created = metadata.created().ok();
            let age = created.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            (0, age.map_or(0, |age| age.as_nanos() as u64))
        };
        metadata.is_dir().then_some(Self(device, number))
    }
}

/// An open index.
struct DiskIndex {
    engine: Arc<IndexEngine>,
    identity: Option<Identity>,
    dir: PathBuf,
    write_memory: usize,
    /// Figures of the commit that was counted last: counting reads term lists.
    counted: Mutex<Option<IndexStats>>,
}

impl Index for DiskIndex {
    fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    fn writer(&self) -> Result<Box<dyn Writer>, WriteError> {
        let indexer = Indexer::open(options(&self.dir, self.write_memory)).map_err(write_error)?;
        let folder = indexer.folder();
        if Identity::of(&self.dir) != self.identity {
            return Err(WriteError::replaced());
        }
        let engine = Arc::clone(&self.engine);
        let state = State::Idle(Box::new(indexer));
        Ok(Box::new(DiskWriter { engine, folder, state, deletions: Vec::new() }))
    }

    fn stats(&self) -> Result<IndexStats, CatalogError> {
        let failed = |error: IndexError| CatalogError::Failed(error.to_string());
        let index = self.engine.index();
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = index.current_manifest().map_err(failed)?.generation;
        if let Some(stats) = counted.as_ref().filter(|stats| stats.commit == generation) {
            return Ok(stats.clone());
        }
        let stats = index.stats().map_err(failed)?;
        let by_count = |counts: &[(String, u64)]| -> Value {
            counts
                .iter()
                .map(|(name, count)| (name.clone(), Value::from(*count)))
                .collect::<Map<_, _>>()
                .into()
        };
        let mut more = Map::new();
        more.insert("committed".to_owned(), stats.manifest.committed.clone().into());
        more.insert("files".to_owned(), stats.files.into());
        more.insert("languages".to_owned(), by_count(&stats.languages));
        more.insert("kinds".to_owned(), by_count(&stats.kinds));
        let stats = IndexStats {
            documents: stats.documents,
            size_bytes: stats.bytes,
            segments: stats.segments.len() as u64,
            commit: stats.manifest.generation,
            more,
        };
        *counted = Some(stats.clone());
        Ok(stats)
    }
}

/// What the indexer comes back with after a run.
type Run = (Box<Indexer>, Result<Summary, IndexError>);

/// Where the indexer is.
enum State {
    /// Here.
    Idle(Box<Indexer>),
    /// With a thread that feeds it what is added.
    Running { feed: SyncSender<Document>, thread: JoinHandle<Run> },
    /// Lost with a thread that panicked.
    Lost,
}

/// Writes an index. Documents flow into one run of the indexer until the next commit, so that an
/// upload of any size needs no more memory than the indexer's own.
struct DiskWriter {
    engine: Arc<IndexEngine>,
    /// The folder that was opened.
    folder: Option<Folder>,
    state: State,
    /// Ids to delete with the next commit.
    deletions: Vec<String>,
}

impl DiskWriter {
    /// Ends the run, which commits it, and has the indexer back.
    fn indexer(&mut self) -> Result<&mut Indexer, WriteError> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Running { feed, thread } => {
                // The run ends when nothing more can come.
                drop(feed);
                let (indexer, result) = thread.join().map_err(|_| lost())?;
                self.state = State::Idle(indexer);
                result.map_err(write_error)?;
                self.engine.refresh().map_err(unread)?;
            }
            idle_or_lost => self.state = idle_or_lost,
        }
        match &mut self.state {
            State::Idle(indexer) => Ok(indexer),
            State::Running { .. } | State::Lost => Err(lost()),
        }
    }
}

impl Writer for DiskWriter {
    fn add(&mut self, document: Document) -> Result<(), WriteError> {
        if !self.deletions.is_empty() {
            // What is deleted and added again must end up there.
            self.commit()?;
        }
        if let State::Idle(_) = &self.state
            && let State::Idle(mut indexer) = std::mem::replace(&mut self.state, State::Lost)
        {
            let (feed, documents) = sync_channel::<Document>(FEED);
            let run = move || {
                let result = indexer.index_documents(documents, &());
                (indexer, result)
            };
            let thread = std::thread::Builder::new()
                .name("feed".to_owned())
                .spawn(run)
                .map_err(|error| WriteError::Failed(format!("no thread for writing: {error}")))?;
            self.state = State::Running { feed, thread };
        }
        let sent = match &self.state {
            State::Running { feed, .. } => feed.send(document).is_ok(),
            State::Idle(_) | State::Lost => false,
        };
        match sent {
            true => Ok(()),
            // The run has ended before its feed: that is a failure, which it tells.
            false => Err(self.indexer().err().unwrap_or_else(lost)),
        }
    }

    fn delete(&mut self, id: &str) -> Result<bool, WriteError> {
        // What has been added before must be seen.
        self.indexer()?;
        let known = self.engine.document(id).map_err(unread)?.is_some();
        let found = known && !self.deletions.iter().any(|other| other == id);
        if found {
            self.deletions.push(id.to_owned());
        }
        Ok(found)
    }

    fn is_current(&self) -> bool {
        self.folder.as_ref().is_some_and(Folder::is_same)
    }

    fn commit(&mut self) -> Result<(), WriteError> {
        let deletions = std::mem::take(&mut self.deletions);
        let indexer = self.indexer()?;
        if !deletions.is_empty() {
            indexer.delete(&deletions).map_err(write_error)?;
            self.engine.refresh().map_err(unread)?;
        }
        Ok(())
    }
}

impl Drop for DiskWriter {
    fn drop(&mut self) {
        // The lock is free only once the run has ended; a failure has been told already.
        let _ = self.indexer();
        if let State::Idle(indexer) = std::mem::replace(&mut self.state, State::Lost) {
            let _ = indexer.close();
        }
    }
}

fn lost() -> WriteError {
    WriteError::Failed("the indexer failed in a way nobody foresaw".to_owned())
}

fn unread(error: SearchError) -> WriteError {
    WriteError::Failed(error.to_string())
}

fn write_error(error: IndexError) -> WriteError {
    match error {
        IndexError::Locked { .. } => WriteError::Locked(error.to_string()),
        IndexError::Moved { .. } => WriteError::replaced(),
        error => WriteError::Failed(error.to_string()),
    }
}
