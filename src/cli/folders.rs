//! The folders of a directory that a command reads, and its note on the others.

use std::path::{Path, PathBuf};

use clap::Args;
use planout::store::{self, FileFormat, Store, is_url};

use super::Context;
use super::failure::Outcome;

/// The most folders that a note names.
const MAX_NAMED: usize = 3;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Folders {
    /// Also read the folders below a directory
    #[arg(long)]
    recursive: bool,
}

impl Folders {
    /// The folders that are read: by the flag, or else by the configuration.
    pub(super) fn read(self, configured: Option<bool>) -> store::Folders {
        if self.recursive || configured == Some(true) {
            store::Folders::All
        } else {
            store::Folders::One
        }
    }

    /// Opens a location, and notes which folders with namespaces are left out.
    pub(super) fn open(self, location: &str, context: &Context) -> Outcome<Box<dyn Store>> {
        self.open_for(location, |path| FileFormat::of(path).is_some(), context)
    }

    /// Opens a location, and notes which folders with files of a kind are left out.
    pub(super) fn open_for(
        self,
        location: &str,
        wanted: impl Fn(&Path) -> bool,
        context: &Context,
    ) -> Outcome<Box<dyn Store>> {
        let folders = self.read(context.config.recursive);
        let store = store::open_with(location, folders)?;
        if folders == store::Folders::One && !is_url(location) {
            let left_out = store::left_out(Path::new(location), wanted);
            tell(location, left_out.iter().map(|path| path.to_string_lossy()), context);
        }
        Ok(store)
    }

    /// The files of a kind in a folder. Notes which folders below it have such files and are left
    /// out.
    pub(super) fn files(
        self,
        folder: &Path,
        wanted: impl Fn(&Path) -> bool,
        context: &Context,
    ) -> Outcome<Vec<PathBuf>> {
        let folders = self.read(context.config.recursive);
        let mut files = store::files(folder, folders)?;
        files.retain(|file| wanted(file));
        if folders == store::Folders::One {
            let left_out = store::left_out(folder, wanted);
            let left_out = left_out.iter().map(|path| path.to_string_lossy());
            tell(&folder.to_string_lossy(), left_out, context);
        }
        Ok(files)
    }
}

/// Notes the folders that are left out, if there are any, so that users who miss a namespace find out
/// why. Users who have configured it already know.
pub(super) fn tell<T: AsRef<str>>(
    location: &str,
    left_out: impl ExactSizeIterator<Item = T>,
    context: &Context,
) {
    if context.config.recursive.is_some() {
        return;
    }
    let count = left_out.len();
    let names: Vec<String> =
        left_out.take(MAX_NAMED).map(|name| format!("`{}`", name.as_ref())).collect();
    let subject = match (names.as_slice(), count.saturating_sub(names.len())) {
        ([], _) => return,
        ([name], 0) => format!("{name} was"),
        ([names @ .., last], 0) => format!("{} and {last} were", names.join(", ")),
        (names, 1) => format!("{} and 1 more folder were", names.join(", ")),
        (names, more) => format!("{} and {more} more folders were", names.join(", ")),
    };
    let message =
        format!("{subject} left out: `--recursive` reads the folders below `{location}`, too");
    context.output.note(&message);
}
