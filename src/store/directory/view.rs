//! A folder as it is with the change that its journal records: whole, wherever that change stands.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::journal::{Journal, is_absent};
use super::lock::Lock;
use super::{STAMP, update};
use crate::source::MAX_SOURCE_BYTES;
use crate::store::{StoreError, read_file};

/// How often to begin anew where changes do not leave the time to look at all.
const ATTEMPTS: usize = 100;

/// A folder, and what a change makes of some of its files.
pub(super) struct View<'a> {
    pub(super) folder: &'a Path,
    journal: Option<Journal>,
}

/// What differs after each change: the journal of one that is under way; content and time of the
/// stamp, which each leaves behind at its end.
#[derive(PartialEq, Eq)]
struct State {
    journal: Option<Journal>,
    stamp: Option<(Vec<u8>, Option<SystemTime>)>,
}

/// Looks at a folder between two changes, or with one of them that is under way.
///
/// # Errors
/// It cannot be read, or is changed all the time.
pub(super) fn stable<T>(
    folder: &Path,
    look: impl Fn(&View<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    for _ in 0..ATTEMPTS {
        let view = View::new(folder)?;
        let before = State::new(folder, view.journal.clone())?;
        let seen = look(&view);
        let after = State::new(folder, Journal::load(folder)?)?;
        // A journal that stays has been true all the time. If there was none and the stamp is the
        // same, no change has ended in between: stamps come last.
        if before == after {
            return seen;
        }
    }
    Err(StoreError::Conflict(folder.display().to_string()))
}

impl<'a> View<'a> {
    /// The folder with its journal. What a change that died left behind is completed, where that
    /// is possible.
    fn new(folder: &'a Path) -> Result<View<'a>, StoreError> {
        let mut journal = Journal::load(folder)?;
        if journal.is_some()
            && let Some(_lock) = Lock::if_free(folder)
        {
            // Where it fails, what is on record still says what is where.
            let _ = update::recover(folder);
            journal = Journal::load(folder)?;
        }
        Ok(View { folder, journal })
    }

    /// The files among these that are there, and those that the change adds, sorted. What is
    /// hidden is left out.
    pub(super) fn files(&self, found: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
        let mut files: BTreeSet<PathBuf> = found.into_iter().collect();
        for step in self.journal.iter().flat_map(|journal| &journal.steps) {
            let path = self.folder.join(&step.file);
            match step.new {
                Some(_) if !step.file.starts_with('.') => files.insert(path),
                _ => files.remove(&path),
            };
        }
        files
    }

    /// The content of a file, of which at most `limit` bytes are read.
    pub(super) fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
        let absent = || StoreError::io("read", path, ErrorKind::NotFound.into());
        match self.change(path) {
            None => read_file(path, limit),
            Some(None) => Err(absent()),
            Some(Some(new)) => match read_file(&self.folder.join(new), limit) {
                // It has taken its place.
                Err(StoreError::Io { error, .. }) if is_absent(&error) => read_file(path, limit),
                read => read,
            },
        }
    }

    /// What was said when the folder was last changed.
    pub(super) fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        unless_absent(self.read(&self.folder.join(STAMP), MAX_SOURCE_BYTES))
    }

    /// What becomes of a file, if anything does: the name of its new content, or nothing.
    fn change(&self, path: &Path) -> Option<Option<&str>> {
        let journal = self.journal.as_ref()?;
        let name = path.file_name().filter(|_| path.parent() == Some(self.folder))?;
        let step = journal.steps.iter().find(|step| OsStr::new(&step.file) == name)?;
        Some(step.new.as_deref())
    }
}

impl State {
    fn new(folder: &Path, journal: Option<Journal>) -> Result<State, StoreError> {
        let path = folder.join(STAMP);
        let time = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
        let stamp = unless_absent(read_file(&path, MAX_SOURCE_BYTES))?;
        Ok(State { journal, stamp: stamp.map(|stamp| (stamp, time)) })
    }
}

/// What was read, unless it is not there.
fn unless_absent(read: Result<Vec<u8>, StoreError>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::Io { error, .. }) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
