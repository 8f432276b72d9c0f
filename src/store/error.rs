//! Why a store failed.

use std::path::{Path, PathBuf};

use super::{ENDINGS, SCHEMES};
use crate::nearest::nearest;

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file or a folder.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// The action that failed, such as `read`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The error.
        #[source]
        error: std::io::Error,
    },
    /// A location, or a namespace, that is not there: everything of it could be created.
    #[error("cannot read `{}`", path.display())]
    Absent {
        /// The place at which it would be.
        path: PathBuf,
        /// The same in the words of the system.
        #[source]
        error: std::io::Error,
    },
    /// A link where a file is to be written: to follow it could overwrite anything, and to replace
    /// it would part what belongs together.
    #[error("`{}` is a link to `{}`, and planout does not write through links", path.display(), to.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// The place that it leads to.
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
        /// The process that changes it, as far as that is known.
        holder: String,
    },
    /// The store was changed by somebody else while a change was prepared. It can be tried again.
    #[error("`{0}` was changed by somebody else at the same time")]
    Conflict(String),
    /// A change that failed after it was made, and before all files were in their places.
    #[error("the change is recorded but not complete: the next ship completes it")]
    Unfinished(#[source] Box<StoreError>),
    /// A kind of location that this program does not know.
    #[error(
        "unknown kind of location `{scheme}://`: a location is a directory, a file, or a URL that \
         begins with `redis://` or `rediss://`"
    )]
    UnknownScheme {
        /// The scheme, before `://`.
        scheme: String,
    },
    /// A kind of location that is left out of this build.
    #[error("this build cannot use `{scheme}://`: it was made without the feature `{feature}`")]
    MissingFeature {
        /// The scheme, before `://`.
        scheme: &'static str,
        /// The feature that the build would need.
        feature: &'static str,
    },
    /// A URL that is of a known kind, and wrong.
    #[error("the location `{scheme}://...` is not valid: {problem}")]
    InvalidUrl {
        /// The scheme, before `://`.
        scheme: String,
        /// The problem. It quotes no part of the URL, which can hold a password.
        problem: String,
        /// Advice on how to solve it.
        help: Option<String>,
    },
    /// Something else is where the stamp of a hash in Redis would be.
    #[error(
        "a ship to `{location}` would overwrite the key `{key}` with its stamp, but that key holds other data, of the type {kind}"
    )]
    StampTaken {
        /// The hash.
        location: String,
        /// The key of its stamp.
        key: String,
        /// The type of the data there, in the words of Redis.
        kind: String,
    },
    /// A source or a store that is not one of this library failed, and says how.
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
        /// With what, without passwords.
        location: String,
        /// The reason, in our words.
        reason: String,
        /// Advice on how to solve it.
        help: Option<String>,
        /// The same in those of the system, or of the server.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// The failure of a source or a store of one's own.
    pub fn other(message: impl Into<String>) -> StoreError {
        StoreError::Other { message: message.into(), help: None, cause: None }
    }

    /// Adds what to do about it to an error of [`StoreError::other`]. Others know that themselves.
    #[must_use]
    pub fn with_help(mut self, text: impl Into<String>) -> StoreError {
        if let StoreError::Other { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }

    /// Adds what it comes from to an error of [`StoreError::other`].
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

    /// Whether the location, or the namespace, that was to be read is not there. What cannot be
    /// read of a location that is there is another error.
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
                "name the file that it leads to, or put a file in the place of the link".to_owned(),
            ),
            StoreError::Io { path, error, .. } if is_foreign(path, error) => Some(
                "planout keeps a file of its own under this name, and did not make this one: look at its content, and move or remove it"
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
