//! The rows of the output. Each worker writes them into memory of its own.

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

/// Makes rows: the copied fields, and then the answer of each namespace in order.
pub(super) trait Encode {
    /// Begins a row with the copied fields.
    fn begin(&mut self, fields: &dyn Fields, inputs: &[Value]);

    /// Adds the answer of a namespace. Adds nothing if it cannot be written or makes the row too
    /// large.
    fn answer(&mut self, namespace: usize, assignment: &Assignment<'_>) -> Result<(), Reason>;

    /// Adds an empty answer for a namespace.
    fn nothing(&mut self, namespace: usize);

    /// Ends the row.
    fn end(&mut self);

    /// Drops the row in progress.
    fn undo(&mut self);

    /// The number of bytes of the rows since they were last taken.
    fn bytes(&self) -> usize;

    /// Takes all rows since the last call.
    fn take(&mut self) -> Encoded;
}

/// The reason why a param cannot be written.
fn unwritable(param: &str, error: ValueError) -> Reason {
    Reason::Unwritable { param: param.to_owned(), error }
}

/// The text of rows. Its memory is as large as earlier rows needed.
#[derive(Default)]
struct Text {
    out: String,
    /// The position at which the row in progress begins.
    row: usize,
}

impl Text {
    /// The longest text whose last row is not too large.
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
