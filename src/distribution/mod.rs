//! How the params of a script are distributed over units, exactly: the script is run with the
//! primary unit unknown, and forks where a draw decides how it goes on.
//!
//! A draw is known by the text that is hashed. Draws of different texts are independent; those of
//! one text are one number, so what is known of it on a path holds for all of them. Only what is
//! forced forks: a param that nothing depends on is spread out at the end of a path, by itself.
//!
//! Two things are taken for exact that are not, with an error below 2^-40 for up to a million
//! outcomes: that the remainders of 60 bits are equally likely, and that the remainder of a number
//! and the interval that it is in are independent.

mod accumulate;
mod explore;
mod functions;
mod key;
mod random;
mod shares;
mod symbol;
mod walk;
mod world;

pub(crate) use explore::Enumerated;
pub(crate) use key::Key;
pub(crate) use shares::Sought;
pub use shares::{Distribution, Exact, Span};

use crate::eval::dialects::in_dialect;
use crate::eval::{MAX_MADE, Script};
use crate::value::Map;

/// The most values that a draw may have, and a param.
pub const MAX_VALUES: usize = 10_000;

/// The most paths through a script that are followed.
pub const MAX_PATHS: usize = 100_000;

/// Why the distribution of a param is not known.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// It depends on the id of the unit, not on a draw.
    #[error("it depends on the value of the primary unit itself")]
    UnitValue,
    /// A draw whose unit is computed from the primary unit: several units may share it.
    #[error("it is drawn for a unit that is computed")]
    ComputedUnit,
    /// The result of a function of a continuous draw.
    #[error("it is computed from a number with too many values")]
    Computed,
    /// More than [`MAX_VALUES`].
    #[error("it has more than {MAX_VALUES} values")]
    ManyValues,
    /// More than [`MAX_PATHS`], or fewer that are long.
    #[error("its script has too many paths: the limit is {MAX_PATHS}")]
    ManyPaths,
    /// Deeper than the enumeration follows.
    #[error("its script nests too deep")]
    TooDeep,
    /// More of lists, maps and strings than an evaluation may make, or than is kept of a param.
    #[error("its lists, maps and strings take too much memory: the limit is {} MB", MAX_MADE >> 20)]
    TooLarge,
    /// Weights that are negative.
    #[error("its weights are negative, or not numbers")]
    Weights,
    /// Draws of which one begins with the text of another, such as a `sample` and a choice for the
    /// same unit with an element more.
    #[error("a `sample` shares draws with another operator")]
    SharedSample,
    /// The default's script and the experiment's draw the same number.
    #[error("the default experiment and an active one share a draw")]
    SharedDraw,
    /// A draw with the text that decides the segment.
    #[error("it is drawn by the number that decides the segment")]
    SegmentDraw,
    /// The script fails for some units.
    #[error("its script fails for some units: {0}")]
    Fails(String),
}

/// The units that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// All.
    #[default]
    All,
    /// Those that the script does not exclude by returning something false: the ones whose
    /// exposure is logged.
    InExperiment,
}

impl Script {
    /// How the params are distributed over units, with the inputs given and the primary unit, one
    /// of the variables, unknown.
    pub(crate) fn enumerate(
        &self,
        salt: &str,
        unit: &str,
        inputs: &Map,
        counted: Counted,
    ) -> Enumerated {
        let setting = walk::Setting { program: self.program(), salt, unit, inputs };
        in_dialect!(self.dialect(), S => explore::enumerate::<S>(&setting, counted))
    }
}
