//! A line of JSON as an exposure, whichever logger of PlanOut has written it.

use crate::value::ValueError;
#[cfg(feature = "simulate")]
use {
    crate::namespace::{Experiment, Namespace},
    crate::source::Source,
    crate::tree::{MAX_DEPTH, json},
    crate::value::{Map, Value},
};

/// An error in a line of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not JSON.
    #[error("{0}")]
    Json(String),
    /// JSON that holds what is not a value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// JSON, and no record.
    #[error("a record must be a JSON object, not {0}")]
    NotARecord(&'static str),
}

/// The event of a record that tells of an exposure.
#[cfg(feature = "simulate")]
const EXPOSURE: &str = "exposure";

/// A record of a log.
#[cfg(feature = "simulate")]
pub(crate) struct Record(Map);

#[cfg(feature = "simulate")]
impl Record {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> Result<Record, RecordError> {
        let node = json::read(&Source::new("line", line), MAX_DEPTH)
            .map_err(|problem| RecordError::Json(problem.message.clone()))?;
        match Value::try_from(&node)? {
            Value::Map(record) => Ok(Record(*record)),
            other => Err(RecordError::NotARecord(other.describe())),
        }
    }

    /// Whether it tells of an exposure: of one that does not say its event, too.
    pub(crate) fn is_exposure(&self) -> bool {
        self.text("event").is_none_or(|event| event == EXPOSURE)
    }

    /// A member that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// A member that is a map.
    pub(crate) fn map(&self, key: &str) -> Option<&Map> {
        self.0.get(key).and_then(Value::as_map)
    }
}

/// Whether the name of a record is that of an experiment. PlanOut puts the name of the namespace
/// before.
#[cfg(feature = "simulate")]
pub(crate) fn is_named(experiment: &Experiment, namespace: &Namespace, name: &str) -> bool {
    match experiment.name() {
        "" => experiment.definition() == name,
        known => {
            let prefix = format!("{}-", namespace.name());
            name.strip_prefix(&prefix).unwrap_or(name) == known
        }
    }
}
