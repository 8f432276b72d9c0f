//! The reasons why a store failed.

use std::path::{Path, PathBuf};

use super::{ENDINGS, SCHEMES};
use crate::nearest::nearest;

/// The reason why a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file or a folder failed.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// The action that failed, such as `read`.
        action: &'static str,
        /// The path that it failed with.
        path: PathBuf,
        /// The error.
        #[source]
        error: std::io::Error,
    },
    /// A location or a namespace does not exist. The whole path could be created.
    #[error("cannot read `{}`", path.display())]
    Absent {
        /// The path that does not exist.
        path: PathBuf,
        /// The system's error.
        #[source]
        error: std::io::Error,
    },
    /// A link stands where a file is to be written. Following the link could overwrite any file, and
    /// replacing it would cut the connection that it makes.
    #[error("`{}` is a link to `{}`, and planout does not write through links", path.display(), to.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// The path that the link leads to.
        to: PathBuf,
    },
    /// A pipe, a device or the like stands where a file or a folder is expected.
    #[error("`{}` is neither a file nor a directory", .0.display())]
    Special(PathBuf),
    /// A folder stands where a file was named.
    #[error("`{}` is a directory, not a file", .0.display())]
    IsDirectory(PathBuf),
    /// A folder among the files of a store has the name of a namespace.
    #[error("`{}` is a directory, not a file", .0.display())]
    InPlaceOfNamespace(PathBuf),
    /// The name of a file is not UTF-8, so it cannot name a namespace.
    #[error("the name of `{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// The ending of a file is not that of a namespace.
    #[error("`{}` is not a namespace: its ending is none of {}", .0.display(), ENDINGS.join(", "))]
    NotANamespace(PathBuf),
    /// A single file is the target of several namespaces.
    #[error("`{}` is a file: the target must be a directory", .0.display())]
    NotADirectory(PathBuf),
    /// Another change of the store has not ended.
    #[error("`{location}` is being changed by {holder}")]
    Busy {
        /// The store.
        location: String,
        /// The process that changes it, as far as that is known.
        holder: String,
    },
    /// Another program changed the store while a change was prepared. The change can be tried again.
    #[error("`{0}` was changed by somebody else at the same time")]
    Conflict(String),
    /// A change failed after it was made, and before all files were in their places.
    #[error("the change is recorded but not complete: the next ship completes it")]
    Unfinished(#[source] Box<StoreError>),
    /// A location has a scheme that this program does not know.
    #[error(
        "unknown kind of location `{scheme}://`: a location is a directory, a file, or a URL that \
         begins with `redis://` or `rediss://`"
    )]
    UnknownScheme {
        /// The scheme, before `://`.
        scheme: String,
    },
    /// This build does not support a kind of location.
    #[error("this build cannot use `{scheme}://`: it was made without the feature `{feature}`")]
    MissingFeature {
        /// The scheme, before `://`.
        scheme: &'static str,
        /// The feature that the build would need.
        feature: &'static str,
    },
    /// A URL has a known scheme and is not valid.
    #[error("the location `{scheme}://...` is not valid: {problem}")]
    InvalidUrl {
        /// The scheme, before `://`.
        scheme: String,
        /// The problem. It quotes no part of the URL, because any part can hold a password.
        problem: String,
        /// Advice on how to solve it.
        help: Option<String>,
    },
    /// The key for the stamp of a hash in Redis holds other data.
    #[error(
        "a ship to `{location}` would overwrite the key `{key}` with its stamp, but that key holds other data, of the type {kind}"
    )]
    StampTaken {
        /// The hash.
        location: String,
        /// The key of its stamp.
        key: String,
        /// The type of the data there, as Redis names it.
        kind: String,
    },
    /// A source or a store outside of this library failed, and describes how.
    #[error("{message}")]
    Other {
        /// The error.
        message: String,
        /// Advice on how to solve it.
        help: Option<String>,
        /// The cause.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A server failed, or could not be reached.
    #[error("cannot {action} `{location}`: {reason}")]
    Server {
        /// The action that failed, such as `read`.
        action: &'static str,
        /// The location that it failed with, without passwords.
        location: String,
        /// The reason, in the words of this library.
        reason: String,
        /// Advice on how to solve it.
        help: Option<String>,
        /// The cause, in the words of the system or of the server.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// The failure of a source or a store outside of this library.
    pub fn other(message: impl Into<String>) -> StoreError {
        StoreError::Other { message: message.into(), help: None, cause: None }
    }

    /// Adds advice to an error of [`StoreError::other`]. All other errors have their own.
    #[must_use]
    pub fn with_help(mut self, text: impl Into<String>) -> StoreError {
        if let StoreError::Other { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }

    /// Adds the cause to an error of [`StoreError::other`].
    #[must_use]
    pub fn because(
        mut self,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        if let StoreError::Other { cause, .. } = &mut self {
            *cause = Some(error.into());
        }
        self
    }

    pub(super) fn absent(path: &Path, error: std::io::Error) -> StoreError {
        StoreError::Absent { path: path.to_owned(), error }
    }

    #[cfg(feature = "store")]
    pub(super) fn io(action: &'static str, path: &Path, error: std::io::Error) -> StoreError {
        StoreError::Io { action, path: path.to_owned(), error }
    }

    /// Whether the location or the namespace that was to be read does not exist. A location that
    /// exists and cannot be read is another error.
    pub fn is_absent(&self) -> bool {
        matches!(self, StoreError::Absent { .. })
    }

    /// Advice on how to solve it, if there is any.
    pub fn help(&self) -> Option<String> {
        match self {
            StoreError::InvalidUrl { help, .. }
            | StoreError::Server { help, .. }
            | StoreError::Other { help, .. } => help.clone(),
            StoreError::StampTaken { key, .. } => {
                Some(format!("choose another key for the namespaces, or move the data of `{key}`"))
            }
            StoreError::UnknownScheme { scheme } => {
                let near = nearest(scheme, SCHEMES)?;
                Some(format!("did you mean `{near}://`?"))
            }
            StoreError::Link { .. } => Some(
                "name the file that it leads to, or put a file in place of the link".to_owned(),
            ),
            StoreError::Io { path, error, .. } if is_foreign(path, error) => Some(
                "planout keeps a file of its own under this name, and did not make this one: look at its content, and move or remove it"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// Whether the file of another program has one of our hidden names.
fn is_foreign(path: &Path, error: &std::io::Error) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    error.kind() == std::io::ErrorKind::InvalidData
        && name.is_some_and(|name| name.starts_with(".planout-"))
}
