//! The exact distribution of a script's params over units. The script is run with an unknown primary
//! unit, and forks where a draw decides how it goes on.
//!
//! A draw is identified by the text that is hashed. Draws of different texts are independent; draws
//! of one text are one number, so the knowledge about it on a path holds for all of them. Only draws
//! that something depends on cause forks: all other params are spread out at the end of a path, each
//! by itself.
//!
//! Two approximations are treated as exact, with an error below 2^-40 for up to a million outcomes:
//! that the remainders of 60 bits are equally likely, and that the remainder of a number is
//! independent of the interval that the number is in.

mod accumulate;
mod alike;
mod alternatives;
mod assumed;
mod candidates;
mod cases;
mod compare;
mod explore;
mod follows;
mod functions;
mod image;
mod joint;
mod key;
mod paths;
mod random;
mod selection;
mod shares;
mod shift;
mod spread;
mod support;
mod symbol;
mod table;
mod term;
mod text;
mod versions;
mod walk;
mod world;

pub use explore::Enumerated;
pub use follows::Follows;
pub use joint::Joint;
pub(crate) use joint::joint;
pub(crate) use key::Key;
pub use selection::{Selected, selected_by_exposure};
#[cfg(feature = "simulate")]
pub(crate) use shares::Sought;
pub use shares::{Distribution, Exact, Span};
pub use shift::{ParamShift, Shift, Side};
pub(crate) use support::{Support, support};
pub use table::{Cell, ROUNDING, Table};
pub(crate) use versions::compare_in;
pub use versions::{ComparedCase, Run, compare};

use crate::eval::dialects::in_dialect;
use crate::eval::{MAX_MADE, Script};
use crate::value::Map;

/// The most values of a draw, and of a param.
pub const MAX_VALUES: usize = 10_000;

/// The most paths through a script that are followed.
pub const MAX_PATHS: usize = 100_000;

/// The reason why the distribution of a param is not known.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// The param depends on the id of the unit, and not on a draw.
    #[error("it depends on the value of the primary unit itself")]
    UnitValue,
    /// It depends on inputs that are not known.
    #[error("it depends on inputs that are not known")]
    Inputs,
    /// A draw whose unit is computed from the primary unit: several units may share it.
    #[error("it is drawn for a unit that is computed")]
    ComputedUnit,
    /// The param is computed from a continuous draw.
    #[error("it is computed from a number with too many values")]
    Computed,
    /// The param has more than [`MAX_VALUES`] values.
    #[error("it has more than {MAX_VALUES} values")]
    ManyValues,
    /// More than the comparison of two versions tells apart.
    #[error("its scripts tell too many cases of inputs apart")]
    ManyCases,
    /// Units have too many combinations of the inputs that scripts read.
    #[error("units have too many combinations of the inputs that its scripts read")]
    ManyCombinations,
    /// More than [`MAX_PATHS`], or fewer that are long.
    #[error("its script has too many paths: the limit is {MAX_PATHS}")]
    ManyPaths,
    /// The script nests deeper than the enumeration follows.
    #[error("its script nests too deep")]
    TooDeep,
    /// Lists, maps and strings take more memory than an evaluation may make, or than is kept for a
    /// param.
    #[error("its lists, maps and strings take too much memory: the limit is {} MB", MAX_MADE >> 20)]
    TooLarge,
    /// Weights are negative.
    #[error("its weights are negative, or not numbers")]
    Weights,
    /// Draws for units with inputs in them, whose texts are equal for some values of these.
    #[error("two of its draws are the same for some inputs")]
    OpenDraws,
    /// Draws of which one begins with the text of another, such as a `sample` and a choice for the
    /// same unit with an element more.
    #[error("a `sample` shares draws with another operator")]
    SharedSample,
    /// The scripts of the default and of the experiment draw the same number.
    #[error("the default experiment and an active one share a draw")]
    SharedDraw,
    /// A draw has the text that decides the segment.
    #[error("it is drawn by the number that decides the segment")]
    SegmentDraw,
    /// Two scripts are of different dialects, which compute differently.
    #[error("the scripts are of different dialects")]
    Dialects,
    /// The script fails for some units.
    #[error("its script fails for some units: {0}")]
    Fails(String),
}

/// The units that are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// All units.
    #[default]
    All,
    /// The units that the script does not exclude by returning a false value. Their exposure is
    /// logged.
    InExperiment,
}

impl Script {
    /// The exact distribution of the params over units. The inputs are given, except the primary unit,
    /// which is unknown.
    ///
    /// ```
    /// use planout::distribution::Counted;
    /// use planout::{Dialect, Map, Script, Value};
    ///
    /// let code = "color = weightedChoice(choices=['red', 'blue'], weights=[3, 1], unit=userid);";
    /// let script = Script::compile("button.planout", code, Dialect::Planout)?;
    /// let found = script.enumerate("button.run1", "userid", &Map::new(), Counted::All);
    /// let colors = found.param("color")?;
    /// let colors: Vec<(&Value, f64)> = colors.values().collect();
    /// assert_eq!(colors, [(&Value::from("red"), 0.75), (&Value::from("blue"), 0.25)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn enumerate(&self, salt: &str, unit: &str, inputs: &Map, counted: Counted) -> Enumerated {
        self.enumerate_partly(salt, unit, (inputs, &[]), counted)
    }

    /// The same where some inputs are given, and others are not known. All inputs besides these are
    /// null.
    pub(crate) fn enumerate_partly(
        &self,
        salt: &str,
        unit: &str,
        (inputs, unknown): (&Map, &[&str]),
        counted: Counted,
    ) -> Enumerated {
        let inputs = Some(inputs);
        let setting = walk::Setting { program: self.program(), salt, unit, inputs, unknown };
        in_dialect!(self.dialect(), S => explore::enumerate::<S>(&setting, counted))
    }
}
