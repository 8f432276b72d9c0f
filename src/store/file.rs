//! Single files: read up to a limit, and written as a whole. What is written takes the place of what was there at
//! once, with its owner and its mode.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use super::StoreError;
use super::directory::{new_file, parent, replace};

/// Reads a file, of which at most `limit` bytes are taken.
///
/// # Errors
/// It is a directory, or cannot be read.
pub fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(StoreError::IsDirectory(path.to_owned()));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(size.min(limit));
    file.take(limit as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// To whom a file belongs that has taken the place of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// To the user and the group that the other one belonged to.
    Kept,
    /// To others: only the superuser can give files away.
    Changed,
}

/// Where the content of a file goes.
#[derive(Debug)]
pub enum Output {
    /// A special file, such as a terminal or a pipe: it is written to directly.
    Special(File),
    /// A temporary file beside the place that it is to take.
    New(File, Temporary, Owner),
}

/// The path of a temporary file, which is removed when this is dropped.
#[derive(Debug)]
pub struct Temporary(tempfile::TempPath);

impl Temporary {
    /// Gives the file its name, in place of what has it.
    ///
    /// # Errors
    /// It cannot be renamed; it is removed.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|error| error.error)
    }
}

/// The kind of a place that is to be written.
pub(super) enum Place {
    Free,
    Taken(Metadata),
    /// A special file, such as a terminal or a pipe.
    Special,
}

impl Place {
    /// Looks at a place.
    ///
    /// # Errors
    /// There is a directory, or a link to anything but a terminal, a pipe or the like.
    pub(super) fn of(path: &Path) -> Result<Place, StoreError> {
        let failed = |error| StoreError::io("write", path, error);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Place::Free),
            Err(error) => return Err(failed(error)),
        };
        let kind = match metadata.is_symlink() {
            true if is_stream(path) => return Ok(Place::Special),
            true => path.metadata().ok().map(|metadata| metadata.file_type()),
            false => Some(metadata.file_type()),
        };
        match kind {
            Some(kind) if kind.is_dir() => Err(StoreError::IsDirectory(path.to_owned())),
            Some(kind) if !kind.is_file() => Ok(Place::Special),
            _ if metadata.is_symlink() => {
                let to = path.read_link().map_err(failed)?;
                Err(StoreError::Link { path: path.to_owned(), to })
            }
            _ => Ok(Place::Taken(metadata)),
        }
    }

    /// The file that is to be replaced, if there is one.
    pub(super) fn taken(&self) -> Option<&Metadata> {
        match self {
            Place::Taken(metadata) => Some(metadata),
            Place::Free | Place::Special => None,
        }
    }
}

/// Whether a link is the system's name of a stream that the process has open, such as `/dev/stdout`.
fn is_stream(path: &Path) -> bool {
    let folder = parent(path).canonicalize().unwrap_or_default();
    folder == Path::new("/dev") || folder.starts_with("/proc")
}

/// Opens what is not a file for writing. What is at the other end keeps what it has.
fn open(path: &Path) -> Result<File, StoreError> {
    let opened = File::options().append(true).open(path);
    opened.map_err(|error| StoreError::io("write", path, error))
}

/// Opens a path for writing. What is written to a new file is nowhere before its temporary path is
/// persisted at the path.
///
/// # Errors
/// The folder cannot be written, or there is a directory or a link.
pub fn create(path: &Path) -> Result<Output, StoreError> {
    let place = Place::of(path)?;
    if matches!(place, Place::Special) {
        return Ok(Output::Special(open(path)?));
    }
    let made = new_file(parent(path), ".planout-", place.taken());
    let (file, temporary, owner) = made.map_err(|error| StoreError::io("write", path, error))?;
    Ok(Output::New(file, Temporary(temporary), owner))
}

/// Replaces a file as a whole: the bytes go to a temporary file beside it, which is synced and
/// then renamed. Its mode stays, and so do its user and its group where that is possible. What is no
/// file at all, such as a terminal or a pipe, is written to.
///
/// # Errors
/// The folder cannot be written, or there is a directory or a link; what is there is as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Owner, StoreError> {
    let place = Place::of(path)?;
    if !matches!(place, Place::Special) {
        return replace(path, bytes, place.taken());
    }
    let written = open(path)?.write_all(bytes);
    written.map(|()| Owner::Kept).map_err(|error| StoreError::io("write", path, error))
}
