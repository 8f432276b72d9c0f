//! Shipping: every namespace of a source, compiled, into a target, or nothing at all.

use crate::catalog::Loaded;
use crate::store::{Change, Store, StoreError};
use crate::tree::{Layout, to_json};

/// Why nothing was shipped.
#[derive(Debug, thiserror::Error)]
pub enum ShipError {
    /// Namespaces are invalid; their problems stand in them.
    #[error("nothing was shipped: {invalid} of {total} namespaces invalid")]
    Invalid {
        /// How many.
        invalid: usize,
        /// Of how many.
        total: usize,
    },
    /// The target failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What shipping changed, or would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// The namespaces by name, with what happens to each.
    pub changes: Vec<(String, Change)>,
}

/// Compiled namespaces on their way to a target: a value of this type exists only if all are valid.
#[derive(Debug)]
pub struct Cargo {
    namespaces: Vec<(String, Vec<u8>)>,
}

impl Cargo {
    /// Takes what was loaded from a source.
    ///
    /// # Errors
    /// Any of it is invalid.
    pub fn new(loaded: &[Loaded]) -> Result<Cargo, ShipError> {
        let documents = loaded.iter().filter_map(|loaded| loaded.document.as_ref());
        let namespaces: Vec<_> = documents
            .map(|document| {
                let mut json = to_json(&document.compiled, Layout::Pretty, document.dialect);
                json.push('\n');
                (document.name.clone(), json.into_bytes())
            })
            .collect();
        match (loaded.len() - namespaces.len(), loaded.len()) {
            (0, _) => Ok(Cargo { namespaces }),
            (invalid, total) => Err(ShipError::Invalid { invalid, total }),
        }
    }

    /// What shipping would change.
    ///
    /// # Errors
    /// The target cannot be read.
    pub fn compare(&self, target: &dyn Store) -> Result<Shipment, ShipError> {
        Ok(self.shipment(target.compare(&self.namespaces)?))
    }

    /// Ships.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn ship(&self, target: &dyn Store) -> Result<Shipment, ShipError> {
        Ok(self.shipment(target.write(&self.namespaces)?))
    }

    fn shipment(&self, changes: Vec<Change>) -> Shipment {
        let names = self.namespaces.iter().map(|(name, _)| name.clone());
        Shipment { changes: names.zip(changes).collect() }
    }
}
