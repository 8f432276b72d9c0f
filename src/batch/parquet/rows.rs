//! The rows of a table that has been read.

use super::Table;
use crate::batch::columns::Column;
use crate::batch::error::{BadRow, Reason};
use crate::batch::fields::{Field, Fields, Records};
use crate::value::Value;

/// Goes through a table row by row.
pub(in crate::batch) struct Rows<'p> {
    table: Table,
    columns: &'p [Column],
    /// The next row.
    next: usize,
    /// The next bad row.
    bad: usize,
}

impl<'p> Rows<'p> {
    pub(in crate::batch) fn new(table: Table, columns: &'p [Column]) -> Rows<'p> {
        Rows { table, columns, next: 0, bad: 0 }
    }
}

impl Records for Rows<'_> {
    fn next(&mut self, inputs: &mut [Value]) -> Option<Result<(), BadRow>> {
        if self.next == self.table.rows {
            return None;
        }
        for (column, values) in self.columns.iter().zip(&mut self.table.columns) {
            if let Some(input) = column.input.and_then(|input| inputs.get_mut(input)) {
                *input = values.get_mut(self.next).map(std::mem::take).unwrap_or_default();
            }
        }
        let bad = self.table.bad.get_mut(self.bad).filter(|(row, _)| *row == self.next);
        let bad = bad.map(|(_, why)| Reason::Malformed(std::mem::take(why)));
        self.bad += usize::from(bad.is_some());
        self.next += 1;
        Some(bad.map_or(Ok(()), |reason| Err(reason.at(self.line()))))
    }

    fn line(&self) -> u64 {
        (self.table.first + self.next as u64).saturating_sub(1)
    }
}

impl Fields for Rows<'_> {
    fn field<'a>(&'a self, kept: usize, inputs: &'a [Value]) -> Field<'a> {
        let place = self.columns.iter().position(|column| column.kept == Some(kept));
        let Some(place) = place else { return Field::Null };
        let value = match self.columns[place].input {
            Some(input) => inputs.get(input),
            None => self.table.columns[place].get(self.next.saturating_sub(1)),
        };
        match value {
            None | Some(Value::Null) => Field::Null,
            Some(value) => Field::Value(value),
        }
    }
}
