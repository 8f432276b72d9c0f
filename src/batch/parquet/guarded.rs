//! Calls into the crate `parquet`, which panics on some broken files.

use std::thread;

use parquet::errors::ParquetError;

/// The name of the threads that read Parquet files.
///
/// The crate that reads them panics on some broken files. Such a panic ends only the thread, and
/// becomes an error of the file. A program that reports panics can leave those of threads with this
/// name out.
pub const PARQUET_THREAD: &str = "parquet";

/// Makes a call on a thread of its own, so that a panic becomes an ordinary error.
pub(super) fn guarded<T: Send>(
    call: impl FnOnce() -> Result<T, ParquetError> + Send,
) -> Result<T, ParquetError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(PARQUET_THREAD.to_owned());
        let thread = thread.spawn_scoped(scope, call)?;
        thread.join().unwrap_or_else(|_| Err(ParquetError::General("it is broken".to_owned())))
    })
}
