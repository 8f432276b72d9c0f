//! The JSON form of scripts. Compilers emit it, services exchange it, and evaluators run it.

mod emit;
mod form;
mod same;

pub use emit::emit;
pub use form::{Branch, Form, Operator};
pub(crate) use same::{same, same_without_nulls};

/// The most levels of the JSON text of a script: the deepest syntax tree needs this many.
pub const MAX_JSON_DEPTH: usize = 4000;
