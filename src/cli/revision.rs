//! The git revision of a folder, and the time at which a store was shipped to.

use std::path::Path;

use planout::catalog::Loaded;
use planout::ship::{Fingerprint, Revision, Stamp};
use planout::store::{self, Store};

use super::git;

/// The revision of a file or a folder; `None` if it is in no repository, or there is no git.
pub(super) fn of(path: &Path) -> Option<Revision> {
    let path = path.canonicalize().ok()?;
    let head = git::Revision::find("HEAD", &path).ok()?;
    // A folder that cannot be compared may well have been changed.
    let dirty = head.is_changed(&path).unwrap_or(true);
    Some(Revision { commit: head.commit().to_owned(), dirty })
}

/// The last ship to a store, as far as the store records it.
pub(super) enum Shipped {
    /// Nothing: planout has shipped nothing to it.
    Unknown,
    /// Something that cannot be read.
    Unreadable,
    /// The ship that has last changed it.
    By(Stamp),
}

/// How a namespace of a store got there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By the last ship, or one before it.
    Shipped,
    /// By a ship, and it was changed since by other means.
    Changed,
    /// By other means than a ship.
    Other,
}

impl Shipped {
    pub(super) fn of(store: &dyn Store) -> Shipped {
        match store.stamp() {
            Ok(None) => Shipped::Unknown,
            Ok(Some(bytes)) => Stamp::from_json(&bytes).map_or(Shipped::Unreadable, Shipped::By),
            Err(_) => Shipped::Unreadable,
        }
    }

    /// How a namespace of the store got there, as far as that is known.
    pub(super) fn way(&self, loaded: &Loaded) -> Option<Way> {
        let Shipped::By(stamp) = self else {
            return None;
        };
        let now = Fingerprint::of(loaded.source.text().as_bytes());
        Some(match stamp.namespaces.get(&loaded.name) {
            Some(then) if *then == now => Way::Shipped,
            Some(_) => Way::Changed,
            None => Way::Other,
        })
    }
}

/// When, by what and from what a store was last shipped to.
pub(super) fn of_ship(stamp: &Stamp) -> String {
    let source =
        stamp.source.as_ref().map_or_else(String::new, |source| format!(" from {}", text(source)));
    format!("{} by planout {}{source}", stamp.shipped_at, stamp.planout)
}

fn text(revision: &Revision) -> String {
    let dirty = if revision.dirty { " with changes that are not committed" } else { "" };
    format!("commit {}{dirty}", revision.commit)
}

/// The revision of a location in a line, if it is known: of the last ship to it or, of a source,
/// that of git.
pub(super) fn describe(location: &str) -> Option<String> {
    match Shipped::of(&*store::open(location).ok()?) {
        Shipped::By(stamp) => Some(format!("shipped: {}", of_ship(&stamp))),
        Shipped::Unreadable => {
            Some("shipped: the stamp of the last ship cannot be read".to_owned())
        }
        Shipped::Unknown if store::is_url(location) => None,
        Shipped::Unknown => {
            of(Path::new(location)).map(|revision| format!("revision: {}", text(&revision)))
        }
    }
}
