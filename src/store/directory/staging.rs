//! New content of files, complete on the disk before any reader sees it.

use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::parallel;
use crate::store::StoreError;
use crate::store::replace::{Owner, Place, stage};

/// The prefix of the temporary files of changes. It is hidden, so that nobody takes them for
/// namespaces. It is our own, so that the cleanup after a change that died never takes the temporary
/// file of another program.
pub(super) const PREFIX: &str = ".planout-new-";

/// The number of files that are written at once. File systems sync many files in hardly more time
/// than one.
const WRITERS: usize = 16;

/// The files that a change has staged.
pub(super) struct Staged {
    /// The files with their temporary files. Files that are removed have none.
    pub(super) files: Vec<(String, Option<TempPath>)>,
    /// The files whose owner will change.
    pub(super) given_away: Vec<PathBuf>,
}

/// Stages the new content of files of a folder; the files keep their owner and mode. Files without
/// new content are only listed.
///
/// # Errors
/// A path cannot be written, or is not a file. No temporary files are left then.
pub(super) fn stage_all(
    folder: &Path,
    files: Vec<(String, Option<&[u8]>)>,
) -> Result<Staged, StoreError> {
    let results = parallel::map_on(WRITERS, files, |(name, bytes)| {
        let path = folder.join(&name);
        let place = Place::of(&path)?;
        if matches!(place, Place::Special) {
            return Err(StoreError::Special(path));
        }
        let Some(bytes) = bytes else { return Ok((name, None, Owner::Kept)) };
        match stage(folder, PREFIX, bytes, place.taken()) {
            Ok((staged, owner)) => Ok((name, Some(staged), owner)),
            Err(error) => Err(StoreError::Io { action: "write", path, error }),
        }
    });
    let mut staged = Staged { files: Vec::with_capacity(results.len()), given_away: Vec::new() };
    for result in results {
        let (name, path, owner) = result?;
        if owner == Owner::Changed {
            staged.given_away.push(folder.join(&name));
        }
        staged.files.push((name, path));
    }
    Ok(staged)
}

/// Removes the temporary files of changes that died before they were made. Only the holder of the
/// folder's lock knows that nobody needs them. A directory of such a name is not ours, and stays.
pub(super) fn sweep(folder: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("read", folder, error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && !is_directory {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|error| StoreError::io("remove", &path, error))?;
        }
    }
    Ok(())
}
