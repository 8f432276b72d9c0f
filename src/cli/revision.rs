//! The git revision of a folder, and the last ship to a store.

use std::path::Path;

use planout::catalog::Loaded;
use planout::ship::{Fingerprint, Revision, Stamp};
use planout::store::{self, Store};

use super::git;

/// The revision of a file or a folder; `None` if it is not in a repository, or git is not installed.
pub(super) fn of(path: &Path) -> Option<Revision> {
    let path = path.canonicalize().ok()?;
    let head = git::Revision::find("HEAD", &path).ok()?;
    // If a folder cannot be compared, it may have been changed.
    let dirty = head.is_changed(&path).unwrap_or(true);
    Some(Revision { commit: head.commit().to_owned(), dirty })
}

/// The last ship to a store, according to its stamp.
pub(super) enum Shipped {
    /// There is no stamp: planout has never shipped to the store.
    Unknown,
    /// The stamp cannot be read.
    Unreadable,
    /// The stamp of the last ship that changed the store.
    By(Stamp),
}

/// The way in which a namespace got into a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The namespace was shipped by the last ship, or by one before it.
    Shipped,
    /// The namespace was shipped, and was changed since by another program.
    Changed,
    /// The namespace was put there by another program.
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

    /// The way in which a namespace got into the store, as far as it is known.
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

/// The time, the program and the origin of the last ship to a store.
pub(super) fn of_ship(stamp: &Stamp) -> String {
    let source =
        stamp.source.as_ref().map_or_else(String::new, |source| format!(" from {}", text(source)));
    format!("{} by planout {}{source}", stamp.shipped_at, stamp.planout)
}

fn text(revision: &Revision) -> String {
    let dirty = if revision.dirty { " with changes that are not committed" } else { "" };
    format!("commit {}{dirty}", revision.commit)
}

/// The revision of a location on one line, if it is known: of the last ship to a target, or of the
/// git repository of a source.
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
