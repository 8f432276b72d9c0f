//! The inputs that units of namespaces can have.

use indexmap::IndexSet;

use crate::catalog::Loaded;
use crate::eval::names;
use crate::namespace::BASELINE;

/// The names of the inputs of some namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs<'a> {
    /// The primary units.
    pub units: IndexSet<&'a str>,
    /// The other inputs that are declared, or that a definition reads, including variables that a
    /// script sets before it reads them.
    pub others: IndexSet<&'a str>,
}

impl<'a> Inputs<'a> {
    /// The inputs of all namespaces that are valid.
    pub fn of(namespaces: impl IntoIterator<Item = &'a Loaded>) -> Inputs<'a> {
        let mut inputs = Inputs::default();
        for document in namespaces.into_iter().filter_map(|loaded| loaded.document.as_ref()) {
            inputs.units.insert(&document.unit);
            inputs.others.insert(BASELINE);
            inputs.others.extend(document.inputs.names());
            for script in document.definitions.values() {
                names::reads(script.json(), |name| {
                    inputs.others.insert(name);
                });
            }
        }
        let units = &inputs.units;
        inputs.others.retain(|name| !units.contains(name));
        inputs
    }

    /// All names, the primary units first.
    pub fn all(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.units.iter().chain(&self.others).copied()
    }
}
