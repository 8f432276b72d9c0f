//! The view of a folder with the changes that its journals record: readers see each change as a
//! whole, however far it has got.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::journal::{Journal, is_absent};
use super::{Folders, STAMP, folders, hidden, is_hidden};
use crate::source::MAX_SOURCE_BYTES;
use crate::store::replace::parent;
use crate::store::{StoreError, read_found};

/// The number of attempts, if changes never leave enough time for one look.
const ATTEMPTS: usize = 100;

/// A folder, or a folder with those below it, and the recorded changes of some of their files.
pub(super) struct View<'a> {
    pub(super) folder: &'a Path,
    pub(super) folders: Folders,
    /// The folders in the view, each with the journal of a change that is under way there.
    journals: Journals,
}

type Journals = BTreeMap<PathBuf, Option<Journal>>;

/// The marks that differ after each change, by folder: the journal of a change under way, and the
/// content and the time of the stamp, which each change leaves at its end.
type States = BTreeMap<PathBuf, (Option<Journal>, Option<(Vec<u8>, Option<SystemTime>)>)>;

/// Looks at a folder between two changes, or during one. Each of the folders below it that are read
/// may be the target of a ship, too.
///
/// # Errors
/// The folder cannot be read, or it changes all the time.
pub(super) fn stable<T>(
    folder: &Path,
    folders: Folders,
    look: impl Fn(&View<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let list = || folders::folders(folder, folders);
    for _ in 0..ATTEMPTS {
        let journals = load(list()?)?;
        let view = View { folder, folders, journals };
        let before = states(&view.journals)?;
        let seen = look(&view);
        let after = states(&load(list()?)?)?;
        // A journal that has stayed was valid all the time. If there was none and the stamp is the
        // same, no change has ended in between, because the stamp is written last.
        if before == after {
            return seen;
        }
    }
    Err(StoreError::Conflict(folder.display().to_string()))
}

fn load(folders: Vec<PathBuf>) -> Result<Journals, StoreError> {
    let journals = folders.into_iter().map(|folder| {
        let journal = Journal::load(&folder)?;
        Ok((folder, journal))
    });
    journals.collect()
}

fn states(journals: &Journals) -> Result<States, StoreError> {
    let states = journals.iter().map(|(folder, journal)| {
        let path = folder.join(STAMP);
        let time = path.symlink_metadata().and_then(|metadata| metadata.modified()).ok();
        let stamp = unless_absent(hidden::read(&path, MAX_SOURCE_BYTES))?;
        Ok((folder.clone(), (journal.clone(), stamp.map(|stamp| (stamp, time)))))
    });
    states.collect()
}

impl View<'_> {
    /// The existing files among these, and those that the changes add, sorted and without hidden
    /// ones.
    pub(super) fn files(&self, found: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
        let mut files: BTreeSet<PathBuf> = found.into_iter().collect();
        let journals = self.journals.iter();
        let steps = journals.flat_map(|(folder, journal)| {
            journal
                .iter()
                .flat_map(move |journal| journal.steps.iter().map(move |step| (folder, step)))
        });
        for (folder, step) in steps {
            let path = folder.join(&step.file);
            match step.new {
                Some(_) if !step.file.starts_with('.') => files.insert(path),
                _ => files.remove(&path),
            };
        }
        files
    }

    /// The content of a file, at most `limit` bytes of it.
    pub(super) fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
        let absent = || StoreError::io("read", path, ErrorKind::NotFound.into());
        let read = if is_hidden(path) { hidden::read } else { read_found };
        match self.change(path) {
            None => read(path, limit),
            Some(None) => Err(absent()),
            Some(Some(new)) => match hidden::read(&path.with_file_name(new), limit) {
                // The temporary file has already been renamed.
                Err(StoreError::Io { error, .. }) if is_absent(&error) => read(path, limit),
                new => new,
            },
        }
    }

    /// The stamp of the last change of the folder.
    pub(super) fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        unless_absent(self.read(&self.folder.join(STAMP), MAX_SOURCE_BYTES))
    }

    /// The recorded change of a file, if there is one: the name of its new content, or its removal.
    fn change(&self, path: &Path) -> Option<Option<&str>> {
        let journal = self.journals.get(parent(path))?.as_ref()?;
        let name = path.file_name()?;
        let step = journal.steps.iter().find(|step| OsStr::new(&step.file) == name)?;
        Some(step.new.as_deref())
    }
}

/// The content, or `None` if the file does not exist.
fn unless_absent(read: Result<Vec<u8>, StoreError>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::Io { error, .. }) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
