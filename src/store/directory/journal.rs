//! The steps of a change of a folder, recorded before any of them is done.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::staging::PREFIX;
use super::{STAMP, hidden, is_file_name};
use crate::store::StoreError;
use crate::store::failpoint;
use crate::store::replace::{stage, sync};

/// The file that holds the record. While it exists, it decides what the named files contain.
const FILE: &str = ".planout-journal";

/// The size limit: more than a change of all files that a folder can reasonably hold.
const MAX_BYTES: usize = 64 << 20;

/// The steps, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    pub(super) steps: Vec<Step>,
}

/// The change of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// The name of the file in the folder.
    pub(super) file: String,
    /// The name of the temporary file that replaces it. Without one, the file is removed.
    pub(super) new: Option<String>,
}

/// A journal whose steps could not all be done.
pub(super) struct Stuck {
    /// The number of steps that were done.
    pub(super) done: usize,
    pub(super) error: StoreError,
}

impl Journal {
    /// The journal of a folder, if a change is under way there or has died.
    ///
    /// # Errors
    /// The journal cannot be read, or names steps that no change of ours has. Another program has
    /// written it then, and must not make us remove or replace files.
    pub(super) fn load(folder: &Path) -> Result<Option<Journal>, StoreError> {
        let path = folder.join(FILE);
        let bytes = match hidden::read(&path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(StoreError::Io { error, .. }) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let journal: Option<Journal> = serde_json::from_slice(&bytes).ok();
        match journal.filter(Journal::is_ours) {
            Some(journal) => Ok(Some(journal)),
            None => {
                let error =
                    io::Error::new(ErrorKind::InvalidData, "the file is not a journal of planout");
                Err(StoreError::io("read", &path, error))
            }
        }
    }

    /// Whether a change could have written this journal: it names only namespaces and the stamp, and
    /// each of them once.
    fn is_ours(&self) -> bool {
        let files: BTreeSet<_> = self.steps.iter().map(|step| &step.file).collect();
        let new: Vec<_> = self.steps.iter().filter_map(|step| step.new.as_ref()).collect();
        let is_distinct = files.len() == self.steps.len()
            && new.iter().collect::<BTreeSet<_>>().len() == new.len();
        is_distinct && self.steps.iter().all(Step::is_ours)
    }

    /// Puts the journal into a folder, in place of an older one: this makes the change. The files
    /// that it names are on the disk already.
    ///
    /// # Errors
    /// The folder cannot be written. The change is not made.
    pub(super) fn save(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE);
        let failed = |error| StoreError::io("write", &path, error);
        let text = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        if text.len() > MAX_BYTES {
            // No reader would accept a journal of this size.
            return Err(failed(io::Error::other("the change has too many files")));
        }
        let (staged, _) = stage(folder, PREFIX, &text, None).map_err(failed)?;
        sync(folder)?;
        failpoint::step().map_err(failed)?;
        staged.persist(&path).map_err(|error| failed(error.error))
    }

    /// Does all steps, now that the journal is on the disk. Doing a step a second time has no effect.
    pub(super) fn apply(&self, folder: &Path) -> Result<(), Stuck> {
        sync(folder).map_err(|error| Stuck { done: 0, error })?;
        for (done, step) in self.steps.iter().enumerate() {
            step.take(folder).map_err(|error| Stuck { done, error })?;
        }
        sync(folder).map_err(|error| Stuck { done: self.steps.len(), error })
    }

    /// Removes the journal of a folder.
    pub(super) fn remove(folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE);
        let removed = failpoint::step().and_then(|()| std::fs::remove_file(&path));
        removed.map_err(|error| StoreError::io("remove", &path, error))
    }
}

impl Step {
    fn is_ours(&self) -> bool {
        let is_new = |name: &String| {
            let end = name.strip_prefix(PREFIX).unwrap_or_default();
            !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        (self.file == STAMP || is_file_name(&self.file)) && self.new.as_ref().is_none_or(is_new)
    }

    fn take(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(&self.file);
        let (action, taken) = match (failpoint::step(), &self.new) {
            (Ok(()), Some(new)) => {
                let new = folder.join(new);
                ("replace", hidden::check(&new).and_then(|()| std::fs::rename(new, &path)))
            }
            (Ok(()), None) => ("remove", std::fs::remove_file(&path)),
            (failed, _) => ("change", failed),
        };
        match taken {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            taken => taken.map_err(|error| StoreError::io(action, &path, error)),
        }
    }
}

/// Whether the error means that the file does not exist, and cannot exist.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
