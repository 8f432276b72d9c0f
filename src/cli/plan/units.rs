//! The units that are evaluated before and after a change.

#[cfg(feature = "batch")]
mod file;

use clap::Args;
use planout::plan::{Inputs, Units};

use crate::cli::Context;
use crate::cli::failure::Outcome;

/// The limit for all namespaces together: enough to see most effects, while a plan of a thousand
/// changes does not take minutes.
const DEFAULT: Units = Units::Shared { each: 10_000, total: 200_000 };

#[derive(Args, Debug)]
pub(in crate::cli) struct Sample {
    /// The number of units to evaluate before and after: their ids are 0, 1, 2 and so on; 0 evaluates
    /// none [default: 10000, or fewer where more than 20 namespaces change or are new]
    #[arg(long, value_name = "N")]
    #[cfg_attr(feature = "batch", arg(conflicts_with = "units"))]
    sample: Option<u32>,
    #[cfg(feature = "batch")]
    #[command(flatten)]
    file: file::UnitsFile,
}

impl Sample {
    /// The units. Only these inputs of a file are read.
    pub(in crate::cli) fn units(&self, inputs: &Inputs<'_>, context: &Context) -> Outcome<Units> {
        #[cfg(feature = "batch")]
        if let Some(units) = self.file.units(inputs, context)? {
            return Ok(units);
        }
        #[cfg(not(feature = "batch"))]
        let _ = (inputs, context);
        Ok(self.sample.map_or(DEFAULT, Units::Numbers))
    }

    /// The file that is read, if one is.
    pub(in crate::cli) fn file(&self) -> Option<&str> {
        #[cfg(feature = "batch")]
        let file = self.file.path();
        #[cfg(not(feature = "batch"))]
        let file = None;
        file
    }
}
