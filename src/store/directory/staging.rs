//! New content of files, complete on the disk before anybody sees it.

use std::fs::{File, Permissions};
use std::io::Write;
use std::path::Path;

use tempfile::TempPath;

use super::{failpoint, parent};
use crate::parallel;
use crate::store::StoreError;

/// What the temporary files of changes begin with. Hidden, so that nobody takes them for
/// namespaces, and a name of their own, so that whoever sweeps up after a change that died does
/// not take the temporary file of another program.
pub(super) const PREFIX: &str = ".planout-new-";

/// How many files are written at once. File systems sync many files in hardly more time than one.
const WRITERS: usize = 16;

/// Writes the content of a file to a temporary one in a folder, which it has to be in to be
/// renamed. It is removed when the path is dropped.
///
/// Its permissions are those of any new file, or else the given ones.
pub(super) fn stage(
    folder: &Path,
    prefix: &str,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> std::io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    // What `umask` leaves of these. The library's own choice is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    failpoint::step()?;
    let (mut file, path) = builder.tempfile_in(folder)?.into_parts();
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    failpoint::step()?;
    file.write_all(bytes)?;
    failpoint::step()?;
    file.sync_all()?;
    Ok(path)
}

/// Stages what is to replace files of a folder, which keep their permissions. Files without new
/// content are passed through.
///
/// # Errors
/// One of them cannot be written: there are no temporary files left.
pub(super) fn stage_all(
    folder: &Path,
    files: Vec<(String, Option<&[u8]>)>,
) -> Result<Vec<(String, Option<TempPath>)>, StoreError> {
    let staged = parallel::map_on(WRITERS, files, |(name, bytes)| {
        let Some(bytes) = bytes else { return Ok((name, None)) };
        let path = folder.join(&name);
        let permissions = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(StoreError::IsDirectory(path)),
            Ok(metadata) => Some(metadata.permissions()),
            Err(_) => None,
        };
        match stage(folder, PREFIX, bytes, permissions) {
            Ok(staged) => Ok((name, Some(staged))),
            Err(error) => Err(StoreError::Io { action: "write", path, error }),
        }
    });
    staged.into_iter().collect()
}

/// Replaces a single file as a whole, and makes that last.
pub(in crate::store) fn replace(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> Result<(), StoreError> {
    let folder = parent(path);
    let staged = stage(folder, ".planout-", bytes, permissions);
    let staged = staged.map_err(|error| StoreError::io("write", path, error))?;
    staged.persist(path).map_err(|error| StoreError::io("replace", path, error.error))?;
    sync(folder)
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
