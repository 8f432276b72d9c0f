//! A line of JSON as an exposure, from any of PlanOut's loggers.

use crate::value::ValueError;
#[cfg(feature = "simulate")]
use {
    crate::namespace::{Experiment, Namespace},
    crate::source::SourceText,
    crate::tree::{MAX_DEPTH, json},
    crate::value::{Map, Value},
};

/// An error in a line of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The line is not JSON.
    #[error("{0}")]
    Json(String),
    /// The line is JSON, and it holds something that is not a value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The line is JSON, and it is not a record.
    #[error("a record must be a JSON object, not {0}")]
    NotARecord(&'static str),
}

/// The event of a record of an exposure.
#[cfg(feature = "simulate")]
const EXPOSURE: &str = "exposure";

/// A record of a log.
#[cfg(feature = "simulate")]
pub(crate) struct Record(Map);

#[cfg(feature = "simulate")]
impl Record {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> Result<Record, RecordError> {
        let node = json::read(&SourceText::new("line", line), MAX_DEPTH)
            .map_err(|problem| RecordError::Json(problem.message.clone()))?;
        match Value::try_from(&node)? {
            Value::Map(record) => Ok(Record(*record)),
            other => Err(RecordError::NotARecord(other.describe())),
        }
    }

    /// Whether the record is an exposure. A record without an event counts as one.
    pub(crate) fn is_exposure(&self) -> bool {
        self.text("event").is_none_or(|event| event == EXPOSURE)
    }

    /// A member whose value is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// A member.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A member whose value is a map.
    pub(crate) fn map(&self, key: &str) -> Option<&Map> {
        self.0.get(key).and_then(Value::as_map)
    }
}

/// Whether a record's name is the name of this experiment. PlanOut writes the name of the namespace
/// before it.
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
