//! The copied fields of a row, as they are in the input.

use crate::value::Value;

/// A field of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field<'a> {
    /// An empty field, or one that could not be read.
    Null,
    /// Text.
    Text(&'a str),
    /// Text of a value of another type.
    Typed(&'a str, &'a Value),
    /// A value as JSON, valid and on one line.
    Json(&'a str),
    /// A value.
    #[cfg(feature = "parquet")]
    Value(&'a Value),
}

/// A row of the input.
pub(super) trait Fields {
    /// The copied field at an index. Empty if the row cannot be read.
    fn field<'a>(&'a self, kept: usize, inputs: &'a [Value]) -> Field<'a>;

    /// All members of a JSON object as they are written. Empty if there are none.
    fn members(&self) -> &str {
        ""
    }
}

/// Rows of the input.
pub(super) trait Records: Fields {
    /// Reads the next row, and sets the inputs that come from columns.
    fn next(&mut self, inputs: &mut [Value]) -> Option<Result<(), super::BadRow>>;

    /// The line of the last row that was read, from 1.
    fn line(&self) -> u64;
}
