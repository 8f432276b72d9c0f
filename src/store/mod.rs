//! The places where namespaces are kept. A store knows names and bytes, and nothing of their meaning.
//!
//! A [`Source`] can be read, and a [`Store`] can be changed as well. Directories and Redis are
//! stores. A [`Memory`] is a source, and so is every type that implements the trait, such as a table
//! of a database, or a file that is part of the program.

#[cfg(feature = "store")]
mod acl;
#[cfg(feature = "store")]
mod directory;
mod error;
#[cfg(feature = "store")]
mod failpoint;
#[cfg(feature = "store")]
mod file;
mod location;
mod memory;
mod names;
#[cfg(feature = "redis")]
mod redis;
mod redis_url;
#[cfg(feature = "store")]
mod replace;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha1::{Digest, Sha1};

#[cfg(feature = "store")]
pub use directory::{Directory, Folders, files, left_out};
pub use error::StoreError;
#[cfg(feature = "store")]
pub use file::{Output, Temporary, create, read_file, read_found, write_file};
pub use location::{is_url, without_secrets};
#[cfg(feature = "store")]
pub use location::{open, open_with};
pub use memory::Memory;
pub use names::spelling;
#[cfg(feature = "redis")]
pub use redis::Redis;
pub use redis_url::RedisUrl;
#[cfg(feature = "store")]
pub use replace::Owner;

use crate::source::MAX_SOURCE_BYTES;

/// The format of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileFormat {
    /// YAML: the format that authors write.
    Yaml,
    /// JSON: the format that is shipped.
    Json,
}

/// A namespace in a source. Items are ordered by their names, and then by their labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Item {
    /// The name of the namespace.
    pub name: String,
    /// The name of the item in messages: a path, or a key.
    pub label: String,
    /// The format.
    pub format: FileFormat,
}

/// The file endings of namespaces.
pub const ENDINGS: [&str; 4] = [".yaml", ".yml", ".p4j", ".json"];

/// The schemes of locations that are URLs.
const SCHEMES: [&str; 2] = ["redis", "rediss"];

impl FileFormat {
    /// The format of a file, by its ending. `None` if the file is not a namespace.
    pub fn of(path: &Path) -> Option<FileFormat> {
        match path.extension()?.to_str()? {
            "yaml" | "yml" | "p4j" => Some(FileFormat::Yaml),
            "json" => Some(FileFormat::Json),
            _ => None,
        }
    }
}

impl Item {
    /// An item that messages call by its name.
    pub fn new(name: impl Into<String>, format: FileFormat) -> Item {
        let name = name.into();
        Item { label: name.clone(), name, format }
    }

    /// The same item with another name in messages, such as a path.
    #[must_use]
    pub fn with_label(self, label: impl Into<String>) -> Item {
        Item { label: label.into(), ..self }
    }
}

/// A place that namespaces are read from.
pub trait Source: Debug + Send + Sync {
    /// Lists all namespaces, in the order of items. A name may occur twice: a folder can hold
    /// `a.yaml` and `a.json`.
    ///
    /// # Errors
    /// The source cannot be read.
    fn list(&self) -> Result<Vec<Item>, StoreError>;

    /// Reads the content of an item, at most `limit` bytes of it.
    ///
    /// # Errors
    /// The item cannot be read.
    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError>;

    /// Reads all namespaces with their content, at most `limit` bytes of each, in the order of
    /// [`list`](Source::list). The snapshot shows the state between two changes, and never the middle
    /// of one.
    ///
    /// # Errors
    /// The source cannot be read.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let items = self.list()?.into_iter();
        items.map(|item| self.read(&item, limit).map(|bytes| (item, bytes))).collect()
    }

    /// A text that differs after each change, whoever made the change. A reader that has the
    /// namespaces of a revision need not read them again while the source still has this revision.
    ///
    /// By default, the revision is a hash of all content, and computing it reads all of it.
    ///
    /// # Errors
    /// The source cannot be read.
    fn revision(&self) -> Result<String, StoreError> {
        Ok(fingerprint(&self.snapshot(MAX_SOURCE_BYTES + 1)?))
    }
}

/// A hash of namespaces with their content. Each part has its length before it, so that two different
/// sets never give the same text.
fn fingerprint(namespaces: &[(Item, Vec<u8>)]) -> String {
    let mut hash = Sha1::new();
    for (item, bytes) in namespaces {
        let format: &[u8] = match item.format {
            FileFormat::Yaml => b"yaml",
            FileFormat::Json => b"json",
        };
        for part in [item.name.as_bytes(), item.label.as_bytes(), format, bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A source that can be changed: namespaces are shipped to it.
pub trait Store: Source {
    /// The compiled namespaces that a change could replace or remove: those that were shipped here.
    ///
    /// # Errors
    /// The store cannot be read.
    fn contents(&self) -> Result<Contents, StoreError>;

    /// The place of a name in this store. Two names with one place may be one file.
    fn place(&self, name: &str) -> String {
        name.to_owned()
    }

    /// The stamp that the last [`Transaction`] left. `None` if there was no transaction.
    ///
    /// # Errors
    /// The store cannot be read.
    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Begins a change. Only one change can be under way: this waits for another one to end, for at
    /// most `patience`.
    ///
    /// # Errors
    /// The store cannot be changed, or another change has not ended in time.
    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError>;
}

/// The compiled namespaces of a store by name, as their bytes.
pub type Contents = BTreeMap<String, Vec<u8>>;

/// A change of a store. It is made as a whole, or not at all if it is dropped.
pub trait Transaction {
    /// The namespaces that the store keeps now. They stay as they are until the change is made or has
    /// failed.
    fn contents(&self) -> &Contents;

    /// Stores namespaces as JSON, removes others, and keeps the stamp. Readers see all of the change
    /// or nothing of it. A namespace that is in neither list is left alone. Returns the files whose
    /// owner has changed, because only the superuser can keep the owner.
    ///
    /// # Errors
    /// The store cannot be written, or another program changed it meanwhile: nothing was changed.
    /// Only [`StoreError::Unfinished`] means that the change is made.
    fn commit(
        self: Box<Self>,
        changes: &ChangeSet,
        stamp: &[u8],
    ) -> Result<Vec<PathBuf>, StoreError>;
}

/// The writes and removals of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The namespaces that are created or replaced.
    pub put: Contents,
    /// The names of the namespaces that are removed.
    pub remove: BTreeSet<String>,
}

impl ChangeSet {
    /// The contents of a store after the change.
    pub fn result(&self, before: &Contents) -> Contents {
        let mut after = before.clone();
        after.retain(|name, _| !self.remove.contains(name));
        after.extend(self.put.clone());
        after
    }
}
