//! Atomic replacement of a file: the new content is complete on the disk before any reader sees it,
//! and it keeps the owner and the mode of the file that it replaces.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::TempPath;

use super::acl::Acl;
use super::{StoreError, failpoint};

/// The owner of a file after it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The file still has the user and the group that it had before.
    Kept,
    /// The user or the group is another one: only the superuser can give files away.
    Changed,
}

/// A file that is going to be replaced.
pub(super) struct Replaced {
    metadata: Metadata,
    acl: Option<Acl>,
}

/// The kind of a path that is to be written.
pub(super) enum Place {
    Free,
    Taken(Replaced),
    /// A special file, such as a terminal or a pipe.
    Special,
}

impl Place {
    /// Looks at a path.
    ///
    /// # Errors
    /// The path is a directory, or a link to something else than a terminal, a pipe or the like.
    pub(super) fn of(path: &Path) -> Result<Place, StoreError> {
        let failed = |error| StoreError::io("write", path, error);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Place::Free),
            Err(error) => return Err(failed(error)),
        };
        if metadata.is_symlink() && is_stream(path) {
            return Ok(Place::Special);
        }
        let kind = if metadata.is_symlink() {
            path.metadata().ok().map(|metadata| metadata.file_type())
        } else {
            Some(metadata.file_type())
        };
        match kind {
            Some(kind) if kind.is_dir() => Err(StoreError::IsDirectory(path.to_owned())),
            Some(kind) if !kind.is_file() => Ok(Place::Special),
            _ if metadata.is_symlink() => {
                let to = path.read_link().map_err(failed)?;
                Err(StoreError::Link { path: path.to_owned(), to })
            }
            _ => Ok(Place::Taken(Replaced { metadata, acl: Acl::of(path) })),
        }
    }

    /// The file that is to be replaced, if there is one.
    pub(super) fn taken(&self) -> Option<&Replaced> {
        match self {
            Place::Taken(replaced) => Some(replaced),
            Place::Free | Place::Special => None,
        }
    }
}

/// Whether a link is the system's name for an open stream of the process, such as `/dev/stdout`.
fn is_stream(path: &Path) -> bool {
    let folder = parent(path).canonicalize().unwrap_or_default();
    folder == Path::new("/dev") || folder.starts_with("/proc")
}

/// Creates a temporary file in `folder`, which must be the folder of the file that it will be renamed
/// to. The file is removed when the returned path is dropped.
///
/// The temporary file gets the owner and the mode of `replaced`, or else those of any new file.
pub(super) fn new_file(
    folder: &Path,
    prefix: &str,
    replaced: Option<&Replaced>,
) -> io::Result<(File, TempPath, Owner)> {
    failpoint::step()?;
    // By default, the crate opens files with the rights for secrets, and adds their paths to its
    // errors.
    let open = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    let made = tempfile::Builder::new().prefix(prefix).make_in(folder, open)?;
    let (file, path) = made.into_parts();
    let owner = replaced.map_or(Ok(Owner::Kept), |replaced| resemble(&file, replaced))?;
    Ok((file, path, owner))
}

/// Gives a new file the owner, the mode and the access control list of another one, as far as the
/// system allows.
#[cfg(unix)]
fn resemble(file: &File, other: &Replaced) -> io::Result<Owner> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let (uid, gid) = (other.metadata.uid(), other.metadata.gid());
    let belongs = || file.metadata().map(|metadata| (metadata.uid(), metadata.gid()) == (uid, gid));
    let mut is_kept = belongs()?;
    if !is_kept {
        // Members of a group can give a file to this group, even if they cannot change the user.
        let _ = fchown(file, Some(uid), Some(gid)).or_else(|_| fchown(file, None, Some(gid)));
        is_kept = belongs()?;
    }
    let mut mode = other.metadata.permissions();
    if !is_kept {
        // A set-user-ID file would run with the rights of another user.
        mode.set_mode(mode.mode() & 0o777);
    }
    match &other.acl {
        None => Acl::remove(file),
        Some(acl) if acl.set(file) => {}
        Some(_) => {
            // The mode shows rights of the list here, which the group alone did not have.
            mode.set_mode(mode.mode() & !0o070);
            is_kept = false;
        }
    }
    file.set_permissions(mode)?;
    Ok(if is_kept { Owner::Kept } else { Owner::Changed })
}

#[cfg(not(unix))]
fn resemble(file: &File, other: &Replaced) -> io::Result<Owner> {
    file.set_permissions(other.metadata.permissions())?;
    Ok(Owner::Kept)
}

/// Writes the content of a file to a temporary one.
pub(super) fn stage(
    folder: &Path,
    prefix: &str,
    bytes: &[u8],
    replaced: Option<&Replaced>,
) -> io::Result<(TempPath, Owner)> {
    let (mut file, path, owner) = new_file(folder, prefix, replaced)?;
    failpoint::step()?;
    file.write_all(bytes)?;
    failpoint::step()?;
    file.sync_all()?;
    Ok((path, owner))
}

/// Replaces a single file as a whole, and waits until the disk has it.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    replaced: Option<&Replaced>,
) -> Result<Owner, StoreError> {
    let folder = parent(path);
    let staged = stage(folder, ".planout-", bytes, replaced);
    let (staged, owner) = staged.map_err(|error| StoreError::io("write", path, error))?;
    staged.persist(path).map_err(|error| StoreError::io("replace", path, error.error))?;
    sync(folder)?;
    Ok(owner)
}

/// Makes the changes in a folder (created, renamed and removed files) last. Only Unix can do so, and
/// only there is it needed.
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

/// The folder of a file.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
