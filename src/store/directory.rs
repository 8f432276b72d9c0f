//! Namespaces as files of a directory, or as a single file.
//!
//! How a change is made, and what it leaves wherever it dies, stands in `docs/design.md`.

mod failpoint;
mod folders;
mod hidden;
mod journal;
mod lock;
mod staging;
mod update;
mod view;

use std::ffi::OsStr;
use std::fs::FileType;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::folders::{Folders, files, left_out};
pub(super) use self::staging::replace;
use self::update::Update;
use self::view::View;
use super::{Contents, Format, Item, Store, StoreError, Transaction, read_file};
use crate::parallel;
use crate::source::MAX_SOURCE_BYTES;

/// What says when and by what the directory was last changed. Hidden, so that nobody takes it for
/// a namespace.
const STAMP: &str = ".planout-revision";

/// A directory, with the directories below it if that is asked for, or one file.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    folders: Folders,
}

impl Directory {
    /// The directory, or the file, at a path.
    pub fn new(path: impl Into<PathBuf>) -> Directory {
        Directory { path: path.into(), folders: Folders::One }
    }

    /// The same, with the folders that are to be read.
    pub fn with_folders(self, folders: Folders) -> Directory {
        Directory { folders, ..self }
    }

    fn is_file(&self) -> Result<bool, StoreError> {
        match std::fs::metadata(&self.path) {
            Ok(metadata) => Ok(metadata.is_file()),
            Err(error) => Err(StoreError::io("read", &self.path, error)),
        }
    }

    /// The single file as an item.
    fn single(&self) -> Result<Item, StoreError> {
        item(&self.path)?.ok_or_else(|| StoreError::NotANamespace(self.path.clone()))
    }
}

/// The folder of a file.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The namespace at a path; `None` for a file that is none.
fn item(path: &Path) -> Result<Option<Item>, StoreError> {
    let Some(format) = Format::of(path) else { return Ok(None) };
    let name = path.file_stem().and_then(|stem| stem.to_str());
    match (name, path.to_str()) {
        (Some(name), Some(label)) => {
            Ok(Some(Item { name: name.to_owned(), label: label.to_owned(), format }))
        }
        _ => Err(StoreError::NotUtf8(path.to_owned())),
    }
}

/// The namespaces of the folders that are looked at.
fn items(view: &View<'_>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for path in view.files(files(view.folder, view.folders)?) {
        items.extend(item(&path)?);
    }
    items.sort_by(|a, b| (&a.name, &a.label).cmp(&(&b.name, &b.label)));
    Ok(items)
}

/// The compiled namespaces of the folder itself, not of those below it.
fn contents(view: &View<'_>) -> Result<Contents, StoreError> {
    let failed = |error| StoreError::io("read", view.folder, error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(view.folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        // Links are looked behind, all else is known from the folder.
        let is_file = |kind: FileType| kind.is_file() || kind.is_symlink() && path.is_file();
        if Format::of(&path) == Some(Format::Json) && entry.file_type().is_ok_and(is_file) {
            paths.push(path);
        }
    }
    let mut items = Vec::new();
    for path in view.files(paths) {
        items.extend(item(&path)?);
    }
    items.retain(|item| item.format == Format::Json && !item.name.starts_with('.'));
    let read = |item: Item| {
        let bytes = view.read(Path::new(&item.label), MAX_SOURCE_BYTES + 1)?;
        Ok((item.name, bytes))
    };
    parallel::map(items, read).into_iter().collect()
}

/// The name of the file that keeps the JSON of a namespace.
fn file_name(folder: &Path, name: &str) -> Result<String, StoreError> {
    let file = format!("{name}.json");
    match is_file_name(&file) {
        true => Ok(file),
        false => Err(StoreError::io("write", &folder.join(file), ErrorKind::InvalidInput.into())),
    }
}

/// Whether a change can write a file of that name as the JSON of a namespace: it is in the folder
/// itself, and not hidden.
fn is_file_name(file: &str) -> bool {
    let is_in_folder = Path::new(file).file_name() == Some(OsStr::new(file));
    is_in_folder && file.ends_with(".json") && !file.starts_with('.')
}

impl Store for Directory {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        match self.is_file()? {
            true => Ok(vec![self.single()?]),
            false => view::stable(&self.path, self.folders, items),
        }
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let path = Path::new(&item.label);
        view::stable(parent(path), Folders::One, |view| view.read(path, limit))
    }

    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        if self.is_file()? {
            return Ok(vec![(self.single()?, read_file(&self.path, limit)?)]);
        }
        view::stable(&self.path, self.folders, |view| {
            let read = |item: Item| {
                let bytes = view.read(Path::new(&item.label), limit)?;
                Ok((item, bytes))
            };
            parallel::map(items(view)?, read).into_iter().collect()
        })
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Contents::new()),
            Ok(metadata) if metadata.is_file() => Err(StoreError::NotADirectory(self.path.clone())),
            _ => view::stable(&self.path, Folders::One, contents),
        }
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        view::stable(&self.path, Folders::One, |view| view.stamp())
    }

    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        if self.path.is_file() {
            return Err(StoreError::NotADirectory(self.path.clone()));
        }
        let failed = |error| StoreError::io("create", &self.path, error);
        std::fs::create_dir_all(&self.path).map_err(failed)?;
        Ok(Box::new(Update::begin(&self.path, patience)?))
    }
}
