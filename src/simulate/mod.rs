//! Simulations: they show whether a design is balanced, and whether traffic follows the design.
//!
//! Expected shares are exact: they are computed from the scripts, by following all of their draws.
//! Observed shares come from evaluating units (made-up ones or those of a [`Sample`]) or from the
//! counts of a service. Chi-squared tests compare the two.
//!
//! ```
//! use planout::simulate::{Counted, Group, Units, design, observe, report};
//! use planout::{Catalog, Dialect, Map};
//!
//! let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
//! let namespace = catalog.get("button_color").expect("the sample is there");
//!
//! let design = design(namespace, &[Group { inputs: Map::new(), weight: 1.0 }], Counted::All);
//! assert_eq!(design.cohorts[0].share, Ok(0.5));
//!
//! let units = Units { count: 10_000, seed: 0, inputs: Map::new() };
//! let report = report(&design, &observe(&design, &units, 2));
//! assert!(report.failed_tests().next().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod design;
mod exposures;
mod joint;
mod logged;
mod merged;
mod observe;
pub(crate) mod random;
mod read;
mod recognize;
mod report;
mod sample;
mod table;
mod test;
mod unit_rows;

pub use crate::distribution::{Counted, Distribution, MAX_PATHS, MAX_VALUES, Obstacle, Span};
pub use design::{Among, Cohort, Design, Group, MAX_GROUPS, Scope, design, design_among};
pub use exposures::{Line, LogError};
pub use joint::{Joint, unset};
pub use logged::{
    Difference, Different, DifferentUnit, LogSettings, Logged, LoggedError, LoggedUnit, MAX_PARTS,
    Move,
};
pub use observe::{
    Counts, Observed, SequentialTests, Tests, Units, observe, observe_rows, observe_with,
};
pub use read::ReadError;
pub(crate) use recognize::recognize_text;
pub use report::{
    ExperimentRow, ParamReport, Part, Quantile, Report, ReportSettings, RowKind, ValueRow, report,
    report_mixed, report_with,
};
pub use sample::{Sample, SampleError};
pub use table::{DEFAULT, Table, TableError, TableSettings};
pub use test::{
    Martingale, Method, PRIOR, SIGNIFICANCE, Test, Untested, bayes_factor, by_families,
    goodness_of_fit, holm, two_sided,
};
pub use unit_rows::EXPERIMENT;
