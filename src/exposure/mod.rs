//! Exposures: the records of units that were in experiments, in the lines of JSON that PlanOut's
//! loggers write.
//!
//! A service logs the values that it has shown, and analyses start from this log. An [`Exposure`] is
//! one record. A [`Sink`], such as [`JsonLines`], is the place where the records are written. An
//! [`ExposureLog`] logs each unit once per experiment, and not at each request.
//!
//! ```
//! use planout::exposure::{ExposureLog, JsonLines};
//! use planout::{Catalog, Dialect, Map, Value};
//!
//! let catalog = Catalog::load("sample-namespaces", Dialect::Planout4j)?;
//! let namespace = catalog.get("button_color").expect("the sample is there");
//! let log = ExposureLog::new(JsonLines::new(Vec::new()), 100_000);
//!
//! let inputs = Map::from_iter([("userid".to_owned(), Value::from("ann"))]);
//! for time in [1767225600, 1767225601] {
//!     let assignment = namespace.assign(&inputs)?;
//!     log.log(namespace, &assignment, &inputs, time)?;
//! }
//! let lines = String::from_utf8(log.into_sink().into_inner())?;
//! assert_eq!(lines.lines().count(), 1);
//! assert!(lines.starts_with(r#"{"name":"button_color-Colors","time":1767225600,"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod line;
mod log;
mod recent;
mod record;

use crate::namespace::{Assignment, Experiment, Namespace};
use crate::value::{Map, Value};

#[cfg(feature = "batch")]
pub(crate) use line::{Frame, PARAMS};
pub use log::{ExposureLog, JsonLines, Sink};
pub use record::RecordError;
#[cfg(feature = "simulate")]
pub(crate) use record::{Record, is_named};

/// A unit that was in an experiment, with the values that it saw.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Exposure<'e> {
    /// The namespace.
    pub namespace: &'e Namespace,
    /// The experiment. It is never the default one.
    pub experiment: &'e Experiment,
    /// The assignment of the unit.
    pub assignment: &'e Assignment<'e>,
    /// The inputs of the assignment.
    pub inputs: &'e Map,
    /// The time of the exposure, in seconds since 1970.
    pub time: u64,
}

impl<'e> Exposure<'e> {
    /// The exposure of a unit. `None` if the unit is not in an experiment, or if its script returned
    /// a false value.
    pub fn new(
        namespace: &'e Namespace,
        assignment: &'e Assignment<'e>,
        inputs: &'e Map,
        time: u64,
    ) -> Option<Exposure<'e>> {
        let experiment = assignment.experiment.filter(|_| assignment.in_experiment)?;
        let experiment = namespace.experiment(experiment)?;
        Some(Exposure { namespace, experiment, assignment, inputs, time })
    }

    /// The primary unit.
    pub fn unit(&self) -> &'e Value {
        self.inputs.get(self.namespace.unit()).unwrap_or(&Value::Null)
    }
}
