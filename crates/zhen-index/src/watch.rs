//! Following changes of files as they happen.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use notify::{EventKind, RecursiveMode, Watcher};
use zhen_source::normalise_path;

use crate::errors::IndexError;
use crate::indexer::Indexer;
use crate::progress::{Progress, Summary};

/// A change is taken up when nothing has changed for so long,
const QUIET: Duration = Duration::from_millis(300);
/// or when the first change of a batch is this old, where there is no quiet.
const LONGEST_BATCH: Duration = Duration::from_secs(5);
/// How often a request to stop is looked for.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

impl Indexer {
    /// Indexes `paths`, then keeps on doing so whenever something below them changes, until the
    /// options' `stop` is set or `batch` answers `Break`. Changes are gathered until things are quiet;
    /// each batch is one commit and is told to `batch`. Documents of files that go are removed if the
    /// options say `prune`.
    ///
    /// A batch that fails is told like the others, and the next starts from the last commit.
    ///
    /// # Errors
    /// [`IndexError::Watch`] when a path cannot be watched.
    pub fn watch(
        &mut self,
        paths: &[PathBuf],
        progress: &dyn Progress,
        batch: &mut dyn FnMut(Result<Summary, IndexError>) -> ControlFlow<()>,
    ) -> Result<(), IndexError> {
        let (sender, changes) = unbounded();
        let own = normalise_path(&self.options().dir);
        // The index may lie below what is watched; its own writing is no change.
        let is_change = move |event: &notify::Event| {
            !matches!(event.kind, EventKind::Access(_))
                && (event.paths.is_empty()
                    || event.paths.iter().any(|path| !path.starts_with(&own)))
        };
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                // An error means that changes may have been missed: look at everything.
                if event.as_ref().map_or(true, &is_change) {
                    let _ = sender.send(());
                }
            })
            .map_err(|cause| IndexError::Watch { path: PathBuf::new(), cause })?;
        // Watching begins before the first run, so that no change falls between the two.
        for path in paths {
            let path = normalise_path(path);
            watcher
                .watch(&path, RecursiveMode::Recursive)
                .map_err(|cause| IndexError::Watch { path, cause })?;
        }
        loop {
            let result = self.index_paths(paths, progress);
            if batch(result).is_break() || !self.wait_for_changes(&changes) {
                return Ok(());
            }
        }
    }

    /// Waits for a change and then for quiet; false when it is time to stop.
    fn wait_for_changes(&self, changes: &Receiver<()>) -> bool {
        let stop = &self.options().stop;
        let mut first: Option<Instant> = None;
        loop {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let patience = if first.is_some() { QUIET } else { LOOK_FOR_STOP };
            match changes.recv_timeout(patience) {
                Ok(()) => {
                    let since = *first.get_or_insert_with(Instant::now);
                    if since.elapsed() >= LONGEST_BATCH {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Timeout) if first.is_some() => return true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}
