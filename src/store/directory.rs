//! Namespaces as files of a directory, or as a single file.

use std::fs::{File, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use walkdir::WalkDir;

use super::{Change, Format, Item, Store, StoreError, read_file};

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

    fn compare(&self, namespaces: &[(String, Vec<u8>)]) -> Result<Vec<Change>, StoreError> {
        if self.path.is_file() {
            return Err(StoreError::NotADirectory(self.path.clone()));
        }
        let change = |(name, bytes): &(String, Vec<u8>)| {
            let path = self.target(name);
            match read_file(&path, bytes.len() + 1) {
                Ok(current) if current == *bytes => Ok(Change::Unchanged),
                Ok(_) => Ok(Change::Updated),
                Err(StoreError::Io { error, .. })
                    if error.kind() == std::io::ErrorKind::NotFound =>
                {
                    Ok(Change::Created)
                }
                Err(error) => Err(error),
            }
        };
        namespaces.iter().map(change).collect()
    }

    fn write(&self, namespaces: &[(String, Vec<u8>)]) -> Result<Vec<Change>, StoreError> {
        let changes = self.compare(namespaces)?;
        let failed = |error| StoreError::io("create", &self.path, error);
        std::fs::create_dir_all(&self.path).map_err(failed)?;
        // All bytes are on the disk before the first file is replaced.
        let mut staged = Vec::new();
        for ((name, bytes), change) in namespaces.iter().zip(&changes) {
            if *change != Change::Unchanged {
                staged.push(stage(&self.target(name), bytes)?);
            }
        }
        for file in staged {
            file.rename()?;
        }
        sync(&self.path)?;
        Ok(changes)
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
