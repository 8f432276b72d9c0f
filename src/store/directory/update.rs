//! A change of a folder: all content is staged, the steps are recorded, and then they are done.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::journal::{Journal, Step, Stuck};
use super::lock::Lock;
use super::staging::{stage_all, sweep};
use super::{Folders, STAMP, contents, file_name, view};
use crate::source::MAX_SOURCE_BYTES;
use crate::store::names::spelling;
use crate::store::{ChangeSet, Contents, StoreError, Transaction};

/// A change that can be made.
pub(super) struct Update<'a> {
    folder: &'a Path,
    contents: Contents,
    /// The stamp of the last change.
    stamp: Option<Vec<u8>>,
    lock: Lock,
}

/// Completes the recorded change, if there is one. Only the holder of the lock may do this, and only
/// a program that changes the folder does: readers modify nothing.
fn recover(folder: &Path) -> Result<(), StoreError> {
    if let Some(journal) = Journal::load(folder)? {
        journal.apply(folder).map_err(|stuck| stuck.error)?;
        Journal::remove(folder)?;
    }
    Ok(())
}

impl Update<'_> {
    /// Waits for the right to change a folder, and cleans up after changes that died.
    pub(super) fn begin(folder: &Path, patience: Duration) -> Result<Update<'_>, StoreError> {
        let lock = Lock::acquire(folder, patience)?;
        recover(folder)?;
        sweep(folder)?;
        let look = |view: &view::View<'_>| Ok((contents(view)?, view.stamp()?));
        let (contents, stamp) = view::stable(folder, Folders::One, look)?;
        Ok(Update { folder, contents, stamp, lock })
    }

    /// Stages the new content of files, `None` for files that are removed, and records the steps.
    /// Also returns the files whose owner will change.
    ///
    /// # Errors
    /// A file cannot be written. Nothing will be done, and no file is left.
    fn record(
        &self,
        files: Vec<(String, Option<&[u8]>)>,
    ) -> Result<(Journal, Vec<PathBuf>), StoreError> {
        let mut staged = stage_all(self.folder, files)?;
        let steps = staged.files.iter().map(|(file, new)| {
            let new = new.as_ref().and_then(|path| path.file_name()?.to_str());
            Step { file: file.clone(), new: new.map(str::to_owned) }
        });
        let journal = Journal { steps: steps.collect() };
        // If somebody removed the folder and created it again, our lock is not the lock of the new
        // folder.
        if !self.lock.is_of(self.folder) {
            return Err(StoreError::io("write", self.folder, ErrorKind::NotFound.into()));
        }
        journal.save(self.folder)?;
        // From now on, the journal is responsible for the temporary files.
        for path in staged.files.iter_mut().filter_map(|(_, new)| new.as_mut()) {
            path.disable_cleanup(true);
        }
        Ok((journal, staged.given_away))
    }

    /// Undoes the steps of the recorded change. This is a change of its own, and its journal replaces
    /// the one that failed.
    fn undo(&self, taken: &[Step]) -> Result<(), StoreError> {
        if !taken.is_empty() {
            let files = taken.iter().map(|step| (step.file.clone(), self.before(&step.file)));
            let (journal, _) = self.record(files.collect())?;
            journal.apply(self.folder).map_err(|stuck| stuck.error)?;
        }
        Journal::remove(self.folder)?;
        sweep(self.folder)
    }

    /// The content of a file before the change, if the file existed.
    fn before(&self, file: &str) -> Option<&[u8]> {
        match file.strip_suffix(".json") {
            _ if file == STAMP => self.stamp.as_deref(),
            Some(name) => self.contents.get(name).map(Vec::as_slice),
            None => None,
        }
    }

    /// Whether the whole content of every file before the change is known, so that it could be
    /// restored.
    fn can_undo(&self) -> bool {
        self.contents.values().all(|bytes| bytes.len() <= MAX_SOURCE_BYTES)
    }
}

impl Transaction for Update<'_> {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(
        self: Box<Self>,
        changes: &ChangeSet,
        stamp: &[u8],
    ) -> Result<Vec<PathBuf>, StoreError> {
        let mut files = Vec::with_capacity(changes.put.len() + changes.remove.len() + 1);
        let places: BTreeSet<_> = changes.put.keys().map(|name| spelling(name)).collect();
        // Where two names differ only in their spelling, the old file may be the same as the new one.
        let (renamed, removed): (Vec<_>, Vec<_>) =
            changes.remove.iter().partition(|name| places.contains(&spelling(name)));
        for name in renamed {
            files.push((file_name(self.folder, name)?, None));
        }
        for (name, bytes) in &changes.put {
            files.push((file_name(self.folder, name)?, Some(bytes.as_slice())));
        }
        for name in removed {
            files.push((file_name(self.folder, name)?, None));
        }
        // The stamp comes last: a reader that sees the new stamp sees all files that it names.
        files.push((STAMP.to_owned(), Some(stamp)));
        let (journal, given_away) = self.record(files)?;
        let unfinished = |error| StoreError::Unfinished(Box::new(error));
        match journal.apply(self.folder) {
            Ok(()) => {
                Journal::remove(self.folder).map_err(unfinished)?;
                Ok(given_away)
            }
            Err(Stuck { done, error }) => {
                if self.can_undo() && self.undo(&journal.steps[..done]).is_ok() {
                    Err(error)
                } else {
                    Err(unfinished(error))
                }
            }
        }
    }
}
