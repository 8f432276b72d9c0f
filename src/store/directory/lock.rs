//! The lock of a folder, which permits one change at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::hidden;
use crate::store::StoreError;
use crate::time::rfc3339;

/// The file that is locked. It names the process that has locked it, and it stays: if it were
/// removed, two processes could lock two files of this name.
const FILE: &str = ".planout-lock";

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to change a folder, until this value is dropped. If the process dies, the system
/// releases the lock.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Waits for the lock, for at most `patience`.
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

    /// Whether the locked file is still the one in the folder: somebody may have removed it, or the
    /// folder.
    #[cfg(unix)]
    pub(super) fn is_of(&self, folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;

        match (self.file.metadata(), folder.join(FILE).symlink_metadata()) {
            (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// This system does not remove files that are open.
    #[cfg(not(unix))]
    pub(super) fn is_of(&self, _: &Path) -> bool {
        true
    }

    /// Whether the locked file has no other name, under which somebody may need it.
    #[cfg(unix)]
    fn is_alone(&self) -> bool {
        use std::os::unix::fs::MetadataExt;

        self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 1)
    }

    #[cfg(not(unix))]
    fn is_alone(&self) -> bool {
        true
    }

    /// Writes the holder of the lock into the file. It is only for those that wait, so a failure to
    /// write it, as on a full disk, is ignored.
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
        // The file is cut to its length afterwards: some file systems wait for the disk after a file
        // was emptied first.
        let _ = file.write_all(who.as_bytes()).and_then(|()| file.set_len(who.len() as u64));
    }
}

impl Drop for Lock {
    /// Unlocks explicitly. Closing the file is not enough: a process that another thread is just
    /// starting has the file open, too, and would hold the lock until its own start is finished.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// The holder of a lock, and the time of its lock.
fn holder(file: &File) -> String {
    let mut who = String::new();
    let since = file.metadata().and_then(|metadata| metadata.modified());
    // A system whose locks also keep others from reading gives no content here.
    let _ = file.take(1000).read_to_string(&mut who);
    match (who.trim(), since) {
        ("", _) => "another process".to_owned(),
        (who, Ok(since)) => format!("{who} since {}", rfc3339(since)),
        (who, Err(_)) => who.to_owned(),
    }
}
