//! The PlanOut language: from text to a syntax tree with the place of everything in it.

pub mod ast;
mod lexer;
mod literal;
mod parser;
mod token;

pub use parser::{Parsed, parse};

/// How deep brackets, blocks and signs may nest.
pub const MAX_NESTING: usize = 200;

/// How tall a syntax tree may grow: what nests, and on top of it chains such as `a + b + c + ...`,
/// each operator of which holds the ones before it.
pub const MAX_HEIGHT: u32 = 1200;

/// A program with more problems than this is not read any further.
const MAX_PROBLEMS: usize = 100;
