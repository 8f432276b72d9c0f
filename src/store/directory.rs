//! Namespaces as files of a directory, or as a single file.
//!
//! `docs/design.md` describes how a change is made, and the state that it leaves when its program
//! dies.

mod folders;
mod hidden;
mod journal;
mod lock;
mod staging;
mod update;
mod view;

use std::ffi::OsStr;
use std::fs::{FileType, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::folders::{Folders, files, left_out};
use self::update::Update;
use self::view::View;
use super::names::spelling;
use super::replace::parent;
use super::{Contents, FileFormat, Item, Source, Store, StoreError, Transaction, read_found};
use crate::parallel;
use crate::source::MAX_SOURCE_BYTES;

/// The file that holds the stamp: when and by what the directory was last changed. It is hidden, so
/// that nobody takes it for a namespace.
const STAMP: &str = ".planout-revision";

/// A directory, optionally with the directories below it, or a single file.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    folders: Folders,
}

impl Directory {
    /// The directory or the file at a path.
    pub fn new(path: impl Into<PathBuf>) -> Directory {
        Directory { path: path.into(), folders: Folders::One }
    }

    /// The same directory, with another choice of the folders that are read.
    pub fn with_folders(self, folders: Folders) -> Directory {
        Directory { folders, ..self }
    }

    fn is_file(&self) -> Result<bool, StoreError> {
        let found = probe(&self.path)?;
        found.map(|found| found.is_file()).map_err(|error| StoreError::absent(&self.path, error))
    }

    /// The single file as an item.
    fn single(&self) -> Result<Item, StoreError> {
        item(&self.path)?.ok_or_else(|| StoreError::NotANamespace(self.path.clone()))
    }
}

/// The metadata of a path, or the system's error if nothing is there. A link that leads nowhere
/// counts as there, whether it is the path itself or a folder on the way.
fn probe(path: &Path) -> Result<io::Result<Metadata>, StoreError> {
    let failed = |path, error| Err(StoreError::io("read", path, error));
    let absent = match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => error,
        Err(error) => return failed(path, error),
        Ok(found) if is_special(found.file_type()) => {
            return Err(StoreError::Special(path.to_owned()));
        }
        found => return Ok(found),
    };
    // A slash at the end would make the system follow links here, too.
    let path: PathBuf = path.components().collect();
    for part in path.ancestors().filter(|part| !part.as_os_str().is_empty()) {
        match (part.symlink_metadata(), part.metadata()) {
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {}
            (Ok(link), Err(error)) if link.is_symlink() && error.kind() == ErrorKind::NotFound => {
                return failed(part, io::Error::other("the link leads nowhere"));
            }
            (Err(error), _) | (Ok(_), Err(error)) => return failed(part, error),
            // Another process has created it in the meantime.
            (Ok(_), Ok(metadata)) if part == path => return Ok(Ok(metadata)),
            (Ok(_), Ok(_)) => break,
        }
    }
    Ok(Err(absent))
}

/// Whether something is neither a file nor a folder, such as a pipe or a device: reading it may wait
/// for ever.
fn is_special(kind: FileType) -> bool {
    !kind.is_file() && !kind.is_dir() && !kind.is_symlink()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The namespace at a path. `None` if the file is not one.
fn item(path: &Path) -> Result<Option<Item>, StoreError> {
    let Some(format) = FileFormat::of(path) else { return Ok(None) };
    let name = path.file_stem().and_then(|stem| stem.to_str());
    match (name, path.to_str()) {
        (Some(name), Some(label)) => {
            Ok(Some(Item { name: name.to_owned(), label: label.to_owned(), format }))
        }
        _ => Err(StoreError::NotUtf8(path.to_owned())),
    }
}

/// The namespaces of all folders in the view.
fn items(view: &View<'_>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for path in view.files(files(view.folder, view.folders)?) {
        items.extend(item(&path)?);
    }
    items.sort();
    Ok(items)
}

/// The compiled namespaces of the folder itself, not of those below it.
fn contents(view: &View<'_>) -> Result<Contents, StoreError> {
    let failed = |error| StoreError::io("read", view.folder, error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(view.folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if FileFormat::of(&path).is_none() || is_hidden(&path) {
            continue;
        }
        // Links are followed; the folder itself tells the kind of all other entries.
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => path.metadata().map(|behind| behind.file_type()),
            kind => kind,
        };
        let kind = kind.map_err(|error| StoreError::io("read", &path, error))?;
        if folders::is_readable(&path, kind)? {
            paths.push(path);
        }
    }
    let mut items = Vec::new();
    for path in view.files(paths) {
        items.extend(item(&path)?);
    }
    items.retain(|item| item.format == FileFormat::Json && !item.name.starts_with('.'));
    let read = |item: Item| {
        let bytes = view.read(Path::new(&item.label), MAX_SOURCE_BYTES + 1)?;
        Ok((item.name, bytes))
    };
    parallel::map(items, read).into_iter().collect()
}

/// The name of the file that keeps the JSON of a namespace.
fn file_name(folder: &Path, name: &str) -> Result<String, StoreError> {
    let file = format!("{name}.json");
    if is_file_name(&file) {
        Ok(file)
    } else {
        Err(StoreError::io("write", &folder.join(file), ErrorKind::InvalidInput.into()))
    }
}

/// Whether a change can write a file of that name as the JSON of a namespace: the file is in the
/// folder itself, and is not hidden.
fn is_file_name(file: &str) -> bool {
    let is_in_folder = Path::new(file).file_name() == Some(OsStr::new(file));
    is_in_folder && file.ends_with(".json") && !file.starts_with('.')
}

impl Source for Directory {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        if self.is_file()? {
            Ok(vec![self.single()?])
        } else {
            view::stable(&self.path, self.folders, items)
        }
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let path = Path::new(&item.label);
        let read = view::stable(parent(path), Folders::One, |view| view.read(path, limit));
        match read {
            Err(StoreError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => {
                match probe(path)? {
                    Ok(_) => Err(StoreError::io("read", path, error)),
                    Err(error) => Err(StoreError::absent(path, error)),
                }
            }
            read => read,
        }
    }

    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        if self.is_file()? {
            return Ok(vec![(self.single()?, read_found(&self.path, limit)?)]);
        }
        view::stable(&self.path, self.folders, |view| {
            let read = |item: Item| {
                let bytes = view.read(Path::new(&item.label), limit)?;
                Ok((item, bytes))
            };
            parallel::map(items(view)?, read).into_iter().collect()
        })
    }
}

impl Store for Directory {
    fn contents(&self) -> Result<Contents, StoreError> {
        match probe(&self.path)? {
            Err(_) => Ok(Contents::new()),
            Ok(metadata) if metadata.is_file() => Err(StoreError::NotADirectory(self.path.clone())),
            Ok(_) => view::stable(&self.path, Folders::One, contents),
        }
    }

    /// Many file systems do not distinguish all names.
    fn place(&self, name: &str) -> String {
        spelling(name)
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        view::stable(&self.path, Folders::One, |view| view.stamp())
    }

    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        if probe(&self.path)?.is_ok_and(|found| found.is_file()) {
            return Err(StoreError::NotADirectory(self.path.clone()));
        }
        let failed = |error| StoreError::io("create", &self.path, error);
        std::fs::create_dir_all(&self.path).map_err(failed)?;
        Ok(Box::new(Update::begin(&self.path, patience)?))
    }
}
