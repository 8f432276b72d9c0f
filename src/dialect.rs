//! The two dialects of PlanOut, and in one place all that depends on which one is spoken.

use std::fmt;
use std::str::FromStr;

/// Whose answers a script or a namespace gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The answers of planout4j 1.2, in which every number of the language is a double.
    #[default]
    Planout4j,
    /// The answers of PlanOut's reference compiler and its Python interpreter.
    Planout,
}
