//! Namespaces in the memory of the program.

use std::sync::{PoisonError, RwLock};

use super::{Item, Source, StoreError};

/// A source in memory, for tests, or for a service that gets its namespaces in another way.
///
/// ```
/// use planout::store::{FileFormat, Item, Memory};
/// use planout::{Catalog, Dialect};
///
/// let yaml = std::fs::read("sample-namespaces/button_color.yaml")?;
/// let memory = Memory::new([(Item::new("button_color", FileFormat::Yaml), yaml)]);
/// let catalog = Catalog::from_source(&memory, Dialect::Planout4j)?;
/// assert!(catalog.get("button_color").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    /// The namespaces, in the order that a source has to keep.
    namespaces: RwLock<Vec<(Item, Vec<u8>)>>,
}

impl Memory {
    /// A source of these namespaces.
    pub fn new(namespaces: impl IntoIterator<Item = (Item, Vec<u8>)>) -> Memory {
        let memory = Memory::default();
        memory.replace(namespaces);
        memory
    }

    /// Replaces the whole set by another one. A snapshot sees either the old set or the new one.
    pub fn replace(&self, namespaces: impl IntoIterator<Item = (Item, Vec<u8>)>) {
        let mut namespaces: Vec<_> = namespaces.into_iter().collect();
        namespaces.sort_by(|(a, _), (b, _)| a.cmp(b));
        *self.namespaces.write().unwrap_or_else(PoisonError::into_inner) = namespaces;
    }

    fn with<T>(&self, look: impl FnOnce(&[(Item, Vec<u8>)]) -> T) -> T {
        look(&self.namespaces.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source for Memory {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.with(|namespaces| namespaces.iter().map(|(item, _)| item.clone()).collect()))
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let found = self.with(|namespaces| {
            let found = namespaces.iter().find(|(known, _)| known == item)?;
            Some(cut(&found.1, limit))
        });
        found.ok_or_else(|| {
            StoreError::absent(item.label.as_ref(), std::io::ErrorKind::NotFound.into())
        })
    }

    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let copy = |(item, bytes): &(Item, Vec<u8>)| (item.clone(), cut(bytes, limit));
        Ok(self.with(|namespaces| namespaces.iter().map(copy).collect()))
    }
}

fn cut(bytes: &[u8], limit: usize) -> Vec<u8> {
    bytes[..bytes.len().min(limit)].to_vec()
}
