//! A change of a folder: everything is staged, put on record, and then done.

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
    /// The stamp that the last change left.
    stamp: Option<Vec<u8>>,
    lock: Lock,
}

/// Completes the change that is on record, if any. Only who holds the lock may, and only whoever
/// changes the folder does: those who read it modify nothing.
fn recover(folder: &Path) -> Result<(), StoreError> {
    if let Some(journal) = Journal::load(folder)? {
        journal.apply(folder).map_err(|stuck| stuck.error)?;
        Journal::remove(folder)?;
    }
    Ok(())
}

impl Update<'_> {
    /// Waits for the right to change a folder, and cleans up after those who died.
    pub(super) fn begin(folder: &Path, patience: Duration) -> Result<Update<'_>, StoreError> {
        let lock = Lock::acquire(folder, patience)?;
        recover(folder)?;
        sweep(folder)?;
        let look = |view: &view::View<'_>| Ok((contents(view)?, view.stamp()?));
        let (contents, stamp) = view::stable(folder, Folders::One, look)?;
        Ok(Update { folder, contents, stamp, lock })
    }

    /// Stages the new content of files, none for those that are removed, and puts on record what
    /// is to be done. With that come the files that will belong to others than before.
    ///
    /// # Errors
    /// Something cannot be written. Nothing is to be done, and nothing is left.
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
        // If somebody removed the folder and made it anew, the lock is not that of this one.
        if !self.lock.is_of(self.folder) {
            return Err(StoreError::io("write", self.folder, ErrorKind::NotFound.into()));
        }
        journal.save(self.folder)?;
        // From here on, the journal answers for the temporary files.
        for path in staged.files.iter_mut().filter_map(|(_, new)| new.as_mut()) {
            path.disable_cleanup(true);
        }
        Ok((journal, staged.given_away))
    }

    /// Takes back the steps that have been taken of the change on record. This is a change as any
    /// other, and its journal takes the place of the one that failed.
    fn undo(&self, taken: &[Step]) -> Result<(), StoreError> {
        if !taken.is_empty() {
            let files = taken.iter().map(|step| (step.file.clone(), self.before(&step.file)));
            let (journal, _) = self.record(files.collect())?;
            journal.apply(self.folder).map_err(|stuck| stuck.error)?;
        }
        Journal::remove(self.folder)?;
        sweep(self.folder)
    }

    /// The content of a file before the change, if it was there.
    fn before(&self, file: &str) -> Option<&[u8]> {
        match file.strip_suffix(".json") {
            _ if file == STAMP => self.stamp.as_deref(),
            Some(name) => self.contents.get(name).map(Vec::as_slice),
            None => None,
        }
    }

    /// Whether all content that was there is known to its end, so that it could be put back.
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
        // A name that is only written otherwise may have its old file in the place of the new one.
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
        // The last one: who sees the new stamp sees all that it speaks of.
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
