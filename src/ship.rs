//! Shipping: every namespace of a source is compiled into a target, or none is.

mod stamp;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use self::stamp::{Fingerprint, Origin, Revision, Stamp, StampError};
use crate::catalog::Loaded;
use crate::diagnostic::words;
use crate::dialect::Dialect;
use crate::namespace::Document;
use crate::parallel;
use crate::store::{ChangeSet, Contents, FileFormat, Store, StoreError, Transaction};
use crate::tree::{Layout, ascii, to_json};

/// The reason why nothing was shipped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShipError {
    /// Namespaces are invalid. Their problems are in each [`Loaded`].
    #[error("nothing was shipped: {}", obstacles(*.invalid, *.total, *.scripts))]
    Invalid {
        /// The number of invalid namespaces.
        invalid: usize,
        /// The number of all namespaces.
        total: usize,
        /// The number of compiled scripts, which cannot be shipped either.
        scripts: usize,
    },
    /// Two names that are one file where the target keeps its files on some systems.
    #[error("nothing was shipped: {0}")]
    Alike(#[from] AlikeNames),
    /// The change was not approved.
    #[error("nothing was shipped")]
    Refused,
    /// The target failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A name of a source, and a name that stays at the target. The two differ only in ways that some
/// file systems do not distinguish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` and `{other}`, which is at the target, differ only in case or in the way that Unicode \
     writes them, and some file systems treat them as the same file"
)]
pub struct AlikeNames {
    /// The name of the source.
    pub name: String,
    /// The name at the target.
    pub other: String,
}

/// Looks for names of sources that some file systems do not distinguish from names that stay at the
/// target. Names within the sources are compared by the checks.
///
/// # Errors
/// There is such a name.
pub fn check_names<'a>(
    target: &dyn Store,
    sources: impl Iterator<Item = &'a str>,
    there: impl Iterator<Item = &'a str>,
) -> Result<(), AlikeNames> {
    let sources: BTreeSet<&str> = sources.collect();
    let stays = there.filter(|name| !sources.contains(name));
    let places: BTreeMap<String, &str> = stays.map(|name| (target.place(name), name)).collect();
    for name in sources {
        if let Some(other) = places.get(&target.place(name)) {
            return Err(AlikeNames { name: name.to_owned(), other: (*other).to_owned() });
        }
    }
    Ok(())
}

/// The effect of a ship on one namespace.
///
/// ```
/// use planout::ship::Change;
///
/// assert_eq!("updated".parse(), Ok(Change::Updated));
/// assert_eq!(Change::Updated.to_string(), "updated");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Change {
    /// The namespace was not at the target.
    Created,
    /// The namespace was at the target, with other content.
    Updated,
    /// The namespace was at the target with the same content, and was left alone.
    Unchanged,
    /// The namespace was at the target, and has no source.
    Orphaned,
    /// The namespace was at the target without a source, and was removed.
    Removed,
}

impl Change {
    /// The change as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
            Change::Orphaned => "orphaned",
            Change::Removed => "removed",
        }
    }
}

words!(Change, "change": Created, Updated, Unchanged, Orphaned, Removed);

/// The changes that a ship has made, or would make.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shipment {
    /// The namespaces by name, with what happens to each.
    pub changes: Vec<(String, Change)>,
    /// The files whose owner has changed, because only the superuser can keep the owner.
    pub given_away: Vec<PathBuf>,
}

impl Shipment {
    /// Whether a namespace is at the target already, with the same meaning.
    pub fn is_unchanged(&self, name: &str) -> bool {
        let found = self.changes.binary_search_by(|(known, _)| known.as_str().cmp(name));
        found.is_ok_and(|index| self.changes[index].1 == Change::Unchanged)
    }
}

/// The settings of a ship.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whether namespaces of the target that have no source are removed.
    pub prune: bool,
    /// How long to wait for another change of the target to end.
    pub patience: Duration,
    /// The origin of the ship, for the stamp.
    pub origin: Origin,
}

impl Options {
    /// A ship that removes nothing and does not wait.
    pub fn new(origin: Origin) -> Options {
        Options { prune: false, patience: Duration::ZERO, origin }
    }

    /// The same ship, which also removes namespaces without a source.
    #[must_use]
    pub fn prune(self, prune: bool) -> Options {
        Options { prune, ..self }
    }

    /// The same ship, which waits for another change of the target for at most `patience`.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Options {
        Options { patience, ..self }
    }
}

/// The reasons why namespaces cannot be shipped.
fn obstacles(invalid: usize, total: usize, scripts: usize) -> String {
    let namespaces = (invalid > 0).then(|| format!("{invalid} of {total} namespaces invalid"));
    let parts: Vec<_> = namespaces.into_iter().chain(not_namespaces(scripts)).collect();
    parts.join(", and ")
}

/// The message about compiled scripts, which are not namespaces, if there are any.
///
/// ```
/// use planout::ship::not_namespaces;
///
/// assert_eq!(not_namespaces(1).as_deref(), Some("1 compiled script is not a namespace"));
/// assert_eq!(not_namespaces(0), None);
/// ```
pub fn not_namespaces(scripts: usize) -> Option<String> {
    match scripts {
        0 => None,
        1 => Some("1 compiled script is not a namespace".to_owned()),
        scripts => Some(format!("{scripts} compiled scripts are not namespaces")),
    }
}

/// Compiled namespaces on their way to a target: a value of this type exists only if all are valid.
#[derive(Debug)]
pub struct Bundle {
    namespaces: BTreeMap<String, Parcel>,
}

/// A compiled namespace.
#[derive(Debug)]
struct Parcel {
    document: Document,
    bytes: Vec<u8>,
}

impl Bundle {
    /// Bundles the namespaces that were loaded from a source.
    ///
    /// # Errors
    /// One of them is invalid.
    pub fn new(loaded: &[Loaded]) -> Result<Bundle, ShipError> {
        let documents = loaded.iter().filter_map(|loaded| loaded.document.as_ref());
        let namespaces = parallel::map(documents.collect(), |document| {
            let mut json = ascii(to_json(&document.compiled, Layout::Pretty, document.dialect));
            json.push('\n');
            let parcel = Parcel { document: document.clone(), bytes: json.into_bytes() };
            (document.name.clone(), parcel)
        });
        let namespaces: BTreeMap<_, _> = namespaces.into_iter().collect();
        let scripts = loaded.iter().filter(|loaded| loaded.is_script()).count();
        let total = loaded.len() - scripts;
        match (total - namespaces.len(), scripts) {
            (0, 0) => Ok(Bundle { namespaces }),
            (invalid, scripts) => Err(ShipError::Invalid { invalid, total, scripts }),
        }
    }

    /// The names of the namespaces, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.namespaces.keys().map(String::as_str)
    }

    /// The changes that a ship would make in a store with these contents. A namespace that keeps its
    /// meaning is unchanged, even if it is written differently.
    pub fn compare(&self, contents: &Contents, prune: bool) -> Shipment {
        let (same, others): (Vec<_>, Vec<_>) = self
            .namespaces
            .iter()
            .map(|(name, parcel)| (name, parcel, contents.get(name)))
            .partition(|(_, parcel, current)| {
                current.is_some_and(|current| *current == parcel.bytes)
            });
        let mut changes: Vec<_> =
            same.into_iter().map(|(name, ..)| (name.clone(), Change::Unchanged)).collect();
        changes.extend(parallel::map(others, |(name, parcel, current)| {
            let change = match current {
                None => Change::Created,
                Some(current) if parcel.says_the_same(current) => Change::Unchanged,
                Some(_) => Change::Updated,
            };
            (name.clone(), change)
        }));
        let orphan = if prune { Change::Removed } else { Change::Orphaned };
        let orphans = contents.keys().filter(|name| !self.namespaces.contains_key(*name));
        changes.extend(orphans.map(|name| (name.clone(), orphan)));
        changes.sort();
        Shipment { changes, given_away: Vec::new() }
    }

    /// Ships all namespaces as one change, and leaves a [`Stamp`]. If nothing has to change, nothing
    /// is written. If another program changed the target in the meantime, the ship starts over, as
    /// long as its patience lasts. `approve` gets the content of the target and the planned changes,
    /// and decides whether to go on. No other program changes the target while it decides.
    ///
    /// # Errors
    /// The target cannot be written, another change of it has not ended in time, or this ship was not
    /// approved. Nothing was changed.
    pub fn ship(
        &self,
        target: &dyn Store,
        options: &Options,
        approve: &mut dyn FnMut(&Contents, &Shipment) -> bool,
    ) -> Result<Shipment, ShipError> {
        let start = Instant::now();
        loop {
            let patience = options.patience.saturating_sub(start.elapsed());
            let begun = target.begin(patience).map_err(ShipError::from);
            match begun.and_then(|transaction| self.finish(target, transaction, options, approve)) {
                Err(ShipError::Store(StoreError::Conflict(_))) if !patience.is_zero() => {}
                outcome => return outcome,
            }
        }
    }

    /// Makes the changes in a transaction that has begun.
    fn finish(
        &self,
        target: &dyn Store,
        transaction: Box<dyn Transaction + '_>,
        options: &Options,
        approve: &mut dyn FnMut(&Contents, &Shipment) -> bool,
    ) -> Result<Shipment, ShipError> {
        let mut shipment = self.compare(transaction.contents(), options.prune);
        if !options.prune {
            let there = transaction.contents().keys().map(String::as_str);
            check_names(target, self.names(), there)?;
        }
        if !approve(transaction.contents(), &shipment) {
            return Err(ShipError::Refused);
        }
        let changes = self.changes(&shipment);
        if changes != ChangeSet::default() {
            let stamp = Stamp::new(&options.origin, &changes.result(transaction.contents()));
            shipment.given_away = transaction.commit(&changes, stamp.to_json().as_bytes())?;
        }
        Ok(shipment)
    }

    fn changes(&self, shipment: &Shipment) -> ChangeSet {
        let mut changes = ChangeSet::default();
        for (name, change) in &shipment.changes {
            match (change, self.namespaces.get(name)) {
                (Change::Created | Change::Updated, Some(parcel)) => {
                    changes.put.insert(name.clone(), parcel.bytes.clone());
                }
                (Change::Removed, _) => {
                    changes.remove.insert(name.clone());
                }
                _ => {}
            }
        }
        changes
    }
}

impl Parcel {
    /// Whether the namespace at the target has the same meaning for every reader.
    fn says_the_same(&self, current: &[u8]) -> bool {
        let name = &self.document.name;
        // A namespace that was shipped in another dialect names that dialect.
        let dialect = Dialect::default();
        let current = Loaded::new(name, Some(name), current.to_vec(), FileFormat::Json, dialect);
        current.document.is_some_and(|current| current.says_the_same(&self.document))
    }
}
