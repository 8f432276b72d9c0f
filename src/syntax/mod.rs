//! The PlanOut language: from text to a syntax tree with the place of everything in it.

pub mod ast;
mod brackets;
mod habits;
mod lexer;
mod literal;
mod parser;
mod quotes;
mod recovery;
mod statement;
mod switch;
mod token;

pub(crate) use lexer::{is_line_end, is_space, tokens};
pub(crate) use parser::Statements;
pub use parser::{Parsed, parse};
pub(crate) use quotes::between_typographic;
pub(crate) use token::{Token, TokenKind};

/// How deep brackets, blocks and signs may nest.
pub const MAX_NESTING: usize = 200;

/// How many operators may hold one another: what nests, and on top of it chains such as
/// `a + b + c + ...`, in which each holds the ones before it.
pub const MAX_OPERATORS: u32 = 1200;

/// A program with more errors than this is not read any further, and no more warnings are kept.
const MAX_PROBLEMS: usize = 100;
