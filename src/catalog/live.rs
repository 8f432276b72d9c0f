//! A catalog that follows its source.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::{Catalog, Dialects, LoadError};
use crate::store::Source;

/// The namespaces of a source as they are now.
///
/// Whoever assigns units takes the [`current`](LiveCatalog::current) catalog, which is always a whole
/// set, and never waits for it. The source is looked at by [`refresh`](LiveCatalog::refresh), which the
/// program calls when it likes, or by a thread: see `LiveCatalog::watch`, with the feature `threads`.
/// If what is there now cannot be read, or is not valid as a whole, the set before it stays, and
/// [`refused`](LiveCatalog::refused) says why.
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
    /// The revision that was looked at last. The refresh in progress holds it.
    seen: Mutex<Option<Seen>>,
}

/// A revision of the source that need not be read again.
#[derive(Debug)]
struct Seen {
    revision: String,
    /// Why it does not answer.
    refused: Option<Arc<LoadError>>,
}

/// A whole set of namespaces.
#[derive(Debug)]
struct Set {
    catalog: Arc<Catalog>,
    /// That of the source; none before the first set was loaded.
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

    /// Loads the namespaces of a source. `dialects` are those of namespaces that do not say their
    /// own.
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

    /// The last set that was good. It stays as it is: who answers one request by one of these gives
    /// one answer.
    pub fn current(&self) -> Arc<Catalog> {
        Arc::clone(&self.set.load().catalog)
    }

    /// The revision of the source that the current set is of; `None` as long as nothing was loaded.
    pub fn revision(&self) -> Option<String> {
        self.set.load().revision.clone()
    }

    /// Why the source is not what answers, if that is so.
    pub fn refused(&self) -> Option<Arc<LoadError>> {
        self.refused.load_full()
    }

    /// Looks at the source. If it has another revision, its namespaces take the place of the current
    /// ones, all at once. Returns whether they did. What was refused is not read again before it
    /// changes.
    ///
    /// # Errors
    /// The source cannot be read, any of its namespaces is invalid, or all of them have gone. The
    /// current set stays.
    pub fn refresh(&self) -> Result<bool, Arc<LoadError>> {
        // One after the other: an old set must not take the place of a newer one.
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
        // A source that could not be read may be readable the next time, and one that has changed in
        // the meantime was perhaps read in part.
        let is_settled = !matches!(refused.as_deref(), Some(LoadError::Store(_)))
            && self.source.revision().is_ok_and(|after| after == revision);
        *seen = is_settled.then_some(Seen { revision, refused });
        taken.map(|()| true)
    }

    /// Puts what is in the source now in the place of the current set.
    fn take(&self, revision: &str) -> Result<(), LoadError> {
        let catalog = Catalog::from_source(&*self.source, self.dialects)?;
        // A ship leaves no empty set: the location is a wrong one, or was lost.
        if catalog.is_empty() && !self.set.load().catalog.is_empty() {
            return Err(LoadError::Gone);
        }
        let (catalog, revision) = (Arc::new(catalog), Some(revision.to_owned()));
        self.set.store(Arc::new(Set { catalog, revision }));
        Ok(())
    }
}
