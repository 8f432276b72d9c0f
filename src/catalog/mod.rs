//! The namespaces of a location.

#[cfg(feature = "refresh")]
mod live;
mod loaded;
#[cfg(all(feature = "refresh", feature = "threads"))]
mod watch;

use indexmap::IndexMap;
use indexmap::map::Values;

#[cfg(feature = "refresh")]
pub use live::LiveCatalog;
pub use loaded::{Dialects, Loaded, check, decode, read, read_with};
#[cfg(all(feature = "refresh", feature = "threads"))]
pub use watch::Watch;

use crate::diagnostic::Report;
use crate::namespace::{Document, Namespace};
#[cfg(feature = "store")]
use crate::store;
use crate::store::{Source, StoreError};

/// The namespaces of a location, ready to assign units. Threads can share it without a lock.
#[derive(Debug, Default)]
pub struct Catalog {
    namespaces: IndexMap<String, Namespace>,
}

/// Why a catalog could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The location cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source had namespaces before, and has none now.
    #[error("there are no namespaces any more")]
    Gone,
    /// Namespaces are invalid. The reports hold all of their problems.
    #[error("{}", .0.iter().map(Report::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Report>),
}

impl Catalog {
    /// Loads every namespace of a location: a directory or a file, of YAML or compiled JSON, or a URL
    /// of compiled JSON in Redis. The folders below a directory are not read: see
    /// [`from_source`](Catalog::from_source). `dialects` are the dialects of namespaces that do not
    /// name their own; a single [`Dialect`](crate::Dialect) is the dialect of the sources.
    ///
    /// # Errors
    /// The location cannot be read, or one of its namespaces is invalid.
    #[cfg(feature = "store")]
    pub fn load(location: &str, dialects: impl Into<Dialects>) -> Result<Catalog, LoadError> {
        Catalog::from_source(&*store::open(location)?, dialects)
    }

    /// Loads every namespace of a source, such as a directory with the folders below it:
    ///
    /// ```
    /// use planout::store::{Directory, Folders};
    /// use planout::{Catalog, Dialect};
    ///
    /// let directory = Directory::new("sample-namespaces").with_folders(Folders::All);
    /// let catalog = Catalog::from_source(&directory, Dialect::Planout4j)?;
    /// assert!(catalog.get("test_ns").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The source cannot be read, or one of its namespaces is invalid.
    pub fn from_source(
        source: &dyn Source,
        dialects: impl Into<Dialects>,
    ) -> Result<Catalog, LoadError> {
        let mut invalid = Vec::new();
        let mut namespaces = IndexMap::new();
        for loaded in read(source, dialects)? {
            let built = loaded.document.as_ref().map(Document::build);
            match built {
                Some(Ok(namespace)) => {
                    namespaces.insert(namespace.name().to_owned(), namespace);
                }
                _ => invalid.push(loaded.report()),
            }
        }
        if invalid.is_empty() {
            Ok(Catalog { namespaces })
        } else {
            Err(LoadError::Invalid(invalid))
        }
    }

    /// A namespace by name.
    pub fn get(&self, name: &str) -> Option<&Namespace> {
        self.namespaces.get(name)
    }

    /// All namespaces, in the order of their names.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.namespaces.values())
    }

    /// The number of namespaces.
    pub fn len(&self) -> usize {
        self.namespaces.len()
    }

    /// Whether there are no namespaces.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty()
    }
}

/// The namespaces of a catalog, in the order of their names.
#[derive(Clone, Debug)]
pub struct Iter<'c>(Values<'c, String, Namespace>);

impl<'c> Iterator for Iter<'c> {
    type Item = &'c Namespace;

    fn next(&mut self) -> Option<&'c Namespace> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'c> IntoIterator for &'c Catalog {
    type Item = &'c Namespace;
    type IntoIter = Iter<'c>;

    fn into_iter(self) -> Iter<'c> {
        self.iter()
    }
}

impl FromIterator<Namespace> for Catalog {
    fn from_iter<I: IntoIterator<Item = Namespace>>(namespaces: I) -> Catalog {
        let named =
            namespaces.into_iter().map(|namespace| (namespace.name().to_owned(), namespace));
        Catalog { namespaces: named.collect() }
    }
}
