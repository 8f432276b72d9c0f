//! Why a command is not answered, before it is put into words.

use std::io;

use crate::store::StoreError;

/// How many bytes an answer may have: a hash is one answer.
pub(super) const MAX_BYTES: usize = 512 << 20;

/// How many parts an answer may have. Each takes some memory beside its bytes.
pub(super) const MAX_PARTS: usize = 4_000_000;

/// Why a command was not answered as it should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the server did not answer as Redis does")]
    Malformed,
    #[error(
        "the answer is too large: it has more than {} MiB or {MAX_PARTS} parts",
        MAX_BYTES >> 20
    )]
    TooLarge,
    /// The message of the server.
    #[error("{0}")]
    Refused(String),
    /// Not of the server.
    #[error(transparent)]
    Store(#[from] StoreError),
}
