//! A catalog that follows its source.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::{Catalog, Dialects, LoadError};
use crate::store::Source;

/// The namespaces of a source as they are now.
///
/// A service takes the [`current`](LiveCatalog::current) catalog to assign units. This catalog is
/// always a whole set, and taking it never waits. [`refresh`](LiveCatalog::refresh) looks at the
/// source. Either the program calls it when it likes, or a thread does: see `LiveCatalog::watch`,
/// with the feature `threads`. If the source cannot be read, or any of its namespaces is not valid,
/// the previous set stays, and [`refused`](LiveCatalog::refused) says why.
///
/// ```
/// use std::sync::Arc;
///
/// use planout::catalog::LiveCatalog;
/// use planout::store::{FileFormat, Item, Memory};
/// use planout::{Dialect, Map, Value};
///
/// let yaml = |color: &str| {
///     let text = format!("
/// namespace: {{unit: userid, segments: 10}}
/// experiment_definitions:
/// - {{definition: Default, assign: !planout 'color = \"{color}\";'}}
/// default_experiment: Default
/// experiment_sequence: []
/// ");
///     [(Item::new("button", FileFormat::Yaml), text.into_bytes())]
/// };
/// let memory = Arc::new(Memory::new(yaml("red")));
/// let live = LiveCatalog::load(memory.clone(), Dialect::Planout)?;
///
/// memory.replace(yaml("blue"));
/// assert!(live.refresh()?);
/// memory.replace(yaml("\"oops"));
/// assert!(live.refresh().is_err());
///
/// let catalog = live.current();
/// let inputs = Map::from_iter([("userid".to_owned(), Value::from(7))]);
/// let assignment = catalog.get("button").expect("it is there").assign(&inputs)?;
/// assert_eq!(assignment.params.string("color", ""), "blue");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LiveCatalog {
    source: Arc<dyn Source>,
    dialects: Dialects,
    set: ArcSwap<Set>,
    refused: ArcSwapOption<LoadError>,
    /// The last revision that was looked at. A refresh holds the lock until it ends.
    seen: Mutex<Option<Seen>>,
}

/// A revision of the source that need not be read again.
#[derive(Debug)]
struct Seen {
    revision: String,
    /// The reason why this revision was refused, if it was.
    refused: Option<Arc<LoadError>>,
}

/// A whole set of namespaces.
#[derive(Debug)]
struct Set {
    catalog: Arc<Catalog>,
    /// The revision of the source; `None` before the first set was loaded.
    revision: Option<String>,
}

impl LiveCatalog {
    /// A catalog without namespaces, until it is refreshed for the first time.
    pub fn new(source: Arc<dyn Source>, dialects: impl Into<Dialects>) -> LiveCatalog {
        LiveCatalog {
            source,
            dialects: dialects.into(),
            set: ArcSwap::from_pointee(Set { catalog: Arc::default(), revision: None }),
            refused: ArcSwapOption::empty(),
            seen: Mutex::new(None),
        }
    }

    /// Loads the namespaces of a source. `dialects` are the dialects of namespaces that do not name
    /// their own.
    ///
    /// # Errors
    /// The source cannot be read, or any of its namespaces is invalid.
    pub fn load(
        source: Arc<dyn Source>,
        dialects: impl Into<Dialects>,
    ) -> Result<LiveCatalog, Arc<LoadError>> {
        let live = LiveCatalog::new(source, dialects);
        live.refresh()?;
        Ok(live)
    }

    /// The last good set. The returned catalog never changes: a request that uses one catalog to its
    /// end gets one consistent answer.
    pub fn current(&self) -> Arc<Catalog> {
        Arc::clone(&self.set.load().catalog)
    }

    /// The revision of the source that the current set was read from; `None` as long as nothing was
    /// loaded.
    pub fn revision(&self) -> Option<String> {
        self.set.load().revision.clone()
    }

    /// The reason why the last refresh was refused, if it was.
    pub fn refused(&self) -> Option<Arc<LoadError>> {
        self.refused.load_full()
    }

    /// Looks at the source. If the source has another revision, its namespaces replace the current
    /// ones, all at once. Returns whether they did. A revision that was refused is not read again.
    ///
    /// # Errors
    /// The source cannot be read, one of its namespaces is invalid, or all of them are gone. The
    /// current set stays.
    pub fn refresh(&self) -> Result<bool, Arc<LoadError>> {
        // Refreshes run one after the other: an old set must not replace a newer one.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.look(&mut seen);
        let refused = match &outcome {
            Ok(_) => None,
            Err(error) => Some(Arc::clone(error)),
        };
        self.refused.store(refused);
        outcome
    }

    fn look(&self, seen: &mut Option<Seen>) -> Result<bool, Arc<LoadError>> {
        let revision = self.source.revision().map_err(LoadError::Store)?;
        if let Some(seen) = seen.as_ref().filter(|seen| seen.revision == revision) {
            return seen.refused.clone().map_or(Ok(false), Err);
        }
        let taken = self.take(&revision).map_err(Arc::new);
        let refused = taken.as_ref().err().map(Arc::clone);
        // A source that could not be read may be readable next time. A source that has changed in the
        // meantime may have been read in part.
        let is_settled = !matches!(refused.as_deref(), Some(LoadError::Store(_)))
            && self.source.revision().is_ok_and(|after| after == revision);
        *seen = is_settled.then_some(Seen { revision, refused });
        taken.map(|()| true)
    }

    /// Replaces the current set by the one that the source holds now.
    fn take(&self, revision: &str) -> Result<(), LoadError> {
        let catalog = Catalog::from_source(&*self.source, self.dialects)?;
        // A ship never leaves an empty set, so the location is wrong or was lost.
        if catalog.is_empty() && !self.set.load().catalog.is_empty() {
            return Err(LoadError::Gone);
        }
        let (catalog, revision) = (Arc::new(catalog), Some(revision.to_owned()));
        self.set.store(Arc::new(Set { catalog, revision }));
        Ok(())
    }
}
