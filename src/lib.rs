//! Online experiments as code.
#![warn(missing_docs)]

pub mod catalog;
pub mod diagnostic;
pub mod dialect;
pub mod eval;
pub mod namespace;
pub mod number;
pub mod ship;
pub mod source;
pub mod store;
pub mod syntax;
pub mod tree;
pub mod value;
pub mod wire;

pub use catalog::Catalog;
pub use dialect::Dialect;
pub use eval::{Params, Script};
pub use namespace::{Assignment, Namespace, NamespaceBuilder};
pub use value::{Map, Value};
