//! The PlanOut language: text is parsed into a syntax tree that keeps the place of each part.

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

/// The most levels of brackets, blocks and signs.
pub const MAX_NESTING: usize = 200;

/// The most operators that are nested: in brackets, and in chains such as `a + b + c + ...`, in which
/// each operator contains those before it.
pub const MAX_OPERATORS: u32 = 1200;

/// The number of errors after which a program is not read further. At most this many warnings are
/// kept.
const MAX_PROBLEMS: usize = 100;
