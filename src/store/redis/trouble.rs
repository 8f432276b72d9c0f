//! The reasons why a command has no answer, before they are put into words.

use std::io;

use crate::store::StoreError;

/// The most bytes of an answer. A whole hash is one answer.
pub(super) const MAX_BYTES: usize = 512 << 20;

/// The most parts of an answer. Each takes some memory beside its bytes.
pub(super) const MAX_PARTS: usize = 4_000_000;

/// The reason why a command was not answered as expected.
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
    /// The answer does not follow the protocol of Redis.
    #[error(transparent)]
    Store(#[from] StoreError),
}
