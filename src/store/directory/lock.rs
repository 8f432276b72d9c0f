//! One change of a folder at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::hidden;
use crate::store::StoreError;
use crate::time::rfc3339;

/// The file that is locked. It says who has locked it, and stays: if it were removed, two could
/// hold locks of two files of this name.
const FILE: &str = ".planout-lock";

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to change a folder, until it is dropped. The system takes it away from processes that
/// die.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Waits for the lock for as long as `patience`.
    pub(super) fn acquire(folder: &Path, patience: Duration) -> Result<Lock, StoreError> {
        let path = folder.join(FILE);
        let failed = |error| StoreError::io("lock", &path, error);
        let start = Instant::now();
        loop {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            let lock = Lock { file: hidden::open(&path, &mut options).map_err(failed)? };
            if lock.take().map_err(failed)? && lock.is_of(folder) {
                lock.sign();
                return Ok(lock);
            }
            let left = patience.saturating_sub(start.elapsed());
            if left.is_zero() {
                let location = folder.display().to_string();
                return Err(StoreError::Busy { location, holder: holder(&lock.file) });
            }
            std::thread::sleep(PAUSE.min(left));
        }
    }

    fn take(&self) -> std::io::Result<bool> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether the file that is locked is still the one in the folder: somebody may have removed
    /// that, or the folder.
    #[cfg(unix)]
    pub(super) fn is_of(&self, folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;

        match (self.file.metadata(), folder.join(FILE).symlink_metadata()) {
            (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// A file that is open cannot be removed here.
    #[cfg(not(unix))]
    pub(super) fn is_of(&self, _: &Path) -> bool {
        true
    }

    /// Whether the file that is locked has no other name, under which somebody may miss it.
    #[cfg(unix)]
    fn is_alone(&self) -> bool {
        use std::os::unix::fs::MetadataExt;

        self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 1)
    }

    #[cfg(not(unix))]
    fn is_alone(&self) -> bool {
        true
    }

    /// Says who holds the lock. Only those who have to wait want to know: that it cannot be
    /// written, as on a full disk, is not a failure.
    fn sign(&self) {
        if !self.is_alone() {
            return;
        }
        let mut who = format!("process {}", std::process::id());
        if let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
            who.push_str(&format!(" on {}", host.trim()));
        }
        who.push('\n');
        let mut file = &self.file;
        // Cut to its length afterwards: some file systems wait for the disk where a file has been
        // emptied before.
        let _ = file.write_all(who.as_bytes()).and_then(|()| file.set_len(who.len() as u64));
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a process that another thread is just starting has it open,
    /// too, and would hold the lock for as long as that takes.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// The holder of a lock, and the time since it holds it.
fn holder(file: &File) -> String {
    let mut who = String::new();
    let since = file.metadata().and_then(|metadata| metadata.modified());
    // Nothing is read where a lock keeps others from reading, too.
    let _ = file.take(1000).read_to_string(&mut who);
    match (who.trim(), since) {
        ("", _) => "another process".to_owned(),
        (who, Ok(since)) => format!("{who} since {}", rfc3339(since)),
        (who, Err(_)) => who.to_owned(),
    }
}
