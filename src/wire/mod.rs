//! The JSON form of scripts: what compilers emit, services exchange and evaluators run.

mod emit;
mod same;

pub use emit::emit;
pub(crate) use same::{is_literal, same, same_without_nulls};

/// How deep the JSON text of a script may nest: as deep as the tallest syntax tree makes it.
pub const MAX_JSON_DEPTH: usize = 4000;
