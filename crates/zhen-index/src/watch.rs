//! Following changes of files as they happen.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use zhen_source::normalise_path;

use crate::errors::IndexError;
use crate::folder::{FileNumber, number};
use crate::indexer::Indexer;
use crate::progress::{Progress, Summary};

/// A change is taken up when nothing has changed for so long,
const QUIET: Duration = Duration::from_millis(300);
/// or when the first change of a batch is this old, where there is no quiet.
const LONGEST_BATCH: Duration = Duration::from_secs(5);
/// How often a request to stop is looked for.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);
/// How often it is looked whether what is watched is still what the paths lead to.
const LOOK_FOR_ROOTS: Duration = Duration::from_secs(1);

impl Indexer {
    /// Indexes `paths`, then keeps on doing so whenever something below them changes, until the
    /// options' `stop` is set or `batch` answers `Break`. Changes are gathered until things are quiet;
    /// each batch is one commit and is told to `batch`. Documents of files that go are removed if the
    /// options say `prune`.
    ///
    /// A batch that fails is told like the others, and the next starts from the last commit. A path
    /// that comes to lead to another file or folder is followed there; one that is gone is waited for.
    ///
    /// # Errors
    /// [`IndexError::Watch`] when a path does not exist at the start, or cannot be watched.
    pub fn watch(
        &mut self,
        paths: &[PathBuf],
        progress: &dyn Progress,
        batch: &mut dyn FnMut(Result<Summary, IndexError>) -> ControlFlow<()>,
    ) -> Result<(), IndexError> {
        let roots: Vec<PathBuf> = paths.iter().map(|path| normalise_path(path)).collect();
        for root in &roots {
            if let Err(cause) = std::fs::metadata(root) {
                let cause = notify::Error::io(cause);
                return Err(IndexError::Watch { path: root.clone(), cause });
            }
        }
        let own = normalise_path(&self.options().dir);
        let mut watches = Watches::new(roots, own);
        loop {
            // Watching begins before a run, so that no change falls between the two.
            watches.renew()?;
            let result = self.index_paths(paths, progress);
            if batch(result).is_break() || !self.wait_for_changes(&mut watches)? {
                return Ok(());
            }
        }
    }

    /// Waits for a change and then for quiet; false when it is time to stop.
    fn wait_for_changes(&self, watches: &mut Watches) -> Result<bool, IndexError> {
        let stop = &self.options().stop;
        let mut first: Option<Instant> = None;
        let mut looked = Instant::now();
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let patience = if first.is_some() { QUIET } else { LOOK_FOR_STOP };
            match watches.changes.recv_timeout(patience) {
                Ok(()) => {
                    let since = *first.get_or_insert_with(Instant::now);
                    if since.elapsed() >= LONGEST_BATCH {
                        return Ok(true);
                    }
                }
                Err(RecvTimeoutError::Timeout) if first.is_some() => return Ok(true),
                Err(RecvTimeoutError::Timeout) if looked.elapsed() >= LOOK_FOR_ROOTS => {
                    looked = Instant::now();
                    if watches.renew()? {
                        first = Some(looked);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
        }
    }
}

/// Tells a file or folder from one that takes its place, also where the number is given out again.
type Identity = (FileNumber, Option<SystemTime>);

fn identity(path: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((number(&metadata), metadata.created().ok()))
}

/// What is watched, by its path, and what stood there; `None` where nothing did.
type Targets = BTreeMap<PathBuf, (RecursiveMode, Option<Identity>)>;

/// Watches over what the roots lead to. The system watches files and folders, not paths: a file that
/// is saved by putting another in its place is seen by the folder it lies in.
struct Watches {
    roots: Vec<PathBuf>,
    /// The index, which may lie below a root: its own writing is no change.
    own: PathBuf,
    sender: Sender<()>,
    changes: Receiver<()>,
    watcher: Option<RecommendedWatcher>,
    targets: Targets,
}

impl Watches {
    fn new(roots: Vec<PathBuf>, own: PathBuf) -> Self {
        // One that waits says all: something has changed.
        let (sender, changes) = bounded(1);
        Self { roots, own, sender, changes, watcher: None, targets: Targets::new() }
    }

    /// Begins to watch what the roots lead to now, if it is not watched; says whether it was not.
    fn renew(&mut self) -> Result<bool, IndexError> {
        // Links lead to a file that is changed where it lies.
        let mut files = self.roots.clone();
        files.extend(
            self.roots
                .iter()
                .filter(|root| root.is_symlink() && root.is_file())
                .filter_map(|root| std::fs::canonicalize(root).ok()),
        );
        let targets = targets(&files);
        if self.watcher.is_some() && targets == self.targets {
            return Ok(false);
        }
        self.targets = targets;
        self.watcher = Some(self.watch(files)?);
        Ok(true)
    }

    fn watch(&mut self, files: Vec<PathBuf>) -> Result<RecommendedWatcher, IndexError> {
        let beside: Vec<PathBuf> = self
            .targets
            .iter()
            .filter(|(_, (mode, _))| *mode == RecursiveMode::NonRecursive)
            .map(|(path, _)| path.clone())
            .collect();
        let own = self.own.clone();
        let is_of_roots = move |path: &PathBuf| {
            let is_beside =
                path.parent().is_some_and(|folder| beside.iter().any(|beside| beside == folder));
            !path.starts_with(&own)
                && (!is_beside || files.iter().any(|file| path.starts_with(file)))
        };
        let is_change = move |event: &notify::Event| {
            !matches!(event.kind, EventKind::Access(_))
                && (event.paths.is_empty() || event.paths.iter().any(&is_of_roots))
        };
        let sender = self.sender.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                // An error means that changes may have been missed: look at everything.
                if event.as_ref().map_or(true, &is_change) {
                    let _ = sender.try_send(());
                }
            })
            .map_err(|cause| IndexError::Watch { path: PathBuf::new(), cause })?;
        for (path, (mode, identity)) in &mut self.targets {
            if identity.is_none() {
                continue;
            }
            match watcher.watch(path, *mode) {
                Ok(()) => {}
                // It has just gone.
                Err(cause) if is_missing(&cause) => *identity = None,
                Err(cause) => return Err(IndexError::Watch { path: path.clone(), cause }),
            }
        }
        Ok(watcher)
    }
}

/// Folders among `roots` are watched with all that is below, of anything else the folder it lies in.
fn targets(roots: &[PathBuf]) -> Targets {
    let (folders, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
        roots.iter().partition(|root| root.is_dir());
    let others = others
        .into_iter()
        .filter_map(|root| root.parent())
        .filter(|beside| !folders.iter().any(|folder| beside.starts_with(folder)));
    others
        .map(|path| (path, RecursiveMode::NonRecursive))
        .chain(folders.iter().map(|path| (path.as_path(), RecursiveMode::Recursive)))
        .map(|(path, mode)| (path.to_path_buf(), (mode, identity(path))))
        .collect()
}

fn is_missing(cause: &notify::Error) -> bool {
    match &cause.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}
