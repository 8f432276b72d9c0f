//! Where the rows of a batch go. A file has its name when it is complete, and not before.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use planout::batch::{Compression, Compressor, Error, Summary};
use tempfile::TempPath;

use crate::cli::failure::{Failure, Outcome};

pub(super) struct Target {
    to: To,
    compression: Compression,
}

enum To {
    Stdout,
    /// Something that is no file: a pipe or a device.
    Special(File, PathBuf),
    File(File, Staged),
}

/// Why the rows are not where they should be.
pub(super) enum Failed {
    Batch(Error),
    Output(Failure),
}

impl Target {
    /// Opens a file, or standard output.
    pub(super) fn open(path: Option<&str>, compression: Compression) -> Outcome<Target> {
        let to = match path.filter(|path| *path != "-").map(Path::new) {
            None => To::Stdout,
            Some(path) => match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => {
                    return Err(Failure::wrong(format!("`{}` is a directory", path.display())));
                }
                Ok(metadata) if !metadata.is_file() => {
                    let file = OpenOptions::new().write(true).open(path);
                    To::Special(file.map_err(|error| cannot_write(path, error))?, path.to_owned())
                }
                found => {
                    let permissions = found.ok().map(|found| found.permissions());
                    let staged = Staged::new(path, permissions);
                    let (file, staged) = staged.map_err(|error| cannot_write(path, error))?;
                    To::File(file, staged)
                }
            },
        };
        Ok(Target { to, compression })
    }

    /// Whether a terminal can be written on without being in the way of rows.
    pub(super) fn leaves_terminal_free(&self) -> bool {
        !matches!(self.to, To::Stdout) || !stdout().is_terminal()
    }

    /// Writes what there is to write. Only if all of it succeeds, a file gets its name.
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

/// A temporary file beside the one that it is to become. It goes with this, or when the program
/// is interrupted.
struct Staged {
    path: PathBuf,
    temporary: Arc<Mutex<Option<TempPath>>>,
}

impl Staged {
    fn new(path: &Path, permissions: Option<Permissions>) -> io::Result<(File, Staged)> {
        // Of a link, what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".planout-");
        // What `umask` leaves of these, as of any new file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, temporary) = builder.tempfile_in(folder)?.into_parts();
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        let temporary = Arc::new(Mutex::new(Some(temporary)));
        remove_when_interrupted(&temporary)?;
        Ok((file, Staged { path, temporary }))
    }

    /// Gives the file its name.
    fn complete(&self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        // Whoever is interrupted now waits for the name.
        let mut temporary = self.temporary.lock().unwrap_or_else(PoisonError::into_inner);
        match temporary.take() {
            Some(temporary) => temporary.persist(&self.path).map_err(|error| error.error),
            None => Ok(()),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Who waits for signals has it, too.
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Removes the file before the program dies of a signal. The threads of the program may be waiting
/// for a pipe at that time, so nobody is asked to end.
#[cfg(unix)]
fn remove_when_interrupted(temporary: &Arc<Mutex<Option<TempPath>>>) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let temporary = Arc::clone(temporary);
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Held to the end, so that the file cannot get its name any more.
            let mut temporary = temporary.lock().unwrap_or_else(PoisonError::into_inner);
            drop(temporary.take());
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn remove_when_interrupted(_: &Arc<Mutex<Option<TempPath>>>) -> io::Result<()> {
    Ok(())
}

fn cannot_write(path: &Path, error: io::Error) -> Failure {
    Failure::broken(error).context(format!("cannot write `{}`", path.display()))
}

/// Writes through a compressor, and gives back what it wrote to.
fn compressed<W: Write + Send>(
    output: W,
    compression: Compression,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<Summary, Error>,
    failed: impl Fn(io::Error) -> Failure,
) -> Result<(Summary, W), Failed> {
    let failed = |error| Failed::Output(failed(error));
    let mut output = Compressor::new(output, compression).map_err(&failed)?;
    let outcome = write(&mut output);
    // What has been written is to be read, whatever came then.
    let finished = output.finish();
    let summary = outcome.map_err(Failed::Batch)?;
    Ok((summary, finished.map_err(&failed)?))
}
