//! The fields of a row that are kept, as the input has them.

use crate::value::Value;

/// A field of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field<'a> {
    /// Nothing, or nothing that could be read.
    Null,
    /// Text.
    Text(&'a str),
    /// Text that stands for a value of another type.
    Typed(&'a str, &'a Value),
    /// A value as JSON, valid and on one line.
    Json(&'a str),
    /// A value.
    #[cfg(feature = "parquet")]
    Value(&'a Value),
}

/// A row of the input that has been read.
pub(super) trait Fields {
    /// The copied field at a place; nothing of a row that cannot be read.
    fn field<'a>(&'a self, kept: usize, inputs: &'a [Value]) -> Field<'a>;

    /// All members of a JSON object, as they are written; empty if there are none.
    fn members(&self) -> &str {
        ""
    }
}

/// Rows of the input.
pub(super) trait Records: Fields {
    /// Reads the next row, and puts into the inputs what comes from columns.
    fn next(&mut self, inputs: &mut [Value]) -> Option<Result<(), super::BadRow>>;

    /// The line of the row that was read last, from 1.
    fn line(&self) -> u64;
}
