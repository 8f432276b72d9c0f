//! The JSON form of scripts: what compilers emit, services exchange and evaluators run.

mod emit;

pub use emit::emit;

/// How deep the JSON text of a script may nest: as deep as the tallest syntax tree makes it.
pub const MAX_JSON_DEPTH: usize = 4000;
