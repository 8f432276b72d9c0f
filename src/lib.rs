//! Online experiments as code.
#![warn(missing_docs)]

pub mod diagnostic;
pub mod dialect;
pub mod number;
pub mod source;
pub mod syntax;
pub mod tree;
pub mod value;
pub mod wire;
