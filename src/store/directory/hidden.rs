//! The files with our hidden names. Anybody may have written to a folder: such a name may belong to a
//! link that leads elsewhere, or to a pipe that blocks its reader for ever.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::store::StoreError;

/// Opens a file. Links are not followed, and the call does not block.
///
/// # Errors
/// The file cannot be opened, or is not a regular file.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // This check gives the best message. The checks after it also hold if the file is replaced now.
    check(path)?;
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    check_kind(file.metadata()?.file_type())?;
    Ok(file)
}

/// The content of a file, at most `limit` bytes of it.
///
/// # Errors
/// The file cannot be read, or is not a regular file.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = open(path, File::options().read(true))
        .and_then(|file| file.take(limit as u64).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(StoreError::io("read", path, error)),
    }
}

/// Checks that planout can have left the file at a path there. A path without a file is fine, too.
pub(super) fn check(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(metadata) => check_kind(metadata.file_type()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn check_kind(kind: FileType) -> io::Result<()> {
    let problem = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_symlink() => {
            "it is a link, and planout writes a file of its own under this name"
        }
        kind if kind.is_dir() => {
            "it is a directory, and planout writes a file of its own under this name"
        }
        _ => "it is not a regular file, and planout writes a file of its own under this name",
    };
    Err(io::Error::new(ErrorKind::InvalidData, problem))
}
