//! Where namespaces are kept. A store knows names and bytes, nothing of what they mean.

mod directory;
mod names;
mod output;
#[cfg(feature = "redis")]
mod redis;
mod redis_url;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use directory::{Directory, Folders, files, left_out};
pub use names::spelling;
pub use output::{Output, Owner, create, write_file};
#[cfg(feature = "redis")]
pub use redis::Redis;
pub use redis_url::RedisUrl;

use crate::nearest::nearest;

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

/// What a change comes to for one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there.
    Created,
    /// It was there, with other content.
    Updated,
    /// It was there with the same content, and was left alone.
    Unchanged,
    /// It was there, and has no source.
    Orphaned,
    /// It was there, had no source, and was removed.
    Removed,
}

impl Change {
    /// The change as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
            Change::Orphaned => "orphaned",
            Change::Removed => "removed",
        }
    }
}

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file or a folder.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What happened.
        #[source]
        error: std::io::Error,
    },
    /// A location, or a namespace, that is not there: everything of it could be created.
    #[error("cannot read `{}`", path.display())]
    Absent {
        /// Where it would be.
        path: PathBuf,
        /// The same in the words of the system.
        #[source]
        error: std::io::Error,
    },
    /// A link where a file is to be written: to follow it could overwrite anything, and to replace
    /// it would part what belongs together.
    #[error("`{}` is a link to `{}`, and planout writes through no link", path.display(), to.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// A pipe, a device or the like where a file or a folder is expected.
    #[error("`{}` is neither a file nor a directory", .0.display())]
    Special(PathBuf),
    /// A folder where a file was named.
    #[error("`{}` is a directory, not a file", .0.display())]
    IsDirectory(PathBuf),
    /// A folder with the name of a namespace, among the files of a store.
    #[error("`{}` is a directory, not a file", .0.display())]
    InPlaceOfNamespace(PathBuf),
    /// A file whose name is not UTF-8, so that it names no namespace.
    #[error("the name of `{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// A file whose ending is not that of a namespace.
    #[error("`{}` is not a namespace: its ending is none of {}", .0.display(), ENDINGS.join(", "))]
    NotANamespace(PathBuf),
    /// A single file as the target of several namespaces.
    #[error("`{}` is a file: the target must be a directory", .0.display())]
    NotADirectory(PathBuf),
    /// Another change of the store has not ended.
    #[error("`{location}` is being changed by {holder}")]
    Busy {
        /// The store.
        location: String,
        /// Who changes it, as far as that is known.
        holder: String,
    },
    /// The store was changed by somebody else while a change was prepared. It can be tried again.
    #[error("`{0}` was changed by somebody else at the same time")]
    Conflict(String),
    /// A change that failed after it was made, and before all files were in their places.
    #[error("the change is on record but not finished, and the next ship finishes it")]
    Unfinished(#[source] Box<StoreError>),
    /// A kind of location that this program does not know.
    #[error(
        "unknown kind of location `{scheme}://`: a location is a directory, a file, or a URL that \
         begins with `redis://` or `rediss://`"
    )]
    UnknownScheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// A kind of location that is left out of this build.
    #[error("this build cannot use `{scheme}://`: it was made without the feature `{feature}`")]
    MissingFeature {
        /// What stands before `://`.
        scheme: &'static str,
        /// What the build would need.
        feature: &'static str,
    },
    /// A URL that is of a known kind, and wrong.
    #[error("the location `{scheme}://...` is not valid: {problem}")]
    InvalidUrl {
        /// What stands before `://`.
        scheme: String,
        /// What is wrong. Nothing of the URL is quoted, which can hold a password.
        problem: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// Something else is where the stamp of a hash in Redis would be.
    #[error(
        "a ship to `{location}` would overwrite the key `{key}` by its stamp, and that key holds \
         something else, of the type {kind}"
    )]
    StampTaken {
        /// The hash.
        location: String,
        /// The key of its stamp.
        key: String,
        /// What is there, in a word of Redis.
        kind: String,
    },
    /// A server failed, or could not be reached.
    #[error("cannot {action} `{location}`: {reason}")]
    Server {
        /// What was tried, such as `read`.
        action: &'static str,
        /// With what, without passwords.
        location: String,
        /// What happened, in our words.
        reason: String,
        /// What to do about it.
        help: Option<String>,
        /// The same in those of the system, or of the server.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    fn absent(path: &Path, error: std::io::Error) -> StoreError {
        StoreError::Absent { path: path.to_owned(), error }
    }

    fn io(action: &'static str, path: &Path, error: std::io::Error) -> StoreError {
        StoreError::Io { action, path: path.to_owned(), error }
    }

    /// Whether the location, or the namespace, that was to be read is not there. What cannot be
    /// read of a location that is there is another error.
    pub fn is_absent(&self) -> bool {
        matches!(self, StoreError::Absent { .. })
    }

    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<String> {
        match self {
            StoreError::InvalidUrl { help, .. } | StoreError::Server { help, .. } => help.clone(),
            StoreError::StampTaken { key, .. } => {
                Some(format!("choose another key for the namespaces, or move what `{key}` holds"))
            }
            StoreError::UnknownScheme { scheme } => {
                let near = nearest(scheme, SCHEMES)?;
                Some(format!("did you mean `{near}://`?"))
            }
            StoreError::Link { .. } => Some(
                "name the file that it leads to, or put a file in the place of the link".to_owned(),
            ),
            StoreError::Io { path, error, .. } if is_foreign(path, error) => Some(
                "planout keeps a file of its own under this name, and did not make this one: look \
                 at what it is, and move it elsewhere or remove it"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// Whether something of others is under a name that is hidden, and ours.
fn is_foreign(path: &Path, error: &std::io::Error) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    error.kind() == std::io::ErrorKind::InvalidData
        && name.is_some_and(|name| name.starts_with(".planout-"))
}

/// What locations that are URLs begin with.
const SCHEMES: [&str; 2] = ["redis", "rediss"];

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

    /// All namespaces with their content, of which at most `limit` bytes are read, in the order of
    /// [`list`](Store::list): as they are between two changes, never in the middle of one.
    ///
    /// # Errors
    /// The store cannot be read.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let items = self.list()?.into_iter();
        items.map(|item| self.read(&item, limit).map(|bytes| (item, bytes))).collect()
    }

    /// The compiled namespaces that a change would replace or remove: what has been shipped here.
    ///
    /// # Errors
    /// The store cannot be read.
    fn contents(&self) -> Result<Contents, StoreError>;

    /// What a name comes to where names are kept here: names that come to the same may be one place.
    fn place(&self, name: &str) -> String {
        name.to_owned()
    }

    /// What was said of the namespaces when they were last changed by a [`Transaction`]: the
    /// bytes that it was given. `None` if nothing was.
    ///
    /// # Errors
    /// The store cannot be read.
    fn stamp(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Begins a change, of which there is one at a time. Waits for another one to end for as long
    /// as `patience`.
    ///
    /// # Errors
    /// The store cannot be changed, or another change has not ended in time.
    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, StoreError>;
}

/// The compiled namespaces of a store by name, as their bytes.
pub type Contents = BTreeMap<String, Vec<u8>>;

/// A change of a store: made as a whole, or not at all if it is dropped.
pub trait Transaction {
    /// The namespaces that the store keeps now. They stay like this until the change is made, or
    /// making it fails.
    fn contents(&self) -> &Contents;

    /// Stores namespaces as JSON, removes others, and notes what the stamp says. Those who read see
    /// all of it or nothing of it; what is in neither list is left alone. Returns the files that
    /// belong to somebody else now than before, because only the superuser can leave them to whom
    /// they belonged.
    ///
    /// # Errors
    /// The store cannot be written, or was changed by somebody who does not wait: nothing changed.
    /// Only [`StoreError::Unfinished`] means that the change is made.
    fn commit(self: Box<Self>, changes: &Changes, stamp: &[u8])
    -> Result<Vec<PathBuf>, StoreError>;
}

/// What a change does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The namespaces that are created or replaced.
    pub put: Contents,
    /// The names of those that are removed.
    pub remove: BTreeSet<String>,
}

impl Changes {
    /// What a store holds after the change.
    pub fn result(&self, before: &Contents) -> Contents {
        let mut after = before.clone();
        after.retain(|name, _| !self.remove.contains(name));
        after.extend(self.put.clone());
        after
    }
}

/// Opens a location: the path of a directory or a file, or a URL such as
/// `redis://localhost:6379/0?key=planout4j`. Nothing is read and nobody is connected to yet. Of a
/// directory, the folders below it are not read: see [`open_with`].
///
/// # Errors
/// It is a URL of an unknown kind, or one that is not valid.
pub fn open(location: &str) -> Result<Box<dyn Store>, StoreError> {
    open_with(location, Folders::One)
}

/// Opens a location as [`open`] does. `folders` says which folders of a directory are read.
///
/// # Errors
/// It is a URL of an unknown kind, or one that is not valid.
pub fn open_with(location: &str, folders: Folders) -> Result<Box<dyn Store>, StoreError> {
    match is_url(location) {
        true => open_redis(location.parse()?),
        false => Ok(Box::new(Directory::new(location).with_folders(folders))),
    }
}

#[cfg(feature = "redis")]
fn open_redis(url: RedisUrl) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(Redis::new(url)))
}

#[cfg(not(feature = "redis"))]
fn open_redis(_: RedisUrl) -> Result<Box<dyn Store>, StoreError> {
    Err(StoreError::MissingFeature { scheme: "redis", feature: "redis" })
}

/// Whether a location is a URL, or plainly meant to be one, rather than a path.
pub fn is_url(location: &str) -> bool {
    let scheme = location.split_once(':').map(|(scheme, _)| scheme);
    location.contains("://") || scheme.is_some_and(|scheme| SCHEMES.contains(&scheme))
}

/// A location as it can be shown to everybody: a URL without user and password. Of one that is not
/// valid only its kind is left, because its password can be anywhere.
pub fn without_secrets(location: &str) -> Cow<'_, str> {
    match location.split_once(':') {
        Some((scheme, _)) if is_url(location) => match location.parse::<RedisUrl>() {
            Ok(url) => Cow::Owned(url.to_string()),
            Err(_) => Cow::Owned(format!("{scheme}://...")),
        },
        _ => Cow::Borrowed(location),
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
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(StoreError::IsDirectory(path.to_owned()));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(size.min(limit));
    file.take(limit as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
