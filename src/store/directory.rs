//! Namespaces as files of a directory, or as a single file.
//!
//! How a change is made, and what it leaves wherever it dies, stands in `docs/design.md`.

mod failpoint;
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

use walkdir::WalkDir;

pub(super) use self::staging::replace;
use self::update::Update;
use self::view::View;
use super::{Contents, Format, Item, Store, StoreError, Transaction, read_file};
use crate::parallel;
use crate::source::MAX_SOURCE_BYTES;

/// What says when and by what the directory was last changed. Hidden, so that nobody takes it for
/// a namespace.
const STAMP: &str = ".planout-revision";

/// A directory with the directories below it, or one file.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory, or the file, at a path.
    pub fn new(path: impl Into<PathBuf>) -> Directory {
        Directory { path: path.into() }
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

/// All files of a folder and of the folders below it, sorted. What is hidden is left out.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    walk(folder, |kind| kind.is_file())
}

/// A folder and all folders below it that are not hidden.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    walk(folder, |kind| kind.is_dir())
}

fn walk(folder: &Path, wanted: impl Fn(FileType) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|e| e.depth() == 0 || !is_hidden(e.path())) {
        let entry = match entry {
            Ok(entry) => entry,
            // A temporary file that has been renamed before it could be looked at.
            Err(error) if error.depth() > 0 && error.path().is_some_and(is_hidden) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                // What has no error of the system is a link that leads to a folder above it.
                let is_loop = || std::io::Error::other("it is a link to a folder above it");
                let error = error.into_io_error().unwrap_or_else(is_loop);
                return Err(StoreError::Io { action: "read", path, error });
            }
        };
        if wanted(entry.file_type()) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
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

/// The namespaces of a folder and of the folders below it.
fn items(view: &View<'_>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for path in view.files(files(view.folder)?) {
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
    match Path::new(&file).file_name() == Some(OsStr::new(&file)) && !file.starts_with('.') {
        true => Ok(file),
        false => Err(StoreError::io("write", &folder.join(file), ErrorKind::InvalidInput.into())),
    }
}

impl Store for Directory {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        match self.is_file()? {
            true => Ok(vec![self.single()?]),
            false => view::stable_below(&self.path, items),
        }
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let path = Path::new(&item.label);
        view::stable(parent(path), |view| view.read(path, limit))
    }

    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        if self.is_file()? {
            return Ok(vec![(self.single()?, read_file(&self.path, limit)?)]);
        }
        view::stable_below(&self.path, |view| {
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
            _ => view::stable(&self.path, contents),
        }
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        view::stable(&self.path, |view| view.stamp())
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
