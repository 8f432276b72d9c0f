//! Rows of the output, written by each worker into memory of its own.

mod delimited;
mod exposure;
mod lines;
#[cfg(feature = "parquet")]
mod table;

pub(super) use delimited::Delimited;
pub(super) use exposure::Exposures;
pub(super) use lines::Lines;
#[cfg(feature = "parquet")]
pub(super) use table::{Cells, Table, Tables};

use super::error::Reason;
use super::fields::Fields;
use crate::eval::MAX_ANSWER;
use crate::namespace::Assignment;
use crate::value::{Value, ValueError};

/// Rows that are ready to be written.
#[derive(Debug)]
pub(super) enum Encoded {
    Text(String),
    #[cfg(feature = "parquet")]
    Table(Table),
}

/// Makes rows: what is kept, then the answer of each namespace in order.
pub(super) trait Encode {
    /// Begins a row with what is kept.
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]);

    /// Adds the answer of a namespace, or nothing of it if it cannot be written or makes the row too
    /// large.
    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason>;

    /// Adds that a namespace has no answer.
    fn nothing(&mut self, namespace: usize);

    /// Ends the row.
    fn end(&mut self);

    /// Drops the row that was begun.
    fn undo(&mut self);

    /// How large the rows are since they were last taken, in bytes.
    fn bytes(&self) -> usize;

    /// All rows since it was last asked.
    fn take(&mut self) -> Encoded;
}

/// Why a param cannot be written.
fn unwritable(param: &str, error: ValueError) -> Reason {
    Reason::Unwritable { param: param.to_owned(), error }
}

/// Text of rows, with as much memory as the rows before took.
#[derive(Default)]
struct Text {
    out: String,
    /// Where the row that was begun begins.
    row: usize,
}

impl Text {
    /// How long the text may be, so that its last row is not too large.
    fn most(&self) -> usize {
        self.row.saturating_add(MAX_ANSWER)
    }

    fn begin(&mut self) {
        self.row = self.out.len();
    }

    fn undo(&mut self) {
        self.out.truncate(self.row);
    }

    fn take(&mut self) -> Encoded {
        let next = String::with_capacity(self.out.len() + self.out.len() / 8);
        Encoded::Text(std::mem::replace(&mut self.out, next))
    }
}
