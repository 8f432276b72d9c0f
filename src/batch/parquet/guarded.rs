//! Calls into the crate `parquet`, which panics on some files that are broken.

use std::thread;

use parquet::errors::ParquetError;

/// The name of the threads on which files of Parquet are read.
///
/// The crate that reads them panics on some broken files. The panic ends with the thread, and is an
/// error of the file; a program that reports panics can tell by the name of the thread that this
/// one is dealt with.
pub const PARQUET_THREAD: &str = "parquet";

/// Makes a call on a thread of its own, where a panic is an error like others.
pub(super) fn guarded<T: Send>(
    call: impl FnOnce() -> Result<T, ParquetError> + Send,
) -> Result<T, ParquetError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(PARQUET_THREAD.to_owned());
        let thread = thread.spawn_scoped(scope, call)?;
        thread.join().unwrap_or_else(|_| Err(ParquetError::General("it is broken".to_owned())))
    })
}
