//! Single files: they are read up to a limit, and written as a whole. The new content replaces the
//! old one at once, and keeps its owner and its mode.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::StoreError;
use super::replace::{Owner, Place, new_file, parent, replace};

/// Reads a file, at most `limit` bytes of it.
///
/// # Errors
/// The path is a directory, or the file cannot be read.
pub fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    read(path, File::open(path).map_err(failed)?, limit)
}

/// Reads a file that was found in a folder, at most `limit` bytes of it. The call never blocks: a pipe
/// may have replaced the file since.
///
/// # Errors
/// The path is not a regular file, or the file cannot be read.
pub fn read_found(path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.read(true).open(path).map_err(failed)?;
    let kind = file.metadata().map_err(failed)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(StoreError::Special(path.to_owned()));
    }
    read(path, file, limit)
}

fn read(path: &Path, file: File, limit: usize) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(StoreError::IsDirectory(path.to_owned()));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(size.min(limit));
    file.take(limit as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The destination of a file's content.
#[derive(Debug)]
pub enum Output {
    /// A special file, such as a terminal or a pipe, which is written to directly.
    Special(File),
    /// A temporary file beside the file that it will replace.
    New(File, Temporary, Owner),
}

/// The path of a temporary file, which is removed when this value is dropped.
#[derive(Debug)]
pub struct Temporary(tempfile::TempPath);

impl Temporary {
    /// Gives the temporary file its final name, and replaces any file of that name.
    ///
    /// # Errors
    /// The file cannot be renamed. The temporary file is removed then.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|error| error.error)
    }
}

/// Opens a special file for writing, without truncating it.
fn open(path: &Path) -> Result<File, StoreError> {
    let opened = File::options().append(true).open(path);
    opened.map_err(|error| StoreError::io("write", path, error))
}

/// Opens a path for writing. The content of a new file appears at the path only when its temporary
/// path is persisted there.
///
/// # Errors
/// The folder cannot be written, or the path is a directory or a link.
pub fn create(path: &Path) -> Result<Output, StoreError> {
    let place = Place::of(path)?;
    if matches!(place, Place::Special) {
        return Ok(Output::Special(open(path)?));
    }
    let made = new_file(parent(path), ".planout-", place.taken());
    let (file, temporary, owner) = made.map_err(|error| StoreError::io("write", path, error))?;
    Ok(Output::New(file, Temporary(temporary), owner))
}

/// Replaces a file as a whole: the bytes go to a temporary file beside it, which is synced and then
/// renamed. The mode stays, and so do the user and the group where that is possible. A special file,
/// such as a terminal or a pipe, is written to directly.
///
/// # Errors
/// The folder cannot be written, or the path is a directory or a link. The old content stays.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Owner, StoreError> {
    let place = Place::of(path)?;
    if !matches!(place, Place::Special) {
        return replace(path, bytes, place.taken());
    }
    let written = open(path)?.write_all(bytes);
    written.map(|()| Owner::Kept).map_err(|error| StoreError::io("write", path, error))
}
