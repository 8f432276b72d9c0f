//! Errors of a file of observed counts.

use std::io;

/// The reason why a file of observed counts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<P: std::error::Error + 'static> {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line of the file is wrong.
    #[error("line {line}")]
    Line {
        /// The line, counted from 1.
        line: u64,
        /// The problem.
        #[source]
        problem: P,
    },
}
