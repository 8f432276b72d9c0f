//! The JSON form of scripts: what compilers emit, services exchange and evaluators run.

mod emit;
mod form;
mod same;

pub use emit::emit;
pub use form::{Branch, Form, Operator};
pub(crate) use same::{same, same_without_nulls};

/// How deep the JSON text of a script may nest: as deep as the tallest syntax tree makes it.
pub const MAX_JSON_DEPTH: usize = 4000;
