//! Namespaces as files of a directory, or as a single file.

use std::fs::{File, Permissions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use walkdir::WalkDir;

use super::{Changes, Contents, Format, Item, Store, StoreError, Transaction, read_file};
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

    /// Where the JSON of a namespace stands. The name has been checked: it is a file's name.
    fn target(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.json"))
    }
}

/// All files of a folder and of the folders below it, sorted. What is hidden is left out.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let is_hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let mut files = Vec::new();
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|e| e.depth() == 0 || !is_hidden(e.file_name())) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            StoreError::Io { action: "read", path, error: error.into() }
        })?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
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

impl Store for Directory {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        let metadata = std::fs::metadata(&self.path);
        let metadata = metadata.map_err(|error| StoreError::io("read", &self.path, error))?;
        if metadata.is_file() {
            let item =
                item(&self.path)?.ok_or_else(|| StoreError::NotANamespace(self.path.clone()))?;
            return Ok(vec![item]);
        }
        let mut items = Vec::new();
        for path in files(&self.path)? {
            items.extend(item(&path)?);
        }
        items.sort_by(|a, b| (&a.name, &a.label).cmp(&(&b.name, &b.label)));
        Ok(items)
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        read_file(Path::new(&item.label), limit)
    }

    /// The compiled namespaces of the directory itself, not of those below it.
    fn contents(&self) -> Result<Contents, StoreError> {
        let failed = |error| StoreError::io("read", &self.path, error);
        let entries = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Contents::new()),
            entries => entries.map_err(failed)?,
        };
        let mut contents = Contents::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if let Some(Item { name, format: Format::Json, .. }) = item(&path)?
                && !name.starts_with('.')
                && path.is_file()
            {
                contents.insert(name, read_file(&path, MAX_SOURCE_BYTES + 1)?);
            }
        }
        Ok(contents)
    }

    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError> {
        match read_file(&self.path.join(STAMP), MAX_SOURCE_BYTES) {
            Ok(stamp) => Ok(Some(stamp)),
            Err(StoreError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn begin(&self, _patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError> {
        if self.path.is_file() {
            return Err(StoreError::NotADirectory(self.path.clone()));
        }
        let failed = |error| StoreError::io("create", &self.path, error);
        std::fs::create_dir_all(&self.path).map_err(failed)?;
        Ok(Box::new(Update { directory: self, contents: self.contents()? }))
    }
}

/// A change of a directory.
struct Update<'a> {
    directory: &'a Directory,
    contents: Contents,
}

impl Transaction for Update<'_> {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(self: Box<Self>, changes: &Changes, stamp: &[u8]) -> Result<(), StoreError> {
        let folder = &self.directory.path;
        // All bytes are on the disk before the first file is replaced.
        let mut staged = Vec::new();
        for (name, bytes) in &changes.put {
            staged.push(stage(&self.directory.target(name), bytes)?);
        }
        staged.push(stage(&folder.join(STAMP), stamp)?);
        for file in staged {
            file.rename()?;
        }
        for name in &changes.remove {
            let path = self.directory.target(name);
            std::fs::remove_file(&path).map_err(|error| StoreError::io("remove", &path, error))?;
        }
        sync(folder)
    }
}

/// A file's new content, complete and synced, under a temporary name beside it.
pub(super) struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

pub(super) fn stage(path: &Path, bytes: &[u8]) -> Result<Staged, StoreError> {
    let failed = |error| StoreError::io("write", path, error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".planout-");
    // As any new file: what `umask` leaves. The library's own choice is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder(path)).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    Ok(Staged { file, path: path.to_owned() })
}

impl Staged {
    /// Gives the file the permissions of the one that it replaces.
    pub(super) fn permit(self, permissions: Permissions) -> Result<Staged, StoreError> {
        let failed = |error| StoreError::io("write", &self.path, error);
        self.file.as_file().set_permissions(permissions).map_err(failed)?;
        Ok(self)
    }

    fn rename(self) -> Result<(), StoreError> {
        let Staged { file, path } = self;
        file.persist(&path).map_err(|error| StoreError::io("replace", &path, error.error))?;
        Ok(())
    }

    /// Replaces the file and makes that last.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        let folder = folder(&self.path).to_owned();
        self.rename()?;
        sync(&folder)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes renames in a folder last. Only Unix can, and needs to.
fn sync(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        let failed = |error| StoreError::io("sync", folder, error);
        File::open(folder).map_err(failed)?.sync_all().map_err(failed)?;
    }
    Ok(())
}
