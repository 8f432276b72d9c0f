//! The inputs of a script: the variables that it reads and has not set.

use super::program::Slot;
use crate::value::{Map, Value};

/// The inputs of a unit.
#[derive(Clone, Copy)]
pub(crate) enum Inputs<'a> {
    /// Inputs by name.
    Named(&'a Map),
    /// Inputs by position, as in a file with columns: the column of each slot of the script, and the
    /// values.
    Row {
        /// The columns by slot; `None` for a variable without a column.
        columns: &'a [Option<usize>],
        /// The values by column.
        row: &'a [Value],
    },
}

impl<'a> Inputs<'a> {
    pub(super) fn get(self, slot: Slot, name: &str) -> Option<&'a Value> {
        match self {
            Inputs::Named(map) => map.get(name),
            Inputs::Row { columns, row } => row.get(columns.get(slot).copied().flatten()?),
        }
    }
}
