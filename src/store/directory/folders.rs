//! The folders of a directory that are read, and the namespaces in the others.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{is_hidden, is_special, parent};
use crate::store::{FileFormat, StoreError};

/// The folders of a directory that are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Folders {
    /// The directory alone, as planout4j reads it: the files of a folder below it, such as an
    /// archive, are not live.
    #[default]
    One,
    /// The directory and all directories below it, except hidden ones.
    All,
}

impl Folders {
    fn max_depth(self) -> usize {
        match self {
            Folders::One => 1,
            Folders::All => usize::MAX,
        }
    }
}

/// The files of a folder, sorted and without hidden ones.
///
/// # Errors
/// A folder cannot be read, or an entry below it has the name of a namespace and is not a file.
pub fn files(folder: &Path, folders: Folders) -> Result<Vec<PathBuf>, StoreError> {
    walk(folder, folders, |path, kind| {
        let is_folder = path == folder && kind.is_dir();
        if is_folder { Ok(false) } else { is_readable(path, kind) }
    })
}

/// Whether an entry of a folder is a file. An entry with the name of a namespace must be a file:
/// anything else cannot be read as a namespace, nor be replaced by a ship.
pub(super) fn is_readable(path: &Path, kind: FileType) -> Result<bool, StoreError> {
    match FileFormat::of(path) {
        Some(_) if kind.is_dir() => Err(StoreError::InPlaceOfNamespace(path.to_owned())),
        Some(_) if is_special(kind) => Err(StoreError::Special(path.to_owned())),
        _ => Ok(kind.is_file()),
    }
}

/// The folders that are read.
pub(super) fn folders(folder: &Path, folders: Folders) -> Result<Vec<PathBuf>, StoreError> {
    match folders {
        Folders::One => Ok(vec![folder.to_owned()]),
        Folders::All => walk(folder, folders, |_, kind| Ok(kind.is_dir())),
    }
}

/// The folders below a folder that hold wanted files, sorted: [`Folders::One`] leaves them out.
/// Hidden folders, and those that cannot be read, count as empty.
pub fn left_out(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let walk = WalkDir::new(folder).follow_links(true).into_iter();
    let entries = walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path()));
    let files = entries.flatten().filter(|entry| entry.depth() > 1 && entry.file_type().is_file());
    let found = files.filter(|file| wanted(file.path())).map(|file| parent(file.path()).to_owned());
    found.collect::<BTreeSet<_>>().into_iter().collect()
}

fn walk(
    folder: &Path,
    folders: Folders,
    wanted: impl Fn(&Path, FileType) -> Result<bool, StoreError>,
) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    let walk = WalkDir::new(folder).max_depth(folders.max_depth()).follow_links(true);
    let entries = walk.sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path())) {
        let entry = match entry {
            Ok(entry) => entry,
            // A temporary file was renamed before it could be looked at.
            Err(error) if error.depth() > 0 && error.path().is_some_and(is_hidden) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                if folders == Folders::One && error.loop_ancestor().is_some() {
                    match FileFormat::of(&path) {
                        Some(_) => return Err(StoreError::InPlaceOfNamespace(path)),
                        // Hidden folders are never entered.
                        None => continue,
                    }
                }
                // A failure without an error of the system means a link to a folder above.
                let is_loop = || std::io::Error::other("the link leads to a folder above it");
                let error = error.into_io_error().unwrap_or_else(is_loop);
                return Err(StoreError::Io { action: "read", path, error });
            }
        };
        if wanted(entry.path(), entry.file_type())? {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}
