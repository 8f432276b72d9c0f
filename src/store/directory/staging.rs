//! New content of files, complete on the disk before anybody sees it.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::{failpoint, parent};
use crate::parallel;
use crate::store::StoreError;
use crate::store::file::{Owner, Place};

/// What the temporary files of changes begin with. Hidden, so that nobody takes them for
/// namespaces, and a name of their own, so that whoever sweeps up after a change that died does
/// not take the temporary file of another program.
pub(super) const PREFIX: &str = ".planout-new-";

/// How many files are written at once. File systems sync many files in hardly more time than one.
const WRITERS: usize = 16;

/// The files that a change has staged.
pub(super) struct Staged {
    /// The files with their temporary ones; those that are removed have none.
    pub(super) files: Vec<(String, Option<TempPath>)>,
    /// The files that will belong to somebody else than before.
    pub(super) given_away: Vec<PathBuf>,
}

/// Creates a temporary file in a folder, which it has to be in to be renamed. It is removed when the
/// path is dropped.
///
/// It has the owner and the mode of the file that it is to replace, or else those of any new file.
pub(in crate::store) fn new_file(
    folder: &Path,
    prefix: &str,
    replaced: Option<&Metadata>,
) -> io::Result<(File, TempPath, Owner)> {
    failpoint::step()?;
    // The library opens files for secrets, and puts their paths into its errors.
    let open = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    let made = tempfile::Builder::new().prefix(prefix).make_in(folder, open)?;
    let (file, path) = made.into_parts();
    let owner = replaced.map_or(Ok(Owner::Kept), |replaced| resemble(&file, replaced))?;
    Ok((file, path, owner))
}

/// Gives a new file the owner and the mode of another one, as far as that can be done.
#[cfg(unix)]
fn resemble(file: &File, other: &Metadata) -> io::Result<Owner> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let (uid, gid) = (other.uid(), other.gid());
    let belongs = || file.metadata().map(|it| (it.uid(), it.gid()) == (uid, gid));
    let mut is_kept = belongs()?;
    if !is_kept {
        // A group can be given by its members, too.
        let _ = fchown(file, Some(uid), Some(gid)).or_else(|_| fchown(file, None, Some(gid)));
        is_kept = belongs()?;
    }
    let mut mode = other.permissions();
    if !is_kept {
        // What runs as its owner would run as somebody else.
        mode.set_mode(mode.mode() & 0o777);
    }
    file.set_permissions(mode)?;
    Ok(if is_kept { Owner::Kept } else { Owner::Changed })
}

#[cfg(not(unix))]
fn resemble(file: &File, other: &Metadata) -> io::Result<Owner> {
    file.set_permissions(other.permissions())?;
    Ok(Owner::Kept)
}

/// Writes the content of a file to a temporary one.
pub(super) fn stage(
    folder: &Path,
    prefix: &str,
    bytes: &[u8],
    replaced: Option<&Metadata>,
) -> io::Result<(TempPath, Owner)> {
    let (mut file, path, owner) = new_file(folder, prefix, replaced)?;
    failpoint::step()?;
    file.write_all(bytes)?;
    failpoint::step()?;
    file.sync_all()?;
    Ok((path, owner))
}

/// Stages what is to replace files of a folder, which keep their owner and mode. Files without new
/// content are passed through.
///
/// # Errors
/// One of them cannot be written, or is none: there are no temporary files left.
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

/// Replaces a single file as a whole, and makes that last.
pub(in crate::store) fn replace(
    path: &Path,
    bytes: &[u8],
    replaced: Option<&Metadata>,
) -> Result<Owner, StoreError> {
    let folder = parent(path);
    let staged = stage(folder, ".planout-", bytes, replaced);
    let (staged, owner) = staged.map_err(|error| StoreError::io("write", path, error))?;
    staged.persist(path).map_err(|error| StoreError::io("replace", path, error.error))?;
    sync(folder)?;
    Ok(owner)
}

/// Makes what has been created, renamed and removed in a folder last. Only Unix can, and needs to.
pub(super) fn sync(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        let sync = || {
            failpoint::step()?;
            File::open(folder)?.sync_all()
        };
        sync().map_err(|error| StoreError::io("sync", folder, error))?;
    }
    Ok(())
}

/// Removes the temporary files of changes that died before they were made. Only who holds the lock
/// of the folder knows that nobody needs them. A directory is none of ours, and stays.
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
