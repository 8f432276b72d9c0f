//! Errors of a file of observed counts.

use std::io;

/// Why a file of what was observed cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<P: std::error::Error + 'static> {
    /// Its bytes cannot be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line of it is wrong.
    #[error("line {line}")]
    Line {
        /// The line, counted from 1.
        line: u64,
        /// The problem.
        #[source]
        problem: P,
    },
}
