//! The output of a batch. An output file gets its name only when it is complete.

use std::fs::File;
use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use planout::batch::{Compression, Compressor, Error, Summary};
use planout::store::{self, Output, Temporary};

use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::given_away;

pub(super) struct Target {
    to: To,
    compression: Compression,
    /// The note about a replaced file.
    pub(super) note: Option<String>,
}

enum To {
    Stdout,
    /// A pipe, a device or another special file.
    Special(File, PathBuf),
    File(File, Staged),
}

/// The reason why the rows could not be written.
pub(super) enum Failed {
    Batch(Error),
    Output(Failure),
}

impl Target {
    /// Opens a file, or standard output.
    pub(super) fn open(path: Option<&str>, compression: Compression) -> Outcome<Target> {
        let mut note = None;
        let to = match path.filter(|path| *path != "-").map(Path::new) {
            None => To::Stdout,
            Some(path) => match store::create(path)? {
                Output::Special(file) => To::Special(file, path.to_owned()),
                Output::New(file, temporary, owner) => {
                    note = given_away(path, owner);
                    let staged = Staged::new(path, temporary);
                    To::File(file, staged.map_err(|error| cannot_write(path, error))?)
                }
            },
        };
        Ok(Target { to, compression, note })
    }

    /// Whether progress can be shown on a terminal without getting between the rows.
    pub(super) fn leaves_terminal_free(&self) -> bool {
        !matches!(self.to, To::Stdout) || !stdout().is_terminal()
    }

    /// Writes the rows. A file gets its name only if all of it succeeds.
    pub(super) fn fill(
        self,
        write: impl FnOnce(&mut (dyn Write + Send)) -> Result<Summary, Error>,
    ) -> Result<Summary, Failed> {
        let compression = self.compression;
        match self.to {
            To::Stdout => {
                let (summary, _) = compressed(stdout(), compression, write, Failure::from)?;
                Ok(summary)
            }
            To::Special(file, path) => {
                let failed = |error| cannot_write(&path, error);
                let (summary, _) = compressed(file, compression, write, failed)?;
                Ok(summary)
            }
            To::File(file, staged) => {
                let failed = |error| cannot_write(&staged.path, error);
                let (summary, file) = compressed(file, compression, write, failed)?;
                staged.complete(&file).map_err(|error| Failed::Output(failed(error)))?;
                Ok(summary)
            }
        }
    }
}

/// A temporary file beside the output. It is removed when this value is dropped, or when the program
/// is interrupted.
struct Staged {
    path: PathBuf,
    temporary: Arc<Mutex<Option<Temporary>>>,
}

impl Staged {
    fn new(path: &Path, temporary: Temporary) -> io::Result<Staged> {
        let temporary = Arc::new(Mutex::new(Some(temporary)));
        remove_when_interrupted(&temporary)?;
        Ok(Staged { path: path.to_owned(), temporary })
    }

    /// Gives the file its name.
    fn complete(&self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        // An interruption now waits until the file has its name.
        let mut temporary = self.temporary.lock().unwrap_or_else(PoisonError::into_inner);
        match temporary.take() {
            Some(temporary) => temporary.persist(&self.path),
            None => Ok(()),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // The thread that waits for signals shares it.
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Removes the file before a signal ends the program. The other threads may be waiting for a pipe at
/// that time, so they are not asked to end.
#[cfg(unix)]
fn remove_when_interrupted(temporary: &Arc<Mutex<Option<Temporary>>>) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let temporary = Arc::clone(temporary);
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // The lock is held to the end, so that the file cannot get its name any more.
            let mut temporary = temporary.lock().unwrap_or_else(PoisonError::into_inner);
            drop(temporary.take());
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn remove_when_interrupted(_: &Arc<Mutex<Option<Temporary>>>) -> io::Result<()> {
    Ok(())
}

fn cannot_write(path: &Path, error: io::Error) -> Failure {
    Failure::broken(error).context(format!("cannot write `{}`", path.display()))
}

/// Writes through a compressor, and returns the inner writer.
fn compressed<W: Write + Send>(
    output: W,
    compression: Compression,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<Summary, Error>,
    failed: impl Fn(io::Error) -> Failure,
) -> Result<(Summary, W), Failed> {
    let failed = |error| Failed::Output(failed(error));
    let mut output = Compressor::new(output, compression).map_err(&failed)?;
    let outcome = write(&mut output);
    // The rows that were written must be readable, even after a failure.
    let finished = output.finish();
    let summary = outcome.map_err(Failed::Batch)?;
    Ok((summary, finished.map_err(&failed)?))
}
