//! Suggestions for paths that do not exist.

use std::fs::read_dir;
use std::io::{Error, ErrorKind};
use std::path::Path;

use planout::nearest::nearest;
use planout::store::StoreError;

/// The most names of a folder that are compared.
const MAX_NAMES: usize = 10_000;

/// The hint for a path that does not exist: a similar one in its folder.
pub(super) fn hint(error: &StoreError) -> Option<String> {
    let missing = |error: &Error| error.kind() == ErrorKind::NotFound;
    match error {
        StoreError::Io { action: "read", path, error } if missing(error) => near(path),
        StoreError::Absent { path, error } if missing(error) => near(path),
        _ => None,
    }
}

fn near(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = read_dir(here).ok()?.take(MAX_NAMES).flatten();
    let mut names: Vec<_> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    // The order of names in a folder differs between machines.
    names.sort_unstable();
    let visible = names.iter().map(String::as_str).filter(|name| !name.starts_with('.'));
    let near = nearest(name, visible)?;
    Some(format!("did you mean `{}`?", folder.join(near).display()))
}
