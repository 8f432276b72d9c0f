//! Access control lists of files (those of POSIX, on Linux), which grant rights to more users and groups.
//!
//! The mode of a file with a list shows the largest rights of the list as those of the file's group. So
//! a file with this mode and without the list would grant its group more than before.

use std::fs::File;
use std::path::Path;

/// The access control list of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acl(Vec<u8>);

/// The attribute that holds the list.
#[cfg(target_os = "linux")]
const NAME: &str = "system.posix_acl_access";

/// The largest size of an attribute on Linux, in bytes.
#[cfg(target_os = "linux")]
const MAX_BYTES: usize = 64 << 10;

#[cfg(target_os = "linux")]
impl Acl {
    /// The list of a file, if it has one.
    pub(super) fn of(path: &Path) -> Option<Acl> {
        let mut bytes = vec![0; MAX_BYTES];
        let size = rustix::fs::lgetxattr(path, NAME, &mut bytes[..]).ok()?;
        bytes.truncate(size);
        Some(Acl(bytes))
    }

    /// Gives the list to a file. The result is false if the file cannot have it.
    pub(super) fn set(&self, file: &File) -> bool {
        rustix::fs::fsetxattr(file, NAME, &self.0, rustix::fs::XattrFlags::empty()).is_ok()
    }

    /// Removes the list of a file. A new file gets one from its folder, if the folder says so.
    pub(super) fn remove(file: &File) {
        // A file without a list has nothing to remove.
        let _ = rustix::fs::fremovexattr(file, NAME);
    }
}

#[cfg(not(target_os = "linux"))]
impl Acl {
    pub(super) fn of(_: &Path) -> Option<Acl> {
        None
    }

    pub(super) fn set(&self, _: &File) -> bool {
        false
    }

    pub(super) fn remove(_: &File) {}
}
