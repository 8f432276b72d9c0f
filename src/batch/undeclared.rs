//! Inputs of rows that have other values than their namespaces declare.

use indexmap::IndexMap;

use crate::namespace::{DeclaredInput, Namespace};
use crate::value::Value;

/// The most values of an input that are told apart.
const MAX_TOLD_APART: usize = 100;

/// An input that has other values in some rows than its namespace declares. The answers do not depend
/// on that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undeclared {
    /// The name of the namespace.
    pub namespace: String,
    /// The name of the input.
    pub input: String,
    /// The number of rows.
    pub rows: u64,
    /// The values as messages show them, or the kinds of values if a type is declared, each with its
    /// number of rows. Their order is that of the rows.
    pub found: IndexMap<String, u64>,
    /// Whether there are more values than are told apart: then some rows are not counted in `found`.
    pub has_more: bool,
}

/// An input of a namespace that may not have all values.
#[derive(Debug)]
pub(super) struct Declared<'n> {
    namespace: &'n Namespace,
    name: &'n str,
    input: &'n DeclaredInput,
    /// Its index among the inputs of a row.
    index: usize,
}

impl<'n> Declared<'n> {
    /// The inputs of a namespace that are among those of rows and may not have all values.
    pub(super) fn all(
        namespace: &'n Namespace,
        names: &[&str],
    ) -> impl Iterator<Item = Declared<'n>> {
        let inputs = namespace.inputs().iter();
        let inputs = inputs.filter(|(_, input)| **input != DeclaredInput::Anything);
        inputs.filter_map(move |(name, input)| {
            let index = names.iter().position(|known| *known == name)?;
            Some(Declared { namespace, name, input, index })
        })
    }

    /// Counts the value of a row if it is not declared.
    pub(super) fn note(&self, row: &[Value], undeclared: &mut Vec<Undeclared>) {
        let value = row.get(self.index).unwrap_or(&Value::Null);
        if let Some(found) = self.input.unexpected(value) {
            Undeclared::of(undeclared, self.namespace.name(), self.name).count(found, 1);
        }
    }
}

impl Undeclared {
    /// The counts of an input of a namespace, which begin at zero.
    fn of<'u>(all: &'u mut Vec<Undeclared>, namespace: &str, input: &str) -> &'u mut Undeclared {
        let is_it = |known: &Undeclared| known.namespace == namespace && known.input == input;
        let index = all.iter().position(is_it).unwrap_or_else(|| {
            let (namespace, input) = (namespace.to_owned(), input.to_owned());
            let found = IndexMap::new();
            all.push(Undeclared { namespace, input, rows: 0, found, has_more: false });
            all.len() - 1
        });
        &mut all[index]
    }

    fn count(&mut self, found: String, rows: u64) {
        self.rows += rows;
        if let Some(known) = self.found.get_mut(&found) {
            *known += rows;
        } else if self.found.len() < MAX_TOLD_APART {
            self.found.insert(found, rows);
        } else {
            self.has_more = true;
        }
    }

    /// Adds the counts of later rows.
    pub(super) fn append(all: &mut Vec<Undeclared>, later: Vec<Undeclared>) {
        for Undeclared { namespace, input, rows, found, has_more } in later {
            let known = Undeclared::of(all, &namespace, &input);
            let told_apart: u64 = found.values().sum();
            found.into_iter().for_each(|(found, rows)| known.count(found, rows));
            known.rows += rows - told_apart;
            known.has_more |= has_more;
        }
    }
}
