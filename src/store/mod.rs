//! Where namespaces are kept. A store knows names and bytes, nothing of what they mean.

mod directory;

use std::path::{Path, PathBuf};

pub use directory::{Directory, files};

/// How an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, as authors write it.
    Yaml,
    /// JSON, as it is shipped.
    Json,
}

/// A namespace in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The namespace's name.
    pub name: String,
    /// What to call the item in messages: a path, or a key.
    pub label: String,
    /// How it is written.
    pub format: Format,
}

/// What a write came to for one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Created,
    /// It was there, with other content.
    Updated,
    /// It was there with the same content, and was left alone.
    Unchanged,
}

impl Change {
    /// The change as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
        }
    }
}

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file or a folder.
    #[error("cannot {action} `{}`: {error}", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What happened.
        error: std::io::Error,
    },
    /// A folder where a file was expected.
    #[error("`{}` is a directory, not a file", .0.display())]
    IsDirectory(PathBuf),
    /// A file whose name is not UTF-8, so that it names no namespace.
    #[error("the name of `{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// A file whose ending is not that of a namespace.
    #[error("`{}` is not a namespace: its ending is none of {}", .0.display(), ENDINGS.join(", "))]
    NotANamespace(PathBuf),
    /// A single file as the target of several namespaces.
    #[error("`{}` is a file: the target must be a directory", .0.display())]
    NotADirectory(PathBuf),
    /// A kind of location that this program does not know.
    #[error("unknown kind of location `{scheme}://`: a location is a directory or a file")]
    UnknownScheme {
        /// What stands before `://`.
        scheme: String,
    },
}

impl StoreError {
    fn io(action: &'static str, path: &Path, error: std::io::Error) -> StoreError {
        StoreError::Io { action, path: path.to_owned(), error }
    }
}

/// The file endings of namespaces.
pub const ENDINGS: [&str; 4] = [".yaml", ".yml", ".p4j", ".json"];

impl Format {
    /// The format of a file, by its ending; `None` if it is not a namespace.
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()? {
            "yaml" | "yml" | "p4j" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

/// A place that keeps namespaces by name.
pub trait Store {
    /// All namespaces, ordered by name and then by label. Names may occur twice: a folder can
    /// hold `a.yaml` and `a.json`.
    ///
    /// # Errors
    /// The store cannot be read.
    fn list(&self) -> Result<Vec<Item>, StoreError>;

    /// The content of an item, of which at most `limit` bytes are read.
    ///
    /// # Errors
    /// The item cannot be read.
    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError>;

    /// What a write of these namespaces would change, in their order.
    ///
    /// # Errors
    /// The store cannot be read.
    fn compare(&self, namespaces: &[(String, Vec<u8>)]) -> Result<Vec<Change>, StoreError>;

    /// Stores namespaces as JSON, and says what changed, in their order. Each is replaced as a
    /// whole: a reader sees its old bytes or its new ones.
    ///
    /// # Errors
    /// The store cannot be written; what failed before anything was replaced changes nothing.
    fn write(&self, namespaces: &[(String, Vec<u8>)]) -> Result<Vec<Change>, StoreError>;
}

/// Opens a location: the path of a directory or a file.
///
/// # Errors
/// It is a URL of an unknown kind.
pub fn open(location: &str) -> Result<Box<dyn Store>, StoreError> {
    match location.split_once("://") {
        Some((scheme, _)) => Err(StoreError::UnknownScheme { scheme: scheme.to_owned() }),
        None => Ok(Box::new(Directory::new(location))),
    }
}

/// Reads a file, of which at most `limit` bytes are taken.
///
/// # Errors
/// It is a directory, or cannot be read.
pub fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, StoreError> {
    use std::io::Read;

    let failed = |error| StoreError::io("read", path, error);
    let file = std::fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(StoreError::IsDirectory(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(limit as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Replaces a file as a whole: the bytes go to a temporary file beside it, which is synced and
/// then renamed. Its permissions stay. A link stays one: what it points to is replaced. What is no
/// file at all, such as a terminal or a pipe, is written to.
///
/// # Errors
/// The folder cannot be written; the file is as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("write", path, error);
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(StoreError::IsDirectory(path.to_owned())),
        Ok(metadata) if !metadata.is_file() => std::fs::write(path, bytes).map_err(failed),
        Ok(metadata) => {
            let staged = directory::stage(&path.canonicalize().map_err(failed)?, bytes)?;
            staged.permit(metadata.permissions())?.commit()
        }
        Err(_) => directory::stage(path, bytes)?.commit(),
    }
}
